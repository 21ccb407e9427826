//! Hosts that a bucket has, zones, and the address of the whole service.

use serde_json::{Value, json};

use super::{Behaviour, Bench, Done, made, needed};
use crate::backstage::{BOUND, DOMAIN, ZONES};
use crate::handmade::{document, http_date, outcome, unix_now};
use crate::report::Report;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 6] = [
    behaviour!("hosts", a_bucket_has_a_host),
    behaviour!("hosts", a_bound_domain_is_the_bucket),
    behaviour!("hosts", a_domain_is_bound_once, buckets: 2),
    behaviour!("hosts", the_whole_service_sends_to_the_zone, unverified: "only HEAD is documented"),
    behaviour!("hosts", a_zone_has_its_own_buckets),
    behaviour!("hosts", zones_are_told_to_everybody),
];

fn expect(report: &mut Report, what: &str, got: &(u16, String), expected: (u16, &str)) {
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
    // Clients write the host of a URL in small letters, but need not.
    let request = bench.handmade("GET", "/a%20b/c%2Bd");
    let request = request.header(
        "host",
        format!("{big}.{}.QingStor.com:{port}", zone.to_uppercase()),
    );
    let request = request.resource(format!("/{name}/a%20b/c%2Bd"));
    let answer = request.signed(bench.key()).send().await?;
    expect(report, "a host in capitals", &outcome(&answer), (200, ""));
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

/// A zone lists its own; the whole service all of them, or those of the zone that a header names.
async fn a_zone_has_its_own_buckets(bench: &Bench<'_>, report: &mut Report) -> Done {
    let port = bench.backstage()?.port();
    let [zone, other] = ZONES;
    let here = bench.bucket().name().to_owned();
    let elsewhere = bench.elsewhere()?.bucket(format!("{here}-far"));
    made(&elsewhere).await?;
    let foreign = bench.second()?.bucket(format!("{here}-foreign"));
    made(&foreign).await?;
    let far = elsewhere.name().to_owned();
    let counted = needed(
        "reading statistics",
        elsewhere.get_bucket_statistics().send().await,
    );
    let whole = format!("{DOMAIN}:{port}");
    let list = async |host: &str, location: Option<&str>, target: &str| {
        let mut request = bench.handmade("GET", target).host(host);
        if let Some(location) = location {
            request = request.header("location", location);
        }
        request.signed(bench.key()).send().await
    };
    let mut cases = Vec::new();
    for (host, location, expected) in [
        (None, None, [true, true]),
        (None, Some(""), [true, true]),
        (None, Some(zone), [true, false]),
        (None, Some(other), [false, true]),
        (Some(zone), None, [true, false]),
        (Some(other), None, [false, true]),
        (Some(zone), Some(other), [false, false]),
    ] {
        let what = format!("the buckets of {host:?} with Location: {location:?}");
        let host = host.map_or(whole.clone(), |zone| format!("{zone}.{whole}"));
        cases.push((what, list(&host, location, "/").await?, expected));
    }
    let mut windows = Vec::new();
    for (target, from, most) in [
        ("/?limit=1", 0, 1),
        ("/?offset=1", 1, 200),
        ("/?offset=1&limit=1", 1, 1),
        ("/?offset=9", 9, 200),
    ] {
        windows.push((target, from, most, list(&whole, None, target).await?));
    }
    let unknown = list(&whole, Some("mars1"), "/").await?;
    // Only then, so that nothing is left behind by a case that is refused.
    needed("deleting it again", elsewhere.delete_bucket().send().await)?;
    needed(
        "deleting the foreign one",
        foreign.delete_bucket().send().await,
    )?;
    let counted = counted?;
    let place = counted.location.as_deref();
    report.equal("the zone by the statistics", &place, &Some(other));
    expect(
        report,
        "a zone that is none",
        &outcome(&unknown),
        (400, "invalid_location"),
    );
    let names = |answer: &Received| -> Vec<String> {
        let document = document(answer);
        let buckets = document["buckets"].as_array().cloned().unwrap_or_default();
        let names = buckets.iter().filter_map(|bucket| bucket["name"].as_str());
        names.map(str::to_owned).collect()
    };
    let all = cases
        .first()
        .map(|(_, answer, _)| names(answer))
        .unwrap_or_default();
    for (target, from, most, answer) in windows {
        let expected: Vec<String> = all.iter().skip(from).take(most).cloned().collect();
        report.equal(target, &names(&answer), &expected);
    }
    for (what, answer, expected) in cases {
        expect(report, &what, &outcome(&answer), (200, ""));
        let listed = names(&answer);
        let found = [&here, &far].map(|name| listed.contains(name));
        report.equal(&what, &found, &expected);
        report.holds(
            format!("{what}: somebody else's bucket is among them"),
            !listed.iter().any(|name| name == foreign.name()),
        );
        let document = document(&answer);
        report.equal(
            &format!("{what}: count"),
            &document["count"].as_u64(),
            &Some(listed.len() as u64),
        );
        for bucket in document["buckets"].as_array().into_iter().flatten() {
            let name = bucket["name"].as_str().unwrap_or("");
            let place = if name == far { other } else { zone };
            report.equal(
                &format!("{what}: the zone of {name}"),
                &bucket["location"].as_str(),
                &Some(place),
            );
            // Without a fraction: 2015-07-11T04:45:57Z.
            let created = bucket["created"].as_str().unwrap_or("");
            report.holds(
                format!("{what}: {name} was created at {created}"),
                created.len() == 20 && created.ends_with('Z'),
            );
            let url = bucket["url"].as_str().unwrap_or("");
            report.holds(
                format!("{what}: the URL of {name} is {url}"),
                url.ends_with(&format!("{name}.{place}.{DOMAIN}")),
            );
        }
    }
    Ok(())
}

/// In English, or in Chinese whose code is written in either way.
async fn zones_are_told_to_everybody(bench: &Bench<'_>, report: &mut Report) -> Done {
    let port = bench.backstage()?.port();
    for (target, name) in [
        ("/?location", "Beijing Zone 3"),
        ("/?location&lang=en-us", "Beijing Zone 3"),
        ("/?location&lang=en_US", "Beijing Zone 3"),
        ("/?location&lang=zh-cn", "北京3区"),
        ("/?location&lang=zh_CN", "北京3区"),
        ("/?location&lang=fr", "Beijing Zone 3"),
    ] {
        let request = bench
            .handmade("GET", target)
            .host(format!("{DOMAIN}:{port}"));
        let answer = request.header("date", http_date(unix_now())).send().await?;
        expect(report, target, &outcome(&answer), (200, ""));
        let zones: Vec<Value> = document(&answer)["locations"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let ids: Vec<&str> = zones
            .iter()
            .filter_map(|zone| zone["id"].as_str())
            .collect();
        report.equal(&format!("{target}: the zones"), &ids, &ZONES.to_vec());
        let hosts: Vec<&str> = zones
            .iter()
            .filter_map(|zone| zone["endpoint"].as_str())
            .collect();
        let expected = ZONES.map(|zone| format!("{zone}.{DOMAIN}"));
        report.equal(
            &format!("{target}: the endpoints"),
            &hosts,
            &expected.iter().map(String::as_str).collect(),
        );
        let first = zones.first().and_then(|zone| zone["name"].as_str());
        report.equal(&format!("{target}: the name"), &first, &Some(name));
    }
    Ok(())
}
