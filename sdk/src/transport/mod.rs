//! What carries requests: a trait, and the built-in implementation over HTTP.

mod builder;
mod http_transport;
mod idle;
mod names;
mod roots;

use std::fmt;
use std::pin::Pin;

pub use builder::HttpTransportBuilder;
pub(crate) use builder::Proxy;
pub use http_transport::HttpTransport;

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
/// `Ok`; `Err` means that there was none. If nothing of the request can have left, as when no connection
/// was made, say so with [`Error::unsent`]: then it may be sent again even if twice would do harm.
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

/// Refuses a URL that would not be sent as it is written.
fn check_whatwg(url: &str) -> Result<(), Error> {
    if is_plain(url) {
        return Ok(());
    }
    check_parsed(url)
}

/// Whether a URL has only what no URL type rewrites: true of nearly all, and much cheaper to see than
/// parsing once more. The host is one that was parsed with the endpoint's, but for labels in front of it.
fn is_plain(url: &str) -> bool {
    let target = written_target(url);
    let host = &url[..url.len() - target.len()];
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~/%.".contains(&byte);
    // Segments may be dots, also encoded as `%2e`, which are resolved.
    let dots = path.contains("/.") || path.contains("/%2");
    // Such a label has to be legal Punycode.
    let punycode = host.contains("xn--");
    path.starts_with('/')
        && !dots
        && !punycode
        && path.bytes().all(plain)
        && query
            .bytes()
            .all(|byte| plain(byte) || matches!(byte, b'=' | b'&'))
}

/// Parses the URL as reqwest does and compares what would be sent with what is written.
fn check_parsed(url: &str) -> Result<(), Error> {
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
            check_parsed(&url).unwrap();
        }
    }

    #[test]
    fn usual_targets_need_no_parsing() {
        for target in ["/", "/b//a%20b.png", "/b/~-_%E4%B8%AD", "/b?acl&a=b%2F."] {
            let url = format!("http://127.0.0.1:8080{target}");
            assert!(is_plain(&url), "{target}");
        }
        // Not legal Punycode, so not a host.
        assert!(check_whatwg("https://xn--a.pek3a.qingstor.com/k").is_err());
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(4096))]
        #[test]
        fn what_needs_no_parsing_would_pass_it(
            label in "(xn--)?[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?",
            path in "([/?#]([A-Za-z0-9_~%-]|/|//|\\.|%2[eEfF]|%25|%5[cC]|[?#\\\\'<>^`{|} \t中]){0,12})?",
            query in proptest::option::of("([A-Za-z0-9_~/%.=&-]|%2[7eE]|[?#' +]){0,8}"),
        ) {
            let query = query.map(|query| format!("?{query}")).unwrap_or_default();
            let url = format!("https://{label}.pek3a.qingstor.com{path}{query}");
            if is_plain(&url) {
                proptest::prop_assert!(check_parsed(&url).is_ok(), "{}", url);
            }
        }

        #[test]
        fn plain_characters_are_not_rewritten(
            target in "(/|//|\\.|\\.\\.|%2[eE]|%2[fF]|%|[A-Za-z0-9_~-]|[=&?]){0,10}",
        ) {
            let url = format!("https://qingstor.com/{target}");
            if is_plain(&url) {
                proptest::prop_assert!(check_parsed(&url).is_ok(), "{}", url);
            }
        }
    }
}
