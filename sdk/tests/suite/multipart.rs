//! Uploads in parts by hand.

use qingstor::testing::Replay;
use qingstor::transfer::MAX_PART_NUMBER;
use qingstor::types::{CustomerKey, ObjectPart, StorageClass};
use qingstor::{Bucket, ErrorKind};

const BEGUN: &str = r#"{"upload_id":"u1","key":"k","bucket":"photos"}"#;

fn bucket(replay: &Replay) -> Bucket {
    replay.client().unwrap().bucket("photos")
}

fn lines(replay: &Replay) -> Vec<String> {
    let requests = replay.requests().into_iter();
    requests
        .map(|request| format!("{} {}", request.method, request.target))
        .collect()
}

#[tokio::test]
async fn parts_of_any_order_are_completed_in_theirs() {
    let etag = |text| [("ETag", text)];
    let replay = Replay::new()
        .answer(200, &[], BEGUN)
        .answer(201, &etag("\"e2\""), "")
        .answer(201, &etag("\"e0\""), "")
        .answer(201, &etag("\"e10000\""), "")
        .answer(201, &etag("\"whole\""), "");
    let upload = bucket(&replay)
        .begin_multipart_upload("k")
        .content_type("video/mp4")
        .cache_control("no-cache")
        .content_disposition("attachment")
        .content_encoding("gzip")
        .content_language("zh")
        .expires("Sun, 06 Nov 1994 08:49:37 GMT")
        .metadata("owner", "ann")
        .metadata("pet", "cat")
        .storage_class(StorageClass::StandardIa)
        .customize(|call| call.header("X-Trace", "42"))
        .send()
        .await
        .unwrap();
    assert_eq!((upload.key(), upload.upload_id()), ("k", "u1"));
    assert_eq!(upload.bucket().name(), "photos");
    let two = upload.upload_part(2, "two!").await.unwrap();
    let other = upload.clone();
    let none = tokio::spawn(async move { other.upload_part(0, "none").await });
    let none = none.await.unwrap().unwrap();
    let last = upload.upload_part(MAX_PART_NUMBER, "").await.unwrap();
    assert_eq!(two.size, Some(4));
    let stored = upload
        .complete([two, last, none])
        .etag("5d41402abc4b2a76b9719d911017c592")
        .send()
        .await
        .unwrap();
    assert_eq!(stored.etag.as_deref(), Some("\"whole\""));
    assert_eq!(
        lines(&replay),
        [
            "POST /photos/k?uploads",
            "PUT /photos/k?upload_id=u1&part_number=2",
            "PUT /photos/k?upload_id=u1&part_number=0",
            "PUT /photos/k?upload_id=u1&part_number=10000",
            "POST /photos/k?upload_id=u1",
        ]
    );
    let requests = replay.requests();
    for (name, value) in [
        ("content-type", "video/mp4"),
        ("cache-control", "no-cache"),
        ("content-disposition", "attachment"),
        ("content-encoding", "gzip"),
        ("content-language", "zh"),
        ("expires", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("x-qs-meta-owner", "ann"),
        ("x-qs-meta-pet", "cat"),
        ("x-qs-storage-class", "STANDARD_IA"),
    ] {
        assert_eq!(requests[0].header(name), Some(value));
        if name != "content-type" {
            assert_eq!(requests[1].header(name), None, "{name}");
        }
    }
    for request in &requests {
        assert_eq!(request.header("x-trace"), Some("42"));
    }
    assert_eq!(requests[1].body, "two!");
    assert_eq!(
        requests[4].header("etag"),
        Some("\"5d41402abc4b2a76b9719d911017c592\"")
    );
    assert_eq!(
        requests[4].body,
        r#"{"object_parts":[{"part_number":0,"etag":"e0"},{"part_number":2,"etag":"e2"},{"part_number":10000,"etag":"e10000"}]}"#
    );
}

#[tokio::test]
async fn an_encryption_key_goes_with_every_part_and_with_nothing_else() {
    let replay = Replay::new()
        .answer(200, &[], BEGUN)
        .answer(201, &[], "")
        .answer(201, &[], "")
        .answer(201, &[], "")
        .answer(201, &[], "")
        .answer(204, &[], "");
    let key = || CustomerKey::new([b'x'; 32]);
    let bucket = bucket(&replay);
    let begin = bucket.begin_multipart_upload("k");
    let upload = begin.encryption_customer_key(key()).send().await.unwrap();
    let part = upload.upload_part(0, "x").await.unwrap();
    let copied = upload.copy_part(1, ("other", "a b"), 5..10).await.unwrap();
    assert_eq!(copied.size, Some(5));
    upload.complete([part, copied]).send().await.unwrap();
    let again = bucket.multipart_upload("k", "u2");
    let again = again.encryption_customer_key(key());
    again.upload_part(0, "x").await.unwrap();
    again.abort().send().await.unwrap();
    let requests = replay.requests();
    let encrypted = requests.iter().map(|request| {
        let header = request.header("x-qs-encryption-customer-key-md5");
        header == Some("3I/h1kl+vSP1l12NKhxegQ==")
    });
    assert_eq!(
        encrypted.collect::<Vec<_>>(),
        [true, true, true, false, true, false]
    );
    assert_eq!(requests[2].header("x-qs-copy-source"), Some("/other/a%20b"));
    assert_eq!(requests[2].header("x-qs-copy-range"), Some("bytes=5-9"));
    assert_eq!(requests[5].method, "DELETE");
}

#[tokio::test]
async fn what_cannot_be_completed_is_refused_before_it_is_sent() {
    let replay = Replay::new();
    let upload = bucket(&replay).multipart_upload("k", "u1");
    let parts = |numbers: &[u64]| {
        numbers
            .iter()
            .map(|n| ObjectPart::new(*n))
            .collect::<Vec<_>>()
    };
    for (numbers, wanted) in [
        (parts(&[]), "without parts"),
        (parts(&[3, 1, 3]), "the part 3 is given twice"),
    ] {
        let error = upload.complete(numbers).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(wanted), "{error}");
    }
    let error = upload.upload_part(10_001, "x").await.unwrap_err();
    assert!(error.to_string().contains("from 0 to 10000"), "{error}");
    let error = upload.copy_part(10_001, ("b", "k"), 0..1).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert!(replay.requests().is_empty());
}

