//! PUT Bucket Lifecycle.

use super::Context;
use super::settings::{self, LIFECYCLE};
use crate::error::ApiError;
use crate::response::Reply;
use crate::settings::lifecycle;
use crate::store::kind;

/// Replaces the rules, and notes when each was put. Those that stay as they were keep their time.
pub(crate) async fn put(context: &Context) -> Result<Reply, ApiError> {
    let now = context.now;
    settings::replace(context, &LIFECYCLE, move |change, bucket, document| {
        let before = change.setting(bucket, kind::LIFECYCLE)?;
        Ok(lifecycle::dated(&document, before.as_ref(), now))
    })
    .await
}
