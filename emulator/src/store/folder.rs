//! The data folder: made or recognised, and held by one emulator at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Once;

use tempfile::TempDir;

use crate::error::Error;

/// The file `format` of a folder that is written now. Another one is not understood, except [`READABLE`].
const FORMAT: &str = "qingstor-emulator data, format 2\n";

/// The format before: each version's record has all its segments. It is read as it is, but what is written from then on would
/// not be understood by the emulators before, so such a folder becomes one of the format of now.
const READABLE: &str = "qingstor-emulator data, format 1\n";

const UNREADABLE: &str = "it cannot be read";
const UNWRITABLE: &str = "it cannot be written to";

/// How names of temporary folders begin.
const TEMPORARY: &str = "qingstor-emulator-";

/// A data folder that is locked. Dropping it lets others have it; a temporary one is removed.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) path: PathBuf,
    // In this order: the lock's file is closed before its folder is removed.
    _lock: File,
    _temporary: Option<TempDir>,
}

/// Takes the folder, or a temporary one that is removed at the end.
pub(crate) fn hold(path: Option<&Path>) -> Result<Held, Error> {
    let Some(path) = path else {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| reclaim(&std::env::temp_dir()));
        let temporary = tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempdir()
            .map_err(|error| failed(&std::env::temp_dir(), error))?;
        let path = temporary.path().to_owned();
        let lock = prepare(&path)?;
        return Ok(Held {
            path,
            _lock: lock,
            _temporary: Some(temporary),
        });
    };
    if path.exists() && !path.is_dir() {
        return Err(failed(path, "it is no folder"));
    }
    fs::create_dir_all(path).map_err(|error| because(path, "it cannot be made", error))?;
    Ok(Held {
        path: path.to_owned(),
        _lock: prepare(path)?,
        _temporary: None,
    })
}

/// Removes temporary folders of emulators that were killed: those that have a lock which nobody holds. What cannot be read
/// or removed is left alone.
fn reclaim(root: &Path) {
    let Ok(entries) = fs::read_dir(root) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let named = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(TEMPORARY));
        // The format is written by whoever has the lock already, so a folder that is just being made has none.
        let format = fs::read_to_string(path.join("format"));
        if !named || !format.is_ok_and(|text| text == FORMAT || text == READABLE) {
            continue;
        }
        if let Ok(lock) = File::open(path.join("lock"))
            && lock.try_lock().is_ok()
        {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

fn prepare(path: &Path) -> Result<File, Error> {
    recognise(path)?;
    let lock = lock(path)?;
    let format = path.join("format");
    if !fs::read_to_string(&format).is_ok_and(|text| text == FORMAT) {
        // Its name appears with its content.
        let draft = path.join("format.new");
        let written = fs::write(&draft, FORMAT).and_then(|()| fs::rename(&draft, &format));
        written.map_err(|error| because(path, UNWRITABLE, error))?;
    }
    for name in ["incoming", "blobs"] {
        let made = fs::create_dir_all(path.join(name));
        made.map_err(|error| because(path, UNWRITABLE, error))?;
    }
    Ok(lock)
}

/// Refuses a folder that holds something else.
fn recognise(path: &Path) -> Result<(), Error> {
    match fs::read_to_string(path.join("format")) {
        Ok(text) if text == FORMAT || text == READABLE => return Ok(()),
        Ok(_) => {
            return Err(failed(
                path,
                "its format is of another version of the emulator",
            ));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(because(path, UNREADABLE, error)),
    }
    for entry in fs::read_dir(path).map_err(|error| because(path, UNREADABLE, error))? {
        let entry = entry.map_err(|error| because(path, UNREADABLE, error))?;
        let name = entry.file_name();
        if name != "lock" && name != "format.new" {
            return Err(failed(
                path,
                "it is not empty, and no data folder of an emulator",
            ));
        }
    }
    Ok(())
}

fn lock(path: &Path) -> Result<File, Error> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path.join("lock"))
        .map_err(|error| because(path, UNWRITABLE, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(failed(path, "another emulator is using it")),
        Err(TryLockError::Error(error)) => Err(failed(path, error)),
    }
}

fn because(path: &Path, what: &str, why: io::Error) -> Error {
    failed(path, format!("{what}: {why}"))
}

pub(crate) fn failed(path: &Path, why: impl std::fmt::Display) -> Error {
    Error::DataFolder {
        path: path.to_owned(),
        reason: why.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(path: &Path) -> String {
        hold(Some(path)).expect_err("refused").to_string()
    }

    #[test]
    fn a_folder_is_held_by_one_at_a_time() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("made/on/the/way");
        let first = hold(Some(&path)).expect("held");
        assert!(
            reason(&path).contains("another emulator"),
            "{}",
            reason(&path)
        );
        drop(first);
        drop(hold(Some(&path)).expect("held again"));
    }

    #[test]
    fn a_folder_of_the_format_before_becomes_one_of_now() {
        let root = tempfile::tempdir().expect("a folder");
        let format = root.path().join("format");
        fs::write(&format, "qingstor-emulator data, format 1\n").expect("written");
        drop(hold(Some(root.path())).expect("held"));
        let text = fs::read_to_string(&format).expect("a format");
        assert_eq!(text, "qingstor-emulator data, format 2\n");
        drop(hold(Some(root.path())).expect("held again"));
    }

    #[test]
    fn foreign_folders_are_left_alone() {
        let root = tempfile::tempdir().expect("a folder");
        fs::write(root.path().join("thesis.txt"), "words").expect("written");
        assert!(reason(root.path()).contains("not empty"));
        fs::write(
            root.path().join("format"),
            "qingstor-emulator data, format 99\n",
        )
        .expect("written");
        assert!(reason(root.path()).contains("another version"));
        assert!(!root.path().join("lock").exists());
    }

    #[test]
    fn temporary_folders_of_the_killed_are_reclaimed() {
        let root = tempfile::tempdir().expect("a folder");
        let make = |name: &str| {
            let path = root.path().join(name);
            fs::create_dir(&path).expect("a folder");
            let lock = prepare(&path).expect("prepared");
            (path, lock)
        };
        let (killed, lock) = make("qingstor-emulator-killed");
        drop(lock);
        let (running, _lock) = make("qingstor-emulator-running");
        let (named, other_lock) = make("data");
        drop(other_lock);
        let foreign = root.path().join("qingstor-emulator-notes");
        fs::create_dir(&foreign).expect("a folder");
        reclaim(root.path());
        assert!(!killed.exists());
        assert!(running.exists() && named.exists() && foreign.exists());
    }

    #[test]
    fn a_temporary_folder_is_removed() {
        let held = hold(None).expect("held");
        let path = held.path.clone();
        assert!(path.join("format").exists());
        drop(held);
        assert!(!path.exists());
    }
}
