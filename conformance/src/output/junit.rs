//! A run as JUnit XML: a suite for each operation, a case for each check.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::execute::Verdict;
use crate::run::{Class, Entry, Run};

pub(super) fn render(run: &Run) -> Result<String, quick_junit::SerializeError> {
    let mut report = Report::new(format!("conformance of {}", run.subject));
    report.set_time(run.elapsed);
    if let Some(problem) = &run.problem {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(xml(problem));
        let mut suite = TestSuite::new("endpoint");
        suite.add_test_case(TestCase::new("endpoint", status));
        report.add_test_suite(suite);
    }
    let mut suite: Option<TestSuite> = None;
    for entry in &run.entries {
        let operation = entry.check.operation;
        if suite
            .as_ref()
            .is_some_and(|suite| suite.name.as_str() != operation)
        {
            report.add_test_suites(suite.take());
        }
        let suite = suite.get_or_insert_with(|| TestSuite::new(operation));
        suite.add_test_case(case(run, entry));
    }
    report.add_test_suites(suite);
    report.to_string()
}

fn case(run: &Run, entry: &Entry) -> TestCase {
    let status = match (run.class(entry), &entry.outcome.verdict) {
        (_, Verdict::Skipped(reason)) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(xml(reason));
            status
        }
        (Class::Failed, _) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            if let Some(first) = entry.outcome.findings.first() {
                status.set_message(xml(&first.to_string()));
            }
            status.set_description(xml(&description(entry)));
            status
        }
        _ => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(entry.check.name(), status);
    case.set_classname(format!(
        "{}.{}",
        entry.check.operation,
        entry.check.kind.as_str()
    ));
    case.set_time(entry.outcome.elapsed);
    if run.class(entry) == Class::Unverified(false) {
        case.set_system_out(xml(&description(entry)));
    }
    case
}

fn description(entry: &Entry) -> String {
    let mut lines: Vec<String> = entry
        .outcome
        .findings
        .iter()
        .map(ToString::to_string)
        .collect();
    lines.push(format!("told by {}", entry.check.place));
    if let Some(reason) = &entry.check.unverified {
        lines.push(format!("not verified against the service: {reason}"));
    }
    for exchange in &entry.outcome.exchanges {
        lines.push(format!("\n{}\n\n{}", exchange.request, exchange.answer));
    }
    lines.join("\n")
}

/// Without what XML cannot say.
fn xml(text: &str) -> String {
    let legal = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().filter(legal).collect()
}
