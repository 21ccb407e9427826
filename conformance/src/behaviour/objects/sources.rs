//! How a header names the object that is copied or moved.

use crate::behaviour::{Behaviour, Bench, Done};
use crate::expected;
use crate::report::Report;

pub(super) static ALL: [Behaviour; 4] = [
    behaviour!("sources", keys_are_percent_encoded),
    behaviour!("sources", a_source_has_a_bucket_and_a_key, unverified: "the vendor gives the form of a source, and no answer to others"),
    behaviour!("sources", one_version_is_the_source, versioned),
    behaviour!("sources", versions_have_ids_of_their_own, versioned),
];

/// Names of pairs of objects of which a decoder that is a little wrong takes the one for the other.
const PAIRS: [(&str, &str); 6] = [
    ("a+b", "a b"),
    ("a%20b", "a b"),
    ("a/b//c", "a/b/c"),
    ("a?b=c", "a"),
    ("100%", "100"),
    ("中文/猫", "中文"),
];

/// By the rules for paths: `+` is a plus sign, and what is not ASCII is UTF-8.
async fn keys_are_percent_encoded(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let id = bench.begin(&bucket, "parts", &[]).await?;
    let part = format!("parts?part_number=0&upload_id={id}");
    for (key, decoy) in PAIRS {
        for (key, content) in [(decoy, "decoy"), (key, "hello")] {
            let path = expected::path(key);
            bench.by_hand("PUT", &bucket, &path, &[], content).await?;
        }
        // A plus sign and other marks may stand in a path as they are.
        let lax = expected::path(key).replace("%2B", "+");
        for encoded in [expected::path(key), lax] {
            let source = format!("/{}/{encoded}", bucket.name());
            for (way, target, header) in [
                ("a copy", "copy", "x-qs-copy-source"),
                ("a copied part", part.as_str(), "x-qs-copy-source"),
                ("a move", "moved", "x-qs-move-source"),
            ] {
                let headers = [(header, source.as_str())];
                let got = bench.by_hand("PUT", &bucket, target, &headers, "").await?;
                let what = format!("{way} of {source}");
                report.status(&what, &got, 201);
                let etag = got.text("etag");
                let hello = format!("\"{}\"", expected::hex_md5(b"hello"));
                let name = format!("the entity tag of {what}");
                report.equal(&name, &etag, &Some(hello.as_str()));
                if target == "copy" {
                    let got = bench.by_hand("GET", &bucket, target, &[], "").await?;
                    report.content(&what, &got, b"hello");
                }
            }
            let path = expected::path(decoy);
            let got = bench.by_hand("GET", &bucket, &path, &[], "").await?;
            report.content(&format!("{decoy:?} beside {key:?}"), &got, b"decoy");
            let path = expected::path(key);
            let gone = bench.by_hand("HEAD", &bucket, &path, &[], "").await?;
            report.status(&format!("looking where {key:?} was"), &gone, 404);
            bench.by_hand("PUT", &bucket, &path, &[], "hello").await?;
        }
        for key in [key, decoy] {
            let path = expected::path(key);
            bench.by_hand("DELETE", &bucket, &path, &[], "").await?;
        }
    }
    Ok(())
}

/// A slash, the bucket, a slash, and the key, with nothing behind it but a version.
async fn a_source_has_a_bucket_and_a_key(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
    let id = bench.begin(&bucket, "parts", &[]).await?;
    let part = format!("parts?part_number=0&upload_id={id}");
    let name = bucket.name();
    let (missing, nowhere) = ("object_not_exists", "bucket_not_exists");
    let (wrong, key) = ("invalid_argument", "invalid_object_name");
    for (source, status, code) in [
        (format!("/{name}/k"), 201, ""),
        (format!("/{name}/%6B"), 201, ""),
        (format!("/{name}/K"), 404, missing),
        (format!("/{name}/k/"), 404, missing),
        (format!("/{name}//k"), 404, missing),
        ("/conformance-nowhere-0/k".to_owned(), 404, nowhere),
        (String::new(), 400, wrong),
        ("k".to_owned(), 400, wrong),
        (format!("{name}/k"), 400, wrong),
        (format!("/{name}"), 400, wrong),
        ("//k".to_owned(), 400, wrong),
        (format!("/{name}/"), 400, key),
        (format!("/{name}/{}", "k".repeat(1024)), 400, key),
        (format!("/{name}/{}", "k".repeat(1023)), 404, missing),
        (format!("/{name}/k%"), 400, wrong),
        (format!("/{name}/k%2"), 400, wrong),
        (format!("/{name}/k%zz"), 400, wrong),
        (format!("/{name}/%FF"), 400, wrong),
        (format!("/{name}/k?acl"), 400, wrong),
        (format!("/{name}/k?version_id="), 400, wrong),
        (format!("/{name}/k?version=1"), 400, wrong),
    ] {
        for (target, header) in [
            ("copy", "x-qs-copy-source"),
            (part.as_str(), "x-qs-copy-source"),
            ("moved", "x-qs-move-source"),
        ] {
            let headers = [(header, source.as_str())];
            let got = bench.by_hand("PUT", &bucket, target, &headers, "").await?;
            let what = format!("{header}: {source} to {target}");
            if code.is_empty() {
                report.status(&what, &got, status);
            } else {
                report.refused(&what, &got, status, code);
            }
        }
        bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
    }
    Ok(())
}

