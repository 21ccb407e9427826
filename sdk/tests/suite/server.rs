//! A raw server on the loopback interface, that does as it is told with each connection.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use qingstor::transport::HttpTransport;
use qingstor::{Bucket, Client};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with one request.
#[derive(Clone)]
pub(crate) enum Act {
    /// Sends this and closes.
    Send(String),
    /// Closes at once.
    Close,
    /// Sends this, then nothing more, with the clock stopped so that silence costs no time.
    Stall(&'static str),
    /// Sends this, then a space every 4 s on the stopped clock, until the other side is gone.
    Drip(&'static str),
}

/// A server that has one act for each connection, and keeps what it was sent.
pub(crate) struct Server {
    pub(crate) address: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) async fn start(acts: Vec<Act>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        tokio::spawn(async move {
            for act in acts {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read_request(&mut stream).await;
                log.lock().unwrap().push(request);
                match act {
                    Act::Send(text) => stream.write_all(text.as_bytes()).await.unwrap(),
                    Act::Close => {}
                    Act::Drip(text) => {
                        stream.write_all(text.as_bytes()).await.unwrap();
                        tokio::time::pause();
                        while stream.write_all(b" ").await.is_ok() {
                            tokio::time::sleep(Duration::from_secs(4)).await;
                        }
                    }
                    Act::Stall(text) => {
                        stream.write_all(text.as_bytes()).await.unwrap();
                        tokio::time::pause();
                        // Holds the connection open for as long as the test runs.
                        std::future::pending::<()>().await;
                    }
                }
            }
        });
        Server { address, seen }
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn bucket(&self) -> Bucket {
        let transport = HttpTransport::builder().no_proxy().build().unwrap();
        Client::builder()
            .no_environment()
            .endpoint(format!("http://{}", self.address))
            .credentials("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
            .sleeper(|_| Box::pin(std::future::ready(())))
            .transport(transport)
            .build()
            .unwrap()
            .bucket("bucket")
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).await.unwrap();
        text.extend_from_slice(&buffer[..read]);
        let shown = String::from_utf8_lossy(&text).to_ascii_lowercase();
        if let Some((head, body)) = shown.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length = length.map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return String::from_utf8_lossy(&text).into_owned();
            }
        }
        assert!(read > 0, "the request ended early");
    }
}

pub(crate) fn answer(head: &str, body: &str) -> Act {
    Act::Send(format!(
        "HTTP/1.1 {head}\r\nConnection: close\r\n\r\n{body}"
    ))
}

pub(crate) fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    request.lines().find_map(|line| {
        let (found, value) = line.split_once(": ")?;
        found.eq_ignore_ascii_case(name).then_some(value)
    })
}

/// A server that is not there.
pub(crate) async fn nowhere() -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    Server {
        address,
        seen: Arc::default(),
    }
}
