//! What takes several requests: uploads in parts, files, copies, many deletions.

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use qingstor::transport::{BoxFuture, HttpTransport, Transport};
use qingstor::types::{CustomerKey, ETag, ObjectPart, ObjectRef, StorageClass, VersioningStatus};
use qingstor::{Body, Bucket, ByteStream, Error, ErrorKind};

use crate::support::{BUCKET, STYLES, Site, Style, content, varied};

const MIB: usize = 1 << 20;

/// The ids of the uploads that are open.
async fn open_uploads(bucket: &Bucket) -> Vec<String> {
    let uploads = bucket.list_multipart_uploads().items().try_collect().await;
    uploads
        .unwrap()
        .into_iter()
        .map(|upload| upload.upload_id)
        .collect()
}

/// The content in pieces of 4 MiB.
fn pieces(content: &Bytes) -> Vec<(u64, Bytes)> {
    let starts = (0..content.len()).step_by(4 * MIB);
    let ends = starts
        .clone()
        .map(|start| content.len().min(start + 4 * MIB));
    (0..)
        .zip(
            starts
                .zip(ends)
                .map(|(start, end)| content.slice(start..end)),
        )
        .collect()
}

#[tokio::test]
async fn parts_that_arrive_all_at_once_become_one_object() {
    let site = Site::start().await;
    let whole = Bytes::from(varied(13 * MIB));
    for style in STYLES {
        let bucket = site.bucket(style);
        let upload = bucket
            .begin_multipart_upload("图/film.mp4")
            .content_type("video/mp4")
            .metadata("owner", "ann")
            .storage_class(StorageClass::StandardIa)
            .send()
            .await
            .unwrap();
        assert_eq!(open_uploads(&bucket).await, [upload.upload_id()]);
        let work = stream::iter(pieces(&whole).into_iter().rev());
        let work = work.map(|(number, piece)| upload.upload_part(number, piece));
        let parts: Vec<ObjectPart> = work.buffer_unordered(4).try_collect().await.unwrap();
        let listed = upload
            .list_parts()
            .limit(3)
            .items()
            .try_collect()
            .await
            .unwrap();
        let sizes: Vec<_> = listed.iter().map(|part| part.size.unwrap()).collect();
        assert_eq!(sizes, [4 << 20, 4 << 20, 4 << 20, 1 << 20]);
        assert!(content(&bucket, "图/film.mp4").await.is_err(), "not yet");
        upload.complete(parts).etag("whole").send().await.unwrap();
        let object = bucket.get_object("图/film.mp4").send().await.unwrap();
        assert_eq!(object.etag.as_deref(), Some("\"whole\""));
        assert_eq!(object.content_type.as_deref(), Some("video/mp4"));
        assert_eq!(object.metadata["owner"], "ann");
        assert_eq!(object.storage_class, Some(StorageClass::StandardIa));
        assert!(object.body.into_bytes().await.unwrap() == whole);
        assert!(open_uploads(&bucket).await.is_empty());
        bucket.delete_object("图/film.mp4").send().await.unwrap();
    }
}

#[tokio::test]
async fn an_upload_is_taken_up_by_its_id_or_given_up() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    let whole = Bytes::from(varied(5 * MIB));
    let begun = bucket.begin_multipart_upload("k").send().await.unwrap();
    begun.upload_part(7, whole.slice(..4 * MIB)).await.unwrap();
    // Somebody else goes on with it.
    let upload = bucket.multipart_upload("k", begun.upload_id());
    upload.upload_part(9, whole.slice(4 * MIB..)).await.unwrap();
    let parts = upload
        .list_parts()
        .limit(1)
        .items()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(parts.len(), 2);
    upload.complete(parts).send().await.unwrap();
    assert!(content(&bucket, "k").await.unwrap() == whole);
    let again = bucket.begin_multipart_upload("k2").send().await.unwrap();
    again.upload_part(0, "x").await.unwrap();
    again.abort().send().await.unwrap();
    again.abort().send().await.unwrap();
    assert!(open_uploads(&bucket).await.is_empty());
    let late = again.upload_part(1, "x").await.unwrap_err();
    assert_eq!(late.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_part_that_is_too_small_shows_when_the_upload_is_completed() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    let upload = bucket.begin_multipart_upload("k").send().await.unwrap();
    let parts = [
        upload.upload_part(0, "small").await.unwrap(),
        upload.upload_part(1, "last").await.unwrap(),
    ];
    let error = upload.complete(parts).send().await.unwrap_err();
    assert_eq!(
        error.code().map(|code| code.as_str()),
        Some("entity_too_small")
    );
}

