//! The emulator as a program.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use qingstor_emulator::{Emulator, Error, ROUTES, implements};

/// A local QingStor server for tests and development. Data is kept in a temporary folder, or in the one of `--data-dir`.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Address to listen on; port 0 is a free port.
    #[arg(long, default_value = "127.0.0.1:9000")]
    listen: String,

    /// Folder to keep everything in, across restarts and `kill -9`; without it data is gone at the end.
    #[arg(long)]
    data_dir: Option<PathBuf>,

    /// Let every change wait for the disk, so that it survives a loss of power too.
    #[arg(long, requires = "data_dir")]
    sync: bool,

    /// Access key id that clients use.
    #[arg(long, default_value = "emulator-key-id")]
    access_key: String,

    /// Secret access key that clients sign with.
    #[arg(long, default_value = "emulator-secret")]
    secret_key: String,

    /// Zone id; may be given several times, the first is the default zone.
    #[arg(long, default_value = "pek3a")]
    zone: Vec<String>,

    /// Base domain of `<zone>.<domain>` and `<bucket>.<zone>.<domain>`.
    #[arg(long, default_value = "qingstor.com")]
    domain: String,

    /// What to print for each request.
    #[arg(long, value_enum, default_value = "simple")]
    log_style: LogStyle,

    /// Largest request body, in MiB.
    #[arg(long, default_value_t = 5120, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    max_body_mib: u64,

    /// Let PUT Object (fetch) ask other machines than this one.
    #[arg(long)]
    fetch_anywhere: bool,

    /// Refuse signatures that are made as some official SDKs do it, and not as it is documented.
    #[arg(long)]
    strict_signatures: bool,

    /// Buckets that an account may have; more are refused with `too_many_buckets`. No limit by default.
    #[arg(long)]
    bucket_quota: Option<usize>,

    /// Seconds after its creation in which a bucket cannot be deleted (`lease_not_ready`). The service has 60.
    #[arg(long, default_value_t = 0)]
    bucket_lease: u64,

    /// Print the operations, and which of them are implemented, and exit.
    #[arg(long)]
    list_operations: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogStyle {
    /// One line a request.
    Simple,
    /// Nothing.
    None,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.list_operations {
        list_operations();
        return ExitCode::SUCCESS;
    }
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("qingstor-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Error> {
    let mut builder = Emulator::builder()
        .listen(arguments.listen)
        .access_key(arguments.access_key, arguments.secret_key)
        .domain(arguments.domain)
        .max_body_bytes(arguments.max_body_mib << 20)
        .allow_fetch_from_anywhere(arguments.fetch_anywhere)
        .accept_other_sdks(!arguments.strict_signatures)
        .bucket_lease(Duration::from_secs(arguments.bucket_lease));
    let kept = match &arguments.data_dir {
        Some(path) => format!("Data is kept in {}", path.display()),
        None => "Data is gone when it stops (see --data-dir)".to_owned(),
    };
    if let Some(path) = arguments.data_dir {
        builder = builder.data_dir(path).sync(arguments.sync);
    }
    if let Some(quota) = arguments.bucket_quota {
        builder = builder.bucket_quota(quota);
    }
    for zone in arguments.zone {
        builder = builder.zone(zone);
    }
    if arguments.log_style == LogStyle::Simple {
        builder = builder.log(|line| eprintln!("{line}"));
    }
    let emulator = builder.start().await?;
    print_banner(&emulator, &kept);
    if let Err(error) = tokio::signal::ctrl_c().await {
        eprintln!("qingstor-emulator: cannot wait for Ctrl-C: {error}");
    }
    eprintln!("qingstor-emulator: stopping");
    emulator.shutdown().await;
    Ok(())
}

fn print_banner(emulator: &Emulator, kept: &str) {
    println!(
        "qingstor-emulator {} listens on {}. {kept}. Ctrl-C stops it.\n\n\
         export QINGSTOR_ENDPOINT={}\n\
         export QINGSTOR_ACCESS_KEY_ID={}\n\
         export QINGSTOR_SECRET_ACCESS_KEY={}\n\
         export QINGSTOR_ZONE={}\n",
        env!("CARGO_PKG_VERSION"),
        emulator.address(),
        emulator.endpoint(),
        emulator.access_key_id(),
        emulator.secret_access_key(),
        emulator.zone(),
    );
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
