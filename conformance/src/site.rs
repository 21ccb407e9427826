//! A web site of this machine, for endpoints that are to ask another server for something.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// A server that answers each path with bytes that were prepared for it. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Site {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    /// By path and query.
    answers: BTreeMap<String, Answer>,
    asked: Vec<String>,
    /// The `Host` of each request.
    hosts: Vec<String>,
}

#[derive(Clone, Debug)]
struct Answer {
    bytes: Vec<u8>,
    /// It is given when there is a permit.
    gate: Option<Arc<Semaphore>>,
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Site {
    /// At a free port.
    pub(crate) async fn start() -> io::Result<Site> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Mutex::new(Shared::default()));
        let task = tokio::spawn(listen(listener, Arc::clone(&shared)));
        Ok(Site {
            address,
            shared,
            task,
        })
    }

    /// Host and port.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Answers a path with a page.
    pub(crate) fn page(&self, path: &str, status: &str, headers: &str, body: &str) {
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
        );
        self.bytes(path, answer.into_bytes());
    }

    /// Answers a path with these very bytes, and ends the connection.
    pub(crate) fn bytes(&self, path: &str, bytes: Vec<u8>) {
        let answer = Answer { bytes, gate: None };
        lock(&self.shared).answers.insert(path.to_owned(), answer);
    }

    /// Holds a prepared answer back until there is a permit.
    pub(crate) fn hold(&self, path: &str) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        if let Some(answer) = lock(&self.shared).answers.get_mut(path) {
            answer.gate = Some(Arc::clone(&gate));
        }
        gate
    }

    /// The paths that were asked for so far, with their queries.
    pub(crate) fn asked(&self) -> Vec<String> {
        lock(&self.shared).asked.clone()
    }

    /// The hosts that were named so far.
    pub(crate) fn hosts(&self) -> Vec<String> {
        lock(&self.shared).hosts.clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, shared: Arc<Mutex<Shared>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // Who does not listen to the end is told no more.
            let _ = answer(stream, &shared).await;
        });
    }
}

async fn answer(mut stream: TcpStream, shared: &Mutex<Shared>) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await?;
        if count == 0 || head.len() > 64 << 10 {
            return Ok(());
        }
        head.extend_from_slice(&piece[..count]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let host = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host")
            .then(|| value.trim().to_owned())
    });
    let found = {
        let mut shared = lock(shared);
        shared.asked.push(path.clone());
        shared.hosts.extend(host);
        shared.answers.get(&path).cloned()
    };
    let missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let bytes = match found {
        Some(Answer { bytes, gate }) => {
            if let Some(gate) = gate {
                let _ = gate.acquire().await.map(|permit| permit.forget());
            }
            bytes
        }
        None => missing.to_vec(),
    };
    stream.write_all(&bytes).await?;
    stream.shutdown().await
}
