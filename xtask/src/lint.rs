//! `cargo xtask lint`

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use qingstor_codegen::{Diagnostic, Sources};

/// Reports every mistake in the specs.
pub(crate) fn run(root: &Path) -> ExitCode {
    let sources = match read(root) {
        Ok(sources) => sources,
        Err(code) => return code,
    };
    match qingstor_codegen::check(&sources) {
        Ok(api) => {
            let count = sources.specs.len();
            println!(
                "{count} files, {} operations, no mistakes",
                api.operations.len()
            );
            ExitCode::SUCCESS
        }
        Err(problems) => {
            report(&problems);
            ExitCode::FAILURE
        }
    }
}

/// Reads specs and templates, or says why not.
pub(crate) fn read(root: &Path) -> Result<Sources, ExitCode> {
    Sources::read(root).map_err(|error| {
        eprintln!("error: cannot read the specs: {error}");
        ExitCode::FAILURE
    })
}

/// Prints mistakes as the compiler would.
pub(crate) fn report(problems: &[Diagnostic]) {
    let stderr = std::io::stderr();
    let colour = stderr.is_terminal();
    let mut stderr = stderr.lock();
    for problem in problems {
        // Where standard error is closed there is nobody to tell.
        let _ = writeln!(stderr, "{}\n", problem.render(colour));
    }
    let _ = match problems.len() {
        1 => writeln!(stderr, "1 mistake"),
        n => writeln!(stderr, "{n} mistakes"),
    };
}
