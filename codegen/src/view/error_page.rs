//! The reference page of what any operation may be answered with: error codes, statuses, headers.

use serde::Serialize;

use super::doc::cell;
use super::page::{StatusView, status};
use crate::model::{Api, Field};

/// The page of error codes.
#[derive(Debug, Serialize)]
pub struct ErrorPageView {
    /// The codes.
    pub errors: Vec<ErrorRowView>,
    /// What any operation may be answered with.
    pub statuses: Vec<StatusView>,
    /// The headers that any answer may have.
    pub headers: Vec<HeaderRowView>,
}

/// A row of the table of headers that any answer may have.
#[derive(Debug, Serialize)]
pub struct HeaderRowView {
    /// The name.
    pub name: String,
    /// When it is there, and what it says.
    pub doc: String,
}

/// A row of the page of error codes.
#[derive(Debug, Serialize)]
pub struct ErrorRowView {
    /// The code.
    pub code: String,
    /// In Rust.
    pub variant: String,
    /// The usual status.
    pub status: u16,
    /// What has happened.
    pub doc: String,
}

/// The page of error codes.
pub fn error_page(api: &Api) -> ErrorPageView {
    let errors = api.errors.iter().map(|e| ErrorRowView {
        code: e.code.clone(),
        variant: e.variant.clone(),
        status: e.status,
        doc: match &e.unverified {
            Some(reason) => format!("{} *Not verified: {}*", cell(&e.doc), cell(reason)),
            None => cell(&e.doc),
        },
    });
    let answers = &api.answers;
    let row = |field: &Field, condition: &str| HeaderRowView {
        name: field.wire.clone(),
        doc: format!("{condition}{}", cell(&field.doc)),
    };
    let always = answers.headers.iter().map(|f| row(f, ""));
    let sometimes = answers
        .cross_origin
        .iter()
        .map(|f| row(f, "To a request with `Origin`: "));
    ErrorPageView {
        errors: errors.collect(),
        statuses: answers.responses.iter().map(status).collect(),
        headers: always.chain(sometimes).collect(),
    }
}
