//! Presigned URLs in the hands of a client that knows nothing of this crate.

use std::time::Duration;

use qingstor::operation::Presigned;
use qingstor::types::CustomerKey;

use crate::support::{STYLES, Site, Style, content};

const MINUTE: Duration = Duration::from_secs(60);

/// A plain HTTP client on the same machine.
fn stranger(site: &Site) -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .resolve("photos.pek3a.localhost", site.emulator.address())
        .build()
        .unwrap()
}

async fn answer(site: &Site, link: &Presigned, body: &'static str) -> (u16, String) {
    let request = stranger(site)
        .request(link.method.clone(), &link.url)
        .headers(link.headers.clone())
        .body(body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Status and error code.
async fn refusal(site: &Site, link: &Presigned, body: &'static str) -> (u16, String) {
    let (status, text) = answer(site, link, body).await;
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    (status, json["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn links_read_until_they_expire() {
    let site = Site::start().await;
    for style in STYLES {
        let bucket = site.bucket(style);
        let key = "a b/中+%2F'\".txt";
        bucket.put_object(key, "hello").send().await.unwrap();
        let link = bucket
            .get_object(key)
            .response_content_disposition("attachment; filename=\"a b+c.txt\"")
            .presign(MINUTE)
            .unwrap();
        assert_eq!(link.expires_at, site.now() + MINUTE);
        assert!(link.headers.is_empty());
        let answer = stranger(&site).get(&link.url).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let disposition = &answer.headers()["content-disposition"];
        assert_eq!(disposition, "attachment; filename=\"a b+c.txt\"");
        assert_eq!(answer.text().await.unwrap(), "hello");

        site.advance(60);
        assert_eq!(
            stranger(&site)
                .get(&link.url)
                .send()
                .await
                .unwrap()
                .status(),
            200
        );
        site.advance(1);
        let expired = refusal(&site, &link, "").await;
        assert_eq!(expired, (403, "request_expired".to_owned()), "{style:?}");
    }
}

#[tokio::test]
async fn links_write_with_what_was_signed() {
    let site = Site::start().await;
    for style in STYLES {
        let bucket = site.bucket(style);
        let link = bucket
            .put_object("cat.mp4", qingstor::Body::empty())
            .content_type("video/mp4")
            .metadata("owner", "ann")
            .presign(MINUTE)
            .unwrap();
        assert_eq!(link.headers["content-type"], "video/mp4");
        let (status, text) = answer(&site, &link, "meow").await;
        assert_eq!(status, 201, "{text}");
        let head = bucket.head_object("cat.mp4").send().await.unwrap();
        assert_eq!(head.content_type.as_deref(), Some("video/mp4"));
        assert_eq!(head.metadata["owner"], "ann");
        assert_eq!(content(&bucket, "cat.mp4").await.unwrap(), "meow");

        let mut other = link.clone();
        other
            .headers
            .insert("content-type", "text/html".parse().unwrap());
        let mut without = link.clone();
        without.headers.remove("content-type");
        let mut renamed = link.clone();
        renamed
            .headers
            .insert("x-qs-meta-owner", "eve".parse().unwrap());
        let mut more = link.clone();
        more.headers
            .insert("x-qs-storage-class", "STANDARD_IA".parse().unwrap());
        for link in [other, without, renamed, more] {
            let refused = refusal(&site, &link, "evil").await;
            assert_eq!(refused, (401, "signature_not_matched".to_owned()));
        }
        assert_eq!(content(&bucket, "cat.mp4").await.unwrap(), "meow");
        site.advance(61);
        let expired = refusal(&site, &link, "late").await;
        assert_eq!(expired, (403, "request_expired".to_owned()));
    }
}

#[tokio::test]
async fn links_that_were_changed_are_refused() {
    let site = Site::start().await;
    for style in STYLES {
        let bucket = site.bucket(style);
        bucket.put_object("mine", "x").send().await.unwrap();
        bucket.put_object("other", "secret").send().await.unwrap();
        let link = bucket.get_object("mine").presign(MINUTE).unwrap();
        assert_eq!(answer(&site, &link, "").await, (200, "x".to_owned()));
        let expires = link
            .expires_at
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let mut changed = Vec::new();
        for (from, to) in [
            ("/mine", "/other".to_owned()),
            (
                &*format!("expires={expires}"),
                format!("expires={}", expires + 3600),
            ),
            ("signature=", "signature=A".to_owned()),
            ("?", "?response-content-type=text%2Fhtml&".to_owned()),
        ] {
            let mut link = link.clone();
            link.url = link.url.replacen(from, &to, 1);
            changed.push(link);
        }
        let mut method = link.clone();
        method.method = http::Method::PUT;
        changed.push(method);
        for link in changed {
            let refused = refusal(&site, &link, "").await;
            assert_eq!(
                refused,
                (401, "signature_not_matched".to_owned()),
                "{}",
                link.url
            );
        }
    }
}

#[tokio::test]
async fn a_link_for_an_encrypted_object_names_its_headers() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    let key = CustomerKey::new([7; 32]);
    let put = bucket
        .put_object("k", "x")
        .encryption_customer_key(key.clone());
    put.send().await.unwrap();
    let link = bucket
        .get_object("k")
        .encryption_customer_key(key)
        .presign(MINUTE)
        .unwrap();
    assert_eq!(link.headers.len(), 3);
    assert!(!link.url.contains("encryption"));
    assert_eq!(answer(&site, &link, "").await, (200, "x".to_owned()));
}

/// A page that has nothing but links uploads in parts.
#[tokio::test]
async fn an_upload_in_parts_can_be_made_of_links() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    let link = bucket
        .initiate_multipart_upload("k")
        .presign(MINUTE)
        .unwrap();
    let (status, text) = answer(&site, &link, "").await;
    assert_eq!(status, 200, "{text}");
    let begun: serde_json::Value = serde_json::from_str(&text).unwrap();
    let upload_id = begun["upload_id"].as_str().unwrap();
    let link = bucket.upload_multipart("k", upload_id, 0, qingstor::Body::empty());
    let link = link.presign(MINUTE).unwrap();
    assert_eq!(answer(&site, &link, "meow").await.0, 201);
    let link = bucket
        .list_multipart("k", upload_id)
        .presign(MINUTE)
        .unwrap();
    let (status, text) = answer(&site, &link, "").await;
    assert_eq!(status, 200, "{text}");
    let link = bucket.complete_multipart_upload("k", upload_id, []);
    let link = link.presign(MINUTE).unwrap();
    let parts = r#"{"object_parts":[{"part_number":0}]}"#;
    let (status, text) = answer(&site, &link, parts).await;
    assert_eq!(status, 201, "{text}");
    assert_eq!(content(&bucket, "k").await.unwrap(), "meow");
}
