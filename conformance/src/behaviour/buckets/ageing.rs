//! What becomes of objects with time, by the rules of their bucket.

use std::time::Duration;

use serde_json::json;

use crate::behaviour::{Behaviour, Bench, Done, made, needed};
use crate::handmade::{http_date, unix_now};
use crate::report::Report;
use crate::slot::Problem;

pub(super) static ALL: [Behaviour; 7] = [
    behaviour!("ageing", rules_apply_after_their_days),
    behaviour!("ageing", each_rule_works_alone, versioned),
    behaviour!("ageing", the_end_comes_before_a_move),
    behaviour!("ageing", a_new_rule_waits_a_day),
    behaviour!(
        "ageing",
        older_versions_age_since_they_were_replaced,
        versioned
    ),
    behaviour!("ageing", copies_of_what_was_there_before_come_later),
    behaviour!("ageing", rules_apply_in_every_bucket, buckets: 2),
];

const MINUTE: Duration = Duration::from_secs(60);

const fn days(count: u64) -> Duration {
    Duration::from_secs(count * 24 * 60 * 60)
}

/// Puts a document by hand when the clock is so far ahead.
async fn put(bench: &Bench<'_>, target: &str, body: &serde_json::Value, ahead: Duration) -> Done {
    bench.backstage()?.turn(ahead);
    let date = http_date(unix_now() + ahead.as_secs());
    let request = bench
        .handmade("PUT", target)
        .json(body)
        .header("date", date);
    let answer = request.signed(bench.key()).send().await;
    bench.backstage()?.turn(Duration::ZERO);
    match answer?.status {
        200 | 201 => Ok(()),
        status => Err(Problem::Fail(format!(
            "PUT {target} is answered with {status}"
        ))),
    }
}

/// Not before, and not to what is called otherwise; a rule that is disabled does nothing.
async fn rules_apply_after_their_days(bench: &Bench<'_>, report: &mut Report) -> Done {
    let backstage = bench.backstage()?;
    let bucket = bench.bucket();
    let keys = ["cool/k", "cool/old/k", "off/k", "old/k", "older", "x/old/k"];
    for key in keys {
        needed("storing", bucket.put_object(key, "hello").send().await)?;
    }
    for key in ["old/u", "up/u", "up/v", "x/up/u"] {
        let begun = bucket.initiate_multipart_upload(key).send().await;
        needed("beginning an upload", begun)?;
    }
    let rules = json!({ "rule": [
        { "id": "a", "status": "enabled", "filter": { "prefix": "old/" }, "expiration": { "days": 3 } },
        { "id": "b", "status": "disabled", "filter": { "prefix": "off/" }, "expiration": { "days": 3 } },
        { "id": "c", "status": "enabled", "filter": { "prefix": "cool/" },
          "transition": { "days": 30, "storage_class": "STANDARD_IA" } },
        { "id": "d", "status": "enabled", "filter": { "prefix": "up/" },
          "abort_incomplete_multipart_upload": { "days_after_initiation": 2 } },
    ] });
    let target = format!("/{}?lifecycle", bucket.name());
    put(bench, &target, &rules, Duration::ZERO).await?;
    for (time, expired, moved, aborted) in [
        (Duration::ZERO, 0, 0, 0),
        (days(2) - MINUTE, 0, 0, 0),
        (days(2) + MINUTE, 0, 0, 2),
        (days(3) - MINUTE, 0, 0, 0),
        (days(3) + MINUTE, 1, 0, 0),
        (days(30) - MINUTE, 0, 0, 0),
        (days(30) + MINUTE, 0, 2, 0),
        (days(60), 0, 0, 0),
    ] {
        let done = backstage.live_on(time).await?;
        let what = format!("expired, moved and aborted after {time:?}");
        let got = (done.expired, done.moved, done.aborted);
        report.equal(&what, &got, &(expired, moved, aborted));
    }
    let list = bucket.list_objects().items().try_collect().await;
    let left: Vec<(String, Option<String>)> = needed("listing", list)?
        .into_iter()
        .map(|key| {
            (
                key.key,
                key.storage_class.map(|class| class.as_str().to_owned()),
            )
        })
        .collect();
    let class = |key: &str| match key.starts_with("cool/") {
        true => Some("STANDARD_IA".to_owned()),
        false => Some("STANDARD".to_owned()),
    };
    let kept = keys.iter().filter(|key| **key != "old/k");
    let expected = kept.map(|key| ((*key).to_owned(), class(key))).collect();
    report.equal(
        "the objects that are left, and their classes",
        &left,
        &expected,
    );
    let uploads = bucket.list_multipart_uploads().items().try_collect().await;
    let left: Vec<String> = needed("listing uploads", uploads)?
        .into_iter()
        .map(|u| u.key)
        .collect();
    report.equal(
        "the uploads that are left",
        &left,
        &vec!["old/u".to_owned(), "x/up/u".to_owned()],
    );
    Ok(())
}

