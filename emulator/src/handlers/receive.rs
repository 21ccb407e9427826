//! Bodies that become bytes of the store, and the digests that they are announced with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

use super::Context;
use crate::error::{ApiError, code};
use crate::sse::CustomerKey;
use crate::store::Written;

/// Writes the request's body, encrypted if there is a key. Its length must be announced unless it is empty, and its
/// Content-MD5, if there is one, must be right.
pub(crate) async fn receive(
    context: &mut Context,
    key: Option<&CustomerKey>,
) -> Result<Written, ApiError> {
    let digest = content_md5(context)?;
    let announced = context.body.has_length();
    context.body.restrict(u64::MAX)?;
    let mut writer = context.state.store.writer(key)?;
    while let Some(bytes) = context.body.next().await? {
        // The official SDK for Go sends an empty body in chunks, of which there are none.
        if !announced {
            return Err(ApiError::argument(
                "Content-Length",
                "required, but missing",
            ));
        }
        writer.write(bytes).await?;
    }
    let written = writer.finish().await?;
    check_md5(digest, written.md5)?;
    Ok(written)
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

/// The entity tag of what was written. That of an encrypted object is not the MD5 of what was sent: the API promises
/// none.
pub(crate) fn etag(written: &Written, key: Option<&CustomerKey>) -> String {
    match key {
        None => hex(&written.md5),
        Some(key) => {
            let mut salted = Md5::digest(key.md5.as_bytes()).to_vec();
            salted.extend_from_slice(&written.md5);
            hex(&Md5::digest(&salted).into())
        }
    }
}

/// An entity tag as headers have it.
pub(crate) fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(*bytes))
}
