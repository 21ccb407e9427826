//! Another server on this machine, whom an emulator talks to: the origin of a mirror, the receiver of notifications.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::slot::Problem;
use crate::wire::Received;

/// A request that it got.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) body: String,
}

/// Answers every request with what a function makes of it, and remembers it.
#[derive(Debug)]
pub(crate) struct Neighbour {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
    task: JoinHandle<()>,
}

impl Neighbour {
    /// Begins to listen.
    pub(crate) async fn start(
        answer: impl Fn(&Heard) -> Received + Send + Sync + 'static,
    ) -> Result<Neighbour, Problem> {
        let failed = |error: std::io::Error| Problem::Fail(format!("listening: {error}"));
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let memory = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            // Requests come one after the other, or wait.
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read(&mut stream).await else {
                    continue;
                };
                let answer = answer(&request);
                memory
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(request);
                // Who hangs up meanwhile does not want it.
                let _ = stream.write_all(&bytes(&answer)).await;
            }
        });
        Ok(Neighbour {
            address,
            heard,
            task,
        })
    }

    /// Its address as a URL, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it got since the last call.
    pub(crate) fn take(&self) -> Vec<Heard> {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *heard)
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read(stream: &mut TcpStream) -> Option<Heard> {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    let mut end = None;
    loop {
        let count = stream
            .read(&mut buffer)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        text.extend_from_slice(&buffer[..count]);
        if end.is_none() {
            let found = text.windows(4).position(|four| four == b"\r\n\r\n");
            end = found.map(|at| at + 4);
        }
        let Some(end) = end else {
            continue;
        };
        let head = String::from_utf8_lossy(&text[..end]).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let length = name.eq_ignore_ascii_case("content-length");
            length.then(|| value.trim().parse::<usize>().ok()).flatten()
        });
        if text.len() < end + length.unwrap_or(0) {
            continue;
        }
        let mut words = head.split(' ');
        return Some(Heard {
            method: words.next()?.to_owned(),
            target: words.next()?.to_owned(),
            body: String::from_utf8_lossy(&text[end..]).into_owned(),
        });
    }
}

fn bytes(answer: &Received) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} -\r\nConnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", answer.body.len()));
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(&answer.body);
    bytes
}
