//! Which failures are repeated, how often, and how.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use qingstor::operation::{Answer, Metadata, Operation, Parts, Retry, Scope};
use qingstor::testing::Replay;
use qingstor::{Body, Bucket, Error, ErrorKind, RetryPolicy};

use crate::wire::is_signed;

macro_rules! class {
    ($name:ident, $retry:ident) => {
        struct $name(Body);
        impl Operation for $name {
            type Output = u16;
            const METADATA: Metadata =
                Metadata::new("Op", "Op", "PUT", Scope::Bucket).retry(Retry::$retry);
            fn encode(self, parts: &mut Parts) -> Result<(), Error> {
                parts.body(self.0);
                Ok(())
            }
            fn decode(answer: Answer) -> Result<u16, Error> {
                Ok(answer.status())
            }
        }
    };
}
class!(Safe, Safe);
class!(Idempotent, Idempotent);
class!(Never, Never);

fn once() -> Body {
    Body::from_stream(
        1,
        futures_util::stream::iter([Ok::<_, std::io::Error>("a")]),
    )
}

fn patient(replay: &Replay) -> Bucket {
    let builder = replay.builder().retry(RetryPolicy::default());
    builder.build().unwrap().bucket("b")
}

/// How often `operation` is sent when the first two answers are `fault`.
async fn attempts(fault: Fault, operation: impl Operation) -> usize {
    let mut replay = Replay::new();
    for _ in 0..2 {
        replay = match fault {
            Fault::Status(status) => replay.answer(status, &[], ""),
            Fault::Kind(kind) => replay.failure(kind, "broken"),
        };
    }
    let replay = replay.answer(200, &[], "");
    let bucket = patient(&replay);
    let succeeded = bucket.call().send(operation).await.is_ok();
    let sent = replay.requests().len();
    assert_eq!(succeeded, sent == 3);
    sent
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    Status(u16),
    Kind(ErrorKind),
}

#[tokio::test]
async fn the_table_of_classes_and_faults() {
    use Fault::{Kind, Status};
    let temporary = [
        Kind(ErrorKind::Transport),
        Kind(ErrorKind::Timeout),
        Kind(ErrorKind::Truncated),
        Status(408),
        Status(429),
        Status(500),
        Status(502),
        Status(503),
        Status(504),
    ];
    for fault in temporary {
        assert_eq!(attempts(fault, Safe(Body::empty())).await, 3, "{fault:?}");
        assert_eq!(
            attempts(fault, Idempotent(Body::from("x"))).await,
            3,
            "{fault:?}"
        );
        assert_eq!(attempts(fault, Idempotent(once())).await, 1, "{fault:?}");
        assert_eq!(attempts(fault, Never(Body::empty())).await, 1, "{fault:?}");
    }
    let lasting = [
        Kind(ErrorKind::InvalidInput),
        Kind(ErrorKind::Config),
        Status(301),
        Status(304),
        Status(400),
        Status(401),
        Status(403),
        Status(404),
        Status(409),
        Status(412),
        Status(501),
    ];
    for fault in lasting {
        assert_eq!(attempts(fault, Safe(Body::empty())).await, 1, "{fault:?}");
    }
}

#[tokio::test]
async fn each_attempt_has_its_own_date_and_signature() {
    let replay = Replay::new()
        .answer(502, &[], "<html>nginx</html>")
        .answer(503, &[], "")
        .answer(201, &[], "");
    let seconds = Arc::new(AtomicU64::new(1_418_232_031));
    let client = replay
        .builder()
        .retry(RetryPolicy::default())
        .clock(move || UNIX_EPOCH + Duration::from_secs(seconds.fetch_add(1, Ordering::Relaxed)))
        .build()
        .unwrap();
    client
        .bucket("b")
        .put_object("k", "body")
        .send()
        .await
        .unwrap();
    let requests = replay.requests();
    assert_eq!(requests.len(), 3);
    for request in &requests {
        assert!(is_signed(request));
        assert_eq!(request.body, "body");
        assert_eq!(request.target, "/b/k");
    }
    let dates: Vec<_> = requests
        .iter()
        .map(|request| request.header("date"))
        .collect();
    assert!(dates[0] != dates[1] && dates[1] != dates[2], "{dates:?}");
}

#[tokio::test]
async fn waits_are_as_the_policy_says() {
    let replay = Replay::new()
        .answer(503, &[("Retry-After", "3")], "")
        .answer(503, &[("Retry-After", "86400")], "")
        .answer(503, &[], "")
        .answer(200, &[], "{}");
    let waits = Arc::new(Mutex::new(Vec::new()));
    let log = waits.clone();
    let client = replay
        .builder()
        .retry(RetryPolicy::default().attempts(4))
        .jitter(|| 0.5)
        .sleeper(move |wait| {
            log.lock().unwrap().push(wait.as_millis());
            Box::pin(std::future::ready(()))
        })
        .build()
        .unwrap();
    client.bucket("b").list_objects().send().await.unwrap();
    assert_eq!(*waits.lock().unwrap(), [3000, 20_000, 200]);
}

#[tokio::test]
async fn one_call_can_have_its_own_policy() {
    let replay = Replay::new().answer(503, &[], "");
    let request = patient(&replay)
        .list_objects()
        .customize(|call| call.retry(RetryPolicy::never()));
    let error = request.send().await.unwrap_err();
    assert_eq!((error.attempts(), error.kind()), (1, ErrorKind::Service));
}

#[tokio::test]
async fn an_unreadable_answer_counts_its_attempts() {
    let answers = || Replay::new().answer(503, &[], "").answer(200, &[], "[");
    let error = patient(&answers()).list_objects().send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 2));
    let mut pages = patient(&answers()).list_objects().pages();
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 2));
}

#[tokio::test]
async fn a_time_limit_tells_the_attempts_and_the_last_failure() {
    let replay = Replay::new().answer(503, &[("X-QS-Request-ID", "7")], "");
    let waits = Arc::new(AtomicU64::new(0));
    let client = replay
        .builder()
        .retry(RetryPolicy::default())
        .sleeper(move |_| {
            // The first is the limit: it ends when the wait for the second attempt has begun.
            match waits.fetch_add(1, Ordering::Relaxed) {
                0 => Box::pin(tokio::task::yield_now()),
                _ => Box::pin(std::future::pending()),
            }
        })
        .build()
        .unwrap();
    let request = client.bucket("b").list_objects();
    let request = request.customize(|call| call.timeout(Duration::from_secs(5)));
    let error = request.send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 1));
    let last = std::error::Error::source(&error).unwrap();
    let last = last.downcast_ref::<Error>().unwrap();
    assert_eq!((last.status(), last.request_id()), (Some(503), Some("7")));
}

#[tokio::test]
async fn a_body_that_was_used_is_refused_before_sending() {
    let replay = Replay::new().answer(200, &[], "");
    let bucket = replay.client().unwrap().bucket("b");
    let body = once();
    bucket.call().send(Never(body.clone())).await.unwrap();
    let error = bucket.call().send(Never(body)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::InvalidInput, 0)
    );
    assert!(error.is_unsent());
}

#[tokio::test]
async fn a_collected_body_that_breaks_off_is_repeated() {
    let replay = Replay::new()
        .answer(200, &[("Content-Length", "50")], "{\"keys\": [")
        .answer(200, &[], "{\"keys\": [{\"key\": \"a\"}]}");
    let page = patient(&replay).list_objects().send().await.unwrap();
    assert_eq!(page.keys.len(), 1);
}
