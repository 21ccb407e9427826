//! Lifecycle rules: set, and carried out as the clock moves.

use serde_json::{Value, json};

use crate::support::{Call, NOW, Server, call};

const DAY: u64 = 24 * 60 * 60;

/// A request at the time to which the clock was set; the date is said in another header then.
fn later(call: Call, days: u64) -> Call {
    let date = httpdate::fmt_http_date(
        std::time::UNIX_EPOCH + std::time::Duration::from_secs(NOW + days * DAY),
    );
    call.header("x-qs-date", &date)
}

async fn set(server: &Server, rules: Value, day: u64) {
    let document = json!({ "rule": rules }).to_string();
    let put = later(call("PUT", "/mybucket?lifecycle").json(&document), day);
    let reply = server.send(&put).await;
    assert_eq!(
        (reply.status, reply.body.len()),
        (200, 0),
        "{}",
        reply.text()
    );
}

async fn rules(server: &Server, day: u64) -> Value {
    let reply = server
        .send(&later(call("GET", "/mybucket?lifecycle"), day))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["rule"].clone()
}

async fn exists(server: &Server, key: &str, day: u64) -> bool {
    let get = later(call("GET", &format!("/mybucket/{key}")), day);
    server.send(&get).await.status == 200
}

async fn class(server: &Server, key: &str, day: u64) -> String {
    let get = later(call("GET", &format!("/mybucket/{key}")), day);
    let reply = server.send(&get).await;
    reply
        .header("x-qs-storage-class")
        .unwrap_or("STANDARD")
        .to_owned()
}

fn rule(id: &str, prefix: &str, action: &str, content: Value) -> Value {
    json!({ "id": id, "status": "enabled", "filter": { "prefix": prefix }, action: content })
}

#[tokio::test]
async fn rules_are_kept_with_their_time() {
    let server = Server::with_bucket().await;
    assert_eq!(rules(&server, 0).await, json!([]));
    let first = json!([
        {
            "id": "a", "status": "Enabled", "filter": {}, "expiration": { "days": 7, "why": "old" },
            "transition": null, "note": 1,
        },
    ]);
    set(&server, first, 0).await;
    let kept = json!([
        {
            "id": "a", "status": "Enabled", "filter": {}, "expiration": { "days": 7, "why": "old" },
            "note": 1, "created": NOW, "state": "unchecked",
        },
    ]);
    assert_eq!(rules(&server, 0).await, kept);
    // Written back a day later with one more.
    server.set_clock(NOW + DAY);
    let mut more = kept.clone();
    more.as_array_mut()
        .expect("a list")
        .push(rule("b", "b", "expiration", json!({ "days": 1 })));
    set(&server, more, 1).await;
    let after = rules(&server, 1).await;
    assert_eq!(
        (&after[0], &after[1]["created"]),
        (&kept[0], &json!(NOW + DAY))
    );
    server.emulator.run_lifecycle().await.expect("a run");
    let after = rules(&server, 1).await;
    assert_eq!(
        (&after[0]["state"], &after[1]["state"]),
        (&json!("ready"), &json!("unchecked"))
    );
    for _ in 0..2 {
        let reply = server
            .send(&later(call("DELETE", "/mybucket?lifecycle"), 1))
            .await;
        assert_eq!((reply.status, reply.body.len()), (204, 0));
        assert_eq!(rules(&server, 1).await, json!([]));
    }
}

#[tokio::test]
async fn contradictions_and_wrong_types_are_refused() {
    let server = Server::with_bucket().await;
    for (rules, code) in [
        (
            json!([rule("a", "", "expiration", json!({ "days": 0 }))]),
            "invalid_argument",
        ),
        (
            json!([{
                "id": "a", "status": "enabled", "filter": {}, "expiration": { "days": 1 },
                "noncurrent_version_expiration": { "days": 1 },
            }]),
            "invalid_request",
        ),
        (
            json!([
                rule("a", "x/", "expiration", json!({ "days": 30 })),
                rule(
                    "b",
                    "x/y",
                    "transition",
                    json!({ "days": 30, "storage_class": "STANDARD_IA" })
                ),
            ]),
            "invalid_request",
        ),
    ] {
        let document = json!({ "rule": rules }).to_string();
        let reply = server
            .send(&call("PUT", "/mybucket?lifecycle").json(&document))
            .await;
        assert_eq!(reply.error(), (400, code.to_owned()), "{document}");
    }
    let reply = server
        .send(&call("PUT", "/mybucket?lifecycle").json("{}"))
        .await;
    assert_eq!(reply.error(), (400, "invalid_argument".to_owned()));
    assert_eq!(rules(&server, 0).await, json!([]));
}

