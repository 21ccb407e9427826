//! The API, resolved: every name found, every value typed, nothing left that can fail.

mod examples;
mod fields;
mod load;
mod names;
mod operations;
mod routes;
mod types;
mod values;

pub use load::load;
pub use names::{snake, upper_camel};
pub use operations::scope_name;

use crate::spec::{
    Auth, ComputedRule, ErrorKind, Outcome, Permission, RetryClass, Scope, TimeFormat,
};

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

/// A struct or an open enum.
#[derive(Debug)]
pub struct TypeDef {
    /// In UpperCamelCase.
    pub name: String,
    /// In snake_case.
    pub snake: String,
    /// What it is.
    pub doc: String,
    /// The spec's path.
    pub file: String,
    /// Which of the two.
    pub kind: TypeKind,
}

/// The two kinds of named types.
#[derive(Debug)]
pub enum TypeKind {
    /// A JSON object.
    Struct {
        /// Its members.
        fields: Vec<Field>,
        /// Whether unknown members are kept.
        keep_unknown: bool,
    },
    /// A text with known values.
    Enum(Vec<EnumValue>),
}

/// A value of an open enum.
#[derive(Debug)]
pub struct EnumValue {
    /// On the wire.
    pub wire: String,
    /// In Rust.
    pub variant: String,
    /// What it means.
    pub doc: String,
}

/// A type, resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Type {
    String,
    Bool,
    Int32,
    Int64,
    Uint64,
    Float64,
    Bytes,
    Timestamp(TimeFormat),
    ByteRange,
    ObjectRef,
    CustomerKey,
    ImageActions,
    List(Box<Type>),
    Map(Box<Type>),
    Struct(String),
    Enum(String),
}

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

/// A value of a known type.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Literal {
    Absent,
    String(String),
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Bytes(Vec<u8>),
    /// Nanoseconds since 1970.
    Time(i128),
    ByteRange {
        first: Option<u64>,
        last: Option<u64>,
    },
    ObjectRef {
        bucket: String,
        key: String,
        version: Option<String>,
    },
    CustomerKey([u8; 32]),
    List(Vec<Literal>),
    Map(Vec<(String, Literal)>),
    Struct {
        name: String,
        members: Vec<Argument>,
    },
    Enum {
        name: String,
        variant: Option<String>,
        wire: String,
    },
}

/// A field with a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// The name in Rust.
    pub name: String,
    /// The name on the wire.
    pub wire: String,
    /// Its type.
    pub ty: Type,
    /// Whether it is an argument rather than a setter, or a plain field rather than an `Option`.
    pub required: bool,
    /// The value.
    pub value: Literal,
}

/// A call of an operation.
#[derive(Clone, Debug)]
pub struct Call {
    /// The method of the SDK.
    pub method: String,
    /// The operation's name.
    pub operation: String,
    /// The bucket, unless the operation is about the whole service.
    pub bucket: Option<String>,
    /// The arguments, in the order of the operation's inputs.
    pub arguments: Vec<Argument>,
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

impl Field {
    /// Whether a struct holds it as it is, rather than in an `Option`: lists and maps are empty when there is nothing.
    pub fn is_plain(&self) -> bool {
        self.required || self.default.is_some() || matches!(self.ty, Type::List(_) | Type::Map(_))
    }
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

impl Api {
    /// A type by name.
    pub fn type_def(&self, name: &str) -> Option<&TypeDef> {
        self.types.iter().find(|t| t.name == name)
    }
}
