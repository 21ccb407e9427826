//! The string that a signature is made over, rebuilt from the request as it was received.

use crate::generated::signed_query_keys::SIGNED_QUERY_KEYS;
use crate::request::Request;

/// How a client writes the query into what it signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// Values stand there as they were sent, not decoded.
    pub(crate) as_sent: bool,
    /// Keys that belong there and are left out.
    pub(crate) left_out: &'static [&'static str],
}

/// As it is documented, and as the official SDK for Go does it.
pub(crate) const DOCUMENTED: Dialect = Dialect {
    as_sent: false,
    left_out: &[],
};

/// As other official SDKs do it. None of them leaves out anything else that its own calls can send and need.
pub(crate) const OTHERS: [Dialect; 4] = [
    // Python.
    Dialect {
        as_sent: true,
        left_out: &["version_id", "versioning", "versions"],
    },
    // Java.
    Dialect {
        as_sent: false,
        left_out: &["replication"],
    },
    // JavaScript.
    Dialect {
        as_sent: false,
        left_out: &["version_id", "versioning", "versions"],
    },
    // Ruby.
    Dialect {
        as_sent: false,
        left_out: &["replication", "version_id", "versioning", "versions"],
    },
];

/// The string to sign. `date_line` replaces the Date header's line in query signatures.
pub(crate) fn string_to_sign(
    request: &Request,
    resource: &str,
    date_line: Option<&str>,
    dialect: Dialect,
) -> Vec<u8> {
    let mut text = Vec::with_capacity(256);
    text.extend_from_slice(request.method.as_str().as_bytes());
    text.push(b'\n');
    text.extend_from_slice(header(request, "content-md5"));
    text.push(b'\n');
    text.extend_from_slice(header(request, "content-type"));
    text.push(b'\n');
    match date_line {
        Some(expires) => text.extend_from_slice(expires.as_bytes()),
        // The line stays empty if x-qs-date is there: that one is signed as a header.
        None if request.headers.contains_key("x-qs-date") => {}
        None => text.extend_from_slice(header(request, "date")),
    }
    text.push(b'\n');
    push_headers(&mut text, request);
    text.extend_from_slice(resource.as_bytes());
    push_query(&mut text, request, dialect);
    text
}

fn header<'a>(request: &'a Request, name: &str) -> &'a [u8] {
    request
        .headers
        .get(name)
        .map_or(b"", |value| value.as_bytes())
}

fn push_headers(text: &mut Vec<u8>, request: &Request) {
    let mut signed: Vec<_> = request
        .headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("x-qs-"))
        .collect();
    signed.sort_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str()));
    for (name, value) in signed {
        text.extend_from_slice(name.as_str().as_bytes());
        text.push(b':');
        text.extend_from_slice(value.as_bytes().trim_ascii());
        text.push(b'\n');
    }
}

fn push_query(text: &mut Vec<u8>, request: &Request, dialect: Dialect) {
    let mut signed: Vec<(&str, &str)> = request
        .query
        .iter()
        .filter(|pair| SIGNED_QUERY_KEYS.contains(&pair.name.as_str()))
        .filter(|pair| !dialect.left_out.contains(&pair.name.as_str()))
        .map(|pair| match dialect.as_sent {
            false => (pair.name.as_str(), pair.value.as_str()),
            true => (pair.name.as_str(), pair.raw_value.as_str()),
        })
        .collect();
    signed.sort_unstable();
    for (at, (name, value)) in signed.into_iter().enumerate() {
        text.push(if at == 0 { b'?' } else { b'&' });
        text.extend_from_slice(name.as_bytes());
        if !value.is_empty() {
            text.push(b'=');
            text.extend_from_slice(value.as_bytes());
        }
    }
}

/// The string to sign as it may be shown: customers' encryption keys are blotted out.
pub(crate) fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text
        .split('\n')
        .map(|line| match line.split_once(':') {
            Some((name, _)) if name.ends_with("-encryption-customer-key") => {
                "x-qs-…-customer-key:(hidden)"
            }
            _ => line,
        })
        .collect();
    lines.join("\n")
}
