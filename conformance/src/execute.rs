//! Runs one check.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::behaviour::Bench;
use crate::check::{Check, Subject};
use crate::checks::{
    examples, fields, granted, pages, parameters, presigned, refusals, required, retries, statuses,
    strangers,
};
use crate::redact::{self, Shown};
use crate::report::{Finding, Report};
use crate::slot::{Problem, Slot};
use crate::vary::Vary;
use crate::wire::Exchange;

/// How many exchanges of a failed check are shown: the last ones tell the most.
const SHOWN: usize = 8;

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All is as it should be.
    Passed,
    /// Something is not.
    Failed,
    /// It was not tried, for this reason.
    Skipped(String),
}

/// A verdict, and what leads to it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// What is not as it should be.
    pub findings: Vec<Finding>,
    /// The exchanges of a check that failed.
    pub exchanges: Vec<Shown>,
    /// How long it took.
    pub elapsed: Duration,
    /// Whether the endpoint gave no answer at all.
    pub silent: bool,
}

impl Outcome {
    /// A check that failed before it could tell more.
    pub(crate) fn failed(reason: &str) -> Outcome {
        let mut report = Report::live();
        report.find(reason);
        judge(report, Vec::new(), Instant::now())
    }

    /// A check that was not tried.
    pub fn skipped(reason: impl Into<String>) -> Outcome {
        Outcome {
            verdict: Verdict::Skipped(reason.into()),
            findings: Vec::new(),
            exchanges: Vec::new(),
            elapsed: Duration::ZERO,
            silent: false,
        }
    }
}

/// Runs a check that needs no endpoint.
pub async fn offline(check: &Check) -> Outcome {
    let started = Instant::now();
    let mut report = Report::prepared();
    let exchanges = without_endpoint(check, &mut report).await;
    judge(report, exchanges, started)
}

async fn without_endpoint(check: &Check, report: &mut Report) -> Vec<Exchange> {
    let canned = match check.subject {
        Subject::Encode(example) => examples::encode(example, report).await,
        Subject::Decode(example) => examples::decode(example, report).await,
        Subject::Parameter(operation, parameter) => {
            parameters::check(operation, parameter, report).await
        }
        Subject::Required(operation, parameter) => {
            required::offline(operation, parameter, report).await
        }
        Subject::Status(operation, response) => statuses::check(operation, response, report).await,
        Subject::Field(operation, field) => fields::check(operation, field, report).await,
        Subject::Retry(operation) => retries::check(operation, report).await,
        Subject::Offered(operation) => {
            presigned::offered(operation, report);
            return Vec::new();
        }
        Subject::Paged(operation) => {
            pages::offered(operation, report);
            return Vec::new();
        }
        Subject::Live(_)
        | Subject::Presign(..)
        | Subject::Pages(..)
        | Subject::Stranger(_)
        | Subject::Granted(_)
        | Subject::Refusals(_)
        | Subject::Behaviour(_) => {
            return Vec::new();
        }
    };
    canned.log.take()
}

/// Runs a check against an endpoint, for at most so long.
pub async fn live(check: &Check, slot: &mut Slot, limit: Duration) -> Outcome {
    let started = Instant::now();
    let mut report = Report::live();
    let offline = without_endpoint(check, &mut report).await;
    if !report.findings().is_empty() {
        return judge(report, offline, started);
    }
    let mut ready = prepare(check, slot).await;
    if let (Err(Problem::Fail(_)), true) = (&ready, slot.is_emulated()) {
        // Whatever a check has left behind must not be held against the next one. Emulators cost nothing.
        if let Ok(fresh) = Slot::emulator(slot.target.patience).await {
            std::mem::replace(slot, fresh).close().await;
            ready = prepare(check, slot).await;
        }
    }
    let problem = match ready {
        Ok(ready) => {
            let work = with_endpoint(check, slot, ready, &mut report);
            match tokio::time::timeout(limit, work).await {
                Ok(outcome) => outcome.err(),
                Err(_) => Some(Problem::Fail(format!(
                    "no end after {} s",
                    limit.as_secs_f64()
                ))),
            }
        }
        Err(problem) => Some(problem),
    };
    let exchanges = slot.settle();
    let not_served = |e: &Exchange| matches!(&e.received, Ok(r) if r.status == 501);
    if slot.is_emulated() && exchanges.iter().any(not_served) {
        return Outcome::skipped("the emulator does not serve all of it yet");
    }
    match problem {
        Some(Problem::Skip(reason)) => return Outcome::skipped(reason),
        Some(Problem::Fail(reason)) => report.find(reason),
        None => {}
    }
    for answer in slot.undeclared() {
        report.find(format!("no spec declares this answer: {answer}"));
    }
    let silent = exchanges.last().is_some_and(|e| e.received.is_err());
    let mut outcome = judge(report, exchanges, started);
    outcome.silent = silent && outcome.verdict == Verdict::Failed;
    outcome
}

