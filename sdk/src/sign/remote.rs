//! Signatures that are made elsewhere, so that this program needs no secret.

use std::fmt;

use http::{HeaderMap, HeaderValue};

use super::canonical::write_string_to_sign;
use super::signable::Target;
use super::sorted::Exact;
use crate::error::Error;
use crate::transport::BoxFuture;

/// Asks somebody else for signatures, such as a server of yours that has the secret.
///
/// A server that signs finished texts (`/string-to-sign/…`) gets [`string_to_sign`](ToSign::string_to_sign); one that
/// looks at the request itself (`/operation/…`) gets the parts.
///
/// ```
/// use qingstor::Error;
/// use qingstor::sign::{RemoteSignature, SignRemotely, Signer, ToSign};
/// use qingstor::transport::BoxFuture;
///
/// /// Here the other side is next door.
/// #[derive(Debug)]
/// struct Neighbour(Signer);
///
/// impl SignRemotely for Neighbour {
///     fn sign<'a>(&'a self, request: &'a ToSign) -> BoxFuture<'a, Result<RemoteSignature, Error>> {
///         let signature = self.0.sign_text(&request.string_to_sign);
///         Box::pin(async move { RemoteSignature::new(self.0.access_key_id(), signature) })
///     }
/// }
///
/// let signer = Neighbour(Signer::new("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"));
/// let client = qingstor::Client::builder().remote_signer(signer).build()?;
/// # Ok::<(), qingstor::Error>(())
/// ```
pub trait SignRemotely: fmt::Debug + Send + Sync + 'static {
    /// Signs one request. Called for each attempt, since each has its own date.
    ///
    /// # Errors
    ///
    /// Whatever went wrong; the request is not sent then.
    fn sign<'a>(&'a self, request: &'a ToSign) -> BoxFuture<'a, Result<RemoteSignature, Error>>;
}

/// Where a signature goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// Into the header `Authorization`.
    Header,
    /// Into the query of a presigned URL.
    Query,
    /// Into a form; the text is the form's policy, and the other parts are empty.
    Form,
}

/// What is to be signed. Header values and the text may be secrets, so `Debug` leaves them out.
#[derive(Clone)]
#[non_exhaustive]
pub struct ToSign {
    /// Where the signature goes.
    pub place: Place,
    /// The text whose HMAC-SHA256 in base64 is the signature.
    pub string_to_sign: String,
    /// The method.
    pub method: String,
    /// `http` or `https`.
    pub protocol: String,
    /// The host, with the port if it is not the protocol's own.
    pub host: String,
    /// The path as on the request line.
    pub path: String,
    /// The query as on the request line, without `?`.
    pub query: String,
    /// All headers so far, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// When a presigned URL stops working, in Unix time.
    pub expires: Option<i64>,
}

impl ToSign {
    pub(crate) fn request(
        url: &str,
        target: &Target<'_>,
        headers: &HeaderMap,
        expires: Option<i64>,
    ) -> ToSign {
        let pairs = || {
            let pairs = headers.iter();
            pairs.map(|(name, value)| (name.as_str(), value.as_bytes()))
        };
        let mut text = Vec::new();
        write_string_to_sign::<Exact>(&mut text, target, pairs(), expires);
        let (protocol, rest) = url.split_once("://").unwrap_or_default();
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        ToSign {
            place: match expires {
                Some(_) => Place::Query,
                None => Place::Header,
            },
            string_to_sign: lossy(&text),
            method: target.method.to_owned(),
            protocol: protocol.to_owned(),
            host: host.to_owned(),
            path: target.path.to_owned(),
            query: target.query.to_owned(),
            headers: pairs()
                .map(|(name, value)| (name.to_owned(), lossy(value)))
                .collect(),
            expires,
        }
    }

    pub(crate) fn form(policy: String) -> ToSign {
        ToSign {
            place: Place::Form,
            string_to_sign: policy,
            method: String::new(),
            protocol: String::new(),
            host: String::new(),
            path: String::new(),
            query: String::new(),
            headers: Vec::new(),
            expires: None,
        }
    }
}

impl fmt::Debug for ToSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToSign")
            .field("place", &self.place)
            .field("method", &self.method)
            .field("host", &self.host)
            .field("path", &self.path)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// A signature that was made elsewhere. `Debug` shows the access key id only.
#[derive(Clone)]
pub struct RemoteSignature {
    pub(crate) access_key_id: String,
    pub(crate) signature: String,
    date: Option<HeaderValue>,
    pub(crate) expires: Option<i64>,
}

impl RemoteSignature {
    /// A signature in base64, and the id of the access key that made it.
    ///
    /// # Errors
    ///
    /// `Decode` if one of the two is empty or has characters that it cannot have.
    pub fn new(
        access_key_id: impl Into<String>,
        signature: impl Into<String>,
    ) -> Result<RemoteSignature, Error> {
        let (access_key_id, signature) = (access_key_id.into(), signature.into());
        let legal = |text: &str, also: &[u8]| {
            let inside = |byte: u8| byte.is_ascii_alphanumeric() || also.contains(&byte);
            !text.is_empty() && text.bytes().all(inside)
        };
        if !legal(&access_key_id, b"_-.") || !legal(&signature, b"+/=") {
            return Err(Error::decode(
                "what the signer gave is no access key id with a signature in base64",
            ));
        }
        Ok(RemoteSignature {
            access_key_id,
            signature,
            date: None,
            expires: None,
        })
    }

    /// A signature as the header `Authorization` has it: `QS <access key id>:<signature>`.
    ///
    /// # Errors
    ///
    /// `Decode` if it has another form.
    pub fn from_authorization(value: &str) -> Result<RemoteSignature, Error> {
        let pair = value
            .strip_prefix("QS ")
            .and_then(|pair| pair.split_once(':'));
        let (id, signature) = pair.unwrap_or_default();
        RemoteSignature::new(id, signature)
    }

    /// The date that was signed, if it is not the one that was given, such as that of a server whose clock is right. It is
    /// sent instead.
    ///
    /// # Errors
    ///
    /// `Decode` if it is none, such as `Wed, 10 Dec 2014 17:20:31 GMT`.
    pub fn signed_date(mut self, date: &str) -> Result<RemoteSignature, Error> {
        let value = crate::text::parse_http_date(date).ok();
        let value = value.and_then(|_| HeaderValue::from_str(date).ok());
        self.date = Some(value.ok_or_else(|| Error::decode("the date that was signed is none"))?);
        Ok(self)
    }

    /// The expiry that was signed, if it is not the one that was given, in Unix time.
    #[must_use]
    pub fn signed_expires(mut self, expires: i64) -> RemoteSignature {
        self.expires = Some(expires);
        self
    }

    /// Puts it into the headers of a request.
    pub(crate) fn apply(&self, headers: &mut HeaderMap) -> Result<(), Error> {
        let text = format!("QS {}:{}", self.access_key_id, self.signature);
        let mut value = HeaderValue::try_from(text)
            .map_err(|_| Error::decode("the signature cannot be in a header"))?;
        value.set_sensitive(true);
        headers.insert(http::header::AUTHORIZATION, value);
        if let Some(date) = &self.date {
            headers.insert(http::header::DATE, date.clone());
        }
        Ok(())
    }
}

impl fmt::Debug for RemoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteSignature")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}
