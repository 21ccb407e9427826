//! Notifications: set, and delivered to a server on this machine.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::images::{image, tiff};
use crate::support::{Server, call};

/// A server that keeps what it is told, and answers as it is told to, with 200 at last.
struct Listener {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Listener {
    async fn start(answers: &[&'static str]) -> Listener {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let store = Arc::clone(&heard);
        let answers: Vec<&'static str> = answers.to_vec();
        let mut answers = answers.into_iter();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while whole(&request).is_none() {
                    let mut bytes = [0; 1024];
                    match stream.read(&mut bytes).await {
                        Ok(count) if count > 0 => request.extend_from_slice(&bytes[..count]),
                        _ => break,
                    }
                }
                let text = String::from_utf8_lossy(&request).into_owned();
                let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
                let line = head.lines().next().unwrap_or("").to_owned();
                assert!(
                    head.to_lowercase()
                        .contains("content-type: application/json"),
                    "{head}"
                );
                let body = serde_json::from_str(body).unwrap_or(Value::Null);
                store.lock().expect("the list").push((line, body));
                match answers.next().unwrap_or("200 OK") {
                    // It says nothing for as long as the connection lives.
                    "silence" => {
                        tokio::spawn(async move {
                            let _ = stream.read(&mut [0]).await;
                        });
                    }
                    status => {
                        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
                        let _ = stream.write_all(answer.as_bytes()).await;
                    }
                }
            }
        });
        Listener { address, heard }
    }

    fn heard(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut *self.heard.lock().expect("the list"))
    }
}

fn whole(request: &[u8]) -> Option<()> {
    let text = std::str::from_utf8(request).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| {
        line.to_lowercase()
            .strip_prefix("content-length: ")?
            .parse::<usize>()
            .ok()
    });
    (body.len() >= length.unwrap_or(0)).then_some(())
}

async fn server() -> Server {
    let server = Server::with(|builder| {
        builder.notification_patience(Duration::from_millis(50), Duration::from_millis(1))
    })
    .await;
    assert_eq!(server.send(&call("PUT", "/mybucket")).await.status, 201);
    server
}

async fn set(server: &Server, notifications: Value) {
    let document = json!({ "notifications": notifications }).to_string();
    let reply = server
        .send(&call("PUT", "/mybucket?notification").json(&document))
        .await;
    assert_eq!(
        (reply.status, reply.body.len()),
        (200, 0),
        "{}",
        reply.text()
    );
}

fn rule(id: &str, events: Value, listener: &Listener) -> Value {
    json!({
        "id": id, "event_types": events, "cloudfunc": "notifier",
        "notify_url": format!("http://{}/hook?id={id}", listener.address),
    })
}

/// Notification, event and key of everything that was told, in some order.
fn told(heard: &[(String, Value)]) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let mut told: Vec<_> = heard
        .iter()
        .map(|(_, body)| {
            let event = &body["events"][0];
            (
                text(&event["qingstor"]["notification_id"]),
                text(&event["event_type"]),
                text(&event["qingstor"]["object"]["name"]),
            )
        })
        .collect();
    told.sort();
    told
}

fn expected(told: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    let own = |text: &&str| (*text).to_owned();
    told.iter()
        .map(|(a, b, c)| (own(a), own(b), own(c)))
        .collect()
}

#[tokio::test]
async fn what_happens_to_an_object_is_told_as_documented() {
    let server = server().await;
    let listener = Listener::start(&[]).await;
    set(
        &server,
        json!([rule("tell-me", json!(["create_object"]), &listener)]),
    )
    .await;
    let reply = server.put("/mybucket/2026/my%20cat.png", b"hello").await;
    server.emulator.settle().await;
    let heard = listener.heard();
    let (line, body) = heard.first().expect("a notification");
    assert_eq!(line, "POST /hook?id=tell-me HTTP/1.1");
    assert_eq!(
        *body,
        json!({ "events": [{
            "event_source": "qingstor",
            "event_version": "1.0",
            "event_type": "create_object",
            "event_time": "2014-12-10T17:20:31.000Z",
            "zone_id": "pek3a",
            "user_identify": { "principal_id": "usr-emulator" },
            "response_elements": { "request_id": reply.header("x-qs-request-id") },
            "qingstor": {
                "schema_version": "1.0",
                "notification_id": "tell-me",
                "bucket": { "name": "mybucket" },
                "object": {
                    "name": "2026/my cat.png",
                    "etag": "5d41402abc4b2a76b9719d911017c592",
                    "size": 5,
                },
            },
        }] })
    );
    assert_eq!(heard.len(), 1);
}

