//! What is told to others when something happens to a bucket's objects.

use glob::Pattern;
use http::Uri;
use serde_json::{Map, Value, json};

use super::members::Members;
use super::unique;
use crate::error::ApiError;

/// All notifications of a bucket.
#[derive(Debug)]
pub(crate) struct Notifications {
    pub(crate) rules: Vec<Notification>,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct Notification {
    pub(crate) id: String,
    events: Vec<Event>,
    /// Empty for all objects.
    filters: Vec<Pattern>,
    pub(crate) cloudfunc: Cloudfunc,
    /// Where it is told.
    pub(crate) url: Option<Uri>,
}

/// What handles an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cloudfunc {
    Notifier,
    Image(ImageJob),
    TupuPorn,
}

/// What becomes of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImageJob {
    pub(crate) action: String,
    /// What stands before the image's own key: prefix and separator.
    pub(crate) key_begins: String,
    /// The image's own bucket if it is not said.
    pub(crate) bucket: Option<String>,
}

/// What can happen to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Create,
    Delete,
    Abort,
    Complete,
}

/// The names of events where they are asked for, and where they are told.
const EVENTS: [(Event, &str, &str); 4] = [
    (Event::Create, "create_object", "create_object"),
    (Event::Delete, "delete_object", "delete_object"),
    (Event::Abort, "abort_multipart", "abort_upload"),
    (Event::Complete, "complete_multipart", "complete_upload"),
];

impl Event {
    fn told(self) -> &'static str {
        EVENTS
            .iter()
            .find(|(event, _, _)| *event == self)
            .map_or("", |(_, _, told)| *told)
    }
}

impl Notifications {
    /// Reads and checks all notifications; errors name the member at fault.
    pub(crate) fn read(document: &Map<String, Value>) -> Result<Notifications, ApiError> {
        let rules: Vec<Notification> = Members::root(document)
            .required_objects("notifications")?
            .iter()
            .map(Notification::read)
            .collect::<Result<_, _>>()?;
        unique("notifications", rules.iter().map(|rule| rule.id.as_str()))?;
        Ok(Notifications { rules })
    }
}

impl Notification {
    /// Whether it is about an event. All that are apply.
    pub(crate) fn is_about(&self, event: Event, key: &str) -> bool {
        let fits = |filter: &Pattern| filter.matches(key);
        self.events.contains(&event) && (self.filters.is_empty() || self.filters.iter().any(fits))
    }

    fn read(members: &Members<'_>) -> Result<Notification, ApiError> {
        let id = members.required_text("id")?.to_owned();
        let mut events = Vec::new();
        for name in members.some_texts("event_types")? {
            let event = EVENTS.iter().find(|(_, asked, _)| *asked == name);
            let wrong = || members.wrong("event_types", format!("there is no event `{name}`"));
            events.push(event.map(|(event, _, _)| *event).ok_or_else(wrong)?);
        }
        let mut filters = Vec::new();
        for text in members.one_or_many("object_filters")?.unwrap_or_default() {
            let pattern = Pattern::new(&text).map_err(|error| {
                let why = format!("`{text}` is no pattern: {error}");
                members.wrong("object_filters", why)
            })?;
            filters.push(pattern);
        }
        let url = members.text("notify_url")?;
        let url = url.map(|url| {
            read_url(url).ok_or_else(|| members.wrong("notify_url", "must be an http or https URL"))
        });
        let url = url.transpose()?;
        let arguments = members.object("cloudfunc_args")?;
        let cloudfunc = match members.required_text("cloudfunc")? {
            "notifier" if url.is_none() => {
                return Err(members.wrong("notify_url", "`notifier` needs it"));
            }
            "notifier" => Cloudfunc::Notifier,
            "image" => {
                let arguments = members.required_object("cloudfunc_args")?;
                Cloudfunc::Image(ImageJob::read(&arguments)?)
            }
            "tupu-porn" => Cloudfunc::TupuPorn,
            _ => return Err(members.wrong("cloudfunc", "must be notifier, image or tupu-porn")),
        };
        // Also where nothing needs it, it has to be readable.
        arguments.map(|given| ImageJob::read(&given)).transpose()?;
        Ok(Notification {
            id,
            events,
            filters,
            cloudfunc,
            url,
        })
    }
}

fn read_url(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let known = matches!(uri.scheme_str(), Some("http" | "https"));
    let host = uri.host().is_some_and(|host| !host.is_empty());
    (known && host).then_some(uri)
}

