//! What goes over the wire.

use std::time::Duration;

use qingstor::operation::{Answer, Metadata, Operation, Parts, Retry, Scope};
use qingstor::sign::Signable;
use qingstor::testing::{Replay, WireRequest};
use qingstor::types::{ByteRange, CustomerKey, StorageClass};
use qingstor::{Bucket, Error, ErrorKind, RetryPolicy};

pub(crate) fn bucket(replay: &Replay) -> Bucket {
    replay.client().unwrap().bucket("mybucket")
}

pub(crate) fn ok() -> Replay {
    Replay::new().answer(200, &[], "")
}

/// Whether the request's own text carries the right signature of the default test key.
pub(crate) fn is_signed(request: &WireRequest) -> bool {
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    let signable = Signable::new(&request.method, path)
        .query(query)
        .headers(&headers);
    let signer = qingstor::sign::Signer::new("ACCESS_KEY_ID", "SECRET_ACCESS_KEY");
    request.header("authorization") == Some(&signer.authorization(&signable))
}

macro_rules! custom {
    ($name:ident, $method:literal, $retry:ident) => {
        pub(crate) struct $name(pub(crate) Parts);
        impl Operation for $name {
            type Output = Answer;
            const METADATA: Metadata =
                Metadata::new("Custom", "Custom", $method, Scope::Bucket).retry(Retry::$retry);
            fn encode(self, parts: &mut Parts) -> Result<(), Error> {
                *parts = self.0;
                Ok(())
            }
            fn decode(answer: Answer) -> Result<Answer, Error> {
                Ok(answer)
            }
        }
    };
}
custom!(Head, "HEAD", Safe);
custom!(Delete, "DELETE", Never);
custom!(Post, "POST", Never);

#[tokio::test]
async fn a_known_request_has_the_published_signature() {
    // Vectors V14 and V7 of the official Go SDK.
    let replay = Replay::new()
        .answer(201, &[("ETag", "\"x\"")], "")
        .answer(200, &[], "");
    let stored = bucket(&replay)
        .put_object("m", "")
        .content_type("text/plain")
        .metadata("B", "two")
        .metadata("a", "one")
        .storage_class(StorageClass::StandardIa)
        .send()
        .await
        .unwrap();
    assert_eq!(stored.etag.as_deref(), Some("\"x\""));
    bucket(&replay).get_object("中文测试").send().await.unwrap();
    let [put, get] = &replay.requests()[..] else {
        panic!()
    };
    assert_eq!(
        put.header("authorization"),
        Some("QS ACCESS_KEY_ID:UTjfruHETpASFJ9RCKDTeLolT/7v2Sb/3A049J14db4=")
    );
    assert_eq!(
        (put.host.as_str(), put.target.as_str()),
        ("pek3a.qingstor.com", "/mybucket/m")
    );
    assert_eq!(put.header("content-length"), Some("0"));
    assert_eq!(put.header("date"), Some("Wed, 10 Dec 2014 17:20:31 GMT"));
    assert_eq!(put.operation, Some("PutObject"));
    assert_eq!(
        get.header("authorization"),
        Some("QS ACCESS_KEY_ID:8I1Y7gZ6eFLr1l6cv4TaW/BF79cUA3sxPWgdY1gk6AI=")
    );
    assert_eq!(get.target, "/mybucket/%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95");
    assert_eq!(get.header("content-length"), None);
    let names: Vec<&str> = get.headers.keys().map(|name| name.as_str()).collect();
    assert_eq!(
        names.len(),
        3,
        "nothing but date, authorization and user-agent: {names:?}"
    );
}

#[tokio::test]
async fn virtual_host_style_signs_the_bucket() {
    // Vector V16 of the official Go SDK, by way of a key that encodes to the same path.
    let replay = ok();
    let client = replay.builder().virtual_host_style(true).build().unwrap();
    client
        .bucket("mybucket")
        .get_object("a b/c+d")
        .send()
        .await
        .unwrap();
    let request = &replay.requests()[0];
    assert_eq!(request.host, "mybucket.pek3a.qingstor.com");
    assert_eq!(request.target, "/a%20b/c%2Bd");
    assert_eq!(
        request.header("authorization"),
        Some("QS ACCESS_KEY_ID:Ow/NbanYmHJtQ/ZjLhxhNaJZOE5NK809xPaNm4iKag4=")
    );
}