#[tokio::test]
async fn every_way_of_changing_an_object_is_told() {
    let server = server().await;
    let listener = Listener::start(&[]).await;
    let all = json!([
        "create_object",
        "delete_object",
        "abort_multipart",
        "complete_multipart"
    ]);
    set(&server, json!([rule("n", all, &listener)])).await;
    server.put("/mybucket/a", b"hello").await;
    server.emulator.settle().await;
    assert_eq!(
        told(&listener.heard()),
        expected(&[("n", "create_object", "a")])
    );
    let copy = call("PUT", "/mybucket/b").header("X-QS-Copy-Source", "/mybucket/a");
    assert_eq!(server.send(&copy).await.status, 201);
    server.emulator.settle().await;
    assert_eq!(
        told(&listener.heard()),
        expected(&[("n", "create_object", "b")])
    );
    let rename = call("PUT", "/mybucket/c").header("X-QS-Move-Source", "/mybucket/b");
    assert_eq!(server.send(&rename).await.status, 201);
    server.emulator.settle().await;
    let both = expected(&[("n", "create_object", "c"), ("n", "delete_object", "b")]);
    assert_eq!(told(&listener.heard()), both);
    let source = format!("http://{}/mybucket/a", server.emulator.address());
    let everybody =
        r#"{"acl":[{"grantee":{"type":"group","name":"QS_ALL_USERS"},"permission":"READ"}]}"#;
    assert_eq!(
        server
            .send(&call("PUT", "/mybucket?acl").json(everybody))
            .await
            .status,
        200
    );
    let fetch = call("PUT", "/mybucket/d").header("X-QS-Fetch-Source", &source);
    assert_eq!(server.send(&fetch).await.status, 201);
    server.emulator.settle().await;
    assert_eq!(
        told(&listener.heard()),
        expected(&[("n", "create_object", "d")])
    );
    let many = r#"{"objects":[{"key":"a"},{"key":"c"},{"key":"none"}]}"#;
    assert_eq!(
        server
            .send(&call("POST", "/mybucket?delete").json(many))
            .await
            .status,
        200
    );
    server.emulator.settle().await;
    let deleted = expected(&[("n", "delete_object", "a"), ("n", "delete_object", "c")]);
    assert_eq!(told(&listener.heard()), deleted);
    let append = |position: u64| {
        let target = format!("/mybucket/log?append&position={position}");
        call("POST", &target).body(b"hello")
    };
    for position in [0, 5] {
        assert_eq!(server.send(&append(position)).await.status, 200);
        server.emulator.settle().await;
        let heard = listener.heard();
        assert_eq!(told(&heard), expected(&[("n", "create_object", "log")]));
        let object = &heard[0].1["events"][0]["qingstor"]["object"];
        assert_eq!(object["size"], position + 5);
    }
    for (end, event) in [("POST", "complete_upload"), ("DELETE", "abort_upload")] {
        let begun = server
            .send(&call("POST", "/mybucket/big?uploads"))
            .await
            .json();
        let id = begun["upload_id"].as_str().unwrap_or("").to_owned();
        let part = format!("/mybucket/big?upload_id={id}&part_number=0");
        assert_eq!(
            server.send(&call("PUT", &part).body(b"hello")).await.status,
            201
        );
        server.emulator.settle().await;
        assert_eq!(
            listener.heard().len(),
            0,
            "nothing has happened to an object yet"
        );
        let parts = r#"{"object_parts":[{"part_number":0}]}"#;
        let call = call(end, &format!("/mybucket/big?upload_id={id}"));
        let call = if end == "POST" {
            call.json(parts)
        } else {
            call
        };
        assert!(server.send(&call).await.status < 300);
        server.emulator.settle().await;
        assert_eq!(told(&listener.heard()), expected(&[("n", event, "big")]));
        // A second time there is nothing to end.
        let again = server.send(&call).await.status;
        assert_eq!(again, if end == "POST" { 404 } else { 204 });
        server.emulator.settle().await;
        assert_eq!(listener.heard().len(), 0);
    }
    for heard in [1, 0] {
        assert_eq!(
            server.send(&call("DELETE", "/mybucket/big")).await.status,
            204
        );
        server.emulator.settle().await;
        let deleted = expected(&[("n", "delete_object", "big")]);
        assert_eq!(told(&listener.heard()), deleted[..heard]);
    }
    // What fails is not told.
    assert_eq!(server.send(&copy).await.status, 404);
    server.emulator.settle().await;
    assert_eq!(listener.heard().len(), 0);
}

