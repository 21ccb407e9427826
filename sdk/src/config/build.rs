//! From what was given and found to a client.

use std::sync::Arc;

use super::Config;
use super::builder::{ClientBuilder, Sender};
use super::file::File;
use super::keys::{
    CNAME_SUPPORT, DUAL_STACK, Key, RETRIES, USER_AGENT, VIRTUAL_HOST, VIRTUAL_HOST_ALIAS, ZONE,
};
use super::setting::{Setting, Source};
use super::sources::Sources;
use super::user_agent::user_agent;
use super::values::{boolean, number};
use super::{access_key, http, site};
use crate::client::{Client, Inner};
use crate::endpoint::{Endpoint, is_zone};
use crate::error::Error;
use crate::retry::RetryPolicy;
use crate::trace;
use crate::zones::Zones;

/// More repetitions than anybody waits for.
const MOST_RETRIES: u32 = 100;

pub(super) fn build(builder: ClientBuilder) -> Result<Client, Error> {
    let sources = Sources {
        environment: &builder.environment,
        file: File::load(&builder.file, &builder.environment)?,
    };
    let endpoint = site::endpoint(builder.endpoint, &sources)?;
    let (provider, credentials) = match (builder.provider, &builder.remote) {
        (Some(provider), _) => {
            let shown = Setting::new("(provider)".to_owned(), Source::Builder);
            (provider, shown)
        }
        (None, Some(_)) => access_key::elsewhere(),
        (None, None) => access_key::provide(builder.key, &sources)?,
    };
    let zone = sources.pick(builder.zone, ZONE, "")?.map(check_zone)?;
    let virtual_host = virtual_host(builder.virtual_host, &sources)?;
    let cname = switch(builder.cname, CNAME_SUPPORT, &sources)?;
    let endpoint = match cname.value {
        true => Setting::new(endpoint.value.with_own_domain(), endpoint.source),
        false => endpoint,
    };
    if virtual_host.value {
        endpoint.value.check_virtual_host()?;
    }
    refuse_dual_stack(&sources)?;
    let addition = sources.pick(builder.addition, USER_AGENT, "")?;
    let retry = retry(builder.retry, &sources)?;
    let (transport, http): (Arc<dyn crate::transport::Transport>, _) = match builder.sender {
        Sender::Given(transport) => (transport, None),
        Sender::BuiltIn(transport) => {
            check_tls(&endpoint)?;
            let (transport, settings) = http::build(transport, &sources)?;
            (Arc::new(transport), Some(settings))
        }
    };
    let user_agent = addition
        .clone()
        .map(|addition| user_agent(&addition))?
        .value;
    if endpoint.value.is_open_to_others() {
        trace::plain_http(&endpoint.value);
    }
    let file = sources.file.as_ref();
    Ok(Client::from_inner(Inner {
        config: Config {
            endpoint,
            zone,
            virtual_host,
            cname,
            user_agent,
            addition,
            credentials,
            http,
            retry: retry.source.clone(),
            file: file.map(|file| file.path().to_owned()),
            ignored: file.map(File::ignored).unwrap_or_default(),
        },
        provider,
        remote: builder.remote,
        transport,
        retry: retry.value,
        timing: builder.timing,
        observer: builder.observer,
        zones: Zones::default(),
    }))
}

fn switch(given: Option<bool>, key: Key, sources: &Sources<'_>) -> Result<Setting<bool>, Error> {
    let given = given.map(|enable| enable.to_string());
    sources
        .pick(given, key, "false")?
        .map(|text| boolean(&text))
}

/// In a file it may have one of two names, or both if they agree.
fn virtual_host(given: Option<bool>, sources: &Sources<'_>) -> Result<Setting<bool>, Error> {
    let found = switch(given, VIRTUAL_HOST, sources)?;
    let alias = sources.in_file(VIRTUAL_HOST_ALIAS)?;
    let Some(alias) = alias
        .map(|alias| alias.map(|text| boolean(&text)))
        .transpose()?
    else {
        return Ok(found);
    };
    match &found.source {
        Source::Default => Ok(alias),
        Source::File(_) if found.value != alias.value => Err(alias.source.blame(Error::config(
            format!("this contradicts {}", found.source.name()),
        ))),
        _ => Ok(found),
    }
}

/// Its effect is known to the Go SDK alone, so it must not be lost without a word.
fn refuse_dual_stack(sources: &Sources<'_>) -> Result<(), Error> {
    let found = switch(None, DUAL_STACK, sources)?;
    match found.value {
        false => Ok(()),
        true => Err(found.source.blame(Error::config(
            "this crate has no switch for IPv6: connections use what the host's name resolves to; if your service has another host for both, write it into endpoint",
        ))),
    }
}

fn retry(given: Option<RetryPolicy>, sources: &Sources<'_>) -> Result<Setting<RetryPolicy>, Error> {
    if let Some(policy) = given {
        return Ok(Setting::new(policy, Source::Builder));
    }
    match sources.find(RETRIES)? {
        None => Ok(Setting::new(RetryPolicy::default(), Source::Default)),
        Some(found) => found.map(|text| {
            let repetitions = number(&text, 0..=MOST_RETRIES)?;
            Ok(RetryPolicy::default().attempts(repetitions + 1))
        }),
    }
}

/// A zone becomes part of a host's name.
fn check_zone(zone: String) -> Result<String, Error> {
    if zone.is_empty() || is_zone(&zone) {
        return Ok(zone);
    }
    Err(Error::config(format!(
        "the zone {zone:?} cannot be part of a host name; zones look like pek3a"
    )))
}

/// Without a TLS feature the built-in transport would fail at the first request.
fn check_tls(endpoint: &Setting<Endpoint>) -> Result<(), Error> {
    let has_tls = cfg!(any(
        feature = "rustls",
        feature = "rustls-no-provider",
        feature = "native-tls"
    ));
    if endpoint.value.is_https() && !has_tls {
        return Err(endpoint.source.blame(Error::config(format!(
            "the endpoint {} needs TLS: enable the feature rustls, rustls-no-provider or native-tls of qingstor, or bring a transport",
            endpoint.value
        ))));
    }
    Ok(())
}
