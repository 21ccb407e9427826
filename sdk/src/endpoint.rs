//! Where requests go: schemes, hosts, zones and the two styles of addressing a bucket.

use std::fmt;

use reqwest::Url;

use crate::encode;
use crate::error::Error;
use crate::operation::Scope;
use crate::parts::QueryPair;

/// Hosts that serve all zones and answer for a bucket with a redirect to its zone.
const GLOBAL_HOSTS: [&str; 2] = ["qingstor.com", "qsstor.com"];

/// Scheme, host and port of a service.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    https: bool,
    host: String,
    port: Option<u16>,
    /// An IP address or `localhost`: nothing can be put in front of it.
    literal: bool,
}

impl Endpoint {
    pub(crate) fn parse(text: &str) -> Result<Endpoint, Error> {
        let refuse = |why: &str| {
            Error::config(format!(
                "the endpoint {text:?} {why}; write it as https://qingstor.com or http://127.0.0.1:8080"
            ))
        };
        let https = match text.split_once("://") {
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("https") => true,
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") => false,
            Some(_) => return Err(refuse("is neither http nor https")),
            None => return Err(refuse("has no scheme")),
        };
        // What follows `@` is the host; what is before it may be a password and must not be shown.
        if text.contains('@') {
            return Err(Error::config(
                "the endpoint has a user name or a password; give credentials separately",
            ));
        }
        let url = Url::parse(text).map_err(|error| refuse(&format!("is not valid ({error})")))?;
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("has a path or a query"));
        }
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| refuse("has no host"))?.to_owned();
        let is_ip = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
        Ok(Endpoint {
            https,
            literal: is_ip || host == "localhost" || host.ends_with(".localhost"),
            host,
            port: url.port(),
        })
    }

    pub(crate) fn is_https(&self) -> bool {
        self.https
    }

    /// Whether a bucket's name can stand in front of the host.
    pub(crate) fn check_virtual_host(&self) -> Result<(), Error> {
        if self.literal {
            return Err(Error::config(format!(
                "virtual-host style is not possible with the endpoint {self}: nothing can be put in front of an IP address or localhost; use path style"
            )));
        }
        Ok(())
    }

    /// Whether requests for a bucket would only be redirected to its zone.
    pub(crate) fn needs_zone(&self) -> bool {
        GLOBAL_HOSTS.contains(&self.host.as_str())
    }

    /// The zone that another host of this service stands for: the label in front of our host.
    pub(crate) fn zone_of<'a>(&self, host: &'a str) -> Option<&'a str> {
        let labels = host.strip_suffix(&self.host)?.strip_suffix('.')?;
        let zone = labels.rsplit('.').next()?;
        is_dns_label(zone).then_some(zone)
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

/// What one request is about.
pub(crate) struct Place<'a> {
    pub(crate) scope: Scope,
    pub(crate) bucket: Option<&'a str>,
    pub(crate) zone: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
    pub(crate) query: &'a [QueryPair],
    pub(crate) virtual_host: bool,
}

/// The URL of a request, finished.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) url: String,
    path_start: usize,
    path_end: usize,
    /// The bucket is part of the host, so the signature puts it in front of the path.
    pub(crate) bucket_in_host: bool,
}

impl Address {
    /// Host and port.
    #[cfg(feature = "tracing")]
    pub(crate) fn authority(&self) -> &str {
        let origin = &self.url[..self.path_start];
        origin.split_once("://").map_or(origin, |(_, host)| host)
    }

    pub(crate) fn path(&self) -> &str {
        &self.url[self.path_start..self.path_end]
    }

    pub(crate) fn query(&self) -> &str {
        self.url.get(self.path_end + 1..).unwrap_or_default()
    }

    /// Adds a pair to the query.
    pub(crate) fn push_query(&mut self, name: &str, value: Option<&str>) {
        let first = self.url.len() == self.path_end;
        self.url.push(if first { '?' } else { '&' });
        encode::push_component(&mut self.url, name);
        if let Some(value) = value {
            self.url.push('=');
            encode::push_component(&mut self.url, value);
        }
    }
}

