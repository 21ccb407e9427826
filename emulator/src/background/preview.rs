//! Notifications with `image`: a picture that was written is processed, and the result stored beside it.

use crate::address::check_key;
use crate::describe;
use crate::error::{ApiError, no_bucket};
use crate::handlers;
use crate::image::{self, Action};
use crate::settings::notification::ImageJob;
use crate::state::State;
use crate::store::{Bucket, Description, Draft};

use super::Happened;

/// Makes what a job wants of the object that was written. Storing it is not told to anybody: a job whose results fit its own
/// filters would go on for ever.
pub(crate) async fn make(
    state: &State,
    happened: &Happened,
    job: &ImageJob,
) -> Result<(), ApiError> {
    let actions = image::parse(&job.action)?;
    if actions
        .iter()
        .any(|action| matches!(action, Action::Save { .. }))
    {
        return Err(ApiError::argument(
            "action",
            "`save` is what the job does itself",
        ));
    }
    let key = format!("{}{}", job.key_begins, happened.key);
    check_key(&key)?;
    let snapshot = state.store.snapshot()?;
    let source = &happened.bucket;
    let target = match &job.bucket {
        None => source.clone(),
        Some(name) => {
            let proper =
                |bucket: &Bucket| bucket.owner == source.owner && bucket.zone == source.zone;
            let bucket = snapshot.bucket(name)?.filter(proper);
            bucket.ok_or_else(|| no_bucket(name))?
        }
    };
    let Some(object) = snapshot.object(source, &happened.key)? else {
        // It is gone by now.
        return Ok(());
    };
    let outcome = handlers::make_image(state, snapshot, &object, actions).await?;
    let mut writer = state.store.writer(None)?;
    writer.write(outcome.body).await?;
    let written = writer.finish().await?;
    let now = state.now();
    let draft = Draft {
        etag: handlers::etag(&written, None),
        created: now,
        modified: now,
        description: Description {
            content_type: outcome.content_type.to_owned(),
            storage_class: describe::STANDARD.to_owned(),
            ..Description::default()
        },
        key_print: None,
        appendable: false,
        upload: None,
        segments: Vec::new(),
    };
    let step = state.store.change(move |change| {
        let target = change.bucket(&target)?;
        let segments = change.adopt(written)?;
        change.put(&target, &key, Draft { segments, ..draft })
    });
    step.await?;
    Ok(())
}
