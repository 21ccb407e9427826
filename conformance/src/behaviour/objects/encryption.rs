//! Objects that are encrypted with a customer's key.

use crate::behaviour::{Behaviour, Bench, Done};
use crate::expected;
use crate::report::Report;

pub(super) static ALL: [Behaviour; 6] = [
    behaviour!("encryption", three_headers_come_together, unverified: "the vendor does not say how a key is refused that is none"),
    behaviour!("encryption", answers_name_the_key),
    behaviour!("encryption", an_upload_has_one_key),
    behaviour!("encryption", copies_are_encrypted_on_demand),
    behaviour!("encryption", a_move_keeps_the_key),
    behaviour!("encryption", what_grows_is_not_encrypted),
];

/// For the object that is read or written.
const OWN: &str = "x-qs-encryption-customer";
/// For the source of a copy.
const SOURCE: &str = "x-qs-copy-source-encryption-customer";

/// The three headers for a key of 32 equal bytes.
pub(in crate::behaviour) fn key(prefix: &str, byte: u8) -> Vec<(String, String)> {
    named(prefix, "AES256", &[byte; 32])
}

fn named(prefix: &str, algorithm: &str, bytes: &[u8]) -> Vec<(String, String)> {
    vec![
        (format!("{prefix}-algorithm"), algorithm.to_owned()),
        (format!("{prefix}-key"), expected::base64(bytes)),
        (format!("{prefix}-key-md5"), expected::md5(bytes)),
    ]
}

fn texts(headers: &[(String, String)]) -> Vec<(&str, &str)> {
    let texts = headers.iter();
    texts.map(|(n, v)| (n.as_str(), v.as_str())).collect()
}

/// The algorithm, a key of 32 bytes, and its MD5: one that lacks or is wrong is refused wherever keys are given.
async fn three_headers_come_together(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let good = key(OWN, b'x');
    let good = texts(&good);
    bench.by_hand("PUT", &bucket, "k", &good, "hello").await?;
    let id = bench.begin(&bucket, "parts", &good).await?;
    let part = format!("parts?part_number=0&upload_id={id}");
    let from = format!("/{}/k", bucket.name());
    for prefix in [OWN, SOURCE] {
        let whole = key(prefix, b'x');
        let without = |index: usize| {
            let mut headers = whole.clone();
            headers.remove(index);
            headers
        };
        let with = |index: usize, value: &str| {
            let mut headers = whole.clone();
            headers[index].1 = value.to_owned();
            headers
        };
        for (what, headers) in [
            ("no algorithm", without(0)),
            ("no key", without(1)),
            ("no MD5", without(2)),
            ("the algorithm AES128", with(0, "AES128")),
            ("the algorithm SM4", with(0, "SM4")),
            ("a key of 31 bytes", named(prefix, "AES256", &[b'x'; 31])),
            ("a key of 33 bytes", named(prefix, "AES256", &[b'x'; 33])),
            ("a key of 16 bytes", named(prefix, "AES256", &[b'x'; 16])),
            ("no base64 as key", with(1, "?")),
            ("another key's MD5", with(2, &expected::md5(&[b'y'; 32]))),
            ("no base64 as MD5", with(2, "?")),
        ] {
            let headers = texts(&headers);
            let copied = [&[("x-qs-copy-source", from.as_str())], &headers[..]].concat();
            let ways: &[_] = match prefix {
                OWN => &[
                    ("PUT", "new", &headers),
                    ("GET", "k", &headers),
                    ("HEAD", "k", &headers),
                    ("POST", "new?uploads", &headers),
                    ("PUT", part.as_str(), &headers),
                ],
                _ => &[("PUT", "new", &copied)],
            };
            for (method, target, headers) in ways {
                let got = bench.by_hand(method, &bucket, target, headers, "").await?;
                report.status(
                    &format!("{method} {target} with {what} ({prefix})"),
                    &got,
                    400,
                );
            }
        }
    }
    let new = bench.by_hand("HEAD", &bucket, "new", &[], "").await?;
    report.status("looking for what was refused", &new, 404);
    Ok(())
}

