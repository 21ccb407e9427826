//! Lists, an item at a time.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::pages::EMPTY_PAGES;
use super::{Paged, Pages, Position};
use crate::call::Call;
use crate::error::Error;

/// The items of a list, over all its pages.
///
/// ```
/// # async fn demo(bucket: &qingstor::Bucket) -> Result<(), qingstor::Error> {
/// let keys = bucket.list_objects().prefix("2026/").items().try_collect().await?;
/// let some = bucket.list_objects().limit(50).items().at_most(120).try_collect().await?;
/// # let _ = (keys, some); Ok(()) }
/// ```
#[must_use = "a list does nothing until it is read"]
pub struct Items<O: Paged> {
    pages: Pages<O>,
    ready: VecDeque<O::Item>,
    /// Where the page begins that `ready` is from.
    page: Option<Position>,
    left: Option<u64>,
    empty_pages: u32,
}

impl<O: Paged> Items<O> {
    /// The items from the page on that `operation` asks for.
    pub fn new(call: Call, operation: O) -> Items<O> {
        Items {
            pages: Pages::new(call, operation),
            ready: VecDeque::new(),
            page: None,
            left: None,
            empty_pages: 0,
        }
    }

    /// Ends the list after `count` items. Once they are given, nothing more is asked for. How many items
    /// come with one answer is the request's `limit`.
    pub fn at_most(mut self, count: u64) -> Items<O> {
        self.left = Some(count);
        self
    }

    /// The same list from `position` on instead, like [`Pages::resume_at`].
    pub fn resume_at(mut self, position: &Position) -> Items<O> {
        self.pages = self.pages.resume_at(position);
        self.ready.clear();
        self.page = None;
        self
    }

    /// Where the page begins that the next item is on. Whoever resumes there gets the items of this page
    /// again that were given already: the service knows no place within a page. `None` when the
    /// list has come to its end.
    pub fn position(&self) -> Option<Position> {
        match (&self.page, self.ready.is_empty()) {
            (Some(page), false) => Some(page.clone()),
            _ => self.pages.position(),
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
    /// As [`Pages::try_next`], and `Decode` after 1000 pages in a row without items.
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
            if self.left == Some(0) {
                return Poll::Ready(None);
            }
            if let Some(item) = self.ready.pop_front() {
                self.empty_pages = 0;
                self.left = self.left.map(|left| left - 1);
                return Poll::Ready(Some(Ok(item)));
            }
            // A page may be empty although more follows, but not for ever.
            if self.empty_pages > EMPTY_PAGES {
                self.empty_pages = 0;
                return Poll::Ready(Some(Err(self.pages.give_up())));
            }
            let position = self.pages.position();
            match ready!(self.pages.poll_page(cx)) {
                Some(Ok(page)) => {
                    self.page = position;
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
