//! Bytes on their way in: hashed, encrypted and written piece by piece, away from the threads that serve requests.

use std::fmt;
use std::mem;
use std::sync::Arc;

use bytes::Bytes;
use md5::{Digest as _, Md5};
use tokio::task::{JoinHandle, spawn_blocking};

use super::disk::{self, Disk, DiskFile};
use super::error::StoreError;
use crate::sse::{Cipher, CustomerKey};

/// Up to this size, in bytes, content is kept in the database: most of it fits into four of its pages.
pub(crate) const SMALL: usize = 16 << 10;

/// So many bytes are written at once. Two such pieces are in memory for each upload.
const PIECE: usize = 256 << 10;

/// Takes an object's or a part's bytes. Dropping it, or what it comes to, removes what was written.
pub(crate) struct Writer {
    pieces: Vec<Bytes>,
    buffered: usize,
    state: State,
}

/// The file end, which is here or at work on another thread.
enum State {
    Idle(Box<Sink>),
    Busy(JoinHandle<Result<Box<Sink>, StoreError>>),
    Failed,
}

struct Sink {
    disk: Arc<dyn Disk>,
    md5: Md5,
    cipher: Option<Cipher>,
    nonce: Option<[u8; 16]>,
    file: Option<(Box<dyn DiskFile>, Unnamed)>,
    size: u64,
}

/// Bytes that are written, but that nothing names.
#[derive(Debug)]
pub(crate) struct Written {
    /// In bytes.
    pub(crate) size: u64,
    /// Of the bytes as they came.
    pub(crate) md5: [u8; 16],
    pub(super) nonce: Option<[u8; 16]>,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    Empty,
    Small(Bytes),
    Blob(Unnamed),
}

/// A file among the incoming ones. Dropping it removes the file.
pub(super) struct Unnamed {
    disk: Arc<dyn Disk>,
    id: u64,
    kept: bool,
}

impl Unnamed {
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Leaves the file where it is.
    pub(super) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Unnamed {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is removed at the next start.
            let _ = self.disk.remove(&disk::incoming(self.id));
        }
    }
}

impl fmt::Debug for Unnamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unnamed({:016x})", self.id)
    }
}

impl Writer {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        key: Option<&CustomerKey>,
    ) -> Result<Writer, StoreError> {
        let nonce = key.map(|_| random_nonce()).transpose()?;
        let cipher = key
            .zip(nonce.as_ref())
            .map(|(key, nonce)| key.secret().cipher(nonce, 0));
        Ok(Writer {
            pieces: Vec::new(),
            buffered: 0,
            state: State::Idle(Box::new(Sink {
                disk,
                md5: Md5::new(),
                cipher,
                nonce,
                file: None,
                size: 0,
            })),
        })
    }

    /// Takes more bytes; waits while the disk is behind.
    pub(crate) async fn write(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        self.buffered += bytes.len();
        self.pieces.push(bytes);
        if self.buffered < PIECE {
            return Ok(());
        }
        let mut sink = self.idle().await?;
        let pieces = mem::take(&mut self.pieces);
        self.buffered = 0;
        self.state = State::Busy(spawn_blocking(move || {
            sink.write(&pieces)?;
            Ok(sink)
        }));
        Ok(())
    }

    /// Writes what is left.
    pub(crate) async fn finish(mut self) -> Result<Written, StoreError> {
        let mut sink = self.idle().await?;
        let pieces = mem::take(&mut self.pieces);
        if sink.file.is_none() && self.buffered <= SMALL {
            return Ok(sink.finish_small(&pieces));
        }
        spawn_blocking(move || {
            sink.write(&pieces)?;
            sink.finish_file()
        })
        .await
        .map_err(|error| StoreError::broken("writing", error))?
    }

    async fn idle(&mut self) -> Result<Box<Sink>, StoreError> {
        match mem::replace(&mut self.state, State::Failed) {
            State::Idle(sink) => Ok(sink),
            State::Busy(task) => task
                .await
                .map_err(|error| StoreError::broken("writing", error))?,
            State::Failed => Err(StoreError::broken("writing", "it failed before")),
        }
    }
}

impl Sink {
    fn write(&mut self, pieces: &[Bytes]) -> Result<(), StoreError> {
        let (file, _) = match &mut self.file {
            Some(file) => file,
            None => {
                let id = fastrand::u64(..);
                let file = self.disk.create(&disk::incoming(id))?;
                let unnamed = Unnamed {
                    disk: Arc::clone(&self.disk),
                    id,
                    kept: false,
                };
                self.file.insert((file, unnamed))
            }
        };
        for piece in pieces {
            self.md5.update(piece);
            self.size += piece.len() as u64;
            match &mut self.cipher {
                Some(cipher) => file.append(&cipher.applied(piece))?,
                None => file.append(piece)?,
            }
        }
        Ok(())
    }

    fn finish_small(mut self: Box<Self>, pieces: &[Bytes]) -> Written {
        let bytes = match pieces {
            [] => Bytes::new(),
            [whole] => whole.clone(),
            pieces => Bytes::from(pieces.concat()),
        };
        self.md5.update(&bytes);
        let size = bytes.len() as u64;
        let content = match &mut self.cipher {
            _ if bytes.is_empty() => Content::Empty,
            Some(cipher) => Content::Small(Bytes::from(cipher.applied(&bytes))),
            None => Content::Small(bytes),
        };
        Written {
            size,
            md5: self.md5.finalize().into(),
            nonce: self.nonce,
            content,
        }
    }

    fn finish_file(self: Box<Self>) -> Result<Written, StoreError> {
        let Some((mut file, unnamed)) = self.file else {
            return Err(StoreError::broken("writing", "there is no file"));
        };
        file.sync()?;
        self.disk.sync_folder("incoming")?;
        Ok(Written {
            size: self.size,
            md5: self.md5.finalize().into(),
            nonce: self.nonce,
            content: Content::Blob(unnamed),
        })
    }
}

fn random_nonce() -> Result<[u8; 16], StoreError> {
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(|error| StoreError::broken("randomness", error))?;
    Ok(nonce)
}