/// Also where no other asks for something.
async fn each_rule_works_alone(bench: &Bench<'_>, report: &mut Report) -> Done {
    let backstage = bench.backstage()?;
    let bucket = bench.bucket();
    let target = format!("/{}?lifecycle", bucket.name());
    let enabled = bucket.put_bucket_versioning("ENABLED").send().await;
    needed("enabling versions", enabled)?;
    let cool = json!({ "days": 30, "storage_class": "STANDARD_IA" });
    for (what, action, expected) in [
        (
            "expired",
            json!({ "expiration": { "days": 40 } }),
            [1, 0, 0, 0, 0],
        ),
        ("moved", json!({ "transition": cool }), [0, 1, 0, 0, 0]),
        (
            "aborted",
            json!({ "abort_incomplete_multipart_upload": { "days_after_initiation": 40 } }),
            [0, 0, 1, 0, 0],
        ),
        (
            "old versions expired",
            json!({ "noncurrent_version_expiration": { "days": 40 } }),
            [0, 0, 0, 2, 0],
        ),
        (
            "old versions moved",
            json!({ "noncurrent_version_transition": cool }),
            [0, 0, 0, 0, 1],
        ),
    ] {
        let key = format!("{what}/k");
        // What is old then is a version and a marker, which expires like one.
        needed("storing", bucket.put_object(&key, "1").send().await)?;
        needed("deleting", bucket.delete_object(&key).send().await)?;
        needed("storing", bucket.put_object(&key, "2").send().await)?;
        let begun = bucket.initiate_multipart_upload(&key).send().await;
        needed("beginning an upload", begun)?;
        let mut rule =
            json!({ "id": "r", "status": "enabled", "filter": { "prefix": format!("{what}/") } });
        for (name, value) in action.as_object().into_iter().flatten() {
            rule[name] = value.clone();
        }
        put(bench, &target, &json!({ "rule": [rule] }), Duration::ZERO).await?;
        let done = backstage.live_on(days(41)).await?;
        let got = [
            done.expired,
            done.moved,
            done.aborted,
            done.expired_versions,
            done.moved_versions,
        ];
        report.equal(&format!("what one rule did: {what}"), &got, &expected);
    }
    Ok(())
}

/// What is due to be deleted and to be moved at once is deleted.
async fn the_end_comes_before_a_move(bench: &Bench<'_>, report: &mut Report) -> Done {
    let backstage = bench.backstage()?;
    let bucket = bench.bucket();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let rules = json!({ "rule": [
        { "id": "m", "status": "enabled", "filter": {}, "transition": { "days": 30, "storage_class": "STANDARD_IA" } },
        { "id": "e", "status": "enabled", "filter": {}, "expiration": { "days": 31 } },
    ] });
    let target = format!("/{}?lifecycle", bucket.name());
    put(bench, &target, &rules, Duration::ZERO).await?;
    let done = backstage.live_on(days(32)).await?;
    report.equal("expired and moved", &(done.expired, done.moved), &(1, 0));
    Ok(())
}

/// 24 hours, however old the objects are.
async fn a_new_rule_waits_a_day(bench: &Bench<'_>, report: &mut Report) -> Done {
    let backstage = bench.backstage()?;
    let bucket = bench.bucket();
    for key in ["a/k", "b/k"] {
        needed("storing", bucket.put_object(key, "hello").send().await)?;
    }
    let rule = |id: &str| {
        json!({
            "id": id, "status": "enabled", "filter": { "prefix": format!("{id}/") }, "expiration": { "days": 1 },
        })
    };
    let target = format!("/{}?lifecycle", bucket.name());
    put(bench, &target, &json!({ "rule": [rule("a")] }), days(5)).await?;
    // The first stays as it was, so its day goes on.
    let both = json!({ "rule": [rule("b"), rule("a")] });
    put(bench, &target, &both, days(5) + 30 * MINUTE).await?;
    for (time, expired) in [
        (days(5) + 31 * MINUTE, 0),
        (days(6) - MINUTE, 0),
        (days(6) + MINUTE, 1),
        (days(6) + 29 * MINUTE, 0),
        (days(6) + 31 * MINUTE, 1),
    ] {
        let done = backstage.live_on(time).await?;
        report.equal(&format!("expired after {time:?}"), &done.expired, &expired);
    }
    Ok(())
}

