//! A parameter reaches the wire where the spec says, whatever its value, and nothing else changes.

use std::collections::BTreeMap;

use qingstor::{Client, ErrorKind};
use serde_json::Value as Json;

use crate::checks::{any_answer, capture, client};
use crate::expected;
use crate::facts::{Computed, Operation, Parameter, Place};
use crate::hostile::{self, Expect};
use crate::multipart;
use crate::report::Report;
use crate::vary::{UNKNOWN_MEMBER, Value, Vary};
use crate::wire::{Canned, Sent};

/// Headers that differ between two requests whatever they say.
const INCIDENTAL: [&str; 2] = ["authorization", "date"];

/// Gives the parameter one value after the other.
pub(crate) async fn check(
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
    if let Some(rule) = parameter.computed {
        computed(operation, parameter, rule, &client, &canned, report).await;
        return canned;
    }
    let base = capture(operation, &client, &canned, &Vary::nothing()).await;
    let base = match base {
        Ok(base) => base,
        Err(error) => {
            report.find(format!("the call with required arguments only: {error}"));
            return canned;
        }
    };
    if parameter.required && !parameter.sample.is_empty() {
        sample(parameter, &base, report);
    }
    for (value, expect) in hostile::cases(parameter) {
        let vary = Vary::nothing().with(parameter.name, value.clone());
        let sent = capture(operation, &client, &canned, &vary).await;
        let before = report.findings().len();
        match (sent, &expect) {
            (Err(error), Expect::Refused) => {
                report.equal(
                    "the kind of the error",
                    &error.kind(),
                    &ErrorKind::InvalidInput,
                );
            }
            (Err(error), _) => report.find(format!("it is not sent: {error}")),
            (Ok(_), Expect::Refused) => report.find("it is sent, and should be refused"),
            (Ok(sent), expect) => {
                compare(operation, parameter, &value, expect, &base, &sent, report);
            }
        }
        if report.findings().len() > before {
            report.find(format!("(with the value {})", short(&value)));
            // One bad value explains the check; its exchange is the last one.
            break;
        }
    }
    canned
}

fn short(value: &Value) -> String {
    let text = format!("{value:?}");
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A required member whose value is that of the example.
fn sample(parameter: &Parameter, base: &Sent, report: &mut Report) {
    let expected: Json = serde_json::from_str(parameter.sample).unwrap_or_default();
    let body: Json = serde_json::from_slice(&base.body).unwrap_or_default();
    report.equal(
        &format!("the member {}", parameter.wire),
        &body.get(parameter.wire),
        &Some(&expected),
    );
}

fn compare(
    operation: &Operation,
    parameter: &Parameter,
    value: &Value,
    expect: &Expect,
    base: &Sent,
    sent: &Sent,
    report: &mut Report,
) {
    report.equal("the method", &sent.method.as_str(), &operation.verb);
    report.equal(
        "the target",
        &sent.target,
        &target(operation, parameter, expect, base),
    );
    let mut headers = headers(base);
    if let (Place::Header, Expect::Text(text)) = (parameter.place, expect) {
        headers.insert(parameter.wire.to_ascii_lowercase(), text.clone());
        for (name, text) in companions(operation, parameter, value) {
            headers.insert(name.to_ascii_lowercase(), text);
        }
    }
    if let (Place::HeaderPrefix, Expect::Entries(entries)) = (parameter.place, expect) {
        let prefix = parameter.wire.to_ascii_lowercase();
        headers.retain(|name, _| !name.starts_with(&prefix));
        for (name, text) in entries {
            let name = format!("{}{name}", parameter.wire).to_ascii_lowercase();
            headers.insert(name, text.clone());
        }
    }
    let mut got = self::headers(sent);
    length(&mut headers, &got, sent);
    for headers in [&mut headers, &mut got] {
        // A form's boundary is another one each time.
        headers.retain(|name, value| {
            name != "content-type" || !value.starts_with("multipart/form-data")
        });
        if operation
            .parameters
            .iter()
            .any(|p| p.computed == Some(Computed::ContentMd5))
        {
            headers.remove("content-md5");
        }
    }
    report.equal("the headers", &got, &headers);
    body(operation, parameter, expect, base, sent, report);
}

fn headers(sent: &Sent) -> BTreeMap<String, String> {
    let headers = sent.headers.iter();
    let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    };
    let headers = headers.map(text);
    headers
        .filter(|(name, _)| !INCIDENTAL.contains(&name.as_str()))
        .collect()
}

/// The length is that of what is sent.
fn length(expected: &mut BTreeMap<String, String>, got: &BTreeMap<String, String>, sent: &Sent) {
    if got.contains_key("content-length") || !sent.body.is_empty() {
        expected.insert("content-length".to_owned(), sent.body.len().to_string());
    }
}

