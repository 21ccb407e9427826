//! Where a list goes on: behind a version, an upload, a part.

use serde_json::json;

use super::pages::{get, joined, texts};
use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::handmade::outcome;
use crate::report::Report;

pub(super) static ALL: [Behaviour; 5] = [
    behaviour!("pages", a_version_is_told_of, versioned),
    behaviour!("pages", uploads_and_parts_go_on_behind_a_marker),
    behaviour!("pages", a_page_repeats_what_was_asked),
    behaviour!("pages", a_folder_is_a_marker),
    behaviour!("pages", many_parts_are_listed_at_once, unverified: "the vendor says how many parts one answer has at most, but not if nothing is said"),
];

/// A marker is of no size, and has neither tag nor type.
async fn a_version_is_told_of(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let enabled = bucket.put_bucket_versioning("ENABLED").send().await;
    needed("enabling versions", enabled)?;
    let put = bucket.put_object("k", "hello").content_type("text/x");
    let old = needed("storing", put.send().await)?
        .version_id
        .unwrap_or_default();
    let marker = needed("deleting", bucket.delete_object("k").send().await)?;
    let marker = marker.version_id.unwrap_or_default();
    let new = needed("storing", bucket.put_object("k", "hello!").send().await)?;
    let new = new.version_id.unwrap_or_default();
    needed("storing", bucket.put_object("l", "x").send().await)?;
    let page = get(bench, "?versions").await?;
    for (at, id, latest, is_marker, size, mime, etag) in [
        (
            0,
            &new,
            true,
            false,
            6,
            "application/octet-stream",
            "5a8dd3ad0756a93ded72b823b19dd877",
        ),
        (1, &marker, false, true, 0, "", ""),
        (
            2,
            &old,
            false,
            false,
            5,
            "text/x",
            "5d41402abc4b2a76b9719d911017c592",
        ),
    ] {
        let version = &page["keys"][at];
        let what = format!("the version {at}");
        for (member, expected) in [
            ("key", json!("k")),
            ("version_id", json!(id)),
            ("is_latest", json!(latest)),
            ("delete_marker", json!(is_marker)),
            ("size", json!(size)),
            ("mime_type", json!(mime)),
            ("encrypted", json!(false)),
        ] {
            report.equal(&format!("{what}: {member}"), &version[member], &expected);
        }
        let tag = version["etag"]
            .as_str()
            .unwrap_or("")
            .trim_matches('"')
            .to_owned();
        report.equal(&format!("{what}: the tag"), &tag.as_str(), &etag);
        for member in ["modified", "created"] {
            let time = version[member].as_str().unwrap_or("");
            report.holds(
                format!("{what}: {member} is {time:?}"),
                time.len() == 24 && time.ends_with('Z'),
            );
        }
    }
    for (query, expected) in [
        ("key_marker=k".to_owned(), vec![]),
        (
            format!("key_marker=k&version_id_marker={new}"),
            vec![&marker, &old],
        ),
        (
            format!("key_marker=k&version_id_marker={marker}"),
            vec![&old],
        ),
        (format!("key_marker=k&version_id_marker={old}"), vec![]),
    ] {
        let page = get(bench, &format!("?versions&{query}")).await?;
        let mut ids = texts(&page["keys"], "version_id");
        let last = texts(&page["keys"], "key").pop();
        report.equal(
            &format!("{query}: the last key"),
            &last.as_deref(),
            &Some("l"),
        );
        ids.pop();
        report.equal(
            &format!("{query}: the versions"),
            &ids,
            &expected.into_iter().cloned().collect(),
        );
    }
    let page = get(bench, "?versions&limit=2").await?;
    let next = (&page["next_key_marker"], &page["next_version_id_marker"]);
    report.equal("the next markers", &next, &(&json!("k"), &json!(marker)));
    report.equal("more", &page["has_more"], &json!(true));
    let page = get(bench, "?versions&limit=4").await?;
    let next = (&page["next_key_marker"], &page["next_version_id_marker"]);
    report.equal(
        "the next markers at the end",
        &next,
        &(&json!(""), &json!("")),
    );
    report.equal("more at the end", &page["has_more"], &json!(false));
    let alone = bench.handmade(
        "GET",
        format!("/{}?versions&version_id_marker={old}", bucket.name()),
    );
    let alone = outcome(&alone.signed(bench.key()).send().await?);
    report.equal("a version to go on behind without a key", &alone.0, &400);
    Ok(())
}

