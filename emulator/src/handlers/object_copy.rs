//! PUT Object with a copy or a move source.

use std::sync::Arc;

use http::StatusCode;

use super::Context;
use super::object_get::no_object;
use super::object_put;
use crate::address::check_key;
use crate::conditions::Conditions;
use crate::describe;
use crate::error::{ApiError, code};
use crate::response::Reply;
use crate::sse::{self, CustomerKey};
use crate::state::no_bucket;
use crate::store::{Description, Object, StoreError};
use crate::text;

/// A bucket and a key, as a source header names them.
struct Source {
    bucket: String,
    key: String,
}

/// Copies an object of the same zone.
pub(crate) async fn copy(context: &Context) -> Result<Reply, ApiError> {
    context.bucket()?;
    let source = source(context, "x-qs-copy-source")?;
    let replace = replaces_metadata(context)?;
    let source_key = CustomerKey::read(&context.request, sse::COPY_SOURCE)?;
    let target_key = CustomerKey::read(&context.request, sse::CUSTOMER)?;
    let object = find(context, &source)?;
    sse::check(
        object.key_print.as_ref(),
        source_key.as_ref(),
        sse::COPY_SOURCE,
    )?;
    Conditions::read(&context.request, "x-qs-copy-source-")?.require(&object)?;
    let description = description(context, &object, replace)?;
    let etag = object.key_print.is_none().then(|| object.etag.clone());
    object_put::store(context, object.data.clone(), description, target_key, etag).await
}

/// What a copy has: all that its source has, unless the request replaces it; a storage class of its own in any case.
fn description(context: &Context, object: &Object, replace: bool) -> Result<Description, ApiError> {
    if replace {
        return describe::read(&context.request);
    }
    let mut description = object.description.clone();
    if let Some(class) = describe::storage_class(&context.request)? {
        description.storage_class = class;
    }
    Ok(description)
}

fn replaces_metadata(context: &Context) -> Result<bool, ApiError> {
    let name = "X-QS-Metadata-Directive";
    match context.request.header(name)? {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("copy") => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("replace") => Ok(true),
        Some(_) => Err(ApiError::argument(name, "must be COPY or REPLACE")),
    }
}

/// Moves an object of the same zone; its encryption and description stay.
pub(crate) async fn rename(context: &Context) -> Result<Reply, ApiError> {
    context.bucket()?;
    let source = source(context, "x-qs-move-source")?;
    let conditions = Conditions::read(&context.request, "x-qs-move-source-")?;
    let bucket = context.bucket_name()?;
    let target = (bucket, context.key()?);
    loop {
        let object = find(context, &source)?;
        conditions.require(&object)?;
        let moved = Object {
            modified: context.now,
            ..Object::clone(&object)
        };
        let from = (source.bucket.as_str(), source.key.as_str());
        match context.state.store.rename(from, &object, target, moved) {
            Ok(()) => {
                let mut reply = Reply::empty(StatusCode::CREATED);
                reply.set("ETag", &object_put::quoted(&object.etag))?;
                return Ok(reply);
            }
            // Somebody wrote or removed the source in between: look again.
            Err(StoreError::Changed) => {}
            Err(StoreError::NoBucket | StoreError::BucketExists) => return Err(no_bucket(bucket)),
        }
    }
}

fn find(context: &Context, source: &Source) -> Result<Arc<Object>, ApiError> {
    context.state.bucket_in(context.zone()?, &source.bucket)?;
    context
        .state
        .store
        .object(&source.bucket, &source.key)
        .ok_or_else(no_object)
}

/// Reads `/bucket/percent%20encoded%20key`, with `?version_id=` after it or not.
fn source(context: &Context, name: &str) -> Result<Source, ApiError> {
    let header = context.request.header(name)?.unwrap_or("");
    let (path, query) = header.split_once('?').unwrap_or((header, ""));
    let wrong = || {
        ApiError::argument(
            name,
            "must be `/<bucket>/<key>`, the key percent-encoded UTF-8",
        )
    };
    let (raw_bucket, raw_key) = path
        .strip_prefix('/')
        .and_then(|rest| rest.split_once('/'))
        .ok_or_else(wrong)?;
    let bucket = text::percent_decode(raw_bucket)
        .filter(|bucket| !bucket.is_empty())
        .ok_or_else(wrong)?;
    let key = text::percent_decode(raw_key).ok_or_else(wrong)?;
    check_key(&key)?;
    match query.split_once('=') {
        None if query.is_empty() => {}
        // Nothing has versions as long as versioning cannot be enabled.
        Some(("version_id", id)) if !id.is_empty() => return Err(no_object()),
        _ => {
            return Err(ApiError::new(
                code::INVALID_ARGUMENT,
                format!("{name}: only ?version_id=<id> may follow the key"),
            ));
        }
    }
    Ok(Source { bucket, key })
}
