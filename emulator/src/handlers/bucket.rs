//! PUT, HEAD and DELETE Bucket, and its statistics.

use http::StatusCode;
use serde_json::{Map, json};

use super::Context;
use crate::error::{ApiError, code};
use crate::response::Reply;
use crate::store::{Bucket, Change, Versioning};
use crate::text;

/// Creates a bucket in the endpoint's zone.
pub(crate) async fn create(context: &Context) -> Result<Reply, ApiError> {
    let name = context.bucket_name()?;
    if !is_bucket_name(name) {
        return Err(ApiError::new(
            code::INVALID_BUCKET_NAME,
            format!(
                "`{name}` is no bucket name: 6 to 63 lower-case letters, digits and hyphens, \
                 a letter or digit at both ends"
            ),
        ));
    }
    let bucket = Bucket {
        // The store gives it one.
        id: 0,
        name: name.to_owned(),
        zone: context.zone()?.to_owned(),
        owner: context.identity.user_id().to_owned(),
        created: context.now,
        versioning: Versioning::Disabled,
    };
    let quota = context.state.settings.bucket_quota;
    let create = move |change: &mut Change<'_>| {
        if change.bucket_named(&bucket.name)?.is_some() {
            let message = format!("The bucket {} exists already", bucket.name);
            return Err(ApiError::new(code::BUCKET_ALREADY_EXISTS, message).into());
        }
        if let Some(quota) = quota
            && change.buckets_of(&bucket.owner)? >= quota
        {
            let message = format!("An account has at most {quota} buckets here");
            return Err(ApiError::new(code::TOO_MANY_BUCKETS, message).into());
        }
        change.create_bucket(bucket)
    };
    context.state.store.change(create).await?;
    Ok(Reply::empty(StatusCode::CREATED))
}

/// Tells whether the bucket is there.
pub(crate) async fn head(context: &Context) -> Result<Reply, ApiError> {
    context.bucket()?;
    Ok(Reply::empty(StatusCode::OK))
}

/// Deletes the bucket, if there is nothing in it.
pub(crate) async fn delete(context: &Context) -> Result<Reply, ApiError> {
    let seen = context.bucket()?;
    let age = context.now.duration_since(seen.created).unwrap_or_default();
    let lease = context.state.settings.bucket_lease;
    let delete = move |change: &mut Change<'_>| {
        let bucket = change.bucket(&seen)?;
        if age < lease {
            let message = format!("A bucket can be deleted {lease:?} after it was created");
            return Err(ApiError::new(code::LEASE_NOT_READY, message).into());
        }
        if !change.is_empty(&bucket)? {
            let message =
                "There are objects, versions, delete markers or open uploads in the bucket";
            return Err(ApiError::new(code::BUCKET_NOT_EMPTY, message).into());
        }
        change.delete_bucket(&bucket)
    };
    context.state.store.change(delete).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Counts what the bucket has: all versions, and the parts of open uploads in the sizes.
pub(crate) async fn statistics(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let usage = context.state.store.snapshot()?.usage(&bucket)?;
    let mut classes = Map::new();
    for (class, share) in &usage.classes {
        let share = json!({
            "count": share.count,
            "size": share.bytes,
            "billing_size": share.billed,
        });
        classes.insert(class.clone(), share);
    }
    let domain = &context.state.settings.sites.domain;
    Ok(Reply::json(&json!({
        "count": usage.classes.values().map(|share| share.count).sum::<u64>(),
        "size": usage.classes.values().map(|share| share.bytes).sum::<u64>(),
        "location": bucket.zone,
        "name": bucket.name,
        "url": format!("{}.{}.{domain}", bucket.name, bucket.zone),
        "status": "active",
        "created": text::iso8601_millis(bucket.created),
        "storage_classes": classes,
    })))
}

/// `^[a-z0-9][a-z0-9-]{4,61}[a-z0-9]$`
fn is_bucket_name(name: &str) -> bool {
    (6..=63).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::is_bucket_name;

    #[test]
    fn bucket_names() {
        let longest = "b".repeat(63);
        for good in ["photos", "0-0-0-0", "a----b", longest.as_str()] {
            assert!(is_bucket_name(good), "{good}");
        }
        let too_long = "b".repeat(64);
        for bad in [
            "",
            "short",
            "Photos",
            "my_bucket",
            "-photos",
            "photos-",
            "pho.tos",
            "photös",
            too_long.as_str(),
        ] {
            assert!(!is_bucket_name(bad), "{bad}");
        }
    }
}
