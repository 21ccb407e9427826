//! Image processing over HTTP. What the actions make of pixels is tested where they are implemented.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::{Call, DATE, NOW, Server, call};

/// 32 times `x`.
const KEY: &str = "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=";
const KEY_MD5: &str = "3I/h1kl+vSP1l12NKhxegQ==";

/// A grey picture as an uncompressed TIFF, written down by hand.
pub(crate) fn tiff(width: u16, height: u16, pixels: &[u8]) -> Vec<u8> {
    let entries: [(u16, u16, u32); 8] = [
        (256, 3, width.into()),
        (257, 3, height.into()),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8 + 2 + 12 * 8 + 4),
        (278, 3, height.into()),
        (279, 4, pixels.len() as u32),
    ];
    let mut file = b"II*\0\x08\0\0\0\x08\0".to_vec();
    for (tag, kind, value) in entries {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(1_u32.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]);
    file.extend(pixels);
    file
}

pub(crate) fn image(target: &str, action: &str) -> Call {
    call("GET", &format!("{target}?image&action={action}")).resource(&format!("{target}?image"))
}

async fn server() -> Server {
    let server = Server::with_bucket().await;
    let put = call("PUT", "/mybucket/cat.tif")
        .header("Content-Type", "text/plain")
        .header("Cache-Control", "max-age=5")
        .header("X-QS-Meta-Owner", "ann")
        .body(&tiff(3, 2, &[10, 20, 30, 40, 50, 60]));
    assert_eq!(server.send(&put).await.status, 201);
    server
}

#[tokio::test]
async fn a_picture_is_made_of_the_stored_one() {
    let server = server().await;
    let reply = server
        .send(&image(
            "/mybucket/cat.tif",
            "rotate%3Aa_90%7Ccrop%3Aw_1%2Ch_1%2Cg_5",
        ))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    // The content decides what it is, not the header that it was stored with.
    assert_eq!(reply.header("content-type"), Some("image/tiff"));
    assert_eq!(reply.header("last-modified"), Some(DATE));
    assert_eq!(reply.header("cache-control"), Some("max-age=5"));
    assert!(reply.body.contains(&40));
    let info = server
        .send(&image("/mybucket/cat.tif", "rotate:a_90|info"))
        .await;
    assert_eq!(info.header("content-type"), Some("application/json"));
    let expected = serde_json::json!({
        "width": 2, "height": 3, "orientation": 0, "alpha": false, "type": "tiff", "space": "b-w",
    });
    assert_eq!(info.json(), expected);
    // The stored picture is as it was.
    let stored = server.get("/mybucket/cat.tif").await;
    assert_eq!(stored.body, tiff(3, 2, &[10, 20, 30, 40, 50, 60]));
    let png = server
        .send(&image("/mybucket/cat.tif", "format:t_png"))
        .await;
    assert_eq!(png.header("content-type"), Some("image/png"));
    assert!(png.body.starts_with(b"\x89PNG\r\n\x1a\n"));
}

#[tokio::test]
async fn the_action_is_not_signed_and_the_sub_resource_is() {
    let server = server().await;
    let unsigned = image("/mybucket/cat.tif", "info").resource("/mybucket/cat.tif");
    assert_eq!(
        server.send(&unsigned).await.error().1,
        "signature_not_matched"
    );
    let anonymous = image("/mybucket/cat.tif", "info").anonymous();
    assert_eq!(
        server.send(&anonymous).await.error(),
        (403, "permission_denied".to_owned())
    );
}

#[tokio::test]
async fn mistakes_are_named() {
    let server = server().await;
    for (action, part) in [
        ("", "action"),
        ("blur:r_3", "blur"),
        ("resize:w_x", "`w`"),
        ("crop:w_300,h_400,g_0,l_10,t_10", "`g` excludes"),
        ("crop:l_3", "outside"),
        ("watermark:t_a", "`t`"),
        ("watermark_image:u_aHR0cHM6Ly9leGFtcGxlLmNvbS8", "`u`"),
    ] {
        let reply = server.send(&image("/mybucket/cat.tif", action)).await;
        assert_eq!(
            reply.error(),
            (400, "invalid_argument".to_owned()),
            "{action}"
        );
        let message = reply.json()["message"].as_str().unwrap_or("").to_owned();
        assert!(message.contains(part), "{action}: {message}");
    }
    let bare = call("GET", "/mybucket/cat.tif?image").resource("/mybucket/cat.tif?image");
    assert_eq!(
        server.send(&bare).await.error(),
        (400, "invalid_argument".to_owned())
    );
    let missing = server.send(&image("/mybucket/dog.tif", "info")).await;
    assert_eq!(missing.error(), (404, "object_not_exists".to_owned()));
    for (key, content, expected) in [
        ("text", &b"hello"[..], (400, "invalid_request")),
        (
            "svg",
            b"<svg width='3' height='2'/>",
            (501, "not_implemented"),
        ),
        ("pdf", b"%PDF-1.4", (501, "not_implemented")),
        (
            "cut",
            b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR",
            (400, "invalid_request"),
        ),
    ] {
        server.put(&format!("/mybucket/{key}"), content).await;
        let reply = server
            .send(&image(&format!("/mybucket/{key}"), "resize:w_3"))
            .await;
        assert_eq!(reply.error(), (expected.0, expected.1.to_owned()), "{key}");
    }
    server
        .put("/mybucket/large", &vec![b'x'; (10 << 20) + 1])
        .await;
    let large = server.send(&image("/mybucket/large", "info")).await;
    assert_eq!(large.error(), (400, "invalid_argument".to_owned()));
}

