//! How the specs say that values look on the wire, written without the SDK.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;

/// A text in a path: letters, digits and `-._~/` stay, every other byte is `%` and two capitals.
pub(crate) fn path(text: &str) -> String {
    percent(text, b"-._~/")
}

/// A text in a query, where the slash is no exception.
pub(crate) fn query(text: &str) -> String {
    percent(text, b"-._~")
}

fn percent(text: &str, kept: &[u8]) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The base64 MD5 of bytes.
pub(crate) fn md5(bytes: &[u8]) -> String {
    STANDARD.encode(Md5::digest(bytes))
}

/// The MD5 of bytes as entity tags have it.
pub(crate) fn hex_md5(bytes: &[u8]) -> String {
    let digest = Md5::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of a base64 text; none if it is no such text.
pub(crate) fn from_base64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap_or_default()
}

/// The base64 HMAC-SHA256 of a text.
pub(crate) fn signature(secret: &str, text: &str) -> String {
    // A key of any length is a key.
    match Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
        Ok(mut mac) => {
            mac.update(text.as_bytes());
            STANDARD.encode(mac.finalize().into_bytes())
        }
        Err(_) => String::new(),
    }
}

/// Bytes in base64.
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Whether HTTP carries the text as a header's value without anybody trimming or rewriting it.
pub(crate) fn fits_header(text: &str) -> bool {
    let legal = |byte: u8| (b' '..=b'~').contains(&byte) || byte == b'\t';
    text.bytes().all(legal) && !text.starts_with([' ', '\t']) && !text.ends_with([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_encoded_as_the_specs_say() {
        assert_eq!(path("a b/~+%中"), "a%20b/~%2B%25%E4%B8%AD");
        assert_eq!(query("a b/~+%"), "a%20b%2F~%2B%25");
        // RFC 1321: the MD5 of no bytes is d41d8cd98f00b204e9800998ecf8427e.
        assert_eq!(md5(b""), "1B2M2Y8AsgTpgAmY7PhCfg==");
        assert!(fits_header("a \"b\""));
        for odd in ["a\r\nb", " a", "a ", "中", "\0"] {
            assert!(!fits_header(odd), "{odd:?}");
        }
    }
}
