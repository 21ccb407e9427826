//! Clients whose environment and file are made up.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use qingstor::config::ClientBuilder;
use qingstor::testing::Replay;
use qingstor::{Client, Error};
use tempfile::TempDir;

/// A secret that must be in no text.
pub(crate) const CANARY: &str = "canary-4f9b2e";

/// A home directory with a configuration file in its usual place.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn empty() -> Home {
        Home(tempfile::tempdir().unwrap())
    }

    pub(crate) fn with(text: impl AsRef<[u8]>) -> Home {
        let home = Home::empty();
        std::fs::create_dir(home.0.path().join(".qingstor")).unwrap();
        std::fs::write(home.file(), text).unwrap();
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join(".qingstor").join("config.yaml")
    }

    /// A builder in this home, with these variables and no others.
    pub(crate) fn builder(&self, variables: &[(&str, &str)]) -> ClientBuilder {
        let mut all: HashMap<String, String> = variables
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        let home = self.path().to_str().unwrap().to_owned();
        all.entry("HOME".to_owned()).or_insert(home);
        Client::builder().environment(move |name| all.get(name).cloned())
    }

    /// As [`builder`](Home::builder), with a transport that takes no time to set up.
    pub(crate) fn quick(&self, variables: &[(&str, &str)]) -> ClientBuilder {
        self.builder(variables).transport(Replay::new())
    }
}

/// What a client says of itself.
pub(crate) fn shown(client: Result<Client, Error>) -> String {
    let text = format!("{:?}", client.unwrap());
    assert!(!text.contains(CANARY), "{text}");
    text
}

/// What an error says.
pub(crate) fn refusal(client: Result<Client, Error>) -> String {
    let error = match client {
        Ok(client) => panic!("nothing is refused: {client:?}"),
        Err(error) => error,
    };
    assert_eq!(error.kind(), qingstor::ErrorKind::Config, "{error}");
    let text = error.to_string();
    for shown in [&text, &format!("{error:?}"), &format!("{error:#?}")] {
        assert!(!shown.contains(CANARY), "{shown}");
    }
    text
}

pub(crate) fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}
