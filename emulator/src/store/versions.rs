//! What writing and deleting does to the versions of a key, in the three states of a bucket.

use redb::ReadableTable as _;

use super::change::Change;
use super::error::StoreError;
use super::records::{Bucket, Description, Draft, Version, Versioning};
use super::tables::{self, age};

/// What a deletion did.
#[derive(Debug, Default)]
pub(crate) struct Deleted {
    /// The delete marker that was added.
    pub(crate) marker: Option<Version>,
    /// The version, or the delete marker, that is gone or hidden now.
    pub(crate) version: Option<Version>,
}

impl Change<'_> {
    /// Makes a draft the newest version of a key.
    pub(crate) fn put(
        &mut self,
        bucket: &Bucket,
        key: &str,
        draft: Draft,
    ) -> Result<Version, StoreError> {
        let bucket = self.bucket(bucket)?;
        let mut version = Version {
            sequence: self.next_sequence()?,
            unversioned: bucket.versioning != Versioning::Enabled,
            delete_marker: false,
            size: draft.segments.iter().map(|segment| segment.length).sum(),
            etag: draft.etag,
            created: draft.created,
            modified: draft.modified,
            description: draft.description,
            key_print: draft.key_print,
            appendable: draft.appendable,
            upload: draft.upload,
            segments: Vec::new(),
            spread: false,
        };
        self.name_segments(&mut version, draft.segments)?;
        self.make_room(&bucket, key)?;
        self.charge(bucket.id, &version)?;
        self.put_current(bucket.id, key, &version)?;
        Ok(version)
    }

    /// Removes an object or, where versions are kept, hides it behind a delete marker.
    pub(crate) fn delete(
        &mut self,
        bucket: &Bucket,
        key: &str,
        now: std::time::SystemTime,
    ) -> Result<Deleted, StoreError> {
        let bucket = self.bucket(bucket)?;
        let newest = match self.object(&bucket, key)? {
            Some(version) => Some(version),
            None => tables::newest_in_history(&self.history, bucket.id, key)?,
        };
        self.make_room(&bucket, key)?;
        if bucket.versioning == Versioning::Disabled {
            return Ok(Deleted {
                marker: None,
                version: newest,
            });
        }
        let marker = Version {
            sequence: self.next_sequence()?,
            unversioned: bucket.versioning != Versioning::Enabled,
            delete_marker: true,
            size: 0,
            etag: String::new(),
            created: now,
            modified: now,
            description: Description {
                storage_class: "STANDARD".to_owned(),
                ..Description::default()
            },
            key_print: None,
            appendable: false,
            upload: None,
            segments: Vec::new(),
            spread: false,
        };
        self.put_history(bucket.id, key, &marker)?;
        Ok(Deleted {
            marker: Some(marker),
            version: newest,
        })
    }

    /// Removes one version or delete marker for good. What is the newest then is the object.
    pub(crate) fn delete_version(
        &mut self,
        bucket: &Bucket,
        key: &str,
        id: &str,
    ) -> Result<Option<Version>, StoreError> {
        let bucket = self.bucket(bucket)?;
        let Some(version) = self.version(&bucket, key, id)? else {
            return Ok(None);
        };
        self.remove(bucket.id, key, &version)?;
        if self.object(&bucket, key)?.is_none() {
            let newest = tables::newest_in_history(&self.history, bucket.id, key)?;
            if let Some(newest) = newest.filter(|newest| !newest.delete_marker) {
                self.history
                    .remove((bucket.id, key, age(newest.sequence)))?;
                self.put_current(bucket.id, key, &newest)?;
            }
        }
        Ok(Some(version))
    }

    /// Writes an object anew in its place: it stays the same version.
    pub(crate) fn replace(
        &mut self,
        bucket: &Bucket,
        key: &str,
        old: &Version,
        new: &Version,
    ) -> Result<(), StoreError> {
        let bucket = self.bucket(bucket)?;
        self.credit(bucket.id, old)?;
        self.charge(bucket.id, new)?;
        if self
            .object(&bucket, key)?
            .is_some_and(|newest| newest.sequence == old.sequence)
        {
            self.put_current(bucket.id, key, new)
        } else {
            self.put_history(bucket.id, key, new)
        }
    }

    /// Takes the newest version out of the way of what comes after it.
    fn make_room(&mut self, bucket: &Bucket, key: &str) -> Result<(), StoreError> {
        let keeps = bucket.versioning == Versioning::Enabled;
        if let Some(current) = self.object(bucket, key)? {
            if keeps || !current.unversioned {
                self.current.remove((bucket.id, key))?;
                self.put_history(bucket.id, key, &current)?;
            } else {
                self.remove(bucket.id, key, &current)?;
            }
        }
        // Where nothing is kept, there is at most one version or marker of the kind that is not kept.
        if bucket.versioning == Versioning::Suspended
            && let Some(unversioned) = self.unversioned_in_history(bucket.id, key)?
        {
            self.remove(bucket.id, key, &unversioned)?;
        }
        Ok(())
    }

    fn unversioned_in_history(
        &self,
        bucket: u64,
        key: &str,
    ) -> Result<Option<Version>, StoreError> {
        for entry in self
            .history
            .range((bucket, key, 0)..=(bucket, key, u64::MAX))?
        {
            let version: Version = serde_json::from_slice(entry?.1.value())?;
            if version.unversioned {
                return Ok(Some(version));
            }
        }
        Ok(None)
    }

    /// Removes a version from where it is, and gives up its bytes.
    fn remove(&mut self, bucket: u64, key: &str, version: &Version) -> Result<(), StoreError> {
        let from_history = self
            .history
            .remove((bucket, key, age(version.sequence)))?
            .is_some();
        if !from_history {
            self.current.remove((bucket, key))?;
        }
        self.writes += 1;
        self.credit(bucket, version)?;
        self.discard_version(version)
    }

    fn charge(&mut self, bucket: u64, version: &Version) -> Result<(), StoreError> {
        let class = &version.description.storage_class;
        self.account(bucket, class, |share| {
            share.count += 1;
            share.bytes += version.size;
            share.billed += version.billed();
        })
    }

    fn credit(&mut self, bucket: u64, version: &Version) -> Result<(), StoreError> {
        if version.delete_marker {
            return Ok(());
        }
        let class = &version.description.storage_class;
        self.account(bucket, class, |share| {
            share.count = share.count.saturating_sub(1);
            share.bytes = share.bytes.saturating_sub(version.size);
            share.billed = share.billed.saturating_sub(version.billed());
        })
    }
}
