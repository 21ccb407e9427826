//! Delete Multiple Objects.

use serde_json::{Map, Value, json};

use super::Context;
use crate::address::check_key;
use crate::authorize;
use crate::background::Happened;
use crate::error::{ApiError, code};
use crate::response::Reply;
use crate::settings::notification::Event;
use crate::store::{Change, StoreError};

/// The most objects that one request may name.
const MOST: usize = 1000;

/// Deletes each object that is named; those that are not there count as deleted.
pub(crate) async fn delete(context: &Context) -> Result<Reply, ApiError> {
    let seen = context.bucket()?;
    let objects = match context.json.get("objects") {
        Some(Value::Array(objects)) => objects,
        _ => return Err(ApiError::argument("objects", "required, but missing")),
    };
    if objects.len() > MOST {
        return Err(ApiError::new(
            code::TOO_MANY_OBJECTS,
            format!("One request deletes at most {MOST} objects"),
        ));
    }
    let quiet = context.json.get("quiet") == Some(&Value::Bool(true));
    let mut named = Vec::with_capacity(objects.len());
    for (at, object) in objects.iter().enumerate() {
        named.push(read(at, object)?);
    }
    let mut errors = Vec::new();
    let mut keys = Vec::with_capacity(named.len());
    let mut denied = None;
    for (key, object) in named {
        let judged = context.caller().require(authorize::deleting(), &seen, key);
        let outcome = match judged {
            Err(error) if error.code == code::PERMISSION_DENIED => {
                denied.get_or_insert_with(|| error.message.clone());
                Err(error)
            }
            judged => judged.and_then(|()| check(key, object)),
        };
        match outcome {
            Ok(()) => keys.push(key.to_owned()),
            Err(error) => errors.push(json!({
                "key": key,
                "code": error.code,
                "message": error.message,
            })),
        }
    }
    // Whoever may delete none of them is refused as a whole.
    if let (true, Some(why)) = (keys.is_empty(), denied) {
        return Err(ApiError::new(code::PERMISSION_DENIED, why));
    }
    let deleted = if quiet {
        Vec::new()
    } else {
        keys.iter().map(|key| json!({ "key": key })).collect()
    };
    let (now, bucket) = (context.now, seen.clone());
    let delete = move |change: &mut Change<'_>| -> Result<Vec<Happened>, StoreError> {
        let bucket = change.bucket(&bucket)?;
        let mut happened = Vec::new();
        for key in &keys {
            let deleted = change.delete(&bucket, key, now)?.version;
            if let Some(version) = deleted.filter(|version| !version.delete_marker) {
                happened.push(Happened::to(Event::Delete, &bucket, key, &version));
            }
        }
        Ok(happened)
    };
    for happened in context.state.store.change(delete).await? {
        context.tell(happened);
    }
    Ok(Reply::json(
        &json!({ "deleted": deleted, "errors": errors }),
    ))
}

fn read(at: usize, object: &Value) -> Result<(&str, &Map<String, Value>), ApiError> {
    let members = object.as_object();
    let key = members.and_then(|members| members.get("key")?.as_str());
    match (key, members) {
        (Some(key), Some(members)) => Ok((key, members)),
        _ => Err(ApiError::argument(
            &format!("objects[{at}].key"),
            "must be a string",
        )),
    }
}

fn check(key: &str, members: &Map<String, Value>) -> Result<(), ApiError> {
    check_key(key)?;
    // To delete the current object where one version was meant would lose data.
    if members.get("version_id").is_some_and(|id| !id.is_null()) {
        return Err(ApiError::argument("version_id", "not supported here"));
    }
    Ok(())
}
