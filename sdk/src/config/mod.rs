//! Configuration of a client.
//!
//! Each value is looked for in the arguments (the builder), then in the environment, then in the file, and is
//! else the default. The variables are `QINGSTOR_` and the key in capitals: `zone` in a file is
//! `QINGSTOR_ZONE` in the environment.
//!
//! | key | argument | value | default |
//! |---|---|---|---|
//! | `access_key_id`, `secret_access_key` | [`credentials`](ClientBuilder::credentials), [`anonymous`](ClientBuilder::anonymous), [`credentials_provider`](ClientBuilder::credentials_provider) | text | anonymous |
//! | `endpoint` | [`endpoint`](ClientBuilder::endpoint) | `http(s)://host[:port]` | `https://qingstor.com` |
//! | `protocol`, `host`, `port` | | the parts of `endpoint`; 1 to 65535 | `https`, `qingstor.com`, 443 or 80 |
//! | `zone` | [`zone`](ClientBuilder::zone), [`Bucket::in_zone`](crate::Bucket::in_zone) | a label such as `pek3a` | asked for |
//! | `enable_virtual_host_style` | [`virtual_host_style`](ClientBuilder::virtual_host_style) | switch | `false` |
//! | `cname_support` | [`cname`](ClientBuilder::cname) | switch | `false` |
//! | `additional_user_agent` | [`additional_user_agent`](ClientBuilder::additional_user_agent) | printable ASCII without spaces and `"` | none |
//! | `connection_retries` | [`retry`](ClientBuilder::retry) | repetitions, 0 to 100 | 2 |
//! | `connect_timeout` | [`connect_timeout`](crate::transport::HttpTransportBuilder::connect_timeout) | time | 5 s |
//! | `idle_timeout` | [`idle_timeout`](crate::transport::HttpTransportBuilder::idle_timeout) | time | 30 s |
//! | `timeout` | | the two above at once, where they are not set | |
//! | `answer_timeout` | [`answer_timeout`](crate::transport::HttpTransportBuilder::answer_timeout) | time | 15 min |
//! | `proxy` | [`proxy`](crate::transport::HttpTransportBuilder::proxy), [`no_proxy`](crate::transport::HttpTransportBuilder::no_proxy) | a URL, `none`, or `environment`: `HTTPS_PROXY` and others | `environment` |
//! | `ca_file` | [`root_certificates_file`](crate::transport::HttpTransportBuilder::root_certificates_file), [`root_certificates_pem`](crate::transport::HttpTransportBuilder::root_certificates_pem) | path of certificates in PEM that are trusted too | none |
//! | (the file) `QINGSTOR_CONFIG_PATH` | `config_file`, `no_config_file` | path | `~/.qingstor/config.yaml` |
//!
//! - Switches are `true`, `1`, `yes`, `on` or `false`, `0`, `no`, `off`, in any case. Times are seconds (`30`, `1.5`) or
//!   numbers with a unit (`500ms`, `1m30s`); 0 is no limit.
//! - What is empty counts as not set. A variable that is not UTF-8 is an error.
//! - An access key comes whole from one place. Half of one is an error, and is never completed from elsewhere.
//! - `endpoint` wins over `protocol`, `host` and `port` from the same or a weaker place. A stronger `host` wins over
//!   it; a stronger `protocol` or `port` alone is an error, since it would be lost.
//! - Errors name the variable, or the file with line and column, and never show a secret. `Debug` of a client shows each
//!   value with its origin.
//!
//! # The file
//!
//! Read with the feature `config-file` only, which is off by default because of the crates that it brings. Without it a
//! set `QINGSTOR_CONFIG_PATH` is an error. A file that was named has to be there; the usual one may be missing. It is
//! YAML of at most 256 KiB: keys with single values, without aliases and tags.
//!
//! Files of the official SDKs are read with their meaning:
//!
//! | key | SDK | here |
//! |---|---|---|
//! | `virtual_host_enabled` | Java | `enable_virtual_host_style`; an error if both are there and differ |
//! | `http_config.connection_timeout` | Java | `connect_timeout`, in seconds |
//! | `http_config.read_timeout`, `http_config.write_timeout` | Java | the longer one is `idle_timeout`, in seconds |
//! | `httpsettings.connect_timeout` | Go | `connect_timeout`, in nanoseconds or with a unit; 0 is the default |
//! | `httpsettings.read_timeout`, `httpsettings.write_timeout` | Go | the longer one is `idle_timeout`, in nanoseconds or with a unit |
//! | `enable_dual_stack`, also as a variable | Go | refused if true: there is no such switch here, and connections use all addresses of a host |
//! | `signature_server` | JavaScript | refused if there is no access key: [`remote_signer`](ClientBuilder::remote_signer) asks a server |
//! | `log_level` | most | ignored: the feature `tracing` leaves that to the program |
//! | `disable_uri_cleaning` | Go | ignored: keys are always sent as they are |
//! | `httpsettings.*`, the rest | Go | ignored |
//! | `request_url_style`, `safe_ok_http` | Java | ignored, as Java does |
//!
//! A key that looks like one of these but is none is an error with a suggestion. Others are ignored, since other
//! programs share the file; `Debug` of the client lists the places of what was ignored.

mod access_key;
mod build;
mod builder;
mod environment;
#[cfg(feature = "config-file")]
mod file;
#[cfg(not(feature = "config-file"))]
#[path = "no_file.rs"]
mod file;
mod http;
mod keys;
mod setting;
mod site;
mod sources;
#[cfg(test)]
mod tests;
mod user_agent;
mod values;
#[cfg(feature = "config-file")]
mod yaml;

use std::fmt;

use ::http::HeaderValue;

pub use builder::ClientBuilder;
use http::HttpSettings;
use setting::{Setting, Source};

use crate::endpoint::Endpoint;

/// Which file to read.
enum FileChoice {
    /// The one that the environment names, or the usual one if it is there.
    Usual,
    #[cfg(feature = "config-file")]
    At(std::path::PathBuf),
    #[cfg(feature = "config-file")]
    None,
}

/// What a client was configured with.
pub(crate) struct Config {
    pub(crate) endpoint: Setting<Endpoint>,
    pub(crate) zone: Setting<String>,
    pub(crate) virtual_host: Setting<bool>,
    pub(crate) user_agent: HeaderValue,
    cname: Setting<bool>,
    addition: Setting<String>,
    credentials: Setting<String>,
    /// `None` for a transport that was given.
    http: Option<HttpSettings>,
    /// Where the policy for repetitions came from.
    retry: Source,
    file: Option<String>,
    /// What of the file has no effect.
    ignored: Vec<String>,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("file", &self.file)
            .field("endpoint", &self.endpoint)
            .field("zone", &self.zone)
            .field("virtual_host_style", &self.virtual_host)
            .field("cname", &self.cname)
            .field("additional_user_agent", &self.addition)
            .field("access_key_id", &self.credentials)
            .field("http", &self.http)
            .field("retry_from", &format_args!("{}", self.retry))
            .field("ignored_in_file", &self.ignored)
            .finish()
    }
}
