//! Configuration of a client.
//!
//! | value | builder | environment variable | default |
//! |---|---|---|---|
//! | access key | [`credentials`](ClientBuilder::credentials) | `QINGSTOR_ACCESS_KEY_ID`, `QINGSTOR_SECRET_ACCESS_KEY` | anonymous |
//! | endpoint | [`endpoint`](ClientBuilder::endpoint) | `QINGSTOR_ENDPOINT` | `https://qingstor.com` |
//! | zone | [`zone`](ClientBuilder::zone) | `QINGSTOR_ZONE` | none |
//! | virtual-host style | [`virtual_host_style`](ClientBuilder::virtual_host_style) | `QINGSTOR_ENABLE_VIRTUAL_HOST_STYLE` | `false` |
//! | addition to User-Agent | [`additional_user_agent`](ClientBuilder::additional_user_agent) | `QINGSTOR_ADDITIONAL_USER_AGENT` | none |
//!
//! The builder wins over the environment, and that over the default. An access key is taken whole from
//! one place. A variable that is empty counts as not set.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderValue;
use zeroize::Zeroizing;

use crate::client::{Client, Inner};
use crate::credentials::{Credentials, ProvideCredentials};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::retry::{RetryPolicy, Timing};
use crate::transport::{BoxFuture, HttpTransport, Transport};

const ACCESS_KEY_ID: &str = "QINGSTOR_ACCESS_KEY_ID";
const SECRET_ACCESS_KEY: &str = "QINGSTOR_SECRET_ACCESS_KEY";
const ENDPOINT: &str = "QINGSTOR_ENDPOINT";
const ZONE: &str = "QINGSTOR_ZONE";
const VIRTUAL_HOST: &str = "QINGSTOR_ENABLE_VIRTUAL_HOST_STYLE";
const USER_AGENT: &str = "QINGSTOR_ADDITIONAL_USER_AGENT";
const DEFAULT_ENDPOINT: &str = "https://qingstor.com";

/// A value and where it came from.
#[derive(Clone)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    source: Source,
}

#[derive(Clone, Copy)]
enum Source {
    Builder,
    Environment(&'static str),
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Builder => f.write_str("builder"),
            Source::Environment(name) => f.write_str(name),
            Source::Default => f.write_str("default"),
        }
    }
}

impl<T> Setting<T> {
    fn map<U>(self, change: impl FnOnce(T) -> Result<U, Error>) -> Result<Setting<U>, Error> {
        let source = self.source;
        let value = change(self.value).map_err(|error| match source {
            Source::Environment(name) => Error::config(format!("{name}: {}", error.message())),
            _ => error,
        })?;
        Ok(Setting { value, source })
    }
}

impl<T: fmt::Display> fmt::Debug for Setting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (from {})", self.value, self.source)
    }
}

/// What a client was configured with.
pub(crate) struct Config {
    pub(crate) endpoint: Setting<Endpoint>,
    pub(crate) zone: Setting<String>,
    pub(crate) virtual_host: Setting<bool>,
    pub(crate) user_agent: HeaderValue,
    addition: Setting<String>,
    credentials: Setting<String>,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("endpoint", &self.endpoint)
            .field("zone", &self.zone)
            .field("virtual_host_style", &self.virtual_host)
            .field("additional_user_agent", &self.addition)
            .field("access_key_id", &self.credentials)
            .finish()
    }
}

