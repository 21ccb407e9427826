//! The one error type of this crate.

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;

use crate::generated::ErrorCode;
use crate::operation::Metadata;
use crate::text;

/// What went wrong, as far as a program needs to know it in order to act.
///
/// ```
/// use qingstor::ErrorKind;
///
/// fn advice(kind: ErrorKind) -> &'static str {
///     match kind {
///         ErrorKind::NotFound => "create it first",
///         ErrorKind::Throttled => "slow down",
///         _ => "look at the message",
///     }
/// }
/// assert_eq!(advice(ErrorKind::NotFound), "create it first");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A value given by the caller cannot be sent; nothing was sent.
    InvalidInput,
    /// The client is configured wrongly; nothing was sent.
    Config,
    /// The bucket, object or upload does not exist (404). [`Error::code`] tells which; the answer to a
    /// HEAD has none, so there a missing bucket looks like a missing object.
    NotFound,
    /// A conditional read found nothing newer (304).
    NotModified,
    /// A condition of the request does not hold (412).
    PreconditionFailed,
    /// The access key or the signature was refused (401).
    Unauthenticated,
    /// The caller may not do this (402, 403).
    PermissionDenied,
    /// It clashes with the present state, such as a bucket that exists already (409).
    Conflict,
    /// The range lies outside the object (416).
    InvalidRange,
    /// Too many requests (429).
    Throttled,
    /// The answer points elsewhere (3xx). Redirects are never followed.
    Redirect,
    /// The service refused the request for another reason (other 4xx).
    Rejected,
    /// The service failed (5xx).
    Service,
    /// The connection could not be made, or broke.
    Transport,
    /// Nothing moved for too long, or the time for the whole operation was over.
    Timeout,
    /// A body was shorter or longer than announced.
    Truncated,
    /// The answer could not be understood, or is none that the service gives.
    Decode,
    /// A checksum shows that other bytes arrived than those that were sent.
    ChecksumMismatch,
}

impl ErrorKind {
    /// The name in snake_case, such as `not_found`: a label for metrics, which stays the same.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorKind::InvalidInput => "invalid_input",
            ErrorKind::Config => "config",
            ErrorKind::NotFound => "not_found",
            ErrorKind::NotModified => "not_modified",
            ErrorKind::PreconditionFailed => "precondition_failed",
            ErrorKind::Unauthenticated => "unauthenticated",
            ErrorKind::PermissionDenied => "permission_denied",
            ErrorKind::Conflict => "conflict",
            ErrorKind::InvalidRange => "invalid_range",
            ErrorKind::Throttled => "throttled",
            ErrorKind::Redirect => "redirect",
            ErrorKind::Rejected => "rejected",
            ErrorKind::Service => "service",
            ErrorKind::Transport => "transport",
            ErrorKind::Timeout => "timeout",
            ErrorKind::Truncated => "truncated",
            ErrorKind::Decode => "decode",
            ErrorKind::ChecksumMismatch => "checksum_mismatch",
        }
    }
}

/// How much of a request id is kept, in bytes. Real ones have 16 to 36.
const ID_LIMIT: usize = 128;

/// The error of every operation.
///
/// `Display` is one line that can stand alone: operation, bucket and key, status, code, message and
/// request id. Secrets, signatures and presigned queries are in neither `Display` nor `Debug`.
///
/// ```
/// use qingstor::{Error, ErrorKind};
///
/// fn present(result: Result<(), Error>) -> Result<bool, Error> {
///     match result {
///         Ok(()) => Ok(true),
///         Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
///         Err(error) => Err(error),
///     }
/// }
/// assert!(present(Ok(())).unwrap());
/// ```
pub struct Error(Box<Inner>);

#[derive(Default)]
struct Inner {
    kind: Option<ErrorKind>,
    message: String,
    subject: Subject,
    status: Option<u16>,
    code: Option<ErrorCode>,
    headers: HeaderMap,
    request_id: Option<String>,
    body: bytes::Bytes,
    attempts: u32,
    unsent: bool,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Which operation on what: the beginning of every message. Each request makes several, in case
/// something fails, so they share their texts.
#[derive(Clone, Default)]
pub(crate) struct Subject {
    pub(crate) operation: Option<Metadata>,
    pub(crate) bucket: Option<Arc<str>>,
    pub(crate) key: Option<Arc<str>>,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = &self.operation {
            f.write_str(operation.title())?;
        }
        if let Some(bucket) = &self.bucket {
            write!(f, " {}", text::printable(bucket))?;
            if let Some(key) = &self.key {
                write!(f, "/{}", text::printable(key))?;
            }
        }
        Ok(())
    }
}

impl Error {
    /// An error of your own, for implementations of [`Transport`](crate::transport::Transport) and
    /// [`Operation`](crate::operation::Operation). Control characters in the message are escaped.
    pub fn new(kind: ErrorKind, message: impl AsRef<str>) -> Error {
        Error(Box::new(Inner {
            kind: Some(kind),
            message: text::printable(message.as_ref()).into_owned(),
            ..Inner::default()
        }))
    }

    /// Adds the error that caused this one. Its text must hold no secret.
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Error {
        self.0.source = Some(source.into());
        self
    }

