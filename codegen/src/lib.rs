//! Reads the API's specs and renders everything that depends on them.
//!
//! Data flows one way: [`spec`] (as written) → [`model`] (resolved, nothing left that can fail) → [`view`]
//! (finished strings) → text. Nothing here writes a file: [`generate`] returns the whole set, and the
//! caller compares it with what is on disk.

pub mod coverage;
pub mod diagnostic;
pub mod diff;
mod format;
mod generate;
pub mod model;
pub mod mutate;
pub mod openapi;
mod plan;
mod render;
mod rust;
mod schema;
pub mod source;
pub mod spec;
pub mod view;
pub mod yaml;

pub use diagnostic::Diagnostic;
pub use generate::{Files, GENERATED_FOLDERS};
pub use plan::{Planned, plan};
pub use render::Templates;
pub use source::Sources;

/// Checks the specs.
pub fn check(sources: &Sources) -> Result<model::Api, Vec<Diagnostic>> {
    model::load(&sources.specs)
}

/// Makes every generated file.
pub fn generate(sources: &Sources) -> Result<Files, Vec<Diagnostic>> {
    let api = check(sources)?;
    let templates = Templates::parse(&sources.templates).map_err(|problem| vec![problem])?;
    generate::generate(&api, &templates)
}
