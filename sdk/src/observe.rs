//! What a client has done, for counters and histograms; and what it tells `tracing`.
//!
//! An [`Observe`] is told about each attempt, each operation and each streamed answer when it is over. It is
//! set with [`ClientBuilder::observer`](crate::ClientBuilder::observer) and needs no feature and no further
//! crate. Nothing that it is told is a secret.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), qingstor::Error> {
//! use std::collections::BTreeMap;
//! use std::sync::{Arc, Mutex};
//!
//! use qingstor::observe::{Ending, Observe, OperationReport};
//! # use qingstor::testing::Replay;
//!
//! /// How often each operation ended in which way.
//! #[derive(Default)]
//! struct Counts(Mutex<BTreeMap<(&'static str, &'static str), u64>>);
//!
//! impl Observe for Counts {
//!     fn operation(&self, report: &OperationReport<'_>) {
//!         let ending = match report.ending {
//!             Ending::Success => "success",
//!             Ending::Failure(error) => error.kind().as_str(),
//!             _ => "cancelled",
//!         };
//!         let mut counts = self.0.lock().unwrap();
//!         *counts.entry((report.metadata.id(), ending)).or_default() += 1;
//!     }
//! }
//!
//! let counts = Arc::new(Counts::default());
//! # let replay = Replay::new().answer(201, &[], "").answer(404, &[], "");
//! let client = // Client::builder()
//! #     replay.builder()
//!     .observer(counts.clone())
//!     .build()?;
//! let bucket = client.bucket("photos");
//! bucket.put_object("cat.png", "meow").send().await?;
//! assert!(bucket.head_object("dog.png").send().await.is_err());
//!
//! let counts = counts.0.lock().unwrap();
//! assert_eq!(counts[&("PutObject", "success")], 1);
//! assert_eq!(counts[&("HeadObject", "not_found")], 1);
//! # Ok(()) }
//! ```
//!
//! # Spans and events
//!
//! With the feature `tracing` each operation has a span at the level `INFO`, and each of its attempts an event at
//! `DEBUG` in it, whose names are those of OpenTelemetry's semantic conventions for
//! [RPC](https://opentelemetry.io/docs/specs/semconv/rpc/rpc-spans/) and
//! [HTTP](https://opentelemetry.io/docs/specs/semconv/http/http-spans/). The target of both begins with
//! `qingstor`. What `tracing-opentelemetry` and the like need is there too.
//!
//! | field | span | event | value |
//! |---|---|---|---|
//! | `otel.name`, `rpc.method` | yes | | the operation, such as `GetObject` |
//! | `otel.kind`, `rpc.system.name` | yes | | `client`, `qingstor` |
//! | `otel.status_code` | yes | | `ERROR`, if it failed |
//! | `qingstor.bucket`, `qingstor.key` | yes | | what it is about, if anything |
//! | `qingstor.attempts` | yes | | how often sending was tried |
//! | `qingstor.request_id` | yes | yes | the id under which the service has logged the request |
//! | `http.response.status_code` | yes | yes | the status, if an answer came |
//! | `error.type` | yes | yes | [`ErrorKind::as_str`], or `cancelled`; in events the status, if it was the status that failed |
//! | `http.request.method` | | yes | the method |
//! | `server.address`, `server.port` | | yes | where it was sent |
//! | `http.request.body.size` | | yes | length of the body in bytes |
//! | `http.request.resend_count` | | yes | how many attempts there were before, if there were any |
//!
//! Headers, queries and bodies are never told, so no signature and no key is. There is no `url.full`, whose query may
//! be a signature.

use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::operation::Metadata;

/// Is told what a client has done. The methods are called on the task that sends or reads, so they must
/// return quickly; by default they do nothing.
pub trait Observe: Send + Sync + 'static {
    /// An attempt is over. An operation has one for each time that it was sent, and so has the question
    /// for a bucket's zone.
    fn attempt(&self, report: &AttemptReport<'_>) {
        let _ = report;
    }

    /// An operation is over: its output or error goes to the caller now, or nobody waits for it any more. One
    /// whose values cannot be written into a request is none. If its answer is streamed, the body comes
    /// later; see [`download`](Observe::download).
    fn operation(&self, report: &OperationReport<'_>) {
        let _ = report;
    }

    /// The streamed body of an answer has come to its end, or nobody reads it any more.
    fn download(&self, report: &DownloadReport<'_>) {
        let _ = report;
    }
}

impl<T: Observe + ?Sized> Observe for Arc<T> {
    fn attempt(&self, report: &AttemptReport<'_>) {
        (**self).attempt(report);
    }

    fn operation(&self, report: &OperationReport<'_>) {
        (**self).operation(report);
    }

    fn download(&self, report: &DownloadReport<'_>) {
        (**self).download(report);
    }
}

/// How something ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Ending<'a> {
    /// Well.
    Success,
    /// With this error.
    Failure(&'a Error),
    /// Not: nobody waited for it any more.
    Cancelled,
}

impl<'a> Ending<'a> {
    pub(crate) fn of<T>(result: &'a Result<T, Error>) -> Ending<'a> {
        match result {
            Ok(_) => Ending::Success,
            Err(error) => Ending::Failure(error),
        }
    }
}

/// One attempt to send a request.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptReport<'a> {
    /// Facts about the operation, such as its name.
    pub metadata: Metadata,
    /// The host that it was sent to, without the port.
    pub server: &'a str,
    /// Which one it is; the first is 1.
    pub number: u32,
    /// The status of the answer; `None` if there was none.
    pub status: Option<u16>,
    /// How it ended; never [`Ending::Cancelled`], for a cancelled attempt is only seen as a cancelled
    /// operation.
    pub ending: Ending<'a>,
    /// Bytes of the request's body that the transport took. A body in memory is taken at once.
    pub sent: u64,
    /// Bytes of the answer's body that were read, unless it goes to the caller as a stream.
    pub received: u64,
    /// From before it was signed until the answer, or all of it that is not streamed.
    pub elapsed: Duration,
}

/// One operation with all its attempts.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OperationReport<'a> {
    /// Facts about the operation, such as its name.
    pub metadata: Metadata,
    /// The bucket that it was about.
    pub bucket: Option<&'a str>,
    /// The status of the last answer; `None` if there was none.
    pub status: Option<u16>,
    /// How it ended.
    pub ending: Ending<'a>,
    /// How often sending was tried.
    pub attempts: u32,
    /// Bytes of the request's body that the transport took in all attempts.
    pub sent: u64,
    /// Bytes of the answers' bodies that were read in all attempts, unless they go to the caller as a
    /// stream.
    pub received: u64,
    /// From the call to its end, with all waits in between.
    pub elapsed: Duration,
}

/// One body that went to the caller as a stream.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DownloadReport<'a> {
    /// Facts about the operation, such as its name.
    pub metadata: Metadata,
    /// The bucket that it was about.
    pub bucket: Option<&'a str>,
    /// Whether all of it was read.
    pub complete: bool,
    /// What ended it too early. `None` if it is complete, or was dropped before.
    pub error: Option<ErrorKind>,
    /// How many bytes were read.
    pub received: u64,
    /// From the answer's head to the end of its body, with the time that the reader took.
    pub elapsed: Duration,
}
