//! Appending, deleting, the lengths of keys and of bodies, and answers whose headers the request replaces.

use serde_json::json;

use super::{Behaviour, Bench, Done, Problem};
use crate::expected;
use crate::report::Report;

pub(super) static ALL: [Behaviour; 13] = [
    behaviour!("append", only_what_grew_can_grow),
    behaviour!("append", what_grew_has_changed, unverified: "the vendor does not say what appending does to entity tag and time"),
    behaviour!("keys", their_bytes_are_counted),
    behaviour!("delete", each_key_has_its_outcome),
    behaviour!("copy", only_what_may_be_read_is_copied),
    behaviour!("move", the_source_is_in_another_bucket, buckets: 2),
    behaviour!(
        "delete",
        many_get_markers_where_versions_are_kept,
        versioned
    ),
    behaviour!("delete", no_version_is_mistaken_for_all, unverified: "the vendor knows keys only in this request"),
    behaviour!("delete", what_holds_something_is_no_empty_bucket, buckets: 1, versioned: true, unverified: Some("the vendor says that a bucket must be empty, and not of what")),
    behaviour!("overrides", signed_requests_replace_headers),
    behaviour!("limits", five_gigabytes_are_the_most, unverified: "the vendor does not say whether a body is refused before it is sent"),
    behaviour!("move", what_is_moved_stays_what_it_is),
    behaviour!("copy", a_copy_is_new, unverified: "the vendor does not say what time a copy is of"),
];

const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

/// Not what was put, copied, or completed; and at its end only.
async fn only_what_grew_can_grow(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "put", &[], "hello").await?;
    let id = bench.begin(&bucket, "parts", &[]).await?;
    let part = format!("parts?part_number=0&upload_id={id}");
    bench.by_hand("PUT", &bucket, &part, &[], "hello").await?;
    bench.complete(&bucket, "parts", &id, &[0]).await?;
    bench
        .by_hand("POST", &bucket, "log?append&position=0", &[], "hello")
        .await?;
    for (key, position, refused) in [
        ("put", "5", Some("invalid_object_state")),
        ("parts", "5", Some("invalid_object_state")),
        ("log", "0", Some("invalid_argument")),
        ("log", "4", Some("invalid_argument")),
        ("log", "6", Some("invalid_argument")),
        ("log", "-1", Some("invalid_argument")),
        ("log", "x", Some("invalid_argument")),
        ("new", "1", Some("invalid_argument")),
        ("log", "5", None),
    ] {
        let target = format!("{key}?append&position={position}");
        let got = bench.by_hand("POST", &bucket, &target, &[], "!").await?;
        let what = format!("appending to {key} at {position}");
        match refused {
            Some(code) => report.refused(&what, &got, 400, code),
            None => report.status(&what, &got, 200),
        }
    }
    for (key, content, next) in [
        ("put", "hello", None),
        ("parts", "hello", None),
        ("log", "hello!", Some("6")),
    ] {
        let got = bench.by_hand("GET", &bucket, key, &[], "").await?;
        report.content(key, &got, content.as_bytes());
        let head = bench.by_hand("HEAD", &bucket, key, &[], "").await?;
        let header = head.text("x-qs-next-append-position");
        report.equal(
            &format!("X-QS-Next-Append-Position of {key}"),
            &header,
            &next,
        );
        let kind = next.map(|_| "appendable");
        let header = head.text("x-qs-object-type");
        report.equal(&format!("X-QS-Object-Type of {key}"), &header, &kind);
    }
    bench.by_hand("PUT", &bucket, "log", &[], "hello").await?;
    let target = "log?append&position=5";
    let got = bench.by_hand("POST", &bucket, target, &[], "!").await?;
    report.refused(
        "appending to what was put over it",
        &got,
        400,
        "invalid_object_state",
    );
    Ok(())
}

