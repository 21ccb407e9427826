//! A bucket behind a domain of its own (CNAME).

use std::time::Duration;

use qingstor::ErrorKind;
use qingstor::testing::Replay;

fn builder(replay: &Replay) -> qingstor::config::ClientBuilder {
    replay
        .builder()
        .endpoint("https://img.example.com")
        .cname(true)
}

#[tokio::test]
async fn the_bucket_is_only_in_the_signature() {
    let replay = Replay::new()
        .answer(200, &[], "meow")
        .answer(200, &[], "{}");
    let bucket = builder(&replay).build().unwrap().bucket("photos");
    bucket.get_object("a b").send().await.unwrap();
    bucket.get_bucket_acl().send().await.unwrap();
    let requests = replay.requests();
    assert_eq!(
        (&*requests[0].host, &*requests[0].target),
        ("img.example.com", "/a%20b")
    );
    // printf 'GET\n\n\nWed, 10 Dec 2014 17:20:31 GMT\n/photos/a%%20b' | openssl dgst -sha256 -hmac SECRET_ACCESS_KEY -binary | base64
    assert_eq!(
        requests[0].header("Authorization"),
        Some("QS ACCESS_KEY_ID:bWMMbZOM4G05Qc3c0GKFPAGEt5uJov5Yt8O9R0A1VC8=")
    );
    // The same with /photos/?acl.
    assert_eq!(
        (&*requests[1].host, &*requests[1].target),
        ("img.example.com", "/?acl")
    );
    assert_eq!(
        requests[1].header("Authorization"),
        Some("QS ACCESS_KEY_ID:URGb+yiDxRTiBgCj80AivBWXHE+bF1fRVjto+23ZwR0=")
    );
}

#[tokio::test]
async fn neither_style_nor_zone_changes_the_host() {
    let replay = Replay::new().answer(200, &[], "meow");
    let client = builder(&replay).virtual_host_style(true).zone("").build();
    let bucket = client.unwrap().bucket("photos").in_zone("pek3b");
    bucket.get_object("k").send().await.unwrap();
    let link = bucket
        .get_object("k")
        .presign(Duration::from_secs(60))
        .unwrap();
    assert!(
        link.url.starts_with("https://img.example.com/k?"),
        "{}",
        link.url
    );
    assert_eq!(replay.requests()[0].host, "img.example.com");
}

#[tokio::test]
async fn the_service_is_not_asked_at_the_domain_of_a_bucket() {
    let replay = Replay::new();
    let client = builder(&replay).build().unwrap();
    let error = client.list_buckets().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(
        error.to_string().contains("domain of one bucket"),
        "{error}"
    );
}
