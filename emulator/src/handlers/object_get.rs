//! GET Object and HEAD Object.

use http::StatusCode;

use super::Context;
use super::mirror::{self, Mirrored};
use super::object_put::echo_key;
use super::receive::quoted;
use crate::conditions::{self, Conditions, Verdict};
use crate::describe;
use crate::error::{ApiError, code, no_object};
use crate::range::{self, Span};
use crate::response::Reply;
use crate::sse::{self, CustomerKey};
use crate::store::{Bucket, Snapshot, Version, Versioning};
use crate::text;

/// Headers that a signed GET can replace for its own answer.
const OVERRIDES: &[(&str, &str)] = &[
    ("response-cache-control", "Cache-Control"),
    ("response-content-disposition", "Content-Disposition"),
    ("response-content-encoding", "Content-Encoding"),
    ("response-content-language", "Content-Language"),
    ("response-content-type", "Content-Type"),
    ("response-expires", "Expires"),
];

/// Answers the object's bytes, or a range of them.
pub(crate) async fn get(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let store = &context.state.store;
    let mut snapshot = store.snapshot()?;
    let mut found = named(context, &snapshot, &bucket);
    if found
        .as_ref()
        .is_err_and(|error| may_be_mirrored(context, error))
    {
        drop(snapshot);
        let mirrored = mirror::fetch(context, &bucket).await?;
        if let Some(Mirrored::Elsewhere(reply)) = mirrored {
            return Ok(reply);
        }
        snapshot = store.snapshot()?;
        found = named(context, &snapshot, &bucket);
    }
    let object = found?;
    let key = CustomerKey::read(&context.request, sse::CUSTOMER)?;
    sse::check(object.key_print.as_ref(), key.as_ref(), sse::CUSTOMER)?;
    let mut reply = described(&bucket, &object, key.as_ref())?;
    if unchanged(context, &object)? {
        return not_modified(reply);
    }
    override_headers(context, &mut reply)?;
    match wanted_range(context, &object)? {
        None => reply.body = store.read(&snapshot, &object, 0, object.size, key.as_ref())?,
        Some(span) => {
            let Span { first, last } = span;
            reply.status = StatusCode::PARTIAL_CONTENT;
            let range = format!("bytes {first}-{last}/{}", object.size);
            reply.set("Content-Range", &range)?;
            let length = last - first + 1;
            reply.body = store.read(&snapshot, &object, first, length, key.as_ref())?;
        }
    }
    Ok(reply)
}

/// Whether an object was never there: what was deleted on purpose, and old versions, are not fetched again.
fn may_be_mirrored(context: &Context, error: &ApiError) -> bool {
    error.code == code::OBJECT_NOT_EXISTS
        && error.headers.is_empty()
        && context.request.query_nonempty("version_id").is_none()
}

/// Answers what is known of the object.
pub(crate) async fn head(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let snapshot = context.state.store.snapshot()?;
    let object = named(context, &snapshot, &bucket)?;
    let key = CustomerKey::read(&context.request, sse::CUSTOMER)?;
    // Without a key the question is answered all the same; a key that is sent must be right.
    if key.is_some() {
        sse::check(object.key_print.as_ref(), key.as_ref(), sse::CUSTOMER)?;
    }
    let mut reply = described(&bucket, &object, key.as_ref())?;
    if unchanged(context, &object)? {
        return not_modified(reply);
    }
    reply.set("Content-Length", &object.size.to_string())?;
    if object.appendable {
        reply.set("X-QS-Object-Type", "appendable")?;
        reply.set("X-QS-Next-Append-Position", &object.size.to_string())?;
    }
    Ok(reply)
}

