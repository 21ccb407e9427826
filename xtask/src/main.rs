//! The project's own commands: `cargo xtask <command>`.

mod coverage;
mod diff;
mod explain;
mod generate;
mod lint;
mod mutate;
mod new_operation;
mod obstacle;
mod openapi;
mod scratch;
mod spawn;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "The project's own commands",
    bin_name = "cargo xtask"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make every file that depends on the specs, and remove those that no spec accounts for.
    Generate {
        /// Change nothing: fail if anything would change.
        #[arg(long)]
        check: bool,
    },
    /// Report every mistake in the specs.
    Lint,
    /// Write the skeleton of a new operation's spec.
    NewOperation {
        /// The folder: service, bucket or object.
        scope: String,
        /// The name in UpperCamelCase, as in `GetBucketInventory`.
        name: String,
    },
    /// Show what an operation's examples put on the wire: request, string to sign, signature.
    Explain {
        /// The operation, as in `options_object` or `OptionsObject`.
        operation: String,
    },
    /// Compare the specs with the vendor's Swagger: every difference needs a reason.
    Coverage {
        /// The folder of the Swagger's files; without it, the inventory of its facts in specs/upstream/inventory.txt.
        #[arg(long)]
        upstream: Option<PathBuf>,
        /// Write the inventory anew from the Swagger.
        #[arg(long, requires = "upstream")]
        write: bool,
    },
    /// Tell what changed in the API since a revision, and what of it breaks callers.
    ///
    /// Compares the specs of a git revision with those of the working tree, in terms of the API: operations, parameters, types,
    /// answers, errors. Texts and examples do not count. The working tree is not touched.
    Diff {
        /// The older revision: a tag, a branch, a commit, or something like `HEAD~3`.
        revision: String,
        /// How to print it: for reading, or as a stub for CHANGELOG.md.
        #[arg(long, value_enum, default_value = "text")]
        format: diff::Format,
        /// Fail if anything breaks callers.
        #[arg(long)]
        deny_breaking: bool,
    },
    /// Print the API as an OpenAPI 3.1 document, the same as docs/reference/openapi.json.
    Openapi {
        /// Write it to this file instead.
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// Alter facts of the specs, one at a time, and see whether the checks notice.
    ///
    /// Each altered spec is generated, compiled and checked in a copy of the project, several at the same time. Takes about an hour on two
    /// processors; a run that was interrupted goes on where it was. Fails if less than 95 % of those that compile are caught, or
    /// if one survives that conformance/survivors.yaml does not explain.
    Mutate {
        /// How many are drawn; `lint` refuses about half of them, and the others are compiled.
        #[arg(long, default_value_t = 350)]
        count: usize,
        /// Which ones are drawn.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Forget what earlier runs found.
        #[arg(long)]
        fresh: bool,
    },
    /// Compile and test specs whose every name, type and place is awkward.
    Obstacle,
    /// Run a local QingStor.
    Emulate {
        /// Arguments of `qingstor-emulator`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run the checks that follow from the specs, against emulators or an endpoint.
    #[command(disable_help_flag = true)]
    Conformance {
        /// Arguments of `conformance`; `--help` lists them.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run every check and test that CI runs.
    Ci,
}

fn main() -> ExitCode {
    let root = root();
    match Arguments::parse().command {
        Command::Generate { check } => generate::run(&root, check),
        Command::Lint => lint::run(&root),
        Command::NewOperation { scope, name } => new_operation::run(&root, &scope, &name),
        Command::Explain { operation } => explain::run(&root, &operation),
        Command::Coverage { upstream, write } => coverage::run(&root, upstream.as_deref(), write),
        Command::Diff {
            revision,
            format,
            deny_breaking,
        } => diff::run(&root, &revision, format, deny_breaking),
        Command::Openapi { output } => openapi::run(&root, output.as_deref()),
        Command::Mutate { count, seed, fresh } => mutate::run(&root, count, seed, fresh),
        Command::Obstacle => obstacle::run(&root),
        Command::Emulate { arguments } => {
            let mut all = vec!["run", "--quiet", "-p", "qingstor-emulator", "--"];
            all.extend(arguments.iter().map(String::as_str));
            spawn::cargo(&root, &all)
        }
        Command::Conformance { arguments } => {
            let mut all = vec!["run", "--quiet", "-p", "qingstor-conformance"];
            all.extend(["--bin", "conformance", "--"]);
            all.extend(arguments.iter().map(String::as_str));
            spawn::cargo(&root, &all)
        }
        Command::Ci => spawn::ci(&root),
    }
}

/// The project's root: this package's parent folder.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}
