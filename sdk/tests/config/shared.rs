//! Files that people have for the other SDKs, and keys that belong to those alone.

use crate::support::{Home, contains, refusal, shown};

/// As the Python SDK installs it.
const PYTHON: &str = r#"# QingStor Services Configuration
access_key_id: "ID"
secret_access_key: "canary-4f9b2e"
host: "qingstor.com"
port: 443
protocol: "https"
connection_retries: 3
# Use 0 for never timeout for request
timeout: 0
# Valid levels are "debug", "info", "warn", "error", and "fatal".
log_level: "warn"
enable_virtual_host_style: false
zone: ""
"#;

/// With all keys of the Go SDK.
const GO: &str = r"access_key_id: 'ID'
secret_access_key: 'canary-4f9b2e'
host: 'qingstor.com'
port: 443
protocol: 'https'
additional_user_agent: 'app/1'
disable_uri_cleaning: false
log_level: 'warn'
enable_virtual_host_style: true
enable_dual_stack: false
httpsettings:
  connect_timeout: 30s
  read_timeout: 1m
  write_timeout: 20000000000
  tls_timeout: 10s
  idle_timeout: 20s
  tcp_keepalive_time: 0
  dual_stack: false
  max_idle_conns: 100
  max_idle_conns_per_host: 10
  expect_continue_timeout: 2s
";

/// With all keys of the Java SDK.
const JAVA: &str = r"access_key_id: ID
secret_access_key: canary-4f9b2e
endpoint: http://storage.example.com:8080
protocol: https
host: qingstor.com
port: '443'
additional_user_agent: app/1
virtual_host_enabled: true
cname_support: false
http_config:
  read_timeout: 100
  connection_timeout: 60
  write_timeout: 90
request_url_style: virtual_host_style
safe_ok_http: true
";

/// With all keys of the JavaScript SDK.
const JAVASCRIPT: &str = r#"access_key_id: "ID"
secret_access_key: "canary-4f9b2e"
endpoint: "https://qingstor.com"
host: "qingstor.com"
port: 443
protocol: "https"
connection_retries: 3
additional_user_agent: ""
log_level: "warn"
enable_virtual_host_style: false
signature_server: "https://sign.example.com"
"#;

#[test]
fn files_of_other_sdks_are_read_with_their_meaning() {
    for (text, parts) in [
        (
            PYTHON,
            &[
                "endpoint: https://qingstor.com (from ",
                "access_key_id: ID (from ",
                "connect_timeout: none (from ",
                "idle_timeout: none (from ",
                "attempts: 4",
                "log_level at ",
            ][..],
        ),
        (
            GO,
            &[
                "virtual_host_style: true (from ",
                "additional_user_agent: app/1 (from ",
                "connect_timeout: 30s (from ",
                "idle_timeout: 60s (from ",
                "disable_uri_cleaning at ",
                "httpsettings.max_idle_conns at ",
            ],
        ),
        (
            JAVA,
            &[
                "endpoint: http://storage.example.com:8080 (from ",
                "virtual_host_style: true (from ",
                "connect_timeout: 60s (from ",
                "idle_timeout: 100s (from ",
                "safe_ok_http at ",
            ],
        ),
        (
            JAVASCRIPT,
            &["endpoint: https://qingstor.com (from ", "attempts: 4"],
        ),
        (
            "access_key_id: ID\nsecret_access_key: canary-4f9b2e\nhost: qingstor.com\nport: 443\nprotocol: https\nconnection_retries: 3\nlog_level: debug\n",
            &["attempts: 4"],
        ),
    ] {
        let home = Home::with(text);
        contains(&shown(home.builder(&[]).build()), parts);
    }
}

#[test]
fn nothing_of_a_known_file_is_called_unknown() {
    for text in [PYTHON, GO, JAVA, JAVASCRIPT] {
        let text = shown(Home::with(text).quick(&[]).build());
        assert!(!text.contains("unknown key"), "{text}");
    }
}

#[test]
fn times_of_other_sdks_are_in_their_units() {
    for (text, connect, idle) in [
        ("http_config: {connection_timeout: 3}", "3s", "30s"),
        (
            "http_config: {read_timeout: 0, write_timeout: 5}",
            "5s",
            "none",
        ),
        ("httpsettings: {connect_timeout: 3000000}", "3ms", "30s"),
        // The Go SDK takes its default instead of no limit.
        ("httpsettings: {connect_timeout: 0}", "5s", "30s"),
        (
            "httpsettings: {connect_timeout: 2s}\nhttp_config: {connection_timeout: 3}",
            "3s",
            "30s",
        ),
        (
            "timeout: 9\nhttp_config: {connection_timeout: 3}",
            "3s",
            "9s",
        ),
        (
            "timeout: 9\nconnect_timeout: 1\nhttp_config: {connection_timeout: 3}",
            "1s",
            "9s",
        ),
    ] {
        let text = shown(Home::with(text).builder(&[]).build());
        contains(
            &text,
            &[
                &format!("connect_timeout: {connect} ("),
                &format!("idle_timeout: {idle} ("),
            ],
        );
    }
    let home = Home::with("http_config:\n  read_timeout: soon\n");
    contains(
        &refusal(home.builder(&[]).build()),
        &[
            "config.yaml:2:17: http_config.read_timeout: ",
            "is not a time",
        ],
    );
}

#[test]
fn a_misspelt_key_is_an_error_and_a_foreign_one_is_not() {
    for (line, meant) in [
        ("acess_key_id: x", "access_key_id"),
        ("accessKeyId: x", "access_key_id"),
        ("secret-access-key: canary-4f9b2e", "secret_access_key"),
        ("hots: x", "host"),
        ("Zone: x", "zone"),
        ("end_point: x", "endpoint"),
        (
            "enable_virtual_host_stile: true",
            "enable_virtual_host_style",
        ),
        ("http_config: {read_timout: 3}", "http_config.read_timeout"),
        ("logLevel: x", "log_level"),
    ] {
        let column = line.find("read_timout").map_or(1, |at| at + 1);
        let home = Home::with(line);
        contains(
            &refusal(home.quick(&[]).build()),
            // The name's place, not that of its value.
            &[
                "did you mean",
                meant,
                "config.yaml:1:",
                &format!(":{column}: the key"),
            ],
        );
    }
    let home =
        Home::with("part_size: 5\nplugins:\n  - name: a\n    on: [x]\n  - name: b\nzone: pek3a\n");
    contains(
        &shown(home.quick(&[]).build()),
        &["unknown key at ", "zone: pek3a ("],
    );
}

#[test]
fn a_signature_server_is_refused_only_if_it_would_be_missed() {
    let home = Home::with("signature_server: https://sign.example.com\n");
    let text = refusal(home.quick(&[]).build());
    contains(
        &text,
        &["config.yaml:1:19: signature_server: ", "remote_signer"],
    );
    home.quick(&[]).anonymous().build().unwrap();
    let key = [
        ("QINGSTOR_ACCESS_KEY_ID", "ID"),
        ("QINGSTOR_SECRET_ACCESS_KEY", "canary-4f9b2e"),
    ];
    home.quick(&key).build().unwrap();
}