type Reader = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

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
    key: Option<(String, Zeroizing<String>)>,
    provider: Option<Arc<dyn ProvideCredentials>>,
    environment: Reader,
    transport: Option<Arc<dyn Transport>>,
    retry: RetryPolicy,
    timing: Timing,
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
            environment: Box::new(|name| std::env::var(name).ok()),
            transport: None,
            retry: RetryPolicy::default(),
            timing: Timing::default(),
        }
    }

    /// Scheme, host and port of the service, such as `https://qingstor.com` (the default) or
    /// `http://127.0.0.1:8080`. A zone is put in front of the host unless that is an IP address or
    /// `localhost`, or begins with the zone already.
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
    /// `localhost`. Default: false.
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

    /// Where variables are read from, instead of the process's environment.
    pub fn environment(
        mut self,
        read: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.environment = Box::new(read);
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
    pub fn build(mut self) -> Result<Client, Error> {
        let (provider, credentials) = self.take_credentials()?;
        let read = |name| (self.environment)(name).filter(|value| !value.is_empty());
        let pick = |given: Option<String>, name, default: &str| match (given, read(name)) {
            (Some(value), _) => Setting {
                value,
                source: Source::Builder,
            },
            (None, Some(value)) => Setting {
                value,
                source: Source::Environment(name),
            },
            (None, None) => Setting {
                value: default.to_owned(),
                source: Source::Default,
            },
        };
        let endpoint =
            pick(self.endpoint, ENDPOINT, DEFAULT_ENDPOINT).map(|text| Endpoint::parse(&text))?;
        let zone = pick(self.zone, ZONE, "");
        let virtual_host = self.virtual_host.map(|enable| enable.to_string());
        let virtual_host = pick(virtual_host, VIRTUAL_HOST, "false").map(|text| boolean(&text))?;
        if virtual_host.value {
            endpoint.value.check_virtual_host()?;
        }
        let addition = pick(self.addition, USER_AGENT, "");
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
        }))
    }

    /// A key pair comes whole from the builder or whole from the environment.
    fn take_credentials(
        &mut self,
    ) -> Result<(Arc<dyn ProvideCredentials>, Setting<String>), Error> {
        if let Some(provider) = self.provider.take() {
            let value = "(provider)".to_owned();
            return Ok((
                provider,
                Setting {
                    value,
                    source: Source::Builder,
                },
            ));
        }
        let read = |name| (self.environment)(name).unwrap_or_default();
        let (id, secret, source) = match self.key.take() {
            Some((id, secret)) => (id, secret, Source::Builder),
            None => {
                let secret = Zeroizing::new(read(SECRET_ACCESS_KEY));
                (
                    read(ACCESS_KEY_ID),
                    secret,
                    Source::Environment(ACCESS_KEY_ID),
                )
            }
        };
        let credentials = match (id.is_empty(), secret.is_empty(), source) {
            (true, true, source) => {
                let source = match source {
                    Source::Builder => Source::Builder,
                    _ => Source::Default,
                };
                let value = "(anonymous)".to_owned();
                return Ok((Arc::new(None::<Credentials>), Setting { value, source }));
            }
            (false, true, Source::Environment(_)) => {
                return Err(Error::config(format!(
                    "{ACCESS_KEY_ID} is set but {SECRET_ACCESS_KEY} is not; set both, or neither for anonymous requests"
                )));
            }
            (true, false, Source::Environment(_)) => {
                return Err(Error::config(format!(
                    "{SECRET_ACCESS_KEY} is set but {ACCESS_KEY_ID} is not; set both, or neither for anonymous requests"
                )));
            }
            _ => Credentials::new(id.clone(), &secret)?,
        };
        Ok((Arc::new(Some(credentials)), Setting { value: id, source }))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("endpoint", &self.endpoint)
            .field("zone", &self.zone)
            .field("virtual_host_style", &self.virtual_host)
            .field("access_key_id", &self.key.as_ref().map(|(id, _)| id))
            .finish_non_exhaustive()
    }
}

fn boolean(text: &str) -> Result<bool, Error> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(Error::config(format!("{text:?} is neither true nor false"))),
    }
}

