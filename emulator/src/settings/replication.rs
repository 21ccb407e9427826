//! Which objects of a bucket are copied to a bucket in another zone.

use serde_json::{Map, Value};

use super::members::Members;
use super::{contradiction, unique};
use crate::error::ApiError;

const MOST_RULES: usize = 1000;

/// Of all rules together, as JSON.
const MOST_BYTES: usize = 2_097_152;

/// In characters.
const MOST_ID: usize = 255;
const MOST_PREFIX: usize = 1024;

/// All rules of a bucket.
#[derive(Debug)]
pub(crate) struct Replication {
    pub(crate) rules: Vec<Rule>,
    /// The one bucket that all rules name.
    pub(crate) destination: String,
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    id: String,
    pub(crate) enabled: bool,
    prefix: String,
    pub(crate) storage_class: &'static str,
    /// Whether objects that are older than the rule are copied too.
    pub(crate) sync_marker: bool,
    /// Whether deleting an object deletes its copy.
    pub(crate) delete_marker: bool,
}

impl Replication {
    /// Reads and checks all rules; errors name the member at fault.
    pub(crate) fn read(document: &Map<String, Value>) -> Result<Replication, ApiError> {
        let members = Members::root(document).required_objects("rules")?;
        if members.is_empty() || members.len() > MOST_RULES {
            return Err(contradiction(format!(
                "rules: there must be 1 to {MOST_RULES}"
            )));
        }
        if document
            .get("rules")
            .map(Value::to_string)
            .map_or(0, |text| text.len())
            > MOST_BYTES
        {
            return Err(contradiction(format!(
                "rules: longer than {MOST_BYTES} bytes"
            )));
        }
        let mut rules = Vec::new();
        let mut destination: Option<&str> = None;
        for rule in &members {
            let target = rule.required_object("destination")?;
            let bucket = target.required_text("bucket")?;
            if destination.is_some_and(|other| other != bucket) {
                let why = "destination: all rules name the same bucket";
                return Err(contradiction(format!("{}.{why}", rule.here())));
            }
            destination = Some(bucket);
            rules.push(Rule::read(rule, &target)?);
        }
        unique("rules", rules.iter().map(|rule| rule.id.as_str()))?;
        refuse_overlap(&rules)?;
        Ok(Replication {
            rules,
            destination: destination.unwrap_or("").to_owned(),
        })
    }

    /// The rule that is about a key; as prefixes do not overlap, there is one at most.
    pub(crate) fn about(&self, key: &str) -> Option<&Rule> {
        self.rules
            .iter()
            .find(|rule| rule.enabled && key.starts_with(&rule.prefix))
    }
}

/// In byte order a prefix stands before all that begin with it, and only such stand in between.
fn refuse_overlap(rules: &[Rule]) -> Result<(), ApiError> {
    let mut sorted: Vec<&Rule> = rules.iter().collect();
    sorted.sort_by(|a, b| a.prefix.cmp(&b.prefix));
    for pair in sorted.windows(2) {
        if let [one, other] = pair
            && other.prefix.starts_with(&one.prefix)
        {
            return Err(contradiction(format!(
                "rules: the prefixes of `{}` and `{}` overlap",
                one.id, other.id
            )));
        }
    }
    Ok(())
}

