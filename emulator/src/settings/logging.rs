//! Where the log of the requests to a bucket goes, and how it is written.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use super::members::Members;
use crate::error::ApiError;
use crate::text;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// The service writes the time of Beijing.
const BEIJING: Duration = Duration::from_secs(8 * 60 * 60);

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Where a log goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Logging {
    pub(crate) bucket: String,
    pub(crate) prefix: String,
}

impl Logging {
    /// Reads and checks the setting; errors name the member at fault.
    pub(crate) fn read(document: &Map<String, Value>) -> Result<Logging, ApiError> {
        let members = Members::root(document);
        Ok(Logging {
            bucket: members.required_text("target_bucket")?.to_owned(),
            prefix: match members.text("target_prefix")? {
                None => return Err(members.wrong("target_prefix", "required, but missing")),
                Some(prefix) if prefix.len() > 900 => {
                    return Err(
                        members.wrong("target_prefix", "leaves no room for the file's name")
                    );
                }
                Some(prefix) => prefix.to_owned(),
            },
        })
    }

    /// The key of a log file: of the hour that `time` is in, the first is number 1.
    pub(crate) fn key(&self, source: &str, time: SystemTime, order: usize) -> String {
        // 2018-06-25T11:36:04Z
        let time = text::iso8601_seconds(beijing(time));
        let (day, clock) = time.split_once('T').unwrap_or((&time, ""));
        let hour = clock.split(':').next().unwrap_or("");
        format!("{}{source}-{day}-{hour}-{order}.log", self.prefix)
    }
}

/// Which hour a time is in.
pub(crate) fn hour(time: SystemTime) -> u64 {
    text::unix(time) / HOUR.as_secs()
}

fn beijing(time: SystemTime) -> SystemTime {
    text::writable(time.checked_add(BEIJING).unwrap_or(time))
}

/// What is told of a request. What is not known is `None`.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) client: IpAddr,
    pub(crate) time: SystemTime,
    pub(crate) method: &'a str,
    /// The URL that was asked for, without anything that signs it.
    pub(crate) url: &'a str,
    pub(crate) status: u16,
    pub(crate) duration: Duration,
    pub(crate) received: u64,
    pub(crate) sent: u64,
    pub(crate) user_agent: Option<&'a str>,
    pub(crate) referer: Option<&'a str>,
    pub(crate) bucket: &'a str,
    /// In snake_case.
    pub(crate) operation: &'a str,
    pub(crate) user: Option<&'a str>,
    pub(crate) request_id: &'a str,
}

impl Entry<'_> {
    /// One line, with its end.
    pub(crate) fn line(&self) -> String {
        let quoted = |text: Option<&str>| match text {
            None | Some("") => "-".to_owned(),
            Some(text) => format!("\"{}\"", clean(text)),
        };
        format!(
            "{} - {} \"{} {}\" {} {:.3} {} {} {} {} {} {} {} {}\n",
            self.client.to_canonical(),
            stamp(self.time),
            self.method,
            clean(self.url),
            self.status,
            self.duration.as_secs_f64(),
            self.received,
            self.sent,
            quoted(self.user_agent),
            quoted(self.referer),
            self.bucket,
            self.operation,
            self.user.unwrap_or("-"),
            self.request_id,
        )
    }
}

/// A text that cannot end its quotes or its line.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c == '"' || c.is_control() { '_' } else { c })
        .collect()
}

/// `[25/Jun/2018:11:36:04 +0800]`
fn stamp(time: SystemTime) -> String {
    let time = text::iso8601_seconds(beijing(time));
    let (date, clock) = time.split_once('T').unwrap_or((&time, ""));
    let mut parts = date.split('-');
    let year = parts.next().unwrap_or("");
    let month = parts.next().and_then(|month| month.parse::<usize>().ok());
    let month = month.and_then(|month| MONTHS.get(month.wrapping_sub(1)));
    let day = parts.next().unwrap_or("");
    let clock = clock.trim_end_matches('Z');
    format!("[{day}/{}/{year}:{clock} +0800]", month.unwrap_or(&""))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use serde_json::json;

    use super::*;
    use crate::error::code;

    /// Sun, 24 Jun 2018 19:36:04 GMT, which the documentation's example writes in Beijing's time.
    fn time() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_529_868_964)
    }

    fn read(document: Value) -> Result<Logging, ApiError> {
        let Value::Object(document) = document else {
            unreachable!("an object");
        };
        Logging::read(&document)
    }

    #[test]
    fn files_are_named_after_bucket_and_hour() {
        let logging = read(json!({ "target_bucket": "logs-of-ann", "target_prefix": "photos/" }))
            .expect("good");
        assert_eq!(logging.bucket, "logs-of-ann");
        assert_eq!(
            logging.key("photos", time(), 1),
            "photos/photos-2018-06-25-03-1.log"
        );
        assert_eq!(hour(time()), hour(time() + Duration::from_secs(60)));
        assert_ne!(hour(time()), hour(time() + HOUR));
    }

    #[test]
    fn a_line_has_the_documented_form() {
        let mut entry = Entry {
            client: [203, 0, 113, 9].into(),
            time: time(),
            method: "GET",
            url: "http://pek3a.qingstor.com/photos?limit=1",
            status: 200,
            duration: Duration::from_millis(7),
            received: 12,
            sent: 345,
            user_agent: Some("curl/8 \"beta\""),
            referer: None,
            bucket: "photos",
            operation: "list_objects",
            user: Some("usr-ann"),
            request_id: "1a2b",
        };
        assert_eq!(
            entry.line(),
            "203.0.113.9 - [25/Jun/2018:03:36:04 +0800] \"GET http://pek3a.qingstor.com/photos?limit=1\" 200 0.007 12 345 \
             \"curl/8 _beta_\" - photos list_objects usr-ann 1a2b\n"
        );
        entry.user = None;
        entry.user_agent = None;
        entry.referer = Some("http://a/\nb");
        assert!(
            entry
                .line()
                .ends_with(" - \"http://a/_b\" photos list_objects - 1a2b\n"),
            "{}",
            entry.line()
        );
    }

    #[test]
    fn both_members_are_needed() {
        for (document, place) in [
            (json!({ "target_prefix": "" }), "target_bucket:"),
            (
                json!({ "target_bucket": "", "target_prefix": "" }),
                "target_bucket:",
            ),
            (json!({ "target_bucket": "logs" }), "target_prefix:"),
            (
                json!({ "target_bucket": "logs", "target_prefix": null }),
                "target_prefix:",
            ),
            (
                json!({ "target_bucket": "logs", "target_prefix": 1 }),
                "target_prefix:",
            ),
            (
                json!({ "target_bucket": "logs", "target_prefix": "p".repeat(901) }),
                "target_prefix:",
            ),
        ] {
            let error = read(document.clone()).expect_err(place);
            assert_eq!(error.code, code::INVALID_ARGUMENT, "{document}");
            assert!(error.message.starts_with(place), "{}", error.message);
        }
        assert!(read(json!({ "target_bucket": "logs", "target_prefix": "" })).is_ok());
    }
}
