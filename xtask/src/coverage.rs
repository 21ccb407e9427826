//! `cargo xtask coverage`

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};

use qingstor_codegen::coverage::{self, Deviations, Facts};
use qingstor_codegen::model::Api;

use crate::lint;

const INVENTORY: &str = "specs/upstream/inventory.txt";
const DEVIATIONS: &str = "specs/upstream/deviations.yaml";

/// Compares the specs with the vendor's Swagger, or with the inventory of its facts that the repository keeps.
pub(crate) fn run(root: &Path, upstream: Option<&Path>, write: bool) -> ExitCode {
    match compare(root, upstream, write) {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn compare(root: &Path, upstream: Option<&Path>, write: bool) -> Result<ExitCode, String> {
    let sources = match lint::read(root) {
        Ok(sources) => sources,
        Err(code) => return Ok(code),
    };
    let api = match qingstor_codegen::check(&sources) {
        Ok(api) => api,
        Err(problems) => {
            lint::report(&problems);
            return Ok(ExitCode::FAILURE);
        }
    };
    let (theirs, source) = match upstream {
        Some(folder) => (swagger(folder)?, folder.display().to_string()),
        None => (inventory(root)?, INVENTORY.to_string()),
    };
    if write {
        let lines: Vec<&str> = theirs.iter().map(String::as_str).collect();
        let text = lines.join("\n") + "\n";
        std::fs::write(root.join(INVENTORY), text).map_err(|e| format!("{INVENTORY}: {e}"))?;
        println!("wrote {} facts to {INVENTORY}", theirs.len());
    }
    let text =
        std::fs::read_to_string(root.join(DEVIATIONS)).map_err(|e| format!("{DEVIATIONS}: {e}"))?;
    let deviations = Deviations::parse(&text).map_err(|e| format!("{DEVIATIONS}: {e}"))?;
    let ours = coverage::ours(&api);
    table(root, &api);
    let comparison = coverage::compare(&theirs, &ours, &deviations);
    for difference in &comparison.unexplained {
        println!("unexplained {difference}");
    }
    for pattern in &comparison.stale {
        println!("stale       {pattern}");
    }
    let covered = operations(&theirs).intersection(&operations(&ours)).count();
    println!(
        "{covered} of {} operations of {source}, {} facts, {} differences with a reason, {} without, {} reasons that no longer apply",
        operations(&theirs).len(),
        theirs.len(),
        comparison.explained,
        comparison.unexplained.len(),
        comparison.stale.len()
    );
    if comparison.unexplained.is_empty() && comparison.stale.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!(
        "error: list every difference with its reason in {DEVIATIONS}, and remove what no longer applies"
    );
    Ok(ExitCode::FAILURE)
}

/// The places of operations that facts are about.
fn operations(facts: &Facts) -> std::collections::BTreeSet<&str> {
    facts
        .iter()
        .filter_map(|fact| fact.split(' ').next())
        .collect()
}

fn swagger(folder: &Path) -> Result<Facts, String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut files = BTreeMap::new();
    for entry in entries {
        let path = entry.map_err(|e| e.to_string())?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.ends_with(".json") {
            let text =
                std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            files.insert(name, text);
        }
    }
    coverage::upstream(&files)
}

fn inventory(root: &Path) -> Result<Facts, String> {
    let text =
        std::fs::read_to_string(root.join(INVENTORY)).map_err(|e| format!("{INVENTORY}: {e}"))?;
    Ok(text.lines().map(str::to_string).collect())
}

/// One line an operation: examples, emulated or not, page.
fn table(root: &Path, api: &Api) {
    let emulated = emulated(root);
    for operation in &api.operations {
        let group = qingstor_codegen::model::scope_name(operation.group);
        let page = format!("docs/reference/{group}/{}.md", operation.snake);
        let state = match emulated.get(&operation.id) {
            Some(true) => "emulated",
            Some(false) => "501",
            None => "unknown",
        };
        println!(
            "{:<28} {:>2} examples  {state:<9} {page}",
            operation.id,
            operation.examples.len()
        );
    }
}

/// What the emulator says of itself; nothing, if it cannot be run.
fn emulated(root: &Path) -> BTreeMap<String, bool> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = [
        "run",
        "--quiet",
        "-p",
        "qingstor-emulator",
        "--",
        "--list-operations",
    ];
    let output = Command::new(cargo)
        .args(arguments)
        .current_dir(root)
        .output();
    let text = output
        .map(|o| String::from_utf8_lossy(&o.stdout).into_owned())
        .unwrap_or_default();
    let mut emulated = BTreeMap::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        if let (Some(mark), Some(name)) = (words.next(), words.next()) {
            emulated.insert(name.to_string(), mark == "yes");
        }
    }
    emulated
}
