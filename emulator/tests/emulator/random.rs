//! Random input of many kinds: always a clear answer, never a failure of the server's own, nothing stored by a refusal.
//!
//! `QINGSTOR_FUZZ_CASES=100000 cargo test -p qingstor-emulator --test emulator random` tries more; `fuzz/` has targets
//! that a fuzzer steers by coverage. A case that fails is printed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Call, Reply, Server, call};

/// The same cases each time.
fn runner(cases: u32) -> TestRunner {
    let asked = std::env::var("QINGSTOR_FUZZ_CASES").ok();
    let config = Config {
        cases: asked.and_then(|text| text.parse().ok()).unwrap_or(cases),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Runs a case for each value, in one runtime.
fn every<S: Strategy>(
    cases: u32,
    strategy: &S,
    runtime: &tokio::runtime::Runtime,
    mut case: impl AsyncFnMut(S::Value) -> Result<(), TestCaseError>,
) where
    S::Value: std::fmt::Debug,
{
    let case = std::cell::RefCell::new(&mut case);
    let run = |value| runtime.block_on((*case.borrow_mut())(value));
    if let Err(error) = runner(cases).run(strategy, run) {
        panic!("{error}");
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// What holds for every answer.
fn is_clear(reply: &Reply) -> Result<(), TestCaseError> {
    let clear = reply.status < 500 || [501, 503].contains(&reply.status);
    prop_assert!(clear, "{} {}", reply.status, reply.text());
    if reply.status >= 400 && !reply.body.is_empty() {
        prop_assert!(reply.json()["code"].is_string(), "{}", reply.text());
    }
    Ok(())
}

// Paths ---------------------------------------------------------------------------------------------------------------

/// All files below a folder, by path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let content = fs::read(&path).expect("a file");
            found.insert(path.display().to_string(), content);
        }
    }
    found
}

/// Keys, as they stand in a request line, that try to be paths.
fn path_like() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "..",
        ".",
        "/",
        "//",
        "%2F",
        "%2f",
        "%5C",
        "\\",
        "%2e%2e",
        "%2E%2E%2F",
        "..%2F",
        "%00",
        "%0A",
        "%252e%252e",
        "~",
        "C:",
        "etc",
        "passwd",
        "outside",
        "blobs",
        "incoming",
        "meta.redb",
        "lock",
        "format",
        "%C3%A9",
        "%FF",
        "%c0%ae",
        "%ef%bc%8f",
        "a",
        "*",
        "$HOME",
        "`id`",
        "%20",
        "+",
    ]);
    vec(piece, 1..12).prop_map(|pieces| pieces.concat())
}

#[test]
fn no_key_leads_out_of_the_data_folder() {
    let root = tempfile::tempdir().expect("a folder");
    let data = root.path().join("inner/data");
    fs::create_dir_all(root.path().join("inner")).expect("a folder");
    fs::write(root.path().join("outside"), "untouched").expect("a file");
    fs::write(root.path().join("inner/outside"), "untouched").expect("a file");
    let outside = |root: &Path| {
        let mut all = files(root);
        let inside = root.join("inner/data").display().to_string();
        all.retain(|path, _| !path.starts_with(&inside));
        all
    };
    let before = outside(root.path());
    let runtime = runtime();
    let server = runtime.block_on(Server::with(|builder| builder.data_dir(&data)));
    runtime.block_on(server.send(&call("PUT", "/mybucket")));
    // Large enough for a file of its own.
    let body = vec![b'x'; 40_000];
    every(150, &path_like(), &runtime, async |key: String| {
        let target = format!("/mybucket/{key}");
        let put = server.send(&call("PUT", &target).body(&body)).await;
        is_clear(&put)?;
        if put.status == 201 {
            let got = server.send(&call("GET", &target)).await;
            prop_assert_eq!((got.status, got.body.len()), (200, body.len()));
        }
        // The same names where they mean something to read: nothing outside the buckets can be copied.
        for header in ["X-QS-Copy-Source", "X-QS-Move-Source"] {
            let copy = call("PUT", "/mybucket/copied").header(header, &format!("/{key}"));
            is_clear(&server.send(&copy).await)?;
        }
        is_clear(&server.send(&call("GET", &format!("/{key}"))).await)?;
        is_clear(&server.send(&call("DELETE", &target)).await)?;
        Ok(())
    });
    runtime.block_on(server.emulator.shutdown());
    assert_eq!(outside(root.path()), before, "files outside");
    // Inside, files have names of the server's own making.
    for path in files(&data).keys() {
        let name = path.strip_prefix(&format!("{}/", data.display()));
        let name = name.expect("below the folder");
        let own = ["format", "lock", "meta.redb"].contains(&name)
            || name.strip_prefix("blobs/").is_some_and(|blob| {
                blob.split('/')
                    .all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
            });
        assert!(own, "{name}");
    }
}

