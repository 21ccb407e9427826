//! What a spec says about an operation, as data for checks.

use serde::Serialize;

use super::parameters::{ParameterView, parameters};
use super::{literal, optional};
use crate::model::{
    Api, Example, Expected, Field, Literal, Operation, Place, RequestBody, Response, Type,
};
use crate::rust::{self, sample, vary};
use crate::spec::{Outcome, RetryClass};
use crate::view::outcome;

/// The facts about one operation or variant; every string is Rust.
#[derive(Debug, Serialize)]
pub struct FactsView {
    /// The spec's path.
    pub file: String,
    /// The line on which the operation is named.
    pub line: usize,
    /// The method on the request line.
    pub verb: String,
    /// The query key that stands alone.
    pub selector: String,
    /// `Retry::…`.
    pub retry: String,
    /// What a caller gives and what the SDK adds.
    pub parameters: Vec<ParameterView>,
    /// The declared statuses.
    pub responses: Vec<ResponseView>,
    /// The fields of the output.
    pub fields: Vec<FieldView>,
    /// Whether unknown members of the answer are kept.
    pub keep_unknown: bool,
    /// The call that is varied.
    pub vary: VaryView,
    /// The statements that look at the output.
    pub observe: Vec<String>,
    /// The pattern that the output is bound to.
    pub observed: String,
    /// Empty, or one.
    pub offered: bool,
    pub presign: Vec<PresignView>,
    /// Empty, or one.
    pub pages: Vec<PagesView>,
}

/// A call whose optional arguments are given by a check.
#[derive(Debug, Serialize)]
pub struct VaryView {
    /// Empty, or one: the statement that makes `bucket`.
    pub bucket: Vec<String>,
    /// The pattern that the request is bound to.
    pub binding: String,
    /// The request with required arguments only.
    pub request: String,
    /// The statements that give optional arguments.
    pub setters: Vec<String>,
    /// Empty, or one: the statement that makes `bucket` for the call of the first example as it stands.
    pub plain_bucket: Vec<String>,
    /// The call of the first example as it stands.
    pub call: String,
}

/// One declared status.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct ResponseView {
    pub status: u16,
    pub outcome: String,
    pub codes: Vec<String>,
    pub fields: Vec<String>,
    pub line: usize,
}

/// One field of an output.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct FieldView {
    pub name: String,
    pub wire: String,
    pub place: String,
    pub required: bool,
    pub open: bool,
    pub sample: String,
    pub line: usize,
    pub unverified: String,
}

/// Presigning.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct PresignView {
    pub example: usize,
    pub bucket: Vec<String>,
    pub call: String,
    pub lifetime: String,
    pub signed: String,
}

/// Paging.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct PagesView {
    pub example: usize,
    pub bucket: Vec<String>,
    pub call: String,
    pub size: Vec<String>,
    pub items: String,
}

