//! Forms as bytes, in pieces of all sizes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::stream;

use super::{Credentials, Fields, check_policy, open};
use crate::error::ApiError;

const TYPE: &str = "multipart/form-data; boundary=1234567890";

/// The documentation's example.
const FORM: &str = "--1234567890\r\n\
    Content-Disposition: form-data; name=\"access_key_id\"\r\n\r\nYYY\r\n\
    --1234567890\r\n\
    Content-Disposition: form-data; name=\"key\"\r\n\r\nuser/tom/${filename}\r\n\
    --1234567890\r\n\
    Content-Disposition: form-data; name=\"redirect\"\r\n\r\nhttp://example.com/callback\r\n\
    --1234567890\r\n\
    Content-Disposition: form-data; name=\"file\"; filename=\"icon.jpg\"\r\n\
    Content-Type: image/jpeg\r\n\r\nfile_\r\n--content\r\n\
    --1234567890\r\n\
    Content-Disposition: form-data; name=\"Upload\"\r\n\r\nUpload to QingStor\r\n\
    --1234567890--\r\n";

/// Name, media type and content of the file.
type Seen = (String, Option<String>, Vec<u8>);

async fn read(form: &[u8], step: usize, fields: &mut Fields) -> Result<Seen, ApiError> {
    let pieces: Vec<Result<Bytes, ApiError>> = form
        .chunks(step)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    let mut file = open(stream::iter(pieces), TYPE, fields).await?;
    let mut content = Vec::new();
    while let Some(piece) = file.next().await? {
        content.extend_from_slice(&piece);
    }
    Ok((file.name.clone(), file.content_type.clone(), content))
}

async fn refused(form: &[u8]) -> &'static str {
    let mut fields = Fields::default();
    read(form, 64, &mut fields)
        .await
        .expect_err("an error")
        .code
}

#[tokio::test]
async fn the_documentations_form_is_read_in_pieces_of_any_size() {
    for step in 1..FORM.len() {
        let mut fields = Fields::default();
        let (name, media_type, content) = read(FORM.as_bytes(), step, &mut fields)
            .await
            .expect("a form");
        assert_eq!(name, "icon.jpg");
        assert_eq!(media_type.as_deref(), Some("image/jpeg"));
        assert_eq!(content, b"file_\r\n--content", "in pieces of {step}");
        assert_eq!(fields.get("key"), Some("user/tom/${filename}"));
        assert_eq!(fields.get("KEY"), fields.get("key"));
        assert_eq!(
            fields.redirect().expect("a URL"),
            Some("http://example.com/callback")
        );
        assert_eq!(fields.get("upload"), None);
    }
}

#[tokio::test]
async fn a_form_that_breaks_off_is_refused() {
    // The content has ended when the boundary behind it has come.
    let end = FORM
        .find("\r\n--1234567890\r\nContent-Disposition: form-data; name=\"Upload\"")
        .expect("the end");
    for length in (0..end + 12).step_by(7) {
        assert_eq!(
            refused(&FORM.as_bytes()[..length]).await,
            "incomplete_body",
            "{length} bytes"
        );
    }
    let without = FORM.replace("name=\"file\"", "name=\"fill\"");
    assert_eq!(refused(without.as_bytes()).await, "invalid_argument");
    let nameless = FORM.replace("name=\"key\"", "nom=\"key\"");
    assert_eq!(refused(nameless.as_bytes()).await, "invalid_request");
    let twice = FORM.replace("name=\"access_key_id\"", "name=\"Key\"");
    assert_eq!(refused(twice.as_bytes()).await, "invalid_argument");
    let control = FORM.replace(
        "Content-Disposition: form-data; name=\"key\"",
        "Content\0: x",
    );
    assert_eq!(refused(control.as_bytes()).await, "invalid_request");
}

#[tokio::test]
async fn what_comes_before_the_file_is_limited() {
    let long = FORM.replace("YYY", &"Y".repeat(80 << 10));
    assert_eq!(refused(long.as_bytes()).await, "invalid_request");
    let header = FORM.replace(
        "name=\"key\"",
        &format!("name=\"key\"; x={}", "y".repeat(80 << 10)),
    );
    assert_eq!(refused(header.as_bytes()).await, "invalid_request");
    let preamble = format!("{}\r\n{FORM}", "x".repeat(80 << 10));
    assert_eq!(refused(preamble.as_bytes()).await, "invalid_request");
    // The file itself is not.
    let large = FORM.replace("file_", &"f".repeat(1 << 20));
    for step in [1000, 20_000, 400_000, 2 << 20] {
        let mut fields = Fields::default();
        let outcome = read(large.as_bytes(), step, &mut fields).await;
        let (.., content) = outcome.unwrap_or_else(|error| panic!("pieces of {step}: {error:?}"));
        let length = (1 << 20) + "\r\n--content".len();
        assert_eq!(content.len(), length, "in pieces of {step}");
    }
    // Nor does it help that a form comes at once.
    let mut fields = Fields::default();
    let outcome = read(long.as_bytes(), long.len(), &mut fields).await;
    assert_eq!(outcome.expect_err("an error").code, "invalid_request");
}

