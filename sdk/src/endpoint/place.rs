//! What one request is about.

use crate::error::Error;
use crate::operation::Scope;
use crate::parts::QueryPair;

/// What one request is about.
pub(crate) struct Place<'a> {
    pub(crate) scope: Scope,
    pub(crate) bucket: Option<&'a str>,
    pub(crate) zone: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
    pub(crate) query: &'a [QueryPair],
    pub(crate) virtual_host: bool,
}
impl<'a> Place<'a> {
    /// The bucket and key that the scope asks for. An empty one would silently turn the request into
    /// one for the bucket or the service.
    pub(super) fn checked(&self) -> Result<(Option<&'a str>, Option<&'a str>), Error> {
        if self.scope == Scope::Service {
            return Ok((None, None));
        }
        let bucket = self.bucket.filter(|bucket| !bucket.is_empty());
        let bucket = bucket.ok_or_else(|| {
            Error::invalid(
                "this needs a bucket, and its name is empty: the request would address the service",
            )
        })?;
        if self.scope == Scope::Bucket {
            return Ok((Some(bucket), None));
        }
        let key = self.key.filter(|key| !key.is_empty());
        let key = key.ok_or_else(|| {
            Error::invalid("the key is empty: the request would address the bucket, not an object")
        })?;
        Ok((Some(bucket), Some(key)))
    }
}