/// What a check begins with.
enum Ready {
    Names(crate::names::Names),
    Buckets(Vec<String>),
}

async fn prepare(check: &Check, slot: &mut Slot) -> Result<Ready, Problem> {
    match check.subject {
        Subject::Live(example) | Subject::Presign(example, _) | Subject::Pages(example, _) => {
            slot.prepare(example).await.map(Ready::Names)
        }
        Subject::Required(operation, _)
        | Subject::Refusals(operation)
        | Subject::Stranger(operation)
        | Subject::Granted(operation) => match operation.examples.first() {
            Some(example) => slot.prepare(example).await.map(Ready::Names),
            None => Ok(Ready::Names(Vary::nothing().names)),
        },
        Subject::Behaviour(behaviour) => {
            let buckets = slot.lease(behaviour.buckets, behaviour.versioned, false);
            buckets.await.map(Ready::Buckets)
        }
        _ => Ok(Ready::Buckets(Vec::new())),
    }
}

async fn with_endpoint(
    check: &Check,
    slot: &Slot,
    ready: Ready,
    report: &mut Report,
) -> Result<(), Problem> {
    match (check.subject, ready) {
        (Subject::Live(example), Ready::Names(names)) => {
            examples::live(example, &names, slot, report).await;
        }
        (Subject::Presign(example, presign), Ready::Names(names)) => {
            presigned::check(presign, example, &names, slot, report).await;
        }
        (Subject::Pages(_, pages), Ready::Names(names)) => {
            pages::check(pages, &names, slot, report).await;
        }
        (Subject::Required(operation, parameter), Ready::Names(names)) => {
            required::live(operation, parameter, names, slot, report).await;
        }
        (Subject::Stranger(operation), Ready::Names(names)) => {
            return strangers::check(operation, names, slot, report).await;
        }
        (Subject::Refusals(operation), Ready::Names(names)) => {
            refusals::check(operation, &names, slot, report).await;
        }
        (Subject::Granted(operation), Ready::Names(names)) => {
            return granted::check(operation, names, slot, report).await;
        }
        (Subject::Behaviour(behaviour), Ready::Buckets(buckets)) => {
            let bench = Bench::new(slot, buckets);
            return (behaviour.run)(&bench, report).await;
        }
        // Nothing was looked at, which is no reason to pass.
        _ => return Err(Problem::Fail("nobody knows how to run it".to_owned())),
    }
    Ok(())
}

fn judge(report: Report, exchanges: Vec<Exchange>, started: Instant) -> Outcome {
    let report_is_live = report.is_live();
    let mut findings = report.into_findings();
    // Without an endpoint there is no secret, only what the examples call one.
    if report_is_live {
        let secrets = redact::Secrets::of(&exchanges);
        for finding in &mut findings {
            let texts = [
                Some(&mut finding.what),
                finding.expected.as_mut(),
                finding.got.as_mut(),
            ];
            for text in texts.into_iter().flatten() {
                *text = secrets.hide(text);
            }
        }
    }
    let (verdict, exchanges) = match findings.is_empty() {
        true => (Verdict::Passed, Vec::new()),
        false => {
            let skipped = exchanges.len().saturating_sub(SHOWN);
            let last = exchanges.iter().skip(skipped).map(redact::show);
            (Verdict::Failed, last.collect())
        }
    };
    Outcome {
        verdict,
        findings,
        exchanges,
        elapsed: started.elapsed(),
        silent: false,
    }
}
