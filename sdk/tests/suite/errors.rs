//! Errors as people and programs see them.

use std::error::Error as _;

use qingstor::testing::Replay;
use qingstor::{Bucket, Error, ErrorCode, ErrorKind};

fn bucket(replay: &Replay) -> Bucket {
    replay.client().unwrap().bucket("photos")
}

async fn get(replay: Replay) -> Error {
    let request = bucket(&replay).get_object("cat.png");
    request.send().await.map(drop).unwrap_err()
}

const ID: (&str, &str) = ("X-QS-Request-ID", "1a2b");

#[tokio::test]
async fn a_refusal_says_everything_in_one_line() {
    let body = r#"{"code":"object_not_exists","message":"The object does not exist.","request_id":"1a2b","url":"http://docs"}"#;
    let error = get(Replay::new().answer(
        404,
        &[ID, ("Content-Type", "application/json; charset=utf-8")],
        body,
    ))
    .await;
    assert_eq!(
        error.to_string(),
        "GET Object photos/cat.png: 404 object_not_exists: The object does not exist. (request id 1a2b)"
    );
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.code(), Some(&ErrorCode::ObjectNotExists));
    assert_eq!(error.status(), Some(404));
    assert_eq!(error.request_id(), Some("1a2b"));
    assert_eq!(error.operation(), Some("GetObject"));
    assert_eq!(error.message(), "The object does not exist.");
    assert_eq!(error.attempts(), 1);
    assert_eq!(error.headers()["x-qs-request-id"], "1a2b");
    assert!(!error.is_temporary());
    assert!(error.source().is_none());
}

