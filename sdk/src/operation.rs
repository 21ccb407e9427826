//! The seam between operations and the core that sends them.
//!
//! An operation is a value that knows how to write itself into [`Parts`] and how to read its output
//! from an [`Answer`]. Signing, sending, repeating, paging and presigning are done by the core, once
//! for all. The requests of this crate implement [`Operation`], and so can yours:
//!
//! ```
//! use qingstor::operation::{Answer, Metadata, Operation, Outcome, Parts, Retry, Scope};
//! use qingstor::{Bucket, Error};
//!
//! struct CountObjects;
//!
//! impl Operation for CountObjects {
//!     type Output = u64;
//!     const METADATA: Metadata = Metadata::new("CountObjects", "GET Bucket count", "GET", Scope::Bucket)
//!         .retry(Retry::Safe)
//!         .responses(&[(200, Outcome::Success)]);
//!
//!     fn encode(self, parts: &mut Parts) -> Result<(), Error> {
//!         parts.selector("stats");
//!         Ok(())
//!     }
//!
//!     fn decode(answer: Answer) -> Result<u64, Error> {
//!         let count = answer.parse("X-Count")?;
//!         answer.require("X-Count", count)
//!     }
//! }
//!
//! async fn count(bucket: &Bucket) -> Result<u64, Error> {
//!     bucket.call().send(CountObjects).await
//! }
//! ```

pub use crate::answer::{Answer, ResponseMeta};
pub use crate::call::Call;
pub use crate::form::FormBody;
pub use crate::json::JsonBody;
pub use crate::members::Members;
pub use crate::paging::{Advance, Items, Marker, Paged, Pages, Position};
pub use crate::parts::Parts;
pub use crate::presign::{Presigned, PresignedForm};
pub use crate::value::Sensitive;

use crate::error::Error;

/// One thing that the service can do, with the values for it.
pub trait Operation: Sized {
    /// What comes back.
    type Output;

    /// What the core must know in order to send it.
    const METADATA: Metadata;

    /// Writes the request, without host, date and signature, into empty parts.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a value that cannot be sent. What was written before it tells the caller which object the
    /// error is about, so the key comes first.
    fn encode(self, parts: &mut Parts) -> Result<(), Error>;

    /// Reads a successful answer.
    ///
    /// # Errors
    ///
    /// `Decode` for an answer that cannot be understood.
    fn decode(answer: Answer) -> Result<Self::Output, Error>;
}

/// Facts about an operation that are the same for each request.
#[derive(Clone, Copy, Debug)]
pub struct Metadata {
    id: &'static str,
    title: &'static str,
    method: &'static str,
    scope: Scope,
    auth: Auth,
    retry: Retry,
    responses: &'static [(u16, Outcome)],
    streams: bool,
    presign: bool,
}

impl Metadata {
    /// An operation that must be signed, is never repeated, succeeds with 200, whose answer is
    /// collected and which cannot be presigned.
    ///
    /// `id` is its name in code (`"GetObject"`), `title` that in messages (`"GET Object"`).
    pub const fn new(
        id: &'static str,
        title: &'static str,
        method: &'static str,
        scope: Scope,
    ) -> Metadata {
        Metadata {
            id,
            title,
            method,
            scope,
            auth: Auth::Required,
            retry: Retry::Never,
            responses: &[(200, Outcome::Success)],
            streams: false,
            presign: false,
        }
    }

    /// Sets whether it is signed.
    #[must_use]
    pub const fn auth(mut self, auth: Auth) -> Metadata {
        self.auth = auth;
        self
    }

    /// Sets when it may be repeated.
    #[must_use]
    pub const fn retry(mut self, retry: Retry) -> Metadata {
        self.retry = retry;
        self
    }

    /// Sets what the statuses mean. Others mean what their class says: 304 not modified, other 3xx a
    /// redirect, the rest an error. That goes for 2xx too: a success that the service does not give for
    /// this operation came from something else.
    #[must_use]
    pub const fn responses(mut self, responses: &'static [(u16, Outcome)]) -> Metadata {
        self.responses = responses;
        self
    }

    /// The body of a success goes to the caller as a stream instead of being collected.
    #[must_use]
    pub const fn streams(mut self) -> Metadata {
        self.streams = true;
        self
    }

    /// It may be presigned.
    #[must_use]
    pub const fn presign(mut self) -> Metadata {
        self.presign = true;
        self
    }

    /// The name in code, such as `"GetObject"`.
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// The name in messages, such as `"GET Object"`.
    pub const fn title(&self) -> &'static str {
        self.title
    }

    /// The HTTP method.
    pub const fn method(&self) -> &'static str {
        self.method
    }

    /// What it is about.
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Whether it is signed.
    pub const fn authentication(&self) -> Auth {
        self.auth
    }

    pub(crate) const fn is_signed_in_header(&self) -> bool {
        matches!(self.auth, Auth::Required | Auth::Optional)
    }

    /// When it may be repeated.
    pub const fn retry_class(&self) -> Retry {
        self.retry
    }

    /// Whether the body of a success is streamed.
    pub const fn is_streamed(&self) -> bool {
        self.streams
    }

    /// Whether it may be presigned.
    pub const fn can_presign(&self) -> bool {
        self.presign
    }

    /// What a status means for this operation.
    pub fn outcome(&self, status: u16) -> Outcome {
        let declared = self.responses.iter().find(|(known, _)| *known == status);
        match (declared, status) {
            (Some((_, outcome)), _) => *outcome,
            (None, 304) => Outcome::NotModified,
            (None, 300..=399) => Outcome::Redirect,
            (None, _) => Outcome::Error,
        }
    }
}

/// What an operation is about, and so where it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// The service: `/`.
    Service,
    /// A bucket: `/bucket`.
    Bucket,
    /// An object: `/bucket/key`.
    Object,
}

/// Whether an operation is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// Always; without credentials it is refused before anything is sent.
    Required,
    /// If there are credentials.
    Optional,
    /// By the fields of a form in its body, so never in the header.
    Form,
    /// Never, even if there are credentials.
    Never,
}

/// When an operation may be repeated after a temporary failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retry {
    /// It changes nothing, so always.
    Safe,
    /// Twice is as good as once, so if its body can be sent again.
    Idempotent,
    /// Twice may do harm, so only if nothing can have reached the service.
    Never,
}

/// What a status means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It worked.
    Success,
    /// The answer points elsewhere.
    Redirect,
    /// A conditional read found nothing newer.
    NotModified,
    /// It failed.
    Error,
}
