//! Entity tags.

use std::fmt;

/// An entity tag, which names the content that an object has at the moment.
///
/// Headers have entity tags in double quotes, some lists have them without. This is one whichever way it
/// was written, fit for conditions and comparisons:
///
/// ```
/// # async fn demo(bucket: &qingstor::Bucket) -> Result<(), qingstor::Error> {
/// use qingstor::types::ETag;
///
/// let tag = ETag::from("5d41402abc4b2a76b9719d911017c592");
/// assert_eq!(tag.as_str(), "\"5d41402abc4b2a76b9719d911017c592\"");
/// assert_eq!(tag.unquoted(), "5d41402abc4b2a76b9719d911017c592");
///
/// // Only what has changed since it was listed:
/// for item in bucket.list_objects().items().try_collect().await? {
///     let Some(tag) = item.etag.map(ETag::from) else { continue };
///     let object = bucket.get_object(item.key).if_none_match(tag).send().await;
///     # let _ = object;
/// }
/// # Ok(()) }
/// ```
///
/// It is the MD5 of the content only for objects that were stored in one request and without encryption.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ETag(String);

impl ETag {
    /// As in headers: in double quotes, behind `W/` if it is weak.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without `W/` and quotes.
    pub fn unquoted(&self) -> &str {
        let tag = self.0.strip_prefix("W/").unwrap_or(&self.0);
        let inner = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
        inner.unwrap_or(tag)
    }

    /// Whether it only promises content that is as good, not the same bytes.
    pub fn is_weak(&self) -> bool {
        self.0.starts_with("W/")
    }
}

/// Quotes are added if there are none. `*` and lists of quoted tags, which conditions may have, stay as they
/// are.
impl From<&str> for ETag {
    fn from(text: &str) -> ETag {
        let text = text.trim();
        if text == "*" || text.starts_with('"') || text.starts_with("W/\"") {
            ETag(text.to_owned())
        } else {
            ETag(format!("\"{text}\""))
        }
    }
}

impl From<String> for ETag {
    fn from(text: String) -> ETag {
        ETag::from(text.as_str())
    }
}

impl From<&String> for ETag {
    fn from(text: &String) -> ETag {
        ETag::from(text.as_str())
    }
}

impl From<ETag> for String {
    fn from(tag: ETag) -> String {
        tag.0
    }
}

impl From<&ETag> for String {
    fn from(tag: &ETag) -> String {
        tag.0.clone()
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_the_same_with_and_without_quotes() {
        for (text, quoted, unquoted, weak) in [
            ("abc", "\"abc\"", "abc", false),
            ("\"abc\"", "\"abc\"", "abc", false),
            (" \"abc\" ", "\"abc\"", "abc", false),
            ("W/\"abc\"", "W/\"abc\"", "abc", true),
            ("*", "*", "*", false),
            ("W/abc", "\"W/abc\"", "W/abc", false),
            ("", "\"\"", "", false),
            ("\"", "\"", "\"", false),
            ("\"a\", \"b\"", "\"a\", \"b\"", "a\", \"b", false),
        ] {
            let tag = ETag::from(text);
            assert_eq!(tag.as_str(), quoted);
            assert_eq!(tag.unquoted(), unquoted);
            assert_eq!(tag.is_weak(), weak, "{text}");
        }
        assert_eq!(ETag::from("a"), ETag::from("\"a\"".to_owned()));
    }
}
