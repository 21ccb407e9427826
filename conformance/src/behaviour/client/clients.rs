//! Where requests go and who signs them, as a client was made.

use qingstor::config::ClientBuilder;
use qingstor::{Client, Error, ErrorKind};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::expected;
use crate::report::Report;
use crate::script::{Script, Step};
use crate::wire::{Received, Sent};

pub(super) static ALL: [Behaviour; 4] = [
    behaviour!("clients", addresses_of_this_machine_have_no_zone, buckets: 0),
    behaviour!("clients", a_domain_of_ones_own_is_used_as_it_is, buckets: 0),
    behaviour!("clients", what_is_no_endpoint_is_refused, buckets: 0),
    behaviour!("clients", the_environment_fills_what_is_left_open, buckets: 0),
];

fn fine() -> Script {
    Script::new([Received::new(200, "")])
}

/// The first request of a client that reads an object.
async fn first(builder: ClientBuilder, script: &Script) -> Result<Sent, Error> {
    let client = builder.build()?;
    let got = client.bucket("example-photos").get_object("k").send().await;
    got?;
    let sent = script.sent().into_iter().next();
    sent.ok_or_else(|| Error::new(ErrorKind::Config, "nothing is sent"))
}

/// Nothing can stand in front of an IP address or localhost; names below localhost are written out.
async fn addresses_of_this_machine_have_no_zone(_: &Bench<'_>, report: &mut Report) -> Done {
    for (endpoint, host) in [
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://10.1.2.3", "10.1.2.3"),
        ("http://[::1]:8080", "[::1]:8080"),
        ("http://localhost:8080", "localhost:8080"),
        ("http://pek3a.localhost:8080", "pek3a.localhost:8080"),
        ("http://storage.localhost:8080", "storage.localhost:8080"),
        ("https://storage.test", "pek3a.storage.test"),
        ("https://storage.test:443", "pek3a.storage.test"),
        ("http://storage.test:80", "pek3a.storage.test"),
        ("http://storage.test:443", "pek3a.storage.test:443"),
    ] {
        let script = fine();
        let sent = first(script.builder().endpoint(endpoint), &script).await;
        let sent = needed(endpoint, sent)?;
        report.equal(
            &format!("the host of {endpoint}"),
            &sent.host.as_str(),
            &host,
        );
        report.equal(
            &format!("the target at {endpoint}"),
            &sent.target.as_str(),
            &"/example-photos/k",
        );
    }
    for (endpoint, host) in [
        ("http://127.0.0.1:8080", None),
        ("http://[::1]:8080", None),
        ("http://localhost:8080", None),
        (
            "http://pek3a.localhost:8080",
            Some("example-photos.pek3a.localhost:8080"),
        ),
    ] {
        let script = fine();
        let builder = script.builder().endpoint(endpoint).virtual_host_style(true);
        let got = first(builder, &script).await.map(|sent| sent.host);
        let got = got.map_err(|error| error.kind());
        let expected = host.map(str::to_owned).ok_or(ErrorKind::Config);
        report.equal(
            &format!("the host of {endpoint} with the bucket in it"),
            &got,
            &expected,
        );
    }
    // A bucket that is no label is no part of a host.
    let script = fine();
    let client = needed(
        "making a client",
        script.builder().virtual_host_style(true).build(),
    )?;
    for name in [
        "Example",
        "example_photos",
        "example.photos",
        "-example",
        "example-",
        "中文",
        &"e".repeat(64),
    ] {
        let got = client.bucket(name).get_object("k").send().await;
        report.error(got.map(drop), ErrorKind::InvalidInput, None);
    }
    report.equal("the requests", &script.lines().len(), &0);
    let longest = "e".repeat(63);
    let got = client.bucket(&longest).get_object("k").send().await;
    needed("reading in a bucket of 63 characters", got)?;
    let host = script.sent().pop().map(|sent| sent.host);
    let expected = format!("{longest}.pek3a.qingstor.com");
    report.equal("its host", &host, &Some(expected));
    Ok(())
}