async fn what_grew_has_changed(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let mut tags = Vec::new();
    for (position, content) in [(0, "hello"), (5, "hello"), (10, "hello")] {
        let target = format!("log?append&position={position}");
        bench
            .by_hand("POST", &bucket, &target, &[], content)
            .await?;
        let head = bench.by_hand("HEAD", &bucket, "log", &[], "").await?;
        let tag = head.text("etag").unwrap_or_default().to_owned();
        report.holds(
            format!("the entity tag {tag} is of two contents"),
            !tags.contains(&tag),
        );
        let length = head.text("content-length").map(str::to_owned);
        let expected = Some((position + content.len()).to_string());
        report.equal("the length", &length, &expected);
        tags.push(tag);
    }
    Ok(())
}

/// 1 to 1023 bytes of UTF-8, however many characters these are.
async fn their_bytes_are_counted(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench
        .by_hand("PUT", &bucket, "source", &[], "hello")
        .await?;
    let source = format!("/{}/source", bucket.name());
    let copied = [("x-qs-copy-source", source.as_str())];
    for (what, key, taken) in [
        ("1 byte", "k".to_owned(), true),
        ("1023 bytes", "k".repeat(1023), true),
        ("1024 bytes", "k".repeat(1024), false),
        ("341 characters of 3 bytes", "中".repeat(341), true),
        ("342 characters of 3 bytes", "中".repeat(342), false),
    ] {
        let path = expected::path(&key);
        for (way, method, target, headers) in [
            ("PUT", "PUT", path.clone(), &[][..]),
            ("a copy", "PUT", path.clone(), &copied),
            ("an upload", "POST", format!("{path}?uploads"), &[]),
        ] {
            let got = bench.by_hand(method, &bucket, &target, headers, "").await?;
            let what = format!("{way} with a key of {what}");
            match taken {
                true => report.holds(format!("{what} is refused: {got:?}"), got.status < 300),
                false => report.refused(&what, &got, 400, "invalid_object_name"),
            }
        }
        let list = json!({ "objects": [{ "key": key }] }).to_string();
        let digest = expected::md5(list.as_bytes());
        let headers = [JSON[0], ("Content-MD5", digest.as_str())];
        let got = bench
            .by_hand("POST", &bucket, "?delete", &headers, list)
            .await?;
        report.status(&format!("deleting a key of {what}"), &got, 200);
        let outcome = got.json();
        let count = |name: &str| outcome[name].as_array().map_or(0, Vec::len);
        let got = (count("deleted"), count("errors"));
        let expected = if taken { (1, 0) } else { (0, 1) };
        report.equal(
            &format!("deleted and refused keys of {what}"),
            &got,
            &expected,
        );
    }
    Ok(())
}

/// What is refused is told in any case, what is deleted unless `quiet` is set; what is not there counts as deleted.
async fn each_key_has_its_outcome(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let long = "k".repeat(1024);
    for (quiet, told) in [
        (None, &["a", "b c", "missing"][..]),
        (Some(false), &["a", "b c", "missing"]),
        (Some(true), &[]),
    ] {
        for path in ["a", "b%20c", "stays"] {
            bench.by_hand("PUT", &bucket, path, &[], "hello").await?;
        }
        let mut list = json!({ "objects": [
            { "key": "a" }, { "key": long }, { "key": "b c" }, { "key": "missing" },
        ] });
        if let Some(quiet) = quiet {
            list["quiet"] = json!(quiet);
        }
        let list = list.to_string();
        let digest = expected::md5(list.as_bytes());
        let headers = [JSON[0], ("Content-MD5", digest.as_str())];
        let got = bench
            .by_hand("POST", &bucket, "?delete", &headers, list)
            .await?;
        let what = format!("deleting with quiet: {quiet:?}");
        report.status(&what, &got, 200);
        let outcome = got.json();
        let names = |list: &serde_json::Value| -> Vec<String> {
            let items = list.as_array().into_iter().flatten();
            items
                .filter_map(|item| item["key"].as_str().map(str::to_owned))
                .collect()
        };
        report.equal(
            &format!("`deleted` of {what}"),
            &names(&outcome["deleted"]),
            &told.iter().map(|key| (*key).to_owned()).collect(),
        );
        report.equal(
            &format!("`errors` of {what}"),
            &names(&outcome["errors"]),
            &vec![long.clone()],
        );
        report.equal(
            &format!("the code in `errors` of {what}"),
            &outcome["errors"][0]["code"].as_str(),
            &Some("invalid_object_name"),
        );
        let left = bench.by_hand("GET", &bucket, "", &[], "").await?.json();
        report.equal(
            &format!("what is left after {what}"),
            &names(&left["keys"]),
            &vec!["stays".to_owned()],
        );
    }
    Ok(())
}

