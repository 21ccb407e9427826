//! What changed between two versions of the API, in its own terms: operations, parameters, types, answers, errors.
//!
//! A change is *breaking* if a program that was written against the old version may no longer compile, may be refused, or
//! may be told something else by the same code. Texts for people (`doc`, `summary`, …) and examples are no part of this.

mod fields;
mod operations;
mod report;
mod types;

pub use report::{markdown, text};

use crate::model::Api;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Kind {
    Added,
    Changed,
    Removed,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub kind: Kind,
    /// Whether programs may have to follow.
    pub breaking: bool,
    /// What it is about: `` `GetObject` ``, `type `StorageClass`.
    pub subject: String,
    /// What happened to it, a part of a sentence; empty if the subject itself is what came or went.
    pub what: String,
}

/// Every change from one version to another, by subject.
pub fn compare(old: &Api, new: &Api) -> Vec<Change> {
    let mut changes = Changes::default();
    service(old, new, &mut changes);
    operations::compare(old, new, &mut changes);
    types::compare(old, new, &mut changes);
    errors(old, new, &mut changes);
    changes.all
}

/// The changes found so far.
#[derive(Debug, Default)]
struct Changes {
    all: Vec<Change>,
}

impl Changes {
    fn add(&mut self, kind: Kind, breaking: bool, subject: &str, what: impl Into<String>) {
        self.all.push(Change {
            kind,
            breaking,
            subject: subject.to_string(),
            what: what.into(),
        });
    }

    /// Something has another value than before.
    fn differs<T: PartialEq>(
        &mut self,
        breaking: bool,
        subject: &str,
        what: &str,
        (old, new): (T, T),
        show: impl Fn(&T) -> String,
    ) {
        if old != new {
            let what = format!("{what}: {}, was {}", show(&new), show(&old));
            self.add(Kind::Changed, breaking, subject, what);
        }
    }
}

fn service(old: &Api, new: &Api, changes: &mut Changes) {
    let subject = "the service";
    let version = (&old.api_version, &new.api_version);
    changes.differs(false, subject, "API version", version, |v| format!("`{v}`"));
    // A client that signs other keys than the service does is refused.
    for key in missing(&new.signed_query_keys, &old.signed_query_keys) {
        let what = format!("the query key `{key}` is signed");
        changes.add(Kind::Added, true, subject, what);
    }
    for key in missing(&old.signed_query_keys, &new.signed_query_keys) {
        let what = format!("the query key `{key}` is no longer signed");
        changes.add(Kind::Removed, true, subject, what);
    }
    let subject = "every operation";
    operations::responses(
        &old.answers.responses,
        &new.answers.responses,
        |_| true,
        subject,
        changes,
    );
    for (old, new, when) in [
        (&old.answers.headers, &new.answers.headers, "every answer"),
        (
            &old.answers.cross_origin,
            &new.answers.cross_origin,
            "answers to other origins",
        ),
    ] {
        fields::listed(old, new, |_| true, when, subject, changes);
    }
}

fn errors(old: &Api, new: &Api, changes: &mut Changes) {
    for error in &old.errors {
        let subject = format!("error `{}`", error.code);
        match new.errors.iter().find(|e| e.code == error.code) {
            None => changes.add(Kind::Removed, true, &subject, ""),
            Some(now) => {
                let status = (error.status, now.status);
                changes.differs(false, &subject, "usual status", status, u16::to_string);
            }
        }
    }
    let known = |code: &str| old.errors.iter().any(|e| e.code == code);
    for error in new.errors.iter().filter(|e| !known(&e.code)) {
        let subject = format!("error `{}`", error.code);
        let what = format!("status {}", error.status);
        changes.add(Kind::Added, false, &subject, what);
    }
}

/// What the first list has and the second has not.
fn missing<'a>(first: &'a [String], second: &[String]) -> Vec<&'a String> {
    first.iter().filter(|text| !second.contains(text)).collect()
}
