//! What of a request is signed.

use std::fmt;

use super::canonical::write_string_to_sign;
use super::sorted::AnyCase;

/// What of a request is signed, as raw text.
///
/// ```
/// use qingstor::sign::{Signable, Signer};
///
/// let signer = Signer::new("ACCESS_KEY_ID", "SECRET_ACCESS_KEY");
/// let request = Signable::new("GET", "/mybucket/a.jpg")
///     .query("image&action=resize:w_300,h_400|rotate:a_90")
///     .headers(&[("Date", "Wed, 10 Dec 2014 17:20:31 GMT")]);
/// assert_eq!(
///     signer.authorization(&request),
///     "QS ACCESS_KEY_ID:TAr5WIAks5eO+Ac5plpvM1G1epiB2nYJfIb8r7vKfQg="
/// );
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
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
    /// A request without query and headers, whose bucket, if any, is in the path. For the method and the
    /// path see the fields.
    pub const fn new(method: &'a str, path: &'a str) -> Signable<'a> {
        Signable {
            method,
            bucket: None,
            path,
            query: "",
            headers: &[],
        }
    }

    /// Sets the bucket that is in the host name, or none if it is in the path.
    #[must_use]
    pub fn bucket(mut self, bucket: impl Into<Option<&'a str>>) -> Signable<'a> {
        self.bucket = bucket.into();
        self
    }

    /// Sets the query, percent-encoded, without `?`.
    #[must_use]
    pub const fn query(mut self, query: &'a str) -> Signable<'a> {
        self.query = query;
        self
    }

    /// Sets the headers.
    #[must_use]
    pub const fn headers(mut self, headers: &'a [(&'a str, &'a str)]) -> Signable<'a> {
        self.headers = headers;
        self
    }

    /// The text whose HMAC is the signature. With `expires` (Unix time in seconds) it is that of a
    /// presigned URL, else that of an `Authorization` header. It may contain an encryption key.
    pub fn string_to_sign(&self, expires: Option<i64>) -> String {
        let mut out = Vec::with_capacity(256);
        self.write(&mut out, expires);
        // All input is `str` except decoded query values, which may be any bytes.
        String::from_utf8_lossy(&out).into_owned()
    }

    pub(super) fn write(&self, out: &mut Vec<u8>, expires: Option<i64>) -> bool {
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
