//! `specs/{service,bucket,object}/<operation>.yaml`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::field::{Body, Field};
use super::scalar::{FieldName, HttpPath, Method, Text, TypeName, Url, WireName};
use crate::yaml::{Node, de::Spanned};

/// One operation of the API.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// The name, in UpperCamelCase; the file is called like it, in snake_case.
    pub operation: Spanned<TypeName>,
    /// The name that the service's documentation uses.
    pub title: Text,
    /// What it does, in one sentence of our own.
    pub summary: Text,
    /// What else a caller must know: limits, traps, what it costs.
    #[serde(default)]
    pub description: Option<Text>,
    /// The service's page about it.
    pub docs: Url,
    /// Where the vendor's Swagger describes it: `file.json#/method`.
    #[serde(default)]
    pub upstream: Option<Text>,
    /// What the method hangs on: `service` on the client, `bucket` and `object` on a bucket.
    pub scope: Spanned<Scope>,
    /// How the request line looks.
    pub http: Http,
    /// Whether it is signed.
    pub auth: Auth,
    /// Who may do it besides the bucket's owner; without this, nobody (on the service: whoever may send it).
    #[serde(default)]
    pub access: Option<Spanned<Access>>,
    /// Whether a failed attempt may be repeated.
    pub retry: Retry,
    /// Whether a URL for it can be handed to others.
    #[serde(default)]
    pub presign: bool,
    /// How the next page is asked for.
    #[serde(default)]
    pub paging: Option<Spanned<Paging>>,
    /// What is sent.
    #[serde(default)]
    pub request: Request,
    /// What may come back, by status.
    pub responses: Vec<Spanned<Response>>,
    /// Further methods that the same request line serves, told apart by a header or the path.
    #[serde(default)]
    pub variants: Vec<Spanned<Variant>>,
    /// Worked examples: each is three tests, a part of the reference page, and the first is the doc example.
    pub examples: Spanned<Vec<Spanned<Example>>>,
    /// What the emulator does of it; without this it answers 501.
    #[serde(default)]
    pub emulator: Option<Emulated>,
}

/// What the emulator does of an operation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Emulated {
    /// What happens.
    pub does: Text,
    /// What does not, or differs from the service.
    #[serde(default)]
    pub lacks: Option<Text>,
}

/// What an operation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Scope {
    Service,
    Bucket,
    Object,
}

/// How the request line looks.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// The method.
    pub method: Spanned<Method>,
    /// `/`, `/{bucket}` or `/{bucket}/{key}`.
    pub path: Spanned<HttpPath>,
    /// The query key that tells this operation from others on the same path: a bare sub-resource (`?cors`), or a declared query parameter.
    #[serde(default)]
    pub selector: Option<Spanned<WireName>>,
}

/// Whether a request is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// Signed, unless the client has no keys at all.
    Required,
    /// The service also answers unsigned requests.
    Optional,
    /// Signed by fields of a form.
    Form,
}

/// Who may do something besides the bucket's owner. Either `anyone`, or an `action` with the rest.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// `true`: whoever may send it, since there is nothing to protect.
    #[serde(default)]
    pub anyone: bool,
    /// What a bucket's policy calls it: a statement about this action allows or denies it.
    #[serde(default)]
    pub action: Option<Spanned<WireName>>,
    /// Other names of the action that policies use.
    #[serde(default)]
    pub aliases: Vec<Spanned<WireName>>,
    /// The permission of the access control list that allows it where no statement decides.
    #[serde(default)]
    pub permission: Option<Spanned<Permission>>,
    /// `true`: the permission has to be given to the user, it is not enough that everybody has it.
    #[serde(default)]
    pub users_only: bool,
}

/// A permission of an access control list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum Permission {
    Read,
    Write,
}

/// Whether a failed attempt may be repeated.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// `safe`: it only reads. `idempotent`: twice is the same as once. `never`: it is not.
    pub class: RetryClass,
}

/// What repeating an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum RetryClass {
    Safe,
    Idempotent,
    Never,
}

/// How the next page of a list is asked for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// The list in the answer.
    pub items: Spanned<FieldName>,
    /// The `bool` of the answer that says whether there is more.
    #[serde(default)]
    pub more: Option<Spanned<FieldName>>,
    /// What changes in the request.
    pub next: Vec<Spanned<NextPage>>,
}

/// One parameter of the request for the next page. Exactly one of `take`, `take_last` and `skip_items`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NextPage {
    /// The parameter.
    pub send: Spanned<FieldName>,
    /// Its value is this field of the answer (a token or marker; empty or missing at the end).
    #[serde(default)]
    pub take: Option<Spanned<FieldName>>,
    /// Its value is this field of the last item.
    #[serde(default)]
    pub take_last: Option<Spanned<FieldName>>,
    /// Its value grows by the number of items (an offset; a page without items is the end).
    #[serde(default)]
    pub skip_items: bool,
}

/// What is sent.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Path parameters, to describe them better than by default.
    #[serde(default)]
    pub path: Vec<Spanned<Field>>,
    /// Query parameters.
    #[serde(default)]
    pub query: Vec<Spanned<Field>>,
    /// Headers.
    #[serde(default)]
    pub headers: Vec<Spanned<Field>>,
    /// The body.
    #[serde(default)]
    pub body: Option<Spanned<Body>>,
}

/// One status that the service may answer with.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// The HTTP status.
    pub status: Spanned<u16>,
    /// What it means for the caller.
    pub outcome: Outcome,
    /// When it happens.
    #[serde(default)]
    pub doc: Option<Text>,
    /// The error codes that come with it, from `specs/errors.yaml`.
    #[serde(default)]
    pub codes: Vec<Spanned<String>>,
    /// The headers.
    #[serde(default)]
    pub headers: Vec<Spanned<Field>>,
    /// The body.
    #[serde(default)]
    pub body: Option<Spanned<Body>>,
    /// The variants that are answered with it; without this, all of them.
    #[serde(default, rename = "for")]
    pub variants: Option<Vec<Spanned<TypeName>>>,
}