// Raw requests --------------------------------------------------------------------------------------------------------

/// Something that happens to bytes on their way.
#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Drop(Index, usize),
    Double(Index, usize),
    Insert(Index, &'static str),
}

fn damage() -> impl Strategy<Value = Damage> {
    let bits = any::<u8>().prop_filter("a change", |bits| *bits != 0);
    let pieces = select(vec![
        "\r\n",
        "\n",
        "\0",
        ": ",
        " ",
        "%",
        "?",
        "&",
        "\r\n\r\n",
        "HTTP/1.1",
        "Host: b\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\n",
        "Content-Length: 18446744073709551615\r\n",
        "Expect: 100-continue\r\n",
        "--",
        "\u{fffd}",
    ]);
    prop_oneof![
        (any::<Index>(), bits).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Damage::Drop(at, length)),
        (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Damage::Double(at, length)),
        (any::<Index>(), pieces).prop_map(|(at, piece)| Damage::Insert(at, piece)),
    ]
}

fn damaged(bytes: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for damage in damages {
        if bytes.is_empty() {
            break;
        }
        match damage {
            Damage::Flip(at, bits) => {
                let at = at.index(bytes.len());
                bytes[at] ^= bits;
            }
            Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Damage::Drop(at, length) => {
                let at = at.index(bytes.len());
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Damage::Double(at, length) => {
                let at = at.index(bytes.len());
                let piece = bytes[at..(at + length).min(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            Damage::Insert(at, piece) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, piece.bytes());
            }
        }
    }
    bytes
}

/// The status lines of all answers to bytes after which nothing more comes.
async fn statuses(server: &Server, bytes: &[u8]) -> Vec<u16> {
    let address = server.emulator.address();
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let text = String::from_utf8_lossy(&answer).into_owned();
    text.split("HTTP/1.1 ")
        .skip(1)
        .filter_map(|rest| rest.get(..3)?.parse().ok())
        .collect()
}

#[test]
fn damaged_requests_store_nothing_that_was_not_signed() {
    let requests = [
        // With the digest of its body, which is signed; a body alone is not.
        call("PUT", "/mybucket/new").json("hello"),
        call("PUT", "/mybucket/new").header("X-QS-Copy-Source", "/mybucket/k"),
        call("PUT", "/mybucket?cors")
            .json(r#"{"cors_rules":[{"allowed_origin":"*","allowed_methods":["GET"]}]}"#),
        call("POST", "/mybucket?delete").json(r#"{"objects":[{"key":"k"}]}"#),
        call("GET", "/mybucket/k").header("Range", "bytes=1-2"),
        call("DELETE", "/mybucket/k"),
    ];
    let requests: Vec<Vec<u8>> = requests.iter().map(Call::bytes).collect();
    let cases = (select(requests), vec(damage(), 1..4));
    let runtime = runtime();
    let server = runtime.block_on(Server::with_bucket());
    every(600, &cases, &runtime, async |(request, damages)| {
        server.put("/mybucket/k", b"hello").await;
        let bytes = damaged(&request, &damages);
        for status in statuses(&server, &bytes).await {
            prop_assert!(
                status < 500 || status == 501,
                "{}: {}",
                status,
                String::from_utf8_lossy(&bytes)
            );
        }
        // Damage to what is signed is found; what got through is the request that was meant.
        let new = server.get("/mybucket/new").await;
        prop_assert!(new.status == 404 || new.body == b"hello", "{}", new.text());
        server.send(&call("DELETE", "/mybucket/new")).await;
        Ok(())
    });
}

// JSON ----------------------------------------------------------------------------------------------------------------

/// A document for each setting that is taken.
fn documents() -> Vec<(&'static str, Value)> {
    vec![
        (
            "acl",
            json!({ "acl": [{ "grantee": { "type": "group", "name": "QS_ALL_USERS" }, "permission": "READ" }] }),
        ),
        (
            "cors",
            json!({ "cors_rules": [{ "allowed_origin": "*", "allowed_methods": ["GET"], "max_age_seconds": 5 }] }),
        ),
        (
            "policy",
            json!({ "statement": [{ "id": "a", "user": "*", "action": ["get_object"], "effect": "allow",
            "resource": ["mybucket/*"], "condition": { "string_like": { "Referer": ["*"] } } }] }),
        ),
        (
            "lifecycle",
            json!({ "rule": [{ "id": "a", "status": "enabled", "filter": { "prefix": "x" }, "expiration": { "days": 9 } }] }),
        ),
        (
            "logging",
            json!({ "target_bucket": "mybucket", "target_prefix": "log-" }),
        ),
        (
            "notification",
            json!({ "notifications": [{ "id": "a", "event_types": ["create_object"], "cloudfunc": "notifier",
            "object_filters": ["*"], "notify_url": "http://127.0.0.1:9/" }] }),
        ),
        ("mirror", json!({ "source_site": "http://127.0.0.1:9/" })),
        (
            "cname",
            json!({ "domain": "a.example.com", "type": "normal" }),
        ),
        ("versioning", json!({ "status": "SUSPENDED" })),
    ]
}

/// Any JSON, small.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(vec![
            "",
            "*",
            "enabled",
            "-1",
            "18446744073709551616",
            "\u{0}",
            "é",
            "http://[",
            "10.0.0.0/99"
        ])
        .prop_map(Value::from),
        ".{0,300}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z_]{0,12}", inner, 0..4)
                .prop_map(|members| members.into_iter().collect::<Value>()),
        ]
    })
}

