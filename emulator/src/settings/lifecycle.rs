//! A bucket's lifecycle rules: read, checked, and asked what is due.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use super::members::Members;
use super::{contradiction, unique};
use crate::error::ApiError;
use crate::text;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A new or changed rule applies this long after it was put.
const ACTIVATION: Duration = DAY;

const MOST_RULES: usize = 100;

/// In characters.
const MOST_ID: usize = 255;

/// In bytes.
const MOST_PREFIX: usize = 1023;

/// Objects are kept in the class they are written to for at least so many days.
const LEAST_TRANSITION: u64 = 30;

/// The only class that objects are moved to.
const TARGET: &str = "STANDARD_IA";

/// The members that only answers have: when the rule was put, and whether it has been applied to everything.
const CREATED: &str = "created";
const STATE: &str = "state";

/// All rules of a bucket.
#[derive(Debug)]
pub(crate) struct Lifecycle {
    pub(crate) rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    id: String,
    enabled: bool,
    prefix: String,
    /// What it does, and after how many days. Nothing, if it has no action.
    action: Option<(Action, u64)>,
    /// When it was put; rules that are being put have no such time yet.
    created: Option<SystemTime>,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Action {
    Expire,
    Transition,
    Abort,
    ExpireNoncurrent,
    TransitionNoncurrent,
}

/// The five actions, and what their members are called.
const ACTIONS: [(Action, &str, &str, u64); 5] = [
    (Action::Expire, "expiration", "days", 1),
    (Action::Transition, "transition", "days", LEAST_TRANSITION),
    (
        Action::Abort,
        "abort_incomplete_multipart_upload",
        "days_after_initiation",
        1,
    ),
    (
        Action::ExpireNoncurrent,
        "noncurrent_version_expiration",
        "days",
        1,
    ),
    (
        Action::TransitionNoncurrent,
        "noncurrent_version_transition",
        "days",
        1,
    ),
];

impl Lifecycle {
    /// Reads and checks all rules; errors name the member at fault.
    pub(crate) fn read(document: &Map<String, Value>) -> Result<Lifecycle, ApiError> {
        let members = Members::root(document).required_objects("rule")?;
        if members.len() > MOST_RULES {
            return Err(contradiction(format!(
                "rule: a bucket has at most {MOST_RULES} rules"
            )));
        }
        let rules: Vec<Rule> = members.iter().map(Rule::read).collect::<Result<_, _>>()?;
        unique("rule", rules.iter().map(|rule| rule.id.as_str()))?;
        for (at, one) in rules.iter().enumerate() {
            for other in &rules[..at] {
                one.check_beside(other)?;
                other.check_beside(one)?;
            }
        }
        Ok(Lifecycle { rules })
    }

    /// Whether an action is due for a key whose clock started at `since`: for one of the rules that apply at `now`, the
    /// days are over.
    pub(crate) fn is_due(
        &self,
        action: Action,
        key: &str,
        since: SystemTime,
        now: SystemTime,
    ) -> bool {
        self.rules
            .iter()
            .filter(|rule| rule.applies(now) && key.starts_with(&rule.prefix))
            .filter_map(|rule| rule.action)
            .filter(|(one, _)| *one == action)
            // The time of the earliest counts, and that has come if any has.
            .any(|(_, days)| add_days(since, days).is_some_and(|due| due <= now))
    }