impl Endpoint {
    /// Builds the URL of a request.
    pub(crate) fn locate(&self, place: &Place<'_>) -> Result<Address, Error> {
        let (bucket, key) = place.checked()?;
        let bucket_in_host = place.virtual_host && bucket.is_some();
        let mut url = String::with_capacity(128);
        url.push_str(if self.https { "https://" } else { "http://" });
        if let Some(bucket) = bucket.filter(|_| bucket_in_host) {
            self.check_virtual_host()?;
            if !is_dns_label(bucket) {
                return Err(Error::invalid(format!(
                    "the bucket name {bucket:?} cannot be part of a host name: it may have only lower-case letters, digits and '-', at most 63, and no '-' at an end; use path style"
                )));
            }
            url.push_str(bucket);
            url.push('.');
        }
        if let Some(zone) = place.zone.filter(|_| !self.literal) {
            self.push_zone(&mut url, zone)?;
        }
        url.push_str(&self.host);
        if let Some(port) = self.port {
            url.push(':');
            url.push_str(&port.to_string());
        }
        let path_start = url.len();
        if let Some(bucket) = bucket.filter(|_| !bucket_in_host) {
            url.push('/');
            encode::push_component(&mut url, bucket);
        }
        match key {
            Some(key) => {
                url.push('/');
                encode::push_path(&mut url, key);
            }
            None if url.len() == path_start => url.push('/'),
            None => {}
        }
        let mut address = Address {
            path_start,
            path_end: url.len(),
            bucket_in_host,
            url,
        };
        for (name, value) in place.query {
            address.push_query(name, value.as_deref());
        }
        Ok(address)
    }

    fn push_zone(&self, url: &mut String, zone: &str) -> Result<(), Error> {
        let zone = zone.to_ascii_lowercase();
        if !is_dns_label(&zone) {
            return Err(Error::invalid(format!(
                "the zone {zone:?} cannot be part of a host name; zones look like pek3a"
            )));
        }
        // Somebody who writes the zone's own host as the endpoint means the same.
        let repeated = self
            .host
            .strip_prefix(&zone)
            .is_some_and(|rest| rest.starts_with('.'));
        if !repeated {
            url.push_str(&zone);
            url.push('.');
        }
        Ok(())
    }
}

impl<'a> Place<'a> {
    /// The bucket and key that the scope asks for. An empty one would silently turn the request into
    /// one for the bucket or the service.
    fn checked(&self) -> Result<(Option<&'a str>, Option<&'a str>), Error> {
        if self.scope == Scope::Service {
            return Ok((None, None));
        }
        let bucket = self.bucket.filter(|bucket| !bucket.is_empty());
        let bucket = bucket.ok_or_else(|| {
            Error::invalid(
                "this needs a bucket, and its name is empty: the request would address the service",
            )
        })?;
        if self.scope == Scope::Bucket {
            return Ok((Some(bucket), None));
        }
        let key = self.key.filter(|key| !key.is_empty());
        let key = key.ok_or_else(|| {
            Error::invalid("the key is empty: the request would address the bucket, not an object")
        })?;
        Ok((Some(bucket), Some(key)))
    }
}

