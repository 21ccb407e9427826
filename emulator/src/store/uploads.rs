//! Multipart uploads and their parts.

use redb::ReadableTable as _;

use super::change::{Change, json};
use super::error::StoreError;
use super::records::{Bucket, ClassUsage, Part, Upload};
use super::tables;

impl Change<'_> {
    pub(crate) fn upload(
        &self,
        bucket: &Bucket,
        key: &str,
        id: &str,
    ) -> Result<Option<Upload>, StoreError> {
        tables::upload(&self.uploads, bucket.id, key, id)
    }

    /// Begins an upload and gives it its id. Later ids of a key are greater, and nobody can guess them.
    pub(crate) fn create_upload(
        &mut self,
        bucket: &Bucket,
        key: &str,
        upload: &Upload,
    ) -> Result<String, StoreError> {
        let bucket = self.bucket(bucket)?;
        let id = format!("{:016x}{:016x}", self.next("upload", 1)?, fastrand::u64(..));
        self.uploads
            .insert((bucket.id, key, id.as_str()), json(upload)?.as_slice())?;
        self.writes += 1;
        Ok(id)
    }

    /// The parts of an upload by number.
    pub(crate) fn parts(&self, id: &str) -> Result<Vec<(u32, Part)>, StoreError> {
        let mut parts = Vec::new();
        for entry in self.parts.range((id, 0)..=(id, u32::MAX))? {
            let (key, value) = entry?;
            parts.push((key.value().1, serde_json::from_slice(value.value())?));
        }
        Ok(parts)
    }

    /// Adds a part to an open upload, in the place of one of the same number.
    pub(crate) fn put_part(
        &mut self,
        bucket: &Bucket,
        upload: (&str, &Upload),
        number: u32,
        part: &Part,
    ) -> Result<(), StoreError> {
        let (id, upload) = upload;
        let old: Option<Part> = tables::get(&self.parts, (id, number))?;
        if let Some(old) = &old {
            self.discard(&old.segments)?;
        }
        self.parts.insert((id, number), json(part)?.as_slice())?;
        self.writes += 1;
        let freed = old.map_or(0, |old| old.size);
        self.account(bucket.id, &upload.description.storage_class, |share| {
            share.bytes = (share.bytes + part.size).saturating_sub(freed);
            share.billed = (share.billed + part.size).saturating_sub(freed);
        })
    }

    /// Ends an upload and hands out its parts: their segments are the caller's to use or to discard.
    pub(crate) fn take_upload(
        &mut self,
        bucket: &Bucket,
        key: &str,
        id: &str,
        upload: &Upload,
    ) -> Result<Vec<(u32, Part)>, StoreError> {
        let parts = self.parts(id)?;
        self.uploads.remove((bucket.id, key, id))?;
        self.parts
            .retain_in((id, 0)..=(id, u32::MAX), |_, _| false)?;
        self.writes += 1;
        let bytes: u64 = parts.iter().map(|(_, part)| part.size).sum();
        self.account(bucket.id, &upload.description.storage_class, |share| {
            share.bytes = share.bytes.saturating_sub(bytes);
            share.billed = share.billed.saturating_sub(bytes);
        })?;
        Ok(parts)
    }

    /// Ends an upload and gives up its parts; says whether there was one.
    pub(crate) fn abort_upload(
        &mut self,
        bucket: &Bucket,
        key: &str,
        id: &str,
    ) -> Result<bool, StoreError> {
        let bucket = self.bucket(bucket)?;
        let Some(upload) = self.upload(&bucket, key, id)? else {
            return Ok(false);
        };
        for (_, part) in self.take_upload(&bucket, key, id, &upload)? {
            self.discard(&part.segments)?;
        }
        Ok(true)
    }

    /// Changes the share of one storage class in what a bucket holds.
    pub(super) fn account(
        &mut self,
        bucket: u64,
        class: &str,
        change: impl FnOnce(&mut ClassUsage),
    ) -> Result<(), StoreError> {
        let mut usage = self.usage_of(bucket)?;
        change(usage.classes.entry(class.to_owned()).or_default());
        usage
            .classes
            .retain(|_, share| *share != ClassUsage::default());
        self.put_usage(bucket, &usage)
    }
}
