//! Clients that are slow, lie, or make no sense: the server answers 4xx or closes, and lives on.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Server, call, exchange, try_exchange};

async fn still_alive(server: &Server) {
    assert_eq!(server.get("/").await.status, 200);
}

#[tokio::test]
async fn bytes_that_are_no_request() {
    let server = Server::with_bucket().await;
    let address = server.emulator.address();
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(200));
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(100_000));
    let big = format!(
        "GET / HTTP/1.1\r\nHost: a\r\nB: {}\r\n\r\n",
        "b".repeat(100_000)
    );
    for bytes in [
        &b"\0\0\0\0"[..],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nNo colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"PUT /mybucket/k HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"PUT /mybucket/k HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"PUT /mybucket/k HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        many.as_bytes(),
        long.as_bytes(),
        big.as_bytes(),
    ] {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let line = String::from_utf8_lossy(&answer[..answer.len().min(12)]).into_owned();
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]);
        assert!(
            line.is_empty() || line.starts_with("HTTP/1.1 4"),
            "{shown}: {line}"
        );
    }
    still_alive(&server).await;
}

#[tokio::test]
async fn a_body_that_ends_early_is_incomplete() {
    let server = Server::with_bucket().await;
    let mut bytes = call("PUT", "/mybucket/k").body(b"hello").bytes();
    bytes.truncate(bytes.len() - 2);
    let mut stream = TcpStream::connect(server.emulator.address())
        .await
        .expect("a connection");
    stream.write_all(&bytes).await.expect("sent");
    stream.shutdown().await.expect("half closed");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains("\"incomplete_body\""), "{answer}");
    assert_eq!(server.get("/mybucket/k").await.status, 404);
}

#[tokio::test]
async fn a_client_that_falls_silent_is_let_go() {
    let server = Server::with(|builder| builder.idle_timeout(Duration::from_millis(250))).await;
    server.send(&call("PUT", "/mybucket")).await;
    let mut bytes = call("PUT", "/mybucket/k").body(b"hello").bytes();
    bytes.truncate(bytes.len() - 2);
    // The connection stays open: it is the server that ends this.
    let reply = exchange(server.emulator.address(), &bytes).await;
    assert_eq!(reply.error(), (400, "incomplete_body".to_owned()));
    let head = try_exchange(server.emulator.address(), b"GET / HT").await;
    assert!(head.is_none_or(|reply| (400..500).contains(&reply.status)));
    still_alive(&server).await;
}

#[tokio::test]
async fn bodies_have_a_limit() {
    let server = Server::with(|builder| builder.max_body_bytes(1000)).await;
    server.send(&call("PUT", "/mybucket")).await;
    server.put("/mybucket/k", &[0; 1000]).await;
    let reply = server
        .send(&call("PUT", "/mybucket/l").body(&[0; 1001]))
        .await;
    assert_eq!(reply.error(), (400, "entity_too_large".to_owned()));
    assert_eq!(server.get("/mybucket/l").await.status, 404);
    // An announcement alone takes no memory and waits for nothing.
    let text = String::from_utf8(call("PUT", "/mybucket/m").bytes()).expect("text");
    let liar = text.replace("Content-Length: 0", "Content-Length: 18446744073709551000");
    let reply = exchange(server.emulator.address(), liar.as_bytes()).await;
    assert_eq!(reply.error(), (400, "entity_too_large".to_owned()));
}

