//! Runs many checks, some of them at the same time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::check::Check;
use crate::execute::{self, Outcome, Verdict};
use crate::slot::Slot;
use crate::target::Target;

/// After so many checks in a row that got no answer, the endpoint is asked whether it is still there.
const SILENCE: usize = 3;

/// Where the live checks run.
#[derive(Clone, Debug)]
pub enum Place {
    /// Against an emulator for each job.
    Emulators,
    /// Against an endpoint, one after the other.
    Endpoint(Arc<Target>),
}

/// How the checks run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where.
    pub place: Place,
    /// How many at the same time.
    pub jobs: usize,
    /// How long one may take.
    pub limit: Duration,
}

/// A check, and what came of it.
#[derive(Debug)]
pub struct Entry {
    /// The check.
    pub check: Check,
    /// What came of it.
    pub outcome: Outcome,
}

/// What counts for the result of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// As it should be.
    Passed,
    /// Not as it should be.
    Failed,
    /// It rests on a fact that nobody has verified; it fits, or (with `false`) the endpoint contradicts it.
    Unverified(bool),
    /// Not tried.
    Skipped,
}

/// What came of all checks.
#[derive(Debug)]
pub struct Run {
    /// What they ran against, in words.
    pub subject: String,
    /// Whether the endpoint was an emulator, which has to do what the specs say even where nobody has verified it.
    pub emulated: bool,
    /// The checks, in the order of the specs.
    pub entries: Vec<Entry>,
    /// Why the endpoint could not be used, or no longer.
    pub problem: Option<String>,
    /// What else somebody should know, such as buckets that are left behind.
    pub notes: Vec<String>,
    /// How long all of it took.
    pub elapsed: Duration,
}

impl Run {
    /// How a check counts.
    pub fn class(&self, entry: &Entry) -> Class {
        let unverified = entry.check.unverified.is_some();
        match &entry.outcome.verdict {
            Verdict::Skipped(_) => Class::Skipped,
            Verdict::Failed if self.emulated || !unverified => Class::Failed,
            Verdict::Failed => Class::Unverified(false),
            Verdict::Passed if unverified => Class::Unverified(true),
            Verdict::Passed => Class::Passed,
        }
    }

    /// The checks of a class.
    pub fn of(&self, class: Class) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(move |entry| self.class(entry) == class)
    }

    /// Whether anything failed.
    pub fn failed(&self) -> bool {
        self.problem.is_some() || self.of(Class::Failed).next().is_some()
    }
}

/// Hears of each check that is done.
type Progress = Box<dyn Fn(&Check, &Outcome) + Send + Sync>;

/// What the workers share.
struct Work {
    checks: Vec<Check>,
    offline: Mutex<VecDeque<usize>>,
    live: Mutex<VecDeque<usize>>,
    done: Mutex<Done>,
    limit: Duration,
    progress: Progress,
}

