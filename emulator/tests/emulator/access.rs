//! Who may do what: access control lists and policies, tried by the owner, by two other accounts and by nobody.

use serde_json::{Value, json};

use crate::support::{Call, Reply, Server, call};

const BOB: (&str, &str) = ("BOB_KEY_ID", "BOB_SECRET");
const CAT: (&str, &str) = ("CAT_KEY_ID", "CAT_SECRET");

/// With the object `2026/a.txt` in a bucket of the default account.
async fn server() -> Server {
    let server = Server::with(|builder| {
        builder
            .user("usr-bob", "bob", BOB.0, BOB.1)
            .user("usr-cat", "cat", CAT.0, CAT.1)
    })
    .await;
    assert_eq!(server.send(&call("PUT", "/mybucket")).await.status, 201);
    server.put("/mybucket/2026/a.txt", b"hello").await;
    server
}

impl Server {
    async fn set(&self, sub: &str, document: &Value) {
        let put = call("PUT", &format!("/mybucket?{sub}"));
        let reply = self.send(&put.json(&document.to_string())).await;
        assert_eq!(reply.status, 200, "{sub}: {}", reply.text());
    }

    async fn acl(&self, entries: Value) {
        self.set("acl", &json!({ "acl": entries })).await;
    }

    async fn policy(&self, statements: Value) {
        self.set("policy", &json!({ "statement": statements }))
            .await;
    }

    async fn status(&self, call: Call) -> u16 {
        self.send(&call).await.status
    }
}

fn denied(reply: &Reply) -> bool {
    reply.error() == (403, "permission_denied".to_owned())
}

/// A request as each of them sends it: bob, cat, nobody.
fn all(call: &Call) -> [Call; 3] {
    [
        call.clone().by(BOB),
        call.clone().by(CAT),
        call.clone().anonymous(),
    ]
}

fn get() -> Call {
    call("GET", "/mybucket/2026/a.txt")
}

fn list() -> Call {
    call("GET", "/mybucket")
}

fn put(key: &str) -> Call {
    call("PUT", &format!("/mybucket/{key}")).body(b"new")
}

fn delete() -> Call {
    call("DELETE", "/mybucket/2026/a.txt")
}

async fn statuses(server: &Server, call: &Call) -> [u16; 3] {
    let [bob, cat, nobody] = all(call);
    [
        server.status(bob).await,
        server.status(cat).await,
        server.status(nobody).await,
    ]
}

