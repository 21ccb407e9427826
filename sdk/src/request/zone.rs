//! Which zone a request goes to, if the caller has not said.
//!
//! A host for all zones answers a HEAD of a bucket with a redirect to the bucket's zone:
//! <https://docs.qingcloud.com/qingstor/api/bucket/head.html>. Only the zone is taken from it, and it is asked
//! for before anything else leaves, so that neither a body nor a signature goes astray.

use std::sync::Arc;

use http::header::{HeaderMap, LOCATION};

use super::attempts::{Tally, attempts};
use super::prepared::{Prepared, prepare_in};
use crate::call::Call;
use crate::error::{Error, ErrorKind};
use crate::generated::ErrorCode;
use crate::operation::{Auth, Metadata, Outcome, Retry, Scope};
use crate::parts::Parts;
use crate::transport::BoxFuture;

/// How to say which zone a bucket is in.
pub(crate) const HOW_TO_SET: &str =
    "use .in_zone(…) on the bucket, ClientBuilder::zone or QINGSTOR_ZONE";

/// What is asked.
const FIND_ZONE: Metadata = Metadata::new("FindZone", "zone discovery", "HEAD", Scope::Bucket)
    .auth(Auth::Never)
    .retry(Retry::Safe)
    .responses(&[
        (301, Outcome::Success),
        (302, Outcome::Success),
        (307, Outcome::Success),
        (308, Outcome::Success),
    ]);

/// How the zone of a request was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    /// The caller said it, or there is none.
    Given,
    /// It is what the client remembers of the bucket.
    Remembered(Arc<str>),
    /// The service has just told.
    Told,
    /// It is what the request asks for.
    Asked,
}

/// The bucket of a call, if nobody has said its zone.
fn unplaced(call: &Call) -> Option<&Arc<str>> {
    call.bucket.as_ref().filter(|_| call.zone.is_none())
}

/// The bucket of a request, if its zone is to be found.
fn wanted<'a>(call: &'a Call, prepared: &Prepared) -> Option<&'a Arc<str>> {
    let in_bucket = prepared.metadata.scope() != Scope::Service;
    unplaced(call).filter(|_| in_bucket && prepared.zone != Zone::Asked)
}

/// Whether nothing can be done with a bucket before its zone is known. Another host may have no zones; if it
/// has, it will redirect.
fn must_ask(call: &Call) -> bool {
    call.client.inner().config.endpoint.value.needs_zone()
}

/// Sends the request to the zone of its bucket, which may have to be asked for.
pub(super) async fn settle(call: &Call, prepared: &mut Prepared) -> Result<(), Error> {
    let Some(bucket) = wanted(call, prepared) else {
        return Ok(());
    };
    if let Some(zone) = call.client.inner().zones.known(bucket) {
        prepared.move_to(call, &zone)?;
        prepared.zone = Zone::Remembered(zone);
        return Ok(());
    }
    if !must_ask(call) {
        return Ok(());
    }
    let zone = ask(call, bucket)
        .await
        .map_err(|error| error.instead_about(&prepared.subject))?;
    prepared.move_to(call, &zone)?;
    prepared.zone = Zone::Told;
    Ok(())
}

/// As [`settle`], where nothing can be asked.
pub(crate) fn settle_now(call: &Call, prepared: &mut Prepared) -> Result<(), Error> {
    let Some(bucket) = wanted(call, prepared) else {
        return Ok(());
    };
    match call.client.inner().zones.known(bucket) {
        Some(zone) => prepared.move_to(call, &zone),
        None if must_ask(call) => Err(Error::invalid(format!(
            "what is signed for others needs the bucket's zone, since they do not follow its redirect; use bucket.resolve_zone().await? to ask the service, or {HOW_TO_SET}"
        ))
        .about(&prepared.subject)),
        None => Ok(()),
    }
}

/// The zone of a call's bucket; `None` if there are no zones or one is set.
pub(crate) async fn resolve(call: &Call) -> Result<Option<Arc<str>>, Error> {
    let Some(bucket) = unplaced(call) else {
        return Ok(None);
    };
    match must_ask(call) {
        true => ask(call, bucket).await.map(Some),
        false => Ok(call.client.inner().zones.known(bucket)),
    }
}

/// Asks the service, unless it is known or somebody else is asking.
async fn ask(call: &Call, bucket: &Arc<str>) -> Result<Arc<str>, Error> {
    let zones = &call.client.inner().zones;
    zones.find(bucket, || discover(call.clone())).await
}

/// The return type is written out because the attempts of the question are attempts like any others.
fn discover(mut call: Call) -> BoxFuture<'static, Result<Arc<str>, Error>> {
    Box::pin(async move {
        // What is special about the caller's request is no part of the question.
        call.headers.clear();
        call.query.clear();
        let mut prepared = prepare_in(&call, &FIND_ZONE, Parts::new(), false)?;
        prepared.zone = Zone::Asked;
        let tally = Tally::aside(&call);
        let answer = attempts(&call, &mut prepared, None, &tally)
            .await
            .map_err(unknown)?;
        zone_in(&call, answer.headers()).ok_or_else(|| {
            unknown(
                Error::decode("the answer to the question for the bucket's zone names none")
                    .with_answer(answer.status(), answer.headers())
                    .about(&prepared.subject),
            )
        })
    })
}

fn unknown(error: Error) -> Error {
    if error.kind() == ErrorKind::NotFound {
        return error.hint(&format!(
            "no zone is set, and the service knows the bucket in none; to make it, say where: {HOW_TO_SET}"
        ));
    }
    error.hint(&format!(
        "no zone is set, and the bucket's could not be found out; {HOW_TO_SET}"
    ))
}

fn zone_in(call: &Call, headers: &HeaderMap) -> Option<Arc<str>> {
    let location = headers.get(LOCATION)?.to_str().ok()?;
    let endpoint = &call.client.inner().config.endpoint.value;
    let zone = endpoint.zone_in_redirect(location, call.bucket.as_deref()?)?;
    Some(zone.into())
}

/// The zone to try next, if an error says that the bucket is not where it was looked for: a redirect to its zone, or the
/// zone that was remembered does not have it any more.
pub(super) async fn elsewhere(call: &Call, prepared: &Prepared, error: &Error) -> Option<Arc<str>> {
    let zones = &call.client.inner().zones;
    let bucket = wanted(call, prepared)?;
    if error.kind() == ErrorKind::Redirect {
        let zone = zone_in(call, error.headers())?;
        zones.learn(bucket, zone.clone());
        return Some(zone);
    }
    let Zone::Remembered(old) = &prepared.zone else {
        return None;
    };
    // An answer to HEAD has no code; that of an object may as well mean the object.
    let is_gone = match error.code() {
        Some(code) => *code == ErrorCode::BucketNotExists,
        None => error.kind() == ErrorKind::NotFound && prepared.metadata.scope() == Scope::Bucket,
    };
    if !is_gone {
        return None;
    }
    zones.forget(bucket, old);
    if !must_ask(call) {
        return None;
    }
    let zone = ask(call, bucket).await.ok()?;
    (zone != *old).then_some(zone)
}
