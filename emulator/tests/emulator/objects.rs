//! Putting and getting objects.

use crate::support::{BUCKET, DATE, NOW, Reply, Server, call};

/// MD5 of `hello`.
const HELLO: &str = "5d41402abc4b2a76b9719d911017c592";

/// 32 times `x`, as the official SDKs' shared scenarios have it.
const KEY: &str = "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=";
const KEY_MD5: &str = "3I/h1kl+vSP1l12NKhxegQ==";

/// 32 times `y`.
const OTHER: &str = "eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXk=";
const OTHER_MD5: &str = "TJoSJySrtjI4PNPoiIT6iw==";

fn refused(reply: &Reply, status: u16, code: &str, about: &str) {
    assert_eq!(reply.error(), (status, code.to_owned()), "{about}");
}

#[tokio::test]
async fn what_is_put_comes_back() {
    let server = Server::with_bucket().await;
    let put = call("PUT", "/mybucket/k")
        .header("Content-Type", "text/plain; charset=utf-8")
        .header("Content-MD5", "XUFAKrxLKna5cZ2REBfFkg==")
        .header("Cache-Control", "max-age=5")
        .header("Content-Disposition", "inline")
        .header("Content-Encoding", "identity")
        .header("Content-Language", "en")
        .header("Expires", "Thu, 01 Jan 2026 00:00:00 GMT")
        .header("X-QS-Storage-Class", "STANDARD_IA")
        .header("X-QS-Meta-Owner", "ann and bob")
        .body(b"hello");
    let stored = server.send(&put).await;
    assert_eq!(stored.status, 201);
    assert_eq!(stored.header("etag"), Some(format!("\"{HELLO}\"").as_str()));
    assert!(stored.body.is_empty());
    for method in ["GET", "HEAD"] {
        let reply = server.send(&call(method, "/mybucket/k")).await;
        assert_eq!(reply.status, 200);
        for (name, value) in [
            ("content-type", "text/plain; charset=utf-8"),
            ("content-length", "5"),
            ("cache-control", "max-age=5"),
            ("content-disposition", "inline"),
            ("content-encoding", "identity"),
            ("content-language", "en"),
            ("expires", "Thu, 01 Jan 2026 00:00:00 GMT"),
            ("x-qs-storage-class", "STANDARD_IA"),
            ("x-qs-meta-owner", "ann and bob"),
            ("last-modified", DATE),
            ("etag", "\"5d41402abc4b2a76b9719d911017c592\""),
        ] {
            assert_eq!(reply.header(name), Some(value), "{method} {name}");
        }
    }
    assert_eq!(server.get("/mybucket/k").await.body, b"hello");
}

#[tokio::test]
async fn an_empty_object_and_the_default_type() {
    let server = Server::with_bucket().await;
    server.put("/mybucket/empty", b"").await;
    let reply = server.get("/mybucket/empty").await;
    assert_eq!((reply.status, reply.body.len()), (200, 0));
    assert_eq!(
        reply.header("content-type"),
        Some("application/octet-stream")
    );
    assert_eq!(
        reply.header("etag"),
        Some("\"d41d8cd98f00b204e9800998ecf8427e\"")
    );
    assert_eq!(reply.header("x-qs-storage-class"), Some("STANDARD"));
}