/// The newest is none of them.
async fn older_versions_age_since_they_were_replaced(
    bench: &Bench<'_>,
    report: &mut Report,
) -> Done {
    let backstage = bench.backstage()?;
    let bucket = bench.bucket();
    let enabled = bucket.put_bucket_versioning("ENABLED").send().await;
    needed("enabling versions", enabled)?;
    for key in ["a/k", "b/k", "c/k"] {
        let target = format!("/{}/{key}", bucket.name());
        put(bench, &target, &json!(1), Duration::ZERO).await?;
        put(bench, &target, &json!(2), days(2)).await?;
    }
    let rules = json!({ "rule": [
        { "id": "a", "status": "enabled", "filter": { "prefix": "a/" },
          "noncurrent_version_expiration": { "days": 3 } },
        { "id": "b", "status": "enabled", "filter": { "prefix": "b/" },
          "noncurrent_version_transition": { "days": 30, "storage_class": "STANDARD_IA" } },
        { "id": "c", "status": "enabled", "filter": { "prefix": "c/" }, "expiration": { "days": 9 } },
    ] });
    let target = format!("/{}?lifecycle", bucket.name());
    put(bench, &target, &rules, Duration::ZERO).await?;
    for (time, expected) in [
        (days(5) - MINUTE, (0, 0, 0)),
        (days(5) + MINUTE, (1, 0, 0)),
        (days(11) - MINUTE, (0, 0, 0)),
        (days(11) + MINUTE, (0, 0, 1)),
        (days(32) - MINUTE, (0, 0, 0)),
        (days(32) + MINUTE, (0, 1, 0)),
    ] {
        let done = backstage.live_on(time).await?;
        let got = (done.expired_versions, done.moved_versions, done.expired);
        let what = format!("versions expired, versions moved, objects expired after {time:?}");
        report.equal(&what, &got, &expected);
    }
    let list = bucket.list_object_versions().items().try_collect().await;
    let left: Vec<(String, bool, bool, Option<String>)> = needed("listing", list)?
        .into_iter()
        .map(|version| {
            let class = version.storage_class.map(|class| class.as_str().to_owned());
            let class = class.filter(|_| !version.delete_marker);
            (version.key, version.is_latest, version.delete_marker, class)
        })
        .collect();
    let (standard, cool) = (Some("STANDARD".to_owned()), Some("STANDARD_IA".to_owned()));
    let expected = [
        ("a/k", true, false, &standard),
        ("b/k", true, false, &standard),
        ("b/k", false, false, &cool),
        // The end of an object is one more version that marks it.
        ("c/k", true, true, &None),
        ("c/k", false, false, &standard),
        ("c/k", false, false, &standard),
    ]
    .map(|(key, latest, marker, class)| (key.to_owned(), latest, marker, class.clone()));
    report.equal(
        "key, latest, marker and class of what is left",
        &left,
        &expected.to_vec(),
    );
    Ok(())
}

/// Where a rule wants it at all, half an hour after it was put.
async fn copies_of_what_was_there_before_come_later(
    bench: &Bench<'_>,
    report: &mut Report,
) -> Done {
    let backstage = bench.backstage()?;
    let bucket = bench.bucket();
    let far = bench.elsewhere()?.bucket(format!("{}-far", bucket.name()));
    made(&far).await?;
    for key in ["a/k", "b/k", "c/k"] {
        needed("storing", bucket.put_object(key, "hello").send().await)?;
    }
    let rule = |id: &str, sync: &str, status: &str| {
        json!({
            "id": id, "status": status, "filters": { "prefix": format!("{id}/") },
            "destination": { "bucket": far.name() }, "sync_marker": sync,
        })
    };
    let rules = [
        rule("a", "enabled", "enabled"),
        rule("b", "disabled", "enabled"),
        rule("c", "enabled", "disabled"),
    ];
    let target = format!("/{}?replication", bucket.name());
    put(bench, &target, &json!({ "rules": rules }), Duration::ZERO).await?;
    backstage.settle().await;
    for (time, expected) in [(29 * MINUTE, 0), (31 * MINUTE, 1), (90 * MINUTE, 0)] {
        let copied = backstage.catch_up(time).await?;
        report.equal(&format!("copied after {time:?}"), &copied, &expected);
    }
    let listed = far.list_objects().send().await;
    let deleted = far.delete_object("a/k").send().await;
    needed("deleting the copy", deleted)?;
    needed("deleting the bucket", far.delete_bucket().send().await)?;
    let listed = needed("listing the copies", listed)?;
    let keys: Vec<String> = listed.keys.into_iter().map(|key| key.key).collect();
    report.equal("the copies", &keys, &vec!["a/k".to_owned()]);
    Ok(())
}

async fn rules_apply_in_every_bucket(bench: &Bench<'_>, report: &mut Report) -> Done {
    let backstage = bench.backstage()?;
    let rule = json!({ "id": "r", "status": "enabled", "filter": {}, "expiration": { "days": 2 } });
    for bucket in [bench.bucket(), bench.other()] {
        needed("storing", bucket.put_object("k", "hello").send().await)?;
        let target = format!("/{}?lifecycle", bucket.name());
        let rules = json!({ "rule": [rule] });
        put(bench, &target, &rules, Duration::ZERO).await?;
    }
    let done = backstage.live_on(days(2) + MINUTE).await?;
    report.equal("expired in two buckets", &done.expired, &2);
    Ok(())
}
