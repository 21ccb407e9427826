//! GET Object and HEAD Object.

use std::sync::Arc;

use http::StatusCode;

use super::Context;
use super::object_put::{echo_key, quoted};
use crate::auth::Identity;
use crate::conditions::{self, Conditions, Verdict};
use crate::describe;
use crate::error::{ApiError, code};
use crate::range::{self, Span};
use crate::response::Reply;
use crate::sse::{self, CustomerKey};
use crate::store::Object;
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
    let object = named(context)?;
    let key = CustomerKey::read(&context.request, sse::CUSTOMER)?;
    sse::check(object.key_print.as_ref(), key.as_ref(), sse::CUSTOMER)?;
    let mut reply = described(&object, key.as_ref())?;
    if unchanged(context, &object)? {
        return not_modified(reply);
    }
    override_headers(context, &mut reply)?;
    match wanted_range(context, &object)? {
        None => reply.body = object.data.clone(),
        Some(span) => {
            reply.status = StatusCode::PARTIAL_CONTENT;
            let size = object.data.len();
            let range = format!("bytes {}-{}/{size}", span.first, span.last);
            reply.set("Content-Range", &range)?;
            reply.body = object.data.slice(span.first..=span.last);
        }
    }
    Ok(reply)
}

/// Answers what is known of the object.
pub(crate) async fn head(context: &Context) -> Result<Reply, ApiError> {
    let object = named(context)?;
    let key = CustomerKey::read(&context.request, sse::CUSTOMER)?;
    // Without a key the question is answered all the same; a key that is sent must be right.
    if key.is_some() {
        sse::check(object.key_print.as_ref(), key.as_ref(), sse::CUSTOMER)?;
    }
    let mut reply = described(&object, key.as_ref())?;
    if unchanged(context, &object)? {
        return not_modified(reply);
    }
    reply.set("Content-Length", &object.data.len().to_string())?;
    Ok(reply)
}

/// The object that the request names.
fn named(context: &Context) -> Result<Arc<Object>, ApiError> {
    context.bucket()?;
    // Nothing has versions as long as versioning cannot be enabled.
    if context.request.query_nonempty("version_id").is_some() {
        return Err(no_object());
    }
    context
        .state
        .store
        .object(context.bucket_name()?, context.key()?)
        .ok_or_else(no_object)
}

/// The error for an object that is not there.
pub(crate) fn no_object() -> ApiError {
    ApiError::new(code::OBJECT_NOT_EXISTS, "There is no such object")
}

fn described(object: &Object, key: Option<&CustomerKey>) -> Result<Reply, ApiError> {
    let mut reply = Reply::empty(StatusCode::OK);
    describe::write(&object.description, &mut reply.headers);
    reply.set("ETag", &quoted(&object.etag))?;
    reply.set("Last-Modified", &text::http_date(object.modified))?;
    reply.set("Accept-Ranges", "bytes")?;
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
fn unchanged(context: &Context, object: &Object) -> Result<bool, ApiError> {
    match Conditions::read(&context.request, "")?.evaluate(object) {
        Verdict::Proceed => Ok(false),
        Verdict::NotModified => Ok(true),
        Verdict::Failed => Err(conditions::failed()),
    }
}

/// RFC 9110 lets a 304 carry what a cache needs, and no description of a body that is not there.
fn not_modified(mut reply: Reply) -> Result<Reply, ApiError> {
    reply.status = StatusCode::NOT_MODIFIED;
    for name in ["content-type", "content-encoding", "content-language"] {
        reply.headers.remove(name);
    }
    Ok(reply)
}

fn override_headers(context: &Context, reply: &mut Reply) -> Result<(), ApiError> {
    for (query, header) in OVERRIDES {
        let Some(value) = context.request.query_nonempty(query) else {
            continue;
        };
        if context.identity == Identity::Anonymous {
            return Err(ApiError::argument(query, "only in signed requests"));
        }
        reply.set(header, value)?;
    }
    Ok(())
}

fn wanted_range(context: &Context, object: &Object) -> Result<Option<Span>, ApiError> {
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
    range::parse(header, object.data.len()).map(Some)
}