#[tokio::test]
async fn a_body_of_unknown_length_has_the_limit_too() {
    let server = Server::with(|builder| builder.max_body_bytes(1000)).await;
    server.send(&call("PUT", "/mybucket")).await;
    for (blanks, status) in [(900, 200), (1100, 400)] {
        let body = " ".repeat(blanks) + r#"{"objects": [{"key": "k"}]}"#;
        let whole = call("POST", "/mybucket?delete").json(&body).bytes();
        let length = format!("Content-Length: {}", body.len());
        let text = String::from_utf8(whole).expect("text");
        let head = text.replace(&length, "Transfer-Encoding: chunked");
        let head = head.strip_suffix(&body).expect("the body is last");
        let chunked = format!("{head}{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
        let reply = exchange(server.emulator.address(), chunked.as_bytes()).await;
        assert_eq!(reply.status, status, "{}", reply.text());
        if status == 400 {
            assert_eq!(reply.error().1, "entity_too_large");
        }
    }
}

#[tokio::test]
async fn an_upload_needs_a_length() {
    let server = Server::with_bucket().await;
    let text = String::from_utf8(call("PUT", "/mybucket/k").bytes()).expect("text");
    let chunked =
        text.replace("Content-Length: 0", "Transfer-Encoding: chunked") + "2\r\nhi\r\n0\r\n\r\n";
    let reply = exchange(server.emulator.address(), chunked.as_bytes()).await;
    assert_eq!(reply.error(), (400, "invalid_argument".to_owned()));
    assert!(
        reply.json()["message"]
            .to_string()
            .contains("Content-Length")
    );
    assert_eq!(server.get("/mybucket/k").await.status, 404);
    // Without a chunk there is nothing to announce: this is how the official SDK for Go sends an empty file.
    let empty = chunked.replace("2\r\nhi\r\n", "");
    let reply = exchange(server.emulator.address(), empty.as_bytes()).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    assert_eq!(server.get("/mybucket/k").await.body, b"");
}

#[tokio::test]
async fn expect_continue_is_answered_before_the_body_is_sent() {
    let server = Server::with_bucket().await;
    let connect = || TcpStream::connect(server.emulator.address());
    let good = call("PUT", "/mybucket/k")
        .header("Expect", "100-continue")
        .body(b"hello")
        .bytes();
    let (head, body) = good.split_at(good.len() - 5);
    let mut stream = connect().await.expect("a connection");
    stream.write_all(head).await.expect("the head");
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.expect("100");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body).await.expect("the body");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");

    // A request that is refused for its head gets that answer at once.
    let bad = call("PUT", "/nobucket/k")
        .header("Expect", "100-continue")
        .body(b"hello")
        .bytes();
    let mut stream = connect().await.expect("a connection");
    stream
        .write_all(&bad[..bad.len() - 5])
        .await
        .expect("the head");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
}

#[tokio::test]
async fn a_refused_upload_leaves_the_connection_usable() {
    let server = Server::with_bucket().await;
    let keep = |call: crate::support::Call| {
        let text = call.bytes();
        let at = text
            .windows(7)
            .position(|part| part == b"close\r\n")
            .expect("close");
        [&text[..at], b"keep-alive\r\n", &text[at + 7..]].concat()
    };
    let mut stream = TcpStream::connect(server.emulator.address())
        .await
        .expect("a connection");
    let refused = keep(call("PUT", "/nobucket/k").body(&[7; 300_000]));
    stream.write_all(&refused).await.expect("sent");
    let second = call("GET", "/mybucket").bytes();
    stream.write_all(&second).await.expect("sent");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .await
        .expect("two answers");
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    assert!(answer.contains("HTTP/1.1 200 OK"), "{answer}");
}

#[tokio::test]
async fn random_requests_never_kill_it() {
    let server = Server::with_bucket().await;
    server.put("/mybucket/k", b"hello").await;
    let methods = ["GET", "PUT", "POST", "HEAD", "OPTIONS", "DELETE"];
    let targets = [
        "/",
        "/mybucket",
        "/mybucket/k",
        "/mybucket?cors",
        "/mybucket?delete",
        "/x?&=&%00",
    ];
    let names = [
        "Range",
        "If-Match",
        "If-Modified-Since",
        "Content-MD5",
        "X-QS-Copy-Source",
        "X-QS-Move-Source",
        "X-QS-Fetch-Source",
        "X-QS-Encryption-Customer-Key",
        "X-QS-Meta-A",
        "Origin",
        "Location",
        "Host",
    ];
    let mut random = fastrand::Rng::with_seed(20_261_122);
    for _ in 0..1000 {
        let mut request = call(
            random.choice(methods).expect("one"),
            random.choice(targets).expect("one"),
        );
        for _ in 0..random.usize(0..3) {
            let value: String = std::iter::repeat_with(|| random.char(' '..'\u{7f}'))
                .take(12)
                .collect();
            request = request.header(random.choice(names).expect("one"), value.trim());
        }
        let mut body = vec![0; random.usize(0..40)];
        random.fill(&mut body);
        let bytes = request.body(&body).bytes();
        let reply = try_exchange(server.emulator.address(), &bytes)
            .await
            .expect("an answer");
        assert_ne!(reply.status, 500, "{}", String::from_utf8_lossy(&bytes));
    }
    still_alive(&server).await;
}
