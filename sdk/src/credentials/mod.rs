//! Access keys and where they come from.

mod refreshing;

use std::fmt;
use std::sync::Arc;

pub use refreshing::{FetchError, RefreshingCredentials, TemporaryCredentials};

use crate::error::Error;
use crate::sign::Signer;
use crate::transport::BoxFuture;

/// An access key, ready to sign. Cheap to clone. The secret is turned into signing state at once and
/// not kept as text; that state is wiped when the last clone is dropped.
#[derive(Clone)]
pub struct Credentials(Arc<Signer>);

impl Credentials {
    /// An access key.
    ///
    /// # Errors
    ///
    /// `Config` if one of the two is empty, the id has characters that a header cannot hold, or the
    /// secret begins or ends with white space.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: &str) -> Result<Self, Error> {
        let access_key_id = access_key_id.into();
        if access_key_id.is_empty() || secret_access_key.is_empty() {
            return Err(Error::config(
                "an access key needs both its id and its secret; leave both empty for anonymous requests",
            ));
        }
        Self::check_id(&access_key_id)?;
        Self::check_secret(secret_access_key)?;
        Ok(Credentials(Arc::new(Signer::new(
            access_key_id,
            secret_access_key,
        ))))
    }

    pub(crate) fn check_id(access_key_id: &str) -> Result<(), Error> {
        if !access_key_id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::config(
                "the access key id must be printable ASCII without spaces",
            ));
        }
        Ok(())
    }

    pub(crate) fn check_secret(secret_access_key: &str) -> Result<(), Error> {
        if secret_access_key.trim() != secret_access_key {
            return Err(Error::config(
                "the secret access key begins or ends with white space, such as the end of a line; the secret itself has none",
            ));
        }
        Ok(())
    }

    /// The id of the access key.
    pub fn access_key_id(&self) -> &str {
        self.0.access_key_id()
    }

    /// The signer of this key.
    pub fn signer(&self) -> &Signer {
        &self.0
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id())
            .finish_non_exhaustive()
    }
}

/// Credentials that may change while the client lives.
pub trait ProvideCredentials: fmt::Debug + Send + Sync + 'static {
    /// The credentials at this moment, without waiting; `None` for anonymous requests.
    ///
    /// # Errors
    ///
    /// If there are none that can be used, such as before the first refresh.
    fn snapshot(&self) -> Result<Option<Credentials>, Error>;

    /// Called before each attempt to send. `None`, the default, if nothing has to be renewed.
    fn refresh(&self) -> Option<BoxFuture<'_, Result<(), Error>>> {
        None
    }
}

/// Credentials that never change.
impl ProvideCredentials for Option<Credentials> {
    fn snapshot(&self) -> Result<Option<Credentials>, Error> {
        Ok(self.clone())
    }
}
