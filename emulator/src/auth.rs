//! Who sent a request: header signatures, query signatures, or nobody.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::canonical::{self, QueryForm};
use crate::error::{ApiError, code};
use crate::request::Request;
use crate::text;

/// How far a request's date may be from the server's clock, either way.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// The account's key pair.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// Who a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// The owner of all buckets, proved by a signature.
    Owner,
    /// Nothing was said.
    Anonymous,
}

/// What signatures are checked against.
pub(crate) struct Verifier<'a> {
    pub(crate) credentials: &'a Credentials,
    pub(crate) now: SystemTime,
    /// Also accept signatures over query values as they were sent.
    pub(crate) accept_encoded_query: bool,
}

impl Verifier<'_> {
    /// Checks the request's signature, if it has one. `resources` are the paths that may be signed.
    pub(crate) fn identify(
        &self,
        request: &Request,
        resources: &[String],
    ) -> Result<Identity, ApiError> {
        if let Some(authorization) = request.header("authorization")? {
            self.check_header(request, resources, authorization)?;
            return Ok(Identity::Owner);
        }
        if let Some(signature) = request.query("signature") {
            self.check_query(request, resources, signature)?;
            return Ok(Identity::Owner);
        }
        Ok(Identity::Anonymous)
    }

    fn check_header(
        &self,
        request: &Request,
        resources: &[String],
        authorization: &str,
    ) -> Result<(), ApiError> {
        let (id, signature) = authorization
            .strip_prefix("QS ")
            .and_then(|rest| rest.split_once(':'))
            .ok_or_else(|| {
                ApiError::new(
                    code::INVALID_ACCESS_KEY_ID,
                    "The Authorization header is not of the form `QS <access key id>:<signature>`",
                )
            })?;
        self.check_id(id)?;
        let name = if request.headers.contains_key("x-qs-date") {
            "x-qs-date"
        } else {
            "date"
        };
        let date = request
            .header(name)?
            .and_then(text::parse_http_date)
            .ok_or_else(|| {
                ApiError::argument(
                    name,
                    "a signed request needs a date such as `Mon, 02 Jan 2006 15:04:05 GMT`",
                )
            })?;
        self.check_signature(request, resources, None, signature)?;
        let distance = match self.now.duration_since(date) {
            Ok(past) => past,
            Err(future) => future.duration(),
        };
        if distance > WINDOW {
            return Err(ApiError::new(
                code::REQUEST_EXPIRED,
                format!(
                    "The request's date is more than 15 minutes off; the server's clock says {}",
                    text::http_date(self.now)
                ),
            ));
        }
        Ok(())
    }

    fn check_query(
        &self,
        request: &Request,
        resources: &[String],
        signature: &str,
    ) -> Result<(), ApiError> {
        let id = request
            .query("access_key_id")
            .ok_or_else(|| ApiError::argument("access_key_id", "missing beside `signature`"))?;
        self.check_id(id)?;
        let expires = request
            .query("expires")
            .ok_or_else(|| ApiError::argument("expires", "missing beside `signature`"))?;
        let seconds: u64 = expires
            .parse()
            .map_err(|_| ApiError::argument("expires", "not a Unix time in seconds"))?;
        self.check_signature(request, resources, Some(expires), signature)?;
        let over = UNIX_EPOCH
            .checked_add(Duration::from_secs(seconds))
            .is_some_and(|end| self.now > end);
        if over {
            return Err(ApiError::new(
                code::REQUEST_EXPIRED,
                format!("The signature was valid until {seconds}"),
            ));
        }
        Ok(())
    }

    fn check_id(&self, id: &str) -> Result<(), ApiError> {
        if id == self.credentials.id {
            return Ok(());
        }
        Err(ApiError::new(
            code::INVALID_ACCESS_KEY_ID,
            "There is no such access key id",
        ))
    }

    fn check_signature(
        &self,
        request: &Request,
        resources: &[String],
        date_line: Option<&str>,
        signature: &str,
    ) -> Result<(), ApiError> {
        let given = STANDARD.decode(signature).unwrap_or_default();
        let forms: &[QueryForm] = if self.accept_encoded_query {
            &[QueryForm::Decoded, QueryForm::AsSent]
        } else {
            &[QueryForm::Decoded]
        };
        for resource in resources {
            for form in forms {
                let text = canonical::string_to_sign(request, resource, date_line, *form);
                if self.matches(&text, &given) {
                    return Ok(());
                }
            }
        }
        let resource = resources.first().map_or("/", String::as_str);
        let text = canonical::string_to_sign(request, resource, date_line, QueryForm::Decoded);
        Err(ApiError::new(
            code::SIGNATURE_NOT_MATCHED,
            format!(
                "The signature does not match; the server's string to sign is {:?}",
                canonical::shown(&text)
            ),
        ))
    }

    pub(crate) fn matches(&self, text: &[u8], given: &[u8]) -> bool {
        // HMAC takes keys of any length, so this cannot fail; if it did, nothing would match.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.credentials.secret.as_bytes()) else {
            return false;
        };
        mac.update(text);
        mac.verify_slice(given).is_ok()
    }
}
