//! Presigned URLs.

use std::time::{Duration, UNIX_EPOCH};

use qingstor::testing::Replay;
use qingstor::{Body, ErrorKind};

#[test]
fn a_known_url_has_the_published_signature() {
    // Vectors V12 and V13 of the official Go SDK; the clock stands at 1479107162 − 900.
    let replay = Replay::new();
    let client = replay
        .builder()
        .clock(|| UNIX_EPOCH + Duration::from_millis(1_479_106_262_900));
    let bucket = client.build().unwrap().bucket("mybucket");
    let link = bucket
        .get_object("music.mp3")
        .presign(Duration::from_secs(900))
        .unwrap();
    assert_eq!(
        link.url,
        "https://pek3a.qingstor.com/mybucket/music.mp3?access_key_id=ACCESS_KEY_ID&expires=1479107162&signature=3LwrGipLWq9Tet3ivTVLL49PKdHLA4f%2BA0ohBA9r7V0%3D"
    );
    assert_eq!(link.method, "GET");
    assert!(link.headers.is_empty());
    assert_eq!(
        link.expires_at,
        UNIX_EPOCH + Duration::from_secs(1_479_107_162)
    );
    let request = bucket
        .get_object("music.mp3")
        .response_content_type("audio/mpeg");
    let link = request.presign(Duration::from_secs(900)).unwrap();
    assert_eq!(
        link.url,
        "https://pek3a.qingstor.com/mybucket/music.mp3?response-content-type=audio%2Fmpeg&access_key_id=ACCESS_KEY_ID&expires=1479107162&signature=jQ3iqcNkchAjl5mE5QiPiA78Rvo4xYgMqC210fH7wPg%3D"
    );
    assert!(replay.requests().is_empty());
}

#[test]
fn what_the_uploader_must_send_is_told() {
    let bucket = Replay::new().client().unwrap().bucket("b");
    let request = bucket
        .put_object("k", Body::empty())
        .content_type("video/mp4")
        .metadata("a", "b");
    let link = request.presign(Duration::from_secs(60)).unwrap();
    let mut headers: Vec<_> = link
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    headers.sort_unstable();
    assert_eq!(
        headers,
        [("content-type", "video/mp4"), ("x-qs-meta-a", "b")]
    );
    assert_eq!(link.method, "PUT");
}

#[test]
fn what_cannot_be_presigned_is_refused() {
    let replay = Replay::new();
    let bucket = replay.client().unwrap().bucket("b");
    let error = bucket
        .get_object("k")
        .presign(Duration::from_millis(999))
        .unwrap_err();
    assert!(error.to_string().contains("at least a second"), "{error}");
    assert!(
        bucket
            .get_object("a/../b")
            .presign(Duration::from_secs(9))
            .is_err()
    );
    let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60);
    bucket.get_object("k").presign(days(7)).unwrap();
    assert!(bucket.get_object("k").presign(days(8)).is_err());
    assert!(bucket.get_object("k").presign(Duration::MAX).is_err());
    let error = bucket
        .call()
        .presign(bucket.list_objects(), Duration::from_secs(9))
        .unwrap_err();
    assert!(error.to_string().contains("cannot be presigned"), "{error}");

    let anonymous = replay.builder().anonymous().build().unwrap().bucket("b");
    let error = anonymous
        .get_object("k")
        .presign(Duration::from_secs(9))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);

    let no_zone = replay.builder().zone("").build().unwrap().bucket("b");
    let error = no_zone
        .get_object("k")
        .presign(Duration::from_secs(9))
        .unwrap_err();
    assert!(error.to_string().contains("in_zone"), "{error}");
    no_zone
        .in_zone("pek3a")
        .get_object("k")
        .presign(Duration::from_secs(9))
        .unwrap();
}
