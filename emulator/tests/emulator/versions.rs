//! Buckets that keep what is overwritten or deleted.

use serde_json::{Value, json};

use crate::support::{Call, NOW, Reply, Server, call};

async fn set(server: &Server, state: &str) {
    let put = call("PUT", "/mybucket?versioning").json(&json!({ "status": state }).to_string());
    assert_eq!(server.send(&put).await.status, 200, "{state}");
}

async fn enabled() -> Server {
    let server = Server::with_bucket().await;
    set(&server, "ENABLED").await;
    server
}

/// Writes a version and returns its id.
async fn write(server: &Server, key: &str, body: &str) -> String {
    let reply = server
        .put(&format!("/mybucket/{key}"), body.as_bytes())
        .await;
    reply.header("x-qs-version-id").unwrap_or("").to_owned()
}

async fn delete(server: &Server, key: &str) -> Reply {
    let reply = server
        .send(&call("DELETE", &format!("/mybucket/{key}")))
        .await;
    assert_eq!(reply.status, 204);
    reply
}

/// A request about one version.
fn one(method: &str, key: &str, id: &str) -> Call {
    let target = format!("/mybucket/{key}?version_id={}", id.replace('=', "%3D"));
    let resource = format!("/mybucket/{key}?version_id={id}");
    call(method, &target).resource(&resource)
}

