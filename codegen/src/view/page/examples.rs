//! Worked examples: as calls, as messages on the wire, and in words.

use serde::Serialize;

use crate::model::{Argument, Call, Example, Expected, Given, Literal, WireBody, WireMessage};
use crate::rust;
use crate::view::doc::safe;

/// A worked example.
#[derive(Debug, Serialize)]
pub struct PageExampleView {
    /// What it shows.
    pub doc: String,
    /// The calls, as Rust.
    pub code: String,
    /// The messages on the wire.
    pub wire: String,
    /// What the caller gets, in words.
    pub result: String,
    /// Empty, or one: why it is uncertain.
    pub unverified: Vec<String>,
}

/// The first example as a program that compiles.
pub(super) fn program(example: &Example) -> String {
    let snippet = rust::pretty(&rust::call::shown(example));
    let mut lines: Vec<String> = Vec::new();
    if snippet.contains("types::") {
        lines.push("use qingstor::{Client, types};".into());
    } else {
        lines.push("use qingstor::Client;".into());
    }
    lines.extend([
        "".into(),
        "#[tokio::main]".into(),
        "async fn main() -> Result<(), qingstor::Error> {".into(),
    ]);
    lines.push("    let client = Client::from_env()?;".into());
    lines.extend(snippet.lines().map(|l| {
        if l.is_empty() {
            String::new()
        } else {
            format!("    {l}")
        }
    }));
    lines.extend(["    Ok(())".into(), "}".into()]);
    lines.join("\n")
}

pub(super) fn example(example: &Example) -> PageExampleView {
    let mut calls = String::new();
    for step in &example.given {
        let call = one_call(&step.call);
        calls.push_str(&match step.gives.as_slice() {
            [] => format!("{call}.send().await?;\n"),
            gives => bound(&call, gives),
        });
    }
    calls.push_str("let result = ");
    calls.push_str(&one_call(&example.call));
    calls.push_str(".send().await;");
    let given = example.given.iter().flat_map(|step| &step.gives);
    let variable = |text: &str| {
        let given = given.clone().find(|given| given.sample == text)?;
        let name = quote::format_ident!("{}", given.field);
        Some(quote::quote!(&#name))
    };
    let code = calls.parse().map_or(calls.clone(), |tokens| {
        rust::pretty(&rust::substitute::texts(tokens, &variable))
    });
    PageExampleView {
        doc: safe(&example.doc),
        code,
        wire: format!(
            "{}\n\n{}",
            message(
                &format!("{} {} HTTP/1.1", example.method, example.target),
                &example.request
            ),
            message(&format!("HTTP/1.1 {}", example.status), &example.response)
        ),
        result: match &example.expected {
            Expected::Output(fields) => format!("The result is `Ok`{}.", told(fields)),
            Expected::Error { kind, code: None } => {
                format!("The result is `Err`, of kind `{kind:?}`.")
            }
            Expected::Error {
                kind,
                code: Some(code),
            } => format!("The result is `Err`, of kind `{kind:?}` and code `{code}`."),
        },
        unverified: example.unverified.iter().map(|u| safe(u)).collect(),
    }
}

/// A call whose answer is needed later on.
fn bound(call: &str, gives: &[Given]) -> String {
    let mut text = format!("let output = {call}.send().await?;\n");
    for given in gives {
        let value = rust::line(&rust::call::given(given));
        text.push_str(&format!("let {} = {value};\n", given.field));
    }
    text
}

/// The fields of an output in words; long ones are left to the message above them.
fn told(fields: &[Argument]) -> String {
    let told = fields.iter().filter_map(|f| {
        let value = match &f.value {
            Literal::Absent => return Some(format!("`{}` is absent", f.name)),
            Literal::String(text) | Literal::Enum { wire: text, .. } => text.clone(),
            Literal::Bool(b) => b.to_string(),
            Literal::Int(i) => i.to_string(),
            Literal::Uint(u) => u.to_string(),
            Literal::List(items) => return Some(format!("`{}` has {} items", f.name, items.len())),
            _ => return None,
        };
        Some(format!("`{}` is `{value}`", f.name))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        String::new()
    } else {
        format!(": {}", told.join(", "))
    }
}

fn one_call(call: &Call) -> String {
    let request = rust::line(&rust::call::request(call));
    match &call.bucket {
        Some(bucket) => request.replacen("bucket", &format!("client.bucket({bucket:?})"), 1),
        None => request,
    }
}

fn message(start: &str, message: &WireMessage) -> String {
    let mut lines = vec![start.to_string()];
    for (name, value) in &message.headers {
        lines.extend(value.as_ref().map(|value| format!("{name}: {value}")));
    }
    let body = match &message.body {
        WireBody::None => return lines.join("\n"),
        WireBody::Json(json) => serde_json::to_string_pretty(json).unwrap_or_default(),
        WireBody::Text(body) if body.is_empty() => return lines.join("\n"),
        WireBody::Text(body) => body.clone(),
        WireBody::Form(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| format!("{name} = {value}"));
            fields.collect::<Vec<_>>().join("\n")
        }
    };
    lines.extend([String::new(), body]);
    lines.join("\n")
}
