//! Checks that the SDK and an endpoint do what the specs say.
//!
//! Most of them follow from the specs ([`check::all`]): every example, parameter, status and field is one or more
//! checks. Their calls and the data that they are held against are generated; how something has to look on the wire is
//! written here, without the SDK's own encoders. [`run`] runs them, against emulators or any endpoint, and [`output`]
//! tells what came of it.

mod backstage;
pub mod behaviour;
pub mod check;
mod checks;
mod compare;
pub mod example;
pub mod execute;
mod expected;
pub mod facts;
// Laid out by the generator.
#[rustfmt::skip]
mod generated;
mod handmade;
mod hostile;
mod lease;
mod multipart;
mod names;
pub mod output;
mod redact;
mod report;
pub mod run;
mod script;
mod seen;
#[cfg(test)]
mod sensitivity;
mod site;
pub mod slot;
pub mod target;
mod vary;
mod wire;

pub use check::{Check, Kind};
pub use example::Example;
pub use names::Names;
pub use report::{Finding, Report};

/// Every example of every spec, by operation.
pub fn examples() -> impl Iterator<Item = &'static Example> {
    generated::OPERATIONS.iter().flat_map(|o| o.examples)
}

/// The programs of the project's front page and guides are documentation tests. They are here because the crates that
/// are published must not include files from outside.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../README.md")]
    pub struct FrontPage;
    #[doc = include_str!("../../README.zh-CN.md")]
    pub struct FrontPageInChinese;
    #[doc = include_str!("../../docs/guide/adding-an-operation.md")]
    pub struct AddingAnOperation;
    #[doc = include_str!("../../docs/guide/configuration.md")]
    pub struct Configuration;
    #[doc = include_str!("../../docs/guide/errors.md")]
    pub struct Errors;
    #[doc = include_str!("../../docs/guide/getting-started.md")]
    pub struct GettingStarted;
    #[doc = include_str!("../../docs/guide/getting-started.zh-CN.md")]
    pub struct GettingStartedInChinese;
    #[doc = include_str!("../../docs/guide/presigned-and-browser-uploads.md")]
    pub struct PresignedAndBrowserUploads;
    #[doc = include_str!("../../docs/guide/testing.md")]
    pub struct Testing;
}
