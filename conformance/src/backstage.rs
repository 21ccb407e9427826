//! What only an emulator of the checks has: hosts and zones of its own, a clock that can be turned, and what is done in
//! the background at the moment when a check wants it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use qingstor_emulator::{Emulator, Error, LifecycleReport};

use crate::slot::Problem;
use crate::target::Key;

/// The domain of the emulator's hosts. They are looked up nowhere: all of them are the emulator.
pub(crate) const DOMAIN: &str = "qingstor.com";

/// The zone that requests without a zone go to, and another one.
pub(crate) const ZONES: [&str; 2] = ["pek3a", "sh1a"];

/// The id of the second user.
pub(crate) const SECOND: &str = "usr-second";

/// Domains that checks may bind to a bucket.
pub(crate) const BOUND: [&str; 2] = ["images.example.com", "www.example.org"];

/// An emulator, seen from behind.
#[derive(Debug)]
pub(crate) struct Backstage {
    pub(crate) emulator: Emulator,
    /// So many seconds its clock is ahead.
    ahead: Arc<AtomicU64>,
}

impl Backstage {
    /// Starts an emulator with a second user.
    pub(crate) async fn start(second: &Key) -> Result<Backstage, Error> {
        let ahead = Arc::new(AtomicU64::new(0));
        let hand = Arc::clone(&ahead);
        let mut builder = Emulator::builder()
            .check_answers(true)
            .domain(DOMAIN)
            .user(SECOND, "second", &second.id, &second.secret)
            .notification_patience(Duration::from_secs(5), Duration::from_millis(1))
            .clock(move || SystemTime::now() + Duration::from_secs(hand.load(Ordering::Relaxed)));
        for zone in ZONES {
            builder = builder.zone(zone);
        }
        let emulator = builder.start().await?;
        Ok(Backstage { emulator, ahead })
    }

    /// The hosts that are the emulator's, for buckets of these names.
    pub(crate) fn hosts(&self, buckets: &[String]) -> Vec<(String, SocketAddr)> {
        let mut hosts = vec![DOMAIN.to_owned()];
        for zone in ZONES {
            hosts.push(format!("{zone}.{DOMAIN}"));
            hosts.extend(buckets.iter().map(|name| format!("{name}.{zone}.{DOMAIN}")));
        }
        hosts.extend(BOUND.map(str::to_owned));
        let address = self.emulator.address();
        hosts.into_iter().map(|host| (host, address)).collect()
    }

    /// The port that it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.emulator.address().port()
    }

    /// Turns its clock ahead of the real one. Each check begins with the right time.
    pub(crate) fn turn(&self, ahead: Duration) {
        self.ahead.store(ahead.as_secs(), Ordering::Relaxed);
    }

    /// Does what lifecycle rules want after so long a time.
    pub(crate) async fn live_on(&self, time: Duration) -> Result<LifecycleReport, Problem> {
        self.turn(time);
        let done = self.emulator.run_lifecycle().await;
        self.turn(Duration::ZERO);
        done.map_err(broken)
    }

    /// Copies to the other zone what is older than its rule, after so long a time.
    pub(crate) async fn catch_up(&self, time: Duration) -> Result<u64, Problem> {
        self.turn(time);
        let done = self.emulator.run_replication().await;
        self.turn(Duration::ZERO);
        done.map_err(broken)
    }

    /// Writes the access logs.
    pub(crate) async fn write_logs(&self) -> Result<(), Problem> {
        self.emulator.flush_logs().await.map_err(broken)
    }

    /// Waits for what requests have caused.
    pub(crate) async fn settle(&self) {
        self.emulator.settle().await;
    }
}

fn broken(error: Error) -> Problem {
    Problem::Fail(format!("in the background: {error}"))
}
