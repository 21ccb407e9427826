//! From an operation to its answer: address, signature, attempts, classification.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CONTENT_LENGTH, DATE, HOST, HeaderMap, HeaderValue, LOCATION, TRANSFER_ENCODING,
    USER_AGENT,
};
use http::{Method, Uri};
use serde::Deserialize;
use tokio::time::Instant;

use crate::answer::{Answer, AnswerBody, ResponseMeta};
use crate::body::Body;
use crate::call::Call;
use crate::credentials::Credentials;
use crate::endpoint::{Address, Place};
use crate::error::{Error, ErrorKind, Subject};
use crate::generated::ErrorCode;
use crate::operation::{Auth, Metadata, Outcome};
use crate::parts::{self, Parts};
use crate::retry;
use crate::sign::Target;
use crate::stream::ByteStream;
use crate::text;
use crate::trace;

/// How much of an answer that reports an error is read.
const ERROR_BODY_LIMIT: usize = 64 * 1024;

/// How large an answer may be that is collected in memory.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// A request that lacks only its date and signature.
pub(crate) struct Prepared {
    pub(crate) metadata: Metadata,
    pub(crate) subject: Subject,
    pub(crate) address: Address,
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

impl Prepared {
    /// The bucket, if it is not in the path.
    pub(crate) fn bucket_in_host(&self) -> Option<&str> {
        let bucket = self.subject.bucket.as_deref();
        bucket.filter(|_| self.address.bucket_in_host)
    }

    pub(crate) fn target(&self) -> Target<'_> {
        Target {
            method: self.method.as_str(),
            bucket: self.bucket_in_host(),
            path: self.address.path(),
            query: self.address.query(),
        }
    }
}

