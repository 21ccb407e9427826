//! The headers that are stored with an object.

use std::collections::BTreeMap;

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use crate::error::{ApiError, code};
use crate::request::{Request, joined_text, optional_text};
use crate::store::Description;

/// What an object is when nothing was said.
pub(crate) const DEFAULT_CONTENT_TYPE: &str = "application/octet-stream";

/// The class of an object when none was asked for.
pub(crate) const STANDARD: &str = "STANDARD";

const CLASSES: &[&str] = &[STANDARD, "STANDARD_IA"];

/// Kept and given back as they came, besides Content-Type.
const KEPT: &[&str] = &[
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
];

const META: &str = "x-qs-meta-";

/// Reads everything that a request wants stored with its object.
pub(crate) fn read(request: &Request) -> Result<Description, ApiError> {
    read_headers(&request.headers)
}

/// The same from headers alone.
pub(crate) fn read_headers(headers: &HeaderMap) -> Result<Description, ApiError> {
    let mut kept = BTreeMap::new();
    for name in KEPT {
        if let Some(value) = joined_text(headers, name)? {
            kept.insert((*name).to_owned(), value);
        }
    }
    Ok(Description {
        content_type: content_type(headers)?,
        headers: kept,
        metadata: metadata(headers)?,
        storage_class: class(headers)?.unwrap_or_else(|| STANDARD.to_owned()),
    })
}

fn content_type(headers: &HeaderMap) -> Result<String, ApiError> {
    let given = optional_text(headers, "content-type")?.unwrap_or("");
    if given.len() > 255 {
        return Err(ApiError::argument(
            "Content-Type",
            "longer than 255 characters",
        ));
    }
    Ok(if given.is_empty() {
        DEFAULT_CONTENT_TYPE.to_owned()
    } else {
        given.to_owned()
    })
}

/// The storage class that a request asks for.
pub(crate) fn storage_class(request: &Request) -> Result<Option<String>, ApiError> {
    class(&request.headers)
}

fn class(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    match optional_text(headers, "x-qs-storage-class")? {
        None => Ok(None),
        Some(class) if CLASSES.contains(&class) => Ok(Some(class.to_owned())),
        Some(class) => Err(ApiError::new(
            code::INVALID_REQUEST,
            format!("X-QS-Storage-Class: there is no class `{class}`"),
        )),
    }
}

/// At most 512 bytes for a name and 2048 for all names and values together.
fn metadata(headers: &HeaderMap) -> Result<BTreeMap<String, String>, ApiError> {
    let mut metadata = BTreeMap::new();
    let mut total = 0;
    for (name, value) in headers {
        let Some(key) = name.as_str().strip_prefix(META) else {
            continue;
        };
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if key.is_empty() || !key.bytes().all(legal) {
            return Err(ApiError::argument(
                name.as_str(),
                "a metadata name has letters, digits, `.`, `_` and `-` only",
            ));
        }
        let value = value
            .to_str()
            .ok()
            .filter(|value| value.bytes().all(|byte| (0x20..0x7f).contains(&byte)))
            .ok_or_else(|| ApiError::argument(name.as_str(), "not printable ASCII"))?;
        total += key.len() + value.len();
        if key.len() > 512 || total > 2048 {
            return Err(ApiError::new(
                code::METADATA_TOO_LARGE,
                "Metadata has at most 512 bytes in a name and 2048 bytes in all",
            ));
        }
        metadata.insert(key.to_owned(), value.to_owned());
    }
    Ok(metadata)
}

/// Writes what is stored into the headers of an answer.
pub(crate) fn write(description: &Description, headers: &mut HeaderMap) {
    if let Ok(value) = HeaderValue::from_str(&description.content_type) {
        headers.insert(http::header::CONTENT_TYPE, value);
    }
    write_headers(description, headers);
    for (key, text) in &description.metadata {
        let name = HeaderName::from_bytes(format!("{META}{key}").as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(text)) {
            headers.insert(name, value);
        }
    }
    if let Ok(value) = HeaderValue::from_str(&description.storage_class) {
        headers.insert("x-qs-storage-class", value);
    }
}

/// Writes the standard headers, but for Content-Type.
pub(crate) fn write_headers(description: &Description, headers: &mut HeaderMap) {
    for (name, value) in &description.headers {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            headers.insert(name, value);
        }
    }
}
