//! Reading the members of a JSON document. Errors say where the fault is; `null` is as good as absent.

use std::fmt::Display;

use serde_json::{Map, Value};

use crate::error::ApiError;

/// An object in a document, and where it stands there.
pub(crate) struct Members<'a> {
    path: String,
    map: &'a Map<String, Value>,
}

impl<'a> Members<'a> {
    /// The document itself.
    pub(crate) fn root(map: &'a Map<String, Value>) -> Members<'a> {
        Members {
            path: String::new(),
            map,
        }
    }

    fn at(path: String, value: &'a Value) -> Result<Members<'a>, ApiError> {
        match value {
            Value::Object(map) => Ok(Members { path, map }),
            _ => Err(ApiError::argument(&path, "must be an object")),
        }
    }

    /// Where a member stands: `rule[0].filter`.
    pub(crate) fn path(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// Where this object stands.
    pub(crate) fn here(&self) -> &str {
        &self.path
    }

    /// The error for a member.
    pub(crate) fn wrong(&self, name: &str, why: impl Display) -> ApiError {
        ApiError::argument(&self.path(name), why)
    }

    fn missing(&self, name: &str) -> ApiError {
        self.wrong(name, "required, but missing")
    }

    /// The members themselves.
    pub(crate) fn map(&self) -> &'a Map<String, Value> {
        self.map
    }

    /// The names of the members that are there.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.map
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, _)| name.as_str())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>, ApiError> {
        self.get(name)
            .map(|value| value.as_str().ok_or(()))
            .transpose()
            .map_err(|()| self.wrong(name, "must be a string"))
    }

    /// A string that has to be there and to have characters.
    pub(crate) fn required_text(&self, name: &str) -> Result<&'a str, ApiError> {
        match self.text(name)? {
            None => Err(self.missing(name)),
            Some("") => Err(self.wrong(name, "must not be empty")),
            Some(text) => Ok(text),
        }
    }

    /// A required string of at most so many characters.
    pub(crate) fn short_text(&self, name: &str, most: usize) -> Result<&'a str, ApiError> {
        let text = self.required_text(name)?;
        if text.chars().count() > most {
            return Err(self.wrong(name, format!("longer than {most} characters")));
        }
        Ok(text)
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, ApiError> {
        self.get(name)
            .map(|value| value.as_u64().ok_or(()))
            .transpose()
            .map_err(|()| self.wrong(name, "must be a whole number from 0 on"))
    }

    /// A number of days that has to be there, and is at least `least`.
    pub(crate) fn days(&self, name: &str, least: u64) -> Result<u64, ApiError> {
        let days = self.number(name)?.ok_or_else(|| self.missing(name))?;
        if days < least {
            return Err(self.wrong(name, format!("must be at least {least}")));
        }
        Ok(days)
    }

    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, ApiError> {
        self.get(name)
            .map(|value| value.as_bool().ok_or(()))
            .transpose()
            .map_err(|()| self.wrong(name, "must be true or false"))
    }

    /// `enabled` or `disabled`, in small or capital letters.
    pub(crate) fn switch(&self, name: &str) -> Result<Option<bool>, ApiError> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        if text.eq_ignore_ascii_case("enabled") {
            Ok(Some(true))
        } else if text.eq_ignore_ascii_case("disabled") {
            Ok(Some(false))
        } else {
            Err(self.wrong(name, "must be enabled or disabled"))
        }
    }

    /// A switch that has to be there.
    pub(crate) fn required_switch(&self, name: &str) -> Result<bool, ApiError> {
        self.switch(name)?.ok_or_else(|| self.missing(name))
    }

    pub(crate) fn object(&self, name: &str) -> Result<Option<Members<'a>>, ApiError> {
        self.get(name)
            .map(|value| Members::at(self.path(name), value))
            .transpose()
    }

    /// An object that has to be there.
    pub(crate) fn required_object(&self, name: &str) -> Result<Members<'a>, ApiError> {
        self.object(name)?.ok_or_else(|| self.missing(name))
    }

    /// A list of objects that has to be there; it may be empty.
    pub(crate) fn required_objects(&self, name: &str) -> Result<Vec<Members<'a>>, ApiError> {
        let path = self.path(name);
        match self.get(name) {
            None => Err(self.missing(name)),
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .map(|(at, item)| Members::at(format!("{path}[{at}]"), item))
                .collect(),
            Some(_) => Err(self.wrong(name, "must be a list")),
        }
    }

    /// A list of strings; `None` if it is not there.
    pub(crate) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, ApiError> {
        match self.get(name) {
            Some(Value::String(_)) => Err(self.wrong(name, "must be a list of strings")),
            _ => self.one_or_many(name),
        }
    }

    /// A string, or a list of strings; `None` if it is not there.
    pub(crate) fn one_or_many(&self, name: &str) -> Result<Option<Vec<String>>, ApiError> {
        let wrong = || self.wrong(name, "must be a list of strings");
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(one)) => Ok(Some(vec![one.clone()])),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong))
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(wrong()),
        }
    }

    /// The same, where at least one string has to be there.
    pub(crate) fn some_texts(&self, name: &str) -> Result<Vec<String>, ApiError> {
        let texts = self.one_or_many(name)?.ok_or_else(|| self.missing(name))?;
        if texts.is_empty() || texts.iter().any(String::is_empty) {
            return Err(self.wrong(name, "must name at least one, and none may be empty"));
        }
        Ok(texts)
    }
}
