//! Environment variables.

use std::ffi::OsString;

use super::setting::{Setting, Source};
use crate::error::Error;

pub(super) const ACCESS_KEY_ID: &str = "QINGSTOR_ACCESS_KEY_ID";
pub(super) const SECRET_ACCESS_KEY: &str = "QINGSTOR_SECRET_ACCESS_KEY";
pub(super) const ENDPOINT: &str = "QINGSTOR_ENDPOINT";
pub(super) const ZONE: &str = "QINGSTOR_ZONE";
pub(super) const VIRTUAL_HOST: &str = "QINGSTOR_ENABLE_VIRTUAL_HOST_STYLE";
pub(super) const USER_AGENT: &str = "QINGSTOR_ADDITIONAL_USER_AGENT";

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
    pub(super) fn read(&self, name: &str) -> Result<Option<String>, Error> {
        let value = (self.0)(name).filter(|value| !value.is_empty());
        let text = value.map(OsString::into_string).transpose();
        text.map_err(|_| Error::config(format!("{name} is not UTF-8")))
    }

    /// What was given to the builder, or else the variable, or else the default.
    pub(super) fn pick(
        &self,
        given: Option<String>,
        name: &'static str,
        default: &str,
    ) -> Result<Setting<String>, Error> {
        if let Some(value) = given {
            return Ok(Setting::new(value, Source::Builder));
        }
        Ok(match self.read(name)? {
            Some(value) => Setting::new(value, Source::Environment(name)),
            None => Setting::new(default.to_owned(), Source::Default),
        })
    }
}

/// Reads a switch.
pub(super) fn boolean(text: &str) -> Result<bool, Error> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(Error::config(format!("{text:?} is neither true nor false"))),
    }
}
