//! Appending.

use crate::behaviour::{Behaviour, Bench, Done};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 2] = [
    behaviour!("append", only_what_grew_can_grow),
    behaviour!("append", what_grew_has_changed, unverified: "the vendor does not say what appending does to entity tag and time"),
];

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