#[tokio::test]
async fn files_of_every_length_arrive_as_they_are() {
    let site = Site::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let key = || CustomerKey::new(*b"0123456789abcdefghijklmnopqrstuv");
    for length in [0, 1, 4 * MIB + 1, 8 * MIB, 9 * MIB + 7] {
        let bucket = site.bucket(Style::VirtualHost);
        let whole = varied(length);
        std::fs::write(&path, &whole).unwrap();
        for (check, encrypted) in [(false, false), (true, false), (true, true)] {
            // Encrypting takes long in a debug build.
            if encrypted && length > 4 * MIB + 1 {
                continue;
            }
            let upload = bucket.upload_file("file", &path).content_type("text/plain");
            let upload = upload
                .threshold(4 << 20)
                .part_size(4 << 20)
                .check_md5(check);
            let upload = match encrypted {
                true => upload.encryption_customer_key(key()),
                false => upload,
            };
            let stored = upload.send().await.unwrap();
            let parts = if length <= 4 * MIB {
                0
            } else {
                length.div_ceil(4 * MIB)
            };
            assert_eq!((stored.length, stored.parts), (length as u64, parts as u64));
            let read = bucket.get_object("file");
            let read = match encrypted {
                true => read.encryption_customer_key(key()),
                false => read,
            };
            let object = read.send().await.unwrap();
            assert_eq!(object.content_type.as_deref(), Some("text/plain"));
            if !encrypted {
                assert_eq!(object.etag, stored.etag, "{length} {check}");
            }
            assert!(object.body.into_bytes().await.unwrap() == whole);
        }
        assert!(open_uploads(&bucket).await.is_empty());
    }
}

#[tokio::test]
async fn an_upload_that_fails_leaves_nothing_open() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, varied(9 * MIB)).unwrap();
    // A header that the service refuses only with the parts: a digest of something else.
    let upload = bucket
        .upload_file("file", &path)
        .threshold(0)
        .part_size(4 << 20);
    let upload = upload.customize(|call| call.header("Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="));
    let error = upload.send().await.unwrap_err();
    assert_eq!(error.operation(), Some("UploadMultipart"));
    assert_eq!(error.code().map(|code| code.as_str()), Some("bad_digest"));
    assert!(open_uploads(&bucket).await.is_empty());
    assert!(content(&bucket, "file").await.is_err());
}

/// Flips a bit of the first body that is long enough.
#[derive(Clone, Debug)]
struct Flipping {
    inner: HttpTransport,
    at: usize,
}

impl Transport for Flipping {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<ByteStream>, Error>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let mut bytes = body.into_stream()?.into_bytes().await?.to_vec();
            if let Some(byte) = bytes.get_mut(self.at / 8) {
                *byte ^= 1 << (self.at % 8);
            }
            let request = http::Request::from_parts(head, Body::from(bytes));
            self.inner.send(request).await
        })
    }
}

#[tokio::test]
async fn a_single_flipped_bit_is_found() {
    let site = Site::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, varied(5 * MIB)).unwrap();
    // In the last part, in the first, and in one request.
    for (at, threshold) in [(8 * 1000 + 3, 0), (8 * 4 * MIB - 1, 0), (0, 64 << 20)] {
        let transport = Flipping {
            inner: site.transport(),
            at,
        };
        let client = site.builder(Style::Path).transport(transport).build();
        let bucket = client.unwrap().bucket(BUCKET);
        let upload = bucket.upload_file("file", &path).part_size(4 << 20);
        let upload = upload.threshold(threshold).check_md5(true);
        let error = upload.send().await.unwrap_err();
        assert_eq!(
            error.code().map(|code| code.as_str()),
            Some("bad_digest"),
            "{error}"
        );
        assert!(open_uploads(&site.bucket(Style::Path)).await.is_empty());
        assert!(content(&bucket, "file").await.is_err());
    }
}

#[tokio::test]
async fn objects_are_copied_between_buckets_whole_and_in_parts() {
    let site = Site::start().await;
    let client = site.client(Style::Path);
    let (from, to) = (client.bucket(BUCKET), client.bucket("drawings"));
    to.put_bucket().send().await.unwrap();
    let whole = Bytes::from(varied(9 * MIB));
    let put = from
        .put_object("a b/猫", whole.clone())
        .content_type("image/png");
    put.metadata("pet", "cat").send().await.unwrap();
    for (threshold, parts) in [(5 << 30, 0), (4 << 20, 3)] {
        let copy = to.copy_from("copy", (BUCKET, "a b/猫"));
        let copy = copy
            .threshold(threshold)
            .part_size(4 << 20)
            .send()
            .await
            .unwrap();
        assert_eq!((copy.length, copy.parts), (9 << 20, parts));
        let object = to.get_object("copy").send().await.unwrap();
        assert_eq!(object.content_type.as_deref(), Some("image/png"));
        assert_eq!(object.metadata["pet"], "cat");
        assert_eq!(object.etag, copy.etag);
        assert!(object.body.into_bytes().await.unwrap() == whole);

        let copy = to
            .copy_from("own", (BUCKET, "a b/猫"))
            .metadata("pet", "dog");
        let copy = copy.threshold(threshold).part_size(4 << 20);
        copy.send().await.unwrap();
        let object = to.head_object("own").send().await.unwrap();
        assert_eq!(object.metadata["pet"], "dog");
        assert_ne!(object.content_type.as_deref(), Some("image/png"));
    }
    assert!(open_uploads(&to).await.is_empty());
}

