//! What a request says before it has a host, a date and a signature.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use md5::{Digest, Md5};

use crate::body::Body;
use crate::error::Error;
use crate::form::FormBody;
use crate::json::JsonBody;
use crate::value::ByteRange;

/// A request without host, date and signature, as an [`Operation`](crate::operation::Operation)
/// writes it.
#[derive(Default)]
pub struct Parts {
    pub(crate) key: Option<Arc<str>>,
    pub(crate) query: Vec<QueryPair>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) form: Option<FormBody>,
}

/// Name and value; without a value only the name is sent.
pub(crate) type QueryPair = (Cow<'static, str>, Option<String>);

impl Parts {
    /// An empty request.
    pub fn new() -> Parts {
        Parts::default()
    }

    /// The object's key, as it is, not encoded.
    pub fn key(&mut self, key: String) {
        self.key = Some(key.into());
    }

    /// A bare query key that selects the operation, such as `acl`.
    pub fn selector(&mut self, name: impl Into<Cow<'static, str>>) {
        self.query.push((name.into(), None));
    }

    /// A query value, not encoded.
    pub fn query(&mut self, name: impl Into<Cow<'static, str>>, value: &str) {
        self.query.push((name.into(), Some(value.to_owned())));
    }

    /// A header. A second one of the same name replaces the first.
    ///
    /// # Errors
    ///
    /// `InvalidInput` unless the value is visible ASCII, with spaces and tabs inside only. The
    /// message names the header and never shows the value.
    pub fn header(&mut self, name: impl Into<Cow<'static, str>>, value: &str) -> Result<(), Error> {
        let (name, value) = header(&name.into(), value)?;
        self.headers.insert(name, value);
        Ok(())
    }

    /// A header with a range of bytes; none for the whole.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a range of no bytes, which HTTP cannot say, and for one that ends before it
    /// begins.
    pub fn range(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        range: &ByteRange,
    ) -> Result<(), Error> {
        match range.to_header()? {
            Some(value) => self.header(name, &value),
            None => Ok(()),
        }
    }

    /// A header whose value is a secret and never shown.
    ///
    /// # Errors
    ///
    /// As [`header`](Parts::header).
    pub fn secret_header(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: &str,
    ) -> Result<(), Error> {
        let (name, mut value) = header(&name.into(), value)?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(())
    }

    /// The user's metadata, as one header per entry.
    ///
    /// # Errors
    ///
    /// `InvalidInput` unless names are of `A-Z a-z 0-9 . _ -` and differ by more than case, and
    /// values are printable ASCII.
    pub fn metadata(
        &mut self,
        prefix: impl Into<Cow<'static, str>>,
        entries: &BTreeMap<String, String>,
    ) -> Result<(), Error> {
        let prefix = prefix.into();
        for (key, text) in entries {
            check_metadata(&prefix, key, text)?;
            let (name, value) = header(&format!("{prefix}{key}"), text)?;
            if self.headers.insert(name, value).is_some() {
                return Err(Error::invalid(format!(
                    "the metadata name {key:?} is given twice; case makes no difference"
                )));
            }
        }
        Ok(())
    }

    /// A form, and the file behind its fields. The client adds the fields that sign the others.
    pub fn form(&mut self, form: FormBody, file: Body) {
        self.form = Some(form);
        self.body = file;
    }

    /// The body.
    pub fn body(&mut self, body: Body) {
        self.body = body;
    }

    /// A JSON body, with its content type.
    pub fn json(&mut self, json: JsonBody) {
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.body = json.into_body();
    }

    /// The Content-MD5 of the body that was set before.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if the body is not in memory.
    pub fn content_md5(&mut self) -> Result<(), Error> {
        let Some(bytes) = self.body.as_bytes() else {
            return Err(Error::invalid(
                "Content-MD5 can be computed only of a body in memory; set the header yourself",
            ));
        };
        let digest = STANDARD.encode(Md5::digest(bytes));
        self.header("Content-MD5", &digest)
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query: Vec<&str> = self.query.iter().map(|(name, _)| name.as_ref()).collect();
        f.debug_struct("Parts")
            .field("key", &self.key)
            .field("query", &query)
            .field("headers", &self.headers)
            .field("body", &self.body)
            .field("form", &self.form)
            .finish()
    }
}

/// The rules for a name and a value of metadata.
pub(crate) fn check_metadata(prefix: &str, name: &str, value: &str) -> Result<(), Error> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if name.is_empty() || !name.bytes().all(legal) {
        return Err(Error::invalid(format!(
            "the metadata name {name:?} may have only letters, digits, '.', '_' and '-'"
        )));
    }
    let printable = value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if !printable || value.trim() != value {
        return Err(unprintable(&format!("{prefix}{name}")));
    }
    Ok(())
}

