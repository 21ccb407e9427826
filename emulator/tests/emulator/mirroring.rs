//! Missing objects that are fetched from a site.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::support::{Server, call};

/// A site that counts what it is asked.
struct Site {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
    /// `/site/slow` is answered when this is told.
    go: Arc<Notify>,
}

impl Site {
    async fn start() -> Site {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (asked, go) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let (count, wait) = (Arc::clone(&asked), Arc::clone(&go));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let wait = Arc::clone(&wait);
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        let mut byte = [0];
                        if stream.read_exact(&mut byte).await.is_err() {
                            return;
                        }
                        request.push(byte[0]);
                    }
                    let request = String::from_utf8_lossy(&request).into_owned();
                    let path = request.split(' ').nth(1).unwrap_or("");
                    if path == "/site/slow" {
                        wait.notified().await;
                    }
                    let answer = match path {
                        "/site/2026/my%20cat.txt" | "/site/slow" => {
                            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
                        }
                        "/site/moved" => {
                            "HTTP/1.1 302 Found\r\nLocation: /site/2026/my%20cat.txt\r\nContent-Length: 0\r\n\r\n"
                        }
                        "/site/broken" => "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
                        "/site/short" => "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
                        _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                    };
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        Site { address, asked, go }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn mirroring(site: &str) -> Server {
    let server = Server::with_bucket().await;
    let document = json!({ "source_site": site }).to_string();
    let reply = server
        .send(&call("PUT", "/mybucket?mirror").json(&document))
        .await;
    assert_eq!(
        (reply.status, reply.body.len()),
        (200, 0),
        "{}",
        reply.text()
    );
    server
}

#[tokio::test]
async fn a_missing_object_is_fetched_and_kept() {
    let site = Site::start().await;
    let server = mirroring(&format!("{}/site", site.address)).await;
    let target = "/mybucket/2026/my%20cat.txt";
    // Only reading the bytes fetches.
    assert_eq!(server.send(&call("HEAD", target)).await.status, 404);
    assert_eq!(site.asked(), 0);
    let part = server
        .send(&call("GET", target).header("Range", "bytes=1-3"))
        .await;
    assert_eq!((part.status, part.text().as_str()), (206, "ell"));
    for _ in 0..2 {
        let reply = server.get(target).await;
        assert_eq!((reply.status, reply.text().as_str()), (200, "hello"));
        assert_eq!(reply.header("content-type"), Some("text/plain"));
        assert_eq!(
            reply.header("etag"),
            Some("\"5d41402abc4b2a76b9719d911017c592\"")
        );
    }
    assert_eq!(site.asked(), 1);
    assert_eq!(
        server.get("/mybucket").await.json()["keys"][0]["key"],
        "2026/my cat.txt"
    );
    assert_eq!(server.get("/mybucket/moved").await.text(), "hello");
    server.put("/mybucket/own", b"mine").await;
    assert_eq!(server.get("/mybucket/own").await.text(), "mine");
}

#[tokio::test]
async fn what_the_site_does_not_give_is_not_kept() {
    let site = Site::start().await;
    let server = mirroring(&format!("http://{}/site/", site.address)).await;
    for (key, error) in [
        ("none", (404, "object_not_exists")),
        ("broken", (503, "upstream_failed")),
        ("short", (503, "upstream_failed")),
    ] {
        for _ in 0..2 {
            let reply = server.get(&format!("/mybucket/{key}")).await;
            assert_eq!(reply.error(), (error.0, error.1.to_owned()), "{key}");
        }
    }
    assert_eq!(server.get("/mybucket").await.json()["keys"], json!([]));
    // Who may not read does not make the service fetch.
    let asked = site.asked();
    let target = "/mybucket/2026/my%20cat.txt";
    assert_eq!(
        server.send(&call("GET", target).anonymous()).await.status,
        403
    );
    assert_eq!(site.asked(), asked);
    assert_eq!(
        server
            .send(&call("DELETE", "/mybucket?mirror"))
            .await
            .status,
        204
    );
    assert_eq!(server.get(target).await.status, 404);
    assert_eq!(site.asked(), asked);
}

#[tokio::test]
async fn while_an_object_is_fetched_others_are_sent_to_the_site() {
    let site = Site::start().await;
    let server = Arc::new(mirroring(&format!("http://{}/site/", site.address)).await);
    let first = Arc::clone(&server);
    let first = tokio::spawn(async move { first.get("/mybucket/slow").await });
    while site.asked() == 0 {
        tokio::task::yield_now().await;
    }
    let second = server.get("/mybucket/slow").await;
    assert_eq!((second.status, second.body.len()), (302, 0));
    let location = format!("http://{}/site/slow", site.address);
    assert_eq!(second.header("location"), Some(location.as_str()));
    site.go.notify_one();
    assert_eq!(first.await.expect("an answer").text(), "hello");
    assert_eq!(server.get("/mybucket/slow").await.text(), "hello");
    assert_eq!(site.asked(), 1);
}

#[tokio::test]
async fn other_machines_are_not_asked_and_settings_are_checked() {
    let server = mirroring("http://192.0.2.1/").await;
    let reply = server.get("/mybucket/k").await;
    assert_eq!(reply.error(), (503, "upstream_failed".to_owned()));
    assert!(
        reply.text().contains("not on this machine"),
        "{}",
        reply.text()
    );
    for document in [
        json!({}),
        json!({ "source_site": "ftp://a/" }),
        json!({ "source_site": null }),
    ] {
        let put = call("PUT", "/mybucket?mirror").json(&document.to_string());
        assert_eq!(
            server.send(&put).await.error(),
            (400, "invalid_argument".to_owned()),
            "{document}"
        );
    }
    let kept = json!({ "source_site": "http://192.0.2.1/" });
    assert_eq!(server.get("/mybucket?mirror").await.json(), kept);
    for _ in 0..2 {
        assert_eq!(
            server
                .send(&call("DELETE", "/mybucket?mirror"))
                .await
                .status,
            204
        );
        assert_eq!(server.get("/mybucket?mirror").await.json(), json!({}));
    }
}