/// Uploads by key and, of one key, one after the other; parts by number.
async fn uploads_and_parts_go_on_behind_a_marker(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let mut ids = Vec::new();
    for key in ["b", "a", "b"] {
        let begun = bucket.initiate_multipart_upload(key).send().await;
        ids.push(needed("beginning an upload", begun)?.upload_id);
    }
    let page = get(bench, "?uploads").await?;
    report.equal(
        "the uploads",
        &joined(&page["uploads"], "key").as_str(),
        &"a b b",
    );
    let listed = texts(&page["uploads"], "upload_id");
    report.equal("the first", &listed.first(), &ids.get(1));
    for (member, expected) in [("next_key_marker", ""), ("next_upload_id_marker", "")] {
        report.equal(member, &page[member], &json!(expected));
    }
    let id = |at: usize| listed.get(at).cloned().unwrap_or_default();
    for (query, keys, next) in [
        ("limit=1".to_owned(), "a", Some(("a", id(0)))),
        ("limit=2".to_owned(), "a b", Some(("b", id(1)))),
        ("limit=3".to_owned(), "a b b", None),
        ("key_marker=a".to_owned(), "b b", None),
        ("key_marker=b".to_owned(), "", None),
        (
            format!("key_marker=b&upload_id_marker={}", id(1)),
            "b",
            None,
        ),
        (format!("key_marker=b&upload_id_marker={}", id(2)), "", None),
        ("prefix=b&limit=1".to_owned(), "b", Some(("b", id(1)))),
    ] {
        let page = get(bench, &format!("?uploads&{query}")).await?;
        report.equal(
            &format!("{query}: the uploads"),
            &joined(&page["uploads"], "key").as_str(),
            &keys,
        );
        report.equal(
            &format!("{query}: more"),
            &page["has_more"],
            &json!(next.is_some()),
        );
        let (key, id) = next.unwrap_or_default();
        let got = (&page["next_key_marker"], &page["next_upload_id_marker"]);
        report.equal(
            &format!("{query}: the next markers"),
            &got,
            &(&json!(key), &json!(id)),
        );
    }
    let upload = ids.first().cloned().unwrap_or_default();
    for number in [7, 0, 3] {
        let part = bucket
            .upload_multipart("b", &upload, number, "hello")
            .send()
            .await;
        needed("uploading a part", part)?;
    }
    for (query, expected) in [
        ("", vec![0, 3, 7]),
        ("&limit=2", vec![0, 3]),
        ("&part_number_marker=0", vec![3, 7]),
        ("&part_number_marker=1", vec![3, 7]),
        ("&part_number_marker=3&limit=1", vec![7]),
        ("&part_number_marker=7", vec![]),
    ] {
        let page = get(bench, &format!("/b?upload_id={upload}{query}")).await?;
        let parts = page["object_parts"].as_array().cloned().unwrap_or_default();
        let numbers: Vec<u64> = parts
            .iter()
            .filter_map(|part| part["part_number"].as_u64())
            .collect();
        report.equal(&format!("{query}: the parts"), &numbers, &expected);
        report.equal(
            &format!("{query}: the count"),
            &page["count"],
            &json!(expected.len()),
        );
        for part in parts {
            report.equal("the size", &part["size"], &json!(5));
            let created = part["created"].as_str().unwrap_or("");
            report.holds(
                format!("the part was created at {created}"),
                created.len() == 24 && created.ends_with('Z'),
            );
            let tag = part["etag"]
                .as_str()
                .unwrap_or("")
                .trim_matches('"')
                .to_owned();
            report.equal(
                "the tag",
                &tag.as_str(),
                &"5d41402abc4b2a76b9719d911017c592",
            );
        }
    }
    Ok(())
}