/// The algorithm, and the MD5 of the key that the request has. HEAD needs none; if it has one, it is the right one.
async fn answers_name_the_key(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let (right, wrong) = (key(OWN, b'x'), key(OWN, b'y'));
    let (right, wrong) = (texts(&right), texts(&wrong));
    let id = bench.begin(&bucket, "parts", &right).await?;
    let part = format!("parts?part_number=0&upload_id={id}");
    // Of 32 times `x`, as the vendor has it.
    let md5 = Some("3I/h1kl+vSP1l12NKhxegQ==");
    for (method, target) in [
        ("PUT", "k"),
        ("GET", "k"),
        ("HEAD", "k"),
        ("POST", "other?uploads"),
        ("PUT", part.as_str()),
    ] {
        let got = bench.by_hand(method, &bucket, target, &right, "").await?;
        let what = format!("{method} {target}");
        report.holds(format!("{what} is refused: {got:?}"), got.status < 300);
        let header = |name: &str| got.text(&format!("{OWN}-{name}"));
        report.equal(
            &format!("the algorithm of {what}"),
            &header("algorithm"),
            &Some("AES256"),
        );
        report.equal(
            &format!("the key's MD5 of {what}"),
            &header("key-md5"),
            &md5,
        );
        report.equal(&format!("the key of {what}"), &header("key"), &None);
    }
    let head = bench.by_hand("HEAD", &bucket, "k", &[], "").await?;
    report.status("HEAD without the key", &head, 200);
    let algorithm = head.text("x-qs-encryption-customer-algorithm");
    report.equal("the algorithm without the key", &algorithm, &Some("AES256"));
    for method in ["HEAD", "GET"] {
        let got = bench.by_hand(method, &bucket, "k", &wrong, "").await?;
        report.refused_somehow(&format!("{method} with another key"), &got);
    }
    let without = bench.by_hand("GET", &bucket, "k", &[], "").await?;
    report.refused_somehow("GET without the key", &without);
    let listed = bench.by_hand("GET", &bucket, "", &[], "").await?.json();
    report.equal(
        "`encrypted` in the list",
        &listed["keys"][0]["encrypted"],
        &serde_json::Value::Bool(true),
    );
    bench.by_hand("PUT", &bucket, "k", &[], "plain").await?;
    let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
    report.content("what was written over it without a key", &got, b"plain");
    report.equal(
        "the algorithm of what is plain",
        &got.text("x-qs-encryption-customer-algorithm"),
        &None,
    );
    Ok(())
}

/// Each part has the key that the upload began with, or none if it had none. Completing and aborting need no key.
async fn an_upload_has_one_key(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let (right, wrong) = (key(OWN, b'x'), key(OWN, b'y'));
    let (right, wrong) = (texts(&right), texts(&wrong));
    let id = bench.begin(&bucket, "k", &right).await?;
    let plain = bench.begin(&bucket, "plain", &[]).await?;
    let source = format!("/{}/source", bucket.name());
    bench
        .by_hand("PUT", &bucket, "source", &[], "hello")
        .await?;
    for (what, target, headers, taken) in [
        (
            "another key",
            format!("k?part_number=0&upload_id={id}"),
            &wrong[..],
            false,
        ),
        (
            "no key",
            format!("k?part_number=0&upload_id={id}"),
            &[],
            false,
        ),
        (
            "the key",
            format!("k?part_number=0&upload_id={id}"),
            &right,
            true,
        ),
        (
            "a key too much",
            format!("plain?part_number=0&upload_id={plain}"),
            &right,
            false,
        ),
        (
            "no key, as begun",
            format!("plain?part_number=0&upload_id={plain}"),
            &[],
            true,
        ),
    ] {
        let copied = [&[("x-qs-copy-source", source.as_str())], headers].concat();
        for (way, headers) in [("a part", headers), ("a copied part", &copied)] {
            let got = bench
                .by_hand("PUT", &bucket, &target, headers, "hello")
                .await?;
            let what = format!("{way} with {what}");
            match taken {
                true => report.status(&what, &got, 201),
                false => report.refused_somehow(&what, &got),
            }
        }
    }
    let done = bench.complete(&bucket, "k", &id, &[0]).await?;
    report.status("completing without the key", &done, 201);
    let algorithm = done.text("x-qs-encryption-customer-algorithm");
    report.equal("the algorithm of completing", &algorithm, &Some("AES256"));
    let got = bench.by_hand("GET", &bucket, "k", &right, "").await?;
    report.content("the object", &got, b"hello");
    let without = bench.by_hand("GET", &bucket, "k", &[], "").await?;
    report.refused_somehow("reading it without the key", &without);
    let other = bench.begin(&bucket, "other", &right).await?;
    let target = format!("other?upload_id={other}");
    let aborted = bench.by_hand("DELETE", &bucket, &target, &[], "").await?;
    report.status("aborting without the key", &aborted, 204);
    Ok(())
}

