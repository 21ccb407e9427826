//! A web server of this machine, whom an endpoint talks to: the origin of what it fetches, the receiver of notifications.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::slot::Problem;
use crate::wire::Received;

/// A request that it got.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) host: String,
    pub(crate) body: String,
}

/// A server that answers each path with what was prepared for it. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Site {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    prepared: Mutex<BTreeMap<String, Prepared>>,
    /// What is said at all other paths.
    otherwise: Box<dyn Fn(&Heard) -> Received + Send + Sync>,
    heard: Mutex<Vec<Heard>>,
}

#[derive(Clone)]
struct Prepared {
    /// What is said one after the other, each after a pause.
    pieces: Vec<(Duration, Vec<u8>)>,
    /// It is given when there is a permit.
    gate: Option<Arc<Semaphore>>,
}

impl Debug for Shared {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("heard", &lock(&self.heard))
            .finish_non_exhaustive()
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Site {
    /// At a free port. What is not prepared is missing.
    pub(crate) async fn start() -> Result<Site, Problem> {
        Site::answering(|_| Received::new(404, "")).await
    }

    /// Answers what is not prepared with what a function makes of it.
    pub(crate) async fn answering(
        otherwise: impl Fn(&Heard) -> Received + Send + Sync + 'static,
    ) -> Result<Site, Problem> {
        let failed = |error: io::Error| Problem::Fail(format!("no site can be started: {error}"));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared {
            prepared: Mutex::default(),
            otherwise: Box::new(otherwise),
            heard: Mutex::default(),
        });
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
        self.pieces(path, vec![(Duration::ZERO, bytes)]);
    }

    /// Answers a path bit by bit: so long after the bit before comes the next.
    pub(crate) fn pieces(&self, path: &str, pieces: Vec<(Duration, Vec<u8>)>) {
        let answer = Prepared { pieces, gate: None };
        lock(&self.shared.prepared).insert(path.to_owned(), answer);
    }

    /// Holds a prepared answer back until there is a permit.
    pub(crate) fn hold(&self, path: &str) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        if let Some(answer) = lock(&self.shared.prepared).get_mut(path) {
            answer.gate = Some(Arc::clone(&gate));
        }
        gate
    }

    /// What it got so far.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        lock(&self.shared.heard).clone()
    }

    /// What it got so far, which is forgotten.
    pub(crate) fn take(&self) -> Vec<Heard> {
        std::mem::take(&mut *lock(&self.shared.heard))
    }

    /// The paths that were asked for so far, with their queries.
    pub(crate) fn asked(&self) -> Vec<String> {
        let heard = self.heard().into_iter();
        heard.map(|heard| heard.target).collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // Who does not listen to the end is told no more.
            let _ = answer(stream, &shared).await;
        });
    }
}

async fn answer(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let Some(heard) = read(&mut stream).await? else {
        return Ok(());
    };
    let prepared = lock(&shared.prepared).get(&heard.target).cloned();
    lock(&shared.heard).push(heard.clone());
    let pieces = match prepared {
        Some(Prepared { pieces, gate }) => {
            if let Some(gate) = gate {
                let _ = gate.acquire().await.map(|permit| permit.forget());
            }
            pieces
        }
        None => vec![(Duration::ZERO, written((shared.otherwise)(&heard)))],
    };
    for (pause, bytes) in pieces {
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        stream.write_all(&bytes).await?;
    }
    stream.shutdown().await
}

/// A whole request, unless it ends too early.
async fn read(stream: &mut TcpStream) -> io::Result<Option<Heard>> {
    let mut text = Vec::new();
    let end = loop {
        if let Some(at) = text.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if text.len() > 64 << 10 || stream.read_buf(&mut text).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&text[..end]).into_owned();
    let header = |wanted: &str| {
        head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let found = name.eq_ignore_ascii_case(wanted);
            found.then(|| value.trim().to_owned())
        })
    };
    let length: Option<usize> = header("content-length").and_then(|text| text.parse().ok());
    while text.len() < end + length.unwrap_or(0) {
        if stream.read_buf(&mut text).await? == 0 {
            return Ok(None);
        }
    }
    let mut words = head.split(' ').map(str::to_owned);
    Ok(Some(Heard {
        method: words.next().unwrap_or_default(),
        target: words.next().unwrap_or_default(),
        host: header("host").unwrap_or_default(),
        body: String::from_utf8_lossy(&text[end..]).into_owned(),
    }))
}

fn written(answer: Received) -> Vec<u8> {
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
