//! What carries requests: a trait, and the built-in implementation over HTTP.

mod http_transport;
mod idle;

use std::fmt;
use std::pin::Pin;

pub use http_transport::{HttpTransport, HttpTransportBuilder};

use crate::body::Body;
use crate::endpoint::written_target;
use crate::error::Error;
use crate::stream::ByteStream;

/// A boxed future that can be sent between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends one request and brings one answer, without following redirects and without repeating.
///
/// The request is complete and signed: nothing of its method, target and headers may be changed. Its
/// extensions hold the operation's [`Metadata`](crate::operation::Metadata). An answer of any status is
/// `Ok`; `Err` means that there was none.
///
/// ```
/// use qingstor::transport::{BoxFuture, Transport};
/// use qingstor::{Body, ByteStream, Error};
///
/// #[derive(Debug)]
/// struct Logged<T>(T);
///
/// impl<T: Transport> Transport for Logged<T> {
///     fn send(
///         &self,
///         request: http::Request<Body>,
///     ) -> BoxFuture<'_, Result<http::Response<ByteStream>, Error>> {
///         eprintln!("{} {}", request.method(), request.uri().path());
///         self.0.send(request)
///     }
///
///     fn check_target(&self, url: &str) -> Result<(), Error> {
///         self.0.check_target(url)
///     }
/// }
/// ```
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends a request.
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<ByteStream>, Error>>;

    /// Asks, before anything is signed, whether path and query of `url` would be sent byte for byte.
    ///
    /// The default answers for every implementation that goes through a WHATWG URL type. One that
    /// sends targets untouched may answer `Ok(())`.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if they would be rewritten.
    fn check_target(&self, url: &str) -> Result<(), Error> {
        check_whatwg(url)
    }
}

/// Parses the URL as reqwest does and compares what would be sent with what is written.
fn check_whatwg(url: &str) -> Result<(), Error> {
    let written = written_target(url);
    let parsed = reqwest::Url::parse(url)
        .map_err(|error| Error::invalid(format!("the request has no legal URL: {error}")))?;
    let (path, query) = match written.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (written, None),
    };
    if parsed.path() == path && parsed.query() == query && parsed.fragment().is_none() {
        return Ok(());
    }
    let is_dots = |segment: &str| matches!(segment, "." | "..");
    Err(Error::invalid(if path.split('/').any(is_dots) {
        "the bucket or key has a '.' or '..' segment, which URL types resolve, so that the request would address something else; rename the object, or use a transport that sends paths untouched"
    } else {
        "the URL would be rewritten before it is sent, so that the request would address something else; use a transport that sends targets untouched"
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewritten_targets_are_refused() {
        for path in [
            "/b/..",
            "/b/.",
            "/b/../x",
            "/b/a/../c",
            "/b/./x",
            "/b/%2e%2e/x",
            "/b/.%2E",
            "/b/a\\b",
            "/b/a\tb",
            "/b/a b",
            "/b/k?x='",
            "/b/k?a b",
            "/b/k#f",
            "/b/中",
        ] {
            let url = format!("https://qingstor.com{path}");
            assert!(check_whatwg(&url).is_err(), "{path}");
        }
        let error = check_whatwg("https://qingstor.com/b/a/../c").unwrap_err();
        assert!(error.to_string().contains("rename the object"), "{error}");
    }

    #[test]
    fn encoded_targets_pass() {
        for path in [
            "/",
            "/b",
            "/b/",
            "/b//k/",
            "/b/%2F..",
            "/b/...",
            "/b/%252e%252e/x",
            "/b/a%5Cb",
            "/b/~%21%2A%27%28%29",
            "/b/k?acl",
            "/b/k?x=%27",
            "/b/k?acl=&b",
        ] {
            let url = format!("https://qingstor.com{path}");
            check_whatwg(&url).unwrap();
        }
    }
}
