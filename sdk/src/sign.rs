//! The signature of a request: canonical resource, string to sign, HMAC-SHA256.
//!
//! [`Signer`] works alone, on raw header text and a raw request target, so that a signature server
//! can use it for requests that other programs send. Rules:
//! <https://docs.qingcloud.com/qingstor/api/common/signature.html>.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue};
use sha2::Sha256;
use zeroize::Zeroize;

use crate::encode;
use crate::error::Error;
use crate::generated::SIGNED_QUERY_KEYS;

/// Length of a signature: base64 of 32 bytes.
const SIGNATURE_LENGTH: usize = 44;

/// How many headers or query keys are sorted without a heap allocation.
const ON_STACK: usize = 8;

/// What of a request is signed, as raw text.
///
/// ```
/// use qingstor::sign::{Signable, Signer};
///
/// let signer = Signer::new("ACCESS_KEY_ID", "SECRET_ACCESS_KEY");
/// let request = Signable {
///     method: "GET",
///     path: "/mybucket/a.jpg",
///     query: "image&action=resize:w_300,h_400|rotate:a_90",
///     headers: &[("Date", "Wed, 10 Dec 2014 17:20:31 GMT")],
///     ..Signable::default()
/// };
/// assert_eq!(
///     signer.authorization(&request),
///     "QS ACCESS_KEY_ID:TAr5WIAks5eO+Ac5plpvM1G1epiB2nYJfIb8r7vKfQg="
/// );
/// ```
#[derive(Clone, Copy, Default)]
pub struct Signable<'a> {
    /// The method, in upper case.
    pub method: &'a str,
    /// The bucket, if it is in the host name and so not in the path.
    pub bucket: Option<&'a str>,
    /// The path as on the request line, percent-encoded. Empty means `/`.
    pub path: &'a str,
    /// The query as on the request line, percent-encoded, without `?`.
    pub query: &'a str,
    /// All headers; names in any case. Those that are not signed are ignored. Of a name that comes
    /// twice, the first is signed.
    pub headers: &'a [(&'a str, &'a str)],
}

impl fmt::Debug for Signable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Header values may be encryption keys, and a presigned query holds a signature.
        f.debug_struct("Signable")
            .field("method", &self.method)
            .field("bucket", &self.bucket)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl<'a> Signable<'a> {
    /// The text whose HMAC is the signature. With `expires` (Unix time in seconds) it is that of a
    /// presigned URL, else that of an `Authorization` header. It may contain an encryption key.
    pub fn string_to_sign(&self, expires: Option<i64>) -> String {
        let mut out = Vec::with_capacity(256);
        self.write(&mut out, expires);
        // All input is `str` except decoded query values, which may be any bytes.
        String::from_utf8_lossy(&out).into_owned()
    }

    fn write(&self, out: &mut Vec<u8>, expires: Option<i64>) -> bool {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| (*name, value.as_bytes()));
        write_string_to_sign::<AnyCase>(out, &self.target(), headers, expires)
    }

    fn target(&self) -> Target<'a> {
        Target {
            method: self.method,
            bucket: self.bucket,
            path: self.path,
            query: self.query,
        }
    }
}

/// The part of a [`Signable`] that is not headers.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) method: &'a str,
    pub(crate) bucket: Option<&'a str>,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
}

