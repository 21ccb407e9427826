//! What is stored beside an object's content: by every way of writing it, and up to which size.

use super::forms::{self, Form};
use crate::behaviour::{Behaviour, Bench, Done, Problem};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 8] = [
    behaviour!("metadata", every_way_of_writing_stores_them),
    behaviour!("metadata", copies_and_moves_take_them_along),
    behaviour!("metadata", the_first_piece_describes_what_grows),
    behaviour!("metadata", the_language_is_stored, unverified: "the vendor does not say whether Content-Language is stored"),
    behaviour!("metadata", what_is_not_said_has_a_default),
    behaviour!("metadata", their_size_is_limited),
    behaviour!("metadata", names_and_values_are_plain, unverified: "the vendor names the characters, and no answer to others"),
    behaviour!("metadata", there_are_two_storage_classes),
];

type Headers = &'static [(&'static str, &'static str)];

const ONE: Headers = &[
    ("content-type", "text/plain; charset=utf-8"),
    ("cache-control", "max-age=60"),
    ("content-disposition", "attachment; filename=\"a b.txt\""),
    ("content-encoding", "identity"),
    ("expires", "Thu, 31 Dec 2099 23:59:59 GMT"),
    ("x-qs-meta-owner", "Ann B."),
    ("x-qs-meta-a.b_c-1", "~!\"#"),
    ("x-qs-storage-class", "STANDARD_IA"),
];

const TWO: Headers = &[
    ("content-type", "image/png"),
    ("cache-control", "no-store"),
    ("content-disposition", "inline"),
    ("content-encoding", "gzip"),
    ("expires", "Fri, 31 Dec 2088 23:59:59 GMT"),
    ("x-qs-meta-camera", "x"),
    ("x-qs-storage-class", "STANDARD"),
];

/// GET and HEAD have these headers, and no other metadata.
async fn has(
    bench: &Bench<'_>,
    report: &mut Report,
    what: &str,
    target: &str,
    expected: &[(&str, &str)],
) -> Done {
    for method in ["GET", "HEAD"] {
        let got = bench
            .by_hand(method, &bench.bucket(), target, &[], "")
            .await?;
        report.status(&format!("{method} of {what}"), &got, 200);
        for (name, value) in expected {
            let name_there = format!("{name} of {what}, {method}");
            report.equal(&name_there, &got.text(name), &Some(*value));
        }
        let names = got.headers.keys().map(|name| name.as_str());
        let metadata: Vec<&str> = names
            .filter(|name| name.starts_with("x-qs-meta-"))
            .collect();
        let known = |name: &&str| expected.iter().any(|(known, _)| known == name);
        let strange: Vec<&str> = metadata.into_iter().filter(|name| !known(name)).collect();
        report.equal(
            &format!("other metadata of {what}, {method}"),
            &strange,
            &Vec::new(),
        );
    }
    Ok(())
}

async fn by_parts(
    bench: &Bench<'_>,
    key: &str,
    headers: &[(&str, &str)],
) -> Result<String, Problem> {
    let bucket = bench.bucket();
    let id = bench.begin(&bucket, key, headers).await?;
    let part = format!("{key}?part_number=0&upload_id={id}");
    bench.by_hand("PUT", &bucket, &part, &[], "hello").await?;
    bench.complete(&bucket, key, &id, &[0]).await?;
    Ok(id)
}

/// PUT, an upload in parts, and a form.
async fn every_way_of_writing_stores_them(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "put", ONE, "hello").await?;
    by_parts(bench, "parts", ONE).await?;
    let mut fields = vec![("key", "form")];
    fields.extend(ONE);
    let form = Form::new(&fields).file("a.txt", None, b"hello");
    forms::post(bench, &form.signed(bench)).await?;
    for key in ["put", "parts", "form"] {
        has(bench, report, key, key, ONE).await?;
    }
    Ok(())
}

