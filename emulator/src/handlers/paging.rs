//! Lists in pages: a prefix, a delimiter that joins keys into common prefixes, a marker to go on behind.

use std::ops::Bound;

use crate::error::ApiError;
use crate::request::Request;
use crate::store::StoreError;

/// What a request asks for.
pub(crate) struct Question<'a> {
    pub(crate) prefix: &'a str,
    /// Empty for none.
    pub(crate) delimiter: &'a str,
    /// A key or a common prefix; empty for the beginning.
    pub(crate) marker: &'a str,
    /// How many items and common prefixes a page has.
    pub(crate) limit: u64,
}

/// What a page has.
pub(crate) enum Entry<T> {
    /// A key, and what it stands for.
    Item(String, T),
    /// The beginning of several keys, up to and with the delimiter.
    Prefix(String),
}

impl<'a> Question<'a> {
    /// Reads `prefix`, `delimiter`, `limit` and the marker of the given name.
    pub(crate) fn read(
        request: &'a Request,
        marker: &str,
        default_limit: u64,
        most: u64,
    ) -> Result<Question<'a>, ApiError> {
        let limit = limit(request, default_limit, most)?;
        let delimiter = request.query_nonempty("delimiter").unwrap_or("");
        if delimiter.chars().count() > 1 {
            return Err(ApiError::argument("delimiter", "must be one character"));
        }
        Ok(Question {
            prefix: request.query("prefix").unwrap_or(""),
            delimiter,
            marker: request.query(marker).unwrap_or(""),
            limit,
        })
    }

    /// Where a page begins: after the marker, but not before the prefix.
    pub(crate) fn start(&self) -> Bound<String> {
        if !self.is_inside() {
            return Bound::Included(self.prefix.to_owned());
        }
        match self.group(self.marker) {
            // The marker is a common prefix that was listed: all that it stands for is done.
            Some(common) if common == self.marker => after_all(self.marker),
            _ => Bound::Excluded(self.marker.to_owned()),
        }
    }

    /// Whether the page begins inside the list, behind a key that is listed.
    pub(crate) fn begins_at_key(&self) -> bool {
        self.is_inside() && self.group(self.marker).is_none()
    }

    fn is_inside(&self) -> bool {
        !self.marker.is_empty() && self.marker >= self.prefix
    }

    /// The common prefix that a key is listed under.
    fn group<'k>(&self, key: &'k str) -> Option<&'k str> {
        if self.delimiter.is_empty() {
            return None;
        }
        let rest = key.strip_prefix(self.prefix)?;
        let at = rest.find(self.delimiter)?;
        key.get(..self.prefix.len() + at + self.delimiter.len())
    }

    /// Fills a page and tells whether there is more. `items` begins where the page does, and `seek` finds a later place:
    /// what a common prefix stands for is skipped, not read.
    pub(crate) fn page<T, I>(
        &self,
        mut items: I,
        seek: impl Fn(Bound<String>) -> Result<I, StoreError>,
    ) -> Result<(Vec<Entry<T>>, bool), StoreError>
    where
        I: Iterator<Item = Result<(String, T), StoreError>>,
    {
        let mut page = Vec::new();
        while let Some(item) = items.next() {
            let (key, item) = item?;
            if !key.starts_with(self.prefix) {
                break;
            }
            if page.len() as u64 == self.limit {
                return Ok((page, true));
            }
            match self.group(&key) {
                Some(common) => {
                    let common = common.to_owned();
                    items = seek(after_all(&common))?;
                    page.push(Entry::Prefix(common));
                }
                None => page.push(Entry::Item(key, item)),
            }
        }
        Ok((page, false))
    }
}

/// Reads how many entries a list is to have; more than `most` are not given.
pub(crate) fn limit(request: &Request, default: u64, most: u64) -> Result<u64, ApiError> {
    match request.query_number("limit")?.unwrap_or(default) {
        0 => Err(ApiError::argument("limit", "must be at least 1")),
        limit => Ok(limit.min(most)),
    }
}

/// The first place behind every key that begins with `prefix`, which is not empty.
fn after_all(prefix: &str) -> Bound<String> {
    let mut shortened = prefix.to_owned();
    while let Some(last) = shortened.pop() {
        // Byte order of UTF-8 is the order of code points; the surrogates' gap is skipped.
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            _ => char::from_u32(u32::from(last) + 1),
        };
        if let Some(next) = next {
            shortened.push(next);
            return Bound::Included(shortened);
        }
    }
    // Only U+10FFFF, repeated: no key of 1023 bytes is behind this.
    Bound::Included("\u{10ffff}".repeat(1024))
}
