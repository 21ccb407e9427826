//! The built-in transport, over reqwest.

use std::fmt::{self, Write as _};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use http::Uri;
use http::uri::{Authority, Scheme};

use super::builder::{HttpTransportBuilder, Timeouts};
use super::idle::{Incoming, Outgoing, PIECE, Progress, silent};
use super::{BoxFuture, Transport};
use crate::body::Body;
use crate::error::{Error, ErrorKind};
use crate::operation::{Metadata, Outcome, Retry};
use crate::stream::ByteStream;

/// How long the body of an answer that reports an error is read: it is a few hundred bytes, and the
/// error is known without it.
const ERROR_BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// What rustls and OpenSSL say when the first bytes from the server are no TLS.
const PLAIN_HTTP: [&str; 3] = [
    "InvalidContentType",
    "wrong version number",
    "packet length too long",
];

/// Sends requests over HTTP/1.1 and HTTP/2 with pooled connections.
///
/// Redirects are not followed, nothing is repeated or decompressed, and no Referer is sent. Proxies are
/// taken from the environment (`HTTPS_PROXY` and others) unless the builder is told otherwise. There is no limit for a whole transfer. Needs a Tokio runtime.
#[derive(Clone)]
pub struct HttpTransport {
    client: reqwest::Client,
    connect_timeout: Duration,
    idle_timeout: Duration,
    answer_timeout: Duration,
}

impl HttpTransport {
    /// A builder with the defaults.
    pub fn builder() -> HttpTransportBuilder {
        HttpTransportBuilder::default()
    }

