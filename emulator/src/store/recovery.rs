//! What is done when a data folder is opened: whatever a kill or a loss of power left half done is finished or undone.

use std::io;

use redb::Database;

use super::change::Change;
use super::disk::{self, Disk};
use super::error::StoreError;
use super::incoming::Unnamed;
use super::overlay::Overlay;

/// In bytes. It is what the database may keep in memory.
const CACHE: usize = 16 << 20;

/// Opens the database and puts the files in order. The work is as much as was in flight, not as much as is stored.
pub(super) fn open(disk: &dyn Disk) -> Result<Database, StoreError> {
    let database = reopen(disk)?;
    let mut writing = database.begin_write()?;
    writing.set_quick_repair(true);
    let mut change = Change::begin(&writing)?;
    let mut unfinished = false;
    for name in disk.list("incoming")? {
        let id = u64::from_str_radix(&name, 16)
            .ok()
            .filter(|id| disk::incoming(*id) == format!("incoming/{name}"));
        match id {
            Some(id) if change.names(id)? => {
                disk.rename(&disk::incoming(id), &disk::blob(id))?;
                disk.sync_folder(&disk::blob_folder(id))?;
            }
            _ => disk.remove(&format!("incoming/{name}"))?,
        }
        unfinished = true;
    }
    if unfinished {
        disk.sync_folder("incoming")?;
    }
    let unused = change.unused()?;
    for id in &unused {
        remove(disk, *id)?;
    }
    change.forget(&unused)?;
    drop(change);
    writing.commit()?;
    Ok(database)
}

/// Opens the database alone.
pub(super) fn reopen(disk: &dyn Disk) -> Result<Database, StoreError> {
    let database = Database::builder()
        .set_cache_size(CACHE)
        .create_with_backend(disk.database()?)?;
    Ok(database)
}

/// Opens the database to be read only, without a change to the disk.
pub(super) fn open_for_reading(disk: &dyn Disk) -> Result<Database, StoreError> {
    let database = Database::builder()
        .set_cache_size(CACHE)
        .create_with_backend(Overlay::new(disk.database()?)?)?;
    Ok(database)
}

/// Of incoming files, those that the database names; the others are removed.
pub(super) fn named(database: &Database, files: Vec<Unnamed>) -> Result<Vec<Unnamed>, StoreError> {
    let writing = database.begin_write()?;
    let mut named = Vec::new();
    {
        let change = Change::begin(&writing)?;
        for file in files {
            if change.names(file.id())? {
                named.push(file);
            }
        }
    }
    writing.abort()?;
    Ok(named)
}

/// Removes a file that nothing names, wherever it is.
pub(super) fn remove(disk: &dyn Disk, id: u64) -> io::Result<()> {
    for (name, folder) in [
        (disk::blob(id), disk::blob_folder(id)),
        (disk::incoming(id), "incoming".to_owned()),
    ] {
        match disk.remove(&name) {
            Ok(()) => return disk.sync_folder(&folder),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