#[tokio::test]
async fn bad_uploads_store_nothing() {
    let server = Server::with_bucket().await;
    let put = || call("PUT", "/mybucket/k").body(b"hello");
    let long = "a".repeat(513);
    let much = "a".repeat(2045);
    for (name, value, code) in [
        ("Content-MD5", "4gJE4saaMU4BqNR0kLY+lw==", "bad_digest"),
        (
            "Content-MD5",
            "5d41402abc4b2a76b9719d911017c592",
            "invalid_argument",
        ),
        ("Content-MD5", "?", "invalid_argument"),
        ("X-QS-Storage-Class", "GLACIER", "invalid_request"),
        (&format!("X-QS-Meta-{long}"), "v", "metadata_too_large"),
        ("X-QS-Meta-Note", &much, "metadata_too_large"),
        ("X-QS-Meta-a+b", "v", "invalid_argument"),
        ("X-QS-Meta-Note", "na\u{ef}ve", "invalid_argument"),
        ("Content-Type", &"t".repeat(256), "invalid_argument"),
    ] {
        let reply = server.send(&put().header(name, value)).await;
        refused(&reply, 400, code, name);
    }
    assert_eq!(server.get("/mybucket/k").await.status, 404);
    let most = "a".repeat(2044);
    let fits = put().header("X-QS-Meta-Note", &most);
    assert_eq!(server.send(&fits).await.status, 201);
    let nowhere = server.send(&call("PUT", "/nobucket/k").body(b"x")).await;
    refused(&nowhere, 404, "bucket_not_exists", "no bucket");
}

#[tokio::test]
async fn conditions_in_the_order_of_rfc_9110() {
    let server = Server::with_bucket().await;
    server.put("/mybucket/k", b"hello").await;
    let (same, other) = ("\"5d41402abc4b2a76b9719d911017c592\"", "\"other\"");
    let (before, after) = (
        "Tue, 09 Dec 2014 17:20:31 GMT",
        "Thu, 11 Dec 2014 17:20:31 GMT",
    );
    let (matches, none, since, unmodified) = (
        "If-Match",
        "If-None-Match",
        "If-Modified-Since",
        "If-Unmodified-Since",
    );
    let weak = format!("W/{same}");
    let many = format!("\"x\", {same}");
    let cases: Vec<(Vec<(&str, &str)>, u16)> = vec![
        (vec![(matches, same)], 200),
        (vec![(matches, many.as_str())], 200),
        (vec![(matches, "*")], 200),
        (vec![(matches, other)], 412),
        (vec![(matches, weak.as_str())], 412),
        (vec![(none, other)], 200),
        (vec![(none, same)], 304),
        (vec![(none, weak.as_str())], 304),
        (vec![(none, "*")], 304),
        (vec![(since, before)], 200),
        (vec![(since, DATE)], 304),
        (vec![(since, after)], 304),
        (vec![(since, "no date")], 200),
        (vec![(unmodified, before)], 412),
        (vec![(unmodified, DATE)], 200),
        (vec![(unmodified, "no date")], 200),
        // If-Match goes before If-Unmodified-Since, If-None-Match before If-Modified-Since.
        (vec![(matches, same), (unmodified, before)], 200),
        (vec![(none, other), (since, after)], 200),
        (vec![(none, same), (since, before)], 304),
        // The first pair goes before the second.
        (vec![(matches, other), (none, same)], 412),
        (vec![(matches, same), (none, same)], 304),
        (vec![(unmodified, before), (since, after)], 412),
    ];
    for (headers, status) in cases {
        for method in ["GET", "HEAD"] {
            let mut request = call(method, "/mybucket/k");
            for (name, value) in &headers {
                request = request.header(name, value);
            }
            let reply = server.send(&request).await;
            assert_eq!(reply.status, status, "{method} {headers:?}");
            match (status, method) {
                (304, _) => {
                    assert!(reply.body.is_empty() && reply.header("content-length").is_none());
                    assert_eq!(reply.header("etag"), Some(same));
                }
                (412, "GET") => refused(&reply, 412, "precondition_failed", "GET"),
                _ => {}
            }
        }
    }
    let missing = call("GET", "/mybucket/missing").header(matches, "*");
    assert_eq!(server.send(&missing).await.status, 404);
}

