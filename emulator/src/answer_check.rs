//! Whether an answer is one that the specification knows.
//!
//! It is for tests: a status, header or member that no spec declares is a mistake of the emulator or of the spec, and
//! clients that are made from the specs would stumble over it elsewhere.

use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use crate::answer::{Answer, Body, Object, Shape};
use crate::generated::answers::{COMMON_ANSWERS, COMMON_HEADERS, CROSS_ORIGIN_HEADERS};
use crate::route::Route;

/// What an answer to one request looks like.
#[derive(Debug)]
pub(crate) struct Sent<'a> {
    /// Nothing, if no operation was found for the request.
    pub(crate) route: Option<&'a Route>,
    pub(crate) head: bool,
    pub(crate) cross_origin: bool,
    pub(crate) status: StatusCode,
    pub(crate) headers: &'a HeaderMap,
    /// Nothing, if the body is not in memory.
    pub(crate) body: Option<&'a [u8]>,
}

/// What was found in all answers of one emulator, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Findings(Mutex<Vec<String>>);

impl Findings {
    /// Keeps a finding; after a hundred nobody needs more.
    pub(crate) fn add(&self, finding: String) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < 100 {
            all.push(finding);
        }
    }

    pub(crate) fn take(&self) -> Vec<String> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *all)
    }
}

/// What the specification does not know of this answer, if anything.
pub(crate) fn check(sent: &Sent<'_>) -> Vec<String> {
    let own = sent.route.map_or(&[][..], |route| route.answers);
    check_against(sent, own, COMMON_ANSWERS)
}

fn check_against(sent: &Sent<'_>, own: &[Answer], common: &[Answer]) -> Vec<String> {
    // The emulator's own confession that something is missing; no answer of the service.
    if sent.status == StatusCode::NOT_IMPLEMENTED {
        return Vec::new();
    }
    let status = sent.status.as_u16();
    let declared = |answers: &'_ [Answer]| answers.iter().position(|a| a.status == status);
    let own = declared(own).map(|index| &own[index]);
    let common = declared(common).map(|index| &common[index]);
    let Some(answer) = own.or(common) else {
        return vec![format!("the status {status} is not declared")];
    };
    let mut findings = Vec::new();
    for name in sent.headers.keys() {
        let name = name.as_str();
        let listed = |names: &[&str]| names.iter().any(|known| covers(known, name));
        let known = listed(COMMON_HEADERS)
            || (sent.cross_origin && listed(CROSS_ORIGIN_HEADERS))
            || own.is_some_and(|a| listed(a.headers))
            || common.is_some_and(|a| listed(a.headers));
        if !known {
            findings.push(format!(
                "the header {name} is not declared for the status {status}"
            ));
        }
    }
    let codes: Vec<&str> = own
        .iter()
        .chain(&common)
        .flat_map(|a| a.codes)
        .copied()
        .collect();
    check_body(sent, answer, &codes, &mut findings);
    findings
}

/// Whether a declared name, which may end in `*`, is this one.
fn covers(declared: &str, name: &str) -> bool {
    match declared.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => declared == name,
    }
}

fn check_body(sent: &Sent<'_>, answer: &Answer, codes: &[&str], findings: &mut Vec<String>) {
    let object = match (&answer.body, sent.body) {
        (_, Some([])) if sent.head => return,
        (Body::Stream, _) => return,
        (Body::None, Some([])) => return,
        (Body::None, _) => {
            findings.push("there is a body, and none is declared".to_owned());
            return;
        }
        (_, Some(_)) if sent.head => {
            findings.push("an answer to HEAD has a body".to_owned());
            return;
        }
        (Body::Json(_) | Body::Error, None) => {
            findings.push("the body is a stream, and JSON is declared".to_owned());
            return;
        }
        (Body::Json(object), Some(bytes)) => object_of(bytes, findings).map(|m| (m, Some(object))),
        (Body::Error, Some(bytes)) => object_of(bytes, findings).map(|m| (m, None)),
    };
    match object {
        Some((members, Some(declared))) => check_object(&members, declared, "", findings),
        Some((members, None)) => check_error(&members, sent.status, codes, findings),
        None => {}
    }
}

fn object_of(bytes: &[u8], findings: &mut Vec<String>) -> Option<Map<String, Value>> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(members)) => Some(members),
        _ => {
            findings.push("the body is no JSON object".to_owned());
            None
        }
    }
}

