//! The access key of a client.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::environment::{ACCESS_KEY_ID, Environment, SECRET_ACCESS_KEY};
use super::setting::{Setting, Source};
use crate::credentials::{Credentials, ProvideCredentials};
use crate::error::Error;

/// An id and its secret, as the builder was given them.
pub(super) type Pair = (String, Zeroizing<String>);

/// The provider, and what of it may be shown.
pub(super) type Provided = (Arc<dyn ProvideCredentials>, Setting<String>);

/// The pair comes whole from the builder or whole from the environment.
pub(super) fn provide(given: Option<Pair>, environment: &Environment) -> Result<Provided, Error> {
    let is_given = given.is_some();
    let (id, secret) = match given {
        Some(pair) => pair,
        None => {
            let read = |name| Ok(environment.read(name)?.unwrap_or_default());
            (
                read(ACCESS_KEY_ID)?,
                Zeroizing::new(read(SECRET_ACCESS_KEY)?),
            )
        }
    };
    let source = match (is_given, id.is_empty() && secret.is_empty()) {
        (true, _) => Source::Builder,
        (false, true) => Source::Default,
        (false, false) => Source::Environment(ACCESS_KEY_ID),
    };
    if id.is_empty() && secret.is_empty() {
        let shown = Setting::new("(anonymous)".to_owned(), source);
        return Ok((Arc::new(None::<Credentials>), shown));
    }
    if !is_given && (id.is_empty() || secret.is_empty()) {
        let (set, missing) = if id.is_empty() {
            (SECRET_ACCESS_KEY, ACCESS_KEY_ID)
        } else {
            (ACCESS_KEY_ID, SECRET_ACCESS_KEY)
        };
        return Err(Error::config(format!(
            "{set} is set but {missing} is not; set both, or neither for anonymous requests"
        )));
    }
    let credentials = Credentials::new(id.clone(), &secret).map_err(|error| match source {
        Source::Environment(_) => Error::config(format!(
            "{ACCESS_KEY_ID}, {SECRET_ACCESS_KEY}: {}",
            error.message()
        )),
        _ => error,
    })?;
    Ok((Arc::new(Some(credentials)), Setting::new(id, source)))
}
