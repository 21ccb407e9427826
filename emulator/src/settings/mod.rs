//! What can be set on a bucket: each document is read from the JSON that was put, and checked. Nothing here knows of
//! the store or of HTTP.

pub(crate) mod acl;
pub(crate) mod cname;
pub(crate) mod condition;
pub(crate) mod cors;
pub(crate) mod lifecycle;
pub(crate) mod logging;
mod members;
pub(crate) mod mirror;
pub(crate) mod notification;
pub(crate) mod policy;
pub(crate) mod replication;

use crate::error::{ApiError, code};

#[cfg(test)]
mod hostile_tests;

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
