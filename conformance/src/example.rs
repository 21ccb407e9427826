//! What a spec's example says, as data and as calls of the SDK.

use std::future::Future;
use std::pin::Pin;

use qingstor::Client;

use crate::report::Report;

/// Calls of the SDK that report what came of them.
pub type Steps =
    for<'a> fn(&'a Client, &'a mut Report) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// One example of one operation.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The operation's method in the SDK.
    pub operation: &'static str,
    /// The operation's name in the spec.
    pub name: &'static str,
    /// The example's name.
    pub id: &'static str,
    /// The spec's file and line.
    pub place: &'static str,
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
    /// Brings an endpoint to the state that the example begins with.
    pub given: Steps,
    /// Makes the call and judges what came of it.
    pub call: Steps,
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
