//! The checks of one operation: one function an example, and the wire data it is held against.

use serde::Serialize;

use crate::model::{Call, Example, Operation, WireBody};
use crate::rust;

/// The examples of one operation or variant.
#[derive(Debug, Serialize)]
pub struct ChecksView {
    /// The operation's method, as a literal.
    pub operation: String,
    /// The operation's name, as a literal.
    pub name: String,
    /// What the file imports.
    pub imports: Vec<String>,
    /// The examples.
    pub examples: Vec<ExampleView>,
}

/// One example; every string is Rust.
#[derive(Debug, Serialize)]
pub struct ExampleView {
    /// The function's name.
    pub name: String,
    /// The name as a literal.
    pub id: String,
    /// The spec and its line, as a literal.
    pub place: String,
    /// `Some("reason")` or `None`.
    pub unverified: String,
    /// The request's method.
    pub method: String,
    /// The request's path and query.
    pub target: String,
    /// The request's headers: `("Name", Some("value"))`.
    pub request_headers: Vec<String>,
    /// `Payload::…`.
    pub request_body: String,
    /// The answer's status.
    pub status: u16,
    /// The answer's headers.
    pub response_headers: Vec<String>,
    /// `Payload::…`.
    pub response_body: String,
    /// What a live server makes up, as literals.
    pub varies: Vec<String>,
    /// The steps before the call.
    pub given: Vec<StepView>,
    /// Empty, or one: the statement that makes `bucket`.
    pub bucket: Vec<String>,
    /// The request.
    pub call: String,
    /// The statements that judge the outcome.
    pub expect: String,
}

/// One step before the call.
#[derive(Debug, Serialize)]
pub struct StepView {
    /// Empty, or one: the statement that makes `bucket`.
    pub bucket: Vec<String>,
    /// What it does, as a literal.
    pub label: String,
    /// The request.
    pub call: String,
}

/// The view of one operation's examples.
pub fn checks(operation: &Operation) -> ChecksView {
    let examples: Vec<ExampleView> = operation
        .examples
        .iter()
        .map(|e| example(e, &operation.file))
        .collect();
    let mut imports = Vec::new();
    let code = |e: &ExampleView| {
        e.call.contains("types ::")
            || e.expect.contains("types ::")
            || e.given.iter().any(|s| s.call.contains("types ::"))
    };
    if examples.iter().any(code) {
        imports.push("use qingstor::types;".to_string());
    }
    ChecksView {
        operation: format!("{:?}", operation.snake),
        name: format!("{:?}", operation.id),
        imports,
        examples,
    }
}

fn example(example: &Example, file: &str) -> ExampleView {
    ExampleView {
        name: example.id.clone(),
        id: format!("{:?}", example.id),
        place: format!("{:?}", format!("{file}:{}", example.line)),
        unverified: match &example.unverified {
            Some(reason) => format!("Some({reason:?})"),
            None => "None".into(),
        },
        method: format!("{:?}", example.method),
        target: format!("{:?}", example.target),
        request_headers: headers(&example.request.headers),
        request_body: payload(&example.request.body),
        status: example.status,
        response_headers: headers(&example.response.headers),
        response_body: payload(&example.response.body),
        varies: example.varies.iter().map(|v| format!("{v:?}")).collect(),
        given: example.given.iter().map(step).collect(),
        bucket: bucket(&example.call),
        call: rust::line(&rust::call::request(&example.call)),
        expect: rust::line(&rust::expect::statements(example)),
    }
}

fn step(call: &Call) -> StepView {
    StepView {
        bucket: bucket(call),
        label: format!("{:?}", call.method),
        call: rust::line(&rust::call::request(call)),
    }
}

fn bucket(call: &Call) -> Vec<String> {
    rust::call::bucket(call).iter().map(rust::line).collect()
}

fn headers(headers: &[(String, Option<String>)]) -> Vec<String> {
    let header = |(name, value): &(String, Option<String>)| match value {
        Some(value) => format!("({name:?}, Some({value:?}))"),
        None => format!("({name:?}, None)"),
    };
    headers.iter().map(header).collect()
}

fn payload(body: &WireBody) -> String {
    match body {
        WireBody::None => "Payload::None".into(),
        WireBody::Json(json) => format!("Payload::Json({:?})", json.to_string()),
        WireBody::Text(text) => format!("Payload::Text({text:?})"),
        WireBody::Form(fields) => format!("Payload::Form(&{fields:?})"),
    }
}