#[tokio::test]
async fn encrypted_objects_are_refused() {
    let server = Server::with_bucket().await;
    let put = call("PUT", "/mybucket/secret.tif")
        .header("X-QS-Encryption-Customer-Algorithm", "AES256")
        .header("X-QS-Encryption-Customer-Key", KEY)
        .header("X-QS-Encryption-Customer-Key-MD5", KEY_MD5)
        .body(&tiff(1, 1, &[1]));
    assert_eq!(server.send(&put).await.status, 201);
    let reply = server.send(&image("/mybucket/secret.tif", "info")).await;
    assert_eq!(reply.error(), (400, "invalid_request".to_owned()));
}

#[tokio::test]
async fn conditions_and_overrides_are_those_of_downloads() {
    let server = server().await;
    let since = |date: &str| image("/mybucket/cat.tif", "info").header("If-Modified-Since", date);
    let unchanged = server.send(&since(DATE)).await;
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
    assert_eq!(
        server
            .send(&since("Wed, 10 Dec 2014 17:20:30 GMT"))
            .await
            .status,
        200
    );
    let target = "/mybucket/cat.tif?image&action=info&response-content-type=text/json&response-cache-control=no-store";
    let resource =
        "/mybucket/cat.tif?image&response-cache-control=no-store&response-content-type=text/json";
    let reply = server.send(&call("GET", target).resource(resource)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.header("content-type"), Some("text/json"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn results_are_saved_where_the_action_says() {
    let server = server().await;
    assert_eq!(server.send(&call("PUT", "/otherbucket")).await.status, 201);
    server.set_clock(NOW + 5);
    let action = "crop:w_1|save:b_otherbucket,k_a%2Fb_c.tif|format:t_png|save:b_mybucket,k_cat.png";
    let reply = server.send(&image("/mybucket/cat.tif", action)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let first = server.get("/otherbucket/a/b_c.tif").await;
    assert_eq!(first.header("content-type"), Some("image/tiff"));
    assert_eq!(first.header("x-qs-meta-owner"), None);
    let second = server.get("/mybucket/cat.png").await;
    assert_eq!(second.header("content-type"), Some("image/png"));
    assert_eq!(second.body, reply.body);
    let nowhere = server
        .send(&image("/mybucket/cat.tif", "save:b_nobucket,k_k"))
        .await;
    assert_eq!(nowhere.error(), (404, "bucket_not_exists".to_owned()));
    // A mistake further on saves nothing.
    let late = "save:b_mybucket,k_late|crop:l_3";
    assert_eq!(
        server.send(&image("/mybucket/cat.tif", late)).await.status,
        400
    );
    assert_eq!(server.get("/mybucket/late").await.status, 404);
}

#[tokio::test]
async fn buckets_of_others_and_of_other_zones_are_no_targets() {
    let server = Server::with(|builder| {
        builder
            .zone("pek3a")
            .zone("sh1a")
            .user("usr-bob", "bob", "BOBS_KEY", "BOBS_SECRET")
    })
    .await;
    assert_eq!(server.send(&call("PUT", "/mybucket")).await.status, 201);
    server.put("/mybucket/cat.tif", &tiff(1, 1, &[1])).await;
    let bobs = call("PUT", "/bobsbucket");
    let signature = crate::support::sign(&format!("PUT\n\n\n{DATE}\n/bobsbucket"), "BOBS_SECRET");
    let bobs = bobs.header("Authorization", &format!("QS BOBS_KEY:{signature}"));
    assert_eq!(server.send(&bobs).await.status, 201);
    let reply = server
        .send(&image("/mybucket/cat.tif", "save:b_bobsbucket,k_k"))
        .await;
    assert_eq!(reply.error(), (403, "permission_denied".to_owned()));
    let far = call("PUT", "/farbucket").header("Host", "sh1a.qingstor.com");
    assert_eq!(server.send(&far).await.status, 201);
    let reply = server
        .send(&image("/mybucket/cat.tif", "save:b_farbucket,k_k"))
        .await;
    assert_eq!(reply.error(), (404, "bucket_not_exists".to_owned()));
}

#[tokio::test]
async fn a_picture_from_this_machine_is_laid_over() {
    let server = server().await;
    let origin = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!(
        "http://{}/mark.tif",
        origin.local_addr().expect("an address")
    );
    let serving = tokio::spawn(async move {
        let (mut stream, _) = origin.accept().await.expect("a connection");
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await;
        let mark = tiff(1, 1, &[200]);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", mark.len());
        let answer = [head.as_bytes(), &mark].concat();
        stream.write_all(&answer).await.expect("an answer");
        tokio::time::sleep(Duration::from_millis(1)).await;
    });
    let mark = base64(&url);
    let action = format!("crop:w_1,h_1,g_5|watermark_image:u_{mark},p_1");
    let reply = server
        .send(&image("/mybucket/cat.tif", &action.replace('+', "%2B")))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.body.windows(3).any(|pixel| pixel == [200; 3]));
    serving.await.expect("the origin was asked");
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD_NO_PAD.encode(text)
}
