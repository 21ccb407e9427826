//! What an observer is told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use qingstor::observe::{AttemptReport, DownloadReport, Ending, Observe, OperationReport};
use qingstor::testing::Replay;
use qingstor::{Body, Client, ErrorKind, RetryPolicy};

/// Writes down all that it is told, without the times.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Notes {
    fn push(&self, note: String) {
        self.0.lock().unwrap().push(note);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

fn ending(ending: Ending<'_>) -> &'static str {
    match ending {
        Ending::Success => "success",
        Ending::Failure(error) => error.kind().as_str(),
        _ => "cancelled",
    }
}

impl Observe for Notes {
    fn attempt(&self, report: &AttemptReport<'_>) {
        self.push(format!(
            "attempt {} {} at {}: {:?} {}, {} out, {} in",
            report.number,
            report.metadata.id(),
            report.server,
            report.status,
            ending(report.ending),
            report.sent,
            report.received
        ));
    }

    fn operation(&self, report: &OperationReport<'_>) {
        self.push(format!(
            "{} of {:?}: {:?} {} after {}, {} out, {} in",
            report.metadata.id(),
            report.bucket,
            report.status,
            ending(report.ending),
            report.attempts,
            report.sent,
            report.received
        ));
    }

    fn download(&self, report: &DownloadReport<'_>) {
        self.push(format!(
            "download by {} of {:?}: {}, {:?}, {} in",
            report.metadata.id(),
            report.bucket,
            report.complete,
            report.error,
            report.received
        ));
    }
}

fn observed(replay: &Replay, policy: RetryPolicy) -> (Client, Arc<Notes>) {
    let notes = Arc::new(Notes::default());
    let builder = replay.builder().retry(policy).observer(notes.clone());
    (builder.build().unwrap(), notes)
}

#[tokio::test]
async fn attempts_and_operations_are_counted_with_their_bytes() {
    let replay = Replay::new()
        .answer(503, &[], "busy")
        .failure(ErrorKind::Transport, "broke")
        .answer(201, &[], "");
    let (client, notes) = observed(&replay, RetryPolicy::default());
    let bucket = client.bucket("photos");
    bucket.put_object("k", "12345").send().await.unwrap();
    let server = "pek3a.qingstor.com";
    assert_eq!(
        notes.take(),
        [
            format!("attempt 1 PutObject at {server}: Some(503) service, 5 out, 4 in"),
            format!("attempt 2 PutObject at {server}: None transport, 5 out, 0 in"),
            format!("attempt 3 PutObject at {server}: Some(201) success, 5 out, 0 in"),
            "PutObject of Some(\"photos\"): Some(201) success after 3, 15 out, 4 in".to_owned(),
        ]
    );
}

#[tokio::test]
async fn bytes_of_files_and_streams_are_counted_as_they_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, vec![7; 100_000]).unwrap();
    let replay = Replay::new().answer(201, &[], "").answer(201, &[], "");
    let (client, notes) = observed(&replay, RetryPolicy::never());
    let bucket = client.bucket("photos");
    let file = Body::from_path(&path).await.unwrap();
    bucket.put_object("k", file).send().await.unwrap();
    let chunks = [Ok(Bytes::from("123")), Err("gone")];
    let body = Body::from_stream(10, stream::iter(chunks));
    bucket.put_object("k", body).send().await.unwrap_err();
    let notes = notes.take();
    assert!(
        notes[1].ends_with("success after 1, 100000 out, 0 in"),
        "{notes:?}"
    );
    assert!(
        notes[3].ends_with("invalid_input after 1, 3 out, 0 in"),
        "{notes:?}"
    );
}

#[tokio::test]
async fn streamed_answers_are_reported_when_they_end() {
    let replay = Replay::new()
        .answer(200, &[("Content-Length", "5")], "hello")
        .answer(200, &[("Content-Length", "9")], "hello")
        .answer(200, &[("Content-Length", "5")], "hello")
        .answer(200, &[], "hello")
        .answer(404, &[], "nothing");
    let (client, notes) = observed(&replay, RetryPolicy::never());
    let bucket = client.bucket("b");
    let get = || bucket.get_object("k").send();
    let mut object = get().await.unwrap();
    assert_eq!(
        notes.take()[1],
        "GetObject of Some(\"b\"): Some(200) success after 1, 0 out, 0 in"
    );
    object.body.next().await.unwrap().unwrap();
    assert!(notes.take().is_empty(), "it is not over");
    assert!(object.body.next().await.is_none());
    let download = |rest: &str| [format!("download by GetObject of Some(\"b\"): {rest}")];
    assert_eq!(notes.take(), download("true, None, 5 in"));
    drop(object);
    assert!(notes.take().is_empty(), "it was told already");

    get().await.unwrap().body.into_bytes().await.unwrap_err();
    let last = notes.take().split_off(2);
    assert_eq!(last, download("false, Some(Truncated), 5 in"));
    // All was read, though not the end behind it.
    let mut object = get().await.unwrap();
    object.body.next().await.unwrap().unwrap();
    drop(object);
    assert_eq!(notes.take().split_off(2), download("true, None, 5 in"));
    drop(get().await.unwrap());
    assert_eq!(notes.take().split_off(2), download("false, None, 0 in"));
    get().await.unwrap_err();
    assert_eq!(
        notes.take()[1],
        "GetObject of Some(\"b\"): Some(404) not_found after 1, 0 out, 7 in"
    );
}

#[tokio::test]
async fn unreadable_answers_are_failures() {
    let replay = Replay::new().answer(200, &[], "no JSON");
    let (client, notes) = observed(&replay, RetryPolicy::never());
    client.list_buckets().send().await.unwrap_err();
    let notes = notes.take();
    assert!(notes[0].contains("Some(200) success"), "{notes:?}");
    assert_eq!(
        notes[1],
        "ListBuckets of None: Some(200) decode after 1, 0 out, 7 in"
    );
}

#[tokio::test]
async fn what_was_never_sent_is_no_attempt() {
    let replay = Replay::new();
    let notes = Arc::new(Notes::default());
    let builder = replay.builder().anonymous().observer(notes.clone());
    let bucket = builder.build().unwrap().bucket("photos");
    bucket.list_object_versions().send().await.unwrap_err();
    assert_eq!(
        notes.take(),
        ["ListObjectVersions of Some(\"photos\"): None config after 0, 0 out, 0 in"]
    );
}

#[tokio::test]
async fn dropped_operations_are_cancelled_and_pages_are_operations() {
    let replay = Replay::new().answer(503, &[], "").answer(200, &[], "{}");
    let notes = Arc::new(Notes::default());
    let builder = replay.builder().retry(RetryPolicy::default());
    let builder = builder.sleeper(|_| Box::pin(std::future::pending()));
    let client = builder.observer(notes.clone()).build().unwrap();
    let bucket = client.bucket("photos");
    let request = tokio::time::timeout(Duration::from_millis(20), bucket.head_bucket().send());
    assert!(request.await.is_err());
    assert_eq!(
        notes.take()[1],
        "HeadBucket of Some(\"photos\"): None cancelled after 1, 0 out, 0 in"
    );
    let mut pages = bucket.list_objects().pages();
    pages.try_next().await.unwrap().unwrap();
    assert_eq!(
        notes.take()[1],
        "ListObjects of Some(\"photos\"): Some(200) success after 1, 0 out, 2 in"
    );
}
