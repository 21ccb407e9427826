//! A blocking client that signs and does nothing else.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};

pub(crate) const KEY_ID: &str = "ACCESS_KEY_ID";
pub(crate) const SECRET: &str = "SECRET_ACCESS_KEY";

/// A connection that is kept.
pub(crate) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// How many bytes of the buffer are not used up, from its beginning.
    filled: usize,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In bytes.
    pub(crate) length: usize,
    /// Unless it was thrown away.
    pub(crate) body: Vec<u8>,
}

/// The head of a signed request. It is good for a quarter of an hour.
pub(crate) fn head(method: &str, target: &str, length: usize) -> String {
    let date = httpdate::fmt_http_date(SystemTime::now());
    let path = target.split('?').next().unwrap_or(target);
    let text = format!("{method}\n\n\n{date}\n{path}");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key");
    mac.update(text.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    format!(
        "{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nDate: {date}\r\nContent-Length: {length}\r\n\
         Authorization: QS {KEY_ID}:{signature}\r\n\r\n"
    )
}

impl Client {
    pub(crate) fn connect(server: SocketAddr) -> Client {
        let stream = TcpStream::connect(server).expect("a connection");
        stream.set_nodelay(true).expect("an option");
        Client {
            stream,
            buffer: vec![0; 64 << 10],
            filled: 0,
        }
    }

    /// Sends a request and keeps the answer's body.
    pub(crate) fn send(&mut self, method: &str, target: &str, body: &[u8]) -> Answer {
        self.write(head(method, target, body.len()).as_bytes());
        self.write(body);
        self.answer(true)
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("sent");
    }

    /// Reads an answer.
    pub(crate) fn answer(&mut self, keep: bool) -> Answer {
        let end = loop {
            let seen = &self.buffer[..self.filled];
            if let Some(end) = seen.windows(4).position(|part| part == b"\r\n\r\n") {
                break end;
            }
            self.fill();
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).to_lowercase();
        let status = head.split(' ').nth(1).and_then(|text| text.parse().ok());
        let length = head
            .split("\r\n")
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |text| text.parse().expect("a length"));
        self.buffer.copy_within(end + 4..self.filled, 0);
        self.filled -= end + 4;
        let mut body = Vec::new();
        let mut left = length;
        while left > 0 {
            if self.filled == 0 {
                self.fill();
            }
            let part = left.min(self.filled);
            if keep {
                body.extend_from_slice(&self.buffer[..part]);
            }
            self.buffer.copy_within(part..self.filled, 0);
            self.filled -= part;
            left -= part;
        }
        Answer {
            status: status.expect("a status"),
            length,
            body,
        }
    }

    fn fill(&mut self) {
        let read = self.stream.read(&mut self.buffer[self.filled..]);
        let read = read.expect("an answer");
        assert!(read > 0, "the server closed");
        self.filled += read;
    }
}