/// Whole or a piece of it, for objects, parts and moves.
async fn one_version_is_the_source(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let json = [("Content-Type", "application/json")];
    let enabled = r#"{"status": "ENABLED"}"#;
    bench
        .by_hand("PUT", &bucket, "?versioning", &json, enabled)
        .await?;
    let upload = bench.begin(&bucket, "parts", &[]).await?;
    let mut ids = Vec::new();
    for content in ["first", "second"] {
        let put = bench.by_hand("PUT", &bucket, "k", &[], content).await?;
        ids.push(put.text("x-qs-version-id").unwrap_or_default().to_owned());
    }
    bench.by_hand("DELETE", &bucket, "k", &[], "").await?;
    for (id, content) in [(&ids[0], "first"), (&ids[1], "second")] {
        let source = format!("/{}/k?version_id={id}", bucket.name());
        let etag = expected::hex_md5(content.as_bytes());
        let piece = expected::hex_md5(&content.as_bytes()[1..3]);
        let part = format!("parts?part_number=0&upload_id={upload}");
        let range = ("x-qs-copy-range", "bytes=1-2");
        let copied = ("x-qs-copy-source", source.as_str());
        for (way, target, headers, etag) in [
            ("a copy", "copy", vec![copied], &etag),
            ("a copied part", part.as_str(), vec![copied], &etag),
            (
                "a piece as a part",
                part.as_str(),
                vec![copied, range],
                &piece,
            ),
            (
                "a move",
                "moved",
                vec![("x-qs-move-source", source.as_str())],
                &etag,
            ),
        ] {
            let got = bench.by_hand("PUT", &bucket, target, &headers, "").await?;
            let what = format!("{way} of the version {content}");
            report.status(&what, &got, 201);
            let quoted = format!("\"{etag}\"");
            let name = format!("the entity tag of {what}");
            report.equal(&name, &got.text("etag"), &Some(quoted.as_str()));
        }
    }
    Ok(())
}

/// What is no id, and the id of another key's version, names nothing: deleting it is done already.
async fn versions_have_ids_of_their_own(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let json = [("Content-Type", "application/json")];
    let enabled = r#"{"status": "ENABLED"}"#;
    bench
        .by_hand("PUT", &bucket, "?versioning", &json, enabled)
        .await?;
    bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
    let other = bench.by_hand("PUT", &bucket, "other", &[], "other").await?;
    let other = other.text("x-qs-version-id").unwrap_or_default();
    for id in [other, "NjkxMjM0MzM1MjAxNzAwODMz", "null", "0", "x"] {
        let target = format!("k?version_id={}", expected::query(id));
        let source = format!("/{}/k?version_id={id}", bucket.name());
        let copied = [("x-qs-copy-source", source.as_str())];
        let moved = [("x-qs-move-source", source.as_str())];
        for (method, target, headers, status) in [
            ("GET", target.as_str(), &[][..], 404),
            ("HEAD", &target, &[], 404),
            ("PUT", "copy", &copied, 404),
            ("PUT", "moved", &moved, 404),
            ("DELETE", &target, &[], 204),
        ] {
            let got = bench.by_hand(method, &bucket, target, headers, "").await?;
            let what = format!("{method} {target} for the version {id:?}");
            match (method, status) {
                ("HEAD", _) | (_, 204) => report.status(&what, &got, status),
                _ => report.refused(&what, &got, status, "object_not_exists"),
            }
            let marker = got.text("x-qs-delete-marker");
            report.equal(&format!("X-QS-Delete-Marker of {what}"), &marker, &None);
        }
    }
    for (key, content) in [("k", "hello"), ("other", "other")] {
        let got = bench.by_hand("GET", &bucket, key, &[], "").await?;
        report.content(&format!("{key} afterwards"), &got, content.as_bytes());
    }
    let listed = bench.by_hand("GET", &bucket, "?versions", &[], "").await?;
    let versions = listed.json()["keys"].as_array().map(Vec::len);
    report.equal("the versions afterwards", &versions, &Some(2));
    Ok(())
}
