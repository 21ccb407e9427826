//! The members of a JSON answer, read one by one.

use std::fmt;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::{Error, Subject};
use crate::operation::ResponseMeta;
use crate::text;
use crate::value::Extra;

/// The members of a JSON object in an answer. Reading one takes it out; a missing one and `null` are the
/// same.
///
/// ```
/// use qingstor::Error;
/// use qingstor::operation::Answer;
///
/// fn decode(answer: Answer) -> Result<(String, u64), Error> {
///     let mut members = answer.members()?;
///     let name = members.optional("name")?;
///     let name = members.require("name", name)?;
///     Ok((name, members.optional("count")?.unwrap_or_default()))
/// }
/// ```
pub struct Members {
    map: Map<String, Value>,
    meta: ResponseMeta,
    subject: Subject,
}

impl Members {
    pub(crate) fn new(map: Map<String, Value>, meta: ResponseMeta, subject: Subject) -> Members {
        Members { map, meta, subject }
    }

    fn fail(&self, message: &str) -> Error {
        Error::decode(message)
            .with_answer(self.meta.status(), self.meta.headers())
            .about(&self.subject)
    }

    /// Reads a member with a function of serde.
    fn read<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Value) -> serde_json::Result<T>,
    ) -> Result<Option<T>, Error> {
        match self.map.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value)
                .map(Some)
                .map_err(|error| self.fail(&format!("the member {name:?} of the answer: {error}"))),
        }
    }

    /// A member that may be missing.
    ///
    /// # Errors
    ///
    /// `Decode`, naming the member, if it has another type.
    pub fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Error> {
        self.read(name, T::deserialize)
    }

    /// Reads a member whose form may be wrong. An unreadable one counts as missing and stays where it is,
    /// so that [`rest`](Members::rest) has it.
    fn lenient<W: DeserializeOwned, T>(
        &mut self,
        name: &str,
        read: impl FnOnce(W) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let raw = self.map.get(name).cloned();
        let found = self.read(name, W::deserialize)?.and_then(read);
        if let (None, Some(raw)) = (&found, raw) {
            self.map.insert(name.to_owned(), raw);
        }
        Ok(found)
    }

    /// A time as an HTTP date; `None` also for a text that is none.
    ///
    /// # Errors
    ///
    /// `Decode`, naming the member, if it is no text.
    pub fn http_date(&mut self, name: &str) -> Result<Option<SystemTime>, Error> {
        self.lenient(name, |text: String| text::parse_http_date(&text).ok())
    }

    /// A time as ISO 8601; `None` also for a text that is none.
    ///
    /// # Errors
    ///
    /// `Decode`, naming the member, if it is no text.
    pub fn iso8601(&mut self, name: &str) -> Result<Option<SystemTime>, Error> {
        self.lenient(name, |text: String| text::parse_iso8601(&text).ok())
    }

    /// A time in seconds since 1970; `None` also for one that is out of range.
    ///
    /// # Errors
    ///
    /// `Decode`, naming the member, if it is no whole number.
    pub fn unix(&mut self, name: &str) -> Result<Option<SystemTime>, Error> {
        self.lenient(name, text::from_unix)
    }

    /// Bytes as base64; `None` also for a text that is not.
    ///
    /// # Errors
    ///
    /// `Decode`, naming the member, if it is no text.
    pub fn base64(&mut self, name: &str) -> Result<Option<Bytes>, Error> {
        self.lenient(name, |text: String| {
            STANDARD.decode(text).ok().map(Bytes::from)
        })
    }

    /// A list, which may also come as its only item.
    ///
    /// # Errors
    ///
    /// `Decode`, naming the member.
    pub fn one_or_many<T: DeserializeOwned>(
        &mut self,
        name: &str,
    ) -> Result<Option<Vec<T>>, Error> {
        self.read(name, crate::json::one_or_many)
    }

    /// The value of a member that must be there and readable.
    ///
    /// # Errors
    ///
    /// `Decode`, naming the member, if it is not.
    pub fn require<T>(&self, name: &str, value: Option<T>) -> Result<T, Error> {
        value.ok_or_else(|| match self.map.get(name) {
            Some(raw) if !raw.is_null() => self.fail(&format!(
                "the member {name:?} of the answer has the unreadable value {raw}"
            )),
            _ => self.fail(&format!("the answer lacks the member {name:?}")),
        })
    }

    /// All members that have not been read, and those that could not be.
    pub fn rest(self) -> Extra {
        Extra::from_members(self.map)
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.map.keys().collect();
        f.debug_struct("Members").field("names", &names).finish()
    }
}
