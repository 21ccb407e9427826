//! Every example of every spec: encoded, decoded, and answered by an emulator of its own.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use qingstor::{Client, RetryPolicy};
use qingstor_conformance::{Example, Kind, run};
use qingstor_emulator::Emulator;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let examples = qingstor_conformance::examples();
    let trials = examples.into_iter().flat_map(|example| {
        Kind::ALL.map(|kind| {
            let name = format!("{}/{}/{}", example.operation, kind.as_str(), example.id);
            Trial::test(name, move || check(&example, kind))
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
        let report = run(example, kind, |recorder| {
            Client::builder()
                .no_environment()
                .endpoint(emulator.endpoint())
                .credentials(emulator.access_key_id(), emulator.secret_access_key())
                .transport(recorder)
                .retry(RetryPolicy::never())
                .build()
        });
        let report = report.await;
        emulator.shutdown().await;
        Ok(report)
    })?;
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
