//! Append Object.

use http::StatusCode;
use md5::{Digest as _, Md5};

use super::Context;
use super::receive::{self, hex};
use crate::background::Happened;
use crate::describe;
use crate::error::{ApiError, code};
use crate::response::Reply;
use crate::settings::notification::Event;
use crate::store::{Change, Draft, Version};

/// An object that is appended to has at most so many bytes.
const MOST: u64 = 50 << 40;

/// Adds the body to the end of an object, or makes one that can be added to.
pub(crate) async fn append(context: &mut Context) -> Result<Reply, ApiError> {
    if context
        .request
        .headers
        .contains_key("x-qs-encryption-customer-key")
    {
        return Err(ApiError::argument(
            "X-QS-Encryption-Customer-Key",
            "objects that are appended to cannot be encrypted",
        ));
    }
    let bucket = context.bucket()?;
    let name = context.key()?.to_owned();
    let position = context
        .request
        .query_number("position")?
        .ok_or_else(|| ApiError::argument("position", "required, but missing"))?;
    let description = describe::read(&context.request)?;
    let object = context.state.store.snapshot()?.object(&bucket, &name)?;
    check(object.as_ref(), position)?;
    let written = receive::receive(context, None).await?;
    let (now, seen) = (context.now, bucket.clone());
    let append = move |change: &mut Change<'_>| {
        let bucket = change.bucket(&bucket)?;
        let object = change.object(&bucket, &name)?;
        // Another request may have been faster.
        check(object.as_ref(), position)?;
        let size = position + written.size;
        if size > MOST {
            return Err(ApiError::new(
                code::ENTITY_TOO_LARGE,
                "An object that is appended to has at most 50 TB",
            )
            .into());
        }
        let added = hex(&written.md5);
        let version = match object {
            None => {
                let segments = change.adopt(written)?;
                let draft = Draft {
                    etag: added,
                    created: now,
                    modified: now,
                    description,
                    key_print: None,
                    appendable: true,
                    upload: None,
                    segments,
                };
                change.put(&bucket, &name, draft)?
            }
            Some(old) => {
                let mut new = old.clone();
                change.extend(&mut new, written)?;
                new.etag = hex(&Md5::digest(format!("{}{added}", old.etag)).into());
                new.modified = now;
                change.replace(&bucket, &name, &old, &new)?;
                new
            }
        };
        Ok(version)
    };
    let version = context.state.store.change(append).await?;
    context.tell(Happened::to(Event::Create, &seen, context.key()?, &version));
    let mut reply = Reply::empty(StatusCode::OK);
    reply.set("X-QS-Next-Append-Position", &version.size.to_string())?;
    Ok(reply)
}

/// Whether something may be added to the object at this position.
fn check(object: Option<&Version>, position: u64) -> Result<(), ApiError> {
    if object.is_some_and(|object| !object.appendable) {
        return Err(ApiError::new(
            code::INVALID_OBJECT_STATE,
            "The object was not made by appending, so nothing can be appended to it",
        ));
    }
    let end = object.map_or(0, |object| object.size);
    if position != end {
        return Err(ApiError::argument(
            "position",
            format!("the object ends at {end}"),
        ));
    }
    Ok(())
}
