//! Specs with one fact altered: what tests that are worth anything notice.
//!
//! Only facts are altered, never examples: they are the expectation, written by hand, that an altered fact has to contradict. A
//! name in Rust stays what it was, so that an altered name on the wire is not noticed merely because something else no longer compiles.

mod edit;
mod facts;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::SourceText;
use crate::spec::Entity;
use crate::yaml;
use edit::Edit;

/// One fact, altered.
#[derive(Clone, Debug)]
pub struct Mutation {
    /// The spec's path.
    pub file: String,
    /// The line (from 1) of the fact.
    pub line: usize,
    /// Which fact of the file it is, such as `request.headers[Content-Type].name`.
    pub fact: String,
    /// What kind of fact it is.
    pub kind: Kind,
    /// What the spec says.
    pub from: String,
    /// What it says instead.
    pub to: String,
    edits: Vec<Edit>,
}

impl Mutation {
    /// What tells it from all others, whatever stands on other lines.
    pub fn id(&self) -> String {
        let Self {
            file,
            fact,
            from,
            to,
            ..
        } = self;
        format!("{file} {fact}: {from} -> {to}")
    }

    /// The file's text with the fact altered.
    pub fn apply(&self, text: &str) -> String {
        edit::apply(text, &self.edits)
    }
}

/// The kinds of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Kind {
    Method,
    Selector,
    QueryKey,
    RequestHeader,
    ResponseHeader,
    FormField,
    Member,
    Required,
    Type,
    Computed,
    Default,
    OneOrMany,
    Sensitive,
    Applies,
    KeepUnknown,
    Status,
    Outcome,
    Codes,
    RetryClass,
    Presign,
    Auth,
    Access,
    Paging,
    EnumValue,
    ErrorCode,
    ErrorStatus,
    SignedKey,
}

impl Kind {
    /// For people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Selector => "selector",
            Self::QueryKey => "query key",
            Self::RequestHeader => "request header",
            Self::ResponseHeader => "response header",
            Self::FormField => "form field",
            Self::Member => "JSON member",
            Self::Required => "required",
            Self::Type => "type",
            Self::Computed => "computed",
            Self::Default => "default",
            Self::OneOrMany => "one or many",
            Self::Sensitive => "sensitive",
            Self::Applies => "variants it applies to",
            Self::KeepUnknown => "keep unknown",
            Self::Status => "status",
            Self::Outcome => "outcome",
            Self::Codes => "codes of a status",
            Self::RetryClass => "retry class",
            Self::Presign => "presign",
            Self::Auth => "auth",
            Self::Access => "access",
            Self::Paging => "paging",
            Self::EnumValue => "enum value",
            Self::ErrorCode => "error code",
            Self::ErrorStatus => "status of a code",
            Self::SignedKey => "signed query key",
        }
    }
}

/// Every alteration of every fact, in the order of the files.
///
/// Specs that cannot be read have none; [`check`](crate::check) tells what is wrong with them.
pub fn all(specs: &BTreeMap<String, Vec<u8>>) -> Vec<Mutation> {
    let mut mutations = Vec::new();
    for (path, bytes) in specs {
        let (Some(entity), Ok(text)) = (Entity::of(path), std::str::from_utf8(bytes)) else {
            continue;
        };
        let source = Arc::new(SourceText {
            path: path.clone(),
            text: text.to_string(),
        });
        let Ok(root) = yaml::parse(&source) else {
            continue;
        };
        let mut site = facts::Site::new(&source, &mut mutations);
        match entity {
            Entity::Operation => facts::operation(&mut site, &root),
            Entity::Type => facts::named_type(&mut site, &root),
            Entity::Errors => facts::errors(&mut site, &root),
            Entity::Service => facts::service(&mut site, &root),
        }
    }
    mutations
}
