//! Objects that a bucket does not have, but the site that it mirrors.

use http::StatusCode;

use super::Context;
use super::receive;
use crate::describe;
use crate::error::{ApiError, code};
use crate::origin::{self, Fetched};
use crate::response::Reply;
use crate::settings::mirror::Mirror;
use crate::store::{Bucket, Description, Draft, kind};

/// What became of a missing object.
pub(crate) enum Mirrored {
    /// It is stored now.
    Stored,
    /// Another request is fetching it: until then the site itself has it.
    Elsewhere(Reply),
}

/// Fetches the object that the request names, if the bucket mirrors a site and that has it.
pub(crate) async fn fetch(
    context: &Context,
    bucket: &Bucket,
) -> Result<Option<Mirrored>, ApiError> {
    let stored = context
        .state
        .store
        .snapshot()?
        .setting(bucket, kind::MIRROR)?;
    let Some(stored) = stored else {
        return Ok(None);
    };
    let key = context.key()?.to_owned();
    let url = Mirror::read(&stored)?.url(&key);
    let guard = match context.state.begin_fetch(&url) {
        Err(error) if error.code == code::FETCH_IN_PROCESS => {
            let mut reply = Reply::empty(StatusCode::FOUND);
            reply.set("Location", &url)?;
            return Ok(Some(Mirrored::Elsewhere(reply)));
        }
        guard => guard?,
    };
    let fetched = origin::download(&url, &context.state.settings).await?;
    let Fetched::Found {
        mut body,
        content_type,
    } = fetched
    else {
        return Ok(None);
    };
    let mut writer = context.state.store.writer(None)?;
    while let Some(bytes) = body.next().await? {
        writer.write(bytes).await?;
    }
    let written = writer.finish().await?;
    let draft = Draft {
        etag: receive::etag(&written, None),
        created: context.now,
        modified: context.now,
        description: Description {
            content_type: content_type.unwrap_or_else(|| describe::DEFAULT_CONTENT_TYPE.to_owned()),
            storage_class: describe::STANDARD.to_owned(),
            ..Description::default()
        },
        key_print: None,
        appendable: false,
        upload: None,
        segments: Vec::new(),
    };
    let bucket = bucket.clone();
    let step = context.state.store.change(move |change| {
        let bucket = change.bucket(&bucket)?;
        // Somebody may have written one in the meantime.
        if change.object(&bucket, &key)?.is_none() {
            let segments = change.adopt(written)?;
            change.put(&bucket, &key, Draft { segments, ..draft })?;
        }
        Ok(())
    });
    step.await?;
    drop(guard);
    Ok(Some(Mirrored::Stored))
}
