use super::*;
use crate::error::code;

fn document(rules: Value) -> Map<String, Value> {
    let Value::Object(document) = json!({ "rule": rules }) else {
        unreachable!("an object");
    };
    document
}

fn read(rules: Value) -> Result<Lifecycle, ApiError> {
    Lifecycle::read(&document(rules))
}

fn rule(id: &str, prefix: &str, action: &str, content: Value) -> Value {
    json!({ "id": id, "status": "enabled", "filter": { "prefix": prefix }, action: content })
}

fn expire(id: &str, prefix: &str, days: u64) -> Value {
    rule(id, prefix, "expiration", json!({ "days": days }))
}

fn cool(id: &str, prefix: &str, days: u64) -> Value {
    let content = json!({ "days": days, "storage_class": "STANDARD_IA" });
    rule(id, prefix, "transition", content)
}

fn at(days: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_400_000_000) + DAY * u32::try_from(days).expect("days")
}

/// Put on day 0.
fn put(rules: Value) -> Lifecycle {
    Lifecycle::read(&dated(&document(rules), None, at(0))).expect("good rules")
}

#[test]
fn days_count_from_the_last_change_and_the_earliest_date_wins() {
    let rules = put(json!([
        expire("all", "", 100),
        expire("logs", "logs/", 7),
        cool("pictures", "pictures/", 30),
    ]));
    for (action, key, changed, now, due) in [
        (Action::Expire, "logs/a", 1, 7, false),
        (Action::Expire, "logs/a", 1, 8, true),
        (Action::Expire, "logs/a", 1, 500, true),
        (Action::Expire, "log", 1, 8, false),
        (Action::Expire, "log", 1, 101, true),
        (Action::Expire, "pictures/a", 1, 31, false),
        (Action::Transition, "pictures/a", 1, 30, false),
        (Action::Transition, "pictures/a", 1, 31, true),
        (Action::Transition, "logs/a", 1, 31, false),
        (Action::Abort, "logs/a", 1, 31, false),
    ] {
        let is_due = rules.is_due(action, key, at(changed), at(now));
        assert_eq!(is_due, due, "{action:?} {key} {changed} {now}");
    }
}

#[test]
fn a_rule_applies_from_a_day_after_it_was_put_and_if_it_is_enabled() {
    let rules = put(json!([expire("all", "", 1)]));
    let old = UNIX_EPOCH;
    let almost = at(1) - Duration::from_secs(1);
    assert!(!rules.is_due(Action::Expire, "k", old, almost));
    assert!(rules.is_due(Action::Expire, "k", old, at(1)));
    assert!(rules.has(&[Action::Abort, Action::Expire], at(1)));
    assert!(!rules.has(&[Action::Abort], at(1)));
    let mut off = expire("all", "", 1);
    off["status"] = json!("Disabled");
    assert!(!put(json!([off])).is_due(Action::Expire, "k", old, at(9)));
    let huge = put(json!([expire("all", "", u64::MAX)]));
    assert!(!huge.is_due(Action::Expire, "k", old, at(9)));
}

#[test]
fn a_rule_that_is_put_again_unchanged_keeps_its_time() {
    let first = dated(
        &document(json!([expire("a", "a", 1), expire("b", "b", 1)])),
        None,
        at(0),
    );
    let first = applied(&first, at(1));
    let again = document(json!([
        expire("a", "a", 1),
        expire("b", "b", 2),
        // Written back as it was read.
        first["rule"][1],
    ]));
    let second = dated(&again, Some(&first), at(5));
    let (day0, day5) = (text::unix(at(0)), text::unix(at(5)));
    for (index, created, state) in [
        (0, day0, "ready"),
        (1, day5, "unchecked"),
        (2, day0, "ready"),
    ] {
        assert_eq!(second["rule"][index]["created"], json!(created), "{index}");
        assert_eq!(second["rule"][index]["state"], json!(state), "{index}");
    }
}

/// As the official SDKs' shared scenarios put it.
#[test]
fn an_action_may_stand_in_the_filter() {
    let misplaced = json!({
        "id": "uploads",
        "status": "enabled",
        "filter": { "prefix": "data/", "abort_incomplete_multipart_upload": { "days_after_initiation": 3 } },
    });
    let rules = put(json!([misplaced]));
    assert!(rules.is_due(Action::Abort, "data/a", at(1), at(4)));
    let mut twice = misplaced;
    twice["expiration"] = json!({ "days": 3 });
    assert_eq!(
        read(json!([twice])).expect_err("two actions").code,
        code::INVALID_REQUEST
    );
}

