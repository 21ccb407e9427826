//! One call: where it goes and what is special about it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::client::Client;
use crate::error::{Error, Subject};
use crate::operation::{Metadata, Operation};
use crate::parts::Parts;
use crate::presign::{self, Presigned, PresignedForm};
use crate::request::{self, Answered};
use crate::retry::RetryPolicy;

/// One call on a client or a bucket, with adjustments for it alone.
///
/// ```
/// # fn demo(bucket: &qingstor::Bucket) {
/// use std::time::Duration;
///
/// let request = bucket
///     .get_object("cat.png")
///     .customize(|call| call.header("X-Trace", "42").timeout(Duration::from_secs(10)));
/// # let _ = request; }
/// ```
#[derive(Clone)]
#[must_use = "a call does nothing until it sends an operation"]
pub struct Call {
    pub(crate) client: Client,
    pub(crate) bucket: Option<Arc<str>>,
    pub(crate) zone: Option<Arc<str>>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
}

impl Call {
    pub(crate) fn new(client: Client, bucket: Option<Arc<str>>, zone: Option<Arc<str>>) -> Call {
        Call {
            client,
            bucket,
            zone,
            headers: Vec::new(),
            query: Vec::new(),
            timeout: None,
            retry: None,
        }
    }

    /// An extra header. It replaces one of the same name that the operation sets. With `x-qs-date`
    /// the service takes the time from there instead of from `Date`.
    ///
    /// Names and values are checked when it is sent; the headers that the client computes itself
    /// (`Authorization`, `Content-Length`, `Date`, `Host`, `Transfer-Encoding`) are refused.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// An extra query value, not encoded. An empty value sends the bare name.
    pub fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((key.into(), value.into()));
        self
    }

    /// A limit for the whole operation with all its attempts. For operations whose answer is streamed
    /// it ends when the stream begins. Default: none.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// How failed attempts of this call are repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sends an operation and reads its answer.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    // Not an `async fn`: that would make room for the operation in the future, and twice for the call.
    pub fn send<O: Operation>(
        self,
        operation: O,
    ) -> impl Future<Output = Result<O::Output, Error>> {
        let encoded = self.encode(operation);
        async move {
            let (subject, parts) = encoded?;
            let answered = request::execute(self, O::METADATA, parts).await?;
            decode::<O>(answered, &subject)
        }
    }

    /// Makes a URL that does what the operation would do, until it expires. Nothing is sent.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if the operation cannot be presigned, the lifetime is not between 1 second and 7 days, or the
    /// bucket's zone is needed and not known; `Config` without credentials.
    pub fn presign<O: Operation>(
        self,
        operation: O,
        expires_in: Duration,
    ) -> Result<Presigned, Error> {
        let (subject, parts) = self.encode(operation)?;
        presign::presign(&self, &O::METADATA, parts, expires_in)
            .map_err(|error| error.about(&subject))
    }

    /// As [`presign`](Call::presign), signed by the client's
    /// [remote signer](crate::config::ClientBuilder::remote_signer).
    ///
    /// # Errors
    ///
    /// As [`presign`](Call::presign) and as the signer's; `Config` without a remote signer.
    pub async fn presign_remotely<O: Operation>(
        self,
        operation: O,
        expires_in: Duration,
    ) -> Result<Presigned, Error> {
        let (subject, parts) = self.encode(operation)?;
        presign::presign_remotely(&self, &O::METADATA, parts, expires_in)
            .await
            .map_err(|error| error.about(&subject))
    }

    /// As [`presign_form`](Call::presign_form), signed by the client's
    /// [remote signer](crate::config::ClientBuilder::remote_signer).
    ///
    /// # Errors
    ///
    /// As [`presign_form`](Call::presign_form) and as the signer's; `Config` without a remote signer.
    pub async fn presign_form_remotely<O: Operation>(
        self,
        operation: O,
    ) -> Result<PresignedForm, Error> {
        let (subject, parts) = self.encode(operation)?;
        presign::presign_form_remotely(&self, &O::METADATA, parts)
            .await
            .map_err(|error| error.about(&subject))
    }

    /// Signs the form of an operation, for a page that posts it.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if the operation is no form; `Config` without an access key.
    pub fn presign_form<O: Operation>(self, operation: O) -> Result<PresignedForm, Error> {
        let (subject, parts) = self.encode(operation)?;
        presign::presign_form(&self, &O::METADATA, parts).map_err(|error| error.about(&subject))
    }

    pub(crate) fn encode<O: Operation>(&self, operation: O) -> Result<(Subject, Parts), Error> {
        let mut subject = self.subject(O::METADATA);
        let mut parts = Parts::new();
        let written = operation.encode(&mut parts);
        subject.key.clone_from(&parts.key);
        written.map_err(|error| error.about(&subject))?;
        Ok((subject, parts))
    }

    pub(crate) fn subject(&self, metadata: Metadata) -> Subject {
        Subject {
            operation: Some(metadata),
            bucket: self.bucket.clone(),
            key: None,
        }
    }
}

/// Reads an answer; what fails is about `subject`.
pub(crate) fn decode<O: Operation>(
    (answer, watch): Answered,
    subject: &Subject,
) -> Result<O::Output, Error> {
    let attempts = answer.attempts();
    let output = O::decode(answer);
    watch.finish(output.map_err(|error| error.with_attempts(attempts).about(subject)))
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be secrets, such as an encryption key.
        let names = |pairs: &[(String, String)]| -> Vec<String> {
            pairs.iter().map(|(name, _)| name.clone()).collect()
        };
        f.debug_struct("Call")
            .field("bucket", &self.bucket)
            .field("zone", &self.zone)
            .field("headers", &names(&self.headers))
            .field("query", &names(&self.query))
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
