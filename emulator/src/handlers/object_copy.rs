//! PUT Object with a copy or a move source.

use super::Context;
use super::object_put::{self, created};
use crate::address::check_key;
use crate::authorize;
use crate::background::Happened;
use crate::conditions::Conditions;
use crate::describe;
use crate::error::{ApiError, code, no_object};
use crate::response::Reply;
use crate::settings::notification::Event;
use crate::sse::{self, CustomerKey};
use crate::store::{Bucket, Change, Description, Draft, StoreError, Version};
use crate::text;

/// An object, or a version of it, as a source header names it.
pub(crate) struct Source {
    pub(crate) bucket: Bucket,
    pub(crate) key: String,
    pub(crate) version_id: Option<String>,
}

/// Copies an object of the same zone. Encrypted bytes are written anew; others are shared by both objects.
pub(crate) async fn copy(context: &Context) -> Result<Reply, ApiError> {
    let target = context.bucket()?;
    let source = source(context, "x-qs-copy-source")?;
    let replace = replaces_metadata(context)?;
    let source_key = CustomerKey::read(&context.request, sse::COPY_SOURCE)?;
    let target_key = CustomerKey::read(&context.request, sse::CUSTOMER)?;
    let conditions = Conditions::read(&context.request, "x-qs-copy-source-")?;
    let replaced = replace
        .then(|| describe::read(&context.request))
        .transpose()?;
    let class = describe::storage_class(&context.request)?;
    let describe = move |version: &Version| describe_copy(version, replaced, class);

    if source_key.is_some() || target_key.is_some() {
        let snapshot = context.state.store.snapshot()?;
        let version = source.find(|bucket, key, id| match id {
            Some(id) => snapshot.version(bucket, key, id),
            None => snapshot.object(bucket, key),
        })?;
        sse::check(
            version.key_print.as_ref(),
            source_key.as_ref(),
            sse::COPY_SOURCE,
        )?;
        conditions.require(&version)?;
        let store = &context.state.store;
        let mut payload = store.read(&snapshot, &version, 0, version.size, source_key.as_ref())?;
        drop(snapshot);
        let mut writer = store.writer(target_key.as_ref())?;
        while let Some(bytes) = payload.chunk().await? {
            writer.write(bytes).await?;
        }
        let written = writer.finish().await?;
        return object_put::store(context, target, written, describe(&version), target_key).await;
    }

    let (key, seen) = (context.key()?.to_owned(), target.clone());
    let now = context.now;
    let copy = move |change: &mut Change<'_>| {
        let target = change.bucket(&target)?;
        let version = source.find_in(change)?;
        sse::check(version.key_print.as_ref(), None, sse::COPY_SOURCE)?;
        conditions.require(&version)?;
        let segments = change.share(&version)?;
        let draft = Draft {
            etag: version.etag.clone(),
            created: now,
            modified: now,
            description: describe(&version),
            key_print: None,
            appendable: false,
            upload: None,
            segments,
        };
        change.put(&target, &key, draft)
    };
    let version = context.state.store.change(copy).await?;
    context.tell(Happened::to(Event::Create, &seen, context.key()?, &version));
    created(&version, None)
}

/// What a copy has: all that its source has, unless the request replaces it; a storage class of its own in any case.
fn describe_copy(
    version: &Version,
    replaced: Option<Description>,
    class: Option<String>,
) -> Description {
    let mut description = replaced.unwrap_or_else(|| version.description.clone());
    if let Some(class) = class {
        description.storage_class = class;
    }
    description
}

fn replaces_metadata(context: &Context) -> Result<bool, ApiError> {
    let name = "X-QS-Metadata-Directive";
    match context.request.header(name)? {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("copy") => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("replace") => Ok(true),
        Some(_) => Err(ApiError::argument(name, "must be COPY or REPLACE")),
    }
}

/// Moves an object of the same zone; its encryption and description stay.
pub(crate) async fn rename(context: &Context) -> Result<Reply, ApiError> {
    let target = context.bucket()?;
    let source = source(context, "x-qs-move-source")?;
    let conditions = Conditions::read(&context.request, "x-qs-move-source-")?;
    let (key, seen) = (context.key()?.to_owned(), target.clone());
    let (source_bucket, source_key) = (source.bucket.clone(), source.key.clone());
    let now = context.now;
    let rename = move |change: &mut Change<'_>| {
        let target = change.bucket(&target)?;
        let version = source.find_in(change)?;
        conditions.require(&version)?;
        // Where the source's bucket keeps versions, its last one stays there and has the bytes too.
        let segments = change.share(&version)?;
        match &source.version_id {
            Some(id) => drop(change.delete_version(&source.bucket, &source.key, id)?),
            None => drop(change.delete(&source.bucket, &source.key, now)?),
        }
        let draft = Draft {
            etag: version.etag,
            created: version.created,
            modified: now,
            description: version.description,
            key_print: version.key_print,
            appendable: version.appendable,
            upload: None,
            segments,
        };
        change.put(&target, &key, draft)
    };
    let version = context.state.store.change(rename).await?;
    context.tell(Happened::to(Event::Create, &seen, context.key()?, &version));
    context.tell(Happened::to(
        Event::Delete,
        &source_bucket,
        &source_key,
        &version,
    ));
    created(&version, None)
}

impl Source {
    /// The version that is meant, which is not a delete marker.
    pub(crate) fn find(
        &self,
        look: impl FnOnce(&Bucket, &str, Option<&str>) -> Result<Option<Version>, StoreError>,
    ) -> Result<Version, StoreError> {
        let version = look(&self.bucket, &self.key, self.version_id.as_deref())?;
        let object = version.filter(|version| !version.delete_marker);
        object.ok_or_else(|| no_object().into())
    }

    pub(crate) fn find_in(&self, change: &Change<'_>) -> Result<Version, StoreError> {
        change.bucket(&self.bucket)?;
        self.find(|bucket, key, id| match id {
            Some(id) => change.version(bucket, key, id),
            None => change.object(bucket, key),
        })
    }
}

/// Reads `/bucket/percent%20encoded%20key`, with `?version_id=` after it or not. The bucket must be in this zone.
pub(crate) fn source(context: &Context, name: &str) -> Result<Source, ApiError> {
    let header = context.request.header(name)?.unwrap_or("");
    let (path, query) = header.split_once('?').unwrap_or((header, ""));
    let wrong = || {
        ApiError::argument(
            name,
            "must be `/<bucket>/<key>`, the key percent-encoded UTF-8",
        )
    };
    let (raw_bucket, raw_key) = path
        .strip_prefix('/')
        .and_then(|rest| rest.split_once('/'))
        .ok_or_else(wrong)?;
    let bucket = text::percent_decode(raw_bucket)
        .filter(|bucket| !bucket.is_empty())
        .ok_or_else(wrong)?;
    let key = text::percent_decode(raw_key).ok_or_else(wrong)?;
    check_key(&key)?;
    let version_id = match query.split_once('=') {
        None if query.is_empty() => None,
        Some(("version_id", id)) if !id.is_empty() => {
            Some(text::percent_decode(id).ok_or_else(wrong)?)
        }
        _ => {
            return Err(ApiError::new(
                code::INVALID_ARGUMENT,
                format!("{name}: only ?version_id=<id> may follow the key"),
            ));
        }
    };
    let bucket = context.state.bucket_in(context.zone()?, &bucket)?;
    context
        .caller()
        .require(authorize::reading(), &bucket, &key)?;
    Ok(Source {
        bucket,
        key,
        version_id,
    })
}
