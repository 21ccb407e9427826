//! A run as one page that needs nothing else: its data, a style and a script.

use super::json;
use crate::run::Run;

/// The page; the data take the place of the mark.
const PAGE: &str = include_str!("page.html");
const MARK: &str = "{{DATA}}";

pub(super) fn render(run: &Run) -> Result<String, serde_json::Error> {
    let data = serde_json::to_string(&json::document(run))?;
    // Inside of a script element only these could end or change it, and JSON has other ways to say them.
    let data = data.replace('<', "\\u003c").replace("\u{2028}", "\\u2028");
    Ok(PAGE.replace(MARK, &data))
}
