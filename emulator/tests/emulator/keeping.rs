//! What is kept, where, and for whom.

use std::fs;
use std::path::{Path, PathBuf};

use qingstor_emulator::{Emulator, Error};

use crate::support::{Call, Server, call, sign};

/// 32 times `x`, as the official SDKs' shared scenarios have it.
const KEY: &str = "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=";
const KEY_MD5: &str = "3I/h1kl+vSP1l12NKhxegQ==";

async fn on(folder: &Path) -> Server {
    Server::with(|builder| builder.data_dir(folder)).await
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// Bytes that no two places have in common.
fn pattern(length: u32) -> Vec<u8> {
    (0..length.div_ceil(4))
        .flat_map(|at| (at ^ 0x5eed).to_be_bytes())
        .collect()
}

fn with_key(call: Call) -> Call {
    call.header("X-QS-Encryption-Customer-Algorithm", "AES256")
        .header("X-QS-Encryption-Customer-Key", KEY)
        .header("X-QS-Encryption-Customer-Key-MD5", KEY_MD5)
}

#[tokio::test]
async fn a_data_folder_survives_and_a_temporary_one_does_not() {
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("data");
    let large = pattern(3_000_000);
    let server = on(&folder).await;
    server.send(&call("PUT", "/mybucket")).await;
    server.put("/mybucket/small", b"hello").await;
    server.put("/mybucket/large", &large).await;
    server.put("/mybucket/replaced", &large).await;
    server.put("/mybucket/replaced", b"new").await;
    let cors = r#"{"cors_rules":[{"allowed_origin":"*","allowed_methods":["GET"]}]}"#;
    let cors = call("PUT", "/mybucket?cors").json(cors);
    assert_eq!(server.send(&cors).await.status, 200);
    server.emulator.shutdown().await;

    let server = on(&folder).await;
    assert_eq!(server.get("/mybucket/small").await.body, b"hello");
    assert_eq!(server.get("/mybucket/large").await.body, large);
    assert_eq!(server.get("/mybucket/replaced").await.body, b"new");
    let scripted = call("GET", "/mybucket/small").header("Origin", "http://a.example");
    let scripted = server.send(&scripted).await;
    assert_eq!(scripted.header("access-control-allow-origin"), Some("*"));
    let twice = call("PUT", "/mybucket");
    assert_eq!(server.send(&twice).await.error().1, "bucket_already_exists");
    assert_eq!(files(&folder.join("blobs")).len(), 1, "of the large object");
    assert_eq!(files(&folder.join("incoming")).len(), 0);
}

#[tokio::test]
async fn a_folder_is_used_by_one_emulator_at_a_time() {
    let root = tempfile::tempdir().expect("a folder");
    let server = on(root.path()).await;
    let second = Emulator::builder().data_dir(root.path()).start().await;
    let error = second.expect_err("the folder is in use");
    assert!(matches!(error, Error::DataFolder { .. }), "{error:?}");
    assert!(error.to_string().contains("another emulator"), "{error}");
    drop(server);
    on(root.path()).await;
}

#[tokio::test]
async fn large_objects_are_streamed_in_both_directions() {
    let server = Server::with_bucket().await;
    let large = pattern(5_000_000);
    for encrypted in [false, true] {
        let dress = |call: Call| if encrypted { with_key(call) } else { call };
        let put = dress(call("PUT", "/mybucket/large")).body(&large);
        assert_eq!(server.send(&put).await.status, 201);
        let get = || dress(call("GET", "/mybucket/large"));
        assert!(server.send(&get()).await.body == large, "the whole");
        for (range, from, to) in [
            ("bytes=0-0", 0, 1),
            ("bytes=262143-262145", 262_143, 262_146),
            ("bytes=1000001-3000006", 1_000_001, 3_000_007),
            ("bytes=-5", 4_999_995, 5_000_000),
        ] {
            let reply = server.send(&get().header("Range", range)).await;
            assert_eq!(reply.status, 206);
            assert!(reply.body == large[from..to], "{range}");
        }
    }
}

#[tokio::test]
async fn encrypted_objects_are_encrypted_on_the_disk_and_their_key_is_not_there() {
    let root = tempfile::tempdir().expect("a folder");
    let server = on(root.path()).await;
    server.send(&call("PUT", "/mybucket")).await;
    let secret = b"a secret that nobody is to find ".repeat(4);
    for (key, repeats) in [("small", 1), ("large", 5000)] {
        let body = secret.repeat(repeats);
        let put = with_key(call("PUT", &format!("/mybucket/{key}"))).body(&body);
        assert_eq!(server.send(&put).await.status, 201);
        let get = with_key(call("GET", &format!("/mybucket/{key}")));
        assert!(server.send(&get).await.body == body, "{key}");
    }
    // In the open, to see that the search would find it.
    server
        .put("/mybucket/open", b"a message for everybody")
        .await;
    server.emulator.shutdown().await;
    let contains = |wanted: &[u8]| {
        files(root.path()).iter().any(|file| {
            let bytes = fs::read(file).expect("a file");
            bytes.windows(wanted.len()).any(|part| part == wanted)
        })
    };
    assert!(contains(b"a message for everybody"));
    assert!(!contains(&secret[..32]));
    assert!(!contains(&[b'x'; 32]), "the key");
    assert!(!contains(KEY.as_bytes()), "the key in base64");
}

#[tokio::test]
async fn a_download_is_not_disturbed_by_what_happens_to_the_object() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let server = Server::with_bucket().await;
    let large = pattern(20_000_000);
    server.put("/mybucket/large", &large).await;
    let mut slow = tokio::net::TcpStream::connect(server.emulator.address())
        .await
        .expect("a connection");
    let get = call("GET", "/mybucket/large").bytes();
    slow.write_all(&get).await.expect("sent");
    let mut begun = [0; 1];
    slow.read_exact(&mut begun).await.expect("the first byte");
    server.put("/mybucket/large", b"short").await;
    assert_eq!(server.get("/mybucket/large").await.body, b"short");
    let mut rest = Vec::new();
    slow.read_to_end(&mut rest).await.expect("the rest");
    assert!(rest.ends_with(&large), "the bytes of the old object");
}