/// For one answer, of an object or of a version; only who signs may, also where everybody may read.
async fn signed_requests_replace_headers(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let stored = [
        ("content-type", "text/plain"),
        ("cache-control", "no-store"),
    ];
    bench.by_hand("PUT", &bucket, "k", &stored, "hello").await?;
    let open = json!({ "acl": [{
        "grantee": { "type": "group", "name": "QS_ALL_USERS" },
        "permission": "READ",
    }] });
    bench
        .by_hand("PUT", &bucket, "?acl", &JSON, open.to_string())
        .await?;
    let all = [
        ("expires", "Thu, 31 Dec 2099 23:59:59 GMT"),
        ("cache-control", "max-age=1"),
        ("content-type", "image/x-odd; a=b"),
        ("content-language", "de"),
        ("content-encoding", "br"),
        ("content-disposition", "attachment; filename=\"a b+c.txt\""),
    ];
    for (asked, value) in all {
        let target = format!("k?response-{asked}={}", expected::query(value));
        let got = bench.by_hand("GET", &bucket, &target, &[], "").await?;
        report.content(&target, &got, b"hello");
        for (name, _) in all {
            let expected = match name {
                name if name == asked => Some(value),
                "content-type" => Some("text/plain"),
                "cache-control" => Some("no-store"),
                _ => None,
            };
            report.equal(
                &format!("{name} of GET {target}"),
                &got.text(name),
                &expected,
            );
        }
        let got = bench.unsigned("GET", &bucket, &target, &[], "").await?;
        report.refused_somehow(&format!("GET {target} without a signature"), &got);
    }
    let got = bench.unsigned("GET", &bucket, "k", &[], "").await?;
    report.content("GET without a signature and without wishes", &got, b"hello");
    report.equal("its type", &got.text("content-type"), &Some("text/plain"));
    Ok(())
}

/// A body that is announced with a byte more is refused; nobody has to send it.
async fn five_gigabytes_are_the_most(bench: &Bench<'_>, report: &mut Report) -> Done {
    let most: u64 = 5 << 30;
    let target = &bench.slot.target;
    let transport = target.transport();
    let transport = transport.map_err(|error| Problem::Fail(error.to_string()))?;
    let client = target.client(Some(&target.key), transport);
    let client = client.map_err(|error| Problem::Fail(error.to_string()))?;
    let bucket = client.bucket(bench.bucket().name());
    let id = bench.begin(&bench.bucket(), "parts", &[]).await?;
    // What never comes: the answer does not wait for it.
    let body = || {
        let never = futures_util::stream::pending::<Result<bytes::Bytes, std::io::Error>>();
        qingstor::Body::from_stream(most + 1, never)
    };
    for (what, outcome) in [
        (
            "an object",
            bucket.put_object("k", body()).send().await.map(drop),
        ),
        (
            "a part",
            bucket
                .upload_multipart("parts", &id, 0, body())
                .send()
                .await
                .map(drop),
        ),
        (
            "a piece",
            bucket
                .append_object("log", 0, body())
                .send()
                .await
                .map(drop),
        ),
    ] {
        match outcome {
            Ok(()) => report.find(format!("{what} of more than 5 GiB is taken")),
            Err(error) => report.equal(
                &format!("the code of {what} of more than 5 GiB"),
                &error.code().map(|code| code.as_str()),
                &Some("entity_too_large"),
            ),
        }
    }
    Ok(())
}

