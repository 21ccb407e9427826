//! Lists in a bucket of a million keys.

use std::time::Instant;

use qingstor_emulator::Emulator;

use crate::client::{Client, KEY_ID, SECRET};
use crate::median;
use crate::process::Process;

const KEYS: usize = 1_000_000;
const TIMES: usize = 101;

pub(crate) fn measure() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let begun = Instant::now();
    runtime.block_on(async {
        let emulator = Emulator::builder()
            .access_key(KEY_ID, SECRET)
            .data_dir(folder.path())
            .start();
        let emulator = emulator.await.expect("an emulator");
        let mut client = Client::connect(emulator.address());
        let made = tokio::task::spawn_blocking(move || client.send("PUT", "/mybucket", b"").status);
        assert_eq!(made.await.expect("an answer"), 201);
        // 1000 folders with 10 keys each and a subfolder of 990.
        let key = |at: usize| match at % 1000 {
            file @ 0..10 => format!("photos/{:04}/{file:03}.png", at / 1000),
            file => format!("photos/{:04}/more/{file:03}.png", at / 1000),
        };
        emulator
            .fill("mybucket", (0..KEYS).map(key))
            .await
            .expect("filled");
        emulator.shutdown().await;
    });
    println!(
        "\nlists in a bucket of {KEYS} keys, {:.0} s to fill",
        begun.elapsed().as_secs_f64()
    );

    // Killed, so that the start finds work.
    let process = Process::emulator(Some(folder.path()));
    let mut client = Client::connect(process.server);
    assert_eq!(
        client
            .send("PUT", "/mybucket/photos/0000/000.png", b"x")
            .status,
        201
    );
    process.kill();
    let begun = Instant::now();
    let process = Process::emulator(Some(folder.path()));
    let mut client = Client::connect(process.server);
    assert_eq!(
        client
            .send("GET", "/mybucket/photos/0000/000.png", b"")
            .status,
        200
    );
    println!(
        "start to the first answer after a kill: {:.0} ms",
        begun.elapsed().as_secs_f64() * 1e3
    );

    println!(
        "{:<34}{:>10}{:>10}{:>10}{:>8}",
        "100 entries a page", "first", "middle", "last", "ratio"
    );
    for (what, query, markers) in [
        (
            "all keys",
            "",
            ["", "photos/0500/more/500.png", "photos/0999/more/899.png"],
        ),
        (
            "prefix, delimiter: folders",
            "prefix=photos%2F&delimiter=%2F&",
            ["", "photos/0500/", "photos/0899/"],
        ),
        (
            "prefix, delimiter: keys and folder",
            "delimiter=%2F&limit=11&prefix=",
            ["photos/0000/", "photos/0500/", "photos/0999/"],
        ),
    ] {
        let targets = markers.map(|marker| {
            let name = if query.ends_with("prefix=") {
                ""
            } else {
                "marker="
            };
            format!("/mybucket?{query}{name}{}", marker.replace('/', "%2F"))
        });
        let times = pages(&mut client, &process, &targets);
        println!(
            "{what:<34}{:>7.0} us{:>7.0} us{:>7.0} us{:>8.2}",
            times[0],
            times[1],
            times[2],
            times[2] / times[0]
        );
    }
    println!(
        "peak memory of the server: {:.1} MiB",
        process.memory("VmHWM") as f64 / 1024.0
    );
}

/// CPU of the server for each page, in microseconds; the pages alternate.
fn pages(client: &mut Client, process: &Process, targets: &[String; 3]) -> [f64; 3] {
    let mut times = [const { Vec::new() }; 3];
    for round in 0..TIMES {
        for (target, times) in targets.iter().zip(&mut times) {
            let before = process.cpu();
            let answer = client.send("GET", target, b"");
            let spent = process.cpu() - before;
            assert_eq!(answer.status, 200);
            if round == 0 {
                check(&answer.body);
            }
            times.push(spent * 1e6);
        }
    }
    times.map(median)
}

fn check(body: &[u8]) {
    let list: serde_json::Value = serde_json::from_slice(body).expect("a list");
    let count = |name: &str| list[name].as_array().map_or(0, Vec::len);
    let entries = count("keys") + count("common_prefixes");
    assert!(
        entries == 100 || list["limit"] == entries,
        "{entries} entries"
    );
}
