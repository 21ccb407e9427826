//! What is stored beside the content.

use qingstor::types::StorageClass;

use crate::support::{STYLES, Site, Style};

#[tokio::test]
async fn headers_and_metadata_come_back() {
    let site = Site::start().await;
    for style in STYLES {
        let bucket = site.bucket(style);
        let request = bucket
            .put_object("k", "not really gzip")
            .content_type("text/plain; charset=utf-8")
            .cache_control("max-age=60")
            .content_disposition("attachment; filename=\"a b.txt\"")
            .content_encoding("gzip")
            .content_language("de")
            .expires("Thu, 01 Dec 2044 16:00:00 GMT")
            .metadata("Owner", "ann")
            .metadata("note", "two words; and: signs, \"quoted\"")
            .metadata("a.b_c-d", "1")
            .storage_class(StorageClass::StandardIa);
        request.send().await.unwrap();
        let head = bucket.head_object("k").send().await.unwrap();
        let object = bucket.get_object("k").send().await.unwrap();
        assert_eq!(
            head.content_type.as_deref(),
            Some("text/plain; charset=utf-8")
        );
        assert_eq!(head.cache_control.as_deref(), Some("max-age=60"));
        let disposition = head.content_disposition.as_deref();
        assert_eq!(disposition, Some("attachment; filename=\"a b.txt\""));
        assert_eq!(head.content_encoding.as_deref(), Some("gzip"));
        assert_eq!(head.content_language.as_deref(), Some("de"));
        assert_eq!(
            head.expires.as_deref(),
            Some("Thu, 01 Dec 2044 16:00:00 GMT")
        );
        assert_eq!(head.storage_class, Some(StorageClass::StandardIa));
        assert_eq!(head.last_modified, Some(site.now()));
        assert_eq!(head.metadata.len(), 3);
        assert_eq!(head.metadata["owner"], "ann");
        assert_eq!(head.metadata["note"], "two words; and: signs, \"quoted\"");
        assert_eq!(head.metadata["a.b_c-d"], "1");
        assert_eq!(object.metadata, head.metadata);
        assert_eq!(object.content_type, head.content_type);
        assert_eq!(object.storage_class, head.storage_class);
        assert!(object.request_id().is_some_and(|id| !id.is_empty()));
        // The encoding is the caller's business: nothing is decoded on the way.
        assert_eq!(object.body.into_bytes().await.unwrap(), "not really gzip");
    }
}

#[tokio::test]
async fn an_object_without_description_has_the_defaults() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    bucket.put_object("k", "x").send().await.unwrap();
    let head = bucket.head_object("k").send().await.unwrap();
    assert_eq!(
        head.content_type.as_deref(),
        Some("application/octet-stream")
    );
    assert_eq!(head.storage_class, Some(StorageClass::Standard));
    assert!(head.metadata.is_empty());
    assert_eq!((head.cache_control, head.expires), (None, None));
}

#[tokio::test]
async fn a_read_may_ask_for_other_headers() {
    let site = Site::start().await;
    for style in STYLES {
        let bucket = site.bucket(style);
        bucket
            .put_object("k", "x")
            .content_type("text/plain")
            .send()
            .await
            .unwrap();
        let request = bucket
            .get_object("k")
            .response_content_type("text/html; charset=utf-8")
            .response_cache_control("no-cache, max-age=0")
            .response_content_disposition("attachment; filename=\"a b+c%20d.txt\"")
            .response_content_encoding("identity")
            .response_content_language("fr")
            .response_expires("Thu, 01 Dec 2044 16:00:00 GMT");
        let object = request.send().await.unwrap();
        assert_eq!(
            object.content_type.as_deref(),
            Some("text/html; charset=utf-8")
        );
        assert_eq!(object.cache_control.as_deref(), Some("no-cache, max-age=0"));
        let disposition = object.content_disposition.as_deref();
        assert_eq!(disposition, Some("attachment; filename=\"a b+c%20d.txt\""));
        assert_eq!(object.content_encoding.as_deref(), Some("identity"));
        assert_eq!(object.content_language.as_deref(), Some("fr"));
        assert_eq!(
            object.expires.as_deref(),
            Some("Thu, 01 Dec 2044 16:00:00 GMT")
        );
    }
}
