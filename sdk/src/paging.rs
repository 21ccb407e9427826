//! Lists that come in pages.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::answer::Answer;
use crate::call::{Call, decode};
use crate::error::{Error, Subject};
use crate::operation::Operation;
use crate::parts::Parts;
use crate::request;
use crate::transport::BoxFuture;

/// How many pages without items may come in a row while items are wanted.
const EMPTY_PAGES: u32 = 100;

/// An operation whose output is one page of a list.
pub trait Paged: Operation + Clone {
    /// What the list consists of.
    type Item;

    /// Turns the request for a page into that for the next.
    fn advance(&mut self, output: &Self::Output) -> Advance;

    /// The items of a page.
    fn into_items(output: Self::Output) -> Vec<Self::Item>;
}

/// What follows a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advance {
    /// Nothing.
    Done,
    /// Another page.
    Next,
    /// The service says that more follows, but points to the same page again. An error comes next.
    Stuck,
}

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
    next: Option<O>,
    stuck: Option<Error>,
    cycle: Cycle,
    in_flight: Option<(Subject, BoxFuture<'static, Result<Answer, Error>>)>,
}

impl<O: Paged> Pages<O> {
    /// The pages from the one that `operation` asks for.
    pub fn new(call: Call, operation: O) -> Pages<O> {
        Pages {
            call,
            next: Some(operation),
            stuck: None,
            cycle: Cycle::default(),
            in_flight: None,
        }
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

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<O::Output, Error>>> {
        if let Some(error) = self.stuck.take() {
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
                self.next = None;
                Err(error)
            }
        }))
    }

    fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<O::Output, Error>>> {
        if self.in_flight.is_none() {
            let Some(operation) = &self.next else {
                return Poll::Ready(None);
            };
            match self.call.encode(operation.clone()) {
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
    fn give_up(&mut self) -> Error {
        self.next = None;
        self.stuck = None;
        let message = format!(
            "the service says that more follows, but gave {EMPTY_PAGES} pages in a row without items"
        );
        Error::decode(message).about(&self.call.subject(O::METADATA))
    }

    fn prepare_next(&mut self, output: &O::Output) {
        let Some(mut operation) = self.next.take() else {
            return;
        };
        match operation.advance(output) {
            Advance::Next => self.next = Some(operation),
            Advance::Done => {}
            Advance::Stuck => {
                let message = "the service says that more follows, but repeats its paging marker";
                self.stuck = Some(Error::decode(message).about(&self.call.subject(O::METADATA)));
            }
        }
    }
}

/// Finds a sequence that has come back to where it was, by Brent's method: it remembers one earlier page,
/// and a later one instead after each power of two.
#[derive(Default)]
struct Cycle {
    remembered: Option<u64>,
    steps: u64,
    power: u32,
}

impl Cycle {
    fn closes_with(&mut self, page: u64) -> bool {
        if self.remembered == Some(page) {
            return true;
        }
        self.steps += 1;
        if self.steps >= 1_u64.checked_shl(self.power).unwrap_or(u64::MAX) {
            self.remembered = Some(page);
            self.steps = 0;
            self.power += 1;
        }
        false
    }
}

/// A number that is the same for the same request.
fn fingerprint(parts: &Parts) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.query.hash(&mut hasher);
    for (name, value) in &parts.headers {
        (name.as_str(), value.as_bytes()).hash(&mut hasher);
    }
    parts.body.as_bytes().hash(&mut hasher);
    parts.key.hash(&mut hasher);
    hasher.finish()
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

/// The items of a list, over all its pages.
///
/// ```
/// # async fn demo(bucket: &qingstor::Bucket) -> Result<(), qingstor::Error> {
/// let keys = bucket.list_objects().prefix("2026/").items().try_collect().await?;
/// # let _ = keys; Ok(()) }
/// ```
#[must_use = "a list does nothing until it is read"]
pub struct Items<O: Paged> {
    pages: Pages<O>,
    ready: VecDeque<O::Item>,
    empty_pages: u32,
}

impl<O: Paged> Items<O> {
    /// The items from the page on that `operation` asks for.
    pub fn new(call: Call, operation: O) -> Items<O> {
        Items {
            pages: Pages::new(call, operation),
            ready: VecDeque::new(),
            empty_pages: 0,
        }
    }

    /// The next item; `None` at the end, and after an error. Safe to cancel.
    pub async fn next(&mut self) -> Option<Result<O::Item, Error>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// The next item, with the error first, for `while let` with `?`.
    ///
    /// # Errors
    ///
    /// As [`Pages::try_next`], and `Decode` after 100 pages in a row without items.
    pub async fn try_next(&mut self) -> Result<Option<O::Item>, Error> {
        self.next().await.transpose()
    }

    /// All items that are left, in memory.
    ///
    /// # Errors
    ///
    /// As [`Pages::try_next`]; what was read before is lost.
    pub async fn try_collect(mut self) -> Result<Vec<O::Item>, Error> {
        let mut all = Vec::new();
        while let Some(item) = self.try_next().await? {
            all.push(item);
        }
        Ok(all)
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<O::Item, Error>>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                self.empty_pages = 0;
                return Poll::Ready(Some(Ok(item)));
            }
            // A page may be empty although more follows, but not for ever.
            if self.empty_pages > EMPTY_PAGES {
                self.empty_pages = 0;
                return Poll::Ready(Some(Err(self.pages.give_up())));
            }
            match ready!(self.pages.poll_page(cx)) {
                Some(Ok(page)) => {
                    self.ready = O::into_items(page).into();
                    self.empty_pages += 1;
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<O: Paged + Unpin> Stream for Items<O>
where
    O::Item: Unpin,
{
    type Item = Result<O::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}

impl<O: Paged> fmt::Debug for Items<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("pages", &self.pages)
            .field("ready", &self.ready.len())
            .finish()
    }
}
