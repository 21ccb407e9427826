//! Templates only use names that exist, and decide nothing.
//!
//! The engine fails when it prints a name that does not exist, but a *test* of one is silently false and the
//! body of a loop over an empty list is never looked at.

use std::collections::BTreeMap;
use std::path::Path;

use qingstor_codegen::{Sources, generate};

/// The project's templates, with specs that use every part of them: a few operations of the API, and the awkward ones.
fn sources() -> Sources {
    const OPERATIONS: [&str; 8] = [
        "specs/service/list_buckets.yaml",
        "specs/bucket/post_object.yaml",
        "specs/bucket/put_bucket.yaml",
        "specs/bucket/put_bucket_cors.yaml",
        "specs/bucket/put_bucket_versioning.yaml",
        "specs/object/get_object.yaml",
        "specs/object/options_object.yaml",
        "specs/object/put_object.yaml",
    ];
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources =
        Sources::read(package.parent().expect("the project's root")).expect("readable sources");
    sources.specs.retain(|path, _| {
        let is_operation = path.matches('/').count() == 2 && !path.starts_with("specs/types/");
        !is_operation || OPERATIONS.contains(&path.as_str())
    });
    let awkward = Sources::read(&package.join("tests/obstacle")).expect("readable sources");
    sources.specs.extend(awkward.specs);
    sources
}

#[test]
fn templates_loop_instead_of_testing() {
    for (name, text) in sources().templates {
        for (index, _) in text.match_indices("{% if ") {
            let condition = text[index + 6..]
                .split("%}")
                .next()
                .unwrap_or_default()
                .trim_end_matches('-')
                .trim();
            assert!(
                condition.starts_with("loop."),
                "{name} tests `{condition}`: loop over a list instead"
            );
        }
        assert!(
            !text.contains("{% elif") && !text.contains("default("),
            "{name} hides names that do not exist"
        );
    }
}

/// Breaks each name of each template in turn: the generator has to notice every one.
#[test]
fn a_name_that_does_not_exist_is_noticed() {
    let sound = sources();
    generate(&sound).expect("sound templates");
    let mut unnoticed = Vec::new();
    for (name, text) in &sound.templates {
        for (start, end) in names(text) {
            let mut broken = text.clone();
            broken.replace_range(start..end, &format!("{}x", &text[start..end]));
            let mut templates: BTreeMap<String, String> = sound.templates.clone();
            templates.insert(name.clone(), broken);
            let sources = Sources {
                specs: sound.specs.clone(),
                templates,
            };
            if generate(&sources).is_ok() {
                unnoticed.push(format!("{name}: {}", &text[start..end]));
            }
        }
    }
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
}

/// Where names are printed or looped over: `{{ a.b }}` and `{% for x in a.b %}`.
fn names(text: &str) -> Vec<(usize, usize)> {
    let mut names = Vec::new();
    for (open, close) in [("{{ ", " }}"), (" in ", " ")] {
        for (index, _) in text.match_indices(open) {
            let start = index + open.len();
            let rest = &text[start..];
            let end = start + rest.find(close).unwrap_or(rest.len());
            let in_tag = open == "{{ "
                || text[..index]
                    .rfind("{% for")
                    .is_some_and(|tag| !text[tag..index].contains("%}"));
            if in_tag {
                names.push((start, end));
            }
        }
    }
    names
}
