//! Environment variables.

use std::ffi::OsString;

use super::keys::Key;
use super::setting::{Setting, Source};
use crate::error::Error;

type Read = dyn Fn(&str) -> Option<OsString> + Send + Sync;

/// Where variables are read from.
pub(super) struct Environment(Box<Read>);

impl Environment {
    pub(super) fn new(
        read: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static,
    ) -> Environment {
        Environment(Box::new(read))
    }

    /// The process's own.
    pub(super) fn process() -> Environment {
        Environment::new(|name| std::env::var_os(name))
    }

    /// A variable, if it is set and not empty.
    pub(super) fn raw(&self, name: &str) -> Option<OsString> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// As [`raw`](Environment::raw), as text.
    pub(super) fn read(&self, key: Key) -> Result<Option<Setting<String>>, Error> {
        let name = key.variable;
        let text = self.raw(name).map(OsString::into_string).transpose();
        let text = text.map_err(|_| Error::config(format!("{name} is not UTF-8")))?;
        Ok(text.map(|text| Setting::new(text, Source::Environment(name))))
    }
}
