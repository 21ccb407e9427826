//! Notifications: what happened to an object is told by POST.

use std::sync::Arc;
use std::time::SystemTime;

use http::Uri;
use tokio::time::{sleep, timeout};

use super::{Happened, preview};
use crate::error::ApiError;
use crate::origin;
use crate::settings::notification::{Cloudfunc, Event, Happening, Notification, Notifications};
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
    for rule in Notifications::read(&stored)?.rules {
        if !rule.is_about(happened.event, &happened.key) {
            continue;
        }
        let document = happening.document(&rule.id).to_string();
        let (shared, happened) = (Arc::clone(state), happened.clone());
        state.tasks.spawn(async move {
            // It is never closed.
            let _turn = shared.tasks.talking.acquire().await;
            if let Err(why) = handle(&shared, &happened, &rule, &document).await {
                shared.log(&format!("notification {}: {why}", rule.id));
            }
        });
    }
    Ok(())
}

/// Does what one notification wants, and then tells its receiver, if it has one.
async fn handle(
    state: &State,
    happened: &Happened,
    rule: &Notification,
    document: &str,
) -> Result<(), String> {
    match &rule.cloudfunc {
        Cloudfunc::Notifier => {}
        Cloudfunc::Image(job) => {
            if matches!(happened.event, Event::Create | Event::Complete) {
                let made = preview::make(state, happened, job).await;
                made.map_err(|error| format!("image: {}", error.message))?;
            }
        }
        Cloudfunc::TupuPorn => return Err("tupu-porn does nothing here".to_owned()),
    }
    let Some(url) = &rule.url else {
        return Ok(());
    };
    let delivered = deliver(state, url, document).await;
    delivered.map_err(|why| format!("telling {url}: {why}"))
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
