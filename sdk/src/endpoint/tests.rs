use super::{Endpoint, Place};
use crate::error::Error;
use crate::operation::Scope;

fn url(
    endpoint: &str,
    zone: &str,
    virtual_host: bool,
    bucket: &str,
    key: Option<&str>,
) -> Result<String, Error> {
    let place = Place {
        scope: match key {
            Some(_) => Scope::Object,
            None => Scope::Bucket,
        },
        bucket: Some(bucket),
        zone: Some(zone).filter(|zone| !zone.is_empty()),
        key,
        query: &[],
        virtual_host,
    };
    Ok(Endpoint::parse(endpoint)?.locate(&place)?.url)
}

#[test]
fn urls_are_those_of_the_official_sdks() {
    for (endpoint, zone, virtual_host, bucket, key, expected) in [
        // Builder tests of the Go, Ruby and PHP SDKs, without their redundant default port.
        (
            "https://qingstor.dev:443",
            "beta",
            false,
            "test",
            Some("path/to/key.txt"),
            "https://beta.qingstor.dev/test/path/to/key.txt",
        ),
        (
            "https://qingstor.dev:443",
            "beta",
            false,
            "test",
            Some("path//to//key.txt"),
            "https://beta.qingstor.dev/test/path//to//key.txt",
        ),
        (
            "http://ep.qingstor.dev",
            "beta",
            true,
            "test",
            Some("path/to/key.txt"),
            "http://test.beta.ep.qingstor.dev/path/to/key.txt",
        ),
        (
            "https://qingstor.com",
            "pek3a",
            false,
            "test_bucket",
            Some("中文 测试.json"),
            "https://pek3a.qingstor.com/test_bucket/%E4%B8%AD%E6%96%87%20%E6%B5%8B%E8%AF%95.json",
        ),
        // Others.
        (
            "https://qingstor.com",
            "PEK3A",
            false,
            "b",
            None,
            "https://pek3a.qingstor.com/b",
        ),
        (
            "https://qingstor.com",
            "pek3a",
            true,
            "mybucket",
            None,
            "https://mybucket.pek3a.qingstor.com/",
        ),
        (
            "https://pek3a.qingstor.com",
            "pek3a",
            false,
            "b",
            None,
            "https://pek3a.qingstor.com/b",
        ),
        (
            "https://pek3a.qingstor.com:8443",
            "pek3b",
            false,
            "b",
            None,
            "https://pek3b.qingstor.com:8443/b",
        ),
        (
            "https://gd1.qsstor.com",
            "pek3b",
            true,
            "b",
            None,
            "https://b.pek3b.qsstor.com/",
        ),
        (
            "https://pek3a.qingstor.com",
            "",
            false,
            "b",
            None,
            "https://pek3a.qingstor.com/b",
        ),
        (
            "https://pek3a.example.com",
            "pek3b",
            false,
            "b",
            None,
            "https://pek3b.pek3a.example.com/b",
        ),
        (
            "https://a.b.qingstor.com",
            "pek3b",
            false,
            "b",
            None,
            "https://pek3b.a.b.qingstor.com/b",
        ),
        (
            "https://qingstor.com",
            "",
            false,
            "b",
            Some("k"),
            "https://qingstor.com/b/k",
        ),
        (
            "http://127.0.0.1:9000",
            "pek3a",
            false,
            "b",
            Some("/k/"),
            "http://127.0.0.1:9000/b//k/",
        ),
        (
            "http://localhost:80",
            "pek3a",
            false,
            "b",
            None,
            "http://localhost/b",
        ),
        (
            "http://[::1]:8080",
            "pek3a",
            false,
            "b",
            Some("k"),
            "http://[::1]:8080/b/k",
        ),
        (
            "HTTPS://QingStor.com:8443/",
            "",
            false,
            "b",
            None,
            "https://qingstor.com:8443/b",
        ),
    ] {
        assert_eq!(
            url(endpoint, zone, virtual_host, bucket, key).unwrap(),
            expected
        );
    }
}

