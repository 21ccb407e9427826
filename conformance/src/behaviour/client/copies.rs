//! Copies of any size: of what was looked at, with all that belongs to it.

use qingstor::types::{CustomerKey, ObjectRef};
use qingstor::{Bucket, ErrorKind};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::checks::refusal;
use crate::report::Report;
use crate::script::Script;
use crate::slot::Problem;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 3] = [
    behaviour!("copies", a_copy_is_made_of_what_was_looked_at, buckets: 0),
    behaviour!("copies", a_long_copy_is_made_in_parts, buckets: 0),
    behaviour!("copies", a_copy_inherits_or_is_described, buckets: 0),
];

const PART: u64 = 4 << 20;
const OTHERS_KEY_MD5: &str = "3I/h1kl+vSP1l12NKhxegQ==";

fn bucket_of(script: &Script) -> Result<Bucket, Problem> {
    Ok(script.client()?.bucket("example-photos"))
}

fn requests(script: &Script) -> Vec<String> {
    let sent = script.sent().into_iter();
    sent.map(|sent| format!("{} {}", sent.method, sent.target))
        .collect()
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// A service that has a source of this length, and a description of it.
fn copying(length: u64) -> Script {
    Script::playing(move |_, sent| {
        let answer = match sent.method.as_str() {
            "HEAD" => Received::new(200, "")
                .header("Content-Length", &length.to_string())
                .header("ETag", "\"e\"")
                .header("Content-Type", "image/png")
                .header("Cache-Control", "no-cache")
                .header("Content-Disposition", "inline")
                .header("Content-Encoding", "identity")
                .header("Content-Language", "fr")
                .header("Expires", "Wed, 10 Dec 2014 17:20:31 GMT")
                .header("X-QS-Meta-Owner", "ann")
                .header("X-QS-Storage-Class", "STANDARD_IA"),
            "POST" if sent.target.ends_with("?uploads") => {
                Received::new(200, r#"{"upload_id": "u"}"#)
            }
            "DELETE" => Received::new(204, ""),
            "POST" => Received::new(201, ""),
            _ => Received::new(201, "").header("ETag", "\"5d41402abc4b2a76b9719d911017c592\""),
        };
        answer.into()
    })
}

/// The size is that of the version that is copied, in its bucket and the same zone; and it must not have changed.
async fn a_copy_is_made_of_what_was_looked_at(_: &Bench<'_>, report: &mut Report) -> Done {
    let script = copying(PART);
    let client = needed(
        "making a client",
        script
            .builder()
            .zone("")
            .endpoint("https://storage.test")
            .build(),
    )?;
    let bucket = client.bucket("example-photos").in_zone("gd2");
    let source = ObjectRef::new("example-music", "a b").version("v+w");
    let copy = bucket.copy_from("k", source).threshold(PART);
    let copy = copy.copy_source_encryption_customer_key(CustomerKey::new([b'x'; 32]));
    let output = needed("copying", copy.send().await)?;
    report.equal("the parts", &output.parts, &0);
    report.equal("the length", &output.length, &PART);
    let expected = [
        "HEAD https://gd2.storage.test/example-music/a%20b?version_id=v%2Bw",
        "PUT https://gd2.storage.test/example-photos/k",
    ];
    report.equal("the requests", &script.lines(), &owned(&expected));
    let sent = script.sent();
    for (name, expected) in [
        (
            "x-qs-copy-source",
            Some("/example-music/a%20b?version_id=v%2Bw"),
        ),
        ("x-qs-copy-source-if-match", Some("\"e\"")),
        (
            "x-qs-copy-source-encryption-customer-key-md5",
            Some(OTHERS_KEY_MD5),
        ),
        ("x-qs-metadata-directive", None),
    ] {
        let got = sent.get(1).and_then(|sent| sent.header(name));
        report.equal(name, &got, &expected);
    }
    // Nothing is written if there is nothing to copy.
    let script = Script::new([Received::new(404, "")]);
    let copy = bucket_of(&script)?
        .copy_from("k", ("example-music", "a"))
        .send()
        .await;
    report.error(copy.map(drop), ErrorKind::NotFound, None);
    report.equal("the requests without a source", &script.lines().len(), &1);
    Ok(())
}

/// Beyond the threshold; each part is a range of the same source, and an error aborts.
async fn a_long_copy_is_made_in_parts(_: &Bench<'_>, report: &mut Report) -> Done {
    let script = copying(PART + 1);
    let source = ObjectRef::new("example-music", "a").version("v");
    let copy = bucket_of(&script)?
        .copy_from("k", source)
        .threshold(PART)
        .part_size(PART);
    let copy = copy.copy_source_encryption_customer_key(CustomerKey::new([b'x'; 32]));
    let copy = copy.encryption_customer_key(CustomerKey::new([b'y'; 32]));
    let output = needed("copying", copy.send().await)?;
    report.equal("the parts", &output.parts, &2);
    // `printf 5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592 | xxd -r -p | md5sum`
    let tag = Some("\"616b22817b80eed9f65c3aa38cd29054-2\"");
    report.equal("the entity tag", &output.etag.as_deref(), &tag);
    let expected = [
        "HEAD /example-music/a?version_id=v",
        "POST /example-photos/k?uploads",
        "PUT /example-photos/k?upload_id=u&part_number=0",
        "PUT /example-photos/k?upload_id=u&part_number=1",
        "POST /example-photos/k?upload_id=u",
    ];
    report.equal("the requests", &requests(&script), &owned(&expected));
    let sent = script.sent();
    for (number, range) in [(2, "bytes=0-4194303"), (3, "bytes=4194304-4194304")] {
        for (name, expected) in [
            ("x-qs-copy-source", "/example-music/a?version_id=v"),
            ("x-qs-copy-range", range),
            ("x-qs-copy-source-if-match", "\"e\""),
            (
                "x-qs-copy-source-encryption-customer-key-md5",
                OTHERS_KEY_MD5,
            ),
            // `printf y…y | openssl md5 -binary | base64`, of 32 letters.
            (
                "x-qs-encryption-customer-key-md5",
                "TJoSJySrtjI4PNPoiIT6iw==",
            ),
        ] {
            let got = sent.get(number).and_then(|sent| sent.header(name));
            report.equal(&format!("{name} of {range}"), &got, &Some(expected));
        }
    }
    // A program must not fail only once its objects grow.
    let script = copying(1);
    let copy = bucket_of(&script)?.copy_from("k", ("example-music", "a"));
    let copied = copy.part_size(PART - 1).send().await;
    report.error(copied.map(drop), ErrorKind::InvalidInput, None);
    report.equal("the requests with a bad size", &script.lines().len(), &0);
    // One request never copies more than 5 GiB.
    const MOST: u64 = 5 << 30;
    for (length, parts) in [(MOST, 0), (MOST + 1, 11)] {
        let script = copying(length);
        let copy = bucket_of(&script)?.copy_from("k", ("example-music", "a"));
        let output = needed("copying", copy.threshold(u64::MAX).send().await)?;
        report.equal(
            &format!("the parts of {length} bytes"),
            &output.parts,
            &parts,
        );
    }
    let script = Script::playing(|index, sent| match (index, sent.method.as_str()) {
        (0, _) => Received::new(200, "")
            .header("Content-Length", &(PART + 1).to_string())
            .into(),
        (1, _) => Received::new(200, r#"{"upload_id": "u"}"#).into(),
        (_, "DELETE") => Received::new(204, "").into(),
        _ => Received::new(412, refusal("precondition_failed")).into(),
    });
    let copy = bucket_of(&script)?
        .copy_from("k", ("example-music", "a"))
        .threshold(PART)
        .part_size(PART);
    report.error(
        copy.send().await.map(drop),
        ErrorKind::PreconditionFailed,
        Some("precondition_failed"),
    );
    let last = requests(&script).pop();
    report.equal(
        "the last request of a copy that fails",
        &last.as_deref(),
        &Some("DELETE /example-photos/k?upload_id=u"),
    );
    Ok(())
}

/// By one request the service passes on what the source has; in parts nobody does, so it is said. What is said here
/// replaces all of it.
async fn a_copy_inherits_or_is_described(_: &Bench<'_>, report: &mut Report) -> Done {
    const INHERITED: [(&str, &str); 8] = [
        ("content-type", "image/png"),
        ("cache-control", "no-cache"),
        ("content-disposition", "inline"),
        ("content-encoding", "identity"),
        ("content-language", "fr"),
        ("expires", "Wed, 10 Dec 2014 17:20:31 GMT"),
        ("x-qs-meta-owner", "ann"),
        ("x-qs-storage-class", "STANDARD_IA"),
    ];
    for (length, described) in [
        (PART, false),
        (PART + 1, false),
        (PART, true),
        (PART + 1, true),
    ] {
        let script = copying(length);
        let copy = bucket_of(&script)?
            .copy_from("k", ("example-music", "a"))
            .threshold(PART);
        let copy = match described {
            true => copy.content_type("text/plain").metadata("place", "here"),
            false => copy,
        };
        needed("copying", copy.part_size(PART).send().await)?;
        let in_parts = length > PART;
        let what = format!("in parts: {in_parts}, described: {described}");
        let sent = script.sent();
        let stored = sent.get(1);
        let header = |name: &str| stored.and_then(|sent| sent.header(name));
        for (name, value) in INHERITED {
            let expected = match (in_parts, described, name) {
                (_, true, "content-type") => Some("text/plain"),
                (true, false, _) | (true, true, "x-qs-storage-class") => Some(value),
                _ => None,
            };
            report.equal(&format!("{name}, {what}"), &header(name), &expected);
        }
        report.equal(
            &format!("the new metadata, {what}"),
            &header("x-qs-meta-place"),
            &described.then_some("here"),
        );
        let directive = (described && !in_parts).then_some("REPLACE");
        report.equal(
            &format!("the directive, {what}"),
            &header("x-qs-metadata-directive"),
            &directive,
        );
    }
    Ok(())
}
