//! The rules of uploads in parts: numbers, sizes, entity tags, and what is left of an upload.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::behaviour::{Behaviour, Bench, Done};
use crate::report::Report;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 8] = [
    behaviour!("multipart", numbers_go_up_to_ten_thousand),
    behaviour!("multipart", all_but_the_last_part_have_a_size),
    behaviour!("multipart", parts_are_listed_behind_a_marker),
    behaviour!("multipart", uploads_are_listed_up_to_a_limit),
    behaviour!("multipart", an_upload_belongs_to_its_key),
    behaviour!("multipart", the_client_gives_the_entity_tag),
    behaviour!("multipart", parts_are_named_as_they_are, unverified: "the vendor does not say how a list of parts is refused that does not fit"),
    behaviour!("multipart", what_is_completed_is_not_aborted, unverified: "the vendor's scenarios want 400, its page says 204 in any case"),
];

const LEAST: usize = 4 << 20;

/// 0 is a number, 10000 is one, 10001 is none.
async fn numbers_go_up_to_ten_thousand(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let id = bench.begin(&bucket, "k", &[]).await?;
    bench
        .by_hand("PUT", &bucket, "source", &[], "copied")
        .await?;
    let source = format!("/{}/source", bucket.name());
    let copied = [("x-qs-copy-source", source.as_str())];
    for (number, taken) in [
        ("0", true),
        ("9999", true),
        ("10000", true),
        ("10001", false),
        ("100000", false),
        ("4294967296", false),
        ("-1", false),
        ("x", false),
        ("1.5", false),
    ] {
        let target = format!("k?part_number={number}&upload_id={id}");
        for (way, headers) in [("a part", &[][..]), ("a copied part", &copied)] {
            let got = bench
                .by_hand("PUT", &bucket, &target, headers, "hello")
                .await?;
            let what = format!("{way} of the number {number}");
            match taken {
                true => report.status(&what, &got, 201),
                false => report.refused(&what, &got, 400, "invalid_argument"),
            }
        }
    }
    let listed = bench
        .by_hand("GET", &bucket, &format!("k?upload_id={id}"), &[], "")
        .await?;
    report.equal(
        "the numbers in the list",
        &numbers(&listed),
        &vec![0, 9999, 10000],
    );
    let done = bench.complete(&bucket, "k", &id, &[10000]).await?;
    report.status("completing with the part 10000", &done, 201);
    Ok(())
}

fn numbers(listed: &Received) -> Vec<u64> {
    let listed = listed.json();
    let parts = listed["object_parts"].as_array();
    let numbers = parts.into_iter().flatten();
    numbers
        .filter_map(|part| part["part_number"].as_u64())
        .collect()
}

/// 4 MiB are enough, a byte less is not, but for the last one. What is refused can be completed afterwards.
async fn all_but_the_last_part_have_a_size(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let id = bench.begin(&bucket, "k", &[]).await?;
    let enough = Bytes::from(vec![b'x'; LEAST]);
    for (number, content) in [
        (0, enough.clone()),
        (1, enough.slice(1..)),
        (2, Bytes::from_static(b"middle")),
        (3, Bytes::from_static(b"")),
        (4, Bytes::from_static(b"end")),
    ] {
        let target = format!("k?part_number={number}&upload_id={id}");
        let sent = bench.by_hand("PUT", &bucket, &target, &[], content).await?;
        report.status(&format!("uploading the part {number}"), &sent, 201);
    }
    for list in [
        &[1, 4][..],
        &[0, 1, 4],
        &[2, 4],
        &[0, 2, 4],
        &[0, 3, 4],
        &[4, 3],
    ] {
        let done = bench.complete(&bucket, "k", &id, list).await?;
        let what = format!("completing with the parts {list:?}");
        match list {
            [4, 3] => report.status(&what, &done, 400),
            _ => report.refused(&what, &done, 400, "entity_too_small"),
        }
    }
    let early = bench.by_hand("HEAD", &bucket, "k", &[], "").await?;
    report.status("looking for the object before", &early, 404);
    let done = bench.complete(&bucket, "k", &id, &[0, 4]).await?;
    report.status(
        "completing with a part of 4 MiB and a short last one",
        &done,
        201,
    );
    let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
    let whole = [&enough[..], b"end"].concat();
    report.holds("the object is not these two parts", got.body == whole);
    for (range, expected) in [
        (format!("bytes={}-{}", LEAST - 1, LEAST), &b"xe"[..]),
        (format!("bytes={LEAST}-"), b"end"),
    ] {
        let headers = [("Range", range.as_str())];
        let got = bench.by_hand("GET", &bucket, "k", &headers, "").await?;
        report.bytes(&format!("the object's {range}"), &got.body, expected);
    }
    let left = bench
        .by_hand("GET", &bucket, "?uploads", &[], "")
        .await?
        .json();
    let left = left["uploads"].as_array().map(Vec::len);
    report.equal("the uploads in the list afterwards", &left, &Some(0));
    let again = bench.complete(&bucket, "k", &id, &[0, 4]).await?;
    report.holds(
        format!("it can be completed again: {}", again.status),
        again.code() == "upload_not_exists",
    );
    Ok(())
}