/// Signs with one access key. The HMAC state of the key is computed once; the secret itself is not
/// kept. `Debug` shows the access key id only.
#[derive(Clone)]
pub struct Signer {
    access_key_id: String,
    keyed: Hmac<Sha256>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

thread_local! {
    /// The string to sign is built here, so that signing allocates nothing but the header's value.
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Signer {
    /// A signer for one access key.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: &str) -> Signer {
        // HMAC takes keys of any length, so the error case does not exist; an all-zero key block
        // would be the result of an empty secret as well.
        let keyed = Hmac::<Sha256>::new_from_slice(secret_access_key.as_bytes())
            .unwrap_or_else(|_| Hmac::<Sha256>::new(&Default::default()));
        Signer {
            access_key_id: access_key_id.into(),
            keyed,
        }
    }

    /// The id of the access key.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The signature, in base64. With `expires` (Unix time in seconds) it is that of a presigned
    /// URL, else that of an `Authorization` header.
    pub fn signature(&self, request: &Signable<'_>, expires: Option<i64>) -> String {
        with_buffer(|buffer| {
            let secret = request.write(buffer, expires);
            (self.mac(buffer).as_str().to_owned(), secret)
        })
    }

    /// The value of the `Authorization` header: `QS <access key id>:<signature>`.
    pub fn authorization(&self, request: &Signable<'_>) -> String {
        with_buffer(|buffer| {
            let secret = request.write(buffer, None);
            let start = self.append_authorization(buffer);
            // The access key id is `str` and the rest is ASCII.
            let value = String::from_utf8_lossy(&buffer[start..]).into_owned();
            (value, secret)
        })
    }

    /// The signature of a finished text: a string to sign, or the base64 policy of a form upload.
    pub fn sign_text(&self, text: &str) -> String {
        self.mac(text.as_bytes()).as_str().to_owned()
    }

    /// The value of the `Authorization` header for a request as it stands, marked as sensitive. With
    /// `bucket`, that bucket is in the host name and so not in the path.
    ///
    /// # Errors
    ///
    /// `Config` if the access key id has characters that a header cannot hold.
    pub fn authorize(
        &self,
        request: &http::request::Parts,
        bucket: Option<&str>,
    ) -> Result<HeaderValue, Error> {
        let target = Target {
            method: request.method.as_str(),
            bucket,
            path: request.uri.path(),
            query: request.uri.query().unwrap_or_default(),
        };
        with_buffer(|buffer| {
            let headers = raw(&request.headers);
            let secret = write_string_to_sign::<Exact>(buffer, &target, headers, None);
            let start = self.append_authorization(buffer);
            (HeaderValue::from_bytes(&buffer[start..]), secret)
        })
        .map(|mut value| {
            value.set_sensitive(true);
            value
        })
        .map_err(|_| Error::config("the access key id has characters that a header cannot hold"))
    }

    /// Signs the buffer and appends the header's value to it; tells where that begins.
    fn append_authorization(&self, buffer: &mut Vec<u8>) -> usize {
        let signature = self.mac(buffer);
        let start = buffer.len();
        buffer.extend_from_slice(b"QS ");
        buffer.extend_from_slice(self.access_key_id.as_bytes());
        buffer.push(b':');
        buffer.extend_from_slice(&signature.0);
        start
    }

    /// Signature of a presigned URL of this client.
    pub(crate) fn presign(&self, target: &Target<'_>, headers: &HeaderMap, expires: i64) -> String {
        with_buffer(|buffer| {
            let headers = raw(headers);
            let secret = write_string_to_sign::<Exact>(buffer, target, headers, Some(expires));
            (self.mac(buffer).as_str().to_owned(), secret)
        })
    }

    fn mac(&self, text: &[u8]) -> Signature {
        let mut mac = self.keyed.clone();
        mac.update(text);
        let digest = mac.finalize().into_bytes();
        let mut signature = Signature([b'='; SIGNATURE_LENGTH]);
        // 32 bytes make exactly 44 characters, so the slice is never too small.
        let written = STANDARD.encode_slice(digest.as_slice(), &mut signature.0);
        debug_assert_eq!(written, Ok(SIGNATURE_LENGTH));
        signature
    }
}

struct Signature([u8; SIGNATURE_LENGTH]);

impl Signature {
    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn raw(headers: &HeaderMap) -> impl Iterator<Item = (&str, &[u8])> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
}

/// Lends the thread's buffer; `work` tells with its result whether the buffer held an encryption key.
fn with_buffer<T>(work: impl FnOnce(&mut Vec<u8>) -> (T, bool)) -> T {
    BUFFER.with(|cell| {
        let mut buffer = cell.take();
        buffer.clear();
        let (result, secret) = work(&mut buffer);
        // An encryption key must not stay behind in memory. Wiping always would cost a good part of
        // the signature's time.
        if secret {
            buffer.zeroize();
        }
        cell.set(buffer);
        result
    })
}

/// How header names are written and compared.
trait Names {
    fn compare(left: &str, right: &str) -> Ordering;
    fn push(out: &mut Vec<u8>, name: &str);
}

/// Names in lower case already, as in a `HeaderMap`, and names of query keys.
struct Exact;

impl Names for Exact {
    fn compare(left: &str, right: &str) -> Ordering {
        left.cmp(right)
    }

    fn push(out: &mut Vec<u8>, name: &str) {
        out.extend_from_slice(name.as_bytes());
    }
}

/// Names as somebody wrote them.
struct AnyCase;

impl Names for AnyCase {
    fn compare(left: &str, right: &str) -> Ordering {
        let [left, right] = [left, right].map(|name| name.bytes());
        let lower = |byte: u8| byte.to_ascii_lowercase();
        left.map(lower).cmp(right.map(lower))
    }

