//! Every key with and without argument, variable and line in the file.

use std::time::Duration;

use qingstor::RetryPolicy;
use qingstor::config::ClientBuilder;
use qingstor::transport::HttpTransport;

use crate::support::{Home, shown};

type Give = fn(ClientBuilder) -> ClientBuilder;

/// One key: what each source says, and how that is shown.
struct Row {
    /// The name in what a client shows of itself.
    name: &'static str,
    argument: Option<(Give, &'static str)>,
    variable: (&'static str, &'static str, &'static str),
    /// The line, and the column of its value.
    line: (&'static str, usize, &'static str),
    default: &'static str,
}

fn http(
    give: fn(
        qingstor::transport::HttpTransportBuilder,
    ) -> qingstor::transport::HttpTransportBuilder,
) -> impl Fn(ClientBuilder) -> ClientBuilder {
    move |builder| builder.http(give(HttpTransport::builder()))
}

const ROWS: &[Row] = &[
    Row {
        name: "endpoint",
        argument: Some((|b| b.endpoint("https://a.example:1"), "https://a.example:1")),
        variable: (
            "QINGSTOR_ENDPOINT",
            "http://b.example:2",
            "http://b.example:2",
        ),
        line: ("endpoint: https://c.example", 11, "https://c.example"),
        default: "https://qingstor.com",
    },
    Row {
        name: "endpoint",
        argument: None,
        variable: ("QINGSTOR_HOST", "b.example", "https://b.example"),
        line: ("host: \"c.example\"", 7, "https://c.example"),
        default: "https://qingstor.com",
    },
    Row {
        name: "endpoint",
        argument: None,
        variable: ("QINGSTOR_PORT", "8443", "https://qingstor.com:8443"),
        line: ("port: 9443", 7, "https://qingstor.com:9443"),
        default: "https://qingstor.com",
    },
    Row {
        name: "endpoint",
        argument: None,
        variable: ("QINGSTOR_PROTOCOL", "HTTP", "http://qingstor.com"),
        line: ("protocol: 'http'", 11, "http://qingstor.com"),
        default: "https://qingstor.com",
    },
    Row {
        name: "zone",
        argument: Some((|b| b.zone("gamma"), "gamma")),
        variable: ("QINGSTOR_ZONE", "beta", "beta"),
        line: ("zone: alpha", 7, "alpha"),
        default: "",
    },
    Row {
        name: "virtual_host_style",
        argument: Some((|b| b.virtual_host_style(false), "false")),
        variable: ("QINGSTOR_ENABLE_VIRTUAL_HOST_STYLE", "Yes", "true"),
        line: ("enable_virtual_host_style: on", 28, "true"),
        default: "false",
    },
    Row {
        name: "virtual_host_style",
        argument: Some((|b| b.virtual_host_style(true), "true")),
        variable: ("QINGSTOR_ENABLE_VIRTUAL_HOST_STYLE", "0", "false"),
        line: ("virtual_host_enabled: true", 23, "true"),
        default: "false",
    },
    Row {
        name: "cname",
        argument: Some((|b| b.cname(false), "false")),
        variable: ("QINGSTOR_CNAME_SUPPORT", "true", "true"),
        line: ("cname_support: true", 16, "true"),
        default: "false",
    },
    Row {
        name: "additional_user_agent",
        argument: Some((|b| b.additional_user_agent("app/1"), "app/1")),
        variable: ("QINGSTOR_ADDITIONAL_USER_AGENT", "app/2", "app/2"),
        line: ("additional_user_agent: app/3", 24, "app/3"),
        default: "",
    },
    Row {
        name: "connect_timeout",
        argument: Some((
            |b| http(|h| h.connect_timeout(Duration::from_secs(1)))(b),
            "1s",
        )),
        variable: ("QINGSTOR_CONNECT_TIMEOUT", "2.5", "2.5s"),
        line: ("connect_timeout: 300ms", 18, "300ms"),
        default: "5s",
    },
    Row {
        name: "idle_timeout",
        argument: Some((|b| http(|h| h.idle_timeout(Duration::MAX))(b), "none")),
        variable: ("QINGSTOR_IDLE_TIMEOUT", "0", "none"),
        line: ("idle_timeout: 1m30s", 15, "90s"),
        default: "30s",
    },
    Row {
        name: "idle_timeout",
        argument: None,
        variable: ("QINGSTOR_TIMEOUT", "7", "7s"),
        line: ("timeout: 8", 10, "8s"),
        default: "30s",
    },
    Row {
        name: "connect_timeout",
        argument: None,
        variable: ("QINGSTOR_TIMEOUT", "7", "7s"),
        line: ("timeout: 8", 10, "8s"),
        default: "5s",
    },
    Row {
        name: "answer_timeout",
        argument: Some((
            |b| http(|h| h.answer_timeout(Duration::from_secs(60)))(b),
            "60s",
        )),
        variable: ("QINGSTOR_ANSWER_TIMEOUT", "1h", "3600s"),
        line: ("answer_timeout: 120", 17, "120s"),
        default: "900s",
    },
    Row {
        name: "proxy",
        argument: Some((
            |b| http(|h| h.proxy("http://u:canary-4f9b2e@p.example:1"))(b),
            "http://p.example:1",
        )),
        variable: (
            "QINGSTOR_PROXY",
            "https://u:canary-4f9b2e@q.example",
            "https://q.example",
        ),
        line: ("proxy: None", 8, "none"),
        default: "environment",
    },
    Row {
        name: "access_key_id",
        argument: Some((|b| b.credentials("ONE", "canary-4f9b2e"), "ONE")),
        variable: ("", "", "(anonymous)"),
        line: ("", 0, "(anonymous)"),
        default: "(anonymous)",
    },
];

#[test]
fn the_strongest_source_wins() {
    for row in ROWS {
        for bits in 0..8 {
            let (argued, set, written) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0);
            let line = if written { row.line.0 } else { "" };
            let home = Home::with(format!("# a comment\n{line}\n"));
            let (variable, text, from_variable) = row.variable;
            let variables = [(variable, if set { text } else { "" })];
            let has_http = row.name.ends_with("timeout") || row.name == "proxy";
            let builder = match has_http {
                true => home.builder(&variables),
                false => home.quick(&variables),
            };
            let (builder, expected, origin) = match (argued, row.argument) {
                (true, Some((give, value))) => (give(builder), value, "builder".to_owned()),
                _ if set && !variable.is_empty() => (builder, from_variable, variable.to_owned()),
                _ if written && !line.is_empty() => {
                    let place = format!("{}:2:{}", home.file().display(), row.line.1);
                    (builder, row.line.2, place)
                }
                _ => (builder, row.default, "default".to_owned()),
            };
            let text = shown(builder.build());
            let wanted = format!("{}: {expected} (from {origin})", row.name);
            assert!(text.contains(&wanted), "{wanted:?} is not in {text}");
        }
    }
}

#[test]
fn retries_come_from_the_strongest_source() {
    for (argued, set, written, expected, origin) in [
        (true, true, true, "attempts: 9", "builder"),
        (
            false,
            true,
            true,
            "attempts: 1",
            "QINGSTOR_CONNECTION_RETRIES",
        ),
        (false, false, true, "attempts: 6", "config.yaml:1:21"),
        (false, false, false, "attempts: 3", "default"),
        (
            false,
            true,
            false,
            "attempts: 1",
            "QINGSTOR_CONNECTION_RETRIES",
        ),
        (true, false, false, "attempts: 9", "builder"),
    ] {
        let home = Home::with(if written { "connection_retries: 5" } else { "" });
        let mut builder =
            home.quick(&[("QINGSTOR_CONNECTION_RETRIES", if set { "0" } else { "" })]);
        if argued {
            builder = builder.retry(RetryPolicy::default().attempts(9));
        }
        let text = shown(builder.build());
        assert!(text.contains(expected), "{expected} is not in {text}");
        assert!(
            text.contains(&format!("{origin},")),
            "{origin} is not in {text}"
        );
    }
}

/// The pair is one value: never half from here and half from there.
#[test]
fn an_access_key_comes_whole_from_one_source() {
    let both = "access_key_id: FILE\nsecret_access_key: canary-4f9b2e\n";
    let variables = |id, secret| {
        [
            ("QINGSTOR_ACCESS_KEY_ID", id),
            ("QINGSTOR_SECRET_ACCESS_KEY", secret),
        ]
    };
    for (argument, id, secret, file, expected) in [
        (
            Some(("ARG", "canary-4f9b2e")),
            "ENV",
            "canary-4f9b2e",
            both,
            "ARG (from builder)",
        ),
        (
            Some(("ARG", "canary-4f9b2e")),
            "ENV",
            "",
            both,
            "ARG (from builder)",
        ),
        (
            Some(("", "")),
            "ENV",
            "canary-4f9b2e",
            both,
            "(anonymous) (from builder)",
        ),
        (
            None,
            "ENV",
            "canary-4f9b2e",
            both,
            "ENV (from QINGSTOR_ACCESS_KEY_ID)",
        ),
        (
            None,
            "ENV",
            "canary-4f9b2e",
            "access_key_id: FILE",
            "ENV (from QINGSTOR_ACCESS_KEY_ID)",
        ),
        (None, "", "", both, "config.yaml:1:16)"),
        (None, "", "", "", "(anonymous) (from default)"),
        (
            None,
            "",
            "",
            "access_key_id: ''\nsecret_access_key:\n",
            "(anonymous) (from default)",
        ),
    ] {
        let home = Home::with(file);
        let mut builder = home.quick(&variables(id, secret));
        if let Some((id, secret)) = argument {
            builder = builder.credentials(id, secret);
        }
        let text = shown(builder.build());
        assert!(
            text.contains(&format!("access_key_id: {expected}")) || text.contains(expected),
            "{expected} is not in {text}"
        );
    }
}

/// `endpoint` wins over its parts from the same or a weaker place.
#[test]
fn an_endpoint_wins_over_its_parts() {
    let parts = "protocol: http\nhost: c.example\nport: 8080\n";
    let both = "endpoint: https://d.example\nhost: c.example\nport: 8080\n";
    for (variables, file, expected) in [
        (&[][..], parts, "http://c.example:8080"),
        (&[], both, "https://d.example"),
        (
            &[("QINGSTOR_ENDPOINT", "https://e.example")],
            parts,
            "https://e.example",
        ),
        (
            &[
                ("QINGSTOR_ENDPOINT", "https://e.example"),
                ("QINGSTOR_PORT", "1"),
            ],
            both,
            "https://e.example",
        ),
        // Each part by itself.
        (&[("QINGSTOR_PORT", "9")], parts, "http://c.example:9"),
        (
            &[("QINGSTOR_HOST", "f.example")],
            parts,
            "http://f.example:8080",
        ),
        // The host says where to go, so it is the stronger one.
        (
            &[("QINGSTOR_HOST", "f.example")],
            "endpoint: http://d.example:7\n",
            "https://f.example",
        ),
        (
            &[],
            "host: ::1\nport: '80'\nprotocol: http\n",
            "http://[::1]",
        ),
        (&[], "host: '[::1]'\nport: 8443\n", "https://[::1]:8443"),
        (
            &[("QINGSTOR_ENDPOINT", "http://[2001:db8::1]:9000")],
            "",
            "http://[2001:db8::1]:9000",
        ),
    ] {
        let home = Home::with(file);
        let text = shown(home.quick(variables).build());
        let wanted = format!("endpoint: {expected} (from");
        assert!(text.contains(&wanted), "{wanted:?} is not in {text}");
    }
}

#[test]
fn what_is_empty_is_not_set() {
    let home = Home::with("zone: \"\"\nendpoint: ~\nport: null\ntimeout:\nhost: ''\n");
    let names = [
        "ZONE",
        "ENDPOINT",
        "TIMEOUT",
        "PROXY",
        "CA_FILE",
        "PORT",
        "CONFIG_PATH",
    ];
    let names: Vec<String> = names
        .iter()
        .map(|name| format!("QINGSTOR_{name}"))
        .collect();
    let variables: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let text = shown(home.builder(&variables).build());
    for part in [
        "endpoint: https://qingstor.com (from default)",
        "zone:  (from default)",
        "idle_timeout: 30s (from default)",
        "proxy: environment (from default)",
        "ca_file: none (from default)",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}
