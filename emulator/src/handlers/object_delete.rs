//! DELETE Object.

use http::StatusCode;

use super::Context;
use crate::background::Happened;
use crate::error::ApiError;
use crate::response::Reply;
use crate::settings::notification::Event;
use crate::store::Change;

/// Deletes the object or one version of it. What is not there counts as deleted.
pub(crate) async fn delete(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let key = context.key()?.to_owned();
    let version = context
        .request
        .query_nonempty("version_id")
        .map(str::to_owned);
    let (now, seen) = (context.now, bucket.clone());
    let delete = move |change: &mut Change<'_>| match version {
        Some(id) => Ok((None, change.delete_version(&bucket, &key, &id)?)),
        None => {
            let deleted = change.delete(&bucket, &key, now)?;
            Ok((deleted.marker, deleted.version))
        }
    };
    let (marker, gone) = context.state.store.change(delete).await?;
    let mut reply = Reply::empty(StatusCode::NO_CONTENT);
    if let Some(marker) = marker {
        reply.set("X-QS-Version-Id", &marker.id())?;
    }
    match gone {
        Some(version) if version.delete_marker => reply.set("X-QS-Delete-Marker", "true")?,
        Some(version) => context.tell(Happened::to(Event::Delete, &seen, context.key()?, &version)),
        None => {}
    }
    Ok(reply)
}
