//! The reference page of one operation, in Markdown.

mod examples;
mod facts;
mod tables;

use serde::Serialize;

pub use examples::PageExampleView;
pub use tables::TableView;

use super::doc::{cell, safe};
use super::host;
use crate::model::{Api, Operation, Response, scope_name};
use crate::spec::Outcome;

/// The page of an operation or variant.
#[derive(Debug, Serialize)]
pub struct PageView {
    /// The title.
    pub title: String,
    /// What it does.
    pub summary: String,
    /// What else to know, or nothing.
    pub description: Vec<String>,
    /// The request line.
    pub request_line: String,
    /// The method of the SDK.
    pub method: String,
    /// The file of the SDK, from the page.
    pub source: String,
    /// Facts in one line each: authentication, retries, presigning, paging.
    pub facts: Vec<String>,
    /// Tables about the request, then about the answer.
    pub tables: Vec<TableView>,
    /// The statuses.
    pub statuses: Vec<StatusView>,
    /// The service's page.
    pub docs: String,
    /// The program of the first example.
    pub program: String,
    /// What the program shows.
    pub program_doc: String,
    /// The examples.
    pub examples: Vec<PageExampleView>,
    /// The spec's path.
    pub file: String,
    /// The way from the page to the project's root.
    pub up: String,
}

/// A row of the table of statuses.
#[derive(Debug, Serialize)]
pub struct StatusView {
    /// The status.
    pub status: u16,
    /// What it becomes.
    pub outcome: String,
    /// When it happens, with the codes.
    pub doc: String,
}

/// The page of an operation.
pub fn page(api: &Api, operation: &Operation) -> PageView {
    let path = operation.path();
    let query = operation
        .selector
        .as_ref()
        .map_or(String::new(), |s| format!("?{}", s.key));
    let first = operation.examples.first();
    PageView {
        title: cell(&operation.title),
        summary: safe(&operation.summary),
        description: operation
            .description
            .iter()
            .map(|d| safe(d.trim()))
            .collect(),
        request_line: format!("{} {path}{query}", operation.method),
        method: format!("{}::{}", host(operation.scope), operation.snake),
        source: format!(
            "../../../sdk/src/generated/{}/{}.rs",
            scope_name(operation.group),
            operation.snake
        ),
        facts: facts::facts(operation),
        tables: [
            tables::request_tables(api, operation),
            tables::response_tables(api, operation),
        ]
        .concat(),
        statuses: operation.responses.iter().map(status).collect(),
        docs: operation.docs.clone(),
        program: first.map_or_else(String::new, examples::program),
        program_doc: first.map_or_else(String::new, |e| safe(&e.doc)),
        examples: operation.examples.iter().map(examples::example).collect(),
        file: operation.file.clone(),
        up: "../../..".into(),
    }
}

pub(in crate::view) fn status(response: &Response) -> StatusView {
    let mut doc = response.doc.as_deref().map(cell).unwrap_or_default();
    if !response.codes.is_empty() {
        let codes = response
            .codes
            .iter()
            .map(|c| format!("`{c}`"))
            .collect::<Vec<_>>()
            .join(", ");
        doc = format!("{doc} Codes: {codes}.").trim_start().to_string();
    }
    StatusView {
        status: response.status,
        outcome: match response.outcome {
            Outcome::Success => "the output".into(),
            Outcome::Redirect => "an error of kind `Redirect`".into(),
            Outcome::NotModified => "an error of kind `NotModified`".into(),
            Outcome::Error => "an error".into(),
        },
        doc,
    }
}
