//! A required argument cannot be left out.
//!
//! In Rust that is the compiler's business: the calls of these checks pass it by position, so they would not compile if
//! it were a setter. What is left is that an empty value is not silently dropped, and that an endpoint refuses a request
//! without it, which is tried with a request that the SDK would not make.

use qingstor::ErrorKind;

use crate::checks::{any_answer, capture, client, raw};
use crate::facts::{Operation, Parameter, Place, Type};
use crate::names::Names;
use crate::report::Report;
use crate::slot::Slot;
use crate::vary::{Value, Vary};
use crate::wire::{Canned, Received, Sent};

/// Whether a request without the parameter is still one of this operation, so that an endpoint can refuse it.
pub(crate) fn is_live(parameter: &Parameter) -> bool {
    let place = matches!(
        parameter.place,
        Place::Query | Place::Header | Place::Json | Place::Form
    );
    place && !parameter.selects
}

/// What an empty value becomes.
pub(crate) async fn offline(
    operation: &Operation,
    parameter: &Parameter,
    report: &mut Report,
) -> Canned {
    let canned = Canned::new([any_answer()]);
    let client = match client(&canned) {
        Ok(client) => client,
        Err(error) => {
            report.find(error.to_string());
            return canned;
        }
    };
    let empty = match (&parameter.ty, parameter.place) {
        (_, Place::Stream) => Value::Bytes(Vec::new()),
        (Type::Text | Type::Enum(_) | Type::ImageActions, _) => Value::Text(String::new()),
        (Type::ObjectRef, _) => Value::Object {
            bucket: String::new(),
            key: String::new(),
            version: None,
        },
        // Numbers, times and keys have no empty value.
        _ => return canned,
    };
    let vary = Vary::nothing().with(parameter.name, empty);
    match capture(operation, &client, &canned, &vary).await {
        Err(error) => {
            report.equal(
                "the kind of the error",
                &error.kind(),
                &ErrorKind::InvalidInput,
            );
        }
        Ok(_) if parameter.place == Place::Path => {
            report.find("an empty key is sent: the request is about the bucket");
        }
        Ok(sent) => report.holds(
            "an empty value is dropped: the request is another one",
            sent.method == operation.verb && has(parameter, &sent),
        ),
    }
    canned
}

/// Whether the request has the parameter, with whatever value.
fn has(parameter: &Parameter, sent: &Sent) -> bool {
    match parameter.place {
        Place::Query => sent.query().iter().any(|(name, _)| *name == parameter.wire),
        Place::Header => sent.headers.contains_key(parameter.wire),
        Place::Json => {
            let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap_or_default();
            body.get(parameter.wire).is_some()
        }
        Place::Form => {
            let content_type = sent.header("content-type").unwrap_or_default();
            let parts = crate::multipart::parse(content_type, &sent.body);
            parts.is_some_and(|parts| parts.iter().any(|(name, _)| name == parameter.wire))
        }
        _ => true,
    }
}

/// An endpoint refuses the request without it.
pub(crate) async fn live(
    operation: &Operation,
    parameter: &Parameter,
    names: Names,
    slot: &Slot,
    report: &mut Report,
) {
    let outcome = match raw::call(operation, names, slot).await {
        Ok(mut sent) => {
            leave_out(parameter, &mut sent);
            raw::send(slot, sent).await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(Received { status, .. }) => {
            let declared = operation.responses.iter().any(|r| r.status == status);
            report.holds(
                format!(
                    "a request without {} is answered with {status}",
                    parameter.wire
                ),
                (400..500).contains(&status),
            );
            report.holds(format!("the status {status} is not declared"), declared);
        }
        Err(error) => report.find(error.to_string()),
    }
}

fn leave_out(parameter: &Parameter, sent: &mut Sent) {
    match parameter.place {
        Place::Query => {
            let kept = sent
                .query()
                .into_iter()
                .filter(|(name, _)| *name != parameter.wire);
            let kept: Vec<String> = kept
                .map(|(name, value)| match value {
                    Some(value) => format!("{name}={value}"),
                    None => name.to_owned(),
                })
                .collect();
            let path = sent.path().to_owned();
            sent.target = match kept.is_empty() {
                true => path,
                false => format!("{path}?{}", kept.join("&")),
            };
        }
        Place::Header => {
            sent.headers.remove(parameter.wire);
        }
        Place::Json => {
            let mut body: serde_json::Value =
                serde_json::from_slice(&sent.body).unwrap_or_default();
            if let serde_json::Value::Object(members) = &mut body {
                members.remove(parameter.wire);
            }
            raw::set_body(sent, body.to_string());
        }
        Place::Form => {
            let content_type = sent.header("content-type").unwrap_or_default();
            let parts = crate::multipart::parse(content_type, &sent.body).unwrap_or_default();
            let mut fields = Vec::new();
            let mut file = Vec::new();
            for (name, value) in parts.into_iter().filter(|(name, _)| name != parameter.wire) {
                match name.as_str() {
                    "file" => file = value,
                    _ => fields.push((name, String::from_utf8_lossy(&value).into_owned())),
                }
            }
            let (content_type, body) = crate::multipart::form(&fields, &file);
            if let Ok(content_type) = content_type.parse() {
                sent.headers.insert("content-type", content_type);
            }
            sent.body = body.into();
        }
        _ => {}
    }
}
