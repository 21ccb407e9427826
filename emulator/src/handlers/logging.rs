//! PUT Bucket Logging.

use super::Context;
use super::settings::{self, LOGGING};
use crate::authorize;
use crate::error::ApiError;
use crate::response::Reply;
use crate::settings::logging::Logging;

/// Sets where the log goes: a bucket of the same owner in the same zone.
pub(crate) async fn put(context: &Context) -> Result<Reply, ApiError> {
    context.bucket()?;
    let logging = Logging::read(&context.json)?;
    let target = context.state.bucket_in(context.zone()?, &logging.bucket)?;
    authorize::require_owner(&context.identity, &target)?;
    // Before it is stored, so that no request after that is missed.
    context.state.access_log.want();
    settings::replace(context, &LOGGING, move |change, _, document| {
        change.bucket(&target)?;
        Ok(document)
    })
    .await
}
