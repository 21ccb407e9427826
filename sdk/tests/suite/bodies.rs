//! Bodies of requests: how long they are and what becomes of them.

use bytes::Bytes;
use qingstor::operation::{JsonBody, Parts};
use qingstor::testing::Replay;
use qingstor::{Body, ErrorKind};

use crate::wire::{Delete, Head, Post, bucket, is_signed, ok};

#[tokio::test]
async fn bodies_have_their_length_with_every_method() {
    let replay = ok()
        .answer(200, &[], "")
        .answer(200, &[("Content-Length", "99")], "");
    let bucket = bucket(&replay);
    let mut parts = Parts::new();
    let mut json = JsonBody::new();
    json.field("domain", "cname.example.com").unwrap();
    parts.json(json);
    parts.content_md5().unwrap();
    parts.selector("cname");
    bucket.call().send(Delete(parts)).await.unwrap();
    bucket.call().send(Post(Parts::new())).await.unwrap();
    let head = bucket.call().send(Head(Parts::new())).await.unwrap();
    assert_eq!(head.parse::<u64>("Content-Length").unwrap(), Some(99));
    let [delete, post, head] = &replay.requests()[..] else {
        panic!()
    };
    assert_eq!(delete.header("content-length"), Some("30"));
    assert_eq!(delete.header("content-type"), Some("application/json"));
    assert_eq!(delete.body, r#"{"domain":"cname.example.com"}"#);
    assert_eq!(delete.target, "/mybucket?cname");
    assert_eq!(post.header("content-length"), Some("0"));
    assert_eq!(head.header("content-length"), None);
    assert!(
        [delete, post, head]
            .iter()
            .all(|request| is_signed(request))
    );
}

#[tokio::test]
async fn files_and_streams_are_sent_whole() {
    let replay = Replay::new().answer(201, &[], "").answer(201, &[], "");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("big");
    let content: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    std::fs::write(&path, &content).unwrap();
    let body = Body::from_path(&path).await.unwrap();
    assert!(body.is_replayable());
    bucket(&replay).put_object("f", body).send().await.unwrap();
    let chunks = [Bytes::from_static(b"ab"), Bytes::from_static(b"c")];
    let stream = futures_util::stream::iter(chunks.map(Ok::<_, std::io::Error>));
    bucket(&replay)
        .put_object("s", Body::from_stream(3, stream))
        .send()
        .await
        .unwrap();
    let requests = replay.requests();
    assert_eq!(requests[0].body, content);
    assert_eq!(requests[0].header("content-length"), Some("300000"));
    assert_eq!(requests[1].body, "abc");
}

#[tokio::test]
async fn bodies_of_the_wrong_length_are_errors() {
    for (length, given) in [(5, "abc"), (2, "abc")] {
        let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from(given))]);
        let replay = Replay::new();
        let sent = bucket(&replay)
            .put_object("s", Body::from_stream(length, stream))
            .send()
            .await;
        assert_eq!(sent.unwrap_err().kind(), ErrorKind::Truncated);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shrinks");
    std::fs::write(&path, "long").unwrap();
    let body = Body::from_path(&path).await.unwrap();
    std::fs::write(&path, "s").unwrap();
    let error = body.into_stream().unwrap().into_bytes().await.unwrap_err();
    assert!(error.to_string().contains("after 1 of 4 bytes"), "{error}");
    let error = Body::from_path(folder.path()).await.unwrap_err();
    assert!(error.to_string().contains("not a file"), "{error}");
    let error = Body::from_path(folder.path().join("none"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_stream_is_good_for_one_use() {
    let stream = futures_util::stream::iter([Ok::<_, std::io::Error>("a")]);
    let body = Body::from_stream(1, stream);
    let again = body.clone();
    assert_eq!(body.into_stream().unwrap().into_bytes().await.unwrap(), "a");
    let error = again.into_stream().unwrap_err();
    assert!(error.to_string().contains("one attempt"), "{error}");
}
