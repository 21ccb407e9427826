//! Presigned URLs.

use std::time::{Duration, UNIX_EPOCH};

use qingstor::testing::Replay;
use qingstor::{Body, Bucket, Error, ErrorKind, Presigned};

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
        .presign(bucket.get_bucket_acl(), Duration::from_secs(9))
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

type Presign = fn(&Bucket, Duration) -> Result<Presigned, Error>;

/// Every operation that can be presigned, by the method that does it, with an encryption key where it takes one.
const PRESIGNABLE: &[(&str, &str, Presign)] = &[
    ("GET", "/b/k?", |b, d| b.get_object("k").presign(d)),
    ("HEAD", "/b/k?", |b, d| b.head_object("k").presign(d)),
    ("PUT", "/b/k?", |b, d| b.put_object("k", "").presign(d)),
    ("DELETE", "/b/k?", |b, d| b.delete_object("k").presign(d)),
    ("POST", "/b/k?append&position=0&", |b, d| {
        b.append_object("k", 0, "").presign(d)
    }),
    ("GET", "/b/k?image&action=info&", |b, d| {
        b.image_process("k", "info").presign(d)
    }),
    ("POST", "/b/k?uploads&", |b, d| {
        b.initiate_multipart_upload("k").presign(d)
    }),
    ("PUT", "/b/k?upload_id=u&part_number=0&", |b, d| {
        b.upload_multipart("k", "u", 0, "").presign(d)
    }),
    ("GET", "/b/k?upload_id=u&", |b, d| {
        b.list_multipart("k", "u").presign(d)
    }),
    ("POST", "/b/k?upload_id=u&", |b, d| {
        b.complete_multipart_upload("k", "u", []).presign(d)
    }),
    ("DELETE", "/b/k?upload_id=u&", |b, d| {
        b.abort_multipart_upload("k", "u").presign(d)
    }),
    ("GET", "/b?", |b, d| b.list_objects().presign(d)),
    ("GET", "/b?uploads&", |b, d| {
        b.list_multipart_uploads().presign(d)
    }),
];

#[test]
fn every_link_lives_from_a_second_to_a_week() {
    let bucket = Replay::new().client().unwrap().bucket("b");
    let week = Duration::from_secs(604_800);
    for (method, target, presign) in PRESIGNABLE {
        for (lifetime, expires) in [
            (Duration::from_secs(1), 1_418_232_032),
            (week, 1_418_836_831),
        ] {
            let link = presign(&bucket, lifetime).unwrap();
            assert_eq!(link.method, *method);
            let start = format!(
                "https://pek3a.qingstor.com{target}access_key_id=ACCESS_KEY_ID&expires={expires}&signature="
            );
            assert!(
                link.url.starts_with(&start),
                "{start} is not the start of {}",
                link.url
            );
        }
        for lifetime in [
            Duration::ZERO,
            Duration::from_millis(999),
            week + Duration::from_nanos(1),
            Duration::MAX,
        ] {
            let error = presign(&bucket, lifetime).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{lifetime:?}");
        }
    }
}

#[test]
fn what_is_signed_beside_the_url_is_told() {
    let bucket = Replay::new().client().unwrap().bucket("b");
    let minute = Duration::from_secs(60);
    let key = || qingstor::types::CustomerKey::new([1; 32]);
    let names = |link: Presigned| {
        let mut names: Vec<_> = link.headers.keys().map(|name| name.to_string()).collect();
        names.sort_unstable();
        names
    };
    let encryption = [
        "x-qs-encryption-customer-algorithm",
        "x-qs-encryption-customer-key",
        "x-qs-encryption-customer-key-md5",
    ];
    let link = bucket
        .get_object("k")
        .encryption_customer_key(key())
        .presign(minute);
    assert_eq!(names(link.unwrap()), encryption);
    let link = bucket
        .upload_multipart("k", "u", 0, "")
        .encryption_customer_key(key());
    assert_eq!(names(link.presign(minute).unwrap()), encryption);
    let link = bucket
        .complete_multipart_upload("k", "u", [])
        .presign(minute);
    assert_eq!(names(link.unwrap()), ["content-type"]);
    let link = bucket.get_object("k").range(0..2).presign(minute);
    assert_eq!(names(link.unwrap()), ["range"]);
    for link in [
        bucket.list_objects().prefix("p").presign(minute),
        bucket.delete_object("k").presign(minute),
        bucket.head_object("k").presign(minute),
    ] {
        assert!(link.unwrap().headers.is_empty());
    }
}
