//! `cargo xtask diff`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use qingstor_codegen::diff::{self, Change};
use qingstor_codegen::source::is_spec;
use qingstor_codegen::{Diagnostic, Sources};

/// How the changes are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// One line a change.
    Text,
    /// A stub of a section of the changelog.
    Markdown,
}

/// Prints what changed in the API since a revision.
pub(crate) fn run(root: &Path, revision: &str, format: Format, deny_breaking: bool) -> ExitCode {
    let changes = match changes_since(root, revision) {
        Ok(changes) => changes,
        Err(problem) => {
            eprintln!("error: {problem}");
            return ExitCode::FAILURE;
        }
    };
    let text = match format {
        Format::Text => diff::text(&changes),
        Format::Markdown => diff::markdown(&changes),
    };
    // Where standard output is closed there is nobody to tell.
    let _ = std::io::stdout().write_all(text.as_bytes());
    if deny_breaking && changes.iter().any(|c| c.breaking) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn changes_since(root: &Path, revision: &str) -> Result<Vec<Change>, String> {
    let old = Sources {
        specs: specs_of(root, revision)?,
        ..Sources::default()
    };
    let new = Sources::read(root).map_err(|e| format!("cannot read the specs: {e}"))?;
    let old = qingstor_codegen::check(&old).map_err(|problems| {
        let first = first_lines(&problems);
        let count = problems.len();
        format!(
            "the specs of `{revision}` are not written in the grammar of this generator ({count} mistakes), so they cannot \
             be compared. Choose a later revision. The first mistake:\n\n{first}"
        )
    })?;
    let new = qingstor_codegen::check(&new).map_err(|problems| {
        let first = first_lines(&problems);
        format!("the specs have mistakes; `cargo xtask lint` lists them. The first:\n\n{first}")
    })?;
    Ok(diff::compare(&old, &new))
}

fn first_lines(problems: &[Diagnostic]) -> String {
    problems
        .first()
        .map(|p| p.render(false))
        .unwrap_or_default()
}

/// The specs of a revision, read from git's own storage.
fn specs_of(root: &Path, revision: &str) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let commit = format!("{revision}^{{commit}}");
    let commit = git(
        root,
        &[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ],
    )
    .map_err(|problem| match problem {
        Failure::Start(why) => why,
        Failure::Exit(_) => format!("git knows no revision `{revision}`"),
    })?;
    let commit = String::from_utf8_lossy(&commit).trim().to_string();
    let listing = git(
        root,
        &[
            "ls-tree",
            "-r",
            "-z",
            "--name-only",
            &commit,
            "--",
            "specs/",
        ],
    )
    .map_err(Failure::text)?;
    let listing = String::from_utf8_lossy(&listing);
    let mut specs = BTreeMap::new();
    for path in listing.split('\0').filter(|path| is_spec(path)) {
        let object = format!("{commit}:./{path}");
        let bytes = git(root, &["cat-file", "blob", &object]).map_err(Failure::text)?;
        specs.insert(path.to_string(), bytes);
    }
    if specs.is_empty() {
        return Err(format!("the revision `{revision}` has no specs"));
    }
    Ok(specs)
}

enum Failure {
    /// It could not be started.
    Start(String),
    /// It said why.
    Exit(String),
}

impl Failure {
    fn text(self) -> String {
        match self {
            Failure::Start(text) | Failure::Exit(text) => text,
        }
    }
}

fn git(root: &Path, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(root)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| Failure::Start(format!("cannot run git: {e}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let command = arguments.first().unwrap_or(&"");
    Err(Failure::Exit(format!("git {command}: {}", said.trim())))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const SERVICE: &str = "service: Example\napi_version: \"1\"\ndocs: https://docs.example.com/\nsigned_query_keys: []\n";
    const ERRORS: &str = "errors:\n  - { code: not_there, status: 404, doc: None. }\n";

    /// A repository whose first commit has the grammar of another time, and whose second has no mistake.
    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        let run = |arguments: &[&str]| {
            let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
            let status = Command::new("git")
                .args(identity)
                .args(arguments)
                .current_dir(root)
                .stdout(Stdio::null())
                .status()
                .expect("git");
            assert!(status.success(), "{arguments:?}");
        };
        fs::create_dir_all(root.join("specs/upstream")).expect("a folder");
        fs::write(root.join("specs/service.yaml"), SERVICE).expect("written");
        fs::write(root.join("specs/upstream/x.yaml"), "no: spec").expect("written");
        fs::write(root.join("specs/errors.yaml"), "codes: []\n").expect("written");
        run(&["init", "--quiet", "--initial-branch", "main"]);
        run(&["add", "."]);
        run(&["commit", "--quiet", "-m", "another grammar"]);
        run(&["tag", "old"]);
        fs::write(root.join("specs/errors.yaml"), ERRORS).expect("written");
        run(&["commit", "--quiet", "-am", "this grammar"]);
        folder
    }

    #[test]
    fn the_working_tree_is_compared_with_a_revision() {
        let folder = repository();
        let root = folder.path();
        assert_eq!(changes_since(root, "HEAD"), Ok(Vec::new()));
        let errors = ERRORS.replace("404", "410");
        fs::write(root.join("specs/errors.yaml"), &errors).expect("written");
        let changes = changes_since(root, "main").expect("comparable");
        assert_eq!(
            diff::text(&changes),
            "error not_there\n  ~ usual status: 410, was 404\n1 change, 0 breaking\n"
        );
        // Read from git, not checked out.
        let left = fs::read_to_string(root.join("specs/errors.yaml")).expect("still there");
        assert_eq!(left, errors);
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        let folder = repository();
        let root = folder.path();
        let problem = changes_since(root, "old").expect_err("another grammar");
        assert!(problem.contains("not written in the grammar"), "{problem}");
        assert!(problem.contains("specs/errors.yaml:1"), "{problem}");
        for revision in ["nowhere", "--help", ""] {
            let problem = changes_since(root, revision).expect_err("no revision");
            assert_eq!(problem, format!("git knows no revision `{revision}`"));
        }
        fs::write(root.join("specs/errors.yaml"), "errors: 1\n").expect("written");
        let problem = changes_since(root, "HEAD").expect_err("a mistake");
        assert!(problem.contains("cargo xtask lint"), "{problem}");
    }
}
