//! Encryption with the customer's key: the three headers, and how a key is recognised later.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use sha2::Sha256;

use crate::error::{ApiError, code};
use crate::request::Request;

/// The only algorithm.
pub(crate) const ALGORITHM: &str = "AES256";

/// Prefix of the headers for the object that is read or written.
pub(crate) const CUSTOMER: &str = "x-qs-encryption-customer";

/// Prefix of the headers for the object that is copied from.
pub(crate) const COPY_SOURCE: &str = "x-qs-copy-source-encryption-customer";

/// A key as a request gave it.
pub(crate) struct CustomerKey {
    key: Vec<u8>,
    /// Base64 of the key's MD5, as sent.
    pub(crate) md5: String,
}

/// Enough to recognise a key: a salted keyed hash of it.
#[derive(Clone, Debug)]
pub(crate) struct KeyPrint {
    salt: [u8; 16],
    tag: Vec<u8>,
}

impl CustomerKey {
    /// Reads the three headers: all of them or none.
    pub(crate) fn read(request: &Request, prefix: &str) -> Result<Option<CustomerKey>, ApiError> {
        let algorithm_name = format!("{prefix}-algorithm");
        let key_name = format!("{prefix}-key");
        let md5_name = format!("{prefix}-key-md5");
        let algorithm = request.header(&algorithm_name)?;
        let key = request.header(&key_name)?;
        let md5 = request.header(&md5_name)?;
        if algorithm.is_none() && key.is_none() && md5.is_none() {
            return Ok(None);
        }
        let required = |name: &str| ApiError::argument(name, "required, but missing");
        let algorithm = algorithm.ok_or_else(|| required(&algorithm_name))?;
        let key = key.ok_or_else(|| required(&key_name))?;
        let md5 = md5.ok_or_else(|| required(&md5_name))?;
        if algorithm != ALGORITHM {
            return Err(ApiError::argument(&algorithm_name, "must be AES256"));
        }
        let key = STANDARD
            .decode(key)
            .ok()
            .filter(|key| key.len() == 32)
            .ok_or_else(|| ApiError::argument(&key_name, "must be base64 of 32 bytes"))?;
        let right_md5 = STANDARD
            .decode(md5)
            .is_ok_and(|md5| md5[..] == Md5::digest(&key)[..]);
        if !right_md5 {
            return Err(ApiError::argument(&md5_name, "is not the key's MD5"));
        }
        let md5 = md5.to_owned();
        Ok(Some(CustomerKey { key, md5 }))
    }

    pub(crate) fn print(&self) -> KeyPrint {
        let salt = fastrand::u128(..).to_be_bytes();
        KeyPrint {
            salt,
            tag: tagged(&self.key, &salt)
                .map(|mac| mac.finalize().into_bytes().to_vec())
                .unwrap_or_default(),
        }
    }
}

impl KeyPrint {
    fn matches(&self, key: &CustomerKey) -> bool {
        tagged(&key.key, &self.salt).is_some_and(|mac| mac.verify_slice(&self.tag).is_ok())
    }
}

fn tagged(key: &[u8], salt: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(salt);
    Some(mac)
}

/// Whether an object that was stored with `stored` may be read with `given`.
pub(crate) fn check(
    stored: Option<&KeyPrint>,
    given: Option<&CustomerKey>,
    prefix: &str,
) -> Result<(), ApiError> {
    match (stored, given) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(ApiError::argument(
            &format!("{prefix}-key"),
            "the object is encrypted: its key is required",
        )),
        (None, Some(_)) => Err(ApiError::argument(
            &format!("{prefix}-key"),
            "the object is not encrypted",
        )),
        (Some(print), Some(key)) if print.matches(key) => Ok(()),
        (Some(_), Some(_)) => Err(ApiError::new(
            code::PERMISSION_DENIED,
            "The object was encrypted with another key",
        )),
    }
}
