//! Zone discovery with answers that a well-behaved service does not give, and what is sent on the way.

use qingstor::testing::Replay;
use qingstor::{Client, Error, ErrorKind, RetryPolicy};

/// A client of `https://qingstor.com` without a zone.
fn client(replay: &Replay) -> Client {
    replay.builder().zone("").build().unwrap()
}

fn to(location: &str) -> Replay {
    Replay::new().answer(301, &[("Location", location)], "")
}

async fn read(replay: &Replay) -> Result<bytes::Bytes, Error> {
    let bucket = client(replay).bucket("photos");
    let answer = bucket.get_object("cat.png").send().await?;
    answer.body.into_bytes().await
}

#[tokio::test]
async fn the_question_is_neither_signed_nor_that_of_the_caller() {
    let replay = to("https://sh1a.qingstor.com/photos").answer(201, &[], "");
    client(&replay)
        .bucket("photos")
        .put_object("cat.png", "meow")
        .customize(|call| call.header("X-Secret", "canary").query("trace", "1"))
        .send()
        .await
        .unwrap();
    let requests = replay.requests();
    let question = &requests[0];
    assert_eq!(
        (&*question.method, &*question.host, &*question.target),
        ("HEAD", "qingstor.com", "/photos")
    );
    assert!(question.header("Authorization").is_none());
    assert!(question.header("X-Secret").is_none());
    assert!(question.body.is_empty());
    let request = &requests[1];
    assert_eq!(
        (&*request.method, &*request.host, &*request.target),
        ("PUT", "sh1a.qingstor.com", "/photos/cat.png?trace=1")
    );
    // printf 'PUT\n\n\nWed, 10 Dec 2014 17:20:31 GMT\n/photos/cat.png' | openssl dgst -sha256 -hmac SECRET_ACCESS_KEY -binary | base64
    assert_eq!(
        request.header("Authorization"),
        Some("QS ACCESS_KEY_ID:xwF1RdHxhQ4Z6DlGsUe+YGhF7Ig52N/+QEoozdsuFlE=")
    );
}

#[tokio::test]
async fn hosts_outside_the_endpoint_are_not_believed() {
    for location in [
        "https://sh1a.evil.example/photos",
        "https://sh1a.qingstor.com.evil.example/photos",
        "https://user:canary@sh1a.qingstor.com/photos",
        "https://sh1a.qingstor.com/drawings",
        "/photos",
        "",
    ] {
        let replay = to(location).answer(200, &[], "wrong");
        let error = read(&replay).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{location}");
        let text = error.to_string();
        assert!(text.starts_with("GET Object photos/cat.png: "), "{text}");
        assert!(text.contains("names none"), "{text}");
        assert!(!text.contains("canary"), "{text}");
        assert_eq!(replay.remaining(), 1, "{location}");
    }
}

#[tokio::test]
async fn a_question_without_an_answer_says_how_to_do_without() {
    for (replay, kind) in [
        (
            Replay::new().answer(403, &[], ""),
            ErrorKind::PermissionDenied,
        ),
        (Replay::new().answer(200, &[], ""), ErrorKind::Decode),
        (Replay::new().answer(500, &[], ""), ErrorKind::Service),
        (
            Replay::new().failure(ErrorKind::Transport, "no route"),
            ErrorKind::Transport,
        ),
    ] {
        let error = read(&replay).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(".in_zone("), "{error}");
    }
}

#[tokio::test]
async fn the_question_is_repeated_like_any_other_read() {
    let replay = Replay::new()
        .answer(503, &[], "")
        .answer(301, &[("Location", "https://sh1a.qingstor.com/photos")], "")
        .answer(200, &[], "meow");
    let client = replay
        .builder()
        .zone("")
        .retry(RetryPolicy::default())
        .build()
        .unwrap();
    let cat = client.bucket("photos").get_object("cat.png").send().await;
    assert_eq!(cat.unwrap().body.into_bytes().await.unwrap(), "meow");
}

