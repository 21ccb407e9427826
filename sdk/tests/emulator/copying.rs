//! Copies and moves.

use qingstor::types::{MetadataDirective, ObjectRef};
use qingstor::{ErrorKind, types::StorageClass};

use crate::support::{BUCKET, STYLES, Site, Style, content};

/// Keys that a header can only hold encoded.
const AWKWARD: [&str; 6] = [
    "源 文件/a+b%2F.txt",
    "q?version_id=1&x#y",
    "'quoted' \"twice\"",
    "/lead//double/",
    "👩‍👩‍👧‍👦/👍🏽",
    "tab\tline\n",
];

#[tokio::test]
async fn copies_are_found_by_awkward_keys() {
    let site = Site::start().await;
    for style in STYLES {
        let bucket = site.bucket(style);
        for key in AWKWARD {
            let put = bucket.put_object(key, key).metadata("n", "1");
            let etag = put.send().await.unwrap().etag;
            let target = format!("copy of {key}");
            let copy = bucket.copy_object(&target, (BUCKET, key));
            assert_eq!(copy.send().await.unwrap().etag, etag, "{key:?}");
            let copied = bucket.get_object(&target).send().await.unwrap();
            assert_eq!(copied.metadata["n"], "1");
            assert_eq!(copied.body.into_bytes().await.unwrap(), key);
            assert_eq!(content(&bucket, key).await.unwrap(), key);
        }
    }
}

#[tokio::test]
async fn moves_leave_nothing_behind() {
    let site = Site::start().await;
    for style in STYLES {
        let bucket = site.bucket(style);
        for key in AWKWARD {
            bucket
                .put_object(key, key)
                .metadata("n", "1")
                .send()
                .await
                .unwrap();
            let target = format!("was {key}");
            let moved = bucket.move_object(&target, (BUCKET, key));
            moved.send().await.unwrap();
            let error = bucket.head_object(key).send().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound, "{key:?}");
            let object = bucket.get_object(&target).send().await.unwrap();
            assert_eq!(object.metadata["n"], "1");
            assert_eq!(object.body.into_bytes().await.unwrap(), key);
        }
    }
}

#[tokio::test]
async fn another_bucket_can_be_the_target() {
    let site = Site::start().await;
    for (style, name) in [(Style::Path, "a"), (Style::VirtualHost, "b")] {
        let client = site.client(style);
        let drawings = client.bucket("drawings");
        if style == Style::Path {
            drawings.put_bucket().send().await.unwrap();
        }
        client
            .bucket(BUCKET)
            .put_object(name, "x")
            .send()
            .await
            .unwrap();
        let source = ObjectRef::new(BUCKET, name);
        drawings
            .copy_object(format!("{name} copied"), source.clone())
            .send()
            .await
            .unwrap();
        drawings
            .move_object(format!("{name} moved"), source)
            .send()
            .await
            .unwrap();
    }
    let drawings = site.client(Style::Path).bucket("drawings");
    let list = drawings.list_objects().send().await.unwrap();
    let names: Vec<&str> = list.keys.iter().map(|info| info.key.as_str()).collect();
    assert_eq!(names, ["a copied", "a moved", "b copied", "b moved"]);
    let left = site
        .bucket(Style::Path)
        .list_objects()
        .send()
        .await
        .unwrap();
    assert!(left.keys.is_empty());
}

#[tokio::test]
async fn a_copy_keeps_or_replaces_the_description() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    let put = bucket
        .put_object("k", "x")
        .content_type("text/plain")
        .metadata("old", "1");
    put.send().await.unwrap();
    let replaced = bucket
        .copy_object("k", (BUCKET, "k"))
        .metadata_directive(MetadataDirective::Replace)
        .content_type("text/html")
        .metadata("new", "2")
        .storage_class(StorageClass::StandardIa);
    replaced.send().await.unwrap();
    let head = bucket.head_object("k").send().await.unwrap();
    assert_eq!(head.content_type.as_deref(), Some("text/html"));
    assert_eq!(head.storage_class, Some(StorageClass::StandardIa));
    let names: Vec<&str> = head.metadata.keys().map(String::as_str).collect();
    assert_eq!(names, ["new"]);
}

#[tokio::test]
async fn a_source_that_is_not_there_is_not_found() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    let errors = [
        bucket
            .copy_object("k", (BUCKET, "none"))
            .send()
            .await
            .unwrap_err(),
        bucket
            .move_object("k", (BUCKET, "none"))
            .send()
            .await
            .unwrap_err(),
        bucket
            .copy_object("k", ("nowhere", "k"))
            .send()
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    }
}

#[tokio::test]
async fn conditions_on_the_source_are_kept() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::VirtualHost);
    let etag = bucket
        .put_object("k", "x")
        .send()
        .await
        .unwrap()
        .etag
        .unwrap();
    let copy = || bucket.copy_object("copy", (BUCKET, "k"));
    let moved = || bucket.move_object("moved", (BUCKET, "k"));
    let errors = [
        copy()
            .copy_source_if_none_match(&etag)
            .send()
            .await
            .unwrap_err(),
        copy()
            .copy_source_if_match("\"other\"")
            .send()
            .await
            .unwrap_err(),
        copy()
            .copy_source_if_modified_since(site.now())
            .send()
            .await
            .unwrap_err(),
        moved()
            .move_source_if_match("\"other\"")
            .send()
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::PreconditionFailed, "{error}");
    }
    copy().copy_source_if_match(&etag).send().await.unwrap();
    moved()
        .move_source_if_unmodified_since(site.now())
        .send()
        .await
        .unwrap();
}
