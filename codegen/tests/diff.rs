//! Two small versions of an API, and what is said about their difference: every kind of change, judged by hand.

use std::path::Path;

use qingstor_codegen::model::Api;
use qingstor_codegen::{Sources, check, diff};

fn api(version: &str) -> Api {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff");
    let sources = Sources::read(&folder.join(version)).expect("readable specs");
    check(&sources).unwrap_or_else(|problems| {
        let texts: Vec<String> = problems.iter().map(|p| p.render(false)).collect();
        panic!("{}", texts.join("\n\n"))
    })
}

fn expected(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff");
    std::fs::read_to_string(folder.join(name)).expect("the expected text")
}

#[test]
fn a_terminal_shows_one_line_a_change() {
    let changes = diff::compare(&api("old"), &api("new"));
    assert_eq!(diff::text(&changes), expected("expected.txt"));
}

#[test]
fn a_changelog_begins_with_what_breaks_callers() {
    let changes = diff::compare(&api("old"), &api("new"));
    assert_eq!(diff::markdown(&changes), expected("expected.md"));
}

#[test]
fn one_version_does_not_differ_from_itself() {
    for version in ["old", "new"] {
        let changes = diff::compare(&api(version), &api(version));
        assert!(changes.is_empty(), "{changes:#?}");
        assert_eq!(diff::text(&changes), "no changes of the API\n");
        assert_eq!(diff::markdown(&changes), "No changes of the API.\n");
    }
}

/// Whatever is new one way is gone the other way.
#[test]
fn the_way_back_tells_the_same_changes() {
    let (old, new) = (api("old"), api("new"));
    let there = diff::compare(&old, &new);
    let back = diff::compare(&new, &old);
    let count = |changes: &[diff::Change], kind| changes.iter().filter(|c| c.kind == kind).count();
    let added = count(&there, diff::Kind::Added);
    assert_eq!(added, count(&back, diff::Kind::Removed));
    let removed = count(&there, diff::Kind::Removed);
    assert_eq!(removed, count(&back, diff::Kind::Added));
}
