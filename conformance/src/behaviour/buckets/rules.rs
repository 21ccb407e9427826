//! Documents of settings that are taken, and those that are refused.

use serde_json::{Value, json};

use crate::behaviour::{Behaviour, Bench, Done};
use crate::handmade::outcome;
use crate::report::Report;
use crate::slot::Problem;

pub(super) static ALL: [Behaviour; 4] = [
    behaviour!("rules", a_lifecycle_rule_does_one_thing),
    behaviour!("rules", a_notification_is_checked, unverified: "the vendor says what a notification is made of, and not how strictly it looks"),
    behaviour!("rules", a_mirror_is_a_site, unverified: "the vendor says what a site is made of, and not how strictly it looks"),
    behaviour!("rules", cross_origin_rules_are_checked, unverified: "the vendor says what a rule is made of, and not how strictly it looks"),
];

/// Puts a document by hand.
pub(super) async fn put(
    bench: &Bench<'_>,
    bucket: &str,
    setting: &str,
    body: &Value,
) -> Result<(u16, String), Problem> {
    let request = bench.handmade("PUT", format!("/{bucket}?{setting}"));
    let answer = request.json(body).signed(bench.key()).send().await?;
    Ok(outcome(&answer))
}

/// Puts one document after the other; those that are not allowed have to be refused with 400.
pub(super) async fn table(
    bench: &Bench<'_>,
    report: &mut Report,
    setting: &str,
    cases: impl IntoIterator<Item = (&'static str, Value, bool)>,
) -> Done {
    let bucket = bench.bucket();
    for (what, body, allowed) in cases {
        let got = put(bench, bucket.name(), setting, &body).await?;
        let expected = if allowed { 200 } else { 400 };
        report.equal(&format!("{setting}: {what}"), &got.0, &expected);
    }
    Ok(())
}

pub(super) fn with(base: &Value, changes: Value) -> Value {
    let mut base = base.clone();
    if let (Value::Object(all), Value::Object(changes)) = (&mut base, changes) {
        all.extend(changes);
    }
    base
}

/// One action; days from 1 on, 30 for a transition; only STANDARD_IA to move to; a prefix of 1023 bytes, an id of 255.
async fn a_lifecycle_rule_does_one_thing(bench: &Bench<'_>, report: &mut Report) -> Done {
    let base = json!({ "id": "r", "status": "enabled", "filter": { "prefix": "logs/" } });
    let rule = |changes| json!({ "rule": [with(&base, changes)] });
    let days = |days| json!({ "days": days });
    let cool = |days, class: &str| json!({ "days": days, "storage_class": class });
    let one = |changes| rule(with(&json!({ "expiration": { "days": 1 } }), changes));
    table(
        bench,
        report,
        "lifecycle",
        [
            ("expiration", rule(json!({ "expiration": days(1) })), true),
            (
                "expiration after no day",
                rule(json!({ "expiration": days(0) })),
                false,
            ),
            (
                "expiration after less",
                rule(json!({ "expiration": days(-1) })),
                false,
            ),
            (
                "expiration without days",
                rule(json!({ "expiration": {} })),
                false,
            ),
            (
                "transition",
                rule(json!({ "transition": cool(30, "STANDARD_IA") })),
                true,
            ),
            (
                "transition too early",
                rule(json!({ "transition": cool(29, "STANDARD_IA") })),
                false,
            ),
            (
                "transition to STANDARD",
                rule(json!({ "transition": cool(30, "STANDARD") })),
                false,
            ),
            (
                "transition to nothing",
                rule(json!({ "transition": days(30) })),
                false,
            ),
            (
                "abort",
                rule(
                    json!({ "abort_incomplete_multipart_upload": { "days_after_initiation": 1 } }),
                ),
                true,
            ),
            (
                "abort after no day",
                rule(
                    json!({ "abort_incomplete_multipart_upload": { "days_after_initiation": 0 } }),
                ),
                false,
            ),
            (
                "abort after days of another name",
                rule(json!({ "abort_incomplete_multipart_upload": days(1) })),
                false,
            ),
            (
                "old versions",
                rule(json!({ "noncurrent_version_expiration": days(1) })),
                true,
            ),
            (
                "old versions after no day",
                rule(json!({ "noncurrent_version_expiration": days(0) })),
                false,
            ),
            (
                "old versions moved",
                rule(json!({ "noncurrent_version_transition": cool(30, "STANDARD_IA") })),
                true,
            ),
            (
                "old versions moved to STANDARD",
                rule(json!({ "noncurrent_version_transition": cool(30, "STANDARD") })),
                false,
            ),
            (
                "two actions",
                rule(json!({ "expiration": days(60), "transition": cool(30, "STANDARD_IA") })),
                false,
            ),
            (
                "two actions on versions",
                rule(json!({
                    "expiration": days(60), "noncurrent_version_expiration": days(60),
                })),
                false,
            ),
            ("an id of 255", one(json!({ "id": "界".repeat(255) })), true),
            ("an id of 256", one(json!({ "id": "r".repeat(256) })), false),
            ("no id", one(json!({ "id": null })), false),
            (
                "a prefix of 1023",
                one(json!({ "filter": { "prefix": "p".repeat(1023) } })),
                true,
            ),
            (
                "a prefix of 1024",
                one(json!({ "filter": { "prefix": "p".repeat(1024) } })),
                false,
            ),
            ("no prefix", one(json!({ "filter": {} })), true),
            ("no filter", one(json!({ "filter": null })), false),
            (
                "the status ENABLED",
                one(json!({ "status": "ENABLED" })),
                true,
            ),
            (
                "the status Disabled",
                one(json!({ "status": "Disabled" })),
                true,
            ),
            ("the status on", one(json!({ "status": "on" })), false),
            ("no status", one(json!({ "status": null })), false),
            ("no rules", json!({ "rule": [] }), true),
            ("no list of rules", json!({}), false),
        ],
    )
    .await
}

async fn a_notification_is_checked(bench: &Bench<'_>, report: &mut Report) -> Done {
    let base = json!({
        "id": "n", "event_types": ["create_object"], "cloudfunc": "notifier", "notify_url": "http://127.0.0.1:9/",
    });
    let one = |changes| json!({ "notifications": [with(&base, changes)] });
    let image = |arguments: Value| {
        one(json!({ "cloudfunc": "image", "notify_url": null, "cloudfunc_args": arguments }))
    };
    table(
        bench,
        report,
        "notification",
        [
            ("notifier", one(json!({})), true),
            (
                "all events",
                one(json!({
                    "event_types": ["create_object", "delete_object", "abort_multipart", "complete_multipart"],
                })),
                true,
            ),
            // As the event itself calls it.
            ("complete_upload", one(json!({ "event_types": ["complete_upload"] })), false),
            ("abort_upload", one(json!({ "event_types": ["abort_upload"] })), false),
            ("no event", one(json!({ "event_types": [] })), false),
            ("no events", one(json!({ "event_types": null })), false),
            ("no id", one(json!({ "id": null })), false),
            ("notifier without a URL", one(json!({ "notify_url": null })), false),
            ("a URL that is none", one(json!({ "notify_url": "here" })), false),
            ("a URL of ftp", one(json!({ "notify_url": "ftp://127.0.0.1/" })), false),
            ("a function that is none", one(json!({ "cloudfunc": "video" })), false),
            ("no function", one(json!({ "cloudfunc": null })), false),
            ("image", image(json!({ "action": "info" })), true),
            ("image without arguments", image(json!(null)), false),
            ("image without an action", image(json!({ "key_prefix": "a" })), false),
            ("filters", one(json!({ "object_filters": ["*.jpg", "a/?"] })), true),
            ("one filter", one(json!({ "object_filters": "*.jpg" })), true),
            ("a filter that is none", one(json!({ "object_filters": [1] })), false),
            (
                "two",
                json!({ "notifications": [base.clone(), with(&base, json!({ "id": "m" }))] }),
                true,
            ),
            ("one id twice", json!({ "notifications": [base.clone(), base.clone()] }), false),
            ("none", json!({ "notifications": [] }), true),
            ("no list", json!({}), false),
        ],
    )
    .await
}

/// `protocol://host:port/path`, of which only the host has to be there.
async fn a_mirror_is_a_site(bench: &Bench<'_>, report: &mut Report) -> Done {
    let site = |text: &str| json!({ "source_site": text });
    table(
        bench,
        report,
        "mirror",
        [
            (
                "with everything",
                site("http://example.com:80/image/"),
                true,
            ),
            ("https", site("https://example.com/"), true),
            ("without a slash", site("http://example.com"), true),
            ("without a protocol", site("example.com"), true),
            ("ftp", site("ftp://example.com/"), false),
            ("without a host", site("http:///image/"), false),
            ("with a query", site("http://example.com/?key="), false),
            ("with a fragment", site("http://example.com/#key"), false),
            ("with a space", site("http://exam ple.com/"), false),
            ("empty", site(""), false),
            ("not there", json!({}), false),
            ("a number", json!({ "source_site": 1 }), false),
        ],
    )
    .await
}

async fn cross_origin_rules_are_checked(bench: &Bench<'_>, report: &mut Report) -> Done {
    let base = json!({ "allowed_origin": "*", "allowed_methods": ["GET"] });
    let one = |changes| json!({ "cors_rules": [with(&base, changes)] });
    let vary = |text| json!({ "cors_rules": [], "resp_vary": text });
    table(
        bench,
        report,
        "cors",
        [
            ("an origin and a method", one(json!({})), true),
            (
                "all methods",
                one(json!({ "allowed_methods": ["GET", "PUT", "POST", "DELETE", "HEAD"] })),
                true,
            ),
            ("any method", one(json!({ "allowed_methods": ["*"] })), true),
            (
                "PATCH",
                one(json!({ "allowed_methods": ["GET", "PATCH"] })),
                false,
            ),
            (
                "OPTIONS",
                one(json!({ "allowed_methods": ["OPTIONS"] })),
                false,
            ),
            ("no method", one(json!({ "allowed_methods": [] })), false),
            ("no methods", one(json!({ "allowed_methods": null })), false),
            ("no origin", one(json!({ "allowed_origin": null })), false),
            (
                "an empty origin",
                one(json!({ "allowed_origin": "" })),
                false,
            ),
            (
                "headers that are none",
                one(json!({ "allowed_headers": ["a b"] })),
                false,
            ),
            (
                "exposed headers that are none",
                one(json!({ "expose_headers": ["a:"] })),
                false,
            ),
            ("an age", one(json!({ "max_age_seconds": 0 })), true),
            (
                "an age below 0",
                one(json!({ "max_age_seconds": -1 })),
                false,
            ),
            (
                "an age in words",
                one(json!({ "max_age_seconds": "5" })),
                false,
            ),
            ("vary", vary("enabled"), true),
            ("vary in capitals", vary("DISABLED"), true),
            ("vary as the examples have it", vary("enable"), true),
            ("vary that is neither", vary("sometimes"), false),
            ("no rules", json!({ "cors_rules": [] }), true),
            ("no list of rules", json!({}), false),
        ],
    )
    .await
}