/// Puts another value in the place of one somewhere in a document, or takes that away.
fn changed(document: &mut Value, path: &[Index], other: &Option<Value>) {
    let Some((step, rest)) = path.split_first() else {
        *document = other.clone().unwrap_or(Value::Null);
        return;
    };
    match document {
        Value::Array(items) if !items.is_empty() => {
            let at = step.index(items.len());
            if rest.is_empty() && other.is_none() {
                items.remove(at);
            } else {
                changed(&mut items[at], rest, other);
            }
        }
        Value::Object(members) if !members.is_empty() => {
            let name = members.keys().nth(step.index(members.len()));
            let name = name.expect("a member").clone();
            if rest.is_empty() && other.is_none() {
                members.remove(&name);
            } else {
                changed(&mut members[&name], rest, other);
            }
        }
        _ => *document = other.clone().unwrap_or(Value::Null),
    }
}

#[test]
fn settings_that_are_refused_change_nothing() {
    let cases = (
        select(documents()),
        vec(any::<Index>(), 1..5),
        proptest::option::of(any_json()),
        proptest::option::weighted(0.2, vec(damage(), 1..3)),
    );
    let runtime = runtime();
    let server = runtime.block_on(Server::with_bucket());
    every(
        600,
        &cases,
        &runtime,
        async |(setting, path, other, damages)| {
            let (key, mut document) = setting;
            changed(&mut document, &path, &other);
            let mut body = document.to_string().into_bytes();
            if let Some(damages) = damages {
                body = damaged(&body, &damages);
            }
            let target = format!("/mybucket?{key}");
            let before = server.get(&target).await;
            let put = server.send(&call("PUT", &target).body(&body)).await;
            is_clear(&put)?;
            let after = server.get(&target).await;
            prop_assert!(after.status == before.status || put.status == 200);
            if put.status != 200 {
                prop_assert_eq!(
                    after.body,
                    before.body,
                    "{}",
                    String::from_utf8_lossy(&body)
                );
            } else if !["versioning", "acl", "cname"].contains(&key) {
                prop_assert_eq!(after.status, 200);
                server.send(&call("DELETE", &target)).await;
            }
            Ok(())
        },
    );
    assert_eq!(runtime.block_on(server.get("/")).status, 200);
}

