//! The three checks that an example is.

use crate::checks::client;
use crate::compare;
use crate::example::Example;
use crate::names::Names;
use crate::report::Report;
use crate::slot::Slot;
use crate::wire::{Canned, Received};

fn canned(example: &Example) -> Canned {
    let body = example.response_body.bytes();
    let mut answer = Received::new(example.status, body);
    for (name, value) in example.response_headers {
        if let Some(value) = value {
            answer = answer.header(name, value);
        }
    }
    Canned::new([answer])
}

/// The input becomes the request.
pub(crate) async fn encode(example: &Example, report: &mut Report) -> Canned {
    let canned = canned(example);
    match client(&canned) {
        Ok(client) => {
            // What becomes of the answer is the business of the other check.
            let mut outcome = Report::prepared();
            (example.call)(&client, &Names::as_written(), &mut outcome).await;
            match canned.log.all().as_slice() {
                [exchange] => compare::request(example, &exchange.sent, report),
                requests => report.find(format!(
                    "{} requests were sent: {:?}",
                    requests.len(),
                    outcome.findings()
                )),
            }
        }
        Err(error) => report.find(error.to_string()),
    }
    canned
}

/// The response becomes the output.
pub(crate) async fn decode(example: &Example, report: &mut Report) -> Canned {
    let canned = canned(example);
    match client(&canned) {
        Ok(client) => (example.call)(&client, &Names::as_written(), report).await,
        Err(error) => report.find(error.to_string()),
    }
    canned
}

/// An endpoint in the given state answers the request with the response.
pub(crate) async fn live(example: &Example, names: &Names, slot: &Slot, report: &mut Report) {
    (example.call)(&slot.client, names, report).await;
    match slot.wire.log.last().map(|exchange| exchange.received) {
        Some(Ok(received)) => compare::response(example, names, &received, report),
        Some(Err(reason)) => report.find(format!("no answer: {reason}")),
        None => report.find("nothing was sent"),
    }
}
