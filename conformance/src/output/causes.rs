//! Failed checks that say the same, together, and the most basic ones first.

use std::collections::BTreeMap;

use crate::check::{Check, Kind, Subject};
use crate::run::{Class, Entry, Run};

/// Values up to this length tell causes apart; longer ones are of a single check, such as a whole path.
const TELLING: usize = 48;

/// How messages about answers begin that cannot be read, behind what was asked for.
const BEGINNINGS: [&str; 4] = [
    ": the answer ",
    ": the status ",
    ": the member ",
    ": header ",
];

/// Checks that failed alike, the most basic one first.
pub(super) struct Cause<'a> {
    /// At least one.
    pub(super) entries: Vec<&'a Entry>,
}

impl Cause<'_> {
    /// The check to begin with, and what it found first.
    pub(super) fn begin(&self) -> Option<(&Entry, String)> {
        let entry = self.entries.first()?;
        let finding = entry.outcome.findings.first();
        Some((entry, finding.map(ToString::to_string).unwrap_or_default()))
    }
}

/// The failed checks of a class by cause: those first on which others rest.
pub(super) fn of(run: &Run, class: Class) -> Vec<Cause<'_>> {
    let mut causes: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in run.of(class) {
        causes.entry(alike(entry)).or_default().push(entry);
    }
    let mut causes: Vec<Cause<'_>> = causes
        .into_values()
        .map(|mut entries| {
            entries.sort_by_key(|entry| rank(&entry.check));
            Cause { entries }
        })
        .collect();
    causes.sort_by_key(|cause| {
        let first = cause.entries.first().map(|entry| rank(&entry.check));
        // Of two that are as basic, what more checks say explains more.
        (first, std::cmp::Reverse(cause.entries.len()))
    });
    causes
}

/// How much has to be right before a check can pass: less is more basic.
fn rank(check: &Check) -> u8 {
    let offline = matches!(check.subject, Subject::Behaviour(b) if b.buckets == 0);
    match check.kind {
        // Nothing is answered without a signature, and its checks show both texts.
        Kind::Behaviour if offline && check.operation == "signature" => 0,
        Kind::Encode => 1,
        Kind::Parameter => 2,
        Kind::Decode => 3,
        Kind::Status | Kind::Field | Kind::Retry => 4,
        _ if offline || !check.is_live() => 5,
        Kind::Behaviour if check.operation == "signature" => 6,
        Kind::Live => 7,
        Kind::Required | Kind::Refusal | Kind::Presign | Kind::Paging => 8,
        _ => 9,
    }
}

/// What checks have in common that failed for the same reason.
fn alike(entry: &Entry) -> String {
    let Some(finding) = entry.outcome.findings.first() else {
        return String::new();
    };
    match &finding.got {
        None => reason(&finding.what).to_owned(),
        Some(got) if got.len() <= TELLING => format!("{}: {got}", finding.what),
        Some(_) => finding.what.clone(),
    }
}

/// Of an error its status, code and message, without what was asked for and the request's id.
fn reason(text: &str) -> &str {
    let is_status = |at: usize| {
        let word = text.get(at + 2..at + 5);
        let end = text.get(at + 5..at + 6);
        word.is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
            && matches!(end, Some(" " | ":") | None)
    };
    let mut colons = text.match_indices(": ").map(|(at, _)| at);
    let start = match colons.find(|at| is_status(*at)) {
        Some(at) => at + 2,
        None => unreadable(text).unwrap_or_default(),
    };
    let rest = &text[start..];
    let rest = rest.split(" (request id").next().unwrap_or(rest);
    match start {
        0 => rest,
        // Behind these a message tells of this request alone.
        _ => rest.split([';', '"']).next().unwrap_or(rest),
    }
}

/// Where the SDK's own message begins in a text about an answer that it cannot read.
fn unreadable(text: &str) -> Option<usize> {
    let begin = |begin: &&str| text.rfind(*begin).map(|at| at + 2);
    BEGINNINGS.iter().filter_map(begin).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_tells_no_causes_apart() {
        let refused = "401 signature_not_matched: no";
        assert_eq!(
            reason("storing: PUT Object b/k: 401 signature_not_matched: no; \"PUT\\n\" is signed"),
            refused
        );
        for text in [
            "the call fails: GET Object b/k: 401 signature_not_matched: no (request id 1f)",
            "storing: PUT Object other/a: b: 401 signature_not_matched: no (request id 2e)",
            "given: put_object fails: PUT Object b/20: 401 signature_not_matched: no (request id 3)",
            refused,
        ] {
            assert_eq!(reason(text), refused, "{text}");
        }
        assert_eq!(
            reason("present: the answer cannot be read: GET Object b/k: the answer lacks it"),
            "the answer lacks it"
        );
        assert_eq!(reason("the answer: lacks it"), "the answer: lacks it");
        assert_eq!(reason("at: 中文"), "at: 中文");
        assert_eq!(reason("at: 503"), "503");
    }
}
