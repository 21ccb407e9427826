//! What is known already, kept on disk: a run that was interrupted goes on where it was.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fate {
    /// `lint` refuses it, with this mistake.
    Lint(String),
    /// It does not compile, with this error.
    Compiler(String),
    /// A check fails, this one first.
    Suite(String),
    /// Nothing notices.
    Survived,
}

impl Fate {
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Lint(_) => "lint    ",
            Self::Compiler(_) => "compiler",
            Self::Suite(_) => "suite   ",
            Self::Survived => "SURVIVED",
        }
    }
}

/// One line of the file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// What was tried: fates are only true for it.
    Project(String),
    Mutant {
        id: String,
        fate: Fate,
    },
}

pub(super) struct State {
    path: PathBuf,
    fates: BTreeMap<String, Fate>,
}

impl State {
    /// Reads what is known of the project as it is now. All else is forgotten, and with `fresh` that too.
    pub(super) fn open(path: &Path, root: &Path, fresh: bool) -> Result<State, String> {
        let project = fingerprint(root).map_err(|error| error.to_string())?;
        let mut state = State {
            path: path.to_path_buf(),
            fates: BTreeMap::new(),
        };
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let mut lines = text.lines().map(serde_json::from_str);
        let same = matches!(lines.next(), Some(Ok(Line::Project(known))) if known == project);
        if same && !fresh {
            // The last line may have been cut off.
            for line in lines.map_while(Result::ok) {
                if let Line::Mutant { id, fate } = line {
                    state.fates.insert(id, fate);
                }
            }
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| state.named(&error))?;
        }
        // Written anew, so that nothing that could not be read stands between the lines.
        std::fs::write(path, "").map_err(|error| state.named(&error))?;
        state.append(&Line::Project(project))?;
        for (id, fate) in &state.fates {
            let (id, fate) = (id.clone(), fate.clone());
            state.append(&Line::Mutant { id, fate })?;
        }
        Ok(state)
    }

    pub(super) fn fate(&self, id: &str) -> Option<&Fate> {
        self.fates.get(id)
    }

    pub(super) fn decide(&mut self, id: String, fate: Fate) -> Result<(), String> {
        self.fates.insert(id.clone(), fate.clone());
        self.append(&Line::Mutant { id, fate })
    }

    fn append(&self, line: &Line) -> Result<(), String> {
        let text = serde_json::to_string(line).map_err(|error| error.to_string())?;
        let file = std::fs::File::options().append(true).open(&self.path);
        let written = file.and_then(|mut file| writeln!(file, "{text}"));
        written.map_err(|error| self.named(&error))
    }

    fn named(&self, error: &std::io::Error) -> String {
        format!("{}: {error}", self.path.display())
    }
}

/// Tells one state of the project from another: of what is built into the checks, not of texts about it.
fn fingerprint(root: &Path) -> std::io::Result<String> {
    let mut hasher = DefaultHasher::new();
    for name in [
        "Cargo.lock",
        "codegen/src",
        "conformance/src",
        "emulator/src",
        "sdk/src",
        "specs",
        "templates",
    ] {
        hash(&root.join(name), &mut hasher)?;
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn hash(path: &Path, hasher: &mut DefaultHasher) -> std::io::Result<()> {
    if path.extension().is_some_and(|extension| extension == "md") {
        return Ok(());
    }
    path.to_string_lossy().hash(hasher);
    if !path.is_dir() {
        std::fs::read(path)?.hash(hasher);
        return Ok(());
    }
    let entries = std::fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = entries.collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    paths.iter().try_for_each(|path| hash(path, hasher))
}