#[tokio::test]
async fn several_rules_apply_and_filters_choose() {
    let server = server().await;
    let listener = Listener::start(&[]).await;
    let mut images = rule("images", json!(["create_object"]), &listener);
    images["object_filters"] = json!(["*.png", "*.jpg"]);
    let mut off = rule("off", json!(["create_object"]), &listener);
    off["cloudfunc"] = json!("tupu-porn");
    let all = rule("all", json!(["create_object", "delete_object"]), &listener);
    set(&server, json!([images, all, off])).await;
    server.put("/mybucket/a/cat.png", b"hello").await;
    server.put("/mybucket/a/cat.txt", b"hello").await;
    server.emulator.settle().await;
    let create = "create_object";
    assert_eq!(
        told(&listener.heard()),
        expected(&[
            ("all", create, "a/cat.png"),
            ("all", create, "a/cat.txt"),
            ("images", create, "a/cat.png")
        ])
    );
    assert_eq!(
        server
            .send(&call("DELETE", "/mybucket?notification"))
            .await
            .status,
        204
    );
    server.put("/mybucket/a/cat.png", b"hello").await;
    server.emulator.settle().await;
    assert_eq!(listener.heard().len(), 0);
}

#[tokio::test]
async fn a_delivery_is_tried_twice() {
    for (answers, attempts) in [
        (&["500 Oh", "200 OK"][..], 2),
        (&["500 Oh", "500 Oh", "200 OK"], 2),
        (&["silence", "204 No Content"], 2),
        (&["202 Accepted", "500 Oh"], 1),
    ] {
        let server = server().await;
        let listener = Listener::start(answers).await;
        set(
            &server,
            json!([rule("n", json!(["create_object"]), &listener)]),
        )
        .await;
        server.put("/mybucket/a", b"hello").await;
        server.emulator.settle().await;
        let heard = listener.heard();
        assert_eq!(heard.len(), attempts, "{answers:?}");
        assert!(heard.iter().all(|one| *one == heard[0]));
    }
}

#[tokio::test]
async fn other_machines_are_not_told() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let server = Server::with(|builder| {
        builder
            .notification_patience(Duration::from_millis(50), Duration::from_millis(1))
            .log(move |line| log.lock().expect("the lines").push(line.to_owned()))
    })
    .await;
    assert_eq!(server.send(&call("PUT", "/mybucket")).await.status, 201);
    let mut rules =
        json!([{ "id": "away", "event_types": ["create_object"], "cloudfunc": "notifier" }]);
    rules[0]["notify_url"] = json!("http://192.0.2.1/hook");
    set(&server, rules).await;
    server.put("/mybucket/a", b"hello").await;
    server.emulator.settle().await;
    let lines = lines.lock().expect("the lines").join("\n");
    assert!(
        lines.contains("notification away: telling http://192.0.2.1/hook"),
        "{lines}"
    );
    assert!(lines.contains("not on this machine"), "{lines}");
}

