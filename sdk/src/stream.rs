//! Streams of bytes whose length is checked.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;

use crate::error::{Error, ErrorKind, Subject};
use crate::request::{Counts, Download};

type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

/// Bytes as they arrive.
///
/// A body that is shorter or longer than its announced length ends in an error of kind
/// [`Truncated`](ErrorKind::Truncated), never silently. After an error or the end nothing follows.
///
/// ```
/// # async fn demo(mut stream: qingstor::ByteStream) -> Result<(), qingstor::Error> {
/// let mut total = 0;
/// while let Some(chunk) = stream.try_next().await? {
///     total += chunk.len();
/// }
/// # let _ = total; Ok(()) }
/// ```
pub struct ByteStream {
    // The mutex is never locked; it makes the stream `Sync` without asking that of every source.
    chunks: Option<Mutex<Chunks>>,
    length: Option<u64>,
    given: u64,
    subject: Option<Box<Subject>>,
    tap: Option<Tap>,
}

/// Who hears of the bytes.
enum Tap {
    Counts(Arc<Counts>),
    Download(Box<Download>),
}

impl ByteStream {
    /// A stream of unknown length.
    pub fn new(stream: impl Stream<Item = Result<Bytes, Error>> + Send + 'static) -> ByteStream {
        ByteStream::from_boxed(Box::pin(stream))
    }

    pub(crate) fn from_boxed(chunks: Chunks) -> ByteStream {
        ByteStream {
            chunks: Some(Mutex::new(chunks)),
            length: None,
            given: 0,
            subject: None,
            tap: None,
        }
    }

    /// The same stream, which must give exactly `length` bytes.
    pub fn expecting(mut self, length: u64) -> ByteStream {
        self.length = Some(length);
        self
    }

    pub(crate) fn about(mut self, subject: &Subject) -> ByteStream {
        self.subject = Some(Box::new(subject.clone()));
        self
    }

    /// The same stream, whose bytes are counted.
    pub(crate) fn counted(mut self, counts: Arc<Counts>) -> ByteStream {
        self.tap = Some(Tap::Counts(counts));
        self
    }

    /// The same stream, whose end is reported.
    pub(crate) fn watched(mut self, download: Download) -> ByteStream {
        self.tap = Some(Tap::Download(Box::new(download)));
        self
    }

    /// The announced length in bytes, if there is one.
    pub fn content_length(&self) -> Option<u64> {
        self.length
    }

    /// The next chunk; `None` at the end. Safe to cancel.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The next chunk, with the error first, for `while let` with `?`.
    ///
    /// # Errors
    ///
    /// `Transport` or `Timeout` if the connection fails, `Truncated` if the length is wrong.
    pub async fn try_next(&mut self) -> Result<Option<Bytes>, Error> {
        self.next().await.transpose()
    }

    /// All that is left, in memory.
    ///
    /// # Errors
    ///
    /// As [`try_next`](ByteStream::try_next).
    pub async fn into_bytes(self) -> Result<Bytes, Error> {
        let (bytes, _) = self.collect(usize::MAX).await?;
        Ok(bytes)
    }

    /// At most `limit` bytes, and whether that is all.
    pub(crate) async fn collect(mut self, limit: usize) -> Result<(Bytes, bool), Error> {
        let Some(first) = self.try_next().await? else {
            return Ok((Bytes::new(), true));
        };
        let mut whole = match first.try_into_mut() {
            Ok(whole) => whole,
            Err(first) if first.len() as u64 == self.length.unwrap_or(0) => {
                // One chunk that is everything needs no copy, only the check of the end.
                return match self.try_next().await? {
                    None if first.len() <= limit => Ok((first, true)),
                    _ => Ok((first.slice(..limit.min(first.len())), false)),
                };
            }
            Err(first) => BytesMut::from(first),
        };
        while whole.len() <= limit {
            match self.try_next().await? {
                Some(chunk) => whole.extend_from_slice(&chunk),
                None => return Ok((whole.freeze(), true)),
            }
        }
        whole.truncate(limit);
        Ok((whole.freeze(), false))
    }

    /// What comes before the end or an error, at most `limit` bytes.
    pub(crate) async fn collect_some(mut self, limit: usize) -> Bytes {
        let mut some = BytesMut::new();
        while some.len() < limit {
            match self.try_next().await {
                Ok(Some(chunk)) => some.extend_from_slice(&chunk),
                Ok(None) | Err(_) => break,
            }
        }
        some.truncate(limit);
        some.freeze()
    }

    fn fail(&mut self, error: Error) -> Poll<Option<Result<Bytes, Error>>> {
        self.chunks = None;
        if let Some(Tap::Download(download)) = &mut self.tap {
            download.error = Some(error.kind());
            download.complete = false;
        }
        self.tap = None;
        Poll::Ready(Some(Err(match &self.subject {
            Some(subject) => error.about(subject),
            None => error,
        })))
    }

    fn wrong_length(&self, how: &str) -> Error {
        let length = self.length.unwrap_or_default();
        let message = format!("the body {how} after {} of {length} bytes", self.given);
        Error::new(ErrorKind::Truncated, message)
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            let Some(chunks) = &mut this.chunks else {
                return Poll::Ready(None);
            };
            let chunks = match chunks.get_mut() {
                Ok(chunks) => chunks,
                Err(poisoned) => poisoned.into_inner(),
            };
            return match ready!(chunks.as_mut().poll_next(cx)) {
                Some(Ok(chunk)) if chunk.is_empty() => continue,
                Some(Ok(chunk)) => {
                    let given = this.given + chunk.len() as u64;
                    if this.length.is_some_and(|length| given > length) {
                        let length = this.length.unwrap_or_default();
                        let message =
                            format!("the body is longer than the announced {length} bytes");
                        return this.fail(Error::new(ErrorKind::Truncated, message));
                    }
                    this.given = given;
                    match &mut this.tap {
                        None => {}
                        Some(Tap::Counts(counts)) => counts.add_received(chunk.len() as u64),
                        Some(Tap::Download(download)) => {
                            download.received = given;
                            // Not everybody asks for the end behind the last byte.
                            download.complete = this.length == Some(given);
                        }
                    }
                    Poll::Ready(Some(Ok(chunk)))
                }
                Some(Err(error)) => {
                    let short = this.length.is_some_and(|length| this.given < length);
                    let error = if short && error.kind() == ErrorKind::Transport {
                        this.wrong_length("broke off").with_source(error)
                    } else {
                        error
                    };
                    this.fail(error)
                }
                None if this.length.is_some_and(|length| this.given < length) => {
                    let error = this.wrong_length("ended");
                    this.fail(error)
                }
                None => {
                    this.chunks = None;
                    if let Some(Tap::Download(download)) = &mut this.tap {
                        download.complete = true;
                    }
                    this.tap = None;
                    Poll::Ready(None)
                }
            };
        }
    }
}

impl From<Bytes> for ByteStream {
    fn from(bytes: Bytes) -> ByteStream {
        let length = bytes.len() as u64;
        ByteStream::new(Once(Some(bytes))).expecting(length)
    }
}

/// An empty stream.
impl Default for ByteStream {
    fn default() -> ByteStream {
        ByteStream::from(Bytes::new())
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream")
            .field("content_length", &self.length)
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}

struct Once(Option<Bytes>);

impl Stream for Once {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}