fn user_agent(addition: &str) -> Result<HeaderValue, Error> {
    let legal = |byte: u8| byte.is_ascii_graphic() && byte != b'"';
    if !addition.bytes().all(legal) {
        return Err(Error::config(format!(
            "the addition {addition:?} to the User-Agent must be printable ASCII without spaces and quotes"
        )));
    }
    let text = format!(
        "qingstor-sdk-rust/{} (Rust; {}_{}) {addition}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
    );
    HeaderValue::from_str(text.trim_end()).map_err(|_| Error::config("the User-Agent is not legal"))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &'static [(&'static str, &'static str)]) -> ClientBuilder {
        ClientBuilder::new().environment(move |wanted| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    const ALL: &[(&str, &str)] = &[
        ("QINGSTOR_ACCESS_KEY_ID", "ENV_ID"),
        ("QINGSTOR_SECRET_ACCESS_KEY", "canary-secret"),
        ("QINGSTOR_ENDPOINT", "https://storage.example.com"),
        ("QINGSTOR_ZONE", "beta"),
        ("QINGSTOR_ENABLE_VIRTUAL_HOST_STYLE", "true"),
        ("QINGSTOR_ADDITIONAL_USER_AGENT", "qsctl/2"),
    ];

    #[test]
    fn debug_tells_where_each_value_came_from() {
        let client = with(ALL).zone("gamma").build().unwrap();
        let text = format!("{client:?}");
        for part in [
            "https://storage.example.com (from QINGSTOR_ENDPOINT)",
            "gamma (from builder)",
            "true (from QINGSTOR_ENABLE_VIRTUAL_HOST_STYLE)",
            "qsctl/2 (from QINGSTOR_ADDITIONAL_USER_AGENT)",
            "ENV_ID (from QINGSTOR_ACCESS_KEY_ID)",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert!(!text.contains("canary"));
        let text = format!("{:?}", with(&[]).build().unwrap());
        assert!(
            text.contains("https://qingstor.com (from default)"),
            "{text}"
        );
        assert!(text.contains("(anonymous) (from default)"), "{text}");
    }

    #[test]
    fn a_key_comes_whole_from_one_place() {
        for (variables, missing) in [
            (&ALL[..1], "QINGSTOR_SECRET_ACCESS_KEY is not"),
            (&ALL[1..2], "QINGSTOR_ACCESS_KEY_ID is not"),
        ] {
            let error = with(variables).build().unwrap_err();
            assert!(error.to_string().contains(missing), "{error}");
            assert!(!format!("{error:?}").contains("canary"));
        }
        for (id, secret) in [("id", ""), ("", "canary")] {
            let error = with(ALL).credentials(id, secret).build().unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Config);
            assert!(!format!("{error:?} {error}").contains("canary"));
        }
        let text = format!("{:?}", with(ALL).anonymous().build().unwrap());
        assert!(text.contains("(anonymous) (from builder)"), "{text}");
        let text = format!("{:?}", with(ALL).credentials("ID", "s").build().unwrap());
        assert!(text.contains("ID (from builder)"), "{text}");
    }

    #[test]
    fn errors_name_the_variable() {
        for (variables, parts) in [
            (
                &[("QINGSTOR_ENDPOINT", "qingstor.com")][..],
                ["QINGSTOR_ENDPOINT", "no scheme"],
            ),
            (
                &[("QINGSTOR_ENABLE_VIRTUAL_HOST_STYLE", "maybe")],
                ["QINGSTOR_ENABLE_VIRTUAL_HOST_STYLE", "maybe"],
            ),
            (
                &[("QINGSTOR_ADDITIONAL_USER_AGENT", "a b")],
                ["QINGSTOR_ADDITIONAL_USER_AGENT", "a b"],
            ),
        ] {
            let error = with(variables).build().unwrap_err().to_string();
            assert!(parts.iter().all(|part| error.contains(part)), "{error}");
        }
        let error = with(&[])
            .endpoint("http://127.0.0.1")
            .virtual_host_style(true)
            .build();
        assert!(error.unwrap_err().to_string().contains("virtual-host"));
    }

    #[test]
    fn false_and_empty_variables_are_what_they_say() {
        let variables = &[
            ("QINGSTOR_ENABLE_VIRTUAL_HOST_STYLE", "false"),
            ("QINGSTOR_ENDPOINT", ""),
        ];
        let text = format!("{:?}", with(variables).build().unwrap());
        assert!(
            text.contains("false (from QINGSTOR_ENABLE_VIRTUAL_HOST_STYLE)"),
            "{text}"
        );
        assert!(
            text.contains("https://qingstor.com (from default)"),
            "{text}"
        );
    }

    #[test]
    fn the_user_agent_has_the_version_and_the_addition() {
        let plain = user_agent("").unwrap();
        let expected = format!(
            "qingstor-sdk-rust/{} (Rust; {}_{})",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH
        );
        assert_eq!(plain, expected);
        assert_eq!(user_agent("app/1").unwrap(), format!("{expected} app/1"));
    }
}
