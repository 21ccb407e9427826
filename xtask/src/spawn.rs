//! Commands that need more than the generator are run as processes, so that xtask compiles without them.

use std::path::Path;
use std::process::{Command, ExitCode};

/// Runs cargo in the project's root.
pub(crate) fn cargo(root: &Path, arguments: &[&str]) -> ExitCode {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run(Command::new(cargo).args(arguments).current_dir(root))
}

/// Runs cargo in another folder, with a target folder of its own.
pub(crate) fn cargo_into(root: &Path, target: &Path, arguments: &[&str]) -> ExitCode {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run(Command::new(cargo)
        .args(arguments)
        .current_dir(root)
        .env("CARGO_TARGET_DIR", target))
}

/// Runs the script that CI runs.
pub(crate) fn ci(root: &Path) -> ExitCode {
    run(Command::new("bash")
        .arg(root.join(".ci/run"))
        .current_dir(root))
}

fn run(command: &mut Command) -> ExitCode {
    match command.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        // A command's own status tells more than that it failed.
        Ok(status) => {
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            code.map_or(ExitCode::FAILURE, ExitCode::from)
        }
        Err(error) => {
            eprintln!("error: cannot run {:?}: {error}", command.get_program());
            ExitCode::FAILURE
        }
    }
}
