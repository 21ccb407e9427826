//! The lengths of keys and of bodies, and answers whose headers the request replaces.

use serde_json::json;

use crate::behaviour::{Behaviour, Bench, Done, Problem};
use crate::expected;
use crate::report::Report;

pub(super) static ALL: [Behaviour; 3] = [
    behaviour!("keys", their_bytes_are_counted),
    behaviour!("overrides", signed_requests_replace_headers),
    behaviour!("limits", five_gigabytes_are_the_most, unverified: "the vendor does not say whether a body is refused before it is sent"),
];

const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

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
