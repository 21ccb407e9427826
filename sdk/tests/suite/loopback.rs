//! The built-in transport against a raw server on the loopback interface.

use qingstor::operation::{Answer, Metadata, Operation, Parts, Retry, Scope};
use qingstor::transport::HttpTransport;
use qingstor::{Body, Client, Error, ErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::server::{Act, Server, answer, header, nowhere};

#[tokio::test]
async fn a_request_on_the_wire_is_what_was_signed_and_nothing_more() {
    let server = Server::start(vec![answer("201 Created\r\nContent-Length: 0", "")]).await;
    server
        .bucket()
        .put_object("a b'/中~.txt", "hello")
        .send()
        .await
        .unwrap();
    let request = &server.seen()[0];
    let target = "/bucket/a%20b%27/%E4%B8%AD~.txt";
    assert!(
        request.starts_with(&format!("PUT {target} HTTP/1.1\r\n")),
        "{request}"
    );
    assert!(request.ends_with("\r\n\r\nhello"), "{request}");
    let signer = qingstor::sign::Signer::new("ACCESS_KEY_ID", "SECRET_ACCESS_KEY");
    let date = header(request, "date").unwrap();
    let expected = signer
        .authorization(&qingstor::sign::Signable::new("PUT", target).headers(&[("date", date)]));
    assert_eq!(header(request, "authorization"), Some(expected.as_str()));
    let mut names: Vec<String> = request
        .split("\r\n\r\n")
        .next()
        .unwrap()
        .lines()
        .skip(1)
        .map(|line| line.split(':').next().unwrap().to_ascii_lowercase())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "accept",
            "authorization",
            "content-length",
            "date",
            "host",
            "user-agent"
        ]
    );
    assert!(
        header(request, "user-agent")
            .unwrap()
            .starts_with("qingstor-sdk-rust/")
    );
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let other = Server::start(vec![answer("200 OK\r\nContent-Length: 0", "")]).await;
        let location = format!("http://{}/bucket/k", other.address);
        let head = format!("{status} Moved\r\nLocation: {location}\r\nContent-Length: 0");
        let server = Server::start(vec![answer(&head, "")]).await;
        let error = server.bucket().get_object("k").send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirect);
        assert!(error.to_string().contains(&location), "{error}");
        assert_eq!(server.seen().len(), 1);
        assert!(other.seen().is_empty());
    }
}

#[tokio::test]
async fn a_truncated_body_is_an_error() {
    for head in [
        "200 OK\r\nContent-Length: 100",
        "200 OK\r\nTransfer-Encoding: chunked",
    ] {
        let body = if head.contains("chunked") {
            "5\r\nhello\r\n"
        } else {
            "hello"
        };
        let server = Server::start(vec![answer(head, body)]).await;
        let object = server.bucket().get_object("k").send().await.unwrap();
        let error = object.body.into_bytes().await.unwrap_err();
        let expected = if head.contains("chunked") {
            ErrorKind::Transport
        } else {
            ErrorKind::Truncated
        };
        assert_eq!(error.kind(), expected, "{error}");
        assert!(error.is_temporary());
    }
}

#[tokio::test]
async fn surplus_after_the_announced_length_is_not_given_out() {
    let server = Server::start(vec![answer("200 OK\r\nContent-Length: 3", "hello")]).await;
    let object = server.bucket().get_object("k").send().await.unwrap();
    assert_eq!(object.body.into_bytes().await.unwrap(), "hel");
}

#[tokio::test]
async fn failures_of_a_proxy_are_repeated_with_fresh_signatures() {
    let html = "<html><center>nginx</center></html>";
    let bad = answer(
        &format!("502 Bad Gateway\r\nContent-Length: {}", html.len()),
        html,
    );
    let good = answer("201 Created\r\nContent-Length: 0", "");
    let server = Server::start(vec![bad, Act::Close, good]).await;
    server
        .bucket()
        .put_object("k", "hello")
        .send()
        .await
        .unwrap();
    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|request| request.ends_with("hello") && header(request, "authorization").is_some()));
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_is_counted_once() {
    let server = Server::start(vec![Act::Close, Act::Close, Act::Close, Act::Close]).await;
    let error = server.bucket().list_objects().send().await.unwrap_err();
    assert_eq!(
        (error.attempts(), error.kind()),
        (3, ErrorKind::Transport),
        "{error}"
    );
    assert_eq!(server.seen().len(), 3);
}

struct Head;

impl Operation for Head {
    type Output = Answer;
    const METADATA: Metadata =
        Metadata::new("HeadBucket", "HEAD Bucket", "HEAD", Scope::Bucket).retry(Retry::Safe);

    fn encode(self, _: &mut Parts) -> Result<(), Error> {
        Ok(())
    }

    fn decode(answer: Answer) -> Result<Answer, Error> {
        Ok(answer)
    }
}

