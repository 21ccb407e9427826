//! Reads with conditions, and reads of a part.

use std::time::Duration;

use qingstor::types::ByteRange;
use qingstor::{Bucket, ErrorKind};

use crate::support::{STYLES, Site, Style};

const HOUR: Duration = Duration::from_secs(3600);

async fn with_object(site: &Site, style: Style) -> (Bucket, String) {
    let bucket = site.bucket(style);
    let put = bucket.put_object("k", "0123456789").send().await.unwrap();
    (bucket, put.etag.unwrap())
}

#[tokio::test]
async fn conditions_have_kinds_of_their_own() {
    let site = Site::start().await;
    for style in STYLES {
        let (bucket, etag) = with_object(&site, style).await;
        let get = || bucket.get_object("k");
        let head = || bucket.head_object("k");
        let unchanged = [
            get()
                .if_none_match(&etag)
                .send()
                .await
                .map(drop)
                .unwrap_err(),
            get()
                .if_modified_since(site.now())
                .send()
                .await
                .map(drop)
                .unwrap_err(),
            head()
                .if_none_match(&etag)
                .send()
                .await
                .map(drop)
                .unwrap_err(),
            head()
                .if_modified_since(site.now() + HOUR)
                .send()
                .await
                .map(drop)
                .unwrap_err(),
        ];
        for error in unchanged {
            assert_eq!(
                (error.kind(), error.status()),
                (ErrorKind::NotModified, Some(304))
            );
            assert_eq!(error.headers()["etag"], etag.as_str());
        }
        let failed = [
            get()
                .if_match("\"other\"")
                .send()
                .await
                .map(drop)
                .unwrap_err(),
            get()
                .if_unmodified_since(site.now() - HOUR)
                .send()
                .await
                .map(drop)
                .unwrap_err(),
            head()
                .if_match("\"other\"")
                .send()
                .await
                .map(drop)
                .unwrap_err(),
            head()
                .if_unmodified_since(site.now() - HOUR)
                .send()
                .await
                .map(drop)
                .unwrap_err(),
        ];
        for error in failed {
            assert_eq!(
                (error.kind(), error.status()),
                (ErrorKind::PreconditionFailed, Some(412))
            );
        }
        let body = get()
            .if_match(&etag)
            .if_none_match("\"other\"")
            .if_unmodified_since(site.now())
            .if_modified_since(site.now() - HOUR)
            .send()
            .await
            .unwrap()
            .body;
        assert_eq!(body.into_bytes().await.unwrap(), "0123456789");
        head().if_match("*").send().await.unwrap();
    }
}

#[tokio::test]
async fn ranges_are_parts_of_the_content() {
    let site = Site::start().await;
    for style in STYLES {
        let (bucket, _) = with_object(&site, style).await;
        let from = 7..;
        let inclusive = 2..=4;
        for (range, part, place) in [
            (ByteRange::from(0..5), "01234", "bytes 0-4/10"),
            (ByteRange::from(inclusive), "234", "bytes 2-4/10"),
            (ByteRange::from(from), "789", "bytes 7-9/10"),
            (ByteRange::suffix(1), "9", "bytes 9-9/10"),
            (ByteRange::suffix(99), "0123456789", "bytes 0-9/10"),
            (ByteRange::from(8..99), "89", "bytes 8-9/10"),
        ] {
            let object = bucket.get_object("k").range(range).send().await.unwrap();
            assert_eq!(object.meta().status(), 206, "{range}");
            assert_eq!(object.content_range.as_deref(), Some(place));
            assert_eq!(object.content_length, Some(part.len() as u64));
            assert_eq!(object.body.into_bytes().await.unwrap(), part);
        }
        let behind = bucket.get_object("k").range(10..);
        let error = behind.send().await.map(drop).unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::InvalidRange, Some(416))
        );
        let before = site.served();
        let empty = bucket.get_object("k").range(3..3);
        let error = empty.send().await.map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert_eq!(site.served(), before);
    }
}
