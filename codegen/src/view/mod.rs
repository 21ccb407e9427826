//! What templates see: flat structs of finished strings and lists. Every decision is made here or before.

mod answers;
mod conformance;
pub(crate) mod doc;
mod emulator_page;
mod error_page;
mod index;
mod operation;
mod page;
mod routes;
mod types;

use serde::Serialize;

pub use answers::{AnswersView, answers};
pub use conformance::{AllChecksView, ChecksView, HeaderView, all_checks, checks};
pub use emulator_page::{EmulatedView, EmulatorPageView, InferenceView, emulator_page};
pub use error_page::{ErrorPageView, error_page};
pub use index::{IndexView, index};
pub use operation::{OperationView, operation};
pub use page::{PageView, page};
pub use routes::{RoutesView, routes};
pub use types::{EnumView, StructView, enumeration, structure};

use crate::model::Api;
use crate::spec::{Outcome, RetryClass, Scope};

/// A folder of modules: `mod x; pub use x::*;`.
#[derive(Debug, Serialize)]
pub struct ModuleView {
    /// What the folder holds.
    pub doc: String,
    /// The modules, in order.
    pub modules: Vec<String>,
}

/// The list of error codes, for the SDK and the emulator.
#[derive(Debug, Serialize)]
pub struct ErrorsView {
    /// The codes.
    pub errors: Vec<ErrorView>,
}

/// One error code.
#[derive(Debug, Serialize)]
pub struct ErrorView {
    /// As a Rust string literal.
    pub literal: String,
    /// In Rust.
    pub variant: String,
    /// The usual status.
    pub status: u16,
    /// The doc comment.
    pub doc: String,
}

/// The error codes.
pub fn errors(api: &Api) -> ErrorsView {
    let errors = api.errors.iter().map(|e| ErrorView {
        literal: format!("{:?}", e.code),
        variant: e.variant.clone(),
        status: e.status,
        doc: doc::comment(&[format!("`{}`, {}: {}", e.code, e.status, e.doc)], 4),
    });
    ErrorsView {
        errors: errors.collect(),
    }
}

/// The query keys that are signed.
#[derive(Debug, Serialize)]
pub struct SignedKeysView {
    /// As Rust string literals, sorted.
    pub keys: Vec<String>,
}

/// The query keys that are signed.
pub fn signed_keys(api: &Api) -> SignedKeysView {
    SignedKeysView {
        keys: api
            .signed_query_keys
            .iter()
            .map(|k| format!("{k:?}"))
            .collect(),
    }
}

/// The root of the SDK's generated code.
#[derive(Debug, Serialize)]
pub struct RootView {
    /// The rows of the table of operations, as a doc comment.
    pub table: String,
}

/// The root of the SDK's generated code.
pub fn root(api: &Api) -> RootView {
    let mut lines = vec![
        "The operations of the service.".to_string(),
        String::new(),
        "| operation | method | request |".to_string(),
        "|---|---|---|".to_string(),
    ];
    for o in &api.operations {
        let host = host(o.scope);
        lines.push(format!(
            "| {} | [`{host}::{}`](crate::{host}::{}) | [`{}`] |",
            doc::cell(&o.title),
            o.snake,
            o.snake,
            o.id
        ));
    }
    RootView {
        table: doc::comment_as_is(&lines, 0),
    }
}

/// The handle that a scope's methods hang on.
pub(crate) fn host(scope: Scope) -> &'static str {
    match scope {
        Scope::Service => "Client",
        Scope::Bucket | Scope::Object => "Bucket",
    }
}

/// A scope as Rust: the SDK and the emulator have an enum of this name each.
fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Service => "Scope::Service",
        Scope::Bucket => "Scope::Bucket",
        Scope::Object => "Scope::Object",
    }
}

/// An outcome as Rust: the SDK, the emulator and the checks have an enum of this name each.
fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "Outcome::Success",
        Outcome::Redirect => "Outcome::Redirect",
        Outcome::NotModified => "Outcome::NotModified",
        Outcome::Error => "Outcome::Error",
    }
}

/// What a caller has to know about repeated attempts.
fn retry(class: RetryClass) -> &'static str {
    match class {
        RetryClass::Safe => "It only reads: a failed attempt is repeated.",
        RetryClass::Idempotent => {
            "A failed attempt is repeated if its body can be: a second one changes no more than the first, except where it says so above."
        }
        RetryClass::Never => "A failed attempt is not repeated, since it may have had its effect.",
    }
}
