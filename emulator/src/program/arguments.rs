//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use super::banner::WELL_KNOWN_SECRET;

/// A local QingStor server for tests and development. Data is kept in a temporary folder, or in the one of `--data-dir`.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// Address to listen on; port 0 is a free port.
    #[arg(long, default_value = "127.0.0.1:9000")]
    pub(crate) listen: String,

    /// Folder to keep everything in, across restarts and `kill -9`; without it data is gone at the end.
    #[arg(long)]
    pub(crate) data_dir: Option<PathBuf>,

    /// Let every change wait for the disk, so that it survives a loss of power too.
    #[arg(long, requires = "data_dir")]
    pub(crate) sync: bool,

    /// Access key id that clients use.
    #[arg(long, default_value = "emulator-key-id")]
    pub(crate) access_key: String,

    /// Secret access key that clients sign with.
    #[arg(long, default_value = WELL_KNOWN_SECRET)]
    pub(crate) secret_key: String,

    /// File with the accounts, in YAML or JSON: a list of { id, name, key, secret }. The first is the default one.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["access_key", "secret_key"])]
    pub(crate) users: Option<PathBuf>,

    /// Zone id; may be given several times, the first is the default zone.
    #[arg(long, default_value = "pek3a")]
    pub(crate) zone: Vec<String>,

    /// Base domain of `<zone>.<domain>` and `<bucket>.<zone>.<domain>`.
    #[arg(long, default_value = "qingstor.com")]
    pub(crate) domain: String,

    /// File with the certificate chain to speak TLS with, as PEM.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,

    /// File with the certificate's private key, as PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,

    /// Speak TLS with a certificate that an authority of the emulator's own signs; where to find it is printed.
    #[arg(long, conflicts_with = "tls_cert")]
    pub(crate) tls_self_signed: bool,

    /// What to print for each request.
    #[arg(long, value_enum, default_value = "simple")]
    pub(crate) log: Log,

    /// Largest request body, in MiB.
    #[arg(long, default_value_t = 5120, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    pub(crate) max_body_mib: u64,

    /// Least size in bytes of all parts of an upload but the last. The service has 4 MiB.
    #[arg(long, default_value_t = 4 << 20)]
    pub(crate) min_part_bytes: u64,

    /// Let the server ask other machines than this one: for fetches and for pictures that are laid over others.
    #[arg(long)]
    pub(crate) fetch_anywhere: bool,

    /// Refuse signatures that other official SDKs make in their own way (Python, Java, Ruby, JavaScript).
    #[arg(long)]
    pub(crate) strict_signatures: bool,

    /// File with rules for faults, as JSON; the README describes them.
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,

    /// Serve `/_emulator/faults` to this machine, by which rules for faults are changed.
    #[arg(long)]
    pub(crate) admin: bool,

    /// Buckets that an account may have; more are refused with `too_many_buckets`. No limit by default.
    #[arg(long)]
    pub(crate) bucket_quota: Option<usize>,

    /// Seconds after its creation in which a bucket cannot be deleted (`lease_not_ready`). The service has 60.
    #[arg(long, default_value_t = 0)]
    pub(crate) bucket_lease: u64,

    /// Answer 500 instead of what the specs do not declare; for tests of this server.
    #[arg(long)]
    pub(crate) check_answers: bool,

    /// Print the operations, and which of them are implemented, and exit.
    #[arg(long)]
    pub(crate) list_operations: bool,
}

/// What is printed for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Log {
    /// Nothing.
    Off,
    /// One line.
    Simple,
    /// One JSON object.
    Json,
}