#[tokio::test]
async fn without_settings_a_bucket_is_its_owners() {
    let server = server().await;
    for request in [
        get(),
        list(),
        put("b"),
        call("POST", "/mybucket?delete").json(r#"{"objects":[{"key":"2026/a.txt"}]}"#),
        call("GET", "/mybucket?acl"),
        call("GET", "/mybucket?policy"),
        call("GET", "/mybucket?cors"),
    ] {
        for sent in all(&request) {
            let reply = server.send(&sent).await;
            assert!(
                denied(&reply),
                "{} {}: {}",
                request.method,
                request.target,
                reply.text()
            );
        }
    }
    // A head has no body, whatever the reason.
    let head = call("HEAD", "/mybucket/2026/a.txt");
    assert_eq!(statuses(&server, &head).await, [403; 3]);
    assert_eq!(server.status(get()).await, 200);
    // What is not there is not there for anybody.
    let missing = call("GET", "/otherbucket/k");
    assert_eq!(statuses(&server, &missing).await, [404; 3]);
    // Names are shared by all accounts, what they hold is not.
    let taken = server.send(&call("PUT", "/mybucket").by(BOB)).await;
    assert_eq!(taken.error(), (409, "bucket_already_exists".to_owned()));
}

#[tokio::test]
async fn an_access_control_list_opens_a_bucket() {
    let server = server().await;
    let everybody = json!({ "type": "group", "name": "QS_ALL_USERS" });
    server
        .acl(json!([
            { "grantee": everybody, "permission": "READ" },
            { "grantee": { "type": "user", "id": "usr-bob" }, "permission": "FULL_CONTROL" },
        ]))
        .await;
    let head = call("HEAD", "/mybucket/2026/a.txt");
    let many = call("POST", "/mybucket?delete").json(r#"{"objects":[{"key":"x"}]}"#);
    for (request, expected) in [
        (get(), [200, 200, 200]),
        (head, [200, 200, 200]),
        (list(), [200, 403, 403]),
        (put("b"), [201, 403, 403]),
        (many, [200, 403, 403]),
        // Settings are the owner's affair, whoever has full control.
        (call("GET", "/mybucket?acl"), [403, 403, 403]),
        (call("GET", "/mybucket?lifecycle"), [403, 403, 403]),
    ] {
        let seen = statuses(&server, &request).await;
        assert_eq!(seen, expected, "{} {}", request.method, request.target);
    }
    server
        .acl(json!([{ "grantee": everybody, "permission": "WRITE" }]))
        .await;
    let meta = put("b").header("x-qs-meta-a", "1");
    for (request, expected) in [
        (get(), [403, 403, 403]),
        (put("b"), [201, 201, 201]),
        // Nobody in particular cannot describe what it writes.
        (meta, [201, 201, 403]),
    ] {
        let seen = statuses(&server, &request).await;
        assert_eq!(seen, expected, "{} {}", request.method, request.target);
    }
    let copy = call("PUT", "/mybucket/copy").header("X-QS-Copy-Source", "/mybucket/2026/a.txt");
    assert_eq!(
        statuses(&server, &copy).await,
        [403; 3],
        "the source cannot be read"
    );
    server
        .acl(json!([{ "grantee": everybody, "permission": "FULL_CONTROL" }]))
        .await;
    assert_eq!(statuses(&server, &copy).await, [201; 3]);
    server.acl(json!([])).await;
    assert_eq!(statuses(&server, &get()).await, [403; 3]);
}

#[tokio::test]
async fn an_access_control_list_is_answered_with_its_owner() {
    let server = server().await;
    let never = server.get("/mybucket?acl").await.json();
    assert_eq!(never["acl"], json!([]));
    let id = never["owner"]["id"].as_str().unwrap_or("");
    assert!(id.starts_with("usr-"), "{never}");
    assert!(never["owner"]["name"].is_string(), "{never}");
    let entries = json!([
        {
            "grantee": { "type": "user", "id": "usr-bob", "name": "bob", "since": 2026 },
            "permission": "WRITE",
        },
    ]);
    server.acl(entries.clone()).await;
    assert_eq!(server.get("/mybucket?acl").await.json()["acl"], entries);
    for (document, place) in [
        (r#"{}"#, "acl"),
        (r#"{"acl":null}"#, "acl"),
        (
            r#"{"acl":[{"grantee":{"type":"user","id":null},"permission":"READ"}]}"#,
            "acl[0].grantee.id",
        ),
    ] {
        let reply = server
            .send(&call("PUT", "/mybucket?acl").json(document))
            .await;
        assert_eq!(
            reply.error(),
            (400, "invalid_argument".to_owned()),
            "{document}"
        );
        assert!(reply.text().contains(place), "{}", reply.text());
    }
    let reply = server
        .send(&call("PUT", "/mybucket?acl").json("{acl:[]}"))
        .await;
    assert_eq!(reply.error(), (400, "invalid_json".to_owned()));
    assert_eq!(server.get("/mybucket?acl").await.json()["acl"], entries);
}

fn statement(id: &str, user: Value, action: Value, effect: &str, resource: Value) -> Value {
    json!({ "id": id, "user": user, "action": action, "effect": effect, "resource": resource })
}

#[tokio::test]
async fn a_policy_outranks_the_list_and_its_first_statement_decides() {
    let server = server().await;
    server
        .acl(json!([
            { "grantee": { "type": "user", "id": "usr-bob" }, "permission": "FULL_CONTROL" },
            { "grantee": { "type": "user", "id": "usr-cat" }, "permission": "READ" },
        ]))
        .await;
    server
        .policy(json!([
            statement(
                "cat",
                json!("usr-cat"),
                json!("create_object"),
                "allow",
                json!("mybucket/cats/*")
            ),
            statement(
                "no cats",
                json!("*"),
                json!(["create_object", "get_object"]),
                "deny",
                json!(["mybucket/cats/*"])
            ),
            statement(
                "pictures",
                json!("*"),
                json!("get_object"),
                "allow",
                json!("mybucket/*.png")
            ),
        ]))
        .await;
    for (request, expected) in [
        // The statement about cat comes first.
        (put("cats/1.png"), [403, 201, 403]),
        (call("GET", "/mybucket/cats/1.png"), [403, 403, 403]),
        // Only the third is about it; there is no such object.
        (call("GET", "/mybucket/dogs/1.png"), [404, 404, 404]),
        // None is about it: the list decides.
        (get(), [200, 200, 403]),
        (put("dogs/1.png"), [201, 403, 403]),
        // There is one now.
        (call("GET", "/mybucket/dogs/1.png"), [200, 200, 200]),
    ] {
        let seen = statuses(&server, &request).await;
        assert_eq!(seen, expected, "{} {}", request.method, request.target);
    }
    // The owner is one of everybody, but keeps the settings.
    let reply = server.send(&put("cats/2.png")).await;
    assert!(denied(&reply), "{}", reply.text());
    assert!(reply.text().contains("`no cats`"), "{}", reply.text());
    let removed = server.send(&call("DELETE", "/mybucket?policy")).await;
    assert_eq!((removed.status, removed.body.len()), (204, 0));
    assert_eq!(server.status(put("cats/2.png")).await, 201);
    assert_eq!(statuses(&server, &get()).await, [200, 200, 403]);
}

#[tokio::test]
async fn a_policy_opens_lists_below_a_prefix() {
    let server = server().await;
    server.put("/mybucket/2025/b.txt", b"hello").await;
    server
        .policy(json!([statement(
            "below",
            json!("*"),
            json!("list_objects"),
            "allow",
            json!("mybucket/2026/*")
        ),]))
        .await;
    for (target, expected) in [
        ("/mybucket?prefix=2026/", [200; 3]),
        ("/mybucket?prefix=2026/a&delimiter=/", [200; 3]),
        ("/mybucket?prefix=2025/", [403; 3]),
        ("/mybucket?prefix=202", [403; 3]),
        ("/mybucket?prefix=", [403; 3]),
        ("/mybucket", [403; 3]),
    ] {
        assert_eq!(
            statuses(&server, &call("GET", target)).await,
            expected,
            "{target}"
        );
    }
    let listed = server
        .send(&call("GET", "/mybucket?prefix=2026/").anonymous())
        .await;
    assert_eq!(listed.json()["keys"][0]["key"], "2026/a.txt");
    server
        .policy(json!([{ "id": "all", "user": "*", "action": "list_objects", "effect": "allow" }]))
        .await;
    assert_eq!(statuses(&server, &list()).await, [200; 3]);
}

#[tokio::test]
async fn conditions_look_at_referer_and_address() {
    let server = server().await;
    let mut read = statement(
        "read",
        json!("*"),
        json!(["get_object"]),
        "allow",
        json!("mybucket/*"),
    );
    for (condition, referer, expected) in [
        (
            json!({ "string_like": { "Referer": "http://*.example.com/*" } }),
            "http://a.example.com/b",
            200,
        ),
        (
            json!({ "string_like": { "Referer": "http://*.example.com/*" } }),
            "http://example.org/",
            403,
        ),
        (
            json!({ "string_like": { "Referer": "http://*.example.com/*" } }),
            "",
            403,
        ),
        (
            json!({ "string_not_like": { "Referer": ["http://*.example.com/*"] } }),
            "http://example.org/",
            200,
        ),
        (
            json!({ "string_not_like": { "Referer": ["http://*.example.com/*"] } }),
            "http://a.example.com/b",
            403,
        ),
        (json!({ "is_null": { "Referer": true } }), "", 200),
        (
            json!({ "is_null": { "Referer": true } }),
            "http://example.org/",
            403,
        ),
        (
            json!({ "is_null": { "Referer": false } }),
            "http://example.org/",
            200,
        ),
        (json!({ "is_null": { "Referer": false } }), "", 403),
        (
            json!({ "ip_address": { "source_ip": "127.0.0.0/8" } }),
            "",
            200,
        ),
        (
            json!({ "ip_address": { "source_ip": ["10.0.0.0/8", "127.0.0.1"] } }),
            "",
            200,
        ),
        (
            json!({ "ip_address": { "source_ip": ["10.0.0.0/8"] } }),
            "",
            403,
        ),
        (
            json!({ "not_ip_address": { "source_ip": ["127.0.0.0/8"] } }),
            "",
            403,
        ),
        (
            json!({ "not_ip_address": { "source_ip": ["10.0.0.0/8"] } }),
            "",
            200,
        ),
        (
            json!({ "ip_address": { "source_ip": "127.0.0.1/32" }, "is_null": { "Referer": false } }),
            "",
            403,
        ),
    ] {
        read["condition"] = condition.clone();
        server.policy(json!([read])).await;
        let got = server
            .status(get().anonymous().header("Referer", referer))
            .await;
        assert_eq!(got, expected, "{condition} {referer}");
    }
}

#[tokio::test]
async fn keys_that_are_deleted_together_are_judged_one_by_one() {
    let server = server().await;
    server.put("/mybucket/2025/b.txt", b"hello").await;
    server
        .policy(json!([statement(
            "delete",
            json!("*"),
            json!("delete_object"),
            "allow",
            json!("mybucket/2025/*")
        ),]))
        .await;
    let many = |keys: [&str; 2]| {
        let keys: Vec<Value> = keys.iter().map(|key| json!({ "key": key })).collect();
        call("POST", "/mybucket?delete").json(&json!({ "objects": keys }).to_string())
    };
    let reply = server
        .send(&many(["2025/b.txt", "2026/a.txt"]).by(CAT))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let answer = reply.json();
    assert_eq!(answer["deleted"], json!([{ "key": "2025/b.txt" }]));
    assert_eq!(answer["errors"][0]["key"], "2026/a.txt");
    assert_eq!(answer["errors"][0]["code"], "permission_denied");
    assert_eq!(server.get("/mybucket/2025/b.txt").await.status, 404);
    assert_eq!(server.get("/mybucket/2026/a.txt").await.status, 200);
    let reply = server
        .send(&many(["2026/a.txt", "2026/b.txt"]).anonymous())
        .await;
    assert!(denied(&reply), "{}", reply.text());
    // A policy lets nobody in particular delete many objects, but one object needs a signature in any case.
    let reply = server
        .send(&many(["2025/b.txt", "2025/c.txt"]).anonymous())
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn a_policy_is_kept_as_it_was_put() {
    let server = server().await;
    assert_eq!(
        server.get("/mybucket?policy").await.json(),
        json!({ "statement": [] })
    );
    let statements = json!([
        {
            "id": "all of it", "user": "*", "action": "get_object", "effect": "allow", "resource": ["mybucket/*"],
            "condition": { "string_like": { "Referer": "*" }, "later": { "x": 1 } }, "note": "kept",
        },
    ]);
    let mut with_nulls = statements.clone();
    with_nulls[0]["condition"]["is_null"] = json!(null);
    server.policy(with_nulls).await;
    assert_eq!(
        server.get("/mybucket?policy").await.json(),
        json!({ "statement": statements })
    );
    for (statements, code) in [
        (
            json!([statement(
                "",
                json!("*"),
                json!("get_object"),
                "allow",
                json!("*")
            )]),
            "invalid_argument",
        ),
        (
            json!([statement(
                "a",
                json!("*"),
                json!("get_objects"),
                "allow",
                json!("*")
            )]),
            "invalid_argument",
        ),
        (
            json!([
                statement("a", json!("*"), json!("get_object"), "allow", json!("*")),
                statement("a", json!("*"), json!("get_object"), "deny", json!("*")),
            ]),
            "invalid_request",
        ),
    ] {
        let document = json!({ "statement": statements }).to_string();
        let reply = server
            .send(&call("PUT", "/mybucket?policy").json(&document))
            .await;
        assert_eq!(reply.error(), (400, code.to_owned()), "{document}");
    }
    assert_eq!(
        server.get("/mybucket?policy").await.json(),
        json!({ "statement": statements })
    );
    let wrong = call("GET", "/mybucket?policy").by(("BOB_KEY_ID", "guessed"));
    let reply = server.send(&wrong).await;
    assert_eq!(reply.error(), (401, "signature_not_matched".to_owned()));
    assert_eq!(server.status(call("DELETE", "/mybucket?policy")).await, 204);
    assert_eq!(server.status(call("DELETE", "/mybucket?policy")).await, 204);
    assert_eq!(
        server.get("/mybucket?policy").await.json(),
        json!({ "statement": [] })
    );
}

#[tokio::test]
async fn one_object_is_deleted_by_those_who_may_write_and_never_unsigned() {
    let server = server().await;
    let everybody = json!({ "type": "group", "name": "QS_ALL_USERS" });
    server
        .acl(json!([
            { "grantee": everybody, "permission": "FULL_CONTROL" },
            { "grantee": { "type": "user", "id": "usr-bob" }, "permission": "WRITE" },
        ]))
        .await;
    server
        .policy(json!([statement(
            "x",
            json!("*"),
            json!("delete_object"),
            "allow",
            json!("mybucket/x/*")
        )]))
        .await;
    for (sent, allowed) in [
        (delete().anonymous(), false),
        (call("DELETE", "/mybucket/x/y").anonymous(), false),
        (delete().by(CAT), false),
        (call("DELETE", "/mybucket/x/y").by(CAT), true),
        (delete().by(BOB), true),
    ] {
        let status = server.status(sent.clone()).await;
        assert_eq!(
            status != 403,
            allowed,
            "{} {:?} {status}",
            sent.target,
            sent.account
        );
    }
}