#[test]
fn bad_endpoints_say_what_is_wrong() {
    for (endpoint, part) in [
        ("qingstor.com", "no scheme"),
        ("ftp://qingstor.com", "neither http nor https"),
        ("https://", "not valid"),
        ("https://a b", "not valid"),
        ("https://qingstor.com/path", "has a path"),
        (
            "https://qingstor.com?signature=canary",
            "query or a fragment",
        ),
        ("https://qingstor.com/#canary", "query or a fragment"),
        ("ftp://id:canary@qingstor.com", "password"),
        ("id:canary@qingstor.com", "password"),
        ("https://qingstor.com:99999", "not valid"),
        ("https://id:canary@qingstor.com", "password"),
    ] {
        let Err(error) = Endpoint::parse(endpoint) else {
            panic!("{endpoint} was accepted");
        };
        assert!(error.to_string().contains(part), "{error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}

#[test]
fn names_that_would_change_the_host_are_refused() {
    for zone in ["evil.com/", "a.b", "-a", "a-", "zone!", "a@b", "中"] {
        assert!(
            url("https://qingstor.com", zone, false, "b", None).is_err(),
            "{zone}"
        );
    }
    for bucket in ["a.b", "UPPER", "under_score", "-a", "a/b", "x@y"] {
        assert!(
            url("https://qingstor.com", "pek3a", true, bucket, None).is_err(),
            "{bucket}"
        );
    }
    assert!(url("http://127.0.0.1", "", true, "bucket", None).is_err());
    assert!(url("http://[::1]", "", true, "bucket", None).is_err());
    assert!(url("http://localhost", "", true, "bucket", None).is_err());
    // In path style a strange name is only a path segment, for the service to judge.
    assert_eq!(
        url("https://qingstor.com", "", false, "a/b?c", None).unwrap(),
        "https://qingstor.com/a%2Fb%3Fc"
    );
}

#[test]
fn empty_names_are_refused() {
    assert!(url("https://qingstor.com", "", false, "", None).is_err());
    let error = url("https://qingstor.com", "", false, "b", Some("")).unwrap_err();
    assert!(error.to_string().contains("address the bucket"), "{error}");
}

#[test]
fn only_the_hosts_of_all_zones_need_a_zone() {
    for (endpoint, needs_zone) in [
        ("https://qingstor.com", true),
        ("https://qsstor.com:8443", true),
        ("https://pek3a.qingstor.com", false),
        ("https://storage.example.com", false),
        ("http://localhost:9000", false),
        ("http://127.0.0.1:9000", false),
        ("http://[::1]:9000", false),
    ] {
        let endpoint = Endpoint::parse(endpoint).unwrap();
        assert_eq!(endpoint.needs_zone(), needs_zone, "{endpoint}");
    }
}

#[test]
fn a_domain_of_ones_own_is_used_as_it_is() {
    let place = |key: Option<&'static str>, scope| Place {
        scope,
        bucket: Some("photos"),
        zone: Some("pek3a"),
        key,
        query: &[],
        virtual_host: false,
    };
    let endpoint = Endpoint::parse("https://img.example.com:8443").unwrap();
    let endpoint = endpoint.with_own_domain();
    let address = endpoint.locate(&place(Some("a b"), Scope::Object)).unwrap();
    assert_eq!(address.url, "https://img.example.com:8443/a%20b");
    assert!(address.bucket_in_host);
    let address = endpoint.locate(&place(None, Scope::Bucket)).unwrap();
    assert_eq!(address.url, "https://img.example.com:8443/");
    // The domain's root is the bucket, so nothing can be asked of the service there.
    let error = endpoint.locate(&place(None, Scope::Service)).map(drop);
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("domain of one bucket")
    );
    // The service's own hosts are no domains of a bucket.
    for host in ["https://qingstor.com", "https://pek3a.qingstor.com"] {
        let endpoint = Endpoint::parse(host).unwrap().with_own_domain();
        let address = endpoint.locate(&place(Some("k"), Scope::Object)).unwrap();
        assert_eq!(address.url, "https://pek3a.qingstor.com/photos/k");
    }
}

#[test]
fn only_plain_http_to_other_machines_is_open() {
    for (endpoint, open) in [
        ("http://qingstor.com", true),
        ("http://192.168.0.1:9000", true),
        ("http://[2001:db8::1]", true),
        ("https://qingstor.com", false),
        ("http://127.0.0.1:9000", false),
        ("http://[::1]:9000", false),
        ("http://pek3a.localhost:9000", false),
    ] {
        let endpoint = Endpoint::parse(endpoint).unwrap();
        assert_eq!(endpoint.is_open_to_others(), open, "{endpoint}");
    }
}