/// What a status means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An output.
    Success,
    /// An error that names another place.
    Redirect,
    /// An error that says nothing has changed.
    NotModified,
    /// Any other error.
    Error,
}

/// A further method on the same request line.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Its name.
    pub operation: Spanned<TypeName>,
    /// Its title.
    pub title: Text,
    /// What it does, in one sentence.
    pub summary: Text,
    /// What else a caller must know.
    #[serde(default)]
    pub description: Option<Text>,
    /// The required header by which a server tells it from the others.
    #[serde(default)]
    pub when: Option<Spanned<WireName>>,
    /// Its path, where that differs.
    #[serde(default)]
    pub path: Option<Spanned<HttpPath>>,
    /// Whether a failed attempt may be repeated, where that differs.
    #[serde(default)]
    pub retry: Option<Retry>,
    /// Whether a URL for it can be handed to others, where that differs.
    #[serde(default)]
    pub presign: Option<bool>,
    /// What the emulator does of it; without this it answers 501.
    #[serde(default)]
    pub emulator: Option<Emulated>,
}

/// A worked example.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Its name within the operation.
    pub id: Spanned<FieldName>,
    /// What it shows.
    pub doc: Text,
    /// The variant it is about; without this, the operation itself.
    #[serde(default)]
    pub variant: Option<Spanned<TypeName>>,
    /// What has to be done first, through the API itself: `method: { argument: value }`.
    #[serde(default)]
    pub given: Vec<Spanned<Call>>,
    /// The arguments, by field name.
    pub input: Spanned<Node>,
    /// The request that must leave.
    pub request: Spanned<WireRequest>,
    /// The answer that comes back.
    pub response: Spanned<WireResponse>,
    /// The fields of the output; `null` says that one is absent.
    #[serde(default)]
    pub output: Option<Spanned<Node>>,
    /// The error, where the answer is one.
    #[serde(default)]
    pub error: Option<Spanned<ExampleError>>,
    /// Headers and JSON members whose value a live server makes up: only their presence is compared.
    #[serde(default)]
    pub varies: Vec<Spanned<WireName>>,
    /// Values of enums that the spec does not list, on purpose; others are taken for slips.
    #[serde(default)]
    pub unknown: Vec<Spanned<String>>,
    /// Why it is not certain that the service does it like this.
    #[serde(default)]
    pub unverified: Option<Text>,
}

/// A call of another operation: its method, and the arguments.
#[derive(Clone, Debug)]
pub struct Call {
    /// The method, in snake_case.
    pub method: Spanned<String>,
    /// The arguments.
    pub input: Node,
    /// Fields of its output, with the texts that stand for them in the rest of the example.
    pub gives: Option<Node>,
}

impl<'de> Deserialize<'de> for Call {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneEntry;
        impl<'de> serde::de::Visitor<'de> for OneEntry {
            type Value = Call;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("one call, as in `put_bucket: { bucket: photos }`")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Call, A::Error> {
                use serde::de::Error;
                let Some(method) = map.next_key()? else {
                    return Err(A::Error::custom("no call stands here"));
                };
                let input = map.next_value()?;
                let mut gives = None;
                while let Some(key) = map.next_key::<String>()? {
                    if key != "gives" || gives.is_some() {
                        return Err(A::Error::custom(
                            "two calls in one step\nput a `-` before the second",
                        ));
                    }
                    gives = Some(map.next_value()?);
                }
                Ok(Call {
                    method,
                    input,
                    gives,
                })
            }
        }
        deserializer.deserialize_map(OneEntry)
    }
}

impl JsonSchema for Call {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Call".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "minProperties": 1,
            "maxProperties": 2,
            "properties": {
                "gives": {
                    "type": "object",
                    "additionalProperties": { "type": "string" },
                    "description": "Fields of its output, with the texts that stand for them in the rest of the example."
                }
            }
        })
    }
}

/// A request on the wire, path style.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WireRequest {
    /// The method.
    pub method: Spanned<Method>,
    /// Path and query as sent.
    pub target: Spanned<String>,
    /// Headers that must be there with this value, or with `null` must not be there.
    #[serde(default)]
    pub headers: Option<Node>,
    /// The body, as JSON.
    #[serde(default)]
    pub json: Option<Node>,
    /// The body, as text.
    #[serde(default)]
    pub body: Option<Spanned<String>>,
    /// The body, as the fields of a form.
    #[serde(default)]
    pub form: Option<Node>,
}

/// An answer on the wire.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WireResponse {
    /// The status.
    pub status: Spanned<u16>,
    /// Headers that are there with this value, or with `null` are not there.
    #[serde(default)]
    pub headers: Option<Node>,
    /// The body, as JSON.
    #[serde(default)]
    pub json: Option<Node>,
    /// The body, as text.
    #[serde(default)]
    pub body: Option<Spanned<String>>,
}

/// An error that an example expects.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExampleError {
    /// Its kind.
    pub kind: Spanned<ErrorKind>,
    /// Its code, from `specs/errors.yaml`; absent where the answer has no body.
    #[serde(default)]
    pub code: Option<Spanned<String>>,
}

/// The kinds of errors that an answer can become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ErrorKind {
    Unauthenticated,
    PermissionDenied,
    NotFound,
    Conflict,
    NotModified,
    PreconditionFailed,
    InvalidRange,
    Throttled,
    Redirect,
    Rejected,
    Service,
}
