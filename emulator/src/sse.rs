//! Encryption with the customer's key: the three headers, and how a key is recognised later.

use aes::Aes256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit as _, StreamCipher as _, StreamCipherSeek as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
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
    secret: Secret,
    /// Base64 of the key's MD5, as sent.
    pub(crate) md5: String,
}

/// The 32 bytes of a key, which are never stored and never shown.
#[derive(Clone)]
pub(crate) struct Secret([u8; 32]);

impl Secret {
    /// The cipher for bytes that stand at an offset in what was encrypted with the nonce.
    pub(crate) fn cipher(&self, nonce: &[u8; 16], offset: u64) -> Cipher {
        let mut cipher = Ctr128BE::<Aes256>::new((&self.0).into(), nonce.into());
        cipher.seek(offset);
        Cipher(cipher)
    }
}

/// AES-256 in counter mode: it decrypts what it encrypts, from any byte on.
pub(crate) struct Cipher(Ctr128BE<Aes256>);

impl Cipher {
    pub(crate) fn apply(&mut self, bytes: &mut [u8]) {
        self.0.apply_keystream(bytes);
    }

    /// The bytes, encrypted or decrypted.
    pub(crate) fn applied(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut applied = bytes.to_vec();
        self.apply(&mut applied);
        applied
    }
}

/// Enough to recognise a key: a salted keyed hash of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyPrint {
    salt: [u8; 16],
    tag: Vec<u8>,
}

impl CustomerKey {
    /// Reads the three headers: all of them or none.
    pub(crate) fn read(request: &Request, prefix: &str) -> Result<Option<CustomerKey>, ApiError> {
        // Most requests have none of them.
        if !request.has_header_below(prefix) {
            return Ok(None);
        }
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
            .and_then(|key| <[u8; 32]>::try_from(key).ok())
            .ok_or_else(|| ApiError::argument(&key_name, "must be base64 of 32 bytes"))?;
        let right_md5 = STANDARD
            .decode(md5)
            .is_ok_and(|md5| md5[..] == Md5::digest(key)[..]);
        if !right_md5 {
            return Err(ApiError::argument(&md5_name, "is not the key's MD5"));
        }
        let md5 = md5.to_owned();
        let secret = Secret(key);
        Ok(Some(CustomerKey { secret, md5 }))
    }

    pub(crate) fn secret(&self) -> Secret {
        self.secret.clone()
    }

    pub(crate) fn print(&self) -> KeyPrint {
        let salt = fastrand::u128(..).to_be_bytes();
        KeyPrint {
            salt,
            tag: tagged(&self.secret.0, &salt)
                .map(|mac| mac.finalize().into_bytes().to_vec())
                .unwrap_or_default(),
        }
    }
}

impl KeyPrint {
    fn matches(&self, key: &CustomerKey) -> bool {
        tagged(&key.secret.0, &self.salt).is_some_and(|mac| mac.verify_slice(&self.tag).is_ok())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST SP 800-38A, F.5.5: CTR-AES256.Encrypt, the first two blocks.
    #[test]
    fn the_cipher_is_the_standards() {
        let key = u128_pair(
            0x603d_eb10_15ca_71be_2b73_aef0_857d_7781,
            0x1f35_2c07_3b61_08d7_2d98_10a3_0914_dff4,
        );
        let nonce = 0xf0f1_f2f3_f4f5_f6f7_f8f9_fafb_fcfd_feff_u128.to_be_bytes();
        let plain = u128_pair(
            0x6bc1_bee2_2e40_9f96_e93d_7e11_7393_172a,
            0xae2d_8a57_1e03_ac9c_9eb7_6fac_45af_8e51,
        );
        let sealed = u128_pair(
            0x601e_c313_7757_89a5_b7a7_f504_bbf3_d228,
            0xf443_e3ca_4d62_b59a_ca84_e990_caca_f5c5,
        );
        let secret = Secret(key);
        assert_eq!(secret.cipher(&nonce, 0).applied(&plain), sealed);
        // From the middle of a block on.
        assert_eq!(
            secret.cipher(&nonce, 19).applied(&sealed[19..]),
            plain[19..]
        );
    }

    fn u128_pair(first: u128, second: u128) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&first.to_be_bytes());
        bytes[16..].copy_from_slice(&second.to_be_bytes());
        bytes
    }
}
