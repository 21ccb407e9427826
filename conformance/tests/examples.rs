//! Every example of every spec: encoded, decoded, and answered by an emulator of its own.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use qingstor::testing::Recorder;
use qingstor::{Client, RetryPolicy};
use qingstor_conformance::{Example, Kind, Names, Report, run};
use qingstor_emulator::Emulator;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = qingstor_conformance::examples().flat_map(|example| {
        Kind::ALL.map(|kind| {
            let name = format!("{}/{}/{}", example.operation, kind.as_str(), example.id);
            Trial::test(name, move || check(example, kind))
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn check(example: &Example, kind: Kind) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let report = runtime.block_on(async {
        if kind != Kind::Live {
            let no_endpoint = |_| {
                Err(qingstor::Error::new(
                    qingstor::ErrorKind::Config,
                    "no endpoint is needed",
                ))
            };
            return Ok::<_, Failed>(run(example, kind, no_endpoint).await);
        }
        let emulator = Emulator::builder().start().await?;
        let report = live(example, &emulator).await;
        emulator.shutdown().await;
        Ok(report)
    })?;
    judge(example, &report)
}

/// The endpoint is an emulator. For an operation that it has no handler for, it has to say just that: the check turns
/// into the real one with the handler.
async fn live(example: &Example, emulator: &Emulator) -> Report {
    let recorder = Recorder::http();
    let client = |recorder: Recorder| {
        Client::builder()
            .no_environment()
            .endpoint(emulator.endpoint())
            .credentials(emulator.access_key_id(), emulator.secret_access_key())
            .transport(recorder)
            .retry(RetryPolicy::never())
            .build()
    };
    if qingstor_emulator::implements(example.name) {
        return run(example, Kind::Live, client).await;
    }
    let mut report = Report::live();
    let client = recorder.and_then(|recorder| Ok((recorder.clone(), client(recorder)?)));
    match client {
        Ok((recorder, client)) => {
            (example.call)(&client, &Names::as_written(), &mut Report::live()).await;
            let status = recorder.last().map(|exchange| exchange.response.status);
            report.equal(
                "the status of an operation without a handler",
                &status,
                &Some(501),
            );
        }
        Err(error) => report.find(error.to_string()),
    }
    report
}

fn judge(example: &Example, report: &Report) -> Result<(), Failed> {
    if report.findings().is_empty() {
        return Ok(());
    }
    let mut lines = report.findings().to_vec();
    lines.push(format!("told by {}", example.place));
    if let Some(reason) = example.unverified {
        lines.push(format!("not verified against the service: {reason}"));
    }
    Err(lines.join("\n").into())
}
