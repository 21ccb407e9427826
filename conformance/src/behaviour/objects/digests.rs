//! Content-MD5 with everything that has one: right, of something else, and none at all.

use serde_json::json;

use crate::behaviour::{Behaviour, Bench, Done, Problem};
use crate::expected;
use crate::report::Report;

pub(super) static ALL: [Behaviour; 2] = [
    behaviour!("digests", other_bytes_are_not_stored),
    behaviour!("digests", what_is_no_digest_is_refused, unverified: "the vendor does not say how a Content-MD5 is refused that is none"),
];

/// What can be sent with a digest: a method, a target and a body.
type Way = (&'static str, String, String);

async fn ways(bench: &Bench<'_>) -> Result<[Way; 4], Problem> {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], "before").await?;
    bench
        .by_hand("PUT", &bucket, "stays", &[], "before")
        .await?;
    bench
        .by_hand("POST", &bucket, "log?append&position=0", &[], "before")
        .await?;
    let id = bench.begin(&bucket, "parts", &[]).await?;
    let list = json!({ "objects": [{ "key": "stays" }] }).to_string();
    Ok([
        ("PUT", "k".to_owned(), "hello".to_owned()),
        (
            "PUT",
            format!("parts?part_number=0&upload_id={id}"),
            "hello".to_owned(),
        ),
        (
            "POST",
            "log?append&position=6".to_owned(),
            "hello".to_owned(),
        ),
        ("POST", "?delete".to_owned(), list),
    ])
}

/// Nothing has become of what was refused.
async fn unchanged(bench: &Bench<'_>, report: &mut Report, ways: &[Way; 4]) -> Done {
    let bucket = bench.bucket();
    for key in ["k", "log", "stays"] {
        let got = bench.by_hand("GET", &bucket, key, &[], "").await?;
        report.content(&format!("{key} after refusals"), &got, b"before");
    }
    let [_, (_, part, _), ..] = ways;
    let list = part.replace("part_number=0&", "");
    let listed = bench.by_hand("GET", &bucket, &list, &[], "").await?.json();
    let parts = listed["object_parts"].as_array().map(Vec::len);
    report.equal("the parts after refusals", &parts, &Some(0));
    Ok(())
}

/// The digest is that of the body, the whole of it; then it is taken.
async fn other_bytes_are_not_stored(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let ways = ways(bench).await?;
    for (method, target, body) in &ways {
        for other in ["", "hellp", "before", "Hello"] {
            let digest = expected::md5(other.as_bytes());
            let headers = [
                ("Content-Type", "application/json"),
                ("Content-MD5", digest.as_str()),
            ];
            let got = bench
                .by_hand(method, &bucket, target, &headers, body.clone())
                .await?;
            let what = format!("{method} {target} with the digest of {other:?}");
            report.refused(&what, &got, 400, "bad_digest");
        }
    }
    unchanged(bench, report, &ways).await?;
    for (method, target, body) in ways {
        let digest = expected::md5(body.as_bytes());
        let headers = [
            ("Content-Type", "application/json"),
            ("Content-MD5", digest.as_str()),
        ];
        let got = bench
            .by_hand(method, &bucket, &target, &headers, body)
            .await?;
        let what = format!("{method} {target} with its digest");
        report.holds(format!("{what} is refused: {got:?}"), got.status < 300);
    }
    for (key, content) in [("k", &b"hello"[..]), ("log", b"beforehello")] {
        let got = bench.by_hand("GET", &bucket, key, &[], "").await?;
        report.content(key, &got, content);
    }
    Ok(())
}

/// 16 bytes in base64; neither more nor fewer, nor in hexadecimal.
async fn what_is_no_digest_is_refused(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let ways = ways(bench).await?;
    for (method, target, body) in &ways {
        let digest = expected::md5(body.as_bytes());
        let longer = expected::base64(&[0; 17]);
        let shorter = expected::base64(&[0; 15]);
        for odd in [
            "5d41402abc4b2a76b9719d911017c592",
            longer.as_str(),
            shorter.as_str(),
            "MD5",
            "!",
            &digest[..8],
        ] {
            let headers = [("Content-Type", "application/json"), ("Content-MD5", odd)];
            let got = bench
                .by_hand(method, &bucket, target, &headers, body.clone())
                .await?;
            report.status(
                &format!("{method} {target} with the Content-MD5 {odd}"),
                &got,
                400,
            );
        }
    }
    unchanged(bench, report, &ways).await
}
