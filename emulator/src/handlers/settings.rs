//! What is set on a bucket as a whole document: read, replaced, and deleted.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::Context;
use crate::error::ApiError;
use crate::response::Reply;
use crate::settings::acl::Acl;
use crate::settings::cors::Cors;
use crate::settings::lifecycle::Lifecycle;
use crate::settings::logging::Logging;
use crate::settings::mirror::Mirror;
use crate::settings::notification::Notifications;
use crate::settings::policy::Policy;
use crate::settings::replication::Replication;
use crate::store::{Bucket, Change, StoreError, kind};

/// What is put, as it is stored.
pub(crate) type Document = Map<String, Value>;

/// One kind of document.
pub(crate) struct Setting {
    /// As the store calls it.
    kind: &'static str,
    /// Refuses what cannot be set.
    check: fn(&Document) -> Result<(), ApiError>,
    /// The list that the document is about: what was never set is answered with an empty one.
    list: Option<&'static str>,
}

pub(crate) const ACL: Setting = Setting {
    kind: kind::ACL,
    check: |document| Acl::read(document).map(drop),
    list: Some("acl"),
};

pub(crate) const CORS: Setting = Setting {
    kind: kind::CORS,
    check: |document| Cors::read(document).map(drop),
    list: Some("cors_rules"),
};

pub(crate) const LIFECYCLE: Setting = Setting {
    kind: kind::LIFECYCLE,
    check: |document| Lifecycle::read(document).map(drop),
    list: Some("rule"),
};

pub(crate) const LOGGING: Setting = Setting {
    kind: kind::LOGGING,
    check: |document| Logging::read(document).map(drop),
    list: None,
};

pub(crate) const MIRROR: Setting = Setting {
    kind: kind::MIRROR,
    check: |document| Mirror::read(document).map(drop),
    list: None,
};

pub(crate) const NOTIFICATION: Setting = Setting {
    kind: kind::NOTIFICATION,
    check: |document| Notifications::read(document).map(drop),
    list: Some("notifications"),
};

pub(crate) const POLICY: Setting = Setting {
    kind: kind::POLICY,
    check: |document| Policy::read(document).map(drop),
    list: Some("statement"),
};

pub(crate) const REPLICATION: Setting = Setting {
    kind: kind::REPLICATION,
    check: |document| Replication::read(document).map(drop),
    list: Some("rules"),
};

/// Answers the document.
pub(crate) async fn get(context: &Context, setting: &Setting) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let stored = context
        .state
        .store
        .snapshot()?
        .setting(&bucket, setting.kind)?;
    let document = stored.unwrap_or_else(|| absent(setting.list));
    Ok(Reply::json(&Value::Object(document)))
}

/// The same for the access control list, which is told with the bucket's owner.
pub(crate) async fn get_acl(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let stored = context.state.store.snapshot()?.setting(&bucket, ACL.kind)?;
    let mut document = stored.unwrap_or_else(|| absent(ACL.list));
    let name = context.state.settings.users.name_of(&bucket.owner);
    let owner = json!({ "id": bucket.owner, "name": name });
    document.insert("owner".to_owned(), owner);
    Ok(Reply::json(&Value::Object(document)))
}

/// Replaces the document.
pub(crate) async fn put(context: &Context, setting: &Setting) -> Result<Reply, ApiError> {
    replace(context, setting, |_, _, document| Ok(document)).await
}

/// Replaces the document by what becomes of the one that was put, in the light of what is stored.
pub(crate) async fn replace(
    context: &Context,
    setting: &Setting,
    finish: impl FnOnce(&mut Change<'_>, &Bucket, Document) -> Result<Document, StoreError>
    + Send
    + 'static,
) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    (setting.check)(&context.json)?;
    let document = without_nulls(&context.json);
    let kind = setting.kind;
    let step = context.state.store.change(move |change| {
        let bucket = change.bucket(&bucket)?;
        let document = finish(change, &bucket, document)?;
        change.put_setting(&bucket, kind, &document)
    });
    step.await?;
    Ok(Reply::empty(StatusCode::OK))
}

/// Removes the document; that there is none is no error.
pub(crate) async fn delete(context: &Context, setting: &Setting) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let kind = setting.kind;
    context
        .state
        .store
        .change(move |change| change.delete_setting(&bucket, kind))
        .await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// What is answered for what was never set.
pub(crate) fn absent(list: Option<&str>) -> Document {
    list.map(|name| (name.to_owned(), json!([])))
        .into_iter()
        .collect()
}

/// A document without the members that are as good as absent, at any depth.
fn without_nulls(document: &Document) -> Document {
    document
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), bare(value)))
        .collect()
}

fn bare(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(without_nulls(members)),
        Value::Array(items) => items.iter().map(bare).collect(),
        _ => value.clone(),
    }
}
