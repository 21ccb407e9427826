//! Zones: what they are, and whose buckets are where.

use serde_json::Value;

use super::hosts::expect;
use crate::backstage::{DOMAIN, ZONES};
use crate::behaviour::{Behaviour, Bench, Done, made, needed};
use crate::handmade::{http_date, outcome, unix_now};
use crate::report::Report;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 2] = [
    behaviour!("hosts", a_zone_has_its_own_buckets),
    behaviour!("hosts", zones_are_told_to_everybody),
];

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
        let document = answer.json();
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
        let document = answer.json();
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
        let zones: Vec<Value> = answer.json()["locations"]
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
