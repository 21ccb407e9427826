//! Settings with one member changed: refused, or taken and then read as the specification has it.

use serde_json::{Value, json};

use crate::support::{Server, call};

/// A document with every member, for each setting.
fn documents() -> [(&'static str, Value); 8] {
    let off = |id: &str, action: &str, content: Value| json!({ "id": id, "status": "disabled", "filter": { "prefix": id }, action: content });
    [
        (
            "acl",
            json!({ "acl": [
                { "grantee": { "type": "user", "id": "usr-bob", "name": "bob" }, "permission": "READ" },
                { "grantee": { "type": "group", "name": "QS_ALL_USERS" }, "permission": "WRITE" },
            ] }),
        ),
        (
            "cors",
            json!({ "cors_rules": [{
                "allowed_origin": "*", "allowed_methods": ["GET"], "allowed_headers": ["*"],
                "expose_headers": ["etag"], "max_age_seconds": 5,
            }], "resp_vary": "enabled" }),
        ),
        (
            "policy",
            json!({ "statement": [{
                "id": "a", "user": ["usr-bob"], "action": ["get_object"], "effect": "allow",
                "resource": ["mybucket/*"],
                "condition": {
                    "string_like": { "Referer": ["x"] }, "string_not_like": { "Referer": ["y"] },
                    "ip_address": { "source_ip": ["10.0.0.0/8"] },
                    "not_ip_address": { "source_ip": ["11.0.0.0/8"] }, "is_null": { "Referer": false },
                },
            }] }),
        ),
        (
            "lifecycle",
            json!({ "rule": [
                off("a", "expiration", json!({ "days": 5 })),
                off("b", "transition", json!({ "days": 30, "storage_class": "STANDARD_IA" })),
                off("c", "abort_incomplete_multipart_upload", json!({ "days_after_initiation": 3 })),
                off("d", "noncurrent_version_expiration", json!({ "days": 30 })),
                off(
                    "e",
                    "noncurrent_version_transition",
                    json!({ "days": 30, "storage_class": "STANDARD_IA" }),
                ),
            ] }),
        ),
        (
            "notification",
            json!({ "notifications": [{
                "id": "a", "event_types": ["create_object"], "object_filters": ["*"], "cloudfunc": "image",
                "cloudfunc_args": {
                    "action": "info", "key_prefix": "a", "key_seprate": "_", "save_bucket": "mybucket",
                },
                "notify_url": "http://127.0.0.1:1/",
            }] }),
        ),
        (
            "replication",
            json!({ "rules": [{
                "id": "a", "status": "enabled", "filters": { "prefix": "" },
                "destination": { "bucket": "faraway", "storage_class": "STANDARD", "zone": "sh1a" },
                "sync_marker": "enabled", "delete_marker": "enabled",
            }] }),
        ),
        (
            "logging",
            json!({ "target_bucket": "mybucket", "target_prefix": "logs/" }),
        ),
        ("mirror", json!({ "source_site": "http://127.0.0.1:1/" })),
    ]
}

/// The places of all members and elements, as JSON pointers.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), value))
            .collect(),
        Value::Array(elements) => (0..)
            .map(|at: usize| at.to_string())
            .zip(elements)
            .collect(),
        _ => return,
    };
    for (name, value) in inner {
        let place = format!("{here}/{name}");
        places(value, &place, found);
        found.push(place);
    }
}

/// What may stand in the place of a value.
fn others(old: &Value) -> Vec<Value> {
    let mut others = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(""),
        json!("5"),
        json!("x"),
        json!([]),
        json!({}),
        json!(["x"]),
        json!([null]),
        json!([["x"]]),
        json!({ "x": 1 }),
        json!([old]),
    ];
    match old {
        Value::Array(elements) => others.extend(elements.first().cloned()),
        Value::String(text) => others.push(json!(text.to_uppercase())),
        Value::Object(members) => {
            let mut more = members.clone();
            more.insert("later".to_owned(), json!({ "deep": [1] }));
            others.push(Value::Object(more));
        }
        _ => {}
    }
    others
}

#[tokio::test]
async fn what_is_taken_is_read_as_declared() {
    let server = Server::with(|builder| builder.zone("pek3a").zone("sh1a")).await;
    assert_eq!(server.put("/mybucket", b"").await.status, 201);
    let far = call("PUT", "/faraway").header("Host", "sh1a.localhost");
    assert_eq!(server.send(&far).await.status, 201);
    let (mut taken, mut refused) = (0, 0);
    for (setting, document) in documents() {
        let target = format!("/mybucket?{setting}");
        let put = |document: &Value| call("PUT", &target).json(&document.to_string());
        let whole = server.send(&put(&document)).await;
        assert_eq!(whole.status, 200, "{document}: {}", whole.text());
        let mut found = Vec::new();
        places(&document, "", &mut found);
        for place in found {
            for other in others(document.pointer(&place).expect("a value")) {
                let mut changed = document.clone();
                *changed.pointer_mut(&place).expect("a value") = other;
                let answer = server.send(&put(&changed)).await;
                if answer.status == 200 {
                    taken += 1;
                    // The server checks its answers against the specs.
                    let read = server.get(&target).await;
                    assert_eq!(read.status, 200, "{changed}: {}", read.text());
                } else {
                    refused += 1;
                    let (status, code) = answer.error();
                    let no_bucket = setting == "logging" && code == "bucket_not_exists";
                    assert!(status == 400 || no_bucket, "{changed}: {}", answer.text());
                }
            }
        }
        // A policy may refuse what comes next.
        if setting != "acl" {
            assert_eq!(server.send(&call("DELETE", &target)).await.status, 204);
        }
    }
    assert!(
        taken > 200 && refused > 1000,
        "{taken} taken, {refused} refused"
    );
}
