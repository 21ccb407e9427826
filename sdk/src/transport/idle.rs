//! Time limits for silence, never for a transfer that moves.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body as _, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use crate::body::Body;
use crate::error::{Error, ErrorKind};
use crate::stream::ByteStream;

/// How much of a body in memory is handed over at a time, so that its progress is seen.
pub(super) const PIECE: usize = 128 * 1024;

/// When an outgoing body moved last.
#[derive(Debug)]
pub(super) struct Progress {
    start: Instant,
    millis: AtomicU64,
    finished: AtomicBool,
}

impl Progress {
    pub(super) fn new() -> Arc<Progress> {
        Arc::new(Progress {
            start: Instant::now(),
            millis: AtomicU64::new(0),
            finished: AtomicBool::new(false),
        })
    }

    fn mark(&self) {
        let millis = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.millis.store(millis, Ordering::Relaxed);
    }

    /// Whether all of the body was handed over.
    pub(super) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Relaxed)
    }

    /// Until when nothing need have moved; `None` for a patience without end.
    pub(super) fn deadline(&self, patience: Duration) -> Option<Instant> {
        let moved = Duration::from_millis(self.millis.load(Ordering::Relaxed));
        self.start.checked_add(moved)?.checked_add(patience)
    }
}

/// A body on its way out. It says when it moves, and has exactly its length.
pub(super) struct Outgoing {
    stream: ByteStream,
    left: u64,
    pending: Bytes,
    ended: bool,
    progress: Arc<Progress>,
}

impl Outgoing {
    pub(super) fn new(body: Body, progress: Arc<Progress>) -> Result<Outgoing, Error> {
        Ok(Outgoing {
            left: body.len(),
            stream: body.into_stream()?,
            pending: Bytes::new(),
            ended: false,
            progress,
        })
    }
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        if this.pending.is_empty() {
            match ready!(Pin::new(&mut this.stream).poll_next(cx)) {
                Some(Ok(chunk)) => this.pending = chunk,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        // Nobody asks for more after the announced length, so the last piece waits until the stream has
        // ended: one that goes on gives an error here.
        if !this.ended && this.pending.len() as u64 == this.left {
            if let Some(Err(error)) = ready!(Pin::new(&mut this.stream).poll_next(cx)) {
                return Poll::Ready(Some(Err(error)));
            }
            this.ended = true;
        }
        this.progress.mark();
        let piece = this.pending.split_to(this.pending.len().min(PIECE));
        this.left = this.left.saturating_sub(piece.len() as u64);
        if this.left == 0 {
            this.progress.finished.store(true, Ordering::Relaxed);
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// An answer's body on its way in. Silence for too long is an error, and so is a body that takes longer
/// than `limit` in all.
pub(super) struct Incoming {
    body: reqwest::Body,
    patience: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    waiting: bool,
    limit: Option<Duration>,
    total: Option<Pin<Box<Sleep>>>,
}

impl Incoming {
    pub(super) fn new(
        body: reqwest::Body,
        patience: Duration,
        limit: Option<Duration>,
    ) -> Incoming {
        Incoming {
            body,
            patience,
            timer: None,
            waiting: false,
            limit,
            total: None,
        }
    }

    /// The limit, if it is over. It counts from the first wait: what is there already takes no time.
    fn over_limit(&mut self, cx: &mut Context<'_>) -> Option<Duration> {
        let limit = self.limit?;
        let total = self
            .total
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        total.as_mut().poll(cx).is_ready().then_some(limit)
    }

    fn is_overdue(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(deadline) = Instant::now().checked_add(self.patience) else {
            return false;
        };
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if !self.waiting {
            timer.as_mut().reset(deadline);
            self.waiting = true;
        }
        timer.as_mut().poll(cx).is_ready()
    }
}

impl Stream for Incoming {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            match Pin::new(&mut this.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    this.waiting = false;
                    // Trailers say nothing that anybody asked for.
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    return Poll::Ready(Some(Err(super::http_transport::broken(error))));
                }
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending if this.is_overdue(cx) => {
                    return Poll::Ready(Some(Err(silent(this.patience))));
                }
                Poll::Pending => {
                    return match this.over_limit(cx) {
                        Some(limit) => Poll::Ready(Some(Err(slow(limit)))),
                        None => Poll::Pending,
                    };
                }
            }
        }
    }
}

fn slow(limit: Duration) -> Error {
    Error::new(
        ErrorKind::Timeout,
        format!("the answer was not complete after {limit:?}"),
    )
}

pub(super) fn silent(patience: Duration) -> Error {
    Error::new(
        ErrorKind::Timeout,
        format!("nothing moved on the connection for {patience:?}"),
    )
}