#[tokio::test]
async fn objects_expire_and_move_when_their_days_are_over() {
    let server = Server::with_bucket().await;
    for key in ["logs/1", "logs/2", "pictures/1", "other"] {
        server.put(&format!("/mybucket/{key}"), b"hello").await;
    }
    let cool = json!({ "days": 30, "storage_class": "STANDARD_IA" });
    set(
        &server,
        json!([
            rule("logs", "logs/", "expiration", json!({ "days": 3 })),
            rule("pictures", "pictures/", "transition", cool),
            rule("all", "", "expiration", json!({ "days": 60 })),
        ]),
        0,
    )
    .await;
    server.set_clock(NOW + 2 * DAY);
    let rewritten = later(call("PUT", "/mybucket/logs/2").body(b"newer"), 2);
    assert_eq!(server.send(&rewritten).await.status, 201);
    for (day, expired, moved, left) in [
        (2, 0, 0, "logs/1 logs/2 pictures/1 other"),
        (3, 1, 0, "logs/2 pictures/1 other"),
        (4, 0, 0, "logs/2 pictures/1 other"),
        (5, 1, 0, "pictures/1 other"),
        (29, 0, 0, "pictures/1 other"),
        (30, 0, 1, "pictures/1 other"),
        (31, 0, 0, "pictures/1 other"),
        (60, 2, 0, ""),
    ] {
        server.set_clock(NOW + day * DAY);
        let report = server.emulator.run_lifecycle().await.expect("a run");
        assert_eq!(
            (report.expired, report.moved),
            (expired, moved),
            "day {day}"
        );
        for key in ["logs/1", "logs/2", "pictures/1", "other"] {
            let there = left.split(' ').any(|left| left == key);
            assert_eq!(exists(&server, key, day).await, there, "day {day}, {key}");
        }
        if (30..60).contains(&day) {
            assert_eq!(class(&server, "pictures/1", day).await, "STANDARD_IA");
            assert_eq!(class(&server, "other", day).await, "STANDARD");
        }
    }
}

#[tokio::test]
async fn a_new_rule_waits_for_a_day() {
    let server = Server::with_bucket().await;
    server.put("/mybucket/k", b"hello").await;
    server.set_clock(NOW + 10 * DAY);
    set(
        &server,
        json!([rule("all", "", "expiration", json!({ "days": 1 }))]),
        10,
    )
    .await;
    server.set_clock(NOW + 11 * DAY - 1);
    assert_eq!(
        server
            .emulator
            .run_lifecycle()
            .await
            .expect("a run")
            .expired,
        0
    );
    server.set_clock(NOW + 11 * DAY);
    assert_eq!(
        server
            .emulator
            .run_lifecycle()
            .await
            .expect("a run")
            .expired,
        1
    );
    assert!(!exists(&server, "k", 11).await);
    // A rule that is switched off does nothing.
    let mut off = rule("all", "", "expiration", json!({ "days": 1 }));
    off["status"] = json!("disabled");
    let put = later(call("PUT", "/mybucket/k").body(b"again"), 11);
    assert_eq!(server.send(&put).await.status, 201);
    set(&server, json!([off]), 11).await;
    server.set_clock(NOW + 20 * DAY);
    assert_eq!(
        server
            .emulator
            .run_lifecycle()
            .await
            .expect("a run")
            .expired,
        0
    );
    assert!(exists(&server, "k", 20).await);
}

#[tokio::test]
async fn uploads_that_nobody_completes_are_aborted() {
    let server = Server::with_bucket().await;
    let begin = |key: &str, day| later(call("POST", &format!("/mybucket/{key}?uploads")), day);
    for key in ["data/1", "other"] {
        assert_eq!(server.send(&begin(key, 0)).await.status, 200);
    }
    let content = json!({ "days_after_initiation": 3 });
    let rules = json!([rule(
        "a",
        "data/",
        "abort_incomplete_multipart_upload",
        content
    )]);
    set(&server, rules, 0).await;
    server.set_clock(NOW + DAY);
    assert_eq!(server.send(&begin("data/2", 1)).await.status, 200);
    for (day, aborted, left) in [(2, 0, 3), (3, 1, 2), (3, 0, 2), (4, 1, 1), (9, 0, 1)] {
        server.set_clock(NOW + day * DAY);
        let report = server.emulator.run_lifecycle().await.expect("a run");
        assert_eq!(report.aborted, aborted, "day {day}");
        let listed = server
            .send(&later(call("GET", "/mybucket?uploads"), day))
            .await
            .json();
        assert_eq!(
            listed["uploads"].as_array().map(Vec::len),
            Some(left),
            "day {day}"
        );
    }
}

