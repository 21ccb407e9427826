//! Messages on the wire against what examples say about them.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use crate::example::{Example, Payload};
use crate::expected;
use crate::multipart;
use crate::names::Names;
use crate::report::Report;
use crate::wire::{Received, Sent};

/// Headers that every request may have, whatever the example is about.
const COMMON: &[&str] = &[
    "accept",
    "authorization",
    "content-length",
    "content-type",
    "date",
    "user-agent",
];

/// Holds a request against its example: the target byte for byte, a JSON body by value.
pub(crate) fn request(example: &Example, request: &Sent, report: &mut Report) {
    report.equal("the method", &request.method.as_str(), &example.method);
    report.equal("the target", &request.target.as_str(), &example.target);
    for (name, expected) in example.request_headers {
        let got: Vec<_> = request
            .headers
            .get_all(*name)
            .iter()
            .filter_map(|v| v.to_str().ok())
            .collect();
        let expected: Vec<&str> = expected.iter().copied().collect();
        report.equal(&format!("the header {name}"), &got, &expected);
    }
    for name in request.headers.keys() {
        let told = example
            .request_headers
            .iter()
            .any(|(n, _)| n.eq_ignore_ascii_case(name.as_str()));
        if !told && !COMMON.contains(&name.as_str()) {
            report.find(format!(
                "the request has a header {name} that the example does not mention"
            ));
        }
    }
    match example.request_body {
        Payload::Form(expected) => form(expected, request, report),
        Payload::Json(text) => {
            let got: Option<Value> = serde_json::from_slice(&request.body).ok();
            report.equal("the request's body", &got, &serde_json::from_str(text).ok());
        }
        Payload::None | Payload::Text(_) => {
            let got = String::from_utf8_lossy(&request.body);
            let expected = String::from_utf8_lossy(example.request_body.bytes());
            report.equal("the request's body", &got, &expected);
        }
    }
}

/// Fields that the SDK works out; an anonymous form has none of them.
const SIGNATURE: &[&str] = &["access_key_id", "policy", "signature"];

/// Holds a form against its example: the fields in order, the file last, and a policy that says the same.
fn form(expected: &[(&str, &str)], request: &Sent, report: &mut Report) {
    let content_type = request.header("content-type").unwrap_or_default();
    let fields = multipart::parse(content_type, &request.body);
    let fields = fields.and_then(|fields| {
        let text = |(name, value): (String, Vec<u8>)| Some((name, String::from_utf8(value).ok()?));
        fields.into_iter().map(text).collect::<Option<Vec<_>>>()
    });
    let Some(fields) = fields else {
        report.find(format!(
            "the request's body is no form of the type {content_type:?}"
        ));
        return;
    };
    let got: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| !SIGNATURE.contains(name))
        .collect();
    report.equal("the form", &got.as_slice(), &expected);
    report.equal(
        "the last field of the form",
        &fields.last().map(|(name, _)| name.as_str()),
        &Some("file"),
    );
    let policy = fields.iter().find(|(name, _)| name == "policy");
    let policy = policy.map(|(_, value)| expected::from_base64(value));
    let policy =
        policy.and_then(|text| serde_json::from_slice::<BTreeMap<String, String>>(&text).ok());
    let told: BTreeMap<String, String> = expected
        .iter()
        .filter(|(name, _)| *name != "file")
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    report.equal("the policy of the form", &policy, &Some(told));
}

/// Holds a live answer against its example.
pub(crate) fn response(example: &Example, names: &Names, response: &Received, report: &mut Report) {
    report.equal("the status", &response.status, &example.status);
    for (name, expected) in example.response_headers {
        let got = response
            .headers
            .get(*name)
            .map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
        let varies = example.varies.iter().any(|v| v.eq_ignore_ascii_case(name));
        match (expected, got) {
            (Some(_), Some(_)) if varies => {}
            (expected, got) => {
                let expected = expected.map(|text| names.text(text));
                report.equal(&format!("the header {name}"), &got, &expected);
            }
        }
    }
    body(example, names, &response.body, report);
}

fn body(example: &Example, names: &Names, got: &[u8], report: &mut Report) {
    let varies = example.varies;
    match example.response_body {
        Payload::Json(text) => match (
            serde_json::from_str(&names.text(text)),
            serde_json::from_slice(got),
        ) {
            (Ok(expected), Ok(got)) => json("the answer's body", &expected, &got, varies, report),
            _ => {
                let got = String::from_utf8_lossy(got);
                report.find(format!("the answer's body is no JSON: {got}"));
            }
        },
        Payload::Form(_) => report.find("the answer should be no form"),
        // An error's body is the service's own wording: only examples that quote it are held to it.
        Payload::None => {}
        Payload::Text(expected) => {
            let got = String::from_utf8_lossy(got);
            let expected = names.text(expected);
            report.equal("the answer's body", &got.as_ref(), &expected.as_str());
        }
    }
}

/// Every member that is expected has to be there with its value; others may be there too. `null` is absent.
fn json(path: &str, expected: &Value, got: &Value, varies: &[&str], report: &mut Report) {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            for (name, expected) in expected {
                let mut path = path.to_string();
                let _ = write!(path, ".{name}");
                let got = got.get(name).unwrap_or(&Value::Null);
                if !varies.contains(&name.as_str()) {
                    json(&path, expected, got, varies, report);
                } else if got.is_null() {
                    report.find(format!("{path} is absent"));
                }
            }
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
            for (index, (expected, got)) in expected.iter().zip(got).enumerate() {
                json(&format!("{path}[{index}]"), expected, got, varies, report);
            }
        }
        _ => report.equal(path, got, expected),
    }
}
