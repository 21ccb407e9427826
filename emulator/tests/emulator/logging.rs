//! Access logs: set, and written when the hour is over.

use serde_json::json;

use crate::support::{BUCKET, Call, NOW, Reply, Server, call};

const HOUR: u64 = 60 * 60;

async fn server() -> Server {
    let server = Server::with(|builder| {
        builder
            .zone("pek3a")
            .zone("sh1a")
            .user("usr-bob", "bob", "BOB_KEY_ID", "BOB_SECRET")
    })
    .await;
    for bucket in [BUCKET, "logs-of-ann"] {
        assert_eq!(
            server
                .send(&call("PUT", &format!("/{bucket}")))
                .await
                .status,
            201
        );
    }
    server
}

async fn set(server: &Server, document: serde_json::Value) -> Reply {
    server
        .send(&call("PUT", "/mybucket?logging").json(&document.to_string()))
        .await
}

async fn keys(server: &Server) -> Vec<String> {
    let listed = server.get("/logs-of-ann").await.json();
    let keys = listed["keys"].as_array().expect("keys").iter();
    keys.map(|key| key["key"].as_str().unwrap_or("").to_owned())
        .collect()
}

#[tokio::test]
async fn requests_are_logged_in_files_of_an_hour() {
    let server = server().await;
    let reply = set(
        &server,
        json!({ "target_bucket": "logs-of-ann", "target_prefix": "photos/" }),
    )
    .await;
    assert_eq!(
        (reply.status, reply.body.len()),
        (200, 0),
        "{}",
        reply.text()
    );
    let put = call("PUT", "/mybucket/2026/a.txt")
        .body(b"hello")
        .header("User-Agent", "test/1 (x)")
        .header("Referer", "http://a/\"b");
    let put = server.send(&put).await;
    let get = server
        .send(&call("GET", "/mybucket/none?signature=").anonymous())
        .await;
    assert_eq!((put.status, get.status), (201, 400));
    let list = server.get("/mybucket?limit=3").await;
    // What other buckets are asked is not this one's affair.
    assert_eq!(keys(&server).await.len(), 0);
    server.emulator.flush_logs().await.expect("written");
    // Wed, 10 Dec 2014 17:20:31 GMT is the eleventh in Beijing.
    let name = "photos/mybucket-2014-12-11-01-1.log";
    assert_eq!(keys(&server).await, [name]);
    let text = server.get(&format!("/logs-of-ann/{name}")).await.text();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(' ').collect()).collect();
    // What set the log came before there was one.
    assert_eq!(lines.len(), 3, "{text}");
    let id = |reply: &Reply| reply.header("x-qs-request-id").unwrap_or("").to_owned();
    let stamp = ["127.0.0.1", "-", "[11/Dec/2014:01:20:31", "+0800]"];
    for line in &lines {
        assert_eq!(line[..4], stamp);
        assert!(line.contains(&BUCKET), "{line:?}");
    }
    let line = &lines[0];
    assert_eq!(
        line[4..7],
        ["\"PUT", "http://127.0.0.1/mybucket/2026/a.txt\"", "201"]
    );
    assert!(line[7].parse::<f64>().is_ok(), "{line:?}");
    assert_eq!(
        line[8..],
        [
            "5",
            "0",
            "\"test/1",
            "(x)\"",
            "\"http://a/_b\"",
            BUCKET,
            "put_object",
            "usr-emulator",
            &id(&put)
        ]
    );
    assert_eq!(
        lines[1][4..7],
        ["\"GET", "http://127.0.0.1/mybucket/none\"", "400"]
    );
    assert!(
        lines[1].ends_with(&[BUCKET, "get_object", "-", &id(&get)]),
        "{:?}",
        lines[1]
    );
    assert_eq!(
        lines[2][4..7],
        ["\"GET", "http://127.0.0.1/mybucket?limit=3\"", "200"]
    );
    assert_eq!(lines[2][9], list.body.len().to_string());
    assert!(!text.contains("ACCESS_KEY_ID"), "{text}");
}

fn at(call: Call, seconds: u64) -> Call {
    let date = std::time::UNIX_EPOCH + std::time::Duration::from_secs(NOW + seconds);
    call.header("x-qs-date", &httpdate::fmt_http_date(date))
}

#[tokio::test]
async fn each_hour_has_its_files_and_the_last_one_is_written_at_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_owned();
    let kept = path.clone();
    let server = Server::with(|builder| builder.data_dir(kept)).await;
    for bucket in [BUCKET, "logs-of-ann"] {
        assert_eq!(
            server
                .send(&call("PUT", &format!("/{bucket}")))
                .await
                .status,
            201
        );
    }
    let target = json!({ "target_bucket": "logs-of-ann", "target_prefix": "" });
    assert_eq!(set(&server, target).await.status, 200);
    server.put("/mybucket/k", b"w").await;
    server.emulator.flush_logs().await.expect("written");
    server.put("/mybucket/k", b"x").await;
    server.set_clock(NOW + HOUR);
    let put = at(call("PUT", "/mybucket/k").body(b"y"), HOUR);
    assert_eq!(server.send(&put).await.status, 201);
    server.emulator.shutdown().await;
    let server = Server::with(|builder| builder.data_dir(path)).await;
    let names = [1, 2].map(|order| format!("mybucket-2014-12-11-01-{order}.log"));
    let next = "mybucket-2014-12-11-02-1.log".to_owned();
    assert_eq!(
        keys(&server).await,
        [names[0].clone(), names[1].clone(), next]
    );
    server.emulator.shutdown().await;
}

#[tokio::test]
async fn the_target_must_be_an_own_bucket_of_the_zone() {
    let server = server().await;
    assert_eq!(server.get("/mybucket?logging").await.json(), json!({}));
    let away = call("PUT", "/logs-elsewhere").header("Host", "sh1a.qingstor.com");
    assert_eq!(server.send(&away).await.status, 201);
    let bobs = call("PUT", "/logs-of-bob").by(("BOB_KEY_ID", "BOB_SECRET"));
    assert_eq!(server.send(&bobs).await.status, 201);
    for (document, error) in [
        (
            json!({ "target_bucket": "nobodys-logs", "target_prefix": "" }),
            (404, "bucket_not_exists"),
        ),
        (
            json!({ "target_bucket": "logs-elsewhere", "target_prefix": "" }),
            (404, "bucket_not_exists"),
        ),
        (
            json!({ "target_bucket": "logs-of-bob", "target_prefix": "" }),
            (403, "permission_denied"),
        ),
        (
            json!({ "target_bucket": "logs-of-ann" }),
            (400, "invalid_argument"),
        ),
        (json!({ "target_prefix": "" }), (400, "invalid_argument")),
        (
            json!({ "target_bucket": 1, "target_prefix": "" }),
            (400, "invalid_argument"),
        ),
    ] {
        let reply = set(&server, document.clone()).await;
        assert_eq!(reply.error(), (error.0, error.1.to_owned()), "{document}");
    }
    let document = json!({ "target_bucket": "logs-of-ann", "target_prefix": "p-", "note": 1 });
    assert_eq!(set(&server, document.clone()).await.status, 200);
    assert_eq!(server.get("/mybucket?logging").await.json(), document);
    assert_eq!(
        server
            .send(&call("DELETE", "/mybucket?logging"))
            .await
            .status,
        204
    );
    assert_eq!(server.get("/mybucket?logging").await.json(), json!({}));
    assert_eq!(
        server
            .send(&call("DELETE", "/mybucket?logging"))
            .await
            .status,
        204
    );
}