/// All of it, whatever else the request says; with REPLACE, in whatever case, nothing of it.
async fn copies_and_moves_take_them_along(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", ONE, "hello").await?;
    let source = format!("/{}/k", bucket.name());
    let directive = |word| ("x-qs-metadata-directive", word);
    let copied = ("x-qs-copy-source", source.as_str());
    let other: Vec<(&str, &str)> = TWO
        .iter()
        .filter(|(name, _)| *name != "x-qs-storage-class")
        .copied()
        .collect();
    for (what, extra, expected) in [
        ("a copy", vec![copied], ONE),
        ("a copy with COPY", vec![copied, directive("COPY")], ONE),
        (
            "a copy with REPLACE",
            [&[copied, directive("REPLACE")], TWO].concat(),
            TWO,
        ),
        (
            "a copy with replace",
            [&[copied, directive("replace")], TWO].concat(),
            TWO,
        ),
        (
            "a copy with other headers",
            [&[copied], &other[..]].concat(),
            ONE,
        ),
        (
            "a move with other headers",
            [&[("x-qs-move-source", source.as_str())], &other[..]].concat(),
            ONE,
        ),
    ] {
        let got = bench.by_hand("PUT", &bucket, "new", &extra, "").await?;
        report.status(what, &got, 201);
        has(bench, report, what, "new", expected).await?;
    }
    bench.by_hand("PUT", &bucket, "k", ONE, "hello").await?;
    let without_class = [&[copied, directive("REPLACE")], &other[..]].concat();
    bench
        .by_hand("PUT", &bucket, "new", &without_class, "")
        .await?;
    has(
        bench,
        report,
        "a copy with REPLACE and no class",
        "new",
        TWO,
    )
    .await?;
    let odd = [copied, directive("MERGE")];
    let got = bench.by_hand("PUT", &bucket, "new", &odd, "").await?;
    report.status("a copy with an unknown directive", &got, 400);
    Ok(())
}

/// Type and class are those of the first piece.
async fn the_first_piece_describes_what_grows(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let first = [
        ("content-type", "text/plain"),
        ("x-qs-storage-class", "STANDARD_IA"),
    ];
    let then = [
        ("content-type", "image/png"),
        ("x-qs-storage-class", "STANDARD"),
    ];
    for (position, headers, content) in [(0, first, "hello"), (5, then, " world")] {
        let target = format!("log?append&position={position}");
        let got = bench.by_hand("POST", &bucket, &target, &headers, content);
        report.status("appending", &got.await?, 200);
    }
    has(bench, report, "what was appended to", "log", &first).await
}

async fn the_language_is_stored(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let headers: Headers = &[("content-language", "de, zh-CN")];
    bench
        .by_hand("PUT", &bucket, "put", headers, "hello")
        .await?;
    by_parts(bench, "parts", headers).await?;
    let fields = [("key", "form"), ("content-language", "de, zh-CN")];
    let form = Form::new(&fields).file("a.txt", None, b"hello");
    forms::post(bench, &form.signed(bench)).await?;
    for key in ["put", "parts", "form"] {
        has(bench, report, key, key, headers).await?;
    }
    Ok(())
}

/// `application/octet-stream` and `STANDARD`.
async fn what_is_not_said_has_a_default(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let expected: Headers = &[
        ("content-type", "application/octet-stream"),
        ("x-qs-storage-class", "STANDARD"),
    ];
    bench.by_hand("PUT", &bucket, "put", &[], "hello").await?;
    let empty: Headers = &[("content-type", "")];
    bench
        .by_hand("PUT", &bucket, "empty", empty, "hello")
        .await?;
    let target = "append?append&position=0";
    bench.by_hand("POST", &bucket, target, &[], "hello").await?;
    by_parts(bench, "parts", &[]).await?;
    let form = Form::new(&[("key", "form")]).file("a", None, b"hello");
    forms::post(bench, &form.signed(bench)).await?;
    for key in ["put", "empty", "append", "parts", "form"] {
        has(bench, report, key, key, expected).await?;
        let got = bench.by_hand("GET", &bucket, key, &[], "").await?;
        for name in ["cache-control", "content-disposition", "content-encoding"] {
            report.equal(&format!("{name} of {key}"), &got.text(name), &None);
        }
    }
    Ok(())
}

