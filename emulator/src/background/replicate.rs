//! Replication to another bucket of this server. Buckets of zones that are not here get nothing.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use super::Happened;
use crate::error::ApiError;
use crate::settings::notification::Event;
use crate::settings::replication::{Replication, Rule};
use crate::state::State;
use crate::store::{Bucket, Change, Draft, StoreError, Version, kind};
use crate::text;

/// Objects that are older than the rules are copied this long after the rules were put.
const HISTORY_AFTER: Duration = Duration::from_secs(30 * 60);

/// So many objects are looked at in one step.
const PAGE: usize = 1000;

/// Begins to do to the other bucket what was done to an object.
pub(crate) fn follow(state: &Arc<State>, happened: &Happened) -> Result<(), ApiError> {
    let stored = state
        .store
        .snapshot()?
        .setting(&happened.bucket, kind::REPLICATION)?;
    if stored.is_none() || happened.event == Event::Abort {
        return Ok(());
    }
    let (shared, happened, now) = (Arc::clone(state), happened.clone(), state.now());
    state.tasks.spawn(async move {
        let (bucket, key) = (happened.bucket, happened.key);
        let deleted = happened.event == Event::Delete;
        let copied = shared
            .store
            .change(move |change| {
                let Some((rules, other)) = destination(change, &bucket)? else {
                    return Ok(());
                };
                let Some(rule) = rules.about(&key) else {
                    return Ok(());
                };
                // What is there by now counts: a later change has its own turn.
                match change.object(&bucket, &key)? {
                    Some(version) => copy(change, &version, &other, &key, rule, now),
                    None if deleted && rule.delete_marker => {
                        change.delete(&other, &key, now).map(drop)
                    }
                    None => Ok(()),
                }
            })
            .await;
        if let Err(error) = copied {
            shared.log(&format!("replication: {}", ApiError::from(error).message));
        }
    });
    Ok(())
}

/// The rules of a bucket and the bucket that they name, as long as it is a proper one.
fn destination(
    change: &Change<'_>,
    bucket: &Bucket,
) -> Result<Option<(Replication, Bucket)>, StoreError> {
    let bucket = change.bucket(bucket)?;
    let Some(stored) = change.setting(&bucket, kind::REPLICATION)? else {
        return Ok(None);
    };
    let rules = Replication::read(&stored)?;
    let other = change.bucket_named(&rules.destination)?;
    let proper = |other: &Bucket| other.owner == bucket.owner && other.zone != bucket.zone;
    Ok(other.filter(proper).map(|other| (rules, other)))
}

fn copy(
    change: &mut Change<'_>,
    version: &Version,
    other: &Bucket,
    key: &str,
    rule: &Rule,
    now: SystemTime,
) -> Result<(), StoreError> {
    let segments = change.share(version)?;
    let mut description = version.description.clone();
    rule.storage_class
        .clone_into(&mut description.storage_class);
    let draft = Draft {
        etag: version.etag.clone(),
        created: version.created,
        modified: now,
        description,
        key_print: version.key_print.clone(),
        appendable: version.appendable,
        upload: None,
        segments,
    };
    change.put(other, key, draft).map(drop)
}

/// What is kept beside rules that were put at `now`.
pub(crate) fn begun(now: SystemTime) -> Map<String, Value> {
    Map::from_iter([("put".to_owned(), json!(text::unix(now)))])
}

/// Copies the objects that are older than the rules, where a rule wants that and the time has come. Says how many.
pub(crate) async fn history(state: &Arc<State>) -> Result<u64, ApiError> {
    let now = state.now();
    let mut copied = 0;
    for bucket in state.store.snapshot()?.buckets()? {
        let snapshot = state.store.snapshot()?;
        let begun = snapshot.setting(&bucket, kind::REPLICATION_BEGUN)?;
        let put = begun.and_then(|begun| begun.get("put")?.as_u64());
        let due = put.and_then(|put| {
            UNIX_EPOCH.checked_add(Duration::from_secs(put).checked_add(HISTORY_AFTER)?)
        });
        if due.is_none_or(|due| due > now) {
            continue;
        }
        let mut from = String::new();
        loop {
            let (seen, keys) = page(state, &bucket, &from)?;
            let Some(last) = seen else {
                break;
            };
            from = last;
            copied += catch_up(state, &bucket, keys, now).await?;
        }
        let done = state
            .store
            .change(move |change| change.delete_setting(&bucket, kind::REPLICATION_BEGUN));
        done.await?;
    }
    Ok(copied)
}

/// The keys after `from`, and the last of them.
fn page(
    state: &State,
    bucket: &Bucket,
    from: &str,
) -> Result<(Option<String>, Vec<String>), ApiError> {
    use std::ops::Bound;
    let objects = state
        .store
        .snapshot()?
        .objects(bucket, Bound::Excluded(from))?;
    let keys: Result<Vec<String>, StoreError> = objects
        .take(PAGE)
        .map(|entry| entry.map(|(key, _)| key))
        .collect();
    let keys = keys?;
    Ok((keys.last().cloned(), keys))
}

async fn catch_up(
    state: &Arc<State>,
    bucket: &Bucket,
    keys: Vec<String>,
    now: SystemTime,
) -> Result<u64, ApiError> {
    let bucket = bucket.clone();
    let step = state.store.change(move |change| {
        let mut copied = 0;
        let Some((rules, other)) = destination(change, &bucket)? else {
            return Ok(copied);
        };
        for key in keys {
            let Some(rule) = rules.about(&key).filter(|rule| rule.sync_marker) else {
                continue;
            };
            if change.object(&other, &key)?.is_some() {
                continue;
            }
            if let Some(version) = change.object(&bucket, &key)? {
                copy(change, &version, &other, &key, rule, now)?;
                copied += 1;
            }
        }
        Ok(copied)
    });
    Ok(step.await?)
}
