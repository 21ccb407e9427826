//! Percent-encoding of paths and queries.
//!
//! Everything outside RFC 3986's unreserved characters is encoded, so that no part of the way (URL
//! types, proxies, the gateway) finds anything to rewrite. In a path `/` stays, because it separates
//! folders in keys.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const PATH: &AsciiSet = &QUERY.remove(b'/');

/// Appends an object key as it stands in a path.
pub(crate) fn push_path(out: &mut String, key: &str) {
    out.extend(utf8_percent_encode(key, PATH));
}

/// Appends a bucket name, or a name or value of a query.
pub(crate) fn push_component(out: &mut String, text: &str) {
    out.extend(utf8_percent_encode(text, QUERY));
}

/// Decodes a name or value of a query; `+` means a space, as browsers and Go write it.
pub(crate) fn decode_query(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return Cow::Borrowed(text);
    }
    let spaced: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    Cow::Owned(percent_encoding::percent_decode(&spaced).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(key: &str) -> String {
        let mut out = String::new();
        push_path(&mut out, key);
        out
    }

    fn component(text: &str) -> String {
        let mut out = String::new();
        push_component(&mut out, text);
        out
    }

    /// What the Go, Python and Java SDKs send for these keys, except for the slash in queries.
    #[test]
    fn keys_are_encoded_as_the_official_sdks_do() {
        for (key, wire) in [
            (
                "!@#$%^&*()_+{}|",
                "%21%40%23%24%25%5E%26%2A%28%29_%2B%7B%7D%7C",
            ),
            ("/", "/"),
            (" ", "%20"),
            ("~", "~"),
            ("%20", "%2520"),
            (",./;'[]-=", "%2C./%3B%27%5B%5D-%3D"),
            ("<>?:\"{}|_+", "%3C%3E%3F%3A%22%7B%7D%7C_%2B"),
            ("!@#$%^&*()`~", "%21%40%23%24%25%5E%26%2A%28%29%60~"),
            ("\\", "%5C"),
            ("😍", "%F0%9F%98%8D"),
            (
                "中文 测试.json",
                "%E4%B8%AD%E6%96%87%20%E6%B5%8B%E8%AF%95.json",
            ),
            ("a//b/", "a//b/"),
        ] {
            assert_eq!(path(key), wire);
        }
    }

    #[test]
    fn a_slash_in_a_query_is_encoded() {
        assert_eq!(component("a/b c"), "a%2Fb%20c");
        assert_eq!(component("+&=#"), "%2B%26%3D%23");
    }

    proptest::proptest! {
        #[test]
        fn encoding_decodes_to_the_text(text in "\\PC*") {
            let wire = component(&text);
            let back = decode_query(wire.as_bytes()).into_owned();
            proptest::prop_assert_eq!(back.as_slice(), text.as_bytes());
            let wire = path(&text);
            let back: Vec<u8> = percent_encoding::percent_decode_str(&wire).collect();
            proptest::prop_assert_eq!(back.as_slice(), text.as_bytes());
        }
    }
}
