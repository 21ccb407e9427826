//! The copy of the project in which mutants are built and tried.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use qingstor_codegen::Sources;
use qingstor_codegen::mutate::Mutation;
use serde::Deserialize;

use super::draw::altered;
use crate::scratch;

/// The suite takes some seconds; a mutant that makes it hang is caught.
const PATIENCE: Duration = Duration::from_secs(240);

/// What the build of some mutants came to.
pub(super) enum Built {
    Ready,
    /// What the compiler, or what the specs together, say.
    Fails(String),
}

pub(super) struct Bench {
    folder: PathBuf,
    target: PathBuf,
    sources: Sources,
    /// The generated files as they are in the copy.
    written: BTreeMap<String, Vec<u8>>,
}

impl Bench {
    pub(super) fn prepare(root: &Path, sources: Sources) -> Result<Bench, String> {
        let folder = root.join("target/mutate/project");
        scratch::prepare(root, &folder).map_err(|error| error.to_string())?;
        let written = qingstor_codegen::source::on_disk(&folder);
        Ok(Bench {
            // Not the project's own: packages of one name at one place in their workspace share their artifacts there.
            target: root.join("target/mutate/target"),
            written: written.map_err(|error| error.to_string())?,
            folder,
            sources,
        })
    }

    /// Without a mutant nothing fails; otherwise nothing could be concluded.
    pub(super) fn baseline(&mut self) -> Result<(), String> {
        println!("building and trying the checks as they are");
        if let Built::Fails(problem) = self.build(&[])? {
            return Err(format!("the project does not compile:\n{problem}"));
        }
        match self.suite()?.first() {
            Some(check) => Err(format!(
                "`{check}` fails without any mutant; mend that first"
            )),
            None => Ok(()),
        }
    }

    /// Builds the checks from specs with these facts altered.
    pub(super) fn build(&mut self, mutants: &[&Mutation]) -> Result<Built, String> {
        let files = match qingstor_codegen::generate(&altered(&self.sources, mutants)) {
            Ok(files) => files,
            Err(problems) => {
                let messages = problems.iter().map(|p| format!("error: {}\n\n", p.message));
                return Ok(Built::Fails(messages.collect()));
            }
        };
        for (path, text) in &files {
            // No check reads the pages, and the copy has none.
            let unread = path.starts_with("docs/");
            if !unread && self.written.get(path).map(Vec::as_slice) != Some(text.as_bytes()) {
                let full = self.folder.join(path);
                std::fs::write(&full, text).map_err(|e| format!("{}: {e}", full.display()))?;
                self.written.insert(path.clone(), text.clone().into_bytes());
            }
        }
        let output = self
            .cargo()
            .args([
                "build",
                "--quiet",
                "-p",
                "qingstor-conformance",
                "--bin",
                "conformance",
            ])
            .env("RUSTFLAGS", "--cap-lints=allow")
            .output()
            .map_err(|error| format!("cannot run cargo: {error}"))?;
        if output.status.success() {
            return Ok(Built::Ready);
        }
        Ok(Built::Fails(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ))
    }

    /// Runs all checks; returns the names of those that fail.
    pub(super) fn suite(&self) -> Result<Vec<String>, String> {
        let report = self.target.join("report.json");
        let _ = std::fs::remove_file(&report);
        let program = self.target.join("debug/conformance");
        let mut child = Command::new(program)
            .args(["--format", "json", "--timeout", "10", "--output"])
            .arg(&report)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("cannot run the checks: {error}"))?;
        let started = Instant::now();
        loop {
            let status = child.try_wait().map_err(|error| error.to_string())?;
            if status.is_some() {
                break;
            }
            if started.elapsed() > PATIENCE {
                let _ = child.kill();
                let _ = child.wait();
                return Ok(vec!["the suite does not end".to_string()]);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let Ok(text) = std::fs::read_to_string(&report) else {
            return Ok(vec!["the suite breaks off".to_string()]);
        };
        let report: Report = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let failed = report
            .checks
            .iter()
            .filter(|check| check.result == "failed");
        let mut names: Vec<String> = failed
            .map(|check| format!("{}/{}/{}", check.operation, check.kind, check.what))
            .collect();
        names.extend(report.problem);
        Ok(names)
    }

    fn cargo(&self) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        command
    }
}

#[derive(Deserialize)]
struct Report {
    /// Why the emulators could not be used.
    problem: Option<String>,
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    operation: String,
    kind: String,
    what: String,
    result: String,
}

/// The first error of a compiler's output, in one line.
pub(super) fn first_error(problem: &str) -> String {
    let mut lines = problem.lines().filter(|line| line.starts_with("error"));
    lines.next().unwrap_or("it does not compile").to_string()
}
