//! Altered specs are YAML that says one thing differently, and their examples are what they were.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use qingstor_codegen::Sources;
use qingstor_codegen::diagnostic::SourceText;
use qingstor_codegen::mutate::{self, Kind, Mutation};
use qingstor_codegen::yaml::{self, Node, Value};

fn base() -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/base");
    Sources::read(&folder).expect("a readable folder").specs
}

fn project() -> BTreeMap<String, Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    Sources::read(&root).expect("the project's specs").specs
}

fn text(specs: &BTreeMap<String, Vec<u8>>, file: &str) -> String {
    String::from_utf8(specs[file].clone()).expect("UTF-8")
}

fn parse(path: &str, text: &str) -> Node {
    let (path, text) = (path.to_string(), text.to_string());
    yaml::parse(&Arc::new(SourceText { path, text })).expect("YAML")
}

/// The tree without positions: one line for each scalar, with the path to it.
fn lines(node: &Node, path: &str, into: &mut Vec<String>) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                lines(&entry.value, &format!("{path}.{}", entry.key), into);
            }
        }
        Value::Seq(items) => {
            for (index, item) in items.iter().enumerate() {
                lines(item, &format!("{path}[{index}]"), into);
            }
        }
        scalar => into.push(format!("{path} = {scalar:?}")),
    }
}

fn said(path: &str, text: &str) -> BTreeSet<String> {
    let mut all = Vec::new();
    lines(&parse(path, text), "", &mut all);
    all.into_iter().collect()
}

fn one(specs: &BTreeMap<String, Vec<u8>>, id: &str) -> Mutation {
    let mut all = mutate::all(specs).into_iter();
    let found = all.find(|mutation| mutation.id() == id);
    found.unwrap_or_else(|| panic!("no mutation is called {id}"))
}

#[test]
fn a_name_on_the_wire_is_altered_and_the_name_in_rust_stays() {
    let specs = base();
    let file = "specs/bucket/get_paint.yaml";
    for (id, from, to) in [
        (
            "request.headers[X-QS-Colour].name: X-QS-Colour -> X-QS-Colour-Other",
            "{ name: X-QS-Colour, type: Colour,",
            "{ name: \"X-QS-Colour-Other\", field: colour, type: Colour,",
        ),
        (
            "request.query[limit].type: uint64 -> string",
            "{ name: limit, type: uint64,",
            "{ name: limit, type: string,",
        ),
        (
            "request.query[limit].required: false -> true",
            "{ name: limit, type: uint64,",
            "{ name: limit, required: true, type: uint64,",
        ),
        (
            "retry.class: safe -> never",
            "retry: { class: safe }",
            "retry: { class: never }",
        ),
        (
            "http.selector: paint -> nothing",
            "path: \"/{bucket}\", selector: paint }",
            "path: \"/{bucket}\" }",
        ),
    ] {
        let before = text(&specs, file);
        let after = one(&specs, &format!("{file} {id}")).apply(&before);
        assert_eq!(after, before.replacen(from, to, 1), "{id}");
        assert_ne!(after, before, "{id}");
    }
}

#[test]
fn every_alteration_is_yaml_and_leaves_the_examples_alone() {
    let specs = project();
    let mut ids = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for mutation in mutate::all(&specs) {
        let id = mutation.id();
        let before = text(&specs, &mutation.file);
        let new = said(&mutation.file, &mutation.apply(&before));
        let old = known.entry(mutation.file.clone());
        let old = &*old.or_insert_with(|| said(&mutation.file, &before));
        assert_ne!(*old, new, "{id} says the same");
        let examples = |all: &BTreeSet<String>| -> Vec<String> {
            all.iter()
                .filter(|line| line.starts_with(".examples"))
                .cloned()
                .collect()
        };
        assert_eq!(examples(old), examples(&new), "{id}");
        kinds.insert(mutation.kind);
        assert!(ids.insert(id.clone()), "{id} is there twice");
    }
    assert!(ids.len() > 2000, "{} alterations", ids.len());
    for kind in [
        Kind::RequestHeader,
        Kind::Required,
        Kind::Status,
        Kind::Computed,
        Kind::EnumValue,
    ] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
}

#[test]
fn specs_that_cannot_be_read_have_none() {
    let specs = BTreeMap::from([
        ("specs/bucket/x.yaml".to_string(), b"{".to_vec()),
        ("specs/bucket/y.yaml".to_string(), vec![0xff]),
        ("specs/bucket/z.yaml".to_string(), b"[]".to_vec()),
    ]);
    assert!(mutate::all(&specs).is_empty());
}