    fn push(out: &mut Vec<u8>, name: &str) {
        let start = out.len();
        out.extend_from_slice(name.as_bytes());
        out[start..].make_ascii_lowercase();
    }
}

/// A list that is sorted by name, stable, and on the stack while it is short.
struct Sorted<'a, N> {
    few: [(&'a str, &'a [u8]); ON_STACK],
    length: usize,
    many: Vec<(&'a str, &'a [u8])>,
    names: PhantomData<N>,
}

impl<'a, N: Names> Sorted<'a, N> {
    fn new() -> Self {
        Sorted {
            few: [("", &[]); ON_STACK],
            length: 0,
            many: Vec::new(),
            names: PhantomData,
        }
    }

    fn push(&mut self, name: &'a str, value: &'a [u8]) {
        if self.length < ON_STACK {
            // Insertion from the back keeps equal names in their order.
            let mut at = self.length;
            while at > 0 && N::compare(name, self.few[at - 1].0).is_lt() {
                self.few[at] = self.few[at - 1];
                at -= 1;
            }
            self.few[at] = (name, value);
            self.length += 1;
            return;
        }
        if self.many.is_empty() {
            self.many.extend_from_slice(&self.few);
        }
        self.many.push((name, value));
    }

    /// All in order; of equal names the first.
    fn finish(&mut self, mut each: impl FnMut(&'a str, &'a [u8])) {
        let sorted = if self.many.is_empty() {
            &self.few[..self.length]
        } else {
            self.many
                .sort_by(|(left, _), (right, _)| N::compare(left, right));
            &self.many
        };
        let mut last = None;
        for (name, value) in sorted {
            if !last.is_some_and(|last| N::compare(last, name).is_eq()) {
                each(name, value);
            }
            last = Some(name);
        }
    }
}

/// Writes the string to sign, and tells whether it has an encryption key in it.
fn write_string_to_sign<'a, N: Names>(
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
fn signed_key(name: &[u8]) -> Option<&'static str> {
    // Comparing lengths first makes this faster than a binary search of so few.
    let mut known = SIGNED_QUERY_KEYS.iter().copied();
    known.find(|key| key.as_bytes() == name)
}

fn starts_with(name: &str, prefix: &str) -> bool {
    let start = name.as_bytes().get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

fn ends_with(name: &str, suffix: &str) -> bool {
    let start = name.len().checked_sub(suffix.len());
    let end = start.and_then(|start| name.as_bytes().get(start..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_headers_are_sorted_like_few() {
        let names: Vec<String> = (0..40)
            .map(|n| format!("X-Qs-Meta-{:02}", 39 - n))
            .collect();
        let headers: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "v")).collect();
        let text = Signable {
            method: "PUT",
            path: "/b/k",
            headers: &headers,
            ..Signable::default()
        }
        .string_to_sign(None);
        let expected: Vec<String> = (0..40).map(|n| format!("x-qs-meta-{n:02}:v")).collect();
        assert_eq!(text, format!("PUT\n\n\n\n{}\n/b/k", expected.join("\n")));
    }

    #[test]
    fn the_first_of_equal_names_is_signed() {
        let text = Signable {
            method: "PUT",
            path: "/b/k",
            query: "acl&posi%74ion=1%202+3&position=2&prefix=%2B",
            headers: &[("x-qs-b", "1"), ("X-QS-A", "2"), ("X-Qs-B", "3")],
            ..Signable::default()
        }
        .string_to_sign(None);
        assert_eq!(
            text,
            "PUT\n\n\n\nx-qs-a:2\nx-qs-b:1\n/b/k?acl&position=1 2 3"
        );
    }

    #[test]
    fn signed_keys_are_sorted_so_that_they_are_found() {
        assert!(SIGNED_QUERY_KEYS.is_sorted());
        assert_eq!(signed_key(b"version_id"), Some("version_id"));
        assert_eq!(signed_key(b"prefix"), None);
    }

    #[test]
    fn buffers_with_an_encryption_key_are_wiped() {
        let signer = Signer::new("id", "secret");
        let headers = [("X-QS-Encryption-Customer-Key", "canary-canary")];
        let request = Signable {
            method: "GET",
            path: "/b/k",
            headers: &headers,
            ..Signable::default()
        };
        signer.signature(&request, None);
        assert!(BUFFER.with(Cell::take).is_empty());
        assert!(ends_with(
            "x-qs-copy-source-encryption-Customer-Key",
            "-customer-key"
        ));
        assert!(!ends_with(
            "x-qs-encryption-customer-key-md5",
            "-customer-key"
        ));
    }
}
