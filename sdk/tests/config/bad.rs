//! Values that no key can have, and what is said about them.

use crate::support::{CANARY, Home, contains, refusal};

/// Name in a file, variable, bad value, what the error says of it.
const BAD: &[(&str, &str, &str, &str)] = &[
    (
        "endpoint",
        "QINGSTOR_ENDPOINT",
        "qingstor.com",
        "has no scheme",
    ),
    (
        "endpoint",
        "QINGSTOR_ENDPOINT",
        "ftp://qingstor.com",
        "neither http nor https",
    ),
    (
        "endpoint",
        "QINGSTOR_ENDPOINT",
        "https://qingstor.com/photos",
        "has a path",
    ),
    (
        "endpoint",
        "QINGSTOR_ENDPOINT",
        "https://u:canary-4f9b2e@qingstor.com",
        "user name or a password",
    ),
    (
        "endpoint",
        "QINGSTOR_ENDPOINT",
        "https://qingstor.com?signature=canary-4f9b2e",
        "query",
    ),
    ("endpoint", "QINGSTOR_ENDPOINT", "https://", "not valid"),
    (
        "endpoint",
        "QINGSTOR_ENDPOINT",
        "https://h:99999",
        "not valid",
    ),
    (
        "protocol",
        "QINGSTOR_PROTOCOL",
        "ftp",
        "must be http or https",
    ),
    ("host", "QINGSTOR_HOST", "https://qingstor.com", "alone"),
    ("host", "QINGSTOR_HOST", "localhost:8080", "alone"),
    (
        "host",
        "QINGSTOR_HOST",
        "u:canary-4f9b2e@qingstor.com",
        "alone",
    ),
    ("host", "QINGSTOR_HOST", "a b", "not valid"),
    ("host", "QINGSTOR_HOST", "[::1", "alone"),
    ("port", "QINGSTOR_PORT", "0", "whole number from 1 to 65535"),
    (
        "port",
        "QINGSTOR_PORT",
        "65536",
        "whole number from 1 to 65535",
    ),
    (
        "port",
        "QINGSTOR_PORT",
        "https",
        "whole number from 1 to 65535",
    ),
    (
        "port",
        "QINGSTOR_PORT",
        "-1",
        "whole number from 1 to 65535",
    ),
    (
        "port",
        "QINGSTOR_PORT",
        "443.0",
        "whole number from 1 to 65535",
    ),
    (
        "zone",
        "QINGSTOR_ZONE",
        "pek3a.qingstor.com",
        "zones look like pek3a",
    ),
    ("zone", "QINGSTOR_ZONE", "北京", "zones look like pek3a"),
    (
        "enable_virtual_host_style",
        "QINGSTOR_ENABLE_VIRTUAL_HOST_STYLE",
        "maybe",
        "neither true nor false",
    ),
    (
        "cname_support",
        "QINGSTOR_CNAME_SUPPORT",
        "2",
        "neither true nor false",
    ),
    (
        "additional_user_agent",
        "QINGSTOR_ADDITIONAL_USER_AGENT",
        "my app",
        "without spaces",
    ),
    (
        "additional_user_agent",
        "QINGSTOR_ADDITIONAL_USER_AGENT",
        "喵",
        "printable ASCII",
    ),
    (
        "connection_retries",
        "QINGSTOR_CONNECTION_RETRIES",
        "-1",
        "whole number from 0 to 100",
    ),
    (
        "connection_retries",
        "QINGSTOR_CONNECTION_RETRIES",
        "101",
        "whole number from 0 to 100",
    ),
    (
        "connection_retries",
        "QINGSTOR_CONNECTION_RETRIES",
        "many",
        "whole number from 0 to 100",
    ),
    ("timeout", "QINGSTOR_TIMEOUT", "-5", "is not a time"),
    (
        "connect_timeout",
        "QINGSTOR_CONNECT_TIMEOUT",
        "soon",
        "is not a time",
    ),
    (
        "idle_timeout",
        "QINGSTOR_IDLE_TIMEOUT",
        "1 s",
        "is not a time",
    ),
    (
        "answer_timeout",
        "QINGSTOR_ANSWER_TIMEOUT",
        "1d",
        "is not a time",
    ),
    (
        "proxy",
        "QINGSTOR_PROXY",
        "proxy.example:3128",
        "http://host:port",
    ),
    (
        "proxy",
        "QINGSTOR_PROXY",
        "socks5://u:canary-4f9b2e@proxy.example",
        "http://host:port",
    ),
    (
        "ca_file",
        "QINGSTOR_CA_FILE",
        "/does/not/exist.pem",
        "/does/not/exist.pem cannot be read",
    ),
    (
        "enable_dual_stack",
        "QINGSTOR_ENABLE_DUAL_STACK",
        "true",
        "no switch for IPv6",
    ),
    (
        "enable_dual_stack",
        "QINGSTOR_ENABLE_DUAL_STACK",
        "maybe",
        "neither true nor false",
    ),
];

