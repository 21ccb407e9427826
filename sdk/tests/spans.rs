//! What the feature `tracing` tells.
//!
//! A program of its own: `tracing` remembers for all threads what the first one to reach a span wanted,
//! and a test beside this one would want nothing.

use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use qingstor::testing::Replay;
use qingstor::types::CustomerKey;
use qingstor::{Client, ErrorKind};
use qingstor_emulator::Emulator;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes down every span and event with all its fields.
#[derive(Clone, Default)]
struct Log {
    lines: Arc<Mutex<Vec<String>>>,
    spans: Arc<AtomicU64>,
    /// What the names of those begin with that are listened to.
    targets: &'static str,
}

impl Log {
    fn push(&self, line: Line) {
        self.lines.lock().unwrap().push(line.0);
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with(self.targets)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = Line("span".into());
        span.record(&mut line);
        self.push(line);
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line("record".into());
        values.record(&mut line);
        self.push(line);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line("event".into());
        event.record(&mut line);
        self.push(line);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn log_of(targets: &'static str) -> (Log, tracing::subscriber::DefaultGuard) {
    let log = Log {
        targets,
        ..Log::default()
    };
    let guard = tracing::subscriber::set_default(log.clone());
    (log, guard)
}

#[tokio::test]
async fn one_span_and_an_event_for_each_attempt_without_secrets() {
    let id = [("X-QS-Request-ID", "1a2b")];
    let replay = Replay::new().answer(503, &[], "").answer(200, &id, "hi");
    let builder = replay.builder().retry(qingstor::RetryPolicy::default());
    let bucket = builder.build().unwrap().bucket("photos");
    let request = bucket
        .get_object("k")
        .encryption_customer_key(CustomerKey::new([b'k'; 32]))
        .customize(|call| call.query("token", "canary").header("x-qs-token", "canary"));
    let (log, guard) = log_of("qingstor");
    request.send().await.unwrap();
    drop(guard);
    let expected = [
        "span otel.name=\"GetObject\" otel.kind=\"client\" rpc.system.name=\"qingstor\" rpc.method=\"GetObject\" qingstor.bucket=\"photos\" qingstor.key=\"k\"",
        "event message=attempt http.request.method=\"GET\" server.address=\"pek3a.qingstor.com\" server.port=443 http.request.body.size=0 http.response.status_code=503 error.type=\"503\"",
        "event message=attempt http.request.method=\"GET\" server.address=\"pek3a.qingstor.com\" server.port=443 http.request.body.size=0 http.request.resend_count=1 http.response.status_code=200 qingstor.request_id=\"1a2b\"",
        "record http.response.status_code=200",
        "record qingstor.attempts=2",
        "record qingstor.request_id=\"1a2b\"",
    ];
    assert_eq!(log.lines(), expected);
}

#[tokio::test]
async fn spans_tell_how_operations_fail() {
    let replay = Replay::new()
        .answer(404, &[("X-QS-Request-ID", "77")], "")
        .failure(ErrorKind::Timeout, "too slow")
        .answer(200, &[], "no JSON");
    let bucket = replay.client().unwrap().bucket("photos");
    let (log, guard) = log_of("qingstor");
    bucket.head_object("k").send().await.unwrap_err();
    bucket.head_bucket().send().await.unwrap_err();
    bucket.list_objects().send().await.unwrap_err();
    bucket.head_object("").send().await.unwrap_err();
    drop(guard);
    let lines = log.lines();
    let wanted = |text: &str| lines.iter().filter(|line| *line == text).count();
    assert_eq!(wanted("record otel.status_code=\"ERROR\""), 4, "{lines:#?}");
    assert_eq!(wanted("record error.type=\"not_found\""), 1);
    assert_eq!(wanted("record error.type=\"timeout\""), 1);
    assert_eq!(wanted("record error.type=\"decode\""), 1);
    assert_eq!(wanted("record error.type=\"invalid_input\""), 1);
    assert_eq!(wanted("record qingstor.request_id=\"77\""), 1, "{lines:#?}");
    let events = lines.iter().filter(|line| line.starts_with("event"));
    let types: Vec<bool> = events.map(|line| line.contains("error.type=")).collect();
    assert_eq!(types, [true, true, false]);
    assert!(
        lines
            .iter()
            .any(|line| line.ends_with("error.type=\"timeout\""))
    );
}

#[tokio::test]
async fn a_dropped_operation_ends_its_span_as_cancelled() {
    let replay = Replay::new().answer(503, &[], "");
    let builder = replay.builder().retry(qingstor::RetryPolicy::default());
    let builder = builder.sleeper(|_| Box::pin(std::future::pending()));
    let bucket = builder.build().unwrap().bucket("photos");
    let (log, guard) = log_of("qingstor");
    {
        let mut work = std::pin::pin!(bucket.head_bucket().send());
        let once = std::future::poll_fn(|cx| {
            assert!(work.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        });
        once.await;
    }
    drop(guard);
    let lines = log.lines();
    assert_eq!(lines.last().unwrap(), "record error.type=\"cancelled\"");
}

/// Everything that any crate tells at the finest level, with a real connection.
#[tokio::test]
async fn no_secret_is_told_at_any_level() {
    const SECRET: &str = "canary-secret-access-key";
    let (log, guard) = log_of("");
    let emulator = Emulator::builder()
        .access_key("ID", SECRET)
        .check_answers(true)
        .start()
        .await;
    let emulator = emulator.unwrap();
    let client = Client::builder()
        .no_environment()
        .endpoint(emulator.endpoint())
        .credentials("ID", SECRET)
        .build()
        .unwrap();
    let bucket = client.bucket("example-photos");
    bucket.put_bucket().send().await.unwrap();
    let key = || CustomerKey::new([b'k'; 32]);
    let put = bucket.put_object("k", "content-canary");
    let put = put
        .encryption_customer_key(key())
        .metadata("pet", "meta-canary");
    put.send().await.unwrap();
    let get = bucket.get_object("k").encryption_customer_key(key());
    let link = get.clone().presign(Duration::from_secs(60)).unwrap();
    get.send().await.unwrap().body.into_bytes().await.unwrap();
    let refused = bucket.get_object("k").customize(|call| {
        let call = call.query("response-expires", "query-canary");
        call.header("x-qs-token", "header-canary")
    });
    refused.send().await.unwrap_err();
    let wrong = Client::builder()
        .no_environment()
        .endpoint(emulator.endpoint())
        .credentials("ID", "another-canary")
        .build();
    let wrong = wrong.unwrap().bucket("example-photos");
    wrong.list_objects().send().await.unwrap_err();
    emulator.shutdown().await;
    drop(guard);
    let signature = link.url.split("signature=").nth(1).unwrap();
    let lines = log.lines();
    assert!(lines.len() > 10, "{lines:#?}");
    for line in &lines {
        // The key in base64 and as a list, and what begins every signature's header.
        for secret in [
            "canary",
            "a2tra2tra2tr",
            "107, 107, 107",
            "QS ID:",
            signature,
        ] {
            assert!(!line.contains(secret), "{secret} is in {line}");
        }
    }
}
