//! The endpoint, as one text or as its parts.

use super::keys::{ENDPOINT, HOST, PORT, PROTOCOL};
use super::setting::{Setting, Source};
use super::sources::Sources;
use super::values::number;
use crate::endpoint::Endpoint;
use crate::error::Error;

const DEFAULT_HOST: &str = "qingstor.com";
const DEFAULT_PROTOCOL: &str = "https";

/// The endpoint. As one text it wins over its parts from the same or a weaker source. Its parts are looked for one
/// by one.
pub(super) fn endpoint(
    given: Option<String>,
    sources: &Sources<'_>,
) -> Result<Setting<Endpoint>, Error> {
    let whole = match given {
        Some(text) => Some(Setting::new(text, Source::Builder)),
        None => sources.find(ENDPOINT)?,
    };
    let protocol = sources.find(PROTOCOL)?;
    let host = sources.find(HOST)?;
    let port = sources.find(PORT)?;
    if let Some(whole) = whole {
        let weaker = |part: &&Setting<String>| part.source.rank() < whole.source.rank();
        if host.as_ref().filter(weaker).is_none() {
            let parts = [&protocol, &port];
            if let Some(part) = parts.into_iter().flatten().find(weaker) {
                return Err(Error::config(format!(
                    "{} is set, but the endpoint it would be a part of is {}; change the endpoint instead, or set {} too",
                    part.source.name(),
                    whole.source.name(),
                    HOST.variable
                )));
            }
            return whole.map(|text| Endpoint::parse(&text));
        }
    }
    join(protocol, host, port)
}

fn join(
    protocol: Option<Setting<String>>,
    host: Option<Setting<String>>,
    port: Option<Setting<String>>,
) -> Result<Setting<Endpoint>, Error> {
    let default = |text: &str| Setting::new(text.to_owned(), Source::Default);
    let protocol = protocol
        .unwrap_or_else(|| default(DEFAULT_PROTOCOL))
        .map(check_protocol)?;
    let host = host
        .unwrap_or_else(|| default(DEFAULT_HOST))
        .map(check_host)?;
    let port = port
        .map(|port| port.map(|text| number(&text, 1..=65535)))
        .transpose()?;
    let mut text = format!("{}://{}", protocol.value, host.value);
    let mut source = [&host.source, &protocol.source]
        .into_iter()
        .min_by_key(|source| source.rank())
        .cloned()
        .unwrap_or(Source::Default);
    if let Some(port) = port {
        text.push_str(&format!(":{}", port.value));
        if port.source.rank() < source.rank() {
            source = port.source;
        }
    }
    match Endpoint::parse(&text) {
        Ok(endpoint) => Ok(Setting::new(endpoint, source)),
        Err(error) => Err(host.source.blame(error)),
    }
}

fn check_protocol(text: String) -> Result<String, Error> {
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "http" | "https" => Ok(lower),
        // What it is instead may be anything, a password too.
        _ => Err(Error::config("the protocol must be http or https")),
    }
}

fn check_host(text: String) -> Result<String, Error> {
    let is_v6 = text.parse::<std::net::Ipv6Addr>().is_ok();
    if is_v6 {
        return Ok(format!("[{text}]"));
    }
    let bracketed = text.starts_with('[') && text.ends_with(']');
    if text.contains(['/', '@', '?', '#']) || (text.contains(':') && !bracketed) {
        return Err(Error::config(format!(
            "the host must be a name or an address alone, such as qingstor.com; write a scheme and a port into {} or {}, or into {}",
            PROTOCOL.name, PORT.name, ENDPOINT.name
        )));
    }
    Ok(text)
}