#[tokio::test]
async fn encrypted_objects_are_copied_with_both_keys() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    let (old, new) = (CustomerKey::new([1; 32]), CustomerKey::new([2; 32]));
    let whole = Bytes::from(varied(5 * MIB));
    let put = bucket.put_object("secret", whole.clone());
    put.encryption_customer_key(old.clone())
        .send()
        .await
        .unwrap();
    for threshold in [5 << 30, 0] {
        let copy = bucket.copy_from("copy", (BUCKET, "secret"));
        let copy = copy.copy_source_encryption_customer_key(old.clone());
        let copy = copy.encryption_customer_key(new.clone());
        copy.threshold(threshold)
            .part_size(4 << 20)
            .send()
            .await
            .unwrap();
        let read = bucket
            .get_object("copy")
            .encryption_customer_key(new.clone());
        let object = read.send().await.unwrap();
        assert!(object.body.into_bytes().await.unwrap() == whole);
    }
}

#[tokio::test]
async fn a_version_is_copied_that_is_not_the_newest() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    let enabled = bucket.put_bucket_versioning(VersioningStatus::Enabled);
    enabled.send().await.unwrap();
    let old = bucket.put_object("k", "old").send().await.unwrap();
    bucket.put_object("k", "new").send().await.unwrap();
    let source = ObjectRef::new(BUCKET, "k").version(old.version_id.unwrap());
    for threshold in [5 << 30, 0] {
        let copy = bucket
            .copy_from("restored", source.clone())
            .threshold(threshold);
        let copy = copy.send().await.unwrap();
        assert!(copy.version_id.is_some());
        assert_eq!(content(&bucket, "restored").await.unwrap(), "old");
    }
    // Two versions of k, two of the copy; one at a time, so that pages end within a key.
    let mut versions = bucket.list_object_versions().limit(1).items();
    let mut seen = Vec::new();
    while let Some(version) = versions.try_next().await.unwrap() {
        seen.push(version.key);
        // Wherever it is left, it goes on.
        if let Some(position) = versions.position() {
            let text = position.to_string();
            let again = bucket.list_object_versions().limit(1).items();
            versions = again.resume_at(&text.parse().unwrap());
        }
    }
    assert_eq!(seen, ["k", "k", "restored", "restored"]);
}

#[tokio::test]
async fn all_that_a_list_has_is_deleted() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    let names: Vec<String> = (0..230)
        .map(|number| format!("tmp/{number:03} +&?.txt"))
        .collect();
    let puts = stream::iter(names.iter().map(|key| bucket.put_object(key, "x").send()));
    puts.buffer_unordered(16)
        .try_collect::<Vec<_>>()
        .await
        .unwrap();
    bucket.put_object("keep", "x").send().await.unwrap();
    let doomed = bucket.list_objects().prefix("tmp/").items();
    let report = bucket
        .delete_stream(doomed)
        .batch_size(60)
        .send()
        .await
        .unwrap();
    assert_eq!(report.requests, 4);
    assert_eq!(report.all().unwrap(), 230);
    let report = bucket.delete_many(["never there"]).send().await.unwrap();
    assert_eq!(report.all().unwrap(), 1);
    let left = bucket.list_objects().items().try_collect().await.unwrap();
    assert_eq!(left.len(), 1);
    let long = "k".repeat(1024);
    let report = bucket.delete_many(["keep", &long]).send().await.unwrap();
    assert_eq!((report.deleted, report.errors.len()), (1, 1));
    assert_eq!(report.all().unwrap_err().kind(), ErrorKind::Rejected);
}

#[tokio::test]
async fn entity_tags_of_outputs_and_lists_are_conditions() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    let stored = bucket.put_object("k", "hello").send().await.unwrap();
    let listed = bucket.list_objects().items().try_collect().await.unwrap();
    let from_list = ETag::from(listed[0].etag.as_deref().unwrap());
    let from_answer = ETag::from(stored.etag.unwrap());
    assert_eq!(from_list, from_answer);
    assert_eq!(from_answer.unquoted(), "5d41402abc4b2a76b9719d911017c592");
    let same = bucket.get_object("k").if_match(&from_list).send().await;
    assert!(same.is_ok());
    let newer = bucket.get_object("k").if_none_match(from_answer);
    assert_eq!(
        newer.send().await.unwrap_err().kind(),
        ErrorKind::NotModified
    );
    for (range, wanted) in [
        (bucket.get_object("k").range(..2), "he"),
        (bucket.get_object("k").range(..=2), "hel"),
        (bucket.get_object("k").range(..), "hello"),
    ] {
        let object = range.send().await.unwrap();
        assert_eq!(object.body.into_bytes().await.unwrap(), wanted);
    }
    bucket.put_object("empty", "").send().await.unwrap();
    let object = bucket.get_object("empty").range(..).send().await.unwrap();
    assert!(object.body.into_bytes().await.unwrap().is_empty());
}