#[tokio::test]
async fn notifications_are_checked_and_kept() {
    let server = server().await;
    let get = || call("GET", "/mybucket?notification");
    assert_eq!(
        server.send(&get()).await.json(),
        json!({ "notifications": [] })
    );
    let kept = json!([{
        "id": "make-previews", "event_types": ["create_object", "complete_multipart"], "object_filters": "*.jpg",
        "cloudfunc": "image", "cloudfunc_args": { "action": "resize:w_300", "key_seprate": "-", "later": 1 },
        "notify_url": "http://events.example.com/previews", "note": "kept",
    }, {
        // As an older revision of the official SDKs' shared scenarios has it.
        "id": "notification-1", "event_types": "create_object", "cloudfunc": "tupu-porn",
    }]);
    set(&server, kept.clone()).await;
    assert_eq!(
        server.send(&get()).await.json(),
        json!({ "notifications": kept })
    );
    for document in [
        json!({}),
        json!({ "notifications": [{ "id": "a" }] }),
        json!({ "notifications": [{ "id": "a", "event_types": ["read_object"], "cloudfunc": "tupu-porn" }] }),
    ] {
        let put = call("PUT", "/mybucket?notification").json(&document.to_string());
        assert_eq!(
            server.send(&put).await.error(),
            (400, "invalid_argument".to_owned()),
            "{document}"
        );
    }
    assert_eq!(
        server.send(&get()).await.json(),
        json!({ "notifications": kept })
    );
}

#[tokio::test]
async fn pictures_are_made_of_what_is_written_and_told_then() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let server = Server::with(|builder| {
        builder
            .user("usr-bob", "bob", "BOB_KEY_ID", "BOB_SECRET")
            .log(move |line| log.lock().expect("the lines").push(line.to_owned()))
    })
    .await;
    for bucket in ["/mybucket", "/previews"] {
        assert_eq!(server.send(&call("PUT", bucket)).await.status, 201);
    }
    let bobs = call("PUT", "/bobs-bucket").by(("BOB_KEY_ID", "BOB_SECRET"));
    assert_eq!(server.send(&bobs).await.status, 201);
    let listener = Listener::start(&[]).await;
    let job = |id: &str, arguments: Value| {
        let mut job = rule(id, json!(["create_object", "delete_object"]), &listener);
        job["cloudfunc"] = json!("image");
        job["cloudfunc_args"] = arguments;
        job
    };
    let turn = "rotate:a_90";
    set(
        &server,
        json!([
            job("near", json!({ "action": turn })),
            job("far", json!({ "action": "info", "key_prefix": "x", "key_seprate": "/", "save_bucket": "previews" })),
            job("bobs", json!({ "action": turn, "save_bucket": "bobs-bucket" })),
            job("wrong", json!({ "action": "blur:r_3" })),
        ]),
    )
    .await;
    let picture = tiff(3, 2, &[10, 20, 30, 40, 50, 60]);
    server.put("/mybucket/cat.tif", &picture).await;
    server.emulator.settle().await;
    // The results are not told of, else there would be results of results.
    let keys = server.get("/mybucket").await.json();
    let keys: Vec<&str> = keys["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .filter_map(|key| key["key"].as_str())
        .collect();
    assert_eq!(keys, ["cat.tif", "gen_cat.tif"]);
    let info = server
        .send(&image("/mybucket/gen_cat.tif", "info"))
        .await
        .json();
    assert_eq!((&info["width"], &info["height"]), (&json!(2), &json!(3)));
    let saved = server.get("/previews/x/cat.tif").await;
    assert_eq!(saved.header("content-type"), Some("application/json"));
    assert_eq!(saved.json()["width"], 3);
    let create = "create_object";
    assert_eq!(
        told(&listener.heard()),
        expected(&[("far", create, "cat.tif"), ("near", create, "cat.tif")])
    );
    let lines = std::mem::take(&mut *lines.lock().expect("the lines")).join("\n");
    for why in [
        "notification bobs: image: There is no bucket bobs-bucket here",
        "notification wrong: image: ",
    ] {
        assert!(lines.contains(why), "{lines}");
    }
    // What is no picture makes none, and nobody is told that it did.
    server.put("/mybucket/cat.txt", b"meow").await;
    server.emulator.settle().await;
    assert_eq!(listener.heard().len(), 0);
    assert_eq!(server.get("/mybucket/gen_cat.txt").await.status, 404);
    // A deletion is told; there is nothing to make.
    assert_eq!(
        server
            .send(&call("DELETE", "/mybucket/cat.txt"))
            .await
            .status,
        204
    );
    server.emulator.settle().await;
    assert_eq!(listener.heard().len(), 4);
}
