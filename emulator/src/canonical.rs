//! The string that a signature is made over, rebuilt from the request as it was received.

use crate::generated::signed_query_keys::SIGNED_QUERY_KEYS;
use crate::request::Request;

/// How query values were written when the client signed them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QueryForm {
    /// Percent-decoded, as five of the six official SDKs do.
    Decoded,
    /// As sent, as the official Python SDK does.
    AsSent,
}

/// The string to sign. `date_line` replaces the Date header's line in query signatures.
pub(crate) fn string_to_sign(
    request: &Request,
    resource: &str,
    date_line: Option<&str>,
    form: QueryForm,
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
    push_query(&mut text, request, form);
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

fn push_query(text: &mut Vec<u8>, request: &Request, form: QueryForm) {
    let mut signed: Vec<(&str, &str)> = request
        .query
        .iter()
        .filter(|pair| SIGNED_QUERY_KEYS.contains(&pair.name.as_str()))
        .map(|pair| match form {
            QueryForm::Decoded => (pair.name.as_str(), pair.value.as_str()),
            QueryForm::AsSent => (pair.name.as_str(), pair.raw_value.as_str()),
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
