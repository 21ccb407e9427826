//! What one request may do to many objects, and what the last request of an upload may say.

use serde_json::{Value, json};

use crate::behaviour::{Behaviour, Bench, Done};
use crate::expected;
use crate::report::Report;

pub(super) static ALL: [Behaviour; 4] = [
    behaviour!("delete", each_key_is_judged, unverified: "the vendor does not say what becomes of a list of which some may be deleted"),
    behaviour!("delete", lists_are_well_formed, unverified: "the vendor does not say how a list is refused that is none"),
    behaviour!("multipart", tags_are_entity_tags, unverified: "the vendor says that the header has the syntax of HTTP"),
    behaviour!("lists", folders_end_with_any_character, unverified: "the vendor says that a delimiter is one character"),
];

const JSON: (&str, &str) = ("Content-Type", "application/json");

fn names(list: &Value) -> Vec<&str> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(|item| item["key"].as_str()).collect()
}

/// Those that may be deleted are; whoever may delete none is refused as a whole.
async fn each_key_is_judged(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for key in ["a1", "a2", "b1", "b2"] {
        bench.by_hand("PUT", &bucket, key, &[], "hello").await?;
    }
    let policy = json!({ "statement": [{
        "id": "s", "user": ["*"], "action": ["delete_object"], "effect": "allow",
        "resource": [format!("{}/a*", bucket.name())],
    }] });
    bench
        .by_hand("PUT", &bucket, "?policy", &[JSON], policy.to_string())
        .await?;
    for (keys, deleted, denied) in [
        (&["b1", "b2"][..], None, &[][..]),
        (&["b1"], None, &[]),
        (&["a1", "b1"], Some(&["a1"][..]), &["b1"]),
        (&["b1", "a2", "b2"], Some(&["a2"]), &["b1", "b2"]),
        (&["a1"], Some(&["a1"]), &[]),
    ] {
        let list: Vec<Value> = keys.iter().map(|key| json!({ "key": key })).collect();
        let list = json!({ "objects": list }).to_string();
        let digest = expected::md5(list.as_bytes());
        let headers = [JSON, ("Content-MD5", digest.as_str())];
        let got = bench
            .unsigned("POST", &bucket, "?delete", &headers, list)
            .await?;
        let what = format!("deleting {keys:?} where `a*` may be deleted");
        let Some(deleted) = deleted else {
            report.refused(&what, &got, 403, "permission_denied");
            continue;
        };
        report.status(&what, &got, 200);
        let outcome = got.json();
        let told = names(&outcome["deleted"]);
        report.equal(&format!("`deleted` of {what}"), &told, &deleted.to_vec());
        let told = names(&outcome["errors"]);
        report.equal(&format!("`errors` of {what}"), &told, &denied.to_vec());
        for error in outcome["errors"].as_array().into_iter().flatten() {
            let code = error["code"].as_str();
            report.equal("the code of an error", &code, &Some("permission_denied"));
        }
    }
    let left = bench.by_hand("GET", &bucket, "", &[], "").await?.json();
    report.equal("what is left", &names(&left["keys"]), &vec!["b1", "b2"]);
    Ok(())
}

/// Nothing is deleted by a list of which a part is not understood.
async fn lists_are_well_formed(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
    for list in [
        json!({}),
        json!({ "objects": null }),
        json!({ "objects": "k" }),
        json!({ "objects": ["k"] }),
        json!({ "objects": [{ "key": "k" }, {}] }),
        json!({ "objects": [{ "key": "k" }, { "key": 1 }] }),
        json!({ "objects": [{ "key": "k" }, { "key": null }] }),
        json!({ "objects": [{ "key": "k" }, null] }),
    ] {
        let list = list.to_string();
        let digest = expected::md5(list.as_bytes());
        let headers = [JSON, ("Content-MD5", digest.as_str())];
        let got = bench
            .by_hand("POST", &bucket, "?delete", &headers, list.clone())
            .await?;
        report.status(&format!("deleting {list}"), &got, 400);
    }
    let there = bench.by_hand("HEAD", &bucket, "k", &[], "").await?;
    report.status("looking for the object", &there, 200);
    Ok(())
}

