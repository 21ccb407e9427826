//! A hand-written HTTP client and signer, so that nothing of the server's own code checks itself.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Digest as _;
use qingstor_emulator::{Builder, Emulator};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) const KEY_ID: &str = "ACCESS_KEY_ID";
pub(crate) const SECRET: &str = "SECRET_ACCESS_KEY";
pub(crate) const BUCKET: &str = "mybucket";

/// Wed, 10 Dec 2014 17:20:31 GMT, the date of the published signatures.
pub(crate) const NOW: u64 = 1_418_232_031;
pub(crate) const DATE: &str = "Wed, 10 Dec 2014 17:20:31 GMT";

/// An emulator whose clock stands at [`NOW`] until it is moved.
pub(crate) struct Server {
    pub(crate) emulator: Emulator,
    clock: Arc<AtomicU64>,
}

impl Server {
    pub(crate) async fn start() -> Server {
        Server::with(|builder| builder).await
    }

    pub(crate) async fn with(adjust: impl FnOnce(Builder) -> Builder) -> Server {
        let clock = Arc::new(AtomicU64::new(NOW));
        let hand = Arc::clone(&clock);
        let builder = Emulator::builder()
            .access_key(KEY_ID, SECRET)
            .check_answers(true)
            .clock(move || UNIX_EPOCH + Duration::from_secs(hand.load(Ordering::SeqCst)));
        let emulator = adjust(builder).start().await.expect("the emulator starts");
        Server { emulator, clock }
    }

    /// With the bucket [`BUCKET`].
    pub(crate) async fn with_bucket() -> Server {
        let server = Server::start().await;
        let reply = server.send(&call("PUT", "/mybucket")).await;
        assert_eq!(reply.status, 201);
        server
    }

    pub(crate) fn set_clock(&self, seconds: u64) {
        self.clock.store(seconds, Ordering::SeqCst);
    }

    pub(crate) async fn send(&self, call: &Call) -> Reply {
        exchange(self.emulator.address(), &call.bytes()).await
    }

    pub(crate) async fn put(&self, target: &str, body: &[u8]) -> Reply {
        let reply = self.send(&call("PUT", target).body(body)).await;
        assert_eq!(reply.status, 201, "PUT {target}: {}", reply.text());
        reply
    }

    pub(crate) async fn get(&self, target: &str) -> Reply {
        self.send(&call("GET", target)).await
    }
}

/// A request. What is signed is said beside what is sent.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) resource: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) signed: bool,
    /// Key id and secret.
    pub(crate) account: (&'static str, &'static str),
}

/// The query keys that are part of what is signed.
const SIGNED_KEYS: &[&str] = &[
    "acl",
    "append",
    "cname",
    "cors",
    "delete",
    "image",
    "lifecycle",
    "logging",
    "mirror",
    "notification",
    "part_number",
    "policy",
    "position",
    "replication",
    "stats",
    "upload_id",
    "uploads",
    "version_id",
    "versioning",
    "versions",
];

/// A signed request whose signed resource is the path with the signed part of the query. Values have to be plain.
pub(crate) fn call(method: &str, target: &str) -> Call {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut signed: Vec<&str> = query
        .split('&')
        .filter(|pair| SIGNED_KEYS.contains(&pair.split('=').next().unwrap_or("")))
        .collect();
    signed.sort_unstable();
    let resource = if signed.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", signed.join("&"))
    };
    Call {
        method: method.to_owned(),
        target: target.to_owned(),
        resource,
        headers: vec![
            ("Host".to_owned(), "127.0.0.1".to_owned()),
            ("Date".to_owned(), DATE.to_owned()),
        ],
        body: Vec::new(),
        signed: true,
        account: (KEY_ID, SECRET),
    }
}

impl Call {
    /// Sets a header, or takes it away if the value is empty.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Call {
        self.headers.retain(|(old, _)| old != name);
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub(crate) fn resource(mut self, resource: &str) -> Call {
        self.resource = resource.to_owned();
        self
    }

    pub(crate) fn body(mut self, body: &[u8]) -> Call {
        self.body = body.to_vec();
        self
    }

    /// With its Content-MD5.
    pub(crate) fn json(self, text: &str) -> Call {
        let digest = STANDARD.encode(md5::Md5::digest(text.as_bytes()));
        self.body(text.as_bytes()).header("Content-MD5", &digest)
    }

    pub(crate) fn anonymous(mut self) -> Call {
        self.signed = false;
        self
    }

    /// Signed by another account.
    pub(crate) fn by(mut self, account: (&'static str, &'static str)) -> Call {
        self.account = account;
        self
    }

    /// The request's bytes, for a connection that ends with the answer.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut text = format!(
            "{} {} HTTP/1.1\r\nConnection: close\r\n",
            self.method, self.target
        );
        let mut headers = self.headers.clone();
        if self.signed && !headers.iter().any(|(name, _)| name == "Authorization") {
            let (key_id, secret) = self.account;
            let signature = sign(&self.string_to_sign(), secret);
            headers.push((
                "Authorization".to_owned(),
                format!("QS {key_id}:{signature}"),
            ));
        }
        if !self.body.is_empty() || self.method == "PUT" || self.method == "POST" {
            headers.push(("Content-Length".to_owned(), self.body.len().to_string()));
        }
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    fn string_to_sign(&self) -> String {
        let find = |wanted: &str| {
            let found = self
                .headers
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map_or("", |(_, value)| value.as_str())
        };
        // Sorted by name, not by line: `…-key` comes before `…-key-md5`, although `:` comes after `-`.
        let mut own: Vec<(String, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.to_lowercase(), value.trim()))
            .filter(|(name, _)| name.starts_with("x-qs-"))
            .collect();
        own.sort();
        let own: String = own
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let date = if find("x-qs-date").is_empty() {
            find("date")
        } else {
            ""
        };
        let (md5, kind) = (find("content-md5"), find("content-type"));
        let Call {
            method, resource, ..
        } = self;
        format!("{method}\n{md5}\n{kind}\n{date}\n{}{resource}", own)
    }
}

pub(crate) fn sign(text: &str, secret: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Status and error code.
    pub(crate) fn error(&self) -> (u16, String) {
        (
            self.status,
            self.json()["code"].as_str().unwrap_or("").to_owned(),
        )
    }

    fn parse(bytes: &[u8]) -> Option<Reply> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let body = bytes[end + 4..].to_vec();
        Some(Reply {
            status,
            headers,
            body,
        })
    }
}

/// Sends bytes and reads until the server closes.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8]) -> Reply {
    try_exchange(address, bytes).await.expect("an answer")
}

/// The same where there may be no answer.
pub(crate) async fn try_exchange(address: SocketAddr, bytes: &[u8]) -> Option<Reply> {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // A server that refuses early may close before all is sent.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let reply = Reply::parse(&answer)?;
    let Some(length) = reply.header("content-length") else {
        return Some(reply);
    };
    let head = bytes.starts_with(b"HEAD ");
    let expected = if head { "0" } else { length };
    assert_eq!(reply.body.len().to_string(), expected, "the body's length");
    Some(reply)
}