/// What the SDK works out from a customer's key.
fn companions(
    operation: &Operation,
    parameter: &Parameter,
    value: &Value,
) -> Vec<(String, String)> {
    let Value::Key(key) = value else {
        return Vec::new();
    };
    let of = |wire: &str| wire.eq_ignore_ascii_case(parameter.wire);
    let parameters = operation.parameters.iter();
    let companions = parameters.filter_map(|p| match p.computed? {
        Computed::CustomerAlgorithm(wire) if of(wire) => {
            Some((p.wire.to_owned(), "AES256".to_owned()))
        }
        Computed::CustomerKeyMd5(wire) if of(wire) => Some((p.wire.to_owned(), expected::md5(key))),
        _ => None,
    });
    companions.collect()
}

/// Path and query: the selector, then the parameters in the order of the spec.
fn target(operation: &Operation, parameter: &Parameter, expect: &Expect, base: &Sent) -> String {
    let path = match (parameter.place, expect) {
        (Place::Path, Expect::Text(key)) => {
            let bucket = base.path().split('/').nth(1).unwrap_or_default();
            format!("/{bucket}/{}", expected::path(key))
        }
        _ => base.path().to_owned(),
    };
    let mut pairs: Vec<String> = operation
        .selector
        .iter()
        .map(|key| (*key).to_owned())
        .collect();
    let before = base.query();
    for other in operation
        .parameters
        .iter()
        .filter(|p| p.place == Place::Query)
    {
        let wire = expected::query(other.wire);
        if let (true, Expect::Text(text)) = (other.name == parameter.name, expect) {
            pairs.push(format!("{wire}={}", expected::query(text)));
        } else if let Some((_, Some(value))) = before.iter().find(|(name, _)| *name == wire) {
            pairs.push(format!("{wire}={value}"));
        }
    }
    match pairs.is_empty() {
        true => path,
        false => format!("{path}?{}", pairs.join("&")),
    }
}

fn body(
    operation: &Operation,
    parameter: &Parameter,
    expect: &Expect,
    base: &Sent,
    sent: &Sent,
    report: &mut Report,
) {
    let is_form = operation.parameters.iter().any(|p| p.place == Place::Form);
    if is_form {
        return form(operation, parameter, expect, base, sent, report);
    }
    match (parameter.place, expect) {
        (Place::Stream, Expect::Bytes(bytes)) => {
            report.holds("the body is not what was given", sent.body[..] == bytes[..]);
        }
        (Place::Json | Place::Extra, expect) => {
            let expected = match expect {
                Expect::Text(text) => Json::from(text.as_str()),
                Expect::Json(json) => json.clone(),
                Expect::Entries(entries) => {
                    let members = entries.iter().map(|(k, v)| (k.clone(), v.as_str().into()));
                    Json::Object(members.collect())
                }
                Expect::Bytes(_) | Expect::Refused => Json::Null,
            };
            let mut body: Json = serde_json::from_slice(&base.body).unwrap_or_default();
            let name = match parameter.place {
                Place::Extra => UNKNOWN_MEMBER,
                _ => parameter.wire,
            };
            if let Json::Object(members) = &mut body {
                members.insert(name.to_owned(), expected);
            }
            let got: Option<Json> = serde_json::from_slice(&sent.body).ok();
            report.equal("the JSON of the body", &got, &Some(body));
        }
        _ => report.holds("the body has changed", sent.body == base.body),
    }
}

/// The fields of a form without those that sign it, in order, the file last.
fn form(
    operation: &Operation,
    parameter: &Parameter,
    expect: &Expect,
    base: &Sent,
    sent: &Sent,
    report: &mut Report,
) {
    let fields = |sent: &Sent| {
        let content_type = sent.header("content-type").unwrap_or_default();
        let parts = multipart::parse(content_type, &sent.body).unwrap_or_default();
        let signs = |name: &str| {
            let parameters = operation.parameters.iter();
            parameters
                .filter(|p| p.computed.is_some())
                .any(|p| p.wire == name)
        };
        let parts = parts.into_iter().filter(|(name, _)| !signs(name));
        parts.collect::<Vec<(String, Vec<u8>)>>()
    };
    let before = fields(base);
    let mut expected = Vec::new();
    for field in operation.parameters.iter().filter(|p| p.computed.is_none()) {
        let own = field.name == parameter.name;
        match (field.place, expect) {
            (Place::Form, Expect::Text(text)) if own => {
                expected.push((field.wire.to_owned(), text.clone().into_bytes()));
            }
            (Place::FormPrefix, Expect::Entries(entries)) if own => {
                let entries = entries.iter();
                expected.extend(entries.map(|(name, value)| {
                    (format!("{}{name}", field.wire), value.clone().into_bytes())
                }));
            }
            (Place::Stream, Expect::Bytes(bytes)) if own => {
                expected.push((field.wire.to_owned(), bytes.clone()));
            }
            _ => expected.extend(
                before
                    .iter()
                    .filter(|(name, _)| name == field.wire)
                    .cloned(),
            ),
        }
    }
    report.equal("the fields of the form", &fields(sent), &expected);
}

