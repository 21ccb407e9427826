//! What happens beside the requests: deliveries, copies, logs, and what comes with time.
//!
//! | what | when |
//! |---|---|
//! | [`notify`] | after a request that did something to an object |
//! | [`preview`] | the same, where the notification wants an image processed |
//! | [`replicate`] | the same; older objects half an hour after the rules were put |
//! | [`access_log`] | noted with each request, written when the hour is over |
//! | [`lifecycle`] | every hour |

pub(crate) mod access_log;
pub(crate) mod lifecycle;
pub(crate) mod notify;
pub(crate) mod preview;
pub(crate) mod replicate;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::settings::logging::hour;
use crate::settings::notification::Event;
use crate::state::State;
use crate::store::{Bucket, Version};

/// How often the clock is looked at, in real time: the clock may be one that jumps.
const TICK: Duration = Duration::from_secs(10);

/// So many notifications are under way at once; others wait.
const MOST_TALKING: usize = 16;

/// Something that was done to an object.
#[derive(Clone, Debug)]
pub(crate) struct Happened {
    pub(crate) event: Event,
    pub(crate) bucket: Bucket,
    pub(crate) key: String,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) size: u64,
}

impl Happened {
    /// A version was made or, where that is the event, is gone.
    pub(crate) fn to(event: Event, bucket: &Bucket, key: &str, version: &Version) -> Happened {
        Happened {
            event,
            bucket: bucket.clone(),
            key: key.to_owned(),
            etag: version.etag.clone(),
            size: version.size,
        }
    }

    /// An upload was aborted: there is nothing to tell of but its key.
    pub(crate) fn to_upload(bucket: &Bucket, key: &str) -> Happened {
        Happened {
            event: Event::Abort,
            bucket: bucket.clone(),
            key: key.to_owned(),
            etag: String::new(),
            size: 0,
        }
    }
}

/// Tasks that outlive the request that began them.
#[derive(Debug)]
pub(crate) struct Tasks {
    set: Mutex<JoinSet<()>>,
    /// Those of them that talk to another server.
    pub(crate) talking: Semaphore,
}

impl Default for Tasks {
    fn default() -> Tasks {
        Tasks {
            set: Mutex::default(),
            talking: Semaphore::new(MOST_TALKING),
        }
    }
}

impl Tasks {
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        while set.try_join_next().is_some() {}
        set.spawn(task);
    }

    /// Waits for all of them, and for those that they begin.
    pub(crate) async fn settle(&self) {
        loop {
            let set = std::mem::take(&mut *self.set.lock().unwrap_or_else(PoisonError::into_inner));
            if set.is_empty() {
                return;
            }
            set.join_all().await;
        }
    }

    /// Ends them where they are.
    pub(crate) fn abort(&self) {
        let mut set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        set.abort_all();
    }
}

/// Does what is due when an hour of the emulator's clock is over, for as long as it is polled.
pub(crate) async fn tick(state: Arc<State>) {
    let mut last = hour(state.now());
    loop {
        sleep(TICK).await;
        let now = hour(state.now());
        if now != last {
            last = now;
            // What fails now is tried again an hour later.
            for outcome in [
                access_log::flush(&state, false).await,
                lifecycle::run(&state).await.map(drop),
                replicate::history(&state).await.map(drop),
            ] {
                if let Err(error) = outcome {
                    state.log(&format!("in the background: {}", error.message));
                }
            }
        }
    }
}
