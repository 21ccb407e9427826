//! The body of an answer: bytes, or a stream of them from the store.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::error::{ApiError, code};
use crate::store::{Reading, StoreError};

/// So many bytes are read at once. Two such pieces are in memory for each download.
const PIECE: usize = 256 << 10;

/// A body whose length is known.
#[derive(Debug)]
pub(crate) enum Payload {
    Bytes(Bytes),
    Stream(Stream),
}

/// Reads one piece ahead, away from the threads that serve requests.
#[derive(Debug)]
pub(crate) struct Stream {
    /// What is still to come out, in bytes.
    left: u64,
    next: Option<JoinHandle<Piece>>,
}

type Piece = (Reading, Result<Option<Bytes>, StoreError>);

impl Default for Payload {
    fn default() -> Payload {
        Payload::Bytes(Bytes::new())
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Payload {
        Payload::Bytes(bytes)
    }
}

impl From<Reading> for Payload {
    fn from(reading: Reading) -> Payload {
        Payload::Stream(Stream {
            left: reading.left(),
            next: Some(read(reading)),
        })
    }
}

fn read(mut reading: Reading) -> JoinHandle<Piece> {
    spawn_blocking(move || {
        let piece = reading.next(PIECE);
        (reading, piece)
    })
}

impl Payload {
    /// All of it, if it is in memory.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Payload::Bytes(bytes) => Some(bytes),
            Payload::Stream(_) => None,
        }
    }

    /// In bytes.
    pub(crate) fn left(&self) -> u64 {
        match self {
            Payload::Bytes(bytes) => bytes.len() as u64,
            Payload::Stream(stream) => stream.left,
        }
    }

    /// What comes next; nothing at the end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        match self.frame().await {
            None => Ok(None),
            Some(Ok(frame)) => Ok(frame.into_data().ok()),
            Some(Err(error)) => Err(ApiError::new(code::INTERNAL_ERROR, error.to_string())),
        }
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let bytes = match self.get_mut() {
            Payload::Bytes(bytes) if bytes.is_empty() => None,
            Payload::Bytes(bytes) => Some(Ok(std::mem::take(bytes))),
            Payload::Stream(stream) => ready!(stream.poll(context)),
        };
        Poll::Ready(bytes.map(|bytes| bytes.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left())
    }
}

impl Stream {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let Some(task) = &mut self.next else {
            return Poll::Ready(None);
        };
        let outcome = ready!(Pin::new(task).poll(context));
        self.next = None;
        let bytes = match outcome {
            Ok((reading, Ok(Some(bytes)))) => {
                if reading.left() > 0 {
                    self.next = Some(read(reading));
                }
                bytes
            }
            Ok((_, Ok(None))) => return Poll::Ready(None),
            Ok((_, Err(error))) => return Poll::Ready(Some(Err(broken(error)))),
            Err(error) => return Poll::Ready(Some(Err(io::Error::other(error)))),
        };
        self.left -= bytes.len() as u64;
        Poll::Ready(Some(Ok(bytes)))
    }
}

fn broken(error: StoreError) -> io::Error {
    io::Error::other(ApiError::from(error).message)
}