#[tokio::test]
async fn a_failing_disk_is_a_clear_error_and_the_server_goes_on() {
    let root = tempfile::tempdir().expect("a folder");
    let server = on(root.path()).await;
    server.send(&call("PUT", "/mybucket")).await;
    let large = pattern(1_000_000);
    server.put("/mybucket/old", &large).await;
    let (incoming, away) = (root.path().join("incoming"), root.path().join("away"));
    fs::rename(&incoming, &away).expect("taken away");
    for key in ["old", "new"] {
        let put = call("PUT", &format!("/mybucket/{key}")).body(&pattern(2_000_000));
        let refused = server.send(&put).await;
        assert_eq!(refused.error(), (500, "internal_error".to_owned()));
        let message = refused.json()["message"].as_str().unwrap_or("").to_owned();
        assert!(message.contains("data folder"), "{message}");
    }
    assert!(server.get("/mybucket/old").await.body == large);
    assert_eq!(server.get("/mybucket/new").await.status, 404);
    server.put("/mybucket/small", b"what needs no file").await;
    fs::rename(&away, &incoming).expect("brought back");
    server.put("/mybucket/new", &large).await;
    assert!(server.get("/mybucket/new").await.body == large);
    assert_eq!(files(&root.path().join("blobs")).len(), 2);
    assert_eq!(files(&incoming).len(), 0);
}

#[tokio::test]
async fn synced_writes_are_kept_too() {
    let root = tempfile::tempdir().expect("a folder");
    let synced = || Server::with(|builder| builder.data_dir(root.path()).sync(true));
    let server = synced().await;
    server.send(&call("PUT", "/mybucket")).await;
    let large = pattern(300_000);
    server.put("/mybucket/small", b"hello").await;
    for _ in 0..3 {
        server.put("/mybucket/large", &large).await;
    }
    server.emulator.shutdown().await;
    let server = synced().await;
    assert_eq!(server.get("/mybucket/small").await.body, b"hello");
    assert!(server.get("/mybucket/large").await.body == large);
    assert_eq!(files(&root.path().join("blobs")).len(), 1);
}

