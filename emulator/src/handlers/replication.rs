//! PUT and GET Bucket Replication.

use serde_json::{Value, json};

use super::Context;
use super::settings::{self, REPLICATION, absent};
use crate::authorize;
use crate::background::replicate;
use crate::error::{ApiError, code};
use crate::response::Reply;
use crate::settings::replication::Replication;
use crate::store::{Versioning, kind};

/// Answers the rules, each with the zone of the bucket that it names, as far as that is known here.
pub(crate) async fn get(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let snapshot = context.state.store.snapshot()?;
    let stored = snapshot.setting(&bucket, kind::REPLICATION)?;
    let mut document = stored.unwrap_or_else(|| absent(Some("rules")));
    let rules = document.get_mut("rules").and_then(Value::as_array_mut);
    for rule in rules.into_iter().flatten() {
        if let Some(Value::Object(destination)) = rule.get_mut("destination")
            && let Some(name) = destination.get("bucket").and_then(Value::as_str)
            && let Some(other) = snapshot.bucket(name)?
        {
            destination.insert("zone".to_owned(), json!(other.zone));
        }
    }
    Ok(Reply::json(&Value::Object(document)))
}

/// Replaces the rules. A bucket that is not here is taken to be in a zone that is not here either.
pub(crate) async fn put(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let rules = Replication::read(&context.json)?;
    let refused = |why: String| ApiError::new(code::INVALID_REQUEST, why);
    let destination = &rules.destination;
    if let Some(other) = context.state.store.snapshot()?.bucket(destination)? {
        authorize::require_owner(&context.identity, &other)?;
        if other.zone == bucket.zone {
            return Err(refused(format!("{destination} is in the same zone")));
        }
    }
    let catches_up = rules
        .rules
        .iter()
        .any(|rule| rule.enabled && rule.sync_marker);
    let now = context.now;
    settings::replace(context, &REPLICATION, move |change, bucket, document| {
        if bucket.versioning != Versioning::Disabled {
            let why = "A bucket that keeps versions is not copied";
            return Err(refused(why.to_owned()).into());
        }
        if catches_up {
            change.put_setting(bucket, kind::REPLICATION_BEGUN, &replicate::begun(now))?;
        }
        Ok(document)
    })
    .await
}
