//! Who may do what.

use http::Method;

use crate::address::Address;
use crate::auth::Identity;
use crate::error::{ApiError, code};
use crate::request::Request;
use crate::route::{Auth, Route};
use crate::state::State;
use crate::store::Bucket;

/// What is asked, and by whom. It is judged once, before the handler runs.
pub(crate) struct Question<'a> {
    pub(crate) state: &'a State,
    #[expect(dead_code, reason = "policies have conditions on headers")]
    pub(crate) request: &'a Request,
    pub(crate) address: &'a Address,
    pub(crate) identity: &'a Identity,
    pub(crate) route: &'static Route,
}

/// Refuses what the caller has no right to. A bucket that does not exist is for the handler to report.
pub(crate) fn authorize(question: &Question<'_>) -> Result<(), ApiError> {
    let Question {
        state,
        address,
        identity,
        route,
        ..
    } = question;
    if matches!(identity, Identity::Anonymous) {
        if is_open(route) {
            return Ok(());
        }
        return Err(ApiError::new(
            code::PERMISSION_DENIED,
            format!("{} needs a signed request here", route.title),
        ));
    }
    let Some(name) = &address.bucket else {
        return Ok(());
    };
    // Whoever asks for a name that is taken is told so, whoever has it.
    if route.operation == "PutBucket" || is_open(route) {
        return Ok(());
    }
    match state.store.snapshot()?.bucket(name)? {
        Some(bucket) => require_owner(identity, &bucket),
        None => Ok(()),
    }
}

/// Whether an unsigned request is served. Most operations with optional authentication are open only where a policy or
/// an ACL says so, and there are none here; preflight requests are open by nature, and forms sign themselves.
fn is_open(route: &Route) -> bool {
    match route.auth {
        Auth::Required => false,
        Auth::Optional => route.method == Method::OPTIONS,
        Auth::Form => true,
    }
}

/// Whether the caller may read an object of a bucket that the request names in a header.
pub(crate) fn may_read_source(
    identity: &Identity,
    bucket: &Bucket,
    _key: &str,
) -> Result<(), ApiError> {
    require_owner(identity, bucket)
}

/// Refuses everybody but the bucket's owner.
pub(crate) fn require_owner(identity: &Identity, bucket: &Bucket) -> Result<(), ApiError> {
    match identity {
        Identity::User(user) if user.id == bucket.owner => Ok(()),
        _ => Err(ApiError::new(
            code::PERMISSION_DENIED,
            format!("Only its owner may do this with the bucket {}", bucket.name),
        )),
    }
}
