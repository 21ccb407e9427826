//! Notifications: what happened to an object is told by POST.

use std::sync::Arc;
use std::time::SystemTime;

use http::Uri;
use tokio::time::{sleep, timeout};

use super::Happened;
use crate::error::ApiError;
use crate::origin;
use crate::settings::notification::{Cloudfunc, Happening, Notifications};
use crate::state::State;
use crate::store::kind;
use crate::text;

/// Begins to tell what happened, where the bucket's owner wants to know it. Nobody waits for the answers.
pub(crate) fn tell(
    state: &Arc<State>,
    happened: &Happened,
    user: Option<&str>,
    request_id: &str,
    now: SystemTime,
) -> Result<(), ApiError> {
    let stored = state
        .store
        .snapshot()?
        .setting(&happened.bucket, kind::NOTIFICATION)?;
    let Some(stored) = stored else {
        return Ok(());
    };
    let happening = Happening {
        event: happened.event,
        time: text::iso8601_millis(now),
        zone: happened.bucket.zone.clone(),
        user: user.map(str::to_owned),
        request_id: request_id.to_owned(),
        bucket: happened.bucket.name.clone(),
        key: happened.key.clone(),
        etag: happened.etag.clone(),
        size: happened.size,
    };
    for rule in Notifications::read(&stored)?.about(happened.event, &happened.key) {
        if rule.cloudfunc != Cloudfunc::Notifier {
            state.log(&format!(
                "notification {}: only notifier is done here",
                rule.id
            ));
        } else if let Some(url) = rule.url.clone() {
            let document = happening.document(&rule.id).to_string();
            let (shared, id) = (Arc::clone(state), rule.id.clone());
            state.tasks.spawn(async move {
                // It is never closed.
                let _turn = shared.tasks.talking.acquire().await;
                if let Err(why) = deliver(&shared, &url, &document).await {
                    shared.log(&format!("notification {id} to {url}: {why}"));
                }
            });
        }
    }
    Ok(())
}

/// One attempt and, if need be, a second one.
async fn deliver(state: &State, url: &Uri, document: &str) -> Result<(), String> {
    if attempt(state, url, document).await.is_ok() {
        return Ok(());
    }
    sleep(state.settings.notify_pause).await;
    attempt(state, url, document).await
}

async fn attempt(state: &State, url: &Uri, document: &str) -> Result<(), String> {
    let settings = &state.settings;
    let status = timeout(
        settings.notify_timeout,
        origin::post(url, document.to_owned(), settings),
    )
    .await
    .map_err(|_| "no answer in time".to_owned())?
    .map_err(|error| error.message)?;
    if status.is_success() {
        return Ok(());
    }
    Err(format!("answered {status}"))
}
