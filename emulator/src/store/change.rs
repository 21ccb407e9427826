//! A step that happens whole or not at all: what it can look at and do.
//!
//! A step checks first and changes then, so that one that refuses has changed nothing: several share a transaction.

use redb::{ReadableTable as _, Table, WriteTransaction};
use serde::Serialize;
use serde_json::{Map, Value};

use super::error::StoreError;
use super::incoming::Unnamed;
use super::records::{Bucket, Usage, Version};
use super::segments::Segments;
use super::tables::{self, Json, age};
use crate::error::no_bucket;

/// The first number of a version is behind this, so that its decimal form has 18 digits.
const FIRST_SEQUENCE: u64 = 100_000_000_000_000_000;

/// The tables of a transaction.
pub(crate) struct Change<'t> {
    pub(super) buckets: Table<'t, &'static str, Json>,
    settings: Table<'t, (u64, &'static str), Json>,
    pub(super) current: Table<'t, (u64, &'static str), Json>,
    pub(super) history: Table<'t, (u64, &'static str, u64), Json>,
    usage: Table<'t, u64, Json>,
    pub(super) uploads: Table<'t, (u64, &'static str, &'static str), Json>,
    pub(super) parts: Table<'t, (&'static str, u32), Json>,
    pub(super) segments: Segments<'t>,
    pub(super) small: Table<'t, u64, &'static [u8]>,
    pub(super) blobs: Table<'t, u64, u32>,
    pub(super) garbage: Table<'t, u64, ()>,
    counters: Table<'t, &'static str, u64>,
    /// How many rows were written.
    pub(super) writes: u64,
    /// Files that this transaction names for the first time.
    pub(super) named: Vec<Unnamed>,
    /// Files that nothing names any more.
    pub(super) dropped: Vec<u64>,
}