/// An error has a code that its operation names for the status, or one that every operation can be answered with.
fn check_error(
    members: &Map<String, Value>,
    status: StatusCode,
    codes: &[&str],
    findings: &mut Vec<String>,
) {
    const MEMBERS: [&str; 4] = ["code", "message", "request_id", "url"];
    for name in members
        .keys()
        .filter(|name| !MEMBERS.contains(&name.as_str()))
    {
        findings.push(format!("errors have no member {name}"));
    }
    for name in MEMBERS {
        if !members.get(name).is_some_and(Value::is_string) {
            findings.push(format!("the error has no {name}"));
        }
    }
    let code = members.get("code").and_then(Value::as_str).unwrap_or("");
    if !codes.contains(&code) {
        findings.push(format!(
            "no error {code} with the status {} is declared",
            status.as_u16()
        ));
    }
}

fn check_object(
    members: &Map<String, Value>,
    declared: &Object,
    path: &str,
    findings: &mut Vec<String>,
) {
    for member in declared.members {
        let path = format!("{path}{}", member.name);
        match members.get(member.name) {
            // As good as missing.
            None | Some(Value::Null) if member.required => {
                findings.push(format!("the member {path} is missing"));
            }
            None | Some(Value::Null) => {}
            Some(value) => check_value(value, &member.shape, &path, findings),
        }
    }
    let known = |name: &str| declared.members.iter().any(|member| member.name == name);
    for name in members
        .keys()
        .filter(|name| !declared.open && !known(name.as_str()))
    {
        findings.push(format!("the member {path}{name} is not declared"));
    }
}

fn check_value(value: &Value, shape: &Shape, path: &str, findings: &mut Vec<String>) {
    let fits = match (shape, value) {
        (Shape::Text, Value::String(_)) | (Shape::Bool, Value::Bool(_)) => true,
        (Shape::Integer, Value::Number(number)) => number.is_i64() || number.is_u64(),
        (Shape::Number, Value::Number(_)) => true,
        (Shape::List(item) | Shape::OneOrMany(Shape::List(item)), Value::Array(items)) => {
            let path = format!("{path}[]");
            for value in items {
                check_value(value, item, &path, findings);
            }
            return;
        }
        (Shape::OneOrMany(Shape::List(item)), value) => {
            return check_value(value, item, path, findings);
        }
        (Shape::Map(item), Value::Object(members)) => {
            for (name, value) in members {
                check_value(value, item, &format!("{path}.{name}"), findings);
            }
            return;
        }
        (Shape::Object(object), Value::Object(members)) => {
            return check_object(members, object, &format!("{path}."), findings);
        }
        _ => false,
    };
    if !fits {
        findings.push(format!("the member {path} is {value}, not {}", name(shape)));
    }
}

