//! Lists, a page at a time.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::cycle::{Cycle, fingerprint};
use super::{Advance, Paged, Position};
use crate::call::{Call, decode};
use crate::error::{Error, Subject};
use crate::request::{self, Answered};
use crate::transport::BoxFuture;

/// How many pages without items may come in a row while items are wanted.
pub(super) const EMPTY_PAGES: u32 = 1000;

/// The pages of a list. Each is asked for when it is wanted, not before.
///
/// ```
/// # async fn demo(bucket: &qingstor::Bucket) -> Result<(), qingstor::Error> {
/// let mut pages = bucket.list_objects().pages();
/// while let Some(page) = pages.try_next().await? {
///     println!("{} keys", page.keys.len());
/// }
/// # Ok(()) }
/// ```
#[must_use = "a list does nothing until it is read"]
pub struct Pages<O: Paged> {
    call: Call,
    /// The request for the next page, or the last that was made.
    operation: O,
    state: State,
    /// What comes instead of the next page.
    pending: Option<Error>,
    cycle: Cycle,
    in_flight: Option<(Subject, BoxFuture<'static, Result<Answered, Error>>)>,
}

/// How far a list has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// There is a next page.
    Open,
    /// All of it was given, or where it was to go on is not known.
    Ended,
    /// The next page could not be had.
    Broken,
}

impl<O: Paged> Pages<O> {
    /// The pages from the one that `operation` asks for.
    pub fn new(call: Call, operation: O) -> Pages<O> {
        Pages {
            call,
            operation,
            state: State::Open,
            pending: None,
            cycle: Cycle::default(),
            in_flight: None,
        }
    }

    /// The same list from `position` on instead, also after an error or its end. One of another operation, or one
    /// that cannot be read, is an error of kind `InvalidInput` instead of the next page.
    pub fn resume_at(mut self, position: &Position) -> Pages<O> {
        let id = O::METADATA.id();
        let resumed = if position.operation() == id {
            self.operation.resume(position)
        } else {
            Err(Error::invalid(format!(
                "the position {position} is in another list: this one is made by {id}"
            )))
        };
        (self.state, self.pending) = match resumed {
            Ok(()) => (State::Open, None),
            Err(error) => {
                let error = error.about(&self.call.subject(O::METADATA));
                (State::Ended, Some(error))
            }
        };
        self.cycle = Cycle::default();
        self.in_flight = None;
        self
    }

    /// Where the page begins that is given next; after an error, the page that could not be read.
    /// `None` when the list has come to its end.
    pub fn position(&self) -> Option<Position> {
        (self.state != State::Ended).then(|| self.operation.position())
    }

    /// The next page; `None` at the end, and after an error. Safe to cancel.
    pub async fn next(&mut self) -> Option<Result<O::Output, Error>> {
        poll_fn(|cx| self.poll_page(cx)).await
    }

    /// The next page, with the error first, for `while let` with `?`.
    ///
    /// # Errors
    ///
    /// Those of the operation, and `Decode` if the service repeats a page, or leads back to one
    /// that was read before.
    pub async fn try_next(&mut self) -> Result<Option<O::Output>, Error> {
        self.next().await.transpose()
    }

    pub(super) fn poll_page(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<O::Output, Error>>> {
        if let Some(error) = self.pending.take() {
            return Poll::Ready(Some(Err(error)));
        }
        let result = ready!(self.poll_answer(cx));
        let Some(result) = result else {
            return Poll::Ready(None);
        };
        Poll::Ready(Some(match result {
            Ok(output) => {
                self.prepare_next(&output);
                Ok(output)
            }
            Err(error) => {
                self.state = State::Broken;
                Err(error)
            }
        }))
    }

    fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<O::Output, Error>>> {
        if self.in_flight.is_none() {
            if self.state != State::Open {
                return Poll::Ready(None);
            }
            match self.call.encode(self.operation.clone()) {
                Ok((subject, parts)) => {
                    if self.cycle.closes_with(fingerprint(&parts)) {
                        let message = "the service says that more follows, but its paging markers lead back to a page that was read already";
                        return Poll::Ready(Some(Err(Error::decode(message).about(&subject))));
                    }
                    let work = request::execute(self.call.clone(), O::METADATA, parts);
                    self.in_flight = Some((subject, Box::pin(work)));
                }
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
        let Some((subject, work)) = &mut self.in_flight else {
            return Poll::Ready(None);
        };
        let answer = ready!(work.as_mut().poll(cx));
        let result = answer
            .map_err(|error| error.about(subject))
            .and_then(|answer| decode::<O>(answer, subject));
        self.in_flight = None;
        Poll::Ready(Some(result))
    }

    /// Ends the list because nothing comes of it.
    pub(super) fn give_up(&mut self) -> Error {
        self.state = State::Broken;
        self.pending = None;
        let message = format!(
            "the service says that more follows, but gave {EMPTY_PAGES} pages in a row without items"
        );
        Error::decode(message).about(&self.call.subject(O::METADATA))
    }

    fn prepare_next(&mut self, output: &O::Output) {
        self.state = match self.operation.advance(output) {
            Advance::Next => State::Open,
            Advance::Done => State::Ended,
            Advance::Stuck => {
                let message = "the service says that more follows, but repeats its paging marker";
                self.pending = Some(Error::decode(message).about(&self.call.subject(O::METADATA)));
                State::Broken
            }
        };
    }
}

impl<O: Paged + Unpin> Stream for Pages<O> {
    type Item = Result<O::Output, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(cx)
    }
}

impl<O: Paged> fmt::Debug for Pages<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("operation", &O::METADATA.id())
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}
