//! The emulator as a program.

mod program {
    pub(crate) mod arguments;
    pub(crate) mod banner;
    pub(crate) mod users;
}

use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use program::arguments::{Arguments, Log};
use program::{banner, users};
use qingstor_emulator::{Builder, Emulator, Error, Faults, LogFormat, ROUTES, implements};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.list_operations {
        list_operations();
        return ExitCode::SUCCESS;
    }
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("qingstor-emulator: {}", explain(&error, &arguments));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Error> {
    let kept = match &arguments.data_dir {
        Some(path) => format!("Data is kept in {}", path.display()),
        None => "Data is gone when it stops (see --data-dir)".to_owned(),
    };
    // Before the first line is printed: whoever waits for it may send a signal right after.
    let signal = stop_signal()?;
    let emulator = builder(arguments)?.start().await?;
    print!("{}", banner::text(&emulator, &kept, &arguments.domain));
    let _ = std::io::stdout().flush();
    signal.await;
    eprintln!("qingstor-emulator: stopping");
    for finding in emulator.findings() {
        eprintln!("qingstor-emulator: an answer that no spec declares: {finding}");
    }
    emulator.shutdown().await;
    Ok(())
}

/// An error in one line, with the options that it is about and what can be done.
fn explain(error: &Error, arguments: &Arguments) -> String {
    match error {
        Error::Listen { source, .. } => match source.kind() {
            ErrorKind::AddrInUse => {
                format!("{error}; name another port with --listen, or 0 for a free one")
            }
            ErrorKind::PermissionDenied => {
                format!("{error}; name a port above 1023 with --listen")
            }
            _ => format!(
                "{error}; --listen takes an address of this machine and a port, such as 127.0.0.1:9000"
            ),
        },
        Error::DataFolder { .. } if arguments.data_dir.is_some() => {
            format!("{error}; name another folder with --data-dir")
        }
        Error::Tls(why) => match (&arguments.tls_cert, &arguments.tls_key) {
            (Some(certificate), Some(key)) => {
                let (certificate, key) = (certificate.display(), key.display());
                format!("--tls-cert {certificate} --tls-key {key}: {why}")
            }
            _ => format!("--tls-self-signed: {why}"),
        },
        _ => error.to_string(),
    }
}

fn builder(arguments: &Arguments) -> Result<Builder, Error> {
    let mut builder = Emulator::builder()
        .listen(&arguments.listen)
        .access_key(&arguments.access_key, &arguments.secret_key)
        .domain(&arguments.domain)
        .max_body_bytes(arguments.max_body_mib << 20)
        .min_part_bytes(arguments.min_part_bytes)
        .allow_fetch_from_anywhere(arguments.fetch_anywhere)
        .check_answers(arguments.check_answers)
        .accept_other_sdks(!arguments.strict_signatures)
        .admin(arguments.admin)
        .bucket_lease(Duration::from_secs(arguments.bucket_lease));
    if let Some(path) = &arguments.users {
        builder = users::add(builder, path)?;
    }
    if let Some(path) = &arguments.data_dir {
        builder = builder.data_dir(path).sync(arguments.sync);
    }
    if let Some(quota) = arguments.bucket_quota {
        builder = builder.bucket_quota(quota);
    }
    for zone in &arguments.zone {
        builder = builder.zone(zone);
    }
    if let Some(path) = &arguments.faults {
        let text = String::from_utf8_lossy(&read("--faults", path)?).into_owned();
        let failed = |why| Error::Setting(format!("--faults {}: {why}", path.display()));
        builder = builder.faults(Faults::from_json(&text).map_err(failed)?);
    }
    if let (Some(certificate), Some(key)) = (&arguments.tls_cert, &arguments.tls_key) {
        builder = builder.tls(read("--tls-cert", certificate)?, read("--tls-key", key)?);
    }
    if arguments.tls_self_signed {
        builder = builder.tls_self_signed();
    }
    let format = match arguments.log {
        Log::Off => return Ok(builder),
        Log::Simple => LogFormat::Simple,
        Log::Json => LogFormat::Json,
    };
    Ok(builder.log_format(format).log(|line| eprintln!("{line}")))
}

fn read(option: &str, path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path)
        .map_err(|error| Error::Setting(format!("{option} {}: {error}", path.display())))
}

/// Waits for SIGINT or, where there is one, SIGTERM.
#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()>, Error> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |error| Error::Setting(format!("signals cannot be waited for: {error}"));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()>, Error> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

fn list_operations() {
    for route in ROUTES {
        let mark = if implements(route.operation) {
            "yes"
        } else {
            "501"
        };
        println!("{mark}  {:<24} {}", route.operation, route.title);
    }
}
