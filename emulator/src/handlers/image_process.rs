//! Image Process: pictures that are made of a stored one.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::Context;
use super::{object_get, object_put};
use crate::authorize;
use crate::conditions::{Conditions, Verdict};
use crate::describe;
use crate::error::{ApiError, code};
use crate::image::{self, Action, MAX_SOURCE, Outcome, PictureMark, Saved};
use crate::origin::{self, Fetched};
use crate::payload::Payload;
use crate::response::Reply;
use crate::state::State;
use crate::store::{Bucket, Description, Snapshot, Version};
use crate::text;

/// So many pictures are worked on at a time, as each may take some hundred MiB.
static WORKSHOP: Semaphore = Semaphore::const_new(2);

/// Does what `action` says and answers the result.
pub(crate) async fn process(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let actions = image::parse(context.request.query("action").unwrap_or(""))?;
    let store = &context.state.store;
    let snapshot = store.snapshot()?;
    let object = object_get::named(context, &snapshot, &bucket)?;
    refuse_encrypted(&object)?;
    let mut reply = Reply::empty(StatusCode::OK);
    reply.set("Last-Modified", &text::http_date(object.modified))?;
    let conditions = Conditions {
        if_modified_since: Conditions::read(&context.request, "")?.if_modified_since,
        ..Conditions::default()
    };
    if conditions.evaluate(&object) == Verdict::NotModified {
        describe::write_headers(&object.description, &mut reply.headers);
        return object_get::not_modified(reply);
    }
    let targets = targets(context, &actions)?;
    let outcome = make(&context.state, snapshot, &object, actions).await?;
    for (target, saved) in targets.into_iter().zip(outcome.saved) {
        save(context, target, saved).await?;
    }
    describe::write_headers(&object.description, &mut reply.headers);
    reply.set("Content-Type", outcome.content_type)?;
    object_get::override_headers(context, &mut reply)?;
    reply.body = outcome.body.into();
    Ok(reply)
}

fn refuse_encrypted(object: &Version) -> Result<(), ApiError> {
    if object.key_print.is_some() {
        return Err(ApiError::new(
            code::INVALID_REQUEST,
            "An encrypted object cannot be processed",
        ));
    }
    Ok(())
}

/// Does what the actions say with an object, but for storing anything.
pub(crate) async fn make(
    state: &State,
    snapshot: Arc<Snapshot>,
    object: &Version,
    actions: Vec<Action>,
) -> Result<Outcome, ApiError> {
    refuse_encrypted(object)?;
    if object.size > MAX_SOURCE {
        return Err(ApiError::argument(
            "action",
            format!(
                "the object has {} bytes, and at most {MAX_SOURCE} can be processed",
                object.size
            ),
        ));
    }
    let source = state.store.read(&snapshot, object, 0, object.size, None)?;
    let source = whole(source).await?;
    drop(snapshot);
    let mut overlays = Vec::new();
    for mark in image::overlays(&actions) {
        overlays.push(download(state, mark).await?);
    }
    work(source, actions, overlays).await
}

/// The buckets to save in, which the caller has to have the right to write to.
fn targets(context: &Context, actions: &[Action]) -> Result<Vec<Bucket>, ApiError> {
    let mut targets = Vec::new();
    for action in actions {
        if let Action::Save { bucket, key } = action {
            let bucket = context.state.bucket_in(context.zone()?, bucket)?;
            context
                .caller()
                .require(authorize::writing(), &bucket, key)?;
            targets.push(bucket);
        }
    }
    Ok(targets)
}

async fn whole(mut payload: Payload) -> Result<Bytes, ApiError> {
    let mut parts = BytesMut::new();
    while let Some(bytes) = payload.chunk().await? {
        parts.extend_from_slice(&bytes);
    }
    Ok(parts.freeze())
}

/// Gets the picture that is to be laid over, from where a fetch may get things.
async fn download(state: &State, mark: &PictureMark) -> Result<Bytes, ApiError> {
    let failed = |why: &str| ApiError::argument("action", format!("watermark_image: `u`: {why}"));
    let fetched = origin::download(&mark.url, &state.settings).await;
    let mut body = match fetched {
        Ok(Fetched::Found { body, .. }) => body,
        Ok(Fetched::Missing) => return Err(failed("there is nothing at this URL")),
        Err(error) => return Err(failed(&error.message)),
    };
    let mut parts = BytesMut::new();
    loop {
        let next = body.next().await.map_err(|error| failed(&error.message))?;
        let Some(bytes) = next else {
            return Ok(parts.freeze());
        };
        parts.extend_from_slice(&bytes);
        if parts.len() as u64 > MAX_SOURCE {
            return Err(failed("the picture is too large"));
        }
    }
}

async fn work(
    source: Bytes,
    actions: Vec<Action>,
    overlays: Vec<Bytes>,
) -> Result<Outcome, ApiError> {
    let stopped = || ApiError::new(code::INTERNAL_ERROR, "The server is shutting down");
    let permit = WORKSHOP.acquire().await.map_err(|_| stopped())?;
    let working = spawn_blocking(move || {
        let outcome = image::process(source, &actions, &overlays);
        drop(permit);
        outcome
    });
    working.await.map_err(|failure| {
        if failure.is_panic() {
            // A library that gives up on a malformed file must not take more than this request with it.
            return ApiError::new(code::INVALID_REQUEST, "The picture cannot be processed");
        }
        stopped()
    })?
}

async fn save(context: &Context, bucket: Bucket, saved: Saved) -> Result<(), ApiError> {
    let mut writer = context.state.store.writer(None)?;
    writer.write(saved.body).await?;
    let written = writer.finish().await?;
    let description = Description {
        content_type: saved.content_type.to_owned(),
        storage_class: describe::STANDARD.to_owned(),
        ..Description::default()
    };
    object_put::store_as(context, bucket, saved.key, written, description, None).await?;
    Ok(())
}
