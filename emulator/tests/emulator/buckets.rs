//! Buckets as a whole: whether they are there, what they hold, when they can go.

use std::time::Duration;

use serde_json::json;

use crate::support::{NOW, Server, call};

fn put_class(key: &str, class: &str, body: &[u8]) -> crate::support::Call {
    call("PUT", &format!("/mybucket/{key}"))
        .header("X-QS-Storage-Class", class)
        .body(body)
}

#[tokio::test]
async fn head_tells_whether_a_bucket_is_there() {
    let server = Server::with_bucket().await;
    let there = server.send(&call("HEAD", "/mybucket")).await;
    assert_eq!((there.status, there.body.len()), (200, 0));
    assert_eq!(server.send(&call("HEAD", "/nobucket")).await.status, 404);
    let nobody = call("HEAD", "/mybucket").anonymous();
    assert_eq!(server.send(&nobody).await.status, 403);
}

#[tokio::test]
async fn an_empty_bucket_can_be_deleted_and_made_again() {
    let server = Server::with_bucket().await;
    server.put("/mybucket/k", b"hello").await;
    let delete = || call("DELETE", "/mybucket");
    let full = server.send(&delete()).await;
    assert_eq!(full.error(), (409, "bucket_not_empty".to_owned()));
    assert_eq!(
        server.send(&call("DELETE", "/mybucket/k")).await.status,
        204
    );
    let cors = r#"{"cors_rules":[{"allowed_origin":"*","allowed_methods":["GET"]}]}"#;
    server.send(&call("PUT", "/mybucket?cors").json(cors)).await;
    let gone = server.send(&delete()).await;
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    let again = server.send(&delete()).await;
    assert_eq!(again.error(), (404, "bucket_not_exists".to_owned()));
    assert_eq!(
        server.get("/mybucket/k").await.error().1,
        "bucket_not_exists"
    );

    // A new bucket of the old name has nothing of the old one.
    assert_eq!(server.send(&call("PUT", "/mybucket")).await.status, 201);
    assert_eq!(
        server.get("/mybucket/k").await.error().1,
        "object_not_exists"
    );
    let scripted = call("GET", "/mybucket").header("Origin", "http://a.example");
    let scripted = server.send(&scripted).await;
    assert!(scripted.header("access-control-allow-origin").is_none());
}