fn name(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text => "a text",
        Shape::Bool => "true or false",
        Shape::Integer => "a whole number",
        Shape::Number => "a number",
        Shape::List(_) | Shape::OneOrMany(_) => "a list",
        Shape::Map(_) | Shape::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{Member, Outcome};

    static ITEM: Object = Object {
        members: &[
            Member {
                name: "key",
                required: true,
                shape: Shape::Text,
            },
            Member {
                name: "size",
                required: false,
                shape: Shape::Integer,
            },
        ],
        open: false,
    };

    static OWN: &[Answer] = &[
        Answer {
            status: 200,
            outcome: Outcome::Success,
            headers: &["etag", "x-qs-meta-*"],
            body: Body::Json(Object {
                members: &[
                    Member {
                        name: "items",
                        required: false,
                        shape: Shape::List(&Shape::Object(&ITEM)),
                    },
                    Member {
                        name: "tags",
                        required: false,
                        shape: Shape::Map(&Shape::Bool),
                    },
                    Member {
                        name: "origins",
                        required: false,
                        shape: Shape::OneOrMany(&Shape::List(&Shape::Text)),
                    },
                ],
                open: false,
            }),
            codes: &[],
        },
        Answer {
            status: 204,
            outcome: Outcome::Success,
            headers: &[],
            body: Body::None,
            codes: &[],
        },
        Answer {
            status: 400,
            outcome: Outcome::Error,
            headers: &[],
            body: Body::Error,
            codes: &["upload_not_exists"],
        },
    ];

    static COMMON: &[Answer] = &[Answer {
        status: 404,
        outcome: Outcome::Error,
        headers: &["allow"],
        body: Body::Error,
        codes: &["object_not_exists"],
    }];

    fn findings(status: u16, headers: &[&'static str], body: &str) -> Vec<String> {
        findings_of(status, headers, body, false, false)
    }

    fn findings_of(
        status: u16,
        headers: &[&'static str],
        body: &str,
        head: bool,
        cross_origin: bool,
    ) -> Vec<String> {
        let mut map = HeaderMap::new();
        for name in headers {
            map.insert(*name, http::HeaderValue::from_static("v"));
        }
        let sent = Sent {
            route: None,
            head,
            cross_origin,
            status: StatusCode::from_u16(status).expect("a status"),
            headers: &map,
            body: Some(body.as_bytes()),
        };
        check_against(&sent, OWN, COMMON)
    }

    const ERROR: &str =
        r#"{"code": "object_not_exists", "message": "m", "request_id": "r", "url": "u"}"#;

    #[test]
    fn what_is_declared_passes() {
        let body = r#"{"items": [{"key": "a", "size": 1}, {"key": "b", "size": null}], "tags": {"x": true}, "origins": "*"}"#;
        let headers = ["etag", "x-qs-meta-owner", "date", "x-qs-request-id"];
        assert_eq!(findings(200, &headers, body), [""; 0]);
        assert_eq!(findings(204, &[], ""), [""; 0]);
        assert_eq!(findings(404, &["allow"], ERROR), [""; 0]);
        assert_eq!(findings_of(404, &[], "", true, false), [""; 0]);
        assert_eq!(findings_of(200, &["vary"], "{}", false, true), [""; 0]);
    }

    #[test]
    fn a_status_that_is_not_declared_is_found() {
        assert_eq!(findings(201, &[], ""), ["the status 201 is not declared"]);
        assert_eq!(
            findings(409, &[], ERROR),
            ["the status 409 is not declared"]
        );
    }

    #[test]
    fn a_header_that_is_not_declared_is_found() {
        assert_eq!(
            findings(200, &["x-qs-colour"], "{}"),
            ["the header x-qs-colour is not declared for the status 200"]
        );
        // Only answers to requests of another origin speak of origins.
        assert_eq!(findings(200, &["vary"], "{}").len(), 1);
        // Declared for another status.
        assert_eq!(findings(204, &["etag"], "").len(), 1);
    }

    #[test]
    fn a_member_that_is_not_declared_or_not_as_declared_is_found() {
        let cases = [
            (r#"{"colour": 1}"#, "the member colour is not declared"),
            (
                r#"{"items": [{"key": "a", "colour": 1}]}"#,
                "the member items[].colour is not declared",
            ),
            (
                r#"{"items": [{"size": 1}]}"#,
                "the member items[].key is missing",
            ),
            (
                r#"{"items": [{"key": "a", "size": "1"}]}"#,
                "the member items[].size is \"1\", not a whole number",
            ),
            (
                r#"{"tags": {"x": 1}}"#,
                "the member tags.x is 1, not true or false",
            ),
            (
                r#"{"origins": [1]}"#,
                "the member origins[] is 1, not a text",
            ),
            ("[]", "the body is no JSON object"),
            ("", "the body is no JSON object"),
        ];
        for (body, finding) in cases {
            assert_eq!(findings(200, &[], body), [finding], "{body}");
        }
    }

    #[test]
    fn bodies_are_where_they_are_declared() {
        assert_eq!(
            findings(204, &[], "x"),
            ["there is a body, and none is declared"]
        );
        assert_eq!(
            findings_of(404, &[], ERROR, true, false),
            ["an answer to HEAD has a body"]
        );
    }

    #[test]
    fn an_error_has_a_known_code_with_its_status() {
        let other = ERROR.replace("object_not_exists", "bad_request");
        assert_eq!(
            findings(404, &[], &other),
            ["no error bad_request with the status 404 is declared"]
        );
        let wrong = ERROR.replace("object_not_exists", "invalid_json");
        assert_eq!(findings(404, &[], &wrong).len(), 1);
        // The operation names it itself, or for its status all do.
        let unusual = ERROR.replace("object_not_exists", "upload_not_exists");
        assert_eq!(findings(400, &[], &unusual), [""; 0]);
        assert_eq!(findings(400, &[], &other).len(), 1);
        let odd = ERROR.replace("\"url\"", "\"link\"");
        assert_eq!(
            findings(404, &[], &odd),
            ["errors have no member link", "the error has no url"]
        );
    }
}
