//! Errors as people and programs see them.

use std::error::Error as _;

use qingstor::testing::Replay;
use qingstor::{Bucket, Error, ErrorCode, ErrorKind, RetryPolicy};

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
async fn what_it_is_about_can_be_asked() {
    let error = get(Replay::new().answer(404, &[ID], "")).await;
    assert_eq!(
        (error.bucket(), error.key()),
        (Some("photos"), Some("cat.png"))
    );
    assert!(error.is_not_found());
    let error = get(Replay::new().answer(403, &[ID], "")).await;
    assert!(!error.is_not_found());
    let client = Replay::new().answer(403, &[ID], "").client().unwrap();
    let error = client.list_buckets().send().await.unwrap_err();
    assert_eq!((error.bucket(), error.key()), (None, None));
}

#[tokio::test]
async fn debug_begins_with_the_line_for_people() {
    let error = get(Replay::new().answer(404, &[ID], "")).await;
    let text = format!("{error:?}");
    assert!(
        text.starts_with(&format!("{error} Error {{ kind: NotFound, ")),
        "{text}"
    );
    assert!(text.contains("status: Some(404)"), "{text}");
}

#[tokio::test]
async fn errors_from_encoding_name_the_object() {
    let bucket = bucket(&Replay::new());
    let request = bucket.get_object("big").range(5..5);
    let error = request.send().await.map(drop).unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET Object photos/big: the range is empty, and HTTP cannot ask for no bytes"
    );
    assert_eq!(error.key(), Some("big"));
    let request = bucket.get_object("big").range(5..5);
    let error = request
        .presign(std::time::Duration::from_secs(9))
        .unwrap_err();
    assert_eq!(error.key(), Some("big"));
    // The next error on this thread is not about it.
    let error = bucket.list_objects().send().await.unwrap_err();
    assert_eq!(error.key(), None);
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
async fn answers_of_others_are_recognised() {
    for (status, body) in [(404, "<html>"), (404, ""), (403, "no"), (405, "")] {
        let error = get(Replay::new().answer(status, &[], body)).await;
        let text = error.to_string();
        assert!(text.contains("does not look like QingStor's"), "{text}");
        assert!(text.contains("endpoint pek3a.qingstor.com"), "{text}");
        assert_eq!(error.status(), Some(status));
    }
    let replay = Replay::new().answer(404, &[], "");
    let error = bucket(&replay).head_object("k").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("does not look like"), "{error}");
    // The service, a gateway of it, and a redirect.
    for replay in [
        Replay::new().answer(404, &[ID], ""),
        Replay::new().answer(404, &[], r#"{"code":"object_not_exists"}"#),
        Replay::new().answer(502, &[], "<html>"),
        Replay::new().answer(429, &[], ""),
        Replay::new().answer(301, &[], ""),
    ] {
        let error = get(replay).await;
        assert!(!error.to_string().contains("look like"), "{error}");
    }
}

#[tokio::test]
async fn a_success_that_the_service_does_not_give_is_an_error() {
    let page = [("Content-Type", "text/html")];
    let replay = Replay::new()
        .answer(202, &page, "<html>")
        .answer(200, &page, "<html>");
    let error = bucket(&replay).get_object("k").send().await;
    let error = error.map(drop).unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Decode, Some(202))
    );
    for part in ["202", "text/html", "check the endpoint pek3a.qingstor.com"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    assert!(!error.is_temporary());
    // PUT Object is answered with 201.
    let error = bucket(&replay).put_object("k", "x").send().await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn an_unsigned_request_that_is_refused_is_explained() {
    for status in [401, 403] {
        let body = r#"{"code":"permission_denied","message":"No."}"#;
        let replay = Replay::new().answer(status, &[ID], body);
        let client = replay.builder().anonymous().build().unwrap();
        let error = client.bucket("b").get_object("k").send().await;
        let error = error.map(drop).unwrap_err();
        assert!(error.to_string().contains("no access key"), "{error}");
        let error = get(Replay::new().answer(status, &[ID], body)).await;
        assert!(!error.to_string().contains("no access key"), "{error}");
    }
}

#[tokio::test]
async fn the_request_id_may_be_in_the_body_only() {
    let body = r#"{"code":"internal_error","request_id":"77"}"#;
    let replay = Replay::new()
        .answer(500, &[], body)
        .answer(500, &[], body)
        .answer(500, &[], body);
    let client = replay.builder().retry(RetryPolicy::default()).build();
    let request = client.unwrap().bucket("photos").get_object("cat.png");
    let error = request.send().await.map(drop).unwrap_err();
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
    assert!(
        error
            .to_string()
            .starts_with("GET Object photos/a\\nb: 404"),
        "{error}"
    );
}

#[tokio::test]
async fn codes_and_messages_are_bounded() {
    let long = "x".repeat(129);
    for code in [long.as_str(), "a b", "a\\u0007", "c\u{f6}de"] {
        let body = format!("{{\"code\":\"{code}\",\"message\":\"why\"}}");
        let error = get(Replay::new().answer(400, &[ID], body.clone())).await;
        assert_eq!(error.code(), None, "{code}");
        assert_eq!(error.message(), "why");
        assert_eq!(error.body(), body.as_bytes());
    }
    let body = format!(
        "{{\"code\":\"signature_not_matched\",\"message\":\"{}\",\"request_id\":\"{}\"}}",
        "m".repeat(50_000),
        "i".repeat(10_000)
    );
    let error = get(Replay::new().answer(401, &[], body)).await;
    assert!(error.to_string().len() < 1000, "{error}");
    assert!(format!("{error:?}").len() < 3000, "{error:?}");
    // The advice is not what is cut off.
    assert!(error.to_string().contains("secret access key"), "{error}");
}

#[test]
fn unknown_values_are_shown_on_one_line() {
    let class = qingstor::types::StorageClass::from("NEW\n\u{1b}[31m");
    let qingstor::types::StorageClass::Unknown(value) = class else {
        panic!()
    };
    assert_eq!(value.to_string(), "NEW\\n\\u{1b}[31m");
    assert_eq!(value.as_str(), "NEW\n\u{1b}[31m");
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
}

#[tokio::test]
async fn one_odd_header_or_time_does_not_hide_the_answer() {
    let odd = [
        ("Last-Modified", "yesterday"),
        ("Content-Length", "ten"),
        ("ETag", "caf\u{e9}"),
    ];
    let replay = Replay::new().answer(200, &odd, "hi");
    let object = bucket(&replay).get_object("k").send().await.unwrap();
    assert_eq!((object.last_modified, object.content_length), (None, None));
    assert_eq!(object.etag.as_deref(), Some("caf\u{e9}"));
    assert_eq!(object.meta().headers()["last-modified"], "yesterday");
    assert_eq!(object.body.into_bytes().await.unwrap(), "hi");
    let body = r#"{"keys":[{"key":"a","created":""},{"key":"b"}]}"#;
    let replay = Replay::new().answer(200, &[], body);
    let page = bucket(&replay).list_objects().send().await.unwrap();
    assert_eq!((page.keys.len(), page.keys[0].created), (2, None));
}

#[tokio::test]
async fn streams_report_wrong_lengths() {
    for (length, expected) in [
        ("9", "ended after 5 of 9 bytes"),
        ("3", "is longer than the announced 3 bytes"),
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
