//! A run as JSON.

use serde::Serialize;

use super::causes;
use crate::check::Kind;
use crate::execute::Verdict;
use crate::redact::Shown;
use crate::report::Finding;
use crate::run::{Class, Entry, Run};

/// A run.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    subject: &'a str,
    failed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
    seconds: f64,
    counts: Counts,
    kinds: Vec<Described>,
    /// The names of checks that failed alike, the most basic first.
    causes: Vec<Vec<String>>,
    checks: Vec<Told<'a>>,
}

#[derive(Default, Serialize)]
struct Counts {
    passed: usize,
    failed: usize,
    unverified: usize,
    contradicted: usize,
    skipped: usize,
}

#[derive(Serialize)]
struct Described {
    kind: &'static str,
    why_none: &'static str,
}

#[derive(Serialize)]
struct Told<'a> {
    operation: &'a str,
    kind: &'static str,
    what: &'a str,
    result: &'static str,
    spec: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    unverified: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<&'a str>,
    #[serde(skip_serializing_if = "<[Finding]>::is_empty")]
    findings: &'a [Finding],
    #[serde(skip_serializing_if = "<[Shown]>::is_empty")]
    exchanges: &'a [Shown],
    milliseconds: u128,
}

/// A class as one word.
pub(super) fn word(class: Class) -> &'static str {
    match class {
        Class::Passed => "passed",
        Class::Failed => "failed",
        Class::Unverified(true) => "unverified",
        Class::Unverified(false) => "contradicted",
        Class::Skipped => "skipped",
    }
}

pub(super) fn document(run: &Run) -> Document<'_> {
    let count = |class| run.of(class).count();
    let told = |entry: &'_ Entry| -> &'static str { word(run.class(entry)) };
    let checks = run.entries.iter().map(|entry| Told {
        operation: entry.check.operation,
        kind: entry.check.kind.as_str(),
        what: &entry.check.what,
        result: told(entry),
        spec: &entry.check.place,
        unverified: entry.check.unverified.as_deref(),
        skipped: match &entry.outcome.verdict {
            Verdict::Skipped(reason) => Some(reason),
            _ => None,
        },
        findings: &entry.outcome.findings,
        exchanges: &entry.outcome.exchanges,
        milliseconds: entry.outcome.elapsed.as_millis(),
    });
    let causes = [Class::Failed, Class::Unverified(false)].map(|class| causes::of(run, class));
    let names = |cause: causes::Cause<'_>| -> Vec<String> {
        let entries = cause.entries.iter();
        entries.map(|entry| entry.check.name()).collect()
    };
    let kinds = Kind::ALL.map(|kind| Described {
        kind: kind.as_str(),
        why_none: kind.why_none(),
    });
    Document {
        subject: &run.subject,
        failed: run.failed(),
        problem: run.problem.as_deref(),
        notes: &run.notes,
        seconds: run.elapsed.as_secs_f64(),
        counts: Counts {
            passed: count(Class::Passed),
            failed: count(Class::Failed),
            unverified: count(Class::Unverified(true)),
            contradicted: count(Class::Unverified(false)),
            skipped: count(Class::Skipped),
        },
        kinds: kinds.into(),
        causes: causes.into_iter().flatten().map(names).collect(),
        checks: checks.collect(),
    }
}

pub(super) fn render(run: &Run) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(&document(run))? + "\n")
}
