//! Checks that the SDK and an endpoint do what the specs say.
//!
//! Every example of every spec is three checks: its input is encoded to the request that it names, its
//! response is decoded to the output that it names, and a live endpoint answers the request with the response.

mod check;
mod compare;
pub mod example;
// Laid out by the generator.
#[rustfmt::skip]
mod generated;
mod names;
mod report;

pub use check::{Kind, run};
pub use example::Example;
pub use names::Names;
pub use report::Report;

/// Every example of every spec, by operation.
pub fn examples() -> impl Iterator<Item = &'static Example> {
    generated::EXAMPLES.iter().copied().flatten()
}

/// The programs of the project's front page are compiled as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct FrontPage;

/// So are those of the guides.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/configuration.md")]
pub struct Configuration;