#[tokio::test]
async fn the_length_that_head_tells_is_no_body() {
    let server = Server::start(vec![
        answer("200 OK\r\nContent-Length: 1234", ""),
        answer(
            "404 Not Found\r\nContent-Length: 99\r\nX-QS-Request-ID: 7",
            "",
        ),
    ])
    .await;
    let answer = server.bucket().call().send(Head).await.unwrap();
    assert_eq!(answer.parse::<u64>("Content-Length").unwrap(), Some(1234));
    let error = server.bucket().call().send(Head).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "HEAD Bucket bucket: 404 Not Found (request id 7)"
    );
}

#[tokio::test]
async fn large_bodies_arrive_whole() {
    let server = Server::start(vec![answer("201 Created\r\nContent-Length: 0", "")]).await;
    let body = "0123456789abcdef".repeat(40_000);
    server
        .bucket()
        .put_object("k", body.clone())
        .send()
        .await
        .unwrap();
    let request = &server.seen()[0];
    assert_eq!(header(request, "content-length"), Some("640000"));
    assert!(header(request, "transfer-encoding").is_none());
    assert!(request.ends_with(&body));
}

#[tokio::test]
async fn plain_http_behind_https_is_explained() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            let read = stream.read(&mut buffer).await.unwrap();
            assert!(read > 0);
            let text = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
            stream.write_all(text).await.unwrap();
        }
    });
    let transport = HttpTransport::builder().no_proxy().build().unwrap();
    let client = Client::builder()
        .no_environment()
        .endpoint(format!("https://{address}"))
        .retry(qingstor::RetryPolicy::never())
        .transport(transport)
        .build()
        .unwrap();
    let error = client.bucket("b").get_object("k").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.is_unsent());
    assert!(error.to_string().contains("http://"), "{error}");
}

#[tokio::test]
async fn a_missing_zone_is_named_when_no_connection_is_made() {
    let gone = nowhere().await;
    let address = gone.address.parse().unwrap();
    let transport = HttpTransport::builder()
        .no_proxy()
        .resolve("qingstor.com", address)
        .resolve("pek3a.qingstor.com", address)
        .build()
        .unwrap();
    let client = Client::builder()
        .no_environment()
        .endpoint(format!("http://qingstor.com:{}", address.port()))
        .retry(qingstor::RetryPolicy::never())
        .credentials("ID", "SECRET")
        .transport(transport)
        .build()
        .unwrap();
    let bucket = client.bucket("b");
    let error = bucket.get_object("k").send().await.unwrap_err();
    assert!(error.to_string().contains("no zone is set"), "{error}");
    let zoned = bucket.in_zone("pek3a").get_object("k").send().await;
    let listed = client.list_buckets().send().await;
    for error in [zoned.unwrap_err(), listed.unwrap_err()] {
        assert!(error.is_unsent(), "{error}");
        assert!(!error.to_string().contains("zone"), "{error}");
    }
}

struct Append(Body);

impl Operation for Append {
    type Output = ();
    const METADATA: Metadata = Metadata::new("Append", "Append", "POST", Scope::Bucket);

    fn encode(self, parts: &mut Parts) -> Result<(), Error> {
        parts.body(self.0);
        Ok(())
    }

    fn decode(_: Answer) -> Result<(), Error> {
        Ok(())
    }
}

#[tokio::test]
async fn what_was_not_sent_is_repeated_even_if_twice_would_harm() {
    let server = nowhere().await;
    let stream = || {
        let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>("a")]);
        Body::from_stream(1, chunks)
    };
    for body in [Body::empty(), Body::from("x"), stream()] {
        let left = body.clone();
        let error = server.bucket().call().send(Append(body)).await.unwrap_err();
        assert!(error.is_unsent(), "{error}");
        assert_eq!(error.attempts(), 3, "{error}");
        left.into_stream().unwrap().into_bytes().await.unwrap();
    }
    // A stream of no bytes is read to its end before anything is sent, so it is used up.
    let nothing = futures_util::stream::iter(Vec::<Result<&str, std::io::Error>>::new());
    let body = Body::from_stream(0, nothing);
    let error = server.bucket().call().send(Append(body)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 1));
    // A connection that breaks may have carried the request.
    let server = Server::start(vec![Act::Close, Act::Close]).await;
    let error = server.bucket().call().send(Append("x".into())).await;
    let error = error.unwrap_err();
    assert!(!error.is_unsent());
    assert_eq!((error.attempts(), server.seen().len()), (1, 1));
}

#[tokio::test]
async fn a_refused_connection_says_where_and_why() {
    let server = nowhere().await;
    let address = &server.address;
    let error = server.bucket().get_object("k").send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "GET Object bucket/k: could not connect to {address}: connection refused (3 attempts)"
        )
    );
    assert!(error.is_temporary());
    assert!(std::error::Error::source(&error).is_some());
}
