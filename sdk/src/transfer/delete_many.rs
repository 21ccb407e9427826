//! Deletions of any number of objects.

use std::collections::HashSet;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::settings::Adjust;
use crate::bucket::Bucket;
use crate::error::{Error, ErrorKind};
use crate::generated::ErrorCode;
use crate::operation::Call;
use crate::types::{KeyDeleteError, KeyInfo, ObjectToDelete};

/// How many objects a request names: what the vendor's console and tools do, for the service's own limit is not
/// published.
const BATCH: usize = 1000;

impl Bucket {
    /// Deletes the objects with these keys, 1000 with each request.
    pub fn delete_many<'a, I>(&self, keys: I) -> DeleteMany<'a>
    where
        I: IntoIterator<Item: Into<ObjectToDelete>>,
        I::IntoIter: Send + 'a,
    {
        self.delete_stream(Ready(Box::new(keys.into_iter())))
    }

    /// Deletes the objects that come out of a stream, 1000 with each request, such as those of a list.
    pub fn delete_stream<'a, S, T>(&self, keys: S) -> DeleteMany<'a>
    where
        S: Stream<Item = Result<T, Error>> + Send + 'a,
        T: Into<ObjectToDelete>,
    {
        DeleteMany {
            bucket: self.clone(),
            keys: Box::pin(Named(Box::pin(keys))),
            batch: BATCH,
            adjust: Adjust::default(),
        }
    }
}

type Keys<'a> = Pin<Box<dyn Stream<Item = Result<ObjectToDelete, Error>> + Send + 'a>>;

/// Deletions of many objects.
///
/// ```
/// # async fn demo(bucket: &qingstor::Bucket) -> Result<(), qingstor::Error> {
/// // Some:
/// let report = bucket.delete_many(["a.txt", "b.txt"]).send().await?;
/// for failure in &report.errors {
///     println!("{}: {:?} {:?}", failure.key, failure.code, failure.message);
/// }
/// // Everything below a prefix; an error if anything is left:
/// let doomed = bucket.list_objects().prefix("tmp/").items();
/// let count = bucket.delete_stream(doomed).send().await?.all()?;
/// println!("{count} deleted");
/// # Ok(()) }
/// ```
///
/// An object that does not exist counts as deleted. In a bucket with versions every object gets a delete
/// marker. Deleting again what was deleted does no harm, so after an error all of it can be done again.
#[must_use = "a request does nothing until it is sent"]
pub struct DeleteMany<'a> {
    bucket: Bucket,
    keys: Keys<'a>,
    batch: usize,
    adjust: Adjust,
}

/// What has become of the objects.
#[derive(Clone, Debug, Default)]
#[must_use = "single objects may not have been deleted: look at `errors`, or call `all`"]
#[non_exhaustive]
pub struct DeleteManyOutput {
    /// How many are deleted, as the service confirms.
    pub deleted: u64,
    /// Those that could not be deleted, and why.
    pub errors: Vec<KeyDeleteError>,
    /// How many requests it took.
    pub requests: u64,
}

impl DeleteManyOutput {
    /// How many were deleted, if all were.
    ///
    /// # Errors
    ///
    /// If there are [`errors`](DeleteManyOutput::errors): how many, and the first of them with its code; of kind
    /// `PermissionDenied` or `Rejected`.
    pub fn all(self) -> Result<u64, Error> {
        let Some(first) = self.errors.first() else {
            return Ok(self.deleted);
        };
        let code = first.code.as_deref().map(ErrorCode::from);
        let kind = match code {
            Some(ErrorCode::PermissionDenied) => ErrorKind::PermissionDenied,
            _ => ErrorKind::Rejected,
        };
        let error = Error::new(
            kind,
            format!(
                "{} of {} objects were not deleted; the first is {:?}: {} {}",
                self.errors.len(),
                self.deleted + self.errors.len() as u64,
                first.key,
                first.code.as_deref().unwrap_or("(no code)"),
                first.message.as_deref().unwrap_or_default()
            ),
        );
        Err(match code {
            Some(code) => error.with_code(code),
            None => error,
        })
    }
}

