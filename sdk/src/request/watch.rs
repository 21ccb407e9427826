//! One operation, as spans, events and observers see it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use tokio::time::Instant;

use super::attempts::Failure;
use super::prepared::Prepared;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{Error, ErrorKind};
use crate::observe::{AttemptReport, DownloadReport, Ending, Observe, OperationReport};
use crate::operation::Metadata;
use crate::parts::Parts;
use crate::stream::ByteStream;
use crate::trace;

/// What is counted while an operation is under way. Shared with the bodies that are counted.
#[derive(Default)]
pub(crate) struct Counts {
    attempts: AtomicU32,
    sent: AtomicU64,
    received: AtomicU64,
}

impl Counts {
    pub(crate) fn add_sent(&self, bytes: u64) {
        self.sent.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn add_received(&self, bytes: u64) {
        self.received.fetch_add(bytes, Ordering::Relaxed);
    }

    fn both(&self) -> (u64, u64) {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (load(&self.sent), load(&self.received))
    }
}

/// The counts of a client's operation; nobody counts without an observer.
pub(super) fn counts(call: &Call) -> Option<Arc<Counts>> {
    let observer = &call.client.inner().observer;
    observer.as_ref().map(|_| Arc::default())
}

/// An operation under way.
pub(crate) struct Watch {
    span: trace::Span,
    observed: Option<Box<Observed>>,
    finished: bool,
}

struct Observed {
    observer: Arc<dyn Observe>,
    metadata: Metadata,
    bucket: Option<Arc<str>>,
    began: Instant,
    counts: Arc<Counts>,
    status: Option<u16>,
}

impl Watch {
    pub(super) fn begin(call: &Call, metadata: &Metadata, parts: &Parts) -> Watch {
        let observer = &call.client.inner().observer;
        let observed = observer.as_ref().map(|observer| {
            Box::new(Observed {
                observer: observer.clone(),
                metadata: *metadata,
                bucket: call.bucket.clone(),
                began: Instant::now(),
                counts: Arc::default(),
                status: None,
            })
        });
        Watch {
            span: trace::operation(metadata, call, parts.key.as_deref()),
            observed,
            finished: false,
        }
    }

    pub(super) fn span(&self) -> trace::Span {
        self.span.clone()
    }

    pub(super) fn counts(&self) -> Option<Arc<Counts>> {
        self.observed.as_ref().map(|seen| seen.counts.clone())
    }

    /// An answer came, but may not be readable.
    pub(super) fn answered(&mut self, answer: &Answer) {
        trace::answered(&self.span, answer);
        if let Some(seen) = &mut self.observed {
            seen.status = Some(answer.status());
        }
    }

    /// Tells how it ended.
    pub(crate) fn finish<T>(mut self, result: Result<T, Error>) -> Result<T, Error> {
        self.finished = true;
        if let Err(error) = &result {
            trace::failed(&self.span, error);
        }
        if let Some(seen) = &mut self.observed {
            if let Err(error) = &result {
                seen.status = error.status();
            }
            seen.report(Ending::of(&result));
        }
        result
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.finished {
            trace::cancelled(&self.span);
            if let Some(seen) = &self.observed {
                seen.report(Ending::Cancelled);
            }
        }
    }
}

impl Observed {
    fn report(&self, ending: Ending<'_>) {
        let (sent, received) = self.counts.both();
        self.observer.operation(&OperationReport {
            metadata: self.metadata,
            bucket: self.bucket.as_deref(),
            status: self.status,
            ending,
            attempts: self.counts.attempts.load(Ordering::Relaxed),
            sent,
            received,
            elapsed: self.began.elapsed(),
        });
    }
}

/// An attempt under way.
pub(super) struct Attempt<'a> {
    number: u32,
    observed: Option<ObservedAttempt<'a>>,
}

struct ObservedAttempt<'a> {
    observer: &'a dyn Observe,
    counts: &'a Counts,
    began: Instant,
    /// What was sent and received before it.
    before: (u64, u64),
}

impl<'a> Attempt<'a> {
    pub(super) fn begin(call: &'a Call, counts: Option<&'a Counts>, number: u32) -> Attempt<'a> {
        let observer = call.client.inner().observer.as_deref();
        let observed = observer.zip(counts);
        Attempt {
            number,
            observed: observed.map(|(observer, counts)| ObservedAttempt {
                observer,
                counts,
                began: Instant::now(),
                before: counts.both(),
            }),
        }
    }

    /// It is given to the transport now.
    pub(super) fn send(&self) {
        if let Some(seen) = &self.observed {
            seen.counts.attempts.store(self.number, Ordering::Relaxed);
        }
    }

    pub(super) fn end(self, prepared: &Prepared, result: &Result<Answer, Failure>) {
        trace::attempt(prepared, self.number, result);
        let Some(seen) = self.observed else {
            return;
        };
        let (status, ending) = match result {
            Ok(answer) => (Some(answer.status()), Ending::Success),
            // It never became an attempt.
            Err((_, false)) => return,
            Err((error, true)) => (error.status(), Ending::Failure(error)),
        };
        // A body in memory is taken whole, and not by reading it.
        let unsent = matches!(result, Err((error, _)) if error.is_unsent());
        if let Some(bytes) = prepared.body.as_bytes()
            && !unsent
        {
            seen.counts.add_sent(bytes.len() as u64);
        }
        let (sent, received) = seen.counts.both();
        seen.observer.attempt(&AttemptReport {
            metadata: prepared.metadata,
            server: prepared.address.server().0,
            number: self.number,
            status,
            ending,
            sent: sent - seen.before.0,
            received: received - seen.before.1,
            elapsed: seen.began.elapsed(),
        });
    }
}

/// A streamed answer that somebody wants to hear of.
pub(crate) struct Download {
    observer: Arc<dyn Observe>,
    metadata: Metadata,
    bucket: Option<Arc<str>>,
    began: Instant,
    pub(crate) received: u64,
    pub(crate) complete: bool,
    pub(crate) error: Option<ErrorKind>,
}

impl Download {
    /// Watches the body of an answer, if somebody wants to hear of it.
    pub(super) fn watch(call: &Call, prepared: &Prepared, body: ByteStream) -> ByteStream {
        let Some(observer) = &call.client.inner().observer else {
            return body;
        };
        body.watched(Download {
            observer: observer.clone(),
            metadata: prepared.metadata,
            bucket: prepared.subject.bucket.clone(),
            began: Instant::now(),
            received: 0,
            complete: false,
            error: None,
        })
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        self.observer.download(&DownloadReport {
            metadata: self.metadata,
            bucket: self.bucket.as_deref(),
            complete: self.complete,
            error: self.error,
            received: self.received,
            elapsed: self.began.elapsed(),
        });
    }
}
