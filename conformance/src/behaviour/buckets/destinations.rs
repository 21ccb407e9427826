//! Settings that name another bucket, or exclude each other; and what is read of a setting.

use serde_json::{Value, json};

use super::rules::{put, table, with};
use crate::behaviour::{Behaviour, Bench, Done, made, needed};
use crate::report::Report;
use crate::slot::Problem;

pub(super) static ALL: [Behaviour; 5] = [
    behaviour!("rules", a_log_has_a_bucket_of_ones_own, buckets: 2),
    behaviour!("rules", replication_goes_to_another_zone, buckets: 2),
    behaviour!(
        "rules",
        replication_and_versions_exclude_each_other,
        versioned
    ),
    behaviour!("rules", versions_are_enabled_or_suspended, versioned),
    behaviour!("rules", a_document_replaces_the_one_before),
];

/// The caller's own, in the same zone.
async fn a_log_has_a_bucket_of_ones_own(bench: &Bench<'_>, report: &mut Report) -> Done {
    bench.backstage()?;
    let (bucket, logs) = (bench.bucket(), bench.other());
    let (name, target) = (bucket.name(), logs.name());
    let foreign = bench.second()?.bucket(format!("{name}-foreign"));
    made(&foreign).await?;
    let to = |bucket: &str| json!({ "target_bucket": bucket, "target_prefix": "log/" });
    let refused = put(bench, name, "logging", &to(foreign.name())).await?;
    needed("deleting it again", foreign.delete_bucket().send().await)?;
    report.equal("a log in somebody else's bucket", &refused.0, &403);
    let missing = put(bench, name, "logging", &to(foreign.name())).await?;
    report.equal("a log in a bucket that is not there", &missing.0, &404);
    table(
        bench,
        report,
        "logging",
        [
            ("a bucket of one's own", to(target), true),
            (
                "an empty prefix",
                json!({ "target_bucket": target, "target_prefix": "" }),
                true,
            ),
            ("no prefix", json!({ "target_bucket": target }), false),
            ("no bucket", json!({ "target_prefix": "log/" }), false),
        ],
    )
    .await
}

/// 1 to 1000 rules of 2097152 bytes in all, with one destination; ids of 255, prefixes of 1024 characters that do not
/// overlap.
async fn replication_goes_to_another_zone(bench: &Bench<'_>, report: &mut Report) -> Done {
    bench.backstage()?;
    let bucket = bench.bucket();
    let name = bucket.name();
    let far = bench.elsewhere()?.bucket(format!("{name}-far"));
    made(&far).await?;
    let base = json!({ "id": "r", "filters": { "prefix": "a/" }, "destination": { "bucket": far.name() } });
    let rule = |id: String, prefix: String| {
        with(&base, json!({ "id": id, "filters": { "prefix": prefix } }))
    };
    let one = |changes| json!({ "rules": [with(&base, changes)] });
    let many = |count: usize, length: usize| -> Value {
        let rules = (0..count).map(|n| rule(format!("r{n}"), format!("{n:0length$}")));
        json!({ "rules": rules.collect::<Vec<_>>() })
    };
    let two = |first: &str, second: &str| json!({ "rules": [rule("a".to_owned(), first.to_owned()), rule("b".to_owned(), second.to_owned())] });
    let destination = |changes: Value| {
        one(json!({ "destination": with(&json!({ "bucket": far.name() }), changes) }))
    };
    let elsewhere = with(
        &base,
        json!({ "id": "b", "filters": { "prefix": "b/" }, "destination": { "bucket": name } }),
    );
    let done = table(
        bench,
        report,
        "replication",
        [
            ("one rule", one(json!({})), true),
            ("no rule", json!({ "rules": [] }), false),
            ("no list of rules", json!({}), false),
            ("1000 rules", many(1000, 4), true),
            ("1001 rules", many(1001, 4), false),
            // 1000 rules of 1024 characters fit, and of those with three bytes no more.
            ("1 MiB of rules", many(1000, 1024), true),
            (
                "3 MiB of rules",
                json!({ "rules": (0..1000).map(|n| rule(format!("r{n}"), format!("{n:04}{}", "界".repeat(1000)))).collect::<Vec<_>>() }),
                false,
            ),
            ("prefixes beside each other", two("a/", "b/"), true),
            ("prefixes below each other", two("a/", "a/b/"), false),
            ("prefixes below each other, the longer first", two("a/b/", "a/"), false),
            ("one prefix twice", two("a/", "a/"), false),
            ("a prefix beside none", two("", "a/"), false),
            ("one id twice", json!({ "rules": [base.clone(), with(&base, json!({ "filters": { "prefix": "b/" } }))] }), false),
            ("two destinations", json!({ "rules": [base.clone(), elsewhere] }), false),
            ("an id of 255", one(json!({ "id": "界".repeat(255) })), true),
            ("an id of 256", one(json!({ "id": "r".repeat(256) })), false),
            ("a prefix of 1024", one(json!({ "filters": { "prefix": "界".repeat(1024) } })), true),
            ("a prefix of 1025", one(json!({ "filters": { "prefix": "p".repeat(1025) } })), false),
            ("a class in small letters", destination(json!({ "storage_class": "standard_ia" })), true),
            ("a class that is none", destination(json!({ "storage_class": "COLD" })), false),
            ("a status that is none", one(json!({ "status": "maybe" })), false),
            ("no destination", one(json!({ "destination": null })), false),
            ("no filters", one(json!({ "filters": null })), false),
            ("the same zone", one(json!({ "destination": { "bucket": bench.other().name() } })), false),
            ("the bucket itself", one(json!({ "destination": { "bucket": name } })), false),
            ("one rule again", one(json!({})), true),
        ],
    )
    .await;
    let got = bucket.get_bucket_replication().send().await;
    needed("deleting it again", far.delete_bucket().send().await)?;
    done?;
    let got = needed("reading the rules", got)?;
    let zone = got
        .rules
        .first()
        .and_then(|rule| rule.destination.zone.clone());
    report.equal(
        "the zone of the destination",
        &zone.as_deref(),
        &Some("sh1a"),
    );
    Ok(())
}

