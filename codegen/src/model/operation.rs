//! One method of the SDK: what is sent, and by whom.

use super::{Computed, Example, Field, Output, Paging, Response};
use crate::spec::{Auth, Permission, RetryClass, Scope};

/// An operation or one of its variants: one method of the SDK.
#[derive(Debug)]
pub struct Operation {
    /// In UpperCamelCase.
    pub id: String,
    /// In snake_case: the method.
    pub snake: String,
    /// As the service's documentation calls it.
    pub title: String,
    /// In one sentence.
    pub summary: String,
    /// What else to know.
    pub description: Option<String>,
    /// The service's page.
    pub docs: String,
    /// The vendor's Swagger.
    pub upstream: Option<String>,
    /// The spec's path.
    pub file: String,
    /// The line on which it is named.
    pub line: usize,
    /// For a variant, the operation whose output it shares.
    pub variant_of: Option<String>,
    /// What it is about.
    pub scope: Scope,
    /// The folder of its spec.
    pub group: Scope,
    /// The method on the request line.
    pub method: &'static str,
    /// The query key that selects it.
    pub selector: Option<Selector>,
    /// The header that selects it among variants.
    pub when: Option<String>,
    /// Whether it is signed.
    pub auth: Auth,
    /// Who may do it.
    pub access: Access,
    /// What the emulator does of it.
    pub emulated: Option<Emulated>,
    /// Whether it may be repeated.
    pub retry: RetryClass,
    /// Whether a URL for it can be handed out.
    pub presign: bool,
    /// What a caller gives: path, query, headers, body, each in the order of the file.
    pub inputs: Vec<Field>,
    /// What the SDK adds.
    pub computed: Vec<Computed>,
    /// The body.
    pub body: RequestBody,
    /// What may come back.
    pub responses: Vec<Response>,
    /// What a caller gets.
    pub output: Output,
    /// How the next page is asked for.
    pub paging: Option<Paging>,
    /// The examples about it.
    pub examples: Vec<Example>,
}

impl Operation {
    /// The path on the request line, as a template.
    pub fn path(&self) -> &'static str {
        match self.scope {
            Scope::Service => "/",
            Scope::Bucket => "/{bucket}",
            Scope::Object => "/{bucket}/{key}",
        }
    }

    /// The inputs that are arguments of the method, in order.
    pub fn arguments(&self) -> impl Iterator<Item = &Field> {
        self.inputs.iter().filter(|f| f.required)
    }

    /// The inputs that are setters, in order.
    pub fn setters(&self) -> impl Iterator<Item = &Field> {
        self.inputs.iter().filter(|f| !f.required)
    }
}

/// The query key that tells an operation from others.
#[derive(Clone, Debug)]
pub struct Selector {
    /// The key.
    pub key: String,
    /// Whether it stands alone, without a value of the caller's.
    pub bare: bool,
}

/// What kind of body a request has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum RequestBody {
    None,
    Json { keep_unknown: bool },
    Stream,
    Form,
}

/// What the emulator does of an operation.
#[derive(Clone, Debug)]
pub struct Emulated {
    /// What happens.
    pub does: String,
    /// What does not, or differs.
    pub lacks: Option<String>,
}

/// Who may do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// The bucket's owner.
    Owner,
    /// Whoever may send it.
    Anyone,
    /// The owner, and whom the bucket's policy or its access control list lets.
    Granted {
        /// What a policy calls it; the first name is the usual one.
        actions: Vec<String>,
        /// What an access control list has to give.
        permission: Option<Permission>,
        /// Whether it has to be given to the user rather than to everybody.
        users_only: bool,
    },
}

/// The folder of a scope's specs.
pub fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Service => "service",
        Scope::Bucket => "bucket",
        Scope::Object => "object",
    }
}
