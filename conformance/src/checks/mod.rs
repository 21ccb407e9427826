//! The checks that follow from the specs.

pub(crate) mod examples;
pub(crate) mod fields;
pub(crate) mod granted;
pub(crate) mod pages;
pub(crate) mod parameters;
pub(crate) mod presigned;
pub(crate) mod raw;
pub(crate) mod refusals;
pub(crate) mod required;
pub(crate) mod retries;
pub(crate) mod statuses;
pub(crate) mod strangers;

use qingstor::testing::Replay;
use qingstor::{Client, Error, ErrorKind};

use crate::facts::Operation;
use crate::vary::Vary;
use crate::wire::{Canned, Received, Sent};

/// A client that never reaches a network, with a fixed clock and key.
pub(crate) fn client(canned: &Canned) -> Result<Client, Error> {
    Replay::new().builder().transport(canned.clone()).build()
}

/// The request that a call makes, or why it makes none.
pub(crate) async fn capture(
    operation: &Operation,
    client: &Client,
    canned: &Canned,
    vary: &Vary,
) -> Result<Sent, Error> {
    canned.log.take();
    let outcome = (operation.vary)(client, vary).await;
    match (canned.log.last(), outcome) {
        (Some(exchange), _) => Ok(exchange.sent),
        (None, Err(error)) => Err(error),
        (None, Ok(())) => Err(Error::new(ErrorKind::Config, "nothing was sent")),
    }
}

/// The document that an error comes with.
pub(crate) fn refusal(code: &str) -> String {
    serde_json::json!({
        "code": code,
        "message": "It does not work.",
        "request_id": "5fc1a6a2e4b0d7c",
        "url": "https://docs.qingcloud.com/qingstor/api/common/error_code.html",
    })
    .to_string()
}

/// An answer that a call can be made with when nobody looks at what comes of it.
pub(crate) fn any_answer() -> Received {
    Received::new(418, refusal("any"))
}

/// What a status means, by the table of specs/README.md.
pub(crate) fn kind_of(status: u16) -> ErrorKind {
    match status {
        304 => ErrorKind::NotModified,
        300..=399 => ErrorKind::Redirect,
        401 => ErrorKind::Unauthenticated,
        402 | 403 => ErrorKind::PermissionDenied,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        412 => ErrorKind::PreconditionFailed,
        416 => ErrorKind::InvalidRange,
        429 => ErrorKind::Throttled,
        400..=499 => ErrorKind::Rejected,
        _ => ErrorKind::Service,
    }
}
