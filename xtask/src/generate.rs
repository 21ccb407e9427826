//! `cargo xtask generate [--check]`

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use qingstor_codegen::Files;
use qingstor_codegen::source::{Drift, on_disk};

use crate::lint;

/// Makes every generated file, or with `check` only tells what would change.
pub(crate) fn run(root: &Path, check: bool) -> ExitCode {
    let start = Instant::now();
    let sources = match lint::read(root) {
        Ok(sources) => sources,
        Err(code) => return code,
    };
    let files = match qingstor_codegen::generate(&sources) {
        Ok(files) => files,
        Err(problems) => {
            lint::report(&problems);
            return ExitCode::FAILURE;
        }
    };
    let drift = match on_disk(root) {
        Ok(disk) => Drift::between(&files, &disk),
        Err(error) => {
            eprintln!("error: cannot read the generated files: {error}");
            return ExitCode::FAILURE;
        }
    };
    for (label, paths) in [
        ("missing", &drift.missing),
        ("stale", &drift.stale),
        ("orphaned", &drift.orphaned),
    ] {
        for path in paths {
            println!("{label:>8} {path}");
        }
    }
    let changes = drift.missing.len() + drift.stale.len() + drift.orphaned.len();
    if check && changes > 0 {
        eprintln!(
            "error: {changes} generated files are not what the specs say; run `cargo xtask generate`"
        );
        return ExitCode::FAILURE;
    }
    if let Err(error) = apply(root, &files, &drift) {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    let verb = if check { "checked" } else { "generated" };
    let milliseconds = start.elapsed().as_millis();
    println!(
        "{verb} {} files from {} specs, {changes} changed, in {milliseconds} ms",
        files.len(),
        sources.specs.len()
    );
    ExitCode::SUCCESS
}

/// Writes what is missing or stale and removes orphans; leaves everything else untouched.
fn apply(root: &Path, files: &Files, drift: &Drift) -> io::Result<()> {
    let named =
        |path: &str, error: io::Error| io::Error::new(error.kind(), format!("{path}: {error}"));
    for path in drift.missing.iter().chain(&drift.stale) {
        let full = root.join(path);
        if let Some(folder) = full.parent() {
            std::fs::create_dir_all(folder).map_err(|e| named(path, e))?;
        }
        // A full disk must not leave half a file where a whole one was.
        let temporary = full.with_extension("tmp");
        let written = std::fs::write(&temporary, &files[path])
            .and_then(|()| std::fs::rename(&temporary, &full));
        if let Err(error) = written {
            let _ = std::fs::remove_file(&temporary);
            return Err(named(path, error));
        }
    }
    for path in &drift.orphaned {
        std::fs::remove_file(root.join(path)).map_err(|e| named(path, e))?;
    }
    Ok(())
}
