//! CPU of the server for a signed GET of 1 KiB, beside a server that answers the same bytes to everything.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::client::{Client, head};
use crate::median;
use crate::process::Process;

const PAIRS: usize = 21;
const REQUESTS: usize = 2000;
const SIZE: usize = 1024;

pub(crate) fn measure() {
    let emulator = Process::emulator(None);
    let plain = Process::static_server();
    let mut client = Client::connect(emulator.server);
    assert_eq!(client.send("PUT", "/mybucket", b"").status, 201);
    assert_eq!(
        client.send("PUT", "/mybucket/cat.png", &[7; SIZE]).status,
        201
    );
    println!(
        "\nCPU of the server for a signed GET of 1 KiB, median of {PAIRS} pairs of {REQUESTS} requests"
    );
    println!("{:<20}{:>12}{:>12}{:>8}", "", "emulator", "static", "ratio");
    for at_once in [1, 16] {
        let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        run(&emulator, at_once);
        run(&plain, at_once);
        for _ in 0..PAIRS {
            let (one, other) = (run(&emulator, at_once), run(&plain, at_once));
            ratios.push(one / other);
            ours.push(one);
            theirs.push(other);
        }
        println!(
            "{:<20}{:>9.1} us{:>9.1} us{:>8.2}",
            format!("{at_once} at once"),
            median(ours),
            median(theirs),
            median(ratios)
        );
    }
}

/// CPU for each request, in microseconds.
fn run(process: &Process, at_once: usize) -> f64 {
    let before = process.cpu();
    let head = head("GET", "/mybucket/cat.png", 0);
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| get(process.server, &head, REQUESTS / at_once));
        }
    });
    (process.cpu() - before) / REQUESTS as f64 * 1e6
}

fn get(server: SocketAddr, head: &str, times: usize) {
    let mut client = Client::connect(server);
    for _ in 0..times {
        client.write(head.as_bytes());
        let answer = client.answer(false);
        assert_eq!((answer.status, answer.length), (200, SIZE));
    }
}

/// Answers the same to everything.
#[tokio::main]
pub(crate) async fn serve_static() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("http://{}", listener.local_addr().expect("an address"));
    let body = Bytes::from(vec![7; SIZE]);
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        stream.set_nodelay(true).expect("an option");
        let body = body.clone();
        tokio::spawn(async move {
            let service = service_fn(move |_| {
                let body = Full::new(body.clone());
                async move { Ok::<_, Infallible>(http::Response::new(body)) }
            });
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}
