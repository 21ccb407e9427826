//! Access keys that are fetched, and fetched anew before they expire.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use super::{Credentials, ProvideCredentials};
use crate::error::{Error, ErrorKind};
use crate::transport::BoxFuture;

/// How long before its end a key is replaced.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// How long a key that still works is used after it could not be replaced, before that is tried again.
const PAUSE: Duration = Duration::from_secs(10);

/// What a fetch may fail with. Its text is shown, so it must hold no secret.
pub type FetchError = Box<dyn std::error::Error + Send + Sync>;

type Fetch = dyn Fn() -> BoxFuture<'static, Result<TemporaryCredentials, FetchError>> + Send + Sync;

/// An access key and when it stops working.
#[derive(Clone, Debug)]
pub struct TemporaryCredentials {
    credentials: Credentials,
    expires_at: Option<SystemTime>,
}

impl TemporaryCredentials {
    /// A key that works until `expires_at`; `None` for one that is never fetched anew.
    pub fn new(credentials: Credentials, expires_at: Option<SystemTime>) -> TemporaryCredentials {
        TemporaryCredentials {
            credentials,
            expires_at,
        }
    }
}

/// Fetches an access key when it is first needed, and anew some time before it expires: from a vault, or a service of
/// your own.
///
/// Requests at the same time wait for one fetch. If it fails while the old key still works, that goes on being used;
/// else the requests fail with the fetch's error as their [`source`](std::error::Error::source). Presigning does not
/// wait, so call [`Client::refresh_credentials`](crate::Client::refresh_credentials) before it.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use qingstor::credentials::{Credentials, RefreshingCredentials, TemporaryCredentials};
///
/// let provider = RefreshingCredentials::new(|| async {
///     // Ask whoever hands out keys.
///     let credentials = Credentials::new("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")?;
///     let end = SystemTime::now() + Duration::from_secs(3600);
///     Ok(TemporaryCredentials::new(credentials, Some(end)))
/// });
/// let client = qingstor::Client::builder().credentials_provider(provider).build()?;
/// # Ok::<(), qingstor::Error>(())
/// ```
pub struct RefreshingCredentials {
    fetch: Box<Fetch>,
    margin: Duration,
    now: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    /// Held by the one who fetches.
    gate: tokio::sync::Mutex<()>,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    current: Option<TemporaryCredentials>,
    /// Not before then another fetch is tried, if the current key works.
    pause_until: Option<SystemTime>,
}

impl RefreshingCredentials {
    /// Keys from `fetch`, which is not called before the first request.
    pub fn new<F, R>(fetch: F) -> RefreshingCredentials
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<TemporaryCredentials, FetchError>> + Send + 'static,
    {
        RefreshingCredentials {
            fetch: Box::new(move || Box::pin(fetch())),
            margin: MARGIN,
            now: Arc::new(SystemTime::now),
            gate: tokio::sync::Mutex::default(),
            state: RwLock::default(),
        }
    }

    /// How long before its end a key is fetched anew. Default: 5 min.
    #[must_use]
    pub fn margin(mut self, margin: Duration) -> RefreshingCredentials {
        self.margin = margin;
        self
    }

    /// What time it is. Default: the system's clock.
    #[must_use]
    pub fn clock(
        mut self,
        now: impl Fn() -> SystemTime + Send + Sync + 'static,
    ) -> RefreshingCredentials {
        self.now = Arc::new(now);
        self
    }

    fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// The current key, if it works for at least `margin` more.
    fn valid(&self, margin: Duration) -> Option<Credentials> {
        let now = (self.now)();
        self.read(|state| {
            let current = state.current.as_ref()?;
            let lasts = current
                .expires_at
                .is_none_or(|end| now.checked_add(margin).is_some_and(|then| then < end));
            lasts.then(|| current.credentials.clone())
        })
    }

    fn needs_fetch(&self) -> bool {
        if self.valid(self.margin).is_some() {
            return false;
        }
        let now = (self.now)();
        let paused = self.read(|state| state.pause_until.is_some_and(|until| now < until));
        !paused || self.valid(Duration::ZERO).is_none()
    }

    async fn renew(&self) -> Result<(), Error> {
        let _gate = self.gate.lock().await;
        // Whoever held the gate before may have fetched one.
        if !self.needs_fetch() {
            return Ok(());
        }
        let failure = match (self.fetch)().await {
            Ok(fetched) => {
                self.write(|state| {
                    *state = State {
                        current: Some(fetched),
                        pause_until: None,
                    };
                });
                match self.valid(Duration::ZERO) {
                    Some(_) => return Ok(()),
                    None => Error::config(
                        "the access key that was fetched has expired already; check this machine's clock",
                    ),
                }
            }
            Err(error) => {
                let kind = error.downcast_ref::<Error>().map(Error::kind);
                let message = format!("the access key could not be fetched: {error}");
                Error::new(kind.unwrap_or(ErrorKind::Config), message).with_source(error)
            }
        };
        if self.valid(Duration::ZERO).is_none() {
            return Err(failure);
        }
        let until = (self.now)().checked_add(PAUSE.min(self.margin));
        self.write(|state| state.pause_until = until);
        Ok(())
    }
}

impl ProvideCredentials for RefreshingCredentials {
    fn snapshot(&self) -> Result<Option<Credentials>, Error> {
        self.valid(Duration::ZERO).map(Some).ok_or_else(|| {
            Error::config(
                "there is no access key that works now; Client::refresh_credentials fetches one",
            )
        })
    }

    fn refresh(&self) -> Option<BoxFuture<'_, Result<(), Error>>> {
        self.needs_fetch()
            .then(|| -> BoxFuture<'_, _> { Box::pin(self.renew()) })
    }
}

impl fmt::Debug for RefreshingCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read(|state| {
            f.debug_struct("RefreshingCredentials")
                .field("margin", &self.margin)
                .field("current", &state.current)
                .finish_non_exhaustive()
        })
    }
}