/// It stands for one bucket, which is in the signature only. The service's own hosts are no such domains.
async fn a_domain_of_ones_own_is_used_as_it_is(_: &Bench<'_>, report: &mut Report) -> Done {
    for (endpoint, virtual_host, host, target) in [
        ("https://img.example.com", false, "img.example.com", "/k"),
        ("https://img.example.com", true, "img.example.com", "/k"),
        (
            "https://qingstor.com",
            false,
            "pek3a.qingstor.com",
            "/example-photos/k",
        ),
        (
            "https://pek3a.qingstor.com",
            true,
            "example-photos.pek3a.qingstor.com",
            "/k",
        ),
        ("https://notqingstor.com", false, "notqingstor.com", "/k"),
    ] {
        let script = fine();
        let builder = script
            .builder()
            .endpoint(endpoint)
            .virtual_host_style(virtual_host);
        let sent = needed(endpoint, first(builder.cname(true), &script).await)?;
        report.equal(
            &format!("the host of {endpoint}"),
            &sent.host.as_str(),
            &host,
        );
        report.equal(
            &format!("the target at {endpoint}"),
            &sent.target.as_str(),
            &target,
        );
        let text = "GET\n\n\nWed, 10 Dec 2014 17:20:31 GMT\n/example-photos/k";
        let signature = expected::signature("SECRET_ACCESS_KEY", text);
        let expected = format!("QS ACCESS_KEY_ID:{signature}");
        let got = sent.header("authorization");
        report.equal(
            &format!("Authorization at {endpoint}"),
            &got,
            &Some(expected.as_str()),
        );
    }
    let script = fine();
    let builder = script
        .builder()
        .endpoint("https://img.example.com")
        .cname(true);
    let client = needed("making a client", builder.build())?;
    report.error(
        client.list_buckets().send().await,
        ErrorKind::InvalidInput,
        None,
    );
    report.equal("the requests for the service", &script.lines().len(), &0);
    Ok(())
}

/// A part that would be ignored, and what would be shown where it should not.
async fn what_is_no_endpoint_is_refused(_: &Bench<'_>, report: &mut Report) -> Done {
    for endpoint in [
        "",
        "qingstor.com",
        "ftp://qingstor.com",
        "https://",
        "https://qingstor.com/path",
        "https://qingstor.com/?x=canary",
        "https://qingstor.com#x",
        "https://user:canary@qingstor.com",
        "https://qingstor.com:port",
        "https://qing stor.com",
    ] {
        let built = fine().builder().endpoint(endpoint).build();
        let error = built.err();
        let kind = error.as_ref().map(Error::kind);
        report.equal(
            &format!("a client of {endpoint:?}"),
            &kind,
            &Some(ErrorKind::Config),
        );
        let text = error.map_or(String::new(), |error| format!("{error} {error:?}"));
        report.holds(
            format!("a secret is shown: {text}"),
            !text.contains("canary"),
        );
    }
    for zone in ["pek3a.evil.example/", "-", "a.b", "pek 3a", "中"] {
        let built = fine().builder().zone(zone).build();
        let kind = built.err().map(|error| error.kind());
        report.equal(
            &format!("a client of the zone {zone:?}"),
            &kind,
            &Some(ErrorKind::Config),
        );
    }
    Ok(())
}

fn with(script: &Script, variables: &'static [(&'static str, &'static str)]) -> ClientBuilder {
    let read = |name: &str| {
        let mut found = variables.iter().filter(|(known, _)| *known == name);
        found.next().map(|(_, value)| (*value).to_owned())
    };
    let builder = Client::builder()
        .environment(read)
        .transport(script.clone());
    builder.sleeper(|_| Box::pin(async {}))
}