#[tokio::test]
async fn query_values_are_encoded_on_the_wire_and_signed_decoded() {
    // Half of vector V6: one response override.
    let replay = ok();
    bucket(&replay)
        .get_object("a.txt")
        .response_content_type("text/plain; charset=utf-8")
        .customize(|call| {
            call.query(
                "response-content-disposition",
                "attachment; filename=\"a b+c.txt\"",
            )
        })
        .send()
        .await
        .unwrap();
    let request = &replay.requests()[0];
    assert_eq!(
        request.target,
        "/mybucket/a.txt?response-content-type=text%2Fplain%3B%20charset%3Dutf-8&response-content-disposition=attachment%3B%20filename%3D%22a%20b%2Bc.txt%22"
    );
    assert_eq!(
        request.header("authorization"),
        Some("QS ACCESS_KEY_ID:BuqWqp+b0DXF/yW5Z6CwGtphAvVSAdYv981plkGHfwQ=")
    );
}

#[tokio::test]
async fn an_own_date_header_empties_the_date_line() {
    // Vector V3 without its other headers would need another signature, so the rule is shown by the
    // string to sign: `Date` must not matter.
    let replay = Replay::new().answer(200, &[], "");
    bucket(&replay)
        .get_object("k")
        .customize(|call| call.header("X-QS-Date", "Wed, 10 Dec 2014 17:20:31 GMT"))
        .send()
        .await
        .unwrap();
    let request = &replay.requests()[0];
    let text = Signable::new("GET", "/mybucket/k")
        .headers(&[("x-qs-date", "Wed, 10 Dec 2014 17:20:31 GMT")]);
    assert_eq!(
        text.string_to_sign(None),
        "GET\n\n\n\nx-qs-date:Wed, 10 Dec 2014 17:20:31 GMT\n/mybucket/k"
    );
    let signer = qingstor::sign::Signer::new("ACCESS_KEY_ID", "SECRET_ACCESS_KEY");
    assert_eq!(
        request.header("authorization"),
        Some(signer.authorization(&text).as_str())
    );
}

#[tokio::test]
async fn nothing_is_sent_without_a_bucket_or_a_key() {
    let replay = Replay::new();
    let client = replay.client().unwrap();
    for error in [
        client.bucket("").list_objects().send().await.unwrap_err(),
        client
            .bucket("b")
            .get_object("")
            .send()
            .await
            .map(drop)
            .unwrap_err(),
        client
            .bucket("b")
            .get_object("k")
            .range(5..5)
            .send()
            .await
            .map(drop)
            .unwrap_err(),
        client.bucket("..").list_objects().send().await.unwrap_err(),
        client
            .bucket("b")
            .in_zone("a/b")
            .list_objects()
            .send()
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert_eq!(error.attempts(), 0);
        assert!(error.operation().is_some(), "{error}");
    }
    assert!(replay.requests().is_empty());
}

#[tokio::test]
async fn extra_headers_and_queries_are_checked() {
    let replay = Replay::new();
    for name in [
        "Authorization",
        "content-length",
        "Date",
        "Host",
        "Transfer-Encoding",
        "a b",
        "",
    ] {
        let request = bucket(&replay)
            .list_objects()
            .customize(|call| call.header(name, "1"));
        let error = request.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name}: {error}");
    }
    for value in ["a\r\nx-qs-evil: 1", "中", " a"] {
        let request = bucket(&replay)
            .list_objects()
            .customize(|call| call.header("X-A", value));
        let error = request.send().await.unwrap_err();
        assert!(
            error.to_string().contains("x-a") || error.to_string().contains("X-A"),
            "{error}"
        );
    }
    for name in ["access_key_id", "Expires", "SIGNATURE"] {
        let request = || {
            let request = bucket(&replay).get_object("k");
            request.customize(|call| call.query(name, "1"))
        };
        let errors = [
            request().send().await.unwrap_err(),
            request().presign(Duration::from_secs(60)).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(error.to_string().contains("presigned"), "{error}");
        }
    }
    let twice = bucket(&replay)
        .list_objects()
        .prefix("a")
        .customize(|call| call.query("prefix", "b"));
    let error = twice.send().await.unwrap_err();
    assert!(error.to_string().contains("twice"), "{error}");
    assert!(replay.requests().is_empty());
}