#[tokio::test]
async fn no_key_leads_out_of_the_data_folder() {
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("data");
    let server = on(&folder).await;
    server.send(&call("PUT", "/mybucket")).await;
    let pieces = [
        "..",
        ".",
        "/",
        "//",
        "\\",
        "C:",
        "%00",
        "%0A",
        "%2e%2e",
        "%2F",
        "%5C",
        "~",
        "blobs",
        "incoming",
        "meta.redb",
        "lock",
        "format",
        "etc/passwd",
        "a",
        "%E4%B8%AD",
        "CON",
        "%2E%2E%2F",
    ];
    let mut random = fastrand::Rng::with_seed(20_261_124);
    let mut stored = std::collections::BTreeMap::new();
    for round in 0..150_u32 {
        let count = random.usize(1..7);
        let key: String = (0..count)
            .map(|_| *random.choice(pieces.iter()).expect("one"))
            .collect();
        let target = format!("/mybucket/{}", key.replace('\\', "%5C"));
        // Long enough for a file of its own.
        let body = pattern(17_000 + round);
        let reply = server.send(&call("PUT", &target).body(&body)).await;
        // A key that is empty when its first slash is taken away names the bucket.
        if reply.status == 201 {
            let name = key.replace("%2e", ".").replace("%2E", ".");
            let name = name.replace("%2F", "/").replace("%5C", "\\");
            stored.insert(name, (target, body));
        }
    }
    assert!(stored.len() > 100, "{}", stored.len());
    for (name, (target, body)) in &stored {
        assert!(server.get(target).await.body == *body, "{name}");
    }
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    for file in files(root.path()) {
        let inside = file.strip_prefix(&folder).expect("in the data folder");
        let parts: Vec<&str> = inside.iter().filter_map(|part| part.to_str()).collect();
        let known = match parts[..] {
            ["format" | "lock" | "meta.redb"] => true,
            ["blobs", folder, file] => {
                folder.len() == 2 && file.len() == 16 && hex(folder) && hex(file)
            }
            _ => false,
        };
        assert!(known, "{}", inside.display());
    }
    assert_eq!(files(&folder.join("blobs")).len(), stored.len());
}

#[tokio::test]
async fn accounts_have_their_own_buckets() {
    let server = Server::with(|b| b.user("usr-bob", "bob", "BOBS_KEY", "BOBS_SECRET")).await;
    let as_bob = |mut call: Call| {
        let text = format!(
            "{}\n\n\n{}\n{}",
            call.method,
            crate::support::DATE,
            call.resource
        );
        let signature = sign(&text, "BOBS_SECRET");
        call = call.header("Authorization", &format!("QS BOBS_KEY:{signature}"));
        call
    };
    server.send(&call("PUT", "/anns-bucket")).await;
    server.put("/anns-bucket/k", b"hers").await;
    assert_eq!(
        server
            .send(&as_bob(call("PUT", "/bobs-bucket")))
            .await
            .status,
        201
    );
    for (method, target) in [
        ("GET", "/anns-bucket/k"),
        ("GET", "/anns-bucket"),
        ("PUT", "/anns-bucket/k"),
    ] {
        let refused = server.send(&as_bob(call(method, target))).await;
        assert_eq!(
            refused.error(),
            (403, "permission_denied".to_owned()),
            "{method} {target}"
        );
    }
    let taken = server.send(&as_bob(call("PUT", "/anns-bucket"))).await;
    assert_eq!(taken.error(), (409, "bucket_already_exists".to_owned()));
    let listed = |reply: crate::support::Reply| {
        let buckets = reply.json()["buckets"].clone();
        let names = buckets.as_array().expect("buckets").iter();
        names
            .map(|bucket| bucket["name"].to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(server.get("/").await), ["\"anns-bucket\""]);
    assert_eq!(
        listed(server.send(&as_bob(call("GET", "/"))).await),
        ["\"bobs-bucket\""]
    );
    let owner = server
        .send(&as_bob(call("GET", "/bobs-bucket")))
        .await
        .json();
    assert_eq!(owner["owner"]["id"], "usr-bob");
    let twice = Emulator::builder().user("usr-x", "x", "emulator-key-id", "s");
    assert!(matches!(twice.start().await, Err(Error::Setting(_))));
}
