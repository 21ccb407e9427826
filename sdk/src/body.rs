//! Bodies of requests: always of known length, replayable or good for one attempt.

use std::fmt;
use std::io::{Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use tokio::fs::File;
use tokio::io::{AsyncRead, ReadBuf};

use crate::error::{Error, ErrorKind};
use crate::request::Counts;
use crate::stream::ByteStream;

/// How much of a file is read at a time.
const FILE_CHUNK: usize = 64 * 1024;

/// What a request carries. Its length is always known, because the service needs a Content-Length.
///
/// Bytes and files are replayable: a failed attempt can be repeated. A stream is good for one
/// attempt, not counting those that ended before it was asked for bytes; clones of it share the stream,
/// and the second use is an error.
///
/// ```
/// use qingstor::Body;
///
/// let body = Body::from("hello");
/// assert_eq!(body.len(), 5);
/// assert!(body.is_replayable());
/// ```
#[derive(Clone)]
pub struct Body {
    source: Source,
    counts: Option<Arc<Counts>>,
}

type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

#[derive(Clone)]
enum Source {
    Bytes(Bytes),
    File {
        path: Arc<PathBuf>,
        offset: u64,
        length: u64,
    },
    Stream {
        length: u64,
        chunks: Arc<Mutex<Option<Chunks>>>,
    },
}

impl Body {
    const fn new(source: Source) -> Body {
        Body {
            source,
            counts: None,
        }
    }

    /// No bytes.
    pub const fn empty() -> Body {
        Body::new(Source::Bytes(Bytes::new()))
    }

    /// The file at `path`, whole. It is opened anew for each attempt; its length is taken now, and a
    /// file that has become shorter by then is an error. Needs a Tokio runtime.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if there is no such file, it cannot be read, or it is a directory.
    pub async fn from_path(path: impl AsRef<Path>) -> Result<Body, Error> {
        let path = path.as_ref().to_path_buf();
        let metadata = tokio::fs::metadata(&path)
            .await
            .map_err(|error| unreadable(&path, error))?;
        if !metadata.is_file() {
            return Err(Error::invalid(format!("{path:?} is not a file")));
        }
        Ok(Body::new(Source::File {
            path: Arc::new(path),
            offset: 0,
            length: metadata.len(),
        }))
    }

    /// A stretch of the file at `path`, by the numbers of its bytes: for parts of an upload. Otherwise like
    /// [`from_path`](Body::from_path).
    ///
    /// ```
    /// # async fn demo() -> Result<(), qingstor::Error> {
    /// use qingstor::Body;
    ///
    /// let second_part = Body::from_path_range("film.mp4", 4 << 20..8 << 20).await?;
    /// assert_eq!(second_part.len(), 4 << 20);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// As `from_path`, and `InvalidInput` if the file ends before the range does, or the range before it
    /// begins.
    pub async fn from_path_range(path: impl AsRef<Path>, range: Range<u64>) -> Result<Body, Error> {
        let body = Body::from_path(path).await?;
        let Source::File { path, length, .. } = body.source else {
            return Ok(body);
        };
        let wanted = range.end.checked_sub(range.start);
        let Some(wanted) = wanted.filter(|_| range.end <= length) else {
            return Err(Error::invalid(format!(
                "{path:?} has {length} bytes, so not those from {} to {}",
                range.start, range.end
            )));
        };
        Ok(Body::new(Source::File {
            path,
            offset: range.start,
            length: wanted,
        }))
    }

    /// Exactly `length` bytes from a stream. A stream that gives fewer or more is an error when it is
    /// sent.
    pub fn from_stream<S, B, E>(length: u64, stream: S) -> Body
    where
        S: Stream<Item = Result<B, E>> + Send + 'static,
        B: Into<Bytes> + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        let chunks: Chunks = Box::pin(Convert(Box::pin(stream)));
        Body::new(Source::Stream {
            length,
            chunks: Arc::new(Mutex::new(Some(chunks))),
        })
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        match &self.source {
            Source::Bytes(bytes) => bytes.len() as u64,
            Source::File { length, .. } | Source::Stream { length, .. } => *length,
        }
    }

    /// Whether the length is 0.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it can be sent more than once.
    pub fn is_replayable(&self) -> bool {
        !matches!(self.source, Source::Stream { .. })
    }

    /// Whether it can be sent now: true until a stream has been asked for its first bytes.
    pub(crate) fn is_usable(&self) -> bool {
        match &self.source {
            Source::Bytes(_) | Source::File { .. } => true,
            Source::Stream { chunks, .. } => {
                let chunks = chunks.lock().unwrap_or_else(PoisonError::into_inner);
                chunks.is_some()
            }
        }
    }

    /// The bytes, if they are in memory.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.source {
            Source::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The body as a stream that gives exactly [`len`](Body::len) bytes or an error. For
    /// implementations of [`Transport`](crate::transport::Transport).
    ///
    /// # Errors
    ///
    /// `InvalidInput` if it is a stream that was used already.
    pub fn into_stream(self) -> Result<ByteStream, Error> {
        let length = self.len();
        let counts = self.counts;
        let stream = match self.source {
            Source::Bytes(bytes) => return Ok(ByteStream::from(bytes)),
            Source::File { path, offset, .. } => ByteStream::new(FileChunks {
                left: length,
                state: FileState::Opening(Box::pin(open_at(path.clone(), offset))),
                path,
            }),
            Source::Stream { chunks, .. } => {
                let taken = chunks.lock().unwrap_or_else(PoisonError::into_inner).take();
                let taken = taken.ok_or_else(|| {
                    Error::invalid(
                        "the stream of this body was sent already; a stream is good for one attempt",
                    )
                    .unsent()
                })?;
                ByteStream::new(Lent {
                    chunks: Some(taken),
                    home: Some(chunks),
                })
            }
        };
        let stream = match counts {
            Some(counts) => ByteStream::new(Taken { stream, counts }),
            None => stream,
        };
        Ok(stream.expecting(length))
    }

    /// The same body, of which the bytes are counted that are read. Those in memory are never read.
    pub(crate) fn counted(mut self, counts: Option<&Arc<Counts>>) -> Body {
        self.counts = counts.cloned();
        self
    }
}

