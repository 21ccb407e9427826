//! Attempts: each with a date and a signature of its own.

use http::Uri;
use http::header::{AUTHORIZATION, HeaderValue};
use tokio::time::Instant;

use super::prepared::{Prepared, headers_at};
use super::reading::read;
use crate::answer::Answer;
use crate::call::Call;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::operation::{Auth, Metadata};
use crate::retry;
use crate::text;
use crate::trace;

/// Repeats a request as its class and the policy allow.
pub(super) async fn attempts(
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
    *request.headers_mut() = headers_at(date, call, prepared);
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