async fn list(server: &Server, query: &str) -> Value {
    let target = format!("/mybucket?versions{query}");
    let reply = server
        .send(&call("GET", &target).resource("/mybucket?versions"))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

/// The list in short: key, size or `x` for a marker, `!` for the latest.
async fn listed(server: &Server) -> Vec<String> {
    let list = list(server, "").await;
    let short = |entry: &Value| {
        let size = match entry["delete_marker"] == true {
            true => "x".to_owned(),
            false => entry["size"].to_string(),
        };
        let latest = if entry["is_latest"] == true { "!" } else { "" };
        format!("{}:{size}{latest}", entry["key"].as_str().unwrap_or("?"))
    };
    list["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .map(short)
        .collect()
}

#[tokio::test]
async fn the_three_states() {
    let server = Server::with_bucket().await;
    let state = || async { server.get("/mybucket?versioning").await.json()["status"].clone() };
    assert_eq!(state().await, "DISABLED");
    for bad in ["DISABLED", "enabled", "", "?"] {
        let put = call("PUT", "/mybucket?versioning").json(&json!({ "status": bad }).to_string());
        assert_eq!(
            server.send(&put).await.error(),
            (400, "invalid_argument".to_owned()),
            "{bad}"
        );
    }
    let missing = call("PUT", "/mybucket?versioning").json("{}");
    assert_eq!(server.send(&missing).await.status, 400);
    assert_eq!(state().await, "DISABLED");
    set(&server, "ENABLED").await;
    assert_eq!(state().await, "ENABLED");
    set(&server, "SUSPENDED").await;
    assert_eq!(state().await, "SUSPENDED");
    let back = call("PUT", "/mybucket?versioning").json(r#"{"status":"DISABLED"}"#);
    assert_eq!(server.send(&back).await.status, 400);
    assert_eq!(state().await, "SUSPENDED");
}

#[tokio::test]
async fn without_versions_nothing_is_said_of_them() {
    let server = Server::with_bucket().await;
    assert_eq!(write(&server, "k", "one").await, "");
    let reply = server.get("/mybucket/k").await;
    assert!(reply.header("x-qs-version-id").is_none());
    let gone = delete(&server, "k").await;
    assert!(gone.header("x-qs-version-id").is_none());
    assert!(gone.header("x-qs-delete-marker").is_none());
    let missing = server.get("/mybucket/k").await;
    assert_eq!(missing.error(), (404, "object_not_exists".to_owned()));
    assert!(missing.header("x-qs-delete-marker").is_none());
    assert_eq!(listed(&server).await, [""; 0]);
}

#[tokio::test]
async fn every_version_can_be_read() {
    let server = enabled().await;
    let first = write(&server, "k", "one").await;
    server.set_clock(NOW + 60);
    let second = write(&server, "k", "three").await;
    assert_ne!(first, second);
    // As published: base64 of a number of 18 digits.
    assert_eq!(first.len(), "NjkxMjM0MzM1MjAxNzAwODMz".len());
    for (id, body, modified) in [
        (&first, "one", "Wed, 10 Dec 2014 17:20:31 GMT"),
        (&second, "three", "Wed, 10 Dec 2014 17:21:31 GMT"),
    ] {
        for method in ["GET", "HEAD"] {
            let reply = server.send(&one(method, "k", id)).await;
            assert_eq!(reply.status, 200, "{}", reply.text());
            assert_eq!(reply.header("x-qs-version-id"), Some(id.as_str()));
            assert_eq!(reply.header("last-modified"), Some(modified));
            assert_eq!(
                reply.header("content-length"),
                Some(body.len().to_string().as_str())
            );
            if method == "GET" {
                assert_eq!(reply.text(), body);
            }
        }
    }
    let newest = server.get("/mybucket/k").await;
    assert_eq!(newest.text(), "three");
    assert_eq!(newest.header("x-qs-version-id"), Some(second.as_str()));
    for unknown in ["MTAwMDAwMDAwMDAwMDAwOTk5", "abc"] {
        let reply = server.send(&one("GET", "k", unknown)).await;
        assert_eq!(
            reply.error(),
            (404, "object_not_exists".to_owned()),
            "{unknown}"
        );
    }
    let statistics = server.get("/mybucket?stats").await.json();
    assert_eq!(
        (&statistics["count"], &statistics["size"]),
        (&json!(2), &json!(8))
    );
}

#[tokio::test]
async fn a_deletion_hides_and_its_marker_can_be_taken_away() {
    let server = enabled().await;
    let version = write(&server, "k", "one").await;
    let deleted = delete(&server, "k").await;
    let marker = deleted
        .header("x-qs-version-id")
        .expect("a marker's id")
        .to_owned();
    assert!(
        deleted.header("x-qs-delete-marker").is_none(),
        "it was no marker that was deleted"
    );
    for method in ["GET", "HEAD"] {
        let hidden = server.send(&call(method, "/mybucket/k")).await;
        assert_eq!(hidden.status, 404);
        assert_eq!(hidden.header("x-qs-delete-marker"), Some("true"));
        let named = server.send(&one(method, "k", &marker)).await;
        assert_eq!(named.status, 405);
        assert_eq!(named.header("x-qs-delete-marker"), Some("true"));
    }
    assert_eq!(server.get("/mybucket").await.json()["keys"], json!([]));
    assert_eq!(server.send(&one("GET", "k", &version)).await.text(), "one");

    // Deleted once more, it has a second marker.
    let again = delete(&server, "k").await;
    assert_eq!(again.header("x-qs-delete-marker"), Some("true"));
    assert_eq!(listed(&server).await, ["k:x!", "k:x", "k:3"]);
    let second = again
        .header("x-qs-version-id")
        .expect("a marker's id")
        .to_owned();
    for (id, status) in [(&second, 404), (&marker, 200)] {
        let removed = server.send(&one("DELETE", "k", id)).await;
        assert_eq!(removed.status, 204);
        assert_eq!(removed.header("x-qs-delete-marker"), Some("true"));
        assert_eq!(server.get("/mybucket/k").await.status, status);
    }
    assert_eq!(listed(&server).await, ["k:3!"]);
    assert_eq!(server.get("/mybucket/k").await.text(), "one");
}

#[tokio::test]
async fn a_version_is_deleted_for_good() {
    let server = enabled().await;
    let (one_id, two_id, three_id) = (
        write(&server, "k", "1").await,
        write(&server, "k", "22").await,
        write(&server, "k", "333").await,
    );
    let removed = server.send(&one("DELETE", "k", &two_id)).await;
    assert_eq!(removed.status, 204);
    assert!(removed.header("x-qs-delete-marker").is_none());
    assert_eq!(server.send(&one("GET", "k", &two_id)).await.status, 404);
    assert_eq!(listed(&server).await, ["k:3!", "k:1"]);
    server.send(&one("DELETE", "k", &three_id)).await;
    assert_eq!(server.get("/mybucket/k").await.text(), "1");
    assert_eq!(
        server.send(&one("DELETE", "k", &three_id)).await.status,
        204,
        "once more"
    );
    server.send(&one("DELETE", "k", &one_id)).await;
    assert_eq!(server.get("/mybucket/k").await.status, 404);
    assert_eq!(server.send(&call("DELETE", "/mybucket")).await.status, 204);
}

#[tokio::test]
async fn what_was_there_before_is_a_version_too() {
    let server = Server::with_bucket().await;
    write(&server, "k", "before").await;
    set(&server, "ENABLED").await;
    let id = server
        .get("/mybucket/k")
        .await
        .header("x-qs-version-id")
        .map(str::to_owned);
    write(&server, "k", "after").await;
    assert_eq!(listed(&server).await, ["k:5!", "k:6"]);
    let old = server.send(&one("GET", "k", &id.expect("an id"))).await;
    assert_eq!(old.text(), "before");
}

#[tokio::test]
async fn a_suspended_bucket_keeps_what_it_has_and_adds_nothing() {
    let server = enabled().await;
    write(&server, "k", "1").await;
    write(&server, "k", "22").await;
    set(&server, "SUSPENDED").await;
    assert_eq!(write(&server, "k", "333").await, "", "no version is made");
    assert_eq!(listed(&server).await, ["k:3!", "k:2", "k:1"]);
    // What is written now replaces what was written since.
    write(&server, "k", "4444").await;
    assert_eq!(listed(&server).await, ["k:4!", "k:2", "k:1"]);
    delete(&server, "k").await;
    assert_eq!(listed(&server).await, ["k:x!", "k:2", "k:1"]);
    delete(&server, "k").await;
    assert_eq!(listed(&server).await, ["k:x!", "k:2", "k:1"]);
    write(&server, "k", "55555").await;
    assert_eq!(listed(&server).await, ["k:5!", "k:2", "k:1"]);
    set(&server, "ENABLED").await;
    write(&server, "k", "666666").await;
    assert_eq!(listed(&server).await, ["k:6!", "k:5", "k:2", "k:1"]);
    set(&server, "SUSPENDED").await;
    write(&server, "k", "7777777").await;
    assert_eq!(listed(&server).await, ["k:7!", "k:6", "k:2", "k:1"]);
    let statistics = server.get("/mybucket?stats").await.json();
    assert_eq!(
        (&statistics["count"], &statistics["size"]),
        (&json!(4), &json!(16))
    );
}

#[tokio::test]
async fn an_old_version_is_restored_by_a_copy() {
    let server = enabled().await;
    let large: String = "0123456789".repeat(5000);
    let id = write(&server, "k", &large).await;
    write(&server, "k", "new").await;
    let source = format!("/mybucket/k?version_id={id}");
    let copy =
        |key: &str| call("PUT", &format!("/mybucket/{key}")).header("X-QS-Copy-Source", &source);
    assert_eq!(server.send(&copy("k")).await.status, 201);
    assert_eq!(server.get("/mybucket/k").await.text(), large);
    assert_eq!(listed(&server).await, ["k:50000!", "k:3", "k:50000"]);
    // The bytes that both have stay until the last of them is gone.
    server.send(&one("DELETE", "k", &id)).await;
    assert_eq!(server.get("/mybucket/k").await.text(), large);
    let gone = server.send(&copy("l")).await;
    assert_eq!(gone.error(), (404, "object_not_exists".to_owned()));

    let marker = delete(&server, "k").await;
    let source = format!(
        "/mybucket/k?version_id={}",
        marker.header("x-qs-version-id").unwrap_or("")
    );
    let of_marker = call("PUT", "/mybucket/l").header("X-QS-Copy-Source", &source);
    assert_eq!(server.send(&of_marker).await.error().1, "object_not_exists");
    let of_hidden = call("PUT", "/mybucket/l").header("X-QS-Copy-Source", "/mybucket/k");
    assert_eq!(server.send(&of_hidden).await.error().1, "object_not_exists");
}

#[tokio::test]
async fn a_move_leaves_an_old_version_behind() {
    let server = enabled().await;
    let id = write(&server, "from", "hello").await;
    let moved = call("PUT", "/mybucket/to").header("X-QS-Move-Source", "/mybucket/from");
    let moved = server.send(&moved).await;
    assert_eq!(moved.status, 201);
    assert!(moved.header("x-qs-version-id").is_some());
    assert_eq!(server.get("/mybucket/from").await.status, 404);
    assert_eq!(server.get("/mybucket/to").await.text(), "hello");
    assert_eq!(server.send(&one("GET", "from", &id)).await.text(), "hello");
    assert_eq!(listed(&server).await, ["from:x!", "from:5", "to:5!"]);
}

#[tokio::test]
async fn an_entry_says_all_there_is() {
    let server = enabled().await;
    let put = call("PUT", "/mybucket/a.txt")
        .header("Content-Type", "text/plain")
        .header("X-QS-Storage-Class", "STANDARD_IA")
        .body(b"hello");
    let version = server.send(&put).await;
    server.set_clock(NOW + 1);
    let marker = delete(&server, "a.txt").await;
    let list = list(&server, "").await;
    assert_eq!(
        list,
        json!({
            "name": "mybucket",
            "owner": { "id": "usr-emulator", "name": "emulator" },
            "prefix": "", "delimiter": "", "limit": 100, "has_more": false,
            "key_marker": "", "next_key_marker": "", "version_id_marker": "", "next_version_id_marker": "",
            "common_prefixes": [],
            "keys": [
                {
                    "key": "a.txt", "version_id": marker.header("x-qs-version-id"), "is_latest": true,
                    "delete_marker": true, "size": 0, "etag": "", "mime_type": "", "encrypted": false,
                    "modified": "2014-12-10T17:20:32.000Z", "created": "2014-12-10T17:20:32.000Z",
                    "storage_class": "STANDARD",
                },
                {
                    "key": "a.txt", "version_id": version.header("x-qs-version-id"), "is_latest": false,
                    "delete_marker": false, "size": 5, "etag": "5d41402abc4b2a76b9719d911017c592",
                    "mime_type": "text/plain", "encrypted": false,
                    "modified": "2014-12-10T17:20:31.000Z", "created": "2014-12-10T17:20:31.000Z",
                    "storage_class": "STANDARD_IA",
                },
            ],
        })
    );
}

/// All pages of a list, in short.
async fn pages(server: &Server, query: &str, limit: usize) -> Vec<String> {
    let mut seen = Vec::new();
    let (mut key, mut version) = (String::new(), String::new());
    loop {
        let page = list(
            server,
            &format!("{query}&limit={limit}&key_marker={key}&version_id_marker={version}"),
        )
        .await;
        let items = page["keys"].as_array().expect("keys");
        let prefixes = page["common_prefixes"].as_array().expect("prefixes");
        assert!(items.len() + prefixes.len() <= limit);
        for item in items {
            let latest = if item["is_latest"] == true { "!" } else { "" };
            seen.push(format!(
                "{}:{}{latest}",
                item["key"].as_str().unwrap_or("?"),
                item["size"]
            ));
        }
        seen.extend(
            prefixes
                .iter()
                .map(|prefix| prefix.as_str().unwrap_or("?").to_owned()),
        );
        key = page["next_key_marker"]
            .as_str()
            .unwrap_or("?")
            .replace('/', "%2F");
        version = page["next_version_id_marker"]
            .as_str()
            .unwrap_or("?")
            .replace('=', "%3D");
        assert_eq!(page["has_more"], !key.is_empty());
        if key.is_empty() {
            seen.sort();
            return seen;
        }
    }
}

#[tokio::test]
async fn pages_of_every_size_tell_the_same() {
    let server = enabled().await;
    for round in 1..=3 {
        for key in ["a", "b/1", "b/2", "c", "c/x", "d"] {
            write(&server, key, &"x".repeat(round)).await;
        }
        delete(&server, "c").await;
    }
    let all = pages(&server, "", 100).await;
    assert_eq!(all.len(), 6 * 3 + 3);
    assert_eq!(all.iter().filter(|entry| entry.ends_with('!')).count(), 6);
    let grouped = pages(&server, "&delimiter=%2F", 100).await;
    assert_eq!(
        grouped.iter().filter(|entry| entry.ends_with('/')).count(),
        2
    );
    assert_eq!(grouped.len(), 3 + 6 + 3 + 2);
    for limit in 1..=9 {
        assert_eq!(pages(&server, "", limit).await, all, "{limit}");
        assert_eq!(
            pages(&server, "&delimiter=%2F", limit).await,
            grouped,
            "{limit}"
        );
    }
    let below = pages(&server, "&prefix=b%2F", 2).await;
    assert_eq!(below.len(), 6);

    // A key marker alone stands for the end of that key's versions.
    let behind = list(&server, "&key_marker=c&limit=1").await;
    assert_eq!(behind["keys"][0]["key"], "c/x");
    for bad in [
        "&version_id_marker=MTAwMDAwMDAwMDAwMDAwMDAx",
        "&key_marker=a&version_id_marker=abc",
    ] {
        let request =
            call("GET", &format!("/mybucket?versions{bad}")).resource("/mybucket?versions");
        assert_eq!(
            server.send(&request).await.error(),
            (400, "invalid_argument".to_owned())
        );
    }
}

#[tokio::test]
async fn a_page_goes_on_behind_a_version_that_is_gone() {
    let server = enabled().await;
    let mut ids = Vec::new();
    for body in ["1", "22", "333", "4444"] {
        ids.push(write(&server, "k", body).await);
    }
    for (gone, sizes, latest) in [(2, vec![2, 1], false), (3, vec![2, 1], true)] {
        server.send(&one("DELETE", "k", &ids[gone])).await;
        let marker = ids[gone].replace('=', "%3D");
        let page = list(
            &server,
            &format!("&key_marker=k&version_id_marker={marker}"),
        )
        .await;
        let seen = page["keys"].as_array().expect("keys").clone();
        let seen_sizes: Vec<u64> = seen
            .iter()
            .filter_map(|entry| entry["size"].as_u64())
            .collect();
        assert_eq!(seen_sizes, sizes);
        assert_eq!(seen[0]["is_latest"], latest);
    }
}
