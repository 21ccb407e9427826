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

/// The zones' names that the documentation has, in English and Chinese.
const NAMES: &[(&str, &str, &str)] = &[
    ("ap3", "Jakarta", "雅加达"),
    ("gd2", "Guangdong Zone 2", "广东2区"),
    ("pek3a", "Beijing Zone 3", "北京3区"),
    ("pek3b", "Beijing Zone 3 (B)", "北京3区-B"),
    ("sh1a", "Shanghai Zone 1", "上海1区"),
];

/// Lists the zones, for everybody. A zone of one's own is called like its id.
pub(crate) async fn list_locations(context: &Context) -> Result<Reply, ApiError> {
    let language = context.request.query_nonempty("lang");
    // Any other language is answered in English: the documentation says that there is always an answer.
    let chinese = matches!(language, Some("zh-cn" | "zh_CN"));
    let sites = &context.state.settings.sites;
    let locations = sites.zones.iter().map(|zone| {
        let known = NAMES.iter().find(|(id, ..)| id == zone);
        let name = known.map_or(
            zone.as_str(),
            |(_, english, local)| {
                if chinese { local } else { english }
            },
        );
        json!({ "id": zone, "name": name, "endpoint": format!("{zone}.{}", sites.domain) })
    });
    let locations: Vec<_> = locations.collect();
    Ok(Reply::json(&json!({ "locations": locations })))
}
