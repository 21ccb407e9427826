//! Carrying out lifecycle rules.

use std::ops::Bound;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::task::spawn_blocking;

use crate::error::{ApiError, code};
use crate::settings::lifecycle::{self, Action, Lifecycle};
use crate::state::State;
use crate::store::{Bucket, Change, StoreError, Version, kind};

/// So many objects, versions or uploads are looked at in one go, and changed in one step.
const PAGE: usize = 1000;

/// What the rules' objects are moved to, and are not moved again when they are there.
const TARGET: &str = "STANDARD_IA";

/// What carrying out the lifecycle rules of all buckets did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LifecycleReport {
    /// Objects that were deleted, or hidden behind a delete marker.
    pub expired: u64,
    /// Objects that were moved to another storage class.
    pub moved: u64,
    /// Uploads in parts that were aborted.
    pub aborted: u64,
    /// Older versions that were deleted.
    pub expired_versions: u64,
    /// Older versions that were moved to another storage class.
    pub moved_versions: u64,
}

/// What is to be done with something that was looked at.
struct Due {
    key: String,
    what: What,
}

enum What {
    Expire(Version),
    Move(Version),
    ExpireVersion(Version),
    MoveVersion(Version),
    Abort(String),
}

/// Where a look goes on.
#[derive(Clone)]
enum From {
    Objects(Bound<String>),
    /// After the version that was looked at last: it took the place of the next one, if that has the same key.
    History(Option<Box<(String, Version)>>),
    Uploads(Bound<(String, String)>),
}

/// Carries out the rules of all buckets.
pub(crate) async fn run(state: &Arc<State>) -> Result<LifecycleReport, ApiError> {
    let mut report = LifecycleReport::default();
    for bucket in state.store.snapshot()?.buckets()? {
        match run_in(state, &bucket, &mut report).await {
            Err(error) if error.code == code::BUCKET_NOT_EXISTS => {}
            outcome => outcome?,
        }
    }
    Ok(report)
}

async fn run_in(
    state: &Arc<State>,
    bucket: &Bucket,
    report: &mut LifecycleReport,
) -> Result<(), ApiError> {
    let now = state.now();
    let stored = state.store.snapshot()?.setting(bucket, kind::LIFECYCLE)?;
    let Some(stored) = stored else {
        return Ok(());
    };
    let rules = Arc::new(Lifecycle::read(&stored)?);
    for (actions, from) in [
        (
            &[Action::Expire, Action::Transition][..],
            From::Objects(Bound::Unbounded),
        ),
        (
            &[Action::ExpireNoncurrent, Action::TransitionNoncurrent],
            From::History(None),
        ),
        (&[Action::Abort], From::Uploads(Bound::Unbounded)),
    ] {
        let mut from = rules.has(actions, now).then_some(from);
        while let Some(place) = from {
            let (shared, rules, seen) = (Arc::clone(state), Arc::clone(&rules), bucket.clone());
            let look = spawn_blocking(move || look(&shared, &seen, &rules, place, now));
            let stopped = |_| ApiError::new(code::INTERNAL_ERROR, "The server is shutting down");
            let (due, next) = look.await.map_err(stopped)??;
            from = next;
            let seen = bucket.clone();
            let done = state
                .store
                .change(move |change| apply(change, &seen, due, now));
            report.add(&done.await?);
        }
    }
    let seen = bucket.clone();
    let mark = state.store.change(move |change| {
        // Rules that were put in the meantime have been applied to nothing yet.
        let unchanged = change.setting(&seen, kind::LIFECYCLE)?.as_ref() == Some(&stored);
        let after = lifecycle::applied(&stored, now);
        if unchanged && after != stored {
            change.put_setting(&seen, kind::LIFECYCLE, &after)?;
        }
        Ok(())
    });
    Ok(mark.await?)
}

