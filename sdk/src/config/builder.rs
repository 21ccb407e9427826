//! The builder of clients.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use super::FileChoice;
use super::access_key::Pair;
use super::environment::Environment;
use crate::client::Client;
use crate::credentials::ProvideCredentials;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::observe::Observe;
use crate::retry::{RetryPolicy, Timing};
use crate::sign::SignRemotely;
use crate::transport::{BoxFuture, HttpTransport, HttpTransportBuilder, Transport};

/// Builds a [`Client`]. Nothing here waits or sends.
///
/// ```
/// let client = qingstor::Client::builder()
///     .endpoint("http://127.0.0.1:8080")
///     .credentials("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
///     .build()?;
/// # Ok::<(), qingstor::Error>(())
/// ```
#[must_use = "a builder does nothing until it is built"]
pub struct ClientBuilder {
    pub(super) endpoint: Option<String>,
    pub(super) zone: Option<String>,
    pub(super) virtual_host: Option<bool>,
    pub(super) cname: Option<bool>,
    pub(super) addition: Option<String>,
    pub(super) key: Option<Pair>,
    pub(super) provider: Option<Arc<dyn ProvideCredentials>>,
    pub(super) remote: Option<Arc<dyn SignRemotely>>,
    pub(super) environment: Environment,
    pub(super) file: FileChoice,
    pub(super) sender: Sender,
    pub(super) retry: Option<RetryPolicy>,
    pub(super) timing: Timing,
    pub(super) observer: Option<Arc<dyn Observe>>,
}

/// What sends the requests.
pub(super) enum Sender {
    BuiltIn(HttpTransportBuilder),
    Given(Arc<dyn Transport>),
}

impl ClientBuilder {
    pub(crate) fn new() -> ClientBuilder {
        ClientBuilder {
            endpoint: None,
            zone: None,
            virtual_host: None,
            cname: None,
            addition: None,
            key: None,
            provider: None,
            remote: None,
            environment: Environment::process(),
            file: FileChoice::Usual,
            sender: Sender::BuiltIn(HttpTransport::builder()),
            retry: None,
            timing: Timing::default(),
            observer: None,
        }
    }

    /// Scheme, host and port of the service, such as `https://qingstor.com` (the default) or
    /// `http://127.0.0.1:8080`. A zone is put in front of the host unless that is an IP address,
    /// `localhost` or a name below it, or begins with the zone already.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = Some(endpoint.into());
        self
    }

    /// The zone of all buckets that do not say their own, such as `pek3a`.
    pub fn zone(mut self, zone: impl Into<String>) -> Self {
        self.zone = Some(zone.into());
        self
    }

    /// The access key. Both empty means anonymous; one empty is an error when it is built.
    pub fn credentials(
        mut self,
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
    ) -> Self {
        let secret = Zeroizing::new(secret_access_key.into());
        self.key = Some((access_key_id.into(), secret));
        self.provider = None;
        self.remote = None;
        self
    }

    /// No access key, even if the environment has one.
    pub fn anonymous(self) -> Self {
        self.credentials("", "")
    }

    /// Access keys that may change while the client lives.
    pub fn credentials_provider(mut self, provider: impl ProvideCredentials) -> Self {
        self.provider = Some(Arc::new(provider));
        self.remote = None;
        self
    }

    /// Somebody else who signs, so that no access key is needed here. Those of the environment and the file are not looked
    /// at then. URLs are presigned with [`Call::presign_remotely`](crate::operation::Call::presign_remotely).
    pub fn remote_signer(mut self, signer: impl SignRemotely) -> Self {
        self.remote = Some(Arc::new(signer));
        self.provider = None;
        self.key = None;
        self
    }

    /// Puts the bucket's name into the host instead of the path. Not possible with an IP address or
    /// bare `localhost`; a local server may be reached as `pek3a.localhost`. Default: false.
    pub fn virtual_host_style(mut self, enable: bool) -> Self {
        self.virtual_host = Some(enable);
        self
    }

    /// The endpoint's host is a domain of your own that is bound to one bucket (CNAME): it is used as it is, and the
    /// bucket's name is neither in the host nor in the path, only in the signature. Without effect if the host is
    /// `qingstor.com` or below it. Default: false.
    pub fn cname(mut self, enable: bool) -> Self {
        self.cname = Some(enable);
        self
    }

    /// A word that is added to the User-Agent: printable ASCII without spaces and `"`.
    pub fn additional_user_agent(mut self, addition: impl Into<String>) -> Self {
        self.addition = Some(addition.into());
        self
    }

    /// How failed attempts are repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Settings of the built-in [`HttpTransport`]: timeouts, proxy, certificates, addresses. What it leaves open is taken
    /// from the environment, the file, and the defaults.
    pub fn http(mut self, transport: HttpTransportBuilder) -> Self {
        self.sender = Sender::BuiltIn(transport);
        self
    }

    /// What sends the requests, instead of the built-in [`HttpTransport`]. What the environment and the file say about
    /// timeouts, proxy and certificates is not looked at then.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.sender = Sender::Given(Arc::new(transport));
        self
    }

    /// The configuration file, instead of the one that `QINGSTOR_CONFIG_PATH` names or `~/.qingstor/config.yaml`. It has to
    /// be there. `~/` at the beginning stands for the home directory.
    #[cfg(feature = "config-file")]
    pub fn config_file(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.file = FileChoice::At(path.into());
        self
    }

    /// Reads no configuration file.
    #[cfg(feature = "config-file")]
    pub fn no_config_file(mut self) -> Self {
        self.file = FileChoice::None;
        self
    }

    /// Is told what the client has done: see [`observe`](crate::observe). Default: nobody.
    pub fn observer(mut self, observer: impl Observe) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Where variables are read from, instead of the process's environment.
    pub fn environment(
        mut self,
        read: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.environment = Environment::new(move |name| read(name).map(Into::into));
        self
    }

    /// Reads no environment variables, and so no file that they or the home directory would lead to.
    pub fn no_environment(self) -> Self {
        self.environment(|_| None)
    }

    /// What time it is, for dates and expiries. The service refuses dates that are off by more than
    /// 15 minutes. Default: the system's clock.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.timing.now = Arc::new(now);
        self
    }

    /// What waits before the next attempt and until a time limit. Default: Tokio's timer.
    pub fn sleeper(
        mut self,
        sleep: impl Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> Self {
        self.timing.sleep = Arc::new(sleep);
        self
    }

    /// The part of the longest wait that is waited before the next attempt, from 0 to 1. Default:
    /// random.
    pub fn jitter(mut self, draw: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.timing.jitter = Arc::new(draw);
        self
    }

    /// Checks the configuration and makes the client.
    ///
    /// # Errors
    ///
    /// `Config`, naming the value and the variable, or the place in the file, that it came from.
    pub fn build(self) -> Result<Client, Error> {
        super::build::build(self)
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One that will be refused may hold a password.
        let endpoint = self.endpoint.as_ref().map(|text| {
            Endpoint::parse(text).map_or("(invalid)".to_owned(), |endpoint| endpoint.to_string())
        });
        f.debug_struct("ClientBuilder")
            .field("endpoint", &endpoint)
            .field("zone", &self.zone)
            .field("virtual_host_style", &self.virtual_host)
            .field("cname", &self.cname)
            .field("access_key_id", &self.key.as_ref().map(|(id, _)| id))
            .finish_non_exhaustive()
    }
}
