//! Copying and moving objects.

use crate::support::{Call, NOW, Server, call};

const HELLO: &str = "\"5d41402abc4b2a76b9719d911017c592\"";
const KEY: &str = "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=";
const KEY_MD5: &str = "3I/h1kl+vSP1l12NKhxegQ==";

async fn with_source() -> Server {
    let server = Server::with_bucket().await;
    let put = call("PUT", "/mybucket/a%20b%3Fc")
        .header("Content-Type", "text/plain")
        .header("Cache-Control", "no-store")
        .header("X-QS-Meta-Owner", "ann")
        .header("X-QS-Storage-Class", "STANDARD_IA")
        .body(b"hello");
    assert_eq!(server.send(&put).await.status, 201);
    server
}

fn copy(target: &str) -> Call {
    call("PUT", target).header("X-QS-Copy-Source", "/mybucket/a%20b%3Fc")
}

fn rename(target: &str) -> Call {
    call("PUT", target).header("X-QS-Move-Source", "/mybucket/a%20b%3Fc")
}

#[tokio::test]
async fn a_copy_inherits_or_replaces() {
    let server = with_source().await;
    server.send(&call("PUT", "/otherbucket")).await;
    for (directive, content_type, owner, class) in [
        ("", "text/plain", Some("ann"), "STANDARD_IA"),
        ("COPY", "text/plain", Some("ann"), "STANDARD_IA"),
        ("copy", "text/plain", Some("ann"), "STANDARD_IA"),
        ("REPLACE", "image/png", None, "STANDARD"),
        ("Replace", "image/png", None, "STANDARD"),
    ] {
        let request = copy("/otherbucket/copy")
            .header("Content-Type", "image/png")
            .header("X-QS-Metadata-Directive", directive);
        let reply = server.send(&request).await;
        assert_eq!(
            (reply.status, reply.header("etag")),
            (201, Some(HELLO)),
            "{directive}"
        );
        let got = server.get("/otherbucket/copy").await;
        assert_eq!(got.body, b"hello");
        assert_eq!(
            got.header("content-type"),
            Some(content_type),
            "{directive}"
        );
        assert_eq!(got.header("x-qs-meta-owner"), owner, "{directive}");
        assert_eq!(got.header("x-qs-storage-class"), Some(class), "{directive}");
    }
    let class = copy("/mybucket/a%20b%3Fc").header("X-QS-Storage-Class", "STANDARD");
    assert_eq!(server.send(&class).await.status, 201);
    let got = server.get("/mybucket/a%20b%3Fc").await;
    assert_eq!(got.header("x-qs-storage-class"), Some("STANDARD"));
    assert_eq!(got.header("cache-control"), Some("no-store"));
    let odd = copy("/mybucket/t").header("X-QS-Metadata-Directive", "MERGE");
    assert_eq!(
        server.send(&odd).await.error(),
        (400, "invalid_argument".to_owned())
    );
}

#[tokio::test]
async fn sources_that_are_not_there() {
    let server = with_source().await;
    for (source, status, code) in [
        ("/mybucket/missing", 404, "object_not_exists"),
        ("/nobucket/k", 404, "bucket_not_exists"),
        (
            "/mybucket/a%20b%3Fc?version_id=abc",
            404,
            "object_not_exists",
        ),
        ("/mybucket/a%20b%3Fc?other=abc", 400, "invalid_argument"),
        ("mybucket/a%20b%3Fc", 400, "invalid_argument"),
        ("/mybucket", 400, "invalid_argument"),
        ("/mybucket/%FF", 400, "invalid_argument"),
        ("/mybucket/", 400, "invalid_object_name"),
    ] {
        for name in ["X-QS-Copy-Source", "X-QS-Move-Source"] {
            let reply = server
                .send(&call("PUT", "/mybucket/t").header(name, source))
                .await;
            assert_eq!(reply.error(), (status, code.to_owned()), "{name} {source}");
        }
    }
    let reply = server.send(&copy("/nobucket/t")).await;
    assert_eq!(reply.error(), (404, "bucket_not_exists".to_owned()));
    assert_eq!(server.get("/mybucket/t").await.status, 404);
}