impl<'t> Change<'t> {
    pub(super) fn begin(writing: &'t WriteTransaction) -> Result<Change<'t>, StoreError> {
        Ok(Change {
            buckets: writing.open_table(tables::BUCKETS)?,
            settings: writing.open_table(tables::SETTINGS)?,
            current: writing.open_table(tables::CURRENT)?,
            history: writing.open_table(tables::HISTORY)?,
            usage: writing.open_table(tables::USAGE)?,
            uploads: writing.open_table(tables::UPLOADS)?,
            parts: writing.open_table(tables::PARTS)?,
            segments: writing.open_table(tables::SEGMENTS)?,
            small: writing.open_table(tables::SMALL)?,
            blobs: writing.open_table(tables::BLOBS)?,
            garbage: writing.open_table(tables::GARBAGE)?,
            counters: writing.open_table(tables::COUNTERS)?,
            writes: 0,
            named: Vec::new(),
            dropped: Vec::new(),
        })
    }

    /// The next number of a kind, the first of which is `first`. It is not given out twice.
    pub(super) fn next(&mut self, kind: &'static str, first: u64) -> Result<u64, StoreError> {
        let last = self.counters.get(kind)?.map(|last| last.value());
        let next = last.map_or(first, |last| last + 1);
        self.counters.insert(kind, next)?;
        self.writes += 1;
        Ok(next)
    }

    /// The bucket as it is now, if it is still the one that was seen.
    pub(crate) fn bucket(&self, seen: &Bucket) -> Result<Bucket, StoreError> {
        match tables::bucket(&self.buckets, &seen.name)? {
            Some(bucket) if bucket.id == seen.id => Ok(bucket),
            _ => Err(no_bucket(&seen.name).into()),
        }
    }

    pub(crate) fn bucket_named(&self, name: &str) -> Result<Option<Bucket>, StoreError> {
        tables::bucket(&self.buckets, name)
    }

    /// How many buckets a user has.
    pub(crate) fn buckets_of(&self, owner: &str) -> Result<usize, StoreError> {
        let mut count = 0;
        for entry in self.buckets.iter()? {
            let bucket: Bucket = serde_json::from_slice(entry?.1.value())?;
            count += usize::from(bucket.owner == owner);
        }
        Ok(count)
    }

    /// The other buckets that have a configuration of a kind, with it.
    pub(crate) fn others_with(
        &self,
        bucket: &Bucket,
        kind: &str,
    ) -> Result<Vec<Map<String, Value>>, StoreError> {
        let mut found = Vec::new();
        for entry in self.buckets.iter()? {
            let other: Bucket = serde_json::from_slice(entry?.1.value())?;
            if other.id != bucket.id {
                found.extend(self.setting(&other, kind)?);
            }
        }
        Ok(found)
    }

    /// Adds a bucket whose name is free, and gives it its id.
    pub(crate) fn create_bucket(&mut self, mut bucket: Bucket) -> Result<Bucket, StoreError> {
        bucket.id = self.next("bucket", 1)?;
        self.put_bucket(&bucket)?;
        Ok(bucket)
    }

    /// Replaces a bucket's own facts.
    pub(crate) fn put_bucket(&mut self, bucket: &Bucket) -> Result<(), StoreError> {
        self.buckets
            .insert(bucket.name.as_str(), json(bucket)?.as_slice())?;
        self.writes += 1;
        Ok(())
    }

    /// Whether a bucket has neither versions, nor delete markers, nor open uploads.
    pub(crate) fn is_empty(&self, bucket: &Bucket) -> Result<bool, StoreError> {
        let (id, next) = (bucket.id, bucket.id + 1);
        Ok(self.current.range((id, "")..(next, ""))?.next().is_none()
            && self
                .history
                .range((id, "", 0)..(next, "", 0))?
                .next()
                .is_none()
            && self
                .uploads
                .range((id, "", "")..(next, "", ""))?
                .next()
                .is_none())
    }

    /// Removes an empty bucket with its configurations.
    pub(crate) fn delete_bucket(&mut self, bucket: &Bucket) -> Result<(), StoreError> {
        self.writes += 1;
        self.buckets.remove(bucket.name.as_str())?;
        self.usage.remove(bucket.id)?;
        self.settings
            .retain_in((bucket.id, "")..(bucket.id + 1, ""), |_, _| false)?;
        Ok(())
    }

    pub(crate) fn setting(
        &self,
        bucket: &Bucket,
        kind: &str,
    ) -> Result<Option<Map<String, Value>>, StoreError> {
        tables::get(&self.settings, (bucket.id, kind))
    }

    /// Replaces a configuration of a bucket.
    pub(crate) fn put_setting(
        &mut self,
        bucket: &Bucket,
        kind: &str,
        document: &Map<String, Value>,
    ) -> Result<(), StoreError> {
        let bucket = self.bucket(bucket)?;
        self.settings
            .insert((bucket.id, kind), json(document)?.as_slice())?;
        self.writes += 1;
        Ok(())
    }

    /// Removes a configuration of a bucket; says whether there was one.
    pub(crate) fn delete_setting(
        &mut self,
        bucket: &Bucket,
        kind: &str,
    ) -> Result<bool, StoreError> {
        let bucket = self.bucket(bucket)?;
        let had = self.settings.remove((bucket.id, kind))?.is_some();
        self.writes += 1;
        Ok(had)
    }

    /// The newest version of an object; nothing if it was deleted.
    pub(crate) fn object(&self, bucket: &Bucket, key: &str) -> Result<Option<Version>, StoreError> {
        tables::object(&self.current, bucket.id, key)
    }

    /// A version or delete marker by its name on the wire.
    pub(crate) fn version(
        &self,
        bucket: &Bucket,
        key: &str,
        id: &str,
    ) -> Result<Option<Version>, StoreError> {
        tables::version(&self.current, &self.history, bucket.id, key, id)
    }

    /// The number of the next version.
    pub(super) fn next_sequence(&mut self) -> Result<u64, StoreError> {
        self.next("sequence", FIRST_SEQUENCE)
    }

    pub(super) fn put_current(
        &mut self,
        bucket: u64,
        key: &str,
        version: &Version,
    ) -> Result<(), StoreError> {
        self.current
            .insert((bucket, key), json(version)?.as_slice())?;
        self.writes += 1;
        Ok(())
    }

    pub(super) fn put_history(
        &mut self,
        bucket: u64,
        key: &str,
        version: &Version,
    ) -> Result<(), StoreError> {
        let at = (bucket, key, age(version.sequence));
        self.history.insert(at, json(version)?.as_slice())?;
        self.writes += 1;
        Ok(())
    }

    /// Forgets files that are removed by now.
    pub(super) fn forget(&mut self, files: &[u64]) -> Result<(), StoreError> {
        for id in files {
            self.garbage.remove(id)?;
        }
        Ok(())
    }

    /// Whether a file is in use.
    pub(super) fn names(&self, file: u64) -> Result<bool, StoreError> {
        Ok(self.blobs.get(file)?.is_some())
    }

    /// The files that nothing names and that may still be there.
    pub(super) fn unused(&self) -> Result<Vec<u64>, StoreError> {
        let mut files = Vec::new();
        for entry in self.garbage.iter()? {
            files.push(entry?.0.value());
        }
        Ok(files)
    }

    pub(super) fn usage_of(&self, bucket: u64) -> Result<Usage, StoreError> {
        Ok(tables::get(&self.usage, bucket)?.unwrap_or_default())
    }

    pub(super) fn put_usage(&mut self, bucket: u64, usage: &Usage) -> Result<(), StoreError> {
        self.usage.insert(bucket, json(usage)?.as_slice())?;
        self.writes += 1;
        Ok(())
    }
}

pub(super) fn missing(what: &str) -> StoreError {
    StoreError::broken("database", format!("{what} is missing"))
}

pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    Ok(serde_json::to_vec(value)?)
}
