//! What the feature `tracing` tells.
//!
//! A program of its own: `tracing` remembers for all threads what the first one to reach a span wanted,
//! and a test beside this one would want nothing.

use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use qingstor::testing::Replay;
use qingstor::types::CustomerKey;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes down every span and event with all its fields.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>, Arc<AtomicU64>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("qingstor")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = Line("span".into());
        span.record(&mut line);
        self.0.lock().unwrap().push(line.0);
        Id::from_u64(self.1.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line("event".into());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn one_span_and_an_event_for_each_attempt_without_secrets() {
    let replay = Replay::new().answer(503, &[], "").answer(200, &[], "hi");
    let builder = replay.builder().retry(qingstor::RetryPolicy::default());
    let bucket = builder.build().unwrap().bucket("photos");
    let request = bucket
        .get_object("k")
        .encryption_customer_key(CustomerKey::new([b'k'; 32]))
        .customize(|call| call.query("token", "canary").header("x-qs-token", "canary"));
    let log = Log::default();
    let guard = tracing::subscriber::set_default(log.clone());
    request.send().await.unwrap();
    drop(guard);
    let lines = log.0.lock().unwrap().clone();
    let expected = [
        "span rpc.service=\"qingstor\" rpc.method=\"GetObject\" qingstor.bucket=\"photos\"",
        "event message=attempt http.request.method=\"GET\" server.address=\"pek3a.qingstor.com\" http.request.resend_count=0 http.response.status_code=503 error.type=Service",
        "event message=attempt http.request.method=\"GET\" server.address=\"pek3a.qingstor.com\" http.request.resend_count=1 http.response.status_code=200",
    ];
    assert_eq!(lines, expected);
}
