//! A run as text: a table of operations and kinds, and everything that somebody should look at.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::causes;
use crate::check::Kind;
use crate::execute::Verdict;
use crate::run::{Class, Entry, Run};

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const DIM: &str = "\x1b[2m";
const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// How many causes are shown with everything; if there are more, the first explain them.
const WHOLE: usize = 20;

/// How many names of checks that say the same are shown.
const FEW: usize = 4;

/// The checks of one operation and kind.
#[derive(Default)]
struct Cell {
    passed: usize,
    failed: usize,
    unverified: usize,
    contradicted: usize,
    skipped: usize,
}

impl Cell {
    fn add(&mut self, class: Class) {
        *match class {
            Class::Passed => &mut self.passed,
            Class::Failed => &mut self.failed,
            Class::Unverified(true) => &mut self.unverified,
            Class::Unverified(false) => &mut self.contradicted,
            Class::Skipped => &mut self.skipped,
        } += 1;
    }

    /// `12 ✗1 ?2 ~3`: passed, failed, unverified, skipped.
    fn text(&self) -> String {
        let mut parts = Vec::new();
        if self.passed > 0 {
            parts.push(self.passed.to_string());
        }
        let unverified = self.unverified + self.contradicted;
        for (mark, count) in [("✗", self.failed), ("?", unverified), ("~", self.skipped)] {
            if count > 0 {
                parts.push(format!("{mark}{count}"));
            }
        }
        match parts.is_empty() {
            true => "·".to_owned(),
            false => parts.join(" "),
        }
    }

    fn colour(&self) -> &'static str {
        match self {
            Cell { failed: 1.., .. } => RED,
            Cell {
                contradicted: 1.., ..
            } => YELLOW,
            Cell {
                passed: 0,
                unverified: 0,
                ..
            } => DIM,
            _ => GREEN,
        }
    }
}

/// Text, with colours where they are wanted.
struct Out {
    text: String,
    colour: bool,
}

impl Out {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn painted(&mut self, colour: &str, text: &str) {
        match self.colour {
            true => {
                let _ = write!(self.text, "{colour}{text}{PLAIN}");
            }
            false => self.text.push_str(text),
        }
    }

    fn heading(&mut self, text: &str) {
        self.text.push('\n');
        self.painted(BOLD, text);
        self.text.push_str("\n\n");
    }
}

pub(super) fn render(run: &Run, colour: bool) -> String {
    let mut out = Out {
        text: String::new(),
        colour,
    };
    table(run, &mut out);
    skipped(run, &mut out);
    list(
        run,
        Class::Unverified(false),
        "What the endpoint contradicts; nobody had verified it, so the specs may be wrong",
        &mut out,
    );
    list(run, Class::Failed, "Failed, the most basic first", &mut out);
    if let Some(problem) = &run.problem {
        out.heading("The endpoint could not be used");
        out.line(problem);
    }
    for note in &run.notes {
        out.line(note);
    }
    summary(run, &mut out);
    out.text
}

type Row<'a> = (&'a str, BTreeMap<Kind, Cell>);

fn table(run: &Run, out: &mut Out) {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for entry in &run.entries {
        let operation = entry.check.operation;
        if rows.iter().all(|(name, _)| *name != operation) {
            rows.push((operation, BTreeMap::new()));
        }
        if let Some((_, cells)) = rows.iter_mut().find(|(name, _)| *name == operation) {
            let cell = cells.entry(entry.check.kind).or_default();
            cell.add(run.class(entry));
        }
    }
    let is_behaviour = |(_, cells): &Row<'_>| cells.contains_key(&Kind::Behaviour);
    let (behaviours, operations): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_behaviour);
    for rows in [&operations, &behaviours] {
        matrix(rows, out);
    }
    out.line("passed · ✗ failed · ? rests on a fact that nobody has verified · ~ skipped");
    let lacks = |kind: &Kind| {
        *kind != Kind::Behaviour
            && operations
                .iter()
                .any(|(_, cells)| !cells.contains_key(kind))
    };
    let reasons = Kind::ALL.into_iter().filter(lacks);
    for kind in reasons.filter(|kind| operations.iter().any(|(_, cells)| cells.contains_key(kind)))
    {
        let (kind, why) = (kind.as_str(), kind.why_none());
        out.line(&format!(
            "· under {kind}: {why} (or it is left out by --filter)"
        ));
    }
}

