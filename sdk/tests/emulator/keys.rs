//! Every key is stored, read, listed and deleted as it is, or refused before it is sent.

use proptest::prelude::*;
use qingstor::types::ObjectToDelete;
use qingstor::{Bucket, ErrorCode, ErrorKind};

use crate::support::{STYLES, Site, Style, content};

/// One of each kind that object keys come in.
fn kinds() -> Vec<String> {
    let mut keys: Vec<String> = [
        "plain-ASCII_key.txt",
        "中文测试/日本語/한국어.json",
        "😍",
        "👩‍👩‍👧‍👦/👍🏽",
        "שלום/עולם",
        "مرحبا/بالعالم.txt",
        "０１２３４５６７８９",
        "'",
        "\"",
        "'single' and \"double\"",
        "''\"\"'\"",
        ",./;'[]\\-=",
        "<>?:\"{}\\|_+",
        "!@#$%^&*()`~",
        "with some spaces.txt",
        " ",
        " leading and trailing ",
        "/leading",
        "trailing/",
        "/",
        "//",
        "double//slash",
        "/a//b///",
        "%2F",
        "100%/50%25",
        "%2e%2e/x",
        "%",
        "a+b",
        "a b+c%20d",
        "?acl",
        "k?acl&cors=1#fragment",
        "tab\tnew line\nreturn\r nul\0 bell\u{7}",
        "...",
        "..a/b..",
        "e\u{301} is not \u{e9}",
        "\u{feff}\u{200b}\u{202e}",
        "\u{10ffff}",
        "bucket",
        "http://example.com/x",
    ]
    .map(str::to_owned)
    .into();
    keys.push(
        format!("{}ends", "folder/".repeat(146))
            .chars()
            .take(1023)
            .collect(),
    );
    keys.push("k".repeat(1023));
    // 1023 bytes, 341 characters.
    keys.push("中".repeat(341));
    keys
}

#[tokio::test]
async fn kinds_of_keys_make_the_round_trip() {
    let keys = kinds();
    assert_eq!(keys.iter().filter(|key| key.len() == 1023).count(), 3);
    let site = Site::start().await;
    for style in STYLES {
        let bucket = site.bucket(style);
        for key in &keys {
            round_trip(&bucket, key).await;
        }
        let left = bucket.list_objects().send().await.unwrap();
        assert!(left.keys.is_empty(), "{style:?}: {:?}", left.keys);
    }
}

async fn round_trip(bucket: &Bucket, key: &str) {
    let body = format!("content of {key}");
    let put = bucket.put_object(key, body.clone()).send().await;
    let put = put.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(content(bucket, key).await.unwrap(), body, "{key:?}");
    let head = bucket.head_object(key).send().await.unwrap();
    assert_eq!(head.etag, put.etag, "{key:?}");
    assert_eq!(head.content_length, Some(body.len() as u64), "{key:?}");
    let listed = bucket.list_objects().prefix(key).send().await.unwrap();
    let names: Vec<&str> = listed.keys.iter().map(|info| info.key.as_str()).collect();
    assert_eq!(names, [key]);
    delete(bucket, key).await;
    let error = bucket.head_object(key).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{key:?}");
}

async fn delete(bucket: &Bucket, key: &str) {
    let objects = [ObjectToDelete::new(key)];
    let answer = bucket.delete_multiple_objects(objects).send().await;
    let answer = answer.unwrap();
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    assert_eq!(answer.deleted[0].key, key);
}

#[tokio::test]
async fn keys_that_are_too_long_are_refused_by_the_service() {
    let site = Site::start().await;
    for style in STYLES {
        let bucket = site.bucket(style);
        for key in ["k".repeat(1024), format!("{}k", "中".repeat(341))] {
            let error = bucket.put_object(&key, "x").send().await.unwrap_err();
            assert_eq!(error.code(), Some(&ErrorCode::InvalidObjectName), "{error}");
            assert_eq!(error.kind(), ErrorKind::Rejected);
        }
    }
}

#[tokio::test]
async fn dot_segments_never_reach_the_server() {
    let site = Site::start().await;
    let before = site.served();
    for style in STYLES {
        let bucket = site.bucket(style);
        for key in [
            ".",
            "..",
            "./a",
            "../a",
            "a/.",
            "a/..",
            "a/./b",
            "a/../b",
            "a//../b",
            "../photos/a",
        ] {
            let errors = [
                bucket.put_object(key, "x").send().await.unwrap_err(),
                bucket.head_object(key).send().await.unwrap_err(),
                bucket.get_object(key).send().await.map(drop).unwrap_err(),
                bucket
                    .copy_object(key, (bucket.name(), "a"))
                    .send()
                    .await
                    .unwrap_err(),
                bucket
                    .get_object(key)
                    .presign(std::time::Duration::from_secs(60))
                    .unwrap_err(),
            ];
            for error in errors {
                assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
                let text = error.to_string();
                assert!(text.contains("'.' or '..' segment"), "{text}");
                assert!(text.contains("rename the object"), "{text}");
            }
        }
    }
    assert_eq!(site.served(), before);
}

fn awkward() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        ".", "..", "/", "%", "%2e", "%2F", "\\", "'", "\"", "\t", "\n", "\0", "?", "#", "&", "=",
        "+", " ", "a", "中", "~", ":", "@", ";", "\u{301}", "👍🏽",
    ]);
    let parts = prop::collection::vec(part, 1..8).prop_map(|parts| parts.concat());
    prop_oneof![any::<String>(), parts]
}

/// Either the key is refused here, or the object is the only one and has exactly this key.
async fn stored_or_refused(bucket: &Bucket, site: &Site, key: &str) {
    let before = site.served();
    if let Err(error) = bucket.put_object(key, "x").send().await {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{key:?}: {error}");
        assert_eq!(site.served(), before, "{key:?} was sent");
        let has_dots = key.split('/').any(|segment| matches!(segment, "." | ".."));
        assert!(has_dots || key.is_empty(), "{key:?} was refused: {error}");
        return;
    }
    assert_eq!(content(bucket, key).await.unwrap(), "x");
    let listed = bucket.list_objects().send().await.unwrap();
    let names: Vec<&str> = listed.keys.iter().map(|info| info.key.as_str()).collect();
    assert_eq!(names, [key]);
    delete(bucket, key).await;
}

#[test]
fn any_key_is_stored_under_its_name_or_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let site = runtime.block_on(Site::start());
    let buckets = STYLES.map(|style| site.bucket(style));
    let config = ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(key in awkward(), style in 0..2_usize)| {
        runtime.block_on(stored_or_refused(&buckets[style], &site, &key));
    });
}

#[tokio::test]
async fn both_styles_see_the_same_objects() {
    let site = Site::start().await;
    let [path, host] = STYLES.map(|style| site.bucket(style));
    path.put_object("a b/中", "by path").send().await.unwrap();
    host.put_object("c+d", "by host").send().await.unwrap();
    assert_eq!(content(&host, "a b/中").await.unwrap(), "by path");
    assert_eq!(content(&path, "c+d").await.unwrap(), "by host");
    assert_eq!(STYLES, [Style::Path, Style::VirtualHost]);
}
