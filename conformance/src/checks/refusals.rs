//! What cannot be read or breaks a rule of names and sizes is refused with a code that the operation itself declares.

use std::str::FromStr;

use http::{HeaderName, HeaderValue};

use crate::checks::{raw, strangers};
use crate::facts::{Operation, Parameter, Place, Type};
use crate::names::Names;
use crate::report::Report;
use crate::slot::Slot;
use crate::wire::Sent;

/// What is unreadable in a request.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// The body is no JSON.
    Body,
    /// A number in the query is none.
    Number(&'static Parameter),
    /// The digest is that of another body.
    Digest,
    /// The key is longer than keys can be.
    Key,
    /// The metadata, under this prefix, are larger than they can be.
    Metadata(&'static Parameter),
    /// The bucket is not there.
    Bucket,
}

/// A key has at most 1023 bytes.
const LONG_KEY: usize = 1024;

/// Metadata have at most 2 KB in all.
const LARGE_METADATA: usize = 2100;

/// A bucket that nobody has.
const NOWHERE: &str = "conformance-nowhere-at-all";

fn faults(operation: &'static Operation) -> Vec<Fault> {
    let mut faults = Vec::new();
    let parameters = operation.parameters;
    if parameters.iter().any(|p| p.place == Place::Json) {
        faults.push(Fault::Body);
    }
    let numbers = parameters.iter().filter(|p| {
        let number = matches!(p.ty, Type::Uint64 | Type::Int32 | Type::Int64);
        number && p.place == Place::Query && !p.selects
    });
    faults.extend(numbers.map(Fault::Number));
    let digest = |p: &Parameter| p.wire.eq_ignore_ascii_case("Content-MD5");
    if parameters.iter().any(digest) {
        faults.push(Fault::Digest);
    }
    let has = |wire: &str| parameters.iter().any(|p| p.wire.eq_ignore_ascii_case(wire));
    // Of the others, what any request may be answered with says it.
    let names = matches!(operation.verb, "PUT" | "POST" | "HEAD");
    if names && parameters.iter().any(|p| p.place == Place::Path) {
        faults.push(Fault::Key);
    }
    // A copy takes its source's, whatever it is sent, unless it is told not to.
    let metadata = parameters.iter().find(|p| p.place == Place::HeaderPrefix);
    let metadata = metadata.filter(|_| !has("X-QS-Metadata-Directive"));
    faults.extend(metadata.map(Fault::Metadata));
    let mut examples = operation.examples.iter();
    let in_bucket = examples.any(|e| !e.target.starts_with("/?") && e.target != "/");
    if in_bucket && strangers::is_about_a_bucket(operation) {
        faults.push(Fault::Bucket);
    }
    faults
}

/// Whether anything of the operation's request can be unreadable.
pub(crate) fn has_any(operation: &'static Operation) -> bool {
    !faults(operation).is_empty()
}

/// Sends one bad request after the other.
pub(crate) async fn check(
    operation: &'static Operation,
    names: &Names,
    slot: &Slot,
    report: &mut Report,
) {
    for fault in faults(operation) {
        let outcome = match raw::call(operation, names.clone(), slot).await {
            Ok(mut sent) => {
                let what = spoil(&mut sent, fault, slot.target.virtual_host);
                let answer = raw::send(slot, sent).await;
                answer.map(|answer| (what, answer))
            }
            Err(error) => Err(error),
        };
        let (what, answer) = match outcome {
            Ok(answered) => answered,
            Err(error) => {
                report.find(error.to_string());
                continue;
            }
        };
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let code = body.get("code").and_then(|code| code.as_str());
        let declared = operation.responses.iter().any(|response| {
            // The answer to HEAD has no code.
            let named = match code {
                Some(code) => response.codes.contains(&code),
                None => operation.verb == "HEAD",
            };
            response.status == answer.status && named
        });
        report.holds(
            format!(
                "{what} is answered with {} {}, which {} does not declare",
                answer.status,
                code.unwrap_or("without a code"),
                operation.name
            ),
            (400..500).contains(&answer.status) && declared,
        );
    }
}

/// The path, and the query with its question mark.
fn split(target: &str) -> (String, String) {
    match target.split_once('?') {
        Some((path, query)) => (path.to_owned(), format!("?{query}")),
        None => (target.to_owned(), String::new()),
    }
}

/// Makes a good request a bad one, and says what is bad.
fn spoil(sent: &mut Sent, fault: Fault, virtual_host: bool) -> String {
    match fault {
        Fault::Body => {
            raw::set_body(sent, "{".to_owned());
            "a body that is no JSON".to_owned()
        }
        Fault::Number(parameter) => {
            let wire = parameter.wire;
            let (path, query) = sent.target.split_once('?').unwrap_or((&sent.target, ""));
            let begins = format!("{wire}=");
            let kept = query
                .split('&')
                .filter(|p| !p.is_empty() && !p.starts_with(&begins));
            let mut query: Vec<String> = kept.map(str::to_owned).collect();
            query.push(format!("{wire}=many"));
            sent.target = format!("{path}?{}", query.join("&"));
            format!("{wire}=many")
        }
        Fault::Key => {
            let (path, query) = split(&sent.target);
            let bucket = path.split('/').nth(1).filter(|_| !virtual_host);
            let bucket = bucket.map(|bucket| format!("/{bucket}"));
            let key = "k".repeat(LONG_KEY);
            sent.target = format!("{}/{key}{query}", bucket.unwrap_or_default());
            format!("a key of {LONG_KEY} bytes")
        }
        Fault::Metadata(parameter) => {
            let name = format!("{}large", parameter.wire.to_ascii_lowercase());
            let value = HeaderValue::from_str(&"m".repeat(LARGE_METADATA));
            if let (Ok(name), Ok(value)) = (HeaderName::from_str(&name), value) {
                sent.headers.insert(name, value);
            }
            format!("metadata of {LARGE_METADATA} bytes")
        }
        Fault::Bucket if virtual_host => {
            let zone = sent.host.split_once('.').map(|(_, zone)| zone);
            sent.host = format!("{NOWHERE}.{}", zone.unwrap_or_default());
            "a bucket that is not there".to_owned()
        }
        Fault::Bucket => {
            let (path, query) = split(&sent.target);
            let key = path.splitn(3, '/').nth(2).map(|key| format!("/{key}"));
            sent.target = format!("/{NOWHERE}{}{query}", key.unwrap_or_default());
            "a bucket that is not there".to_owned()
        }
        Fault::Digest => {
            let other = crate::expected::md5(b"something else");
            if let Ok(value) = HeaderValue::from_str(&other) {
                sent.headers.insert("content-md5", value);
            }
            "a Content-MD5 of something else".to_owned()
        }
    }
}
