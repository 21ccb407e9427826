//! One rule, as it is written.

use std::collections::BTreeMap;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use super::Subject;
use crate::wildcard;

/// The whole text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    /// What chance is drawn from.
    #[serde(default)]
    pub(super) seed: u64,
    pub(super) rules: Vec<Rule>,
}

/// What is hit, when, and how. Members that are left out restrict nothing and do nothing.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(from = "Written", into = "Written")]
pub(super) struct Rule {
    written: Box<Written>,
    pub(super) effect: Effect,
}

/// What happens to a request that is hit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Effect {
    /// Answered without doing anything.
    pub(crate) status: Option<u16>,
    /// The error document's code; without one the body is empty.
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    /// Headers that are set in the answer, or taken out of it.
    pub(crate) headers: Vec<(HeaderName, Option<HeaderValue>)>,
    /// Before anything is done.
    pub(crate) delay: Option<Duration>,
    /// Between two pieces of the answer's body.
    pub(crate) piece_delay: Option<Duration>,
    /// How long a piece is, in bytes.
    pub(crate) piece: usize,
    /// The connection ends after so many bytes of the request's body.
    pub(crate) cut_request_after: Option<u64>,
    /// The connection ends after so many bytes of the answer's body.
    pub(crate) cut_answer_after: Option<u64>,
    /// The request is done, and the connection ends without an answer.
    pub(crate) no_answer: bool,
    /// Added to the true length in Content-Length.
    pub(crate) length_offset: i64,
    /// All bits of this byte of the answer's body are turned.
    pub(crate) corrupt_byte: Option<u64>,
    /// Added to the true time in Date, in seconds.
    pub(crate) date_offset: i64,
}

/// A rule as JSON.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,

    #[serde(skip_serializing_if = "Option::is_none")]
    nth: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u64>,

    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    piece_delay_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    piece_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut_request_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut_answer_after: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    no_answer: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_length_offset: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    corrupt_byte: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_offset_s: Option<i64>,
}

impl Document {
    pub(super) fn read(text: &str) -> Result<Document, String> {
        let document: Document = serde_json::from_str(text).map_err(|error| error.to_string())?;
        for (number, rule) in document.rules.iter().enumerate() {
            rule.check()
                .map_err(|why| format!("rule {number}: {why}"))?;
        }
        Ok(document)
    }
}

impl From<Written> for Rule {
    fn from(written: Written) -> Rule {
        let etag = written
            .etag
            .as_ref()
            .map(|etag| ("etag".to_owned(), Some(format!("\"{etag}\""))));
        let headers = written.headers.clone().into_iter().chain(etag);
        // What is no header is found by `check`, before the rule is used.
        let headers = headers.filter_map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            match value {
                Some(value) => Some((name, Some(HeaderValue::from_str(&value).ok()?))),
                None => Some((name, None)),
            }
        });
        let effect = Effect {
            status: written.status,
            code: written.code.clone(),
            message: written.message.clone(),
            headers: headers.collect(),
            delay: written.delay_ms.map(Duration::from_millis),
            piece_delay: written.piece_delay_ms.map(Duration::from_millis),
            piece: written.piece_bytes.unwrap_or(16 << 10),
            cut_request_after: written.cut_request_after,
            cut_answer_after: written.cut_answer_after,
            no_answer: written.no_answer,
            length_offset: written.content_length_offset.unwrap_or(0),
            corrupt_byte: written.corrupt_byte,
            date_offset: written.date_offset_s.unwrap_or(0),
        };
        Rule {
            written: Box::new(written),
            effect,
        }
    }
}

impl From<Rule> for Written {
    fn from(rule: Rule) -> Written {
        *rule.written
    }
}

impl Rule {
    fn check(&self) -> Result<(), String> {
        let written = &self.written;
        if written
            .status
            .is_some_and(|status| !(200..=599).contains(&status))
        {
            return Err("`status` must be 200 to 599".to_owned());
        }
        if written.code.is_some() && written.status.is_none() {
            return Err("`code` needs a `status`".to_owned());
        }
        for (name, number) in [("nth", written.nth), ("every", written.every)] {
            if number == Some(0) {
                return Err(format!("`{name}` begins with 1"));
            }
        }
        if written
            .probability
            .is_some_and(|chance| !(0.0..=1.0).contains(&chance))
        {
            return Err("`probability` must be 0 to 1".to_owned());
        }
        if written.piece_bytes == Some(0) {
            return Err("`piece_bytes` must be at least 1".to_owned());
        }
        if written
            .date_offset_s
            .is_some_and(|seconds| seconds.unsigned_abs() > 100 * 366 * 86_400)
        {
            return Err("`date_offset_s` is more than a century".to_owned());
        }
        for (name, value) in &written.headers {
            HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| format!("`{name}` is no header name"))?;
            if value
                .as_ref()
                .is_some_and(|value| HeaderValue::from_str(value).is_err())
            {
                return Err(format!("`{name}` has a value that a header cannot have"));
            }
        }
        if written
            .etag
            .as_ref()
            .is_some_and(|etag| HeaderValue::from_str(etag).is_err())
        {
            return Err("`etag` has characters that a header cannot have".to_owned());
        }
        let harmless = Effect {
            piece: self.effect.piece,
            ..Effect::default()
        };
        if self.effect == harmless {
            return Err("it does nothing".to_owned());
        }
        Ok(())
    }

    pub(super) fn is_about(&self, subject: Subject<'_>) -> bool {
        let fits = |pattern: &Option<String>, text: Option<&str>| match pattern {
            None => true,
            Some(pattern) => text.is_some_and(|text| wildcard::matches(pattern, text)),
        };
        let written = &self.written;
        fits(&written.operation, Some(subject.operation))
            && fits(&written.method, Some(subject.method))
            && fits(&written.bucket, subject.bucket)
            && fits(&written.key, subject.key)
    }

    /// Whether the `matched`th request is hit, after `fired` that were.
    pub(super) fn hits(&self, matched: u64, fired: u64, random: f64) -> bool {
        let written = &self.written;
        written.times.is_none_or(|times| fired < times)
            && written.nth.is_none_or(|nth| matched == nth)
            && written
                .every
                .is_none_or(|every| matched.is_multiple_of(every))
            && written.after.is_none_or(|after| matched > after)
            && written.probability.is_none_or(|chance| random < chance)
    }
}
