//! Pieces of objects, however these are stored.

use crate::behaviour::{Behaviour, Bench, Done};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 6] = [
    behaviour!("ranges", each_form_has_its_limits),
    behaviour!("ranges", what_grew_is_cut_anywhere),
    behaviour!("ranges", what_is_encrypted_is_cut_anywhere),
    behaviour!("ranges", parts_are_cut_out_of_objects),
    behaviour!("ranges", units_are_the_same_in_capitals, unverified: "the vendor does not say whether the unit may be in capitals"),
    behaviour!("ranges", a_changed_object_is_read_whole, unverified: "the vendor does not speak of If-Range"),
];

/// Of ten bytes: the header, and the first and last byte of the answer; nothing for a refusal.
async fn each_form_has_its_limits(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench
        .by_hand("PUT", &bucket, "k", &[], "0123456789")
        .await?;
    bench.by_hand("PUT", &bucket, "empty", &[], "").await?;
    for (header, expected) in [
        ("bytes=0-0", Some((0, 0))),
        ("bytes=9-9", Some((9, 9))),
        ("bytes=0-9", Some((0, 9))),
        ("bytes=3-6", Some((3, 6))),
        ("bytes=0-", Some((0, 9))),
        ("bytes=9-", Some((9, 9))),
        ("bytes=-1", Some((9, 9))),
        ("bytes=-9", Some((1, 9))),
        ("bytes=-10", Some((0, 9))),
        ("bytes=-11", Some((0, 9))),
        ("bytes=4-10", Some((4, 9))),
        ("bytes=10-", None),
        ("bytes=10-10", None),
        ("bytes=11-20", None),
        ("bytes=-0", None),
        ("bytes=6-5", None),
        ("bytes=-", None),
        ("bytes=", None),
        ("100-", None),
        ("bytes=a-b", None),
        ("lines=0-1", None),
        ("bytes=0-1,3-4", None),
    ] {
        let range = [("Range", header)];
        let got = bench.by_hand("GET", &bucket, "k", &range, "").await?;
        let what = format!("GET with Range: {header}");
        let Some((first, last)) = expected else {
            report.refused(&what, &got, 416, "invalid_range");
            continue;
        };
        report.status(&what, &got, 206);
        let described = format!("bytes {first}-{last}/10");
        report.equal(
            &format!("Content-Range of {what}"),
            &got.text("content-range"),
            &Some(described.as_str()),
        );
        report.bytes(&what, &got.body, &b"0123456789"[first..=last]);
    }
    for header in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
        let range = [("Range", header)];
        let got = bench.by_hand("GET", &bucket, "empty", &range, "").await?;
        let what = format!("GET of an empty object with Range: {header}");
        report.refused(&what, &got, 416, "invalid_range");
    }
    Ok(())
}

/// Bytes that differ from their neighbours, and at each distance that a store may cut at.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

async fn cut(
    bench: &Bench<'_>,
    report: &mut Report,
    headers: &[(&str, &str)],
    whole: &[u8],
    places: &[(usize, usize)],
) -> Done {
    let bucket = bench.bucket();
    let got = bench.by_hand("GET", &bucket, "k", headers, "").await?;
    report.status("reading all", &got, 200);
    report.holds("what is read is not what was written", got.body == whole);
    for (first, last) in places {
        let range = format!("bytes={first}-{last}");
        let headers = [headers, &[("Range", range.as_str())]].concat();
        let got = bench.by_hand("GET", &bucket, "k", &headers, "").await?;
        report.status(&range, &got, 206);
        report.holds(
            format!("{range} are not these bytes"),
            got.body == whole[*first..=*last],
        );
    }
    Ok(())
}

/// An object that was appended to a few times, by little and by much.
async fn what_grew_is_cut_anywhere(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let whole = pattern(420_000);
    let mut from = 0;
    for to in [20_000, 20_003, 60_000, 60_000, 400_000, 420_000] {
        let target = format!("k?append&position={from}");
        let piece = whole[from..to].to_vec();
        let got = bench.by_hand("POST", &bucket, &target, &[], piece).await?;
        report.status(&format!("appending up to {to}"), &got, 200);
        from = to;
    }
    let places = [
        (0, 0),
        (19_999, 20_000),
        (20_000, 20_002),
        (20_003, 20_003),
        (19_000, 61_000),
        (59_999, 60_000),
        (60_000, 399_999),
        (262_143, 262_144),
        (400_000, 419_999),
        (419_999, 419_999),
    ];
    cut(bench, report, &[], &whole, &places).await
}

