//! List Multipart (the parts of an upload) and List Multipart Uploads (the uploads of a bucket).

use std::ops::Bound;

use serde_json::json;

use super::Context;
use super::paging::{self, Entry, Question};
use super::upload::{no_upload, upload_id};
use crate::error::ApiError;
use crate::response::Reply;
use crate::store::StoreError;
use crate::text;

/// The most parts or uploads of one answer; for parts also the default.
const MOST: u64 = 1000;

/// How many uploads an answer has if nothing is said.
const UPLOADS: u64 = 200;

/// Lists the parts of an upload by number.
pub(crate) async fn list_parts(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let id = upload_id(context);
    let limit = paging::limit(&context.request, MOST, MOST)?;
    let marker = context.request.query_number("part_number_marker")?;
    let from = match marker.map(u32::try_from) {
        None => Bound::Unbounded,
        Some(number) => Bound::Excluded(number.unwrap_or(u32::MAX)),
    };
    let snapshot = context.state.store.snapshot()?;
    if snapshot.upload(&bucket, context.key()?, id)?.is_none() {
        return Err(no_upload(id));
    }
    let mut parts = Vec::new();
    for part in snapshot
        .parts(id, from)?
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
    {
        let (number, part) = part?;
        parts.push(json!({
            "part_number": number,
            "size": part.size,
            "etag": part.etag,
            "created": text::iso8601_millis(part.created),
        }));
    }
    Ok(Reply::json(
        &json!({ "count": parts.len(), "object_parts": parts }),
    ))
}

/// Lists the open uploads of a bucket by key, those of one key by age.
pub(crate) async fn list_uploads(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let request = &context.request;
    let question = Question::read(request, "key_marker", UPLOADS, MOST)?;
    let id_marker = request.query("upload_id_marker").unwrap_or("");
    let snapshot = context.state.store.snapshot()?;
    let uploads = |from: Bound<(&str, &str)>| -> Result<_, StoreError> {
        let uploads = snapshot.uploads(&bucket, from)?;
        Ok(uploads.map(|upload| upload.map(|(key, id, upload)| (key, (id, upload)))))
    };
    let seek = |from: Bound<String>| match &from {
        Bound::Unbounded => uploads(Bound::Unbounded),
        Bound::Included(key) => uploads(Bound::Included((key, ""))),
        // The least key behind this one, whatever its uploads are called.
        Bound::Excluded(key) => uploads(Bound::Included((&format!("{key}\0"), ""))),
    };
    let first = if question.begins_at_key() && !id_marker.is_empty() {
        uploads(Bound::Excluded((question.marker, id_marker)))?
    } else {
        seek(question.start())?
    };
    let (entries, has_more) = question.page(first, seek)?;
    let mut uploads = Vec::new();
    let mut common_prefixes = Vec::new();
    let mut last = (String::new(), String::new());
    for entry in entries {
        match entry {
            Entry::Item(key, (id, upload)) => {
                uploads.push(json!({
                    "key": key,
                    "upload_id": id,
                    "created": text::iso8601_millis(upload.created),
                }));
                last = (key, id);
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
        "prefix": question.prefix,
        "delimiter": question.delimiter,
        "limit": question.limit,
        "marker": question.marker,
        "key_marker": question.marker,
        "upload_id_marker": id_marker,
        "next_key_marker": last.0,
        "next_upload_id_marker": last.1,
        "has_more": has_more,
        "uploads": uploads,
        "common_prefixes": common_prefixes,
    })))
}