#[test]
fn a_bad_value_is_named_with_its_place() {
    for (name, variable, value, says) in BAD {
        let home = Home::empty();
        let text = refusal(home.builder(&[(variable, value)]).build());
        contains(&text, &[variable, says]);

        let home = Home::with(format!("# first\n\n{name}: '{value}'\n"));
        let place = format!("{}:3:{}: {name}: ", home.file().display(), name.len() + 3);
        let text = refusal(home.builder(&[]).build());
        contains(&text, &[&place, says]);

        // A stronger good value does not need the weaker bad one, which is not even read.
        if *name == "zone" {
            let builder = home.builder(&[(variable, "pek3a")]);
            builder.build().unwrap();
        }
    }
}

#[test]
fn half_an_access_key_is_refused_where_it_is() {
    for (variables, file, parts) in [
        (
            &[("QINGSTOR_ACCESS_KEY_ID", "ID")][..],
            "",
            &[
                "QINGSTOR_ACCESS_KEY_ID is set",
                "QINGSTOR_SECRET_ACCESS_KEY is not",
            ][..],
        ),
        (
            &[("QINGSTOR_SECRET_ACCESS_KEY", CANARY)],
            "",
            &[
                "QINGSTOR_SECRET_ACCESS_KEY is set",
                "QINGSTOR_ACCESS_KEY_ID is not",
            ],
        ),
        // The file could complete it, but must not.
        (
            &[("QINGSTOR_ACCESS_KEY_ID", "ID")],
            "access_key_id: F\nsecret_access_key: canary-4f9b2e\n",
            &["QINGSTOR_SECRET_ACCESS_KEY is not"],
        ),
        (
            &[],
            "access_key_id: ID\n",
            &[
                "access_key_id in ",
                "config.yaml:1:16",
                "secret_access_key is not",
            ],
        ),
        (
            &[],
            "\nsecret_access_key: canary-4f9b2e\n",
            &["config.yaml:2:20", "access_key_id is not"],
        ),
        (
            &[],
            "access_key_id: my id\nsecret_access_key: canary-4f9b2e\n",
            &["config.yaml:1:16", "printable ASCII"],
        ),
        (
            &[],
            "access_key_id: ID\nsecret_access_key: \"canary-4f9b2e \"\n",
            &["config.yaml:2:20: secret_access_key: ", "white space"],
        ),
        (
            &[
                ("QINGSTOR_ACCESS_KEY_ID", "ID"),
                ("QINGSTOR_SECRET_ACCESS_KEY", " canary-4f9b2e"),
            ],
            "",
            &["QINGSTOR_SECRET_ACCESS_KEY: the secret", "white space"],
        ),
    ] {
        let home = Home::with(file);
        contains(&refusal(home.builder(variables).build()), parts);
    }
    for (id, secret) in [("ID", ""), ("", CANARY)] {
        let builder = Home::empty().builder(&[]).credentials(id, secret);
        contains(&refusal(builder.build()), &["both its id and its secret"]);
    }
}

#[test]
fn parts_of_an_endpoint_that_would_be_lost_are_refused() {
    let home = Home::with("endpoint: https://d.example\n");
    for (variable, value) in [("QINGSTOR_PORT", "9"), ("QINGSTOR_PROTOCOL", "http")] {
        let text = refusal(home.builder(&[(variable, value)]).build());
        contains(
            &text,
            &[
                variable,
                "endpoint in ",
                "config.yaml:1:11",
                "QINGSTOR_HOST",
            ],
        );
    }
    let text = refusal(
        Home::empty()
            .builder(&[("QINGSTOR_HOST", "127.0.0.1")])
            .virtual_host_style(true)
            .build(),
    );
    contains(&text, &["virtual-host style", "127.0.0.1"]);
}

#[test]
fn two_names_for_one_value_must_agree() {
    let home = Home::with("enable_virtual_host_style: true\nvirtual_host_enabled: false\n");
    let text = refusal(home.builder(&[]).build());
    contains(
        &text,
        &[
            "config.yaml:2:23: virtual_host_enabled",
            "enable_virtual_host_style in ",
            "config.yaml:1:28",
        ],
    );
    let home = Home::with("enable_virtual_host_style: true\nvirtual_host_enabled: yes\n");
    home.builder(&[]).build().unwrap();
}
