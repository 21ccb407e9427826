//! The body of an answer on its way out, with what goes wrong on the way.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use super::{Effect, Line, Sleeper};
use crate::payload::Payload;

/// An answer's body; nothing goes wrong with most.
#[derive(Debug)]
pub(crate) struct Outgoing {
    payload: Payload,
    trouble: Option<Box<Trouble>>,
}

/// What goes wrong with one.
struct Trouble {
    line: Line,
    sleeper: Sleeper,
    pause: Option<Duration>,
    piece: usize,
    corrupt: Option<u64>,
    cut: Option<u64>,
    /// Content-Length promises more than there is, so that the connection has to end.
    too_short: bool,
    /// How much has gone out, in bytes.
    sent: u64,
    /// What was read and has not gone out.
    rest: Bytes,
    waiting: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl fmt::Debug for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trouble")
            .field("sent", &self.sent)
            .finish_non_exhaustive()
    }
}

impl From<Payload> for Outgoing {
    fn from(payload: Payload) -> Outgoing {
        Outgoing {
            payload,
            trouble: None,
        }
    }
}

impl Outgoing {
    /// A body with the faults of an effect. The answer has to say its Content-Length itself.
    pub(crate) fn troubled(
        payload: Payload,
        effect: &Effect,
        line: &Line,
        sleeper: &Sleeper,
    ) -> Outgoing {
        let last = payload.left().saturating_sub(1);
        let trouble = Trouble {
            line: line.clone(),
            sleeper: sleeper.clone(),
            pause: effect.piece_delay,
            piece: effect.piece,
            corrupt: effect.corrupt_byte.map(|at| at.min(last)),
            cut: effect.cut_answer_after,
            too_short: effect.length_offset > 0,
            sent: 0,
            rest: Bytes::new(),
            waiting: None,
        };
        Outgoing {
            payload,
            trouble: Some(Box::new(trouble)),
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let outgoing = self.get_mut();
        match &mut outgoing.trouble {
            None => Pin::new(&mut outgoing.payload).poll_frame(context),
            Some(trouble) => trouble.poll(&mut outgoing.payload, context),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.trouble.is_none() && self.payload.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match self.trouble {
            None => self.payload.size_hint(),
            // The header says it, and it may be a lie.
            Some(_) => SizeHint::default(),
        }
    }
}

impl Trouble {
    fn poll(
        &mut self,
        payload: &mut Payload,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(waiting) = &mut self.waiting {
            ready!(waiting.as_mut().poll(context));
            self.waiting = None;
        }
        if self.cut.is_some_and(|cut| self.sent >= cut) {
            return self.hang_up(context);
        }
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut *payload).poll_frame(context)) {
                None if self.too_short => return self.hang_up(context),
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(frame)) => self.rest = frame.into_data().unwrap_or_default(),
            }
        }
        let piece = self.next_piece();
        let more = payload.left() > 0 || !self.rest.is_empty();
        if let Some(pause) = self.pause.filter(|_| more) {
            self.waiting = Some((self.sleeper)(pause));
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn next_piece(&mut self) -> Bytes {
        let mut length = self.rest.len();
        if self.pause.is_some() {
            length = length.min(self.piece);
        }
        if let Some(cut) = self.cut {
            let room = usize::try_from(cut - self.sent).unwrap_or(usize::MAX);
            length = length.min(room);
        }
        let mut piece = self.rest.split_to(length);
        let inside = self.corrupt.and_then(|at| at.checked_sub(self.sent));
        if let Some(at) = inside
            .and_then(|at| usize::try_from(at).ok())
            .filter(|at| *at < length)
        {
            let mut changed = BytesMut::from(&piece[..]);
            changed[at] = !changed[at];
            piece = changed.freeze();
        }
        self.sent += length as u64;
        piece
    }

    fn hang_up(&self, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if !self.line.hang_up() {
            // Once more around, so that the stream below is flushed and notices.
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }
}
