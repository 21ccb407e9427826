//! What an operation's examples put on the wire: request, string to sign, signature.
//!
//! `explain <operation>`, with the operation's method as in `options_object`. The key is the one of the
//! published signature vectors, the date is fixed, so the output can be compared with other signers.

use std::io::Write;
use std::process::ExitCode;

use qingstor::sign::{Signable, Signer};
use qingstor::testing::{Replay, WireRequest};
use qingstor_conformance::{Example, Names, Report};

/// Prints a line; where standard output is closed there is nobody to tell.
macro_rules! say {
    ($($text:tt)*) => {{
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(operation) = std::env::args().nth(1) else {
        eprintln!("usage: explain <operation>");
        return ExitCode::FAILURE;
    };
    let examples = qingstor_conformance::examples();
    for example in examples.filter(|e| e.operation == operation) {
        match wire_request(example).await {
            Ok(request) => print(example, &request),
            Err(problem) => {
                eprintln!("error: {}: {problem}", example.id);
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// Runs the example against a transport that only remembers.
async fn wire_request(example: &Example) -> Result<WireRequest, String> {
    let replay = Replay::new().answer(example.status, &[], "");
    let client = replay.client().map_err(|e| e.to_string())?;
    let mut report = Report::prepared();
    (example.call)(&client, &Names::as_written(), &mut report).await;
    replay.requests().pop().ok_or_else(|| {
        let findings = report.findings().iter().map(ToString::to_string);
        findings.collect::<Vec<_>>().join("; ")
    })
}

fn print(example: &Example, request: &WireRequest) {
    say!(
        "example {} ({}:{})\n",
        example.id,
        example.file,
        example.line
    );
    say!("    {} {} HTTP/1.1", request.method, request.target);
    say!("    host: {}", request.host);
    let mut headers = Vec::new();
    for (name, value) in &request.headers {
        let value = value.to_str().unwrap_or_default();
        headers.push((name.as_str(), value));
        // The customer key of an example is no secret, but people copy what they see into tickets.
        let secret = name.as_str().ends_with("customer-key");
        say!(
            "    {name}: {}",
            if secret { "(a customer key)" } else { value }
        );
    }
    if !request.body.is_empty() {
        say!("\n    {}", String::from_utf8_lossy(&request.body));
    }
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let signable = Signable::new(&request.method, path)
        .query(query)
        .headers(&headers);
    let signer = Signer::new("ACCESS_KEY_ID", "SECRET_ACCESS_KEY");
    say!("\n  string to sign\n");
    let text = signable.string_to_sign(None);
    for line in text.lines() {
        let secret = line.contains("customer-key:");
        say!(
            "    {}",
            if secret {
                line.split(':').next().unwrap_or(line)
            } else {
                line
            }
        );
    }
    say!(
        "\n  signature\n\n    {}\n",
        signer.signature(&signable, None)
    );
}
