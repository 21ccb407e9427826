//! Multipart uploads, by hand from the service's pages on them.

use crate::support::{Call, Reply, Server, call};

const KEY: &str = "X-QS-Encryption-Customer-Key";
const MD5: &str = "X-QS-Encryption-Customer-Key-MD5";
const ALGORITHM: &str = "X-QS-Encryption-Customer-Algorithm";

/// A request about an upload of `/mybucket/film.mp4`.
fn about(method: &str, upload: &str, rest: &str) -> Call {
    let path = "/mybucket/film.mp4";
    let number = rest.strip_prefix("&part_number=");
    // Signed keys in alphabetical order; `limit` and the marker are not signed.
    let signed = match number {
        Some(number) => format!("part_number={number}&upload_id={upload}"),
        None => format!("upload_id={upload}"),
    };
    call(method, &format!("{path}?upload_id={upload}{rest}")).resource(&format!("{path}?{signed}"))
}

fn begin(target: &str) -> Call {
    call("POST", &format!("{target}?uploads")).resource(&format!("{target}?uploads"))
}

async fn begun(server: &Server, target: &str) -> String {
    let reply = server.send(&begin(target)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["upload_id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

async fn part(server: &Server, upload: &str, number: u32, body: &[u8]) -> Reply {
    let call = about("PUT", upload, &format!("&part_number={number}")).body(body);
    server.send(&call).await
}

async fn complete(server: &Server, upload: &str, numbers: &[u32]) -> Reply {
    let parts: Vec<String> = numbers
        .iter()
        .map(|number| format!(r#"{{"part_number":{number}}}"#))
        .collect();
    let body = format!(r#"{{"object_parts":[{}]}}"#, parts.join(","));
    server.send(&about("POST", upload, "").json(&body)).await
}

/// A server whose parts may be small.
async fn server() -> Server {
    let server = Server::with(|builder| builder.min_part_bytes(1)).await;
    assert_eq!(server.send(&call("PUT", "/mybucket")).await.status, 201);
    server
}

#[tokio::test]
async fn parts_come_in_any_order_with_gaps_and_some_are_left_out() {
    let server = server().await;
    let upload = begun(&server, "/mybucket/film.mp4").await;
    for (number, body) in [(7, "c"), (0, "a"), (10_000, "d"), (3, "b"), (5, "x")] {
        let reply = part(&server, &upload, number, body.as_bytes()).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
    }
    // Until it is completed there is no object.
    assert_eq!(
        server.get("/mybucket/film.mp4").await.error().1,
        "object_not_exists"
    );
    // A part that comes again replaces the one before. printf BB | md5sum
    let again = part(&server, &upload, 3, b"BB").await;
    assert_eq!(
        again.header("etag"),
        Some("\"9d3d9048db16a7eee539e93e3618cbe7\"")
    );

    let reply = complete(&server, &upload, &[0, 3, 7, 10_000]).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let object = server.get("/mybucket/film.mp4").await;
    assert_eq!(object.text(), "aBBcd");
    // printf '%s' "$(for part in a BB c d; do printf $part | md5sum | cut -c-32; done | xxd -r -p | md5sum | cut -c-32)-4"
    assert_eq!(
        object.header("etag"),
        Some("\"152de300268d11dc746fa71b1845702f-4\"")
    );
    // It is over, and what was left out is gone.
    assert_eq!(
        complete(&server, &upload, &[5]).await.error(),
        (404, "upload_not_exists".into())
    );
    assert_eq!(
        part(&server, &upload, 5, b"x").await.error().1,
        "upload_not_exists"
    );
}

#[tokio::test]
async fn what_is_stored_beside_the_content_is_said_at_the_beginning() {
    let server = server().await;
    let begin = begin("/mybucket/film.mp4")
        .header("Content-Type", "video/mp4")
        .header("Cache-Control", "no-cache")
        .header("X-QS-Meta-Camera", "X100")
        .header("X-QS-Storage-Class", "STANDARD_IA");
    let reply = server.send(&begin).await.json();
    assert_eq!(
        (&reply["bucket"], &reply["key"]),
        (&"mybucket".into(), &"film.mp4".into())
    );
    let upload = reply["upload_id"].as_str().expect("an id").to_owned();
    part(&server, &upload, 0, b"hello").await;
    let etag = "\"5d41402abc4b2a76b9719d911017c592\"";
    let complete = about("POST", &upload, "")
        .header("ETag", etag)
        .json(r#"{"object_parts":[{"part_number":0,"etag":"5d41402abc4b2a76b9719d911017c592"}]}"#);
    assert_eq!(server.send(&complete).await.header("etag"), Some(etag));
    let object = server.get("/mybucket/film.mp4").await;
    for (name, value) in [
        ("Content-Type", "video/mp4"),
        ("Cache-Control", "no-cache"),
        ("X-QS-Meta-Camera", "X100"),
        ("X-QS-Storage-Class", "STANDARD_IA"),
        ("ETag", etag),
    ] {
        assert_eq!(object.header(name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn lists_that_cannot_be_completed_change_nothing() {
    let server = server().await;
    let upload = begun(&server, "/mybucket/film.mp4").await;
    part(&server, &upload, 0, b"hello").await;
    part(&server, &upload, 1, b"world").await;
    for body in [
        r#"{"object_parts":[]}"#,
        r#"{"object_parts":[{"part_number":1},{"part_number":0}]}"#,
        r#"{"object_parts":[{"part_number":0},{"part_number":0}]}"#,
        r#"{"object_parts":[{"part_number":2}]}"#,
        r#"{"object_parts":[{"part_number":10001}]}"#,
        r#"{"object_parts":[{"part_number":-1}]}"#,
        r#"{"object_parts":[{"part_number":"0"}]}"#,
        r#"{"object_parts":[{"etag":"5d41402abc4b2a76b9719d911017c592"}]}"#,
        r#"{"object_parts":[{"part_number":0,"etag":"00000000000000000000000000000000"}]}"#,
        r#"{"object_parts":[{"part_number":0,"etag":7}]}"#,
        r#"{"object_parts":[0]}"#,
    ] {
        let reply = server.send(&about("POST", &upload, "").json(body)).await;
        assert_eq!(reply.error(), (400, "invalid_argument".into()), "{body}");
    }
    let reply = server
        .send(
            &about("POST", &upload, "")
                .json("{\"object_parts\":")
                .clone(),
        )
        .await;
    assert_eq!(reply.error(), (400, "invalid_json".into()));
    for etag in ["\"", "\"a", "a b", "\"a\"b\""] {
        let call = about("POST", &upload, "")
            .header("ETag", etag)
            .json(r#"{"object_parts":[{"part_number":0}]}"#);
        assert_eq!(
            server.send(&call).await.error().1,
            "invalid_argument",
            "{etag}"
        );
    }
    assert_eq!(complete(&server, &upload, &[0, 1]).await.status, 201);
    assert_eq!(server.get("/mybucket/film.mp4").await.text(), "helloworld");
}

#[tokio::test]
async fn only_the_last_part_may_have_less_than_4_mib() {
    let server = Server::with_bucket().await;
    let upload = begun(&server, "/mybucket/film.mp4").await;
    part(&server, &upload, 0, &vec![b'a'; (4 << 20) - 1]).await;
    part(&server, &upload, 1, b"b").await;
    let refused = complete(&server, &upload, &[0, 1]).await;
    assert_eq!(refused.error(), (400, "entity_too_small".into()));
    part(&server, &upload, 0, &vec![b'a'; 4 << 20]).await;
    assert_eq!(complete(&server, &upload, &[0, 1]).await.status, 201);
    let last = server
        .send(&call("GET", "/mybucket/film.mp4").header("Range", "bytes=-2"))
        .await;
    assert_eq!(last.text(), "ab");
    assert_eq!(
        last.header("content-range"),
        Some("bytes 4194303-4194304/4194305")
    );
}

#[tokio::test]
async fn parts_are_refused_for_what_is_wrong_with_them() {
    let server = server().await;
    let upload = begun(&server, "/mybucket/film.mp4").await;
    for number in ["10001", "-1", "x", ""] {
        let call = about("PUT", &upload, &format!("&part_number={number}")).body(b"x");
        let resource = match number {
            "" => format!("/mybucket/film.mp4?part_number&upload_id={upload}"),
            _ => call.resource.clone(),
        };
        let reply = server.send(&call.resource(&resource)).await;
        assert_eq!(reply.error(), (400, "invalid_argument".into()), "{number}");
    }
    let unknown = part(&server, "00000000000000000000000000000000", 0, b"x").await;
    assert_eq!(unknown.error(), (404, "upload_not_exists".into()));
    // The id is one of another key.
    let other = begun(&server, "/mybucket/other.mp4").await;
    assert_eq!(
        part(&server, &other, 0, b"x").await.error().1,
        "upload_not_exists"
    );
    let wrong = about("PUT", &upload, "&part_number=0")
        .body(b"hello")
        .header("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==");
    assert_eq!(
        server.send(&wrong).await.error(),
        (400, "bad_digest".into())
    );
    let list = server.send(&about("GET", &upload, "")).await.json();
    assert_eq!(list["count"], 0);
}

#[tokio::test]
async fn parts_are_listed_by_number_and_a_page_begins_behind_the_marker() {
    let server = server().await;
    let upload = begun(&server, "/mybucket/film.mp4").await;
    for number in [9, 0, 4] {
        part(&server, &upload, number, b"hello").await;
    }
    let numbers = |list: &serde_json::Value| -> Vec<u64> {
        let parts = list["object_parts"].as_array().expect("a list");
        parts
            .iter()
            .filter_map(|part| part["part_number"].as_u64())
            .collect()
    };
    let all = server.send(&about("GET", &upload, "")).await.json();
    assert_eq!(numbers(&all), [0, 4, 9]);
    assert_eq!(
        all["object_parts"][1],
        serde_json::json!({
            "part_number": 4, "size": 5, "etag": "5d41402abc4b2a76b9719d911017c592",
            "created": "2014-12-10T17:20:31.000Z",
        })
    );
    let page = server
        .send(&about("GET", &upload, "&part_number_marker=0&limit=1"))
        .await
        .json();
    assert_eq!((numbers(&page), &page["count"]), (vec![4], &1.into()));
    let end = server
        .send(&about("GET", &upload, "&part_number_marker=9"))
        .await
        .json();
    assert_eq!(numbers(&end), Vec::<u64>::new());
    let unknown = server.send(&about("GET", "nowhere", "")).await;
    assert_eq!(unknown.error(), (404, "upload_not_exists".into()));
}

#[tokio::test]
async fn an_abort_is_answered_204_whether_or_not_there_is_an_upload() {
    let server = server().await;
    let upload = begun(&server, "/mybucket/film.mp4").await;
    part(&server, &upload, 0, b"hello").await;
    for _ in 0..2 {
        assert_eq!(server.send(&about("DELETE", &upload, "")).await.status, 204);
    }
    assert_eq!(
        complete(&server, &upload, &[0]).await.error().1,
        "upload_not_exists"
    );
    let nowhere =
        call("DELETE", "/nowhere/film.mp4?upload_id=x").resource("/nowhere/film.mp4?upload_id=x");
    assert_eq!(
        server.send(&nowhere).await.error(),
        (404, "bucket_not_exists".into())
    );
}

/// As the shared scenarios of the official SDKs have it, for as long as the object is the one that was made.
#[tokio::test]
async fn what_was_completed_cannot_be_aborted() {
    let server = server().await;
    let upload = begun(&server, "/mybucket/film.mp4").await;
    part(&server, &upload, 0, b"hello").await;
    assert_eq!(complete(&server, &upload, &[0]).await.status, 201);
    let abort = about("DELETE", &upload, "");
    assert_eq!(
        server.send(&abort).await.error(),
        (400, "upload_not_exists".to_owned())
    );
    assert_eq!(server.get("/mybucket/film.mp4").await.body, b"hello");
    server.put("/mybucket/film.mp4", b"another").await;
    assert_eq!(server.send(&abort).await.status, 204);
}

/// The official SDK for JavaScript percent-encodes all header values.
#[tokio::test]
async fn the_entity_tag_of_a_completed_upload_may_have_escaped_quotes() {
    let server = server().await;
    let upload = begun(&server, "/mybucket/film.mp4").await;
    part(&server, &upload, 0, b"hello").await;
    let call = about("POST", &upload, "")
        .header("ETag", "%22abc%22")
        .json(r#"{"object_parts":[{"part_number":0}]}"#);
    let reply = server.send(&call).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    assert_eq!(reply.header("etag"), Some("\"abc\""));
}

#[tokio::test]
async fn a_part_can_be_copied_from_an_object_or_a_range_of_it() {
    let server = server().await;
    server.put("/mybucket/my%20clip.mp4", b"hello world").await;
    let upload = begun(&server, "/mybucket/film.mp4").await;
    let copy = |number: u32, range: &str| {
        about("PUT", &upload, &format!("&part_number={number}"))
            .header("X-QS-Copy-Source", "/mybucket/my%20clip.mp4")
            .header("X-QS-Copy-Range", range)
    };
    let reply = server.send(&copy(0, "bytes=0-4")).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    assert_eq!(
        reply.header("etag"),
        Some("\"5d41402abc4b2a76b9719d911017c592\"")
    );
    assert_eq!(
        reply.header("x-qs-content-copy-range"),
        Some("bytes 0-4/11")
    );
    assert_eq!(server.send(&copy(1, "")).await.status, 201);
    for range in ["bytes=11-12", "0-4", "bytes=4-0"] {
        assert_eq!(
            server.send(&copy(2, range)).await.error(),
            (400, "invalid_argument".into()),
            "{range}"
        );
    }
    let changed = copy(2, "").header("X-QS-Copy-Source-If-Match", "\"abc\"");
    assert_eq!(
        server.send(&changed).await.error(),
        (412, "precondition_failed".into())
    );
    let missing = copy(2, "").header("X-QS-Copy-Source", "/mybucket/missing");
    assert_eq!(
        server.send(&missing).await.error(),
        (404, "object_not_exists".into())
    );
    assert_eq!(complete(&server, &upload, &[0, 1]).await.status, 201);
    assert_eq!(
        server.get("/mybucket/film.mp4").await.text(),
        "hellohello world"
    );
}

#[tokio::test]
async fn an_encrypted_upload_wants_its_key_with_each_part() {
    let server = server().await;
    let with_key = |call: Call| {
        call.header(ALGORITHM, "AES256")
            .header(KEY, "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=")
            .header(MD5, "3I/h1kl+vSP1l12NKhxegQ==")
    };
    let reply = server.send(&with_key(begin("/mybucket/film.mp4"))).await;
    assert_eq!(reply.header(ALGORITHM), Some("AES256"));
    let upload = reply.json()["upload_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(
        part(&server, &upload, 0, b"hello").await.error(),
        (400, "invalid_argument".into())
    );
    let other = about("PUT", &upload, "&part_number=0")
        .body(b"hello")
        .header(ALGORITHM, "AES256")
        .header(KEY, "eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXk=")
        .header(MD5, "TJoSJySrtjI4PNPoiIT6iw==");
    assert_eq!(
        server.send(&other).await.error(),
        (403, "permission_denied".into())
    );
    for (number, body) in [(0, "hello"), (1, " world")] {
        let call = about("PUT", &upload, &format!("&part_number={number}")).body(body.as_bytes());
        assert_eq!(server.send(&with_key(call)).await.status, 201);
    }
    // To complete it no key is needed; to read it, the key.
    let done = complete(&server, &upload, &[0, 1]).await;
    assert_eq!((done.status, done.header(ALGORITHM)), (201, Some("AES256")));
    assert_eq!(
        server.get("/mybucket/film.mp4").await.error(),
        (400, "invalid_argument".into())
    );
    let read = with_key(call("GET", "/mybucket/film.mp4").header("Range", "bytes=3-7"));
    assert_eq!(server.send(&read).await.text(), "lo wo");
}

#[tokio::test]
async fn open_uploads_are_listed_by_key_and_age() {
    let server = server().await;
    let mut ids = Vec::new();
    for key in [
        "b.mp4",
        "b.mp4",
        "a.mp4",
        "movies/x.mp4",
        "movies/y.mp4",
        "b.mp4",
    ] {
        ids.push(begun(&server, &format!("/mybucket/{key}")).await);
    }
    let list = async |rest: &str| {
        let call = call("GET", &format!("/mybucket?uploads{rest}")).resource("/mybucket?uploads");
        server.send(&call).await.json()
    };
    let names = |list: &serde_json::Value| -> Vec<(String, String)> {
        let uploads = list["uploads"].as_array().expect("a list");
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        uploads
            .iter()
            .map(|upload| (text(&upload["key"]), text(&upload["upload_id"])))
            .collect()
    };
    let of = |key: &str, id: usize| (key.to_owned(), ids[id].clone());
    let all = list("").await;
    let expected = [
        of("a.mp4", 2),
        of("b.mp4", 0),
        of("b.mp4", 1),
        of("b.mp4", 5),
        of("movies/x.mp4", 3),
        of("movies/y.mp4", 4),
    ];
    assert_eq!(names(&all), expected);
    assert_eq!(
        (&all["limit"], &all["has_more"]),
        (&200.into(), &false.into())
    );
    assert_eq!(
        (&all["next_key_marker"], &all["next_upload_id_marker"]),
        (&"".into(), &"".into())
    );

    // Page by page, every upload comes once, as the markers of the answer lead.
    let mut seen = Vec::new();
    let (mut key, mut id) = (String::new(), String::new());
    for _ in 0..6 {
        let page = list(&format!("&limit=1&key_marker={key}&upload_id_marker={id}")).await;
        seen.extend(names(&page));
        key = page["next_key_marker"].as_str().expect("a text").to_owned();
        id = page["next_upload_id_marker"]
            .as_str()
            .expect("a text")
            .to_owned();
        assert_eq!(page["has_more"], !key.is_empty());
    }
    assert_eq!(seen, expected);
    assert_eq!((key.as_str(), id.as_str()), ("", ""));

    // A key marker alone means all uploads of the key.
    assert_eq!(names(&list("&key_marker=b.mp4").await), expected[4..]);
    let grouped = list("&delimiter=/&limit=5").await;
    assert_eq!(names(&grouped), expected[..4]);
    assert_eq!(grouped["common_prefixes"], serde_json::json!(["movies/"]));
    assert_eq!(grouped["has_more"], false);
    let inside = list("&delimiter=/&prefix=movies/&key_marker=movies/x.mp4").await;
    assert_eq!(names(&inside), expected[5..]);
    let behind = list("&delimiter=/&key_marker=movies/").await;
    assert_eq!(
        (names(&behind), &behind["common_prefixes"]),
        (vec![], &serde_json::json!([]))
    );
}

#[tokio::test]
async fn uploads_of_one_key_do_not_know_each_other() {
    let server = server().await;
    let first = begun(&server, "/mybucket/film.mp4").await;
    let second = begun(&server, "/mybucket/film.mp4").await;
    assert_ne!(first, second);
    part(&server, &first, 0, b"first").await;
    part(&server, &second, 0, b"second").await;
    assert_eq!(complete(&server, &second, &[0]).await.status, 201);
    assert_eq!(server.get("/mybucket/film.mp4").await.text(), "second");
    assert_eq!(complete(&server, &first, &[0]).await.status, 201);
    assert_eq!(server.get("/mybucket/film.mp4").await.text(), "first");
}
