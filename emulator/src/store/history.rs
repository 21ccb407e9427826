//! Reading the versions of a bucket in the order in which they are listed.

use std::iter::Peekable;
use std::ops::Bound;

use super::error::StoreError;
use super::records::{Bucket, Version};
use super::snapshot::Snapshot;
use super::tables::{self, age, read};

/// A version or delete marker in a list.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) version: Version,
    /// Whether it is the newest of its key.
    pub(crate) is_latest: bool,
}

type Rows<'a> = Peekable<Box<dyn Iterator<Item = Result<(String, Version), StoreError>> + 'a>>;

/// Versions by key, those of one key from the newest to the oldest.
pub(crate) struct Versions<'a> {
    current: Rows<'a>,
    history: Rows<'a>,
    /// The key of the last version, and of how new its newest one is.
    last: Option<(String, u64)>,
}

impl Snapshot {
    /// All versions and delete markers of a bucket, beginning with the versions of a key.
    pub(crate) fn versions(
        &self,
        bucket: &Bucket,
        from: Bound<&str>,
    ) -> Result<Versions<'_>, StoreError> {
        let history = match from {
            Bound::Included(key) => Bound::Included((bucket.id, key, 0)),
            Bound::Excluded(key) => Bound::Excluded((bucket.id, key, u64::MAX)),
            Bound::Unbounded => Bound::Included((bucket.id, "", 0)),
        };
        self.rows(bucket, from, history, None)
    }

    /// The same, beginning with the versions of a key that are older than the one of the given place.
    pub(crate) fn versions_behind(
        &self,
        bucket: &Bucket,
        key: &str,
        sequence: u64,
    ) -> Result<Versions<'_>, StoreError> {
        let newest = match self.object(bucket, key)? {
            Some(version) => Some(version),
            None => tables::newest_in_history(&self.history, bucket.id, key)?,
        };
        // The newest may be older than the one that was named, which may be gone.
        let from = match &newest {
            Some(newest) if newest.sequence < sequence => Bound::Included(key),
            _ => Bound::Excluded(key),
        };
        let history = Bound::Excluded((bucket.id, key, age(sequence)));
        let last = newest.map(|newest| (key.to_owned(), newest.sequence));
        self.rows(bucket, from, history, last)
    }

    fn rows(
        &self,
        bucket: &Bucket,
        current: Bound<&str>,
        history: Bound<(u64, &str, u64)>,
        last: Option<(String, u64)>,
    ) -> Result<Versions<'_>, StoreError> {
        let current: Box<dyn Iterator<Item = _>> = Box::new(self.objects(bucket, current)?);
        let end = Bound::Excluded((bucket.id + 1, "", 0));
        let history = self.history.range::<(u64, &str, u64)>((history, end))?;
        let history: Box<dyn Iterator<Item = _>> = Box::new(history.map(|entry| {
            let (key, value) = entry?;
            Ok((key.value().1.to_owned(), read(value.value())?))
        }));
        Ok(Versions {
            current: current.peekable(),
            history: history.peekable(),
            last,
        })
    }
}

impl Iterator for Versions<'_> {
    type Item = Result<(String, Listed), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        // The current version of a key is newer than all of its history; a failure comes out at once.
        let from_current = match (self.current.peek(), self.history.peek()) {
            (Some(Ok((current, _))), Some(Ok((history, _)))) => current <= history,
            (Some(_), None) | (Some(Err(_)), _) => true,
            (None, _) | (_, Some(Err(_))) => false,
        };
        let row = if from_current {
            self.current.next()?
        } else {
            self.history.next()?
        };
        Some(row.map(|(key, version)| {
            let newest = match &self.last {
                Some((last, newest)) if *last == key => *newest,
                _ => {
                    self.last = Some((key.clone(), version.sequence));
                    version.sequence
                }
            };
            let is_latest = version.sequence == newest;
            (key, Listed { version, is_latest })
        }))
    }
}
