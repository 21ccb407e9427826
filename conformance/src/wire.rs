//! Requests and answers as they go over the wire, kept for checks and for the report.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use qingstor::transport::{BoxFuture, HttpTransport, Transport};
use qingstor::{Body, ByteStream, Error, ErrorKind};

/// A request.
#[derive(Clone, Debug)]
pub struct Sent {
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

impl Sent {
    /// The path, byte for byte.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Names and values of the query as they are sent; a name that stands alone has no value.
    pub fn query(&self) -> Vec<(&str, Option<&str>)> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| match pair.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (pair, None),
            })
            .collect()
    }

    /// The text of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// The status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Received {
    /// An answer with a status and a body.
    pub fn new(status: u16, body: impl Into<Bytes>) -> Received {
        Received {
            status,
            headers: HeaderMap::new(),
            body: body.into(),
        }
    }

    /// The same with a header more; one that HTTP cannot carry is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Received {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            self.headers.append(name, value);
        }
        self
    }

    pub(crate) fn into_response(self) -> http::Response<ByteStream> {
        let mut body = Some(Ok(self.body));
        let chunks = futures_util::stream::poll_fn(move |_| Poll::Ready(body.take()));
        let mut response = http::Response::new(ByteStream::new(chunks));
        // What was prepared is a status.
        *response.status_mut() = http::StatusCode::from_u16(self.status).unwrap_or_default();
        *response.headers_mut() = self.headers;
        response
    }
}

/// A request, and what came of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The request.
    pub sent: Sent,
    /// The answer, or why there is none.
    pub received: Result<Received, String>,
}

/// The exchanges of one check, in the order in which they began. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<BTreeMap<usize, Exchange>>>);

impl Log {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<usize, Exchange>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn begin(&self, sent: Sent) -> usize {
        let mut log = self.lock();
        let index = log.last_key_value().map_or(0, |(index, _)| index + 1);
        let received = Err("no answer came".to_owned());
        log.insert(index, Exchange { sent, received });
        index
    }

    pub(crate) fn end(&self, index: usize, received: Result<Received, String>) {
        if let Some(exchange) = self.lock().get_mut(&index) {
            exchange.received = received;
        }
    }

    /// The body of a request that was begun without.
    pub(crate) fn read(&self, index: usize, body: Bytes) {
        if let Some(exchange) = self.lock().get_mut(&index) {
            exchange.sent.body = body;
        }
    }

    /// All exchanges so far.
    pub fn all(&self) -> Vec<Exchange> {
        self.lock().values().cloned().collect()
    }

    /// The last one.
    pub fn last(&self) -> Option<Exchange> {
        self.lock().values().next_back().cloned()
    }

    /// All exchanges so far, which are forgotten.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *self.lock()).into_values().collect()
    }
}

pub(crate) async fn read(
    request: http::Request<Body>,
) -> Result<(http::request::Parts, Sent), Error> {
    let (parts, body) = request.into_parts();
    let body = body.into_stream()?.into_bytes().await?;
    let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
    let sent = Sent {
        method: parts.method.to_string(),
        scheme: text(parts.uri.scheme_str()),
        host: text(parts.uri.authority().map(|authority| authority.as_str())),
        target: text(parts.uri.path_and_query().map(|target| target.as_str())),
        headers: parts.headers.clone(),
        body,
    };
    Ok((parts, sent))
}

/// A transport to an endpoint that remembers every exchange.
#[derive(Clone, Debug)]
pub struct Wire {
    http: Arc<HttpTransport>,
    /// What went over it.
    pub log: Log,
}

impl Wire {
    /// Over the given transport.
    pub fn new(http: HttpTransport) -> Wire {
        Wire {
            http: Arc::new(http),
            log: Log::default(),
        }
    }

    async fn exchange(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<ByteStream>, Error> {
        let (parts, sent) = read(request).await?;
        let request = http::Request::from_parts(parts, Body::from(sent.body.clone()));
        let index = self.log.begin(sent);
        let answer = async {
            let (head, body) = self.http.send(request).await?.into_parts();
            Ok::<_, Error>(Received {
                status: head.status.as_u16(),
                headers: head.headers,
                body: body.into_bytes().await?,
            })
        };
        match answer.await {
            Ok(received) => {
                self.log.end(index, Ok(received.clone()));
                Ok(received.into_response())
            }
            Err(error) => {
                self.log.end(index, Err(error.to_string()));
                Err(error)
            }
        }
    }
}

impl Transport for Wire {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<ByteStream>, Error>> {
        Box::pin(self.exchange(request))
    }

    fn check_target(&self, url: &str) -> Result<(), Error> {
        self.http.check_target(url)
    }
}

/// A transport without an endpoint: it gives prepared answers in order, the last one again and again.
#[derive(Clone, Debug)]
pub struct Canned {
    answers: Arc<Mutex<Vec<Received>>>,
    /// What was asked.
    pub log: Log,
}

impl Canned {
    /// Gives these answers.
    pub fn new(answers: impl Into<Vec<Received>>) -> Canned {
        Canned {
            answers: Arc::new(Mutex::new(answers.into())),
            log: Log::default(),
        }
    }

    async fn exchange(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<ByteStream>, Error> {
        let (_, sent) = read(request).await?;
        let index = self.log.begin(sent);
        let answer = {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            match answers.len() {
                0 | 1 => answers.first().cloned(),
                _ => Some(answers.remove(0)),
            }
        };
        let Some(answer) = answer else {
            return Err(Error::new(ErrorKind::Config, "no answer is prepared"));
        };
        self.log.end(index, Ok(answer.clone()));
        Ok(answer.into_response())
    }
}

impl Transport for Canned {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<ByteStream>, Error>> {
        Box::pin(self.exchange(request))
    }
}
