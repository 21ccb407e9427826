//! The whole API, and what all its operations have in common.

use super::{Field, Operation, Response, TypeDef};

/// Everything that the specs say.
#[derive(Debug)]
pub struct Api {
    /// The name of the service.
    pub service: String,
    /// The version of the API.
    pub api_version: String,
    /// The service's documentation.
    pub docs: String,
    /// The query keys that are part of a signature, sorted.
    pub signed_query_keys: Vec<String>,
    /// The error codes, in the order of the file.
    pub errors: Vec<ApiError>,
    /// What any request may be answered with.
    pub answers: Answers,
    /// The types, by name.
    pub types: Vec<TypeDef>,
    /// The operations and their variants, by scope and name; a variant follows its operation.
    pub operations: Vec<Operation>,
}

/// What any request may be answered with, besides what its operation lists.
#[derive(Debug, Default)]
pub struct Answers {
    /// Headers that any answer may have.
    pub headers: Vec<Field>,
    /// Headers that the answer to a request with `Origin` may have.
    pub cross_origin: Vec<Field>,
    /// Statuses that any operation may be answered with.
    pub responses: Vec<Response>,
}

/// A code that an error can have.
#[derive(Debug)]
pub struct ApiError {
    /// The code on the wire.
    pub code: String,
    /// The name in Rust.
    pub variant: String,
    /// The status it usually comes with.
    pub status: u16,
    /// What has happened.
    pub doc: String,
    /// Why it is uncertain.
    pub unverified: Option<String>,
}

impl Api {
    /// A type by name.
    pub fn type_def(&self, name: &str) -> Option<&TypeDef> {
        self.types.iter().find(|t| t.name == name)
    }
}
