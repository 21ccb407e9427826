//! Parameters, headers, members: everything that has a name and a type.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{FieldName, Text, TypeExpr, TypeName, WireName};
use crate::yaml::{Node, de::Spanned};

/// A parameter, a header or a member of a JSON object.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The name on the wire. A header's may end in `-*`: it is then a map from the rest of the name to the value.
    pub name: Spanned<WireName>,
    /// The type: `string`, `bool`, `int32`, `int64`, `uint64`, `float64`, `bytes`, `timestamp(http)`, `timestamp(iso8601)`, `timestamp(unix)`,
    /// `byte_range`, `object_ref`, `customer_key`, `list<…>`, `map<…>` or a type of `specs/types`.
    #[serde(rename = "type")]
    pub ty: Spanned<TypeExpr>,
    /// What it is, in our own words: units, range and default included.
    pub doc: Text,
    /// Whether it must be there. A required one becomes an argument, others become setters.
    #[serde(default)]
    pub required: bool,
    /// The name in Rust, where the one made from `name` will not do: a keyword, or one that is taken.
    #[serde(default)]
    pub field: Option<Spanned<FieldName>>,
    /// In an answer: what a missing member means (`0`, `false`, `""`). The field is then no `Option`.
    #[serde(default)]
    pub default: Option<Node>,
    /// In a JSON list of texts: a single text in an answer is read like a list of one.
    #[serde(default)]
    pub one_or_many: bool,
    /// Never printed: keys and the like.
    #[serde(default)]
    pub sensitive: bool,
    /// The SDK works it out; nobody passes it.
    #[serde(default)]
    pub computed: Option<Spanned<Computed>>,
    /// The variants it belongs to; without this, to all of them.
    #[serde(default, rename = "for")]
    pub variants: Option<Vec<Spanned<TypeName>>>,
    /// Why it is not certain that the service does it like this.
    #[serde(default)]
    pub unverified: Option<Text>,
}

/// How the SDK works out a header.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Computed {
    /// The rule.
    pub rule: ComputedRule,
    /// The header that it is worked out from, for the rules that need one.
    #[serde(default)]
    pub of: Option<Spanned<WireName>>,
}

/// What the SDK can work out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ComputedRule {
    /// The length of the body in bytes.
    ContentLength,
    /// The base64 MD5 of the body.
    ContentMd5,
    /// `AES256`, whenever the `customer_key` in `of` is given.
    CustomerAlgorithm,
    /// The base64 MD5 of the `customer_key` in `of`.
    CustomerKeyMd5,
    /// In a form: the id of the access key.
    AccessKeyId,
    /// In a form: the base64 JSON of the fields before the file.
    Policy,
    /// In a form: the signature of the policy.
    PolicySignature,
}

/// The body of a request or answer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// `json`, with `fields`; `stream`: bytes that are not interpreted; `form`: `fields`, and behind them the bytes of a file.
    pub kind: Spanned<BodyKind>,
    /// The members of the JSON object, or the fields of the form.
    #[serde(default)]
    pub fields: Option<Vec<Spanned<Field>>>,
    /// Members that the spec does not know are kept in `extra`, so that reading, changing and writing back loses nothing.
    #[serde(default)]
    pub keep_unknown: bool,
    /// What the bytes are.
    #[serde(default)]
    pub doc: Option<Text>,
    /// The variants that have this body; without this, all of them.
    #[serde(default, rename = "for")]
    pub variants: Option<Vec<Spanned<TypeName>>>,
}

/// The kinds of bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyKind {
    /// A JSON object.
    Json,
    /// Bytes.
    Stream,
    /// `multipart/form-data`: fields, and a file as the last.
    Form,
}
