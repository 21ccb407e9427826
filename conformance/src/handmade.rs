//! Requests that are made and signed without the SDK, byte for byte as a check wants them.

use std::fmt::Display;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use qingstor::transport::Transport;
use qingstor::{Body, Error};
use serde_json::Value;

use crate::expected;
use crate::slot::{Problem, Slot};
use crate::target::Key;
use crate::wire::Received;

/// The query keys that are signed, as the newest Go and Java SDKs have them; the vendor's page on signatures lacks the
/// three about versions.
pub(crate) const SIGNED: [&str; 26] = [
    "acl",
    "append",
    "cname",
    "cors",
    "delete",
    "image",
    "lifecycle",
    "logging",
    "mirror",
    "notification",
    "part_number",
    "policy",
    "position",
    "replication",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "stats",
    "upload_id",
    "uploads",
    "version_id",
    "versioning",
    "versions",
];

/// A request that is being made.
#[derive(Clone, Debug)]
pub(crate) struct Handmade<'a> {
    slot: &'a Slot,
    method: String,
    /// Path and query, the path beginning with the bucket.
    target: String,
    /// Another host than the endpoint's, with its port; the bucket stays in the path then.
    host: Option<String>,
    headers: Vec<(String, String)>,
    body: Bytes,
    /// The path that is signed, where it is not the one that is sent.
    resource: Option<String>,
}

impl<'a> Handmade<'a> {
    pub(crate) fn new(
        slot: &'a Slot,
        method: impl Into<String>,
        target: impl Into<String>,
    ) -> Self {
        Handmade {
            slot,
            method: method.into(),
            target: target.into(),
            host: None,
            headers: Vec::new(),
            body: Bytes::new(),
            resource: None,
        }
    }

    /// The same with another method.
    pub(crate) fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// A header more; one of the same name stays.
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn json(self, value: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(value.to_string())
    }

    /// Sends it to another host.
    pub(crate) fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// Leaves the bucket in the path, whatever it is called.
    pub(crate) fn in_path(self) -> Self {
        let host = self.slot.host.clone();
        self.host(host)
    }

    /// Signs another path than the one that is sent.
    pub(crate) fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// Signs it. Without a date in the headers it gets that of now.
    pub(crate) fn signed(mut self, key: &Key) -> Self {
        let dated = |(name, _): &(String, String)| name == "date" || name == "x-qs-date";
        if !self.headers.iter().any(dated) {
            self = self.header("date", http_date(unix_now()));
        }
        let date = match self.find("x-qs-date") {
            Some(_) => "",
            None => self.find("date").unwrap_or(""),
        };
        let signature = expected::signature(&key.secret, &self.string_to_sign(date));
        let authorization = format!("QS {}:{signature}", key.id);
        self.header("authorization", authorization)
    }

    /// Signs its URL, which is good until then.
    pub(crate) fn presigned(mut self, key: &Key, expires: u64) -> Self {
        let signature =
            expected::signature(&key.secret, &self.string_to_sign(&expires.to_string()));
        let mark = if self.target.contains('?') { '&' } else { '?' };
        self.target = format!(
            "{}{mark}access_key_id={}&expires={expires}&signature={}",
            self.target,
            expected::query(&key.id),
            expected::query(&signature),
        );
        self
    }

    /// With another text in its place.
    pub(crate) fn altered(mut self, from: &str, to: &str) -> Self {
        self.target = self.target.replace(from, to);
        for (_, value) in &mut self.headers {
            *value = value.replace(from, to);
        }
        self
    }

    fn find(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name)?;
        Some(&found.1)
    }

    fn string_to_sign(&self, date: &str) -> String {
        let mut lines = vec![self.method.clone()];
        for name in ["content-md5", "content-type"] {
            lines.push(self.find(name).unwrap_or("").to_owned());
        }
        lines.push(date.to_owned());
        // By name: `-md5` stands behind what it is the digest of.
        let own = self.headers().filter(|(name, _)| name.starts_with("x-qs-"));
        let mut own: Vec<(&str, &str)> = own.collect();
        own.sort_by_key(|(name, _)| *name);
        lines.extend(
            own.iter()
                .map(|(name, value)| format!("{name}:{}", value.trim())),
        );
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let mut signed: Vec<String> = query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .filter(|(name, _)| SIGNED.contains(name))
            .map(|(name, value)| match value {
                "" => name.to_owned(),
                _ => format!("{name}={}", decoded(value)),
            })
            .collect();
        signed.sort();
        let mut resource = self.resource.clone().unwrap_or_else(|| path.to_owned());
        if !signed.is_empty() {
            resource = format!("{resource}?{}", signed.join("&"));
        }
        lines.push(resource);
        lines.join("\n")
    }

    /// Host and port that it goes to, and what its first line names there.
    pub(crate) fn place(&self) -> (String, String) {
        let slot = self.slot;
        let (_, own) = slot.target.scheme_and_host();
        let bucket = self.target[1..].split(['/', '?']).next().unwrap_or("");
        match &self.host {
            Some(host) => (host.clone(), self.target.clone()),
            None if bucket.is_empty() => (own.to_owned(), self.target.clone()),
            None if slot.target.virtual_host => {
                let rest = &self.target[1 + bucket.len()..];
                let slash = if rest.starts_with('/') { "" } else { "/" };
                (format!("{bucket}.{}", slot.host), format!("{slash}{rest}"))
            }
            None => (slot.host.clone(), self.target.clone()),
        }
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Sends it and brings the answer.
    pub(crate) async fn send(self) -> Result<Received, Problem> {
        let what = format!("{} {}", self.method, self.target);
        let failed = |error: &dyn Display| Problem::Fail(format!("{what}: {error}"));
        let (scheme, _) = self.slot.target.scheme_and_host();
        let (host, target) = self.place();
        let mut request = http::Request::builder()
            .method(self.method.as_str())
            .uri(format!("{scheme}://{host}{target}"));
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        let request = request
            .header("content-length", self.body.len())
            .body(Body::from(self.body))
            .map_err(|error| failed(&error))?;
        let answer = async {
            let (head, body) = self.slot.wire.send(request).await?.into_parts();
            Ok::<_, Error>(Received {
                status: head.status.as_u16(),
                headers: head.headers,
                body: body.into_bytes().await?,
            })
        };
        answer.await.map_err(|error| failed(&error))
    }
}

/// Status and code of an answer, as tables of cases have them.
pub(crate) fn outcome(answer: &Received) -> (u16, String) {
    (answer.status, answer.code())
}

/// Seconds since 1970.
pub(crate) fn unix_now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |since| since.as_secs())
}

/// `Mon, 02 Jan 2006 15:04:05 GMT`.
pub(crate) fn http_date(unix: u64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(unix))
}

/// The text that is percent-encoded in a query.
fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}
