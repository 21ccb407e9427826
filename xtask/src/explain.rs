//! `cargo xtask explain`

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use qingstor_codegen::diagnostic::did_you_mean;
use qingstor_codegen::model::{Field, Operation};

use crate::{lint, spawn};

/// Prints a line; where standard output is closed there is nobody to tell.
macro_rules! say {
    ($($text:tt)*) => {{
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

/// Shows the model of an operation, and what its examples put on the wire.
pub(crate) fn run(root: &Path, name: &str) -> ExitCode {
    let sources = match lint::read(root) {
        Ok(sources) => sources,
        Err(code) => return code,
    };
    let api = match qingstor_codegen::check(&sources) {
        Ok(api) => api,
        Err(problems) => {
            lint::report(&problems);
            return ExitCode::FAILURE;
        }
    };
    let Some(operation) = api
        .operations
        .iter()
        .find(|o| o.id == name || o.snake == name)
    else {
        let names = api.operations.iter().map(|o| o.snake.as_str());
        let hint = did_you_mean(name, names).map_or(String::new(), |hint| format!("; {hint}"));
        eprintln!("error: there is no operation `{name}`{hint}");
        return ExitCode::FAILURE;
    };
    print(operation);
    let arguments = [
        "run",
        "--quiet",
        "-p",
        "qingstor-conformance",
        "--bin",
        "explain",
        "--",
        &operation.snake,
    ];
    spawn::cargo(root, &arguments)
}

fn print(operation: &Operation) {
    say!(
        "{} ({}), from {}",
        operation.id,
        operation.title,
        operation.file
    );
    let selector = operation
        .selector
        .as_ref()
        .map_or(String::new(), |s| format!("?{}", s.key));
    say!(
        "  {} {:?}{selector}, auth {:?}, retry {:?}",
        operation.method,
        operation.scope,
        operation.auth,
        operation.retry
    );
    for (heading, fields) in [
        ("input", &operation.inputs),
        ("output", &operation.output.fields),
    ] {
        for field in fields {
            say!("  {heading:<6} {}", describe(field));
        }
    }
    for computed in &operation.computed {
        say!("  sdk    {} by {:?}", computed.wire, computed.rule);
    }
    let statuses: Vec<String> = operation
        .responses
        .iter()
        .map(|r| format!("{} {:?}", r.status, r.outcome))
        .collect();
    say!("  status {}\n", statuses.join(", "));
}

fn describe(field: &Field) -> String {
    let required = if field.required { ", required" } else { "" };
    format!(
        "{}: {} as {:?} `{}`{required}",
        field.name, field.ty, field.place, field.wire
    )
}