impl Rule {
    fn read(rule: &Members<'_>, target: &Members<'_>) -> Result<Rule, ApiError> {
        let filters = rule.required_object("filters")?;
        let prefix = filters.text("prefix")?.unwrap_or("");
        if prefix.chars().count() > MOST_PREFIX {
            let why = format!("longer than {MOST_PREFIX} characters");
            return Err(filters.wrong("prefix", why));
        }
        let class = target.text("storage_class")?.unwrap_or("STANDARD");
        let storage_class = ["STANDARD", "STANDARD_IA"]
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(class))
            .ok_or_else(|| target.wrong("storage_class", "must be STANDARD or STANDARD_IA"))?;
        Ok(Rule {
            id: rule.short_text("id", MOST_ID)?.to_owned(),
            enabled: rule.switch("status")?.unwrap_or(true),
            prefix: prefix.to_owned(),
            storage_class,
            sync_marker: rule.switch("sync_marker")?.unwrap_or(false),
            delete_marker: rule.switch("delete_marker")?.unwrap_or(false),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::code;

    fn read(rules: Value) -> Result<Replication, ApiError> {
        let Value::Object(document) = json!({ "rules": rules }) else {
            unreachable!("an object");
        };
        Replication::read(&document)
    }

    fn rule(id: &str, prefix: &str) -> Value {
        json!({ "id": id, "filters": { "prefix": prefix }, "destination": { "bucket": "copies" } })
    }

    #[test]
    fn rules_have_defaults_and_prefixes() {
        let all = json!({
            "id": "videos", "status": "DISABLED", "filters": { "prefix": "video/" },
            "destination": { "bucket": "copies", "storage_class": "standard_ia", "zone": "pek3b" },
            "sync_marker": "enabled", "delete_marker": "Enabled",
        });
        let mut enabled = all.clone();
        enabled["status"] = json!(null);
        let replication = read(json!([rule("images", "image/"), all])).expect("good rules");
        assert_eq!(replication.destination, "copies");
        let images = replication.about("image/cat.png").expect("a rule");
        assert_eq!(
            (
                images.storage_class,
                images.sync_marker,
                images.delete_marker
            ),
            ("STANDARD", false, false)
        );
        assert!(
            replication.about("video/cat.mp4").is_none(),
            "it is switched off"
        );
        assert!(replication.about("imag").is_none());
        let replication = read(json!([enabled])).expect("a good rule");
        let videos = replication.about("video/cat.mp4").expect("a rule");
        assert_eq!(
            (
                videos.storage_class,
                videos.sync_marker,
                videos.delete_marker
            ),
            ("STANDARD_IA", true, true)
        );
    }

    #[test]
    fn rules_must_not_contradict_each_other() {
        let mut elsewhere = rule("b", "b/");
        elsewhere["destination"]["bucket"] = json!("others");
        let many = |most: usize| -> Value {
            (0..most)
                .map(|n| rule(&n.to_string(), &format!("{n}/")))
                .collect()
        };
        let mut long = rule("a", "");
        long["note"] = json!("n".repeat(MOST_BYTES));
        for rules in [
            json!([]),
            many(1001),
            json!([rule("a", "a/"), rule("a", "b/")]),
            json!([rule("a", "a/"), rule("b", "a/")]),
            json!([rule("a", "a/"), rule("b", "")]),
            json!([rule("a", "a/x/"), rule("c", "a0"), rule("b", "a/")]),
            json!([rule("a", "a/"), elsewhere]),
            json!([long]),
        ] {
            let error = read(rules).expect_err("a contradiction");
            assert_eq!(error.code, code::INVALID_REQUEST, "{}", error.message);
        }
        assert!(read(many(1000)).is_ok());
    }

    #[test]
    fn what_cannot_be_read_is_refused_at_its_place() {
        for (name, value, place) in [
            ("id", json!("i".repeat(256)), "rules[0].id:"),
            ("filters", json!(null), "rules[0].filters:"),
            (
                "filters",
                json!({ "prefix": "p".repeat(1025) }),
                "rules[0].filters.prefix:",
            ),
            ("destination", json!({}), "rules[0].destination.bucket:"),
            (
                "destination",
                json!({ "bucket": "copies", "storage_class": "COLD" }),
                "rules[0].destination.storage_class:",
            ),
            ("status", json!("on"), "rules[0].status:"),
            ("sync_marker", json!(true), "rules[0].sync_marker:"),
            ("delete_marker", json!(""), "rules[0].delete_marker:"),
        ] {
            let mut changed = rule("a", "a/");
            changed[name] = value;
            let error = read(json!([changed])).expect_err(place);
            assert_eq!(error.code, code::INVALID_ARGUMENT, "{changed}");
            assert!(error.message.starts_with(place), "{}", error.message);
        }
    }
}
