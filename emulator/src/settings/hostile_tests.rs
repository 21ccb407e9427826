//! Documents of every shape are read or refused, and what is read can be asked.

use std::net::{IpAddr, Ipv6Addr};
use std::time::UNIX_EPOCH;

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::policy::{Question, Target};
use super::{acl, cname, cors, lifecycle, logging, mirror, notification, policy, replication};
use crate::error::ApiError;
use crate::route::Permission;

/// Names and texts that mean something somewhere, so that documents get past the first check.
const NAMES: &[&str] = &[
    "acl",
    "grantee",
    "type",
    "id",
    "name",
    "permission",
    "statement",
    "user",
    "action",
    "effect",
    "resource",
    "condition",
    "string_like",
    "string_not_like",
    "ip_address",
    "not_ip_address",
    "is_null",
    "Referer",
    "source_ip",
    "cors_rules",
    "allowed_origin",
    "allowed_methods",
    "allowed_headers",
    "expose_headers",
    "max_age_seconds",
    "resp_vary",
    "rule",
    "status",
    "filter",
    "prefix",
    "expiration",
    "transition",
    "days",
    "storage_class",
    "abort_incomplete_multipart_upload",
    "days_after_initiation",
    "noncurrent_version_expiration",
    "created",
    "state",
    "notifications",
    "event_types",
    "object_filters",
    "cloudfunc",
    "cloudfunc_args",
    "notify_url",
    "target_bucket",
    "target_prefix",
    "domain",
    "source_site",
    "rules",
    "filters",
    "destination",
    "bucket",
    "sync_marker",
    "delete_marker",
    "key_prefix",
    "key_seprate",
];

const TEXTS: &[&str] = &[
    "",
    "*",
    "**",
    "user",
    "group",
    "usr-a",
    "QS_ALL_USERS",
    "READ",
    "FULL_CONTROL",
    "get_object",
    "list_objects",
    "allow",
    "deny",
    "mybucket/*",
    "127.0.0.0/8",
    "::/0",
    "1.2.3.4",
    "1.2.3.4/99",
    "GET",
    "http://*.a",
    "a b",
    "enabled",
    "disabled",
    "enable",
    "STANDARD",
    "STANDARD_IA",
    "create_object",
    "delete_object",
    "[a",
    "[!a-z]*",
    "notifier",
    "image",
    "tupu-porn",
    "http://127.0.0.1:1/x",
    "http://",
    "://",
    "a.example.com",
    "\u{0}",
    "\u{10ffff}",
    "中文",
    "info",
];

fn any(random: &mut Rng, depth: usize) -> Value {
    match random.usize(0..if depth == 0 { 6 } else { 10 }) {
        0 => Value::Null,
        1 => json!(random.bool()),
        2 => json!(random.u64(..)),
        3 => json!(random.i64(-3..400)),
        4 => json!(random.f64()),
        5 => json!(random.choice(TEXTS).copied().unwrap_or("")),
        6 | 7 => (0..random.usize(0..4))
            .map(|_| any(random, depth - 1))
            .collect(),
        _ => Value::Object(object(random, depth - 1)),
    }
}

fn object(random: &mut Rng, depth: usize) -> Map<String, Value> {
    (0..random.usize(0..12))
        .map(|_| {
            (
                random.choice(NAMES).copied().unwrap_or("").to_owned(),
                any(random, depth),
            )
        })
        .collect()
}

/// Whether it was read.
fn read(document: &Map<String, Value>) -> usize {
    let now = UNIX_EPOCH;
    let question = Question {
        user: None,
        actions: &["get_object", "list_objects"],
        bucket: "mybucket",
        target: Target::Object("k"),
        referer: Some("http://a/"),
        source_ip: IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    let lists = Target::Keys("");
    let outcomes: [Result<(), ApiError>; 9] = [
        acl::Acl::read(document).map(|acl| {
            acl.gives(None, Permission::Read, false);
        }),
        policy::Policy::read(document).map(|policy| {
            policy.decide(&question);
            policy.decide(&Question {
                target: lists,
                ..question
            });
        }),
        cors::Cors::read(document).map(|cors| {
            for rule in &cors.rules {
                let _ = rule.allows("http://b.a", "GET") && rule.covers("x-y");
            }
        }),
        lifecycle::Lifecycle::read(document).map(|rules| {
            rules.is_due(lifecycle::Action::Expire, "k", now, now);
            lifecycle::applied(&lifecycle::dated(document, Some(document), now), now);
        }),
        notification::Notifications::read(document).map(|rules| {
            for rule in &rules.rules {
                rule.is_about(notification::Event::Create, "a/b.png");
            }
        }),
        logging::Logging::read(document).map(|logging| drop(logging.key("mybucket", now, 1))),
        cname::bound(Some(document), document, now).map(drop),
        mirror::Mirror::read(document).map(|mirror| drop(mirror.url("a b"))),
        replication::Replication::read(document).map(|rules| {
            rules.about("k");
        }),
    ];
    for outcome in &outcomes {
        if let Err(error) = outcome {
            assert!(
                error.status() == 400 && !error.message.is_empty(),
                "{error:?}"
            );
        }
    }
    outcomes.iter().filter(|outcome| outcome.is_ok()).count()
}

#[test]
fn documents_of_every_shape_are_read_or_refused() {
    let mut random = Rng::with_seed(5);
    let mut good = 0;
    for _ in 0..4_000 {
        let mut document = object(&mut random, 6);
        // The list that a document is about is there more often than chance would have it.
        for name in [
            "acl",
            "statement",
            "cors_rules",
            "rule",
            "notifications",
            "rules",
        ] {
            if random.bool() {
                let items = (0..random.usize(0..3)).map(|_| Value::Object(object(&mut random, 5)));
                document.insert(name.to_owned(), items.collect());
            }
        }
        good += read(&document);
    }
    assert!(
        good > 200,
        "only {good} were read: the generator is too wild"
    );
}
