//! The runs of bytes that versions consist of: one is named by the version's record, several are rows of a table.
//!
//! So a record stays short however many parts its object was uploaded in: looking at it and listing it never passes the
//! rows, and a range reads only those that it needs.

#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use redb::{ReadableTable, Table};

use super::change::{Change, json, missing};
use super::error::StoreError;
use super::incoming::{Content, SMALL, Written};
use super::records::{Place, Segment, Version};
use super::snapshot::Snapshot;
use super::tables::{Json, read};

/// By the version's place in the order of all versions, and the segment's first byte in the version.
pub(super) type Segments<'t> = Table<'t, (u64, u64), Json>;

fn all(sequence: u64) -> RangeInclusive<(u64, u64)> {
    (sequence, 0)..=(sequence, u64::MAX)
}

impl Snapshot {
    /// The segments that have `length` bytes of a version from `first` on, each with its first byte's place in the version.
    pub(super) fn segments(
        &self,
        version: &Version,
        first: u64,
        length: u64,
    ) -> Result<Vec<(u64, Segment)>, StoreError> {
        let end = first.saturating_add(length);
        if !version.spread {
            return Ok(placed(&version.segments));
        }
        let sequence = version.sequence;
        // The one that `first` is in begins at it or before.
        let up_to_first = (sequence, 0)..=(sequence, first);
        let begin = match self.segments.range(up_to_first)?.next_back() {
            Some(row) => row?.0.value().1,
            None => first,
        };
        let mut found = Vec::new();
        for row in self.segments.range((sequence, begin)..(sequence, end))? {
            let (place, segment) = row?;
            found.push((place.value().1, read(segment.value())?));
        }
        Ok(found)
    }
}

/// Segments with their first bytes' places.
fn placed(segments: &[Segment]) -> Vec<(u64, Segment)> {
    let mut begin = 0;
    let place = |segment: &Segment| {
        let placed = (begin, *segment);
        begin += segment.length;
        placed
    };
    segments.iter().map(place).collect()
}

