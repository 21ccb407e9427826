//! Files of any size: in one request or in parts, and never something else than the file.

use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use qingstor::types::CustomerKey;
use qingstor::{Bucket, ErrorKind};
use tempfile::NamedTempFile;

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::checks::refusal;
use crate::expected;
use crate::report::Report;
use crate::script::{Script, Step};
use crate::slot::Problem;
use crate::wire::{Received, Sent};

pub(super) static ALL: [Behaviour; 5] = [
    behaviour!("files", a_file_goes_at_once_or_in_parts, buckets: 0),
    behaviour!("files", md5_is_sent_and_compared, buckets: 0),
    behaviour!("files", an_upload_that_fails_is_aborted, buckets: 0),
    behaviour!("files", a_file_that_changes_is_no_file, buckets: 0),
    behaviour!("files", everything_said_is_stored, buckets: 0),
];

/// The least size of a part that is not the last.
const PART: u64 = 4 << 20;

/// MD5 of "hello", from `md5sum`.
const HELLO: &str = "5d41402abc4b2a76b9719d911017c592";

fn file(content: &[u8]) -> Result<NamedTempFile, Problem> {
    let failed = |error: std::io::Error| Problem::Fail(format!("making a file: {error}"));
    let file = NamedTempFile::new().map_err(failed)?;
    std::fs::write(file.path(), content).map_err(failed)?;
    Ok(file)
}

/// A file of one whole part and "hello".
fn two_parts() -> Result<NamedTempFile, Problem> {
    let mut content = vec![b'x'; PART as usize];
    content.extend(b"hello");
    file(&content)
}

fn bucket_of(script: &Script) -> Result<Bucket, Problem> {
    Ok(script.client()?.bucket("example-photos"))
}

/// What the service says to each request of an upload, with these entity tags for what is stored.
fn service(tags: &'static [&'static str]) -> Script {
    Script::playing(move |_, sent| answer(sent, tags))
}

