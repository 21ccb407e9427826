//! Hosts that a bucket has, and the address of the whole service.

use std::time::Duration;

use serde_json::{Value, json};

use crate::backstage::{BOUND, DOMAIN, ZONES};
use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::handmade::outcome;
use crate::report::Report;

pub(super) static ALL: [Behaviour; 5] = [
    behaviour!("hosts", a_bucket_has_a_host),
    behaviour!("hosts", a_bound_domain_is_the_bucket),
    behaviour!("hosts", a_domain_is_bound_once, buckets: 2),
    behaviour!("hosts", a_domain_keeps_its_time, unverified: "the vendor does not say what time a domain has that is bound again"),
    behaviour!("hosts", the_whole_service_sends_to_the_zone, unverified: "only HEAD is documented"),
];

pub(super) fn expect(report: &mut Report, what: &str, got: &(u16, String), expected: (u16, &str)) {
    report.equal(what, &(got.0, got.1.as_str()), &expected);
}

/// The names of hosts have no case; the bucket's name is signed in front of the path.
async fn a_bucket_has_a_host(bench: &Bench<'_>, report: &mut Report) -> Done {
    let port = bench.backstage()?.port();
    let [zone, other] = ZONES;
    let bucket = bench.bucket();
    let name = bucket.name();
    let big = name.to_uppercase();
    needed(
        "storing",
        bucket.put_object("a b/c+d", "hello").send().await,
    )?;
    let missing = (404, "bucket_not_exists");
    for (host, target, signed, expected) in [
        (
            format!("{name}.{zone}"),
            "/a%20b/c%2Bd",
            "/a%20b/c%2Bd",
            (200, ""),
        ),
        (
            format!("{big}.{zone}"),
            "/a%20b/c%2Bd",
            "/a%20b/c%2Bd",
            (200, ""),
        ),
        (format!("{name}.{zone}"), "/?acl", "/", (200, "")),
        (format!("{name}.{other}"), "/?acl", "/", missing),
        (
            format!("{name}.{other}"),
            "/a%20b/c%2Bd",
            "/a%20b/c%2Bd",
            missing,
        ),
    ] {
        let request = bench.handmade("GET", target);
        let request = request.host(format!("{host}.{DOMAIN}:{port}"));
        let request = request.resource(format!("/{name}{signed}"));
        let answer = request.signed(bench.key()).send().await?;
        let what = format!("GET {target} at {host}");
        expect(report, &what, &outcome(&answer), expected);
    }
    // Clients write the host of a URL in small letters, but need not; and a name that is complete may end with a dot.
    for host in [
        format!("{big}.{}.QingStor.com:{port}", zone.to_uppercase()),
        format!("{name}.{zone}.{DOMAIN}.:{port}"),
        format!("{name}.{zone}.{DOMAIN}"),
    ] {
        let request = bench.handmade("GET", "/a%20b/c%2Bd");
        let request = request.header("host", &host);
        let request = request.resource(format!("/{name}/a%20b/c%2Bd"));
        let answer = request.signed(bench.key()).send().await?;
        expect(
            report,
            &format!("the host {host}"),
            &outcome(&answer),
            (200, ""),
        );
    }
    for (host, expected) in [
        (format!("{zone}.{DOMAIN}"), (200, "")),
        (format!("{}.{DOMAIN}", zone.to_uppercase()), (200, "")),
        (format!("{other}.{DOMAIN}"), missing),
    ] {
        let request = bench.handmade("GET", format!("/{name}?acl"));
        let request = request.host(format!("{host}:{port}"));
        let answer = request.signed(bench.key()).send().await?;
        expect(
            report,
            &format!("in the path at {host}"),
            &outcome(&answer),
            expected,
        );
    }
    Ok(())
}