/// RFC 9110 section 8.8.3: printable characters but quotes and spaces; with quotes, without, or with escaped ones.
async fn tags_are_entity_tags(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let long = "x".repeat(255);
    let longer = "x".repeat(256);
    for (given, stored) in [
        ("\"my-own\"", Some("\"my-own\"")),
        ("my-own", Some("\"my-own\"")),
        ("%22my-own%22", Some("\"my-own\"")),
        ("\"a,b!#~\"", Some("\"a,b!#~\"")),
        (&long, Some(format!("\"{long}\"").as_str())),
        (&longer, None),
        ("\"a b\"", None),
        ("\"a\"b\"", None),
        ("\"a", None),
        ("a\"", None),
        ("\"\"", None),
    ] {
        let id = bench.begin(&bucket, "k", &[]).await?;
        let part = format!("k?part_number=0&upload_id={id}");
        bench.by_hand("PUT", &bucket, &part, &[], "hello").await?;
        let target = format!("k?upload_id={id}");
        let list = r#"{"object_parts": [{"part_number": 0}]}"#;
        let headers = [JSON, ("ETag", given)];
        let done = bench
            .by_hand("POST", &bucket, &target, &headers, list)
            .await?;
        let what = format!("completing with the ETag {given}");
        let Some(stored) = stored else {
            report.refused(&what, &done, 400, "invalid_argument");
            continue;
        };
        report.status(&what, &done, 201);
        let head = bench.by_hand("HEAD", &bucket, "k", &[], "").await?;
        for (way, got) in [("the answer", &done), ("HEAD", &head)] {
            let etag = got.text("etag");
            report.equal(&format!("{way} of {what}"), &etag, &Some(stored));
        }
    }
    Ok(())
}

/// What comes behind a folder comes behind it, also where the next character is far away.
async fn folders_end_with_any_character(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for delimiter in [
        "/",
        "~",
        "\u{7f}",
        "中",
        "\u{d7ff}",
        "\u{ffff}",
        "\u{10ffff}",
    ] {
        let mut keys = vec![
            format!("a{delimiter}1"),
            format!("a{delimiter}2"),
            "b".to_owned(),
            format!("c{delimiter}"),
        ];
        if delimiter < "\u{e000}" {
            keys.push("a\u{e000}".to_owned());
        }
        keys.sort();
        for key in &keys {
            let path = expected::path(key);
            bench.by_hand("PUT", &bucket, &path, &[], "hello").await?;
        }
        let folders = [format!("a{delimiter}"), format!("c{delimiter}")];
        let plain: Vec<&str> = keys
            .iter()
            .map(String::as_str)
            .filter(|key| !key.contains(delimiter))
            .collect();
        let marker = format!("a{delimiter}");
        for (begin, rest) in [("", &folders[..]), (marker.as_str(), &folders[1..])] {
            let query = format!(
                "?delimiter={}&marker={}",
                expected::query(delimiter),
                expected::query(begin)
            );
            let page = bench.by_hand("GET", &bucket, &query, &[], "").await?.json();
            let what = format!("{delimiter:?} behind {begin:?}");
            let told = names(&page["keys"]);
            report.equal(&format!("the keys by {what}"), &told, &plain);
            let told = page["common_prefixes"].as_array().into_iter().flatten();
            let told: Vec<&str> = told.filter_map(Value::as_str).collect();
            let expected: Vec<&str> = rest.iter().map(String::as_str).collect();
            report.equal(&format!("the folders by {what}"), &told, &expected);
        }
        for key in &keys {
            let path = expected::path(key);
            bench.by_hand("DELETE", &bucket, &path, &[], "").await?;
        }
    }
    Ok(())
}