/// The names that the vendor's tools share. What the program says is stronger.
async fn the_environment_fills_what_is_left_open(_: &Bench<'_>, report: &mut Report) -> Done {
    const ALL: &[(&str, &str)] = &[
        ("QINGSTOR_ACCESS_KEY_ID", "ENV_KEY"),
        ("QINGSTOR_SECRET_ACCESS_KEY", "secret"),
        ("QINGSTOR_ENDPOINT", "http://storage.test:8080"),
        ("QINGSTOR_ZONE", "gd2"),
        ("QINGSTOR_ENABLE_VIRTUAL_HOST_STYLE", "true"),
        ("QINGSTOR_ADDITIONAL_USER_AGENT", "editor/1.2"),
        ("QINGSTOR_CONNECTION_RETRIES", "4"),
    ];
    let signed_by = |sent: &Sent| {
        let value = sent.header("authorization").unwrap_or_default().to_owned();
        value.split(':').next().unwrap_or_default().to_owned()
    };
    let script = fine();
    let sent = needed("reading", first(with(&script, ALL), &script).await)?;
    report.equal("the scheme", &sent.scheme.as_str(), &"http");
    report.equal(
        "the host",
        &sent.host.as_str(),
        &"example-photos.gd2.storage.test:8080",
    );
    report.equal("who signs", &signed_by(&sent).as_str(), &"QS ENV_KEY");
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let place = format!(" (Rust; {os}_{arch})");
    let agent = sent.header("user-agent").unwrap_or_default().to_owned();
    report.holds(
        format!("the User-Agent is {agent:?}"),
        agent.starts_with("qingstor-sdk-rust/") && agent.ends_with(&format!("{place} editor/1.2")),
    );
    let script = fine();
    let builder = with(&script, ALL)
        .endpoint("https://qingstor.com")
        .zone("sh1a")
        .virtual_host_style(false)
        .credentials("OWN_KEY", "secret")
        .additional_user_agent("mine/2");
    let sent = needed("reading", first(builder, &script).await)?;
    report.equal(
        "the host that the program says",
        &sent.host.as_str(),
        &"sh1a.qingstor.com",
    );
    report.equal(
        "the target that the program says",
        &sent.target.as_str(),
        &"/example-photos/k",
    );
    report.equal(
        "who signs if the program says",
        &signed_by(&sent).as_str(),
        &"QS OWN_KEY",
    );
    let agent = sent.header("user-agent").unwrap_or_default().to_owned();
    report.holds(
        format!("the User-Agent is {agent:?}"),
        agent.ends_with(" mine/2"),
    );
    let script = fine();
    let sent = needed(
        "reading",
        first(with(&script, ALL).anonymous(), &script).await,
    )?;
    report.equal(
        "who signs for an anonymous client",
        &sent.header("authorization"),
        &None,
    );

    let script = fine();
    let sent = needed(
        "reading",
        first(with(&script, &[("QINGSTOR_ZONE", "pek3a")]), &script).await,
    )?;
    report.equal("the scheme by default", &sent.scheme.as_str(), &"https");
    report.equal(
        "the host by default",
        &sent.host.as_str(),
        &"pek3a.qingstor.com",
    );
    report.equal("who signs by default", &sent.header("authorization"), &None);

    const PARTS: &[(&str, &str)] = &[
        ("QINGSTOR_PROTOCOL", "http"),
        ("QINGSTOR_HOST", "storage.test"),
        ("QINGSTOR_PORT", "8080"),
    ];
    let script = fine();
    let sent = needed("reading", first(with(&script, PARTS), &script).await)?;
    report.equal("the scheme in parts", &sent.scheme.as_str(), &"http");
    report.equal(
        "the host in parts",
        &sent.host.as_str(),
        &"storage.test:8080",
    );

    let busy = || Script::new([Step::from(Received::new(503, ""))]);
    for (variables, requests) in [
        (ALL, 5),
        (&[("QINGSTOR_ZONE", "pek3a")][..], 3),
        (
            &[
                ("QINGSTOR_ZONE", "pek3a"),
                ("QINGSTOR_CONNECTION_RETRIES", "0"),
            ][..],
            1,
        ),
    ] {
        let script = busy();
        report.holds(
            "a busy service is a success",
            first(with(&script, variables), &script).await.is_err(),
        );
        report.equal(
            &format!("the requests with {variables:?}"),
            &script.lines().len(),
            &requests,
        );
    }
    for variables in [
        &[("QINGSTOR_CONNECTION_RETRIES", "-1")][..],
        &[("QINGSTOR_CONNECTION_RETRIES", "101")],
        &[("QINGSTOR_ENABLE_VIRTUAL_HOST_STYLE", "perhaps")],
        &[("QINGSTOR_ZONE", "a.b")],
        &[("QINGSTOR_ENDPOINT", "qingstor.com")],
        &[("QINGSTOR_PORT", "70000")],
    ] {
        let name = variables.first().map_or("", |(name, _)| name);
        let text = match with(&fine(), variables).build() {
            Ok(_) => "(success)".to_owned(),
            Err(error) => error.to_string(),
        };
        report.holds(
            format!("nobody says that {name} is wrong: {text}"),
            text.contains(name),
        );
    }
    Ok(())
}