/// Until it is unbound.
async fn a_bound_domain_is_the_bucket(bench: &Bench<'_>, report: &mut Report) -> Done {
    let port = bench.backstage()?.port();
    let bucket = bench.bucket();
    let name = bucket.name();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let [domain, _] = BOUND;
    let read = async || {
        let request = bench.handmade("GET", "/k").host(format!("{domain}:{port}"));
        let request = request.resource(format!("/{name}/k"));
        request.signed(bench.key()).send().await
    };
    // Names of domains have no case.
    let bound = bucket.put_bucket_cname("Images.Example.COM").send().await;
    needed("binding", bound)?;
    let answer = read().await?;
    expect(report, "reading", &outcome(&answer), (200, ""));
    report.equal("the body", &answer.body.as_ref(), &b"hello".as_ref());
    let told = needed(
        "reading the domains",
        bucket.get_bucket_cname().send().await,
    )?;
    let told: Vec<&str> = told
        .cname_records
        .iter()
        .map(|record| record.domain.as_str())
        .collect();
    report.equal("the domains", &told, &vec![domain]);
    let unbound = bucket.delete_bucket_cname(domain).send().await;
    needed("unbinding", unbound)?;
    let answer = read().await?;
    report.holds("the domain is still the bucket", answer.status != 200);
    Ok(())
}

/// To one bucket, for one purpose; absent the purpose is `normal`.
async fn a_domain_is_bound_once(bench: &Bench<'_>, report: &mut Report) -> Done {
    bench.backstage()?;
    let (bucket, other) = (bench.bucket(), bench.other());
    let [images, site] = BOUND;
    let put = async |name: &str, body: Value| {
        let request = bench.handmade("PUT", format!("/{name}?cname")).json(&body);
        Ok(outcome(&request.signed(bench.key()).send().await?))
    };
    let long = format!("{}.com", "a".repeat(64));
    for (name, body, expected) in [
        (bucket.name(), json!({ "domain": images }), (200, "")),
        (
            bucket.name(),
            json!({ "domain": site, "type": "website" }),
            (200, ""),
        ),
        (
            other.name(),
            json!({ "domain": images }),
            (400, "domain_occupied"),
        ),
        (
            other.name(),
            json!({ "domain": images.to_uppercase() }),
            (400, "domain_occupied"),
        ),
        (
            bucket.name(),
            json!({ "domain": images, "type": "normal" }),
            (200, ""),
        ),
        (
            bucket.name(),
            json!({ "domain": "a.pek3a.qingstor.com" }),
            (400, "cname_error"),
        ),
        (
            bucket.name(),
            json!({ "domain": "qingstor.com" }),
            (400, "cname_error"),
        ),
        (
            bucket.name(),
            json!({ "domain": "photos.localhost" }),
            (400, "cname_error"),
        ),
        (
            bucket.name(),
            json!({ "domain": "nodots" }),
            (400, "invalid_argument"),
        ),
        (
            bucket.name(),
            json!({ "domain": "a_b.example.com" }),
            (400, "invalid_argument"),
        ),
        (
            bucket.name(),
            json!({ "domain": "-a.example.com" }),
            (400, "invalid_argument"),
        ),
        (
            bucket.name(),
            json!({ "domain": "a-.example.com" }),
            (400, "invalid_argument"),
        ),
        (
            bucket.name(),
            json!({ "domain": "a..example.com" }),
            (400, "invalid_argument"),
        ),
        (
            bucket.name(),
            json!({ "domain": "127.0.0.1" }),
            (400, "invalid_argument"),
        ),
        (
            bucket.name(),
            json!({ "domain": long }),
            (400, "invalid_argument"),
        ),
        (
            bucket.name(),
            json!({ "domain": "b.example.com", "type": "other" }),
            (400, "invalid_argument"),
        ),
    ] {
        let what = format!("binding {body} to {name}");
        expect(report, &what, &put(name, body).await?, expected);
    }
    for (kind, expected) in [
        (None, images),
        (Some("normal"), images),
        (Some("website"), site),
    ] {
        let get = bucket.get_bucket_cname();
        let get = match kind {
            Some(kind) => get.cname_type(kind),
            None => get,
        };
        let got = needed("reading the domains", get.send().await)?;
        let domains: Vec<&str> = got
            .cname_records
            .iter()
            .map(|record| record.domain.as_str())
            .collect();
        report.equal(
            &format!("the domains of the type {kind:?}"),
            &domains,
            &vec![expected],
        );
        report.equal(&format!("the count of the type {kind:?}"), &got.count, &1);
    }
    // One that is not bound is no error, twice.
    for domain in [images, images, "c.example.com"] {
        let unbound = bucket.delete_bucket_cname(domain).send().await;
        report.holds(format!("unbinding {domain} fails"), unbound.is_ok());
    }
    // For another purpose it is bound anew.
    for kind in ["website", "normal", "website"] {
        let again = json!({ "domain": site, "type": kind });
        let again = put(bucket.name(), again).await?;
        expect(report, &format!("binding as {kind}"), &again, (200, ""));
        let got = bucket.get_bucket_cname().cname_type(kind).send().await;
        let got = needed("reading the domains", got)?;
        report.equal(&format!("the domains of the type {kind}"), &got.count, &1);
    }
    let free = put(other.name(), json!({ "domain": images })).await?;
    expect(report, "binding what was unbound", &free, (200, ""));
    Ok(())
}

