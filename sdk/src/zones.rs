//! The zones of buckets, as far as they were found out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use crate::error::Error;
use crate::transport::BoxFuture;

/// How many buckets are remembered. A program that goes through more of them asks again.
const CAPACITY: usize = 10_000;

/// Where a bucket is, once somebody has found out.
type Entry = Arc<OnceCell<Arc<str>>>;

/// The zones of buckets, shared by all clones of a client.
#[derive(Default)]
pub(crate) struct Zones(Mutex<HashMap<Arc<str>, Entry>>);

impl Zones {
    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The zone, if it is known.
    pub(crate) fn known(&self, bucket: &str) -> Option<Arc<str>> {
        self.lock().get(bucket)?.get().cloned()
    }

    /// The zone, found out by `discover` if it is not known. Requests for the same bucket that come in the
    /// meantime wait for the one that asks; if that fails or is dropped, the next of them asks.
    pub(crate) async fn find(
        &self,
        bucket: &Arc<str>,
        discover: impl FnOnce() -> BoxFuture<'static, Result<Arc<str>, Error>>,
    ) -> Result<Arc<str>, Error> {
        let entry = {
            let mut zones = self.lock();
            if zones.len() >= CAPACITY && !zones.contains_key(bucket) {
                zones.clear();
            }
            Arc::clone(zones.entry(Arc::clone(bucket)).or_default())
        };
        let found = entry.get_or_try_init(discover).await.cloned();
        match &found {
            Err(_) => self.forget_empty(bucket),
            // The one who asked before failed and took the entry away.
            Ok(zone) if self.known(bucket).is_none() => self.learn(bucket, Arc::clone(zone)),
            Ok(_) => {}
        }
        found
    }

    /// Remembers a zone that the service has told.
    pub(crate) fn learn(&self, bucket: &Arc<str>, zone: Arc<str>) {
        let mut zones = self.lock();
        if zones.len() >= CAPACITY && !zones.contains_key(bucket) {
            zones.clear();
        }
        zones.insert(Arc::clone(bucket), Arc::new(OnceCell::new_with(Some(zone))));
    }

    /// Forgets a bucket, if it is still thought to be in `zone`.
    pub(crate) fn forget(&self, bucket: &str, zone: &str) {
        let mut zones = self.lock();
        let known = zones.get(bucket).and_then(|entry| entry.get());
        if known.is_some_and(|known| **known == *zone) {
            zones.remove(bucket);
        }
    }

    /// Names of buckets that do not exist must not fill the memory.
    fn forget_empty(&self, bucket: &str) {
        let mut zones = self.lock();
        if zones.get(bucket).is_some_and(|entry| entry.get().is_none()) {
            zones.remove(bucket);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_cannot_be_found_is_not_kept() {
        let zones = Zones::default();
        let bucket: Arc<str> = "photos".into();
        let failed = zones
            .find(&bucket, || Box::pin(async { Err(Error::invalid("no")) }))
            .await;
        assert!(failed.is_err());
        assert!(zones.lock().is_empty());
        zones
            .find(&bucket, || Box::pin(async { Ok("pek3a".into()) }))
            .await
            .unwrap();
        assert_eq!(zones.known("photos").as_deref(), Some("pek3a"));
        zones.forget("photos", "sh1a");
        assert!(zones.known("photos").is_some());
        zones.forget("photos", "pek3a");
        assert!(zones.known("photos").is_none());
    }

    #[test]
    fn the_memory_is_bounded() {
        let zones = Zones::default();
        for number in 0..CAPACITY * 2 + 5 {
            zones.learn(&format!("bucket-{number}").into(), "pek3a".into());
            assert!(zones.lock().len() <= CAPACITY);
        }
        let last = format!("bucket-{}", CAPACITY * 2 + 4);
        assert!(zones.known(&last).is_some());
    }
}
