//! Transports for tests: one that can never reach the network, and one that remembers.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), qingstor::Error> {
//! use qingstor::testing::Replay;
//!
//! let replay = Replay::new().answer(200, &[("Access-Control-Allow-Methods", "PUT")], "");
//! let bucket = replay.client()?.bucket("photos");
//! let answer = bucket
//!     .options_object("cat.png", "https://app.example.com", "PUT")
//!     .send()
//!     .await?;
//! assert_eq!(answer.access_control_allow_methods.as_deref(), Some("PUT"));
//! assert_eq!(replay.requests()[0].target, "/photos/cat.png");
//! # Ok(()) }
//! ```

use std::collections::VecDeque;
use std::fmt;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::body::Body;
use crate::client::Client;
use crate::config::ClientBuilder;
use crate::error::{Error, ErrorKind};
use crate::operation::Metadata;
use crate::retry::RetryPolicy;
use crate::stream::ByteStream;
use crate::transport::{BoxFuture, HttpTransport, Transport};

/// A request as it would go over the wire. `Debug` hides the headers that are marked as secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WireRequest {
    /// The operation's name, such as `"GetObject"`.
    pub operation: Option<&'static str>,
    /// The method.
    pub method: String,
    /// `http` or `https`.
    pub scheme: String,
    /// Host, and port if it is not the scheme's own.
    pub host: String,
    /// Path and query, byte for byte.
    pub target: String,
    /// All headers except `Host`.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl WireRequest {
    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// An answer as it came over the wire.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WireResponse {
    /// The HTTP status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// A request and its answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exchange {
    /// What was sent.
    pub request: WireRequest,
    /// What came back.
    pub response: WireResponse,
}

async fn record(
    request: http::Request<Body>,
) -> Result<(http::request::Parts, WireRequest), Error> {
    let (parts, body) = request.into_parts();
    let body = body.into_stream()?.into_bytes().await?;
    let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
    let wire = WireRequest {
        operation: parts.extensions.get::<Metadata>().map(Metadata::id),
        method: parts.method.to_string(),
        scheme: text(parts.uri.scheme_str()),
        host: text(parts.uri.authority().map(|authority| authority.as_str())),
        target: text(parts.uri.path_and_query().map(|target| target.as_str())),
        headers: parts.headers.clone(),
        body,
    };
    Ok((parts, wire))
}

enum Canned {
    Answer(WireResponse),
    Failure(ErrorKind, String),
}

/// A transport that gives prepared answers in order and records the requests. It has no way to the
/// network; a request without a prepared answer is an error of kind [`ErrorKind::Config`], or the failure
/// that was the last in the queue once more. Clones share the queue.
#[derive(Clone, Default)]
pub struct Replay(Arc<Mutex<Queue>>);

#[derive(Default)]
struct Queue {
    canned: VecDeque<Canned>,
    requests: Vec<WireRequest>,
    /// The failure that was given last, if no answer came after it.
    failure: Option<(ErrorKind, String)>,
}

impl Replay {
    /// Without answers.
    pub fn new() -> Replay {
        Replay::default()
    }

    /// Adds an answer. Its headers are sent as given; a `Content-Length` among them may lie.
    ///
    /// # Panics
    ///
    /// If the status or a header is not legal in HTTP.
    #[must_use]
    pub fn answer(self, status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Replay {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a legal header name");
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("a legal header value");
            map.append(name, value);
        }
        assert!((100..1000).contains(&status), "{status} is no HTTP status");
        self.push(Canned::Answer(WireResponse {
            status,
            headers: map,
            body: body.into(),
        }))
    }

    /// Adds a failure without an answer, such as [`ErrorKind::Transport`].
    #[must_use]
    pub fn failure(self, kind: ErrorKind, message: impl Into<String>) -> Replay {
        self.push(Canned::Failure(kind, message.into()))
    }

