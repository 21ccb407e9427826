//! What comes back: the statuses, the output, and the next page of it.

use super::{Field, Type};
use crate::spec::Outcome;

/// One declared status.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// What it means.
    pub outcome: Outcome,
    /// When it happens.
    pub doc: Option<String>,
    /// The error codes that come with it.
    pub codes: Vec<String>,
    /// Its headers.
    pub headers: Vec<Field>,
    /// What its body is.
    pub body: ResponseBody,
    /// The members of its JSON body.
    pub json: Vec<Field>,
    /// What the bytes of its body are.
    pub stream: Option<String>,
    /// The spec's line.
    pub line: usize,
}

/// What kind of body an answer has. Errors have the one format that all errors have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ResponseBody {
    None,
    Json { keep_unknown: bool },
    Stream,
}

/// The output of an operation: the union over its successful answers.
#[derive(Clone, Debug)]
pub struct Output {
    /// The type's name.
    pub name: String,
    /// The fields; `required` only if every successful answer has it.
    pub fields: Vec<Field>,
    /// Whether any answer has a JSON body.
    pub json: bool,
    /// Whether unknown members of it are kept.
    pub keep_unknown: bool,
    /// What the bytes are, if the body is handed to the caller as a stream.
    pub stream: Option<String>,
}

/// How the next page is asked for.
#[derive(Clone, Debug)]
pub struct Paging {
    /// The output's list.
    pub items: String,
    /// The type of its items.
    pub item: Type,
    /// The output's flag.
    pub more: Option<String>,
    /// What changes in the request.
    pub next: Vec<(Field, NextValue)>,
}

/// Where the value for the next request comes from.
#[derive(Clone, Debug)]
pub enum NextValue {
    /// A field of the output.
    Take(Field),
    /// A field of the last item.
    TakeLast(Field),
    /// The number of items, added to what was sent.
    SkipItems,
}