/// By number, behind the marker, at most as many as were asked for; the tag is not in quotes there.
async fn parts_are_listed_behind_a_marker(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let id = bench.begin(&bucket, "k", &[]).await?;
    for number in [10000, 7, 0, 2, 1] {
        let target = format!("k?part_number={number}&upload_id={id}");
        bench.by_hand("PUT", &bucket, &target, &[], "hello").await?;
    }
    for (query, expected) in [
        ("", vec![0, 1, 2, 7, 10000]),
        ("&part_number_marker=0", vec![1, 2, 7, 10000]),
        ("&part_number_marker=2", vec![7, 10000]),
        ("&part_number_marker=3", vec![7, 10000]),
        ("&part_number_marker=10000", vec![]),
        ("&limit=2", vec![0, 1]),
        ("&limit=1&part_number_marker=1", vec![2]),
        ("&limit=1000", vec![0, 1, 2, 7, 10000]),
    ] {
        let target = format!("k?upload_id={id}{query}");
        let got = bench.by_hand("GET", &bucket, &target, &[], "").await?;
        let what = format!("the parts with {query:?}");
        report.equal(&what, &numbers(&got), &expected);
        report.equal(
            &format!("the count of {what}"),
            &got.json()["count"].as_u64(),
            &Some(expected.len() as u64),
        );
    }
    let target = format!("k?upload_id={id}&limit=1");
    let got = bench.by_hand("GET", &bucket, &target, &[], "").await?;
    let part = &got.json()["object_parts"][0];
    report.equal("the size of a part", &part["size"], &json!(5));
    let etag = json!("5d41402abc4b2a76b9719d911017c592");
    report.equal("the entity tag of a part", &part["etag"], &etag);
    report.holds("`created` of a part is absent", part["created"].is_string());
    Ok(())
}

/// 200 if nothing is said, 1000 at most; behind the last one there is nothing to go on with.
async fn uploads_are_listed_up_to_a_limit(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for key in ["a", "b", "c"] {
        bench.begin(&bucket, key, &[]).await?;
    }
    for (query, limit, count, more) in [
        ("?uploads", 200, 3, false),
        ("?uploads&limit=1000", 1000, 3, false),
        ("?uploads&limit=5000", 1000, 3, false),
        ("?uploads&limit=3", 3, 3, false),
        ("?uploads&limit=2", 2, 2, true),
        ("?uploads&key_marker=b", 200, 1, false),
        ("?uploads&prefix=b", 200, 1, false),
    ] {
        let got = bench.by_hand("GET", &bucket, query, &[], "").await?.json();
        report.equal(
            &format!("the limit of {query}"),
            &got["limit"],
            &json!(limit),
        );
        let uploads = got["uploads"].as_array().map(Vec::len);
        report.equal(&format!("the uploads of {query}"), &uploads, &Some(count));
        report.equal(
            &format!("has_more of {query}"),
            &got["has_more"],
            &json!(more),
        );
        for name in ["next_key_marker", "next_upload_id_marker"] {
            let goes_on = got[name].as_str().is_some_and(|marker| !marker.is_empty());
            report.equal(&format!("whether {query} has {name}"), &goes_on, &more);
        }
    }
    Ok(())
}

/// The id of one key's upload is none of another key's.
async fn an_upload_belongs_to_its_key(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let id = bench.begin(&bucket, "k", &[]).await?;
    let part = format!("k?part_number=0&upload_id={id}");
    bench.by_hand("PUT", &bucket, &part, &[], "hello").await?;
    for (key, id) in [
        ("other", id.as_str()),
        ("k", "0123456789abcdef0123456789abcdef"),
    ] {
        let part = format!("{key}?part_number=1&upload_id={id}");
        let whole = format!("{key}?upload_id={id}");
        let got = bench.by_hand("PUT", &bucket, &part, &[], "x").await?;
        let listed = bench.by_hand("GET", &bucket, &whole, &[], "").await?;
        let done = bench.complete(&bucket, key, id, &[0]).await?;
        for (what, got) in [
            ("uploading", got),
            ("listing", listed),
            ("completing", done),
        ] {
            let what = format!("{what} with the key {key} and the id {id}");
            report.holds(
                format!("{what} is not refused: {}", got.status),
                got.code() == "upload_not_exists",
            );
        }
        let aborted = bench.by_hand("DELETE", &bucket, &whole, &[], "").await?;
        report.status(
            &format!("aborting with the key {key} and the id {id}"),
            &aborted,
            204,
        );
    }
    let done = bench.complete(&bucket, "k", &id, &[0]).await?;
    report.status("completing it all the same", &done, 201);
    Ok(())
}

