//! Every condition and pairs of them, on everything that has conditions.

use crate::behaviour::{Behaviour, Bench, Done, Problem};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 4] = [
    behaviour!("conditions", each_condition_holds_or_not),
    behaviour!("conditions", pairs_are_judged_in_order, unverified: "the vendor does not say which of several conditions counts, nor speaks of `*`, lists and weak tags"),
    behaviour!("conditions", sources_are_judged_alike, unverified: "the vendor does not say what comes of a source that is as the request knows it"),
    behaviour!("conditions", escaped_quotes_are_quotes, unverified: "the vendor shows a condition with escaped quotes in one example only"),
];

const OTHER: &str = "\"00000000000000000000000000000000\"";
const BEFORE: &str = "Wed, 10 Dec 2014 17:20:31 GMT";

/// Headers, and what they come to: 200, 304 or 412.
type Case = (Vec<(&'static str, String)>, u16);

/// One condition each.
fn single(etag: &str, own: &str) -> Vec<Case> {
    let case = |name, value: &str, status| (vec![(name, value.to_owned())], status);
    vec![
        case("If-Match", etag, 200),
        case("If-Match", OTHER, 412),
        case("If-None-Match", etag, 304),
        case("If-None-Match", OTHER, 200),
        case("If-Modified-Since", BEFORE, 200),
        case("If-Modified-Since", own, 304),
        case("If-Unmodified-Since", BEFORE, 412),
        case("If-Unmodified-Since", own, 200),
    ]
}

/// What RFC 9110 (sections 13.1 and 13.2.2) makes of lists, weak tags, `*`, and of two conditions.
fn many(etag: &str, own: &str) -> Vec<Case> {
    let weak = format!("W/{etag}");
    let first = format!("{etag}, {OTHER}");
    let last = format!("{OTHER},{etag}");
    // One tag with a comma in it.
    let both = format!("\"x,{}\"", etag.trim_matches('"'));
    let one = |name, value: &str, status| (vec![(name, value.to_owned())], status);
    let two = |a, left: &str, b, right: &str, status| {
        let headers = vec![(a, left.to_owned()), (b, right.to_owned())];
        (headers, status)
    };
    let (matches, none) = ("If-Match", "If-None-Match");
    let (since, not_since) = ("If-Modified-Since", "If-Unmodified-Since");
    vec![
        one(matches, "*", 200),
        one(none, "*", 304),
        one(matches, &weak, 412),
        one(none, &weak, 304),
        one(matches, &first, 200),
        one(matches, &last, 200),
        one(none, &first, 304),
        one(none, &last, 304),
        one(matches, etag.trim_matches('"'), 412),
        one(none, etag.trim_matches('"'), 200),
        one(none, &both, 200),
        two(matches, etag, not_since, BEFORE, 200),
        two(matches, OTHER, not_since, own, 412),
        two(none, OTHER, since, own, 200),
        two(none, etag, since, BEFORE, 304),
        two(matches, etag, none, etag, 304),
        two(matches, OTHER, none, OTHER, 412),
        two(matches, etag, since, own, 304),
        two(matches, etag, since, BEFORE, 200),
        two(not_since, own, none, etag, 304),
        two(not_since, BEFORE, none, etag, 412),
        two(not_since, own, since, own, 304),
        two(not_since, BEFORE, since, own, 412),
        two(not_since, own, since, BEFORE, 200),
    ]
}

/// Entity tag and time of the object `k`.
async fn known(bench: &Bench<'_>) -> Result<(String, String), Problem> {
    let head = bench.by_hand("HEAD", &bench.bucket(), "k", &[], "").await?;
    let text = |name| head.text(name).unwrap_or_default().to_owned();
    Ok((text("etag"), text("last-modified")))
}

async fn reading(
    bench: &Bench<'_>,
    report: &mut Report,
    cases: fn(&str, &str) -> Vec<Case>,
) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
    let (etag, own) = known(bench).await?;
    for (headers, status) in cases(&etag, &own) {
        let texts: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        for method in ["GET", "HEAD"] {
            let got = bench.by_hand(method, &bucket, "k", &texts, "").await?;
            report.status(&format!("{method} with {texts:?}"), &got, status);
        }
    }
    Ok(())
}

async fn each_condition_holds_or_not(bench: &Bench<'_>, report: &mut Report) -> Done {
    reading(bench, report, single).await
}

async fn pairs_are_judged_in_order(bench: &Bench<'_>, report: &mut Report) -> Done {
    reading(bench, report, many).await?;
    // What is no date is no condition.
    reading(bench, report, |_, _| {
        let dated = ["If-Modified-Since", "If-Unmodified-Since"].into_iter();
        dated
            .map(|name| (vec![(name, "yesterday".to_owned())], 200))
            .collect()
    })
    .await
}

/// Copies, copies of parts and moves: whatever does not hold is a 412, and nothing is written then.
async fn sources_are_judged_alike(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let id = bench.begin(&bucket, "whole", &[]).await?;
    let part = format!("whole?part_number=1&upload_id={id}");
    let source = format!("/{}/k", bucket.name());
    for (way, kind, target, count) in [
        ("a copy", "copy", "copied", 32),
        ("a copied part", "copy", part.as_str(), 8),
        ("a move", "move", "moved", 8),
    ] {
        bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
        for index in 0..count {
            let (etag, own) = known(bench).await?;
            let mut cases = single(&etag, &own);
            cases.extend(many(&etag, &own));
            let (conditions, status) = cases.swap_remove(index);
            let conditions: Vec<(String, String)> = conditions
                .into_iter()
                .map(|(name, value)| (format!("x-qs-{kind}-source-{name}"), value))
                .collect();
            let mut headers: Vec<(&str, &str)> = conditions
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let header = format!("x-qs-{kind}-source");
            headers.push((&header, &source));
            let got = bench.by_hand("PUT", &bucket, target, &headers, "").await?;
            let what = format!("{way} with {conditions:?}");
            if status != 200 {
                report.refused(&what, &got, 412, "precondition_failed");
                continue;
            }
            report.status(&what, &got, 201);
            if kind == "move" {
                let back = format!("/{}/moved", bucket.name());
                let back = [("x-qs-move-source", back.as_str())];
                bench.by_hand("PUT", &bucket, "k", &back, "").await?;
            } else if !target.contains('?') {
                bench.by_hand("DELETE", &bucket, target, &[], "").await?;
            }
        }
        if !target.contains('?') {
            let there = bench.by_hand("HEAD", &bucket, target, &[], "").await?;
            report.status(&format!("looking for {way} that was refused"), &there, 404);
        }
    }
    Ok(())
}

/// As the vendor's page on signatures writes a source's tag.
async fn escaped_quotes_are_quotes(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
    let source = format!("/{}/k", bucket.name());
    for (tag, status) in [
        ("%225d41402abc4b2a76b9719d911017c592%22", 201),
        ("%2200000000000000000000000000000000%22", 412),
    ] {
        let headers = [
            ("x-qs-copy-source", source.as_str()),
            ("x-qs-copy-source-if-match", tag),
        ];
        let got = bench.by_hand("PUT", &bucket, "copy", &headers, "").await?;
        report.status(&format!("a copy with If-Match: {tag}"), &got, status);
    }
    Ok(())
}
