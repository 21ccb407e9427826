//! Values that know where they came from.

use std::fmt;

use crate::error::Error;

/// A value and where it came from.
#[derive(Clone)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(super) source: Source,
}

/// Where a value came from.
#[derive(Clone, Copy)]
pub(super) enum Source {
    Builder,
    Environment(&'static str),
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Builder => f.write_str("builder"),
            Source::Environment(name) => f.write_str(name),
            Source::Default => f.write_str("default"),
        }
    }
}

impl<T> Setting<T> {
    pub(super) fn new(value: T, source: Source) -> Setting<T> {
        Setting { value, source }
    }

    pub(super) fn map<U>(
        self,
        change: impl FnOnce(T) -> Result<U, Error>,
    ) -> Result<Setting<U>, Error> {
        let source = self.source;
        let value = change(self.value).map_err(|error| match source {
            Source::Environment(name) => Error::config(format!("{name}: {}", error.message())),
            _ => error,
        })?;
        Ok(Setting::new(value, source))
    }
}

impl<T: fmt::Display> fmt::Debug for Setting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (from {})", self.value, self.source)
    }
}
