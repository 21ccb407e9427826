//! What the server says of itself, and how it is told to go wrong: paths below `/_emulator`, which no bucket can be called.

use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::json;
use std::net::IpAddr;

use crate::address::Address;
use crate::body::Body;
use crate::error::{ApiError, Error, code};
use crate::faults::Faults;
use crate::request::Request;
use crate::response::Reply;
use crate::state::State;

/// Has a character that bucket names have not.
const PLACE: &str = "_emulator";

/// Rules have at most so many bytes.
const MAX_RULES: u64 = 1 << 20;

/// Whether a request is about the server itself.
pub(crate) fn is_meant(address: &Address) -> bool {
    address.bucket.as_deref() == Some(PLACE)
}

/// Answers it.
pub(crate) async fn answer(
    state: &State,
    request: &Request,
    address: &Address,
    peer: IpAddr,
    body: &mut Body,
) -> Result<Reply, ApiError> {
    match address.key.as_deref() {
        Some("health") => health(request),
        Some("faults") => {
            if !state.settings.admin {
                return Err(ApiError::new(
                    code::PERMISSION_DENIED,
                    "Administration is off; the option --admin turns it on",
                ));
            }
            if !is_loopback(peer) {
                return Err(ApiError::new(
                    code::PERMISSION_DENIED,
                    "Administration is for this machine only",
                ));
            }
            faults(state, request, body).await
        }
        _ => Err(ApiError::new(
            code::OBJECT_NOT_EXISTS,
            "There are /_emulator/health and /_emulator/faults",
        )),
    }
}

fn is_loopback(peer: IpAddr) -> bool {
    peer.to_canonical().is_loopback()
}

fn health(request: &Request) -> Result<Reply, ApiError> {
    match request.method {
        Method::GET | Method::HEAD => Ok(document(&json!({
            "status": "ok",
            "version": env!("CARGO_PKG_VERSION"),
        }))),
        _ => Err(wrong_method()),
    }
}

async fn faults(state: &State, request: &Request, body: &mut Body) -> Result<Reply, ApiError> {
    match request.method {
        Method::GET => Ok(document(&state.faults.describe())),
        Method::PUT => {
            let text = body.collect(MAX_RULES).await?;
            let faults = read(&text).map_err(|error| ApiError::argument("body", error))?;
            state.faults.replace(faults);
            Ok(document(&state.faults.describe()))
        }
        Method::DELETE => {
            state.faults.replace(Faults::default());
            Ok(Reply::empty(StatusCode::NO_CONTENT))
        }
        _ => Err(wrong_method()),
    }
}

fn read(text: &Bytes) -> Result<Faults, Error> {
    Faults::from_json(&String::from_utf8_lossy(text))
}

fn document(value: &serde_json::Value) -> Reply {
    Reply::json(value)
}

fn wrong_method() -> ApiError {
    ApiError::new(code::METHOD_NOT_ALLOWED, "This path has no such method")
}
