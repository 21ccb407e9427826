//! Files that are stored in one request or in parts.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use qingstor::observe::{AttemptReport, Observe};
use qingstor::testing::Replay;
use qingstor::types::{CustomerKey, StorageClass};
use qingstor::{Bucket, ErrorKind};
use tempfile::TempDir;

const MIB: u64 = 1 << 20;
const BEGUN: &str = r#"{"upload_id":"u1","key":"k","bucket":"photos"}"#;

/// `head -c 4194304 /dev/zero | md5sum`, the same in base64, and so for 1 MiB and 9 MiB.
const FOUR: (&str, &str) = (
    "b5cfa9d6c8febd618f91ac2843d50a1c",
    "tc+p1sj+vWGPkawoQ9UKHA==",
);
const ONE: (&str, &str) = (
    "b6d81b360a5672d80c27430f39153e2c",
    "ttgbNgpWctgMJ0MPORU+LA==",
);
const NINE: &str = "b82b4ab87e44976024abc14a1670dac0";

fn bucket(replay: &Replay) -> Bucket {
    replay.client().unwrap().bucket("photos")
}

fn file(content: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

fn lines(replay: &Replay) -> Vec<String> {
    let requests = replay.requests().into_iter();
    requests
        .map(|request| format!("{} {}", request.method, request.target))
        .collect()
}

/// Does something when an attempt of an operation is over.
struct After<F>(&'static str, F);

impl<F: Fn() + Send + Sync + 'static> Observe for After<F> {
    fn attempt(&self, report: &AttemptReport<'_>) {
        if report.metadata.id() == self.0 {
            (self.1)();
        }
    }
}

#[tokio::test]
async fn a_short_file_is_one_request_with_all_that_was_said() {
    let (_folder, path) = file(b"hello");
    let etag = [
        ("ETag", "\"5d41402abc4b2a76b9719d911017c592\""),
        ("X-QS-Version-Id", "v1"),
    ];
    let replay = Replay::new().answer(201, &etag, "");
    let stored = bucket(&replay)
        .upload_file("k", &path)
        .content_type("text/plain")
        .metadata("owner", "ann")
        .storage_class(StorageClass::StandardIa)
        .encryption_customer_key(CustomerKey::new([b'x'; 32]))
        .send()
        .await
        .unwrap();
    assert_eq!((stored.length, stored.parts), (5, 0));
    assert_eq!(stored.etag.as_deref(), Some(etag[0].1));
    assert_eq!(stored.version_id.as_deref(), Some("v1"));
    let request = &replay.requests()[0];
    assert_eq!(request.body, "hello");
    for (name, value) in [
        ("content-type", "text/plain"),
        ("content-length", "5"),
        ("x-qs-meta-owner", "ann"),
        ("x-qs-storage-class", "STANDARD_IA"),
        (
            "x-qs-encryption-customer-key-md5",
            "3I/h1kl+vSP1l12NKhxegQ==",
        ),
    ] {
        assert_eq!(request.header(name), Some(value));
    }
    assert_eq!(request.header("content-md5"), None);
}

#[tokio::test]
async fn an_empty_file_is_never_in_parts() {
    let (_folder, path) = file(b"");
    let replay = Replay::new().answer(201, &[], "");
    let upload = bucket(&replay).upload_file("k", &path).threshold(0);
    assert_eq!(upload.send().await.unwrap().parts, 0);
    assert_eq!(replay.requests()[0].header("content-length"), Some("0"));
}

#[tokio::test]
async fn a_long_file_goes_in_parts_whose_bytes_are_its_own() {
    let content: Vec<u8> = (0..9 * MIB)
        .map(|n| (n % 251 + n / 4_000_037) as u8)
        .collect();
    let (_folder, path) = file(&content);
    let mut replay = Replay::new().answer(200, &[], BEGUN);
    for tag in ["\"t0\"", "\"t1\"", "\"t2\""] {
        replay = replay.answer(201, &[("ETag", tag)], "");
    }
    let replay = replay.answer(201, &[], "");
    let upload = bucket(&replay)
        .upload_file("k", &path)
        .content_type("video/mp4");
    let upload = upload.threshold(9 * MIB - 1).part_size(4 * MIB);
    let stored = upload.send().await.unwrap();
    assert_eq!((stored.length, stored.parts), (9 * MIB, 3));
    assert_eq!(stored.etag, None, "these are no MD5s to make one of");
    assert_eq!(
        lines(&replay),
        [
            "POST /photos/k?uploads",
            "PUT /photos/k?upload_id=u1&part_number=0",
            "PUT /photos/k?upload_id=u1&part_number=1",
            "PUT /photos/k?upload_id=u1&part_number=2",
            "POST /photos/k?upload_id=u1",
        ]
    );
    let requests = replay.requests();
    assert_eq!(requests[0].header("content-type"), Some("video/mp4"));
    let sent: Vec<u8> = requests[1..4]
        .iter()
        .flat_map(|request| request.body.to_vec())
        .collect();
    assert!(sent == content);
    assert_eq!(requests[1].body.len() as u64, 4 * MIB);
    assert_eq!(requests[3].body.len() as u64, MIB);
    assert_eq!(requests[4].header("etag"), None);
}

#[tokio::test]
async fn checksums_are_sent_and_compared_when_asked_for() {
    let (_folder, path) = file(&vec![0; 9 << 20]);
    let quoted = |tag: &str| format!("\"{tag}\"");
    let answers = |last: &str| {
        Replay::new()
            .answer(200, &[], BEGUN)
            .answer(201, &[("ETag", &quoted(FOUR.0))], "")
            .answer(201, &[("ETag", &quoted(FOUR.0))], "")
            .answer(201, &[("ETag", &quoted(last))], "")
    };
    let upload = |replay: &Replay| {
        let upload = bucket(replay).upload_file("k", &path);
        upload.threshold(0).part_size(4 * MIB)
    };
    let replay = answers(ONE.0).answer(201, &[], "");
    let stored = upload(&replay).check_md5(true).send().await.unwrap();
    assert_eq!(stored.etag, Some(quoted(NINE)));
    let requests = replay.requests();
    let digests: Vec<_> = requests.iter().map(|r| r.header("content-md5")).collect();
    assert_eq!(
        digests,
        [None, Some(FOUR.1), Some(FOUR.1), Some(ONE.1), None]
    );
    assert_eq!(requests[4].header("etag"), Some(quoted(NINE).as_str()));

    // Without: an entity tag from those of the parts. The MD5 is that of the three digests, one behind the other.
    let replay = answers(ONE.0).answer(201, &[], "");
    let stored = upload(&replay).send().await.unwrap();
    assert_eq!(
        stored.etag.unwrap(),
        "\"77a9a34ea196cc1a6d3bb67cabff7b7c-3\""
    );
    assert!(
        replay
            .requests()
            .iter()
            .all(|r| r.header("content-md5").is_none())
    );

    // What the service has is something else: the upload is aborted.
    let replay = answers(FOUR.0).answer(204, &[], "");
    let error = upload(&replay).check_md5(true).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ChecksumMismatch);
    assert!(error.to_string().contains("part 2"), "{error}");
    assert_eq!(lines(&replay)[4], "DELETE /photos/k?upload_id=u1");

    // An encrypted part's entity tag is not its MD5.
    let replay = answers("other").answer(201, &[], "");
    let encrypted = upload(&replay).check_md5(true);
    let encrypted = encrypted.encryption_customer_key(CustomerKey::new([1; 32]));
    encrypted.send().await.unwrap();
}

