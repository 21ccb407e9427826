//! What is read of a bucket's settings can be written back, and loses nothing that this SDK does not know.

use qingstor::types::{
    AclPermission, BucketStatus, Cloudfunc, CnameType, GranteeType, Language, LifecycleExpiration,
    LifecycleFilter, LifecycleRule, LifecycleRuleState, LifecycleTransition, MetadataDirective,
    Method, NotificationEvent, PolicyAction, PolicyEffect, StorageClass, Switch, VersioningStatus,
};
use qingstor::{Bucket, Error, ErrorKind};
use serde_json::{Value, json};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::checks::client;
use crate::report::Report;
use crate::wire::{Canned, Received};

pub(super) static ALL: [Behaviour; 5] = [
    behaviour!("settings", nothing_is_lost_by_reading_and_writing, buckets: 0),
    behaviour!("settings", nothing_is_added_by_reading_and_writing, buckets: 0),
    behaviour!("settings", lifecycle_rules_must_agree),
    behaviour!("settings", domains_are_told_whole, buckets: 0),
    behaviour!("settings", words_are_those_of_the_service, buckets: 0),
];

/// Reads a document and writes it back, through whatever types are between.
async fn round_trip<F>(what: &str, document: Value, report: &mut Report, call: F) -> Done
where
    F: AsyncFnOnce(Bucket) -> Result<(), Error>,
{
    let answers = [
        Received::new(200, document.to_string()),
        Received::new(200, "{}"),
    ];
    let canned = Canned::new(answers);
    let client = needed("making a client", client(&canned))?;
    needed(what, call(client.bucket("example-photos")).await)?;
    let sent = canned.log.last().map(|exchange| exchange.sent.body);
    let sent = sent.unwrap_or_default();
    let sent: Value = serde_json::from_slice(&sent).unwrap_or_default();
    if sent != document {
        report.differs(what, &document, &sent);
    }
    Ok(())
}