/// It is that of its first binding, in milliseconds, until it is unbound.
async fn a_domain_keeps_its_time(bench: &Bench<'_>, report: &mut Report) -> Done {
    let backstage = bench.backstage()?;
    let bucket = bench.bucket();
    let [domain, _] = BOUND;
    let mut times = Vec::new();
    for (after, unbinds) in [(0, false), (100, false), (200, true)] {
        backstage.turn(Duration::from_secs(after));
        if unbinds {
            let unbound = bucket.delete_bucket_cname(domain).send().await;
            needed("unbinding", unbound)?;
        }
        let bound = bucket.put_bucket_cname(domain).send().await;
        needed("binding", bound)?;
        let target = format!("/{}?cname", bucket.name());
        let request = bench.handmade("GET", target).signed(bench.key());
        let got: Value = serde_json::from_slice(&request.send().await?.body).unwrap_or_default();
        let created = got["cname_records"][0]["created"].as_str().unwrap_or("");
        report.holds(
            format!("the domain is bound at {created:?}"),
            created.len() == "2006-01-02T15:04:05.000Z".len() && created.ends_with('Z'),
        );
        times.push(created.to_owned());
    }
    backstage.turn(Duration::ZERO);
    report.equal("the time when it is bound again", &times[1], &times[0]);
    report.holds(
        format!("{} after it was unbound is not later", times[2]),
        times[2] > times[0],
    );
    Ok(())
}

/// The redirect keeps port, path and query.
async fn the_whole_service_sends_to_the_zone(bench: &Bench<'_>, report: &mut Report) -> Done {
    let port = bench.backstage()?.port();
    let [zone, _] = ZONES;
    let name = bench.bucket().name().to_owned();
    let there = format!("http://{zone}.{DOMAIN}:{port}");
    for (method, target, status) in [
        ("HEAD", format!("/{name}"), 301),
        (
            "GET",
            format!("/{name}/a%20b?response-expires=0&x=%2F"),
            301,
        ),
        ("PUT", format!("/{name}/k"), 307),
        ("POST", format!("/{name}?delete"), 307),
        ("DELETE", format!("/{name}?cors"), 307),
    ] {
        let request = bench.handmade(method, &target);
        let answer = request.host(format!("{DOMAIN}:{port}")).send().await?;
        let what = format!("{method} {target}");
        report.equal(&what, &answer.status, &status);
        let location = answer.headers.get("location").and_then(|v| v.to_str().ok());
        let expected = format!("{there}{target}");
        report.equal(
            &format!("{what}: Location"),
            &location,
            &Some(expected.as_str()),
        );
    }
    let request = bench.handmade("GET", format!("/{name}-nowhere"));
    let answer = request.host(format!("{DOMAIN}:{port}")).send().await?;
    expect(
        report,
        "an unknown bucket",
        &outcome(&answer),
        (404, "bucket_not_exists"),
    );
    Ok(())
}
