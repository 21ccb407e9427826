//! Replication to a bucket in another zone of the same emulator.

use serde_json::{Value, json};

use crate::support::{Call, NOW, Reply, Server, call};

const BOB: (&str, &str) = ("BOB_KEY_ID", "BOB_SECRET");

/// A request in the other zone.
fn there(method: &str, target: &str) -> Call {
    call(method, target).header("Host", "sh1a.qingstor.com")
}

async fn server() -> Server {
    let server = Server::with(|builder| {
        builder
            .zone("pek3a")
            .zone("sh1a")
            .user("usr-bob", "bob", BOB.0, BOB.1)
    })
    .await;
    assert_eq!(server.send(&call("PUT", "/mybucket")).await.status, 201);
    assert_eq!(server.send(&there("PUT", "/mycopies")).await.status, 201);
    server
}

async fn set(server: &Server, rules: Value) -> Reply {
    let document = json!({ "rules": rules }).to_string();
    server
        .send(&call("PUT", "/mybucket?replication").json(&document))
        .await
}

fn rule(id: &str, prefix: &str) -> Value {
    json!({ "id": id, "filters": { "prefix": prefix }, "destination": { "bucket": "mycopies" } })
}

async fn copy(server: &Server, key: &str) -> Reply {
    server.emulator.settle().await;
    server
        .send(&there("GET", &format!("/mycopies/{key}")))
        .await
}

#[tokio::test]
async fn objects_are_copied_as_the_rules_want_it() {
    let server = server().await;
    server.put("/mybucket/image/old.png", b"old").await;
    let mut images = rule("images", "image/");
    images["destination"]["storage_class"] = json!("standard_ia");
    images["delete_marker"] = json!("enabled");
    let videos = rule("videos", "video/");
    let mut off = rule("texts", "text/");
    off["status"] = json!("disabled");
    let reply = set(&server, json!([images, videos, off])).await;
    assert_eq!(
        (reply.status, reply.body.len()),
        (200, 0),
        "{}",
        reply.text()
    );
    for key in ["image/a.png", "video/a.mp4", "text/a.txt", "other"] {
        let put = call("PUT", &format!("/mybucket/{key}"))
            .body(b"hello")
            .header("Content-Type", "text/x")
            .header("x-qs-meta-owner", "ann");
        assert_eq!(server.send(&put).await.status, 201);
    }
    let image = copy(&server, "image/a.png").await;
    assert_eq!((image.status, image.text().as_str()), (200, "hello"));
    for (name, value) in [
        ("content-type", "text/x"),
        ("x-qs-meta-owner", "ann"),
        ("x-qs-storage-class", "STANDARD_IA"),
        ("etag", "\"5d41402abc4b2a76b9719d911017c592\""),
    ] {
        assert_eq!(image.header(name), Some(value), "{name}");
    }
    assert_eq!(copy(&server, "video/a.mp4").await.status, 200);
    for key in ["text/a.txt", "other", "image/old.png"] {
        assert_eq!(copy(&server, key).await.status, 404, "{key}");
    }
    server.put("/mybucket/image/a.png", b"newer").await;
    assert_eq!(copy(&server, "image/a.png").await.text(), "newer");
    let many = r#"{"objects":[{"key":"image/a.png"},{"key":"video/a.mp4"}]}"#;
    assert_eq!(
        server
            .send(&call("POST", "/mybucket?delete").json(many))
            .await
            .status,
        200
    );
    assert_eq!(copy(&server, "image/a.png").await.status, 404);
    assert_eq!(
        copy(&server, "video/a.mp4").await.status,
        200,
        "its rule keeps what is deleted"
    );
    assert_eq!(
        server
            .send(&call("DELETE", "/mybucket?replication"))
            .await
            .status,
        204
    );
    server.put("/mybucket/image/b.png", b"hello").await;
    assert_eq!(copy(&server, "image/b.png").await.status, 404);
}

#[tokio::test]
async fn older_objects_follow_half_an_hour_later() {
    let server = server().await;
    for key in ["image/1", "image/2", "video/1"] {
        server.put(&format!("/mybucket/{key}"), b"hello").await;
    }
    let mut images = rule("images", "image/");
    images["sync_marker"] = json!("enabled");
    assert_eq!(
        set(&server, json!([images, rule("videos", "video/")]))
            .await
            .status,
        200
    );
    let run = || server.emulator.run_replication();
    assert_eq!(run().await.expect("a run"), 0);
    server.set_clock(NOW + 30 * 60 - 1);
    assert_eq!(run().await.expect("a run"), 0);
    server.set_clock(NOW + 30 * 60);
    assert_eq!(run().await.expect("a run"), 2);
    assert_eq!(run().await.expect("a run"), 0);
    server.set_clock(NOW);
    for (key, status) in [("image/1", 200), ("image/2", 200), ("video/1", 404)] {
        assert_eq!(copy(&server, key).await.status, status, "{key}");
    }
}

#[tokio::test]
async fn rules_are_checked_and_told_with_the_zone() {
    let server = server().await;
    let get = || call("GET", "/mybucket?replication");
    assert_eq!(server.send(&get()).await.json(), json!({ "rules": [] }));
    let mut kept = rule("a", "a/");
    kept["note"] = json!("kept");
    assert_eq!(set(&server, json!([kept])).await.status, 200);
    kept["destination"]["zone"] = json!("sh1a");
    assert_eq!(server.send(&get()).await.json(), json!({ "rules": [kept] }));
    // As it was read, so it can be written back.
    assert_eq!(set(&server, json!([kept])).await.status, 200);
    assert_eq!(server.send(&call("PUT", "/nearbucket")).await.status, 201);
    assert_eq!(
        server
            .send(&there("PUT", "/bobsbucket").by(BOB))
            .await
            .status,
        201
    );
    let to = |bucket: &str| {
        let mut rule = rule("a", "");
        rule["destination"]["bucket"] = json!(bucket);
        rule
    };
    for (rules, status, code) in [
        (json!([]), 400, "invalid_request"),
        (
            json!([rule("a", "a/"), rule("b", "a/b")]),
            400,
            "invalid_request",
        ),
        (json!([to("nearbucket")]), 400, "invalid_request"),
        (json!([to("mybucket")]), 400, "invalid_request"),
        (json!([to("bobsbucket")]), 403, "permission_denied"),
        (
            json!([{ "id": "a", "filters": {} }]),
            400,
            "invalid_argument",
        ),
    ] {
        let reply = set(&server, rules.clone()).await;
        assert_eq!(reply.error(), (status, code.to_owned()), "{rules}");
    }
    assert_eq!(server.send(&get()).await.json(), json!({ "rules": [kept] }));
    // A bucket that is not here may be in a zone that is not here.
    let mut far = to("far-away-bucket");
    far["destination"]["zone"] = json!("mars1");
    assert_eq!(set(&server, json!([far])).await.status, 200);
    assert_eq!(server.send(&get()).await.json(), json!({ "rules": [far] }));
    server.put("/mybucket/k", b"hello").await;
    server.emulator.settle().await;
}