#[tokio::test]
async fn a_redirect_from_any_endpoint_leads_to_a_zone_below_it_once() {
    let there = ("Location", "https://sh1a.s.example/photos/cat.png");
    let replay = Replay::new()
        .answer(307, &[there], "")
        .answer(201, &[], "")
        .answer(201, &[], "")
        .answer(
            307,
            &[("Location", "https://gd2.s.example/photos/cat.png")],
            "",
        )
        .answer(307, &[there], "");
    let client = replay
        .builder()
        .zone("")
        .endpoint("https://s.example")
        .build()
        .unwrap();
    let bucket = client.bucket("photos");
    let put = || bucket.put_object("cat.png", "meow").send();
    let hosts = || {
        let requests = replay.requests();
        requests.into_iter().map(|r| r.host).collect::<Vec<_>>()
    };
    put().await.unwrap();
    assert_eq!(hosts(), ["s.example", "sh1a.s.example"]);
    // It is remembered.
    put().await.unwrap();
    assert_eq!(hosts()[2..], ["sh1a.s.example"]);
    // In a circle nobody goes on.
    let error = put().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert_eq!(error.attempts(), 2);
    assert_eq!(hosts()[3..], ["sh1a.s.example", "gd2.s.example"]);
}

#[tokio::test]
async fn a_zone_that_was_set_is_not_left() {
    let replay = to("https://sh1a.qingstor.com/photos/cat.png").answer(200, &[], "wrong");
    let bucket = replay.client().unwrap().bucket("photos");
    let error = bucket.get_object("cat.png").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert!(error.to_string().contains(".in_zone(\"sh1a\")"), "{error}");
    assert_eq!(replay.remaining(), 1);
}

#[tokio::test]
async fn a_bucket_that_has_moved_is_looked_for_again() {
    const GONE: &str = r#"{"code":"bucket_not_exists","message":"no","request_id":"1","url":""}"#;
    let replay = to("https://sh1a.qingstor.com/photos")
        .answer(200, &[], "old")
        .answer(404, &[], GONE)
        .answer(301, &[("Location", "https://gd2.qingstor.com/photos")], "")
        .answer(200, &[], "new")
        .answer(404, &[], GONE)
        .answer(404, &[], "");
    let bucket = client(&replay).bucket("photos");
    let read = || async {
        let answer = bucket.get_object("k").send().await?;
        answer.body.into_bytes().await
    };
    assert_eq!(read().await.unwrap(), "old");
    assert_eq!(read().await.unwrap(), "new");
    // Gone altogether: the error is the service's, not that of the question.
    let error = read().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        error.code().map(|code| code.as_str()),
        Some("bucket_not_exists")
    );
    assert_eq!(replay.remaining(), 0);
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_before_anything_is_asked() {
    let replay = to("https://sh1a.qingstor.com/photos");
    let bucket = client(&replay).bucket("photos");
    let error = bucket.get_object("a/../b").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(replay.remaining(), 1);
}

#[tokio::test]
async fn a_moved_bucket_is_found_by_head_too() {
    let replay = to("https://sh1a.qingstor.com/photos")
        .answer(200, &[], "")
        .answer(404, &[], "")
        .answer(301, &[("Location", "https://gd2.qingstor.com/photos")], "")
        .answer(200, &[], "");
    let bucket = client(&replay).bucket("photos");
    bucket.head_bucket().send().await.unwrap();
    bucket.head_bucket().send().await.unwrap();
    assert_eq!(replay.requests()[4].host, "gd2.qingstor.com");
}

#[tokio::test]
async fn a_question_that_is_redirected_elsewhere_is_not_asked_there() {
    // 303 means another resource, not another place of this one.
    let location = ("Location", "https://sh1a.qingstor.com/photos");
    let replay = Replay::new()
        .answer(303, &[location], "")
        .answer(200, &[], "");
    let error = read(&replay).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect, "{error}");
    assert_eq!(replay.remaining(), 1);
}

#[tokio::test]
async fn a_body_that_can_be_read_once_is_not_sent_after_a_redirect() {
    let location = ("Location", "https://sh1a.s.example/photos/cat.png");
    let replay = Replay::new()
        .answer(307, &[location], "")
        .answer(201, &[], "");
    let client = replay
        .builder()
        .zone("")
        .endpoint("https://s.example")
        .build();
    let chunks: Vec<Result<&'static str, std::io::Error>> = vec![Ok("meow")];
    let body = qingstor::Body::from_stream(4, futures_util::stream::iter(chunks));
    let bucket = client.unwrap().bucket("photos");
    let error = bucket.put_object("cat.png", body).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert!(error.to_string().contains(".in_zone(\"sh1a\")"), "{error}");
    assert_eq!(replay.remaining(), 1);
}
