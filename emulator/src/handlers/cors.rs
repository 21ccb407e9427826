//! Preflight requests, and what scripts of other origins may read of answers.

use http::header::HeaderValue;
use http::{HeaderMap, StatusCode};

use super::Context;
use crate::error::ApiError;
use crate::response::Reply;
use crate::settings::cors::{Cors, Rule};
use crate::store::kind;

/// How long a preflight answer may be kept if its rule does not say, in seconds.
const MAX_AGE: u64 = 5;

/// OPTIONS on an object or on the bucket's root: 200 in any case, the Allow headers only where a rule matches.
pub(crate) async fn preflight(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let mut reply = Reply::empty(StatusCode::OK);
    let stored = context.state.store.snapshot()?;
    let Some(stored) = stored.setting(&bucket, kind::CORS)? else {
        return Ok(reply);
    };
    let cors = Cors::read(&stored)?;
    let request = &context.request;
    let origin = request.header("origin")?.unwrap_or("");
    let method = request
        .header("access-control-request-method")?
        .unwrap_or("");
    let asked = request
        .header_list("access-control-request-headers")?
        .unwrap_or_default();
    let asked: Vec<&str> = asked
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    if cors.vary {
        reply.set("Vary", "Origin")?;
    }
    let rule = cors
        .rules
        .iter()
        .find(|rule| rule.allows(origin, method) && asked.iter().all(|name| rule.covers(name)));
    if let Some(rule) = rule {
        allow(&mut reply, rule, origin, &asked)?;
    }
    Ok(reply)
}

fn allow(reply: &mut Reply, rule: &Rule, origin: &str, asked: &[&str]) -> Result<(), ApiError> {
    reply.set("Access-Control-Allow-Origin", allowed_origin(rule, origin))?;
    let methods = rule.allowed_methods.join(",");
    reply.set("Access-Control-Allow-Methods", &methods)?;
    // Where any header is allowed, the ones that were asked for are named: `*` alone covers not all.
    let headers = if rule.allowed_headers.iter().any(|name| name.contains('*')) && !asked.is_empty()
    {
        asked.join(",")
    } else {
        rule.allowed_headers.join(",")
    };
    if !headers.is_empty() {
        reply.set("Access-Control-Allow-Headers", &headers)?;
    }
    if !rule.expose_headers.is_empty() {
        let exposed = rule.expose_headers.join(",");
        reply.set("Access-Control-Expose-Headers", &exposed)?;
    }
    let age = rule.max_age_seconds.unwrap_or(MAX_AGE).to_string();
    reply.set("Access-Control-Max-Age", &age)
}

fn allowed_origin<'a>(rule: &Rule, origin: &'a str) -> &'a str {
    if rule.allowed_origin == "*" {
        "*"
    } else {
        origin
    }
}

/// Lets a browser read the answer to an actual request, by the same rules.
pub(crate) fn apply(
    stored: &serde_json::Map<String, serde_json::Value>,
    origin: &str,
    method: &str,
    headers: &mut HeaderMap,
) {
    let Ok(cors) = Cors::read(stored) else {
        return;
    };
    if cors.vary {
        headers.append("vary", HeaderValue::from_static("Origin"));
    }
    let Some(rule) = cors.rules.iter().find(|rule| rule.allows(origin, method)) else {
        return;
    };
    if let Ok(value) = HeaderValue::from_str(allowed_origin(rule, origin)) {
        headers.insert("access-control-allow-origin", value);
    }
    if !rule.expose_headers.is_empty()
        && let Ok(value) = HeaderValue::from_str(&rule.expose_headers.join(","))
    {
        headers.insert("access-control-expose-headers", value);
    }
}
