//! What rustdoc says of an operation.

use crate::model::{Field, Operation};
use crate::rust;
use crate::spec::Outcome;
use crate::view::{doc, retry};

pub(super) fn method_doc(operation: &Operation) -> String {
    let mut lines: Vec<String> = doc::comment(std::slice::from_ref(&operation.summary), 4)
        .lines()
        .map(str::to_string)
        .collect();
    let mut rest = Vec::new();
    for field in operation.arguments() {
        rest.push(format!(
            "- `{}`: {}",
            field.name,
            doc::safe(&described(field, "")).replace('\n', " ")
        ));
    }
    if !rest.is_empty() {
        rest.insert(0, String::new());
    }
    rest.push(String::new());
    rest.push(format!(
        "The rest is told to the [`{}`] that this returns.",
        operation.id
    ));
    lines.push(doc::comment_as_is(&rest, 4));
    lines.join("\n")
}

pub(super) fn request_doc(operation: &Operation) -> String {
    let mut paragraphs = vec![format!(
        "{}: {}",
        operation.title,
        lower_first(&operation.summary)
    )];
    paragraphs.extend(operation.description.clone());
    paragraphs.push(retry(operation.retry).into());
    paragraphs.push(format!("Service documentation: {}", operation.docs));
    let mut text = doc::comment(&paragraphs, 0);
    text.push_str(&errors_doc(operation));
    if let Some(example) = operation.examples.first() {
        let shown = rust::pretty(&rust::call::shown(example));
        let mut lines = vec![
            String::new(),
            "# Example".into(),
            String::new(),
            example.doc.clone(),
            String::new(),
            "```".into(),
        ];
        if shown.contains("types::") {
            lines.push("# use qingstor::types;".into());
        }
        lines.push(
            "# async fn example(client: qingstor::Client) -> Result<(), qingstor::Error> {".into(),
        );
        lines.extend(shown.lines().map(str::to_string));
        lines.extend(["# Ok(())".into(), "# }".into(), "```".into()]);
        text.push('\n');
        text.push_str(&doc::comment_as_is(&lines, 0));
    }
    text
}

/// What the service is known to refuse, beside what it may refuse everywhere.
fn errors_doc(operation: &Operation) -> String {
    let refusals = operation.responses.iter();
    let refusals = refusals.filter(|r| r.outcome != Outcome::Success);
    let refusals: Vec<String> = refusals
        .map(|r| {
            let codes = r.codes.iter().map(|c| format!("`{c}`"));
            let codes = codes.collect::<Vec<_>>().join(", ");
            let why = r.doc.as_deref().unwrap_or_default();
            let text = format!("- {} {codes}: {why}", r.status);
            text.replace(" : ", ": ")
                .trim_end_matches([':', ' '])
                .to_string()
        })
        .collect();
    if refusals.is_empty() {
        return String::new();
    }
    let heading = doc::comment_as_is(&[String::new(), "# Errors".into(), String::new()], 0);
    format!("\n{heading}\n{}", doc::comment(&[refusals.join("\n")], 0))
}

/// A field's description, with what is uncertain about it.
pub(in crate::view) fn described(field: &Field, note: &str) -> String {
    let text = format!("{} {note}", field.doc);
    match &field.unverified {
        Some(reason) => format!(
            "{}\n\nNot verified against the service: {reason}",
            text.trim()
        ),
        None => text.trim().to_string(),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}