/// A label of a host name: RFC 1035, lower case.
fn is_dns_label(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(inside)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// The target (path and query) of a URL as it is written, without parsing it.
pub(crate) fn written_target(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    match url[after_scheme..].find(['/', '?', '#']) {
        Some(at) => &url[after_scheme + at..],
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(
        endpoint: &str,
        zone: &str,
        virtual_host: bool,
        bucket: &str,
        key: Option<&str>,
    ) -> Result<String, Error> {
        let place = Place {
            scope: match key {
                Some(_) => Scope::Object,
                None => Scope::Bucket,
            },
            bucket: Some(bucket),
            zone: Some(zone).filter(|zone| !zone.is_empty()),
            key,
            query: &[],
            virtual_host,
        };
        Ok(Endpoint::parse(endpoint)?.locate(&place)?.url)
    }

    #[test]
    fn urls_are_those_of_the_official_sdks() {
        for (endpoint, zone, virtual_host, bucket, key, expected) in [
            // Builder tests of the Go, Ruby and PHP SDKs, without their redundant default port.
            (
                "https://qingstor.dev:443",
                "beta",
                false,
                "test",
                Some("path/to/key.txt"),
                "https://beta.qingstor.dev/test/path/to/key.txt",
            ),
            (
                "https://qingstor.dev:443",
                "beta",
                false,
                "test",
                Some("path//to//key.txt"),
                "https://beta.qingstor.dev/test/path//to//key.txt",
            ),
            (
                "http://ep.qingstor.dev",
                "beta",
                true,
                "test",
                Some("path/to/key.txt"),
                "http://test.beta.ep.qingstor.dev/path/to/key.txt",
            ),
            (
                "https://qingstor.com",
                "pek3a",
                false,
                "test_bucket",
                Some("中文 测试.json"),
                "https://pek3a.qingstor.com/test_bucket/%E4%B8%AD%E6%96%87%20%E6%B5%8B%E8%AF%95.json",
            ),
            // Others.
            (
                "https://qingstor.com",
                "PEK3A",
                false,
                "b",
                None,
                "https://pek3a.qingstor.com/b",
            ),
            (
                "https://qingstor.com",
                "pek3a",
                true,
                "mybucket",
                None,
                "https://mybucket.pek3a.qingstor.com/",
            ),
            (
                "https://pek3a.qingstor.com",
                "pek3a",
                false,
                "b",
                None,
                "https://pek3a.qingstor.com/b",
            ),
            (
                "https://qingstor.com",
                "",
                false,
                "b",
                Some("k"),
                "https://qingstor.com/b/k",
            ),
            (
                "http://127.0.0.1:9000",
                "pek3a",
                false,
                "b",
                Some("/k/"),
                "http://127.0.0.1:9000/b//k/",
            ),
            (
                "http://localhost:80",
                "pek3a",
                false,
                "b",
                None,
                "http://localhost/b",
            ),
            (
                "http://[::1]:8080",
                "pek3a",
                false,
                "b",
                Some("k"),
                "http://[::1]:8080/b/k",
            ),
            (
                "HTTPS://QingStor.com:8443/",
                "",
                false,
                "b",
                None,
                "https://qingstor.com:8443/b",
            ),
        ] {
            assert_eq!(
                url(endpoint, zone, virtual_host, bucket, key).unwrap(),
                expected
            );
        }
    }

    #[test]
    fn bad_endpoints_say_what_is_wrong() {
        for (endpoint, part) in [
            ("qingstor.com", "no scheme"),
            ("ftp://qingstor.com", "neither http nor https"),
            ("https://", "not valid"),
            ("https://a b", "not valid"),
            ("https://qingstor.com/path", "path or a query"),
            ("https://qingstor.com?x", "path or a query"),
            ("https://qingstor.com:99999", "not valid"),
            ("https://id:canary@qingstor.com", "password"),
        ] {
            let Err(error) = Endpoint::parse(endpoint) else {
                panic!("{endpoint} was accepted");
            };
            assert!(error.to_string().contains(part), "{error}");
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }

    #[test]
    fn names_that_would_change_the_host_are_refused() {
        for zone in ["evil.com/", "a.b", "-a", "a-", "zone!", "a@b", "中"] {
            assert!(
                url("https://qingstor.com", zone, false, "b", None).is_err(),
                "{zone}"
            );
        }
        for bucket in ["a.b", "UPPER", "under_score", "-a", "a/b", "x@y"] {
            assert!(
                url("https://qingstor.com", "pek3a", true, bucket, None).is_err(),
                "{bucket}"
            );
        }
        assert!(url("http://127.0.0.1", "", true, "bucket", None).is_err());
        assert!(url("http://[::1]", "", true, "bucket", None).is_err());
        assert!(url("http://localhost", "", true, "bucket", None).is_err());
        // In path style a strange name is only a path segment, for the service to judge.
        assert_eq!(
            url("https://qingstor.com", "", false, "a/b?c", None).unwrap(),
            "https://qingstor.com/a%2Fb%3Fc"
        );
    }

    #[test]
    fn empty_names_are_refused() {
        assert!(url("https://qingstor.com", "", false, "", None).is_err());
        let error = url("https://qingstor.com", "", false, "b", Some("")).unwrap_err();
        assert!(error.to_string().contains("address the bucket"), "{error}");
    }

    #[test]
    fn zones_are_read_from_hosts() {
        let endpoint = Endpoint::parse("https://qingstor.com").unwrap();
        assert!(endpoint.needs_zone());
        assert_eq!(endpoint.zone_of("pek3b.qingstor.com"), Some("pek3b"));
        assert_eq!(endpoint.zone_of("photos.pek3b.qingstor.com"), Some("pek3b"));
        assert_eq!(endpoint.zone_of("qingstor.com"), None);
        assert_eq!(endpoint.zone_of("evilqingstor.com"), None);
        assert_eq!(endpoint.zone_of("example.com"), None);
    }
}
