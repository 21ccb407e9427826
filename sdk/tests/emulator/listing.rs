//! Lists over several pages, and many deletions at once.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use qingstor::types::ObjectToDelete;
use qingstor::{Bucket, ErrorKind};

use crate::support::{BUCKET, Counting, STYLES, Site, Style};

fn names() -> Vec<String> {
    (0..250)
        .map(|number| format!("{number:03} 照片+.jpg"))
        .collect()
}

async fn fill(bucket: &Bucket, keys: Vec<String>) {
    let puts = stream::iter(
        keys.into_iter()
            .map(|key| bucket.put_object(key, "x").send()),
    );
    puts.buffer_unordered(16)
        .try_collect::<Vec<_>>()
        .await
        .unwrap();
}

/// The filled bucket through a transport that counts.
async fn counted(site: &Site, style: Style) -> (Bucket, Counting) {
    let counting = Counting::new(site.transport());
    let client = site.builder(style).transport(counting.clone()).build();
    (client.unwrap().bucket(BUCKET), counting)
}

#[tokio::test]
async fn all_pages_are_read_in_order() {
    let site = Site::start().await;
    fill(&site.bucket(Style::Path), names()).await;
    for style in STYLES {
        let (bucket, counting) = counted(&site, style).await;
        let mut pages = bucket.list_objects().limit(100).pages();
        let mut sizes = Vec::new();
        let mut seen = Vec::new();
        while let Some(page) = pages.try_next().await.unwrap() {
            sizes.push((page.keys.len(), page.has_more));
            seen.extend(page.keys.into_iter().map(|info| info.key));
        }
        assert_eq!(sizes, [(100, true), (100, true), (50, false)]);
        assert_eq!(seen, names());
        assert_eq!(counting.sent(), 3);
        assert!(pages.next().await.is_none());
        assert_eq!(counting.sent(), 3, "the end is the end");

        let items = bucket.list_objects().limit(100).items();
        let items = items.try_collect().await.unwrap();
        let seen: Vec<String> = items.into_iter().map(|info| info.key).collect();
        assert_eq!(seen, names());
        assert_eq!(counting.sent(), 6);
    }
}

#[tokio::test]
async fn whoever_stops_early_asks_no_more() {
    let site = Site::start().await;
    fill(&site.bucket(Style::Path), names()).await;
    let (bucket, counting) = counted(&site, Style::VirtualHost).await;
    let mut items = bucket.list_objects().limit(100).items();
    assert_eq!(counting.sent(), 0, "nothing is asked before it is wanted");
    for expected in &names()[..100] {
        assert_eq!(&items.next().await.unwrap().unwrap().key, expected);
    }
    assert_eq!(counting.sent(), 1);
    items.next().await.unwrap().unwrap();
    assert_eq!(counting.sent(), 2);
    drop(items);
    let mut pages = bucket.list_objects().limit(100).pages();
    pages.next().await.unwrap().unwrap();
    drop(pages);
    assert_eq!(counting.sent(), 3);
    let some: Vec<_> = bucket
        .list_objects()
        .limit(20)
        .items()
        .take(20)
        .collect()
        .await;
    assert_eq!(some.len(), 20);
    assert_eq!(counting.sent(), 4);
}

#[tokio::test]
async fn prefixes_and_delimiters_make_folders() {
    let site = Site::start().await;
    for style in STYLES {
        let bucket = site.bucket(style);
        let keys = [
            "a.txt",
            "图/2025/1.jpg",
            "图/2025/2.jpg",
            "图/2026/1.jpg",
            "图/x.jpg",
            "图z",
        ];
        fill(&bucket, keys.map(str::to_owned).into()).await;
        let list = |prefix: &str| bucket.list_objects().prefix(prefix).delimiter("/");
        let root = list("").send().await.unwrap();
        assert_eq!(root.common_prefixes, ["图/"]);
        let files: Vec<&str> = root.keys.iter().map(|info| info.key.as_str()).collect();
        assert_eq!(files, ["a.txt", "图z"]);
        let folder = list("图/").send().await.unwrap();
        assert_eq!(folder.common_prefixes, ["图/2025/", "图/2026/"]);
        assert_eq!(folder.keys.len(), 1);
        assert_eq!(
            (folder.keys[0].key.as_str(), folder.keys[0].size),
            ("图/x.jpg", 1)
        );
        assert_eq!(folder.keys[0].modified, Some(site.now()));
        assert_eq!(folder.prefix.as_deref(), Some("图/"));

        // Two entries a page: a common prefix counts as one and is listed once.
        let mut pages = list("图/").limit(2).pages();
        let first = pages.try_next().await.unwrap().unwrap();
        assert_eq!(first.common_prefixes, ["图/2025/", "图/2026/"]);
        let second = pages.try_next().await.unwrap().unwrap();
        assert!(second.common_prefixes.is_empty());
        assert_eq!(second.keys[0].key, "图/x.jpg");
        assert!(pages.try_next().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn an_empty_bucket_has_one_empty_page() {
    let site = Site::start().await;
    let (bucket, counting) = counted(&site, Style::Path).await;
    let mut pages = bucket.list_objects().pages();
    let page = pages.try_next().await.unwrap().unwrap();
    assert!(page.keys.is_empty() && !page.has_more);
    assert!(pages.try_next().await.unwrap().is_none());
    assert_eq!(counting.sent(), 1);
}

#[tokio::test]
async fn many_objects_are_deleted_at_once() {
    let site = Site::start().await;
    for style in STYLES {
        let bucket = site.bucket(style);
        fill(&bucket, names()).await;
        bucket.put_object("keep", "x").send().await.unwrap();
        let mut doomed: Vec<_> = names().into_iter().map(ObjectToDelete::new).collect();
        doomed.push(ObjectToDelete::new("never \"there\"\n\\"));
        let answer = bucket.delete_multiple_objects(doomed).send().await.unwrap();
        assert!(answer.errors.is_empty());
        assert_eq!(answer.deleted.len(), 251);
        assert_eq!(answer.deleted[250].key, "never \"there\"\n\\");
        let left = bucket.list_objects().items().try_collect().await.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].key, "keep");
        let quiet = bucket
            .delete_multiple_objects([ObjectToDelete::new("keep")])
            .quiet(true);
        let answer = quiet.send().await.unwrap();
        assert!(answer.deleted.is_empty() && answer.errors.is_empty());
    }
}

#[tokio::test]
async fn single_failures_do_not_hide_in_a_success() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::Path);
    bucket.put_object("good", "x").send().await.unwrap();
    let objects = [
        ObjectToDelete::new("good"),
        ObjectToDelete::new("k".repeat(1024)),
    ];
    let answer = bucket
        .delete_multiple_objects(objects)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.deleted.len(), 1);
    assert_eq!(answer.errors.len(), 1);
    assert_eq!(
        answer.errors[0].code.as_deref(),
        Some("invalid_object_name")
    );
    let many = (0..1001).map(|number| ObjectToDelete::new(number.to_string()));
    let error = bucket
        .delete_multiple_objects(many)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected, "{error}");
}