impl ImageJob {
    fn read(members: &Members<'_>) -> Result<ImageJob, ApiError> {
        let prefix = members.text("key_prefix")?.unwrap_or("gen");
        let separator = members.text("key_seprate")?.unwrap_or("_");
        Ok(ImageJob {
            action: members.required_text("action")?.to_owned(),
            key_begins: format!("{prefix}{separator}"),
            bucket: members.text("save_bucket")?.map(str::to_owned),
        })
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub(crate) struct Happening {
    pub(crate) event: Event,
    /// As JSON has it.
    pub(crate) time: String,
    pub(crate) zone: String,
    /// Nobody in particular has no id.
    pub(crate) user: Option<String>,
    pub(crate) request_id: String,
    pub(crate) bucket: String,
    pub(crate) key: String,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) size: u64,
}

impl Happening {
    /// What is sent for it.
    pub(crate) fn document(&self, notification: &str) -> Value {
        json!({ "events": [{
            "event_source": "qingstor",
            "event_version": "1.0",
            "event_type": self.event.told(),
            "event_time": self.time,
            "zone_id": self.zone,
            "user_identify": { "principal_id": self.user.as_deref().unwrap_or("") },
            "response_elements": { "request_id": self.request_id },
            "qingstor": {
                "schema_version": "1.0",
                "notification_id": notification,
                "bucket": { "name": self.bucket },
                "object": { "name": self.key, "etag": self.etag, "size": self.size },
            },
        }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::code;

    fn read(notifications: Value) -> Result<Notifications, ApiError> {
        let Value::Object(document) = json!({ "notifications": notifications }) else {
            unreachable!("an object");
        };
        Notifications::read(&document)
    }

    fn rule(changes: Value) -> Value {
        let mut rule = json!({
            "id": "a", "event_types": ["create_object"], "cloudfunc": "notifier", "notify_url": "http://127.0.0.1/hook",
        });
        if let (Value::Object(all), Value::Object(changes)) = (&mut rule, changes) {
            all.extend(changes);
        }
        rule
    }

    #[test]
    fn every_rule_that_is_about_an_event_applies() {
        let rules = read(json!([
            rule(json!({})),
            rule(json!({ "id": "b", "object_filters": ["*.jpg", "logs/?"] })),
            rule(json!({ "id": "c", "object_filters": "*" })),
            rule(json!({ "id": "d", "event_types": ["delete_object", "abort_multipart", "complete_multipart"] })),
            rule(json!({ "id": "e", "object_filters": [], "cloudfunc": "tupu-porn", "notify_url": null })),
        ]))
        .expect("good rules");
        for (event, key, expected) in [
            (Event::Create, "2026/cat.jpg", "abce"),
            (Event::Create, "2026/cat.png", "ace"),
            (Event::Create, "logs/1", "abce"),
            (Event::Create, "logs/12", "ace"),
            (Event::Delete, "2026/cat.jpg", "d"),
            (Event::Abort, "x", "d"),
            (Event::Complete, "x", "d"),
        ] {
            let ids: String = rules
                .rules
                .iter()
                .filter(|rule| rule.is_about(event, key))
                .map(|rule| rule.id.as_str())
                .collect();
            assert_eq!(ids, expected, "{event:?} {key}");
        }
    }

    #[test]
    fn images_have_arguments_with_defaults() {
        let arguments = json!({ "action": "info", "key_seprate": "/", "save_bucket": "previews" });
        let rules = read(json!([
            rule(json!({ "cloudfunc": "image", "cloudfunc_args": { "action": "info" } })),
            rule(json!({ "id": "b", "cloudfunc": "image", "cloudfunc_args": arguments })),
        ]))
        .expect("good rules");
        let jobs: Vec<_> = rules.rules.iter().map(|rule| &rule.cloudfunc).collect();
        for (job, key_begins, bucket) in
            [(jobs[0], "gen_", None), (jobs[1], "gen/", Some("previews"))]
        {
            let expected = ImageJob {
                action: "info".to_owned(),
                key_begins: key_begins.to_owned(),
                bucket: bucket.map(str::to_owned),
            };
            assert_eq!(*job, Cloudfunc::Image(expected));
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_at_its_place() {
        for (changes, place) in [
            (json!({ "id": null }), "notifications[0].id:"),
            (
                json!({ "event_types": [] }),
                "notifications[0].event_types:",
            ),
            (
                json!({ "event_types": ["complete_upload"] }),
                "notifications[0].event_types:",
            ),
            (
                json!({ "object_filters": [1] }),
                "notifications[0].object_filters:",
            ),
            (
                json!({ "object_filters": ["[a"] }),
                "notifications[0].object_filters:",
            ),
            (json!({ "cloudfunc": null }), "notifications[0].cloudfunc:"),
            (
                json!({ "cloudfunc": "video" }),
                "notifications[0].cloudfunc:",
            ),
            (
                json!({ "cloudfunc": "image" }),
                "notifications[0].cloudfunc_args:",
            ),
            (
                json!({ "cloudfunc": "image", "cloudfunc_args": {} }),
                "notifications[0].cloudfunc_args.action:",
            ),
            (
                json!({ "notify_url": null }),
                "notifications[0].notify_url:",
            ),
            (
                json!({ "notify_url": "127.0.0.1/hook" }),
                "notifications[0].notify_url:",
            ),
            (
                json!({ "notify_url": "ftp://127.0.0.1/hook" }),
                "notifications[0].notify_url:",
            ),
        ] {
            let error = read(json!([rule(changes.clone())])).expect_err(place);
            assert_eq!(error.code, code::INVALID_ARGUMENT, "{changes}");
            assert!(
                error.message.starts_with(place),
                "{changes}: {}",
                error.message
            );
        }
        let twins = read(json!([rule(json!({})), rule(json!({}))])).expect_err("twins");
        assert_eq!(twins.code, code::INVALID_REQUEST);
    }
}
