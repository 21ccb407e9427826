//! Upload Multipart: a part from the request's body, or copied from an object.

use http::StatusCode;

use super::Context;
use super::object_copy;
use super::object_put::echo_key;
use super::receive::{self, quoted};
use super::upload::{LAST_NUMBER, no_upload, upload_id};
use crate::conditions::Conditions;
use crate::error::ApiError;
use crate::range::{self, Span};
use crate::response::Reply;
use crate::sse::{self, CustomerKey};
use crate::store::{Bucket, Change, Part, Written};

/// Where a part goes.
struct Target {
    bucket: Bucket,
    name: String,
    upload: String,
    number: u32,
    key: Option<CustomerKey>,
}

/// Stores the body as a part.
pub(crate) async fn upload(context: &mut Context) -> Result<Reply, ApiError> {
    let target = target(context)?;
    let written = receive::receive(context, target.key.as_ref()).await?;
    store(context, target, written).await
}

/// Stores an object of the same zone, or a range of it, as a part.
pub(crate) async fn copy(context: &Context) -> Result<Reply, ApiError> {
    let target = target(context)?;
    let source = object_copy::source(context, "x-qs-copy-source")?;
    let source_key = CustomerKey::read(&context.request, sse::COPY_SOURCE)?;
    let conditions = Conditions::read(&context.request, "x-qs-copy-source-")?;
    let store_ = &context.state.store;
    let snapshot = store_.snapshot()?;
    let version = source.find(|bucket, key, id| match id {
        Some(id) => snapshot.version(bucket, key, id),
        None => snapshot.object(bucket, key),
    })?;
    sse::check(
        version.key_print.as_ref(),
        source_key.as_ref(),
        sse::COPY_SOURCE,
    )?;
    conditions.require(&version)?;
    let (first, length) = match context.request.header("x-qs-copy-range")? {
        None => (0, version.size),
        Some(header) => {
            let Span { first, last } = range::parse(header, version.size)
                .map_err(|error| ApiError::argument("X-QS-Copy-Range", error.message))?;
            (first, last - first + 1)
        }
    };
    let mut payload = store_.read(&snapshot, &version, first, length, source_key.as_ref())?;
    drop(snapshot);
    let mut writer = store_.writer(target.key.as_ref())?;
    while let Some(bytes) = payload.chunk().await? {
        writer.write(bytes).await?;
    }
    let written = writer.finish().await?;
    let mut reply = store(context, target, written).await?;
    if length > 0 {
        let last = first + length - 1;
        let range = format!("bytes {first}-{last}/{}", version.size);
        reply.set("X-QS-Content-Copy-Range", &range)?;
    }
    Ok(reply)
}

/// Reads where the part goes, and refuses it before its bytes are read if it cannot go there.
fn target(context: &Context) -> Result<Target, ApiError> {
    let bucket = context.bucket()?;
    let name = context.key()?.to_owned();
    let upload = upload_id(context).to_owned();
    let number = context
        .request
        .query_number("part_number")?
        .filter(|number| *number <= LAST_NUMBER)
        .and_then(|number| u32::try_from(number).ok())
        .ok_or_else(|| ApiError::argument("part_number", "must be from 0 to 10000"))?;
    let key = CustomerKey::read(&context.request, sse::CUSTOMER)?;
    let begun = context
        .state
        .store
        .snapshot()?
        .upload(&bucket, &name, &upload)?
        .ok_or_else(|| no_upload(&upload))?;
    sse::check(begun.key_print.as_ref(), key.as_ref(), sse::CUSTOMER)?;
    Ok(Target {
        bucket,
        name,
        upload,
        number,
        key,
    })
}

async fn store(context: &Context, target: Target, written: Written) -> Result<Reply, ApiError> {
    let etag = receive::etag(&written, target.key.as_ref());
    let mut reply = Reply::empty(StatusCode::CREATED);
    reply.set("ETag", &quoted(&etag))?;
    if let Some(key) = &target.key {
        echo_key(&mut reply, &key.md5)?;
    }
    let created = context.now;
    let put = move |change: &mut Change<'_>| {
        let bucket = change.bucket(&target.bucket)?;
        // It may have been completed or aborted while the bytes came.
        let upload = change
            .upload(&bucket, &target.name, &target.upload)?
            .ok_or_else(|| no_upload(&target.upload))?;
        let part = Part {
            size: written.size,
            etag,
            created,
            segments: change.adopt(written)?,
        };
        change.put_part(&bucket, (&target.upload, &upload), target.number, &part)
    };
    context.state.store.change(put).await?;
    Ok(reply)
}
