//! GET, PUT and DELETE Bucket CNAME.

use http::StatusCode;
use serde_json::json;

use super::Context;
use crate::address;
use crate::error::{ApiError, code};
use crate::response::Reply;
use crate::settings::cname;
use crate::store::kind;

/// Lists the domains of one kind.
pub(crate) async fn get(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let kind = cname::kind("type", context.request.query_nonempty("type"))?;
    let stored = context
        .state
        .store
        .snapshot()?
        .setting(&bucket, kind::CNAME)?;
    let records = cname::records(stored.as_ref(), Some(kind));
    Ok(Reply::json(
        &json!({ "count": records.len(), "cname_records": records }),
    ))
}

/// Binds one domain more. Whether it is registered and points here is not looked at: it may well be made up.
pub(crate) async fn put(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let domain = cname::domain(&context.json)?;
    if address::is_own(&context.state.settings.sites, &domain) {
        return Err(ApiError::new(
            code::CNAME_ERROR,
            format!("{domain} is an address of this server itself"),
        ));
    }
    let (put, now) = (context.json.clone(), context.now);
    let (bound, seen) = (domain.clone(), bucket.clone());
    context
        .state
        .store
        .change(move |change| {
            let others = change.others_with(&bucket, kind::CNAME)?;
            if others.iter().any(|other| cname::has(other, &domain)) {
                return Err(ApiError::new(
                    code::DOMAIN_OCCUPIED,
                    format!("{domain} is bound to another bucket"),
                )
                .into());
            }
            let before = change.setting(&bucket, kind::CNAME)?;
            let after = cname::bound(before.as_ref(), &put, now)?;
            change.put_setting(&bucket, kind::CNAME, &after)
        })
        .await?;
    context.state.domains.bind(&bound, &seen);
    Ok(Reply::empty(StatusCode::OK))
}

/// Unbinds a domain; one that is not bound is no error.
pub(crate) async fn delete(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let domain = cname::domain(&context.json)?;
    let (unbound, seen) = (domain.clone(), bucket.clone());
    context
        .state
        .store
        .change(move |change| {
            let before = change.setting(&bucket, kind::CNAME)?;
            match cname::unbound(before.as_ref(), &domain) {
                Some(after) => change.put_setting(&bucket, kind::CNAME, &after),
                None => change.bucket(&bucket).map(drop),
            }
        })
        .await?;
    context.state.domains.unbind(&unbound, &seen);
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
