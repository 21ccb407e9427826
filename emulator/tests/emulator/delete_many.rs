//! Delete Multiple Objects.

use serde_json::json;

use crate::support::{Server, call};

#[tokio::test]
async fn named_objects_are_gone_and_missing_ones_count_too() {
    let server = Server::with_bucket().await;
    for key in ["a", "b%20c", "keep"] {
        server.put(&format!("/mybucket/{key}"), b"x").await;
    }
    let long = "k".repeat(1024);
    let body =
        json!({ "objects": [{"key": "a"}, {"key": "b c"}, {"key": "missing"}, {"key": long}] });
    let reply = server
        .send(&call("POST", "/mybucket?delete").json(&body.to_string()))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let answer = reply.json();
    assert_eq!(
        answer["deleted"],
        json!([{"key": "a"}, {"key": "b c"}, {"key": "missing"}])
    );
    assert_eq!(answer["errors"][0]["key"], json!(long));
    assert_eq!(answer["errors"][0]["code"], "invalid_object_name");
    assert!(answer["errors"][0]["message"].is_string());
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1));
    let left = server.get("/mybucket").await.json();
    assert_eq!(left["keys"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn quiet_tells_errors_only() {
    let server = Server::with_bucket().await;
    for (quiet, deleted) in [("true", 0), ("false", 1), ("null", 1)] {
        let body = format!(r#"{{"objects": [{{"key": "a"}}], "quiet": {quiet}}}"#);
        let answer = server
            .send(&call("POST", "/mybucket?delete").json(&body))
            .await
            .json();
        assert_eq!(
            answer["deleted"].as_array().map(Vec::len),
            Some(deleted),
            "{quiet}"
        );
    }
}

#[tokio::test]
async fn bad_requests_delete_nothing() {
    let server = Server::with_bucket().await;
    server.put("/mybucket/a", b"x").await;
    let post = || call("POST", "/mybucket?delete");
    let good = r#"{"objects": [{"key": "a"}]}"#;
    let many = json!({ "objects": vec![json!({"key": "a"}); 1001] }).to_string();
    for (body, code) in [
        ("{", "invalid_json"),
        ("", "invalid_json"),
        ("[]", "invalid_json"),
        ("\u{feff}{}", "invalid_json"),
        ("{}", "invalid_argument"),
        (r#"{"objects": null}"#, "invalid_argument"),
        (r#"{"objects": {"key": "a"}}"#, "invalid_argument"),
        (
            r#"{"objects": [{"key": "a"}, {"key": 1}]}"#,
            "invalid_argument",
        ),
        (r#"{"objects": [{"key": "a"}, "a"]}"#, "invalid_argument"),
        (
            r#"{"objects": [{"key": "a"}], "quiet": "yes"}"#,
            "invalid_argument",
        ),
        (many.as_str(), "too_many_objects"),
    ] {
        let reply = server.send(&post().json(body)).await;
        assert_eq!(reply.error(), (400, code.to_owned()), "{body}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(
        server.send(&post().json(&deep)).await.error().1,
        "invalid_json"
    );

    let without = server.send(&post().body(good.as_bytes())).await;
    assert_eq!(without.error(), (400, "invalid_argument".to_owned()));
    assert!(
        without.json()["message"]
            .to_string()
            .contains("Content-MD5")
    );
    let other = post().json("{}").body(good.as_bytes());
    assert_eq!(
        server.send(&other).await.error(),
        (400, "bad_digest".to_owned())
    );
    let version = r#"{"objects": [{"key": "a", "version_id": "1"}]}"#;
    let answer = server.send(&post().json(version)).await.json();
    assert_eq!(answer["errors"][0]["key"], "a");
    assert_eq!(server.get("/mybucket/a").await.status, 200);
}