fn answer(sent: &Sent, tags: &[&str]) -> Step {
    let number = |sent: &Sent| {
        let query = sent.query();
        let number = query.iter().find(|(name, _)| *name == "part_number");
        number.and_then(|(_, value)| value.and_then(|value| value.parse::<usize>().ok()))
    };
    let tag = |number: usize| {
        let tag = tags
            .get(number)
            .or(tags.last())
            .copied()
            .unwrap_or_default();
        Received::new(201, "").header("ETag", &format!("\"{tag}\""))
    };
    match (sent.method.as_str(), number(sent)) {
        ("POST", _) if sent.target.ends_with("?uploads") => {
            Received::new(200, r#"{"upload_id": "u"}"#)
        }
        ("POST", _) => Received::new(201, ""),
        ("DELETE", _) => Received::new(204, ""),
        (_, Some(number)) => tag(number),
        _ => tag(0),
    }
    .into()
}

fn requests(script: &Script) -> Vec<String> {
    let host = "https://pek3a.qingstor.com/example-photos/";
    script
        .lines()
        .iter()
        .map(|line| line.replace(host, ""))
        .collect()
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

const IN_PARTS: [&str; 4] = [
    "POST k?uploads",
    "PUT k?upload_id=u&part_number=0",
    "PUT k?upload_id=u&part_number=1",
    "POST k?upload_id=u",
];

/// Up to the threshold at once; parts have the numbers from 0 on and are joined in their order.
async fn a_file_goes_at_once_or_in_parts(_: &Bench<'_>, report: &mut Report) -> Done {
    for (length, threshold, parts) in [
        (0, 10, 0),
        (9, 10, 0),
        (10, 10, 0),
        (11, 10, 1),
        (1, 0, 1),
        (0, 0, 0),
    ] {
        let content = vec![b'y'; length];
        let file = file(&content)?;
        let script = service(&[HELLO]);
        let upload = bucket_of(&script)?
            .upload_file("k", file.path())
            .threshold(threshold);
        let what = format!("a file of {length} bytes with the threshold {threshold}");
        let output = needed(&what, upload.send().await)?;
        let expected = match parts {
            0 => owned(&["PUT k"]),
            _ => owned(&[
                "POST k?uploads",
                "PUT k?upload_id=u&part_number=0",
                "POST k?upload_id=u",
            ]),
        };
        report.equal(
            &format!("the requests for {what}"),
            &requests(&script),
            &expected,
        );
        report.equal(&format!("the parts of {what}"), &output.parts, &parts);
        report.equal(
            &format!("the length of {what}"),
            &output.length,
            &(length as u64),
        );
        let sent = script.sent();
        let body = sent
            .iter()
            .find(|sent| sent.method == "PUT")
            .map(|sent| sent.body.clone());
        report.equal(&format!("the body of {what}"), &body, &Some(content.into()));
    }
    let file = two_parts()?;
    let tags = &["0123456789abcdef0123456789abcdef", HELLO];
    let script = service(tags);
    let upload = bucket_of(&script)?
        .upload_file("k", file.path())
        .threshold(1);
    let output = needed("uploading", upload.part_size(PART).send().await)?;
    report.equal("the requests", &requests(&script), &owned(&IN_PARTS));
    let sent = script.sent();
    let lengths: Vec<usize> = sent.iter().map(|sent| sent.body.len()).collect();
    report.equal(
        "the lengths of the parts",
        &lengths[1..3].to_vec(),
        &vec![PART as usize, 5],
    );
    report.holds(
        "the second part is not the end of the file",
        sent[2].body == "hello",
    );
    let joined: serde_json::Value = serde_json::from_slice(&sent[3].body).unwrap_or_default();
    let expected = serde_json::json!({"object_parts": [
        {"part_number": 0, "etag": tags[0]},
        {"part_number": 1, "etag": tags[1]},
    ]});
    report.equal("what is joined", &joined, &expected);
    // `printf 0123456789abcdef0123456789abcdef5d41402abc4b2a76b9719d911017c592 | xxd -r -p | md5sum`
    let tag = Some("\"868e09181fb3683dd5a180391dc65718-2\"");
    report.equal(
        "the entity tag that is asked for",
        &sent[3].header("etag"),
        &tag,
    );
    report.equal("the entity tag that is told", &output.etag.as_deref(), &tag);
    Ok(())
}

/// Only if it is asked for: of each request, of the whole for the object, and not where the service stores ciphertext.
async fn md5_is_sent_and_compared(_: &Bench<'_>, report: &mut Report) -> Done {
    const WRONG: &str = "00000000000000000000000000000000";
    let whole = {
        let mut content = vec![b'x'; PART as usize];
        content.extend(b"hello");
        [
            expected::md5(&content[..PART as usize]),
            expected::md5(b"hello"),
            expected::hex_md5(&content),
        ]
    };
    // For each: the tag of what is stored, whether MD5 is wanted, whether it is encrypted, and whether that is right.
    for (tag, check, encrypted, fits) in [
        (HELLO, true, false, true),
        (WRONG, true, false, false),
        (WRONG, true, true, true),
        (WRONG, false, false, true),
    ] {
        let file = file(b"hello")?;
        let script = Script::new([Received::new(201, "").header("ETag", &format!("\"{tag}\""))]);
        let upload = bucket_of(&script)?
            .upload_file("k", file.path())
            .check_md5(check);
        let upload = match encrypted {
            true => upload.encryption_customer_key(CustomerKey::new([b'x'; 32])),
            false => upload,
        };
        let got = upload.send().await.err().map(|error| error.kind());
        let what = format!("MD5 wanted: {check}, the tag {tag}, encrypted: {encrypted}");
        let expected = (!fits).then_some(ErrorKind::ChecksumMismatch);
        report.equal(&format!("a file with {what}"), &got, &expected);
        let sent = script.sent().pop();
        let md5 = sent.as_ref().and_then(|sent| sent.header("content-md5"));
        report.equal(
            &format!("Content-MD5 with {what}"),
            &md5,
            &check.then_some("XUFAKrxLKna5cZ2REBfFkg=="),
        );
    }
    let file = two_parts()?;
    for (second, fits) in [(HELLO, true), (WRONG, false)] {
        let first = expected::hex_md5(&vec![b'x'; PART as usize]);
        let script = Script::playing(move |_, sent| answer(sent, &[&first, second]));
        let upload = bucket_of(&script)?
            .upload_file("k", file.path())
            .threshold(1);
        let got = upload.part_size(PART).check_md5(true).send().await;
        let kind = got.err().map(|error| error.kind());
        let expected = (!fits).then_some(ErrorKind::ChecksumMismatch);
        report.equal(
            &format!("an upload whose second part has the tag {second}"),
            &kind,
            &expected,
        );
        let sent = script.sent();
        for (number, expected) in [(1, &whole[0]), (2, &whole[1])] {
            let md5 = sent.get(number).and_then(|sent| sent.header("content-md5"));
            report.equal("Content-MD5 of a part", &md5, &Some(expected.as_str()));
        }
        let last = sent
            .last()
            .map(|sent| (sent.method.as_str(), sent.header("etag").map(str::to_owned)));
        let expected = match fits {
            true => ("POST", Some(format!("\"{}\"", whole[2]))),
            false => ("DELETE", None),
        };
        report.equal("the last request and its tag", &last, &Some(expected));
    }
    Ok(())
}

/// So that no parts are kept and paid for; and if that fails too, the error says what is left.
async fn an_upload_that_fails_is_aborted(_: &Bench<'_>, report: &mut Report) -> Done {
    let file = two_parts()?;
    for (failing, abort) in [(1, 204), (2, 204), (3, 204), (1, 503), (0, 204)] {
        let script = Script::playing(move |index, sent| match sent.method.as_str() {
            "DELETE" => Received::new(abort, "").into(),
            _ if index == failing => Received::new(403, refusal("permission_denied")).into(),
            _ => answer(sent, &[HELLO]),
        });
        let upload = bucket_of(&script)?
            .upload_file("k", file.path())
            .threshold(1);
        let what = format!("when request {failing} fails, and aborting brings {abort}");
        let error = upload.part_size(PART).send().await.err();
        let kind = error.as_ref().map(qingstor::Error::kind);
        report.equal(
            &format!("the error {what}"),
            &kind,
            &Some(ErrorKind::PermissionDenied),
        );
        let mut expected = owned(&IN_PARTS[..=failing]);
        if failing > 0 {
            expected.push("DELETE k?upload_id=u".to_owned());
        }
        report.equal(
            &format!("the requests {what}"),
            &requests(&script),
            &expected,
        );
        let text = error.map_or(String::new(), |error| error.to_string());
        let so = text.contains("the upload u could not be aborted") == (abort != 204);
        report.holds(format!("what is left behind {what}: {text}"), so);
    }
    Ok(())
}

/// What was written meanwhile is partly old and partly new.
async fn a_file_that_changes_is_no_file(_: &Bench<'_>, report: &mut Report) -> Done {
    fn touch(path: &Path, more: &[u8]) {
        let file = std::fs::File::options().append(true).open(path);
        if let Ok(mut file) = file {
            use std::io::Write;
            // What fails here is seen by the check: nothing has changed then.
            let before = file.metadata().and_then(|state| state.modified());
            let _ = file.write_all(more);
            let _ = file.set_modified(match (more, before) {
                (b"", _) | (_, Err(_)) => UNIX_EPOCH + Duration::from_secs(1_418_232_031),
                // A file that grows may have any time.
                (_, Ok(before)) => before,
            });
        }
    }
    for (what, more, in_parts) in [
        ("grows while it is sent at once", &b"!"[..], false),
        ("grows while it is sent in parts", b"!", true),
        ("is written to while it is sent at once", b"", false),
        ("is written to while it is sent in parts", b"", true),
    ] {
        let file = file(b"hello")?;
        let path = file.path().to_owned();
        let script = Script::playing(move |_, sent| {
            // The first bytes are read when the request is; this is before, and the length stays what it was said to be.
            if sent.method == "PUT" {
                touch(&path, more);
            }
            answer(sent, &[HELLO])
        });
        let upload = bucket_of(&script)?.upload_file("k", file.path());
        let upload = upload.threshold(if in_parts { 0 } else { 100 });
        let got = upload.send().await.err().map(|error| error.kind());
        report.equal(
            &format!("a file that {what}"),
            &got,
            &Some(ErrorKind::InvalidInput),
        );
        let completed = requests(&script).contains(&"POST k?upload_id=u".to_owned());
        report.holds(format!("a file that {what} is completed"), !completed);
    }
    let nowhere = bucket_of(&service(&[HELLO]))?
        .upload_file("k", "/nowhere/at/all")
        .send()
        .await;
    report.error(nowhere.map(drop), ErrorKind::InvalidInput, None);
    let folder = bucket_of(&service(&[HELLO]))?
        .upload_file("k", std::env::temp_dir())
        .send()
        .await;
    report.error(folder.map(drop), ErrorKind::InvalidInput, None);
    Ok(())
}

/// With the only request, or with the one that begins the upload; keys go with every part.
async fn everything_said_is_stored(_: &Bench<'_>, report: &mut Report) -> Done {
    let file = file(b"hello")?;
    for threshold in [100, 0] {
        let script = service(&[HELLO]);
        let upload = bucket_of(&script)?
            .upload_file("k", file.path())
            .threshold(threshold);
        let upload = upload
            .content_type("text/plain")
            .cache_control("no-cache")
            .content_disposition("inline")
            .content_encoding("identity")
            .content_language("fr")
            .expires("Wed, 10 Dec 2014 17:20:31 GMT")
            .metadata("owner", "ann")
            .metadata("place", "here")
            .storage_class("STANDARD_IA")
            .encryption_customer_key(CustomerKey::new([b'x'; 32]))
            .customize(|call| call.header("X-QS-Trace", "1"));
        needed("uploading", upload.send().await)?;
        let sent = script.sent();
        let first = sent.first();
        for (name, expected) in [
            ("content-type", "text/plain"),
            ("cache-control", "no-cache"),
            ("content-disposition", "inline"),
            ("content-encoding", "identity"),
            ("content-language", "fr"),
            ("expires", "Wed, 10 Dec 2014 17:20:31 GMT"),
            ("x-qs-meta-owner", "ann"),
            ("x-qs-meta-place", "here"),
            ("x-qs-storage-class", "STANDARD_IA"),
            (
                "x-qs-encryption-customer-key-md5",
                "3I/h1kl+vSP1l12NKhxegQ==",
            ),
        ] {
            let got = first.and_then(|sent| sent.header(name));
            report.equal(
                &format!("{name} with the threshold {threshold}"),
                &got,
                &Some(expected),
            );
        }
        for sent in &sent {
            let line = format!("{} {}", sent.method, sent.target);
            report.equal(
                &format!("X-QS-Trace of {line}"),
                &sent.header("x-qs-trace"),
                &Some("1"),
            );
            if sent.method == "PUT" {
                let md5 = sent.header("x-qs-encryption-customer-key-md5");
                report.equal(
                    &format!("the key of {line}"),
                    &md5,
                    &Some("3I/h1kl+vSP1l12NKhxegQ=="),
                );
            }
        }
    }
    Ok(())
}
