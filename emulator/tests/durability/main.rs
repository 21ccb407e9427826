//! The program is killed at random moments while several clients write. What it had answered must be there afterwards,
//! what it had not must be there whole or not at all, and nothing else may be left in the folder.
//!
//! `DURABILITY_ROUNDS` is the number of kills, 20 by default; `DURABILITY_SEED` makes other ones; `DURABILITY_PROGRAM` is
//! another program than the one that was built with the tests, an optimised one for instance.

#[path = "../../src/store/audit.rs"]
mod audit;
mod client;
mod model;
mod process;
mod writer;

use std::env;
use std::time::Duration;

use fastrand::Rng;
use tokio::task::JoinSet;

use process::Process;
use writer::Writer;

const WRITERS: usize = 5;

fn setting(name: &str, default: u64) -> u64 {
    match env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name} is no number: {text}")),
        Err(_) => default,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_a_kill_at_any_moment() {
    let rounds = setting("DURABILITY_ROUNDS", 20);
    let mut random = Rng::with_seed(setting("DURABILITY_SEED", 20_261_124));
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("data");
    let mut writers: Vec<Writer> = (0..WRITERS)
        .map(|at| Writer::new(at, random.u64(..)))
        .collect();
    let (mut done, mut lost, mut applied) = (0, 0, 0);
    for round in 0..=rounds {
        let process = Process::start(&folder);
        let client = process.client();
        if round == 0 {
            writer::prepare(&client).await;
        }
        for writer in &mut writers {
            match writer.compare(&client).await {
                None => {}
                Some(false) => lost += 1,
                Some(true) => applied += 1,
            }
        }
        process::check_folder(&folder, round);
        if round == rounds {
            break;
        }

        let mut working = JoinSet::new();
        for mut writer in writers.drain(..) {
            working.spawn(async move {
                writer.work(&client).await;
                writer
            });
        }
        let half = client
            .half_an_upload("/plain-bucket/half", &vec![7; 2 << 20])
            .await;
        let moment = Duration::from_micros(random.u64(1_000..90_000));
        tokio::time::sleep(moment).await;
        process.kill();
        drop(half);
        while let Some(writer) = working.join_next().await {
            writers.push(writer.expect("a writer"));
        }
        writers.sort_by_key(Writer::number);
        done += writers.iter_mut().map(Writer::answered).sum::<u64>();
    }
    println!(
        "{rounds} kills: {done} changes were answered and are there; of those under way {applied} are there whole, \
         {lost} not at all"
    );
    assert!(done > rounds, "the clients got something done");
}
