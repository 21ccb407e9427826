//! What else has to hold for a statement of a policy to be about a request.

use std::net::IpAddr;

use ipnet::IpNet;

use super::members::Members;
use crate::error::ApiError;
use crate::wildcard;

/// The most characters of a condition, as JSON.
const MOST: usize = 2048;

/// All members have to hold; one that is not there does.
#[derive(Debug, Default)]
pub(crate) struct Condition {
    like: Option<Vec<String>>,
    not_like: Option<Vec<String>>,
    networks: Option<Vec<IpNet>>,
    not_networks: Option<Vec<IpNet>>,
    /// Whether the Referer has to be missing, or to be there.
    is_null: Option<bool>,
    /// It asks for something that this server does not know. Such a condition never holds: to leave a part of it out
    /// would let in whom it keeps out.
    unknown: bool,
}

impl Condition {
    pub(crate) fn read(members: &Members<'_>) -> Result<Condition, ApiError> {
        let mut condition = Condition::default();
        for operator in members.names() {
            let Some(keys) = members.object(operator)? else {
                continue;
            };
            let known = match operator {
                "string_like" => {
                    condition.like = keys.one_or_many("Referer")?;
                    "Referer"
                }
                "string_not_like" => {
                    condition.not_like = keys.one_or_many("Referer")?;
                    "Referer"
                }
                "ip_address" => {
                    condition.networks = networks(&keys)?;
                    "source_ip"
                }
                "not_ip_address" => {
                    condition.not_networks = networks(&keys)?;
                    "source_ip"
                }
                "is_null" => {
                    condition.is_null = keys.boolean("Referer")?;
                    "Referer"
                }
                _ => "",
            };
            condition.unknown |= known.is_empty() || keys.names().any(|name| name != known);
        }
        let length = serde_json::Value::Object(members.map().clone()).to_string();
        if length.chars().count() > MOST {
            let why = format!("longer than {MOST} characters");
            return Err(ApiError::argument(members.here(), why));
        }
        Ok(condition)
    }

    pub(crate) fn holds(&self, referer: Option<&str>, source: IpAddr) -> bool {
        // A client of IPv4 that reached a socket of IPv6 is still one of IPv4.
        let source = source.to_canonical();
        let like = |patterns: &Vec<String>| {
            referer.is_some_and(|text| patterns.iter().any(|p| wildcard::matches(p, text)))
        };
        let within = |networks: &Vec<IpNet>| networks.iter().any(|n| n.contains(&source));
        !self.unknown
            && self.like.as_ref().is_none_or(like)
            && !self.not_like.as_ref().is_some_and(like)
            && self.networks.as_ref().is_none_or(within)
            && !self.not_networks.as_ref().is_some_and(within)
            && self.is_null.is_none_or(|null| null == referer.is_none())
    }
}

fn networks(keys: &Members<'_>) -> Result<Option<Vec<IpNet>>, ApiError> {
    let Some(texts) = keys.one_or_many("source_ip")? else {
        return Ok(None);
    };
    let read = |text: &String| {
        let network = text
            .parse::<IpNet>()
            .or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.map_err(|_| {
            let why = format!("`{text}` is no network such as 203.0.113.0/24");
            keys.wrong("source_ip", why)
        })
    };
    texts.iter().map(read).collect::<Result<_, _>>().map(Some)
}
