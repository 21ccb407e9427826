//! How many buckets an account may have, and for how long it has to keep one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use qingstor::{Client, ErrorKind, RetryPolicy};
use qingstor_emulator::{Builder, Emulator};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;
use crate::slot::Problem;

pub(super) static ALL: [Behaviour; 2] = [
    behaviour!("limits", an_account_has_so_many_buckets, buckets: 0),
    behaviour!("limits", a_bucket_is_kept_for_a_minute, buckets: 0),
];

const NAMES: [&str; 3] = ["limited-a", "limited-b", "limited-c"];

/// An emulator that has limits, as that of the other checks has none.
async fn limited(builder: Builder) -> Result<Emulator, Problem> {
    let started = builder.start().await;
    started.map_err(|error| Problem::Fail(format!("no emulator can be started: {error}")))
}

fn client(emulator: &Emulator, id: &str, secret: &str) -> Result<Client, Problem> {
    let client = Client::builder()
        .no_environment()
        .endpoint(emulator.endpoint())
        .zone(emulator.zone())
        .credentials(id, secret)
        .retry(RetryPolicy::never())
        .build();
    needed("making a client", client)
}

/// The service allows two. They are counted for each account, and one that is gone counts no more.
async fn an_account_has_so_many_buckets(bench: &Bench<'_>, report: &mut Report) -> Done {
    bench.backstage()?;
    let builder = Emulator::builder()
        .check_answers(true)
        .default_user("usr-one", "one", "ONE", "secret-of-one")
        .user("usr-two", "two", "TWO", "secret-of-two")
        .bucket_quota(2);
    let emulator = limited(builder).await?;
    let one = client(&emulator, "ONE", "secret-of-one")?;
    let two = client(&emulator, "TWO", "secret-of-two")?;
    let [a, b, c] = NAMES.map(|name| one.bucket(name));
    for bucket in [&a, &b] {
        needed("making a bucket", bucket.put_bucket().send().await)?;
    }
    for attempt in [c.put_bucket(), c.put_bucket()] {
        let third = attempt.send().await;
        report.error(third, ErrorKind::PermissionDenied, Some("too_many_buckets"));
    }
    let absent = c.head_bucket().send().await;
    report.error(absent, ErrorKind::NotFound, None);
    let others = two.bucket("limited-of-two").put_bucket().send().await;
    needed("making a bucket of another account", others)?;
    needed("deleting a bucket", a.delete_bucket().send().await)?;
    needed("making one in its place", c.put_bucket().send().await)?;
    let again = a.put_bucket().send().await;
    report.error(again, ErrorKind::PermissionDenied, Some("too_many_buckets"));
    emulator.shutdown().await;
    Ok(())
}

/// It can be deleted a minute after it was made, and not before.
async fn a_bucket_is_kept_for_a_minute(bench: &Bench<'_>, report: &mut Report) -> Done {
    bench.backstage()?;
    let (start, ahead) = (SystemTime::now(), Arc::new(AtomicU64::new(0)));
    let hand = Arc::clone(&ahead);
    let builder = Emulator::builder()
        .check_answers(true)
        .access_key("ONE", "secret-of-one")
        .clock(move || start + Duration::from_secs(hand.load(Ordering::Relaxed)))
        .bucket_lease(Duration::from_secs(60));
    let emulator = limited(builder).await?;
    let client = client(&emulator, "ONE", "secret-of-one")?;
    let [bucket, later, _] = NAMES.map(|name| client.bucket(name));
    needed("making a bucket", bucket.put_bucket().send().await)?;
    for (after, gone) in [(0, false), (59, false), (60, true)] {
        ahead.store(after, Ordering::Relaxed);
        if after == 59 {
            needed("making another one", later.put_bucket().send().await)?;
        }
        let outcome = bucket.delete_bucket().send().await;
        if gone {
            needed(&format!("deleting it after {after} s"), outcome)?;
            continue;
        }
        report.error(
            outcome,
            ErrorKind::PermissionDenied,
            Some("lease_not_ready"),
        );
        needed("looking for it then", bucket.head_bucket().send().await)?;
    }
    // Each has its own minute.
    let outcome = later.delete_bucket().send().await;
    report.error(
        outcome,
        ErrorKind::PermissionDenied,
        Some("lease_not_ready"),
    );
    emulator.shutdown().await;
    Ok(())
}
