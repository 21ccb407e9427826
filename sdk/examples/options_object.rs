//! Sets a CORS rule on a bucket, asks whether a browser may send a request, and prints the five answers.
//!
//! ```sh
//! cargo run -p qingstor --example options_object
//! ```
//!
//! Without an account it starts an emulator of its own. With `QINGSTOR_ACCESS_KEY_ID`,
//! `QINGSTOR_SECRET_ACCESS_KEY`, `QINGSTOR_ZONE` and `QINGSTOR_EXAMPLE_BUCKET` it uses the real service: the bucket
//! has to exist, and its CORS rules are replaced.

use qingstor::types::{CorsRule, Method};
use qingstor::{Bucket, Client, Error, ErrorKind};
use qingstor_emulator::Emulator;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::var_os("QINGSTOR_ACCESS_KEY_ID").is_some() {
        let name = std::env::var("QINGSTOR_EXAMPLE_BUCKET").map_err(
            |_| "set QINGSTOR_EXAMPLE_BUCKET to a bucket whose CORS rules may be replaced",
        )?;
        let bucket = Client::from_env()?.bucket(name);
        return Ok(ask(&bucket).await?);
    }
    let emulator = Emulator::builder().start().await?;
    println!(
        "no QINGSTOR_ACCESS_KEY_ID is set: using an emulator at {}",
        emulator.endpoint()
    );
    let client = Client::builder()
        .no_environment()
        .endpoint(emulator.endpoint())
        .credentials(emulator.access_key_id(), emulator.secret_access_key())
        .build()?;
    let bucket = client.bucket("example-photos");
    bucket.put_bucket().send().await?;
    ask(&bucket).await?;
    emulator.shutdown().await;
    Ok(())
}

async fn ask(bucket: &Bucket) -> Result<(), Error> {
    let rule = CorsRule::new("https://*.example.com", [Method::Put, Method::Get])
        .allowed_headers(["content-type"])
        .expose_headers(["x-qs-request-id"])
        .max_age_seconds(600);
    bucket.put_bucket_cors([rule]).send().await?;

    let answer = bucket
        .options_object("2026/cat.png", "https://app.example.com", Method::Put)
        .access_control_request_headers("content-type")
        .send()
        .await?;
    let show = |value: &Option<String>| value.clone().unwrap_or_else(|| "(absent)".into());
    println!(
        "Access-Control-Allow-Origin:   {}",
        show(&answer.access_control_allow_origin)
    );
    println!(
        "Access-Control-Allow-Methods:  {}",
        show(&answer.access_control_allow_methods)
    );
    println!(
        "Access-Control-Allow-Headers:  {}",
        show(&answer.access_control_allow_headers)
    );
    println!(
        "Access-Control-Expose-Headers: {}",
        show(&answer.access_control_expose_headers)
    );
    println!(
        "Access-Control-Max-Age:        {}",
        show(&answer.access_control_max_age)
    );

    let refused = bucket
        .options_object("2026/cat.png", "https://evil.example.org", Method::Put)
        .send()
        .await?;
    // A refusal is an answer without the headers, not an error.
    if refused.access_control_allow_origin.is_some() {
        let message = "an origin that no rule names was allowed";
        return Err(Error::new(ErrorKind::Rejected, message));
    }
    println!("https://evil.example.org is not allowed, as it should be");
    Ok(())
}
