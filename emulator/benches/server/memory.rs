//! How much memory a large upload and a large download take.

use std::time::Instant;

use crate::client::{Client, head};
use crate::process::Process;

const SIZE: usize = 1 << 30;
const PIECE: usize = 1 << 20;

pub(crate) fn measure() {
    let process = Process::emulator(None);
    let mut client = Client::connect(process.server);
    assert_eq!(client.send("PUT", "/mybucket", b"").status, 201);
    // So that what only the first requests need is there.
    for _ in 0..100 {
        client.send("PUT", "/mybucket/small", &[7; 100_000]);
        client.send("GET", "/mybucket/small", b"");
    }
    println!("\nmemory of the server, 1 GiB in one request, alone and 8 at once");
    println!(
        "{:<24}{:>12}{:>12}{:>12}",
        "", "peak before", "peak after", "rise"
    );
    let row = |what: &str, before: u64, seconds: f64| {
        let after = process.memory("VmHWM");
        let rise = (after - before) as f64 / 1024.0;
        let mib = |kib: u64| format!("{:.1} MiB", kib as f64 / 1024.0);
        println!(
            "{what:<24}{:>12}{:>12}{:>12}   {seconds:.1} s",
            mib(before),
            mib(after),
            format!("{rise:.1} MiB")
        );
    };
    let before = process.memory("VmHWM");
    let begun = Instant::now();
    upload(&mut client, "/mybucket/large", SIZE);
    row("upload", before, begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    client.write(head("GET", "/mybucket/large", 0).as_bytes());
    let answer = client.answer(false);
    assert_eq!((answer.status, answer.length), (200, SIZE));
    row("and download", before, begun.elapsed().as_secs_f64());

    let begun = Instant::now();
    std::thread::scope(|scope| {
        for at in 0..8 {
            let server = process.server;
            scope.spawn(move || {
                let mut client = Client::connect(server);
                let target = format!("/mybucket/large{at}");
                upload(&mut client, &target, SIZE / 8);
                client.write(head("GET", &target, 0).as_bytes());
                assert_eq!(client.answer(false).length, SIZE / 8);
            });
        }
    });
    row(
        "8 of 128 MiB at once",
        before,
        begun.elapsed().as_secs_f64(),
    );
}

fn upload(client: &mut Client, target: &str, size: usize) {
    client.write(head("PUT", target, size).as_bytes());
    let piece: Vec<u8> = (0..PIECE).map(|at| (at * 31 % 251) as u8).collect();
    for _ in 0..size / PIECE {
        client.write(&piece);
    }
    assert_eq!(client.answer(false).status, 201);
}