async fn replication_and_versions_exclude_each_other(
    bench: &Bench<'_>,
    report: &mut Report,
) -> Done {
    bench.backstage()?;
    let bucket = bench.bucket();
    let name = bucket.name();
    // The bucket of an earlier check may have had versions, so this one has its own.
    let fresh = bench.client().bucket(format!("{name}-fresh"));
    made(&fresh).await?;
    let far = bench.elsewhere()?.bucket(format!("{name}-far"));
    made(&far).await?;
    let rules =
        json!({ "rules": [{ "id": "r", "filters": {}, "destination": { "bucket": far.name() } }] });
    let enabled = json!({ "status": "ENABLED" });
    let mut got = Vec::new();
    for (setting, body) in [("replication", &rules), ("versioning", &enabled)] {
        got.push(put(bench, fresh.name(), setting, body).await?.0);
    }
    needed(
        "deleting the rules",
        fresh.delete_bucket_replication().send().await,
    )?;
    for (setting, body) in [("versioning", &enabled), ("replication", &rules)] {
        got.push(put(bench, fresh.name(), setting, body).await?.0);
    }
    needed("deleting it", fresh.delete_bucket().send().await)?;
    needed("deleting the other one", far.delete_bucket().send().await)?;
    report.equal(
        "replication, then versions; versions, then replication",
        &got,
        &vec![200, 400, 200, 400],
    );
    Ok(())
}

/// Never again as if there had been none.
async fn versions_are_enabled_or_suspended(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let bad = (400, "invalid_argument".to_owned());
    let good = (200, String::new());
    for (status, expected) in [
        (json!("ENABLED"), &good),
        (json!("DISABLED"), &bad),
        (json!("SUSPENDED"), &good),
        (json!("DISABLED"), &bad),
        (json!(""), &bad),
        (json!(true), &bad),
        (json!(null), &bad),
        (json!("enabled"), &bad),
    ] {
        let got = put(
            bench,
            bucket.name(),
            "versioning",
            &json!({ "status": status }),
        )
        .await?;
        report.equal(&format!("the status {status}"), &got, expected);
    }
    let got = needed("reading", bucket.get_bucket_versioning().send().await)?;
    let status = got.status.map(|status| status.as_str().to_owned());
    report.equal(
        "the status after all that",
        &status.as_deref(),
        &Some("SUSPENDED"),
    );
    Ok(())
}

/// With all members that are new or gone; what was refused changes nothing; what is `null` is not there.
async fn a_document_replaces_the_one_before(bench: &Bench<'_>, report: &mut Report) -> Done {
    let name = bench.bucket().name().to_owned();
    let rule = json!({ "allowed_origin": "*", "allowed_methods": ["GET"] });
    let nulls = with(
        &rule,
        json!({ "max_age_seconds": null, "expose_headers": null }),
    );
    let read = async |setting: &str| {
        let request = bench.handmade("GET", format!("/{name}?{setting}"));
        Ok::<_, Problem>(request.signed(bench.key()).send().await?.json())
    };
    for (setting, never) in [
        ("cors", json!({ "cors_rules": [] })),
        ("policy", json!({ "statement": [] })),
        ("lifecycle", json!({ "rule": [] })),
        ("notification", json!({ "notifications": [] })),
        ("replication", json!({ "rules": [] })),
        ("cname", json!({ "cname_records": [], "count": 0 })),
        ("versioning", json!({ "status": "DISABLED" })),
    ] {
        let got = read(setting).await?;
        if setting == "versioning" && got["status"] == "SUSPENDED" {
            continue;
        }
        report.equal(&format!("{setting}, never set"), &got, &never);
    }
    let first = json!({ "cors_rules": [rule, nulls], "resp_vary": "enabled" });
    let bare = json!({ "cors_rules": [rule, rule], "resp_vary": "enabled" });
    let second = json!({ "cors_rules": [rule] });
    let wrong = json!({ "cors_rules": [{ "allowed_origin": "*" }] });
    for (what, body, status, after) in [
        ("the first", &first, 200, &bare),
        ("one that is refused", &wrong, 400, &bare),
        ("the second", &second, 200, &second),
    ] {
        let got = put(bench, &name, "cors", body).await?;
        report.equal(&format!("putting {what}"), &got.0, &status);
        report.equal(
            &format!("what is there after {what}"),
            &read("cors").await?,
            after,
        );
    }
    for _ in 0..2 {
        let request = bench.handmade("DELETE", format!("/{name}?cors"));
        let answer = request.signed(bench.key()).send().await?;
        report.equal("deleting", &answer.status, &204);
        let left = read("cors").await?;
        report.equal("what is left", &left, &json!({ "cors_rules": [] }));
    }
    Ok(())
}