/// What the SDK works out is worked out from what is sent.
async fn computed(
    operation: &Operation,
    parameter: &Parameter,
    rule: Computed,
    client: &Client,
    canned: &Canned,
    report: &mut Report,
) {
    let stream = operation
        .parameters
        .iter()
        .find(|p| p.place == Place::Stream);
    let of = |wire: &str| {
        let parameters = operation.parameters.iter();
        parameters
            .clone()
            .find(|p| p.wire.eq_ignore_ascii_case(wire))
            .map(|p| p.name)
    };
    let is_required = |wire: &str| {
        let parameters = operation.parameters.iter();
        parameters
            .clone()
            .any(|p| p.required && p.wire.eq_ignore_ascii_case(wire))
    };
    let mut cases = match rule {
        // There is no call without the key.
        Computed::CustomerAlgorithm(wire) | Computed::CustomerKeyMd5(wire) if is_required(wire) => {
            Vec::new()
        }
        _ => vec![Vary::nothing()],
    };
    match rule {
        Computed::ContentLength | Computed::PolicySignature | Computed::AccessKeyId => {
            let bodies = [Vec::new(), b"hello".to_vec(), vec![0xff; 70_000]];
            let with = |bytes| Some(Vary::nothing().with(stream?.name, Value::Bytes(bytes)));
            cases.extend(bodies.into_iter().filter_map(with));
        }
        Computed::CustomerAlgorithm(wire) | Computed::CustomerKeyMd5(wire) => {
            let keys = [[b'x'; 32], [0; 32]];
            let with = |key| Some(Vary::nothing().with(of(wire)?, Value::Key(key)));
            cases.extend(keys.into_iter().filter_map(with));
        }
        Computed::ContentMd5 => {
            for other in operation
                .parameters
                .iter()
                .filter(|p| p.place == Place::Json)
            {
                let values = hostile::cases(other).into_iter().take(3);
                cases.extend(values.map(|(value, _)| Vary::nothing().with(other.name, value)));
            }
        }
        Computed::Policy => {}
    }
    for vary in cases {
        let sent = match capture(operation, client, canned, &vary).await {
            Ok(sent) => sent,
            Err(error) => return report.find(format!("it is not sent: {error}")),
        };
        let key = match rule {
            Computed::CustomerAlgorithm(wire) | Computed::CustomerKeyMd5(wire) => of(wire)
                .and_then(|name| vary.get(name))
                .and_then(|value| match value {
                    Value::Key(key) => Some(*key),
                    _ => None,
                }),
            _ => None,
        };
        let content_type = sent.header("content-type").unwrap_or_default();
        let fields = multipart::parse(content_type, &sent.body).unwrap_or_default();
        let text = |(_, value): &(String, Vec<u8>)| String::from_utf8_lossy(value).into_owned();
        let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(text);
        let expected = match rule {
            Computed::ContentLength => Some(sent.body.len().to_string()),
            Computed::ContentMd5 => Some(expected::md5(&sent.body)),
            Computed::CustomerAlgorithm(_) => key.map(|_| "AES256".to_owned()),
            Computed::CustomerKeyMd5(_) => key.map(|key| expected::md5(&key)),
            Computed::AccessKeyId => Some("ACCESS_KEY_ID".to_owned()),
            Computed::Policy => Some(policy(operation, &fields)),
            Computed::PolicySignature => {
                let policy = field("policy").unwrap_or_default();
                Some(expected::signature("SECRET_ACCESS_KEY", &policy))
            }
        };
        let got = match parameter.place {
            Place::Form => match rule {
                // The order of its members means nothing.
                Computed::Policy => field(parameter.wire).map(|text| normal(&text)),
                _ => field(parameter.wire),
            },
            _ => sent.header(parameter.wire).map(str::to_owned),
        };
        report.equal(parameter.wire, &got, &expected);
    }
}

/// A policy that says what the fields before it and behind it say, but for those that sign.
fn policy(operation: &Operation, fields: &[(String, Vec<u8>)]) -> String {
    let signs = |name: &str| {
        let parameters = operation.parameters.iter();
        parameters
            .clone()
            .any(|p| p.wire == name && p.computed.is_some())
    };
    let told = fields
        .iter()
        .filter(|(name, _)| name != "file" && !signs(name));
    let members = told.map(|(name, value)| {
        (
            name.clone(),
            Json::from(String::from_utf8_lossy(value).into_owned()),
        )
    });
    Json::Object(members.collect()).to_string()
}

/// The JSON in a base64 text, with its members in order.
fn normal(text: &str) -> String {
    let bytes = expected::from_base64(text);
    let json: Option<Json> = serde_json::from_slice(&bytes).ok();
    json.map_or_else(
        || format!("{text:?} is no JSON in base64"),
        |json| json.to_string(),
    )
}
