//! GET Service.

use serde_json::json;

use super::Context;
use crate::error::{ApiError, code};
use crate::response::Reply;
use crate::text;

const DEFAULT_LIMIT: u64 = 200;

/// Lists the buckets of the endpoint's zone, or of all zones at the global endpoint.
pub(crate) async fn list_buckets(context: &Context) -> Result<Reply, ApiError> {
    let sites = &context.state.settings.sites;
    let asked = context
        .request
        .header("location")?
        .filter(|zone| !zone.is_empty());
    if let Some(zone) = asked
        && !sites.zones.iter().any(|known| known == zone)
    {
        return Err(ApiError::new(
            code::INVALID_LOCATION,
            format!("Location: there is no zone `{zone}`"),
        ));
    }
    let offset = context.request.query_number("offset")?.unwrap_or(0);
    let limit = context
        .request
        .query_number("limit")?
        .unwrap_or(DEFAULT_LIMIT);
    let here = context.address.zone.as_deref();
    let buckets: Vec<_> = context
        .state
        .store
        .snapshot()?
        .buckets()?
        .into_iter()
        .filter(|bucket| bucket.owner == context.identity.user_id())
        .filter(|bucket| here.is_none_or(|zone| bucket.zone == zone))
        .filter(|bucket| asked.is_none_or(|zone| bucket.zone == zone))
        .skip(usize::try_from(offset).unwrap_or(usize::MAX))
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
        .map(|bucket| {
            let name = &bucket.name;
            json!({
                "location": bucket.zone,
                "name": name,
                "url": format!("https://{name}.{}.{}", bucket.zone, sites.domain),
                "created": text::iso8601_seconds(bucket.created),
            })
        })
        .collect();
    Ok(Reply::json(
        &json!({ "count": buckets.len(), "buckets": buckets }),
    ))
}
