//! Copies of the project, to try things in.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::path::Path;

/// What a copy is made of.
const COPIED: &[&str] = &[
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "README.md",
    "codegen",
    "conformance",
    "emulator",
    "rust-toolchain.toml",
    "sdk",
    "specs",
    "templates",
    "xtask",
];

/// Makes a copy of the project, or brings an older one up to date.
///
/// Files that are as they should be are not touched, so that cargo builds only what has changed; all others are written, so that it
/// does not take what was built from something else for new.
pub(crate) fn prepare(root: &Path, copy: &Path) -> io::Result<()> {
    for name in COPIED {
        bring(&root.join(name), &copy.join(name), true)?;
    }
    Ok(())
}

/// Puts the files of a folder over those of the copy.
pub(crate) fn overlay(from: &Path, to: &Path) -> io::Result<()> {
    bring(from, to, false)
}

fn bring(from: &Path, to: &Path, exact: bool) -> io::Result<()> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", from.display()));
    if !from.is_dir() {
        let bytes = std::fs::read(from).map_err(named)?;
        if std::fs::read(to).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        return std::fs::write(to, bytes).map_err(named);
    }
    std::fs::create_dir_all(to).map_err(named)?;
    let mut names: BTreeSet<OsString> = BTreeSet::new();
    for entry in std::fs::read_dir(from).map_err(named)? {
        let entry = entry.map_err(named)?;
        bring(&entry.path(), &to.join(entry.file_name()), exact)?;
        names.insert(entry.file_name());
    }
    for entry in std::fs::read_dir(to).map_err(named)? {
        let entry = entry.map_err(named)?;
        if !exact || names.contains(&entry.file_name()) {
            continue;
        }
        let removed = match entry.file_type().map_err(named)?.is_dir() {
            true => std::fs::remove_dir_all(entry.path()),
            false => std::fs::remove_file(entry.path()),
        };
        removed.map_err(named)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn an_older_copy_is_brought_up_to_date_and_what_is_right_is_not_touched() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        for (path, text) in [("from/a", "a"), ("from/sub/b", "b"), ("to/a", "a")] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(path, text).expect("written");
        }
        std::fs::create_dir_all(to.join("odd")).expect("made");
        std::fs::write(to.join("odd/c"), "c").expect("written");
        let long_ago = SystemTime::now() - Duration::from_secs(3600);
        let file = std::fs::File::options().append(true).open(to.join("a"));
        file.and_then(|file| file.set_modified(long_ago))
            .expect("set");

        bring(&from, &to, true).expect("brought");
        assert_eq!(
            std::fs::read_to_string(to.join("sub/b")).expect("there"),
            "b"
        );
        assert!(!to.join("odd").exists());
        let changed = |path: &Path| {
            std::fs::metadata(path)
                .and_then(|m| m.modified())
                .expect("a time")
        };
        assert_eq!(changed(&to.join("a")), long_ago);

        // As a mutant leaves it, however old the project's own file is.
        std::fs::write(to.join("a"), "mutant").expect("written");
        bring(&from, &to, true).expect("brought");
        assert_eq!(std::fs::read_to_string(to.join("a")).expect("there"), "a");
        assert!(changed(&to.join("a")) > long_ago);
    }
}
