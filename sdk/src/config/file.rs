//! The configuration file, which this crate shares with QingStor's other SDKs.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::FileChoice;
use super::environment::Environment;
use super::keys::{CONFIG_PATH, GROUPS, IGNORED_IN_FILES, READ_IN_FILES};
use super::setting::{Setting, Source, Spot};
use super::yaml::{self, Entry, Value};
use crate::error::Error;

/// No configuration is near this long.
const LIMIT: u64 = 256 * 1024;

/// Where the file is below the home directory, if nobody says.
const USUAL: [&str; 2] = [".qingstor", "config.yaml"];

/// A file that was read.
pub(super) struct File {
    path: Arc<str>,
    entries: Vec<Entry>,
}

impl File {
    /// Finds and reads the file; `None` if there is none and nobody named one.
    pub(super) fn load(
        choice: &FileChoice,
        environment: &Environment,
    ) -> Result<Option<File>, Error> {
        let home = || {
            let home = environment.raw("HOME");
            home.or_else(|| environment.raw("USERPROFILE"))
                .map(PathBuf::from)
        };
        let named = match choice {
            FileChoice::None => return Ok(None),
            FileChoice::At(path) => Some((path.clone(), "the configuration file")),
            FileChoice::Usual => environment
                .raw(CONFIG_PATH)
                .map(|path| (PathBuf::from(path), CONFIG_PATH)),
        };
        let Some((path, who)) = named else {
            let Some(home) = home() else {
                return Ok(None);
            };
            let path = USUAL.iter().fold(home, |path, part| path.join(part));
            return match read(&path) {
                Ok(text) => File::parse(&path, &text).map(Some),
                Err(Trouble::Missing) => Ok(None),
                // Nobody has named it, and somebody else's home directory may be closed.
                Err(Trouble::Io(error))
                    if error.kind() == ErrorKind::PermissionDenied
                        && fs::metadata(&path).is_err() =>
                {
                    Ok(None)
                }
                Err(trouble) => Err(trouble.about("the configuration file", &path)),
            };
        };
        // A shell does not expand this in quotes, nor does anybody in a service's settings.
        let path = match (path.strip_prefix("~"), home()) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => path,
        };
        let text = read(&path).map_err(|trouble| trouble.about(who, &path))?;
        File::parse(&path, &text).map(Some)
    }

    fn parse(path: &Path, text: &str) -> Result<File, Error> {
        let path: Arc<str> = path.display().to_string().into();
        let entries = yaml::parse(text).map_err(|problem| {
            let (line, column) = (problem.line, problem.column);
            Error::config(format!("{path}:{line}:{column}: {}", problem.message))
        })?;
        let file = File { path, entries };
        for entry in &file.entries {
            if let Some(meant) = mistaken(&entry.name) {
                let (line, column) = entry.named;
                return Err(Error::config(format!(
                    "{}:{line}:{column}: the key {:?} is not known; did you mean {meant}?",
                    file.path, entry.name
                )));
            }
        }
        Ok(file)
    }

    fn spot(&self, entry: &Entry) -> Spot {
        Spot {
            path: Arc::clone(&self.path),
            line: entry.line,
            column: entry.column,
            key: entry.name.clone(),
        }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// A value, if it is set and not empty.
    pub(super) fn read(&self, name: &str) -> Result<Option<Setting<String>>, Error> {
        let Some(entry) = self.entries.iter().find(|entry| entry.name == name) else {
            return Ok(None);
        };
        let source = Source::File(Arc::new(self.spot(entry)));
        match &entry.value {
            Value::Text(text) if text.is_empty() => Ok(None),
            Value::Text(text) => Ok(Some(Setting::new(text.to_string(), source))),
            Value::Many => Err(source.blame(Error::config(
                "this needs a single value, not a list or a map",
            ))),
        }
    }

    /// The places of keys that have no effect, with the names of those that are known.
    pub(super) fn ignored(&self) -> Vec<String> {
        let ignored = self.entries.iter().filter(|entry| !is_read(&entry.name));
        ignored
            .map(|entry| {
                let spot = self.spot(entry);
                match IGNORED_IN_FILES.contains(&entry.name.as_str()) {
                    true => format!("{} at {spot}", entry.name),
                    // It may be anything, even a secret that slipped to the wrong side of a colon.
                    false => format!("unknown key at {spot}"),
                }
            })
            .collect()
    }
}

/// Why a file could not be read.
enum Trouble {
    Missing,
    Io(std::io::Error),
    TooLong,
    NotText,
}

impl Trouble {
    fn about(self, who: &str, path: &Path) -> Error {
        let path = path.display();
        match self {
            Trouble::Missing => Error::config(format!("{who}: there is no file {path}")),
            Trouble::Io(error) => Error::config(format!("{who}: {path} cannot be read: {error}")),
            Trouble::TooLong => Error::config(format!(
                "{who}: {path} has more than {} KiB, which no configuration has",
                LIMIT / 1024
            )),
            Trouble::NotText => Error::config(format!("{who}: {path} is not UTF-8")),
        }
    }
}

fn read(path: &Path) -> Result<Zeroizing<String>, Trouble> {
    let file = fs::File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Trouble::Missing,
        _ => Trouble::Io(error),
    })?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(Trouble::Io)?;
    if bytes.len() as u64 > LIMIT {
        return Err(Trouble::TooLong);
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(Trouble::NotText),
    }
}

fn is_read(name: &str) -> bool {
    READ_IN_FILES.contains(&name) || GROUPS.contains(&name)
}

/// The key that was meant by one that is not known but looks like it. Others belong to other programs that share
/// the file.
fn mistaken(name: &str) -> Option<&'static str> {
    if is_read(name) || IGNORED_IN_FILES.contains(&name) {
        return None;
    }
    if let Some((group, _)) = name.split_once('.')
        && !GROUPS.contains(&group)
    {
        return None;
    }
    let plain = |name: &str| name.to_lowercase().replace(['_', '-'], "");
    let written = plain(name);
    let (distance, meant) = READ_IN_FILES
        .iter()
        .chain(IGNORED_IN_FILES)
        .chain(GROUPS)
        .map(|known| (strsim::osa_distance(&written, &plain(known)), *known))
        .min()?;
    let tolerance = if written.len() > 5 { 2 } else { 1 };
    (distance <= tolerance).then_some(meant)
}
