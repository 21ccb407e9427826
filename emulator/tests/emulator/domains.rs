//! Domains of one's own that are bound to a bucket.

use serde_json::{Value, json};

use crate::support::{BUCKET, Call, Reply, Server, call};

const BOB: (&str, &str) = ("BOB_KEY_ID", "BOB_SECRET");

async fn server() -> Server {
    let server = Server::with(|builder| builder.user("usr-bob", "bob", BOB.0, BOB.1)).await;
    for bucket in [BUCKET, "otherbucket"] {
        assert_eq!(
            server
                .send(&call("PUT", &format!("/{bucket}")))
                .await
                .status,
            201
        );
    }
    server
}

async fn bind(server: &Server, bucket: &str, document: Value) -> Reply {
    let put = call("PUT", &format!("/{bucket}?cname"));
    server.send(&put.json(&document.to_string())).await
}

async fn unbind(server: &Server, bucket: &str, domain: &str) -> Reply {
    let document = json!({ "domain": domain }).to_string();
    let delete = call("DELETE", &format!("/{bucket}?cname")).json(&document);
    let length = document.len().to_string();
    server.send(&delete.header("Content-Length", &length)).await
}

async fn domains(server: &Server, target: &str) -> Vec<String> {
    let answer = server.send(&call("GET", target)).await.json();
    let records = answer["cname_records"].as_array().expect("a list");
    assert_eq!(answer["count"], records.len());
    let text = |record: &Value, name: &str| record[name].as_str().unwrap_or("?").to_owned();
    records
        .iter()
        .map(|record| {
            format!(
                "{} {} {}",
                text(record, "domain"),
                text(record, "type"),
                text(record, "created")
            )
        })
        .collect()
}

/// A request to a bound domain; the signed path begins with the bucket.
fn at(host: &str, method: &str, path: &str) -> Call {
    call(method, path)
        .header("Host", host)
        .resource(&format!("/{BUCKET}{path}"))
}

#[tokio::test]
async fn a_bound_domain_is_another_address_of_its_bucket() {
    let server = server().await;
    let reply = bind(&server, BUCKET, json!({ "domain": "Images.Example.com" })).await;
    assert_eq!(
        (reply.status, reply.body.len()),
        (200, 0),
        "{}",
        reply.text()
    );
    let put = at("images.example.com", "PUT", "/2026/a.txt").body(b"hello");
    assert_eq!(server.send(&put).await.status, 201);
    assert_eq!(server.get("/mybucket/2026/a.txt").await.text(), "hello");
    for host in ["images.example.com", "IMAGES.example.com:8080"] {
        let reply = server.send(&at(host, "GET", "/2026/a.txt")).await;
        assert_eq!(
            (reply.status, reply.text().as_str()),
            (200, "hello"),
            "{host}"
        );
        let listed = server.send(&at(host, "GET", "/")).await;
        assert_eq!(listed.json()["keys"][0]["key"], "2026/a.txt");
    }
    // Signed for the path alone, as if there were no bucket.
    let bare = call("GET", "/2026/a.txt").header("Host", "images.example.com");
    assert_eq!(server.send(&bare).await.error().0, 401);
    let other =
        at("music.example.com", "GET", "/mybucket/2026/a.txt").resource("/mybucket/2026/a.txt");
    assert_eq!(
        server.send(&other).await.text(),
        "hello",
        "a name that is not bound is this machine's"
    );
    assert_eq!(
        unbind(&server, BUCKET, "images.example.com").await.status,
        204
    );
    let gone = server
        .send(&at("images.example.com", "GET", "/2026/a.txt"))
        .await;
    assert_ne!(gone.status, 200);
}

