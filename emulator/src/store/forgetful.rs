//! A disk in memory, for tests: it forgets what was not synced when the power fails, and refuses to write when it is told to.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fastrand::Rng;
use redb::StorageBackend;

use super::disk::{Backend, Disk, DiskFile};

const DATABASE: &str = "meta.redb";

/// A disk, of which clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Forgetful {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    files: Vec<File>,
    names: BTreeMap<String, usize>,
    /// The names that a loss of power leaves.
    lasting: BTreeMap<String, usize>,
    /// Changes of names since, in order.
    renames: Vec<Rename>,
    /// So many changes work; nothing does after them. `None` for no end.
    power: Option<u64>,
    /// Nothing can be written, but all that is there can be read.
    full: bool,
}

#[derive(Debug, Default)]
struct File {
    bytes: Vec<u8>,
    /// The bytes that a loss of power leaves.
    lasting: Vec<u8>,
    /// Changes since, in order.
    changes: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

/// A name that goes, a name that comes. A rename does both at once.
#[derive(Clone, Debug)]
struct Rename {
    old: Option<String>,
    new: Option<(String, usize)>,
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Length(length) => bytes.resize(*length, 0),
        Change::Write(offset, written) => {
            let end = offset + written.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[*offset..end].copy_from_slice(written);
        }
    }
}

fn rename(names: &mut BTreeMap<String, usize>, rename: &Rename) {
    if let Some(old) = &rename.old {
        names.remove(old);
    }
    if let Some((new, file)) = &rename.new {
        names.insert(new.clone(), *file);
    }
}

fn is_in(name: &str, folder: &str) -> bool {
    name.rsplit_once('/')
        .is_some_and(|(parent, _)| parent == folder)
}

impl Forgetful {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The power fails after so many further changes.
    pub(super) fn fail_after(&self, changes: u64) {
        self.lock().power = Some(changes);
    }

    /// Whether it has failed.
    pub(super) fn is_off(&self) -> bool {
        self.lock().power == Some(0)
    }

    pub(super) fn set_full(&self, full: bool) {
        self.lock().full = full;
    }

    /// What is on the disk when the power is back: everything that was synced, and any part of what was not.
    pub(super) fn after_the_failure(&self, random: &mut Rng) -> Forgetful {
        let state = self.lock();
        // Of what was not synced it forgets all, some, or nothing.
        let kept = random.u8(..=4);
        let keeps = |random: &mut Rng| random.u8(..4) < kept;
        let mut names = state.lasting.clone();
        for one in &state.renames {
            if keeps(random) {
                rename(&mut names, one);
            }
        }
        let mut files = Vec::new();
        for file in &state.files {
            let mut bytes = file.lasting.clone();
            for change in &file.changes {
                let mut change = change.clone();
                if let Change::Write(_, written) = &mut change
                    && kept < 4
                    && random.u8(..4) == 0
                {
                    // Torn at a sector.
                    written.truncate(random.usize(..=written.len()) / 512 * 512);
                }
                if keeps(random) {
                    apply(&mut bytes, &change);
                }
            }
            files.push(File {
                lasting: bytes.clone(),
                bytes,
                changes: Vec::new(),
            });
        }
        Forgetful {
            state: Arc::new(Mutex::new(State {
                files,
                lasting: names.clone(),
                names,
                ..State::default()
            })),
        }
    }

    /// The blobs that are there, with their lengths, and the number of files that are not at their place.
    pub(super) fn blobs(&self) -> (BTreeMap<u64, u64>, usize) {
        let state = self.lock();
        let mut blobs = BTreeMap::new();
        let mut incoming = 0;
        for (name, file) in &state.names {
            if let Some((_, id)) = name
                .strip_prefix("blobs/")
                .and_then(|rest| rest.split_once('/'))
            {
                let id = u64::from_str_radix(id, 16).expect("a number");
                blobs.insert(id, state.files[*file].bytes.len() as u64);
            }
            incoming += usize::from(is_in(name, "incoming"));
        }
        (blobs, incoming)
    }
}

