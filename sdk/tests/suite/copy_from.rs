//! Copies by one request or in parts.

use qingstor::testing::Replay;
use qingstor::types::{CustomerKey, ObjectRef, StorageClass};
use qingstor::{Bucket, ErrorKind};

const MIB: u64 = 1 << 20;
const BEGUN: &str = r#"{"upload_id":"u1","key":"k","bucket":"backup"}"#;

/// What HEAD tells of a source of 9 MiB.
const SOURCE: &[(&str, &str)] = &[
    ("Content-Length", "9437184"),
    ("Content-Type", "video/mp4"),
    ("Cache-Control", "no-cache"),
    ("X-QS-Meta-Owner", "ann"),
    ("X-QS-Storage-Class", "STANDARD_IA"),
    ("ETag", "\"source\""),
];

fn bucket(replay: &Replay) -> Bucket {
    replay.client().unwrap().bucket("backup").in_zone("sh1a")
}

fn lines(replay: &Replay) -> Vec<String> {
    let requests = replay.requests().into_iter();
    requests
        .map(|request| format!("{} {}{}", request.method, request.host, request.target))
        .collect()
}

#[tokio::test]
async fn what_one_request_can_copy_takes_one_after_a_look() {
    let replay = Replay::new()
        .answer(200, SOURCE, "")
        .answer(201, &[("ETag", "\"copy\"")], "");
    let source = ObjectRef::new("photos", "a b").version("v7");
    let copy = bucket(&replay).copy_from("k", source).send().await.unwrap();
    assert_eq!((copy.length, copy.parts), (9 * MIB, 0));
    assert_eq!(copy.etag.as_deref(), Some("\"copy\""));
    assert_eq!(
        lines(&replay),
        [
            "HEAD sh1a.qingstor.com/photos/a%20b?version_id=v7",
            "PUT sh1a.qingstor.com/backup/k",
        ]
    );
    let request = &replay.requests()[1];
    for (name, value) in [
        ("x-qs-copy-source", Some("/photos/a%20b?version_id=v7")),
        ("x-qs-copy-source-if-match", Some("\"source\"")),
        // The service takes over what the source has.
        ("x-qs-metadata-directive", None),
        ("content-type", None),
        ("x-qs-storage-class", None),
    ] {
        assert_eq!(request.header(name), value, "{name}");
    }
}

#[tokio::test]
async fn what_is_said_replaces_what_the_source_has() {
    let replay = Replay::new().answer(200, SOURCE, "").answer(201, &[], "");
    let copy = bucket(&replay).copy_from("k", ("photos", "a"));
    copy.content_type("text/plain").send().await.unwrap();
    let request = &replay.requests()[1];
    assert_eq!(request.header("x-qs-metadata-directive"), Some("REPLACE"));
    assert_eq!(request.header("content-type"), Some("text/plain"));
    // A class and a key alone leave the metadata alone.
    let replay = Replay::new().answer(200, SOURCE, "").answer(201, &[], "");
    let copy = bucket(&replay).copy_from("k", ("photos", "a"));
    let copy = copy.storage_class(StorageClass::Standard);
    let copy = copy.encryption_customer_key(CustomerKey::new([b'x'; 32]));
    copy.send().await.unwrap();
    let request = &replay.requests()[1];
    assert_eq!(request.header("x-qs-metadata-directive"), None);
    assert_eq!(request.header("x-qs-storage-class"), Some("STANDARD"));
    assert!(request.header("x-qs-encryption-customer-key").is_some());
}

fn in_parts() -> Replay {
    let mut replay = Replay::new()
        .answer(200, SOURCE, "")
        .answer(200, &[], BEGUN);
    for tag in [
        "\"5d41402abc4b2a76b9719d911017c592\"",
        "\"7d793037a0760186574b0282f2f435e7\"",
        "\"5d41402abc4b2a76b9719d911017c592\"",
    ] {
        replay = replay.answer(201, &[("ETag", tag)], "");
    }
    replay.answer(201, &[], "")
}