async fn nothing_is_lost_by_reading_and_writing(_: &Bench<'_>, report: &mut Report) -> Done {
    let acl = json!({
        "acl": [{
            "grantee": { "type": "user", "id": "usr-abcd1234", "x_since": 2016 },
            "permission": "FULL_CONTROL",
            "x_until": null,
        }],
        "x_inherits": { "from": ["account"] },
    });
    round_trip("the access control list", acl, report, async |bucket| {
        let got = bucket.get_bucket_acl().send().await?;
        let put = bucket.put_bucket_acl(got.acl).extra(got.extra);
        put.send().await.map(drop)
    })
    .await?;

    let cors = json!({
        "cors_rules": [{
            "allowed_origin": "*",
            "allowed_methods": ["GET"],
            "allowed_headers": ["*"],
            "expose_headers": ["etag"],
            "max_age_seconds": 9,
            "x_note": "for the shop",
        }],
        "x_enabled": true,
    });
    round_trip("the CORS rules", cors, report, async |bucket| {
        let got = bucket.get_bucket_cors().send().await?;
        let put = bucket.put_bucket_cors(got.cors_rules).extra(got.extra);
        put.send().await.map(drop)
    })
    .await?;

    let lifecycle = json!({
        "rule": [
            { "id": "a", "status": "enabled", "filter": { "prefix": "a/", "x_tag": "old" }, "expiration": { "days": 1, "x_hours": 2 }, "x_order": 1 },
            { "id": "b", "status": "disabled", "filter": { "prefix": "b/" }, "transition": { "days": 30, "storage_class": "STANDARD_IA", "x_copies": 3 } },
            { "id": "c", "status": "enabled", "filter": { "prefix": "c/" }, "abort_incomplete_multipart_upload": { "days_after_initiation": 3, "x_parts": 1 } },
            { "id": "d", "status": "enabled", "filter": { "prefix": "d/" }, "noncurrent_version_expiration": { "days": 9, "x_keep": 5 } },
            { "id": "e", "status": "enabled", "filter": { "prefix": "e/" }, "noncurrent_version_transition": { "days": 60, "storage_class": "STANDARD_IA", "x_keep": 5 } },
        ],
        "x_version": 2,
    });
    round_trip("the lifecycle rules", lifecycle, report, async |bucket| {
        let got = bucket.get_bucket_lifecycle().send().await?;
        let put = bucket.put_bucket_lifecycle(got.rule).extra(got.extra);
        put.send().await.map(drop)
    })
    .await?;

    let logging =
        json!({ "target_bucket": "example-logs", "target_prefix": "photos/", "x_format": "json" });
    round_trip("the logging", logging, report, async |bucket| {
        let got = bucket.get_bucket_logging().send().await?;
        let target = got.target_bucket.unwrap_or_default();
        let prefix = got.target_prefix.unwrap_or_default();
        let put = bucket.put_bucket_logging(target, prefix).extra(got.extra);
        put.send().await.map(drop)
    })
    .await?;

    let mirror = json!({ "source_site": "http://example.com:80/image/", "x_ttl": 60 });
    round_trip("the mirror", mirror, report, async |bucket| {
        let got = bucket.get_bucket_external_mirror().send().await?;
        let site = got.source_site.unwrap_or_default();
        let put = bucket.put_bucket_external_mirror(site).extra(got.extra);
        put.send().await.map(drop)
    })
    .await?;

    let notifications = json!({
        "notifications": [{
            "id": "n",
            "event_types": ["create_object"],
            "object_filters": ["*.jpg"],
            "cloudfunc": "image",
            "cloudfunc_args": { "action": "resize:w_10", "key_prefix": "small", "key_seprate": "-", "save_bucket": "example-small", "x_quality": 80 },
            "notify_url": "http://127.0.0.1:1/",
            "x_retries": 3,
        }],
        "x_paused": false,
    });
    round_trip("the notifications", notifications, report, async |bucket| {
        let got = bucket.get_bucket_notification().send().await?;
        let put = bucket.put_bucket_notification(got.notifications);
        put.extra(got.extra).send().await.map(drop)
    })
    .await?;

    let policy = json!({
        "statement": [{
            "id": "s",
            "user": ["*"],
            "action": ["get_object"],
            "effect": "allow",
            "resource": ["example-photos/*"],
            "condition": {
                "string_like": { "Referer": ["*.example.com"], "User-Agent": ["curl/*"] },
                "string_not_like": { "Referer": ["*.example.org"] },
                "ip_address": { "source_ip": ["10.0.0.0/8"], "x_proxy_ip": ["10.0.0.1"] },
                "not_ip_address": { "source_ip": ["10.1.0.0/16"] },
                "is_null": { "Referer": true, "x_cookie": false },
                "date_before": { "now": "2030-01-01" },
            },
            "x_comment": "shop",
        }],
        "x_version": "2016",
    });
    round_trip("the policy", policy, report, async |bucket| {
        let got = bucket.get_bucket_policy().send().await?;
        let put = bucket.put_bucket_policy(got.statement).extra(got.extra);
        put.send().await.map(drop)
    })
    .await?;

    let replication = json!({
        "rules": [{
            "id": "r",
            "status": "enabled",
            "filters": { "prefix": "a/", "x_suffix": ".jpg" },
            "destination": { "bucket": "example-copies", "storage_class": "STANDARD", "zone": "sh1a", "x_account": "usr-abcd1234" },
            "sync_marker": "enabled",
            "delete_marker": "disabled",
            "x_priority": 1,
        }],
        "x_role": "copier",
    });
    round_trip("the replication", replication, report, async |bucket| {
        let got = bucket.get_bucket_replication().send().await?;
        let put = bucket.put_bucket_replication(got.rules).extra(got.extra);
        put.send().await.map(drop)
    })
    .await?;

    let versioning = json!({ "status": "SUSPENDED", "x_mfa": "off" });
    round_trip("the versioning", versioning, report, async |bucket| {
        let got = bucket.get_bucket_versioning().send().await?;
        let status = got.status.unwrap_or(VersioningStatus::Enabled);
        let put = bucket.put_bucket_versioning(status).extra(got.extra);
        put.send().await.map(drop)
    })
    .await
}

