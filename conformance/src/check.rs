//! The three checks that an example is.

use qingstor::testing::{Recorder, Replay};
use qingstor::{Client, RetryPolicy};

use crate::compare;
use crate::example::Example;
use crate::names::Names;
use crate::report::Report;

/// What of an example is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The input becomes the request.
    Encode,
    /// The response becomes the output.
    Decode,
    /// An endpoint in the given state answers the request with the response.
    Live,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 3] = [Kind::Encode, Kind::Decode, Kind::Live];

    /// As it stands in a check's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Encode => "encode",
            Self::Decode => "decode",
            Self::Live => "live",
        }
    }
}

/// Runs one check. `endpoint` makes the client for a live one, with the transport that it is given.
pub async fn run<F>(example: &Example, kind: Kind, endpoint: F) -> Report
where
    F: FnOnce(Recorder) -> Result<Client, qingstor::Error>,
{
    match kind {
        Kind::Encode => encode(example).await,
        Kind::Decode => decode(example).await,
        Kind::Live => live(example, endpoint).await,
    }
}

fn replay(example: &Example) -> Replay {
    let mut headers: Vec<(&str, &str)> = Vec::new();
    headers.extend(
        example
            .response_headers
            .iter()
            .filter_map(|(name, value)| Some((*name, (*value)?))),
    );
    Replay::new().answer(example.status, &headers, example.response_body.bytes())
}

/// A client that says everything once: an example is one request and one answer.
fn client(replay: &Replay) -> Result<Client, qingstor::Error> {
    replay.builder().retry(RetryPolicy::never()).build()
}

async fn encode(example: &Example) -> Report {
    let mut report = Report::prepared();
    let replay = replay(example);
    match client(&replay) {
        Ok(client) => {
            // What becomes of the answer is the business of the other check.
            let mut outcome = Report::prepared();
            (example.call)(&client, &Names::as_written(), &mut outcome).await;
            match replay.requests().as_slice() {
                [request] => compare::request(example, request, &mut report),
                requests => {
                    report.find(format!(
                        "{} requests were sent: {:?}",
                        requests.len(),
                        outcome.findings()
                    ));
                }
            }
        }
        Err(error) => report.find(error.to_string()),
    }
    report
}

async fn decode(example: &Example) -> Report {
    let mut report = Report::prepared();
    match client(&replay(example)) {
        Ok(client) => (example.call)(&client, &Names::as_written(), &mut report).await,
        Err(error) => report.find(error.to_string()),
    }
    report
}

async fn live<F>(example: &Example, endpoint: F) -> Report
where
    F: FnOnce(Recorder) -> Result<Client, qingstor::Error>,
{
    let mut report = Report::live();
    let client = Recorder::http().and_then(|recorder| Ok((recorder.clone(), endpoint(recorder)?)));
    let (recorder, client) = match client {
        Ok(pair) => pair,
        Err(error) => {
            report.find(error.to_string());
            return report;
        }
    };
    let mut names = Names::as_written();
    for step in example.given {
        match (step.run)(&client, &names).await {
            Ok(values) => {
                for (sample, value) in values {
                    names.learn(sample, value);
                }
            }
            Err(error) => {
                report.find(format!("given: {} fails: {error}", step.operation));
                return report;
            }
        }
    }
    (example.call)(&client, &names, &mut report).await;
    match recorder.last() {
        Some(exchange) => compare::response(example, &names, &exchange.response, &mut report),
        None => report.find("no exchange came to an end"),
    }
    report
}