/// 255 characters in a type, 512 bytes in a name, 2048 in all names and values.
async fn their_size_is_limited(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for (length, status) in [(255, 201), (256, 400)] {
        let media_type = format!("text/{}", "x".repeat(length - 5));
        let headers = [("content-type", media_type.as_str())];
        let got = bench
            .by_hand("PUT", &bucket, "k", &headers, "hello")
            .await?;
        report.status(&format!("a type of {length} characters"), &got, status);
    }
    // Lengths of names and values, and whether they are taken.
    for (lengths, taken) in [
        (vec![(512, 1)], true),
        (vec![(513, 1)], false),
        (vec![(1, 2047)], true),
        (vec![(1, 2048)], false),
        (vec![(500, 1548)], true),
        (vec![(500, 1549)], false),
        (vec![(400, 624), (24, 1000)], true),
        (vec![(400, 625), (24, 1000)], false),
        (vec![(400, 624), (25, 1000)], false),
    ] {
        let headers: Vec<(String, String)> = lengths
            .iter()
            .map(|(name, value)| {
                (
                    format!("x-qs-meta-{}", "n".repeat(*name)),
                    "v".repeat(*value),
                )
            })
            .collect();
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let what = format!("metadata with names and values of {lengths:?} bytes");
        let mut fields = vec![("key", "k")];
        fields.extend(&headers);
        let form = Form::new(&fields).file("a", None, b"hello");
        for (way, got, success) in [
            (
                "PUT",
                bench
                    .by_hand("PUT", &bucket, "k", &headers, "hello")
                    .await?,
                201,
            ),
            (
                "an upload",
                bench
                    .by_hand("POST", &bucket, "k?uploads", &headers, "")
                    .await?,
                200,
            ),
            (
                "a form",
                forms::post(bench, &form.signed(bench)).await?,
                201,
            ),
        ] {
            match taken {
                true => report.status(&format!("{way}, {what}"), &got, success),
                false => report.refused(&format!("{way}, {what}"), &got, 400, "metadata_too_large"),
            }
        }
    }
    Ok(())
}

/// Names have letters, digits, `.`, `_` and `-`; values printable ASCII.
async fn names_and_values_are_plain(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for (name, value, status) in [
        ("Az09._-", "x", 201),
        ("a", " ~ !", 201),
        ("a", "", 201),
        ("a!b", "x", 400),
        ("a+b", "x", 400),
        ("a|b", "x", 400),
        ("", "x", 400),
    ] {
        let name = format!("x-qs-meta-{name}");
        let headers = [(name.as_str(), value)];
        let got = bench
            .by_hand("PUT", &bucket, "k", &headers, "hello")
            .await?;
        report.status(&format!("{name}: {value:?}"), &got, status);
    }
    Ok(())
}

/// STANDARD and STANDARD_IA, wherever one is named.
async fn there_are_two_storage_classes(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
    let source = format!("/{}/k", bucket.name());
    for (class, taken) in [
        ("STANDARD", true),
        ("STANDARD_IA", true),
        ("GLACIER", false),
        ("standard", false),
    ] {
        let class_header = ("x-qs-storage-class", class);
        let copied = [("x-qs-copy-source", source.as_str()), class_header];
        let form = Form::new(&[("key", "form"), class_header]).file("a", None, b"hello");
        let fresh = format!("log-{class}?append&position=0");
        for (way, method, target, headers) in [
            ("PUT", "PUT", "put", vec![class_header]),
            ("a copy", "PUT", "copy", copied.to_vec()),
            ("an upload", "POST", "parts?uploads", vec![class_header]),
            ("appending", "POST", fresh.as_str(), vec![class_header]),
        ] {
            let got = bench.by_hand(method, &bucket, target, &headers, "").await?;
            let what = format!("{way} with the class {class}");
            match taken {
                true => report.holds(format!("{what} is refused: {got:?}"), got.status < 300),
                false => report.refused(&what, &got, 400, "invalid_request"),
            }
        }
        let got = forms::post(bench, &form.signed(bench)).await?;
        let what = format!("a form with the class {class}");
        match taken {
            true => report.status(&what, &got, 201),
            false => report.refused(&what, &got, 400, "invalid_request"),
        }
    }
    Ok(())
}
