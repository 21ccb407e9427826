//! `specs/service.yaml`, `specs/errors.yaml` and `specs/types/*.yaml`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::field::Field;
use super::operation::Response;
use super::scalar::{Text, TypeName, Url, WireName};
use crate::yaml::de::Spanned;

/// What all operations share.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The name of the service.
    pub service: Text,
    /// The version of the API, a date.
    pub api_version: Text,
    /// The service's documentation.
    pub docs: Url,
    /// The query keys that are part of a signature, wherever they occur.
    pub signed_query_keys: Vec<Spanned<WireName>>,
    /// What any request may be answered with, besides what its operation lists.
    #[serde(default)]
    pub answers: Answers,
}

/// What any request may be answered with.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// Headers that any answer may have.
    #[serde(default)]
    pub headers: Vec<Spanned<Field>>,
    /// Headers that the answer to a request with `Origin` may have.
    #[serde(default)]
    pub cross_origin: Vec<Spanned<Field>>,
    /// Statuses that any operation may be answered with; never a success.
    #[serde(default)]
    pub responses: Vec<Spanned<Response>>,
}

/// The codes of errors.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorList {
    /// The codes.
    pub errors: Vec<Spanned<ApiError>>,
}

/// A code that an error can have.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiError {
    /// The code on the wire.
    pub code: Spanned<WireName>,
    /// The status it usually comes with.
    pub status: Spanned<u16>,
    /// What has happened.
    pub doc: Text,
    /// Why it is not certain that the service does it like this.
    #[serde(default)]
    pub unverified: Option<Text>,
}

/// A type: a struct has `fields`, an open enum has `values`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TypeFile {
    /// The name, in UpperCamelCase; the file is called like it, in snake_case.
    #[serde(rename = "type")]
    pub name: Spanned<TypeName>,
    /// What it is.
    pub doc: Text,
    /// The members of a struct.
    #[serde(default)]
    pub fields: Option<Vec<Spanned<Field>>>,
    /// The known values of an enum; a server may send others.
    #[serde(default)]
    pub values: Option<Vec<Spanned<EnumValue>>>,
    /// Members that the spec does not know are kept in `extra`, so that reading, changing and writing back loses nothing.
    #[serde(default)]
    pub keep_unknown: bool,
}

/// A value of an open enum.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnumValue {
    /// The value on the wire.
    pub value: Spanned<String>,
    /// What it means.
    pub doc: Text,
    /// The name in Rust, where the one made from `value` will not do.
    #[serde(default)]
    pub name: Option<Spanned<TypeName>>,
}

/// What a file under `specs/` describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Entity {
    Service,
    Errors,
    Type,
    Operation,
}

impl Entity {
    /// By the file's place: `service.yaml`, `errors.yaml`, `types/*.yaml`, `{service,bucket,object}/*.yaml`.
    pub fn of(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("specs/")?.strip_suffix(".yaml")?;
        match rest.split('/').collect::<Vec<_>>().as_slice() {
            ["service"] => Some(Self::Service),
            ["errors"] => Some(Self::Errors),
            ["types", _] => Some(Self::Type),
            ["service" | "bucket" | "object", _] => Some(Self::Operation),
            _ => None,
        }
    }
}
