use std::sync::Arc;

use super::*;
use crate::store::failures::{Site, draft};

/// Parts around the size above which bytes are in a file, each with bytes of its own.
fn parts() -> Vec<Vec<u8>> {
    let lengths = [3, 20_000, 1, 0, 16_384, 16_385, 2, 40_000];
    let parts = lengths.iter().zip(0..);
    parts
        .map(|(length, at)| (0..*length).map(|byte| (byte % 251) as u8 ^ at).collect())
        .collect()
}

fn object(site: &Site, key: &str) -> (Arc<Snapshot>, Version) {
    let snapshot = site.store.snapshot().expect("a snapshot");
    let version = snapshot.object(&site.bucket("plain"), key);
    (snapshot, version.expect("readable").expect("there"))
}

#[tokio::test]
async fn a_record_is_as_long_for_many_parts_as_for_one() {
    let site = Site::with_buckets().await;
    site.join("plain/one", &[vec![1; 3000]])
        .await
        .expect("stored");
    let many = vec![vec![1; 3]; 1000];
    site.join("plain/many", &many).await.expect("stored");
    let length = |key| json(&object(&site, key).1).expect("a record").len();
    assert!(length("many") <= length("one"));
    site.check();
}

#[tokio::test]
async fn a_range_reads_the_segments_that_it_is_in() {
    let site = Site::with_buckets().await;
    site.join("plain/many", &parts()).await.expect("stored");
    let whole = parts().concat();
    let (snapshot, version) = object(&site, "many");
    assert_eq!(version.size, whole.len() as u64);
    let mut edges = vec![0];
    for part in parts() {
        edges.push(edges.last().expect("one") + part.len());
    }
    for from in &edges {
        for to in &edges {
            for (from, to) in [(*from, *to), (from + 1, *to), (*from, to.saturating_sub(1))] {
                if from >= to {
                    continue;
                }
                let (first, length) = (from as u64, (to - from) as u64);
                let read = site.range(&snapshot, &version, first, length).await;
                assert!(read == whole[from..to], "{from}..{to}");
                let inside =
                    |(begin, end): &(usize, usize)| *begin < to && *end > from && end > begin;
                let spans = edges.iter().copied().zip(edges[1..].iter().copied());
                let needed = spans.filter(inside).count();
                let found = snapshot.segments(&version, first, length);
                assert_eq!(found.expect("readable").len(), needed, "{from}..{to}");
            }
        }
    }
    drop(snapshot);
    site.check();
}

#[tokio::test]
async fn small_appends_are_joined_wherever_the_segments_are() {
    let site = Site::with_buckets().await;
    site.join("plain/log", &[vec![1; 20_000]])
        .await
        .expect("stored");
    for _ in 0..200 {
        site.append("plain/log", &[2; 100]).await.expect("stored");
    }
    let (snapshot, version) = object(&site, "log");
    let whole = [vec![1; 20_000], vec![2; 20_000]].concat();
    assert!(site.content(&snapshot, &version).await == whole);
    // 16 KiB of the 20,000 bytes, less a hundred at most, and the rest.
    let segments = snapshot.segments(&version, 0, version.size);
    assert_eq!(segments.expect("readable").len(), 3);
    drop(snapshot);
    site.check();
}

/// What is in a folder of format 1: the record has all segments.
async fn as_in_format_1(site: &Site, key: &'static str) {
    let bucket = site.bucket("plain");
    let rewrite = move |change: &mut Change<'_>| {
        let mut version = change.object(&bucket, key)?.expect("there");
        version.segments = change.segments_of(&version)?;
        version.spread = false;
        change
            .segments
            .retain_in(all(version.sequence), |_, _| false)?;
        change.put_current(bucket.id, key, &version)
    };
    site.store.change(rewrite).await.expect("rewritten");
}

#[tokio::test]
async fn versions_of_format_1_are_read_extended_shared_and_discarded() {
    let site = Site::with_buckets().await;
    let whole = parts().concat();
    for key in ["read", "extended", "discarded"] {
        let path = format!("plain/{key}");
        site.join(&path, &parts()).await.expect("stored");
        as_in_format_1(&site, key).await;
    }
    let (snapshot, version) = object(&site, "read");
    assert!(version.segments.len() > 1 && !version.spread);
    assert!(site.content(&snapshot, &version).await == whole);
    let middle = site.range(&snapshot, &version, 20_000, 30_000).await;
    assert!(middle == whole[20_000..50_000]);
    drop(snapshot);

    site.append("plain/extended", &[7; 17_000])
        .await
        .expect("stored");
    let (snapshot, version) = object(&site, "extended");
    let longer = [whole.clone(), vec![7; 17_000]].concat();
    assert!(site.content(&snapshot, &version).await == longer);
    drop(snapshot);

    let bucket = site.bucket("plain");
    let change = move |change: &mut Change<'_>| {
        let version = change.object(&bucket, "read")?.expect("there");
        let shared = change.share(&version)?;
        change.put(&bucket, "shared", draft(shared))?;
        change
            .delete(&bucket, "discarded", std::time::UNIX_EPOCH)
            .map(drop)
    };
    site.store.change(change).await.expect("stored");
    let (snapshot, version) = object(&site, "shared");
    assert!(version.spread);
    assert!(site.content(&snapshot, &version).await == whole);
    drop(snapshot);
    site.check();
}
