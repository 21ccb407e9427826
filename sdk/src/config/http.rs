//! Settings of the built-in transport.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use super::keys::{ANSWER_TIMEOUT, CA_FILE, CONNECT_TIMEOUT, IDLE_TIMEOUT, Key, PROXY, TIMEOUT};
use super::setting::{Setting, Source};
use super::sources::Sources;
use super::values::{Limit, Unit, limit};
use crate::error::Error;
use crate::transport::{HttpTransport, HttpTransportBuilder, Proxy};

/// What the built-in transport was made with, as it may be shown.
pub(crate) struct HttpSettings {
    connect_timeout: Setting<String>,
    idle_timeout: Setting<String>,
    answer_timeout: Setting<String>,
    proxy: Setting<String>,
    ca_file: Setting<String>,
}

impl fmt::Debug for HttpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSettings")
            .field("connect_timeout", &self.connect_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("answer_timeout", &self.answer_timeout)
            .field("proxy", &self.proxy)
            .field("ca_file", &self.ca_file)
            .finish()
    }
}

/// The keys of other SDKs that mean the same, with what a bare number counts there.
const CONNECT_ELSEWHERE: [(&str, Unit); 2] = [
    ("http_config.connection_timeout", Unit::Seconds),
    ("httpsettings.connect_timeout", Unit::Nanoseconds),
];
const IDLE_ELSEWHERE: [[(&str, Unit); 2]; 2] = [
    [
        ("http_config.read_timeout", Unit::Seconds),
        ("http_config.write_timeout", Unit::Seconds),
    ],
    [
        ("httpsettings.read_timeout", Unit::Nanoseconds),
        ("httpsettings.write_timeout", Unit::Nanoseconds),
    ],
];

/// Makes the built-in transport; what the builder leaves open is looked for.
pub(super) fn build(
    mut builder: HttpTransportBuilder,
    sources: &Sources<'_>,
) -> Result<(HttpTransport, HttpSettings), Error> {
    let defaults = HttpTransportBuilder::DEFAULT_TIMEOUTS;
    let idle_timeout = match given(builder.idle_timeout) {
        Some(given) => given,
        None => idle(sources)?.unwrap_or_else(|| default(defaults.idle)),
    };
    let answer_timeout = match given(builder.answer_timeout) {
        Some(given) => given,
        None => read(sources.find(ANSWER_TIMEOUT)?, Unit::Seconds)?
            .unwrap_or_else(|| default(defaults.answer)),
    };
    builder.idle_timeout = Some(idle_timeout.value.0);
    builder.answer_timeout = Some(answer_timeout.value.0);
    let mut settings = HttpSettings {
        connect_timeout: own(),
        idle_timeout: shown(idle_timeout),
        answer_timeout: shown(answer_timeout),
        proxy: own(),
        ca_file: own(),
    };
    if !builder.has_client() {
        connecting(&mut builder, &mut settings, sources)?;
    }
    Ok((builder.build()?, settings))
}

/// How connections are made, which a client of the caller's decides by itself.
fn connecting(
    builder: &mut HttpTransportBuilder,
    settings: &mut HttpSettings,
    sources: &Sources<'_>,
) -> Result<(), Error> {
    let defaults = HttpTransportBuilder::DEFAULT_TIMEOUTS;
    let connect_timeout = match given(builder.connect_timeout) {
        Some(given) => given,
        None => connect(sources)?.unwrap_or_else(|| default(defaults.connect)),
    };
    builder.connect_timeout = Some(connect_timeout.value.0);
    settings.connect_timeout = shown(connect_timeout);
    let proxy = match builder.proxy.take() {
        Some(proxy) => Setting::new(proxy, Source::Builder),
        None => sources
            .pick(None, PROXY, "environment")?
            .map(|text| Ok(read_proxy(&text)))?,
    };
    let proxy = proxy.map(|proxy| proxy.check().map(|()| proxy))?;
    builder.proxy = Some(proxy.value.clone());
    settings.proxy = shown(proxy);
    settings.ca_file = if builder.has_roots() {
        Setting::new("(given)".to_owned(), Source::Builder)
    } else {
        let found = sources.find(CA_FILE)?;
        let found = found
            .map(|found| found.map(|path| builder.add_root_file(Path::new(&path)).map(|()| path)));
        let none = || Setting::new("none".to_owned(), Source::Default);
        found.transpose()?.unwrap_or_else(none)
    };
    Ok(())
}

fn shown<T: fmt::Display>(setting: Setting<T>) -> Setting<String> {
    Setting::new(setting.value.to_string(), setting.source)
}

fn own() -> Setting<String> {
    Setting::new("(that of the given client)".to_owned(), Source::Builder)
}

fn given(limit: Option<Duration>) -> Option<Setting<Limit>> {
    limit.map(|limit| Setting::new(Limit(limit), Source::Builder))
}

fn default(limit: Duration) -> Setting<Limit> {
    Setting::new(Limit(limit), Source::Default)
}

fn read(found: Option<Setting<String>>, bare: Unit) -> Result<Option<Setting<Limit>>, Error> {
    found
        .map(|found| found.map(|text| limit(&text, bare)))
        .transpose()
}

fn connect(sources: &Sources<'_>) -> Result<Option<Setting<Limit>>, Error> {
    if let Some(found) = in_environment(sources, CONNECT_TIMEOUT)? {
        return Ok(Some(found));
    }
    if let Some(found) = read(sources.in_file(CONNECT_TIMEOUT.name)?, Unit::Seconds)? {
        return Ok(Some(found));
    }
    for (name, unit) in CONNECT_ELSEWHERE {
        let found = read(sources.in_file(name)?, unit)?;
        // There zero means the default of the Go SDK.
        let stands = |found: &Setting<Limit>| {
            found.value.0 != Duration::MAX || !matches!(unit, Unit::Nanoseconds)
        };
        if let Some(found) = found.filter(stands) {
            return Ok(Some(found));
        }
    }
    read(sources.in_file(TIMEOUT.name)?, Unit::Seconds)
}

fn idle(sources: &Sources<'_>) -> Result<Option<Setting<Limit>>, Error> {
    if let Some(found) = in_environment(sources, IDLE_TIMEOUT)? {
        return Ok(Some(found));
    }
    if let Some(found) = read(sources.in_file(IDLE_TIMEOUT.name)?, Unit::Seconds)? {
        return Ok(Some(found));
    }
    // Others have a limit for each direction. The longer one stands for both, since a shorter one would end
    // what they let pass.
    for pair in IDLE_ELSEWHERE {
        let mut longest: Option<Setting<Limit>> = None;
        for (name, unit) in pair {
            let Some(found) = read(sources.in_file(name)?, unit)? else {
                continue;
            };
            if longest
                .as_ref()
                .is_none_or(|longest| found.value.0 > longest.value.0)
            {
                longest = Some(found);
            }
        }
        if longest.is_some() {
            return Ok(longest);
        }
    }
    read(sources.in_file(TIMEOUT.name)?, Unit::Seconds)
}

/// The special variable, or that for all of them.
fn in_environment(sources: &Sources<'_>, key: Key) -> Result<Option<Setting<Limit>>, Error> {
    for key in [key, TIMEOUT] {
        if let Some(found) = read(sources.environment.read(key)?, Unit::Seconds)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn read_proxy(text: &str) -> Proxy {
    match text.to_ascii_lowercase().as_str() {
        "environment" => Proxy::Environment,
        "none" => Proxy::None,
        _ => Proxy::Url(text.to_owned().into()),
    }
}
