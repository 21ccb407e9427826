//! What can be set on a bucket: each document is read from the JSON that was put, and checked. Nothing here knows of
//! the store or of HTTP.

pub(crate) mod acl;
pub(crate) mod condition;
pub(crate) mod cors;
mod members;
pub(crate) mod policy;

use crate::error::{ApiError, code};

/// The error for rules that are well formed, but contradict each other or the service's.
fn contradiction(why: impl Into<String>) -> ApiError {
    ApiError::new(code::INVALID_REQUEST, why)
}

/// Refuses two of one id.
fn unique<'a>(path: &str, ids: impl Iterator<Item = &'a str>) -> Result<(), ApiError> {
    let mut seen = std::collections::BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(contradiction(format!("{path}: two have the id `{id}`")));
        }
    }
    Ok(())
}
