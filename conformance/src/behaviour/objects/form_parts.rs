//! The parts of a form: how a file is announced, and what the fields before it may be.

use super::form::{Form, post};
use crate::behaviour::{Behaviour, Bench, Done};
use crate::expected;
use crate::report::Report;

pub(super) static ALL: [Behaviour; 5] = [
    behaviour!("form", files_are_announced_in_many_ways, unverified: "the vendor says what the name is good for, and not how it is written"),
    behaviour!("form", parameters_of_types_may_differ, unverified: "the vendor wants two types to match and does not speak of their parameters"),
    behaviour!("form", a_field_is_there_once, unverified: "the vendor does not say what becomes of a form with a field twice"),
    behaviour!("form", a_long_file_is_stored),
    behaviour!("form", fields_have_a_size, unverified: "the limit is the emulator's own"),
];

/// RFC 7578, and what browsers make of quotes (the HTML standard, section 4.10.22.8) and of folders.
async fn files_are_announced_in_many_ways(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for (disposition, name) in [
        (r#"form-data; name="file"; filename="a b.png""#, "a b.png"),
        (r#"form-data; filename="icon.png"; name="file""#, "icon.png"),
        (r#"form-data; name="file"; FileName="icon.png""#, "icon.png"),
        (r#"form-data; name="file"; filename=icon.png"#, "icon.png"),
        (
            r#"form-data; name="file"; filename=icon.png; x=y"#,
            "icon.png",
        ),
        (r#"form-data; name="file"; filename="a;b.png""#, "a;b.png"),
        (
            r#"form-data; name="file"; filename="say \"hi\"""#,
            "say \"hi\"",
        ),
        (
            r#"form-data; name="file"; filename="100%20.txt""#,
            "100%20.txt",
        ),
        (r#"form-data; name="file"; filename="C:\a\b.png""#, "b.png"),
        (r#"form-data; name="file"; filename="a\b/c.png""#, "c.png"),
        (r#"form-data; name="file"; filename="dir/""#, ""),
        (r#"form-data; name="file""#, ""),
    ] {
        let form = Form::new(&[("key", "x/${filename}")]).file_with(disposition, b"hello");
        let got = post(bench, &form.signed(bench)).await?;
        report.status(&format!("a file with {disposition}"), &got, 201);
        let path = expected::path(&format!("x/{name}"));
        let got = bench.by_hand("GET", &bucket, &path, &[], "").await?;
        let what = format!("x/{name}, the file with {disposition}");
        report.content(&what, &got, b"hello");
        bench.by_hand("DELETE", &bucket, &path, &[], "").await?;
    }
    Ok(())
}

/// Only type and subtype have to be the same, in whatever case; the field is what is stored.
async fn parameters_of_types_may_differ(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for (field, file, stored) in [
        (
            "text/plain; charset=utf-8",
            "text/plain",
            Some("text/plain; charset=utf-8"),
        ),
        ("text/plain", "text/plain;charset=gbk", Some("text/plain")),
        ("TEXT/Plain", "text/plain", Some("TEXT/Plain")),
        ("", "text/plain", Some("text/plain")),
        ("text/plain", "text/html", None),
        ("text/plain", "application/plain", None),
    ] {
        let form = Form::new(&[("key", "k"), ("content-type", field)]);
        let form = form.file("a", Some(file), b"hello");
        let got = post(bench, &form.signed(bench)).await?;
        let what = format!("a form of the type {field:?} with a file of the type {file:?}");
        let Some(stored) = stored else {
            report.refused(&what, &got, 400, "invalid_argument");
            continue;
        };
        report.status(&what, &got, 201);
        let head = bench.by_hand("HEAD", &bucket, "k", &[], "").await?;
        report.equal(
            &format!("the type by {what}"),
            &head.text("content-type"),
            &Some(stored),
        );
    }
    Ok(())
}

/// Otherwise a policy could speak of the one and the object be called after the other.
async fn a_field_is_there_once(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let form = Form::new(&[("key", "k"), ("x-qs-meta-a", "1")]).file("a", None, b"hello");
    let signed = form.signed(bench);
    for (name, value) in [
        ("key", "k"),
        ("key", "other"),
        ("Key", "other"),
        ("x-qs-meta-a", "2"),
        ("access_key_id", "other"),
        ("policy", "e30="),
        ("signature", "AAAA"),
    ] {
        let got = post(bench, &signed.clone().with(name, value.as_bytes())).await?;
        report.status(&format!("a form with a second {name}"), &got, 400);
        let mut last = signed.clone();
        last.before.push((name.to_owned(), value.into()));
        let got = post(bench, &last).await?;
        report.status(
            &format!("a form with a second {name} at its end"),
            &got,
            400,
        );
    }
    for charset in ["no-such", "utf-99"] {
        let form = Form::new(&[("key", "k"), ("charset", charset)]).file("a", None, b"hello");
        let got = post(bench, &form.signed(bench)).await?;
        report.status(&format!("a form in {charset}"), &got, 400);
    }
    let listed = bench.by_hand("GET", &bucket, "", &[], "").await?.json();
    let keys = listed["keys"].as_array().map(Vec::len);
    report.equal("the objects afterwards", &keys, &Some(0));
    Ok(())
}

/// With line ends and dashes in it that look like the end of the part and are none.
async fn a_long_file_is_stored(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let content = b"\r\n--conformance-\r\n--\r\n\r".repeat(30_000);
    let form = Form::new(&[("key", "k")]).file("a", None, &content);
    let got = post(bench, &form.signed(bench)).await?;
    report.status("a form with a file of 690000 bytes", &got, 201);
    let etag = format!("\"{}\"", expected::hex_md5(&content));
    let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
    report.equal("the entity tag", &got.text("etag"), &Some(etag.as_str()));
    report.holds("the object is not the file", got.body == content);
    Ok(())
}

/// 64 KiB before the file; the file itself is of any size.
async fn fields_have_a_size(bench: &Bench<'_>, report: &mut Report) -> Done {
    bench.backstage()?;
    for (kilobytes, taken) in [(50, true), (200, false)] {
        let comment = "c".repeat(kilobytes << 10);
        let form = Form::new(&[("key", "k"), ("comment", &comment)]).file("a", None, b"hello");
        // The policy of the fields is twice as long as they are: nobody signs here.
        let got = post(bench, &form).await?;
        let what = format!("a form with a field of {kilobytes} KiB");
        match taken {
            true => report.refused(&what, &got, 403, "permission_denied"),
            false => report.refused(&what, &got, 400, "invalid_request"),
        }
    }
    Ok(())
}