impl Default for Body {
    fn default() -> Body {
        Body::empty()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.source {
            Source::Bytes(_) => "bytes",
            Source::File { .. } => "file",
            Source::Stream { .. } => "stream",
        };
        f.debug_struct("Body")
            .field("kind", &kind)
            .field("length", &self.len())
            .finish()
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Body {
        Body::new(Source::Bytes(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Body {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Body {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Body {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl From<&'static [u8]> for Body {
    fn from(bytes: &'static [u8]) -> Body {
        Bytes::from_static(bytes).into()
    }
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Error::invalid(format!("cannot read {path:?}: {}", error.kind())).with_source(error)
}

/// Turns a caller's stream into ours.
struct Convert<S>(Pin<Box<S>>);

impl<S, B, E> Stream for Convert<S>
where
    S: Stream<Item = Result<B, E>>,
    B: Into<Bytes>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(ready!(self.0.as_mut().poll_next(cx)).map(|chunk| {
            chunk.map(Into::into).map_err(|error| {
                Error::new(ErrorKind::InvalidInput, "the stream of the body failed")
                    .with_source(error)
            })
        }))
    }
}

/// A body whose bytes are counted as they are taken.
struct Taken {
    stream: ByteStream,
    counts: Arc<Counts>,
}

impl Stream for Taken {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let chunk = ready!(Pin::new(&mut self.stream).poll_next(cx));
        if let Some(Ok(chunk)) = &chunk {
            self.counts.add_sent(chunk.len() as u64);
        }
        Poll::Ready(chunk)
    }
}

/// A caller's stream on its way out. It goes back to its body if nobody has asked it for anything, so
/// that an attempt that never reached the service does not use it up.
struct Lent {
    chunks: Option<Chunks>,
    home: Option<Arc<Mutex<Option<Chunks>>>>,
}

impl Stream for Lent {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.home = None;
        match &mut self.chunks {
            Some(chunks) => chunks.as_mut().poll_next(cx),
            None => Poll::Ready(None),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(home) = self.home.take() {
            *home.lock().unwrap_or_else(PoisonError::into_inner) = self.chunks.take();
        }
    }
}

/// Opens a file at a byte of it.
async fn open_at(path: Arc<PathBuf>, offset: u64) -> std::io::Result<File> {
    let opening = tokio::task::spawn_blocking(move || {
        let mut file = std::fs::File::open(path.as_path())?;
        if offset > 0 {
            file.seek(SeekFrom::Start(offset))?;
        }
        Ok(file)
    });
    let opened: std::io::Result<std::fs::File> = opening.await.map_err(std::io::Error::other)?;
    opened.map(File::from_std)
}

struct FileChunks {
    path: Arc<PathBuf>,
    left: u64,
    state: FileState,
}

enum FileState {
    Opening(Pin<Box<dyn Future<Output = std::io::Result<File>> + Send>>),
    Open(File, Vec<u8>),
}

impl Stream for FileChunks {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if this.left == 0 {
                return Poll::Ready(None);
            }
            match &mut this.state {
                FileState::Opening(opening) => match ready!(opening.as_mut().poll(cx)) {
                    Ok(file) => this.state = FileState::Open(file, Vec::new()),
                    Err(error) => {
                        return Poll::Ready(Some(Err(unreadable(&this.path, error))));
                    }
                },
                FileState::Open(file, space) => {
                    let wanted = usize::try_from(this.left).unwrap_or(FILE_CHUNK);
                    space.resize(wanted.min(FILE_CHUNK), 0);
                    let mut buffer = ReadBuf::new(space);
                    if let Err(error) = ready!(Pin::new(file).poll_read(cx, &mut buffer)) {
                        return Poll::Ready(Some(Err(unreadable(&this.path, error))));
                    }
                    let read = buffer.filled().len();
                    if read == 0 {
                        return Poll::Ready(None);
                    }
                    this.left -= read as u64;
                    space.truncate(read);
                    return Poll::Ready(Some(Ok(Bytes::from(std::mem::take(space)))));
                }
            }
        }
    }
}
