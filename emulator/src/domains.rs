//! Domains that are bound to buckets: a request to one of them is about its bucket.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use serde_json::Value;

use crate::settings::cname;
use crate::store::{Bucket, Snapshot, StoreError, kind};

/// What the settings of all buckets say, by domain. A bucket that was deleted since is still named here: whoever looks
/// it up sees by its id that it is another one or none.
#[derive(Debug, Default)]
pub(crate) struct Domains {
    bound: RwLock<HashMap<String, Bucket>>,
}

impl Domains {
    /// Reads the settings of all buckets.
    pub(crate) fn load(snapshot: &Snapshot) -> Result<Domains, StoreError> {
        let domains = Domains::default();
        for bucket in snapshot.buckets()? {
            let stored = snapshot.setting(&bucket, kind::CNAME)?;
            for record in cname::records(stored.as_ref(), None) {
                if let Some(domain) = record.get("domain").and_then(Value::as_str) {
                    domains.bind(domain, &bucket);
                }
            }
        }
        Ok(domains)
    }

    pub(crate) fn bind(&self, domain: &str, bucket: &Bucket) {
        self.write().insert(domain.to_owned(), bucket.clone());
    }

    /// Forgets a domain, if it is bound to this bucket.
    pub(crate) fn unbind(&self, domain: &str, bucket: &Bucket) {
        let mut bound = self.write();
        if bound.get(domain).is_some_and(|other| other.id == bucket.id) {
            bound.remove(domain);
        }
    }

    /// The bucket that a domain is bound to, if it is still there.
    pub(crate) fn bucket(
        &self,
        domain: &str,
        snapshot: impl FnOnce(&str) -> Option<Bucket>,
    ) -> Option<Bucket> {
        let seen = {
            let bound = self.bound.read().unwrap_or_else(PoisonError::into_inner);
            bound.get(domain).cloned()?
        };
        snapshot(&seen.name).filter(|bucket| bucket.id == seen.id)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<String, Bucket>> {
        self.bound.write().unwrap_or_else(PoisonError::into_inner)
    }
}