/// A copy is plain unless it is given a key, and of what is encrypted there is none without its key.
async fn copies_are_encrypted_on_demand(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let described = ("x-qs-meta-owner".to_owned(), "ann".to_owned());
    let own = |byte| key(OWN, byte);
    let from = |byte| key(SOURCE, byte);
    bench
        .by_hand(
            "PUT",
            &bucket,
            "sealed",
            &texts(&[own(b'x'), vec![described.clone()]].concat()),
            "hello",
        )
        .await?;
    bench
        .by_hand(
            "PUT",
            &bucket,
            "plain",
            &[("x-qs-meta-owner", "ann")],
            "hello",
        )
        .await?;
    for (source, given, wanted, taken) in [
        ("sealed", None, None, false),
        ("sealed", None, Some(b'x'), false),
        ("sealed", Some(b'y'), None, false),
        ("sealed", Some(b'x'), None, true),
        ("sealed", Some(b'x'), Some(b'x'), true),
        ("sealed", Some(b'x'), Some(b'y'), true),
        ("plain", None, None, true),
        ("plain", None, Some(b'y'), true),
    ] {
        let name = format!("/{}/{source}", bucket.name());
        let mut headers = vec![("x-qs-copy-source".to_owned(), name)];
        headers.extend(given.map(from).unwrap_or_default());
        headers.extend(wanted.map(own).unwrap_or_default());
        let got = bench
            .by_hand("PUT", &bucket, "copy", &texts(&headers), "")
            .await?;
        let letter = |byte: Option<u8>| byte.map(char::from);
        let what = format!(
            "a copy of the {source} one with the source's key {:?} and the key {:?}",
            letter(given),
            letter(wanted)
        );
        if !taken {
            report.refused_somehow(&what, &got);
            continue;
        }
        report.status(&what, &got, 201);
        let asked = wanted.map(|byte| expected::md5(&[byte; 32]));
        let algorithm = asked.as_ref().map(|_| "AES256");
        for (name, expected) in [("algorithm", algorithm), ("key-md5", asked.as_deref())] {
            let header = got.text(&format!("{OWN}-{name}"));
            report.equal(&format!("the {name} of {what}"), &header, &expected);
        }
        let reading = wanted.map(own).unwrap_or_default();
        let copy = bench
            .by_hand("GET", &bucket, "copy", &texts(&reading), "")
            .await?;
        report.content(&what, &copy, b"hello");
        let owner = copy.text("x-qs-meta-owner");
        report.equal(&format!("the metadata of {what}"), &owner, &Some("ann"));
        if wanted.is_some() {
            let open = bench.by_hand("GET", &bucket, "copy", &[], "").await?;
            report.refused_somehow(&format!("reading {what} without the key"), &open);
        }
    }
    Ok(())
}

async fn a_move_keeps_the_key(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let right = key(OWN, b'x');
    let right = texts(&right);
    bench
        .by_hand("PUT", &bucket, "old", &right, "hello")
        .await?;
    let source = format!("/{}/old", bucket.name());
    let from = [("x-qs-move-source", source.as_str())];
    let moved = bench.by_hand("PUT", &bucket, "new", &from, "").await?;
    report.status("moving without the key", &moved, 201);
    let got = bench.by_hand("GET", &bucket, "new", &right, "").await?;
    report.content("what was moved", &got, b"hello");
    let without = bench.by_hand("GET", &bucket, "new", &[], "").await?;
    report.refused_somehow("reading it without the key", &without);
    Ok(())
}

async fn what_grows_is_not_encrypted(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let own = key(OWN, b'x');
    let target = "log?append&position=0";
    let got = bench
        .by_hand("POST", &bucket, target, &texts(&own), "hello")
        .await?;
    report.refused_somehow("appending with a key", &got);
    let there = bench.by_hand("HEAD", &bucket, "log", &[], "").await?;
    report.status("looking for what was refused", &there, 404);
    Ok(())
}
