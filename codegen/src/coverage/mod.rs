//! What the vendor's Swagger says against what the specs say, as two sets of facts.
//!
//! A fact is one line: the place of an operation in the Swagger, and one thing about it, such as
//! `bucket_acl.json#/get status 200 body acl[].permission = READ`. Facts hold names, places and types, never prose.
//! Every difference has to be listed with a reason, and every listed reason has to apply.

mod ours;
mod upstream;

use std::collections::BTreeSet;

use serde::Deserialize;

pub use ours::facts as ours;
pub use upstream::facts as upstream;

/// Facts about all operations.
pub type Facts = BTreeSet<String>;

/// Differences that are meant, from `specs/upstream/deviations.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviations {
    /// The differences, grouped by reason.
    pub deviations: Vec<Deviation>,
}

/// Differences with one reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// Why the specs differ.
    pub reason: String,
    /// Facts that only the Swagger (`- `) or only the specs (`+ `) have.
    pub differences: Vec<String>,
}

impl Deviations {
    /// Reads the list.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_yaml::from_str(text).map_err(|e| e.to_string())
    }
}

/// What a comparison found.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Differences without a reason: `- ` only the Swagger has, `+ ` only the specs have.
    pub unexplained: Vec<String>,
    /// Listed differences that there are not.
    pub stale: Vec<String>,
    /// How many differences are explained.
    pub explained: usize,
}

/// Compares the facts.
pub fn compare(upstream: &Facts, ours: &Facts, deviations: &Deviations) -> Comparison {
    let listed: BTreeSet<&str> = deviations
        .deviations
        .iter()
        .flat_map(|d| &d.differences)
        .map(String::as_str)
        .collect();
    let missing = upstream.difference(ours).map(|fact| format!("- {fact}"));
    let added = ours.difference(upstream).map(|fact| format!("+ {fact}"));
    let found: BTreeSet<String> = missing.chain(added).collect();
    let unexplained = found.iter().filter(|d| !listed.contains(d.as_str()));
    let stale = listed.iter().filter(|d| !found.contains(**d));
    let unexplained: Vec<String> = unexplained.cloned().collect();
    Comparison {
        explained: found.len() - unexplained.len(),
        unexplained,
        stale: stale.map(|d| (*d).to_string()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_need_a_reason_and_reasons_a_difference() {
        let facts = |lines: &[&str]| lines.iter().map(|l| (*l).to_string()).collect::<Facts>();
        let deviations = Deviations {
            deviations: vec![Deviation {
                reason: "r".into(),
                differences: vec![
                    "- a.json#/get query zone: string".into(),
                    "+ a.json#/get status 404".into(),
                    "- gone".into(),
                ],
            }],
        };
        let upstream = facts(&["a.json#/get query zone: string", "a.json#/get status 200"]);
        let ours = facts(&[
            "a.json#/get status 200",
            "a.json#/get status 404",
            "a.json#/get query x: string",
        ]);
        let comparison = compare(&upstream, &ours, &deviations);
        assert_eq!(comparison.unexplained, ["+ a.json#/get query x: string"]);
        assert_eq!(comparison.stale, ["- gone"]);
        assert_eq!(comparison.explained, 2);
    }
}
