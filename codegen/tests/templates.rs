//! Templates only use names that exist, and decide nothing.
//!
//! The engine fails when it prints a name that does not exist, but a *test* of one is silently false and the
//! body of a loop over an empty list is never looked at.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use qingstor_codegen::{Planned, Sources, Templates, check, plan};

/// The project's templates, with specs that use every part of them: those of the API, and the awkward ones.
fn sources() -> Sources {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources =
        Sources::read(package.parent().expect("the project's root")).expect("readable sources");
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

/// Breaks each name of each template in turn: rendering some file has to notice every one.
#[test]
fn a_name_that_does_not_exist_is_noticed() {
    let sources = sources();
    let files = plan(&check(&sources).expect("sound specs")).expect("views");
    let templates = Templates::parse(&sources.templates).expect("templates");
    for file in &files {
        templates.render(file).expect("sound templates");
    }
    let mut unnoticed = Vec::new();
    for (name, text) in &sources.templates {
        for broken in unnoticed_names(name, text, &files) {
            unnoticed.push(format!("{name}: {broken}"));
        }
    }
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
}

/// The check above can fail: by a loop that no file fills, and by a template that no file is made with.
#[test]
fn a_name_that_no_file_uses_is_told() {
    let sources = sources();
    let files = plan(&check(&sources).expect("sound specs")).expect("views");
    // The files of this template have no text under `doc`.
    let text = "{% for m in modules %}{{ m }}{% endfor %}{% for c in doc %}{{ c }}{% endfor %}";
    let unnoticed = unnoticed_names("conformance/pages.rs.tera", text, &files);
    assert_eq!(unnoticed, ["c"]);
    let unnoticed = unnoticed_names("conformance/unused.rs.tera", text, &files);
    assert_eq!(unnoticed, ["m", "c", "modules", "doc"]);
}

/// The names of a template that can be broken without any of its files failing.
fn unnoticed_names(template: &str, text: &str, files: &[Planned]) -> Vec<String> {
    let files: Vec<&Planned> = files.iter().filter(|f| f.template == template).collect();
    let goes_unnoticed = |name: &Range<usize>| {
        let mut broken = text.to_string();
        broken.insert(name.end, 'x');
        let broken = BTreeMap::from([(template.to_string(), broken)]);
        let broken = Templates::parse(&broken).expect("a name is still a name");
        files.iter().all(|file| broken.render(file).is_ok())
    };
    let names = names(text).into_iter().filter(goes_unnoticed);
    names.map(|name| text[name].to_string()).collect()
}

/// Where names are printed or looped over: `{{ a.b }}` and `{% for x in a.b %}`.
fn names(text: &str) -> Vec<Range<usize>> {
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
                names.push(start..end);
            }
        }
    }
    names
}
