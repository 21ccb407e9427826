//! Changes as text: for a terminal, or to begin a section of the changelog with.

use std::fmt::Write as _;

use super::{Change, Kind};

/// For a terminal: one line a change under its subject, and a count.
pub fn text(changes: &[Change]) -> String {
    let mut text = String::new();
    let mut subject = "";
    for change in changes {
        if change.subject != subject {
            subject = &change.subject;
            let _ = writeln!(text, "{}", subject.replace('`', ""));
        }
        let mark = match change.kind {
            Kind::Added => '+',
            Kind::Changed => '~',
            Kind::Removed => '-',
        };
        let breaking = if change.breaking { "  [breaking]" } else { "" };
        let what = match (change.what.as_str(), change.kind) {
            ("", Kind::Added) => "added".to_string(),
            ("", _) => "removed".to_string(),
            (what, _) => what.replace('`', ""),
        };
        let _ = writeln!(text, "  {mark} {what}{breaking}");
    }
    let breaking = changes.iter().filter(|c| c.breaking).count();
    let _ = match changes.len() {
        0 => writeln!(text, "no changes of the API"),
        1 => writeln!(text, "1 change, {breaking} breaking"),
        n => writeln!(text, "{n} changes, {breaking} breaking"),
    };
    text
}

/// A stub of a changelog section: what breaks callers first, one item a subject.
pub fn markdown(changes: &[Change]) -> String {
    let section = |change: &Change| match change.kind {
        _ if change.breaking => "Breaking",
        Kind::Added => "Added",
        Kind::Changed => "Changed",
        Kind::Removed => "Removed",
    };
    let mut text = String::new();
    for title in ["Breaking", "Added", "Changed", "Removed"] {
        let mut items: Vec<(&str, Vec<String>)> = Vec::new();
        for change in changes.iter().filter(|c| section(c) == title) {
            let what = match (change.what.as_str(), change.kind) {
                ("", Kind::Removed) => "is gone".to_string(),
                (what, _) => what.to_string(),
            };
            match items.iter_mut().find(|(s, _)| *s == change.subject) {
                Some((_, all)) => all.push(what),
                None => items.push((&change.subject, vec![what])),
            }
        }
        if items.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "### {title}\n");
        for (subject, whats) in items {
            let mut name = subject.to_string();
            if let Some(first) = name.get(..1) {
                let first = first.to_uppercase();
                name.replace_range(..1, &first);
            }
            let whats: Vec<String> = whats.into_iter().filter(|w| !w.is_empty()).collect();
            let _ = match whats.as_slice() {
                [] => writeln!(text, "- {name}."),
                whats => writeln!(text, "- {name}: {}.", whats.join("; ")),
            };
        }
    }
    if text.is_empty() {
        text.push_str("No changes of the API.\n");
    }
    text
}
