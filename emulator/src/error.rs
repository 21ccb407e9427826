//! What a refused request is answered with.

use std::fmt;
use std::path::PathBuf;

use crate::generated::errors::ERRORS;

/// The page of error codes in the public documentation, sent as `url`.
pub(crate) const DOCS_URL: &str = "https://docs.qingcloud.com/qingstor/api/common/error_code.html";

/// The error codes that this server uses.
pub(crate) mod code {
    pub(crate) const BAD_DIGEST: &str = "bad_digest";
    pub(crate) const BUCKET_ALREADY_EXISTS: &str = "bucket_already_exists";
    pub(crate) const BUCKET_NOT_EMPTY: &str = "bucket_not_empty";
    pub(crate) const BUCKET_NOT_EXISTS: &str = "bucket_not_exists";
    pub(crate) const CNAME_ERROR: &str = "cname_error";
    pub(crate) const DOMAIN_OCCUPIED: &str = "domain_occupied";
    pub(crate) const ENTITY_TOO_LARGE: &str = "entity_too_large";
    pub(crate) const ENTITY_TOO_SMALL: &str = "entity_too_small";
    pub(crate) const FETCH_IN_PROCESS: &str = "fetch_in_process";
    pub(crate) const FORM_POLICY_VIOLATED: &str = "form_policy_violated";
    pub(crate) const INCOMPLETE_BODY: &str = "incomplete_body";
    pub(crate) const INTERNAL_ERROR: &str = "internal_error";
    pub(crate) const INVALID_ACCESS_KEY_ID: &str = "invalid_access_key_id";
    pub(crate) const INVALID_ARGUMENT: &str = "invalid_argument";
    pub(crate) const INVALID_BUCKET_NAME: &str = "invalid_bucket_name";
    pub(crate) const INVALID_JSON: &str = "invalid_json";
    pub(crate) const INVALID_LOCATION: &str = "invalid_location";
    pub(crate) const INVALID_OBJECT_NAME: &str = "invalid_object_name";
    pub(crate) const INVALID_OBJECT_STATE: &str = "invalid_object_state";
    pub(crate) const INVALID_RANGE: &str = "invalid_range";
    pub(crate) const INVALID_REQUEST: &str = "invalid_request";
    pub(crate) const LEASE_NOT_READY: &str = "lease_not_ready";
    pub(crate) const METADATA_TOO_LARGE: &str = "metadata_too_large";
    pub(crate) const METHOD_NOT_ALLOWED: &str = "method_not_allowed";
    pub(crate) const OBJECT_NOT_EXISTS: &str = "object_not_exists";
    pub(crate) const PERMISSION_DENIED: &str = "permission_denied";
    pub(crate) const PRECONDITION_FAILED: &str = "precondition_failed";
    pub(crate) const REQUEST_EXPIRED: &str = "request_expired";
    pub(crate) const SIGNATURE_NOT_MATCHED: &str = "signature_not_matched";
    pub(crate) const TOO_MANY_BUCKETS: &str = "too_many_buckets";
    pub(crate) const TOO_MANY_OBJECTS: &str = "too_many_objects";
    pub(crate) const UPLOAD_NOT_EXISTS: &str = "upload_not_exists";
    pub(crate) const UPSTREAM_FAILED: &str = "upstream_failed";
    /// Not a code of the service: this server knows the operation but does not implement it.
    pub(crate) const NOT_IMPLEMENTED: &str = "not_implemented";