/// The object, or the version of it, that the request names.
pub(super) fn named(
    context: &Context,
    snapshot: &Snapshot,
    bucket: &Bucket,
) -> Result<Version, ApiError> {
    let key = context.key()?;
    let marked = |error: ApiError, marker: &Version| {
        error
            .with_header("x-qs-delete-marker", "true")
            .with_header("x-qs-version-id", marker.id())
    };
    if let Some(id) = context.request.query_nonempty("version_id") {
        return match snapshot.version(bucket, key, id)? {
            Some(marker) if marker.delete_marker => {
                let why = "This version is a delete marker";
                Err(marked(
                    ApiError::new(code::METHOD_NOT_ALLOWED, why),
                    &marker,
                ))
            }
            Some(version) => Ok(version),
            None => Err(no_object()),
        };
    }
    if let Some(object) = snapshot.object(bucket, key)? {
        return Ok(object);
    }
    match snapshot.newest_marker(bucket, key)? {
        Some(marker) => Err(marked(no_object(), &marker)),
        None => Err(no_object()),
    }
}

fn described(
    bucket: &Bucket,
    object: &Version,
    key: Option<&CustomerKey>,
) -> Result<Reply, ApiError> {
    let mut reply = Reply::empty(StatusCode::OK);
    describe::write(&object.description, &mut reply.headers);
    reply.set("ETag", &quoted(&object.etag))?;
    reply.set("Last-Modified", &text::http_date(object.modified))?;
    reply.set("Accept-Ranges", "bytes")?;
    if bucket.versioning != Versioning::Disabled {
        reply.set("X-QS-Version-Id", &object.id())?;
    }
    match key {
        Some(key) => echo_key(&mut reply, &key.md5)?,
        None if object.key_print.is_some() => {
            reply.set("X-QS-Encryption-Customer-Algorithm", sse::ALGORITHM)?;
        }
        None => {}
    }
    Ok(reply)
}

/// Whether the answer is 304; a failed condition is an error.
fn unchanged(context: &Context, object: &Version) -> Result<bool, ApiError> {
    match Conditions::read(&context.request, "")?.evaluate(object) {
        Verdict::Proceed => Ok(false),
        Verdict::NotModified => Ok(true),
        Verdict::Failed => Err(conditions::failed()),
    }
}

/// RFC 9110 lets a 304 carry what a cache needs, and no description of a body that is not there.
pub(super) fn not_modified(reply: Reply) -> Result<Reply, ApiError> {
    let mut answer = Reply::empty(StatusCode::NOT_MODIFIED);
    for (name, value) in &reply.headers {
        if ["etag", "last-modified", "cache-control", "expires"].contains(&name.as_str()) {
            answer.headers.insert(name, value.clone());
        }
    }
    Ok(answer)
}

/// Sets the headers that the query asks for.
pub(super) fn override_headers(context: &Context, reply: &mut Reply) -> Result<(), ApiError> {
    for (query, header) in OVERRIDES {
        let Some(value) = context.request.query_nonempty(query) else {
            continue;
        };
        if context.identity.is_anonymous() {
            return Err(ApiError::argument(query, "only in signed requests"));
        }
        if *header == "Content-Type" && !is_media_type(value) {
            return Err(ApiError::argument(query, "not a media type"));
        }
        reply.set(header, value)?;
    }
    Ok(())
}

/// Whether a text is `type/subtype`, with parameters in printable ASCII or without.
fn is_media_type(text: &str) -> bool {
    let essence = text.split(';').next().unwrap_or_default().trim_end();
    let token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    };
    let is_named = essence
        .split_once('/')
        .is_some_and(|(kind, name)| token(kind) && token(name));
    is_named && text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

fn wanted_range(context: &Context, object: &Version) -> Result<Option<Span>, ApiError> {
    let Some(header) = context.request.header("range")? else {
        return Ok(None);
    };
    if let Some(validator) = context.request.header("if-range")? {
        let tag_matches = validator == quoted(&object.etag);
        let modified = text::whole_seconds(object.modified);
        if !tag_matches && text::parse_http_date(validator) != Some(modified) {
            return Ok(None);
        }
    }
    range::parse(header, object.size).map(Some)
}
