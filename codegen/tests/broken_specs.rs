//! Every class of mistake in a spec is reported at its place, with what to do about it.
//!
//! A folder of `tests/broken` holds the files that differ from the sound specs in `tests/base`, and in
//! `expected.txt` what is said about them. `UPDATE_EXPECTED=1 cargo test -p qingstor-codegen` writes the
//! latter anew, to be read before it is committed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use qingstor_codegen::{Sources, check};

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn read(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    Sources::read(folder).expect("a readable folder").specs
}

#[test]
fn the_sound_specs_have_no_mistake() {
    let sources = Sources {
        specs: read(&tests().join("base")),
        ..Sources::default()
    };
    let api = check(&sources).expect("no mistakes");
    assert_eq!(api.operations.len(), 1);
}

#[test]
fn every_mistake_is_reported_as_expected() {
    let mut failures = Vec::new();
    let mut cases: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(tests().join("broken")).expect("the cases") {
        cases.push(entry.expect("a case").path());
    }
    cases.sort();
    assert!(cases.len() > 50);
    for case in cases {
        let mut specs = read(&tests().join("base"));
        specs.extend(read(&case));
        let sources = Sources {
            specs,
            ..Sources::default()
        };
        let text = match check(&sources) {
            Ok(_) => "no mistake was found\n".to_string(),
            Err(problems) => {
                for problem in &problems {
                    let hint = problem.hint.as_deref().unwrap_or_default();
                    assert!(
                        !hint.is_empty() && problem.position().is_some(),
                        "{case:?}: {problem:?}"
                    );
                }
                let texts = problems.iter().map(|p| p.render(false));
                texts.collect::<Vec<_>>().join("\n\n") + "\n"
            }
        };
        let path = case.join("expected.txt");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(&path, &text).expect("a writable case");
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if text != expected {
            let name = case
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            failures.push(format!("{name}: expected\n{expected}\ngot\n{text}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
