use serde_json::json;

use super::*;
use crate::error::code;

fn policy(statements: Value) -> Result<Policy, ApiError> {
    let Value::Object(document) = json!({ "statement": statements }) else {
        unreachable!("an object");
    };
    Policy::read(&document)
}

impl Policy {
    /// What is decided, whichever statement does.
    fn says(&self, question: &Question<'_>) -> Option<bool> {
        self.decide(question).map(|decision| decision.allow)
    }
}

/// Somebody who reads `photos/2026/cat.png` from a page of example.com, by way of 203.0.113.9.
const READ: Question<'_> = Question {
    user: Some("usr-ann"),
    actions: &["get_object"],
    bucket: "photos",
    target: Target::Object("2026/cat.png"),
    referer: Some("https://www.example.com/cats"),
    source_ip: IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 9)),
};

const LIST: Question<'_> = Question {
    actions: &["list_objects"],
    target: Target::Keys(""),
    ..READ
};

/// One statement that allows reading, changed by some members.
fn one(changes: Value) -> Policy {
    policy(json!([statement(changes)])).expect("a good policy")
}

fn statement(changes: Value) -> Value {
    let mut statement = json!({
        "id": "one", "user": ["*"], "action": ["get_object"], "effect": "allow", "resource": ["photos/*"],
    });
    if let (Value::Object(all), Value::Object(changes)) = (&mut statement, changes) {
        all.extend(changes);
    }
    statement
}

fn conditioned(condition: Value) -> Policy {
    one(json!({ "condition": condition }))
}

#[test]
fn the_first_statement_that_is_about_the_request_decides() {
    let deny = statement(json!({ "id": "deny", "effect": "deny", "resource": "photos/2026/*" }));
    let allow = statement(json!({ "id": "allow" }));
    let elsewhere =
        statement(json!({ "id": "else", "effect": "deny", "resource": "photos/2025/*" }));
    for (statements, expected) in [
        (json!([deny, allow]), Some(false)),
        (json!([allow, deny]), Some(true)),
        (json!([elsewhere, allow, deny]), Some(true)),
        (json!([elsewhere]), None),
        (json!([]), None),
    ] {
        let policy = policy(statements.clone()).expect("a good policy");
        let decided = policy.says(&READ);
        assert_eq!(decided, expected, "{statements}");
    }
}

#[test]
fn users_are_everybody_or_those_who_are_named() {
    for (users, user, expected) in [
        (json!("*"), Some("usr-ann"), true),
        (json!(["*"]), None, true),
        (json!("usr-ann"), Some("usr-ann"), true),
        (json!(["usr-bob", "usr-ann"]), Some("usr-ann"), true),
        (json!(["usr-bob"]), Some("usr-ann"), false),
        (json!(["usr-ann"]), None, false),
        (json!(["usr-*"]), Some("usr-ann"), false),
    ] {
        let policy = one(json!({ "user": users }));
        let decided = policy.says(&Question { user, ..READ });
        assert_eq!(decided.is_some(), expected, "{users} {user:?}");
    }
}

#[test]
fn actions_have_two_vocabularies() {
    let upload = Question {
        actions: &["upload_multipart", "upload_object_part"],
        ..READ
    };
    for (action, expected) in [
        (json!("upload_multipart"), true),
        (json!(["upload_object_part"]), true),
        (json!(["get_object", "list_object_parts"]), false),
    ] {
        let decided = one(json!({ "action": action })).says(&upload);
        assert_eq!(decided.is_some(), expected, "{action}");
    }
}

#[test]
fn resources_are_patterns_of_bucket_and_key() {
    for (resource, expected) in [
        (json!("photos/2026/cat.png"), true),
        (json!("photos/*.png"), true),
        (json!("photos/2026/*"), true),
        (json!(["photos/x", "*"]), true),
        (json!("photos"), false),
        (json!("photos/2025/*"), false),
        (json!("other/*"), false),
        (json!("2026/cat.png"), false),
        (json!("photos/2026/cat.???"), false),
    ] {
        let decided = one(json!({ "resource": resource })).says(&READ);
        assert_eq!(decided.is_some(), expected, "{resource}");
    }
}

