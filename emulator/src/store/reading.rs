//! Bytes on their way out.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::disk::{self, Disk, DiskFile};
use super::error::StoreError;
use super::records::{Place, Segment};
use super::snapshot::{Epoch, Snapshot};
use crate::sse::{CustomerKey, Secret};

/// Reads a run of bytes, front to back.
pub(crate) struct Reading {
    disk: Arc<dyn Disk>,
    secret: Option<Secret>,
    pieces: VecDeque<Piece>,
    file: Option<(u64, Box<dyn DiskFile>)>,
    /// In bytes.
    left: u64,
    /// Keeps the files that are read.
    _epoch: Arc<Epoch>,
    /// Keeps the short segments, where there are any.
    snapshot: Option<Arc<Snapshot>>,
}

/// A part of a segment.
struct Piece {
    place: Place,
    nonce: Option<[u8; 16]>,
    offset: u64,
    length: u64,
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reading({} bytes left)", self.left)
    }
}

impl Reading {
    /// Prepares to read `length` bytes from `first` on, which the segments must have. Each comes with its first byte's place.
    pub(super) fn new(
        disk: &Arc<dyn Disk>,
        snapshot: &Arc<Snapshot>,
        segments: &[(u64, Segment)],
        first: u64,
        length: u64,
        key: Option<&CustomerKey>,
    ) -> Reading {
        let end = first.saturating_add(length);
        let mut pieces = VecDeque::new();
        for (begin, segment) in segments {
            let (from, to) = (first.max(*begin), end.min(begin + segment.length));
            if from < to {
                pieces.push_back(Piece {
                    place: segment.place,
                    nonce: segment.nonce,
                    offset: from - begin,
                    length: to - from,
                });
            }
        }
        let has_small = pieces
            .iter()
            .any(|piece| matches!(piece.place, Place::Small(_)));
        Reading {
            disk: Arc::clone(disk),
            secret: key.map(CustomerKey::secret),
            left: pieces.iter().map(|piece| piece.length).sum(),
            pieces,
            file: None,
            _epoch: Arc::clone(snapshot.epoch()),
            snapshot: has_small.then(|| Arc::clone(snapshot)),
        }
    }

    /// In bytes.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// Whether no file has to be opened.
    pub(super) fn is_small(&self) -> bool {
        self.pieces
            .iter()
            .all(|piece| matches!(piece.place, Place::Small(_)))
    }

    /// Reads what comes next, `most` bytes or what is left; nothing at the end. It may wait for the disk.
    pub(crate) fn next(&mut self, most: usize) -> Result<Option<Bytes>, StoreError> {
        let Some(first) = self.one(most)? else {
            return Ok(None);
        };
        if self.pieces.is_empty() || first.len() == most {
            return Ok(Some(first));
        }
        // Short pieces are joined here: each that goes out by itself costs a way through all threads.
        let mut joined = BytesMut::from(first);
        while joined.len() < most
            && let Some(bytes) = self.one(most - joined.len())?
        {
            joined.extend_from_slice(&bytes);
        }
        Ok(Some(joined.freeze()))
    }

    /// Reads of the next piece what there is, at most `most` bytes.
    fn one(&mut self, most: usize) -> Result<Option<Bytes>, StoreError> {
        let Some(piece) = self.pieces.front_mut() else {
            return Ok(None);
        };
        let length = usize::try_from(piece.length).map_or(most, |length| length.min(most));
        let offset = piece.offset;
        let (place, nonce) = (piece.place, piece.nonce);
        piece.offset += length as u64;
        piece.length -= length as u64;
        if piece.length == 0 {
            self.pieces.pop_front();
        }
        self.left -= length as u64;
        let bytes = match place {
            Place::Small(id) => self.small(id, offset, length)?,
            Place::Blob(id) => self.blob(id, offset, length)?,
        };
        Ok(Some(match (nonce, &self.secret) {
            (None, _) => bytes,
            (Some(nonce), Some(secret)) => {
                let mut bytes = BytesMut::from(bytes);
                secret.cipher(&nonce, offset).apply(&mut bytes);
                bytes.freeze()
            }
            (Some(_), None) => {
                return Err(StoreError::broken("reading", "the bytes are encrypted"));
            }
        }))
    }

    /// Reads everything.
    pub(super) fn whole(mut self) -> Result<Bytes, StoreError> {
        Ok(self.next(usize::MAX)?.unwrap_or_default())
    }

    fn small(&self, id: u64, offset: u64, length: usize) -> Result<Bytes, StoreError> {
        let snapshot = self.snapshot.as_ref();
        let bytes = snapshot
            .ok_or_else(|| StoreError::broken("reading", "there is no snapshot"))?
            .small(id)?;
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let to = from.saturating_add(length);
        if to > bytes.len() {
            return Err(StoreError::broken("database", "a short segment is shorter"));
        }
        Ok(bytes.slice(from..to))
    }

    fn blob(&mut self, id: u64, offset: u64, length: usize) -> Result<Bytes, StoreError> {
        if self.file.as_ref().is_none_or(|(open, _)| *open != id) {
            self.file = Some((id, open(&*self.disk, id)?));
        }
        let mut bytes = BytesMut::zeroed(length);
        if let Some((_, file)) = &mut self.file {
            file.read_at(offset, &mut bytes)?;
        }
        Ok(bytes.freeze())
    }
}

/// A file that has a name is at its place, or for a moment still among the incoming ones.
fn open(disk: &dyn Disk, id: u64) -> io::Result<Box<dyn DiskFile>> {
    let missing = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    match disk.open(&disk::blob(id)) {
        Err(error) if missing(&error) => {}
        found => return found,
    }
    match disk.open(&disk::incoming(id)) {
        Err(error) if missing(&error) => disk.open(&disk::blob(id)),
        found => found,
    }
}
