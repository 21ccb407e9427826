//! Append Object, by hand from the service's page on it.

use crate::support::{Call, Server, call};

fn append(position: &str, body: &[u8]) -> Call {
    let path = "/mybucket/log.txt";
    call("POST", &format!("{path}?append&position={position}"))
        .resource(&format!("{path}?append&position={position}"))
        .body(body)
}

#[tokio::test]
async fn an_object_grows_at_its_end_only() {
    let server = Server::with_bucket().await;
    let first = append("0", b"hello")
        .header("Content-Type", "text/plain")
        .header("X-QS-Storage-Class", "STANDARD_IA");
    let reply = server.send(&first).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.header("x-qs-next-append-position"), Some("5"));
    let first_etag = server
        .get("/mybucket/log.txt")
        .await
        .header("etag")
        .map(str::to_owned);
    // Type and class are those of the first call.
    let second = append("5", b" world").header("Content-Type", "image/png");
    assert_eq!(
        server
            .send(&second)
            .await
            .header("x-qs-next-append-position"),
        Some("11")
    );
    for position in ["0", "5", "12"] {
        let reply = server.send(&append(position, b"x")).await;
        assert_eq!(
            reply.error(),
            (400, "invalid_argument".into()),
            "{position}"
        );
    }
    let object = server.get("/mybucket/log.txt").await;
    assert_eq!(object.text(), "hello world");
    assert_eq!(object.header("content-type"), Some("text/plain"));
    assert_eq!(object.header("x-qs-storage-class"), Some("STANDARD_IA"));
    assert_ne!(object.header("etag").map(str::to_owned), first_etag);
    let head = server.send(&call("HEAD", "/mybucket/log.txt")).await;
    assert_eq!(head.header("x-qs-object-type"), Some("appendable"));
    assert_eq!(head.header("x-qs-next-append-position"), Some("11"));
}

#[tokio::test]
async fn it_may_begin_empty_but_not_in_the_middle() {
    let server = Server::with_bucket().await;
    assert_eq!(
        server.send(&append("1", b"x")).await.error(),
        (400, "invalid_argument".into())
    );
    assert_eq!(server.get("/mybucket/log.txt").await.error().0, 404);
    let empty = server.send(&append("0", b"")).await;
    assert_eq!(empty.header("x-qs-next-append-position"), Some("0"));
    let more = server.send(&append("0", b"hello")).await;
    assert_eq!(more.header("x-qs-next-append-position"), Some("5"));
}

#[tokio::test]
async fn other_objects_cannot_be_appended_to() {
    let server = Server::with_bucket().await;
    server.put("/mybucket/log.txt", b"hello").await;
    let refused = server.send(&append("5", b" world")).await;
    assert_eq!(refused.error(), (400, "invalid_object_state".into()));
    let head = server.send(&call("HEAD", "/mybucket/log.txt")).await;
    assert_eq!(head.header("x-qs-object-type"), None);
    // What is overwritten is an object like any other again.
    let server = Server::with_bucket().await;
    server.send(&append("0", b"hello")).await;
    server.put("/mybucket/log.txt", b"new").await;
    let refused = server.send(&append("3", b"x")).await;
    assert_eq!(refused.error(), (400, "invalid_object_state".into()));
}

#[tokio::test]
async fn a_wrong_digest_and_a_customer_key_are_refused() {
    let server = Server::with_bucket().await;
    server.send(&append("0", b"hello")).await;
    let wrong = append("5", b" world").header("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==");
    assert_eq!(
        server.send(&wrong).await.error(),
        (400, "bad_digest".into())
    );
    let secret = append("5", b" world").header(
        "X-QS-Encryption-Customer-Key",
        "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=",
    );
    assert_eq!(
        server.send(&secret).await.error(),
        (400, "invalid_argument".into())
    );
    assert_eq!(server.get("/mybucket/log.txt").await.text(), "hello");
}

#[tokio::test]
async fn of_two_that_append_at_one_place_one_wins() {
    let server = Server::with_bucket().await;
    server.send(&append("0", b"")).await;
    let (a, b) = (append("0", b"a"), append("0", b"b"));
    let (a, b) = tokio::join!(server.send(&a), server.send(&b));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    assert_eq!(server.get("/mybucket/log.txt").await.body.len(), 1);
}

#[tokio::test]
async fn an_object_grows_by_many_small_pieces_and_a_few_large_ones() {
    let server = Server::with_bucket().await;
    let mut whole: Vec<u8> = Vec::new();
    for round in 0..120_usize {
        let size = if round % 40 == 39 { 20_000 } else { 300 };
        let piece: Vec<u8> = (0..size).map(|at| (at * 7 + round) as u8).collect();
        let target = format!("/mybucket/log?append&position={}", whole.len());
        let reply = server.send(&call("POST", &target).body(&piece)).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        whole.extend_from_slice(&piece);
    }
    assert!(server.get("/mybucket/log").await.body == whole);
    let range = call("GET", "/mybucket/log").header("Range", "bytes=11000-34000");
    assert!(server.send(&range).await.body == whole[11_000..=34_000]);
    // A copy is not changed by what is appended later.
    let copy = call("PUT", "/mybucket/copy").header("X-QS-Copy-Source", "/mybucket/log");
    assert_eq!(server.send(&copy).await.status, 201);
    let target = format!("/mybucket/log?append&position={}", whole.len());
    assert_eq!(
        server
            .send(&call("POST", &target).body(b"more"))
            .await
            .status,
        200
    );
    assert!(server.get("/mybucket/copy").await.body == whole);
}