/// Members that are not there are not sent: neither as `null` nor as something empty.
async fn nothing_is_added_by_reading_and_writing(_: &Bench<'_>, report: &mut Report) -> Done {
    let acl = json!({ "acl": [{ "grantee": { "type": "user" }, "permission": "READ" }] });
    round_trip("the access control list", acl, report, async |bucket| {
        let got = bucket.get_bucket_acl().send().await?;
        bucket.put_bucket_acl(got.acl).send().await.map(drop)
    })
    .await?;

    let cors = json!({ "cors_rules": [{ "allowed_origin": "*", "allowed_methods": ["GET"] }] });
    round_trip("the CORS rules", cors, report, async |bucket| {
        let got = bucket.get_bucket_cors().send().await?;
        let put = bucket.put_bucket_cors(got.cors_rules);
        put.send().await.map(drop)
    })
    .await?;

    let lifecycle = json!({
        "rule": [
            { "id": "a", "status": "enabled", "filter": {}, "expiration": {} },
            { "id": "b", "status": "enabled", "filter": {}, "transition": { "storage_class": "STANDARD_IA" } },
            { "id": "c", "status": "enabled", "filter": {}, "noncurrent_version_expiration": {} },
            { "id": "d", "status": "enabled", "filter": {}, "noncurrent_version_transition": { "storage_class": "STANDARD_IA" } },
            { "id": "e", "status": "enabled", "filter": {} },
        ],
    });
    round_trip("the lifecycle rules", lifecycle, report, async |bucket| {
        let got = bucket.get_bucket_lifecycle().send().await?;
        let put = bucket.put_bucket_lifecycle(got.rule);
        put.send().await.map(drop)
    })
    .await?;

    let notifications = json!({
        "notifications": [
            { "id": "m", "event_types": ["create_object"], "cloudfunc": "notifier" },
            { "id": "n", "event_types": ["create_object"], "cloudfunc": "image", "cloudfunc_args": { "action": "info" } },
        ],
    });
    round_trip("the notifications", notifications, report, async |bucket| {
        let got = bucket.get_bucket_notification().send().await?;
        let put = bucket.put_bucket_notification(got.notifications);
        put.send().await.map(drop)
    })
    .await?;

    let policy = json!({
        "statement": [
            { "id": "s", "user": ["*"], "action": ["list_objects"], "effect": "allow" },
            { "id": "t", "user": ["*"], "action": ["list_objects"], "effect": "deny", "condition": {} },
        ],
    });
    round_trip("the policy", policy, report, async |bucket| {
        let got = bucket.get_bucket_policy().send().await?;
        let put = bucket.put_bucket_policy(got.statement);
        put.send().await.map(drop)
    })
    .await?;

    let replication = json!({
        "rules": [{ "id": "r", "filters": {}, "destination": { "bucket": "example-copies" } }],
    });
    round_trip("the replication", replication, report, async |bucket| {
        let got = bucket.get_bucket_replication().send().await?;
        let put = bucket.put_bucket_replication(got.rules);
        put.send().await.map(drop)
    })
    .await
}

fn expire(id: &str, prefix: &str, days: u64) -> LifecycleRule {
    let filter = LifecycleFilter::new().prefix(prefix);
    LifecycleRule::new(id, "enabled", filter).expiration(LifecycleExpiration::new().days(days))
}

fn cool(id: &str, prefix: &str, days: u64) -> LifecycleRule {
    let filter = LifecycleFilter::new().prefix(prefix);
    let transition = LifecycleTransition::new("STANDARD_IA").days(days);
    LifecycleRule::new(id, "enabled", filter).transition(transition)
}

/// What is deleted by then cannot be moved, be it on the very day; and the limits of the vendor's page.
async fn lifecycle_rules_must_agree(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let many = |count: u64| -> Vec<LifecycleRule> {
        let rule = |n| expire(&format!("r{n}"), &format!("{n}/"), 1);
        (0..count).map(rule).collect()
    };
    for (what, rules, allowed) in [
        (
            "moved a day before the end",
            vec![expire("a", "logs/", 40), cool("b", "logs/web/", 39)],
            true,
        ),
        (
            "moved on the last day",
            vec![expire("a", "logs/", 40), cool("b", "logs/web/", 40)],
            false,
        ),
        (
            "moved on the last day, told first",
            vec![cool("b", "logs/web/", 40), expire("a", "logs/", 40)],
            false,
        ),
        (
            "moved after some were deleted",
            vec![expire("a", "logs/web/", 40), cool("b", "logs/", 41)],
            false,
        ),
        (
            "others moved later",
            vec![expire("a", "logs/", 40), cool("b", "data/", 90)],
            true,
        ),
        (
            "one prefix and one action twice",
            vec![expire("a", "logs/", 40), expire("b", "logs/", 50)],
            false,
        ),
        (
            "one id twice",
            vec![expire("a", "logs/", 40), expire("a", "data/", 50)],
            false,
        ),
        ("moved after 29 days", vec![cool("a", "logs/", 29)], false),
        ("moved after 30 days", vec![cool("a", "logs/", 30)], true),
        ("deleted after no day", vec![expire("a", "logs/", 0)], false),
        ("deleted after a day", vec![expire("a", "logs/", 1)], true),
        ("100 rules", many(100), true),
        ("101 rules", many(101), false),
    ] {
        let put = bucket.put_bucket_lifecycle(rules).send().await;
        let got = put.err().map(|error| error.kind());
        let expected = (!allowed).then_some(ErrorKind::Rejected);
        report.equal(&format!("setting rules: {what}"), &got, &expected);
    }
    Ok(())
}

