//! List Objects.

use serde_json::{Value, json};

use crate::support::{Server, call};

fn keys(page: &Value) -> Vec<&str> {
    let keys = page["keys"].as_array().expect("keys");
    keys.iter()
        .map(|key| key["key"].as_str().expect("a key"))
        .collect()
}

async fn filled(keys: &[&str]) -> Server {
    let server = Server::with_bucket().await;
    for key in keys {
        server.put(&format!("/mybucket/{key}"), b"hello").await;
    }
    server
}

#[tokio::test]
async fn an_entry_says_all_there_is() {
    let server = filled(&["k"]).await;
    let page = server.get("/mybucket").await.json();
    assert_eq!(
        page["keys"],
        json!([{
            "key": "k",
            "size": 5,
            "modified": 1_418_232_031,
            "created": "2014-12-10T17:20:31.000Z",
            "mime_type": "application/octet-stream",
            "etag": "\"5d41402abc4b2a76b9719d911017c592\"",
            "encrypted": false,
            "storage_class": "STANDARD",
        }])
    );
    for (name, value) in [
        ("name", json!("mybucket")),
        ("prefix", json!("")),
        ("delimiter", json!("")),
        ("limit", json!(100)),
        ("marker", json!("")),
        ("next_marker", json!("")),
        ("has_more", json!(false)),
        ("common_prefixes", json!([])),
    ] {
        assert_eq!(page[name], value, "{name}");
    }
    assert!(page["owner"]["id"].is_string() && page["owner"]["name"].is_string());
}

#[tokio::test]
async fn prefixes_and_delimiters() {
    let server = filled(&["a", "a/", "a/1", "a/2/x", "a/2/y", "b/1", "b0", "c"]).await;
    for (query, expected_keys, expected_prefixes) in [
        (
            "",
            vec!["a", "a/", "a/1", "a/2/x", "a/2/y", "b/1", "b0", "c"],
            vec![],
        ),
        ("?prefix=a/", vec!["a/", "a/1", "a/2/x", "a/2/y"], vec![]),
        ("?delimiter=/", vec!["a", "b0", "c"], vec!["a/", "b/"]),
        ("?prefix=a/&delimiter=/", vec!["a/", "a/1"], vec!["a/2/"]),
        ("?prefix=a&delimiter=/", vec!["a"], vec!["a/"]),
        ("?prefix=zz", vec![], vec![]),
        ("?marker=b/1", vec!["b0", "c"], vec![]),
        ("?marker=a/2&prefix=a/", vec!["a/2/x", "a/2/y"], vec![]),
        ("?marker=a/&delimiter=/", vec!["b0", "c"], vec!["b/"]),
        ("?marker=zz", vec![], vec![]),
        ("?marker=A&prefix=b", vec!["b/1", "b0"], vec![]),
    ] {
        let page = server.get(&format!("/mybucket{query}")).await.json();
        assert_eq!(keys(&page), expected_keys, "{query}");
        assert_eq!(page["common_prefixes"], json!(expected_prefixes), "{query}");
    }
    let reply = server.get("/mybucket?delimiter=ab").await;
    assert_eq!(reply.error(), (400, "invalid_argument".to_owned()));
    let reply = server.get("/nobucket").await;
    assert_eq!(reply.error(), (404, "bucket_not_exists".to_owned()));
}

#[tokio::test]
async fn pages_of_every_size_tell_the_same() {
    let names = [
        "a",
        "a/1",
        "a/2",
        "b",
        "c/1",
        "c/2",
        "d",
        "d/",
        "e/f/g",
        "%F4%8F%BF%BF/x",
    ];
    let server = filled(&names).await;
    for limit in 1..=8 {
        let (mut seen, mut marker, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let target = format!(
                "/mybucket?delimiter=/&limit={limit}&marker={}",
                encode(&marker)
            );
            let page = server.get(&target).await.json();
            let prefixes = page["common_prefixes"].as_array().expect("prefixes");
            let count = keys(&page).len() + prefixes.len();
            assert!(count <= limit, "{count} of {limit}");
            seen.extend(keys(&page).into_iter().map(str::to_owned));
            seen.extend(
                prefixes
                    .iter()
                    .map(|p| p.as_str().expect("text").to_owned()),
            );
            pages += 1;
            marker = page["next_marker"].as_str().expect("a marker").to_owned();
            assert_eq!(page["has_more"], !marker.is_empty());
            if marker.is_empty() {
                break;
            }
            assert_eq!(count, limit, "a page that is not the last is full");
        }
        seen.sort();
        let all = ["a", "a/", "b", "c/", "d", "d/", "e/", "\u{10ffff}/"];
        assert_eq!(seen, all, "limit {limit}");
        assert_eq!(pages, all.len().div_ceil(limit), "limit {limit}");
    }
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn a_page_has_at_most_a_hundred_entries() {
    let server = Server::with_bucket().await;
    for number in 0..103 {
        server.put(&format!("/mybucket/{number:03}"), b"").await;
    }
    for (query, count) in [
        ("", 100),
        ("?limit=1000", 100),
        ("?limit=100", 100),
        ("?limit=7", 7),
    ] {
        let page = server.get(&format!("/mybucket{query}")).await.json();
        assert_eq!(keys(&page).len(), count, "{query}");
        assert_eq!(page["limit"], count, "{query}");
        assert_eq!(page["has_more"], true);
    }
    let rest = server.get("/mybucket?marker=099").await.json();
    assert_eq!(keys(&rest), ["100", "101", "102"]);
    assert_eq!(rest["has_more"], false);
    let none = server.send(&call("GET", "/mybucket?limit=0")).await;
    assert_eq!(none.error(), (400, "invalid_argument".to_owned()));
}
