//! A connection that can be hung up.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The handle to hang up with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    hung_up: Arc<AtomicBool>,
}

impl Line {
    /// Ends the connection as soon as what is written so far has gone out, without a word of farewell. Says whether that
    /// had been asked for already.
    pub(crate) fn hang_up(&self) -> bool {
        self.hung_up.swap(true, Ordering::Relaxed)
    }

    /// Never comes back: the connection ends.
    pub(crate) async fn hang_up_for_good(&self) -> std::convert::Infallible {
        self.hang_up();
        // Once more around, so that the stream below is flushed and notices.
        tokio::task::yield_now().await;
        std::future::pending().await
    }

    /// The stream below a connection.
    pub(crate) fn watch<S>(&self, stream: S) -> Watched<S> {
        Watched {
            stream,
            line: self.clone(),
        }
    }
}

/// A stream that fails to flush after it was hung up. The HTTP server flushes when everything is written, and gives the
/// connection up on an error; so nothing that was written before is lost, and nothing is written after.
#[derive(Debug)]
pub(crate) struct Watched<S> {
    stream: S,
    line: Line,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context)?;
        if flushed.is_ready() && self.line.hung_up.load(Ordering::Relaxed) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        flushed.map(Ok)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
