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
//! one place. A variable that is empty counts as not set, and one that is not UTF-8 is an error. Virtual-host
//! style is switched on by `true`, `1`, `yes` or `on` and off by `false`, `0`, `no` or `off`, in any case.

mod access_key;
mod builder;
mod environment;
mod setting;
#[cfg(test)]
mod tests;
mod user_agent;

use std::fmt;

use http::HeaderValue;

pub use builder::ClientBuilder;
use setting::Setting;

use crate::endpoint::Endpoint;

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
