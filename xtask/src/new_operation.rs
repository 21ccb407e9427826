//! `cargo xtask new-operation`

use std::path::Path;
use std::process::ExitCode;

const SKELETON: &str = include_str!("new_operation.yaml");

/// Writes a commented spec that passes `lint`, to be filled in.
pub(crate) fn run(root: &Path, scope: &str, name: &str) -> ExitCode {
    let path = match scope {
        "service" => "/",
        "bucket" => "/{bucket}",
        "object" => "/{bucket}/{key}",
        _ => {
            eprintln!("error: the scope is service, bucket or object, not `{scope}`");
            return ExitCode::FAILURE;
        }
    };
    let starts = name.starts_with(|c: char| c.is_ascii_uppercase());
    if !starts || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
        eprintln!("error: the name is in UpperCamelCase, as in `GetBucketInventory`, not `{name}`");
        return ExitCode::FAILURE;
    }
    let snake = qingstor_codegen::model::snake(name);
    let file = format!("specs/{scope}/{snake}.yaml");
    let full = root.join(&file);
    if full.exists() {
        eprintln!("error: {file} is there already");
        return ExitCode::FAILURE;
    }
    let example = match scope {
        "service" => ("{}", "/"),
        "bucket" => ("{ bucket: example-photos }", "/example-photos"),
        _ => (
            "{ bucket: example-photos, key: cat.png }",
            "/example-photos/cat.png",
        ),
    };
    let words = snake.replace('_', " ");
    let text = SKELETON
        .replace("@NAME@", name)
        .replace("@WORDS@", &words)
        .replace("@SELECTOR@", &snake)
        .replace("@SCOPE@", scope)
        .replace("@PATH@", path)
        .replace("@INPUT@", example.0)
        .replace("@TARGET@", &format!("{}?{snake}", example.1));
    if let Err(error) = std::fs::write(&full, text) {
        eprintln!("error: {file}: {error}");
        return ExitCode::FAILURE;
    }
    println!("wrote {file}\nfill it in, then run `cargo xtask generate` and `cargo test`");
    ExitCode::SUCCESS
}
