//! From the start of the program to its first answer.

use std::time::Instant;

use crate::client::Client;
use crate::median;
use crate::process::Process;

const TIMES: usize = 21;

pub(crate) fn measure() {
    println!("\nstart of the program to the first answer, median of {TIMES}");
    let temporary = times(|| Process::emulator(None));
    println!("{:<40}{temporary:>8.1} ms", "in a temporary folder");
    let folder = tempfile::tempdir().expect("a folder");
    let process = Process::emulator(Some(folder.path()));
    let mut client = Client::connect(process.server);
    client.send("PUT", "/mybucket", b"");
    for at in 0..1000 {
        client.send("PUT", &format!("/mybucket/k{at}"), &[7; 20_000]);
    }
    process.kill();
    let kept = times(|| Process::emulator(Some(folder.path())));
    println!(
        "{:<40}{kept:>8.1} ms",
        "in a folder of 1000 objects, killed"
    );
}

fn times(start: impl Fn() -> Process) -> f64 {
    let once = || {
        let begun = Instant::now();
        let process = start();
        let mut client = Client::connect(process.server);
        assert_eq!(client.send("GET", "/", b"").status, 200);
        let spent = begun.elapsed();
        process.kill();
        spent.as_secs_f64() * 1e3
    };
    median((0..TIMES).map(|_| once()).collect())
}