#[tokio::test]
async fn one_request_is_checked_as_well() {
    let (_folder, path) = file(b"hello");
    let etag = |tag| [("ETag", tag)];
    let replay = Replay::new()
        .answer(201, &etag("\"5d41402abc4b2a76b9719d911017c592\""), "")
        .answer(201, &etag("\"00000000000000000000000000000000\""), "")
        .answer(201, &[], "");
    let upload = || {
        bucket(&replay)
            .upload_file("k", &path)
            .check_md5(true)
            .send()
    };
    upload().await.unwrap();
    let sent = replay.requests();
    assert_eq!(
        sent[0].header("content-md5"),
        Some("XUFAKrxLKna5cZ2REBfFkg==")
    );
    let error = upload().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ChecksumMismatch);
    assert!(!error.is_temporary());
    // Without an entity tag there is nothing to compare.
    upload().await.unwrap();
}

#[tokio::test]
async fn every_error_aborts_the_upload_and_stays_the_error() {
    let (_folder, path) = file(&vec![0; 9 << 20]);
    let part = [("ETag", "\"t\"")];
    let upload = |replay: &Replay| {
        let upload = bucket(replay).upload_file("k", &path);
        upload.threshold(0).part_size(4 * MIB).send()
    };
    // At a part.
    let replay = Replay::new()
        .answer(200, &[], BEGUN)
        .answer(201, &part, "")
        .answer(403, &[], "")
        .answer(204, &[], "");
    let error = upload(&replay).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert_eq!(error.operation(), Some("UploadMultipart"));
    assert_eq!(lines(&replay)[3], "DELETE /photos/k?upload_id=u1");
    // At the end, where it is not known what came of it.
    let replay = Replay::new()
        .answer(200, &[], BEGUN)
        .answer(201, &part, "")
        .answer(201, &part, "")
        .answer(201, &part, "")
        .failure(ErrorKind::Timeout, "too slow")
        .answer(204, &[], "");
    let error = upload(&replay).await.unwrap_err();
    assert!(error.to_string().contains("not known whether"), "{error}");
    assert_eq!(lines(&replay).len(), 6);
    // At the beginning there is nothing to abort.
    let replay = Replay::new().answer(404, &[], "");
    assert_eq!(
        upload(&replay).await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert_eq!(lines(&replay).len(), 1);
    // And if that fails too, it is said, with what is needed to do it later.
    let replay = Replay::new()
        .answer(200, &[], BEGUN)
        .answer(403, &[], "")
        .answer(500, &[("X-QS-Request-ID", "77")], "");
    let error = upload(&replay).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    let text = error.to_string();
    assert!(
        text.contains("the upload u1 could not be aborted"),
        "{text}"
    );
    assert!(text.contains("77"), "{text}");
}

#[tokio::test]
async fn a_file_that_changes_meanwhile_is_an_error() {
    // The length.
    let (_folder, path) = file(&vec![0; 9 << 20]);
    let grow = path.clone();
    let replay = Replay::new()
        .answer(200, &[], BEGUN)
        .answer(201, &[], "")
        .answer(201, &[], "")
        .answer(201, &[], "")
        .answer(204, &[], "");
    let change = After("UploadMultipart", move || {
        let file = std::fs::OpenOptions::new()
            .append(true)
            .open(&grow)
            .unwrap();
        let length = file.metadata().unwrap().len();
        file.set_len(length + 1).unwrap();
    });
    let client = replay.builder().observer(change).build().unwrap();
    let upload = client.bucket("photos").upload_file("k", &path);
    let error = upload
        .threshold(0)
        .part_size(4 * MIB)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(
        error.to_string().contains("from 9437184 to 9437187 bytes"),
        "{error}"
    );
    assert_eq!(lines(&replay)[4], "DELETE /photos/k?upload_id=u1");

    // A file that becomes shorter cannot be read to its end.
    let (_folder, path) = file(&vec![0; 9 << 20]);
    let cut = path.clone();
    let replay = Replay::new()
        .answer(200, &[], BEGUN)
        .answer(201, &[], "")
        .answer(204, &[], "");
    let change = After("UploadMultipart", move || {
        let file = std::fs::OpenOptions::new().write(true).open(&cut).unwrap();
        file.set_len(5 << 20).unwrap();
    });
    let client = replay.builder().observer(change).build().unwrap();
    let upload = client.bucket("photos").upload_file("k", &path);
    let error = upload
        .threshold(0)
        .part_size(4 * MIB)
        .send()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("has 5242880 bytes"), "{error}");
    assert_eq!(lines(&replay)[2], "DELETE /photos/k?upload_id=u1");

    // The content, at the same length; the object is there already.
    let (_folder, path) = file(b"hello");
    let touch = path.clone();
    let replay = Replay::new().answer(201, &[], "");
    let change = After("PutObject", move || {
        let file = std::fs::OpenOptions::new()
            .write(true)
            .open(&touch)
            .unwrap();
        let later = SystemTime::now() + Duration::from_secs(5);
        file.set_modified(later).unwrap();
    });
    let client = replay.builder().observer(Arc::new(change)).build().unwrap();
    let error = client.bucket("photos").upload_file("k", &path).send().await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("was written to while"), "{error}");
    assert!(error.contains("stored already"), "{error}");
}

#[tokio::test]
async fn what_cannot_be_uploaded_is_refused_before_anything_is_sent() {
    let (folder, path) = file(b"hello");
    let replay = Replay::new();
    let bucket = bucket(&replay);
    for (upload, wanted) in [
        (
            bucket.upload_file("k", folder.path().join("none")),
            "not found",
        ),
        (bucket.upload_file("k", folder.path()), "is not a file"),
        (
            bucket.upload_file("k", &path).part_size(1),
            "between 4 MiB and 5 GiB",
        ),
        (
            bucket.upload_file("k", &path).part_size(6 << 30),
            "between 4 MiB and 5 GiB",
        ),
    ] {
        let error = upload.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(wanted), "{error}");
    }
    assert!(replay.requests().is_empty());
}
