//! The client.

use std::fmt;
use std::sync::Arc;

use crate::bucket::Bucket;
use crate::call::Call;
use crate::config::{ClientBuilder, Config};
use crate::credentials::ProvideCredentials;
use crate::error::Error;
use crate::observe::Observe;
use crate::retry::{RetryPolicy, Timing};
use crate::sign::SignRemotely;
use crate::transport::Transport;
use crate::zones::Zones;

/// A client of one service. Cheap to clone; clones share connections. Make it once, after any fork.
///
/// ```
/// let client = qingstor::Client::builder().zone("pek3a").build()?;
/// let bucket = client.bucket("photos");
/// # Ok::<(), qingstor::Error>(())
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) config: Config,
    pub(crate) provider: Arc<dyn ProvideCredentials>,
    pub(crate) remote: Option<Arc<dyn SignRemotely>>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) retry: RetryPolicy,
    pub(crate) timing: Timing,
    pub(crate) observer: Option<Arc<dyn Observe>>,
    pub(crate) zones: Zones,
}

impl Client {
    /// A client with everything from environment variables, the configuration file if the feature `config-file` is on,
    /// and defaults; see [`config`](crate::config) for the table.
    ///
    /// # Errors
    ///
    /// `Config`, naming the variable, or the place in the file, that is wrong.
    pub fn from_env() -> Result<Client, Error> {
        Client::builder().build()
    }

    /// As [`from_env`](Client::from_env) with this configuration file. Environment variables still win over it; to have
    /// the file alone, use [`Client::builder`] with
    /// [`no_environment`](ClientBuilder::no_environment) and [`config_file`](ClientBuilder::config_file).
    ///
    /// # Errors
    ///
    /// `Config` if there is no such file, or naming what is wrong and where.
    #[cfg(feature = "config-file")]
    pub fn from_file(path: impl Into<std::path::PathBuf>) -> Result<Client, Error> {
        Client::builder().config_file(path).build()
    }

    /// A builder, whose values win over environment variables and the file.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    pub(crate) fn from_inner(inner: Inner) -> Client {
        Client(Arc::new(inner))
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    /// A bucket, in the client's zone. Nothing is sent.
    pub fn bucket(&self, name: impl Into<String>) -> Bucket {
        Bucket::new(self.clone(), name.into())
    }

    /// Fetches an access key if the provider needs to, as each request does by itself: for presigning, which does not
    /// wait.
    ///
    /// # Errors
    ///
    /// As the provider's; `Config` from [`RefreshingCredentials`](crate::credentials::RefreshingCredentials), unless the
    /// fetch fails with an error of this crate.
    pub async fn refresh_credentials(&self) -> Result<(), Error> {
        match self.0.provider.refresh() {
            Some(refresh) => refresh.await,
            None => Ok(()),
        }
    }

    /// A call on the service itself, for operations of your own.
    pub fn call(&self) -> Call {
        Call::new(self.clone(), None, None)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("config", &self.0.config)
            .field("transport", &self.0.transport)
            .field("retry", &self.0.retry)
            .finish_non_exhaustive()
    }
}
