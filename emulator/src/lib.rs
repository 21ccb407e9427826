//! A local QingStor server: the HTTP API of the object storage service, with signatures checked,
//! for tests and development.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), qingstor_emulator::Error> {
//! let emulator = qingstor_emulator::Emulator::builder()
//!     .access_key("my-key-id", "my-secret")
//!     .start()
//!     .await?;
//! println!("point a client at {}", emulator.endpoint());
//! emulator.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! Data is kept in a temporary folder that is removed when the emulator stops, or in one that is named with
//! [`Builder::data_dir`] and survives. Several emulators can run in one process.

mod address;
mod admin;
pub mod answer;
mod answer_check;
mod auth;
mod authorize;
mod background;
mod body;
mod builder;
mod canonical;
mod conditions;

mod describe;
mod domains;
mod emulator;
mod error;
mod faults;
mod form;
// Laid out by the generator.
#[rustfmt::skip]
mod generated;
mod handlers;
mod image;
mod listen;
mod log;
mod origin;
mod payload;
mod range;
mod request;
mod response;
pub mod route;
mod router;
mod server;
mod settings;
mod sse;
mod state;
mod store;
mod text;
mod tls;
mod users;
#[cfg(test)]
mod vectors;
mod wildcard;

pub use background::lifecycle::LifecycleReport;
pub use builder::Builder;
pub use emulator::Emulator;
pub use error::Error;
pub use faults::Faults;
pub use generated::{
    answers::{COMMON_ANSWERS, COMMON_HEADERS, CROSS_ORIGIN_HEADERS},
    errors::ERRORS,
    routes::ROUTES,
    signed_query_keys::SIGNED_QUERY_KEYS,
};
pub use log::LogFormat;

/// Whether this server implements an operation of [`ROUTES`]; the others are answered with 501.
pub fn implements(operation: &str) -> bool {
    handlers::find(operation).is_some()
}

/// The README's examples are compiled and run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