impl State {
    /// Counts a change; fails if there is no power for it, or no space.
    fn spend(&mut self, writes: bool) -> io::Result<()> {
        if writes && self.full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        match &mut self.power {
            Some(0) => Err(io::Error::other("the power is off")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn find(&self, name: &str) -> io::Result<usize> {
        let file = self.names.get(name).copied();
        file.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn change(&mut self, file: usize, change: Change) -> io::Result<()> {
        self.spend(true)?;
        let file = &mut self.files[file];
        apply(&mut file.bytes, &change);
        file.changes.push(change);
        Ok(())
    }

    fn change_names(&mut self, one: Rename) {
        rename(&mut self.names, &one);
        self.renames.push(one);
    }

    fn sync(&mut self, file: usize) -> io::Result<()> {
        self.spend(false)?;
        let file = &mut self.files[file];
        file.lasting.clone_from(&file.bytes);
        file.changes.clear();
        Ok(())
    }

    fn read(&self, file: usize, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let bytes = &self.files[file].bytes;
        let from = usize::try_from(offset).map_err(io::Error::other)?;
        let found = bytes.get(from..from + buffer.len());
        buffer.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

impl Disk for Forgetful {
    fn database(&self) -> io::Result<Backend> {
        let mut state = self.lock();
        let file = match state.find(DATABASE) {
            Ok(file) => file,
            Err(_) => {
                state.files.push(File::default());
                let file = state.files.len() - 1;
                state.names.insert(DATABASE.to_owned(), file);
                state.lasting.insert(DATABASE.to_owned(), file);
                file
            }
        };
        drop(state);
        Ok(Backend(Box::new(OpenFile {
            disk: self.clone(),
            file,
        })))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.lock();
        state.spend(true)?;
        if state.names.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.files.push(File::default());
        let file = state.files.len() - 1;
        state.change_names(Rename {
            old: None,
            new: Some((name.to_owned(), file)),
        });
        drop(state);
        Ok(Box::new(OpenFile {
            disk: self.clone(),
            file,
        }))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let file = self.lock().find(name)?;
        Ok(Box::new(OpenFile {
            disk: self.clone(),
            file,
        }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.lock();
        state.spend(false)?;
        let file = state.find(from)?;
        state.change_names(Rename {
            old: Some(from.to_owned()),
            new: Some((to.to_owned(), file)),
        });
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.lock();
        state.spend(false)?;
        state.find(name)?;
        state.change_names(Rename {
            old: Some(name.to_owned()),
            new: None,
        });
        Ok(())
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let state = self.lock();
        let names = state.names.keys().filter(|name| is_in(name, folder));
        Ok(names
            .filter_map(|name| name.rsplit_once('/').map(|(_, name)| name.to_owned()))
            .collect())
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        let mut state = self.lock();
        state.spend(false)?;
        let state = &mut *state;
        let lasting = &mut state.lasting;
        state.renames.retain(|one| {
            let old = one.old.as_ref().is_some_and(|name| is_in(name, folder));
            let new = one
                .new
                .as_ref()
                .is_some_and(|(name, _)| is_in(name, folder));
            if old || new {
                rename(lasting, one);
            }
            !(old || new)
        });
        Ok(())
    }
}

#[derive(Debug)]
struct OpenFile {
    disk: Forgetful,
    file: usize,
}

impl DiskFile for OpenFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.disk.lock();
        let end = state.files[self.file].bytes.len();
        state.change(self.file, Change::Write(end, bytes.to_vec()))
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.disk.lock().read(self.file, offset, buffer)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.disk.lock().sync(self.file)
    }
}

impl StorageBackend for OpenFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.disk.lock().files[self.file].bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.disk.lock().read(self.file, offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let length = usize::try_from(len).map_err(io::Error::other)?;
        self.disk.lock().change(self.file, Change::Length(length))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.disk.lock().sync(self.file)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        self.disk
            .lock()
            .change(self.file, Change::Write(offset, data.to_vec()))
    }
}
