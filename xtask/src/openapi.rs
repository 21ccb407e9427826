//! `cargo xtask openapi`

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use crate::lint;

/// Prints or writes the OpenAPI document.
pub(crate) fn run(root: &Path, output: Option<&Path>) -> ExitCode {
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
    let text = qingstor_codegen::openapi::document(&api);
    let Some(path) = output else {
        // Where standard output is closed there is nobody to tell.
        let _ = std::io::stdout().write_all(text.as_bytes());
        return ExitCode::SUCCESS;
    };
    match std::fs::write(path, text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}
