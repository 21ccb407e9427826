//! The digest that a body may be announced with.

use serde_json::json;

use crate::behaviour::{Behaviour, Bench, Done};
use crate::expected;
use crate::report::Report;

pub(super) static ALL: [Behaviour; 2] = [
    behaviour!("digests", a_body_is_what_was_announced),
    behaviour!("digests", a_digest_is_sixteen_bytes, unverified: "the vendor does not say how a digest is refused that is none"),
];

/// Everything that takes bytes, for an object, a part, and what grows; and a document.
async fn a_body_is_what_was_announced(bench: &Bench<'_>, report: &mut Report) -> Done {
    judge(
        bench,
        report,
        &[
            (expected::md5(b"hello"), true),
            (expected::md5(b"hello!"), false),
            (expected::md5(b""), false),
        ],
        "bad_digest",
    )
    .await
}

/// In base64: neither in hexadecimal digits nor a byte less or more.
async fn a_digest_is_sixteen_bytes(bench: &Bench<'_>, report: &mut Report) -> Done {
    judge(
        bench,
        report,
        &[
            ("5d41402abc4b2a76b9719d911017c592".to_owned(), false),
            (expected::base64(&[b'x'; 15]), false),
            (expected::base64(&[b'x'; 17]), false),
            ("?".to_owned(), false),
        ],
        "invalid_argument",
    )
    .await
}

async fn judge(
    bench: &Bench<'_>,
    report: &mut Report,
    cases: &[(String, bool)],
    code: &str,
) -> Done {
    let bucket = bench.bucket();
    let id = bench.begin(&bucket, "parts", &[]).await?;
    let part = format!("parts?part_number=0&upload_id={id}");
    for (digest, right) in cases {
        let headers = [("Content-MD5", digest.as_str())];
        for (method, target, key) in [
            ("PUT", "k", "k"),
            ("PUT", part.as_str(), ""),
            ("POST", "log?append&position=0", "log"),
        ] {
            let got = bench
                .by_hand(method, &bucket, target, &headers, "hello")
                .await?;
            let what = format!("{method} {target} with the digest {digest:?}");
            if *right {
                report.holds(format!("{what} is refused: {got:?}"), got.status < 300);
            } else {
                report.refused(&what, &got, 400, code);
            }
            if key.is_empty() {
                continue;
            }
            let there = bench.by_hand("HEAD", &bucket, key, &[], "").await?;
            let status = if *right { 200 } else { 404 };
            report.status(&format!("looking for {key} after {what}"), &there, status);
            bench.by_hand("DELETE", &bucket, key, &[], "").await?;
        }
    }
    let listed = bench
        .by_hand("GET", &bucket, &format!("parts?upload_id={id}"), &[], "")
        .await?;
    let parts = listed.json()["object_parts"].as_array().map(Vec::len);
    let taken = cases.iter().filter(|(_, right)| *right).count();
    report.equal("the parts afterwards", &parts, &Some(taken));
    bench.by_hand("PUT", &bucket, "stays", &[], "hello").await?;
    for (digest, _) in cases.iter().filter(|(_, right)| !right) {
        let headers = [
            ("Content-Type", "application/json"),
            ("Content-MD5", digest.as_str()),
        ];
        let list = json!({ "objects": [{ "key": "stays" }] }).to_string();
        let got = bench
            .by_hand("POST", &bucket, "?delete", &headers, list)
            .await?;
        let what = format!("deleting many with the digest {digest:?}");
        report.refused(&what, &got, 400, code);
    }
    let there = bench.by_hand("HEAD", &bucket, "stays", &[], "").await?;
    report.status("looking for what was not deleted", &there, 200);
    Ok(())
}
