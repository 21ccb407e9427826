//! What was stored at one moment. Reading neither waits for writers nor holds them up.

use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use redb::{Database, Range, ReadOnlyTable, ReadableDatabase as _, ReadableTable as _};
use serde_json::{Map, Value};

use super::error::StoreError;
use super::records::{Bucket, Part, Upload, Usage, Version};
use super::tables::{self, Json, read};

/// While it lives, no file is removed that was in use at its moment.
#[derive(Debug)]
pub(crate) struct Epoch;

/// The tables at one moment. Hold it for as long as a look takes: it keeps old pages of the database in use.
pub(crate) struct Snapshot {
    buckets: ReadOnlyTable<&'static str, Json>,
    settings: ReadOnlyTable<(u64, &'static str), Json>,
    current: ReadOnlyTable<(u64, &'static str), Json>,
    pub(super) history: ReadOnlyTable<(u64, &'static str, u64), Json>,
    usage: ReadOnlyTable<u64, Json>,
    uploads: ReadOnlyTable<(u64, &'static str, &'static str), Json>,
    parts: ReadOnlyTable<(&'static str, u32), Json>,
    pub(super) segments: ReadOnlyTable<(u64, u64), Json>,
    small: ReadOnlyTable<u64, &'static [u8]>,
    epoch: Arc<Epoch>,
    /// Buckets that were looked up.
    known: Mutex<Vec<Bucket>>,
}

/// So many buckets are remembered.
const KNOWN: usize = 16;

impl Snapshot {
    pub(super) fn take(database: &Database) -> Result<Snapshot, StoreError> {
        let reading = database.begin_read()?;
        Ok(Snapshot {
            buckets: reading.open_table(tables::BUCKETS)?,
            settings: reading.open_table(tables::SETTINGS)?,
            current: reading.open_table(tables::CURRENT)?,
            history: reading.open_table(tables::HISTORY)?,
            usage: reading.open_table(tables::USAGE)?,
            uploads: reading.open_table(tables::UPLOADS)?,
            parts: reading.open_table(tables::PARTS)?,
            segments: reading.open_table(tables::SEGMENTS)?,
            small: reading.open_table(tables::SMALL)?,
            epoch: Arc::new(Epoch),
            known: Mutex::default(),
        })
    }

    pub(super) fn epoch(&self) -> &Arc<Epoch> {
        &self.epoch
    }

    pub(crate) fn bucket(&self, name: &str) -> Result<Option<Bucket>, StoreError> {
        // A request looks its bucket up several times, and most requests are about few buckets.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = known.iter().find(|bucket| bucket.name == name) {
            return Ok(Some(bucket.clone()));
        }
        let bucket = tables::bucket(&self.buckets, name)?;
        if let Some(bucket) = &bucket
            && known.len() < KNOWN
        {
            known.push(bucket.clone());
        }
        Ok(bucket)
    }

    /// All buckets by name.
    pub(crate) fn buckets(&self) -> Result<Vec<Bucket>, StoreError> {
        let mut buckets = Vec::new();
        for entry in self.buckets.iter()? {
            buckets.push(read(entry?.1.value())?);
        }
        Ok(buckets)
    }

    /// A configuration of a bucket, as it was put.
    pub(crate) fn setting(
        &self,
        bucket: &Bucket,
        kind: &str,
    ) -> Result<Option<Map<String, Value>>, StoreError> {
        tables::get(&self.settings, (bucket.id, kind))
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

    /// The delete marker that hides an object, if one does.
    pub(crate) fn newest_marker(
        &self,
        bucket: &Bucket,
        key: &str,
    ) -> Result<Option<Version>, StoreError> {
        if tables::object(&self.current, bucket.id, key)?.is_some() {
            return Ok(None);
        }
        let newest = tables::newest_in_history(&self.history, bucket.id, key)?;
        Ok(newest.filter(|version| version.delete_marker))
    }

    /// The objects of a bucket by key, beginning somewhere.
    pub(crate) fn objects(
        &self,
        bucket: &Bucket,
        from: Bound<&str>,
    ) -> Result<impl Iterator<Item = Result<(String, Version), StoreError>> + use<>, StoreError>
    {
        let from = match from {
            Bound::Unbounded => Bound::Included((bucket.id, "")),
            from => from.map(|key| (bucket.id, key)),
        };
        let to = Bound::Excluded((bucket.id + 1, ""));
        let range: Range<'static, _, _> = self.current.range::<(u64, &str)>((from, to))?;
        Ok(range.map(|entry| {
            let (key, value) = entry?;
            Ok((key.value().1.to_owned(), read(value.value())?))
        }))
    }

    /// The older versions and the delete markers of a bucket by key, the newest first, beginning after one.
    pub(crate) fn history(
        &self,
        bucket: &Bucket,
        after: Option<(&str, u64)>,
    ) -> Result<impl Iterator<Item = Result<(String, Version), StoreError>> + use<>, StoreError>
    {
        let from = match after {
            Some((key, sequence)) => Bound::Excluded((bucket.id, key, tables::age(sequence))),
            None => Bound::Included((bucket.id, "", 0)),
        };
        let to = Bound::Excluded((bucket.id + 1, "", 0));
        let range: Range<'static, _, _> = self.history.range::<(u64, &str, u64)>((from, to))?;
        Ok(range.map(|entry| {
            let (key, value) = entry?;
            Ok((key.value().1.to_owned(), read(value.value())?))
        }))
    }

    /// How much a bucket holds.
    pub(crate) fn usage(&self, bucket: &Bucket) -> Result<Usage, StoreError> {
        Ok(tables::get(&self.usage, bucket.id)?.unwrap_or_default())
    }

    pub(crate) fn upload(
        &self,
        bucket: &Bucket,
        key: &str,
        id: &str,
    ) -> Result<Option<Upload>, StoreError> {
        tables::upload(&self.uploads, bucket.id, key, id)
    }

    /// The open uploads of a bucket by key and id, beginning somewhere.
    pub(crate) fn uploads(
        &self,
        bucket: &Bucket,
        from: Bound<(&str, &str)>,
    ) -> Result<
        impl Iterator<Item = Result<(String, String, Upload), StoreError>> + use<>,
        StoreError,
    > {
        let from = match from {
            Bound::Unbounded => Bound::Included((bucket.id, "", "")),
            from => from.map(|(key, id)| (bucket.id, key, id)),
        };
        let to = Bound::Excluded((bucket.id + 1, "", ""));
        let range: Range<'static, _, _> = self.uploads.range::<(u64, &str, &str)>((from, to))?;
        Ok(range.map(|entry| {
            let (key, value) = entry?;
            let (_, name, id) = key.value();
            Ok((name.to_owned(), id.to_owned(), read(value.value())?))
        }))
    }

    /// The parts of an upload by number, beginning somewhere.
    pub(crate) fn parts(
        &self,
        upload: &str,
        from: Bound<u32>,
    ) -> Result<impl Iterator<Item = Result<(u32, Part), StoreError>> + use<>, StoreError> {
        let from = match from {
            Bound::Unbounded => Bound::Included((upload, 0)),
            from => from.map(|number| (upload, number)),
        };
        let to = Bound::Included((upload, u32::MAX));
        let range: Range<'static, _, _> = self.parts.range::<(&str, u32)>((from, to))?;
        Ok(range.map(|entry| {
            let (key, value) = entry?;
            Ok((key.value().1, read(value.value())?))
        }))
    }

    /// The bytes of a segment that is kept in the database.
    pub(super) fn small(&self, id: u64) -> Result<Bytes, StoreError> {
        match self.small.get(id)? {
            Some(bytes) => Ok(Bytes::copy_from_slice(bytes.value())),
            None => Err(StoreError::broken("database", "a short segment is missing")),
        }
    }
}