impl DeleteMany<'_> {
    /// How many objects one request names, from 1 to 1000. Default: 1000.
    pub fn batch_size(mut self, count: usize) -> Self {
        self.batch = count;
        self
    }

    /// Adjusts every request that is made: an extra header, a time limit, another retry policy.
    pub fn customize(mut self, adjust: impl Fn(Call) -> Call + Send + Sync + 'static) -> Self {
        self.adjust = Adjust::new(adjust);
        self
    }

    /// Deletes them. Keys are taken from the iterator or stream as they are needed, so memory does not grow
    /// with their number.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if the size of a batch is not allowed, errors of the stream of keys, and those of
    /// requests as a whole. The message says how many objects had been deleted by then; what could not be
    /// deleted of single objects is no error but in [`DeleteManyOutput::errors`].
    pub async fn send(mut self) -> Result<DeleteManyOutput, Error> {
        if !(1..=BATCH).contains(&self.batch) {
            return Err(Error::invalid(format!(
                "a request names between 1 and {BATCH} objects, not {}",
                self.batch
            )));
        }
        let mut output = DeleteManyOutput::default();
        loop {
            let done = self.next_batch(&mut output).await;
            match done {
                Ok(true) => {}
                Ok(false) => return Ok(output),
                Err(error) if output.requests > 0 => {
                    return Err(error.hint(&format!(
                        "{} objects had been deleted by then, and {} could not be",
                        output.deleted,
                        output.errors.len()
                    )));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Deletes the next objects; `false` if there are none.
    async fn next_batch(&mut self, output: &mut DeleteManyOutput) -> Result<bool, Error> {
        let mut batch = Vec::new();
        // A key that is named twice would get two delete markers.
        let mut open = HashSet::new();
        while batch.len() < self.batch {
            match poll_fn(|cx| self.keys.as_mut().poll_next(cx)).await {
                Some(Ok(object)) => {
                    if open.insert(object.key.clone()) {
                        batch.push(object);
                    }
                }
                // Objects that were named before a stream of keys breaks are left alone: nobody knows what
                // else it would have named.
                Some(Err(error)) => return Err(error),
                None => break,
            }
        }
        if batch.is_empty() {
            return Ok(false);
        }
        let request = self.bucket.delete_multiple_objects(batch);
        let answer = request
            .customize(|call| self.adjust.apply(call))
            .send()
            .await?;
        output.requests += 1;
        for deleted in &answer.deleted {
            if open.remove(&deleted.key) {
                output.deleted += 1;
            }
        }
        for failure in answer.errors {
            open.remove(&failure.key);
            output.errors.push(failure);
        }
        let mut silent: Vec<String> = open.into_iter().collect();
        silent.sort();
        output.errors.extend(silent.into_iter().map(|key| {
            KeyDeleteError::new(key).message("the answer does not say what became of it")
        }));
        Ok(true)
    }
}

impl fmt::Debug for DeleteMany<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteMany")
            .field("bucket", &self.bucket)
            .field("batch", &self.batch)
            .finish_non_exhaustive()
    }
}

/// An iterator as a stream.
struct Ready<I>(Box<I>);

impl<I: Iterator> Stream for Ready<I> {
    type Item = Result<I::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(Ok))
    }
}

/// A stream of whatever names objects.
struct Named<S>(Pin<Box<S>>);

impl<S, T> Stream for Named<S>
where
    S: Stream<Item = Result<T, Error>>,
    T: Into<ObjectToDelete>,
{
    type Item = Result<ObjectToDelete, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.0.as_mut().poll_next(cx);
        next.map(|next| next.map(|object| object.map(Into::into)))
    }
}

impl From<&str> for ObjectToDelete {
    fn from(key: &str) -> ObjectToDelete {
        ObjectToDelete::new(key)
    }
}

impl From<&String> for ObjectToDelete {
    fn from(key: &String) -> ObjectToDelete {
        ObjectToDelete::new(key)
    }
}

impl From<String> for ObjectToDelete {
    fn from(key: String) -> ObjectToDelete {
        ObjectToDelete::new(key)
    }
}

/// An object of a list.
impl From<KeyInfo> for ObjectToDelete {
    fn from(object: KeyInfo) -> ObjectToDelete {
        ObjectToDelete::new(object.key)
    }
}