impl Change<'_> {
    /// Gives bytes that were written a name in this transaction.
    pub(crate) fn adopt(&mut self, written: Written) -> Result<Vec<Segment>, StoreError> {
        let length = written.size;
        let place = match written.content {
            Content::Empty => return Ok(Vec::new()),
            Content::Small(bytes) => {
                let id = self.next("small", 1)?;
                self.small.insert(id, bytes.as_ref())?;
                Place::Small(id)
            }
            Content::Blob(file) => {
                let id = file.id();
                let known = self.blobs.get(id)?.is_some() || self.garbage.get(id)?.is_some();
                if known {
                    return Err(StoreError::broken("file", "its random name is taken"));
                }
                self.blobs.insert(id, 1)?;
                self.named.push(file);
                Place::Blob(id)
            }
        };
        self.writes += 1;
        Ok(vec![Segment {
            place,
            length,
            nonce: written.nonce,
        }])
    }

    /// Adds bytes that were written to the end of a version. Short ones are joined, so that an object that grows by a few
    /// bytes at a time does not become thousands of rows. The caller stores the version.
    pub(crate) fn extend(
        &mut self,
        version: &mut Version,
        written: Written,
    ) -> Result<(), StoreError> {
        let (sequence, size) = (version.sequence, version.size);
        version.size += written.size;
        let last = self.last(version)?;
        if let (Some((begin, mut last)), Content::Small(added)) = (last, &written.content)
            && let (Place::Small(old), None, None) = (last.place, last.nonce, written.nonce)
            && last.length + written.size <= SMALL as u64
        {
            let mut joined = self.short(old)?;
            joined.extend_from_slice(added);
            self.small.remove(old)?;
            let id = self.next("small", 1)?;
            self.small.insert(id, joined.as_slice())?;
            last.place = Place::Small(id);
            last.length += written.size;
            return match version.segments.last_mut() {
                Some(named) => {
                    *named = last;
                    Ok(())
                }
                None => self.put_segment(sequence, begin, &last),
            };
        }
        for added in self.adopt(written)? {
            if size == 0 {
                version.segments.push(added);
                continue;
            }
            let named = std::mem::take(&mut version.segments);
            for (begin, segment) in placed(&named) {
                self.put_segment(sequence, begin, &segment)?;
            }
            version.spread = true;
            self.put_segment(sequence, size, &added)?;
        }
        Ok(())
    }

    /// The last segment of a version, with its first byte's place.
    fn last(&self, version: &Version) -> Result<Option<(u64, Segment)>, StoreError> {
        if !version.spread {
            return Ok(placed(&version.segments).pop());
        }
        match self.segments.range(all(version.sequence))?.next_back() {
            Some(row) => {
                let (place, segment) = row?;
                Ok(Some((place.value().1, read(segment.value())?)))
            }
            None => Ok(None),
        }
    }

    fn short(&self, id: u64) -> Result<Vec<u8>, StoreError> {
        let bytes = self.small.get(id)?.map(|bytes| bytes.value().to_vec());
        bytes.ok_or_else(|| missing("a short segment"))
    }

    fn put_segment(
        &mut self,
        sequence: u64,
        begin: u64,
        segment: &Segment,
    ) -> Result<(), StoreError> {
        self.segments
            .insert((sequence, begin), json(segment)?.as_slice())?;
        self.writes += 1;
        Ok(())
    }

    /// Names the segments of a version that has no other name for them yet.
    pub(super) fn name_segments(
        &mut self,
        version: &mut Version,
        segments: Vec<Segment>,
    ) -> Result<(), StoreError> {
        if segments.len() < 2 {
            version.segments = segments;
            return Ok(());
        }
        for (begin, segment) in placed(&segments) {
            self.put_segment(version.sequence, begin, &segment)?;
        }
        version.spread = true;
        Ok(())
    }

    /// All segments of a version, in order.
    fn segments_of(&self, version: &Version) -> Result<Vec<Segment>, StoreError> {
        let mut segments = version.segments.clone();
        if version.spread {
            for row in self.segments.range(all(version.sequence))? {
                segments.push(read(row?.1.value())?);
            }
        }
        Ok(segments)
    }

    /// The bytes of a version once more, for another one: files are shared, short segments are copied.
    pub(crate) fn share(&mut self, version: &Version) -> Result<Vec<Segment>, StoreError> {
        let mut shared = self.segments_of(version)?;
        for segment in &mut shared {
            match segment.place {
                Place::Small(old) => {
                    let bytes = self.short(old)?;
                    let id = self.next("small", 1)?;
                    self.small.insert(id, bytes.as_slice())?;
                    segment.place = Place::Small(id);
                }
                Place::Blob(id) => {
                    let users = self.blobs.get(id)?.map(|users| users.value());
                    let users = users.ok_or_else(|| missing("a file"))?;
                    self.blobs.insert(id, users + 1)?;
                }
            }
            self.writes += 1;
        }
        Ok(shared)
    }

    /// Gives up the bytes of a version.
    pub(super) fn discard_version(&mut self, version: &Version) -> Result<(), StoreError> {
        let segments = self.segments_of(version)?;
        if version.spread {
            self.segments
                .retain_in(all(version.sequence), |_, _| false)?;
            self.writes += 1;
        }
        self.discard(&segments)
    }

    /// Gives up bytes that a version or a part had.
    pub(crate) fn discard(&mut self, segments: &[Segment]) -> Result<(), StoreError> {
        for segment in segments {
            self.writes += 1;
            match segment.place {
                Place::Small(id) => {
                    self.small.remove(id)?;
                }
                Place::Blob(id) => {
                    let users = self.blobs.get(id)?.map_or(0, |users| users.value());
                    if users > 1 {
                        self.blobs.insert(id, users - 1)?;
                    } else {
                        self.blobs.remove(id)?;
                        self.garbage.insert(id, ())?;
                        self.dropped.push(id);
                    }
                }
            }
        }
        Ok(())
    }
}
