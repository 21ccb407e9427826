//! Answers that are no success, as errors.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Uri;
use http::header::{CONTENT_TYPE, DATE, HeaderMap, LOCATION};
use serde::Deserialize;

use super::prepared::Prepared;
use crate::call::Call;
use crate::error::{Error, ErrorKind};
use crate::generated::ErrorCode;
use crate::operation::{Outcome, Scope};
use crate::text;

/// Dates that are off by more are refused.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(15 * 60);

/// Codes are words such as `object_not_exists`; something else is no code.
const CODE_LIMIT: usize = 128;

/// How much of the service's message is taken over, in bytes.
const MESSAGE_LIMIT: usize = 512;

/// The body of a refusal; all of it may be missing.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Refusal {
    #[serde(deserialize_with = "crate::json::or_default")]
    code: String,
    #[serde(deserialize_with = "crate::json::or_default")]
    message: String,
    #[serde(deserialize_with = "crate::json::or_default")]
    request_id: String,
}

pub(super) fn refusal(
    call: &Call,
    prepared: &Prepared,
    signed: bool,
    outcome: Outcome,
    status: u16,
    headers: &HeaderMap,
    body: Bytes,
) -> Error {
    let parsed: Option<Refusal> = serde_json::from_slice(&body).ok();
    let is_json = parsed.is_some();
    let refusal = parsed.unwrap_or_default();
    let kind = kind_of(outcome, status);
    let message = match kind {
        ErrorKind::Decode => undeclared(prepared, status, headers),
        ErrorKind::Redirect => redirect(call, prepared, headers),
        _ if is_json => text::cut(&refusal.message, MESSAGE_LIMIT).into_owned(),
        _ => plain_text(&body),
    };
    let legal = |code: &&str| {
        (1..=CODE_LIMIT).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let code = Some(refusal.code.as_str()).filter(legal);
    let code = code.map(ErrorCode::from);
    let advice = if is_foreign(status, is_json, headers) {
        Some(format!(
            "the answer does not look like QingStor's, for it has neither a request id nor JSON: check the endpoint {}",
            prepared.address.authority()
        ))
    } else {
        advice(call, prepared, signed, status, code.as_ref(), headers)
    };
    let message = match advice {
        Some(advice) if message.is_empty() => advice,
        Some(advice) => format!("{}; {advice}", message.trim_end_matches('.')),
        None => message,
    };
    let error = Error::new(kind, message)
        .with_answer(status, headers)
        .with_request_id(&refusal.request_id)
        .with_body(body);
    match code {
        Some(code) => error.with_code(code),
        None => error,
    }
}

/// Whether a refusal was hardly written by the service, which gives every answer an id. Overloaded
/// gateways in front of it give none.
fn is_foreign(status: u16, is_json: bool, headers: &HeaderMap) -> bool {
    let refused = (400..=499).contains(&status) && !matches!(status, 408 | 429);
    refused && !is_json && !headers.contains_key("x-qs-request-id")
}

/// A status that looks like success and is none of this operation.
fn undeclared(prepared: &Prepared, status: u16, headers: &HeaderMap) -> String {
    let content_type = headers.get(CONTENT_TYPE).map(|value| value.to_str());
    let content_type = match content_type {
        Some(Ok(value)) => text::cut(value, 100),
        _ => "none".into(),
    };
    format!(
        "the status {status} (content type: {content_type}) is not one that QingStor gives here: check the endpoint {}",
        prepared.address.authority()
    )
}

/// What to do about a refusal whose usual cause is on this side. Answers to HEAD have no code.
fn advice(
    call: &Call,
    prepared: &Prepared,
    signed: bool,
    status: u16,
    code: Option<&ErrorCode>,
    headers: &HeaderMap,
) -> Option<String> {
    match (status, code) {
        (401 | 403, _) if !signed => Some(
            "the request was not signed, because the client has no access key; set QINGSTOR_ACCESS_KEY_ID and QINGSTOR_SECRET_ACCESS_KEY, use ClientBuilder::credentials, or with the feature config-file a configuration file".into(),
        ),
        (_, Some(ErrorCode::SignatureNotMatched)) => Some(
            "check that the secret access key is the one that belongs to the access key id".into(),
        ),
        (401, None) => Some("check the access key".into()),
        (_, Some(ErrorCode::BucketNotExists)) => another_zone(call),
        (404, None) if prepared.metadata.scope() == Scope::Bucket => another_zone(call),
        (_, Some(ErrorCode::RequestExpired)) | (403, None) => {
            let now = (call.client.inner().timing.now)();
            clock_error(now, headers)
        }
        _ => None,
    }
}

/// A bucket is unknown to all zones but its own.
fn another_zone(call: &Call) -> Option<String> {
    let zone = call.zone.as_deref()?;
    Some(format!(
        "if it exists, it lives in another zone than {zone}, which the request was for"
    ))
}

/// How wrong this machine's clock is, if it is so by more than the service tolerates.
fn clock_error(now: SystemTime, headers: &HeaderMap) -> Option<String> {
    let date = headers.get(DATE)?.to_str().ok()?;
    let date = text::parse_http_date(date).ok()?;
    let (distance, direction) = match now.duration_since(date) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    (distance > CLOCK_TOLERANCE).then(|| {
        let minutes = distance.as_secs() / 60;
        format!("this machine's clock is {minutes} minutes {direction} the service's")
    })
}

fn kind_of(outcome: Outcome, status: u16) -> ErrorKind {
    match (outcome, status) {
        (Outcome::Redirect, _) => ErrorKind::Redirect,
        (Outcome::NotModified, _) => ErrorKind::NotModified,
        (_, 200..=299) => ErrorKind::Decode,
        (_, 401) => ErrorKind::Unauthenticated,
        (_, 402 | 403) => ErrorKind::PermissionDenied,
        (_, 404) => ErrorKind::NotFound,
        (_, 409) => ErrorKind::Conflict,
        (_, 412) => ErrorKind::PreconditionFailed,
        (_, 416) => ErrorKind::InvalidRange,
        (_, 429) => ErrorKind::Throttled,
        (_, 400..=499) => ErrorKind::Rejected,
        _ => ErrorKind::Service,
    }
}

/// A short answer in plain text helps; a page of HTML from a proxy does not.
fn plain_text(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.starts_with('<') {
        return String::new();
    }
    text.chars().take(200).collect()
}

/// Where a redirect points and what to do about it. The query is left out: it may be a signature.
fn redirect(call: &Call, prepared: &Prepared, headers: &HeaderMap) -> String {
    let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let Some(location) = location else {
        return "the answer points elsewhere but does not say where".to_owned();
    };
    let shown = location.split(['?', '#']).next().unwrap_or_default();
    let parsed = Uri::try_from(shown).ok();
    let shown = match (&parsed, shown.contains('@')) {
        (_, true) => "another host",
        _ => shown,
    };
    let endpoint = &call.client.inner().config.endpoint.value;
    let bucket = prepared.subject.bucket.as_deref();
    let zone = bucket.and_then(|bucket| endpoint.zone_in_redirect(location, bucket));
    match zone {
        Some(zone) => format!(
            "the answer points to {shown}: the bucket lives in another zone; use .in_zone({zone:?}) on the bucket, ClientBuilder::zone or QINGSTOR_ZONE"
        ),
        None => format!(
            "the answer points to {shown}, and redirects are not followed; if the bucket lives in another zone, use .in_zone(…) on the bucket, ClientBuilder::zone or QINGSTOR_ZONE"
        ),
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_follow_the_outcome_and_the_status() {
        use Outcome::{Error, NotModified, Redirect};
        for (outcome, status, kind) in [
            (NotModified, 304, ErrorKind::NotModified),
            (Redirect, 301, ErrorKind::Redirect),
            (Error, 202, ErrorKind::Decode),
            (Error, 400, ErrorKind::Rejected),
            (Error, 401, ErrorKind::Unauthenticated),
            (Error, 402, ErrorKind::PermissionDenied),
            (Error, 403, ErrorKind::PermissionDenied),
            (Error, 404, ErrorKind::NotFound),
            (Error, 409, ErrorKind::Conflict),
            (Error, 412, ErrorKind::PreconditionFailed),
            (Error, 416, ErrorKind::InvalidRange),
            (Error, 429, ErrorKind::Throttled),
            (Error, 500, ErrorKind::Service),
            (Error, 503, ErrorKind::Service),
        ] {
            assert_eq!(kind_of(outcome, status), kind, "{status}");
        }
    }

    #[test]
    fn html_is_no_message() {
        assert_eq!(plain_text(b"\n<html><h1>502</h1>"), "");
        assert_eq!(plain_text(b" busy \n"), "busy");
    }
}
