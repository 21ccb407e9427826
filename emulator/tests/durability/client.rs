//! A hand-written client that knows when it did not get an answer.

use std::net::SocketAddr;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) const KEY_ID: &str = "ACCESS_KEY_ID";
pub(crate) const SECRET: &str = "SECRET_ACCESS_KEY";

#[derive(Clone, Copy)]
pub(crate) struct Client {
    pub(crate) server: SocketAddr,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        self.head
            .split("\r\n")
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// Query keys that are part of what is signed.
const SIGNED: &[&str] = &[
    "append",
    "part_number",
    "position",
    "stats",
    "upload_id",
    "uploads",
    "version_id",
    "versioning",
    "versions",
];

impl Client {
    pub(crate) async fn get(&self, target: &str) -> Option<Answer> {
        self.send("GET", target, &[], b"").await
    }

    /// The answer, if a whole one came.
    pub(crate) async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<Answer> {
        let mut stream = TcpStream::connect(self.server).await.ok()?;
        let head = head(method, target, headers, body.len());
        stream.write_all(head.as_bytes()).await.ok()?;
        // In pieces, so that a kill comes in the middle of some.
        for piece in body.chunks(64 << 10) {
            stream.write_all(piece).await.ok()?;
        }
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.ok()?;
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let answer = Answer {
            status,
            head,
            body: bytes.split_off(end + 4),
        };
        let length = answer.header("content-length");
        let whole = match length {
            Some(length) if method != "HEAD" => length.parse() == Ok(answer.body.len()),
            _ => true,
        };
        whole.then_some(answer)
    }

    /// Sends the head of an upload and half of its body, and leaves it at that.
    pub(crate) async fn half_an_upload(&self, target: &str, body: &[u8]) -> Option<TcpStream> {
        let mut stream = TcpStream::connect(self.server).await.ok()?;
        let head = head("PUT", target, &[], body.len());
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.write_all(&body[..body.len() / 2]).await.ok()?;
        Some(stream)
    }
}

fn head(method: &str, target: &str, headers: &[(&str, &str)], length: usize) -> String {
    let date = httpdate::fmt_http_date(SystemTime::now());
    let own: String = headers
        .iter()
        .filter(|(name, _)| name.starts_with("x-qs-"))
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut signed: Vec<&str> = query
        .split('&')
        .filter(|pair| SIGNED.contains(&pair.split('=').next().unwrap_or("")))
        .collect();
    signed.sort_unstable();
    let resource = match signed.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", signed.join("&").replace("%3D", "=")),
    };
    let text = format!("{method}\n\n\n{date}\n{own}{resource}");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key");
    mac.update(text.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let mut head = format!(
        "{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nDate: {date}\r\n\
         Authorization: QS {KEY_ID}:{signature}\r\nContent-Length: {length}\r\n"
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head + "\r\n"
}
