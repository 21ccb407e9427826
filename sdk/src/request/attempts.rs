//! Attempts: each with a date and a signature of its own.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use http::Uri;
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use http::request::Parts;
use tokio::time::Instant;

use super::prepared::{Prepared, headers_at, uri};
use super::reading::read;
use super::watch::{self, Attempt, Counts};
use super::zone::{self, Zone};
use crate::answer::Answer;
use crate::call::Call;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::operation::{Auth, Metadata};
use crate::retry;
use crate::sign::{RemoteSignature, SignRemotely, ToSign};
use crate::text;
use crate::transport::BoxFuture;

/// What the attempts have come to so far, for whoever interrupts them.
pub(super) struct Tally {
    begun: AtomicU32,
    last: Mutex<Option<Error>>,
    counts: Option<Arc<Counts>>,
}

impl Tally {
    pub(super) fn new(counts: Option<Arc<Counts>>) -> Tally {
        Tally {
            begun: AtomicU32::new(0),
            last: Mutex::new(None),
            counts,
        }
    }

    /// Of requests that the core makes on its own.
    pub(super) fn aside(call: &Call) -> Tally {
        Tally::new(watch::counts(call))
    }

    fn begin(&self, attempt: u32) {
        self.begun.store(attempt, Ordering::Relaxed);
    }

    fn keep(&self, error: Error) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    /// Completes the error that interrupts the attempts.
    pub(super) fn end(&self, error: Error) -> Error {
        let error = error.with_attempts(self.begun.load(Ordering::Relaxed));
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match last.take() {
            Some(last) => error.with_source(last),
            None => error,
        }
    }
}

/// Repeats a request as its class and the policy allow.
pub(super) async fn attempts(
    call: &Call,
    prepared: &mut Prepared,
    deadline: Option<Instant>,
    tally: &Tally,
) -> Result<Answer, Error> {
    let inner = call.client.inner();
    zone::settle(call, prepared).await?;
    let mut target = uri(prepared)?;
    let policy = call.retry.as_ref().unwrap_or(&inner.retry);
    let repeatable = retry::may_repeat(&prepared.metadata, prepared.body.is_replayable());
    let mut attempt = 1;
    // A request that went to the wrong zone does not count as one that failed there.
    let mut moves = 0;
    loop {
        let counts = tally.counts.as_ref();
        let watch = Attempt::begin(call, counts.map(|counts| &**counts), attempt);
        let begin = || {
            tally.begin(attempt);
            watch.send();
        };
        let result = attempt_once(call, prepared, &target, counts, begin).await;
        watch.end(prepared, &result);
        let (error, sent) = match result {
            Ok(answer) => return Ok(answer.with_attempts(attempt)),
            Err(failure) => failure,
        };
        // A request that cannot be sent as it is was refused on this side.
        let sent = sent && (!error.is_unsent() || error.is_temporary());
        let error = error
            .with_attempts(if sent { attempt } else { attempt - 1 })
            .about(&prepared.subject);
        if moves == 0
            && prepared.body.is_usable()
            && let Some(zone) = zone::elsewhere(call, prepared, &error).await
        {
            prepared.move_to(call, &zone)?;
            prepared.zone = Zone::Told;
            target = uri(prepared)?;
            moves += 1;
            attempt += 1;
            tally.keep(error);
            continue;
        }
        let wait = policy
            .wait(attempt - moves, &error, &inner.timing)
            .filter(|_| sent && (repeatable || error.is_unsent()) && prepared.body.is_usable());
        let Some(wait) = wait else {
            return Err(error);
        };
        let in_time = deadline
            .is_none_or(|deadline| wait < deadline.saturating_duration_since(Instant::now()));
        if !in_time {
            return Err(error);
        }
        tally.keep(error);
        (inner.timing.sleep)(wait).await;
        attempt += 1;
    }
}

/// An error, and whether the request was given to the transport.
pub(crate) type Failure = (Error, bool);

/// One attempt, with a date and signature of its own.
async fn attempt_once(
    call: &Call,
    prepared: &Prepared,
    uri: &Uri,
    counts: Option<&Arc<Counts>>,
    begin: impl FnOnce(),
) -> Result<Answer, Failure> {
    let unsent = |error| (error, false);
    let inner = call.client.inner();
    if let Some(refresh) = inner.provider.refresh() {
        refresh.await.map_err(unsent)?;
    }
    let credentials = credentials(call, &prepared.metadata).map_err(unsent)?;
    let mut head = head(call, prepared, uri).map_err(unsent)?;
    let signed = match (&inner.remote, credentials) {
        (Some(remote), _) if prepared.metadata.is_signed_in_header() => {
            let signature = sign_remotely(remote.as_ref(), prepared, &head.headers);
            let signature = signature.await.map_err(unsent)?;
            signature.apply(&mut head.headers).map_err(unsent)?;
            true
        }
        (_, Some(credentials)) => {
            let signer = credentials.signer();
            let signature = signer.authorize(&head, prepared.bucket_in_host());
            head.headers
                .insert(AUTHORIZATION, signature.map_err(unsent)?);
            true
        }
        // A form is signed by its fields.
        _ => prepared.metadata.authentication() == Auth::Form,
    };
    let body = prepared.body.clone().counted(counts);
    let request = http::Request::from_parts(head, body);
    begin();
    let sent = |error| (error, true);
    let response = inner.transport.send(request).await.map_err(sent)?;
    let answer = read(call, prepared, signed, counts, response).await;
    answer.map_err(sent)
}

/// The head of a request, with the date of now; not signed yet.
fn head(call: &Call, prepared: &Prepared, uri: &Uri) -> Result<Parts, Error> {
    let date = text::http_date((call.client.inner().timing.now)());
    let date =
        HeaderValue::try_from(date).map_err(|_| Error::config("the clock gives no legal date"))?;
    let mut request = http::Request::new(());
    *request.method_mut() = prepared.method.clone();
    *request.uri_mut() = uri.clone();
    *request.headers_mut() = headers_at(date, call, prepared);
    request.extensions_mut().insert(prepared.metadata);
    let (head, ()) = request.into_parts();
    Ok(head)
}

/// Boxed, so that those who need no such thing make no room for it.
fn sign_remotely<'a>(
    remote: &'a dyn SignRemotely,
    prepared: &Prepared,
    headers: &HeaderMap,
) -> BoxFuture<'a, Result<RemoteSignature, Error>> {
    let request = ToSign::request(&prepared.address.url, &prepared.target(), headers, None);
    Box::pin(async move { remote.sign(&request).await })
}

/// The credentials for an operation, if it is to be signed in a header by this client.
fn credentials(call: &Call, metadata: &Metadata) -> Result<Option<Credentials>, Error> {
    if !metadata.is_signed_in_header() || call.client.inner().remote.is_some() {
        return Ok(None);
    }
    let credentials = call.client.inner().provider.snapshot()?;
    if credentials.is_none() && metadata.authentication() == Auth::Required {
        return Err(Error::config(
            "this operation needs an access key, and the client has none; set QINGSTOR_ACCESS_KEY_ID and QINGSTOR_SECRET_ACCESS_KEY, use ClientBuilder::credentials, or with the feature config-file a configuration file",
        ));
    }
    Ok(credentials)
}