/// Checks and completes what an operation wrote.
pub(crate) fn prepare(call: &Call, metadata: &Metadata, parts: Parts) -> Result<Prepared, Error> {
    let mut subject = call.subject(*metadata);
    subject.key = parts.key;
    let inner = call.client.inner();
    let mut query = parts.query;
    for (name, value) in &call.query {
        if query.iter().any(|(known, _)| known == name) {
            return Err(
                Error::invalid(format!("the query key {name:?} is given twice")).about(&subject),
            );
        }
        let value = (!value.is_empty()).then(|| value.clone());
        query.push((name.clone().into(), value));
    }
    let place = Place {
        scope: metadata.scope(),
        bucket: call.bucket.as_deref(),
        zone: call.zone.as_deref(),
        key: subject.key.as_deref(),
        query: &query,
        virtual_host: inner.config.virtual_host.value,
    };
    let about = |error: Error| error.about(&subject);
    let address = inner.config.endpoint.value.locate(&place).map_err(about)?;
    inner.transport.check_target(&address.url).map_err(about)?;
    let method = Method::from_bytes(metadata.method().as_bytes())
        .map_err(|_| about(Error::invalid("the operation has no legal method")))?;
    let mut headers = parts.headers;
    for (name, value) in &call.headers {
        let (name, mut value) = parts::header(name, value).map_err(about)?;
        if [AUTHORIZATION, CONTENT_LENGTH, DATE, HOST, TRANSFER_ENCODING].contains(&name) {
            return Err(about(Error::invalid(format!(
                "the header {name} is computed and cannot be set; for another time use x-qs-date or the client's clock"
            ))));
        }
        // The caller may pass an encryption key here.
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(Prepared {
        metadata: *metadata,
        subject,
        address,
        method,
        headers,
        body: parts.body,
    })
}

/// Sends an operation, repeating it as its class and the policy allow.
pub(crate) async fn execute(call: Call, metadata: Metadata, parts: Parts) -> Result<Answer, Error> {
    let span = trace::operation(&metadata, &call);
    trace::within(span, run(call, metadata, parts)).await
}

async fn run(call: Call, metadata: Metadata, parts: Parts) -> Result<Answer, Error> {
    let mut prepared = prepare(&call, &metadata, parts)?;
    let uri = complete(&call, &mut prepared)?;
    let Some(limit) = call.timeout else {
        return attempts(&call, &prepared, &uri, None).await;
    };
    let deadline = Instant::now().checked_add(limit);
    let mut work = pin!(attempts(&call, &prepared, &uri, deadline));
    let mut timer = (call.client.inner().timing.sleep)(limit);
    poll_fn(|cx| {
        if let Poll::Ready(result) = work.as_mut().poll(cx) {
            return Poll::Ready(result);
        }
        timer.as_mut().poll(cx).map(|()| {
            let message = format!("the operation took longer than {limit:?}");
            Err(Error::new(ErrorKind::Timeout, message).about(&prepared.subject))
        })
    })
    .await
}

/// Adds the headers that are the same for each attempt, and parses the URL once.
fn complete(call: &Call, prepared: &mut Prepared) -> Result<Uri, Error> {
    let length = prepared.body.len();
    let always = matches!(prepared.method, Method::PUT | Method::POST);
    if length > 0 || always {
        prepared.headers.insert(CONTENT_LENGTH, length.into());
    }
    let user_agent = &call.client.inner().config.user_agent;
    prepared
        .headers
        .entry(USER_AGENT)
        .or_insert_with(|| user_agent.clone());
    Uri::try_from(&prepared.address.url).map_err(|error| {
        Error::invalid(format!("the request has no legal URL: {error}")).about(&prepared.subject)
    })
}

async fn attempts(
    call: &Call,
    prepared: &Prepared,
    uri: &Uri,
    deadline: Option<Instant>,
) -> Result<Answer, Error> {
    let inner = call.client.inner();
    let policy = call.retry.unwrap_or(inner.retry);
    let repeatable = retry::may_repeat(&prepared.metadata, prepared.body.is_replayable());
    let mut attempt = 1;
    loop {
        let result = attempt_once(call, prepared, uri).await;
        trace::attempt(prepared, attempt, &result);
        let (error, sent) = match result {
            Ok(answer) => return Ok(answer),
            Err(failure) => failure,
        };
        let error = error
            .with_attempts(if sent { attempt } else { attempt - 1 })
            .about(&prepared.subject);
        let wait = policy
            .wait(attempt, &error, &inner.timing)
            .filter(|_| repeatable && sent);
        let Some(wait) = wait else {
            return Err(error);
        };
        let in_time = deadline
            .is_none_or(|deadline| wait < deadline.saturating_duration_since(Instant::now()));
        if !in_time {
            return Err(error);
        }
        (inner.timing.sleep)(wait).await;
        attempt += 1;
    }
}

/// An error, and whether the request was given to the transport.
pub(crate) type Failure = (Error, bool);

/// One attempt, with a date and signature of its own.
async fn attempt_once(call: &Call, prepared: &Prepared, uri: &Uri) -> Result<Answer, Failure> {
    let unsent = |error| (error, false);
    let inner = call.client.inner();
    if let Some(refresh) = inner.provider.refresh() {
        refresh.await.map_err(unsent)?;
    }
    let credentials = credentials(call, &prepared.metadata).map_err(unsent)?;
    let date = text::http_date((inner.timing.now)());
    let date = HeaderValue::try_from(date)
        .map_err(|_| unsent(Error::config("the clock gives no legal date")))?;
    let mut request = http::Request::new(());
    *request.method_mut() = prepared.method.clone();
    *request.uri_mut() = uri.clone();
    *request.headers_mut() = prepared.headers.clone();
    request.headers_mut().insert(DATE, date);
    request.extensions_mut().insert(prepared.metadata);
    let (mut head, ()) = request.into_parts();
    if let Some(credentials) = credentials {
        let signer = credentials.signer();
        let signature = signer.authorize(&head, prepared.bucket_in_host());
        head.headers
            .insert(AUTHORIZATION, signature.map_err(unsent)?);
    }
    let request = http::Request::from_parts(head, prepared.body.clone());
    let result = match inner.transport.send(request).await {
        Ok(response) => read(call, prepared, response).await,
        Err(error) => Err(error),
    };
    result.map_err(|error| (error, true))
}

/// The credentials for an operation, if it is to be signed in a header.
fn credentials(call: &Call, metadata: &Metadata) -> Result<Option<Credentials>, Error> {
    if metadata.authentication() == Auth::Form {
        return Ok(None);
    }
    let credentials = call.client.inner().provider.snapshot()?;
    if credentials.is_none() && metadata.authentication() == Auth::Required {
        return Err(Error::config(
            "this operation needs an access key, and the client has none; set QINGSTOR_ACCESS_KEY_ID and QINGSTOR_SECRET_ACCESS_KEY or ClientBuilder::credentials",
        ));
    }
    Ok(credentials)
}

/// Reads an answer as far as the core has to.
async fn read(
    call: &Call,
    prepared: &Prepared,
    response: http::Response<ByteStream>,
) -> Result<Answer, Error> {
    let (head, body) = response.into_parts();
    let status = head.status.as_u16();
    let outcome = prepared.metadata.outcome(status);
    // The length that HEAD tells is that of the body which GET would have.
    let has_body = prepared.method != Method::HEAD && !matches!(status, 204 | 304);
    let body = match content_length(&head.headers) {
        _ if !has_body => ByteStream::default(),
        Some(length) => body.expecting(length),
        None => body,
    };
    if outcome != Outcome::Success {
        // An error body that breaks off must not hide the error itself.
        let body = body.collect(ERROR_BODY_LIMIT).await;
        let body = body.map_or(Bytes::new(), |(bytes, _)| bytes);
        return Err(refusal(
            call,
            prepared,
            outcome,
            status,
            &head.headers,
            body,
        ));
    }
    let body = if prepared.metadata.is_streamed() {
        AnswerBody::Streamed(body.about(&prepared.subject))
    } else {
        let (bytes, whole) = body.collect(BODY_LIMIT).await?;
        if !whole {
            let message = format!("the answer is longer than {BODY_LIMIT} bytes");
            return Err(Error::decode(message).with_answer(status, &head.headers));
        }
        AnswerBody::Collected(bytes)
    };
    let meta = ResponseMeta::new(status, head.headers);
    Ok(Answer::new(meta, body, prepared.subject.clone()))
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

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

fn refusal(
    call: &Call,
    prepared: &Prepared,
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
        ErrorKind::Redirect => redirect(call, prepared, headers),
        _ if is_json => refusal.message,
        _ => plain_text(&body),
    };
    let error = Error::new(kind, message)
        .with_answer(status, headers)
        .with_request_id(&refusal.request_id)
        .with_body(body);
    if refusal.code.is_empty() {
        error
    } else {
        error.with_code(ErrorCode::from(refusal.code.as_str()))
    }
}

fn kind_of(outcome: Outcome, status: u16) -> ErrorKind {
    match (outcome, status) {
        (Outcome::Redirect, _) => ErrorKind::Redirect,
        (Outcome::NotModified, _) => ErrorKind::NotModified,
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
    let zone = parsed
        .as_ref()
        .and_then(|uri| endpoint.zone_of(uri.host()?))
        .filter(|_| prepared.subject.bucket.is_some());
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
