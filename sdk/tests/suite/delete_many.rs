//! Deletions of many objects.

use futures_util::{StreamExt as _, stream};
use qingstor::testing::Replay;
use qingstor::{Bucket, Error, ErrorKind};
use serde::Deserialize;

#[derive(Deserialize)]
struct Sent {
    objects: Vec<Object>,
}

#[derive(Deserialize)]
struct Object {
    key: String,
}

fn bucket(replay: &Replay) -> Bucket {
    replay.client().unwrap().bucket("b")
}

/// The keys of each request.
fn batches(replay: &Replay) -> Vec<Vec<String>> {
    let requests = replay.requests().into_iter();
    requests
        .map(|request| {
            assert_eq!(request.target, "/b?delete");
            assert!(request.header("content-md5").is_some());
            let sent: Sent = serde_json::from_slice(&request.body).unwrap();
            sent.objects.into_iter().map(|object| object.key).collect()
        })
        .collect()
}

fn deleted(keys: &[&str]) -> String {
    let keys: Vec<String> = keys
        .iter()
        .map(|key| format!("{{\"key\":{key:?}}}"))
        .collect();
    format!("{{\"deleted\":[{}]}}", keys.join(","))
}

#[tokio::test]
async fn keys_are_named_in_batches() {
    let names: Vec<String> = (0..2500).map(|number| format!("k{number}")).collect();
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut replay = Replay::new();
    for batch in all.chunks(1000) {
        replay = replay.answer(200, &[], deleted(batch));
    }
    // Borrowed keys will do.
    let report = bucket(&replay).delete_many(&names).send().await.unwrap();
    assert_eq!((report.deleted, report.requests), (2500, 3));
    assert_eq!(report.all().unwrap(), 2500);
    let sent = batches(&replay);
    assert_eq!(
        sent.iter().map(Vec::len).collect::<Vec<_>>(),
        [1000, 1000, 500]
    );
    assert_eq!(sent.concat(), names);
}

#[tokio::test]
async fn nothing_to_delete_is_no_request() {
    let replay = Replay::new();
    let none: [&str; 0] = [];
    let report = bucket(&replay).delete_many(none).send().await.unwrap();
    assert_eq!((report.deleted, report.requests), (0, 0));
}

#[tokio::test]
async fn single_failures_are_told_and_do_not_stop_the_others() {
    let replay = Replay::new()
        .answer(
            200,
            &[],
            r#"{"deleted":[{"key":"a"}],"errors":[{"key":"b","code":"permission_denied","message":"no"}]}"#,
        )
        // Of d nothing is said.
        .answer(200, &[], deleted(&["c"]));
    let keys = ["a", "b", "c", "d"];
    let report = bucket(&replay).delete_many(keys).batch_size(2).send().await;
    let report = report.unwrap();
    assert_eq!((report.deleted, report.requests), (2, 2));
    let failed: Vec<_> = report
        .errors
        .iter()
        .map(|failure| failure.key.as_str())
        .collect();
    assert_eq!(failed, ["b", "d"]);
    assert_eq!(report.errors[0].code.as_deref(), Some("permission_denied"));
    assert_eq!(batches(&replay), [["a", "b"], ["c", "d"]]);
    let error = report.all().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert_eq!(error.code().unwrap().as_str(), "permission_denied");
    let text = error.to_string();
    assert!(text.contains("2 of 4 objects were not deleted"), "{text}");
    assert!(text.contains("\"b\": permission_denied no"), "{text}");
}

#[tokio::test]
async fn a_key_that_is_named_twice_is_sent_once() {
    let replay = Replay::new().answer(200, &[], deleted(&["a", "b"]));
    let report = bucket(&replay)
        .delete_many(["a", "b", "a"])
        .send()
        .await
        .unwrap();
    assert_eq!(report.all().unwrap(), 2);
    assert_eq!(batches(&replay), [["a", "b"]]);
}

#[tokio::test]
async fn the_keys_of_a_list_are_deleted_as_they_are_listed() {
    let replay = Replay::new()
        .answer(
            200,
            &[],
            r#"{"keys":[{"key":"a"},{"key":"b"}],"next_marker":"b","has_more":true}"#,
        )
        .answer(200, &[], deleted(&["a", "b"]))
        .answer(200, &[], r#"{"keys":[{"key":"c"}],"has_more":false}"#)
        .answer(200, &[], deleted(&["c"]));
    let bucket = bucket(&replay);
    let doomed = bucket.list_objects().items();
    let report = bucket
        .delete_stream(doomed)
        .batch_size(2)
        .send()
        .await
        .unwrap();
    assert_eq!(report.all().unwrap(), 3);
}

#[tokio::test]
async fn what_breaks_in_between_says_how_far_it_came() {
    let replay = Replay::new()
        .answer(200, &[], deleted(&["a", "b"]))
        .answer(403, &[], "");
    let delete = bucket(&replay)
        .delete_many(["a", "b", "c", "d"])
        .batch_size(2);
    let error = delete.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert!(
        error.to_string().contains("2 objects had been deleted"),
        "{error}"
    );
    assert_eq!(batches(&replay).len(), 2);

    let replay = Replay::new().answer(200, &[], deleted(&["a", "b"]));
    let broken = Error::new(ErrorKind::Transport, "the list broke");
    let keys = stream::iter([Ok("a"), Ok("b"), Ok("c"), Err(broken)]);
    let delete = bucket(&replay).delete_stream(keys.boxed()).batch_size(2);
    let error = delete.send().await.unwrap_err();
    assert!(error.to_string().contains("the list broke"), "{error}");
    assert_eq!(batches(&replay), [["a", "b"]]);
}

#[tokio::test]
async fn batches_of_no_or_too_many_keys_are_refused() {
    for size in [0, 1001] {
        let replay = Replay::new();
        let delete = bucket(&replay).delete_many(["a"]).batch_size(size);
        let error = delete.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(replay.requests().is_empty());
    }
}
