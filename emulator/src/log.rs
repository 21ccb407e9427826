//! The line that the log has for a request.

use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::text;

/// How a request is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogFormat {
    /// `201 PutObject PUT /photos/cat.png 0 ms 63f3c1f5a0d95a0e`.
    #[default]
    Simple,
    /// A JSON object with `time`, `status`, `operation`, `method`, `resource`, `millis` and `request_id`.
    Json,
}

/// What is known of an answered request. Neither the query nor headers are: signatures and keys are in them.
pub(crate) struct Entry<'a> {
    pub(crate) time: SystemTime,
    /// `None` if a fault ended the connection instead.
    pub(crate) status: Option<u16>,
    pub(crate) operation: &'a str,
    pub(crate) method: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) duration: Duration,
    pub(crate) request_id: &'a str,
}

impl LogFormat {
    pub(crate) fn line(self, entry: &Entry<'_>) -> String {
        let Entry {
            operation,
            method,
            resource,
            request_id,
            ..
        } = entry;
        let millis = entry.duration.as_millis();
        match self {
            LogFormat::Simple => {
                let status = entry
                    .status
                    .map_or("cut".to_owned(), |status| status.to_string());
                format!("{status} {operation} {method} {resource} {millis} ms {request_id}")
            }
            LogFormat::Json => json!({
                "time": text::iso8601_millis(entry.time),
                "status": entry.status,
                "operation": operation,
                "method": method,
                "resource": resource,
                "millis": u64::try_from(millis).unwrap_or(u64::MAX),
                "request_id": request_id,
            })
            .to_string(),
        }
    }

    /// A line that is about no request.
    pub(crate) fn remark(self, text: &str) -> String {
        match self {
            LogFormat::Simple => text.to_owned(),
            LogFormat::Json => json!({ "message": text }).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn lines_are_of_the_documented_forms() {
        let mut entry = Entry {
            time: UNIX_EPOCH,
            status: Some(201),
            operation: "PutObject",
            method: "PUT",
            resource: "/photos/a\"b",
            duration: Duration::from_micros(1999),
            request_id: "63f3",
        };
        let simple = "201 PutObject PUT /photos/a\"b 1 ms 63f3";
        assert_eq!(LogFormat::Simple.line(&entry), simple);
        let json: serde_json::Value =
            serde_json::from_str(&LogFormat::Json.line(&entry)).expect("JSON");
        let expected = json!({
            "time": "1970-01-01T00:00:00.000Z", "status": 201, "operation": "PutObject", "method": "PUT",
            "resource": "/photos/a\"b", "millis": 1, "request_id": "63f3",
        });
        assert_eq!(json, expected);
        entry.status = None;
        assert!(LogFormat::Simple.line(&entry).starts_with("cut PutObject"));
    }
}
