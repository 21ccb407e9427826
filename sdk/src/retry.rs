//! When and after which wait a failed attempt is repeated.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderMap;

use crate::error::Error;
use crate::operation::{Metadata, Retry};
use crate::text;
use crate::transport::BoxFuture;

/// How often and how fast failed attempts are repeated.
///
/// Only temporary failures are repeated (connection errors, timeouts, 408, 429, 500, 502, 503, 504), and
/// only of operations that can stand it, or if nothing can have reached the service. The wait before attempt `n + 1` is drawn from zero to
/// `min(cap, base × 2ⁿ⁻¹)` ("full jitter"); a longer `Retry-After` is honoured up to the cap.
///
/// ```
/// use std::time::Duration;
/// use qingstor::RetryPolicy;
///
/// let patient = RetryPolicy::default().attempts(6).cap(Duration::from_secs(60));
/// # let _ = patient;
/// ```
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    attempts: u32,
    base: Duration,
    cap: Duration,
}

impl Default for RetryPolicy {
    /// 3 attempts, base 100 ms, cap 20 s.
    fn default() -> RetryPolicy {
        RetryPolicy {
            attempts: 3,
            base: Duration::from_millis(100),
            cap: Duration::from_secs(20),
        }
    }
}

impl RetryPolicy {
    /// One attempt only.
    pub fn never() -> RetryPolicy {
        RetryPolicy::default().attempts(1)
    }

    /// The number of attempts in all, at least 1.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> RetryPolicy {
        self.attempts = attempts.max(1);
        self
    }

    /// The longest wait before the second attempt; it doubles with each further one.
    #[must_use]
    pub fn base(mut self, base: Duration) -> RetryPolicy {
        self.base = base;
        self
    }

    /// The longest wait of all.
    #[must_use]
    pub fn cap(mut self, cap: Duration) -> RetryPolicy {
        self.cap = cap;
        self
    }

    /// The wait after attempt `attempt` (counted from 1) failed; `None` if it was the last.
    pub(crate) fn wait(&self, attempt: u32, error: &Error, timing: &Timing) -> Option<Duration> {
        if attempt >= self.attempts || !error.is_temporary() {
            return None;
        }
        let ceiling = 1_u32
            .checked_shl(attempt - 1)
            .and_then(|factor| self.base.checked_mul(factor))
            .map_or(self.cap, |ceiling| ceiling.min(self.cap));
        let draw = (timing.jitter)().clamp(0.0, 1.0);
        let draw = if draw.is_nan() { 1.0 } else { draw };
        // Rounding may lead beyond the longest duration.
        let backoff = Duration::try_from_secs_f64(ceiling.as_secs_f64() * draw);
        let backoff = backoff.map_or(ceiling, |backoff| backoff.min(ceiling));
        let asked = retry_after(error.headers(), (timing.now)()).unwrap_or_default();
        Some(backoff.max(asked.min(self.cap)))
    }
}

/// Whether an operation can be repeated at all.
pub(crate) fn may_repeat(metadata: &Metadata, body_is_replayable: bool) -> bool {
    match metadata.retry_class() {
        Retry::Safe | Retry::Idempotent => body_is_replayable,
        Retry::Never => false,
    }
}

/// `Retry-After` in seconds or as a date.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?;
    match value.trim().parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => text::parse_http_date(value).ok()?.duration_since(now).ok(),
    }
}

type Sleep = dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync;

/// Clock, timer and chance, all replaceable.
#[derive(Clone)]
pub(crate) struct Timing {
    pub(crate) now: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    pub(crate) sleep: Arc<Sleep>,
    pub(crate) jitter: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            now: Arc::new(SystemTime::now),
            sleep: Arc::new(|duration| Box::pin(tokio::time::sleep(duration))),
            jitter: Arc::new(fastrand::f64),
        }
    }
}

impl fmt::Debug for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Timing")
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use http::HeaderValue;

    use super::*;
    use crate::error::ErrorKind;

    fn timing(draw: f64) -> Timing {
        Timing {
            now: Arc::new(|| UNIX_EPOCH + Duration::from_secs(784_111_777)),
            jitter: Arc::new(move || draw),
            ..Timing::default()
        }
    }

    fn unavailable(retry_after: Option<&'static str>) -> Error {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert("retry-after", HeaderValue::from_static(value));
        }
        Error::new(ErrorKind::Service, "").with_answer(503, &headers)
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        let policy = RetryPolicy::default().attempts(40);
        let wait = |attempt| {
            policy
                .wait(attempt, &unavailable(None), &timing(1.0))
                .unwrap()
                .as_millis()
        };
        assert_eq!([wait(1), wait(2), wait(3)], [100, 200, 400]);
        assert_eq!([wait(8), wait(9), wait(39)], [12_800, 20_000, 20_000]);
        let none = policy.wait(3, &unavailable(None), &timing(0.0)).unwrap();
        assert_eq!(none, Duration::ZERO);
        let half = policy.wait(1, &unavailable(None), &timing(0.5)).unwrap();
        assert_eq!(half, Duration::from_millis(50));
    }

    #[test]
    fn waits_without_end_are_possible() {
        let policy = RetryPolicy::default()
            .base(Duration::MAX)
            .cap(Duration::MAX);
        let wait = policy.wait(1, &unavailable(None), &timing(1.0));
        assert_eq!(wait, Some(Duration::MAX));
        let half = policy.wait(1, &unavailable(None), &timing(0.5)).unwrap();
        assert!(half < Duration::MAX && half > Duration::MAX / 3);
    }

    #[test]
    fn retry_after_is_honoured_within_bounds() {
        let policy = RetryPolicy::default();
        for (header, seconds) in [
            ("7", 7),
            ("86400", 20),
            ("Sun, 06 Nov 1994 08:49:40 GMT", 3),
            ("Sun, 06 Nov 1994 08:49:30 GMT", 0),
            ("soon", 0),
            ("-1", 0),
        ] {
            let wait = policy.wait(1, &unavailable(Some(header)), &timing(0.0));
            assert_eq!(wait, Some(Duration::from_secs(seconds)), "{header}");
        }
    }

    #[test]
    fn the_last_attempt_and_lasting_errors_are_not_repeated() {
        let policy = RetryPolicy::default();
        assert!(policy.wait(3, &unavailable(None), &timing(0.0)).is_none());
        let missing = Error::new(ErrorKind::NotFound, "").with_answer(404, &HeaderMap::new());
        assert!(policy.wait(1, &missing, &timing(0.0)).is_none());
        assert!(
            RetryPolicy::never()
                .wait(1, &unavailable(None), &timing(0.0))
                .is_none()
        );
    }

    #[test]
    fn full_jitter_has_the_mean_of_theory() {
        fastrand::seed(7);
        let policy = RetryPolicy::default();
        let total: Duration = (0..10_000)
            .map(|_| {
                policy
                    .wait(1, &unavailable(None), &Timing::default())
                    .unwrap()
            })
            .sum();
        let mean = total.as_secs_f64() / 10_000.0;
        assert!((0.049..0.051).contains(&mean), "{mean}");
    }
}
