//! What all requests of one emulator share.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::address::Sites;
use crate::answer_check::Findings;
use crate::background::Tasks;
use crate::background::access_log::AccessLog;
use crate::domains::Domains;
use crate::error::{ApiError, code, no_bucket};
use crate::faults::{Faults, Injector, Sleeper};
use crate::log::LogFormat;
use crate::store::{Bucket, Store, StoreError};
use crate::text;
use crate::tls::Tls;
use crate::users::Users;

/// Tells the time.
pub(crate) type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Takes one line for each request.
pub(crate) type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// What can be set before the start.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) users: Users,
    pub(crate) sites: Sites,
    pub(crate) clock: Clock,
    pub(crate) log: Option<Log>,
    pub(crate) log_format: LogFormat,
    /// In bytes.
    pub(crate) max_body: u64,
    /// How long a client may stay silent while it sends a request.
    pub(crate) idle_timeout: Duration,
    /// What a part has at least, unless it is the last one; in bytes.
    pub(crate) min_part_size: u64,
    /// Whether fetch may ask other machines than this one.
    pub(crate) fetch_anywhere: bool,
    /// Whether signatures are accepted that other SDKs make in their own way.
    pub(crate) accept_other_sdks: bool,
    /// Whether there are paths to change the server with.
    pub(crate) admin: bool,
    /// Waits, where a fault says so.
    pub(crate) sleeper: Sleeper,
    /// So many buckets an account may have; without it, any number.
    pub(crate) bucket_quota: Option<usize>,
    /// How long after its creation a bucket cannot be deleted.
    pub(crate) bucket_lease: Duration,
    /// How long a notification's receiver may take, and how long after a failure it is told again.
    pub(crate) notify_timeout: Duration,
    pub(crate) notify_pause: Duration,
    /// Whether answers that the specification does not know are mistakes.
    pub(crate) check_answers: bool,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("users", &self.users)
            .field("sites", &self.sites)
            .field("max_body", &self.max_body)
            .field("min_part_size", &self.min_part_size)
            .field("idle_timeout", &self.idle_timeout)
            .field("fetch_anywhere", &self.fetch_anywhere)
            .field("accept_other_sdks", &self.accept_other_sdks)
            .field("admin", &self.admin)
            .field("bucket_quota", &self.bucket_quota)
            .field("bucket_lease", &self.bucket_lease)
            .finish_non_exhaustive()
    }
}

/// The state of a running emulator.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    pub(crate) domains: Domains,
    pub(crate) access_log: AccessLog,
    pub(crate) tasks: Tasks,
    /// What [`Settings::check_answers`] has found.
    pub(crate) findings: Findings,
    pub(crate) faults: Injector,
    pub(crate) tls: Option<Tls>,
    /// URLs that are being fetched right now.
    fetching: Mutex<HashSet<String>>,
}

impl State {
    pub(crate) fn new(
        settings: Settings,
        store: Store,
        faults: Faults,
        tls: Option<Tls>,
    ) -> Result<State, StoreError> {
        let snapshot = store.snapshot()?;
        Ok(State {
            domains: Domains::load(&snapshot)?,
            access_log: AccessLog::load(&snapshot)?,
            settings,
            store,
            tasks: Tasks::default(),
            findings: Findings::default(),
            faults: Injector::new(faults),
            tls,
            fetching: Mutex::default(),
        })
    }

    /// Writes a line to the log of requests that is about none.
    pub(crate) fn log(&self, line: &str) {
        if let Some(log) = &self.settings.log {
            log(&self.settings.log_format.remark(line));
        }
    }

    /// What the URLs of this server begin with.
    pub(crate) fn scheme(&self) -> &'static str {
        match self.tls {
            Some(_) => "https",
            None => "http",
        }
    }

    pub(crate) fn now(&self) -> SystemTime {
        text::writable((self.settings.clock)())
    }

    /// The bucket, if it exists and is in the zone.
    pub(crate) fn bucket_in(&self, zone: &str, name: &str) -> Result<Bucket, ApiError> {
        match self.store.snapshot()?.bucket(name)? {
            Some(bucket) if bucket.zone == zone => Ok(bucket),
            _ => Err(no_bucket(name)),
        }
    }

    /// Marks a URL as being fetched until the guard is dropped.
    pub(crate) fn begin_fetch(self: &Arc<Self>, url: &str) -> Result<FetchGuard, ApiError> {
        let mut fetching = self.fetching.lock().unwrap_or_else(PoisonError::into_inner);
        if !fetching.insert(url.to_owned()) {
            return Err(ApiError::new(
                code::FETCH_IN_PROCESS,
                "This source is being fetched already",
            ));
        }
        Ok(FetchGuard {
            state: Arc::clone(self),
            url: url.to_owned(),
        })
    }
}

/// While it lives, a second fetch of the same URL is refused.
#[derive(Debug)]
pub(crate) struct FetchGuard {
    state: Arc<State>,
    url: String,
}

impl Drop for FetchGuard {
    fn drop(&mut self) {
        self.state
            .fetching
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.url);
    }
}
