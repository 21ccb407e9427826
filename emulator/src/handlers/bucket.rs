//! PUT Bucket.

use http::StatusCode;

use super::Context;
use crate::error::{ApiError, code};
use crate::response::Reply;
use crate::store::{Bucket, Change, Versioning};

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
    let create = move |change: &mut Change<'_>| {
        if change.bucket_named(&bucket.name)?.is_some() {
            let message = format!("The bucket {} exists already", bucket.name);
            return Err(ApiError::new(code::BUCKET_ALREADY_EXISTS, message).into());
        }
        change.create_bucket(bucket)
    };
    context.state.store.change(create).await?;
    Ok(Reply::empty(StatusCode::CREATED))
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
