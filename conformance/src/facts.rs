//! What a spec says about one operation, as data, and the calls that try it.

use qingstor::{Client, Error, Presigned, PresignedForm};

use crate::example::{BoxFuture, Example};
use crate::names::Names;
use crate::seen::Seen;
use crate::vary::Vary;

/// One operation or variant.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// The method in the SDK.
    pub method: &'static str,
    /// The name in the spec.
    pub name: &'static str,
    /// The spec's path.
    pub file: &'static str,
    /// The line on which the operation is named.
    pub line: usize,
    /// The method on the request line.
    pub verb: &'static str,
    /// The query key that stands alone.
    pub selector: Option<&'static str>,
    /// Whether a failed attempt may be repeated.
    pub retry: Retry,
    /// What a caller gives and what the SDK adds, in the order in which it is sent.
    pub parameters: &'static [Parameter],
    /// The declared statuses.
    pub responses: &'static [Response],
    /// The fields of the output.
    pub fields: &'static [Field],
    /// Whether unknown members of the answer are kept.
    pub keep_unknown: bool,
    /// The examples.
    pub examples: &'static [Example],
    /// Makes the call of the first example with required arguments only, and with what is to be varied.
    pub vary: for<'a> fn(&'a Client, &'a Vary) -> BoxFuture<'a, Result<(), Error>>,
    /// Makes the call of the first example and looks at every field of its output.
    pub observe: for<'a> fn(&'a Client, &'a mut Seen) -> BoxFuture<'a, Result<(), Error>>,
    /// Whether it can be presigned.
    pub offered: bool,
    /// Presigns the call of the first successful example; one, if it can be presigned and there is such an example.
    pub presign: &'static [Presign],
    /// Reads the list page by page; one, if it comes in pages.
    pub pages: &'static [Pages],
}

/// Presigning, and the example that it is tried with.
#[derive(Clone, Copy, Debug)]
pub struct Presign {
    /// The index of the example.
    pub example: usize,
    /// Signs it.
    pub sign: fn(&Client, &Names) -> Result<Signed, Error>,
}

/// What was signed for others.
#[derive(Debug)]
pub enum Signed {
    /// A URL.
    Url(Presigned),
    /// A form, and the file behind its fields.
    Form(PresignedForm, &'static str),
}

/// The items of each page, as texts.
pub type Read = Result<Vec<Vec<String>>, Error>;

/// Reads a list.
pub type ReadPages = for<'a> fn(&'a Client, &'a Names, Limits) -> BoxFuture<'a, Read>;

/// Paging, and the example whose state it is tried with.
#[derive(Clone, Copy, Debug)]
pub struct Pages {
    /// The index of the example.
    pub example: usize,
    /// Reads up to so many pages of a size, the first of them behind the pages that are to be skipped, and brings the
    /// items of each as texts.
    pub read: ReadPages,
}

/// Which pages are read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Items of a page; as many as the service likes, if there is none.
    pub size: Option<u64>,
    /// How many pages are read first, and left behind with a fresh request that begins after them.
    pub skip: usize,
}

/// Whether a failed attempt may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It only reads.
    Safe,
    /// Twice is like once.
    Idempotent,
    /// Twice is something else.
    Never,
}

/// One parameter, or a header or field that the SDK works out.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// The name in the SDK; of what is worked out, the name on the wire.
    pub name: &'static str,
    /// The name on the wire, or its beginning.
    pub wire: &'static str,
    /// Where it travels.
    pub place: Place,
    /// What it holds.
    pub ty: Type,
    /// Whether it is an argument.
    pub required: bool,
    /// The spec's line.
    pub line: usize,
    /// Why it is uncertain.
    pub unverified: Option<&'static str>,
    /// For a JSON member whose values are not made up by the checks: a value on the wire, as JSON.
    pub sample: &'static str,
    /// How the SDK works it out.
    pub computed: Option<Computed>,
    /// Whether the emulator or service cannot tell a request without it from another operation's.
    pub selects: bool,
}

/// Where something travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Place {
    Path,
    Query,
    Header,
    HeaderPrefix,
    Json,
    Extra,
    Form,
    FormPrefix,
    Stream,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Type {
    Text,
    Bool,
    Int32,
    Int64,
    Uint64,
    Float,
    Bytes,
    HttpTime,
    IsoTime,
    UnixTime,
    ByteRange,
    ObjectRef,
    CustomerKey,
    ImageActions,
    Enum(&'static [&'static str]),
    List(&'static Type),
    Texts,
    Sample,
}

/// How the SDK works something out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Computed {
    ContentLength,
    ContentMd5,
    /// Of the parameter with this name on the wire.
    CustomerAlgorithm(&'static str),
    /// Of the parameter with this name on the wire.
    CustomerKeyMd5(&'static str),
    AccessKeyId,
    Policy,
    PolicySignature,
}

/// One declared status.
#[derive(Clone, Copy, Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// What the caller gets.
    pub outcome: Outcome,
    /// The error codes that come with it.
    pub codes: &'static [&'static str],
    /// The names of the output's fields that come with it.
    pub fields: &'static [&'static str],
    /// The spec's line.
    pub line: usize,
}

/// What a status means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Outcome {
    Success,
    Redirect,
    NotModified,
    Error,
}

/// One field of an output.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name in the SDK.
    pub name: &'static str,
    /// The name on the wire, or its beginning.
    pub wire: &'static str,
    /// Where it travels.
    pub place: Place,
    /// Whether it is there in every answer.
    pub required: bool,
    /// Whether it is an open enum.
    pub open: bool,
    /// A value on the wire: the text of a header, or JSON.
    pub sample: &'static str,
    /// The spec's line.
    pub line: usize,
    /// Why it is uncertain.
    pub unverified: Option<&'static str>,
}
