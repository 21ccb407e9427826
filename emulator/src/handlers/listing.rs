//! GET Bucket (List Objects) and List Object Versions.

use std::ops::Bound;

use serde_json::{Value, json};

use super::Context;
use super::paging::{Entry, Question};
use super::receive::quoted;
use crate::error::ApiError;
use crate::response::Reply;
use crate::store::{Listed, Version, sequence_of};
use crate::text;

/// The default, and the most that one answer has.
const LIMIT: u64 = 100;

/// Lists keys and common prefixes in byte order.
pub(crate) async fn list_objects(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let question = Question::read(&context.request, "marker", LIMIT, LIMIT)?;
    let snapshot = context.state.store.snapshot()?;
    let seek = |from: Bound<String>| snapshot.objects(&bucket, from.as_ref().map(String::as_str));
    let (entries, has_more) = question.page(seek(question.start())?, seek)?;
    let mut keys = Vec::new();
    let mut common_prefixes = Vec::new();
    let mut last = String::new();
    for entry in entries {
        match entry {
            Entry::Item(key, object) => {
                keys.push(object_entry(&key, &object));
                last = key;
            }
            Entry::Prefix(common) => {
                last.clone_from(&common);
                common_prefixes.push(common);
            }
        }
    }
    Ok(Reply::json(&json!({
        "name": bucket.name,
        "owner": context.owner_of(&bucket),
        "prefix": question.prefix,
        "delimiter": question.delimiter,
        "limit": question.limit,
        "marker": question.marker,
        "next_marker": if has_more { last.as_str() } else { "" },
        "has_more": has_more,
        "keys": keys,
        "common_prefixes": common_prefixes,
    })))
}

fn object_entry(key: &str, object: &Version) -> Value {
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

/// Lists versions and delete markers by key, those of one key from the newest to the oldest.
pub(crate) async fn list_versions(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let request = &context.request;
    let question = Question::read(request, "key_marker", LIMIT, LIMIT)?;
    let version_marker = request.query("version_id_marker").unwrap_or("");
    let behind = version_behind(&question, version_marker)?;
    let snapshot = context.state.store.snapshot()?;
    let seek = |from: Bound<String>| snapshot.versions(&bucket, from.as_ref().map(String::as_str));
    let first = match behind {
        Some(sequence) => snapshot.versions_behind(&bucket, question.marker, sequence)?,
        None => seek(question.start())?,
    };
    let (entries, has_more) = question.page(first, seek)?;
    let mut keys = Vec::new();
    let mut common_prefixes = Vec::new();
    let mut last = (String::new(), String::new());
    for entry in entries {
        match entry {
            Entry::Item(key, listed) => {
                keys.push(version_entry(&key, &listed));
                last = (key, listed.version.id());
            }
            Entry::Prefix(common) => {
                last = (common.clone(), String::new());
                common_prefixes.push(common);
            }
        }
    }
    if !has_more {
        last = Default::default();
    }
    Ok(Reply::json(&json!({
        "name": bucket.name,
        "owner": context.owner_of(&bucket),
        "prefix": question.prefix,
        "delimiter": question.delimiter,
        "limit": question.limit,
        "key_marker": question.marker,
        "next_key_marker": last.0,
        "version_id_marker": version_marker,
        "next_version_id_marker": last.1,
        "has_more": has_more,
        "keys": keys,
        "common_prefixes": common_prefixes,
    })))
}

/// The place of the version to go on behind, if the page begins among the versions of a key.
fn version_behind(question: &Question<'_>, marker: &str) -> Result<Option<u64>, ApiError> {
    let name = "version_id_marker";
    if marker.is_empty() {
        return Ok(None);
    }
    if question.marker.is_empty() {
        return Err(ApiError::argument(name, "only together with `key_marker`"));
    }
    let sequence =
        sequence_of(marker).ok_or_else(|| ApiError::argument(name, "not a version id"))?;
    Ok(question.begins_at_key().then_some(sequence))
}

fn version_entry(key: &str, listed: &Listed) -> Value {
    let version = &listed.version;
    json!({
        "key": key,
        "version_id": version.id(),
        "is_latest": listed.is_latest,
        "delete_marker": version.delete_marker,
        "size": version.size,
        "modified": text::iso8601_millis(version.modified),
        "created": text::iso8601_millis(version.created),
        "mime_type": version.description.content_type,
        "etag": version.etag,
        "encrypted": version.key_print.is_some(),
        "storage_class": version.description.storage_class,
    })
}
