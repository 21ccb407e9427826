//! The layer between the store and the file system, so that tests can put a failing or forgetful one in its place.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use redb::StorageBackend;
use redb::backends::FileBackend;

/// A folder of files. Names are relative, with `/` between their parts.
pub(crate) trait Disk: fmt::Debug + Send + Sync {
    /// The file that the database is in.
    fn database(&self) -> io::Result<Backend>;

    /// A new, empty file.
    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// A file to read from.
    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Moves a file, replacing what has the new name. Folders are made as needed.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    fn remove(&self, name: &str) -> io::Result<()>;

    /// The names of the files in a folder.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;

    /// Makes sure that a folder's names survive a loss of power, if this disk is to survive one.
    fn sync_folder(&self, name: &str) -> io::Result<()>;
}

/// An open file.
pub(crate) trait DiskFile: Send {
    /// Writes at the end.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Fills the buffer from a place in the file.
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// Makes sure that the bytes survive a loss of power, if the disk is to survive one.
    fn sync(&mut self) -> io::Result<()>;
}

/// A folder of the real file system.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    /// Whether what was answered must survive a loss of power; if not, it survives the end of the process.
    sync: bool,
}

impl Folder {
    pub(crate) fn new(root: PathBuf, sync: bool) -> Folder {
        Folder { root, sync }
    }

    fn sync_path(&self, path: &Path) -> io::Result<()> {
        // Elsewhere folders cannot be opened, and their names are written at once.
        if self.sync && cfg!(unix) {
            File::open(path)?.sync_all()?;
        }
        Ok(())
    }
}

impl Disk for Folder {
    fn database(&self) -> io::Result<Backend> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(self.root.join("meta.redb"))?;
        self.sync_path(&self.root)?;
        let backend = FileBackend::new(file).map_err(io::Error::other)?;
        Ok(Backend(Box::new(MaybeSynced {
            backend,
            sync: self.sync,
        })))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(self.root.join(name))?;
        Ok(Box::new(RealFile {
            file,
            sync: self.sync,
        }))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let file = File::open(self.root.join(name))?;
        Ok(Box::new(RealFile {
            file,
            sync: self.sync,
        }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let (from, to) = (self.root.join(from), self.root.join(to));
        match fs::rename(&from, &to) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let Some(folder) = to.parent() else {
                    return Err(error);
                };
                fs::create_dir_all(folder)?;
                if let Some(above) = folder.parent() {
                    self.sync_path(above)?;
                }
                fs::rename(&from, &to)
            }
            other => other,
        }
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.root.join(name))
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.root.join(folder))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                // A name that is not text is none of ours.
                names.extend(entry.file_name().into_string().ok());
            }
        }
        Ok(names)
    }

    fn sync_folder(&self, name: &str) -> io::Result<()> {
        self.sync_path(&self.root.join(name))
    }
}

struct RealFile {
    file: File,
    sync: bool,
}

impl DiskFile for RealFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.read_exact(buffer)
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.sync {
            self.file.sync_all()?;
        }
        Ok(())
    }
}

/// The database's file, which is told to sync at every commit but does it only where it is worth the time.
#[derive(Debug)]
struct MaybeSynced {
    backend: FileBackend,
    sync: bool,
}

impl StorageBackend for MaybeSynced {
    fn len(&self) -> io::Result<u64> {
        self.backend.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.backend.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.backend.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        if self.sync {
            self.backend.sync_data()?;
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.backend.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.backend.close()
    }
}

/// Any place for the database's bytes. The folder is locked as a whole, so this locks nothing.
#[derive(Debug)]
pub(crate) struct Backend(pub(crate) Box<dyn StorageBackend>);

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.0.close()
    }
}

/// The name of a blob that is being written, or was when the server was killed.
pub(crate) fn incoming(id: u64) -> String {
    format!("incoming/{id:016x}")
}

/// The name of a blob that a record names.
pub(crate) fn blob(id: u64) -> String {
    format!("blobs/{:02x}/{id:016x}", id >> 56)
}

/// The folder of a blob.
pub(crate) fn blob_folder(id: u64) -> String {
    format!("blobs/{:02x}", id >> 56)
}