/// What grew can go on growing; content, tag and length are the same.
async fn what_is_moved_stays_what_it_is(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench
        .by_hand("POST", &bucket, "old?append&position=0", &[], "hello")
        .await?;
    let before = bench.by_hand("HEAD", &bucket, "old", &[], "").await?;
    let source = format!("/{}/old", bucket.name());
    let from = [("x-qs-move-source", source.as_str())];
    let moved = bench.by_hand("PUT", &bucket, "new", &from, "").await?;
    report.status("moving", &moved, 201);
    let after = bench.by_hand("HEAD", &bucket, "new", &[], "").await?;
    for name in [
        "etag",
        "content-length",
        "x-qs-object-type",
        "x-qs-next-append-position",
    ] {
        report.equal(
            &format!("{name} of what was moved"),
            &after.text(name),
            &before.text(name),
        );
    }
    let got = bench
        .by_hand("POST", &bucket, "new?append&position=5", &[], "!")
        .await?;
    report.status("appending to what was moved", &got, 200);
    let gone = bench.by_hand("HEAD", &bucket, "old", &[], "").await?;
    report.status("looking where it was", &gone, 404);
    Ok(())
}

/// Its time is that of the copy and not that of its source, and what grew has that of the last piece.
async fn a_copy_is_new(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let source = format!("/{}/a", bucket.name());
    let copy = [("x-qs-copy-source", source.as_str())];
    let mut before = String::new();
    for (step, method, target, headers, key) in [
        ("appending", "POST", "a?append&position=0", &[][..], "a"),
        ("appending more", "POST", "a?append&position=5", &[], "a"),
        ("copying", "PUT", "b", &copy, "b"),
        ("copying over it", "PUT", "b", &copy, "b"),
        ("writing over it", "PUT", "b", &[], "b"),
    ] {
        // Lists of versions tell milliseconds.
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
        bench
            .by_hand(method, &bucket, target, headers, "hello")
            .await?;
        let listed = format!("?versions&prefix={key}");
        let listed = bench
            .by_hand("GET", &bucket, &listed, &[], "")
            .await?
            .json();
        let modified = listed["keys"][0]["modified"].as_str().unwrap_or_default();
        report.holds(
            format!("{modified} after {step} is not later than {before}"),
            modified > before.as_str(),
        );
        modified.clone_into(&mut before);
    }
    Ok(())
}

/// Deleting the object where one version was meant would lose more than was asked for.
async fn no_version_is_mistaken_for_all(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
    let list = json!({ "objects": [{ "key": "k", "version_id": "NjkxMjM0MzM1MjAxNzAwODMz" }] });
    let list = list.to_string();
    let digest = expected::md5(list.as_bytes());
    let headers = [JSON[0], ("Content-MD5", digest.as_str())];
    bench
        .by_hand("POST", &bucket, "?delete", &headers, list)
        .await?;
    let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
    report.content(
        "the object of which a version was to be deleted",
        &got,
        b"hello",
    );
    Ok(())
}

