//! GET Bucket (List Objects).

use std::ops::Bound;

use serde_json::{Value, json};

use super::Context;
use super::receive::quoted;
use crate::error::ApiError;
use crate::response::Reply;
use crate::store::{Bucket, Snapshot, StoreError, Version};
use crate::text;

/// The default, and the most that one answer has.
const LIMIT: u64 = 100;

/// Lists keys and common prefixes in byte order.
pub(crate) async fn list_objects(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let request = &context.request;
    let limit = request.query_number("limit")?.unwrap_or(LIMIT).min(LIMIT);
    if limit == 0 {
        return Err(ApiError::argument("limit", "must be at least 1"));
    }
    let delimiter = request.query_nonempty("delimiter").unwrap_or("");
    if delimiter.chars().count() > 1 {
        return Err(ApiError::argument("delimiter", "must be one character"));
    }
    let question = Question {
        bucket: &bucket,
        prefix: request.query("prefix").unwrap_or(""),
        delimiter,
        marker: request.query("marker").unwrap_or(""),
        limit: usize::try_from(limit).unwrap_or(usize::MAX),
    };
    let page = page(&*context.state.store.snapshot()?, &question)?;
    let owner = &bucket.owner;
    Ok(Reply::json(&json!({
        "name": bucket.name,
        "owner": { "id": owner, "name": context.state.settings.users.name_of(owner) },
        "prefix": question.prefix,
        "delimiter": question.delimiter,
        "limit": limit,
        "marker": question.marker,
        "next_marker": page.next_marker,
        "has_more": !page.next_marker.is_empty(),
        "keys": page.keys,
        "common_prefixes": page.common_prefixes,
    })))
}

struct Question<'a> {
    bucket: &'a Bucket,
    prefix: &'a str,
    /// Empty for none.
    delimiter: &'a str,
    /// A key or a common prefix; empty for the beginning.
    marker: &'a str,
    limit: usize,
}

#[derive(Default)]
struct Page {
    keys: Vec<Value>,
    common_prefixes: Vec<String>,
    /// Empty at the end.
    next_marker: String,
}

fn page(snapshot: &Snapshot, question: &Question<'_>) -> Result<Page, StoreError> {
    let mut page = Page::default();
    let mut last = String::new();
    let seek =
        |from: Bound<String>| snapshot.objects(question.bucket, from.as_ref().map(String::as_str));
    let mut objects = seek(start(question))?;
    while let Some(object) = objects.next() {
        let (key, object) = object?;
        if !key.starts_with(question.prefix) {
            break;
        }
        if page.keys.len() + page.common_prefixes.len() == question.limit {
            page.next_marker = last;
            break;
        }
        match group(&key, question) {
            Some(common) => {
                page.common_prefixes.push(common.to_owned());
                last = common.to_owned();
                // What it stands for is skipped, not read.
                objects = seek(after_all(common))?;
            }
            None => {
                page.keys.push(entry(&key, &object));
                last = key;
            }
        }
    }
    Ok(page)
}

/// Where a page begins: after the marker, but not before the prefix.
fn start(question: &Question<'_>) -> Bound<String> {
    let Question { prefix, marker, .. } = *question;
    if marker.is_empty() || marker < prefix {
        return Bound::Included(prefix.to_owned());
    }
    match group(marker, question) {
        // The marker is a common prefix that was listed: all that it stands for is done.
        Some(common) if common == marker => after_all(marker),
        _ => Bound::Excluded(marker.to_owned()),
    }
}

/// The common prefix that a key is listed under.
fn group<'a>(key: &'a str, question: &Question<'_>) -> Option<&'a str> {
    if question.delimiter.is_empty() {
        return None;
    }
    let rest = key.strip_prefix(question.prefix)?;
    let at = rest.find(question.delimiter)?;
    key.get(..question.prefix.len() + at + question.delimiter.len())
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

fn entry(key: &str, object: &Version) -> Value {
    json!({
        "key": key,
        "size": object.size,
        "modified": text::unix(object.modified),
        "created": text::iso8601_millis(object.created),
        "mime_type": object.description.content_type,
        "etag": quoted(&object.etag),
        "encrypted": object.key_print.is_some(),
        "storage_class": object.description.storage_class,
    })
}
