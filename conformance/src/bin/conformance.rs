//! Runs the checks and tells what came of them.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use qingstor_conformance::execute::Verdict;
use qingstor_conformance::output::{self, Format};
use qingstor_conformance::run::{self, Place, Run, Settings};
use qingstor_conformance::target::{Key, Target};
use qingstor_conformance::{Check, check};

/// Checks that the SDK and an endpoint do what the specs say.
///
/// Without --endpoint the checks run against emulators that are started for them. Against an endpoint they need an
/// account that may have two buckets: QINGSTOR_ACCESS_KEY_ID and QINGSTOR_SECRET_ACCESS_KEY. Checks of what somebody
/// else may do also need the key of another account: QINGSTOR_SECOND_ACCESS_KEY_ID and
/// QINGSTOR_SECOND_SECRET_ACCESS_KEY. The exit status is 0 if nothing failed, 1 if something did, 2 if the checks could
/// not run.
#[derive(Parser)]
#[command(name = "conformance", bin_name = "cargo xtask conformance")]
struct Arguments {
    /// The endpoint to check, such as `https://qingstor.com`.
    #[arg(long)]
    endpoint: Option<String>,

    /// The zone of the buckets, such as pek3a.
    #[arg(long, env = "QINGSTOR_ZONE", default_value = "")]
    zone: String,

    /// How the names of the buckets begin that are made: 3 to 50 lower-case letters, digits and hyphens. What begins so
    /// belongs to the checks and is deleted. By default it follows from the access key's id.
    #[arg(long, value_parser = prefix)]
    bucket_prefix: Option<String>,

    /// Where a bucket's name stands.
    #[arg(long, value_enum, default_value_t = Style::Path)]
    style: Style,

    /// Only checks whose name contains this; may be given several times. Names are operation/kind/what.
    #[arg(long)]
    filter: Vec<String>,

    /// How many checks run at the same time. Those that need an endpoint's account run one after the other.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..))]
    jobs: Option<u8>,

    /// How many seconds a check may take, and an answer may be waited for.
    #[arg(long, default_value_t = 60.0, value_parser = seconds)]
    timeout: f64,

    /// How old, in seconds, a bucket must be before the service deletes it.
    #[arg(long, default_value_t = 60.0, value_parser = seconds)]
    lease: f64,

    /// How the result is told.
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Where it is written, instead of standard output.
    #[arg(long)]
    output: Option<PathBuf>,

    /// Print the names of the checks and run none.
    #[arg(long)]
    list: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Style {
    /// In the path.
    Path,
    /// In the host.
    VirtualHost,
}

fn prefix(text: &str) -> Result<String, String> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    match text.chars().all(legal) && text.starts_with(ends) && (3..=50).contains(&text.len()) {
        true => Ok(text.to_owned()),
        false => {
            Err("3 to 50 lower-case letters, digits and hyphens, no hyphen in front".to_owned())
        }
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("a number of seconds, at most a day".to_owned()),
    }
}

/// The checks cannot run.
const UNABLE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let wanted = |check: &Check| {
        let name = check.name();
        arguments.filter.is_empty() || arguments.filter.iter().any(|part| name.contains(part))
    };
    let checks: Vec<Check> = check::all().into_iter().filter(wanted).collect();
    if arguments.list {
        let mut out = std::io::stdout().lock();
        for check in checks {
            // Where nobody reads on there is nobody to tell.
            let _ = writeln!(out, "{}", check.name());
        }
        return ExitCode::SUCCESS;
    }
    if checks.is_empty() {
        eprintln!("error: no check has a name that contains the filter; --list prints all names");
        return ExitCode::from(UNABLE);
    }
    let place = match place(&arguments) {
        Ok(place) => place,
        Err(problem) => {
            eprintln!("error: {problem}");
            return ExitCode::from(UNABLE);
        }
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let settings = Settings {
        place: place.clone(),
        jobs: arguments.jobs.map_or(processors, usize::from),
        limit: Duration::from_secs_f64(arguments.timeout),
    };
    let bar = bar(checks.len());
    let ticks = bar.clone();
    let run = run::run(checks, settings, move |check, outcome| {
        if outcome.verdict == Verdict::Failed {
            ticks.println(format!("✗ {}", check.name()));
        }
        ticks.set_message(check.operation);
        ticks.inc(1);
    })
    .await;
    bar.finish_and_clear();
    match tell(&arguments, &run, &place) {
        Ok(()) if run.failed() => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(UNABLE)
        }
    }
}

/// A bar on a terminal, nothing elsewhere.
fn bar(count: usize) -> ProgressBar {
    let bar = ProgressBar::new(count as u64);
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn place(arguments: &Arguments) -> Result<Place, String> {
    let Some(endpoint) = &arguments.endpoint else {
        return Ok(Place::Emulators);
    };
    let key = key("QINGSTOR_ACCESS_KEY_ID", "QINGSTOR_SECRET_ACCESS_KEY")?;
    let key =
        key.ok_or("an endpoint needs QINGSTOR_ACCESS_KEY_ID and QINGSTOR_SECRET_ACCESS_KEY")?;
    let second = self::key(
        "QINGSTOR_SECOND_ACCESS_KEY_ID",
        "QINGSTOR_SECOND_SECRET_ACCESS_KEY",
    )?;
    let prefix = match &arguments.bucket_prefix {
        Some(prefix) => prefix.clone(),
        None => Target::prefix_of(&key),
    };
    let target = Target {
        endpoint: endpoint.clone(),
        zone: arguments.zone.clone(),
        virtual_host: arguments.style == Style::VirtualHost,
        key,
        second,
        prefix,
        lease: Duration::from_secs_f64(arguments.lease),
        patience: Duration::from_secs_f64(arguments.timeout),
    };
    // What is wrong with the endpoint's name is known before anything is sent.
    let transport = target.transport().map_err(|error| error.to_string())?;
    let client = target.client(Some(&target.key), transport);
    client.map_err(|error| error.to_string())?;
    Ok(Place::Endpoint(Arc::new(target)))
}

fn key(id: &str, secret: &str) -> Result<Option<Key>, String> {
    let read = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    match (read(id), read(secret)) {
        (Some(id), Some(secret)) => Ok(Some(Key { id, secret })),
        (None, None) => Ok(None),
        _ => Err(format!(
            "{id} and {secret} belong together, and one of them is missing"
        )),
    }
}

fn tell(arguments: &Arguments, run: &Run, place: &Place) -> Result<(), String> {
    let secrets: Vec<&str> = match place {
        Place::Emulators => Vec::new(),
        Place::Endpoint(target) => {
            let keys = [Some(&target.key), target.second.as_ref()];
            keys.into_iter()
                .flatten()
                .map(|key| key.secret.as_str())
                .collect()
        }
    };
    let colour = arguments.output.is_none()
        && std::io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none();
    let text = output::render(run, arguments.format, colour, &secrets);
    let text = text.map_err(|error| error.to_string())?;
    let Some(path) = &arguments.output else {
        let _ = std::io::stdout().lock().write_all(text.as_bytes());
        return Ok(());
    };
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    let result = if run.failed() { "failed" } else { "passed" };
    eprintln!("{result}; the report is in {}", path.display());
    Ok(())
}