/// The header ETag of the last request becomes the object's.
async fn the_client_gives_the_entity_tag(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for (given, expected) in [
        (Some("\"my-own-1\""), Some("\"my-own-1\"")),
        (Some("\"7\""), Some("\"7\"")),
        (None, None),
    ] {
        let id = bench.begin(&bucket, "k", &[]).await?;
        let part = format!("k?part_number=0&upload_id={id}");
        bench.by_hand("PUT", &bucket, &part, &[], "hello").await?;
        let mut headers = vec![("Content-Type", "application/json")];
        headers.extend(given.map(|etag| ("ETag", etag)));
        let list = r#"{"object_parts": [{"part_number": 0}]}"#;
        let target = format!("k?upload_id={id}");
        let done = bench
            .by_hand("POST", &bucket, &target, &headers, list)
            .await?;
        report.status(&format!("completing with the ETag {given:?}"), &done, 201);
        let head = bench.by_hand("HEAD", &bucket, "k", &[], "").await?;
        let etag = head.text("etag");
        report.holds("the object has no entity tag", etag.is_some());
        if expected.is_some() {
            report.equal("the object's entity tag", &etag, &expected);
        }
    }
    Ok(())
}

/// A part that is not there, a tag that another part has, a list without parts.
async fn parts_are_named_as_they_are(bench: &Bench<'_>, report: &mut Report) -> Done {
    const RIGHT: &str = "5d41402abc4b2a76b9719d911017c592";
    let bucket = bench.bucket();
    let id = bench.begin(&bucket, "k", &[]).await?;
    let part = format!("k?part_number=1&upload_id={id}");
    bench.by_hand("PUT", &bucket, &part, &[], "hello").await?;
    let target = format!("k?upload_id={id}");
    let json = [("Content-Type", "application/json")];
    let one = |part: Value| json!({ "object_parts": [part] });
    for (list, taken) in [
        (json!({}), false),
        (json!({ "object_parts": [] }), false),
        (one(json!({ "part_number": 0 })), false),
        (one(json!({ "part_number": 2 })), false),
        (
            one(json!({ "part_number": 1, "etag": RIGHT.replace('5', "6") })),
            false,
        ),
        (one(json!({ "part_number": 1, "etag": RIGHT })), true),
    ] {
        let body = list.to_string();
        let done = bench.by_hand("POST", &bucket, &target, &json, body).await?;
        let what = format!("completing with {list}");
        match taken {
            true => report.status(&what, &done, 201),
            false => report.refused(&what, &done, 400, "invalid_argument"),
        }
    }
    let id = bench.begin(&bucket, "k", &[]).await?;
    let part = format!("k?part_number=1&upload_id={id}");
    bench.by_hand("PUT", &bucket, &part, &[], "hello").await?;
    let target = format!("k?upload_id={id}");
    let quoted = one(json!({ "part_number": 1, "etag": format!("\"{RIGHT}\"") }));
    let done = bench.by_hand("POST", &bucket, &target, &json, quoted.to_string());
    report.status("completing with a tag in quotes", &done.await?, 201);
    Ok(())
}

/// Aborting twice is no mistake; aborting what is an object by now is one, and the object stays.
async fn what_is_completed_is_not_aborted(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let id = bench.begin(&bucket, "k", &[]).await?;
    let part = format!("k?part_number=0&upload_id={id}");
    let whole = format!("k?upload_id={id}");
    bench.by_hand("PUT", &bucket, &part, &[], "hello").await?;
    bench.complete(&bucket, "k", &id, &[0]).await?;
    let late = bench.by_hand("DELETE", &bucket, &whole, &[], "").await?;
    report.status("aborting what is completed", &late, 400);
    let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
    report.content("the object", &got, b"hello");
    let id = bench.begin(&bucket, "k", &[]).await?;
    for time in ["once", "twice"] {
        let whole = format!("k?upload_id={id}");
        let aborted = bench.by_hand("DELETE", &bucket, &whole, &[], "").await?;
        report.status(&format!("aborting {time}"), &aborted, 204);
    }
    Ok(())
}
