//! What the server costs: its CPU beside a server that does nothing, its memory with large objects, lists in a large bucket,
//! and its start.
//!
//! `cargo bench -p qingstor-emulator --features bench --bench server` measures all; a name behind `--` measures one:
//! `requests`, `memory`, `listing`, `start`. It reads `/proc`, so it needs Linux. Nothing is asserted.

mod client;
mod listing;
mod memory;
mod process;
mod requests;
mod start;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    match arguments.first().map(String::as_str) {
        Some("static") => requests::serve_static(),
        Some("requests") => requests::measure(),
        Some("memory") => memory::measure(),
        Some("listing") => listing::measure(),
        Some("start") => start::measure(),
        Some(other) => eprintln!("there is nothing called {other} to measure"),
        None => {
            requests::measure();
            memory::measure();
            listing::measure();
            start::measure();
        }
    }
}

/// The middle one.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