#[test]
fn lists_can_be_limited_to_a_prefix() {
    for (resource, prefix, expected) in [
        (json!(null), "", true),
        (json!([]), "x", true),
        (json!("photos"), "", true),
        (json!("photos"), "any/", true),
        (json!("photos/*"), "", true),
        (json!("photos/2026/*"), "2026/", true),
        (json!("photos/2026/*"), "2026/12/", true),
        (json!("photos/2026/*"), "2026", false),
        (json!("photos/2026/*"), "", false),
        (json!("other"), "", false),
    ] {
        let policy = one(json!({ "action": "list_objects", "resource": resource }));
        let target = Target::Keys(prefix);
        let decided = policy.says(&Question { target, ..LIST });
        assert_eq!(decided.is_some(), expected, "{resource} {prefix}");
    }
    let head = Question {
        actions: &["head_bucket"],
        target: Target::Bucket,
        ..READ
    };
    for (resource, expected) in [
        (json!(null), true),
        (json!("photos"), true),
        (json!("photos/*"), false),
    ] {
        let policy = one(json!({ "action": "head_bucket", "resource": resource }));
        assert_eq!(policy.says(&head).is_some(), expected, "{resource}");
    }
}

#[test]
fn referers_are_compared_with_patterns() {
    let other = Some("https://example.org/");
    let page = READ.referer;
    for (condition, referer, expected) in [
        (
            json!({ "string_like": { "Referer": "https://*.example.com/*" } }),
            page,
            true,
        ),
        (
            json!({ "string_like": { "Referer": ["https://a/*", "*.example.com/*"] } }),
            page,
            true,
        ),
        (
            json!({ "string_like": { "Referer": ["https://*.example.com/*"] } }),
            other,
            false,
        ),
        (json!({ "string_like": { "Referer": ["*"] } }), None, false),
        (
            json!({ "string_not_like": { "Referer": ["https://*.example.com/*"] } }),
            page,
            false,
        ),
        (
            json!({ "string_not_like": { "Referer": ["https://*.example.com/*"] } }),
            other,
            true,
        ),
        (
            json!({ "string_not_like": { "Referer": ["https://a/*", "https://*.org/"] } }),
            other,
            false,
        ),
        (json!({ "string_not_like": { "Referer": "*" } }), None, true),
        (json!({ "is_null": { "Referer": true } }), None, true),
        (json!({ "is_null": { "Referer": true } }), page, false),
        (json!({ "is_null": { "Referer": false } }), page, true),
        (json!({ "is_null": { "Referer": false } }), None, false),
        (json!({}), None, true),
        (json!({ "string_like": null }), None, true),
    ] {
        let decided = conditioned(condition.clone()).says(&Question { referer, ..READ });
        assert_eq!(decided.is_some(), expected, "{condition} {referer:?}");
    }
}

#[test]
fn addresses_are_compared_with_networks() {
    for (condition, ip, expected) in [
        (
            json!({ "ip_address": { "source_ip": "203.0.113.0/24" } }),
            "203.0.113.9",
            true,
        ),
        (
            json!({ "ip_address": { "source_ip": ["198.51.100.0/24", "203.0.113.9"] } }),
            "203.0.113.9",
            true,
        ),
        (
            json!({ "ip_address": { "source_ip": ["203.0.113.0/29"] } }),
            "203.0.113.9",
            false,
        ),
        (
            json!({ "ip_address": { "source_ip": ["203.0.113.0/24"] } }),
            "::ffff:203.0.113.9",
            true,
        ),
        (
            json!({ "ip_address": { "source_ip": ["2001:db8::/32"] } }),
            "2001:db8::1",
            true,
        ),
        (
            json!({ "ip_address": { "source_ip": ["2001:db8::/32"] } }),
            "2001:db9::1",
            false,
        ),
        (
            json!({ "ip_address": { "source_ip": ["0.0.0.0/0"] } }),
            "2001:db8::1",
            false,
        ),
        (
            json!({ "not_ip_address": { "source_ip": ["203.0.113.0/24"] } }),
            "203.0.113.9",
            false,
        ),
        (
            json!({ "not_ip_address": { "source_ip": ["203.0.113.0/24", "10.0.0.0/8"] } }),
            "192.0.2.1",
            true,
        ),
    ] {
        let source_ip = ip.parse().expect("an address");
        let decided = conditioned(condition.clone()).says(&Question { source_ip, ..READ });
        assert_eq!(decided.is_some(), expected, "{condition} {ip}");
    }
}

