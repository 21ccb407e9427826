//! The site that missing objects are fetched from.

use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::members::Members;
use crate::error::ApiError;

/// What stays as it is in a path, besides letters and digits.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// A site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mirror {
    /// With protocol; ends in a slash.
    base: String,
}

impl Mirror {
    /// Reads and checks the setting; errors name the member at fault.
    pub(crate) fn read(document: &Map<String, Value>) -> Result<Mirror, ApiError> {
        let members = Members::root(document);
        let site = members.required_text("source_site")?;
        let mut base = if site.contains("://") {
            site.to_owned()
        } else {
            format!("http://{site}")
        };
        if !base.ends_with('/') {
            base.push('/');
        }
        let uri: Option<Uri> = base.parse().ok();
        let good = uri.is_some_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some_and(|host| !host.is_empty())
                && !uri.authority().is_some_and(|a| a.as_str().contains('@'))
                && uri.query().is_none()
                && !base.contains('#')
        });
        if !good {
            let why = "must be of the form protocol://host:port/path";
            return Err(members.wrong("source_site", why));
        }
        Ok(Mirror { base })
    }

    /// Where a key is fetched from.
    pub(crate) fn url(&self, key: &str) -> String {
        format!("{}{}", self.base, utf8_percent_encode(key, KEPT))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(site: Value) -> Option<Mirror> {
        let Value::Object(document) = json!({ "source_site": site }) else {
            unreachable!("an object");
        };
        Mirror::read(&document).ok()
    }

    #[test]
    fn the_key_is_put_behind_the_site() {
        for (site, key, url) in [
            (
                "http://127.0.0.1:80/photos/",
                "a b/中",
                "http://127.0.0.1:80/photos/a%20b/%E4%B8%AD",
            ),
            ("http://127.0.0.1/photos", "a", "http://127.0.0.1/photos/a"),
            (
                "https://www.example.com",
                "a?b",
                "https://www.example.com/a%3Fb",
            ),
            (
                "www.example.com:8443/x",
                "/a",
                "http://www.example.com:8443/x//a",
            ),
            ("http://[::1]:1/", "a", "http://[::1]:1/a"),
        ] {
            assert_eq!(read(json!(site)).expect(site).url(key), url);
        }
        for site in [
            json!(null),
            json!(""),
            json!(1),
            json!("http://"),
            json!("ftp://127.0.0.1/"),
            json!("http://a b/"),
            json!("http://127.0.0.1/?key="),
            json!("http://127.0.0.1/#"),
            json!("http://ann:secret@127.0.0.1/"),
        ] {
            assert_eq!(read(site.clone()), None, "{site}");
        }
    }
}