/// Size and storage class of each version of a key, the newest first; delete markers have no class.
async fn versions(server: &Server, key: &str, day: u64) -> Vec<String> {
    let target = format!("/mybucket?versions&prefix={key}");
    let listed = server.send(&later(call("GET", &target), day)).await.json();
    let keys = listed["keys"].as_array().expect("versions").iter();
    keys.map(|version| {
        let marker = version["delete_marker"] == true;
        let class = version["storage_class"].as_str().unwrap_or("STANDARD");
        let class = if marker { "-" } else { class };
        format!("{} {class}", version["size"])
    })
    .collect()
}

#[tokio::test]
async fn older_versions_move_and_expire_after_they_were_replaced() {
    let server = Server::with_bucket().await;
    let enable = call("PUT", "/mybucket?versioning").json(r#"{"status":"ENABLED"}"#);
    assert_eq!(server.send(&enable).await.status, 200);
    let cool = json!({ "days": 10, "storage_class": "STANDARD_IA" });
    set(
        &server,
        json!([
            rule("cool", "docs/", "noncurrent_version_transition", cool),
            rule(
                "expire",
                "docs/",
                "noncurrent_version_expiration",
                json!({ "days": 20 })
            ),
        ]),
        0,
    )
    .await;
    // One byte on day 0, two on day 5, a delete marker on day 8; the other key is never replaced.
    for (day, call) in [
        (0, call("PUT", "/mybucket/docs/a").body(b"1")),
        (0, call("PUT", "/mybucket/docs/b").body(b"1")),
        (0, call("PUT", "/mybucket/else").body(b"1")),
        (0, call("PUT", "/mybucket/else").body(b"22")),
        (5, call("PUT", "/mybucket/docs/a").body(b"22")),
        (8, call("DELETE", "/mybucket/docs/a")),
    ] {
        server.set_clock(NOW + day * DAY);
        assert!(server.send(&later(call, day)).await.status < 300);
    }
    for (day, moved, expired, left) in [
        (14, 0, 0, &["0 -", "2 STANDARD", "1 STANDARD"][..]),
        (15, 1, 0, &["0 -", "2 STANDARD", "1 STANDARD_IA"]),
        (17, 0, 0, &["0 -", "2 STANDARD", "1 STANDARD_IA"]),
        (18, 1, 0, &["0 -", "2 STANDARD_IA", "1 STANDARD_IA"]),
        (24, 0, 0, &["0 -", "2 STANDARD_IA", "1 STANDARD_IA"]),
        (25, 0, 1, &["0 -", "2 STANDARD_IA"]),
        (28, 0, 1, &["0 -"]),
        (90, 0, 0, &["0 -"]),
    ] {
        server.set_clock(NOW + day * DAY);
        let report = server.emulator.run_lifecycle().await.expect("a run");
        let seen = (report.moved_versions, report.expired_versions);
        assert_eq!(seen, (moved, expired), "day {day}");
        assert_eq!(versions(&server, "docs/a", day).await, left, "day {day}");
    }
    assert_eq!(versions(&server, "docs/b", 90).await, ["1 STANDARD"]);
    assert_eq!(
        versions(&server, "else", 90).await,
        ["2 STANDARD", "1 STANDARD"]
    );
    // An object that expires where versions are kept is hidden, not lost.
    set(
        &server,
        json!([rule("all", "else", "expiration", json!({ "days": 1 }))]),
        90,
    )
    .await;
    server.set_clock(NOW + 91 * DAY);
    for expired in [1, 0] {
        let report = server.emulator.run_lifecycle().await.expect("a run");
        assert_eq!(report.expired, expired);
    }
    assert_eq!(
        versions(&server, "else", 91).await,
        ["0 -", "2 STANDARD", "1 STANDARD"]
    );
    assert!(!exists(&server, "else", 91).await);
}
