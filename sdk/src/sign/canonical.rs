//! The string to sign.

use std::borrow::Cow;

use super::signable::Target;
use super::sorted::{Exact, Names, Sorted};
use crate::encode;
use crate::generated::SIGNED_QUERY_KEYS;

/// Writes the string to sign, and tells whether it has an encryption key in it.
pub(super) fn write_string_to_sign<'a, N: Names>(
    out: &mut Vec<u8>,
    target: &Target<'_>,
    headers: impl Iterator<Item = (&'a str, &'a [u8])>,
    expires: Option<i64>,
) -> bool {
    let (mut md5, mut content_type, mut date) = (None, None, None);
    let mut own = Sorted::<N>::new();
    let (mut has_own_date, mut has_key) = (false, false);
    for (name, value) in headers {
        // One byte decides for most headers that they are not signed.
        match name.as_bytes().first() {
            Some(b'x' | b'X') if starts_with(name, "x-qs-") => {
                let name = name.trim_ascii();
                has_own_date |= name.eq_ignore_ascii_case("x-qs-date");
                has_key |= ends_with(name, "-customer-key");
                own.push(name, value.trim_ascii());
            }
            Some(b'c' | b'C') if name.eq_ignore_ascii_case("content-md5") => {
                md5.get_or_insert(value);
            }
            Some(b'c' | b'C') if name.eq_ignore_ascii_case("content-type") => {
                content_type.get_or_insert(value);
            }
            Some(b'd' | b'D') if name.eq_ignore_ascii_case("date") => {
                date.get_or_insert(value);
            }
            _ => {}
        }
    }
    out.extend_from_slice(target.method.as_bytes());
    for value in [md5, content_type] {
        out.push(b'\n');
        out.extend_from_slice(value.unwrap_or_default());
    }
    out.push(b'\n');
    match expires {
        Some(expires) => out.extend_from_slice(expires.to_string().as_bytes()),
        None if has_own_date => {}
        None => out.extend_from_slice(date.unwrap_or_default()),
    }
    out.push(b'\n');
    own.finish(|name, value| {
        N::push(out, name);
        out.push(b':');
        out.extend_from_slice(value);
        out.push(b'\n');
    });
    write_resource(out, target);
    has_key
}

/// The canonical resource: the path on the wire, led by the bucket if that is in the host, and the
/// signed query keys in order, their values decoded.
fn write_resource<'a>(out: &mut Vec<u8>, target: &Target<'a>) {
    if let Some(bucket) = target.bucket {
        out.push(b'/');
        out.extend_from_slice(bucket.as_bytes());
    }
    match target.path {
        "" => out.push(b'/'),
        path => out.extend_from_slice(path.as_bytes()),
    }
    if target.query.is_empty() {
        return;
    }
    // One look at the whole query saves one at each name and value.
    let query = target.query.as_bytes();
    let plain = !query.contains(&b'%') && !query.contains(&b'+');
    let decode = |text: &'a [u8]| match plain {
        true => Cow::Borrowed(text),
        false => encode::decode_query(text),
    };
    let mut signed = Sorted::<Exact>::new();
    for pair in query.split(|byte| *byte == b'&') {
        let end = pair.iter().position(|byte| *byte == b'=');
        let (name, value) = pair.split_at(end.unwrap_or(pair.len()));
        if let Some(name) = signed_key(&decode(name)) {
            signed.push(name, value.get(1..).unwrap_or_default());
        }
    }
    let mut separator = b'?';
    signed.finish(|name, value| {
        out.push(separator);
        separator = b'&';
        out.extend_from_slice(name.as_bytes());
        if !value.is_empty() {
            out.push(b'=');
            out.extend_from_slice(&decode(value));
        }
    });
}

/// The key as the list of signed keys has it, if it is there.
pub(super) fn signed_key(name: &[u8]) -> Option<&'static str> {
    // Comparing lengths first makes this faster than a binary search of so few.
    let mut known = SIGNED_QUERY_KEYS.iter().copied();
    known.find(|key| key.as_bytes() == name)
}

fn starts_with(name: &str, prefix: &str) -> bool {
    let start = name.as_bytes().get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

pub(super) fn ends_with(name: &str, suffix: &str) -> bool {
    let start = name.len().checked_sub(suffix.len());
    let end = start.and_then(|start| name.as_bytes().get(start..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes()))
}
