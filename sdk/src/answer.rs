//! Answers of the service, before an operation has read them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;

use crate::error::{self, Error, Subject};
use crate::members::Members;
use crate::stream::ByteStream;
use crate::text;

/// A successful answer.
pub struct Answer {
    meta: ResponseMeta,
    body: AnswerBody,
    subject: Subject,
    attempts: u32,
}

pub(crate) enum AnswerBody {
    Collected(Bytes),
    Streamed(ByteStream),
}

/// Status and headers of an answer.
#[derive(Clone, Debug, Default)]
pub struct ResponseMeta {
    status: u16,
    headers: HeaderMap,
}

impl ResponseMeta {
    pub(crate) fn new(status: u16, headers: HeaderMap) -> ResponseMeta {
        ResponseMeta { status, headers }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// All headers as they came.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The id under which the service has logged the request.
    pub fn request_id(&self) -> Option<&str> {
        error::request_id(&self.headers)
    }
}

impl Answer {
    pub(crate) fn new(meta: ResponseMeta, body: AnswerBody, subject: Subject) -> Answer {
        Answer {
            meta,
            body,
            subject,
            attempts: 0,
        }
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Answer {
        self.attempts = attempts;
        self
    }

    /// How often sending was tried until this answer came.
    pub(crate) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.meta.status
    }

    /// All headers as they came.
    pub fn headers(&self) -> &HeaderMap {
        &self.meta.headers
    }

    /// The id under which the service has logged the request.
    pub fn request_id(&self) -> Option<&str> {
        self.meta.request_id()
    }

    /// Status and headers.
    pub fn meta(&self) -> ResponseMeta {
        self.meta.clone()
    }

    /// Status and headers, when nothing else is needed any more.
    pub fn into_meta(self) -> ResponseMeta {
        self.meta
    }

    fn fail(&self, message: String) -> Error {
        Error::decode(message)
            .with_answer(self.meta.status, &self.meta.headers)
            .about(&self.subject)
    }

    /// The text of a header that is there.
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let value = self.meta.headers.get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()))
    }

    /// A header's text; `None` if it is absent. What is not UTF-8 is replaced; the bytes are in
    /// [`meta`](Answer::meta).
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn text(&self, name: &str) -> Result<Option<String>, Error> {
        Ok(self.header(name).map(Cow::into_owned))
    }

    /// A header as a number, a boolean or an enum; `None` if it is absent or unreadable. One odd
    /// header should not make an answer useless; [`require`](Answer::require) tells the two apart.
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn parse<T: FromStr>(&self, name: &str) -> Result<Option<T>, Error> {
        Ok(self
            .header(name)
            .and_then(|value| value.trim().parse().ok()))
    }

    /// A header as an HTTP date; `None` if it is absent or no date.
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn http_date(&self, name: &str) -> Result<Option<SystemTime>, Error> {
        let value = self.header(name);
        Ok(value.and_then(|value| text::parse_http_date(&value).ok()))
    }

    /// The headers that begin with `prefix`, by the rest of their names in lower case. What is not
    /// UTF-8 in a value is replaced.
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn prefixed(&self, prefix: &'static str) -> Result<BTreeMap<String, String>, Error> {
        let mut found = BTreeMap::new();
        for name in self.meta.headers.keys() {
            let Some((start, rest)) = name.as_str().split_at_checked(prefix.len()) else {
                continue;
            };
            if start.eq_ignore_ascii_case(prefix) {
                let value = self.text(name.as_str())?.unwrap_or_default();
                found.insert(rest.to_owned(), value);
            }
        }
        Ok(found)
    }

    /// The JSON body. An empty body reads as `{}`.
    ///
    /// # Errors
    ///
    /// `Decode` if it is no JSON of that shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let body = match &self.body {
            AnswerBody::Collected(body) if body.trim_ascii().is_empty() => b"{}",
            AnswerBody::Collected(body) => body.as_ref(),
            AnswerBody::Streamed(_) => {
                return Err(self.fail("the body is streamed, so it cannot be read as JSON".into()));
            }
        };
        serde_json::from_slice(body).map_err(|error| {
            self.fail(format!(
                "the answer is not the JSON that was expected: {error}"
            ))
        })
    }

    /// The members of the JSON object in the body, to be read one by one. An empty body has none.
    ///
    /// # Errors
    ///
    /// `Decode` if it is no JSON object.
    pub fn members(&self) -> Result<Members, Error> {
        let map = self.json()?;
        Ok(Members::new(map, self.meta.clone(), self.subject.clone()))
    }

    /// A header as base64; `None` if it is absent or not base64.
    ///
    /// # Errors
    ///
    /// None at present.
    pub fn base64(&self, name: &str) -> Result<Option<Bytes>, Error> {
        let value = self.header(name);
        let bytes = value.and_then(|value| STANDARD.decode(value.trim()).ok());
        Ok(bytes.map(Bytes::from))
    }

    /// The value of a header that must be there and readable.
    ///
    /// # Errors
    ///
    /// `Decode`, naming the header, if it is not.
    pub fn require<T>(&self, name: &str, value: Option<T>) -> Result<T, Error> {
        value.ok_or_else(|| {
            self.fail(match self.header(name) {
                Some(value) => format!("header {name} has the unreadable value {value:?}"),
                None => format!("the answer lacks the header {name}"),
            })
        })
    }

    /// The body as a stream.
    pub fn into_stream(mut self) -> ByteStream {
        self.take_stream()
    }

    /// The body as a stream; an empty one is left behind.
    pub fn take_stream(&mut self) -> ByteStream {
        match std::mem::replace(&mut self.body, AnswerBody::Collected(Bytes::new())) {
            AnswerBody::Collected(bytes) => ByteStream::from(bytes),
            AnswerBody::Streamed(stream) => stream,
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}
