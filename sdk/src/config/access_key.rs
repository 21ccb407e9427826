//! The access key of a client.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::keys::{ACCESS_KEY_ID, SECRET_ACCESS_KEY, SIGNATURE_SERVER};
use super::setting::{Setting, Source};
use super::sources::Sources;
use crate::credentials::{Credentials, ProvideCredentials};
use crate::error::Error;

/// An id and its secret, as the builder was given them.
pub(super) type Pair = (String, Zeroizing<String>);

/// The provider, and what of it may be shown.
pub(super) type Provided = (Arc<dyn ProvideCredentials>, Setting<String>);

/// The pair comes whole from the builder, the environment or the file.
pub(super) fn provide(given: Option<Pair>, sources: &Sources<'_>) -> Result<Provided, Error> {
    if let Some((id, secret)) = given {
        return match id.is_empty() && secret.is_empty() {
            true => Ok(anonymous(Source::Builder)),
            false => Ok(signed(Credentials::new(id, &secret)?, Source::Builder)),
        };
    }
    let environment = (
        sources.environment.read(ACCESS_KEY_ID)?,
        sources.environment.read(SECRET_ACCESS_KEY)?,
    );
    if let Some(provided) = whole(
        environment,
        [ACCESS_KEY_ID.variable, SECRET_ACCESS_KEY.variable],
    )? {
        return Ok(provided);
    }
    let file = (
        sources.in_file(ACCESS_KEY_ID.name)?,
        sources.in_file(SECRET_ACCESS_KEY.name)?,
    );
    if let Some(provided) = whole(file, [ACCESS_KEY_ID.name, SECRET_ACCESS_KEY.name])? {
        return Ok(provided);
    }
    if let Some(server) = sources.in_file(SIGNATURE_SERVER)? {
        // Without a key such a client is not anonymous elsewhere, so it must not become so here.
        return Err(server.source.blame(Error::config(
            "there is no access key, and signing by a server is not set up by a file; give ClientBuilder::remote_signer one that asks the server, or set an access key",
        )));
    }
    Ok(anonymous(Source::Default))
}

/// Another one signs.
pub(super) fn elsewhere() -> Provided {
    let shown = Setting::new("(remote signer)".to_owned(), Source::Builder);
    (Arc::new(None::<Credentials>), shown)
}

fn anonymous(source: Source) -> Provided {
    let shown = Setting::new("(anonymous)".to_owned(), source);
    (Arc::new(None::<Credentials>), shown)
}

fn signed(credentials: Credentials, source: Source) -> Provided {
    let id = credentials.access_key_id().to_owned();
    (Arc::new(Some(credentials)), Setting::new(id, source))
}

type Half = Option<Setting<String>>;

/// The pair of one source; `None` if that has neither half.
fn whole((id, secret): (Half, Half), names: [&str; 2]) -> Result<Option<Provided>, Error> {
    let secret = secret.map(|secret| (Zeroizing::new(secret.value), secret.source));
    match (id, secret) {
        (None, None) => Ok(None),
        (Some(id), Some((secret, source))) => {
            Credentials::check_id(&id.value).map_err(|error| id.source.blame(error))?;
            Credentials::check_secret(&secret).map_err(|error| source.blame(error))?;
            let credentials = Credentials::new(id.value, &secret)?;
            Ok(Some(signed(credentials, id.source)))
        }
        (id, secret) => {
            let (source, missing) = match (id, secret) {
                (Some(id), _) => (id.source, names[1]),
                (_, Some((_, source))) => (source, names[0]),
                (None, None) => return Ok(None),
            };
            Err(Error::config(format!(
                "{} is set but {missing} is not; set both in one place, or neither for anonymous requests",
                source.name()
            )))
        }
    }
}
