//! The names of the values in the environment and in a file.

/// A value that can be written in the environment and in a file.
#[derive(Clone, Copy)]
pub(super) struct Key {
    /// The key in a file.
    pub(super) name: &'static str,
    pub(super) variable: &'static str,
}

const fn key(name: &'static str, variable: &'static str) -> Key {
    Key { name, variable }
}

/// Names the file, so it is not in one.
pub(super) const CONFIG_PATH: &str = "QINGSTOR_CONFIG_PATH";

pub(super) const ACCESS_KEY_ID: Key = key("access_key_id", "QINGSTOR_ACCESS_KEY_ID");
pub(super) const SECRET_ACCESS_KEY: Key = key("secret_access_key", "QINGSTOR_SECRET_ACCESS_KEY");
pub(super) const ENDPOINT: Key = key("endpoint", "QINGSTOR_ENDPOINT");
pub(super) const PROTOCOL: Key = key("protocol", "QINGSTOR_PROTOCOL");
pub(super) const HOST: Key = key("host", "QINGSTOR_HOST");
pub(super) const PORT: Key = key("port", "QINGSTOR_PORT");
pub(super) const ZONE: Key = key("zone", "QINGSTOR_ZONE");
pub(super) const VIRTUAL_HOST: Key = key(
    "enable_virtual_host_style",
    "QINGSTOR_ENABLE_VIRTUAL_HOST_STYLE",
);
pub(super) const CNAME_SUPPORT: Key = key("cname_support", "QINGSTOR_CNAME_SUPPORT");
pub(super) const USER_AGENT: Key = key("additional_user_agent", "QINGSTOR_ADDITIONAL_USER_AGENT");
pub(super) const RETRIES: Key = key("connection_retries", "QINGSTOR_CONNECTION_RETRIES");
pub(super) const TIMEOUT: Key = key("timeout", "QINGSTOR_TIMEOUT");
pub(super) const CONNECT_TIMEOUT: Key = key("connect_timeout", "QINGSTOR_CONNECT_TIMEOUT");
pub(super) const IDLE_TIMEOUT: Key = key("idle_timeout", "QINGSTOR_IDLE_TIMEOUT");
pub(super) const ANSWER_TIMEOUT: Key = key("answer_timeout", "QINGSTOR_ANSWER_TIMEOUT");
pub(super) const PROXY: Key = key("proxy", "QINGSTOR_PROXY");
pub(super) const CA_FILE: Key = key("ca_file", "QINGSTOR_CA_FILE");
pub(super) const DUAL_STACK: Key = key("enable_dual_stack", "QINGSTOR_ENABLE_DUAL_STACK");

/// Another name of [`VIRTUAL_HOST`] in files, from the Java SDK.
pub(super) const VIRTUAL_HOST_ALIAS: &str = "virtual_host_enabled";
/// An address that signs for clients without a key, from the JavaScript SDK.
pub(super) const SIGNATURE_SERVER: &str = "signature_server";

/// What a file may have besides, with values that are read.
#[cfg(feature = "config-file")]
pub(super) const READ_IN_FILES: &[&str] = &[
    ACCESS_KEY_ID.name,
    SECRET_ACCESS_KEY.name,
    ENDPOINT.name,
    PROTOCOL.name,
    HOST.name,
    PORT.name,
    ZONE.name,
    VIRTUAL_HOST.name,
    VIRTUAL_HOST_ALIAS,
    CNAME_SUPPORT.name,
    USER_AGENT.name,
    RETRIES.name,
    TIMEOUT.name,
    CONNECT_TIMEOUT.name,
    IDLE_TIMEOUT.name,
    ANSWER_TIMEOUT.name,
    PROXY.name,
    CA_FILE.name,
    DUAL_STACK.name,
    SIGNATURE_SERVER,
    "http_config.connection_timeout",
    "http_config.read_timeout",
    "http_config.write_timeout",
    "httpsettings.connect_timeout",
    "httpsettings.read_timeout",
    "httpsettings.write_timeout",
];

/// Keys of other SDKs with values in them.
#[cfg(feature = "config-file")]
pub(super) const GROUPS: &[&str] = &["http_config", "httpsettings"];

/// Keys of other SDKs that are not looked at, because nothing here depends on them.
#[cfg(feature = "config-file")]
pub(super) const IGNORED_IN_FILES: &[&str] = &[
    // What is logged is up to the program's `tracing` subscriber.
    "log_level",
    // Keys are always sent as they are.
    "disable_uri_cleaning",
    // Without effect in the Java SDK too.
    "request_url_style",
    "safe_ok_http",
    // How the Go SDK keeps and makes connections.
    "httpsettings.tls_timeout",
    "httpsettings.idle_timeout",
    "httpsettings.tcp_keepalive_time",
    "httpsettings.dual_stack",
    "httpsettings.max_idle_conns",
    "httpsettings.max_idle_conns_per_host",
    "httpsettings.expect_continue_timeout",
];
