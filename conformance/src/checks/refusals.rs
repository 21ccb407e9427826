//! What cannot be read is refused with a code that the operation itself declares.

use http::HeaderValue;

use crate::checks::raw;
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
}

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
                let what = spoil(&mut sent, fault);
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
            let named = code.is_some_and(|code| response.codes.contains(&code));
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

/// Makes a good request a bad one, and says what is bad.
fn spoil(sent: &mut Sent, fault: Fault) -> String {
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
        Fault::Digest => {
            let other = crate::expected::md5(b"something else");
            if let Ok(value) = HeaderValue::from_str(&other) {
                sent.headers.insert("content-md5", value);
            }
            "a Content-MD5 of something else".to_owned()
        }
    }
}