    /// Whether any rule with one of these actions applies.
    pub(crate) fn has(&self, actions: &[Action], now: SystemTime) -> bool {
        self.rules
            .iter()
            .filter(|rule| rule.applies(now))
            .filter_map(|rule| rule.action)
            .any(|(action, _)| actions.contains(&action))
    }
}

/// A time so far away that it cannot be written does not come.
fn add_days(time: SystemTime, days: u64) -> Option<SystemTime> {
    let seconds = days.checked_mul(DAY.as_secs())?;
    time.checked_add(Duration::from_secs(seconds))
}

impl Rule {
    fn read(members: &Members<'_>) -> Result<Rule, ApiError> {
        let id = members.short_text("id", MOST_ID)?.to_owned();
        let enabled = members.required_switch("status")?;
        let filter = members.required_object("filter")?;
        let prefix = filter.text("prefix")?.unwrap_or("");
        if prefix.len() > MOST_PREFIX {
            let why = format!("longer than {MOST_PREFIX} bytes");
            return Err(filter.wrong("prefix", why));
        }
        let mut found = Vec::new();
        // The official SDKs' shared scenarios write the action into the filter, and expect it to be taken.
        for place in [members, &filter] {
            for (action, name, days, least) in ACTIONS {
                if let Some(given) = place.object(name)? {
                    found.push((action, read_days(action, &given, days, least)?));
                }
            }
        }
        // The documentation wants one; an older revision of the shared scenarios puts a rule without, and expects it to be
        // taken.
        if found.len() > 1 {
            return Err(contradiction(format!(
                "{}: a rule has one action, not {}",
                members.here(),
                found.len()
            )));
        }
        Ok(Rule {
            id,
            enabled,
            prefix: prefix.to_owned(),
            action: found.pop(),
            created: members
                .number(CREATED)?
                .and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds))),
        })
    }

    fn check_beside(&self, other: &Rule) -> Result<(), ApiError> {
        let (Some((action, days)), Some((other_action, other_days))) = (self.action, other.action)
        else {
            return Ok(());
        };
        if action == other_action && self.prefix == other.prefix {
            return Err(contradiction(format!(
                "rule: `{}` and `{}` have the same prefix and the same action",
                other.id, self.id
            )));
        }
        let overlap =
            self.prefix.starts_with(&other.prefix) || other.prefix.starts_with(&self.prefix);
        if (action, other_action) == (Action::Transition, Action::Expire)
            && overlap
            && days >= other_days
        {
            return Err(contradiction(format!(
                "rule: `{}` would move objects that `{}` has deleted by then",
                self.id, other.id
            )));
        }
        Ok(())
    }

    fn applies(&self, now: SystemTime) -> bool {
        self.enabled
            && self
                .created
                .and_then(|created| created.checked_add(ACTIVATION))
                .is_some_and(|start| start <= now)
    }
}

fn read_days(action: Action, given: &Members<'_>, name: &str, least: u64) -> Result<u64, ApiError> {
    if matches!(action, Action::Transition | Action::TransitionNoncurrent)
        && given.required_text("storage_class")? != TARGET
    {
        return Err(contradiction(format!(
            "{}: objects are only moved to {TARGET}",
            given.path("storage_class")
        )));
    }
    given.days(name, least)
}

/// The document to store for one that was put: each rule with the time at which it became what it is. A rule that was
/// there before, unchanged, keeps its time.
pub(crate) fn dated(
    put: &Map<String, Value>,
    before: Option<&Map<String, Value>>,
    now: SystemTime,
) -> Map<String, Value> {
    let old: Vec<&Map<String, Value>> = before.map(rules_of).unwrap_or_default();
    let mut dated = put.clone();
    if let Some(Value::Array(rules)) = dated.get_mut("rule") {
        for rule in rules.iter_mut().filter_map(Value::as_object_mut) {
            let same = old.iter().find(|old| bare(old) == bare(rule));
            let created = same.and_then(|same| same.get(CREATED).cloned());
            let state = same.and_then(|same| same.get(STATE).cloned());
            rule.insert(
                CREATED.to_owned(),
                created.unwrap_or_else(|| json!(text::unix(now))),
            );
            rule.insert(
                STATE.to_owned(),
                state.unwrap_or_else(|| json!("unchecked")),
            );
        }
    }
    dated
}

/// The document after all of its rules that apply have been applied to everything.
pub(crate) fn applied(stored: &Map<String, Value>, now: SystemTime) -> Map<String, Value> {
    let mut after = stored.clone();
    let Ok(lifecycle) = Lifecycle::read(stored) else {
        return after;
    };
    if let Some(Value::Array(rules)) = after.get_mut("rule") {
        for (rule, read) in rules.iter_mut().zip(&lifecycle.rules) {
            if let (Value::Object(rule), true) = (rule, read.applies(now)) {
                rule.insert(STATE.to_owned(), json!("ready"));
            }
        }
    }
    after
}

fn rules_of(document: &Map<String, Value>) -> Vec<&Map<String, Value>> {
    match document.get("rule") {
        Some(Value::Array(rules)) => rules.iter().filter_map(Value::as_object).collect(),
        _ => Vec::new(),
    }
}

/// A rule without what the service adds.
fn bare(rule: &Map<String, Value>) -> Map<String, Value> {
    let mut bare = rule.clone();
    bare.remove(CREATED);
    bare.remove(STATE);
    bare
}

#[cfg(test)]
#[path = "lifecycle_tests.rs"]
mod tests;
