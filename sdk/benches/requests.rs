//! What a small request costs the client's CPU, beside reqwest with a signature written by hand.
//!
//! `cargo bench -p qingstor --bench requests`. Both clients read the same object of 1 KiB from the same
//! minimal HTTP/1 server, which is a process of its own. The CPU time is that of the one thread on which the
//! client runs. The two alternate, and the ratio is the median of the pairs, so that a busy machine troubles
//! both. Nothing is asserted.
//!
//! `cargo bench -p qingstor --bench requests -- only sdk 1 1000` sends that many requests, so many at once,
//! with one client (`sdk` or `peer`) and measures nothing, for `valgrind --tool=callgrind`.

use std::convert::Infallible;
use std::future::Future;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderValue, Request, Response, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use qingstor::{Bucket, Client};
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const PAIRS: usize = 31;
const REQUESTS: usize = 1024;
const SIZE: usize = 1024;
const BUCKET: &str = "example-photos";
const KEY: &str = "2026/11/my cat.png";
const ACCESS_KEY_ID: &str = "ACCESS_KEY_ID";
const SECRET: &str = "SECRET_ACCESS_KEY";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve"] => runtime().block_on(serve()),
        ["only", client, at_once, requests, ..] => {
            let at_once = at_once.parse().expect("how many at once");
            let requests = requests.parse().expect("a number of requests");
            only(client, at_once, requests);
        }
        _ => compare(),
    }
}

fn only(client: &str, at_once: usize, requests: usize) {
    let server = Server::start();
    let runtime = runtime();
    match client {
        "sdk" => runtime.block_on(run(&Sdk::new(&server), at_once, requests)),
        "peer" => runtime.block_on(run(&Peer::new(&server), at_once, requests)),
        _ => panic!("the client is either sdk or peer"),
    }
}

fn compare() {
    let server = Server::start();
    let runtime = runtime();
    let (sdk, peer) = (Sdk::new(&server), Peer::new(&server));
    println!("GET of {SIZE} bytes; medians of {PAIRS} pairs of {REQUESTS} requests");
    println!("at once  client  CPU µs per request  allocations per request  bytes allocated");
    for at_once in [1, 64] {
        // The first requests open the connections and warm everything up.
        runtime.block_on(run(&sdk, at_once, REQUESTS));
        runtime.block_on(run(&peer, at_once, REQUESTS));
        let (mut sdks, mut peers) = (Vec::new(), Vec::new());
        for pair in 0..PAIRS {
            // Who goes first changes, so that a drift of the machine's speed cancels out.
            if pair % 2 == 0 {
                sdks.push(cpu(&runtime, &sdk, at_once));
                peers.push(cpu(&runtime, &peer, at_once));
            } else {
                peers.push(cpu(&runtime, &peer, at_once));
                sdks.push(cpu(&runtime, &sdk, at_once));
            }
        }
        let ratios = sdks.iter().zip(&peers).map(|(sdk, peer)| sdk / peer);
        let ratios = sorted(ratios.collect());
        print_row(at_once, "sdk", sdks, allocations(&runtime, &sdk, at_once));
        print_row(
            at_once,
            "peer",
            peers,
            allocations(&runtime, &peer, at_once),
        );
        println!(
            "{at_once:>7}  ratio   {:>18.2}  (middle half of the pairs: {:.2} to {:.2})",
            ratios[PAIRS / 2],
            ratios[PAIRS / 4],
            ratios[PAIRS * 3 / 4],
        );
    }
    println!("budget: a ratio of 1.15");
}

fn print_row(at_once: usize, name: &str, times: Vec<f64>, allocated: (f64, f64)) {
    let (count, bytes) = allocated;
    let time = sorted(times)[PAIRS / 2];
    println!("{at_once:>7}  {name:<6}  {time:>18.1}  {count:>23.1}  {bytes:>15.0}");
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// CPU time of this thread per request, in µs.
fn cpu<G: Get>(runtime: &Runtime, client: &G, at_once: usize) -> f64 {
    let start = thread_time();
    runtime.block_on(run(client, at_once, REQUESTS));
    let used = thread_time().saturating_sub(start);
    used.as_secs_f64() * 1e6 / REQUESTS as f64
}

/// Allocations and allocated bytes per request.
fn allocations<G: Get>(runtime: &Runtime, client: &G, at_once: usize) -> (f64, f64) {
    let info = allocation_counter::measure(|| {
        runtime.block_on(run(client, at_once, REQUESTS));
    });
    let per_request = |total: u64| total as f64 / REQUESTS as f64;
    (per_request(info.count_total), per_request(info.bytes_total))
}

#[cfg(unix)]
fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).expect("a time that is not negative");
    let nanoseconds = u32::try_from(time.tv_nsec).expect("less than a second");
    Duration::new(seconds, nanoseconds)
}

