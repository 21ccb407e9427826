//! Bodies on their way up and down.

use bytes::Bytes;
use futures_util::stream;
use futures_util::{FutureExt as _, StreamExt as _};
use qingstor::{Body, ErrorCode, ErrorKind};

use crate::support::{STYLES, Site, Style, content, varied};

const SIZE: usize = 5 << 20;

/// In pieces of uneven sizes.
fn pieces(content: &[u8]) -> Vec<Result<Bytes, std::io::Error>> {
    let mut out = Vec::new();
    let (mut rest, mut size) = (content, 1);
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(size.min(rest.len()));
        out.push(Ok(Bytes::copy_from_slice(piece)));
        rest = after;
        size = size * 3 % 300_007 + 1;
    }
    out
}

#[tokio::test]
async fn a_stream_goes_up_and_comes_down_in_chunks() {
    let site = Site::start().await;
    let content = varied(SIZE);
    for style in STYLES {
        let bucket = site.bucket(style);
        let body = Body::from_stream(SIZE as u64, stream::iter(pieces(&content)));
        bucket.put_object("big", body).send().await.unwrap();
        let object = bucket.get_object("big").send().await.unwrap();
        assert_eq!(object.content_length, Some(SIZE as u64));
        assert_eq!(object.body.content_length(), Some(SIZE as u64));
        let mut body = object.body;
        let (mut chunks, mut at) = (0, 0);
        while let Some(chunk) = body.try_next().await.unwrap() {
            assert!(chunk == content[at..at + chunk.len()], "at {at}");
            at += chunk.len();
            chunks += 1;
        }
        assert_eq!(at, SIZE);
        assert!(chunks > 4, "{chunks} chunks are no stream");
        assert!(body.next().await.is_none());
    }
}

#[tokio::test]
async fn a_file_goes_up() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("big");
    let expected = varied(SIZE);
    std::fs::write(&path, &expected).unwrap();
    let body = Body::from_path(&path).await.unwrap();
    assert_eq!(body.len(), SIZE as u64);
    let put = bucket.put_object("big", body.clone()).send().await.unwrap();
    assert!(content(&bucket, "big").await.unwrap() == expected);
    // A file can be sent again, even by another request.
    let again = bucket.put_object("again", body).send().await.unwrap();
    assert_eq!(again.etag, put.etag);
}

#[tokio::test]
async fn a_download_is_a_stream_to_others_too() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    let expected = varied(SIZE);
    bucket
        .put_object("big", expected.clone())
        .send()
        .await
        .unwrap();
    // Straight from one object into another, without holding it.
    let source = bucket.get_object("big").send().await.unwrap();
    let length = source.content_length.unwrap();
    let target = bucket.put_object("second", Body::from_stream(length, source.body));
    target.send().await.unwrap();
    assert!(content(&bucket, "second").await.unwrap() == expected);
    let object = bucket.get_object("second").send().await.unwrap();
    let total = object.body.fold(
        0,
        |total, chunk| async move { total + chunk.unwrap().len() },
    );
    assert_eq!(total.await, SIZE);
}

#[tokio::test]
async fn a_download_may_be_given_up() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    bucket.put_object("big", varied(SIZE)).send().await.unwrap();
    for _ in 0..3 {
        let mut object = bucket.get_object("big").send().await.unwrap();
        object.body.next().await.unwrap().unwrap();
    }
    assert_eq!(content(&bucket, "big").await.unwrap().len(), SIZE);
}

#[tokio::test]
async fn an_upload_may_be_given_up() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    let begun = stream::iter([Ok::<_, std::io::Error>("begin")]).chain(stream::pending());
    let upload = bucket.put_object("k", Body::from_stream(10, begun)).send();
    let mut upload = Box::pin(upload);
    // Other requests let the upload go on for a while.
    for _ in 0..10 {
        assert!((&mut upload).now_or_never().is_none());
        bucket.put_object("other", "x").send().await.unwrap();
    }
    drop(upload);
    let error = content(&bucket, "k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn empty_bodies_are_objects_too() {
    let site = Site::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty");
    std::fs::write(&path, "").unwrap();
    let nothing = || stream::iter(Vec::<Result<Bytes, std::io::Error>>::new());
    for style in STYLES {
        let bucket = site.bucket(style);
        for (key, body) in [
            ("none", Body::empty()),
            ("text", Body::from("")),
            ("file", Body::from_path(&path).await.unwrap()),
            ("stream", Body::from_stream(0, nothing())),
        ] {
            let put = bucket.put_object(key, body).send().await.unwrap();
            // The MD5 of nothing (RFC 1321, A.5).
            assert_eq!(
                put.etag.as_deref(),
                Some("\"d41d8cd98f00b204e9800998ecf8427e\"")
            );
            let object = bucket.get_object(key).send().await.unwrap();
            assert_eq!(object.content_length, Some(0), "{key}");
            assert_eq!(object.body.into_bytes().await.unwrap(), "", "{key}");
        }
    }
}

#[tokio::test]
async fn a_stream_of_another_length_stores_nothing() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    for (announced, given, expected) in [
        (10, vec!["short"], "ended after 5 of 10 bytes"),
        (10, vec![], "ended after 0 of 10 bytes"),
        (4, vec!["longer"], "longer than the announced 4 bytes"),
        // The announced length is reached exactly, and then more follows.
        (4, vec!["long", "er"], "longer than the announced 4 bytes"),
        (
            4,
            vec!["lo", "ng", "e", "r"],
            "longer than the announced 4 bytes",
        ),
        (0, vec!["surprise"], "longer than the announced 0 bytes"),
    ] {
        let chunks = given.iter().map(|text| Ok::<_, std::io::Error>(*text));
        let chunks: Vec<_> = chunks.collect();
        let body = Body::from_stream(announced, stream::iter(chunks));
        let error = bucket.put_object("k", body).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated, "{given:?}: {error}");
        assert!(error.to_string().contains(expected), "{given:?}: {error}");
        let error = content(&bucket, "k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{given:?}");
    }
    // The connection pool has survived it.
    bucket.put_object("k", "x").send().await.unwrap();
}

#[tokio::test]
async fn a_stream_that_fails_stores_nothing_and_says_why() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    let chunks = [Ok("begin"), Err(std::io::Error::other("the disk is gone"))];
    let body = Body::from_stream(10, stream::iter(chunks));
    let error = bucket.put_object("k", body).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    assert!(
        error.to_string().contains("stream of the body failed"),
        "{error}"
    );
    let error = content(&bucket, "k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_wrong_digest_is_refused_by_the_service() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    // The MD5 of "hello".
    let digest = "XUFAKrxLKna5cZ2REBfFkg==";
    let request = bucket.put_object("k", "hello").content_md5(digest);
    request.send().await.unwrap();
    let request = bucket.put_object("k", "other").content_md5(digest);
    let error = request.send().await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::BadDigest), "{error}");
    assert_eq!(content(&bucket, "k").await.unwrap(), "hello");
}
