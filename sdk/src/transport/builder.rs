//! The builder of the built-in transport.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect;
use zeroize::Zeroizing;

use super::http_transport::HttpTransport;
use super::names::Names;
use super::roots::Roots;
use crate::error::Error;

/// Builds an [`HttpTransport`].
///
/// ```
/// use std::time::Duration;
/// use qingstor::transport::HttpTransport;
///
/// let transport = HttpTransport::builder().idle_timeout(Duration::from_secs(60));
/// let client = qingstor::Client::builder().http(transport).build()?;
/// # Ok::<(), qingstor::Error>(())
/// ```
#[must_use = "a builder does nothing until it is built"]
#[derive(Default)]
pub struct HttpTransportBuilder {
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) answer_timeout: Option<Duration>,
    pub(crate) proxy: Option<Proxy>,
    resolve: Vec<(String, SocketAddr)>,
    roots: Vec<Roots>,
    #[cfg(feature = "reqwest")]
    client: Option<reqwest::Client>,
}

/// The limits of a transport.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    pub(crate) connect: Duration,
    pub(crate) idle: Duration,
    pub(crate) answer: Duration,
}

/// Whether there is something in between. A URL may have a password, so it is not shown whole.
#[derive(Clone)]
pub(crate) enum Proxy {
    Environment,
    None,
    Url(Zeroizing<String>),
}

impl Proxy {
    /// Refuses a URL that is none of a proxy, without showing it.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let Proxy::Url(text) = self else {
            return Ok(());
        };
        let url = reqwest::Url::parse(text).ok();
        let legal = url.is_some_and(|url| {
            matches!(url.scheme(), "http" | "https") && url.has_host() && url.path() == "/"
        });
        match legal {
            true => Ok(()),
            false => Err(Error::config(
                "the proxy must be written as http://host:port or https://host:port, with user:password@ if it asks for them, or as environment or none",
            )),
        }
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Proxy::Environment => f.write_str("environment"),
            Proxy::None => f.write_str("none"),
            Proxy::Url(text) => match reqwest::Url::parse(text) {
                Ok(url) => {
                    write!(
                        f,
                        "{}://{}",
                        url.scheme(),
                        url.host_str().unwrap_or_default()
                    )?;
                    url.port().map_or(Ok(()), |port| write!(f, ":{port}"))
                }
                Err(_) => f.write_str("(invalid)"),
            },
        }
    }
}

impl HttpTransportBuilder {
    pub(crate) const DEFAULT_TIMEOUTS: Timeouts = Timeouts {
        connect: Duration::from_secs(5),
        idle: Duration::from_secs(30),
        answer: Duration::from_secs(15 * 60),
    };