/// The facts; `line` writes tokens of an example's code, `bucket` makes the handle.
pub fn facts(
    api: &Api,
    operation: &Operation,
    line: impl Fn(&Example, proc_macro2::TokenStream) -> String,
    bucket: impl Fn(&Example) -> Vec<String>,
) -> Option<FactsView> {
    // The model has refused operations without an example.
    let first = operation.examples.first()?;
    let plain_bucket: Vec<String> = rust::call::bucket(&first.call)
        .iter()
        .map(rust::line)
        .collect();
    let varied_request = vary::request(operation, &first.call);
    let setters = lines(&vary::setters(operation, api));
    let binding = match setters.is_empty() {
        true => "request",
        false => "mut request",
    };
    let observe = lines(&vary::observe(operation, api));
    let observed = match observe.is_empty() {
        true => "_",
        false => "output",
    };
    let presign = operation.presign.then(|| presign(operation));
    let presign = presign.flatten().map(|(index, example)| PresignView {
        example: index,
        bucket: bucket(example),
        call: line(example, rust::call::request(&example.call)),
        lifetime: match operation.body {
            RequestBody::Form => String::new(),
            _ => "std::time::Duration::from_secs(900)".into(),
        },
        signed: match operation.body {
            RequestBody::Form => format!("Signed::Form(signed, {})", file_of(example)),
            _ => "Signed::Url(signed)".into(),
        },
    });
    let pages = operation.paging.as_ref().map(|paging| {
        let (index, example) = fullest(operation, &paging.items);
        let limit = |f: &&Field| f.name == "limit" && f.ty == Type::Uint64 && !f.required;
        let size = operation.inputs.iter().find(limit).map(|f| f.name.clone());
        PagesView {
            example: index,
            bucket: bucket(example),
            call: line(example, rust::call::request(&example.call)),
            size: size.into_iter().collect(),
            items: paging.items.clone(),
        }
    });
    Some(FactsView {
        file: literal(&operation.file),
        line: operation.line,
        verb: literal(operation.method),
        selector: match operation.selector.as_ref().filter(|s| s.bare) {
            Some(selector) => format!("Some({:?})", selector.key),
            None => "None".into(),
        },
        retry: match operation.retry {
            RetryClass::Safe => "Retry::Safe".into(),
            RetryClass::Idempotent => "Retry::Idempotent".into(),
            RetryClass::Never => "Retry::Never".into(),
        },
        parameters: parameters(api, operation),
        responses: operation.responses.iter().map(response).collect(),
        fields: fields(api, operation),
        keep_unknown: operation.output.keep_unknown,
        vary: VaryView {
            bucket: bucket(first),
            binding: binding.into(),
            request: line(first, varied_request),
            setters,
            plain_bucket,
            call: rust::line(&rust::call::request(&first.call)),
        },
        observe,
        observed: observed.into(),
        offered: operation.presign,
        presign: presign.into_iter().collect(),
        pages: pages.into_iter().collect(),
    })
}

fn lines(statements: &[proc_macro2::TokenStream]) -> Vec<String> {
    statements.iter().map(rust::line).collect()
}

/// The first example that succeeds.
fn presign(operation: &Operation) -> Option<(usize, &Example)> {
    let mut examples = operation.examples.iter().enumerate();
    examples.find(|(_, e)| matches!(e.expected, Expected::Output(_)))
}

/// The text of a form's file, as a literal.
fn file_of(example: &Example) -> String {
    let file = example.call.arguments.iter().find(|a| a.wire == "file");
    let text = match file.map(|a| &a.value) {
        Some(Literal::Bytes(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    };
    format!("{text:?}")
}

/// The example with the most items; of several the one with the fewest arguments.
fn fullest<'a>(operation: &'a Operation, items: &str) -> (usize, &'a Example) {
    let count = |example: &Example| match &example.expected {
        Expected::Output(fields) => fields
            .iter()
            .find_map(|f| match &f.value {
                Literal::List(list) if f.name == items => Some(list.len()),
                _ => None,
            })
            .unwrap_or_default(),
        Expected::Error { .. } => 0,
    };
    let examples = operation.examples.iter().enumerate();
    let best = examples.max_by_key(|(index, e)| {
        let arguments = std::cmp::Reverse(e.call.arguments.len());
        (count(e), arguments, std::cmp::Reverse(*index))
    });
    best.unwrap_or((0, &operation.examples[0]))
}

pub(super) fn place(place: Place) -> String {
    format!("Place::{place:?}")
}

pub(super) fn response(response: &Response) -> ResponseView {
    let fields = response.headers.iter().chain(&response.json);
    ResponseView {
        status: response.status,
        outcome: outcome(response.outcome).into(),
        codes: response.codes.iter().map(literal).collect(),
        fields: match response.outcome {
            Outcome::Success => fields.map(|f| literal(&f.name)).collect(),
            _ => Vec::new(),
        },
        line: response.line,
    }
}

fn fields(api: &Api, operation: &Operation) -> Vec<FieldView> {
    let fields = operation.output.fields.iter().zip(0..);
    let view = |(field, seed): (&Field, u64)| {
        let value = sample::of_field(api, field, seed);
        let sample = match field.place {
            Place::Header => sample::text(&field.ty, &value),
            _ => sample::json(&field.ty, &value).to_string(),
        };
        FieldView {
            name: literal(&field.name),
            wire: literal(&field.wire),
            place: place(field.place),
            required: field.required,
            open: matches!(field.ty, Type::Enum(_)),
            sample: literal(sample),
            line: field.line,
            unverified: optional(field.unverified.as_deref()),
        }
    };
    fields.map(view).collect()
}
