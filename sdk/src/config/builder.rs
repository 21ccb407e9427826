//! The builder of clients.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use super::Config;
use super::access_key::{self, Pair};
use super::environment::{ENDPOINT, Environment, USER_AGENT, VIRTUAL_HOST, ZONE, boolean};
use super::setting::{Setting, Source};
use super::user_agent::user_agent;
use crate::client::{Client, Inner};
use crate::credentials::ProvideCredentials;
use crate::endpoint::{Endpoint, is_zone};
use crate::error::Error;
use crate::observe::Observe;
use crate::retry::{RetryPolicy, Timing};
use crate::transport::{BoxFuture, HttpTransport, Transport};
use crate::zones::Zones;

const DEFAULT_ENDPOINT: &str = "https://qingstor.com";

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
    endpoint: Option<String>,
    zone: Option<String>,
    virtual_host: Option<bool>,
    addition: Option<String>,
    key: Option<Pair>,
    provider: Option<Arc<dyn ProvideCredentials>>,
    environment: Environment,
    transport: Option<Arc<dyn Transport>>,
    retry: RetryPolicy,
    timing: Timing,
    observer: Option<Arc<dyn Observe>>,
}

impl ClientBuilder {
    pub(crate) fn new() -> ClientBuilder {
        ClientBuilder {
            endpoint: None,
            zone: None,
            virtual_host: None,
            addition: None,
            key: None,
            provider: None,
            environment: Environment::process(),
            transport: None,
            retry: RetryPolicy::default(),
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
        self
    }

    /// No access key, even if the environment has one.
    pub fn anonymous(self) -> Self {
        self.credentials("", "")
    }

    /// Access keys that may change while the client lives.
    pub fn credentials_provider(mut self, provider: impl ProvideCredentials) -> Self {
        self.provider = Some(Arc::new(provider));
        self
    }

    /// Puts the bucket's name into the host instead of the path. Not possible with an IP address or
    /// bare `localhost`; a local server may be reached as `pek3a.localhost`. Default: false.
    pub fn virtual_host_style(mut self, enable: bool) -> Self {
        self.virtual_host = Some(enable);
        self
    }

    /// A word that is added to the User-Agent: printable ASCII without spaces and `"`.
    pub fn additional_user_agent(mut self, addition: impl Into<String>) -> Self {
        self.addition = Some(addition.into());
        self
    }

    /// How failed attempts are repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// What sends the requests, instead of the built-in [`HttpTransport`].
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
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

    /// Reads no environment variables.
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
    /// `Config`, naming the value and the variable it came from.
    pub fn build(self) -> Result<Client, Error> {
        let environment = &self.environment;
        let (provider, credentials) = match self.provider {
            Some(provider) => {
                let shown = Setting::new("(provider)".to_owned(), Source::Builder);
                (provider, shown)
            }
            None => access_key::provide(self.key, environment)?,
        };
        let endpoint = environment
            .pick(self.endpoint, ENDPOINT, DEFAULT_ENDPOINT)?
            .map(|text| Endpoint::parse(&text))?;
        let zone = environment.pick(self.zone, ZONE, "")?.map(check_zone)?;
        let virtual_host = self.virtual_host.map(|enable| enable.to_string());
        let virtual_host = environment
            .pick(virtual_host, VIRTUAL_HOST, "false")?
            .map(|text| boolean(&text))?;
        if virtual_host.value {
            endpoint.value.check_virtual_host()?;
        }
        let addition = environment.pick(self.addition, USER_AGENT, "")?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => {
                check_tls(&endpoint.value)?;
                Arc::new(HttpTransport::builder().build()?)
            }
        };
        let user_agent = addition
            .clone()
            .map(|addition| user_agent(&addition))?
            .value;
        Ok(Client::from_inner(Inner {
            config: Config {
                endpoint,
                zone,
                virtual_host,
                user_agent,
                addition,
                credentials,
            },
            provider,
            transport,
            retry: self.retry,
            timing: self.timing,
            observer: self.observer,
            zones: Zones::default(),
        }))
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
            .field("access_key_id", &self.key.as_ref().map(|(id, _)| id))
            .finish_non_exhaustive()
    }
}
/// A zone becomes part of a host's name.
fn check_zone(zone: String) -> Result<String, Error> {
    if zone.is_empty() || is_zone(&zone) {
        return Ok(zone);
    }
    Err(Error::config(format!(
        "the zone {zone:?} cannot be part of a host name; zones look like pek3a"
    )))
}

/// Without a TLS feature the built-in transport would fail at the first request.
fn check_tls(endpoint: &Endpoint) -> Result<(), Error> {
    let has_tls = cfg!(any(
        feature = "rustls",
        feature = "rustls-no-provider",
        feature = "native-tls"
    ));
    if endpoint.is_https() && !has_tls {
        return Err(Error::config(format!(
            "the endpoint {endpoint} needs TLS: enable the feature rustls, rustls-no-provider or native-tls of qingstor, or bring a transport"
        )));
    }
    Ok(())
}