#[tokio::test]
async fn old_versions_and_delete_markers_keep_a_bucket() {
    let server = Server::with_bucket().await;
    let enable = call("PUT", "/mybucket?versioning").json(r#"{"status":"ENABLED"}"#);
    assert_eq!(server.send(&enable).await.status, 200);
    server.send(&call("DELETE", "/mybucket/never-was")).await;
    assert_eq!(server.get("/mybucket").await.json()["keys"], json!([]));
    let full = server.send(&call("DELETE", "/mybucket")).await;
    assert_eq!(full.error().1, "bucket_not_empty");
}

#[tokio::test]
async fn quotas_and_leases_are_for_who_wants_them() {
    let server = Server::with(|builder| {
        builder
            .bucket_quota(2)
            .bucket_lease(Duration::from_secs(60))
            .user("usr-bob", "bob", "BOB", "secret")
    })
    .await;
    for (bucket, status) in [("bucket-1", 201), ("bucket-2", 201), ("bucket-3", 403)] {
        let reply = server.send(&call("PUT", &format!("/{bucket}"))).await;
        assert_eq!(reply.status, status, "{bucket}");
        if status == 403 {
            assert_eq!(reply.error().1, "too_many_buckets");
        }
    }
    let delete = call("DELETE", "/bucket-1");
    let early = server.send(&delete).await;
    assert_eq!(early.error(), (403, "lease_not_ready".to_owned()));
    server.set_clock(NOW + 59);
    assert_eq!(server.send(&delete).await.status, 403);
    server.set_clock(NOW + 60);
    assert_eq!(server.send(&delete).await.status, 204);
    assert_eq!(server.send(&call("PUT", "/bucket-3")).await.status, 201);
}

#[tokio::test]
async fn statistics_are_true() {
    let server = Server::with_bucket().await;
    let statistics = || async {
        let reply = server.get("/mybucket?stats").await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    };
    assert_eq!(
        statistics().await,
        json!({
            "count": 0, "size": 0, "location": "pek3a", "name": "mybucket",
            "url": "mybucket.pek3a.qingstor.com", "status": "active",
            "created": "2014-12-10T17:20:31.000Z", "storage_classes": {},
        })
    );
    server.put("/mybucket/a", b"12345").await;
    server.put("/mybucket/b", &[7; 100_000]).await;
    server.send(&put_class("c", "STANDARD_IA", b"123")).await;
    let seen = statistics().await;
    assert_eq!(
        (&seen["count"], &seen["size"]),
        (&json!(3), &json!(100_008))
    );
    // The class for rare access is billed as 64 KiB an object at least.
    assert_eq!(
        seen["storage_classes"],
        json!({
            "STANDARD": { "count": 2, "size": 100_005, "billing_size": 100_005 },
            "STANDARD_IA": { "count": 1, "size": 3, "billing_size": 65_536 },
        })
    );

    // Overwritten, deleted, moved, copied, and given another class by a copy onto itself.
    server.put("/mybucket/b", b"1234567").await;
    server.send(&call("DELETE", "/mybucket/c")).await;
    server.send(&call("DELETE", "/mybucket/missing")).await;
    let moved = call("PUT", "/mybucket/d").header("X-QS-Move-Source", "/mybucket/a");
    assert_eq!(server.send(&moved).await.status, 201);
    let copied = call("PUT", "/mybucket/e").header("X-QS-Copy-Source", "/mybucket/d");
    assert_eq!(server.send(&copied).await.status, 201);
    let changed = call("PUT", "/mybucket/e")
        .header("X-QS-Copy-Source", "/mybucket/e")
        .header("X-QS-Storage-Class", "STANDARD_IA");
    assert_eq!(server.send(&changed).await.status, 201);
    let seen = statistics().await;
    assert_eq!((&seen["count"], &seen["size"]), (&json!(3), &json!(17)));
    assert_eq!(
        seen["storage_classes"],
        json!({
            "STANDARD": { "count": 2, "size": 12, "billing_size": 12 },
            "STANDARD_IA": { "count": 1, "size": 5, "billing_size": 65_536 },
        })
    );
    let head = server.send(&call("HEAD", "/mybucket/e")).await;
    assert_eq!(head.header("x-qs-storage-class"), Some("STANDARD_IA"));
    assert_eq!(server.get("/mybucket/e").await.body, b"12345");
}

#[tokio::test]
async fn buckets_are_listed_in_pages_and_by_zone() {
    let server = Server::with(|builder| builder.zone("pek3a").zone("sh1a")).await;
    for (bucket, host) in [
        ("bucket-a", "pek3a.qingstor.com"),
        ("bucket-b", "sh1a.qingstor.com"),
        ("bucket-c", "pek3a.qingstor.com"),
    ] {
        let put = call("PUT", &format!("/{bucket}")).header("Host", host);
        assert_eq!(server.send(&put).await.status, 201);
    }
    let names = |reply: crate::support::Reply| {
        let list = reply.json();
        let buckets = list["buckets"].as_array().expect("buckets").clone();
        assert_eq!(list["count"], buckets.len());
        let name = |bucket: &serde_json::Value| bucket["name"].as_str().map(str::to_owned);
        buckets
            .iter()
            .filter_map(name)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let global = |target: &str| {
        call("GET", target)
            .header("Host", "qingstor.com")
            .resource("/")
    };
    assert_eq!(
        names(server.send(&global("/")).await),
        "bucket-a bucket-b bucket-c"
    );
    assert_eq!(
        names(server.send(&global("/?limit=2")).await),
        "bucket-a bucket-b"
    );
    assert_eq!(
        names(server.send(&global("/?offset=1&limit=1")).await),
        "bucket-b"
    );
    assert_eq!(names(server.send(&global("/?offset=7")).await), "");
    let in_shanghai = global("/").header("Location", "sh1a");
    assert_eq!(names(server.send(&in_shanghai).await), "bucket-b");
    assert_eq!(names(server.get("/").await), "bucket-a bucket-c");
    let nowhere = server.send(&global("/").header("Location", "mars1")).await;
    assert_eq!(nowhere.error(), (400, "invalid_location".to_owned()));
}