/// Looks at some of a bucket: what is due there, and where to go on.
fn look(
    state: &State,
    bucket: &Bucket,
    rules: &Lifecycle,
    from: From,
    now: SystemTime,
) -> Result<(Vec<Due>, Option<From>), StoreError> {
    let snapshot = state.store.snapshot()?;
    let mut due = Vec::new();
    let mut next = None;
    match from {
        From::Objects(from) => {
            let from = from.as_ref().map(String::as_str);
            for (count, entry) in snapshot.objects(bucket, from)?.enumerate() {
                let (key, version) = entry?;
                if let Some(what) = due_object(rules, &key, &version, now) {
                    let key = key.clone();
                    due.push(Due { key, what });
                }
                if count + 1 == PAGE {
                    next = Some(From::Objects(Bound::Excluded(key)));
                    break;
                }
            }
        }
        From::History(mut newer) => {
            let after = newer
                .as_deref()
                .map(|(key, version)| (key.as_str(), version.sequence));
            for (count, entry) in snapshot.history(bucket, after)?.enumerate() {
                let (key, version) = entry?;
                let replaced = match newer.take().filter(|newer| newer.0 == key) {
                    Some(newer) => Some(newer.1),
                    None => snapshot.object(bucket, &key)?,
                };
                if let Some(replaced) = replaced
                    && let Some(what) = due_version(rules, &key, &version, &replaced, now)
                {
                    let key = key.clone();
                    due.push(Due { key, what });
                }
                newer = Some(Box::new((key, version)));
                if count + 1 == PAGE {
                    next = Some(From::History(newer.take()));
                    break;
                }
            }
        }
        From::Uploads(from) => {
            let from = from.as_ref().map(|(key, id)| (key.as_str(), id.as_str()));
            for (count, entry) in snapshot.uploads(bucket, from)?.enumerate() {
                let (key, id, upload) = entry?;
                if rules.is_due(Action::Abort, &key, upload.created, now) {
                    let (key, what) = (key.clone(), What::Abort(id.clone()));
                    due.push(Due { key, what });
                }
                if count + 1 == PAGE {
                    next = Some(From::Uploads(Bound::Excluded((key, id))));
                    break;
                }
            }
        }
    }
    Ok((due, next))
}

fn due_object(rules: &Lifecycle, key: &str, version: &Version, now: SystemTime) -> Option<What> {
    let is_due = |action| rules.is_due(action, key, version.modified, now);
    if is_due(Action::Expire) {
        Some(What::Expire(version.clone()))
    } else if version.description.storage_class != TARGET && is_due(Action::Transition) {
        Some(What::Move(version.clone()))
    } else {
        None
    }
}

/// The days of an older version count from when it was replaced.
fn due_version(
    rules: &Lifecycle,
    key: &str,
    version: &Version,
    newer: &Version,
    now: SystemTime,
) -> Option<What> {
    // What is appended to does not become another version.
    let replaced = if newer.appendable {
        newer.created
    } else {
        newer.modified
    };
    let is_due = |action| rules.is_due(action, key, replaced, now);
    let is_moved = version.delete_marker || version.description.storage_class == TARGET;
    if is_due(Action::ExpireNoncurrent) {
        Some(What::ExpireVersion(version.clone()))
    } else if !is_moved && is_due(Action::TransitionNoncurrent) {
        Some(What::MoveVersion(version.clone()))
    } else {
        None
    }
}

/// Does what is due, where nothing has changed since the look.
fn apply(
    change: &mut Change<'_>,
    bucket: &Bucket,
    due: Vec<Due>,
    now: SystemTime,
) -> Result<LifecycleReport, StoreError> {
    change.bucket(bucket)?;
    let mut report = LifecycleReport::default();
    for Due { key, what } in due {
        match what {
            What::Expire(seen) => {
                if change.object(bucket, &key)?.as_ref() == Some(&seen) {
                    change.delete(bucket, &key, now)?;
                    report.expired += 1;
                }
            }
            What::Move(seen) => {
                if change.object(bucket, &key)?.as_ref() == Some(&seen) {
                    change.replace(bucket, &key, &seen, &moved(&seen))?;
                    report.moved += 1;
                }
            }
            What::ExpireVersion(seen) => {
                if is_older(change, bucket, &key, &seen)? {
                    change.delete_version(bucket, &key, &seen.id())?;
                    report.expired_versions += 1;
                }
            }
            What::MoveVersion(seen) => {
                if is_older(change, bucket, &key, &seen)? {
                    change.replace(bucket, &key, &seen, &moved(&seen))?;
                    report.moved_versions += 1;
                }
            }
            What::Abort(id) => {
                report.aborted += u64::from(change.abort_upload(bucket, &key, &id)?);
            }
        }
    }
    Ok(report)
}

/// Whether a version is still there, and still not the newest: the newer one may have been deleted.
fn is_older(
    change: &Change<'_>,
    bucket: &Bucket,
    key: &str,
    seen: &Version,
) -> Result<bool, StoreError> {
    let newest = change.object(bucket, key)?;
    if newest.is_some_and(|newest| newest.sequence == seen.sequence) {
        return Ok(false);
    }
    Ok(change.version(bucket, key, &seen.id())?.as_ref() == Some(seen))
}

fn moved(version: &Version) -> Version {
    let mut moved = version.clone();
    TARGET.clone_into(&mut moved.description.storage_class);
    moved
}

impl LifecycleReport {
    fn add(&mut self, other: &LifecycleReport) {
        self.expired += other.expired;
        self.moved += other.moved;
        self.aborted += other.aborted;
        self.expired_versions += other.expired_versions;
        self.moved_versions += other.moved_versions;
    }
}
