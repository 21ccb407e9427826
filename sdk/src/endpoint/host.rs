//! Scheme, host and port of a service.

use std::fmt;

use reqwest::Url;

use crate::error::Error;

/// Hosts that serve all zones and answer for a bucket with a redirect to its zone.
const GLOBAL_HOSTS: [&str; 2] = ["qingstor.com", "qsstor.com"];

/// Scheme, host and port of a service.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(super) https: bool,
    pub(super) host: String,
    pub(super) port: Option<u16>,
    /// An IP address or `localhost`: nothing can be put in front of it.
    bare: bool,
    /// This machine's own names have no zones, other than those that are written out.
    pub(super) zoneless: bool,
    /// A domain of the user's own that stands for one bucket.
    pub(super) own_domain: bool,
}

impl Endpoint {
    pub(crate) fn parse(text: &str) -> Result<Endpoint, Error> {
        let refuse = |why: &str| {
            Error::config(format!(
                "the endpoint {text:?} {why}; write it as https://qingstor.com or http://127.0.0.1:8080"
            ))
        };
        // What follows `@` is the host; what is before it may be a password and must not be shown, and
        // neither may what follows the path, such as a presigned query.
        if text.contains('@') {
            return Err(Error::config(
                "the endpoint has a user name or a password; give credentials separately",
            ));
        }
        if text.contains(['?', '#']) {
            return Err(Error::config(
                "the endpoint has a query or a fragment; write it as https://qingstor.com or http://127.0.0.1:8080",
            ));
        }
        let https = match text.split_once("://") {
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("https") => true,
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") => false,
            Some(_) => return Err(refuse("is neither http nor https")),
            None => return Err(refuse("has no scheme")),
        };
        let url = Url::parse(text).map_err(|error| refuse(&format!("is not valid ({error})")))?;
        if url.path() != "/" {
            return Err(refuse("has a path"));
        }
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| refuse("has no host"))?.to_owned();
        let is_ip = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
        let bare = is_ip || host == "localhost";
        Ok(Endpoint {
            https,
            bare,
            zoneless: bare || host.ends_with(".localhost"),
            host,
            port: url.port(),
            own_domain: false,
        })
    }

    /// The host as a domain that is bound to one bucket, unless it is the service's own.
    pub(crate) fn with_own_domain(mut self) -> Endpoint {
        let is_service = GLOBAL_HOSTS.iter().any(|global| {
            let front = self.host.strip_suffix(global);
            front.is_some_and(|front| front.is_empty() || front.ends_with('.'))
        });
        self.own_domain = !is_service;
        self
    }

    /// Whether others on the way can read and change what is sent.
    pub(crate) fn is_open_to_others(&self) -> bool {
        let loopback = match self
            .host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
        {
            Ok(address) => address.is_loopback(),
            Err(_) => self.zoneless,
        };
        !self.https && !loopback
    }

    pub(crate) fn is_https(&self) -> bool {
        self.https
    }

    /// Whether a bucket's name can stand in front of the host.
    pub(crate) fn check_virtual_host(&self) -> Result<(), Error> {
        if self.bare && !self.own_domain {
            return Err(Error::config(format!(
                "virtual-host style is not possible with the endpoint {self}: nothing can be put in front of an IP address or localhost; use path style, or a name such as pek3a.localhost"
            )));
        }
        Ok(())
    }

    /// Whether requests for a bucket would only be redirected to its zone.
    pub(crate) fn needs_zone(&self) -> bool {
        GLOBAL_HOSTS.contains(&self.host.as_str())
    }

    /// The host, without the zone in front of a global one.
    pub(super) fn without_zone(&self) -> &str {
        match self.host.split_once('.') {
            Some((_, rest)) if GLOBAL_HOSTS.contains(&rest) => rest,
            _ => &self.host,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}
/// Whether a text can be a zone: a label of a host name, in any case.
pub(crate) fn is_zone(text: &str) -> bool {
    is_dns_label(&text.to_ascii_lowercase())
}

/// A label of a host name: RFC 1035, lower case.
pub(super) fn is_dns_label(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(inside)
        && !text.starts_with('-')
        && !text.ends_with('-')
}