#[tokio::test]
async fn ranges() {
    let server = Server::with_bucket().await;
    server.put("/mybucket/k", b"0123456789").await;
    for (range, expected, content_range) in [
        ("bytes=0-3", "0123", "bytes 0-3/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=-99", "0123456789", "bytes 0-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
    ] {
        let reply = server
            .send(&call("GET", "/mybucket/k").header("Range", range))
            .await;
        assert_eq!(
            (reply.status, reply.text().as_str()),
            (206, expected),
            "{range}"
        );
        assert_eq!(
            reply.header("content-range"),
            Some(content_range),
            "{range}"
        );
    }
    for range in [
        "bytes=10-",
        "bytes=3-2",
        "100-",
        "bytes=0-1,3-4",
        "bytes=-0",
    ] {
        let reply = server
            .send(&call("GET", "/mybucket/k").header("Range", range))
            .await;
        refused(&reply, 416, "invalid_range", range);
        assert_eq!(reply.header("content-range"), Some("bytes */10"), "{range}");
    }
    let etag = "\"781e5e245d69b566979b86e28d23f2c7\"";
    for (validator, status) in [(etag, 206), ("\"other\"", 200), (DATE, 206)] {
        let request = call("GET", "/mybucket/k").header("Range", "bytes=0-3");
        let reply = server.send(&request.header("If-Range", validator)).await;
        assert_eq!(reply.status, status, "{validator}");
    }
    let both = call("GET", "/mybucket/k")
        .header("Range", "bytes=0-3")
        .header("If-None-Match", etag);
    assert_eq!(server.send(&both).await.status, 304);
}

#[tokio::test]
async fn an_answer_has_no_type_that_is_none() {
    let server = Server::with_bucket().await;
    server.put("/mybucket/k", b"hello").await;
    for (raw, decoded, status) in [
        ("word", "word", 400),
        ("%C3%A9/x", "\u{e9}/x", 400),
        ("text/", "text/", 400),
        ("text/plain%3B%20a%3D%C3%A9", "text/plain; a=\u{e9}", 400),
        (
            "text/plain%3B%20charset%3Dutf-8",
            "text/plain; charset=utf-8",
            200,
        ),
    ] {
        let call = call("GET", &format!("/mybucket/k?response-content-type={raw}"))
            .resource(&format!("/mybucket/k?response-content-type={decoded}"));
        assert_eq!(server.send(&call).await.status, status, "{decoded}");
    }
}

#[tokio::test]
async fn overrides_replace_headers_of_one_answer() {
    let server = Server::with_bucket().await;
    server.put("/mybucket/k", b"hello").await;
    let target = "/mybucket/k?response-cache-control=no-store&response-content-disposition=\
                  attachment%3B%20filename%3D%22a+b%2Bc.txt%22&response-content-encoding=x\
                  &response-content-language=zh&response-content-type=text%2Fplain&response-expires=0";
    let resource = "/mybucket/k?response-cache-control=no-store&response-content-disposition=\
                    attachment; filename=\"a b+c.txt\"&response-content-encoding=x\
                    &response-content-language=zh&response-content-type=text/plain&response-expires=0";
    let reply = server.send(&call("GET", target).resource(resource)).await;
    for (name, value) in [
        ("cache-control", "no-store"),
        ("content-disposition", "attachment; filename=\"a b+c.txt\""),
        ("content-encoding", "x"),
        ("content-language", "zh"),
        ("content-type", "text/plain"),
        ("expires", "0"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    let plain = server.get("/mybucket/k").await;
    assert_eq!(
        plain.header("content-type"),
        Some("application/octet-stream")
    );

    let split = call("GET", "/mybucket/k?response-expires=a%0D%0AX-Evil:%20b");
    let reply = server
        .send(&split.resource("/mybucket/k?response-expires=a\r\nX-Evil: b"))
        .await;
    refused(&reply, 400, "invalid_argument", "a line break");
}

#[tokio::test]
async fn a_bucket_without_versions_has_no_version() {
    let server = Server::with_bucket().await;
    server.put("/mybucket/k", b"hello").await;
    let request = call("GET", "/mybucket/k?version_id=abc").resource("/mybucket/k?version_id=abc");
    refused(
        &server.send(&request).await,
        404,
        "object_not_exists",
        "a version",
    );
}

fn with_key(call: crate::support::Call, key: &str, md5: &str) -> crate::support::Call {
    call.header("X-QS-Encryption-Customer-Algorithm", "AES256")
        .header("X-QS-Encryption-Customer-Key", key)
        .header("X-QS-Encryption-Customer-Key-MD5", md5)
}

#[tokio::test]
async fn customer_keys_are_needed_again() {
    let server = Server::with_bucket().await;
    let put = with_key(call("PUT", "/mybucket/k"), KEY, KEY_MD5).body(b"hello");
    let stored = server.send(&put).await;
    assert_eq!(stored.status, 201, "{}", stored.text());
    assert_eq!(
        stored.header("x-qs-encryption-customer-algorithm"),
        Some("AES256")
    );
    assert_ne!(
        stored.header("etag"),
        Some("\"5d41402abc4b2a76b9719d911017c592\"")
    );

    let get = || call("GET", "/mybucket/k");
    let right = server.send(&with_key(get(), KEY, KEY_MD5)).await;
    assert_eq!(right.body, b"hello");
    assert_eq!(
        right.header("x-qs-encryption-customer-key-md5"),
        Some(KEY_MD5)
    );
    assert!(right.header("x-qs-encryption-customer-key").is_none());
    refused(
        &server.send(&get()).await,
        400,
        "invalid_argument",
        "no key",
    );
    let wrong = server.send(&with_key(get(), OTHER, OTHER_MD5)).await;
    refused(&wrong, 403, "permission_denied", "another key");
    let mixed = server.send(&with_key(get(), KEY, OTHER_MD5)).await;
    refused(&mixed, 400, "invalid_argument", "another key's MD5");
    let short = server.send(&with_key(get(), "eHh4", KEY_MD5)).await;
    refused(&short, 400, "invalid_argument", "a short key");
    let algorithm =
        with_key(get(), KEY, KEY_MD5).header("X-QS-Encryption-Customer-Algorithm", "DES");
    refused(
        &server.send(&algorithm).await,
        400,
        "invalid_argument",
        "DES",
    );
    let part = with_key(get(), KEY, KEY_MD5).header("X-QS-Encryption-Customer-Key-MD5", "");
    refused(
        &server.send(&part).await,
        400,
        "invalid_argument",
        "two of three",
    );

    let head = || call("HEAD", "/mybucket/k");
    let unasked = server.send(&head()).await;
    assert_eq!(unasked.status, 200);
    assert_eq!(
        unasked.header("x-qs-encryption-customer-algorithm"),
        Some("AES256")
    );
    assert_eq!(
        server.send(&with_key(head(), KEY, KEY_MD5)).await.status,
        200
    );
    assert_eq!(
        server
            .send(&with_key(head(), OTHER, OTHER_MD5))
            .await
            .status,
        403
    );

    let listed = server.get("/mybucket").await.json();
    assert_eq!(listed["keys"][0]["encrypted"], true);
}

#[tokio::test]
async fn concurrent_writers_leave_one_whole_object() {
    let server = Server::with_bucket().await;
    let address = server.emulator.address();
    let mut writers = tokio::task::JoinSet::new();
    for letter in b'a'..=b'p' {
        let put = call("PUT", "/mybucket/k").body(&vec![letter; 100_000]);
        writers.spawn(async move { crate::support::exchange(address, &put.bytes()).await.status });
    }
    while let Some(status) = writers.join_next().await {
        assert_eq!(status.expect("a writer"), 201);
    }
    let reply = server.get("/mybucket/k").await;
    assert_eq!(reply.body.len(), 100_000);
    assert!(
        reply.body.iter().all(|byte| *byte == reply.body[0]),
        "of one writer"
    );
}

#[tokio::test]
async fn an_overwritten_object_is_new() {
    let server = Server::with_bucket().await;
    server.put("/mybucket/k", b"one").await;
    server.set_clock(NOW + 60);
    server.put("/mybucket/k", b"two!").await;
    let reply = server.get("/mybucket/k").await;
    assert_eq!(reply.body, b"two!");
    assert_eq!(
        reply.header("last-modified"),
        Some("Wed, 10 Dec 2014 17:21:31 GMT")
    );
    let keys = server.get(&format!("/{BUCKET}")).await.json();
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(1));
}
