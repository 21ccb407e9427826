//! URLs that do what an operation would do, for whoever holds them.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method};

use crate::body::Body;
use crate::call::Call;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::operation::{Auth, Metadata};
use crate::parts::Parts;
use crate::request;
use crate::text;

/// How long a URL may live. A longer one is likely a mistake, and cannot be taken back.
const LIFETIME: RangeInclusive<Duration> =
    Duration::from_secs(1)..=Duration::from_secs(7 * 24 * 60 * 60);

/// A presigned request. Whoever has its URL can use it until it expires, so treat it as a secret:
/// `Debug` leaves the query out.
#[derive(Clone)]
#[non_exhaustive]
pub struct Presigned {
    /// The method it was signed for; no other works.
    pub method: Method,
    /// The URL, with signature.
    pub url: String,
    /// What must be sent with it, exactly so.
    pub headers: HeaderMap,
    /// When it stops working, in whole seconds.
    pub expires_at: SystemTime,
}

impl fmt::Debug for Presigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.url.split('?').next().unwrap_or_default();
        f.debug_struct("Presigned")
            .field("method", &self.method)
            .field("url", &format_args!("{shown}?(hidden)"))
            .field("headers", &self.headers)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

/// A signed form: whoever has it can upload what its fields allow, and its signature does not expire, so treat it
/// as a secret. `Debug` leaves the signature out.
#[derive(Clone)]
#[non_exhaustive]
pub struct PresignedForm {
    /// Where it is posted to, as `multipart/form-data`.
    pub url: String,
    /// All fields, in the order in which they must stand before the file, whose field is called `file`.
    pub fields: Vec<(String, String)>,
}

impl fmt::Debug for PresignedForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = self.fields.iter().filter(|(name, _)| name != "signature");
        f.debug_struct("PresignedForm")
            .field("url", &self.url)
            .field("fields", &fields.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

pub(crate) fn presign_form(
    call: &Call,
    metadata: &Metadata,
    mut parts: Parts,
) -> Result<PresignedForm, Error> {
    let (true, Some(mut form)) = (metadata.can_presign(), parts.form.take()) else {
        return Err(Error::invalid(
            "this operation is no form that can be signed",
        ));
    };
    let credentials = signing_key(call)?;
    form.sign(&credentials)?;
    // The file is what others add.
    parts.body = Body::empty();
    let mut prepared = request::prepare(call, metadata, parts)?;
    request::settle_now(call, &mut prepared)?;
    Ok(PresignedForm {
        url: prepared.address.url,
        fields: form.into_fields(),
    })
}

/// The key for what others will use.
fn signing_key(call: &Call) -> Result<Credentials, Error> {
    let provider = &call.client.inner().provider;
    provider.snapshot()?.ok_or_else(|| {
        Error::config("a presigned URL needs an access key, and the client has none")
    })
}

pub(crate) fn presign(
    call: &Call,
    metadata: &Metadata,
    parts: Parts,
    expires_in: Duration,
) -> Result<Presigned, Error> {
    let inner = call.client.inner();
    if !metadata.can_presign() || metadata.authentication() == Auth::Form {
        return Err(Error::invalid("this operation cannot be presigned"));
    }
    if !LIFETIME.contains(&expires_in) {
        return Err(Error::invalid(
            "a presigned URL lives for at least a second and at most 7 days",
        ));
    }
    let credentials = signing_key(call)?;
    let too_long = || Error::invalid("the URL would expire after the end of time");
    let expires_at = (inner.timing.now)()
        .checked_add(expires_in)
        .ok_or_else(too_long)?;
    let expires = text::unix_seconds(expires_at);
    let expires_at = text::from_unix(expires).ok_or_else(too_long)?;
    let mut prepared = request::prepare(call, metadata, parts)?;
    request::settle_now(call, &mut prepared)?;
    let signature = credentials
        .signer()
        .presign(&prepared.target(), &prepared.headers, expires);
    let address = &mut prepared.address;
    address.push_query("access_key_id", Some(credentials.access_key_id()));
    address.push_query("expires", Some(&expires.to_string()));
    address.push_query("signature", Some(&signature));
    Ok(Presigned {
        method: prepared.method,
        url: prepared.address.url,
        headers: prepared.headers,
        expires_at,
    })
}
