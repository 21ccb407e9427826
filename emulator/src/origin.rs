//! Asking other servers: for the source of a fetch or a mirror, and to hear a notification. Plain HTTP, on this machine
//! unless more is allowed.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, LOCATION};
use http::{Request, Response, StatusCode, Uri, request};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::error::{ApiError, code};
use crate::state::Settings;

/// So many redirects are followed.
const REDIRECTS: usize = 5;

/// For connecting and for the head of the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the origin had.
pub(crate) enum Fetched {
    Found {
        body: Box<OriginBody>,
        content_type: Option<String>,
    },
    Missing,
}

/// Downloads a URL.
pub(crate) async fn download(url: &str, settings: &Settings) -> Result<Fetched, ApiError> {
    let mut uri: Uri = url
        .parse()
        .map_err(|_| ApiError::argument("X-QS-Fetch-Source", "not an absolute, encoded URL"))?;
    for _ in 0..=REDIRECTS {
        let response = ask(&uri, settings).await?;
        match response.status() {
            StatusCode::OK => return read(response, settings),
            StatusCode::NOT_FOUND => return Ok(Fetched::Missing),
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::TEMPORARY_REDIRECT => {
                uri = redirected(&uri, &response)?;
            }
            status => return Err(failed(format!("the origin answered {status}"))),
        }
    }
    Err(failed("the origin redirects too often"))
}

fn failed(why: impl std::fmt::Display) -> ApiError {
    ApiError::new(code::UPSTREAM_FAILED, format!("The other server: {why}"))
}

fn redirected(from: &Uri, response: &Response<Incoming>) -> Result<Uri, ApiError> {
    let location = response
        .headers()
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| failed("a redirect without Location"))?;
    let absolute = if location.starts_with('/') && !location.starts_with("//") {
        let authority = from.authority().map_or("", |authority| authority.as_str());
        format!("http://{authority}{location}")
    } else {
        location.to_owned()
    };
    absolute
        .parse()
        .map_err(|_| failed("a redirect to something that is not a URL"))
}

async fn ask(uri: &Uri, settings: &Settings) -> Result<Response<Incoming>, ApiError> {
    exchange(uri, Request::builder(), Bytes::new(), settings).await
}

/// Sends JSON with POST; says what was answered. Redirects are not followed.
pub(crate) async fn post(
    uri: &Uri,
    json: String,
    settings: &Settings,
) -> Result<StatusCode, ApiError> {
    let request = Request::builder()
        .method("POST")
        .header(CONTENT_TYPE, "application/json");
    let response = exchange(uri, request, Bytes::from(json), settings).await?;
    Ok(response.status())
}

async fn exchange(
    uri: &Uri,
    request: request::Builder,
    body: Bytes,
    settings: &Settings,
) -> Result<Response<Incoming>, ApiError> {
    if uri.scheme_str() != Some("http") {
        return Err(failed("only http:// origins are supported here"));
    }
    let (Some(host), Some(authority)) = (uri.host(), uri.authority()) else {
        return Err(failed("the URL has no host"));
    };
    let port = uri.port_u16().unwrap_or(80);
    let addresses = resolve(host, port, settings).await?;
    let exchange = async {
        let stream = TcpStream::connect(&addresses[..]).await.map_err(failed)?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(failed)?;
        // It ends when the answer has been read or dropped; errors show in the body.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let request = request
            .uri(target)
            .header(HOST, authority.as_str())
            .body(Full::new(body))
            .map_err(failed)?;
        sender.send_request(request).await.map_err(failed)
    };
    timeout(PATIENCE, exchange)
        .await
        .map_err(|_| failed("the origin does not answer"))?
}

/// The addresses that are connected to are those that are judged, so a name cannot change in between.
async fn resolve(host: &str, port: u16, settings: &Settings) -> Result<Vec<SocketAddr>, ApiError> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    // RFC 6761, section 6.3; not every system's resolver knows.
    let absolute = bare.strip_suffix('.').unwrap_or(bare).to_ascii_lowercase();
    let name = match absolute.ends_with(".localhost") {
        true => "localhost",
        false => bare,
    };
    let addresses = timeout(PATIENCE, lookup_host((name, port)))
        .await
        .map_err(|_| failed("the origin's name does not resolve"))?
        .map_err(failed)?;
    let allowed = |address: &SocketAddr| settings.fetch_anywhere || address.ip().is_loopback();
    let allowed: Vec<SocketAddr> = addresses.filter(allowed).collect();
    if allowed.is_empty() {
        return Err(failed(
            "the origin is not on this machine, and fetching from others is not allowed",
        ));
    }
    Ok(allowed)
}

fn read(response: Response<Incoming>, settings: &Settings) -> Result<Fetched, ApiError> {
    let length: u64 = response
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok())
        .ok_or_else(|| failed("the origin sends no Content-Length"))?;
    if length > settings.max_body {
        return Err(ApiError::new(
            code::ENTITY_TOO_LARGE,
            format!("The source is larger than {} bytes", settings.max_body),
        ));
    }
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    Ok(Fetched::Found {
        body: Box::new(OriginBody {
            body: response.into_body(),
            left: length,
            idle: settings.idle_timeout,
        }),
        content_type,
    })
}

/// What an origin sends.
pub(crate) struct OriginBody {
    body: Incoming,
    /// In bytes, by the origin's word.
    left: u64,
    /// The longest silence.
    idle: Duration,
}

impl OriginBody {
    /// The bytes that come next; nothing at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        loop {
            let frame = timeout(self.idle, self.body.frame())
                .await
                .map_err(|_| failed("the origin stopped sending"))?;
            let Some(frame) = frame else {
                return Ok(None);
            };
            let Ok(bytes) = frame.map_err(failed)?.into_data() else {
                continue;
            };
            // A chunked body is as long as it likes, whatever the header says.
            self.left = self
                .left
                .checked_sub(bytes.len() as u64)
                .ok_or_else(|| failed("the origin sends more than its Content-Length"))?;
            return Ok(Some(bytes));
        }
    }
}