    #[cfg(test)]
    pub(crate) const ALL: &[&str] = &[
        BAD_DIGEST,
        BUCKET_ALREADY_EXISTS,
        BUCKET_NOT_EMPTY,
        BUCKET_NOT_EXISTS,
        CNAME_ERROR,
        DOMAIN_OCCUPIED,
        ENTITY_TOO_LARGE,
        ENTITY_TOO_SMALL,
        FETCH_IN_PROCESS,
        FORM_POLICY_VIOLATED,
        INCOMPLETE_BODY,
        INTERNAL_ERROR,
        INVALID_ACCESS_KEY_ID,
        INVALID_ARGUMENT,
        INVALID_BUCKET_NAME,
        INVALID_JSON,
        INVALID_LOCATION,
        INVALID_OBJECT_NAME,
        INVALID_OBJECT_STATE,
        INVALID_RANGE,
        INVALID_REQUEST,
        LEASE_NOT_READY,
        METADATA_TOO_LARGE,
        METHOD_NOT_ALLOWED,
        OBJECT_NOT_EXISTS,
        PERMISSION_DENIED,
        PRECONDITION_FAILED,
        REQUEST_EXPIRED,
        SIGNATURE_NOT_MATCHED,
        TOO_MANY_BUCKETS,
        TOO_MANY_OBJECTS,
        UPLOAD_NOT_EXISTS,
        UPSTREAM_FAILED,
    ];
}

/// A refusal: what becomes the error document of the answer.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// Headers that the answer carries besides the usual ones.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The answer's status, where it is not that of the code.
    status: Option<u16>,
}

impl ApiError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> ApiError {
        ApiError {
            code,
            message: message.into(),
            headers: Vec::new(),
            status: None,
        }
    }

    /// For a code that is documented with several statuses.
    pub(crate) fn with_status(mut self, status: u16) -> ApiError {
        self.status = Some(status);
        self
    }

    /// `invalid_argument` that names the parameter at fault.
    pub(crate) fn argument(name: &str, why: impl fmt::Display) -> ApiError {
        ApiError::new(code::INVALID_ARGUMENT, format!("{name}: {why}"))
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> ApiError {
        self.headers.push((name, value.into()));
        self
    }

    /// The HTTP status: that of the code, from the table of the specification, unless another was set.
    pub(crate) fn status(&self) -> u16 {
        if let Some(status) = self.status {
            return status;
        }
        if self.code == code::NOT_IMPLEMENTED {
            return 501;
        }
        ERRORS
            .iter()
            .find(|(code, _)| *code == self.code)
            .map_or(500, |(_, status)| *status)
    }

    /// The error document.
    pub(crate) fn document(&self, request_id: &str) -> String {
        document(self.code, &self.message, request_id)
    }
}

/// The error for a bucket that is not there.
pub(crate) fn no_bucket(name: &str) -> ApiError {
    ApiError::new(
        code::BUCKET_NOT_EXISTS,
        format!("There is no bucket {name} here"),
    )
}

/// The error for an object that is not there.
pub(crate) fn no_object() -> ApiError {
    ApiError::new(code::OBJECT_NOT_EXISTS, "There is no such object")
}

/// The document that tells of an error.
pub(crate) fn document(code: &str, message: &str, request_id: &str) -> String {
    serde_json::json!({
        "code": code,
        "message": message,
        "request_id": request_id,
        "url": DOCS_URL,
    })
    .to_string()
}

/// Why an emulator could not be started.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The address could not be listened on.
    Listen {
        /// The address that was asked for.
        address: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The data folder cannot be used.
    DataFolder {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A setting is unusable; the text says which and why.
    Setting(String),
    /// The certificate or its key cannot be used; the text says why.
    Tls(String),
    /// Something that happens beside the requests failed; the text says why.
    Background(String),
}

impl Error {
    pub(crate) fn background(error: ApiError) -> Error {
        Error::Background(error.message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Listen { address, source } => write!(f, "cannot listen on {address}: {source}"),
            Error::DataFolder { path, reason } => {
                write!(f, "the data folder {}: {reason}", path.display())
            }
            Error::Setting(text) | Error::Tls(text) | Error::Background(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Listen { source, .. } => Some(source),
            Error::DataFolder { .. } | Error::Setting(_) | Error::Tls(_) | Error::Background(_) => {
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_in_use_is_in_the_table_of_the_specification() {
        for code in code::ALL {
            assert!(
                ERRORS.iter().any(|(known, _)| known == code),
                "{code} has no status"
            );
        }
    }
}
