//! Lists over several pages.

use futures_util::StreamExt;
use qingstor::ErrorKind;
use qingstor::testing::Replay;

fn page(keys: &[&str], next: &str, more: bool) -> String {
    let keys: Vec<String> = keys
        .iter()
        .map(|key| format!("{{\"key\":\"{key}\"}}"))
        .collect();
    format!(
        "{{\"keys\":[{}],\"next_marker\":\"{next}\",\"has_more\":{more}}}",
        keys.join(",")
    )
}

fn three_pages() -> Replay {
    Replay::new()
        .answer(200, &[], page(&["a", "b"], "b", true))
        .answer(200, &[], page(&[], "m", true))
        .answer(200, &[], page(&["z"], "", false))
}

#[tokio::test]
async fn items_of_all_pages_come_in_order() {
    let replay = three_pages();
    let bucket = replay.client().unwrap().bucket("b");
    let items = bucket
        .list_objects()
        .prefix("p/")
        .items()
        .try_collect()
        .await
        .unwrap();
    let keys: Vec<&str> = items.iter().map(|item| item.key.as_str()).collect();
    assert_eq!(keys, ["a", "b", "z"]);
    let targets: Vec<String> = replay
        .requests()
        .into_iter()
        .map(|request| request.target)
        .collect();
    assert_eq!(
        targets,
        [
            "/b?prefix=p%2F",
            "/b?prefix=p%2F&marker=b",
            "/b?prefix=p%2F&marker=m"
        ]
    );
}

#[tokio::test]
async fn nothing_is_asked_for_before_it_is_wanted() {
    let replay = three_pages();
    let bucket = replay.client().unwrap().bucket("b");
    let mut items = bucket.list_objects().items();
    assert!(replay.requests().is_empty());
    items.next().await.unwrap().unwrap();
    items.next().await.unwrap().unwrap();
    drop(items);
    assert_eq!(replay.requests().len(), 1);
}

#[tokio::test]
async fn both_are_streams() {
    let bucket = three_pages().client().unwrap().bucket("b");
    let pages: Vec<_> = bucket
        .list_objects()
        .pages()
        .map(|page| page.unwrap().keys.len())
        .collect()
        .await;
    assert_eq!(pages, [2, 0, 1]);
    let bucket = three_pages().client().unwrap().bucket("b");
    assert_eq!(bucket.list_objects().items().count().await, 3);
}

#[tokio::test]
async fn a_repeated_marker_ends_in_an_error() {
    let replay = Replay::new()
        .answer(200, &[], page(&["a"], "a", true))
        .answer(200, &[], page(&["b"], "a", true));
    let bucket = replay.client().unwrap().bucket("b");
    let mut items = bucket.list_objects().items();
    assert_eq!(items.next().await.unwrap().unwrap().key, "a");
    assert_eq!(items.next().await.unwrap().unwrap().key, "b");
    let error = items.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error.to_string().contains("repeats its paging marker"),
        "{error}"
    );
    assert!(items.next().await.is_none());
    assert_eq!(replay.requests().len(), 2);
}

#[tokio::test]
async fn markers_that_go_round_end_in_an_error() {
    for length in 1..6 {
        let mut replay = Replay::new();
        for round in 0..40 {
            let marker = format!("m{}", round % (length + 1));
            replay = replay.answer(200, &[], page(&["a"], &marker, true));
        }
        let bucket = replay.client().unwrap().bucket("b");
        let error = bucket.list_objects().items().try_collect().await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("lead back"), "{error}");
        assert!(replay.requests().len() <= 20);
    }
}

#[tokio::test]
async fn empty_pages_without_end_are_an_error() {
    let mut replay = Replay::new().answer(200, &[], page(&["a"], "a", true));
    for number in 0..1100 {
        replay = replay.answer(200, &[], page(&[], &format!("m{number}"), true));
    }
    let bucket = replay.client().unwrap().bucket("b");
    let mut items = bucket.list_objects().items();
    assert_eq!(items.next().await.unwrap().unwrap().key, "a");
    let error = items.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("without items"), "{error}");
    assert!(items.next().await.is_none());
    assert!((1000..=1002).contains(&replay.requests().len()));
}

#[tokio::test]
async fn an_error_ends_the_list() {
    let replay = Replay::new()
        .answer(200, &[], page(&["a"], "a", true))
        .answer(403, &[], "");
    let bucket = replay.client().unwrap().bucket("b");
    let mut pages = bucket.list_objects().pages();
    pages.next().await.unwrap().unwrap();
    assert_eq!(pages.next().await.unwrap().unwrap_err().status(), Some(403));
    assert!(pages.next().await.is_none());
    let mut refused = replay.client().unwrap().bucket("").list_objects().pages();
    assert!(refused.next().await.unwrap().is_err());
    assert!(refused.next().await.is_none());
}
