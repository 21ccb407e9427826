//! How close a whole header signature comes to what its HMAC alone costs.
//!
//! `cargo bench -p qingstor --bench signing`. The rows alternate in each round and the medians are
//! compared, so that a busy machine troubles both. Nothing is asserted.

use std::hint::black_box;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use qingstor::sign::{Signable, Signer};
use sha2::Sha256;

const ROUNDS: usize = 31;
const CALLS: u32 = 20_000;
const SECRET: &str = "SECRET_ACCESS_KEY";

/// A part of an upload with two headers and two query keys that are signed.
fn request() -> http::request::Parts {
    let request = http::Request::put(
        "https://pek3a.qingstor.com/mybucket/2026/11/movie-teaser.mov?part_number=3&upload_id=dbb3d762975711e6b457525441715ab4",
    )
    .header("content-type", "application/octet-stream")
    .header("content-length", "8388608")
    .header("user-agent", "qingstor-sdk-rust/0.1.0 (Rust; linux_x86_64)")
    .header("x-qs-encryption-customer-algorithm", "AES256")
    .header("x-qs-meta-n", "1")
    .header("date", "Wed, 10 Dec 2014 17:20:31 GMT")
    .body(());
    request.expect("a legal request").into_parts().0
}

fn string_to_sign(request: &http::request::Parts) -> String {
    let headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default()))
        .collect();
    let signable = Signable {
        method: request.method.as_str(),
        path: request.uri.path(),
        query: request.uri.query().unwrap_or_default(),
        headers: &headers,
        ..Signable::default()
    };
    signable.string_to_sign(None)
}

fn time(mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS {
        work();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let request = request();
    let text = string_to_sign(&request);
    let keyed = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any length is a key");
    let signer = Signer::new("ACCESS_KEY_ID", SECRET);
    let floor = || {
        let mut mac = keyed.clone();
        mac.update(black_box(&text).as_bytes());
        black_box(STANDARD.encode(mac.finalize().into_bytes()));
    };
    let whole = || {
        black_box(signer.authorize(black_box(&request), None)).expect("a signature");
    };
    let (mut floors, mut wholes) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        floors.push(time(floor));
        wholes.push(time(whole));
    }
    let allocations = allocation_counter::measure(whole).count_total;
    let (floor, whole) = (median(floors), median(wholes));
    println!("string to sign           {:>8} bytes", text.len());
    println!("floor (HMAC and base64)  {floor:>8.0} ns");
    println!("whole header signature   {whole:>8.0} ns");
    println!("ratio                    {:>8.2}", whole / floor);
    println!("allocations of a whole   {allocations:>8}");
}