    fn push(self, canned: Canned) -> Replay {
        self.lock().canned.push_back(canned);
        self
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was sent so far.
    pub fn requests(&self) -> Vec<WireRequest> {
        self.lock().requests.clone()
    }

    /// How many answers have not been used.
    pub fn remaining(&self) -> usize {
        self.lock().canned.len()
    }

    /// A builder of clients that use this transport, with an access key `ACCESS_KEY_ID` /
    /// `SECRET_ACCESS_KEY`, the zone `pek3a`, the clock at 2014-12-10 17:20:31 UTC, no waits, no
    /// environment variables, and [`RetryPolicy::never`], so that each answer is for one request; ask for
    /// repetition with [`ClientBuilder::retry`].
    pub fn builder(&self) -> ClientBuilder {
        Client::builder()
            .no_environment()
            .credentials("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
            .zone("pek3a")
            .clock(|| UNIX_EPOCH + Duration::from_secs(1_418_232_031))
            .retry(RetryPolicy::never())
            .sleeper(no_wait)
            .jitter(|| 1.0)
            .transport(self.clone())
    }

    /// A client as [`builder`](Replay::builder) makes it.
    ///
    /// # Errors
    ///
    /// None that is expected; the type is that of [`ClientBuilder::build`].
    pub fn client(&self) -> Result<Client, Error> {
        self.builder().build()
    }

    async fn exchange(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<ByteStream>, Error> {
        let (_, wire) = record(request).await?;
        let asked = format!("{} {}", wire.method, wire.host);
        let canned = {
            let mut queue = self.lock();
            queue.requests.push(wire);
            let canned = queue.canned.pop_front();
            match &canned {
                Some(Canned::Failure(kind, message)) => {
                    queue.failure = Some((*kind, message.clone()));
                    canned
                }
                Some(Canned::Answer(_)) => {
                    queue.failure = None;
                    canned
                }
                None => {
                    let last = queue.failure.clone();
                    last.map(|(kind, message)| Canned::Failure(kind, message))
                }
            }
        };
        match canned {
            Some(Canned::Answer(answer)) => respond(answer),
            Some(Canned::Failure(kind, message)) => Err(Error::new(kind, message)),
            None => Err(Error::config(format!(
                "the replay transport has no answer left for {asked}"
            ))),
        }
    }
}

/// Waits are over at once, except for time limits, which never end.
fn no_wait(duration: Duration) -> BoxFuture<'static, ()> {
    if duration > Duration::from_secs(60) {
        return Box::pin(std::future::pending());
    }
    Box::pin(ready(()))
}

fn respond(answer: WireResponse) -> Result<http::Response<ByteStream>, Error> {
    // The announced length is checked by the core, so the stream itself has none.
    let body = answer.body;
    let stream = ByteStream::new(Once(Some(body)));
    let mut response = http::Response::new(stream);
    *response.status_mut() = http::StatusCode::from_u16(answer.status)
        .map_err(|_| Error::config("the prepared status is not legal"))?;
    *response.headers_mut() = answer.headers;
    Ok(response)
}

struct Once(Option<Bytes>);

impl futures_core::Stream for Once {
    type Item = Result<Bytes, Error>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.take().map(Ok))
    }
}

impl Transport for Replay {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<ByteStream>, Error>> {
        Box::pin(self.exchange(request))
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let queue = self.lock();
        f.debug_struct("Replay")
            .field("requests", &queue.requests.len())
            .field("remaining", &queue.canned.len())
            .finish()
    }
}

/// A transport that passes everything on to another and keeps the last exchange, with both bodies whole
/// in memory. Clones share it.
#[derive(Clone, Debug)]
pub struct Recorder {
    inner: Arc<dyn Transport>,
    last: Arc<Mutex<Option<Exchange>>>,
}

impl Recorder {
    /// Records what goes through `transport`.
    pub fn new(transport: impl Transport) -> Recorder {
        Recorder {
            inner: Arc::new(transport),
            last: Arc::default(),
        }
    }

    /// Records what goes through the built-in transport.
    ///
    /// # Errors
    ///
    /// `Config` if TLS cannot be set up.
    pub fn http() -> Result<Recorder, Error> {
        Ok(Recorder::new(HttpTransport::builder().build()?))
    }

    /// The last exchange that came to an end.
    pub fn last(&self) -> Option<Exchange> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }

    async fn exchange(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<ByteStream>, Error> {
        let (parts, wire) = record(request).await?;
        let request = http::Request::from_parts(parts, Body::from(wire.body.clone()));
        let (head, body) = self.inner.send(request).await?.into_parts();
        let body = body.into_bytes().await?;
        let response = WireResponse {
            status: head.status.as_u16(),
            headers: head.headers.clone(),
            body: body.clone(),
        };
        let exchange = Exchange {
            request: wire,
            response,
        };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(exchange);
        Ok(http::Response::from_parts(
            head,
            ByteStream::new(Once(Some(body))),
        ))
    }
}

impl Transport for Recorder {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<ByteStream>, Error>> {
        Box::pin(self.exchange(request))
    }

    fn check_target(&self, url: &str) -> Result<(), Error> {
        self.inner.check_target(url)
    }
}
