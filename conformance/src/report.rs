//! What a check found.

use std::fmt::{self, Debug, Display};

use qingstor::{ByteStream, Error, ErrorKind};
use serde::Serialize;
use serde_json::{Map, Value};

/// How much of a value is kept, in bytes.
const VALUE: usize = 1500;

/// The findings of one check.
#[derive(Debug, Default)]
pub struct Report {
    /// Whether a live endpoint answers, which makes up some values by itself.
    live: bool,
    findings: Vec<Finding>,
}

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What is wrong, or of what the two values are.
    pub what: String,
    /// What should be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub got: Option<String>,
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(expected) = &self.expected {
            write!(f, ": expected {expected}")?;
        }
        if let Some(got) = &self.got {
            write!(f, ", got {got}")?;
        }
        Ok(())
    }
}

impl Report {
    /// For a prepared answer.
    pub fn prepared() -> Self {
        Self::default()
    }

    /// For the answers of a live endpoint.
    pub fn live() -> Self {
        Self {
            live: true,
            findings: Vec::new(),
        }
    }

    /// Everything that is not as it should be.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether a live endpoint answers.
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// Everything that is not as it should be.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// Notes something that is not as it should be.
    pub fn find(&mut self, finding: impl Into<String>) {
        self.findings.push(Finding {
            what: cut(&finding.into()),
            expected: None,
            got: None,
        });
    }

    /// Notes a value that should be another one.
    pub fn differs(&mut self, what: impl Display, expected: impl Display, got: impl Display) {
        self.findings.push(Finding {
            what: what.to_string(),
            expected: Some(cut(&expected.to_string())),
            got: Some(cut(&got.to_string())),
        });
    }

    /// The call has to succeed.
    pub fn output<T>(&mut self, outcome: Result<T, Error>) -> Option<T> {
        outcome
            .map_err(|error| self.find(format!("the call fails: {error}")))
            .ok()
    }

    /// The call has to fail in this way.
    pub fn error<T: Debug>(
        &mut self,
        outcome: Result<T, Error>,
        kind: ErrorKind,
        code: Option<&str>,
    ) {
        match outcome {
            Ok(output) => self.find(format!(
                "the call should fail with {kind:?}, but succeeds: {output:?}"
            )),
            Err(error) => {
                self.compare("the kind of the error", &error.kind(), &kind);
                self.compare(
                    "the code of the error",
                    &error.code().map(|c| c.as_str()),
                    &code,
                );
            }
        }
    }

    /// A field has to have this value.
    pub fn equal<T: PartialEq + Debug>(&mut self, field: &str, got: &T, expected: &T) {
        self.compare(field, got, expected);
    }

    /// A field has this value in the prepared answer; a live endpoint has to send some value.
    pub fn varying<T: PartialEq + Debug>(
        &mut self,
        field: &str,
        got: &T,
        expected: &T,
        present: bool,
    ) {
        if !self.live {
            self.compare(field, got, expected);
        } else if !present {
            self.find(format!("{field} is absent"));
        }
    }

    /// A field must not be there.
    pub fn absent(&mut self, field: &str, absent: bool) {
        if !absent {
            self.find(format!("{field} should be absent"));
        }
    }

    /// A field has to be there.
    pub fn present<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.find(format!("{field} is absent"));
        }
        value
    }

    /// Something has to be so.
    pub fn holds(&mut self, what: impl Into<String>, so: bool) {
        if !so {
            self.find(what);
        }
    }

    /// A streamed body has to have this content; of a live answer, JSON is held against the example as a value, with the rest of it.
    pub async fn body(&mut self, body: ByteStream, expected: &[u8]) {
        let is_json = serde_json::from_slice::<Map<String, Value>>(expected).is_ok();
        match body.into_bytes().await {
            Ok(_) if self.live && is_json => {}
            Ok(bytes) => self.compare(
                "body",
                &String::from_utf8_lossy(&bytes),
                &String::from_utf8_lossy(expected),
            ),
            Err(error) => self.find(format!("the body breaks off: {error}")),
        }
    }

    fn compare<T: PartialEq + Debug>(&mut self, what: impl Display, got: &T, expected: &T) {
        if got != expected {
            self.differs(what, format!("{expected:?}"), format!("{got:?}"));
        }
    }
}

/// The beginning of a long text.
fn cut(text: &str) -> String {
    if text.len() <= VALUE {
        return text.to_owned();
    }
    let mut end = VALUE;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}… ({} bytes in all)", &text[..end], text.len())
}
