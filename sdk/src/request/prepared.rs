//! A request that lacks only its date and signature.

use http::header::{
    AUTHORIZATION, CONTENT_LENGTH, DATE, HOST, HeaderMap, HeaderValue, TRANSFER_ENCODING,
    USER_AGENT,
};
use http::{Method, Uri};

use super::zone::Zone;
use crate::body::Body;
use crate::call::Call;
use crate::endpoint::{Address, Place};
use crate::error::{Error, Subject};
use crate::operation::Metadata;
use crate::parts::{self, Parts};
use crate::sign::Target;

/// How many headers come on top of an operation's own: length, user agent, date and signature here,
/// `Accept` and `Host` on the way.
const OTHER_HEADERS: usize = 6;

/// What makes a URL a presigned one.
const PRESIGNING_KEYS: [&str; 3] = ["access_key_id", "expires", "signature"];

/// A request that lacks only its date and signature.
pub(crate) struct Prepared {
    pub(crate) metadata: Metadata,
    pub(crate) subject: Subject,
    pub(crate) address: Address,
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(super) zone: Zone,
}

impl Prepared {
    /// Goes to another zone.
    pub(super) fn move_to(&mut self, call: &Call, zone: &str) -> Result<(), Error> {
        let place = Place {
            scope: self.metadata.scope(),
            bucket: call.bucket.as_deref(),
            zone: Some(zone),
            key: self.subject.key.as_deref(),
            query: &[],
            virtual_host: self.address.bucket_in_host,
        };
        let endpoint = &call.client.inner().config.endpoint.value;
        let there = endpoint.locate(&place);
        self.address
            .move_to(&there.map_err(|error| error.about(&self.subject))?);
        Ok(())
    }

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
    let virtual_host = call.client.inner().config.virtual_host.value;
    prepare_in(call, metadata, parts, virtual_host)
}

/// As [`prepare`], in a style that may not be the client's.
pub(super) fn prepare_in(
    call: &Call,
    metadata: &Metadata,
    parts: Parts,
    virtual_host: bool,
) -> Result<Prepared, Error> {
    let mut subject = call.subject(*metadata);
    subject.key = parts.key;
    let inner = call.client.inner();
    let mut query = parts.query;
    for (name, value) in &call.query {
        if PRESIGNING_KEYS
            .iter()
            .any(|key| name.eq_ignore_ascii_case(key))
        {
            return Err(Error::invalid(format!(
                "the query key {name:?} belongs to presigned URLs and is computed; with it the service would not look at the signature in the header"
            ))
            .about(&subject));
        }
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
        virtual_host,
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
        zone: Zone::Given,
    })
}

/// The headers of one attempt, except its signature.
pub(super) fn headers_at(date: HeaderValue, call: &Call, prepared: &Prepared) -> HeaderMap {
    // A clone would have room for what is there now and grow with nearly every further header.
    let mut headers = HeaderMap::with_capacity(prepared.headers.len() + OTHER_HEADERS);
    headers.extend(
        prepared
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    let length = prepared.body.len();
    let always = matches!(prepared.method, Method::PUT | Method::POST);
    if length > 0 || always {
        headers.insert(CONTENT_LENGTH, length.into());
    }
    let user_agent = &call.client.inner().config.user_agent;
    headers
        .entry(USER_AGENT)
        .or_insert_with(|| user_agent.clone());
    headers.insert(DATE, date);
    headers
}

/// The URL, parsed once for all attempts.
pub(super) fn uri(prepared: &Prepared) -> Result<Uri, Error> {
    Uri::try_from(&prepared.address.url).map_err(|error| {
        Error::invalid(format!("the request has no legal URL: {error}")).about(&prepared.subject)
    })
}
