//! The page that says what the emulator does.

use serde::Serialize;

use super::doc::{cell, safe};
use super::index::heading;
use crate::model::{Api, Field, Operation, TypeKind, scope_name};

/// What is emulated, and what that rests on.
#[derive(Debug, Serialize)]
pub struct EmulatorPageView {
    /// The operations, by what they are about.
    pub groups: Vec<EmulatedView>,
    /// What the vendor does not say for certain, by where it matters.
    pub inferences: Vec<InferenceView>,
}

/// The table of a group.
#[derive(Debug, Serialize)]
pub struct EmulatedView {
    /// Its heading.
    pub heading: String,
    /// Its rows, as Markdown.
    pub rows: Vec<String>,
}

/// What is uncertain in one place.
#[derive(Debug, Serialize)]
pub struct InferenceView {
    /// The operation's title, or the type's name.
    pub title: String,
    /// What is uncertain, as Markdown.
    pub reasons: Vec<String>,
}

/// The page.
pub fn emulator_page(api: &Api) -> EmulatorPageView {
    let mut groups: Vec<EmulatedView> = Vec::new();
    let mut inferences = Vec::new();
    for operation in &api.operations {
        let heading = heading(operation);
        if groups.last().is_none_or(|group| group.heading != heading) {
            groups.push(EmulatedView {
                heading: heading.into(),
                rows: Vec::new(),
            });
        }
        let reasons = of_operation(operation);
        if let Some(group) = groups.last_mut() {
            group.rows.push(row(operation, reasons.len()));
        }
        push(&mut inferences, &operation.title, reasons);
    }
    for def in &api.types {
        if let TypeKind::Struct { fields, .. } = &def.kind {
            push(&mut inferences, &def.name, of_fields(fields.iter()));
        }
    }
    let errors = api.errors.iter().filter_map(|error| {
        let reason = error.unverified.as_ref()?;
        Some(format!("`{}`: {}", error.code, safe(reason)))
    });
    push(&mut inferences, "Error codes", errors.collect());
    EmulatorPageView { groups, inferences }
}

fn row(operation: &Operation, inferences: usize) -> String {
    let group = scope_name(operation.group);
    let title = cell(&operation.title);
    let (does, lacks) = match &operation.emulated {
        None => (
            "**No**: answered with 501 `not_implemented`.".into(),
            String::new(),
        ),
        Some(emulated) => (
            cell(&emulated.does),
            emulated.lacks.as_deref().map(cell).unwrap_or_default(),
        ),
    };
    let basis = match inferences {
        0 => "documentation".to_string(),
        1 => format!(
            "documentation, [1 inference](#{})",
            anchor(&operation.title)
        ),
        more => format!(
            "documentation, [{more} inferences](#{})",
            anchor(&operation.title)
        ),
    };
    format!(
        "| [{title}]({group}/{}.md) | {does} | {lacks} | {basis} |",
        operation.snake
    )
}

/// As Markdown readers make anchors of headings.
fn anchor(title: &str) -> String {
    let kept = title
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-');
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

fn push(inferences: &mut Vec<InferenceView>, title: &str, reasons: Vec<String>) {
    if !reasons.is_empty() {
        inferences.push(InferenceView {
            title: cell(title),
            reasons,
        });
    }
}

fn of_operation(operation: &Operation) -> Vec<String> {
    let fields = operation.inputs.iter().chain(&operation.output.fields);
    let mut reasons = of_fields(fields);
    for example in &operation.examples {
        if let Some(reason) = &example.unverified {
            reasons.push(format!("{} {}", safe(&example.doc), safe(reason)));
        }
    }
    reasons
}

fn of_fields<'a>(fields: impl Iterator<Item = &'a Field>) -> Vec<String> {
    let uncertain = fields.filter_map(|field| {
        let reason = field.unverified.as_ref()?;
        Some(format!("`{}`: {}", field.wire, safe(reason)))
    });
    uncertain.collect()
}
