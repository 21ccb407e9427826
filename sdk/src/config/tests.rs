use super::ClientBuilder;
use super::user_agent::user_agent;

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
        (
            &[("QINGSTOR_ZONE", "pek3a.qingstor.com")],
            ["QINGSTOR_ZONE", "zones look like pek3a"],
        ),
        (
            &[
                ("QINGSTOR_ACCESS_KEY_ID", "id"),
                ("QINGSTOR_SECRET_ACCESS_KEY", "canary\n"),
            ],
            ["QINGSTOR_SECRET_ACCESS_KEY", "white space"],
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

#[test]
fn white_space_around_a_key_is_refused() {
    for (id, secret) in [("id", " canary"), ("id", "canary\r\n"), ("id ", "canary")] {
        let error = with(&[]).credentials(id, secret).build().unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Config);
        assert!(error.to_string().contains("space"), "{error}");
        assert!(!format!("{error:?} {error}").contains("canary"));
    }
}

#[test]
fn zones_are_checked_when_the_client_is_built() {
    for zone in ["a.b", "pek3a ", "中", "-"] {
        let error = with(&[]).zone(zone).build().unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Config);
        assert!(error.to_string().contains("zone"), "{error}");
    }
    with(&[]).zone("PEK3A").build().unwrap();
}

#[test]
fn a_builder_shows_no_password_of_an_endpoint() {
    let text = format!("{:?}", with(&[]).endpoint("https://id:canary@qingstor.com"));
    assert!(!text.contains("canary"), "{text}");
    let text = format!("{:?}", with(&[]).endpoint("http://127.0.0.1:80"));
    assert!(text.contains("http://127.0.0.1"), "{text}");
}

#[cfg(unix)]
#[test]
fn variables_that_are_not_utf_8_are_errors() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;

    use super::environment::Environment;

    let environment = Environment::new(|_| Some(OsString::from_vec(vec![b'a', 0xff])));
    let error = environment.read(super::keys::ZONE).map(drop).unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Config);
    assert_eq!(error.message(), "QINGSTOR_ZONE is not UTF-8");
}