/// Objects, uploads that are under way, old versions, and delete markers.
async fn what_holds_something_is_no_empty_bucket(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let refused = async |report: &mut Report, what: &str| -> Done {
        let got = bench.by_hand("DELETE", &bucket, "", &[], "").await?;
        if got.code() == "lease_not_ready" {
            return Err(Problem::Skip(
                "the bucket is too young to be deleted".to_owned(),
            ));
        }
        report.refused(
            &format!("deleting a bucket with {what}"),
            &got,
            409,
            "bucket_not_empty",
        );
        Ok(())
    };
    let id = bench.begin(&bucket, "k", &[]).await?;
    refused(report, "an upload").await?;
    let whole = format!("k?upload_id={id}");
    bench.by_hand("DELETE", &bucket, &whole, &[], "").await?;
    bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
    refused(report, "an object").await?;
    bench.by_hand("DELETE", &bucket, "k", &[], "").await?;
    let enabled = r#"{"status": "ENABLED"}"#;
    bench
        .by_hand("PUT", &bucket, "?versioning", &JSON, enabled)
        .await?;
    let put = bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
    bench.by_hand("DELETE", &bucket, "k", &[], "").await?;
    refused(report, "a version and a marker").await?;
    let id = put.text("x-qs-version-id").unwrap_or_default();
    let version = format!("k?version_id={id}");
    bench.by_hand("DELETE", &bucket, &version, &[], "").await?;
    refused(report, "a marker").await
}

/// Whoever may write and not read copies nothing, neither whole nor as a part.
async fn only_what_may_be_read_is_copied(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], "secret").await?;
    let open = json!({ "acl": [{
        "grantee": { "type": "group", "name": "QS_ALL_USERS" },
        "permission": "WRITE",
    }] });
    bench
        .by_hand("PUT", &bucket, "?acl", &JSON, open.to_string())
        .await?;
    let source = format!("/{}/k", bucket.name());
    let id = bench.begin(&bucket, "parts", &[]).await?;
    let part = format!("parts?part_number=0&upload_id={id}");
    for (target, header) in [
        ("copy", "x-qs-copy-source"),
        (part.as_str(), "x-qs-copy-source"),
        ("moved", "x-qs-move-source"),
    ] {
        let headers = [(header, source.as_str())];
        let got = bench.unsigned("PUT", &bucket, target, &headers, "").await?;
        let what = format!("{header} to {target} without the right to read");
        report.refused(&what, &got, 403, "permission_denied");
    }
    let got = bench.unsigned("PUT", &bucket, "new", &[], "hello").await?;
    report.status("writing without the right to read", &got, 201);
    Ok(())
}

async fn the_source_is_in_another_bucket(bench: &Bench<'_>, report: &mut Report) -> Done {
    let (bucket, other) = (bench.bucket(), bench.other());
    bench.by_hand("PUT", &other, "k", &[], "hello").await?;
    bench.by_hand("PUT", &bucket, "k", &[], "own").await?;
    let source = format!("/{}/k", other.name());
    let headers = [("x-qs-move-source", source.as_str())];
    let got = bench.by_hand("PUT", &bucket, "new", &headers, "").await?;
    report.status("moving", &got, 201);
    let got = bench.by_hand("GET", &bucket, "new", &[], "").await?;
    report.content("what was moved", &got, b"hello");
    let got = bench.by_hand("HEAD", &other, "k", &[], "").await?;
    report.status("looking where it was", &got, 404);
    let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
    report.content("what has the same name", &got, b"own");
    Ok(())
}

async fn many_get_markers_where_versions_are_kept(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let enabled = r#"{"status": "ENABLED"}"#;
    bench
        .by_hand("PUT", &bucket, "?versioning", &JSON, enabled)
        .await?;
    let put = bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
    let list = json!({ "objects": [{ "key": "k" }] }).to_string();
    let digest = expected::md5(list.as_bytes());
    let headers = [JSON[0], ("Content-MD5", digest.as_str())];
    bench
        .by_hand("POST", &bucket, "?delete", &headers, list)
        .await?;
    let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
    report.refused("reading what was deleted", &got, 404, "object_not_exists");
    let marker = got.text("x-qs-delete-marker");
    report.equal(
        "X-QS-Delete-Marker of what was deleted",
        &marker,
        &Some("true"),
    );
    let version = put.text("x-qs-version-id").unwrap_or_default();
    let version = format!("k?version_id={version}");
    let got = bench.by_hand("GET", &bucket, &version, &[], "").await?;
    report.content("the version of what was deleted", &got, b"hello");
    Ok(())
}
