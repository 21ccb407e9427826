//! `cargo xtask obstacle`

use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::{generate, spawn};

/// What the scratch copy is made of.
const COPIED: &[&str] = &[
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "README.md",
    "codegen",
    "conformance",
    "emulator",
    "rust-toolchain.toml",
    "sdk",
    "specs",
    "templates",
    "xtask",
];

/// Generates, compiles and tests specs whose every name, type and place is awkward, in a scratch copy of the project.
///
/// It is the proof that whatever the generator accepts compiles and works.
pub(crate) fn run(root: &Path) -> ExitCode {
    let scratch = root.join("target/obstacle");
    if let Err(error) = prepare(root, &scratch) {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    let code = generate::run(&scratch, false);
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
        let code = spawn::cargo_into(&scratch, &target, arguments);
        if code != ExitCode::SUCCESS {
            return code;
        }
    }
    ExitCode::SUCCESS
}

fn prepare(root: &Path, scratch: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(scratch) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    for name in COPIED {
        copy(&root.join(name), &scratch.join(name))?;
    }
    copy(
        &root.join("codegen/tests/obstacle/specs"),
        &scratch.join("specs"),
    )
}

/// Copies a file, or a folder with everything in it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", from.display()));
    if from.is_dir() {
        std::fs::create_dir_all(to).map_err(named)?;
        for entry in std::fs::read_dir(from).map_err(named)? {
            let entry = entry.map_err(named)?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    std::fs::copy(from, to).map(|_| ()).map_err(named)
}
