//! Objects that the server downloads itself.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Call, NOW, Server, call};

/// An origin that answers every request by its path.
async fn origin() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    if stream.read_exact(&mut byte).await.is_err() {
                        return;
                    }
                    request.push(byte[0]);
                }
                let request = String::from_utf8_lossy(&request).into_owned();
                let path = request.split(' ').nth(1).unwrap_or("").to_owned();
                let _ = stream.write_all(answer(&path, address).as_bytes()).await;
            });
        }
    });
    address
}

fn answer(path: &str, address: SocketAddr) -> String {
    let redirect = |status: &str, location: &str| {
        format!("HTTP/1.1 {status}\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")
    };
    match path {
        "/good?a=1%202" => {
            "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 5\r\n\r\nhello"
                .to_owned()
        }
        "/301" => redirect("301 Moved", "/good?a=1%202"),
        "/302" => redirect("302 Found", &format!("http://{address}/301")),
        "/307" => redirect("307 Temporary", "/302"),
        "/303" => redirect("303 See Other", "/301"),
        "/loop" => redirect("302 Found", "/loop"),
        "/away" => redirect("302 Found", "http://192.0.2.1/"),
        "/missing" => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "/broken" => "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "/endless" => "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello".to_owned(),
        "/short" => "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello".to_owned(),
        "/huge" => "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nhello".to_owned(),
        _ => "what?".to_owned(),
    }
}

fn fetch(url: &str) -> Call {
    call("PUT", "/mybucket/fetched").header("X-QS-Fetch-Source", url)
}

#[tokio::test]
async fn the_source_is_stored_with_its_type() {
    let server = Server::with_bucket().await;
    let origin = origin().await;
    for path in ["/good?a=1%202", "/301", "/302", "/307"] {
        let request =
            fetch(&format!("http://{origin}{path}")).header("X-QS-Storage-Class", "STANDARD_IA");
        let reply = server.send(&request).await;
        assert_eq!(reply.status, 201, "{path}: {}", reply.text());
        assert_eq!(
            reply.header("etag"),
            Some("\"5d41402abc4b2a76b9719d911017c592\"")
        );
        let got = server.get("/mybucket/fetched").await;
        assert_eq!(got.body, b"hello");
        assert_eq!(got.header("content-type"), Some("image/png"));
        assert_eq!(got.header("x-qs-storage-class"), Some("STANDARD_IA"));
    }
}

/// Whatever the system's resolver says of such names.
#[tokio::test]
async fn an_origin_below_localhost_is_on_this_machine() {
    let server = Server::with_bucket().await;
    let port = origin().await.port();
    for host in [
        "localhost",
        "pictures.pek3a.localhost",
        "PICTURES.LOCALHOST.",
    ] {
        let request = fetch(&format!("http://{host}:{port}/good?a=1%202"));
        let reply = server.send(&request).await;
        assert_eq!(reply.status, 201, "{host}: {}", reply.text());
    }
}

#[tokio::test]
async fn what_can_go_wrong_with_an_origin() {
    let server = Server::with_bucket().await;
    let origin = origin().await;
    let at = |path: &str| format!("http://{origin}{path}");
    for (url, status, code) in [
        (at("/missing"), 404, "object_not_exists"),
        (at("/broken"), 503, "upstream_failed"),
        (at("/303"), 503, "upstream_failed"),
        (at("/loop"), 503, "upstream_failed"),
        (at("/away"), 503, "upstream_failed"),
        (at("/endless"), 503, "upstream_failed"),
        (at("/short"), 503, "upstream_failed"),
        (at("/nonsense"), 503, "upstream_failed"),
        (at("/huge"), 400, "entity_too_large"),
        ("http://127.0.0.1:1/".to_owned(), 503, "upstream_failed"),
        ("http://192.0.2.1/".to_owned(), 503, "upstream_failed"),
        ("https://127.0.0.1/".to_owned(), 503, "upstream_failed"),
        ("http://bad host/".to_owned(), 400, "invalid_argument"),
        ("word".to_owned(), 400, "invalid_argument"),
        ("/bucket/key".to_owned(), 400, "invalid_argument"),
    ] {
        let reply = server.send(&fetch(&url)).await;
        assert_eq!(reply.error(), (status, code.to_owned()), "{url}");
    }
    assert_eq!(server.get("/mybucket/fetched").await.status, 404);
    for url in [at("/away"), "http://192.0.2.1/".to_owned()] {
        let message = server.send(&fetch(&url)).await.json()["message"].to_string();
        assert!(message.contains("not on this machine"), "{url}: {message}");
    }
}

#[tokio::test]
async fn the_target_may_be_protected_by_a_date() {
    let server = Server::with_bucket().await;
    let url = format!("http://{}/301", origin().await);
    server.set_clock(NOW + 60);
    server.put("/mybucket/fetched", b"newer").await;
    let name = "X-QS-Fetch-If-Unmodified-Since";
    let early = fetch(&url).header(name, "Wed, 10 Dec 2014 17:20:31 GMT");
    assert_eq!(
        server.send(&early).await.error(),
        (412, "precondition_failed".to_owned())
    );
    assert_eq!(server.get("/mybucket/fetched").await.body, b"newer");
    let late = fetch(&url).header(name, "Wed, 10 Dec 2014 17:21:31 GMT");
    assert_eq!(server.send(&late).await.status, 201);
    assert_eq!(server.get("/mybucket/fetched").await.body, b"hello");
}

#[tokio::test]
async fn a_client_that_has_said_all_still_gets_its_answer() {
    let server = Server::with_bucket().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let mut client = TcpStream::connect(server.emulator.address())
        .await
        .expect("a connection");
    client.write_all(&fetch(&url).bytes()).await.expect("sent");
    client.shutdown().await.expect("half closed");
    let (mut origin, _) = listener.accept().await.expect("the fetch");
    // Another request is served in between, so the server has had the time to notice.
    assert_eq!(server.get("/mybucket").await.status, 200);
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    origin.write_all(answer).await.expect("an answer");
    let mut text = String::new();
    client.read_to_string(&mut text).await.expect("an answer");
    assert!(text.starts_with("HTTP/1.1 201 "), "{text}");
}

#[tokio::test]
async fn one_source_is_fetched_once_at_a_time() {
    let server = Server::with_bucket().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let first = fetch(&url);
    let second = first.clone();
    let address = server.emulator.address();
    let running =
        tokio::spawn(async move { crate::support::exchange(address, &first.bytes()).await });
    let (mut stream, _) = listener.accept().await.expect("the first fetch");
    let refused = server.send(&second).await;
    assert_eq!(refused.error(), (409, "fetch_in_process".to_owned()));
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    stream.write_all(answer).await.expect("an answer");
    assert_eq!(running.await.expect("the first fetch").status, 201);
}
