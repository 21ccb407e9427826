//! No configuration file: the feature `config-file` is off.

use super::FileChoice;
use super::environment::Environment;
use super::keys::CONFIG_PATH;
use super::setting::Setting;
use crate::error::Error;

/// A file that was read: there is none.
pub(super) enum File {}

impl File {
    /// Refuses a file that is asked for; one that might be there is not looked for.
    pub(super) fn load(_: &FileChoice, environment: &Environment) -> Result<Option<File>, Error> {
        match environment.raw(CONFIG_PATH) {
            None => Ok(None),
            Some(_) => Err(Error::config(format!(
                "{CONFIG_PATH} names a configuration file, but files are not read without the feature config-file of qingstor; enable it, or unset the variable"
            ))),
        }
    }

    pub(super) fn path(&self) -> &str {
        match *self {}
    }

    pub(super) fn read(&self, _: &str) -> Result<Option<Setting<String>>, Error> {
        match *self {}
    }

    pub(super) fn ignored(&self) -> Vec<String> {
        match *self {}
    }
}
