//! Objects that are encrypted with the customer's key.

use qingstor::types::CustomerKey;
use qingstor::{Bucket, ErrorKind};

use crate::support::{STYLES, Site, Style, content};

fn key(byte: u8) -> CustomerKey {
    CustomerKey::new([byte; 32])
}

async fn put_encrypted(bucket: &Bucket) {
    let request = bucket
        .put_object("secret", "hidden")
        .encryption_customer_key(key(1));
    let stored = request.send().await.unwrap();
    assert_eq!(
        stored.encryption_customer_algorithm.as_deref(),
        Some("AES256")
    );
    assert_eq!(
        stored.encryption_customer_key_md5,
        Some(key(1).md5_base64())
    );
}

#[tokio::test]
async fn only_the_right_key_reads() {
    let site = Site::start().await;
    for style in STYLES {
        let bucket = site.bucket(style);
        put_encrypted(&bucket).await;
        let right = bucket.get_object("secret").encryption_customer_key(key(1));
        let object = right.send().await.unwrap();
        assert_eq!(
            object.encryption_customer_algorithm.as_deref(),
            Some("AES256")
        );
        assert_eq!(object.body.into_bytes().await.unwrap(), "hidden");
        let right = bucket.head_object("secret").encryption_customer_key(key(1));
        assert_eq!(right.send().await.unwrap().content_length, Some(6));

        let wrong = bucket.get_object("secret").encryption_customer_key(key(2));
        let error = wrong.send().await.map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
        let wrong = bucket.head_object("secret").encryption_customer_key(key(2));
        let error = wrong.send().await.map(drop).unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::PermissionDenied, None)
        );

        let error = content(&bucket, "secret").await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Rejected, Some(400)),
            "{error}"
        );
        assert!(
            error.to_string().contains("encryption-customer-key"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_key_for_an_open_object_is_refused() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    bucket.put_object("open", "x").send().await.unwrap();
    let request = bucket.get_object("open").encryption_customer_key(key(1));
    let error = request.send().await.map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected, "{error}");
}

#[tokio::test]
async fn a_copy_may_change_the_key() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::VirtualHost);
    put_encrypted(&bucket).await;
    let copy = bucket
        .copy_object("copy", (bucket.name(), "secret"))
        .copy_source_encryption_customer_key(key(1))
        .encryption_customer_key(key(2));
    copy.send().await.unwrap();
    let read = bucket.get_object("copy").encryption_customer_key(key(2));
    let object = read.send().await.unwrap();
    assert_eq!(object.body.into_bytes().await.unwrap(), "hidden");
    let blind = bucket.copy_object("copy", (bucket.name(), "secret"));
    let error = blind.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected, "{error}");
    let wrong = bucket
        .copy_object("copy", (bucket.name(), "secret"))
        .copy_source_encryption_customer_key(key(3));
    let error = wrong.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
}