#[tokio::test]
async fn anonymous_clients_sign_nothing() {
    let replay = ok();
    let client = replay.builder().anonymous().build().unwrap();
    client.bucket("b").get_object("k").send().await.unwrap();
    assert_eq!(replay.requests()[0].header("authorization"), None);
    let error = client
        .bucket("b")
        .call()
        .send(Post(Parts::new()))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(
        error.to_string().contains("QINGSTOR_ACCESS_KEY_ID"),
        "{error}"
    );
}

#[tokio::test]
async fn customer_keys_and_ranges_become_headers() {
    let replay = Replay::new().answer(
        206,
        &[("Content-Length", "2"), ("x-qs-meta-Owner", "ann")],
        "hi",
    );
    let object = bucket(&replay)
        .get_object("k")
        .range(ByteRange::suffix(2))
        .encryption_customer_key(CustomerKey::new([b'x'; 32]))
        .send()
        .await
        .unwrap();
    assert_eq!(object.metadata["owner"], "ann");
    assert_eq!(object.content_length, Some(2));
    assert_eq!(object.body.into_bytes().await.unwrap(), "hi");
    let request = &replay.requests()[0];
    assert_eq!(request.header("range"), Some("bytes=-2"));
    assert_eq!(
        request.header("x-qs-encryption-customer-key-md5"),
        Some("3I/h1kl+vSP1l12NKhxegQ==")
    );
    assert!(is_signed(request));
    assert!(!format!("{request:?}").contains("eHh4"));
}

#[tokio::test]
async fn the_replay_transport_ends_in_an_error() {
    let replay = Replay::new();
    let error = bucket(&replay).list_objects().send().await.unwrap_err();
    assert!(error.to_string().contains("no answer left"), "{error}");
    assert_eq!(error.kind(), ErrorKind::Config);
    // A service that is gone stays so, also for a client that tries again.
    let replay = Replay::new().failure(ErrorKind::Transport, "gone");
    let builder = replay.builder().retry(RetryPolicy::default());
    let client = builder.build().unwrap();
    let error = client.bucket("b").list_objects().send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 3));
    assert_eq!(error.message(), "gone");
}

#[tokio::test]
async fn replayed_answers_are_for_one_request_each() {
    let replay = Replay::new().answer(503, &[], "").answer(200, &[], "{}");
    let error = bucket(&replay).list_objects().send().await.unwrap_err();
    assert_eq!((error.status(), error.attempts()), (Some(503), 1));
    assert_eq!(replay.remaining(), 1);
}

#[tokio::test]
async fn time_limits_end_the_whole_operation() {
    let replay = Replay::new()
        .answer(503, &[("Retry-After", "10")], "")
        .answer(200, &[], "{}");
    let client = replay
        .builder()
        .retry(RetryPolicy::default())
        .sleeper(|duration| {
            assert!(
                duration <= Duration::from_secs(5),
                "slept {duration:?} past the limit"
            );
            Box::pin(std::future::pending())
        })
        .build()
        .unwrap();
    let request = client.bucket("b").list_objects();
    let request = request.customize(|call| call.timeout(Duration::from_secs(5)));
    let error = request.send().await.unwrap_err();
    assert_eq!(
        error.status(),
        Some(503),
        "the error is kept when there is no time for another try"
    );
    assert_eq!(replay.remaining(), 1);
}
