//! Where values are looked for: the environment, then a file.

use super::environment::Environment;
use super::file::File;
use super::keys::Key;
use super::setting::{Setting, Source};
use crate::error::Error;

/// The environment, and a file if there is one.
pub(super) struct Sources<'a> {
    pub(super) environment: &'a Environment,
    pub(super) file: Option<File>,
}

impl Sources<'_> {
    /// A value, if it is set and not empty.
    pub(super) fn find(&self, key: Key) -> Result<Option<Setting<String>>, Error> {
        match self.environment.read(key)? {
            Some(found) => Ok(Some(found)),
            None => self.in_file(key.name),
        }
    }

    /// A value of the file, if it is set and not empty.
    pub(super) fn in_file(&self, name: &str) -> Result<Option<Setting<String>>, Error> {
        match &self.file {
            Some(file) => file.read(name),
            None => Ok(None),
        }
    }

    /// What was given to the builder, or else what is found, or else the default.
    pub(super) fn pick(
        &self,
        given: Option<String>,
        key: Key,
        default: &str,
    ) -> Result<Setting<String>, Error> {
        let found = match given {
            Some(value) => Some(Setting::new(value, Source::Builder)),
            None => self.find(key)?,
        };
        Ok(found.unwrap_or_else(|| Setting::new(default.to_owned(), Source::Default)))
    }
}
