//! Whatever stands in a spec, the generator answers with files or with mistakes, never with a panic.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use qingstor_codegen::{Sources, generate};

fn project() -> Sources {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    Sources::read(package.parent().expect("the project's root")).expect("readable sources")
}

/// Generates from the project's specs with one file replaced; a panic fails the test.
fn survive(project: &Sources, path: &str, bytes: Vec<u8>) -> bool {
    let mut specs: BTreeMap<String, Vec<u8>> = project.specs.clone();
    specs.insert(path.to_string(), bytes);
    let sources = Sources {
        specs,
        templates: project.templates.clone(),
    };
    match generate(&sources) {
        Ok(files) => !files.is_empty(),
        Err(problems) => {
            for problem in &problems {
                assert!(
                    !problem.render(false).contains("mistake of the generator"),
                    "{}",
                    problem.render(false)
                );
            }
            !problems.is_empty()
        }
    }
}

#[derive(Clone, Debug)]
enum Edit {
    RemoveLine(usize),
    RepeatLine(usize),
    Insert(usize, String),
    SwapWords(usize, usize),
    Truncate(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let text = prop_oneof![
        Just("type".to_string()),
        Just(": ".to_string()),
        Just("self".to_string()),
        Just("\"".to_string()),
        Just("{".to_string()),
        Just("- x: 1\n".to_string()),
        Just("\u{202e}".to_string()),
        Just("*/ //".to_string()),
        Just("r#\"#".to_string()),
        "\\PC{0,12}",
    ];
    prop_oneof![
        any::<usize>().prop_map(Edit::RemoveLine),
        any::<usize>().prop_map(Edit::RepeatLine),
        (any::<usize>(), text).prop_map(|(at, text)| Edit::Insert(at, text)),
        (any::<usize>(), any::<usize>()).prop_map(|(a, b)| Edit::SwapWords(a, b)),
        any::<usize>().prop_map(Edit::Truncate),
    ]
}

fn apply(text: &str, edit: &Edit) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let boundary = |at: usize| {
        let mut at = at % (text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    match edit {
        Edit::RemoveLine(at) if !lines.is_empty() => {
            lines.remove(at % lines.len());
            lines.concat()
        }
        Edit::RepeatLine(at) if !lines.is_empty() => {
            let at = at % lines.len();
            lines.insert(at, lines[at]);
            lines.concat()
        }
        Edit::Insert(at, insert) => {
            let at = boundary(*at);
            format!("{}{insert}{}", &text[..at], &text[at..])
        }
        Edit::SwapWords(a, b) => {
            let mut words: Vec<&str> = text.split(' ').collect();
            let count = words.len();
            words.swap(a % count, b % count);
            words.join(" ")
        }
        Edit::Truncate(at) => text[..boundary(*at)].to_string(),
        Edit::RemoveLine(_) | Edit::RepeatLine(_) => text.to_string(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_specs(which in any::<usize>(), edits in prop::collection::vec(edit(), 1..4)) {
        let project = project();
        let paths: Vec<&String> = project.specs.keys().collect();
        let path = paths[which % paths.len()];
        let mut text = String::from_utf8(project.specs[path].clone()).expect("a text");
        for edit in &edits {
            text = apply(&text, edit);
        }
        prop_assert!(survive(&project, path, text.into_bytes()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(survive(&project(), "specs/bucket/put_bucket.yaml", bytes));
    }

    #[test]
    fn arbitrary_prose(doc in "\\PC{1,80}") {
        let doc = serde_json::to_string(&doc).expect("a text");
        let yaml = format!("type: Anything\ndoc: {doc}\nfields:\n  - {{ name: a, type: string, doc: {doc} }}\n");
        prop_assert!(survive(&project(), "specs/types/anything.yaml", yaml.into_bytes()));
    }
}
