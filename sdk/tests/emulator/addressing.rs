//! Hosts, zones and the redirect from the global endpoint.

use qingstor::transport::HttpTransport;
use qingstor::{Client, ErrorKind};
use qingstor_emulator::Emulator;

use crate::support::{BUCKET, KEY_ID, SECRET, STYLES, Site, Style, content};

#[tokio::test]
async fn the_service_itself_is_asked_in_both_styles() {
    let site = Site::start().await;
    for style in STYLES {
        let list = site.client(style).list_buckets().send().await.unwrap();
        let names: Vec<&str> = list
            .buckets
            .iter()
            .map(|bucket| bucket.name.as_str())
            .collect();
        assert_eq!(names, [BUCKET], "{style:?}");
    }
}

#[tokio::test]
async fn buckets_are_made_in_both_styles() {
    let site = Site::start().await;
    let drawings = site.client(Style::VirtualHost).bucket("drawings");
    drawings.put_bucket().send().await.unwrap();
    drawings.put_object("k", "x").send().await.unwrap();
    let same = site.client(Style::Path).bucket("drawings");
    assert_eq!(content(&same, "k").await.unwrap(), "x");
    let error = same.put_bucket().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
}

/// With a domain of its own, as the real service has one: zones and buckets are put in front of it.
#[tokio::test]
async fn zones_and_buckets_are_put_in_front_of_a_domain() {
    let emulator = Emulator::builder()
        .access_key(KEY_ID, SECRET)
        .check_answers(true)
        .domain("storage.test")
        .zone("pek3a")
        .zone("sh1a")
        .start()
        .await
        .unwrap();
    let mut transport = HttpTransport::builder().no_proxy();
    for host in [
        "storage.test",
        "pek3a.storage.test",
        "sh1a.storage.test",
        "photos.sh1a.storage.test",
        "photos.pek3a.storage.test",
    ] {
        transport = transport.resolve(host, emulator.address());
    }
    let transport = transport.build().unwrap();
    let builder = || {
        Client::builder()
            .no_environment()
            .endpoint(format!("http://storage.test:{}", emulator.address().port()))
            .credentials(KEY_ID, SECRET)
            .transport(transport.clone())
    };
    let by_path = builder().zone("sh1a").build().unwrap().bucket(BUCKET);
    by_path.put_bucket().send().await.unwrap();
    by_path.put_object("a b", "x").send().await.unwrap();
    let by_host = builder().virtual_host_style(true).build().unwrap();
    let by_host = by_host.bucket(BUCKET).in_zone("sh1a");
    assert_eq!(content(&by_host, "a b").await.unwrap(), "x");

    // Another zone does not have it.
    let elsewhere = by_host.in_zone("pek3a");
    let error = content(&elsewhere, "a b").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");

    // No zone: such a host may be that of all zones, and if it is, its redirect says where to go.
    let without = builder().build().unwrap().bucket(BUCKET);
    assert_eq!(content(&without, "a b").await.unwrap(), "x");
}
