//! What one page of a list says.

use qingstor::types::CustomerKey;
use serde_json::{Value, json};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::handmade::{outcome, unix_now};
use crate::report::Report;
use crate::slot::Problem;

pub(super) static ALL: [Behaviour; 5] = [
    behaviour!("pages", a_page_says_whether_there_is_more),
    behaviour!("pages", no_page_is_longer_than_the_most),
    behaviour!("pages", folders_are_behind_the_prefix),
    behaviour!("pages", an_object_is_told_of, unverified: "the vendor's examples do not agree on the quotes of entity tags"),
    behaviour!("pages", what_is_appended_to_was_modified_later),
];

pub(super) async fn get(bench: &Bench<'_>, target: &str) -> Result<Value, Problem> {
    let request = bench.handmade("GET", format!("/{}{target}", bench.bucket().name()));
    let answer = request.signed(bench.key()).send().await?;
    match outcome(&answer) {
        (200, _) => Ok(answer.json()),
        (status, code) => Err(Problem::Fail(format!("GET {target}: {status} {code}"))),
    }
}

pub(super) fn texts(list: &Value, member: &str) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    let texts = items.filter_map(|item| match member {
        "" => item.as_str(),
        _ => item[member].as_str(),
    });
    texts.map(str::to_owned).collect()
}

pub(super) fn joined(list: &Value, member: &str) -> String {
    texts(list, member).join(" ")
}

/// Also one that is just full; what comes next is behind the marker, which need not be a key.
async fn a_page_says_whether_there_is_more(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for key in ["a", "b/1", "b/2", "c", "d"] {
        needed("storing", bucket.put_object(key, "hello").send().await)?;
    }
    for (query, keys, prefixes, next) in [
        ("", "a b/1 b/2 c d", "", ""),
        ("limit=5", "a b/1 b/2 c d", "", ""),
        ("limit=4", "a b/1 b/2 c", "", "c"),
        ("limit=2&marker=c", "d", "", ""),
        ("limit=1&marker=c", "d", "", ""),
        ("marker=b", "b/1 b/2 c d", "", ""),
        ("marker=b/1", "b/2 c d", "", ""),
        ("marker=d", "", "", ""),
        ("prefix=b/", "b/1 b/2", "", ""),
        ("prefix=b/&limit=2", "b/1 b/2", "", ""),
        ("prefix=b/&limit=1", "b/1", "", "b/1"),
        ("prefix=b/&marker=a", "b/1 b/2", "", ""),
        ("prefix=b/&marker=b/1", "b/2", "", ""),
        ("prefix=c&marker=c", "", "", ""),
        ("delimiter=/", "a c d", "b/", ""),
        ("delimiter=/&limit=4", "a c d", "b/", ""),
        ("delimiter=/&limit=3", "a c", "b/", "c"),
        ("delimiter=/&limit=2", "a", "b/", "b/"),
        ("delimiter=/&marker=b/", "c d", "", ""),
        ("delimiter=/&marker=b/&limit=2", "c d", "", ""),
    ] {
        let page = get(bench, &format!("?{query}")).await?;
        report.equal(
            &format!("{query}: the keys"),
            &joined(&page["keys"], "key").as_str(),
            &keys,
        );
        let found = joined(&page["common_prefixes"], "");
        report.equal(&format!("{query}: the folders"), &found.as_str(), &prefixes);
        report.equal(
            &format!("{query}: more"),
            &page["has_more"],
            &json!(!next.is_empty()),
        );
        report.equal(
            &format!("{query}: the next marker"),
            &page["next_marker"],
            &json!(next),
        );
        report.equal(
            &format!("{query}: the bucket"),
            &page["name"].as_str(),
            &Some(bucket.name()),
        );
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let expected = value
                .parse::<u64>()
                .map_or(json!(value), |number| json!(number));
            report.equal(&format!("{query}: {name}"), &page[name], &expected);
        }
    }
    let wrong = bench.handmade("GET", format!("/{}?delimiter=ab", bucket.name()));
    let wrong = outcome(&wrong.signed(bench.key()).send().await?);
    report.equal("a delimiter of two characters", &wrong.0, &400);
    Ok(())
}

/// 100 for objects and versions, 200 for uploads if nothing is said and 1000 at most.
async fn no_page_is_longer_than_the_most(bench: &Bench<'_>, report: &mut Report) -> Done {
    for (query, expected) in [
        ("", 100),
        ("limit=99", 99),
        ("limit=100", 100),
        ("limit=101", 100),
        ("limit=5000", 100),
        ("versions", 100),
        ("versions&limit=99", 99),
        ("uploads", 200),
        ("uploads&limit=1000", 1000),
        ("uploads&limit=1001", 1000),
    ] {
        let page = get(bench, &format!("?{query}")).await?;
        report.equal(
            &format!("{query}: the limit"),
            &page["limit"],
            &json!(expected),
        );
        report.equal(&format!("{query}: more"), &page["has_more"], &json!(false));
    }
    Ok(())
}

