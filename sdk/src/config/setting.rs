//! Values that know where they came from.

use std::fmt;
use std::sync::Arc;

use crate::error::Error;

/// A value and where it came from.
#[derive(Clone)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(super) source: Source,
}

/// Where a value came from, the stronger one first.
#[derive(Clone)]
pub(super) enum Source {
    Builder,
    Environment(&'static str),
    #[cfg_attr(not(feature = "config-file"), expect(dead_code))]
    File(Arc<Spot>),
    Default,
}

/// A place in a configuration file.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) path: Arc<str>,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) key: String,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Builder => f.write_str("builder"),
            Source::Environment(name) => f.write_str(name),
            Source::File(spot) => spot.fmt(f),
            Source::Default => f.write_str("default"),
        }
    }
}

impl Source {
    /// Says in an error which value it is about. What the builder was given is named by the message.
    pub(super) fn blame(&self, error: Error) -> Error {
        match self {
            Source::Environment(name) => Error::config(format!("{name}: {}", error.message())),
            Source::File(spot) => {
                Error::config(format!("{spot}: {}: {}", spot.key, error.message()))
            }
            Source::Builder | Source::Default => error,
        }
    }

    /// How strong it is: less is stronger.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Source::Builder => 0,
            Source::Environment(_) => 1,
            Source::File(_) => 2,
            Source::Default => 3,
        }
    }

    /// The name that the value has there.
    pub(super) fn name(&self) -> String {
        match self {
            Source::File(spot) => format!("{} in {spot}", spot.key),
            other => other.to_string(),
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
        match change(self.value) {
            Ok(value) => Ok(Setting::new(value, self.source)),
            Err(error) => Err(self.source.blame(error)),
        }
    }
}

impl<T: fmt::Display> fmt::Debug for Setting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (from {})", self.value, self.source)
    }
}
