//! What a spec's example says, as data and as calls of the SDK.

use std::pin::Pin;

use qingstor::{Client, Error};

use crate::names::Names;
use crate::report::Report;

/// A future that can move to another thread.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Makes a call of the SDK and judges what came of it.
pub type Judge = for<'a> fn(&'a Client, &'a Names, &'a mut Report) -> BoxFuture<'a, ()>;

/// Makes a call of the SDK that has to succeed. Brings the samples for which its answer has values.
pub type Run =
    for<'a> fn(&'a Client, &'a Names) -> BoxFuture<'a, Result<Vec<(&'static str, String)>, Error>>;

/// A call that brings an endpoint nearer to the state that an example begins with.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The operation's method in the SDK.
    pub operation: &'static str,
    /// The bucket that it is about.
    pub bucket: Option<&'static str>,
    /// Makes the call.
    pub run: Run,
}

/// One example of one operation.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The operation's method in the SDK.
    pub operation: &'static str,
    /// The operation's name in the spec.
    pub name: &'static str,
    /// The example's name.
    pub id: &'static str,
    /// The spec's path.
    pub file: &'static str,
    /// The spec's line.
    pub line: usize,
    /// Why it is not certain that the service does it like this.
    pub unverified: Option<&'static str>,
    /// The method of the request.
    pub method: &'static str,
    /// Path and query of the request, path style.
    pub target: &'static str,
    /// Headers that the request must have with this value, or with `None` must not have.
    pub request_headers: &'static [(&'static str, Option<&'static str>)],
    /// The body of the request.
    pub request_body: Payload,
    /// The status of the answer.
    pub status: u16,
    /// Headers that the answer has with this value, or with `None` does not have.
    pub response_headers: &'static [(&'static str, Option<&'static str>)],
    /// The body of the answer.
    pub response_body: Payload,
    /// Headers and JSON members of the answer whose value a live server makes up.
    pub varies: &'static [&'static str],
    /// The buckets that it names, those that do not exist among them.
    pub buckets: &'static [&'static str],
    /// Bring an endpoint to the state that the example begins with.
    pub given: &'static [Step],
    /// Makes the call and judges what came of it.
    pub call: Judge,
}

impl Example {
    /// Whether it needs a bucket with versions.
    pub(crate) fn is_versioned(&self) -> bool {
        let mut operations = self.given.iter().map(|step| step.operation);
        self.operation == "put_bucket_versioning"
            || operations.any(|o| o == "put_bucket_versioning")
    }
}

/// A body in an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// No bytes.
    None,
    /// A JSON text; bodies are compared as values.
    Json(&'static str),
    /// Any other text.
    Text(&'static str),
    /// The fields of a form, the file among them, without those that the SDK works out.
    Form(&'static [(&'static str, &'static str)]),
}

impl Payload {
    /// The bytes as an endpoint would send them.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            // Only requests are forms.
            Self::None | Self::Form(_) => b"",
            Self::Json(text) | Self::Text(text) => text.as_bytes(),
        }
    }
}