#[tokio::test]
async fn domains_are_listed_by_what_they_are_bound_for() {
    let server = server().await;
    assert_eq!(domains(&server, "/mybucket?cname").await, [""; 0]);
    let now = "2014-12-10T17:20:31.000Z";
    for document in [
        json!({ "domain": "a.example.com", "type": null }),
        json!({ "domain": "b.example.com", "type": "normal" }),
        json!({ "domain": "www.example.com", "type": "website" }),
        json!({ "domain": "b.example.com", "type": "normal" }),
    ] {
        assert_eq!(bind(&server, BUCKET, document).await.status, 200);
    }
    let normal = [
        format!("a.example.com normal {now}"),
        format!("b.example.com normal {now}"),
    ];
    assert_eq!(domains(&server, "/mybucket?cname").await, normal);
    assert_eq!(
        domains(&server, "/mybucket?cname&type=normal").await,
        normal
    );
    let website = [format!("www.example.com website {now}")];
    assert_eq!(
        domains(&server, "/mybucket?cname&type=website").await,
        website
    );
    let wrong = server.send(&call("GET", "/mybucket?cname&type=both")).await;
    assert_eq!(wrong.error(), (400, "invalid_argument".to_owned()));
    assert_eq!(unbind(&server, BUCKET, "A.example.com").await.status, 204);
    assert_eq!(
        unbind(&server, BUCKET, "a.example.com").await.status,
        204,
        "it is not bound any more"
    );
    assert_eq!(domains(&server, "/mybucket?cname").await, normal[1..]);
}

#[tokio::test]
async fn what_cannot_be_bound_is_refused() {
    let server = server().await;
    assert_eq!(
        bind(&server, BUCKET, json!({ "domain": "a.example.com" }))
            .await
            .status,
        200
    );
    for (bucket, document, code) in [
        (
            "otherbucket",
            json!({ "domain": "a.example.com" }),
            "domain_occupied",
        ),
        (
            BUCKET,
            json!({ "domain": "mybucket.pek3a.qingstor.com" }),
            "cname_error",
        ),
        (BUCKET, json!({ "domain": "a.localhost" }), "cname_error"),
        (
            BUCKET,
            json!({ "domain": "not a domain" }),
            "invalid_argument",
        ),
        (BUCKET, json!({ "domain": "10.0.0.1" }), "invalid_argument"),
        (BUCKET, json!({ "domain": null }), "invalid_argument"),
        (
            BUCKET,
            json!({ "domain": "c.example.com", "type": "WEBSITE" }),
            "invalid_argument",
        ),
    ] {
        let reply = bind(&server, bucket, document.clone()).await;
        assert_eq!(reply.error(), (400, code.to_owned()), "{document}");
    }
    // Only the owner of the domain's bucket unbinds it.
    assert_eq!(
        unbind(&server, "otherbucket", "a.example.com").await.status,
        204
    );
    assert_eq!(domains(&server, "/mybucket?cname").await.len(), 1);
    let stranger = call("PUT", "/mybucket?cname")
        .json(r#"{"domain":"b.example.com"}"#)
        .by(BOB);
    assert_eq!(
        server.send(&stranger).await.error(),
        (403, "permission_denied".to_owned())
    );
    let bare = server.send(&call("DELETE", "/mybucket?cname")).await;
    assert_eq!(bare.status, 400, "a body is needed");
    assert_eq!(unbind(&server, BUCKET, "a.example.com").await.status, 204);
    assert_eq!(
        bind(&server, "otherbucket", json!({ "domain": "a.example.com" }))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn domains_stay_bound_when_the_emulator_starts_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_owned();
    let kept = path.clone();
    let server = Server::with(|builder| builder.data_dir(kept)).await;
    assert_eq!(server.send(&call("PUT", "/mybucket")).await.status, 201);
    server.put("/mybucket/k", b"hello").await;
    assert_eq!(
        bind(&server, BUCKET, json!({ "domain": "a.example.com" }))
            .await
            .status,
        200
    );
    server.emulator.shutdown().await;
    let server = Server::with(|builder| builder.data_dir(path)).await;
    assert_eq!(
        server.send(&at("a.example.com", "GET", "/k")).await.text(),
        "hello"
    );
    server.emulator.shutdown().await;
}