fn matrix(rows: &[Row<'_>], out: &mut Out) {
    if rows.is_empty() {
        return;
    }
    let used = |kind: &Kind| rows.iter().any(|(_, cells)| cells.contains_key(kind));
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(used).collect();
    let cell = |cells: &BTreeMap<Kind, Cell>, kind: &Kind| {
        cells.get(kind).map_or("·".to_owned(), Cell::text)
    };
    let widths: Vec<usize> = kinds
        .iter()
        .map(|kind| {
            let cells = rows
                .iter()
                .map(|(_, cells)| cell(cells, kind).chars().count());
            cells.max().unwrap_or_default().max(kind.as_str().len())
        })
        .collect();
    let names = rows.iter().map(|(name, _)| name.len());
    let first = names.max().unwrap_or_default();
    let _ = write!(out.text, "{:first$}", "");
    for (kind, width) in kinds.iter().zip(&widths) {
        out.painted(BOLD, &format!("  {:width$}", kind.as_str()));
    }
    out.text.push('\n');
    for (name, cells) in rows {
        let _ = write!(out.text, "{name:first$}");
        for (kind, width) in kinds.iter().zip(&widths) {
            let colour = cells.get(kind).map_or(DIM, Cell::colour);
            out.painted(colour, &format!("  {:width$}", cell(cells, kind)));
        }
        out.text.push('\n');
    }
    out.text.push('\n');
}

fn skipped(run: &Run, out: &mut Out) {
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for entry in &run.entries {
        if let Verdict::Skipped(reason) = &entry.outcome.verdict {
            reasons.entry(reason).or_default().push(entry.check.name());
        }
    }
    if reasons.is_empty() {
        return;
    }
    out.heading("Skipped");
    for (reason, names) in reasons {
        out.line(&format!("{} × {reason}: {}", names.len(), few(&names)));
    }
}

fn list(run: &Run, class: Class, heading: &str, out: &mut Out) {
    let causes = causes::of(run, class);
    if causes.is_empty() {
        return;
    }
    out.heading(heading);
    let colour = if class == Class::Failed { RED } else { YELLOW };
    for (number, cause) in causes.iter().enumerate() {
        let mut entries = cause.entries.iter();
        if let Some(first) = entries.next() {
            told(first, colour, number < WHOLE, out);
        }
        let alike: Vec<String> = entries.map(|entry| entry.check.name()).collect();
        if !alike.is_empty() {
            let text = format!("    {} more fail alike: {}", alike.len(), few(&alike));
            out.painted(colour, &text);
            out.text.push('\n');
        }
        out.text.push('\n');
    }
}

/// A check and its findings; of those that come late only what is needed to look for them elsewhere.
fn told(entry: &Entry, colour: &str, whole: bool, out: &mut Out) {
    out.painted(colour, &entry.check.name());
    out.line(&format!("  ({})", entry.check.place));
    let findings = entry.outcome.findings.len();
    let shown = if whole { findings } else { 1 };
    for finding in entry.outcome.findings.iter().take(shown) {
        out.line(&format!("    {}", indented(&finding.to_string())));
    }
    if !whole {
        return;
    }
    if let Some(reason) = &entry.check.unverified {
        out.line(&format!("    not verified against the service: {reason}"));
    }
    if let Some(exchange) = entry.outcome.exchanges.last() {
        out.line(&format!(
            "    > {}",
            indented_with(&exchange.request, "    > ")
        ));
        out.line(&format!(
            "    < {}",
            indented_with(&exchange.answer, "    < ")
        ));
    }
}

/// The first of many names, and how many there are besides.
fn few(names: &[String]) -> String {
    let shown = names.len().min(FEW);
    match names.len() - shown {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..shown].join(", ")),
    }
}

fn indented(text: &str) -> String {
    indented_with(text, "    ")
}

fn indented_with(text: &str, margin: &str) -> String {
    text.trim_end().replace('\n', &format!("\n{margin}"))
}

fn summary(run: &Run, out: &mut Out) {
    let count = |class| run.of(class).count();
    let failed = count(Class::Failed);
    let text = format!(
        "\n{} checks of {} in {:.1} s: {} passed, {failed} failed, {} unverified ({} of them contradicted), {} skipped\n",
        run.entries.len(),
        run.subject,
        run.elapsed.as_secs_f64(),
        count(Class::Passed),
        count(Class::Unverified(true)) + count(Class::Unverified(false)),
        count(Class::Unverified(false)),
        count(Class::Skipped),
    );
    out.painted(if run.failed() { RED } else { GREEN }, &text);
    // On a terminal only the end is in sight.
    let causes = causes::of(run, Class::Failed);
    if let Some((entry, finding)) = causes.first().and_then(|cause| cause.begin()) {
        let reasons = match causes.len() {
            1 => "one reason".to_owned(),
            more => format!("{more} reasons"),
        };
        out.line(&format!(
            "they fail for {reasons}; begin with {} ({}):\n    {}",
            entry.check.name(),
            entry.check.place,
            indented(&finding)
        ));
    }
}
