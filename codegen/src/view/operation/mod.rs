//! One file of the SDK: the method, the request type, its coding, the output.

mod docs;
mod imports;
mod output;
mod request;

use serde::Serialize;

pub(super) use docs::described;
pub(super) use output::member;
pub use output::{DecodedView, MemberView, OutputView};
pub use request::{ArgumentView, SetterView, StoredView};

use super::{host, outcome, scope};
use crate::model::{Operation, Paging};
use crate::rust::{self, encode, types};
use crate::spec::{Auth, Outcome, RetryClass};

/// One operation or variant.
#[derive(Debug, Serialize)]
pub struct OperationView {
    /// The request type.
    pub id: String,
    /// The method.
    pub snake: String,
    /// `Client` or `Bucket`.
    pub host: String,
    /// What the file imports.
    pub imports: Vec<String>,
    /// The method's doc comment.
    pub method_doc: String,
    /// The lints that the method's form is let off from.
    pub lints: Vec<String>,
    /// The request type's doc comment.
    pub request_doc: String,
    /// The method's parameters.
    pub arguments: Vec<ArgumentView>,
    /// The request's fields.
    pub fields: Vec<StoredView>,
    /// The request's setters.
    pub setters: Vec<SetterView>,
    /// The name of the output type.
    pub output: String,
    /// The builder calls of the metadata, after `new`.
    pub metadata: Vec<String>,
    /// The title, as a literal.
    pub title_literal: String,
    /// The name, as a literal.
    pub id_literal: String,
    /// The method on the request line, as a literal.
    pub http_method: String,
    /// `Scope::…`.
    pub scope: String,
    /// The parameter of `encode`.
    pub parts: String,
    /// The statements of `encode`.
    pub encode: Vec<String>,
    /// The parameter of `decode`.
    pub answer: String,
    /// The statements of `decode` before the output.
    pub decode: Vec<String>,
    /// The output's fields with the expressions that read them.
    pub decoded: Vec<DecodedView>,
    /// Empty, or one: the operation can be presigned.
    pub presign: Vec<String>,
    /// Empty, or one: the operation is a form that can be signed for others.
    pub presign_form: Vec<String>,
    /// Empty, or one: how it is paged.
    pub paging: Vec<PagingView>,
    /// Empty for variants, or one: the output type.
    pub output_type: Vec<OutputView>,
}

/// How a list is paged.
#[derive(Debug, Serialize)]
pub struct PagingView {
    /// The type of the items.
    pub item: String,
    /// The output's list.
    pub items: String,
    /// The statements of `advance`.
    pub advance: Vec<String>,
    /// The expression of `position`.
    pub position: String,
    /// The statements of `resume`.
    pub resume: Vec<String>,
}

/// The view of one operation.
pub fn operation(operation: &Operation) -> OperationView {
    let stream = operation.output.stream.is_some();
    let members = operation.output.json;
    let statements: Vec<String> = encode::statements(operation)
        .iter()
        .map(rust::line)
        .collect();
    let names_if = |condition: bool| {
        condition
            .then(|| operation.id.clone())
            .into_iter()
            .collect()
    };
    OperationView {
        id: operation.id.clone(),
        snake: operation.snake.clone(),
        host: host(operation.scope).into(),
        imports: imports::imports(operation),
        method_doc: docs::method_doc(operation),
        lints: lints(operation.arguments().count() + 1),
        request_doc: docs::request_doc(operation),
        arguments: operation.arguments().map(request::argument).collect(),
        fields: request::fields(operation),
        setters: request::setters(operation),
        output: operation.output.name.clone(),
        metadata: metadata(operation),
        title_literal: format!("{:?}", operation.title),
        id_literal: format!("{:?}", operation.id),
        http_method: format!("{:?}", operation.method),
        scope: scope(operation.scope).into(),
        parts: if statements.is_empty() { "_" } else { "parts" }.into(),
        encode: statements,
        answer: if stream { "mut answer" } else { "answer" }.into(),
        decode: members
            .then(|| "let mut members = answer.members()?;".into())
            .into_iter()
            .collect(),
        decoded: output::decoded(operation),
        presign: names_if(operation.presign && operation.auth != Auth::Form),
        presign_form: names_if(operation.presign && operation.auth == Auth::Form),
        paging: operation.paging.iter().map(paging).collect(),
        output_type: match operation.variant_of {
            None => vec![output::output(operation)],
            Some(_) => Vec::new(),
        },
    }
}

/// An operation has as many required values as it has.
pub(super) fn lints(arguments: usize) -> Vec<String> {
    let many = arguments > 7;
    let lint = many.then(|| "#[allow(clippy::too_many_arguments)]".to_string());
    lint.into_iter().collect()
}

fn metadata(operation: &Operation) -> Vec<String> {
    let mut calls = Vec::new();
    match operation.auth {
        Auth::Required => {}
        Auth::Optional => calls.push("auth(Auth::Optional)".into()),
        Auth::Form => calls.push("auth(Auth::Form)".into()),
    }
    match operation.retry {
        RetryClass::Safe => calls.push("retry(Retry::Safe)".into()),
        RetryClass::Idempotent => calls.push("retry(Retry::Idempotent)".into()),
        RetryClass::Never => {}
    }
    // What is not listed is an error.
    let listed = operation.responses.iter();
    let listed = listed.filter(|r| r.outcome != Outcome::Error);
    let responses = listed.map(|r| format!("({}, {})", r.status, outcome(r.outcome)));
    calls.push(format!(
        "responses(&[{}])",
        responses.collect::<Vec<_>>().join(", ")
    ));
    if operation.output.stream.is_some() {
        calls.push("streams()".into());
    }
    if operation.presign {
        calls.push("presign()".into());
    }
    calls
}

fn paging(paging: &Paging) -> PagingView {
    PagingView {
        item: rust::line(&types::plain(&paging.item)),
        items: paging.items.clone(),
        advance: rust::paging::advance(paging)
            .iter()
            .map(rust::line)
            .collect(),
        position: rust::line(&rust::paging::position(paging)),
        resume: rust::paging::resume(paging)
            .iter()
            .map(rust::line)
            .collect(),
    }
}
