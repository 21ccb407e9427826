//! PUT Object, and what all ways of making an object share.

use http::StatusCode;

use super::Context;
use super::receive::{self, quoted};
use crate::background::Happened;
use crate::describe;
use crate::error::ApiError;
use crate::response::Reply;
use crate::settings::notification::Event;
use crate::sse::{self, CustomerKey};
use crate::store::{Bucket, Description, Draft, Version, Written};

/// Stores the body.
pub(crate) async fn put(context: &mut Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let description = describe::read(&context.request)?;
    let key = CustomerKey::read(&context.request, sse::CUSTOMER)?;
    let written = receive::receive(context, key.as_ref()).await?;
    store(context, bucket, written, description, key).await
}

/// Makes an object of the request's target and answers 201.
pub(crate) async fn store(
    context: &Context,
    bucket: Bucket,
    written: Written,
    description: Description,
    key: Option<CustomerKey>,
) -> Result<Reply, ApiError> {
    let name = context.key()?.to_owned();
    store_as(context, bucket, name, written, description, key).await
}

/// The same for an object of another name.
pub(crate) async fn store_as(
    context: &Context,
    bucket: Bucket,
    name: String,
    written: Written,
    description: Description,
    key: Option<CustomerKey>,
) -> Result<Reply, ApiError> {
    let draft = Draft {
        etag: receive::etag(&written, key.as_ref()),
        created: context.now,
        modified: context.now,
        description,
        key_print: key.as_ref().map(CustomerKey::print),
        appendable: false,
        upload: None,
        segments: Vec::new(),
    };
    let (seen, key_name) = (bucket.clone(), name.clone());
    let store = &context.state.store;
    let version = store
        .change(move |change| {
            let bucket = change.bucket(&bucket)?;
            let segments = change.adopt(written)?;
            change.put(&bucket, &name, Draft { segments, ..draft })
        })
        .await?;
    context.tell(Happened::to(Event::Create, &seen, &key_name, &version));
    created(&version, key.as_ref())
}

/// The answer that a version was made.
pub(crate) fn created(version: &Version, key: Option<&CustomerKey>) -> Result<Reply, ApiError> {
    let mut reply = Reply::empty(StatusCode::CREATED);
    reply.set("ETag", &quoted(&version.etag))?;
    if let Some(key) = key {
        echo_key(&mut reply, &key.md5)?;
    }
    if !version.unversioned {
        reply.set("X-QS-Version-Id", &version.id())?;
    }
    Ok(reply)
}

/// Tells which key the object was encrypted with, as the request named it.
pub(crate) fn echo_key(reply: &mut Reply, key_md5: &str) -> Result<(), ApiError> {
    reply.set("X-QS-Encryption-Customer-Algorithm", sse::ALGORITHM)?;
    reply.set("X-QS-Encryption-Customer-Key-MD5", key_md5)
}
