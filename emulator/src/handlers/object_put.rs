//! PUT Object, and what all ways of making an object share.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::StatusCode;
use md5::{Digest as _, Md5};

use super::Context;
use crate::describe;
use crate::error::{ApiError, code};
use crate::response::Reply;
use crate::sse::{self, CustomerKey};
use crate::state::no_bucket;
use crate::store::{Description, Object};

/// Hashing more than this many bytes is moved off the threads that serve requests.
const HASH_INLINE: usize = 256 << 10;

/// Stores the body.
pub(crate) async fn put(context: &mut Context) -> Result<Reply, ApiError> {
    context.bucket()?;
    let description = describe::read(&context.request)?;
    let key = CustomerKey::read(&context.request, sse::CUSTOMER)?;
    let digest = content_md5(context)?;
    if !context.body.has_length() {
        return Err(ApiError::argument(
            "Content-Length",
            "required, but missing",
        ));
    }
    let data = context.body.collect(u64::MAX).await?;
    let md5 = digest_of(data.clone()).await?;
    check_md5(digest, md5)?;
    store(context, data, description, key, Some(hex(&md5))).await
}

/// Checks a JSON body against the request's Content-MD5, if there is one.
pub(crate) fn check_body(context: &Context, body: &[u8]) -> Result<(), ApiError> {
    check_md5(content_md5(context)?, Md5::digest(body).into())
}

/// The Content-MD5 header's 16 bytes.
fn content_md5(context: &Context) -> Result<Option<[u8; 16]>, ApiError> {
    let Some(text) = context.request.header("content-md5")? else {
        return Ok(None);
    };
    let digest = STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| <[u8; 16]>::try_from(bytes).ok())
        .ok_or_else(|| ApiError::argument("Content-MD5", "must be base64 of 16 bytes"))?;
    Ok(Some(digest))
}

/// Compares an announced digest with the real one.
fn check_md5(announced: Option<[u8; 16]>, real: [u8; 16]) -> Result<(), ApiError> {
    if announced.is_some_and(|announced| announced != real) {
        return Err(ApiError::new(
            code::BAD_DIGEST,
            "Content-MD5 is not the MD5 of the body",
        ));
    }
    Ok(())
}

/// The MD5 of some bytes.
async fn digest_of(data: Bytes) -> Result<[u8; 16], ApiError> {
    if data.len() <= HASH_INLINE {
        return Ok(Md5::digest(&data).into());
    }
    tokio::task::spawn_blocking(move || Md5::digest(&data).into())
        .await
        .map_err(|_| ApiError::new("internal_error", "The server is shutting down"))
}

/// Makes an object of the request's target and answers 201. `etag` is the MD5 of the data, if it is known.
pub(crate) async fn store(
    context: &Context,
    data: Bytes,
    description: Description,
    key: Option<CustomerKey>,
    etag: Option<String>,
) -> Result<Reply, ApiError> {
    let etag = match (etag, &key) {
        // An encrypted object's entity tag is not the MD5 of what was sent: the API promises none.
        (_, Some(key)) => {
            let mut salted = Md5::digest(key.md5.as_bytes()).to_vec();
            salted.extend_from_slice(&digest_of(data.clone()).await?);
            hex(&Md5::digest(&salted).into())
        }
        (Some(etag), None) => etag,
        (None, None) => hex(&digest_of(data.clone()).await?),
    };
    let mut reply = Reply::empty(StatusCode::CREATED);
    reply.set("ETag", &quoted(&etag))?;
    if let Some(key) = &key {
        echo_key(&mut reply, &key.md5)?;
    }
    let object = Object {
        data,
        etag,
        created: context.now,
        modified: context.now,
        description,
        key_print: key.as_ref().map(CustomerKey::print),
    };
    let bucket = context.bucket_name()?;
    context
        .state
        .store
        .put(bucket, context.key()?, object)
        .map_err(|_| no_bucket(bucket))?;
    Ok(reply)
}

/// Tells which key the object was encrypted with, as the request named it.
pub(crate) fn echo_key(reply: &mut Reply, key_md5: &str) -> Result<(), ApiError> {
    reply.set("X-QS-Encryption-Customer-Algorithm", sse::ALGORITHM)?;
    reply.set("X-QS-Encryption-Customer-Key-MD5", key_md5)
}

/// An entity tag as headers have it.
pub(crate) fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

fn hex(bytes: &[u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(*bytes))
}
