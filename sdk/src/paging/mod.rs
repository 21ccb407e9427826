//! Lists that come in pages.

mod cycle;
mod items;
mod pages;
mod position;

pub use items::Items;
pub use pages::Pages;
pub use position::{Marker, Position};

use crate::error::Error;
use crate::operation::Operation;

/// An operation whose output is one page of a list.
pub trait Paged: Operation + Clone {
    /// What the list consists of.
    type Item;

    /// Turns the request for a page into that for the next.
    fn advance(&mut self, output: &Self::Output) -> Advance;

    /// The items of a page.
    fn into_items(output: Self::Output) -> Vec<Self::Item>;

    /// Where the page is that this request asks for: everything that [`advance`](Paged::advance)
    /// changes. The default remembers nothing.
    fn position(&self) -> Position {
        Position::new(&Self::METADATA)
    }

    /// Makes this the request for the page at `position`, which [`position`](Paged::position) gave.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if `position` has a value that cannot be read. The default refuses every one.
    fn resume(&mut self, position: &Position) -> Result<(), Error> {
        Err(Error::invalid(format!(
            "this list cannot be resumed at {position}: its operation does not implement Paged::resume"
        )))
    }
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