    /// How long making a connection may take, with name resolution and TLS. Default: 5 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = Some(limit);
        self
    }

    /// For how long nothing need move on a connection: while a request is sent, while the answer to an
    /// operation that changes nothing is awaited, and between the bytes of an answer. Default: 30 s.
    /// An answer that is not streamed to the caller may take ten times as long in all.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.idle_timeout = Some(limit);
        self
    }

    /// How long the service may work silently after an operation that changes something was sent
    /// whole, such as a copy of a large object. Default: 15 min.
    pub fn answer_timeout(mut self, limit: Duration) -> Self {
        self.answer_timeout = Some(limit);
        self
    }

    /// Connects to `address` instead of resolving `host`. A port other than 0 replaces that of the URL. Names under
    /// `.localhost` need no such line: they are this machine
    /// ([RFC 6761, section 6.3](https://www.rfc-editor.org/rfc/rfc6761#section-6.3)).
    pub fn resolve(mut self, host: impl Into<String>, address: SocketAddr) -> Self {
        self.resolve.push((host.into(), address));
        self
    }

    /// Sends everything through this proxy, such as `http://user:password@proxy.example.com:3128`. Default: what the
    /// environment says (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`).
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(Proxy::Url(url.into().into()));
        self
    }

    /// Uses no proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.proxy = Some(Proxy::None);
        self
    }

    /// Trusts these certificates too, one or more in PEM, beside those of the system: for a service with an authority of
    /// its own. May be called repeatedly.
    pub fn root_certificates_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(Roots::Pem(pem.into()));
        self
    }

    /// As [`root_certificates_pem`](HttpTransportBuilder::root_certificates_pem), from a file that is read when the
    /// transport is built.
    pub fn root_certificates_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.roots.push(Roots::File(path.into()));
        self
    }

    /// Sends with a client of your own. How it connects is up to it: combining it with a connect timeout, a proxy,
    /// certificates or [`resolve`](HttpTransportBuilder::resolve) is an error when the transport is built.
    ///
    /// What it does cannot be looked at, so it is for you to make it with `redirect(Policy::none())`,
    /// `referer(false)`, `retry(reqwest::retry::never())` and without decompression (`no_gzip()` and the others). A client
    /// that follows redirects hands encryption keys to whatever host a redirect names; one that decompresses breaks the
    /// checks of lengths.
    #[cfg(feature = "reqwest")]
    pub fn reqwest_client(mut self, client: reqwest::Client) -> Self {
        self.client = Some(client);
        self
    }

    pub(crate) fn has_roots(&self) -> bool {
        !self.roots.is_empty()
    }

    /// Adds a file of certificates that is read at once.
    pub(crate) fn add_root_file(&mut self, path: &Path) -> Result<(), Error> {
        self.roots.push(Roots::read(path)?);
        Ok(())
    }

    pub(crate) fn has_client(&self) -> bool {
        #[cfg(feature = "reqwest")]
        return self.client.is_some();
        #[cfg(not(feature = "reqwest"))]
        false
    }

    /// Makes the transport. Nothing is connected yet. A limit of [`Duration::MAX`] is none.
    ///
    /// # Errors
    ///
    /// `Config` if TLS cannot be set up, certificates cannot be read, or the proxy is not legal.
    pub fn build(self) -> Result<HttpTransport, Error> {
        let defaults = HttpTransportBuilder::DEFAULT_TIMEOUTS;
        let timeouts = Timeouts {
            connect: self.connect_timeout.unwrap_or(defaults.connect),
            idle: self.idle_timeout.unwrap_or(defaults.idle),
            answer: self.answer_timeout.unwrap_or(defaults.answer),
        };
        #[cfg(feature = "reqwest")]
        if let Some(client) = &self.client {
            if self.connect_timeout.is_some()
                || self.proxy.is_some()
                || self.has_roots()
                || !self.resolve.is_empty()
            {
                return Err(Error::config(
                    "how a reqwest client of your own connects is up to it: set connect timeout, proxy, certificates and addresses there",
                ));
            }
            return Ok(HttpTransport::new(client.clone(), timeouts));
        }
        // Another crate in the tree may turn reqwest's compression features on; stored bytes must come
        // as they are.
        let mut builder = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .dns_resolver(Arc::new(Names))
            .connect_timeout(timeouts.connect);
        for (host, address) in &self.resolve {
            builder = builder.resolve(host, *address);
        }
        builder = match &self.proxy {
            None | Some(Proxy::Environment) => builder,
            Some(Proxy::None) => builder.no_proxy(),
            Some(proxy @ Proxy::Url(url)) => {
                proxy.check()?;
                let proxy = reqwest::Proxy::all(url.as_str());
                builder.proxy(proxy.map_err(|_| Error::config("the proxy cannot be used"))?)
            }
        };
        for roots in &self.roots {
            builder = roots.trust(builder)?;
        }
        let client = builder.build().map_err(|error| {
            Error::config("the HTTP client cannot be set up").with_source(error.without_url())
        })?;
        Ok(HttpTransport::new(client, timeouts))
    }
}

impl fmt::Debug for HttpTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let proxy = self.proxy.as_ref().map(Proxy::to_string);
        f.debug_struct("HttpTransportBuilder")
            .field("connect_timeout", &self.connect_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("answer_timeout", &self.answer_timeout)
            .field("proxy", &proxy)
            .field("resolve", &self.resolve)
            .finish_non_exhaustive()
    }
}
