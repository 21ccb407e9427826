//! Sets a CORS rule on a bucket, asks whether a browser may send a request, and prints the five answers.
//!
//! ```sh
//! cargo run -p qingstor --example options_object
//! ```
//!
//! Without an account it starts an emulator of its own. With `QINGSTOR_ACCESS_KEY_ID`,
//! `QINGSTOR_SECRET_ACCESS_KEY`, `QINGSTOR_ZONE` and `QINGSTOR_EXAMPLE_BUCKET` it uses the real service: the bucket
//! has to exist, and its CORS rules are replaced.

mod support;

use qingstor::types::{CorsRule, Method};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (bucket, _emulator) = support::bucket().await?;
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
    for (name, value) in [
        ("Allow-Origin", &answer.access_control_allow_origin),
        ("Allow-Methods", &answer.access_control_allow_methods),
        ("Allow-Headers", &answer.access_control_allow_headers),
        ("Expose-Headers", &answer.access_control_expose_headers),
        ("Max-Age", &answer.access_control_max_age),
    ] {
        let value = value.as_deref().unwrap_or("(absent)");
        println!("{:31}{value}", format!("Access-Control-{name}:"));
    }

    let refused = bucket
        .options_object("2026/cat.png", "https://evil.example.org", Method::Put)
        .send()
        .await?;
    // A refusal is an answer without the headers, not an error.
    if refused.access_control_allow_origin.is_some() {
        return Err("an origin that no rule names was allowed".into());
    }
    println!("https://evil.example.org is not allowed, as it should be");
    Ok(())
}