#[tokio::test]
async fn a_long_object_is_copied_in_parts_with_all_that_it_has() {
    let replay = in_parts();
    let (from, to) = (CustomerKey::new([b'x'; 32]), CustomerKey::new([b'y'; 32]));
    let copy = bucket(&replay).copy_from("k", ("photos", "a"));
    let copy = copy
        .copy_source_encryption_customer_key(from)
        .encryption_customer_key(to);
    let copy = copy
        .threshold(9 * MIB - 1)
        .part_size(4 * MIB)
        .send()
        .await
        .unwrap();
    assert_eq!((copy.length, copy.parts), (9 * MIB, 3));
    assert!(copy.etag.unwrap().ends_with("-3\""));
    assert_eq!(
        lines(&replay),
        [
            "HEAD sh1a.qingstor.com/photos/a",
            "POST sh1a.qingstor.com/backup/k?uploads",
            "PUT sh1a.qingstor.com/backup/k?upload_id=u1&part_number=0",
            "PUT sh1a.qingstor.com/backup/k?upload_id=u1&part_number=1",
            "PUT sh1a.qingstor.com/backup/k?upload_id=u1&part_number=2",
            "POST sh1a.qingstor.com/backup/k?upload_id=u1",
        ]
    );
    let requests = replay.requests();
    for (name, value) in [
        ("content-type", "video/mp4"),
        ("cache-control", "no-cache"),
        ("x-qs-meta-owner", "ann"),
        ("x-qs-storage-class", "STANDARD_IA"),
    ] {
        assert_eq!(requests[1].header(name), Some(value));
    }
    assert!(requests[1].header("x-qs-encryption-customer-key").is_some());
    let ranges = [
        "bytes=0-4194303",
        "bytes=4194304-8388607",
        "bytes=8388608-9437183",
    ];
    for (request, range) in requests[2..5].iter().zip(ranges) {
        assert_eq!(request.header("x-qs-copy-range"), Some(range));
        assert_eq!(
            request.header("x-qs-copy-source-if-match"),
            Some("\"source\"")
        );
        let key = request.header("x-qs-copy-source-encryption-customer-key-md5");
        assert_eq!(key, Some("3I/h1kl+vSP1l12NKhxegQ=="));
        assert!(request.header("x-qs-encryption-customer-key").is_some());
    }
    // With a type of its own, the copy has nothing of the source's but the class.
    let replay = in_parts();
    let copy = bucket(&replay)
        .copy_from("k", ("photos", "a"))
        .metadata("pet", "cat");
    let copy = copy.threshold(0).part_size(4 * MIB);
    copy.send().await.unwrap();
    let begin = &replay.requests()[1];
    assert_eq!(begin.header("x-qs-meta-pet"), Some("cat"));
    assert_eq!(begin.header("x-qs-meta-owner"), None);
    assert_eq!(begin.header("content-type"), None);
    assert_eq!(begin.header("x-qs-storage-class"), Some("STANDARD_IA"));
}

#[tokio::test]
async fn a_source_that_changes_meanwhile_ends_the_copy() {
    let replay = Replay::new()
        .answer(200, SOURCE, "")
        .answer(200, &[], BEGUN)
        .answer(201, &[], "")
        .answer(412, &[], "")
        .answer(204, &[], "");
    let copy = bucket(&replay).copy_from("k", ("photos", "a"));
    let error = copy
        .threshold(0)
        .part_size(4 * MIB)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PreconditionFailed);
    assert!(lines(&replay)[4].starts_with("DELETE "));
}

#[tokio::test]
async fn errors_of_the_look_are_those_of_the_copy() {
    let replay = Replay::new().answer(404, &[], "").answer(200, &[], "");
    let copy = || bucket(&replay).copy_from("k", ("photos", "a"));
    let error = copy().send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.bucket()),
        (ErrorKind::NotFound, Some("photos"))
    );
    let error = copy().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let error = copy().part_size(1).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(lines(&replay).len(), 2);
}
