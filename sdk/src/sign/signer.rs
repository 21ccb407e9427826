//! Signatures with one access key.

use std::cell::Cell;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue};
use sha2::Sha256;
use zeroize::Zeroize;

use super::canonical::write_string_to_sign;
use super::signable::{Signable, Target};
use super::sorted::Exact;
use crate::error::Error;

/// Length of a signature: base64 of 32 bytes.
const SIGNATURE_LENGTH: usize = 44;

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
    pub(super) static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
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
