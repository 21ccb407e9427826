//! What a page on another origin needs, and what the SDK says it may do: presigned URLs, a signed form, and the
//! verdicts of preflights. `interop/` asks this, lets a real browser try the same, and compares both with verdicts
//! that were written by hand.
//!
//! One JSON document a line on standard input, one on standard output. A question makes its bucket:
//!
//! ```json
//! {"bucket": "a-bucket", "cors": {"cors_rules": []}, "origins": ["http://app.localhost:8000"],
//!  "requests": [{"name": "put", "method": "PUT", "key": "k", "headers": {"x-qs-meta-owner": "ann"}}]}
//! ```
//!
//! Each request is answered with `url`, with the `headers` to send, and with one verdict an origin; the form likewise.
//! Without `cors`, no rules are set; with `redirect`, the form leads there, and its file is a text. The client is
//! configured by the environment.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::time::Duration;

use qingstor::types::{CorsRule, Method};
use qingstor::{Body, Bucket, Client, Presigned};
use serde_json::{Map, Value, json};

type Failure = Box<dyn Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let client = Client::from_env()?;
    for line in std::io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?)?;
        let answer = answer(&client, &question).await?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

async fn answer(client: &Client, question: &Value) -> Result<Value, Failure> {
    let bucket = client.bucket(text(question, "bucket")?);
    bucket.put_bucket().send().await?;
    bucket.put_object("k", "content").send().await?;
    if let Some(cors) = question.get("cors").filter(|cors| !cors.is_null()) {
        set_rules(&bucket, cors).await?;
    }
    let origins: Vec<String> = serde_json::from_value(question["origins"].clone())?;
    let mut requests = Map::new();
    for request in question["requests"].as_array().into_iter().flatten() {
        let name = text(request, "name")?;
        requests.insert(name.to_owned(), asked(&bucket, request, &origins).await?);
    }
    let mut form = bucket.post_object("form/${filename}", Body::empty());
    if let Some(target) = question.get("redirect").and_then(Value::as_str) {
        form = form.redirect(target).content_type("text/plain");
    }
    let form = form.presign()?;
    let mut allowed = Map::new();
    for origin in &origins {
        let asked = bucket.options_bucket(origin, Method::Post).send().await?;
        let granted = Granted {
            origin: asked.access_control_allow_origin,
            methods: asked.access_control_allow_methods,
            headers: asked.access_control_allow_headers,
        };
        allowed.insert(origin.clone(), granted.to(origin, "POST", &[]).into());
    }
    Ok(json!({
        "requests": requests,
        "form": { "url": form.url, "fields": form.fields, "allowed": allowed },
    }))
}

async fn set_rules(bucket: &Bucket, cors: &Value) -> Result<(), Failure> {
    let rules: Vec<CorsRule> = serde_json::from_value(cors["cors_rules"].clone())?;
    let mut call = bucket.put_bucket_cors(rules);
    if let Some(vary) = cors.get("resp_vary").and_then(Value::as_str) {
        call = call.resp_vary(vary);
    }
    call.send().await?;
    Ok(())
}

async fn asked(bucket: &Bucket, request: &Value, origins: &[String]) -> Result<Value, Failure> {
    let (method, key) = (text(request, "method")?, text(request, "key")?);
    let headers: BTreeMap<String, String> = serde_json::from_value(request["headers"].clone())?;
    let presigned = presign(bucket, method, key, &headers)?;
    let names: Vec<&str> = headers.keys().map(String::as_str).collect();
    let mut allowed = Map::new();
    for origin in origins {
        let mut call = bucket.options_object(key, origin, Method::from(method));
        if !names.is_empty() {
            call = call.access_control_request_headers(names.join(","));
        }
        let asked = call.send().await?;
        let granted = Granted {
            origin: asked.access_control_allow_origin,
            methods: asked.access_control_allow_methods,
            headers: asked.access_control_allow_headers,
        };
        allowed.insert(origin.clone(), granted.to(origin, method, &names).into());
    }
    Ok(json!({ "url": presigned.url, "headers": headers, "allowed": allowed }))
}

/// A URL for the request. Headers that are metadata are signed; others are the page's own.
fn presign(
    bucket: &Bucket,
    method: &str,
    key: &str,
    headers: &BTreeMap<String, String>,
) -> Result<Presigned, Failure> {
    let lifetime = Duration::from_secs(600);
    let presigned = match method {
        "GET" => bucket.get_object(key).presign(lifetime)?,
        "HEAD" => bucket.head_object(key).presign(lifetime)?,
        "DELETE" => bucket.delete_object(key).presign(lifetime)?,
        "PUT" => {
            let mut call = bucket.put_object(key, Body::empty());
            for (name, value) in headers {
                if let Some(name) = name.strip_prefix("x-qs-meta-") {
                    call = call.metadata(name, value);
                }
            }
            call.presign(lifetime)?
        }
        _ => return Err(format!("{method} is not among the methods that are tried").into()),
    };
    Ok(presigned)
}

/// What the answer to a preflight grants.
struct Granted {
    origin: Option<String>,
    methods: Option<String>,
    headers: Option<String>,
}

impl Granted {
    /// Whether a browser would send the request, by the rules of the Fetch standard for requests without credentials.
    fn to(&self, origin: &str, method: &str, headers: &[&str]) -> bool {
        let lists = |list: &Option<String>, wanted: &str| {
            list.as_deref()
                .unwrap_or("")
                .split(',')
                .map(str::trim)
                .any(|item| item == "*" || item.eq_ignore_ascii_case(wanted))
        };
        let simple = matches!(method, "GET" | "HEAD" | "POST");
        matches!(self.origin.as_deref(), Some(allowed) if allowed == "*" || allowed == origin)
            && (simple || lists(&self.methods, method))
            && headers.iter().all(|name| lists(&self.headers, name))
    }
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str, Failure> {
    value
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("the question has no text `{name}`").into())
}
