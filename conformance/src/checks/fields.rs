//! A field of an output is read from where the spec says: present, absent, with strangers beside it, and with a value
//! that is not known.

use serde_json::{Map, Value as Json};

use crate::checks::client;
use crate::facts::{Field, Operation, Outcome, Place};
use crate::report::Report;
use crate::seen::{Seen, Value};
use crate::vary::UNKNOWN_MEMBER;
use crate::wire::{Canned, Received};

const UNKNOWN: &str = "x-unknown-value";

/// What an answer says.
#[derive(Default)]
struct Told {
    headers: Vec<(String, String)>,
    members: Map<String, Json>,
}

impl Told {
    fn tell(&mut self, field: &Field) {
        let json: Json = serde_json::from_str(field.sample).unwrap_or_default();
        match (field.place, json) {
            (Place::Header, _) => {
                self.headers
                    .push((field.wire.to_owned(), field.sample.to_owned()));
            }
            (Place::HeaderPrefix, Json::Object(entries)) => {
                let texts = entries.iter().map(|(name, value)| {
                    let text = value.as_str().unwrap_or_default();
                    (format!("{}{name}", field.wire), text.to_owned())
                });
                self.headers.extend(texts);
            }
            (_, json) => {
                self.members.insert(field.wire.to_owned(), json);
            }
        }
    }

    /// With what no spec knows, also inside of objects.
    fn with_strangers(mut self) -> Told {
        self.headers
            .push(("X-QS-Unknown-Header".to_owned(), "1".to_owned()));
        let mut body = Json::Object(std::mem::take(&mut self.members));
        add_stranger(&mut body);
        if let Json::Object(members) = body {
            self.members = members;
        }
        self
    }

    fn answer(&self, status: u16) -> Received {
        let body = match self.members.is_empty() {
            true => String::new(),
            false => Json::Object(self.members.clone()).to_string(),
        };
        let answer = Received::new(status, body);
        let headers = self.headers.iter();
        headers.fold(answer, |answer, (name, value)| answer.header(name, value))
    }
}

fn add_stranger(body: &mut Json) {
    if let Json::Object(members) = body {
        members.insert(UNKNOWN_MEMBER.to_owned(), Json::from("stranger"));
    }
}

/// Answers with the field in each of these ways.
pub(crate) async fn check(operation: &Operation, field: &Field, report: &mut Report) -> Canned {
    let successes = operation
        .responses
        .iter()
        .filter(|r| r.outcome == Outcome::Success);
    let declared = successes
        .into_iter()
        .find(|r| r.fields.contains(&field.name));
    let Some(status) = declared.map(|r| r.status) else {
        report.find("no successful status declares it");
        return Canned::new([]);
    };
    let required = || {
        let mut told = Told::default();
        let others = operation
            .fields
            .iter()
            .filter(|f| f.required && f.name != field.name);
        others.for_each(|other| told.tell(other));
        told
    };
    let mut present = required();
    present.tell(field);
    let canned = look(
        operation,
        field,
        &present,
        status,
        "present",
        report,
        Value::Sample,
    )
    .await;
    if !report.findings().is_empty() {
        return canned;
    }
    let absent = required();
    if field.required {
        let canned = Canned::new([absent.answer(status)]);
        if let Ok(client) = client(&canned) {
            let outcome = (operation.observe)(&client, &mut Seen::default()).await;
            match outcome {
                Ok(()) => report.find("the answer lacks it, and counts as good"),
                Err(error) => report.holds(
                    format!("the error should name {}: {error}", field.wire),
                    error.to_string().contains(field.wire),
                ),
            }
        }
    } else {
        look(
            operation,
            field,
            &absent,
            status,
            "absent",
            report,
            Value::Absent,
        )
        .await;
        if field.place == Place::Json {
            let mut null = required();
            null.members.insert(field.wire.to_owned(), Json::Null);
            look(
                operation,
                field,
                &null,
                status,
                "null",
                report,
                Value::Absent,
            )
            .await;
        }
    }
    let mut strange = required();
    strange.tell(field);
    let strange = strange.with_strangers();
    let mut last = look(
        operation,
        field,
        &strange,
        status,
        "beside strangers",
        report,
        Value::Sample,
    )
    .await;
    if field.open {
        let mut unknown = required();
        match field.place {
            Place::Json => {
                unknown
                    .members
                    .insert(field.wire.to_owned(), Json::from(UNKNOWN));
            }
            _ => unknown
                .headers
                .push((field.wire.to_owned(), UNKNOWN.to_owned())),
        }
        last = look(
            operation,
            field,
            &unknown,
            status,
            "unknown",
            report,
            Value::Other(UNKNOWN.to_owned()),
        )
        .await;
    }
    last
}

/// Reads an answer and judges what became of the field; the others must not have got its value.
async fn look(
    operation: &Operation,
    field: &Field,
    told: &Told,
    status: u16,
    how: &str,
    report: &mut Report,
    expected: Value,
) -> Canned {
    let canned = Canned::new([told.answer(status)]);
    let mut seen = Seen::default();
    let outcome = match client(&canned) {
        Ok(client) => (operation.observe)(&client, &mut seen).await,
        Err(error) => Err(error),
    };
    if let Err(error) = outcome {
        report.find(format!("{how}: the answer cannot be read: {error}"));
        return canned;
    }
    let got = seen.get(field.name).cloned().unwrap_or(Value::Absent);
    if got != expected {
        let told = |value: &Value| match value {
            Value::Sample => field.sample.to_owned(),
            Value::Absent => "nothing".to_owned(),
            Value::Other(text) => text.clone(),
        };
        report.differs(
            format!("{how}: {}", field.name),
            told(&expected),
            told(&got),
        );
    }
    if how == "beside strangers" && operation.keep_unknown && field.place == Place::Json {
        let kept = Value::Other("\"stranger\"".to_owned());
        report.equal("the unknown member", &seen.get("extra"), &Some(&kept));
    }
    for (name, value) in seen.iter() {
        let other = operation.fields.iter().find(|f| f.name == name);
        let told_of = other.is_some_and(|f| f.required || f.name == field.name);
        if !told_of && name != "extra" && *value != Value::Absent {
            report.find(format!(
                "{how}: {name} is read as {value:?}, and should be absent"
            ));
        }
    }
    canned
}
