//! What the server remembers: facts in a database, bytes in files beside it.
//!
//! | asked for | by | it is |
//! |---|---|---|
//! | a look | [`Store::snapshot`] | what was stored at one moment |
//! | a change | [`Store::change`] | a step that happens whole or not at all, and is stored when it is answered |
//! | bytes in | [`Store::writer`] | written before the change that names them, removed if there is none |
//! | bytes out | [`Store::read`] | a range of a version's segments |

#[cfg(test)]
mod audit;
mod change;
mod committer;
mod disk;
mod error;
#[cfg(test)]
mod failures;
#[cfg(feature = "bench")]
mod filling;
mod folder;
#[cfg(test)]
mod forgetful;
mod history;
mod incoming;
mod overlay;
mod reading;
mod records;
mod recovery;
mod segments;
mod snapshot;
mod tables;
mod uploads;
mod versions;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

pub(crate) use change::Change;
pub(crate) use error::StoreError;
pub(crate) use history::Listed;
pub(crate) use incoming::{Writer, Written};
pub(crate) use reading::Reading;
pub(crate) use records::{
    Bucket, Description, Draft, Part, Upload, Version, Versioning, sequence_of,
};
pub(crate) use snapshot::Snapshot;

use crate::error::Error;
use crate::payload::Payload;
use crate::sse::CustomerKey;
use committer::{Committer, Message, Published, Waiting};
use disk::{Disk, Folder};

/// The kinds of configurations that a bucket can have.
pub(crate) mod kind {
    pub(crate) const ACL: &str = "acl";
    pub(crate) const CORS: &str = "cors";
    pub(crate) const CNAME: &str = "cname";
    pub(crate) const LIFECYCLE: &str = "lifecycle";
    pub(crate) const LOGGING: &str = "logging";
    pub(crate) const MIRROR: &str = "mirror";
    pub(crate) const NOTIFICATION: &str = "notification";
    pub(crate) const POLICY: &str = "policy";
    pub(crate) const REPLICATION: &str = "replication";
    /// Since when there are replication rules whose older objects have not been copied.
    pub(crate) const REPLICATION_BEGUN: &str = "replication-begun";
}

/// Everything that is stored.
pub(crate) struct Store {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    published: Published,
    messages: Sender<Message>,
    committer: Mutex<Option<JoinHandle<()>>>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("disk", &self.disk)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a data folder, or a temporary one. It may wait for the disk.
    pub(crate) fn open(path: Option<&Path>, sync: bool) -> Result<Store, Error> {
        let held = folder::hold(path)?;
        let root = held.path.clone();
        let disk: Arc<dyn Disk> = Arc::new(Folder::new(root.clone(), sync));
        Store::on(disk, held).map_err(|error| match error {
            StoreError::Broken(why) => folder::failed(&root, why),
            StoreError::Refused(error) => folder::failed(&root, error.message),
        })
    }

    fn on(disk: Arc<dyn Disk>, held: folder::Held) -> Result<Store, StoreError> {
        let folder = held.path.clone();
        let committer = Committer::open(Arc::clone(&disk), held)?;
        let published = committer.published();
        let (messages, received) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("qingstor-commit".to_owned())
            .spawn(move || committer.run(&received))?;
        Ok(Store {
            disk,
            folder,
            published,
            messages,
            committer: Mutex::new(Some(thread)),
        })
    }

    /// The data folder, which may be a temporary one.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is stored now. Not to be held while waiting for something.
    pub(crate) fn snapshot(&self) -> Result<Arc<Snapshot>, StoreError> {
        let published = self
            .published
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let snapshot = published.as_ref().map(Arc::clone);
        snapshot.ok_or_else(|| StoreError::broken("database", "it is closed"))
    }

    /// Takes a step; when this is answered without an error it is stored.
    pub(crate) async fn change<T, F>(&self, step: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Change<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (waiter, outcome) = oneshot::channel();
        let step = Message::Step(Box::new(Waiting { step, waiter }));
        let closed = || StoreError::broken("database", "it is closed");
        self.messages.send(step).map_err(|_| closed())?;
        outcome.await.map_err(|_| closed())?
    }

    /// Takes bytes for a later change, encrypted if there is a key.
    pub(crate) fn writer(&self, key: Option<&CustomerKey>) -> Result<Writer, StoreError> {
        Writer::new(Arc::clone(&self.disk), key)
    }

    /// Reads `length` bytes of a version of the snapshot, from `first` on.
    pub(crate) fn read(
        &self,
        snapshot: &Arc<Snapshot>,
        version: &Version,
        first: u64,
        length: u64,
        key: Option<&CustomerKey>,
    ) -> Result<Payload, StoreError> {
        let segments = snapshot.segments(version, first, length)?;
        let reading = Reading::new(&self.disk, snapshot, &segments, first, length, key);
        if reading.is_small() && reading.left() <= incoming::SMALL as u64 {
            return Ok(Payload::Bytes(reading.whole()?));
        }
        Ok(Payload::from(reading))
    }

    /// Finishes what was begun, and lets others have the folder.
    pub(crate) fn close(&self) {
        let _ = self.messages.send(Message::Stop);
        let thread = self
            .committer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.close();
    }
}
