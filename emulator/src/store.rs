//! What the server remembers. Everything behind this interface is held in memory.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use http::HeaderValue;
use serde_json::{Map, Value};

use crate::sse::KeyPrint;

/// A bucket's own facts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bucket {
    pub(crate) zone: String,
    pub(crate) created: SystemTime,
    /// The CORS configuration as it was put, unknown members included.
    pub(crate) cors: Option<Arc<Map<String, Value>>>,
}

/// An object: its bytes and what is known of them. Never changed, only replaced.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) data: Bytes,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) created: SystemTime,
    pub(crate) modified: SystemTime,
    pub(crate) description: Description,
    /// The customer's encryption key can be recognised by this, not recovered.
    pub(crate) key_print: Option<KeyPrint>,
}

/// The headers that are kept with an object and given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Description {
    pub(crate) content_type: String,
    /// Other standard headers, by name.
    pub(crate) headers: BTreeMap<&'static str, HeaderValue>,
    /// User metadata: names without prefix, lower case.
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) storage_class: String,
}

/// Why a change was not made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum StoreError {
    NoBucket,
    BucketExists,
    /// Another request changed the object in between.
    Changed,
}

/// All buckets and objects. Each method is one atomic step.
#[derive(Default)]
pub(crate) struct Store {
    buckets: Mutex<BTreeMap<String, Contents>>,
}

struct Contents {
    bucket: Bucket,
    /// Keys in byte order.
    objects: BTreeMap<String, Arc<Object>>,
}

impl fmt::Debug for Store {
    /// Says how much there is, not what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let buckets = self.lock();
        let objects: usize = buckets
            .values()
            .map(|contents| contents.objects.len())
            .sum();
        f.debug_struct("Store")
            .field("buckets", &buckets.len())
            .field("objects", &objects)
            .finish()
    }
}

impl Store {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Contents>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn create_bucket(&self, name: &str, bucket: Bucket) -> Result<(), StoreError> {
        match self.lock().entry(name.to_owned()) {
            Entry::Occupied(_) => Err(StoreError::BucketExists),
            Entry::Vacant(place) => {
                place.insert(Contents {
                    bucket,
                    objects: BTreeMap::new(),
                });
                Ok(())
            }
        }
    }

    pub(crate) fn bucket(&self, name: &str) -> Option<Bucket> {
        Some(self.lock().get(name)?.bucket.clone())
    }

    /// All buckets by name.
    pub(crate) fn buckets(&self) -> Vec<(String, Bucket)> {
        self.lock()
            .iter()
            .map(|(name, contents)| (name.clone(), contents.bucket.clone()))
            .collect()
    }

    pub(crate) fn set_cors(&self, name: &str, cors: Map<String, Value>) -> Result<(), StoreError> {
        let mut buckets = self.lock();
        let contents = buckets.get_mut(name).ok_or(StoreError::NoBucket)?;
        contents.bucket.cors = Some(Arc::new(cors));
        Ok(())
    }

    pub(crate) fn object(&self, bucket: &str, key: &str) -> Option<Arc<Object>> {
        self.lock().get(bucket)?.objects.get(key).cloned()
    }

    /// Stores an object under a key, replacing what was there.
    pub(crate) fn put(&self, bucket: &str, key: &str, object: Object) -> Result<(), StoreError> {
        let mut buckets = self.lock();
        let contents = buckets.get_mut(bucket).ok_or(StoreError::NoBucket)?;
        contents.objects.insert(key.to_owned(), Arc::new(object));
        Ok(())
    }

    /// Stores `moved` as the target and removes the source, if the source is still `expected`.
    pub(crate) fn rename(
        &self,
        source: (&str, &str),
        expected: &Arc<Object>,
        target: (&str, &str),
        moved: Object,
    ) -> Result<(), StoreError> {
        let mut buckets = self.lock();
        if !buckets.contains_key(target.0) {
            return Err(StoreError::NoBucket);
        }
        let from = buckets.get_mut(source.0).ok_or(StoreError::NoBucket)?;
        match from.objects.get(source.1) {
            Some(current) if Arc::ptr_eq(current, expected) => {
                from.objects.remove(source.1);
            }
            _ => return Err(StoreError::Changed),
        }
        let to = buckets.get_mut(target.0).ok_or(StoreError::NoBucket)?;
        to.objects.insert(target.1.to_owned(), Arc::new(moved));
        Ok(())
    }

    /// Removes an object; says nothing of whether there was one.
    pub(crate) fn delete(&self, bucket: &str, key: &str) -> Result<(), StoreError> {
        let mut buckets = self.lock();
        let contents = buckets.get_mut(bucket).ok_or(StoreError::NoBucket)?;
        contents.objects.remove(key);
        Ok(())
    }

    /// The first object whose key is not below `from`.
    pub(crate) fn seek(&self, bucket: &str, from: Bound<&str>) -> Option<(String, Arc<Object>)> {
        let buckets = self.lock();
        let objects = &buckets.get(bucket)?.objects;
        let (key, object) = objects.range::<str, _>((from, Bound::Unbounded)).next()?;
        Some((key.clone(), Arc::clone(object)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn object(text: &'static str) -> Object {
        Object {
            data: Bytes::from_static(text.as_bytes()),
            etag: text.to_owned(),
            created: UNIX_EPOCH,
            modified: UNIX_EPOCH,
            description: Description {
                content_type: "text/plain".to_owned(),
                headers: BTreeMap::new(),
                metadata: BTreeMap::new(),
                storage_class: "STANDARD".to_owned(),
            },
            key_print: None,
        }
    }

    #[test]
    fn a_rename_of_what_has_changed_does_nothing() {
        let store = Store::default();
        let bucket = Bucket {
            zone: "pek3a".to_owned(),
            created: UNIX_EPOCH,
            cors: None,
        };
        store.create_bucket("photos", bucket).expect("a bucket");
        store.put("photos", "a", object("old")).expect("stored");
        let seen = store.object("photos", "a").expect("an object");
        store.put("photos", "a", object("new")).expect("stored");
        let renamed = store.rename(("photos", "a"), &seen, ("photos", "b"), object("old"));
        assert_eq!(renamed, Err(StoreError::Changed));
        assert_eq!(store.object("photos", "a").expect("kept").etag, "new");
        assert!(store.object("photos", "b").is_none());
        let renamed = store.rename(("photos", "a"), &seen, ("nowhere", "b"), object("old"));
        assert_eq!(renamed, Err(StoreError::NoBucket));
    }
}
