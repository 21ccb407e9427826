//! Requests of those who may not.

use std::time::Duration;

use qingstor::{ErrorCode, ErrorKind};

use crate::support::{BUCKET, KEY_ID, STYLES, Site, Style, content, varied};

#[tokio::test]
async fn a_wrong_secret_is_explained() {
    let site = Site::start().await;
    for style in STYLES {
        let client = site
            .builder(style)
            .credentials(KEY_ID, "canary-secret")
            .build()
            .unwrap();
        let bucket = client.bucket(BUCKET);
        let error = content(&bucket, "k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated);
        assert_eq!(error.code(), Some(&ErrorCode::SignatureNotMatched));
        assert!(!error.is_temporary());
        let text = error.to_string();
        assert!(
            text.starts_with("GET Object photos/k: 401 signature_not_matched: "),
            "{text}"
        );
        assert!(text.contains("check that the secret access key"), "{text}");
        assert!(!format!("{text}{error:?}").contains("canary"), "{error:?}");

        // The answer to a HEAD has no body that could say so.
        let error = bucket.head_object("k").send().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Unauthenticated, None)
        );
        assert!(
            error.to_string().contains("check the access key"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_refused_upload_says_why_however_large_it_is() {
    let site = Site::start().await;
    let builder = site.builder(Style::Path).credentials(KEY_ID, "wrong");
    let bucket = builder.build().unwrap().bucket(BUCKET);
    let error = bucket.put_object("k", varied(5 << 20)).send().await;
    let error = error.unwrap_err();
    assert_eq!(
        error.code(),
        Some(&ErrorCode::SignatureNotMatched),
        "{error}"
    );
}

#[tokio::test]
async fn an_unknown_key_id_is_named() {
    let site = Site::start().await;
    let builder = site.builder(Style::Path).credentials("SOMEBODY_ELSE", "x");
    let client = builder.build().unwrap();
    let error = client.list_buckets().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert_eq!(
        error.code(),
        Some(&ErrorCode::InvalidAccessKeyId),
        "{error}"
    );
}

#[tokio::test]
async fn a_wrong_clock_is_explained() {
    let site = Site::start().await;
    let now = site.now();
    let minutes = |count: u64| Duration::from_secs(count * 60);
    for (time, expected) in [
        (now + minutes(20), "20 minutes ahead of the service's"),
        (now - minutes(90), "90 minutes behind the service's"),
    ] {
        for style in STYLES {
            let client = site.builder(style).clock(move || time).build().unwrap();
            let bucket = client.bucket(BUCKET);
            let error = content(&bucket, "k").await.unwrap_err();
            assert_eq!(
                (error.kind(), error.status()),
                (ErrorKind::PermissionDenied, Some(403))
            );
            assert_eq!(error.code(), Some(&ErrorCode::RequestExpired));
            assert!(error.to_string().contains(expected), "{error}");
            let error = bucket.head_object("k").send().await.unwrap_err();
            assert_eq!(error.code(), None);
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
    // A little is tolerated.
    let client = site
        .builder(Style::Path)
        .clock(move || now + minutes(14))
        .build()
        .unwrap();
    client.list_buckets().send().await.unwrap();
}

#[tokio::test]
async fn anonymous_clients_may_only_what_is_open() {
    let site = Site::start().await;
    for style in STYLES {
        let owner = site.bucket(style);
        owner.put_object("k", "x").send().await.unwrap();
        let client = site.builder(style).anonymous().build().unwrap();
        let bucket = client.bucket(BUCKET);
        let errors = [
            content(&bucket, "k").await.unwrap_err(),
            bucket.put_object("k", "y").send().await.unwrap_err(),
            bucket.list_objects().send().await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
            assert_eq!(error.code(), Some(&ErrorCode::PermissionDenied));
        }
        assert_eq!(content(&owner, "k").await.unwrap(), "x");
        // A preflight request is open by nature.
        bucket
            .options_object("k", "https://app.example.com", "PUT")
            .send()
            .await
            .unwrap();
        // What can never be done without a key is not even sent.
        let before = site.served();
        let error = client.list_buckets().send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(
            error.to_string().contains("QINGSTOR_ACCESS_KEY_ID"),
            "{error}"
        );
        assert_eq!(site.served(), before);
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    let error = content(&bucket, "k").await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::ObjectNotExists));
    let nowhere = bucket.client().bucket("nowhere");
    let error = content(&nowhere, "k").await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::BucketNotExists));
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.request_id().is_some());
}
