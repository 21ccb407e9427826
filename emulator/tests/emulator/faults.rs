//! Faults on purpose, as a client meets them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use qingstor_emulator::Faults;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Call, Server, call, try_exchange};

/// MD5 of `hello`.
const HELLO: &str = "\"5d41402abc4b2a76b9719d911017c592\"";

/// With `/mybucket/k`, which is `hello`, and then these rules.
async fn server(rules: &str) -> Server {
    let server = Server::with_bucket().await;
    server.put("/mybucket/k", b"hello").await;
    arm(&server, rules);
    server
}

fn arm(server: &Server, rules: &str) {
    let faults = Faults::from_json(&format!(r#"{{ "rules": [{rules}] }}"#)).expect("rules");
    server.emulator.set_faults(faults);
}

/// Everything that comes until the server closes, with its head and without.
async fn raw(server: &Server, call: &Call) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(server.emulator.address())
        .await
        .expect("a connection");
    stream.write_all(&call.bytes()).await.expect("sent");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    match answer.windows(4).position(|window| window == b"\r\n\r\n") {
        Some(end) => {
            let head = String::from_utf8_lossy(&answer[..end + 2]).into_owned();
            (head, answer[end + 4..].to_vec())
        }
        None => (String::from_utf8_lossy(&answer).into_owned(), Vec::new()),
    }
}

#[tokio::test]
async fn a_status_comes_instead_of_the_answer() {
    let server =
        server(r#"{ "operation": "PutObject", "status": 503, "headers": { "Retry-After": "2" } }"#)
            .await;
    let put = call("PUT", "/mybucket/new").body(b"x");
    let reply = server.send(&put).await;
    assert_eq!((reply.status, reply.text().as_str()), (503, ""));
    assert_eq!(reply.header("retry-after"), Some("2"));
    assert_eq!(reply.header("content-type"), None);
    assert_eq!(server.get("/mybucket/new").await.status, 404);
    arm(
        &server,
        r#"{ "status": 429, "code": "max_requests_exceeded", "message": "slow down", "nth": 1 }"#,
    );
    let reply = server.get("/mybucket/k").await;
    assert_eq!(reply.error(), (429, "max_requests_exceeded".to_owned()));
    assert_eq!(reply.json()["message"], "slow down");
    assert_eq!(
        reply.json()["request_id"].as_str(),
        reply.header("x-qs-request-id")
    );
    assert_eq!(server.get("/mybucket/k").await.body, b"hello");
}

#[tokio::test]
async fn headers_are_changed() {
    let rule = r#"{ "etag": "wrong", "date_offset_s": -1200, "headers": { "X-QS-Request-ID": null, "X-New": "1" } }"#;
    let server = server(rule).await;
    for method in ["GET", "HEAD"] {
        let reply = server.send(&call(method, "/mybucket/k")).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("etag"), Some("\"wrong\""));
        // Twenty minutes before the clock of these tests.
        assert_eq!(reply.header("date"), Some("Wed, 10 Dec 2014 17:00:31 GMT"));
        assert_eq!(reply.header("x-qs-request-id"), None);
        assert_eq!(reply.header("x-new"), Some("1"));
        assert_eq!(reply.header("content-length"), Some("5"));
    }
    arm(
        &server,
        r#"{ "status": 307, "headers": { "Location": "http://127.0.0.1:1/elsewhere" } }"#,
    );
    let reply = server.get("/mybucket/k").await;
    assert_eq!(
        (reply.status, reply.header("location")),
        (307, Some("http://127.0.0.1:1/elsewhere"))
    );
}

#[tokio::test]
async fn a_byte_is_corrupted() {
    let server = server(r#"{ "corrupt_byte": 1 }"#).await;
    let reply = server.get("/mybucket/k").await;
    assert_eq!(reply.body, [b'h', !b'e', b'l', b'l', b'o']);
    assert_eq!(reply.header("etag"), Some(HELLO));
    arm(&server, r#"{ "corrupt_byte": 1000000 }"#);
    assert_eq!(
        server.get("/mybucket/k").await.body,
        [b'h', b'e', b'l', b'l', !b'o']
    );
}

#[tokio::test]
async fn answers_are_cut_to_the_byte() {
    let server = server("").await;
    let large: Vec<u8> = (0..1 << 20).map(|at: u32| (at / 3) as u8).collect();
    server.put("/mybucket/large", &large).await;
    for after in [0, 1, 300_001] {
        arm(&server, &format!(r#"{{ "cut_answer_after": {after} }}"#));
        let (head, body) = raw(&server, &call("GET", "/mybucket/large")).await;
        assert!(head.contains("content-length: 1048576\r\n"), "{head}");
        assert_eq!(body.len(), after, "bytes");
        assert_eq!(body, large[..after]);
    }
    arm(&server, "");
    assert_eq!(server.get("/mybucket/large").await.body, large);
}

#[tokio::test]
async fn lengths_are_wrong_in_both_directions() {
    let server = server(r#"{ "content_length_offset": 3 }"#).await;
    let (head, body) = raw(&server, &call("GET", "/mybucket/k")).await;
    assert!(head.contains("content-length: 8\r\n"), "{head}");
    assert_eq!(body, b"hello");
    arm(&server, r#"{ "content_length_offset": -2 }"#);
    let (head, body) = raw(&server, &call("GET", "/mybucket/k")).await;
    assert!(head.contains("content-length: 3\r\n"), "{head}");
    assert_eq!(body, b"hel");
    arm(&server, r#"{ "content_length_offset": 7 }"#);
    let (head, body) = raw(&server, &call("HEAD", "/mybucket/k")).await;
    assert!(head.contains("content-length: 12\r\n"), "{head}");
    assert!(body.is_empty());
}

#[tokio::test]
async fn requests_are_cut_and_leave_nothing() {
    let server = server(r#"{ "method": "PUT", "cut_request_after": 100000 }"#).await;
    let put = call("PUT", "/mybucket/cut").body(&vec![b'x'; 300_000]);
    assert!(
        try_exchange(server.emulator.address(), &put.bytes())
            .await
            .is_none()
    );
    assert_eq!(server.get("/mybucket/cut").await.status, 404);
    // A shorter body is not hit, one of just this length is.
    server.put("/mybucket/short", &[b'x'; 99_999]).await;
    let exact = call("PUT", "/mybucket/exact").body(&[b'x'; 100_000]);
    assert!(
        try_exchange(server.emulator.address(), &exact.bytes())
            .await
            .is_none()
    );
    assert_eq!(server.get("/mybucket/exact").await.status, 404);
}

#[tokio::test]
async fn a_request_is_done_and_not_answered() {
    let server = server(r#"{ "operation": "PutObject", "no_answer": true, "times": 1 }"#).await;
    let put = call("PUT", "/mybucket/new").body(b"hello");
    assert!(
        try_exchange(server.emulator.address(), &put.bytes())
            .await
            .is_none()
    );
    assert_eq!(server.get("/mybucket/new").await.body, b"hello");
    assert_eq!(server.send(&put).await.status, 201);
}

#[tokio::test]
async fn delays_wait_with_the_given_sleeper() {
    let slept: Arc<Mutex<Vec<u64>>> = Arc::default();
    let noted = Arc::clone(&slept);
    let server = Server::with(move |builder| {
        builder.fault_sleeper(move |time: Duration| {
            noted.lock().expect("a lock").push(time.as_millis() as u64);
            std::future::ready(())
        })
    })
    .await;
    assert_eq!(server.send(&call("PUT", "/mybucket")).await.status, 201);
    server.put("/mybucket/k", b"hello").await;
    arm(
        &server,
        r#"{ "delay_ms": 60000, "piece_delay_ms": 5000, "piece_bytes": 2 }"#,
    );
    assert_eq!(server.get("/mybucket/k").await.body, b"hello");
    assert_eq!(*slept.lock().expect("a lock"), [60000, 5000, 5000]);
}

#[tokio::test]
async fn a_healthy_connection_stays_open_after_a_fault() {
    let server = server(r#"{ "status": 500, "times": 1 }"#).await;
    let mut stream = TcpStream::connect(server.emulator.address())
        .await
        .expect("a connection");
    let request = call("GET", "/mybucket/k").bytes();
    let request = String::from_utf8_lossy(&request).replace("Connection: close\r\n", "");
    for status in ["500", "200"] {
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = [0; 2048];
        let length = stream.read(&mut answer).await.expect("an answer");
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
    }
}

fn faults(method: &str, body: &str) -> Call {
    call(method, "/_emulator/faults")
        .anonymous()
        .body(body.as_bytes())
}

#[tokio::test]
async fn rules_are_changed_while_the_server_runs() {
    let server = Server::with(|builder| builder.admin(true)).await;
    assert_eq!(server.send(&call("PUT", "/mybucket")).await.status, 201);
    let rules = r#"{ "seed": 7, "rules": [ { "operation": "HeadBucket", "status": 503 } ] }"#;
    let put = server.send(&faults("PUT", rules)).await;
    assert_eq!(put.status, 200, "{}", put.text());
    assert_eq!(server.send(&call("HEAD", "/mybucket")).await.status, 503);
    let told = server.send(&faults("GET", "")).await.json();
    let rule = json!({ "operation": "HeadBucket", "status": 503 });
    let expected = json!({ "seed": 7, "rules": [ { "rule": rule, "matched": 1, "fired": 1 } ] });
    assert_eq!(told, expected);
    let wrong = server
        .send(&faults("PUT", r#"{ "rules": [ { "statuss": 503 } ] }"#))
        .await;
    assert_eq!(wrong.error(), (400, "invalid_argument".to_owned()));
    assert!(wrong.text().contains("statuss"), "{}", wrong.text());
    assert_eq!(server.send(&faults("DELETE", "")).await.status, 204);
    assert_eq!(server.send(&call("HEAD", "/mybucket")).await.status, 200);
    let none: Value = server.send(&faults("GET", "")).await.json();
    assert_eq!(none["rules"], json!([]));
    assert_eq!(server.send(&faults("POST", "")).await.status, 405);
}

#[tokio::test]
async fn administration_is_off_and_health_is_not() {
    let server = Server::start().await;
    for method in ["GET", "PUT", "DELETE"] {
        let reply = server.send(&faults(method, r#"{ "rules": [] }"#)).await;
        assert_eq!(
            reply.error(),
            (403, "permission_denied".to_owned()),
            "{method}"
        );
    }
    let health = server
        .send(&call("GET", "/_emulator/health").anonymous())
        .await;
    assert_eq!(
        (health.status, &health.json()["status"]),
        (200, &json!("ok"))
    );
    assert_eq!(
        server
            .send(&call("HEAD", "/_emulator/health").anonymous())
            .await
            .status,
        200
    );
    assert_eq!(
        server
            .send(&call("GET", "/_emulator/other").anonymous())
            .await
            .status,
        404
    );
    // In the style of virtual hosts the same path is a key.
    assert_eq!(server.send(&call("PUT", "/mybucket")).await.status, 201);
    server.put("/mybucket/_emulator/health", b"mine").await;
    let key = call("GET", "/_emulator/health")
        .header("Host", "mybucket.pek3a.localhost")
        .resource("/mybucket/_emulator/health");
    assert_eq!(server.send(&key).await.body, b"mine");
}
