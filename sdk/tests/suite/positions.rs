//! The four ways of paging: where they end, how much they ask for, and how they are resumed.

use qingstor::operation::{Items, Paged, Position};
use qingstor::testing::Replay;
use qingstor::{Bucket, ErrorKind};

fn answers(bodies: &[&'static str]) -> Replay {
    bodies
        .iter()
        .fold(Replay::new(), |replay, body| replay.answer(200, &[], *body))
}

fn bucket(replay: &Replay) -> Bucket {
    replay.client().unwrap().bucket("b")
}

/// The queries that were sent.
fn queries(replay: &Replay) -> Vec<String> {
    let queries = replay.requests().into_iter().map(|request| {
        let (_, query) = request.target.split_once('?').unwrap_or_default();
        query.to_owned()
    });
    queries.collect()
}

async fn count<O: Paged>(mut items: Items<O>) -> usize {
    let mut count = 0;
    while items.try_next().await.unwrap().is_some() {
        count += 1;
    }
    count
}

#[tokio::test]
async fn a_marker_ends_with_the_flag_or_with_the_marker() {
    let replay = answers(&[
        r#"{"keys":[{"key":"a"}],"next_marker":"a","has_more":true}"#,
        r#"{"keys":[{"key":"b"}],"next_marker":"opaque==","has_more":true}"#,
        // A marker that means nothing, since there is no more.
        r#"{"keys":[{"key":"c"}],"next_marker":"c","has_more":false}"#,
    ]);
    assert_eq!(
        count(bucket(&replay).list_objects().limit(1).items()).await,
        3
    );
    assert_eq!(
        queries(&replay),
        ["limit=1", "marker=a&limit=1", "marker=opaque%3D%3D&limit=1"]
    );
    let replay = answers(&[r#"{"keys":[{"key":"a"}],"next_marker":"","has_more":true}"#]);
    assert_eq!(count(bucket(&replay).list_objects().items()).await, 1);
    let replay = answers(&[r#"{"keys":[{"key":"a"}],"has_more":true}"#]);
    assert_eq!(count(bucket(&replay).list_objects().items()).await, 1);
}

#[tokio::test]
async fn two_markers_go_on_within_a_key_and_with_the_next() {
    let replay = answers(&[
        r#"{"keys":[{"key":"a","version_id":"2"}],"next_key_marker":"a","next_version_id_marker":"2","has_more":true}"#,
        r#"{"keys":[{"key":"a","version_id":"1"}],"next_key_marker":"a","next_version_id_marker":"","has_more":true}"#,
        r#"{"keys":[{"key":"b","version_id":"7"}],"next_key_marker":"","next_version_id_marker":"","has_more":false}"#,
    ]);
    let items = bucket(&replay).list_object_versions().items();
    assert_eq!(count(items).await, 3);
    assert_eq!(
        queries(&replay),
        [
            "versions",
            "versions&key_marker=a&version_id_marker=2",
            "versions&key_marker=a"
        ]
    );
}

#[tokio::test]
async fn lists_of_uploads_end_with_empty_markers() {
    let replay = answers(&[
        r#"{"uploads":[{"key":"a","upload_id":"1"}],"next_key_marker":"a","next_upload_id_marker":"1"}"#,
        r#"{"uploads":[{"key":"a","upload_id":"2"}],"next_key_marker":"","next_upload_id_marker":""}"#,
    ]);
    let items = bucket(&replay).list_multipart_uploads().items();
    assert_eq!(count(items).await, 2);
    assert_eq!(
        queries(&replay),
        ["uploads", "uploads&key_marker=a&upload_id_marker=1"]
    );
}

#[tokio::test]
async fn an_offset_ends_with_a_page_of_nothing() {
    let replay = answers(&[
        r#"{"count":2,"buckets":[{"name":"a"},{"name":"b"}]}"#,
        r#"{"count":1,"buckets":[{"name":"c"}]}"#,
        r#"{"count":0,"buckets":[]}"#,
    ]);
    let items = replay.client().unwrap().list_buckets().limit(2).items();
    assert_eq!(count(items).await, 3);
    assert_eq!(
        queries(&replay),
        ["limit=2", "offset=2&limit=2", "offset=3&limit=2"]
    );
}

#[tokio::test]
async fn the_last_item_leads_to_the_next_page() {
    let replay = answers(&[
        r#"{"count":2,"object_parts":[{"part_number":0},{"part_number":4}]}"#,
        r#"{"count":1,"object_parts":[{"part_number":9}]}"#,
        r#"{"count":0,"object_parts":[]}"#,
    ]);
    let items = bucket(&replay).list_multipart("k", "id").items();
    assert_eq!(count(items).await, 3);
    assert_eq!(
        queries(&replay),
        [
            "upload_id=id",
            "upload_id=id&part_number_marker=4",
            "upload_id=id&part_number_marker=9"
        ]
    );
}

#[tokio::test]
async fn a_server_that_repeats_itself_is_noticed_in_every_way_of_paging() {
    let again = |body: &'static str| answers(&[body; 5]);
    let replay = again(
        r#"{"keys":[{"key":"a"}],"next_key_marker":"a","next_version_id_marker":"1","has_more":true}"#,
    );
    let error = bucket(&replay).list_object_versions().items().try_collect();
    let error = error.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(replay.requests().len(), 2);
    let replay = again(
        r#"{"uploads":[{"key":"a","upload_id":"1"}],"next_key_marker":"a","next_upload_id_marker":"1"}"#,
    );
    let list = bucket(&replay).list_multipart_uploads().items();
    assert!(list.try_collect().await.is_err());
    assert_eq!(replay.requests().len(), 2);
    let replay = again(r#"{"object_parts":[{"part_number":3}]}"#);
    let list = bucket(&replay).list_multipart("k", "id").items();
    assert!(list.try_collect().await.is_err());
    assert_eq!(replay.requests().len(), 2);
}

#[tokio::test]
async fn at_most_so_many_items_ask_for_no_page_too_many() {
    let pages = [
        r#"{"keys":[{"key":"a"},{"key":"b"}],"next_marker":"b","has_more":true}"#,
        r#"{"keys":[{"key":"c"},{"key":"d"}],"next_marker":"d","has_more":true}"#,
        r#"{"keys":[{"key":"e"}],"next_marker":"","has_more":false}"#,
    ];
    for (limit, given, requests) in [
        (0, 0, 0),
        (1, 1, 1),
        (2, 2, 1),
        (3, 3, 2),
        (4, 4, 2),
        (5, 5, 3),
        (6, 5, 3),
        (u64::MAX, 5, 3),
    ] {
        let replay = answers(&pages);
        let items = bucket(&replay).list_objects().items().at_most(limit);
        assert_eq!(count(items).await, given, "{limit}");
        assert_eq!(replay.requests().len(), requests, "{limit}");
    }
}

#[tokio::test]
async fn a_list_is_resumed_where_it_was_left() {
    let replay = answers(&[
        r#"{"keys":[{"key":"a"},{"key":"b"}],"next_marker":"b/ü","has_more":true}"#,
        r#"{"keys":[{"key":"c"}],"next_marker":"","has_more":false}"#,
    ]);
    let mut pages = bucket(&replay).list_objects().prefix("p").pages();
    assert_eq!(pages.position().unwrap().to_string(), "ListObjects");
    pages.try_next().await.unwrap().unwrap();
    let kept = pages.position().unwrap().to_string();
    assert_eq!(kept, "ListObjects?marker=b%2F%C3%BC");
    drop(pages);
    let position: Position = kept.parse().unwrap();
    let request = bucket(&replay).list_objects().prefix("p");
    let mut rest = request.pages().resume_at(&position);
    assert_eq!(rest.position(), Some(position));
    let page = rest.try_next().await.unwrap().unwrap();
    assert_eq!(page.keys[0].key, "c");
    assert_eq!(rest.position(), None);
    assert!(rest.try_next().await.unwrap().is_none());
    assert_eq!(queries(&replay), ["prefix=p", "prefix=p&marker=b%2F%C3%BC"]);
}

#[tokio::test]
async fn items_are_resumed_at_the_page_of_the_next_one() {
    let first = r#"{"buckets":[{"name":"a"},{"name":"b"}]}"#;
    let second = r#"{"buckets":[{"name":"c"}]}"#;
    let replay = answers(&[first, second]);
    let client = replay.client().unwrap();
    let mut items = client.list_buckets().items();
    let mut positions = Vec::new();
    for _ in 0..3 {
        positions.push(items.position().unwrap().to_string());
        items.next().await.unwrap().unwrap();
    }
    assert_eq!(
        positions,
        ["ListBuckets", "ListBuckets", "ListBuckets?offset=2"]
    );
    let replay = answers(&[second]);
    let position = positions[2].parse().unwrap();
    let client = replay.client().unwrap();
    let items = client.list_buckets().items().resume_at(&position);
    let names = items.at_most(1).try_collect().await.unwrap();
    assert_eq!(names[0].name, "c");
    assert_eq!(queries(&replay), ["offset=2"]);
}

#[tokio::test]
async fn after_an_error_the_page_that_failed_can_be_asked_for_again() {
    let replay = answers(&[r#"{"keys":[{"key":"a"}],"next_marker":"a","has_more":true}"#])
        .answer(403, &[], "")
        .answer(200, &[], r#"{"keys":[{"key":"b"}]}"#);
    let list = bucket(&replay).list_objects();
    let mut items = list.clone().items();
    items.next().await.unwrap().unwrap();
    items.next().await.unwrap().unwrap_err();
    assert!(items.next().await.is_none());
    let position = items.position().unwrap();
    let rest = list
        .items()
        .resume_at(&position)
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rest[0].key, "b");
    assert_eq!(queries(&replay), ["", "marker=a", "marker=a"]);
}

#[tokio::test]
async fn a_position_of_another_list_is_refused_before_anything_is_sent() {
    let replay = Replay::new();
    for (text, wanted) in [
        ("ListObjects?marker=a", "another list"),
        ("ListBuckets?offset=soon", "no value of offset"),
    ] {
        let position = text.parse().unwrap();
        let client = replay.client().unwrap();
        let mut items = client.list_buckets().items().resume_at(&position);
        let error = items.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.operation(), Some("ListBuckets"));
        assert!(error.to_string().contains(wanted), "{error}");
        assert!(items.next().await.is_none());
    }
    assert!(replay.requests().is_empty());
}

#[tokio::test]
async fn a_list_that_broke_or_ended_can_be_read_on_itself() {
    let replay = answers(&[r#"{"keys":[{"key":"a"}],"next_marker":"a","has_more":true}"#])
        .answer(503, &[], "")
        .answer(200, &[], r#"{"keys":[{"key":"b"}]}"#)
        .answer(200, &[], r#"{"keys":[{"key":"b"}]}"#);
    let mut pages = bucket(&replay).list_objects().pages();
    pages.next().await.unwrap().unwrap();
    pages.next().await.unwrap().unwrap_err();
    let position = pages.position().unwrap();
    for _ in 0..2 {
        pages = pages.resume_at(&position);
        let page = pages.try_next().await.unwrap().unwrap();
        assert_eq!(page.keys[0].key, "b");
        assert!(pages.try_next().await.unwrap().is_none());
        assert_eq!(pages.position(), None);
    }
    assert_eq!(queries(&replay), ["", "marker=a", "marker=a", "marker=a"]);
    // A refused position leaves nothing behind that could be taken for the list.
    let other = "ListBuckets".parse().unwrap();
    let mut pages = pages.resume_at(&other);
    assert!(pages.next().await.unwrap().is_err());
    assert!(pages.next().await.is_none());
    assert_eq!(pages.position(), None);
}