#[tokio::test]
async fn the_charset_is_that_of_names_and_fields() {
    // 中文 in GBK; the second byte of 乗 is a backslash.
    let mut form = b"--1234567890\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n\xd6\xd0\xce\xc4/${filename}\r\n\
        --1234567890\r\nContent-Disposition: form-data; name=\"charset\"\r\n\r\nGBK\r\n\
        --1234567890\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\xd6\xd0\x81\x5c.txt\"\r\n\r\n\
        x\r\n--1234567890--\r\n".to_vec();
    let mut fields = Fields::default();
    let (name, media_type, content) = read(&form, 9, &mut fields).await.expect("a form");
    assert_eq!(
        (name.as_str(), media_type, content),
        ("中乗.txt", None, b"x".to_vec())
    );
    assert_eq!(fields.get("key"), Some("中文/${filename}"));
    let at = form
        .windows(3)
        .position(|window| window == b"GBK")
        .expect("the charset");
    form[at..at + 3].copy_from_slice(b"xyz");
    assert_eq!(refused(&form).await, "invalid_argument");
    form[at - 4..at + 3].copy_from_slice(b"\r\n\r\n   ");
    form[at..at + 3].copy_from_slice(b"utf");
    assert_eq!(refused(&form).await, "invalid_argument");
}

#[tokio::test]
async fn other_bodies_are_no_forms() {
    for media_type in [
        "",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/mixed; boundary=1234567890",
    ] {
        let mut fields = Fields::default();
        let opened = open(
            stream::iter([Ok(Bytes::from_static(FORM.as_bytes()))]),
            media_type,
            &mut fields,
        );
        let code = opened.await.err().map(|error| error.code);
        assert_eq!(code, Some("invalid_argument"), "{media_type}");
    }
}

#[test]
fn a_policy_names_each_field_and_nothing_else() {
    let fields = |names: &[(&str, &str)]| {
        let owned = names
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Fields(owned.collect())
    };
    let form = fields(&[
        ("policy", "P"),
        ("key", "user/tom/${filename}"),
        ("access_key_id", "A"),
        ("redirect", "http://example.com/callback"),
        ("signature", "S"),
    ]);
    // The documentation's text, and the same as any other JSON writer has it.
    let published = "eyJrZXkiOiAidXNlci90b20vJHtmaWxlbmFtZX0iLCAicmVkaXJlY3QiOiAiaHR0cDovL2V4YW1wbGUuY29tL2NhbGxiYWNrIn0=";
    assert!(check_policy(published, &form).is_ok());
    let of = |json: &str| check_policy(&STANDARD.encode(json), &form).map_err(|error| error.code);
    assert_eq!(
        of(r#"{"redirect":"http:\/\/example.com/callback","key":"user/tom/${filename}"}"#),
        Ok(())
    );
    for wrong in [
        r#"{"key":"user/tom/${filename}"}"#,
        r#"{"key":"user/tom/cat.png","redirect":"http://example.com/callback"}"#,
        r#"{"key":"user/tom/${filename}","redirect":"http://example.com/callback","charset":"UTF-8"}"#,
        r#"{"key":["user/tom/${filename}"],"redirect":"http://example.com/callback"}"#,
        r#"{"expiration":"2026-01-01T00:00:00Z","conditions":[]}"#,
        r#"["key","redirect"]"#,
        "",
        "{",
    ] {
        assert_eq!(of(wrong), Err("form_policy_violated"), "{wrong}");
    }
    assert!(check_policy("not base64", &form).is_err());
    let complete = Credentials {
        access_key_id: "A",
        policy: "P",
        signature: "S",
    };
    assert_eq!(Credentials::of(&form).expect("three"), Some(complete));
    assert_eq!(
        Credentials::of(&fields(&[("key", "k")])).expect("none"),
        None
    );
    for (name, value) in [("access_key_id", "A"), ("policy", "P"), ("signature", "S")] {
        let error = Credentials::of(&fields(&[(name, value)])).expect_err(name);
        assert_eq!(error.code, "invalid_argument", "{name}");
    }
}

#[test]
fn a_redirect_is_an_address_in_the_web() {
    for (target, good) in [
        ("https://app.example.com/done?a=b#c", true),
        ("http://localhost:8080", true),
        ("javascript:alert(1)", false),
        ("/done", false),
        ("//example.com/", false),
        ("https://", false),
        ("https://example.com/a\nX: y", false),
    ] {
        let fields = Fields(vec![("redirect".to_owned(), target.to_owned())]);
        assert_eq!(fields.redirect().is_ok(), good, "{target}");
    }
}
