//! What came of the checks, for people and for programs.

mod causes;
mod html;
mod json;
mod junit;
mod text;

use crate::run::Run;

/// Secrets have at least so many bytes; the service's own have 40.
const SHORTEST: usize = 8;

/// How a run is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table, and everything that failed.
    #[default]
    Text,
    /// One JSON document.
    Json,
    /// JUnit XML, as CI servers read it.
    Junit,
    /// One page that needs nothing else.
    Html,
}

/// Tells a run. `colour` is for terminals; the secrets are left out wherever they may have got in.
///
/// # Errors
///
/// `fmt::Error` or one of the format's own, if it cannot be written.
pub fn render(
    run: &Run,
    format: Format,
    colour: bool,
    secrets: &[&str],
) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let text = match format {
        Format::Text => text::render(run, colour),
        Format::Json => json::render(run)?,
        Format::Junit => junit::render(run)?,
        Format::Html => html::render(run)?,
    };
    // A short one stands in every second word, so hiding it would hide the report.
    let secrets = secrets.iter().filter(|secret| secret.len() >= SHORTEST);
    Ok(secrets.fold(text, |text, secret| text.replace(secret, "(hidden)")))
}