#[test]
fn all_of_a_condition_has_to_hold() {
    let condition = |network: &str| {
        json!({
            "string_like": { "Referer": ["https://*.example.com/*"] },
            "string_not_like": { "Referer": ["https://old.example.com/*"] },
            "ip_address": { "source_ip": ["203.0.113.0/24"] },
            "not_ip_address": { "source_ip": [network] },
            "is_null": { "Referer": false },
        })
    };
    assert_eq!(
        conditioned(condition("203.0.113.128/25")).says(&READ),
        Some(true)
    );
    assert_eq!(conditioned(condition("203.0.113.0/28")).says(&READ), None);
    // What is not understood is not taken to hold.
    for unknown in [
        json!({ "date_before": { "now": "2026" } }),
        json!({ "string_like": { "Referer": "*", "User-Agent": "*" } }),
        json!({ "ip_address": { "Source_IP": "0.0.0.0/0" } }),
    ] {
        assert_eq!(conditioned(unknown.clone()).says(&READ), None, "{unknown}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_at_its_place() {
    for (changes, place) in [
        (json!({ "id": null }), "statement[0].id:"),
        (json!({ "id": "" }), "statement[0].id:"),
        (json!({ "id": "i".repeat(101) }), "statement[0].id:"),
        (json!({ "user": null }), "statement[0].user:"),
        (json!({ "user": [] }), "statement[0].user:"),
        (json!({ "user": 7 }), "statement[0].user:"),
        (
            json!({ "user": ["u".repeat(150), "v".repeat(151)] }),
            "statement[0].user:",
        ),
        (
            json!({ "action": ["restore_object"] }),
            "statement[0].action:",
        ),
        (
            json!({ "action": ["get_bucket_acl"] }),
            "statement[0].action:",
        ),
        (
            json!({ "action": vec!["get_object"; 51] }),
            "statement[0].action:",
        ),
        (json!({ "effect": "Allow" }), "statement[0].effect:"),
        (json!({ "effect": null }), "statement[0].effect:"),
        (json!({ "resource": null }), "statement[0].resource:"),
        (json!({ "resource": 7 }), "statement[0].resource:"),
        (
            json!({ "resource": "r".repeat(2049) }),
            "statement[0].resource:",
        ),
        (json!({ "condition": "none" }), "statement[0].condition:"),
        (
            json!({ "condition": { "string_like": "x" } }),
            "statement[0].condition.string_like:",
        ),
        (
            json!({ "condition": { "string_like": { "Referer": [1] } } }),
            "statement[0].condition.string_like.Referer:",
        ),
        (
            json!({ "condition": { "ip_address": { "source_ip": ["203.0.113.0/33"] } } }),
            "statement[0].condition.ip_address.source_ip:",
        ),
        (
            json!({ "condition": { "is_null": { "Referer": "true" } } }),
            "statement[0].condition.is_null.Referer:",
        ),
        (
            json!({ "condition": { "string_like": { "Referer": "x".repeat(2048) } } }),
            "statement[0].condition:",
        ),
    ] {
        let error = policy(json!([statement(changes.clone())])).expect_err(place);
        assert_eq!(error.code, code::INVALID_ARGUMENT, "{changes}");
        assert!(
            error.message.starts_with(place),
            "{changes}: {}",
            error.message
        );
    }
    let longest = json!({ "id": "中".repeat(100), "user": ["u".repeat(150), "v".repeat(150)] });
    assert!(policy(json!([statement(longest)])).is_ok());
    for twins in [
        json!([statement(json!({})), statement(json!({ "effect": "deny" }))]),
        json!([
            statement(json!({})),
            statement(json!({ "id": "two", "condition": null }))
        ]),
    ] {
        let error = policy(twins.clone()).expect_err("two of a kind");
        assert_eq!(error.code, code::INVALID_REQUEST, "{twins}");
    }
}
