//! POST Object: uploads by form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::{Call, KEY_ID, Reply, SECRET, Server, call, exchange, sign};

const BOUNDARY: &str = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

/// A form as a browser sends it.
#[derive(Clone)]
struct Form {
    fields: Vec<(String, String)>,
    /// The rest of the disposition, and the part's other headers.
    file: (String, String),
    content: Vec<u8>,
    after: Vec<(String, String)>,
}

fn form(fields: &[(&str, &str)]) -> Form {
    Form {
        fields: owned(fields),
        file: (
            "; filename=\"icon.jpg\"".to_owned(),
            "Content-Type: image/jpeg\r\n".to_owned(),
        ),
        content: b"file_content".to_vec(),
        after: Vec::new(),
    }
}

fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    pairs.collect()
}

impl Form {
    /// Signed over all fields that it has now.
    fn signed(mut self) -> Form {
        let members: serde_json::Map<String, serde_json::Value> = self
            .fields
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().into()))
            .collect();
        let policy = STANDARD.encode(serde_json::Value::from(members).to_string());
        let signature = sign(&policy, SECRET);
        self.fields.extend(owned(&[
            ("access_key_id", KEY_ID),
            ("policy", &policy),
            ("signature", &signature),
        ]));
        self
    }

    fn field(mut self, name: &str, value: &str) -> Form {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    fn file(mut self, disposition: &str, headers: &str) -> Form {
        self.file = (disposition.to_owned(), headers.to_owned());
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let part = |(name, value): &(String, String)| {
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
        };
        let mut body: Vec<u8> = self
            .fields
            .iter()
            .map(part)
            .collect::<String>()
            .into_bytes();
        let (disposition, headers) = &self.file;
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"{disposition}\r\n{headers}\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(&self.content);
        body.extend(b"\r\n");
        body.extend(self.after.iter().map(part).collect::<String>().as_bytes());
        body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
        body
    }

    fn call(&self) -> Call {
        call("POST", "/mybucket")
            .anonymous()
            .header(
                "Content-Type",
                &format!("multipart/form-data; boundary={BOUNDARY}"),
            )
            .body(&self.bytes())
    }
}

async fn post(server: &Server, form: &Form) -> Reply {
    server.send(&form.call()).await
}

