//! Domains of one's own that are bound to a bucket.

use std::net::IpAddr;
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::members::Members;
use crate::error::ApiError;
use crate::text;

/// What a domain is bound for if nobody says.
const NORMAL: &str = "normal";

/// The member that holds all domains of a bucket.
const RECORDS: &str = "cname_records";

/// Reads the domain of a request to bind or unbind one: in small letters, without a dot at its end.
pub(crate) fn domain(document: &Map<String, Value>) -> Result<String, ApiError> {
    let members = Members::root(document);
    let domain = members.required_text("domain")?.to_ascii_lowercase();
    let domain = domain.strip_suffix('.').unwrap_or(&domain);
    let labels: Vec<&str> = domain.split('.').collect();
    let good = domain.len() <= 253
        && labels.len() > 1
        && labels.iter().all(|label| is_label(label))
        && domain.parse::<IpAddr>().is_err();
    if !good {
        let why = "must be a domain such as images.example.com";
        return Err(members.wrong("domain", why));
    }
    Ok(domain.to_owned())
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// What a domain is bound for, where the text says something else than that.
pub(crate) fn kind(name: &str, text: Option<&str>) -> Result<&'static str, ApiError> {
    match text {
        None | Some("normal") => Ok(NORMAL),
        Some("website") => Ok("website"),
        Some(_) => Err(ApiError::argument(name, "must be normal or website")),
    }
}

/// The bucket's document with one domain more. What the domain was bound for before no longer counts.
pub(crate) fn bound(
    before: Option<&Map<String, Value>>,
    put: &Map<String, Value>,
    now: SystemTime,
) -> Result<Map<String, Value>, ApiError> {
    let domain = domain(put)?;
    let kind = kind("type", Members::root(put).text("type")?)?;
    let mut records = records(before, None);
    let old = records.iter().position(|record| record["domain"] == domain);
    let old = old.map(|at| records.remove(at));
    let mut record = put.clone();
    record.retain(|_, value| !value.is_null());
    record.insert("domain".to_owned(), json!(domain));
    record.insert("type".to_owned(), json!(kind));
    // Binding it again is no news.
    let created = old.and_then(|old| old.get("created").cloned());
    let created = created.unwrap_or_else(|| json!(text::iso8601_millis(now)));
    record.insert("created".to_owned(), created);
    records.push(Value::Object(record));
    Ok(document(records))
}

/// The bucket's document with one domain less; `None` if it is not bound.
pub(crate) fn unbound(
    before: Option<&Map<String, Value>>,
    domain: &str,
) -> Option<Map<String, Value>> {
    let mut records = records(before, None);
    let at = records
        .iter()
        .position(|record| record["domain"] == domain)?;
    records.remove(at);
    Some(document(records))
}

/// Whether a domain is among a bucket's.
pub(crate) fn has(stored: &Map<String, Value>, domain: &str) -> bool {
    records(Some(stored), None)
        .iter()
        .any(|record| record["domain"] == domain)
}

/// The domains of a bucket; all of them, or those of one kind.
pub(crate) fn records(stored: Option<&Map<String, Value>>, kind: Option<&str>) -> Vec<Value> {
    let Some(Value::Array(records)) = stored.and_then(|stored| stored.get(RECORDS)) else {
        return Vec::new();
    };
    let wanted = |record: &&Value| kind.is_none_or(|kind| record["type"] == kind);
    records.iter().filter(wanted).cloned().collect()
}

fn document(records: Vec<Value>) -> Map<String, Value> {
    Map::from_iter([(RECORDS.to_owned(), Value::Array(records))])
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(map) = value else {
            unreachable!("an object");
        };
        map
    }

    #[test]
    fn domains_are_checked() {
        for (text, expected) in [
            ("images.example.com", Some("images.example.com")),
            ("Images.Example.COM.", Some("images.example.com")),
            ("xn--fiqs8s.example", Some("xn--fiqs8s.example")),
            ("localhost", None),
            ("127.0.0.1", None),
            ("example..com", None),
            ("-a.example.com", None),
            ("a_b.example.com", None),
            ("*.example.com", None),
            ("example.com:80", None),
            ("http://example.com", None),
            ("图.example.com", None),
            ("", None),
        ] {
            let read = domain(&object(json!({ "domain": text }))).ok();
            assert_eq!(read.as_deref(), expected, "{text}");
        }
        assert!(domain(&object(json!({ "domain": null }))).is_err());
        assert!(domain(&object(json!({ "domain": "a.".repeat(127) + "example" }))).is_err());
    }

    #[test]
    fn binding_adds_and_unbinding_takes_away() {
        let now = UNIX_EPOCH + Duration::from_secs(1_471_223_176);
        let put = |before, value| bound(before, &object(value), now).expect("bound");
        let first = put(None, json!({ "domain": "a.example.com" }));
        let later = now + Duration::from_secs(60);
        let second = bound(
            Some(&first),
            &object(json!({ "domain": "B.example.com", "type": "website", "note": 1 })),
            later,
        )
        .expect("bound");
        let created = "2016-08-15T01:06:16.000Z";
        assert_eq!(
            records(Some(&second), None),
            [
                json!({ "domain": "a.example.com", "type": "normal", "created": created }),
                json!({
                    "domain": "b.example.com", "type": "website", "note": 1, "created": "2016-08-15T01:07:16.000Z",
                }),
            ]
        );
        assert_eq!(records(Some(&second), Some("website")).len(), 1);
        let again = put(
            Some(&second),
            json!({ "domain": "a.example.com", "type": "website" }),
        );
        let websites = records(Some(&again), Some("website"));
        assert_eq!(websites.len(), 2);
        assert_eq!(websites[1]["created"], created);
        let less = unbound(Some(&again), "b.example.com").expect("it was bound");
        assert_eq!(records(Some(&less), None).len(), 1);
        assert!(unbound(Some(&less), "b.example.com").is_none());
        assert!(
            bound(
                None,
                &object(json!({ "domain": "a.b", "type": "Website" })),
                now
            )
            .is_err()
        );
    }
}