async fn a_page_repeats_what_was_asked(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    needed("storing", bucket.put_object("p/k", "hello").send().await)?;
    let list = get(bench, "?versions").await?;
    let version = list["keys"][0]["version_id"]
        .as_str()
        .unwrap_or("")
        .to_owned();
    let begun = bucket.initiate_multipart_upload("p/u").send().await;
    let upload = needed("beginning an upload", begun)?.upload_id;
    for (selector, members) in [
        ("", vec![("marker", "p/a".to_owned())]),
        (
            "versions&",
            vec![
                ("key_marker", "p/k".to_owned()),
                ("version_id_marker", version),
            ],
        ),
        (
            "uploads&",
            vec![
                ("key_marker", "p/u".to_owned()),
                ("upload_id_marker", upload),
            ],
        ),
    ] {
        let markers: Vec<String> = members
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let target = format!(
            "?{selector}prefix=p/&delimiter=.&limit=7&{}",
            markers.join("&")
        );
        let page = get(bench, &target).await?;
        report.equal(
            &format!("{target}: name"),
            &page["name"].as_str(),
            &Some(bucket.name()),
        );
        report.equal(&format!("{target}: prefix"), &page["prefix"], &json!("p/"));
        report.equal(
            &format!("{target}: delimiter"),
            &page["delimiter"],
            &json!("."),
        );
        report.equal(&format!("{target}: limit"), &page["limit"], &json!(7));
        for (name, value) in members {
            report.equal(&format!("{target}: {name}"), &page[name], &json!(value));
        }
    }
    Ok(())
}

/// Of versions and of uploads too, without anything inside it.
async fn a_folder_is_a_marker(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for key in ["a", "b/1", "b/2", "c"] {
        needed("storing", bucket.put_object(key, "hello").send().await)?;
        let begun = bucket.initiate_multipart_upload(key).send().await;
        needed("beginning an upload", begun)?;
    }
    for (selector, list, inside) in [
        ("versions", "keys", "next_version_id_marker"),
        ("uploads", "uploads", "next_upload_id_marker"),
    ] {
        let target = format!("?{selector}&delimiter=/&limit=2");
        let page = get(bench, &target).await?;
        report.equal(
            &format!("{target}: keys"),
            &joined(&page[list], "key").as_str(),
            &"a",
        );
        let folders = joined(&page["common_prefixes"], "");
        report.equal(&format!("{target}: folders"), &folders.as_str(), &"b/");
        report.equal(
            &format!("{target}: the next key"),
            &page["next_key_marker"],
            &json!("b/"),
        );
        report.equal(&format!("{target}: {inside}"), &page[inside], &json!(""));
        let target = format!("?{selector}&delimiter=/&key_marker=b/");
        let page = get(bench, &target).await?;
        report.equal(
            &format!("{target}: keys"),
            &joined(&page[list], "key").as_str(),
            &"c",
        );
        let folders = joined(&page["common_prefixes"], "");
        report.equal(&format!("{target}: folders"), &folders.as_str(), &"");
    }
    Ok(())
}

/// 1000. So many need not be uploaded to see that 100 are not the end.
async fn many_parts_are_listed_at_once(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let begun = bucket.initiate_multipart_upload("k").send().await;
    let id = needed("beginning an upload", begun)?.upload_id;
    for number in 0..101 {
        let part = bucket.upload_multipart("k", &id, number, "x").send().await;
        needed("uploading a part", part)?;
    }
    let page = get(bench, &format!("/k?upload_id={id}")).await?;
    report.equal("the count", &page["count"], &json!(101));
    Ok(())
}
