//! For how long the built-in transport waits for a server that says nothing, or little at a time.

use std::time::Duration;

use qingstor::transport::HttpTransport;
use qingstor::{Body, Client, ErrorKind};

use crate::server::{Act, Server, answer};

#[tokio::test]
async fn silence_ends_in_a_timeout() {
    // Before the answer: 3 attempts, each of 30 s on the paused clock.
    let server = Server::start(vec![Act::Stall("")]).await;
    let start = tokio::time::Instant::now();
    let request = server.bucket().list_objects();
    let request = request.customize(|call| call.retry(qingstor::RetryPolicy::never()));
    let error = request.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    let waited = start.elapsed();
    assert!(
        (Duration::from_secs(29)..Duration::from_secs(32)).contains(&waited),
        "{waited:?}"
    );
}

#[tokio::test]
async fn silence_within_a_body_ends_in_a_timeout() {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";
    let server = Server::start(vec![Act::Stall(text)]).await;
    let mut object = server.bucket().get_object("k").send().await.unwrap();
    assert_eq!(object.body.next().await.unwrap().unwrap(), "hello");
    let error = object.body.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(error.to_string().contains("30s"), "{error}");
}

#[tokio::test]
async fn a_dripping_error_body_does_not_hold_the_error() {
    let text = "HTTP/1.1 403 Forbidden\r\nX-QS-Request-ID: 7\r\nContent-Length: 9999\r\n\r\nno way";
    let server = Server::start(vec![Act::Drip(text)]).await;
    let start = tokio::time::Instant::now();
    let error = server.bucket().get_object("k").send().await.unwrap_err();
    assert_eq!((error.status(), error.request_id()), (Some(403), Some("7")));
    assert_eq!(error.message(), "no way");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_dripping_list_ends_in_a_timeout() {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{";
    let server = Server::start(vec![Act::Drip(text)]).await;
    let start = tokio::time::Instant::now();
    let request = server.bucket().list_objects();
    let request = request.customize(|call| call.retry(qingstor::RetryPolicy::never()));
    let error = request.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(error.to_string().contains("300s"), "{error}");
    let waited = start.elapsed();
    assert!(
        (Duration::from_secs(299)..Duration::from_secs(310)).contains(&waited),
        "{waited:?}"
    );
}

#[tokio::test]
async fn a_slow_stream_may_take_its_time() {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n";
    let server = Server::start(vec![Act::Drip(text)]).await;
    let start = tokio::time::Instant::now();
    let object = server.bucket().get_object("k").send().await.unwrap();
    assert_eq!(object.body.into_bytes().await.unwrap().len(), 200);
    assert!(start.elapsed() > Duration::from_secs(700));
}

#[tokio::test]
async fn a_service_that_works_silently_is_waited_for() {
    // A copy may take minutes without a byte; only after 15 minutes it counts as lost.
    let server = Server::start(vec![Act::Stall("")]).await;
    let start = tokio::time::Instant::now();
    let request = server.bucket().put_object("k", Body::empty());
    let request = request.customize(|call| call.retry(qingstor::RetryPolicy::never()));
    let error = request.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(start.elapsed() >= Duration::from_secs(15 * 60 - 1));
}

#[tokio::test]
async fn limits_without_end_are_possible() {
    let good = || answer("201 Created\r\nContent-Length: 0", "");
    let json = answer("200 OK\r\nContent-Length: 2", "{}");
    let server = Server::start(vec![good(), good(), json]).await;
    let transport = HttpTransport::builder()
        .no_proxy()
        .connect_timeout(Duration::MAX)
        .idle_timeout(Duration::MAX)
        .answer_timeout(Duration::MAX)
        .build()
        .unwrap();
    let client = Client::builder()
        .no_environment()
        .endpoint(format!("http://{}", server.address))
        .credentials("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
        .transport(transport)
        .build()
        .unwrap();
    let bucket = client.bucket("bucket");
    for body in ["x".to_owned(), "x".repeat(400_000)] {
        let request = bucket.put_object("k", body);
        let request = request.customize(|call| call.timeout(Duration::MAX));
        request.send().await.unwrap();
    }
    bucket.list_objects().send().await.unwrap();
}

#[tokio::test]
async fn an_upload_may_be_worked_on_without_end() {
    let server = Server::start(vec![Act::Stall("")]).await;
    let transport = HttpTransport::builder().no_proxy();
    let transport = transport.answer_timeout(Duration::MAX).build().unwrap();
    let client = Client::builder()
        .no_environment()
        .endpoint(format!("http://{}", server.address))
        .credentials("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
        .transport(transport)
        .build()
        .unwrap();
    let bucket = client.bucket("b");
    let request = bucket.put_object("k", "x".repeat(400_000)).send();
    let day = Duration::from_secs(24 * 60 * 60);
    assert!(tokio::time::timeout(day, request).await.is_err());
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn silence_without_end_is_waited_for() {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";
    let server = Server::start(vec![Act::Stall(text)]).await;
    let transport = HttpTransport::builder().no_proxy();
    let transport = transport.idle_timeout(Duration::MAX).build().unwrap();
    let client = Client::builder()
        .no_environment()
        .endpoint(format!("http://{}", server.address))
        .transport(transport)
        .build()
        .unwrap();
    let mut object = client.bucket("b").get_object("k").send().await.unwrap();
    assert_eq!(object.body.next().await.unwrap().unwrap(), "hello");
    let day = Duration::from_secs(24 * 60 * 60);
    assert!(tokio::time::timeout(day, object.body.next()).await.is_err());
}
