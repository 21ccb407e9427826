//! Requests that are signed right, with any method, path, query and headers.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use qingstor_fuzz::{BUCKET, Request, send};

#[derive(Arbitrary, Debug)]
struct Case<'a> {
    method: u8,
    path: &'a str,
    query: Vec<(u8, &'a str)>,
    headers: Vec<(u8, &'a str)>,
    body: &'a [u8],
}

const METHODS: [&str; 6] = ["GET", "PUT", "POST", "HEAD", "DELETE", "OPTIONS"];
const KEYS: [&str; 24] = [
    "acl", "append", "cname", "cors", "delete", "image", "lifecycle", "location", "logging", "mirror", "notification",
    "part_number", "policy", "position", "prefix", "delimiter", "marker", "limit", "stats", "upload_id", "uploads",
    "version_id", "versions", "response-content-type",
];
const HEADERS: [&str; 20] = [
    "range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "content-md5", "content-type",
    "x-qs-date", "x-qs-copy-source", "x-qs-copy-range", "x-qs-move-source", "x-qs-fetch-source",
    "x-qs-encryption-customer-algorithm", "x-qs-encryption-customer-key", "x-qs-encryption-customer-key-md5",
    "x-qs-meta-a", "x-qs-storage-class", "x-qs-metadata-directive", "origin", "access-control-request-method",
];

fuzz_target!(|case: Case<'_>| {
    let mut target = format!("/{BUCKET}/{}", case.path.replace('?', "%3F"));
    for (at, (key, value)) in case.query.iter().enumerate() {
        let name = KEYS[usize::from(*key) % KEYS.len()];
        target += if at == 0 { "?" } else { "&" };
        target += name;
        target += &format!("={}", value.replace('&', "%26"));
    }
    let mut request = Request::new(METHODS[usize::from(case.method) % METHODS.len()], &target).body(case.body);
    for (name, value) in case.headers {
        request = request.header(HEADERS[usize::from(name) % HEADERS.len()], value);
    }
    send(&request.signed());
});
