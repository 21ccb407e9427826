//! `cargo xtask obstacle`

use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::{generate, scratch, spawn};

/// Generates, compiles and tests specs whose every name, type and place is awkward, in a scratch copy of the project.
///
/// It is the proof that whatever the generator accepts compiles and works.
pub(crate) fn run(root: &Path) -> ExitCode {
    let copy = root.join("target/obstacle");
    if let Err(error) = prepare(root, &copy) {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    let code = generate::run(&copy, false);
    if code != ExitCode::SUCCESS {
        return code;
    }
    // Not the project's own target folder: packages of one name at one place in their workspace share their artifacts
    // there, and the project would go on with those of the copy.
    let target = root.join("target/obstacle-target");
    for arguments in [
        &[
            "clippy",
            "-p",
            "qingstor",
            "-p",
            "qingstor-conformance",
            "--",
            "-D",
            "warnings",
        ][..],
        &[
            "test",
            "-p",
            "qingstor-conformance",
            "--test",
            "examples",
            "--",
            "obstacle",
        ],
    ] {
        let code = spawn::cargo_into(&copy, &target, arguments);
        if code != ExitCode::SUCCESS {
            return code;
        }
    }
    ExitCode::SUCCESS
}

fn prepare(root: &Path, copy: &Path) -> io::Result<()> {
    scratch::prepare(root, copy)?;
    let specs = root.join("codegen/tests/obstacle/specs");
    scratch::overlay(&specs, &copy.join("specs"))
}
