//! Who sent a request: header signatures, query signatures, or nobody.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use sha2::Sha256;

use crate::canonical::{self, DOCUMENTED, Dialect, OTHERS};
use crate::error::{ApiError, code};
use crate::form;
use crate::request::Request;
use crate::text;
use crate::users::{User, Users};

/// How far a request's date may be from the server's clock, either way.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// Who a request comes from.
#[derive(Clone, Debug)]
pub(crate) enum Identity {
    /// An account, proved by a signature.
    User(Arc<User>),
    /// Nothing was said.
    Anonymous,
}

impl Identity {
    /// The account's id; empty for nobody.
    pub(crate) fn user_id(&self) -> &str {
        match self {
            Identity::User(user) => &user.id,
            Identity::Anonymous => "",
        }
    }

    pub(crate) fn is_anonymous(&self) -> bool {
        matches!(self, Identity::Anonymous)
    }
}

/// What signatures are checked against.
pub(crate) struct Verifier<'a> {
    pub(crate) users: &'a Users,
    pub(crate) now: SystemTime,
    /// Also accept what is only signed by some official SDKs.
    pub(crate) accept_other_sdks: bool,
}

impl Verifier<'_> {
    /// Checks the request's signature, if it has one. `resources` are the paths that may be signed.
    pub(crate) fn identify(
        &self,
        request: &Request,
        resources: &[String],
    ) -> Result<Identity, ApiError> {
        if let Some(authorization) = request.header("authorization")? {
            return self.check_header(request, resources, authorization);
        }
        // A browser asks about a presigned URL with that very URL, whose signature is for the method to come.
        let preflight = request.method == Method::OPTIONS;
        if let Some(signature) = request.query("signature").filter(|_| !preflight) {
            return self.check_query(request, resources, signature);
        }
        Ok(Identity::Anonymous)
    }

    fn check_header(
        &self,
        request: &Request,
        resources: &[String],
        authorization: &str,
    ) -> Result<Identity, ApiError> {
        let (id, signature) = authorization
            .strip_prefix("QS ")
            .and_then(|rest| rest.split_once(':'))
            .ok_or_else(|| {
                ApiError::new(
                    code::INVALID_ACCESS_KEY_ID,
                    "The Authorization header is not of the form `QS <access key id>:<signature>`",
                )
            })?;
        let user = self.user(id)?;
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
        self.check_signature(user, request, resources, None, signature)?;
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
        Ok(Identity::User(Arc::clone(user)))
    }

    fn check_query(
        &self,
        request: &Request,
        resources: &[String],
        signature: &str,
    ) -> Result<Identity, ApiError> {
        let id = request
            .query("access_key_id")
            .ok_or_else(|| ApiError::argument("access_key_id", "missing beside `signature`"))?;
        let user = self.user(id)?;
        let expires = request
            .query("expires")
            .ok_or_else(|| ApiError::argument("expires", "missing beside `signature`"))?;
        let seconds: u64 = expires
            .parse()
            .map_err(|_| ApiError::argument("expires", "not a Unix time in seconds"))?;
        self.check_signature(user, request, resources, Some(expires), signature)?;
        let over = UNIX_EPOCH
            .checked_add(Duration::from_secs(seconds))
            .is_some_and(|end| self.now > end);
        if over {
            return Err(ApiError::new(
                code::REQUEST_EXPIRED,
                format!("The signature was valid until {seconds}"),
            ));
        }
        Ok(Identity::User(Arc::clone(user)))
    }

    fn user(&self, access_key_id: &str) -> Result<&Arc<User>, ApiError> {
        self.users.with_key(access_key_id).ok_or_else(unknown_key)
    }

    fn check_signature(
        &self,
        user: &User,
        request: &Request,
        resources: &[String],
        date_line: Option<&str>,
        signature: &str,
    ) -> Result<(), ApiError> {
        let given = STANDARD.decode(signature).unwrap_or_default();
        let others: &[Dialect] = if self.accept_other_sdks { &OTHERS } else { &[] };
        for dialect in std::iter::once(&DOCUMENTED).chain(others) {
            for resource in resources {
                let text = canonical::string_to_sign(request, resource, date_line, *dialect);
                if matches(user, &text, &given) {
                    return Ok(());
                }
            }
        }
        let resource = resources.first().map_or("/", String::as_str);
        let text = canonical::string_to_sign(request, resource, date_line, DOCUMENTED);
        Err(ApiError::new(
            code::SIGNATURE_NOT_MATCHED,
            format!(
                "The signature does not match; the server's string to sign is {:?}",
                canonical::shown(&text)
            ),
        ))
    }
}

/// Whose form it is: its signature is over the policy as it was sent.
pub(crate) fn form_user(
    users: &Users,
    form: &form::Credentials<'_>,
) -> Result<Arc<User>, ApiError> {
    let user = users.with_key(form.access_key_id).ok_or_else(unknown_key)?;
    let given = STANDARD.decode(form.signature).unwrap_or_default();
    if matches(user, form.policy.as_bytes(), &given) {
        return Ok(Arc::clone(user));
    }
    Err(ApiError::new(
        code::SIGNATURE_NOT_MATCHED,
        "The form's signature is not that of its policy",
    ))
}

fn unknown_key() -> ApiError {
    ApiError::new(
        code::INVALID_ACCESS_KEY_ID,
        "There is no such access key id",
    )
}

/// Whether a signature is the user's.
pub(crate) fn matches(user: &User, text: &[u8], given: &[u8]) -> bool {
    // HMAC takes keys of any length, so this cannot fail; if it did, nothing would match.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(user.secret.as_bytes()) else {
        return false;
    };
    mac.update(text);
    mac.verify_slice(given).is_ok()
}
