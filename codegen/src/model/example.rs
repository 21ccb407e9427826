//! Worked examples.

use super::{Argument, Call};
use crate::spec::ErrorKind;

/// A worked example.
#[derive(Clone, Debug)]
pub struct Example {
    /// Its name.
    pub id: String,
    /// What it shows.
    pub doc: String,
    /// The spec's line.
    pub line: usize,
    /// What has to be done first.
    pub given: Vec<Step>,
    /// The call.
    pub call: Call,
    /// The request that leaves.
    pub request: WireMessage,
    /// The request's method.
    pub method: &'static str,
    /// The request's path and query.
    pub target: String,
    /// The answer.
    pub response: WireMessage,
    /// The answer's status.
    pub status: u16,
    /// What the caller gets.
    pub expected: Expected,
    /// What a live server makes up.
    pub varies: Vec<String>,
    /// Why it is uncertain.
    pub unverified: Option<String>,
}

/// A call that has to be made before that of an example.
#[derive(Clone, Debug)]
pub struct Step {
    /// The call.
    pub call: Call,
    /// Fields of its output whose values a live server makes up.
    pub gives: Vec<Given>,
}

/// A field of a step's output, and the text that stands for its value in the rest of the example.
#[derive(Clone, Debug)]
pub struct Given {
    /// The field of the output.
    pub field: String,
    /// Whether it is there always.
    pub plain: bool,
    /// The text that stands for it.
    pub sample: String,
}

/// What an example's call results in.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Expected {
    Output(Vec<Argument>),
    Error {
        kind: ErrorKind,
        code: Option<String>,
    },
}

/// The headers and body of a request or answer.
#[derive(Clone, Debug)]
pub struct WireMessage {
    /// Names with values, or with `None` where there must be none.
    pub headers: Vec<(String, Option<String>)>,
    /// The body.
    pub body: WireBody,
}

/// A body in an example.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum WireBody {
    None,
    Json(serde_json::Value),
    Text(String),
    Form(Vec<(String, String)>),
}
