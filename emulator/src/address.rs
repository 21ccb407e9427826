//! Which zone, bucket and key a request names, from its Host header and its path.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::error::{ApiError, code};
use crate::text;

/// The names under which this server can be reached.
#[derive(Clone, Debug)]
pub(crate) struct Sites {
    /// The base domain, such as `qingstor.com`.
    pub(crate) domain: String,
    /// Zone ids, at least one; the first is the zone of hosts that name none.
    pub(crate) zones: Vec<String>,
}

/// Where a request is addressed to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// The zone; `None` at the global endpoint.
    pub(crate) zone: Option<String>,
    pub(crate) bucket: Option<String>,
    pub(crate) key: Option<String>,
    /// The paths that a signature may have been made for, the likelier one first.
    pub(crate) resources: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Host {
    Global,
    Zone(String),
    Bucket { bucket: String, zone: String },
}

/// Reads host and raw path. `bound` knows bucket and zone of domains that are bound to a bucket.
pub(crate) fn locate(
    sites: &Sites,
    bound: impl FnOnce(&str) -> Option<(String, String)>,
    host: Option<&str>,
    raw_path: &str,
) -> Result<Address, ApiError> {
    match classify(sites, bound, host.unwrap_or(""))? {
        Host::Global => path_style(None, raw_path),
        Host::Zone(zone) => path_style(Some(zone), raw_path),
        Host::Bucket { bucket, zone } => virtual_host(bucket, zone, raw_path),
    }
}

fn path_style(zone: Option<String>, raw_path: &str) -> Result<Address, ApiError> {
    let rest = raw_path.strip_prefix('/').unwrap_or(raw_path);
    if rest.is_empty() {
        return Ok(Address {
            zone,
            bucket: None,
            key: None,
            resources: vec!["/".to_owned()],
        });
    }
    let (raw_bucket, raw_key) = rest.split_once('/').unwrap_or((rest, ""));
    let bucket = text::percent_decode(raw_bucket)
        .filter(|bucket| !bucket.is_empty())
        .ok_or_else(|| {
            ApiError::new(
                code::INVALID_BUCKET_NAME,
                "The path does not begin with a bucket name",
            )
        })?;
    // A bucket's root is signed with or without its trailing slash: clients differ.
    let resources = if raw_key.is_empty() {
        let bare = raw_path.strip_suffix('/').unwrap_or(raw_path);
        vec![bare.to_owned(), format!("{bare}/")]
    } else {
        vec![raw_path.to_owned()]
    };
    Ok(Address {
        zone,
        bucket: Some(bucket),
        key: decode_key(raw_key)?,
        resources,
    })
}

fn virtual_host(bucket: String, zone: String, raw_path: &str) -> Result<Address, ApiError> {
    let raw_key = raw_path.strip_prefix('/').unwrap_or(raw_path);
    let resources = if raw_key.is_empty() {
        vec![format!("/{bucket}/"), format!("/{bucket}")]
    } else {
        vec![format!("/{bucket}{raw_path}")]
    };
    Ok(Address {
        zone: Some(zone),
        bucket: Some(bucket),
        key: decode_key(raw_key)?,
        resources,
    })
}

fn decode_key(raw_key: &str) -> Result<Option<String>, ApiError> {
    if raw_key.is_empty() {
        return Ok(None);
    }
    let key = text::percent_decode(raw_key).ok_or_else(|| {
        ApiError::new(
            code::INVALID_OBJECT_NAME,
            "The object key is not percent-encoded UTF-8",
        )
    })?;
    check_key(&key)?;
    Ok(Some(key))
}

/// Keys have 1 to 1023 bytes.
pub(crate) fn check_key(key: &str) -> Result<(), ApiError> {
    if (1..=1023).contains(&key.len()) {
        return Ok(());
    }
    Err(ApiError::new(
        code::INVALID_OBJECT_NAME,
        format!("An object key has 1 to 1023 bytes, not {}", key.len()),
    ))
}