    pub(super) fn new(client: reqwest::Client, timeouts: Timeouts) -> HttpTransport {
        HttpTransport {
            client,
            connect_timeout: timeouts.connect,
            idle_timeout: timeouts.idle,
            answer_timeout: timeouts.answer,
        }
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport")
            .field("connect_timeout", &self.connect_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("answer_timeout", &self.answer_timeout)
            .finish_non_exhaustive()
    }
}

impl Transport for HttpTransport {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<ByteStream>, Error>> {
        Box::pin(self.exchange(request))
    }
}

impl HttpTransport {
    async fn exchange(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<ByteStream>, Error> {
        let (parts, body) = request.into_parts();
        let metadata = parts.extensions.get::<Metadata>().copied();
        let quick = metadata.is_some_and(|metadata| metadata.retry_class() == Retry::Safe);
        let tls = parts.uri.scheme() == Some(&Scheme::HTTPS);
        let authority = parts.uri.authority().cloned();
        let url = reqwest::Url::parse(&written(&parts.uri))
            .map_err(|error| Error::invalid(format!("the request has no legal URL: {error}")))?;
        let mut outgoing = reqwest::Request::new(parts.method, url);
        *outgoing.headers_mut() = parts.headers;
        // A stream of no bytes is not asked for any, so it has to be seen here that it gives none.
        let (empty, progress) = if body.is_empty() && body.as_bytes().is_none() {
            (Some(body.into_stream()?), None)
        } else {
            (None, attach(&mut outgoing, body)?)
        };
        let sent = async {
            if let Some(empty) = empty {
                empty.into_bytes().await?;
            }
            let sent = self.client.execute(outgoing).await;
            sent.map_err(|error| not_answered(error, authority.as_ref(), tls))
        };
        let answer = self.watch(sent, progress, quick).await??;
        let answer = http::Response::<reqwest::Body>::from(answer);
        let patience = self.idle_timeout;
        let limit =
            metadata.and_then(|metadata| self.body_limit(&metadata, answer.status().as_u16()));
        Ok(answer.map(|body| ByteStream::new(Incoming::new(body, patience, limit))))
    }

    /// How long an answer's body may take in all, so that a peer that sends a byte now and then cannot
    /// hold an operation for ever. What is streamed to the caller has no limit.
    fn body_limit(&self, metadata: &Metadata, status: u16) -> Option<Duration> {
        match (metadata.outcome(status), metadata.is_streamed()) {
            (Outcome::Success, true) => None,
            (Outcome::Success, false) => self.idle_timeout.checked_mul(10),
            _ => Some(ERROR_BODY_TIMEOUT.min(self.idle_timeout)),
        }
    }

    /// Waits for an answer while the body moves or the service may be working.
    async fn watch<T>(
        &self,
        sent: impl Future<Output = T>,
        progress: Option<std::sync::Arc<Progress>>,
        quick: bool,
    ) -> Result<T, Error> {
        let mut sent = pin!(sent);
        let first = if quick || progress.is_some() {
            self.idle_timeout
        } else {
            self.answer_timeout
        };
        let mut patience = first.max(self.connect_timeout);
        let mut timer = pin!(tokio::time::sleep(patience));
        poll_fn(|cx| {
            if let Poll::Ready(answer) = sent.as_mut().poll(cx) {
                return Poll::Ready(Ok(answer));
            }
            while timer.as_mut().poll(cx).is_ready() {
                let Some(progress) = &progress else {
                    return Poll::Ready(Err(silent(patience)));
                };
                if progress.is_finished() && !quick {
                    patience = self.answer_timeout;
                }
                let Some(deadline) = progress.deadline(patience) else {
                    return Poll::Pending;
                };
                if deadline <= tokio::time::Instant::now() {
                    return Poll::Ready(Err(silent(patience)));
                }
                timer.as_mut().reset(deadline);
            }
            Poll::Pending
        })
        .await
    }
}

/// The text of a URL. `to_string` would grow it piece by piece.
fn written(uri: &Uri) -> String {
    let mut url = String::with_capacity(256);
    // Writing to a `String` cannot fail.
    let _ = write!(url, "{uri}");
    url
}

/// Gives the request its body. A short one in memory goes out at once and needs no watching.
fn attach(
    request: &mut reqwest::Request,
    body: Body,
) -> Result<Option<std::sync::Arc<Progress>>, Error> {
    match body.as_bytes() {
        Some(bytes) if bytes.is_empty() => Ok(None),
        Some(bytes) if bytes.len() <= PIECE => {
            *request.body_mut() = Some(bytes.clone().into());
            Ok(None)
        }
        _ => {
            let progress = Progress::new();
            let outgoing = Outgoing::new(body, progress.clone())?;
            *request.body_mut() = Some(reqwest::Body::wrap(outgoing));
            Ok(Some(progress))
        }
    }
}

/// No answer came. The text must stand alone, but must not hold the URL, which may be presigned.
fn not_answered(error: reqwest::Error, authority: Option<&Authority>, tls: bool) -> Error {
    let authority = authority.map_or("", Authority::as_str);
    let error = error.without_url();
    if let Some(own) = own_error(&error) {
        return own;
    }
    let (kind, what) = if error.is_connect() && error.is_timeout() {
        (ErrorKind::Timeout, "took too long to connect to")
    } else if error.is_timeout() {
        (ErrorKind::Timeout, "took too long to hear from")
    } else if error.is_connect() {
        (ErrorKind::Transport, "could not connect to")
    } else if error.is_builder() {
        (ErrorKind::InvalidInput, "could not make a request for")
    } else {
        (ErrorKind::Transport, "the connection failed to")
    };
    let unsent = error.is_connect();
    let cause = cause(&error);
    let message = format!("{what} {authority}: {cause}");
    let failure = Error::new(kind, message).with_source(error);
    let failure = if unsent { failure.unsent() } else { failure };
    if tls && PLAIN_HTTP.iter().any(|text| cause.contains(text)) {
        return failure.hint(
            "the server may speak plain HTTP: if so, write the endpoint with http:// instead of https://",
        );
    }
    failure
}

/// An answer's body broke.
pub(super) fn broken(error: reqwest::Error) -> Error {
    let error = error.without_url();
    Error::new(
        ErrorKind::Transport,
        format!("the answer broke off: {}", cause(&error)),
    )
    .with_source(error)
}

/// The innermost cause in words.
fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    match innermost.downcast_ref::<std::io::Error>() {
        Some(error) if error.raw_os_error().is_some() => error.kind().to_string(),
        _ => innermost.to_string(),
    }
}

/// An error that our own body raised, on its way back through reqwest.
fn own_error(error: &reqwest::Error) -> Option<Error> {
    let mut at: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = at {
        if let Some(own) = error.downcast_ref::<Error>() {
            let copy = Error::new(own.kind(), own.message());
            return Some(if own.is_unsent() { copy.unsent() } else { copy });
        }
        at = error.source();
    }
    None
}