    /// Says that nothing of the request can have reached the service, as when no connection was made.
    /// Such a failure, if it is temporary, is repeated even for operations that must not happen twice.
    /// For implementations of [`Transport`](crate::transport::Transport).
    #[must_use]
    pub fn unsent(mut self) -> Error {
        self.0.unsent = true;
        self
    }

    /// Adds what to do about it.
    pub(crate) fn hint(mut self, hint: &str) -> Error {
        self.0.message.push_str("; ");
        self.0.message.push_str(hint);
        self
    }

    pub(crate) fn invalid(message: impl AsRef<str>) -> Error {
        Error::new(ErrorKind::InvalidInput, message)
    }

    pub(crate) fn config(message: impl AsRef<str>) -> Error {
        Error::new(ErrorKind::Config, message)
    }

    pub(crate) fn decode(message: impl AsRef<str>) -> Error {
        Error::new(ErrorKind::Decode, message)
    }

    pub(crate) fn with_code(mut self, code: ErrorCode) -> Error {
        self.0.code = Some(code);
        self
    }

    pub(crate) fn with_body(mut self, body: bytes::Bytes) -> Error {
        self.0.body = body;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Error {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn with_answer(mut self, status: u16, headers: &HeaderMap) -> Error {
        self.0.status = Some(status);
        self.0.request_id = request_id(headers).map(shown_id);
        self.0.headers = headers.clone();
        self
    }

    pub(crate) fn with_request_id(mut self, id: &str) -> Error {
        if self.0.request_id.is_none() && !id.is_empty() {
            self.0.request_id = Some(shown_id(id));
        }
        self
    }

    /// Says what the error is about, unless that is known already.
    pub(crate) fn about(mut self, subject: &Subject) -> Error {
        if self.0.subject.operation.is_none() {
            self.0.subject = subject.clone();
        }
        self
    }

    /// Says what the error is about, whatever it was about before.
    pub(crate) fn instead_about(mut self, subject: &Subject) -> Error {
        self.0.subject = subject.clone();
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind.unwrap_or(ErrorKind::Service)
    }

    /// The service's own code. `None` if the answer had no JSON body, as for every HEAD.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.0.code.as_ref()
    }

    /// The HTTP status; `None` if no answer came.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The headers of the answer; empty if none came.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The first 64 KiB of an answer that reported an error, as they came. They may be HTML of a
    /// proxy, or empty.
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// The id under which the service has logged the request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The operation's name, such as `"GetObject"`.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.subject.operation.map(|metadata| metadata.id())
    }

    /// The bucket that the operation was about.
    pub fn bucket(&self) -> Option<&str> {
        self.0.subject.bucket.as_deref()
    }

    /// The key of the object that the operation was about.
    pub fn key(&self) -> Option<&str> {
        self.0.subject.key.as_deref()
    }

    /// Whether the bucket, object or upload does not exist.
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// The text of the service or of this crate, or both, without the operation and the request id.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// How often sending was tried, also without reaching the service; 0 if it was refused before.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether nothing of the request can have reached the service. `false` if that is not known.
    pub fn is_unsent(&self) -> bool {
        self.0.unsent
    }

    /// Whether the same request may well succeed later. Such requests have been repeated already if
    /// the operation allows it.
    pub fn is_temporary(&self) -> bool {
        match self.0.status {
            Some(status) if status >= 300 => matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
            _ => matches!(
                self.kind(),
                ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::Truncated
            ),
        }
    }
}

/// An id from an answer, fit for a message.
fn shown_id(id: &str) -> String {
    text::printable(&text::cut(id, ID_LIMIT)).into_owned()
}

/// The request id of an answer.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-qs-request-id")?.to_str().ok()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        if inner.subject.operation.is_some() {
            write!(f, "{}: ", inner.subject)?;
        }
        let mut separator = "";
        if let Some(status) = inner.status.filter(|status| *status >= 300) {
            write!(f, "{status}")?;
            match (&inner.code, inner.message.is_empty()) {
                (Some(code), _) => write!(f, " {}", text::printable(code.as_str()))?,
                (None, true) => {
                    let reason = http::StatusCode::from_u16(status)
                        .ok()
                        .and_then(|status| status.canonical_reason());
                    f.write_str(reason.map_or("", |_| " "))?;
                    f.write_str(reason.unwrap_or_default())?;
                }
                (None, false) => {}
            }
            separator = ": ";
        }
        if !inner.message.is_empty() {
            write!(f, "{separator}{}", inner.message)?;
        }
        match (&inner.request_id, inner.attempts) {
            (Some(id), 0 | 1) => write!(f, " (request id {id})"),
            (Some(id), attempts) => write!(f, " (request id {id}, {attempts} attempts)"),
            (None, 0 | 1) => Ok(()),
            (None, attempts) => write!(f, " ({attempts} attempts)"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // People meet this in a panic or in `main`, so the line for them comes first. Headers and body are
        // left out: they are long, and what a server echoes is unknown.
        write!(f, "{self} ")?;
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("operation", &self.operation())
            .field("status", &self.0.status)
            .field("code", &self.0.code)
            .field("request_id", &self.0.request_id)
            .field("attempts", &self.0.attempts)
            .field("source", &self.0.source)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
