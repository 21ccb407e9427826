//! A declared status becomes the declared outcome.

use qingstor::ErrorKind;

use crate::checks::{client, kind_of, refusal};
use crate::facts::{Operation, Outcome, Place, Response};
use crate::report::Report;
use crate::vary::Vary;
use crate::wire::{Canned, Received};

/// A success that no operation declares.
const UNDECLARED: u16 = 299;

/// Answers with the status, with each of its codes and with one that nobody knows.
pub(crate) async fn check(
    operation: &Operation,
    response: &Response,
    report: &mut Report,
) -> Canned {
    if response.outcome == Outcome::Success {
        let declared = answer(operation, response, response.status);
        let canned = call(operation, declared, &Ok(()), report).await;
        if !report.findings().is_empty() {
            return canned;
        }
        let undeclared = answer(operation, response, UNDECLARED);
        let canned = Canned::new([undeclared]);
        if let Ok(client) = client(&canned) {
            let outcome = (operation.vary)(&client, &Vary::nothing()).await;
            report.holds(
                format!("the status {UNDECLARED}, which is not declared, counts as a success"),
                outcome.is_err(),
            );
        }
        return canned;
    }
    let kind = match response.outcome {
        Outcome::Redirect => ErrorKind::Redirect,
        Outcome::NotModified => ErrorKind::NotModified,
        _ => kind_of(response.status),
    };
    let mut last = Canned::new([]);
    for code in response.codes.iter().chain(&["x_unknown_code"]) {
        // Answers to HEAD, and those that say that nothing has changed, have no body.
        let has_body = operation.verb != "HEAD" && response.status != 304;
        let body = if has_body {
            refusal(code)
        } else {
            String::new()
        };
        let expected = Err((kind, has_body.then_some(*code)));
        let answer = Received::new(response.status, body);
        last = call(operation, answer, &expected, report).await;
        if !report.findings().is_empty() {
            break;
        }
    }
    last
}

type Expected<'a> = Result<(), (ErrorKind, Option<&'a str>)>;

async fn call(
    operation: &Operation,
    answer: Received,
    expected: &Expected<'_>,
    report: &mut Report,
) -> Canned {
    let canned = Canned::new([answer]);
    let client = match client(&canned) {
        Ok(client) => client,
        Err(error) => {
            report.find(error.to_string());
            return canned;
        }
    };
    let outcome = (operation.vary)(&client, &Vary::nothing()).await;
    match (outcome, expected) {
        (Ok(()), Ok(())) => {}
        (Err(error), Ok(())) => report.find(format!("it should be a success: {error}")),
        (outcome, Err((kind, code))) => report.error(outcome, *kind, *code),
    }
    canned
}

/// An answer with everything that is declared for a status.
fn answer(operation: &Operation, response: &Response, status: u16) -> Received {
    let fields = operation.fields.iter();
    let declared = fields.filter(|field| response.fields.contains(&field.name));
    let mut answer = Received::new(status, "");
    let mut members = serde_json::Map::new();
    for field in declared {
        let json: serde_json::Value = serde_json::from_str(field.sample).unwrap_or_default();
        match field.place {
            // The length of the body is the transport's affair.
            Place::Header if field.wire.eq_ignore_ascii_case("Content-Length") => {}
            Place::Header => answer = answer.header(field.wire, field.sample),
            Place::Json => {
                members.insert(field.wire.to_owned(), json);
            }
            _ => {}
        }
    }
    if !members.is_empty() {
        answer.body = serde_json::Value::Object(members).to_string().into();
    }
    answer
}
