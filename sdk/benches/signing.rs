//! How close a whole header signature comes to what its HMAC alone costs.
//!
//! `cargo bench -p qingstor --bench signing`. The floor is the HMAC-SHA256 of a string to sign of 207
//! bytes with a key that is set up already, and its base64 in a `String`. The rows alternate in each
//! round, in changing order, and the ratios are medians of the rounds, so that a busy machine troubles
//! all of them. Nothing is asserted.

use std::hint::black_box;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::header::AUTHORIZATION;
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
    let signable = Signable::new(request.method.as_str(), request.uri.path())
        .query(request.uri.query().unwrap_or_default())
        .headers(&headers);
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
    // What a client does: the value also goes into the request.
    let mut signed = request.clone();
    let mut inserted = || {
        let value = signer.authorize(black_box(&signed), None);
        let value = value.expect("a signature");
        signed.headers.insert(AUTHORIZATION, value);
    };
    inserted();
    let (mut floors, mut wholes, mut inserts) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        if round % 2 == 0 {
            floors.push(time(floor));
            wholes.push(time(whole));
            inserts.push(time(&mut inserted));
        } else {
            inserts.push(time(&mut inserted));
            wholes.push(time(whole));
            floors.push(time(floor));
        }
    }
    let allocations = allocation_counter::measure(whole).count_total;
    println!("string to sign: {} bytes", text.len());
    println!("row                          median ns  ratio to floor");
    for (name, row) in [
        ("floor: HMAC and base64", &floors),
        ("signature", &wholes),
        ("signature and insertion", &inserts),
    ] {
        let ratios = row.iter().zip(&floors).map(|(row, floor)| row / floor);
        let (time, ratio) = (median(row.clone()), median(ratios.collect()));
        println!("{name:<27}  {time:>9.0}  {ratio:>14.2}");
    }
    println!("allocations of a signature: {allocations}");
    println!("budget: a ratio of 2.0, one allocation");
}
