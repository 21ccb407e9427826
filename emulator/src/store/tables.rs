//! The database's tables, and how values are read from them by readers and writers alike.

use redb::{Key, ReadableTable, TableDefinition};
use serde::de::DeserializeOwned;

use super::error::StoreError;
use super::records::{Bucket, Upload, Version, sequence_of};

/// JSON.
pub(super) type Json = &'static [u8];

/// By name.
pub(super) const BUCKETS: TableDefinition<'_, &str, Json> = TableDefinition::new("buckets");

/// By bucket id and kind: configurations as they were put.
pub(super) const SETTINGS: TableDefinition<'_, (u64, &str), Json> =
    TableDefinition::new("settings");

/// By bucket id and key: the newest version of each object, unless that is a delete marker.
pub(super) const CURRENT: TableDefinition<'_, (u64, &str), Json> = TableDefinition::new("current");

/// By bucket id, key and [`age`]: all other versions and all delete markers.
pub(super) const HISTORY: TableDefinition<'_, (u64, &str, u64), Json> =
    TableDefinition::new("history");

/// By bucket id.
pub(super) const USAGE: TableDefinition<'_, u64, Json> = TableDefinition::new("usage");

/// By bucket id, key and upload id.
pub(super) const UPLOADS: TableDefinition<'_, (u64, &str, &str), Json> =
    TableDefinition::new("uploads");

/// By upload id and part number.
pub(super) const PARTS: TableDefinition<'_, (&str, u32), Json> = TableDefinition::new("parts");

/// By a version's place in the order of all versions, and a segment's first byte in it: the segments of versions that have
/// several.
pub(super) const SEGMENTS: TableDefinition<'_, (u64, u64), Json> = TableDefinition::new("segments");

/// Segments that are too short for a file of their own: opening one costs more than reading them from here.
pub(super) const SMALL: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("small");

/// The files that are in use, and how many segments name each.
pub(super) const BLOBS: TableDefinition<'_, u64, u32> = TableDefinition::new("blobs");

/// Files that nothing names any more and that may still be there.
pub(super) const GARBAGE: TableDefinition<'_, u64, ()> = TableDefinition::new("garbage");

/// The numbers that were given out last.
pub(super) const COUNTERS: TableDefinition<'_, &str, u64> = TableDefinition::new("counters");

/// Puts newer versions before older ones in a table's order.
pub(super) fn age(sequence: u64) -> u64 {
    u64::MAX - sequence
}

/// A value, read.
pub(super) fn get<K: Key + 'static, T: DeserializeOwned>(
    table: &impl ReadableTable<K, Json>,
    key: K::SelfType<'_>,
) -> Result<Option<T>, StoreError> {
    match table.get(key)? {
        Some(value) => Ok(Some(read(value.value())?)),
        None => Ok(None),
    }
}

/// A record. That it is text is checked once for the whole, which is cheaper than for each of its strings.
pub(super) fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, StoreError> {
    let text = std::str::from_utf8(json).map_err(|error| StoreError::broken("record", error))?;
    Ok(serde_json::from_str(text)?)
}

pub(super) fn bucket(
    buckets: &impl ReadableTable<&'static str, Json>,
    name: &str,
) -> Result<Option<Bucket>, StoreError> {
    get(buckets, name)
}

pub(super) fn object(
    current: &impl ReadableTable<(u64, &'static str), Json>,
    bucket: u64,
    key: &str,
) -> Result<Option<Version>, StoreError> {
    get(current, (bucket, key))
}

/// A version or delete marker by its name on the wire.
pub(super) fn version(
    current: &impl ReadableTable<(u64, &'static str), Json>,
    history: &impl ReadableTable<(u64, &'static str, u64), Json>,
    bucket: u64,
    key: &str,
    id: &str,
) -> Result<Option<Version>, StoreError> {
    let Some(sequence) = sequence_of(id) else {
        return Ok(None);
    };
    let newest = object(current, bucket, key)?;
    if newest
        .as_ref()
        .is_some_and(|newest| newest.sequence == sequence)
    {
        return Ok(newest);
    }
    get(history, (bucket, key, age(sequence)))
}

/// The newest entry of a key's history.
pub(super) fn newest_in_history(
    history: &impl ReadableTable<(u64, &'static str, u64), Json>,
    bucket: u64,
    key: &str,
) -> Result<Option<Version>, StoreError> {
    let mut versions = history.range((bucket, key, 0)..=(bucket, key, u64::MAX))?;
    match versions.next() {
        Some(entry) => Ok(Some(read(entry?.1.value())?)),
        None => Ok(None),
    }
}

pub(super) fn upload(
    uploads: &impl ReadableTable<(u64, &'static str, &'static str), Json>,
    bucket: u64,
    key: &str,
    id: &str,
) -> Result<Option<Upload>, StoreError> {
    get(uploads, (bucket, key, id))
}
