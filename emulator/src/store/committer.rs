//! The one thread that writes to the database. What is queued while it works goes into its next transaction together.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use redb::Database;
use tokio::sync::oneshot;

use super::change::Change;
use super::disk::{self, Disk};
use super::error::StoreError;
use super::folder::Held;
use super::incoming::Unnamed;
use super::recovery;
use super::snapshot::{Epoch, Snapshot};

/// So many steps share a transaction at most.
const MOST: usize = 256;

/// How often files are looked after that somebody still read when they were dropped.
const PATIENCE: Duration = Duration::from_millis(50);

/// Where readers find what is stored; nothing while the database is closed.
pub(super) type Published = Arc<RwLock<Option<Arc<Snapshot>>>>;

pub(super) enum Message {
    Step(Box<dyn Step>),
    Stop,
}

/// A step with somebody who waits for its outcome.
pub(super) trait Step: Send {
    /// Takes the step, inside a transaction.
    fn take(self: Box<Self>, change: &mut Change<'_>) -> Taken;

    /// Tells that it could not be taken.
    fn fail(self: Box<Self>, why: &str);
}

/// A step that was taken.
pub(super) struct Taken {
    /// The transaction cannot be committed.
    broken: Option<String>,
    /// Answers, when it is known whether the transaction is committed or why not.
    answer: Answer,
}

type Answer = Box<dyn FnOnce(Result<(), &str>) + Send>;

pub(super) struct Waiting<T, F> {
    pub(super) step: F,
    pub(super) waiter: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Step for Waiting<T, F>
where
    T: Send + 'static,
    F: FnOnce(&mut Change<'_>) -> Result<T, StoreError> + Send,
{
    fn take(self: Box<Self>, change: &mut Change<'_>) -> Taken {
        let Waiting { step, waiter } = *self;
        let before = change.writes;
        let result = catch_unwind(AssertUnwindSafe(|| step(change)))
            .unwrap_or_else(|_| Err(StoreError::broken("step", "it panicked")));
        let broken = match &result {
            Ok(_) => None,
            Err(StoreError::Broken(why)) => Some(why.clone()),
            Err(StoreError::Refused(error)) if change.writes != before => {
                Some(format!("a step was refused half-way: {}", error.message))
            }
            Err(StoreError::Refused(_)) => None,
        };
        let answer = move |committed: Result<(), &str>| {
            let outcome = match (result, committed) {
                (Ok(_), Err(why)) => Err(StoreError::Broken(why.to_owned())),
                (result, _) => result,
            };
            // Whoever asked may have gone away.
            let _ = waiter.send(outcome);
        };
        Taken {
            broken,
            answer: Box::new(answer),
        }
    }

    fn fail(self: Box<Self>, why: &str) {
        let _ = self.waiter.send(Err(StoreError::Broken(why.to_owned())));
    }
}

/// The writing end of a store.
pub(super) struct Committer {
    disk: Arc<dyn Disk>,
    /// Nothing after a failure, as long as it could not be opened again.
    database: Option<Database>,
    /// What is read from in the meantime.
    fallback: Option<Database>,
    published: Published,
    /// For each of the last transactions: the files it dropped, and the moment before it. They can be removed when
    /// nobody reads what was stored then, or earlier.
    waiting: VecDeque<(Weak<Epoch>, Vec<u64>)>,
    /// Files that are removed, but still in the table of garbage.
    removed: Vec<u64>,
    /// Incoming files of a transaction of which nobody knows whether it was committed.
    undecided: Vec<Unnamed>,
    _held: Held,
}

impl Committer {
    /// Opens the database and publishes what is in it.
    pub(super) fn open(disk: Arc<dyn Disk>, held: Held) -> Result<Committer, StoreError> {
        let database = recovery::open(&*disk)?;
        let snapshot = Snapshot::take(&database)?;
        Ok(Committer {
            disk,
            database: Some(database),
            fallback: None,
            published: Arc::new(RwLock::new(Some(Arc::new(snapshot)))),
            waiting: VecDeque::new(),
            removed: Vec::new(),
            undecided: Vec::new(),
            _held: held,
        })
    }

    pub(super) fn published(&self) -> Published {
        Arc::clone(&self.published)
    }

    /// Works until it is told to stop.
    pub(super) fn run(mut self, messages: &Receiver<Message>) {
        loop {
            let first = if self.waiting.is_empty() {
                messages.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                messages.recv_timeout(PATIENCE)
            };
            let mut stop = false;
            let mut steps = Vec::new();
            match first {
                Ok(Message::Step(step)) => steps.push(step),
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => stop = true,
                Err(RecvTimeoutError::Timeout) => {}
            }
            while steps.len() < MOST && !stop {
                match messages.try_recv() {
                    Ok(Message::Step(step)) => steps.push(step),
                    Ok(Message::Stop) => stop = true,
                    Err(_) => break,
                }
            }
            if !steps.is_empty() {
                self.commit(steps);
            }
            self.remove_unread();
            if stop {
                break;
            }
        }
        // Readers come before the database they read from.
        self.publish(None);
    }

    fn publish(&self, snapshot: Option<Arc<Snapshot>>) -> Option<Arc<Snapshot>> {
        let mut published = self
            .published
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut published, snapshot)
    }

    fn commit(&mut self, steps: Vec<Box<dyn Step>>) {
        if self.database.is_none()
            && let Err(error) = self.reopen()
        {
            let why = describe(&error);
            return steps.into_iter().for_each(|step| step.fail(&why));
        }
        let mut taken = Vec::with_capacity(steps.len());
        let committed = self.transact(steps, &mut taken);
        if committed.is_err() {
            // What cannot be mended now is tried again with the next step.
            let _ = self.reopen();
        }
        let why = committed.err().map(|error| describe(&error));
        let outcome = || why.as_deref().map_or(Ok(()), Err);
        for step in taken {
            (step.answer)(outcome());
        }
    }

    /// Takes all steps in one transaction, commits it and publishes its outcome.
    fn transact(
        &mut self,
        steps: Vec<Box<dyn Step>>,
        taken: &mut Vec<Taken>,
    ) -> Result<(), StoreError> {
        let Some(database) = &self.database else {
            return Err(StoreError::broken("database", "it is closed"));
        };
        let mut steps = steps.into_iter();
        let begun = database.begin_write().map_err(StoreError::from);
        let mut writing = match begun {
            Ok(writing) => writing,
            Err(error) => {
                let why = describe(&error);
                steps.for_each(|step| step.fail(&why));
                return Err(error);
            }
        };
        // Opening after a kill must not take longer the more there is.
        writing.set_quick_repair(true);
        let mut change = match Change::begin(&writing) {
            Ok(change) => change,
            Err(error) => {
                let why = describe(&error);
                steps.for_each(|step| step.fail(&why));
                return Err(error);
            }
        };
        let mut broken = None;
        for step in steps.by_ref() {
            let one = step.take(&mut change);
            broken = one.broken.clone();
            taken.push(one);
            if broken.is_some() {
                break;
            }
        }
        if broken.is_none() && change.writes > 0 {
            broken = change
                .forget(&self.removed)
                .err()
                .map(|error| describe(&error));
        }
        let writes = change.writes;
        let named = std::mem::take(&mut change.named);
        let dropped = std::mem::take(&mut change.dropped);
        drop(change);
        if let Some(why) = broken {
            drop(writing);
            steps.for_each(|step| step.fail(&why));
            return Err(StoreError::Broken(why));
        }
        if writes == 0 {
            return Ok(writing.abort()?);
        }
        if let Err(error) = writing.commit() {
            self.undecided.extend(named);
            return Err(error.into());
        }
        self.removed.clear();
        self.settle(named);
        let snapshot = Arc::new(Snapshot::take(database)?);
        if let Some(before) = self.publish(Some(snapshot)) {
            let epoch = Arc::downgrade(before.epoch());
            self.waiting.push_back((epoch, dropped));
        }
        Ok(())
    }

    /// Moves files that have a name now to their place. Where that fails they are read from where they are, and moved
    /// at the next start.
    fn settle(&self, named: Vec<Unnamed>) {
        for file in named {
            let id = file.id();
            file.keep();
            let _ = self.disk.rename(&disk::incoming(id), &disk::blob(id));
        }
    }

    /// Removes dropped files that nobody reads.
    fn remove_unread(&mut self) {
        while let Some((epoch, _)) = self.waiting.front() {
            if epoch.strong_count() > 0 {
                break;
            }
            if let Some((_, files)) = self.waiting.pop_front() {
                for id in files {
                    if recovery::remove(&*self.disk, id).is_ok() {
                        self.removed.push(id);
                    }
                }
            }
        }
    }

    /// Opens the database anew after a failure. If that is not possible, what is stored can be read all the same.
    fn reopen(&mut self) -> Result<(), StoreError> {
        let opened = self.reopen_to_write();
        if opened.is_err() && self.fallback.is_none() {
            self.database = None;
            let database = recovery::open_for_reading(&*self.disk)?;
            let snapshot = Snapshot::take(&database)?;
            self.fallback = Some(database);
            self.publish(Some(Arc::new(snapshot)));
        }
        opened
    }

    fn reopen_to_write(&mut self) -> Result<(), StoreError> {
        // Whoever still reads from it is told that it is closed.
        self.database = None;
        let database = recovery::reopen(&*self.disk)?;
        let undecided = std::mem::take(&mut self.undecided);
        let named = recovery::named(&database, undecided)?;
        self.settle(named);
        let snapshot = Snapshot::take(&database)?;
        self.database = Some(database);
        self.publish(Some(Arc::new(snapshot)));
        self.fallback = None;
        Ok(())
    }
}

fn describe(error: &StoreError) -> String {
    match error {
        StoreError::Broken(why) => why.clone(),
        StoreError::Refused(error) => error.message.clone(),
    }
}