#[tokio::test]
async fn unknown_codes_are_kept() {
    let error = get(Replay::new().answer(400, &[], r#"{"code":"brand_new","message":null}"#)).await;
    assert_eq!(error.code().map(ErrorCode::as_str), Some("brand_new"));
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(
        error.to_string(),
        "GET Object photos/cat.png: 400 brand_new"
    );
}

#[tokio::test]
async fn answers_without_json_give_status_and_request_id() {
    for (body, expected) in [
        (
            "",
            "GET Object photos/cat.png: 403 Forbidden (request id 1a2b)",
        ),
        (
            "<html><h1>403</h1>",
            "GET Object photos/cat.png: 403 Forbidden (request id 1a2b)",
        ),
        (
            "no way",
            "GET Object photos/cat.png: 403: no way (request id 1a2b)",
        ),
        (
            "[1]",
            "GET Object photos/cat.png: 403: [1] (request id 1a2b)",
        ),
    ] {
        let error = get(Replay::new().answer(403, &[ID], body)).await;
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.code(), None);
        assert_eq!(error.body(), body.as_bytes());
    }
}

#[tokio::test]
async fn the_request_id_may_be_in_the_body_only() {
    let body = r#"{"code":"internal_error","request_id":"77"}"#;
    let replay = Replay::new()
        .answer(500, &[], body)
        .answer(500, &[], body)
        .answer(500, &[], body);
    let error = get(replay).await;
    assert_eq!(
        error.to_string(),
        "GET Object photos/cat.png: 500 internal_error (request id 77, 3 attempts)"
    );
    assert!(error.is_temporary());
}

#[tokio::test]
async fn conditions_have_kinds_of_their_own() {
    let error = get(Replay::new().answer(304, &[ID, ("Content-Length", "17")], "")).await;
    assert_eq!(error.kind(), ErrorKind::NotModified);
    assert_eq!(
        error.to_string(),
        "GET Object photos/cat.png: 304 Not Modified (request id 1a2b)"
    );
    let error = get(Replay::new().answer(412, &[ID], r#"{"code":"precondition_failed"}"#)).await;
    assert_eq!(error.kind(), ErrorKind::PreconditionFailed);
}

#[tokio::test]
async fn redirects_say_what_to_do() {
    let location = (
        "Location",
        "https://pek3b.qingstor.com/photos/cat.png?signature=canary",
    );
    let error = get(Replay::new().answer(301, &[location], "")).await;
    assert_eq!(error.kind(), ErrorKind::Redirect);
    let text = error.to_string();
    assert!(
        text.contains("https://pek3b.qingstor.com/photos/cat.png"),
        "{text}"
    );
    assert!(
        text.contains(".in_zone(\"pek3b\")") && text.contains("QINGSTOR_ZONE"),
        "{text}"
    );
    assert!(!text.contains("canary"), "{text}");
    let error = get(Replay::new().answer(307, &[("Location", "https://u:canary@x/")], "")).await;
    assert!(!error.to_string().contains("canary"), "{error}");
    let error = get(Replay::new().answer(302, &[], "")).await;
    assert!(error.to_string().contains("does not say where"), "{error}");
}

#[tokio::test]
async fn hostile_text_cannot_break_the_line() {
    let body = r#"{"code":"a\r\nb","message":"x\u001b[31m\ny\u202e","request_id":"i\nd"}"#;
    let error = get(Replay::new().answer(400, &[], body)).await;
    let text = format!("{error}{error:?}");
    assert!(
        !text.chars().any(|c| c.is_control() || c == '\u{202e}'),
        "{text:?}"
    );
    let replay = Replay::new().answer(404, &[], "");
    let request = bucket(&replay).get_object("a\nb");
    let error = request.send().await.map(drop).unwrap_err();
    assert_eq!(error.to_string(), "GET Object photos/a\\nb: 404 Not Found");
}

#[tokio::test]
async fn long_error_bodies_are_cut() {
    let error = get(Replay::new().answer(400, &[], vec![b'x'; 1 << 20])).await;
    assert_eq!(error.body().len(), 64 * 1024);
    assert!(error.to_string().len() < 400);
    // An error body that breaks off does not hide the error.
    let error = get(Replay::new().answer(403, &[("Content-Length", "100")], "short")).await;
    assert_eq!(error.status(), Some(403));
}

#[tokio::test]
async fn too_long_json_is_refused() {
    let replay = Replay::new().answer(200, &[ID], vec![b' '; 16 * 1024 * 1024 + 1]);
    let error = bucket(&replay).list_objects().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("16777216"), "{error}");
    let replay = Replay::new().answer(200, &[ID], vec![b' '; 16 * 1024 * 1024]);
    bucket(&replay).list_objects().send().await.unwrap();
}

#[tokio::test]
async fn unreadable_answers_name_what_is_unreadable() {
    let replay = Replay::new().answer(200, &[ID], "{\"keys\": 3}");
    let error = bucket(&replay).list_objects().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let text = error.to_string();
    assert!(
        text.starts_with("GET Bucket (List Objects) photos: "),
        "{text}"
    );
    assert!(text.contains("request id 1a2b"), "{text}");
    let error = get(Replay::new().answer(200, &[("Last-Modified", "yesterday")], "")).await;
    assert!(
        error.to_string().contains("header Last-Modified"),
        "{error}"
    );
    let error = get(Replay::new().answer(200, &[("Content-Length", "ten")], "")).await;
    assert!(
        error.to_string().contains("header Content-Length"),
        "{error}"
    );
}

#[tokio::test]
async fn streams_report_wrong_lengths() {
    for (length, expected) in [
        ("9", "ended after 5 of 9 bytes"),
        ("3", "went on after 0 of 3 bytes"),
    ] {
        let replay = Replay::new().answer(200, &[("Content-Length", length)], "hello");
        let object = bucket(&replay).get_object("cat.png").send().await.unwrap();
        let mut body = object.body;
        let mut last = body.next().await;
        while matches!(last, Some(Ok(_))) {
            last = body.next().await;
        }
        let error = last.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated);
        assert_eq!(
            error.to_string(),
            format!("GET Object photos/cat.png: the body {expected}")
        );
        assert!(body.next().await.is_none());
    }
}
