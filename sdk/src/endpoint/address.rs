//! The URL of a request.

use std::fmt::Write as _;

use super::host::{Endpoint, is_dns_label};
use super::place::Place;
use crate::encode;
use crate::error::Error;

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
    pub(crate) fn authority(&self) -> &str {
        let origin = &self.url[..self.path_start];
        origin.split_once("://").map_or(origin, |(_, host)| host)
    }

    /// Host, and port, which is the scheme's own if none is written.
    pub(crate) fn server(&self) -> (&str, u16) {
        let authority = self.authority();
        // The colons of an IPv6 address are inside brackets.
        let written = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => Some((host, port)),
            _ => None,
        };
        match written.map(|(host, port)| (host, port.parse())) {
            Some((host, Ok(port))) => (host, port),
            _ if self.url.starts_with("https:") => (authority, 443),
            _ => (authority, 80),
        }
    }

    pub(crate) fn path(&self) -> &str {
        &self.url[self.path_start..self.path_end]
    }

    pub(crate) fn query(&self) -> &str {
        self.url.get(self.path_end + 1..).unwrap_or_default()
    }

    /// The same path and query on the host of another address.
    pub(crate) fn move_to(&mut self, other: &Address) {
        let target_length = self.path_end - self.path_start;
        let mut url = other.url[..other.path_start].to_owned();
        url.push_str(&self.url[self.path_start..]);
        self.url = url;
        self.path_start = other.path_start;
        self.path_end = other.path_start + target_length;
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
        if self.own_domain && bucket.is_none() {
            return Err(Error::invalid(format!(
                "the endpoint {self} is the domain of one bucket, so the request would be for that bucket and not for the service; use a client with the service's endpoint"
            )));
        }
        let bucket_in_host = (place.virtual_host || self.own_domain) && bucket.is_some();
        let mut url = String::with_capacity(128);
        url.push_str(if self.https { "https://" } else { "http://" });
        if let Some(bucket) = bucket.filter(|_| bucket_in_host && !self.own_domain) {
            self.check_virtual_host()?;
            if !is_dns_label(bucket) {
                return Err(Error::invalid(format!(
                    "the bucket name {bucket:?} cannot be part of a host name: it may have only lower-case letters, digits and '-', at most 63, and no '-' at an end; use path style"
                )));
            }
            url.push_str(bucket);
            url.push('.');
        }
        match place.zone.filter(|_| !self.zoneless && !self.own_domain) {
            Some(zone) => self.push_zoned_host(&mut url, zone)?,
            None => url.push_str(&self.host),
        }
        if let Some(port) = self.port {
            // Writing to a `String` cannot fail.
            let _ = write!(url, ":{port}");
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

    fn push_zoned_host(&self, url: &mut String, zone: &str) -> Result<(), Error> {
        let zone = zone.to_ascii_lowercase();
        if !is_dns_label(&zone) {
            return Err(Error::invalid(format!(
                "the zone {zone:?} cannot be part of a host name; zones look like pek3a"
            )));
        }
        // Somebody who writes a zone's own host as the endpoint means the same zone; a bucket in another
        // one is below the same global host.
        let host = self.without_zone();
        let repeated = host
            .strip_prefix(&zone)
            .is_some_and(|rest| rest.starts_with('.'));
        if !repeated {
            url.push_str(&zone);
            url.push('.');
        }
        url.push_str(host);
        Ok(())
    }
}
/// The target (path and query) of a URL as it is written, without parsing it.
pub(crate) fn written_target(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    match url[after_scheme..].find(['/', '?', '#']) {
        Some(at) => &url[after_scheme + at..],
        None => "",
    }
}