/// An older revision of the official SDKs' shared scenarios puts such a rule.
#[test]
fn a_rule_without_an_action_does_nothing() {
    let idle =
        |id: &str| json!({ "id": id, "status": "enabled", "filter": { "prefix": "match_prefix" } });
    let rules = put(json!([
        idle("the rule id"),
        idle("another"),
        expire("logs", "logs/", 7)
    ]));
    let actions = ACTIONS.map(|(action, ..)| action);
    for action in actions {
        assert!(!rules.is_due(action, "match_prefix", UNIX_EPOCH, at(900)));
    }
    assert!(rules.is_due(Action::Expire, "logs/a", at(1), at(8)));
    assert!(!put(json!([idle("alone")])).has(&actions, at(9)));
}

#[test]
fn contradictions_are_refused() {
    let two = |mut rule: Value| {
        rule["abort_incomplete_multipart_upload"] = json!({ "days_after_initiation": 1 });
        rule
    };
    let standard = rule(
        "back",
        "",
        "transition",
        json!({ "days": 30, "storage_class": "STANDARD" }),
    );
    let many: Vec<Value> = (0..101)
        .map(|n| expire(&n.to_string(), &n.to_string(), 1))
        .collect();
    for rules in [
        json!([two(expire("a", "", 1))]),
        json!([expire("a", "a", 1), expire("a", "b", 1)]),
        json!([expire("a", "x", 1), expire("b", "x", 2)]),
        json!([expire("a", "logs/", 30), cool("b", "logs/web/", 60)]),
        json!([cool("b", "logs/", 60), expire("a", "logs/web/", 30)]),
        json!([expire("a", "", 30), cool("b", "logs/", 30)]),
        json!([standard]),
        json!(many),
    ] {
        let error = read(rules.clone()).expect_err("a contradiction");
        assert_eq!(
            error.code,
            code::INVALID_REQUEST,
            "{rules}: {}",
            error.message
        );
    }
    for rules in [
        json!([]),
        json!([expire("a", "logs/", 61), cool("b", "logs/web/", 60)]),
        json!([expire("a", "logs/", 30), cool("b", "pictures/", 60)]),
        json!([expire("a", "x", 1), expire("b", "xy", 2)]),
        json!(many[..100]),
    ] {
        assert!(read(rules.clone()).is_ok(), "{rules}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_at_its_place() {
    let change = |name: &str, value: Value| {
        let mut rule = expire("a", "", 1);
        rule[name] = value;
        rule
    };
    for (rule, place) in [
        (json!("rule"), "rule[0]:"),
        (change("id", json!(null)), "rule[0].id:"),
        (change("id", json!("i".repeat(256))), "rule[0].id:"),
        (change("status", json!(null)), "rule[0].status:"),
        (change("status", json!("on")), "rule[0].status:"),
        (change("filter", json!(null)), "rule[0].filter:"),
        (change("filter", json!("logs/")), "rule[0].filter:"),
        (
            change("filter", json!({ "prefix": 1 })),
            "rule[0].filter.prefix:",
        ),
        (
            change("filter", json!({ "prefix": "p".repeat(1024) })),
            "rule[0].filter.prefix:",
        ),
        (change("expiration", json!({})), "rule[0].expiration.days:"),
        (
            change("expiration", json!({ "days": 0 })),
            "rule[0].expiration.days:",
        ),
        (
            change("expiration", json!({ "days": -1 })),
            "rule[0].expiration.days:",
        ),
        (
            change("expiration", json!({ "days": 1.5 })),
            "rule[0].expiration.days:",
        ),
        (
            change("expiration", json!({ "days": "1" })),
            "rule[0].expiration.days:",
        ),
        (cool("a", "", 29), "rule[0].transition.days:"),
        (
            rule("a", "", "transition", json!({ "days": 30 })),
            "rule[0].transition.storage_class:",
        ),
        (
            rule(
                "a",
                "",
                "abort_incomplete_multipart_upload",
                json!({ "days": 1 }),
            ),
            "rule[0].abort_incomplete_multipart_upload.days_after_initiation:",
        ),
    ] {
        let error = read(json!([rule])).expect_err(place);
        assert_eq!(error.code, code::INVALID_ARGUMENT, "{rule}");
        assert!(
            error.message.starts_with(place),
            "{rule}: {}",
            error.message
        );
    }
    let longest = change("id", json!("中".repeat(255)));
    assert!(read(json!([longest])).is_ok());
    assert!(
        read(json!([change(
            "filter",
            json!({ "prefix": "p".repeat(1023) })
        )]))
        .is_ok()
    );
}
