//! Conditional requests, evaluated in the order of RFC 9110, section 13.2.2.

use std::time::SystemTime;

use http::header::HeaderName;

use crate::error::{ApiError, code};
use crate::request::Request;
use crate::store::Version;
use crate::text;

/// What the conditions of a request ask for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    pub(crate) if_match: Option<String>,
    pub(crate) if_none_match: Option<String>,
    pub(crate) if_modified_since: Option<SystemTime>,
    pub(crate) if_unmodified_since: Option<SystemTime>,
}

/// What they come to for one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Proceed,
    NotModified,
    Failed,
}

impl Conditions {
    /// Reads `<prefix>If-Match` and its three siblings.
    pub(crate) fn read(request: &Request, prefix: &str) -> Result<Conditions, ApiError> {
        // Most requests have none of them.
        let is_condition = |name: &HeaderName| {
            let rest = name.as_str().strip_prefix(prefix);
            rest.is_some_and(|rest| rest.starts_with("if-"))
        };
        if !request.headers.keys().any(is_condition) {
            return Ok(Conditions::default());
        }
        let date = |name: &str| -> Result<Option<SystemTime>, ApiError> {
            let text = request.header(&format!("{prefix}{name}"))?;
            Ok(text.and_then(text::parse_http_date))
        };
        let tags = |name: &str| -> Result<Option<String>, ApiError> {
            let tags = request.header_list(&format!("{prefix}{name}"))?;
            Ok(tags.map(unescape_quotes))
        };
        Ok(Conditions {
            if_match: tags("if-match")?,
            if_none_match: tags("if-none-match")?,
            if_modified_since: date("if-modified-since")?,
            if_unmodified_since: date("if-unmodified-since")?,
        })
    }

    pub(crate) fn evaluate(&self, object: &Version) -> Verdict {
        let modified = text::whole_seconds(object.modified);
        if let Some(tags) = &self.if_match {
            if !lists(tags, &object.etag, false) {
                return Verdict::Failed;
            }
        } else if self.if_unmodified_since.is_some_and(|date| modified > date) {
            return Verdict::Failed;
        }
        if let Some(tags) = &self.if_none_match {
            if lists(tags, &object.etag, true) {
                return Verdict::NotModified;
            }
        } else if self.if_modified_since.is_some_and(|date| modified <= date) {
            return Verdict::NotModified;
        }
        Verdict::Proceed
    }

    /// For sources of copies, where every unmet condition is a failure.
    pub(crate) fn require(&self, object: &Version) -> Result<(), ApiError> {
        match self.evaluate(object) {
            Verdict::Proceed => Ok(()),
            Verdict::NotModified | Verdict::Failed => Err(failed()),
        }
    }
}

/// The error for a condition that does not hold.
pub(crate) fn failed() -> ApiError {
    ApiError::new(
        code::PRECONDITION_FAILED,
        "A condition of the request does not hold",
    )
}

/// The documentation of signatures shows a copy condition whose quotes are percent-encoded.
pub(crate) fn unescape_quotes(tags: String) -> String {
    if tags.contains("%22") {
        tags.replace("%22", "\"")
    } else {
        tags
    }
}

/// Whether a list of entity tags (or `*`) names the tag.
fn lists(tags: &str, etag: &str, weak: bool) -> bool {
    if tags.trim() == "*" {
        return true;
    }
    let mut rest = tags;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (is_weak, quoted) = match rest.strip_prefix("W/") {
            Some(quoted) => (true, quoted),
            None => (false, rest),
        };
        let Some((tag, after)) = quoted
            .strip_prefix('"')
            .and_then(|text| text.split_once('"'))
        else {
            return false;
        };
        if tag == etag && (weak || !is_weak) {
            return true;
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entity_tag_lists() {
        for (tags, strong, weak) in [
            ("\"abc\"", true, true),
            ("*", true, true),
            (" \"x\" , \"abc\"", true, true),
            ("W/\"abc\"", false, true),
            ("\"x,abc\"", false, false),
            ("abc", false, false),
            ("\"abc", false, false),
            ("", false, false),
        ] {
            assert_eq!(lists(tags, "abc", false), strong, "strong {tags}");
            assert_eq!(lists(tags, "abc", true), weak, "weak {tags}");
        }
    }
}