#[tokio::test]
async fn unmet_source_conditions_are_412() {
    let server = with_source().await;
    let (before, after) = (
        "Tue, 09 Dec 2014 17:20:31 GMT",
        "Thu, 11 Dec 2014 17:20:31 GMT",
    );
    for (condition, value, status) in [
        ("If-Match", HELLO, 201),
        ("If-Match", "%225d41402abc4b2a76b9719d911017c592%22", 201),
        ("If-Match", "\"other\"", 412),
        ("If-None-Match", "\"other\"", 201),
        ("If-None-Match", HELLO, 412),
        ("If-Modified-Since", before, 201),
        ("If-Modified-Since", after, 412),
        ("If-Unmodified-Since", after, 201),
        ("If-Unmodified-Since", before, 412),
        ("If-Unmodified-Since", "no date", 400),
    ] {
        let request = copy("/mybucket/t").header(&format!("X-QS-Copy-Source-{condition}"), value);
        let reply = server.send(&request).await;
        assert_eq!(reply.status, status, "copy {condition} {value}");
        // A move has the same conditions; those that hold would take the source away.
        if status != 201 {
            let request =
                rename("/mybucket/t").header(&format!("X-QS-Move-Source-{condition}"), value);
            let reply = server.send(&request).await;
            assert_eq!(reply.status, status, "move {condition} {value}");
        }
        if status == 412 {
            assert_eq!(reply.error().1, "precondition_failed");
        }
    }
}

#[tokio::test]
async fn a_move_takes_everything_along() {
    let server = with_source().await;
    server.set_clock(NOW + 60);
    let reply = server.send(&rename("/mybucket/moved")).await;
    assert_eq!((reply.status, reply.header("etag")), (201, Some(HELLO)));
    assert_eq!(server.get("/mybucket/a%20b%3Fc").await.status, 404);
    let got = server.get("/mybucket/moved").await;
    assert_eq!(got.body, b"hello");
    assert_eq!(got.header("content-type"), Some("text/plain"));
    assert_eq!(got.header("x-qs-meta-owner"), Some("ann"));
    assert_eq!(got.header("x-qs-storage-class"), Some("STANDARD_IA"));
    let again = server.send(&rename("/mybucket/moved")).await;
    assert_eq!(again.error(), (404, "object_not_exists".to_owned()));

    let itself = call("PUT", "/mybucket/moved").header("X-QS-Move-Source", "/mybucket/moved");
    assert_eq!(server.send(&itself).await.status, 201);
    assert_eq!(server.get("/mybucket/moved").await.body, b"hello");

    let nowhere = call("PUT", "/nobucket/k").header("X-QS-Move-Source", "/mybucket/moved");
    assert_eq!(server.send(&nowhere).await.status, 404);
    assert_eq!(server.get("/mybucket/moved").await.status, 200);
}

#[tokio::test]
async fn only_one_of_many_moves_wins() {
    let server = with_source().await;
    let address = server.emulator.address();
    let mut movers = tokio::task::JoinSet::new();
    for number in 0..16 {
        let request = rename(&format!("/mybucket/target-{number}"));
        movers.spawn(async move {
            crate::support::exchange(address, &request.bytes())
                .await
                .status
        });
    }
    let statuses = movers.join_all().await;
    assert_eq!(
        statuses.iter().filter(|status| **status == 201).count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|status| **status == 404).count(),
        15,
        "{statuses:?}"
    );
    let listed = server.get("/mybucket").await.json();
    assert_eq!(listed["keys"].as_array().map(Vec::len), Some(1));
}

fn key_headers(call: Call, prefix: &str) -> Call {
    call.header(&format!("{prefix}-Algorithm"), "AES256")
        .header(&format!("{prefix}-Key"), KEY)
        .header(&format!("{prefix}-Key-MD5"), KEY_MD5)
}

#[tokio::test]
async fn copies_of_encrypted_objects_need_the_sources_key() {
    let server = Server::with_bucket().await;
    let own = "X-QS-Encryption-Customer";
    let source = "X-QS-Copy-Source-Encryption-Customer";
    let put = key_headers(call("PUT", "/mybucket/a%20b%3Fc"), own).body(b"hello");
    assert_eq!(server.send(&put).await.status, 201);

    let without = server.send(&copy("/mybucket/t")).await;
    assert_eq!(without.error(), (400, "invalid_argument".to_owned()));
    let plain = server
        .send(&key_headers(copy("/mybucket/plain"), source))
        .await;
    assert_eq!((plain.status, plain.header("etag")), (201, Some(HELLO)));
    assert_eq!(server.get("/mybucket/plain").await.body, b"hello");
    let both = key_headers(key_headers(copy("/mybucket/both"), source), own);
    assert_eq!(server.send(&both).await.status, 201);
    assert_eq!(server.get("/mybucket/both").await.status, 400);
    let read = key_headers(call("GET", "/mybucket/both"), own);
    assert_eq!(server.send(&read).await.body, b"hello");

    assert_eq!(server.send(&rename("/mybucket/moved")).await.status, 201);
    assert_eq!(server.get("/mybucket/moved").await.status, 400);
    let read = key_headers(call("GET", "/mybucket/moved"), own);
    assert_eq!(server.send(&read).await.body, b"hello");
}