#[tokio::test]
async fn a_form_is_stored_with_its_fields() {
    let server = Server::with_bucket().await;
    let form = form(&[
        ("key", "user/tom/${filename}"),
        ("Content-Type", "image/jpeg"),
        ("Cache-Control", "max-age=5"),
        ("Content-Disposition", "inline"),
        ("Content-Encoding", "identity"),
        ("Expires", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("x-qs-storage-class", "STANDARD_IA"),
        ("x-qs-meta-Owner", "ann and bob"),
    ]);
    let reply = post(&server, &form.signed()).await;
    assert_eq!((reply.status, reply.text().as_str()), (201, ""));
    // The MD5 of `file_content`, by md5sum.
    assert_eq!(
        reply.header("etag"),
        Some("\"7f0b6bb0b7e951b7fd2b2a4a326297e1\"")
    );
    let stored = server.get("/mybucket/user/tom/icon.jpg").await;
    assert_eq!(stored.body, b"file_content");
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("cache-control", "max-age=5"),
        ("content-disposition", "inline"),
        ("content-encoding", "identity"),
        ("expires", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("x-qs-storage-class", "STANDARD_IA"),
        ("x-qs-meta-owner", "ann and bob"),
    ] {
        assert_eq!(stored.header(name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn the_published_signature_is_accepted() {
    let server = Server::with_bucket().await;
    let form = form(&[
        (
            "policy",
            "eyJrZXkiOiAidXNlci90b20vJHtmaWxlbmFtZX0iLCAicmVkaXJlY3QiOiAiaHR0cDovL2V4YW1wbGUuY29tL2NhbGxiYWNrIn0=",
        ),
        ("access_key_id", "ACCESS_KEY_ID"),
        ("signature", "EJT8EfIaHXRnkMnBpHjSoJWNBCThSwlaP7kdSFuVT5A="),
        ("key", "user/tom/${filename}"),
        ("redirect", "http://example.com/callback"),
    ]);
    let reply = post(&server, &form).await;
    assert_eq!(reply.status, 302, "{}", reply.text());
    let id = reply.header("x-qs-request-id").expect("an id");
    let expected = format!(
        "http://example.com/callback?status=201&code=created&message=Object+created&request_id={id}"
    );
    assert_eq!(reply.header("location"), Some(expected.as_str()));
    assert_eq!(server.get("/mybucket/user/tom/icon.jpg").await.status, 200);
}

#[tokio::test]
async fn names_of_files_have_no_folders() {
    let server = Server::with_bucket().await;
    for (disposition, key) in [
        ("; filename=\"C:\\photos\\cat 1.png\"", "up/cat%201.png"),
        ("; filename=\"../../etc/passwd\"", "up/passwd"),
        ("; filename=\"中文.txt\"", "up/%E4%B8%AD%E6%96%87.txt"),
        ("; filename=\"\"", "up/"),
        ("", "up/"),
    ] {
        let form = form(&[("key", "up/${filename}")])
            .signed()
            .file(disposition, "");
        assert_eq!(post(&server, &form).await.status, 201, "{disposition}");
        let stored = server.get(&format!("/mybucket/{key}")).await;
        assert_eq!(stored.status, 200, "{key}");
        assert_eq!(
            stored.header("content-type"),
            Some("application/octet-stream")
        );
        let removed = server.put(&format!("/mybucket/{key}"), b"").await;
        assert_eq!(removed.status, 201);
    }
}

#[tokio::test]
async fn media_types_must_not_contradict_each_other() {
    let server = Server::with_bucket().await;
    let png = form(&[("key", "k"), ("content-type", "image/png")]).signed();
    let reply = post(&server, &png).await;
    assert_eq!(reply.error(), (400, "invalid_argument".to_owned()));
    assert_eq!(server.get("/mybucket/k").await.status, 404);
    let unsaid = form(&[("key", "k")]).signed();
    assert_eq!(post(&server, &unsaid).await.status, 201);
    assert_eq!(
        server.get("/mybucket/k").await.header("content-type"),
        Some("image/jpeg")
    );
    let more = form(&[("key", "k"), ("content-type", "image/jpeg; q=1")]).signed();
    assert_eq!(post(&server, &more).await.status, 201);
    assert_eq!(
        server.get("/mybucket/k").await.header("content-type"),
        Some("image/jpeg; q=1")
    );
}

#[tokio::test]
async fn what_the_policy_does_not_say_is_refused() {
    let server = Server::with_bucket().await;
    let base = || form(&[("key", "k"), ("x-qs-meta-a", "1")]);
    let mut changed = base().signed();
    changed.fields[1].1 = "2".to_owned();
    let mut less = base().signed();
    less.fields.remove(1);
    for (about, form) in [
        ("a value was changed", changed),
        ("a field was left out", less),
        (
            "a field was added",
            base().signed().field("x-qs-meta-b", "1"),
        ),
        (
            "an unknown field was added",
            base().signed().field("anything", "1"),
        ),
    ] {
        let reply = post(&server, &form).await;
        assert_eq!(
            reply.error(),
            (400, "form_policy_violated".to_owned()),
            "{about}"
        );
        assert_eq!(server.get("/mybucket/k").await.status, 404, "{about}");
    }
    // What comes after the file is not looked at.
    let mut after = base().signed();
    after.after = owned(&[
        ("x-qs-meta-b", "1"),
        ("key", "other"),
        ("Upload", "Upload to QingStor"),
    ]);
    assert_eq!(post(&server, &after).await.status, 201);
    assert_eq!(server.get("/mybucket/k").await.header("x-qs-meta-b"), None);
    assert_eq!(server.get("/mybucket/other").await.status, 404);
}

#[tokio::test]
async fn who_sends_the_form_is_checked() {
    let server = Server::with_bucket().await;
    let replaced = |name: &str, value: &str| {
        let mut form = form(&[("key", "k")]).signed();
        for field in &mut form.fields {
            if field.0 == name {
                value.clone_into(&mut field.1);
            }
        }
        form
    };
    for (form, status, code) in [
        (
            replaced("access_key_id", "NOBODY"),
            401,
            "invalid_access_key_id",
        ),
        (
            replaced("signature", &sign("other", SECRET)),
            401,
            "signature_not_matched",
        ),
        (replaced("signature", "???"), 401, "signature_not_matched"),
        (replaced("policy", "e30="), 401, "signature_not_matched"),
        (replaced("signature", ""), 400, "invalid_argument"),
        (replaced("policy", ""), 400, "invalid_argument"),
        (replaced("access_key_id", ""), 400, "invalid_argument"),
        (form(&[("key", "k")]), 403, "permission_denied"),
    ] {
        let reply = post(&server, &form).await;
        assert_eq!(reply.error(), (status, code.to_owned()));
        assert!(!reply.text().contains(SECRET));
    }
    assert_eq!(server.get("/mybucket/k").await.status, 404);
    let other =
        Server::with(|builder| builder.user("usr-bob", "bob", "BOBS_KEY", "BOBS_SECRET")).await;
    assert_eq!(other.send(&call("PUT", "/mybucket")).await.status, 201);
    let mut bobs = form(&[("key", "k")]).signed();
    for field in &mut bobs.fields {
        match field.0.as_str() {
            "access_key_id" => "BOBS_KEY".clone_into(&mut field.1),
            "signature" => field.1 = sign(&STANDARD.encode("{\"key\":\"k\"}"), "BOBS_SECRET"),
            _ => {}
        }
    }
    assert_eq!(
        post(&other, &bobs).await.error(),
        (403, "permission_denied".to_owned())
    );
}

#[tokio::test]
async fn everybody_may_send_a_form_where_everybody_may_write() {
    let server = Server::with_bucket().await;
    let list = r#"{"acl": [{"grantee": {"type": "group", "name": "QS_ALL_USERS"}, "permission": "WRITE"}]}"#;
    let put = call("PUT", "/mybucket?acl")
        .resource("/mybucket?acl")
        .json(list);
    assert_eq!(server.send(&put).await.status, 200);
    let reply = post(&server, &form(&[("key", "k"), ("anything", "1")])).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    assert_eq!(server.get("/mybucket/k").await.body, b"file_content");
    let described = form(&[("key", "k2"), ("X-QS-Meta-Owner", "nobody")]);
    assert_eq!(
        post(&server, &described).await.error(),
        (403, "permission_denied".to_owned())
    );
    // Whoever says who they are is held to it.
    let mut wrong = form(&[("key", "k3")]).signed();
    wrong.fields[3].1 = sign("other", SECRET);
    assert_eq!(
        post(&server, &wrong).await.error(),
        (401, "signature_not_matched".to_owned())
    );
}

#[tokio::test]
async fn a_failure_is_told_to_the_page_too() {
    let server = Server::with_bucket().await;
    let page = "https://app.example.com/done?from=form#top";
    let wrong = form(&[("key", "/k"), ("redirect", page)]).signed();
    let reply = post(&server, &wrong).await;
    assert_eq!(reply.status, 302);
    let location = reply.header("location").expect("an address");
    let start = "https://app.example.com/done?from=form&status=400&code=invalid_object_name&message=The+key+";
    assert!(location.starts_with(start), "{location}");
    let id = reply.header("x-qs-request-id").expect("an id");
    assert!(
        location.ends_with(&format!("&request_id={id}#top")),
        "{location}"
    );
    let unsafe_page = form(&[("key", "k"), ("redirect", "javascript:alert(1)")]).signed();
    assert_eq!(
        post(&server, &unsafe_page).await.error(),
        (400, "invalid_argument".to_owned())
    );
    assert_eq!(server.get("/mybucket/k").await.status, 404);
}

#[tokio::test]
async fn broken_forms_store_nothing() {
    let server = Server::with_bucket().await;
    for (form, code) in [
        (form(&[("x-qs-meta-a", "1")]).signed(), "invalid_argument"),
        (form(&[("key", "")]).signed(), "invalid_object_name"),
        (
            form(&[("key", &"k".repeat(1024))]).signed(),
            "invalid_object_name",
        ),
        (
            form(&[("key", "k"), ("x-qs-storage-class", "COLD")]).signed(),
            "invalid_request",
        ),
        (
            form(&[("key", "k"), ("x-qs-meta-a", &"m".repeat(2048))]).signed(),
            "metadata_too_large",
        ),
        (
            form(&[("key", "k"), ("charset", "klingon")]).signed(),
            "invalid_argument",
        ),
        (
            form(&[("key", "k"), ("Cache-Control", "a\nb")]).signed(),
            "invalid_argument",
        ),
    ] {
        let reply = post(&server, &form).await;
        assert_eq!(reply.error(), (400, code.to_owned()));
    }
    let whole = form(&[("key", "k")]).signed();
    let bytes = whole.bytes();
    for length in [0, 40, bytes.len() / 2, bytes.len() - 80] {
        let cut = whole.call().body(&bytes[..length]);
        let reply = server.send(&cut).await;
        assert_eq!(
            reply.error(),
            (400, "incomplete_body".to_owned()),
            "{length} bytes"
        );
    }
    let not_a_form = whole.call().header("Content-Type", "application/json");
    assert_eq!(
        server.send(&not_a_form).await.error(),
        (400, "invalid_argument".to_owned())
    );
    assert_eq!(server.get("/mybucket/k").await.status, 404);
    let nowhere = whole.call();
    let text =
        String::from_utf8_lossy(&nowhere.bytes()).replace("POST /mybucket", "POST /nobucket");
    let reply = exchange(server.emulator.address(), text.as_bytes()).await;
    assert_eq!(reply.error(), (404, "bucket_not_exists".to_owned()));
}

#[tokio::test]
async fn large_files_and_both_styles_of_address() {
    let server = Server::with_bucket().await;
    let mut large = form(&[("key", "large")]).signed();
    large.content = (0..3 << 20).map(|at: u32| (at / 7) as u8).collect();
    let call = large.call().header("Host", "mybucket.pek3a.localhost");
    let text = call.bytes();
    let line = b"POST /mybucket HTTP".len();
    let moved = [b"POST / HTTP", &text[line..]].concat();
    assert_eq!(
        exchange(server.emulator.address(), &moved).await.status,
        201
    );
    assert_eq!(server.get("/mybucket/large").await.body, large.content);
}

#[tokio::test]
async fn scripts_of_allowed_origins_may_read_the_answer() {
    let server = Server::with_bucket().await;
    let rules = r#"{"cors_rules": [{"allowed_origin": "https://app.example.com", "allowed_methods": ["POST"]}]}"#;
    assert_eq!(
        server
            .send(&call("PUT", "/mybucket?cors").json(rules))
            .await
            .status,
        200
    );
    let from = |origin: &str| {
        form(&[("key", "k")])
            .signed()
            .call()
            .header("Origin", origin)
    };
    let reply = server.send(&from("https://app.example.com")).await;
    assert_eq!(reply.status, 201);
    assert_eq!(
        reply.header("access-control-allow-origin"),
        Some("https://app.example.com")
    );
    let reply = server.send(&from("https://other.example.com")).await;
    assert_eq!(
        (reply.status, reply.header("access-control-allow-origin")),
        (201, None)
    );
}