/// Whether a name in small letters is this server's own, whatever is bound.
pub(crate) fn is_own(sites: &Sites, name: &str) -> bool {
    let below = |base: &str| {
        name.strip_suffix(base)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    below(&sites.domain) || below("localhost") || is_ip(name)
}

fn classify(
    sites: &Sites,
    bound: impl FnOnce(&str) -> Option<(String, String)>,
    host: &str,
) -> Result<Host, ApiError> {
    let name = without_port(host).to_ascii_lowercase();
    let name = name.strip_suffix('.').unwrap_or(&name);
    let default_zone = || Host::Zone(sites.zones.first().cloned().unwrap_or_default());
    if name.is_empty() || name == "localhost" || is_ip(name) {
        return Ok(default_zone());
    }
    if name == sites.domain {
        return Ok(Host::Global);
    }
    for base in [sites.domain.as_str(), "localhost"] {
        let Some(labels) = name
            .strip_suffix(base)
            .and_then(|rest| rest.strip_suffix('.'))
        else {
            continue;
        };
        let (bucket, zone) = match labels.rsplit_once('.') {
            Some((bucket, zone)) => (Some(bucket), zone),
            None => (None, labels),
        };
        if !sites.zones.iter().any(|known| known == zone) {
            return Err(ApiError::new(
                code::INVALID_LOCATION,
                format!("The host {name} names no zone of this server"),
            ));
        }
        let zone = zone.to_owned();
        return Ok(match bucket {
            Some(bucket) => Host::Bucket {
                bucket: bucket.to_owned(),
                zone,
            },
            None => Host::Zone(zone),
        });
    }
    if let Some((bucket, zone)) = bound(name) {
        return Ok(Host::Bucket { bucket, zone });
    }
    // Any other name, of a container for instance, is this machine under another name.
    Ok(default_zone())
}

/// The port with its colon, or nothing.
pub(crate) fn port_of(host: &str) -> &str {
    &host[without_port(host).len()..]
}

fn without_port(host: &str) -> &str {
    if let Some(end) = host.find(']').filter(|_| host.starts_with('[')) {
        return &host[..=end];
    }
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_ip(name: &str) -> bool {
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name);
    bare.parse::<Ipv4Addr>().is_ok() || bare.parse::<Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sites() -> Sites {
        Sites {
            domain: "qingstor.com".to_owned(),
            zones: vec!["pek3a".to_owned(), "sh1a".to_owned()],
        }
    }

    fn bound(domain: &str) -> Option<(String, String)> {
        let known = domain == "images.example.com";
        known.then(|| ("photos".to_owned(), "sh1a".to_owned()))
    }

    fn names(host: &str, path: &str) -> (Option<String>, Option<String>, Option<String>) {
        let address = locate(&sites(), bound, Some(host), path).expect("an address");
        (address.zone, address.bucket, address.key)
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn path_and_virtual_host_style_name_the_same_things() {
        for host in [
            "127.0.0.1:9000",
            "localhost",
            "LOCALHOST:80",
            "[::1]:9000",
            "[::1]",
            "pek3a.qingstor.com:443",
            "pek3a.localhost:9000",
            "my-container:9000",
        ] {
            let expected = (some("pek3a"), some("photos"), some("a b"));
            assert_eq!(names(host, "/photos/a%20b"), expected, "{host}");
        }
        for host in [
            "photos.sh1a.qingstor.com",
            "Photos.SH1A.localhost.:9000",
            "images.example.com",
            "Images.Example.com.:9000",
        ] {
            let expected = (some("sh1a"), some("photos"), some("a b"));
            assert_eq!(names(host, "/a%20b"), expected, "{host}");
            assert_eq!(names(host, "/"), (some("sh1a"), some("photos"), None));
        }
        let global = names("qingstor.com:443", "/photos");
        assert_eq!(global, (None, some("photos"), None));
    }

    #[test]
    fn awkward_keys_are_kept() {
        for (path, key) in [
            ("/photos/a/../b", "a/../b"),
            ("/photos/..", ".."),
            ("/photos//x", "/x"),
            ("/photos/a//b/", "a//b/"),
            ("/photos/a%2Fb", "a/b"),
            ("/photos/%2e%2E", ".."),
            ("/photos/+", "+"),
        ] {
            assert_eq!(names("127.0.0.1", path).2, some(key), "{path}");
        }
    }

    #[test]
    fn a_bucket_root_may_be_signed_in_both_forms() {
        for (host, path) in [
            ("127.0.0.1", "/photos"),
            ("127.0.0.1", "/photos/"),
            ("photos.pek3a.qingstor.com", "/"),
        ] {
            let mut resources = locate(&sites(), bound, Some(host), path)
                .expect("an address")
                .resources;
            resources.sort();
            assert_eq!(resources, ["/photos", "/photos/"], "{host}{path}");
        }
        let object = locate(&sites(), bound, Some("photos.pek3a.qingstor.com"), "/a//b");
        assert_eq!(object.expect("an address").resources, ["/photos/a//b"]);
    }

    #[test]
    fn bad_names_are_refused_with_their_code() {
        for (host, path, expected) in [
            ("127.0.0.1", "//x", code::INVALID_BUCKET_NAME),
            ("127.0.0.1", "/%FF/x", code::INVALID_BUCKET_NAME),
            ("127.0.0.1", "/photos/%FF", code::INVALID_OBJECT_NAME),
            ("127.0.0.1", "/photos/%2", code::INVALID_OBJECT_NAME),
            ("mars1.qingstor.com", "/", code::INVALID_LOCATION),
            ("photos.mars1.qingstor.com", "/", code::INVALID_LOCATION),
        ] {
            let error = locate(&sites(), bound, Some(host), path).expect_err(path);
            assert_eq!(error.code, expected, "{host}{path}");
        }
        let longest = format!("/photos/{}", "k".repeat(1023));
        assert!(locate(&sites(), bound, None, &longest).is_ok());
        assert!(locate(&sites(), bound, None, &format!("{longest}k")).is_err());
    }

    #[test]
    fn own_names_cannot_be_bound() {
        for (name, own) in [
            ("qingstor.com", true),
            ("photos.mars1.qingstor.com", true),
            ("a.localhost", true),
            ("127.0.0.1", true),
            ("images.example.com", false),
            ("notqingstor.com", false),
        ] {
            assert_eq!(is_own(&sites(), name), own, "{name}");
        }
    }

    #[test]
    fn the_port_is_found() {
        assert_eq!(port_of("a.b:80"), ":80");
        assert_eq!(port_of("[::1]:80"), ":80");
        assert_eq!(port_of("[::1]"), "");
        assert_eq!(port_of("a.b"), "");
    }
}
