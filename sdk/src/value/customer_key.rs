//! Keys for encryption with a key of the customer.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use zeroize::{Zeroize, Zeroizing};

use crate::error::Error;

/// A 256-bit key with which the service encrypts an object, and which it does not keep. Wiped from
/// memory when it is dropped, and never shown.
///
/// ```
/// use qingstor::types::CustomerKey;
///
/// let key = CustomerKey::from_slice(b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")?;
/// assert_eq!(key.md5_base64(), "3I/h1kl+vSP1l12NKhxegQ==");
/// # Ok::<(), qingstor::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CustomerKey([u8; 32]);

impl CustomerKey {
    /// A key.
    pub fn new(key: [u8; 32]) -> CustomerKey {
        CustomerKey(key)
    }

    /// A key from exactly 32 bytes.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for another length.
    pub fn from_slice(key: &[u8]) -> Result<CustomerKey, Error> {
        key.try_into().map(CustomerKey).map_err(|_| {
            Error::invalid(format!(
                "an encryption key has 32 bytes, this one has {}",
                key.len()
            ))
        })
    }

    /// The key in base64, as it is sent.
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0))
    }

    /// The MD5 of the key in base64, by which the service checks it.
    pub fn md5_base64(&self) -> String {
        STANDARD.encode(Md5::digest(self.0))
    }
}

impl Drop for CustomerKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomerKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_holds() {
        let key = CustomerKey::new([b'x'; 32]);
        assert_eq!(
            key.to_base64().as_str(),
            "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg="
        );
        assert_eq!(key.md5_base64(), "3I/h1kl+vSP1l12NKhxegQ==");
        assert_eq!(format!("{key:?}"), "CustomerKey(..)");
        assert!(CustomerKey::from_slice(b"short").is_err());
    }
}
