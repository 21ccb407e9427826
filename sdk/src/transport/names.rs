//! Addresses of hosts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Asks the system, but for names under `.localhost`: they mean this machine, and not every system knows
/// (RFC 6761, section 6.3).
#[derive(Debug)]
pub(super) struct Names;

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // Another port is put in place of this one.
            let addresses = if is_this_machine(name.as_str()) {
                let both = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
                both.map(|ip: IpAddr| SocketAddr::new(ip, 0)).to_vec()
            } else {
                let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
                found.collect::<Vec<_>>()
            };
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// `localhost` itself is left to the system, whose administrator may prefer one of its addresses.
fn is_this_machine(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let label = host.len().checked_sub(".localhost".len());
    label.is_some_and(|at| at > 0 && host.as_bytes()[at..].eq_ignore_ascii_case(b".localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_under_localhost_are_this_machine() {
        for (host, expected) in [
            ("pek3a.localhost", true),
            ("my-bucket.pek3a.LocalHost.", true),
            ("localhost", false),
            (".localhost", false),
            ("notlocalhost", false),
            ("localhost.example.com", false),
            ("", false),
        ] {
            assert_eq!(is_this_machine(host), expected, "{host}");
        }
    }
}