/// A list of domains is only read, but what this SDK does not know of one can be seen all the same.
async fn domains_are_told_whole(_: &Bench<'_>, report: &mut Report) -> Done {
    let document = json!({
        "cname_records": [{ "domain": "www.example.com", "x_certificate": "none" }],
        "count": 1,
    });
    let canned = Canned::new([Received::new(200, document.to_string())]);
    let client = needed("making a client", client(&canned))?;
    let got = client
        .bucket("example-photos")
        .get_bucket_cname()
        .send()
        .await;
    let records = needed("the domains", got)?.cname_records;
    let first = records
        .first()
        .and_then(|record| record.extra.get("x_certificate"));
    report.equal("the unknown member", &first.as_deref(), &Some("\"none\""));
    Ok(())
}

async fn words_are_those_of_the_service(_: &Bench<'_>, report: &mut Report) -> Done {
    let words = [
        (AclPermission::Read.as_str(), "READ"),
        (AclPermission::Write.as_str(), "WRITE"),
        (AclPermission::FullControl.as_str(), "FULL_CONTROL"),
        (BucketStatus::Active.as_str(), "active"),
        (BucketStatus::Suspended.as_str(), "suspended"),
        (Cloudfunc::Notifier.as_str(), "notifier"),
        (Cloudfunc::Image.as_str(), "image"),
        (Cloudfunc::TupuPorn.as_str(), "tupu-porn"),
        (CnameType::Normal.as_str(), "normal"),
        (CnameType::Website.as_str(), "website"),
        (GranteeType::User.as_str(), "user"),
        (GranteeType::Group.as_str(), "group"),
        (Language::EnUs.as_str(), "en-us"),
        (Language::ZhCn.as_str(), "zh-cn"),
        (LifecycleRuleState::Unchecked.as_str(), "unchecked"),
        (LifecycleRuleState::Ready.as_str(), "ready"),
        (MetadataDirective::Copy.as_str(), "COPY"),
        (MetadataDirective::Replace.as_str(), "REPLACE"),
        (Method::Get.as_str(), "GET"),
        (Method::Put.as_str(), "PUT"),
        (Method::Post.as_str(), "POST"),
        (Method::Delete.as_str(), "DELETE"),
        (Method::Head.as_str(), "HEAD"),
        (Method::Options.as_str(), "OPTIONS"),
        (Method::Any.as_str(), "*"),
        (NotificationEvent::CreateObject.as_str(), "create_object"),
        (NotificationEvent::DeleteObject.as_str(), "delete_object"),
        (
            NotificationEvent::AbortMultipart.as_str(),
            "abort_multipart",
        ),
        (
            NotificationEvent::CompleteMultipart.as_str(),
            "complete_multipart",
        ),
        (PolicyAction::ListObjects.as_str(), "list_objects"),
        (PolicyAction::HeadBucket.as_str(), "head_bucket"),
        (PolicyAction::GetBucketStats.as_str(), "get_bucket_stats"),
        (PolicyAction::GetObject.as_str(), "get_object"),
        (PolicyAction::CreateObject.as_str(), "create_object"),
        (PolicyAction::DeleteObject.as_str(), "delete_object"),
        (PolicyAction::HeadObject.as_str(), "head_object"),
        (PolicyAction::ListMultipart.as_str(), "list_multipart"),
        (PolicyAction::UploadMultipart.as_str(), "upload_multipart"),
        (PolicyAction::AbortMultipart.as_str(), "abort_multipart"),
        (
            PolicyAction::InitiateMultipart.as_str(),
            "initiate_multipart",
        ),
        (
            PolicyAction::CompleteMultipart.as_str(),
            "complete_multipart",
        ),
        (PolicyAction::ListObjectParts.as_str(), "list_object_parts"),
        (
            PolicyAction::UploadObjectPart.as_str(),
            "upload_object_part",
        ),
        (
            PolicyAction::AbortMultipartUpload.as_str(),
            "abort_multipart_upload",
        ),
        (
            PolicyAction::InitiateMultipartUpload.as_str(),
            "initiate_multipart_upload",
        ),
        (
            PolicyAction::CompleteMultipartUpload.as_str(),
            "complete_multipart_upload",
        ),
        (PolicyEffect::Allow.as_str(), "allow"),
        (PolicyEffect::Deny.as_str(), "deny"),
        (StorageClass::Standard.as_str(), "STANDARD"),
        (StorageClass::StandardIa.as_str(), "STANDARD_IA"),
        (Switch::Enabled.as_str(), "enabled"),
        (Switch::Disabled.as_str(), "disabled"),
        (VersioningStatus::Disabled.as_str(), "DISABLED"),
        (VersioningStatus::Enabled.as_str(), "ENABLED"),
        (VersioningStatus::Suspended.as_str(), "SUSPENDED"),
    ];
    for (word, expected) in words {
        report.equal("the word", &word, &expected);
    }
    Ok(())
}
