//! URLs that do what an operation would do, for whoever holds them.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method};

use crate::body::Body;
use crate::call::Call;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::form::FormBody;
use crate::operation::{Auth, Metadata};
use crate::parts::Parts;
use crate::request::{self, Prepared};
use crate::sign::{SignRemotely, ToSign};
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

impl PresignedForm {
    /// The form as HTML, with a field for the file and a button: all texts are escaped, so it can stand in a page as
    /// it is. A browser that posts it goes to the field `redirect` afterwards, if there is one.
    pub fn to_html(&self) -> String {
        let mut html = format!(
            "<form method=\"post\" enctype=\"multipart/form-data\" action=\"{}\">\n",
            escaped(&self.url)
        );
        for (name, value) in &self.fields {
            html.push_str(&format!(
                "  <input type=\"hidden\" name=\"{}\" value=\"{}\">\n",
                escaped(name),
                escaped(value)
            ));
        }
        // What stands behind the file is not looked at by the service.
        html.push_str(
            "  <input type=\"file\" name=\"file\" required>\n  <button>Upload</button>\n</form>\n",
        );
        html
    }
}

/// A text for an attribute in double quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

pub(crate) fn presign_form(
    call: &Call,
    metadata: &Metadata,
    parts: Parts,
) -> Result<PresignedForm, Error> {
    let (mut form, url) = unsigned_form(call, metadata, parts)?;
    form.sign(&signing_key(call)?)?;
    Ok(PresignedForm {
        url,
        fields: form.into_fields(),
    })
}

pub(crate) async fn presign_form_remotely(
    call: &Call,
    metadata: &Metadata,
    parts: Parts,
) -> Result<PresignedForm, Error> {
    let (mut form, url) = unsigned_form(call, metadata, parts)?;
    form.sign_remotely(remote(call)?).await?;
    Ok(PresignedForm {
        url,
        fields: form.into_fields(),
    })
}

/// The form without a signature, and where it is posted to.
fn unsigned_form(
    call: &Call,
    metadata: &Metadata,
    mut parts: Parts,
) -> Result<(FormBody, String), Error> {
    let (true, Some(form)) = (metadata.can_presign(), parts.form.take()) else {
        return Err(Error::invalid(
            "this operation is no form that can be signed",
        ));
    };
    // The file is what others add.
    parts.body = Body::empty();
    let mut prepared = request::prepare(call, metadata, parts)?;
    request::settle_now(call, &mut prepared)?;
    Ok((form, prepared.address.url))
}

/// The key for what others will use.
fn signing_key(call: &Call) -> Result<Credentials, Error> {
    let inner = call.client.inner();
    if inner.remote.is_some() {
        return Err(Error::config(
            "this client's signatures are made elsewhere, which takes a while: use Call::presign_remotely or Call::presign_form_remotely",
        ));
    }
    inner.provider.snapshot()?.ok_or_else(|| {
        Error::config("a presigned URL needs an access key, and the client has none")
    })
}

fn remote(call: &Call) -> Result<&dyn SignRemotely, Error> {
    call.client.inner().remote.as_deref().ok_or_else(|| {
        Error::config("the client has no remote signer; see ClientBuilder::remote_signer")
    })
}

pub(crate) fn presign(
    call: &Call,
    metadata: &Metadata,
    parts: Parts,
    expires_in: Duration,
) -> Result<Presigned, Error> {
    check(metadata, expires_in)?;
    let credentials = signing_key(call)?;
    let (prepared, expires) = unsigned(call, metadata, parts, expires_in)?;
    let signature = credentials
        .signer()
        .presign(&prepared.target(), &prepared.headers, expires);
    finish(prepared, credentials.access_key_id(), &signature, expires)
}

pub(crate) async fn presign_remotely(
    call: &Call,
    metadata: &Metadata,
    parts: Parts,
    expires_in: Duration,
) -> Result<Presigned, Error> {
    check(metadata, expires_in)?;
    let remote = remote(call)?;
    let (prepared, expires) = unsigned(call, metadata, parts, expires_in)?;
    let request = ToSign::request(
        &prepared.address.url,
        &prepared.target(),
        &prepared.headers,
        Some(expires),
    );
    let made = remote.sign(&request).await?;
    let expires = made.expires.unwrap_or(expires);
    finish(prepared, &made.access_key_id, &made.signature, expires)
}

/// Whether an operation can be presigned for so long.
fn check(metadata: &Metadata, expires_in: Duration) -> Result<(), Error> {
    if !metadata.can_presign() || metadata.authentication() == Auth::Form {
        return Err(Error::invalid("this operation cannot be presigned"));
    }
    if !LIFETIME.contains(&expires_in) {
        return Err(Error::invalid(
            "a presigned URL lives for at least a second and at most 7 days",
        ));
    }
    Ok(())
}

fn too_long() -> Error {
    Error::invalid("the URL would expire after the end of time")
}

/// The request in its bucket's zone, and when it will expire.
fn unsigned(
    call: &Call,
    metadata: &Metadata,
    parts: Parts,
    expires_in: Duration,
) -> Result<(Prepared, i64), Error> {
    let now = (call.client.inner().timing.now)();
    let expires_at = now.checked_add(expires_in).ok_or_else(too_long)?;
    let mut prepared = request::prepare(call, metadata, parts)?;
    request::settle_now(call, &mut prepared)?;
    Ok((prepared, text::unix_seconds(expires_at)))
}

fn finish(
    prepared: Prepared,
    access_key_id: &str,
    signature: &str,
    expires: i64,
) -> Result<Presigned, Error> {
    let mut address = prepared.address;
    address.push_query("access_key_id", Some(access_key_id));
    address.push_query("expires", Some(&expires.to_string()));
    address.push_query("signature", Some(signature));
    Ok(Presigned {
        method: prepared.method,
        url: address.url,
        headers: prepared.headers,
        expires_at: text::from_unix(expires).ok_or_else(too_long)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_attribute() {
        let form = PresignedForm {
            url: "https://pek3a.qingstor.com/photos?a=1&b='".to_owned(),
            fields: vec![(
                "key".to_owned(),
                "a\"><script>alert('${filename}')</script>&".to_owned(),
            )],
        };
        assert_eq!(
            form.to_html(),
            "<form method=\"post\" enctype=\"multipart/form-data\" action=\"https://pek3a.qingstor.com/photos?a=1&amp;b=&#39;\">\n  \
             <input type=\"hidden\" name=\"key\" value=\"a&quot;&gt;&lt;script&gt;alert(&#39;${filename}&#39;)&lt;/script&gt;&amp;\">\n  \
             <input type=\"file\" name=\"file\" required>\n  <button>Upload</button>\n</form>\n"
        );
    }
}
