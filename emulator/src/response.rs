//! What a handler answers, before the headers that every answer has.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::error::ApiError;
use crate::payload::Payload;

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Payload,
}

impl Reply {
    pub(crate) fn empty(status: StatusCode) -> Reply {
        Reply {
            status,
            headers: HeaderMap::new(),
            body: Payload::default(),
        }
    }

    pub(crate) fn json(value: &Value) -> Reply {
        let mut reply = Reply::empty(StatusCode::OK);
        reply.body = Bytes::from(value.to_string()).into();
        reply
            .headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        reply
    }

    /// Sets a header; a value that cannot be sent is the caller's parameter at fault.
    pub(crate) fn set(&mut self, name: &'static str, value: &str) -> Result<(), ApiError> {
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| ApiError::argument(name, "has characters that a header cannot have"))?;
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| ApiError::argument(name, "is no header name"))?;
        self.headers.insert(name, value);
        Ok(())
    }
}

/// The answer to a refused request; without body if the request was HEAD.
pub(crate) fn refusal(error: &ApiError, request_id: &str, head: bool) -> Reply {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = Reply::empty(status);
    for (name, value) in &error.headers {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            reply.headers.insert(name, value);
        }
    }
    if !head {
        reply.body = Bytes::from(error.document(request_id)).into();
        reply
            .headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    reply
}

/// The finished answer.
pub(crate) fn finish(reply: Reply) -> http::Response<Payload> {
    let mut response = http::Response::new(reply.body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    if is_bodiless(reply.status) {
        response.headers_mut().remove(CONTENT_LENGTH);
    }
    response
}

/// Whether answers of this status have no body.
pub(crate) fn is_bodiless(status: StatusCode) -> bool {
    status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED
}
