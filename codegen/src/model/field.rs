//! What travels: inputs, outputs and members.

use super::{Literal, Type};
use crate::spec::ComputedRule;

/// Where a field travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The object's key.
    Path,
    /// A query parameter.
    Query,
    /// A header.
    Header,
    /// All headers with a prefix; the wire name is the prefix.
    HeaderPrefix,
    /// A member of a JSON object.
    Json,
    /// A field of a form.
    Form,
    /// All fields of a form with a prefix; the wire name is the prefix.
    FormPrefix,
    /// The whole body or the file of a form, as bytes.
    Stream,
}

/// An input, an output or a member.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name on the wire.
    pub wire: String,
    /// The name in Rust.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Where it travels.
    pub place: Place,
    /// What it is.
    pub doc: String,
    /// Whether it must be there.
    pub required: bool,
    /// What a missing one means, in an answer.
    pub default: Option<Literal>,
    /// Whether it is never printed.
    pub sensitive: bool,
    /// Whether a single text is read like a list of one.
    pub one_or_many: bool,
    /// Why it is uncertain.
    pub unverified: Option<String>,
    /// The spec's line.
    pub line: usize,
}

impl Field {
    /// Whether a struct holds it as it is, rather than in an `Option`: lists and maps are empty when there is nothing.
    pub fn is_plain(&self) -> bool {
        self.required || self.default.is_some() || matches!(self.ty, Type::List(_) | Type::Map(_))
    }
}

/// A header that the SDK works out.
#[derive(Clone, Debug)]
pub struct Computed {
    /// The header.
    pub wire: String,
    /// A header, or a field of a form.
    pub place: Place,
    /// How.
    pub rule: ComputedRule,
    /// The header it is worked out from.
    pub of: Option<String>,
    /// What it is.
    pub doc: String,
    /// Whether the service insists on it.
    pub required: bool,
    /// The spec's line.
    pub line: usize,
}
