use std::cell::Cell;

use super::canonical::{ends_with, signed_key};
use super::signer::BUFFER;
use super::{Signable, Signer};
use crate::generated::SIGNED_QUERY_KEYS;

#[test]
fn many_headers_are_sorted_like_few() {
    let names: Vec<String> = (0..40)
        .map(|n| format!("X-Qs-Meta-{:02}", 39 - n))
        .collect();
    let headers: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "v")).collect();
    let text = Signable::new("PUT", "/b/k")
        .headers(&headers)
        .string_to_sign(None);
    let expected: Vec<String> = (0..40).map(|n| format!("x-qs-meta-{n:02}:v")).collect();
    assert_eq!(text, format!("PUT\n\n\n\n{}\n/b/k", expected.join("\n")));
}

#[test]
fn the_first_of_equal_names_is_signed() {
    let text = Signable::new("PUT", "/b/k")
        .query("acl&posi%74ion=1%202+3&position=2&prefix=%2B")
        .headers(&[("x-qs-b", "1"), ("X-QS-A", "2"), ("X-Qs-B", "3")])
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
    let request = Signable::new("GET", "/b/k").headers(&headers);
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