/// Checks a header. What is signed must be what arrives, and others trim or refuse such values.
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let parsed = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| Error::invalid(format!("{name:?} is not a header name")))?;
    let inside = |byte: u8| byte.is_ascii_graphic() || byte == b' ' || byte == b'\t';
    if !value.bytes().all(inside) || value.trim_ascii().len() != value.len() {
        return Err(unprintable(name));
    }
    match HeaderValue::from_str(value) {
        Ok(value) => Ok((parsed, value)),
        Err(_) => Err(unprintable(name)),
    }
}

fn unprintable(name: &str) -> Error {
    Error::invalid(format!(
        "the value of header {name} must be printable ASCII that neither begins nor ends with a space; encode it first"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_be_made_at_run_time() {
        let mut parts = Parts::new();
        parts.query(format!("q{}", 1), "v");
        parts.header(format!("x-{}", 1), "v").unwrap();
        assert_eq!(parts.query[0].0, "q1");
        assert_eq!(parts.headers["x-1"], "v");
    }

    #[test]
    fn metadata_becomes_headers() {
        let mut parts = Parts::new();
        let entries = BTreeMap::from([("Owner.name_1-a".into(), "Ann B".into())]);
        parts.metadata("X-QS-Meta-", &entries).unwrap();
        assert_eq!(parts.headers["x-qs-meta-owner.name_1-a"], "Ann B");
    }

    #[test]
    fn bad_metadata_is_refused() {
        for (key, value) in [("", "v"), ("a b", "v"), ("a:b", "v"), ("ä", "v")] {
            let entries = BTreeMap::from([(key.to_owned(), value.to_owned())]);
            let error = Parts::new().metadata("X-QS-Meta-", &entries).unwrap_err();
            assert!(error.to_string().contains("metadata name"), "{error}");
        }
        for value in ["a\nb", "中", " a", "a ", "a\tb", "a\0", "a\u{7f}"] {
            let entries = BTreeMap::from([("k".to_owned(), value.to_owned())]);
            let error = Parts::new().metadata("X-QS-Meta-", &entries).unwrap_err();
            assert!(error.to_string().contains("X-QS-Meta-k"), "{error}");
        }
        let twice = BTreeMap::from([("A".into(), "1".into()), ("a".into(), "2".into())]);
        let error = Parts::new().metadata("X-QS-Meta-", &twice).unwrap_err();
        assert!(error.to_string().contains("given twice"), "{error}");
    }

    #[test]
    fn header_errors_do_not_show_the_value() {
        let error = Parts::new()
            .secret_header("X-QS-Encryption-Customer-Key", "canary\r\n")
            .unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
        assert!(error.to_string().contains("X-QS-Encryption-Customer-Key"));
        // A tab inside is legal in a plain header.
        Parts::new().header("Cache-Control", "a\tb").unwrap();
    }

    #[test]
    fn content_md5_is_that_of_rfc_1321() {
        let mut parts = Parts::new();
        parts.body(Body::from("abc"));
        parts.content_md5().unwrap();
        // 900150983cd24fb0d6963f7d28e17f72 in RFC 1321, section A.5.
        assert_eq!(parts.headers["content-md5"], "kAFQmDzST7DWlj99KOF/cg==");
    }
}
