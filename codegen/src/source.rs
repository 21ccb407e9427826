//! What the generator reads, and what of its work is on disk.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::generate::{Files, GENERATED_FOLDERS};

/// The specs and the templates.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Paths from the project's root, and bytes: a spec need not be UTF-8 to be complained about.
    pub specs: BTreeMap<String, Vec<u8>>,
    /// Paths below `templates/`.
    pub templates: BTreeMap<String, String>,
}

impl Sources {
    /// Reads the specs and templates below the project's root.
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut sources = Self::default();
        for path in list(root, "specs")? {
            if is_spec(&path) {
                let bytes = std::fs::read(root.join(&path)).map_err(|e| named(&path, &e))?;
                sources.specs.insert(path, bytes);
            }
        }
        for path in list(root, "templates")? {
            if let Some(name) = path
                .strip_prefix("templates/")
                .filter(|p| p.ends_with(".tera"))
            {
                let text =
                    std::fs::read_to_string(root.join(&path)).map_err(|e| named(&path, &e))?;
                sources.templates.insert(name.to_string(), text);
            }
        }
        Ok(sources)
    }
}

/// Whether a path, from the project's root, is that of a spec.
pub fn is_spec(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    let is_yaml = ["yaml", "yml"]
        .iter()
        .any(|e| ending.eq_ignore_ascii_case(e));
    let hidden = path.split('/').any(|part| part.starts_with('.'));
    // What the vendor's Swagger says is compared with the specs, it is no spec.
    is_yaml && !hidden && path.starts_with("specs/") && !path.starts_with("specs/upstream/")
}

/// The generated files that are on disk.
pub fn on_disk(root: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for folder in GENERATED_FOLDERS {
        for path in list(root, folder)? {
            let bytes = std::fs::read(root.join(&path)).map_err(|e| named(&path, &e))?;
            files.insert(path, bytes);
        }
    }
    Ok(files)
}

/// How the disk differs from what it should be.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Not there.
    pub missing: Vec<String>,
    /// There, but different.
    pub stale: Vec<String>,
    /// There, but made from nothing.
    pub orphaned: Vec<String>,
}

impl Drift {
    /// Compares what should be with what is.
    pub fn between(files: &Files, disk: &BTreeMap<String, Vec<u8>>) -> Self {
        let mut drift = Self::default();
        for (path, text) in files {
            match disk.get(path) {
                None => drift.missing.push(path.clone()),
                Some(bytes) if bytes != text.as_bytes() => drift.stale.push(path.clone()),
                Some(_) => {}
            }
        }
        drift.orphaned = disk
            .keys()
            .filter(|path| !files.contains_key(*path))
            .cloned()
            .collect();
        drift
    }

    /// Whether the disk is as it should be.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.stale.is_empty() && self.orphaned.is_empty()
    }
}

fn named(path: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{path}: {error}"))
}

/// All files below a folder of the project, as paths with forward slashes from the root.
fn list(root: &Path, folder: &str) -> io::Result<Vec<String>> {
    let mut paths = Vec::new();
    let entries = match std::fs::read_dir(root.join(folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(paths),
        Err(error) => return Err(named(folder, &error)),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        // Editors and file managers leave files of their own, which are nobody's specs.
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        let path = format!("{folder}/{}", name.to_string_lossy());
        if entry.file_type()?.is_dir() {
            paths.extend(list(root, &path)?);
        } else {
            paths.push(path);
        }
    }
    Ok(paths)
}
