//! What the fuzz targets share: an emulator in this process, a client that sends bytes, a signer of its own.
//!
//! A panic anywhere in the process ends it, so that the fuzzer sees those of the server's tasks.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::OnceLock;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use qingstor_emulator::Emulator;
use sha2::Sha256;

/// The bucket that is there, with the objects `k` (a text) and `p.png` (an image).
pub const BUCKET: &str = "fuzzed-bucket";
const DATE: &str = "Wed, 10 Dec 2014 17:20:31 GMT";
const NOW: u64 = 1_418_232_031;
const PNG: &[u8] = include_bytes!("../seeds/p.png");

/// An answer, as far as it matters here.
#[derive(Debug)]
pub struct Reply {
    /// The status of the first answer on the connection.
    pub status: u16,
    /// All that came.
    pub bytes: Vec<u8>,
}

/// Where the emulator of this process listens.
pub fn address() -> SocketAddr {
    static ADDRESS: OnceLock<SocketAddr> = OnceLock::new();
    *ADDRESS.get_or_init(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            hook(panic);
            std::process::abort();
        }));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let emulator = runtime.block_on(start());
        let address = emulator.address();
        // They live as long as the process does.
        std::mem::forget((runtime, emulator));
        prepare(address);
        address
    })
}

async fn start() -> Emulator {
    Emulator::builder()
        .check_answers(true)
        .access_key("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
        .clock(|| UNIX_EPOCH + Duration::from_secs(NOW))
        .idle_timeout(Duration::from_millis(500))
        .max_body_bytes(1 << 20)
        .start()
        .await
        .expect("an emulator")
}

fn prepare(address: SocketAddr) {
    let objects: [(&str, &[u8]); 3] = [("", b""), ("/k", b"content"), ("/p.png", PNG)];
    for (key, body) in objects {
        let request = Request::new("PUT", &format!("/{BUCKET}{key}")).body(body);
        let reply = exchange(address, &request.signed()).expect("an answer");
        assert_eq!(reply.status, 201, "{reply:?}");
    }
}

/// Sends bytes, and checks what holds for every answer: one of the server's own failures is a finding.
pub fn send(bytes: &[u8]) -> Option<Reply> {
    let reply = exchange(address(), bytes)?;
    let text = String::from_utf8_lossy(&reply.bytes);
    assert!((200..600).contains(&reply.status), "{text}");
    assert_ne!(reply.status, 500, "{text}");
    Some(reply)
}

/// The bucket and its object are as they were.
pub fn still_there() {
    let reply = send(&Request::new("GET", &format!("/{BUCKET}/k")).signed()).expect("an answer");
    assert_eq!(reply.status, 200, "{:?}", String::from_utf8_lossy(&reply.bytes));
}

fn exchange(address: SocketAddr, bytes: &[u8]) -> Option<Reply> {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a timeout");
    // The server may have answered and gone before all is sent.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let hung = stream.read_to_end(&mut answer).is_err_and(|error| {
        matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
    });
    assert!(!hung, "no end of the answer in 20 seconds");
    let status = answer.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    let status = std::str::from_utf8(status).ok()?.parse().ok()?;
    Some(Reply {
        status,
        bytes: answer,
    })
}

/// A request that can be signed.
#[derive(Clone, Debug)]
pub struct Request {
    method: String,
    target: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Request {
    /// Any method and target; what would break the request line is left out.
    pub fn new(method: &str, target: &str) -> Request {
        let visible = |text: &str| text.chars().filter(char::is_ascii_graphic).collect();
        Request {
            method: visible(method),
            target: visible(target),
            headers: BTreeMap::from([("date".to_owned(), DATE.to_owned())]),
            body: Vec::new(),
        }
    }

    /// Sets a header; what would break its line is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Request {
        let token = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
        let name: String = name.chars().filter(token).collect();
        let value: String = value.chars().filter(|c| !c.is_ascii_control()).collect();
        let ours = ["", "host", "authorization", "content-length", "connection"];
        if !ours.contains(&name.to_ascii_lowercase().as_str()) {
            self.headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: &[u8]) -> Request {
        self.body = body.to_vec();
        self
    }

    /// The bytes, without a signature.
    pub fn unsigned(&self) -> Vec<u8> {
        self.bytes(None)
    }

    /// The bytes, with a signature that is right.
    pub fn signed(&self) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"SECRET_ACCESS_KEY").expect("any key");
        mac.update(self.string_to_sign().as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        self.bytes(Some(&format!("QS ACCESS_KEY_ID:{signature}")))
    }

    fn bytes(&self, authorization: Option<&str>) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: 127.0.0.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if let Some(value) = authorization {
            head += &format!("authorization: {value}\r\n");
        }
        head += &format!("content-length: {}\r\nconnection: close\r\n\r\n", self.body.len());
        [head.as_bytes(), &self.body].concat()
    }

    fn string_to_sign(&self) -> String {
        let header = |name: &str| self.headers.get(name).map_or("", String::as_str);
        let date = if self.headers.contains_key("x-qs-date") { "" } else { header("date") };
        let mut text = [&self.method, header("content-md5"), header("content-type"), date, ""].join("\n");
        for (name, value) in &self.headers {
            if name.starts_with("x-qs-") {
                text += &format!("{name}:{value}\n");
            }
        }
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let mut signed: Vec<(String, String)> = query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decoded(name), decoded(value)))
            .filter(|(name, _)| SIGNED.contains(&name.as_str()))
            .collect();
        signed.sort();
        text += path;
        for (at, (name, value)) in signed.iter().enumerate() {
            text += if at == 0 { "?" } else { "&" };
            text += name;
            if !value.is_empty() {
                text += &format!("={value}");
            }
        }
        text
    }
}

const SIGNED: [&str; 26] = [
    "acl", "append", "cname", "cors", "delete", "image", "lifecycle", "logging", "mirror", "notification",
    "part_number", "policy", "position", "replication", "stats", "upload_id", "uploads", "version_id", "versioning",
    "versions", "response-cache-control", "response-content-disposition", "response-content-encoding",
    "response-content-language", "response-content-type", "response-expires",
];

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
        match (bytes[at], hex.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}
