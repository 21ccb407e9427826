//! Redirects to the zone of a bucket.

use http::Uri;

use super::host::{Endpoint, is_dns_label};

impl Endpoint {
    /// The zone that a redirect of a request for `bucket` points to: a host with just the zone, or the bucket
    /// and the zone, in front of ours, and the same bucket in it. Only the zone is taken from it; the next
    /// request goes to the configured endpoint again, so nothing that a server says leads elsewhere.
    pub(crate) fn zone_in_redirect(&self, location: &str, bucket: &str) -> Option<String> {
        if self.zoneless || self.own_domain {
            return None;
        }
        let uri = Uri::try_from(location).ok()?;
        if uri.authority()?.as_str().contains('@') {
            return None;
        }
        let labels = self.labels_in_front(uri.host()?)?;
        let zone = match labels.rsplit_once('.') {
            Some((label, zone)) if label == bucket => zone,
            None if first_segment(uri.path()) == bucket => labels,
            _ => return None,
        };
        is_dns_label(zone).then(|| zone.to_owned())
    }

    /// What stands in front of our host in another one of the same service.
    fn labels_in_front<'a>(&self, host: &'a str) -> Option<&'a str> {
        host.strip_suffix(self.without_zone())?.strip_suffix('.')
    }
}

fn first_segment(path: &str) -> &str {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(endpoint: &str, location: &str) -> Option<String> {
        let endpoint = Endpoint::parse(endpoint).unwrap();
        endpoint.zone_in_redirect(location, "photos")
    }

    #[test]
    fn the_zone_is_the_label_in_front_of_the_endpoint() {
        for (endpoint, location) in [
            ("https://qingstor.com", "https://sh1a.qingstor.com/photos"),
            (
                "https://qingstor.com",
                "https://photos.sh1a.qingstor.com/cat.png",
            ),
            (
                "https://qingstor.com",
                "http://sh1a.qingstor.com:80/photos/cat.png?acl",
            ),
            (
                "https://pek3a.qingstor.com",
                "https://sh1a.qingstor.com/photos",
            ),
            (
                "https://s.example.com:8443",
                "https://sh1a.s.example.com:8443/photos",
            ),
        ] {
            assert_eq!(
                zone(endpoint, location).as_deref(),
                Some("sh1a"),
                "{location}"
            );
        }
    }

    #[test]
    fn anything_else_is_no_zone() {
        for location in [
            "/photos",
            "https://qingstor.com/photos",
            "https://sh1a.qingstor.com.evil.example/photos",
            "https://evil.example/sh1a.qingstor.com/photos",
            "https://sh1aqingstor.com/photos",
            "https://sh1a.qingstor.com/drawings",
            "https://sh1a.qingstor.com/photos-of-ann",
            "https://drawings.sh1a.qingstor.com/photos",
            "https://a.b.sh1a.qingstor.com/photos",
            "https://user@sh1a.qingstor.com/photos",
            "https://-.qingstor.com/photos",
            "https://sh1a.evil.example@qingstor.com/photos",
        ] {
            assert_eq!(zone("https://qingstor.com", location), None, "{location}");
        }
        for endpoint in [
            "http://127.0.0.1:80",
            "http://localhost:80",
            "http://[::1]:80",
        ] {
            assert_eq!(zone(endpoint, "http://sh1a.localhost:80/photos"), None);
            assert_eq!(zone(endpoint, "http://sh1a.127.0.0.1:80/photos"), None);
        }
    }
}