/// A cipher goes by blocks of 16 bytes; readers need not.
async fn what_is_encrypted_is_cut_anywhere(bench: &Bench<'_>, report: &mut Report) -> Done {
    let key = super::encryption::key("x-qs-encryption-customer", b'x');
    let key: Vec<(&str, &str)> = key.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let whole = pattern(300_000);
    let bucket = bench.bucket();
    let put = bench.by_hand("PUT", &bucket, "k", &key, whole.clone());
    report.status("storing", &put.await?, 201);
    let places = [
        (0, 0),
        (15, 16),
        (17, 30),
        (31, 33),
        (262_143, 262_145),
        (299_999, 299_999),
    ];
    cut(bench, report, &key, &whole, &places).await
}

/// `X-QS-Copy-Range`, and what the answer says about it.
async fn parts_are_cut_out_of_objects(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench
        .by_hand("PUT", &bucket, "k", &[], "0123456789")
        .await?;
    let source = format!("/{}/k", bucket.name());
    for (range, expected) in [
        (Some("bytes=2-5"), Some((2, 5))),
        (Some("bytes=0-0"), Some((0, 0))),
        (Some("bytes=9-9"), Some((9, 9))),
        (Some("bytes=0-9"), Some((0, 9))),
        (None, Some((0, 9))),
        (Some("bytes=10-11"), None),
        (Some("bytes=5-4"), None),
        (Some("5-6"), None),
    ] {
        let id = bench.begin(&bucket, "copy", &[]).await?;
        let target = format!("copy?part_number=0&upload_id={id}");
        let mut headers = vec![("x-qs-copy-source", source.as_str())];
        headers.extend(range.map(|range| ("x-qs-copy-range", range)));
        let got = bench.by_hand("PUT", &bucket, &target, &headers, "").await?;
        let what = format!("a part with X-QS-Copy-Range: {range:?}");
        let Some((first, last)) = expected else {
            report.refused_somehow(&what, &got);
            continue;
        };
        report.status(&what, &got, 201);
        if range.is_some() {
            let described = format!("bytes {first}-{last}/10");
            let header = got.text("x-qs-content-copy-range");
            let name = format!("X-QS-Content-Copy-Range of {what}");
            report.equal(&name, &header, &Some(described.as_str()));
        }
        let done = bench.complete(&bucket, "copy", &id, &[0]).await?;
        report.status(&format!("completing {what}"), &done, 201);
        let got = bench.by_hand("GET", &bucket, "copy", &[], "").await?;
        report.content(&what, &got, &b"0123456789"[first..=last]);
    }
    Ok(())
}

/// RFC 9110 section 13.1.5: a range of what the client knows, all of what it does not.
async fn a_changed_object_is_read_whole(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench
        .by_hand("PUT", &bucket, "k", &[], "0123456789")
        .await?;
    let head = bench.by_hand("HEAD", &bucket, "k", &[], "").await?;
    let etag = head.text("etag").unwrap_or_default();
    let own = head.text("last-modified").unwrap_or_default();
    for (validator, status) in [
        (etag, 206),
        (own, 206),
        ("\"00000000000000000000000000000000\"", 200),
        ("Wed, 10 Dec 2014 17:20:31 GMT", 200),
    ] {
        let headers = [("Range", "bytes=2-5"), ("If-Range", validator)];
        let got = bench.by_hand("GET", &bucket, "k", &headers, "").await?;
        let what = format!("a range with If-Range: {validator}");
        report.status(&what, &got, status);
        let expected: &[u8] = if status == 206 {
            b"2345"
        } else {
            b"0123456789"
        };
        report.bytes(&what, &got.body, expected);
    }
    Ok(())
}

/// RFC 9110 section 14.1.
async fn units_are_the_same_in_capitals(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench
        .by_hand("PUT", &bucket, "k", &[], "0123456789")
        .await?;
    for header in ["Bytes=2-5", "BYTES=2-5"] {
        let got = bench
            .by_hand("GET", &bucket, "k", &[("Range", header)], "")
            .await?;
        report.status(&format!("GET with Range: {header}"), &got, 206);
        report.bytes(header, &got.body, b"2345");
    }
    Ok(())
}
