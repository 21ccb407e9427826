//! Every emulator that a test of this project starts checks that its answers are declared.

use std::fs;
use std::path::{Path, PathBuf};

/// What starts an emulator, and what has to follow before it runs.
const STARTS: [(&str, &str); 2] = [
    ("Emulator::builder()", ".check_answers(true)"),
    (
        "env!(\"CARGO_BIN_EXE_qingstor-emulator\")",
        "\"--check-answers\"",
    ),
];

/// Behind which it runs.
const RUNS: [&str; 4] = [".start()", ".spawn()", ".output()", "\n}"];

/// The places that do without: a file, how many there, and why.
const EXCEPTIONS: [(&str, usize, &str); 5] = [
    (
        "emulator/benches/server/listing.rs",
        1,
        "measures what users have",
    ),
    (
        "emulator/benches/server/process.rs",
        1,
        "measures what users have",
    ),
    (
        "emulator/tests/emulator/keeping.rs",
        2,
        "are refused at the start",
    ),
    (
        "emulator/tests/emulator/program.rs",
        1,
        "is refused at the start",
    ),
    (
        "emulator/tests/emulator/tls.rs",
        1,
        "is refused at the start",
    ),
];

/// The places in a text that start an emulator which does not check.
fn unchecked(text: &str) -> usize {
    let mut found = 0;
    for (start, check) in STARTS {
        let mut rest = text;
        while let Some((_, behind)) = rest.split_once(start) {
            let runs = RUNS.iter().filter_map(|runs| behind.find(runs)).min();
            let settings = runs.and_then(|end| behind.get(..end)).unwrap_or(behind);
            found += usize::from(!settings.contains(check));
            rest = behind;
        }
    }
    found
}

/// The Rust files that are no part of a program or library: of tests, examples, benchmarks and fuzz targets.
fn sources(folder: &Path, inside: bool, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            let inside =
                inside || ["tests", "examples", "benches", "fuzz", "conformance"].contains(&&*name);
            sources(&path, inside, found);
        } else if inside && name.ends_with(".rs") && name != "checked.rs" {
            found.push(path);
        }
    }
}

#[test]
fn all_emulators_of_tests_check_their_answers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    sources(&root, false, &mut files);
    let mut starts = 0;
    for file in files {
        let text = fs::read_to_string(&file).expect("text");
        let name = file.strip_prefix(&root).expect("inside").to_string_lossy();
        starts += STARTS
            .iter()
            .map(|(start, _)| text.matches(start).count())
            .sum::<usize>();
        let allowed = EXCEPTIONS.iter().find(|(place, ..)| *place == name);
        let (many, why) = allowed.map_or((0, ""), |(_, many, why)| (*many, *why));
        let found = unchecked(&text);
        assert_eq!(
            found, many,
            "{name}: {found} emulators do not check their answers (`check_answers(true)`, `--check-answers`); \
             {many} need not {why}"
        );
    }
    assert!(starts > 15, "only {starts} emulators were found");
}

#[test]
fn one_that_does_not_check_is_noticed() {
    let checked = "let a = Emulator::builder().zone(\"z\").check_answers(true).start();";
    assert_eq!(unchecked(checked), 0);
    let two = "let a = Emulator::builder().start(); let b = Emulator::builder().check_answers(true).start();";
    assert_eq!(unchecked(two), 1);
    let program =
        "Command::new(env!(\"CARGO_BIN_EXE_qingstor-emulator\")).arg(\"--admin\").spawn();";
    assert_eq!(unchecked(program), 1);
}