/// A delimiter in the prefix itself joins nothing.
async fn folders_are_behind_the_prefix(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for key in ["a/", "a/b/c", "a/b/d", "a/e", "ab", "a中b中c", "é/x"] {
        needed("storing", bucket.put_object(key, "hello").send().await)?;
    }
    for (query, keys, prefixes) in [
        ("delimiter=/", "ab a中b中c", "a/ é/"),
        ("delimiter=/&prefix=a/", "a/ a/e", "a/b/"),
        ("delimiter=/&prefix=a/b", "", "a/b/"),
        ("delimiter=/&prefix=a/b/", "a/b/c a/b/d", ""),
        ("delimiter=b&prefix=a/", "a/ a/e", "a/b"),
        ("delimiter=%E4%B8%AD", "a/ a/b/c a/b/d a/e ab é/x", "a中"),
        ("delimiter=%E4%B8%AD&prefix=a%E4%B8%AD", "", "a中b中"),
        ("delimiter=x", "a/ a/b/c a/b/d a/e ab a中b中c", "é/x"),
    ] {
        let page = get(bench, &format!("?{query}")).await?;
        report.equal(
            &format!("{query}: the keys"),
            &joined(&page["keys"], "key").as_str(),
            &keys,
        );
        let found = joined(&page["common_prefixes"], "");
        report.equal(&format!("{query}: the folders"), &found.as_str(), &prefixes);
        let versions = get(bench, &format!("?versions&{query}")).await?;
        let found = joined(&versions["keys"], "key");
        report.equal(
            &format!("{query}: the keys of versions"),
            &found.as_str(),
            &keys,
        );
        let found = joined(&versions["common_prefixes"], "");
        report.equal(
            &format!("{query}: the folders of versions"),
            &found.as_str(),
            &prefixes,
        );
    }
    Ok(())
}

/// Seconds since 1970 for the last change, a text of the form 2006-01-02T15:04:05.000Z for the first.
async fn an_object_is_told_of(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let put = bucket.put_object("k", "hello").content_type("text/x");
    let stored = put.storage_class("STANDARD_IA").send().await;
    let etag = needed("storing", stored)?.etag.map(|tag| tag.to_string());
    let secret = CustomerKey::new([b'x'; 32]);
    let put = bucket
        .put_object("secret", "hello")
        .encryption_customer_key(secret);
    needed("storing", put.send().await)?;
    let now = unix_now();
    let page = get(bench, "").await?;
    let (plain, secret) = (&page["keys"][0], &page["keys"][1]);
    for (member, expected) in [
        ("key", json!("k")),
        ("size", json!(5)),
        ("mime_type", json!("text/x")),
        ("storage_class", json!("STANDARD_IA")),
        ("encrypted", json!(false)),
        ("etag", json!(etag)),
    ] {
        report.equal(member, &plain[member], &expected);
    }
    report.equal(
        "whether the encrypted one is",
        &secret["encrypted"],
        &json!(true),
    );
    report.equal(
        "the class if none was said",
        &secret["storage_class"],
        &json!("STANDARD"),
    );
    report.equal(
        "the type if none was said",
        &secret["mime_type"],
        &json!("application/octet-stream"),
    );
    let modified = plain["modified"].as_u64().unwrap_or(0);
    // The clocks of two machines may differ a little.
    report.holds(
        format!("it was modified at {modified}, at {now} it was there"),
        modified.abs_diff(now) < 300,
    );
    let created = plain["created"].as_str().unwrap_or("");
    report.holds(
        format!("it was created at {created}"),
        created.len() == "2006-01-02T15:04:05.000Z".len() && created.ends_with('Z'),
    );
    let owner = page["owner"].clone();
    let acl = get(bench, "?acl").await?;
    report.equal("the owner", &owner, &acl["owner"]);
    report.holds(
        "the owner has no id",
        owner["id"].as_str().is_some_and(|id| !id.is_empty()),
    );
    Ok(())
}

/// Than it was made.
async fn what_is_appended_to_was_modified_later(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for (position, content) in [(0, "hello"), (5, " world")] {
        let appended = bucket.append_object("log", position, content).send().await;
        needed("appending", appended)?;
        // Times are told in thousandths of a second.
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let page = get(bench, "?versions").await?;
    let version = &page["keys"][0];
    let (created, modified) = (version["created"].as_str(), version["modified"].as_str());
    report.holds(
        format!("it was created at {created:?} and modified at {modified:?}"),
        created.is_some() && created < modified,
    );
    Ok(())
}