#[derive(Default)]
struct Done {
    outcomes: Vec<Option<Outcome>>,
    problem: Option<String>,
    notes: Vec<String>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Work {
    fn next(&self, queue: &Mutex<VecDeque<usize>>) -> Option<usize> {
        lock(queue).pop_front()
    }

    fn finish(&self, index: usize, outcome: Outcome) {
        (self.progress)(&self.checks[index], &outcome);
        lock(&self.done).outcomes[index] = Some(outcome);
    }

    async fn work_offline(&self) {
        while let Some(index) = self.next(&self.offline) {
            let outcome = execute::offline(&self.checks[index]).await;
            self.finish(index, outcome);
        }
    }

    /// Skips all live checks that are left.
    fn give_up(&self, reason: &str) {
        lock(&self.done).problem = Some(reason.to_owned());
        while let Some(index) = self.next(&self.live) {
            self.finish(index, Outcome::skipped("the endpoint cannot be used"));
        }
    }

    async fn work_live(&self, place: &Place) {
        let opened = match place {
            Place::Emulators => Slot::emulator(self.limit).await,
            Place::Endpoint(target) => Slot::open(Arc::clone(target)).await,
        };
        let mut slot = match opened {
            Ok(slot) => slot,
            Err(reason) => return self.give_up(&reason),
        };
        let mut silent = 0;
        while let Some(index) = self.next(&self.live) {
            let outcome = execute::live(&self.checks[index], &mut slot, self.limit).await;
            silent = if outcome.silent { silent + 1 } else { 0 };
            self.finish(index, outcome);
            if silent >= SILENCE && !slot.is_emulated() {
                silent = 0;
                match Slot::open(Arc::clone(&slot.target)).await {
                    Ok(fresh) => slot = fresh,
                    Err(reason) => {
                        let reason = format!("no answers come any more: {reason}");
                        return self.give_up(&reason);
                    }
                }
            }
        }
        let left = slot.close().await;
        lock(&self.done).notes.extend(left);
    }
}

/// Runs all checks. `progress` hears of each that is done.
pub async fn run(
    checks: Vec<Check>,
    settings: Settings,
    progress: impl Fn(&Check, &Outcome) + Send + Sync + 'static,
) -> Run {
    let started = Instant::now();
    let (mut live, offline): (Vec<usize>, Vec<usize>) =
        (0..checks.len()).partition(|index| checks[*index].is_live());
    // A bucket that has had versions is never again as it was: those that need one come last.
    live.sort_by_key(|index| checks[*index].is_versioned());
    let has_live = !live.is_empty();
    let jobs = settings.jobs.max(1);
    let count = checks.len();
    let work = Arc::new(Work {
        checks,
        offline: Mutex::new(offline.into()),
        live: Mutex::new(live.into()),
        done: Mutex::new(Done {
            outcomes: std::iter::repeat_with(|| None).take(count).collect(),
            ..Done::default()
        }),
        limit: settings.limit,
        progress: Box::new(progress),
    });
    let live_workers = match settings.place {
        _ if !has_live => 0,
        Place::Emulators => jobs,
        // An account has two buckets, and checks do not share them.
        Place::Endpoint(_) => 1,
    };
    let mut workers = JoinSet::new();
    for index in 0..jobs.max(live_workers) {
        let work = Arc::clone(&work);
        let place = settings.place.clone();
        workers.spawn(async move {
            if index < live_workers {
                work.work_live(&place).await;
            }
            work.work_offline().await;
        });
    }
    while workers.join_next().await.is_some() {}
    let (subject, emulated) = match &settings.place {
        Place::Emulators => ("the emulator".to_owned(), true),
        Place::Endpoint(target) => (target.endpoint.clone(), false),
    };
    let mut done = std::mem::take(&mut *lock(&work.done));
    let checks = Arc::into_inner(work).map_or_else(Vec::new, |work| work.checks);
    // A worker that panicked has lost its check, and perhaps nobody came for the next ones. That is no reason to pass.
    let lost = || Outcome::failed("the run broke off; standard error tells where");
    let outcomes = done
        .outcomes
        .drain(..)
        .map(|outcome| outcome.unwrap_or_else(lost));
    Run {
        subject,
        emulated,
        entries: checks
            .into_iter()
            .zip(outcomes)
            .map(|(check, outcome)| Entry { check, outcome })
            .collect(),
        problem: done.problem,
        notes: done.notes,
        elapsed: started.elapsed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_run_that_breaks_off_has_failed() {
        let mut checks = crate::check::all();
        checks.retain(|check| check.name().starts_with("get_bucket_cors/field"));
        assert!(checks.len() > 1);
        let settings = Settings {
            place: Place::Emulators,
            jobs: 1,
            limit: Duration::from_secs(10),
        };
        let run = run(checks, settings, |_, _| panic!("on purpose")).await;
        assert!(run.failed());
        assert_eq!(run.of(Class::Failed).count(), run.entries.len());
    }
}
