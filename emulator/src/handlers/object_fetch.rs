//! PUT Object with a URL that the server is to fetch.

use http::Uri;

use super::Context;
use super::object_put;
use crate::conditions::{self, Conditions, Verdict};
use crate::describe;
use crate::error::{ApiError, no_object};
use crate::origin::{self, Fetched};
use crate::response::Reply;
use crate::sse::{self, CustomerKey};
use crate::store::{Bucket, Description};
use crate::text;

const SOURCE: &str = "x-qs-fetch-source";

/// Downloads the source and stores it.
pub(crate) async fn fetch(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let url = context.request.header(SOURCE)?.unwrap_or("").to_owned();
    let class = describe::storage_class(&context.request)?;
    let key = CustomerKey::read(&context.request, sse::CUSTOMER)?;
    check_target(context, &bucket)?;
    // A path or a bare word parses as a URI too, but names no other server that could fail.
    if url.parse::<Uri>().is_ok_and(|uri| uri.scheme().is_none()) {
        return Err(ApiError::argument(SOURCE, "is no URL"));
    }
    let guard = context.state.begin_fetch(&url)?;
    let fetched = origin::download(&url, &context.state.settings).await?;
    let Fetched::Found {
        mut body,
        content_type,
    } = fetched
    else {
        return Err(no_object());
    };
    let mut writer = context.state.store.writer(key.as_ref())?;
    while let Some(bytes) = body.next().await? {
        writer.write(bytes).await?;
    }
    let written = writer.finish().await?;
    drop(guard);
    let description = Description {
        content_type: content_type.unwrap_or_else(|| describe::DEFAULT_CONTENT_TYPE.to_owned()),
        headers: Default::default(),
        metadata: Default::default(),
        storage_class: class.unwrap_or_else(|| describe::STANDARD.to_owned()),
    };
    object_put::store(context, bucket, written, description, key).await
}

/// The one condition of fetch is about the object that would be overwritten.
fn check_target(context: &Context, bucket: &Bucket) -> Result<(), ApiError> {
    let date = context
        .request
        .header("x-qs-fetch-if-unmodified-since")?
        .and_then(text::parse_http_date);
    let target = context
        .state
        .store
        .snapshot()?
        .object(bucket, context.key()?)?;
    let Some(target) = target else {
        return Ok(());
    };
    let conditions = Conditions {
        if_unmodified_since: date,
        ..Conditions::default()
    };
    match conditions.evaluate(&target) {
        Verdict::Proceed => Ok(()),
        Verdict::NotModified | Verdict::Failed => Err(conditions::failed()),
    }
}