#[tokio::test]
async fn parts_are_listed_to_go_on_with_an_upload() {
    let replay = Replay::new()
        .answer(
            200,
            &[],
            r#"{"count":2,"object_parts":[{"part_number":0,"size":4194304,"etag":"a"},{"part_number":1,"size":3,"etag":"b"}]}"#,
        )
        .answer(200, &[], r#"{"count":0,"object_parts":[]}"#)
        .answer(201, &[], "");
    let upload = bucket(&replay).multipart_upload("k", "u1");
    let parts = upload.list_parts().items().try_collect().await.unwrap();
    assert_eq!(parts[0].size, Some(4 << 20));
    upload.complete(parts).send().await.unwrap();
    assert_eq!(
        replay.requests()[2].body,
        r#"{"object_parts":[{"part_number":0,"etag":"a"},{"part_number":1,"etag":"b"}]}"#
    );
}

/// All of it can be given to a task of its own.
#[test]
fn everything_that_takes_several_requests_can_be_sent_between_threads() {
    fn sendable<T: Send>(_: T) {}
    let bucket = bucket(&Replay::new());
    let upload = bucket.multipart_upload("k", "u1");
    sendable(bucket.begin_multipart_upload("k").send());
    sendable(upload.upload_part(0, "x"));
    sendable(upload.copy_part(0, ("b", "k"), 0..1));
    sendable(upload.complete([]).send());
    sendable(bucket.upload_file("k", "path").send());
    sendable(bucket.copy_from("k", ("b", "k")).send());
    sendable(bucket.delete_many(["k"]).send());
    sendable(bucket.delete_stream(bucket.list_objects().items()).send());
}