// Forms and images ----------------------------------------------------------------------------------------------------

#[test]
fn damaged_forms_from_nobody_store_nothing() {
    let form = "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na/${filename}\r\n--b\r\n\
        Content-Disposition: form-data; name=\"policy\"\r\n\r\ne30=\r\n--b\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"x.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--\r\n";
    let runtime = runtime();
    let server = runtime.block_on(Server::with_bucket());
    every(
        400,
        &vec(damage(), 0..5),
        &runtime,
        async |damages: Vec<Damage>| {
            let call = call("POST", "/mybucket")
                .anonymous()
                .header("Content-Type", "multipart/form-data; boundary=b")
                .body(&damaged(form.as_bytes(), &damages));
            let reply = server.send(&call).await;
            is_clear(&reply)?;
            prop_assert!(reply.status >= 400, "{}", reply.status);
            Ok(())
        },
    );
    let listed = runtime.block_on(server.get("/mybucket"));
    assert_eq!(listed.json()["keys"], json!([]), "{}", listed.text());
}

#[test]
fn image_actions_are_done_or_refused() {
    let names = vec![
        "info",
        "crop",
        "rotate",
        "resize",
        "watermark",
        "watermark_image",
        "format",
        "save",
        "",
        "explode",
    ];
    let values = vec![
        "",
        "0",
        "1",
        "2",
        "8",
        "90",
        "180",
        "-1",
        "0.5",
        "1e9",
        "99999999999999999999",
        "png",
        "jpeg",
        "webp",
        "gif",
        "bWFyaw",
        "I0ZGMDBGRg",
        "!!",
        "aHR0cDovLzEyNy4wLjAuMTo5L3g",
        "nan",
        "mybucket",
        "x/../y",
        "%00",
        "%F0%9F%98%8D",
    ];
    let option = (
        select("whglatdpcumbkx".chars().collect::<Vec<_>>()),
        select(values),
    )
        .prop_map(|(letter, value)| format!("{letter}_{value}"));
    let step =
        (select(names), vec(option, 0..4)).prop_map(|(name, options)| match options.is_empty() {
            true => name.to_owned(),
            false => format!("{name}:{}", options.join(",")),
        });
    let actions = vec(step, 1..4).prop_map(|steps| steps.join("%7C"));
    // One pixel.
    let gif: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    let runtime = runtime();
    let server = runtime.block_on(Server::with_bucket());
    runtime.block_on(server.put("/mybucket/p.gif", gif));
    every(250, &actions, &runtime, async |action: String| {
        let ask = call("GET", &format!("/mybucket/p.gif?image&action={action}"));
        is_clear(&server.send(&ask).await)?;
        let original = server.get("/mybucket/p.gif").await;
        prop_assert_eq!(original.body.as_slice(), gif);
        Ok(())
    });
}

#[test]
fn damaged_pictures_are_refused() {
    let png: &[u8] = include_bytes!("two_colours.png");
    let runtime = runtime();
    let server = runtime.block_on(Server::with_bucket());
    every(
        200,
        &vec(damage(), 1..4),
        &runtime,
        async |damages: Vec<Damage>| {
            server.put("/mybucket/p", &damaged(png, &damages)).await;
            for action in ["info", "rotate:a_90", "resize:w_9%7Cformat:t_jpeg"] {
                let ask = call("GET", &format!("/mybucket/p?image&action={action}"));
                is_clear(&server.send(&ask).await)?;
            }
            Ok(())
        },
    );
}