#[cfg(not(unix))]
fn thread_time() -> Duration {
    panic!("this benchmark needs the CPU time of a thread, which it can only read on Unix")
}

/// Everything of the client runs on the thread that calls.
fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// A client that reads the object.
trait Get: Clone + Send + 'static {
    fn get(&self) -> impl Future<Output = Bytes> + Send;
}

async fn run<G: Get>(client: &G, at_once: usize, requests: usize) {
    let workers: Vec<_> = (0..at_once)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                for _ in 0..requests / at_once {
                    assert_eq!(client.get().await.len(), SIZE);
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.expect("answers to all requests");
    }
}

#[derive(Clone)]
struct Sdk(Bucket);

impl Sdk {
    fn new(server: &Server) -> Sdk {
        let client = Client::builder()
            .no_environment()
            .endpoint(format!("http://{}", server.address))
            .credentials(ACCESS_KEY_ID, SECRET)
            .build();
        Sdk(client.expect("a client").bucket(BUCKET))
    }
}

impl Get for Sdk {
    async fn get(&self) -> Bytes {
        let output = self.0.get_object(KEY).send().await.expect("an answer");
        output.body.into_bytes().await.expect("a whole body")
    }
}

/// What somebody without the SDK would write for this one request.
#[derive(Clone)]
struct Peer {
    client: reqwest::Client,
    endpoint: String,
    keyed: Hmac<Sha256>,
}

const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

impl Peer {
    fn new(server: &Server) -> Peer {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(Duration::from_secs(5))
            .read_timeout(Duration::from_secs(30))
            .user_agent("qingstor-sdk-rust/0.1.0 (Rust; linux_x86_64)")
            .build();
        Peer {
            client: client.expect("a client"),
            endpoint: format!("http://{}", server.address),
            keyed: Hmac::new_from_slice(SECRET.as_bytes()).expect("any length is a key"),
        }
    }
}

impl Get for Peer {
    async fn get(&self) -> Bytes {
        let key = utf8_percent_encode(KEY, PATH);
        let url = format!("{}/{BUCKET}/{key}", self.endpoint);
        let date = httpdate::fmt_http_date(SystemTime::now());
        let text = format!("GET\n\n\n{date}\n{}", &url[self.endpoint.len()..]);
        let mut mac = self.keyed.clone();
        mac.update(text.as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        let authorization = format!("QS {ACCESS_KEY_ID}:{signature}");
        let mut authorization = HeaderValue::try_from(authorization).expect("a legal header");
        authorization.set_sensitive(true);
        let answer = self
            .client
            .get(url)
            .header(header::DATE, date)
            .header(header::AUTHORIZATION, authorization)
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .expect("an answer");
        answer.bytes().await.expect("a whole body")
    }
}

/// The server's process. It ends when its standard input does.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start() -> Server {
        let program = std::env::current_exe().expect("the path of this program");
        let mut process = Command::new(program)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a second process");
        let output = process.stdout.take().expect("its output");
        let mut line = String::new();
        BufReader::new(output)
            .read_line(&mut line)
            .expect("a line with its address");
        let address = line.trim().parse().expect("an address");
        Server { process, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("its address"));
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        stream.set_nodelay(true).expect("an option of the socket");
        let connection = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service_fn(answer));
        tokio::spawn(async move {
            // A client that goes away is no failure.
            let _ = connection.await;
        });
    }
}

/// The object with the headers that the service gives it.
async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let signed = request.headers().contains_key(header::AUTHORIZATION);
    let dated = request.headers().contains_key(header::DATE);
    let status = if signed && dated { 200 } else { 403 };
    let response = Response::builder()
        .status(status)
        .header("Content-Type", "image/png")
        .header("ETag", "\"5d41402abc4b2a76b9719d911017c592\"")
        .header("Last-Modified", "Sun, 22 Nov 2026 10:00:00 GMT")
        .header("Server", "QingStor")
        .header("X-QS-Request-Id", "9cb4a1d4be3811e6a00e5254862d7be7")
        .header("X-QS-Storage-Class", "STANDARD")
        .body(Full::new(Bytes::from_static(&[b'x'; SIZE])));
    Ok(response.expect("a legal answer"))
}
