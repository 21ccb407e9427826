//! GET and PUT Bucket Versioning.

use http::StatusCode;
use serde_json::{Value, json};

use super::Context;
use crate::error::{ApiError, code};
use crate::response::Reply;
use crate::store::{Change, Versioning, kind};

/// Tells whether the bucket keeps versions.
pub(crate) async fn get(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    Ok(Reply::json(&json!({ "status": bucket.versioning })))
}

/// Sets whether the bucket keeps versions; it never becomes again one that never did.
pub(crate) async fn put(context: &Context) -> Result<Reply, ApiError> {
    let seen = context.bucket()?;
    let versioning = match context.json.get("status").and_then(Value::as_str) {
        Some("ENABLED") => Versioning::Enabled,
        Some("SUSPENDED") => Versioning::Suspended,
        _ => {
            let why = "must be ENABLED or SUSPENDED";
            return Err(ApiError::argument("status", why));
        }
    };
    let put = move |change: &mut Change<'_>| {
        let mut bucket = change.bucket(&seen)?;
        if change.setting(&bucket, kind::REPLICATION)?.is_some() {
            let why = "A bucket that is replicated cannot have versions";
            return Err(ApiError::new(code::INVALID_REQUEST, why).into());
        }
        bucket.versioning = versioning;
        change.put_bucket(&bucket)
    };
    context.state.store.change(put).await?;
    Ok(Reply::empty(StatusCode::OK))
}
