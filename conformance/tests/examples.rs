//! Every check against emulators: one for each thread, used by one check after the other.

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use qingstor_conformance::execute::{self, Outcome, Verdict};
use qingstor_conformance::slot::Slot;
use qingstor_conformance::{Check, check};
use tokio::runtime::Runtime;

/// A check against an emulator takes milliseconds; one that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(30);

/// What the checks share.
struct Shared {
    runtime: Runtime,
    idle: Mutex<Vec<Slot>>,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let shared = Arc::new(Shared {
        runtime,
        idle: Mutex::new(Vec::new()),
    });
    let trials = check::all().into_iter().map(|check| {
        let shared = Arc::clone(&shared);
        Trial::test(check.name(), move || judge(&check, &shared.run(&check)?))
    });
    let code = libtest_mimic::run(&arguments, trials.collect()).exit_code();
    shared.close();
    code
}

impl Shared {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Slot>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, check: &Check) -> Result<Outcome, String> {
        if !check.is_live() {
            return Ok(self.runtime.block_on(execute::offline(check)));
        }
        let idle = self.idle().pop();
        self.runtime.block_on(async {
            let mut slot = match idle {
                Some(slot) => slot,
                None => Slot::emulator(LIMIT).await?,
            };
            let outcome = execute::live(check, &mut slot, LIMIT).await;
            self.idle().push(slot);
            Ok(outcome)
        })
    }

    fn close(&self) {
        let slots = std::mem::take(&mut *self.idle());
        self.runtime.block_on(async {
            for slot in slots {
                slot.close().await;
            }
        });
    }
}

fn judge(check: &Check, outcome: &Outcome) -> Result<(), Failed> {
    if outcome.verdict != Verdict::Failed {
        return Ok(());
    }
    let mut lines: Vec<String> = outcome.findings.iter().map(ToString::to_string).collect();
    lines.push(format!("told by {}", check.place));
    if let Some(reason) = &check.unverified {
        lines.push(format!("not verified against the service: {reason}"));
    }
    for exchange in outcome.exchanges.iter().rev().take(1) {
        lines.push(format!("\n{}\n\n{}", exchange.request, exchange.answer));
    }
    Err(lines.join("\n").into())
}
