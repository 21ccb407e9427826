//! The specs against the inventory of the vendor's Swagger.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use qingstor_codegen::coverage::{Deviations, Facts, compare, ours};
use qingstor_codegen::{Sources, check};

fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the project's root").to_path_buf()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect("a readable file")
}

fn facts() -> (Facts, Facts, Deviations) {
    let inventory = read("specs/upstream/inventory.txt");
    let upstream = inventory.lines().map(str::to_string).collect();
    let api = check(&Sources::read(&root()).expect("readable specs")).expect("sound specs");
    let deviations = Deviations::parse(&read("specs/upstream/deviations.yaml")).expect("a list");
    (upstream, ours(&api), deviations)
}

#[test]
fn every_difference_has_a_reason_and_every_reason_a_difference() {
    let (upstream, ours, deviations) = facts();
    let operations: BTreeSet<&str> = upstream
        .iter()
        .filter_map(|fact| fact.split(' ').next())
        .collect();
    assert_eq!(operations.len(), 50);
    let comparison = compare(&upstream, &ours, &deviations);
    assert!(
        comparison.unexplained.is_empty(),
        "{:#?}",
        comparison.unexplained
    );
    assert!(comparison.stale.is_empty(), "{:#?}", comparison.stale);
}

/// Whatever goes missing from a spec is noticed: what the Swagger has too, and what only the specs have.
#[test]
fn no_fact_can_go_missing_unnoticed() {
    let (upstream, ours, deviations) = facts();
    for fact in &ours {
        let mut less = ours.clone();
        less.remove(fact);
        let comparison = compare(&upstream, &less, &deviations);
        let noticed = comparison.unexplained.len() + comparison.stale.len();
        assert_eq!(noticed, 1, "{fact}");
    }
}
