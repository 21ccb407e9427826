//! From an operation to its answer.

mod attempts;
mod prepared;
mod reading;
mod refusal;
mod watch;
mod zone;

use std::future::poll_fn;
use std::ops::DerefMut;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;

use crate::answer::Answer;
use crate::call::Call;
use crate::error::{Error, ErrorKind};
use crate::form;
use crate::operation::Metadata;
use crate::parts::Parts;
use crate::trace;
use crate::transport::BoxFuture;

pub(crate) use attempts::Failure;
use attempts::{Tally, attempts};
pub(crate) use prepared::{Prepared, prepare};
pub(crate) use watch::{Counts, Download, Watch};
pub(crate) use zone::{resolve as resolve_zone, settle_now};

/// A successful answer, and what waits to hear whether it can be read.
pub(crate) type Answered = (Answer, Watch);

/// Sends an operation, repeating it as its class and the policy allow.
///
/// Not an `async fn`, and with few names for what is moved on: either would make room in the future for the same
/// thing twice.
pub(crate) fn execute(
    call: Call,
    metadata: Metadata,
    parts: Parts,
) -> impl Future<Output = Result<Answered, Error>> + Send {
    let mut watch = Watch::begin(&call, &metadata, &parts);
    trace::within(watch.span(), async move {
        let sleep = &call.client.inner().timing.sleep;
        let mut timer = call.timeout.map(|limit| (limit, sleep(limit)));
        let parts = match parts.form {
            None => Ok(parts),
            Some(_) => {
                // Few requests have one, and the others need no room for it.
                let work = Box::pin(form::complete(&call, parts));
                in_time(&mut timer, work, |error| error).await
            }
        };
        let mut prepared = match parts.and_then(|parts| prepare(&call, &metadata, parts)) {
            Ok(prepared) => prepared,
            Err(error) => return watch.finish(Err(error.about(&call.subject(metadata)))),
        };
        let subject = prepared.subject.clone();
        let deadline = call
            .timeout
            .and_then(|limit| Instant::now().checked_add(limit));
        // With and without a limit the attempts are polled in one place: a second one would make room for
        // them in this future once more.
        let tally = Tally::new(watch.counts());
        let work = pin!(attempts(&call, &mut prepared, deadline, &tally));
        let result = in_time(&mut timer, work, |error| tally.end(error).about(&subject)).await;
        match result {
            Ok(answer) => {
                watch.answered(&answer);
                Ok((answer, watch))
            }
            Err(error) => watch.finish(Err(error)),
        }
    })
}

/// Waits for `work`, but not longer than the timer says.
async fn in_time<T>(
    timer: &mut Option<(Duration, BoxFuture<'static, ()>)>,
    mut work: Pin<impl DerefMut<Target = impl Future<Output = Result<T, Error>>>>,
    complete: impl Fn(Error) -> Error,
) -> Result<T, Error> {
    poll_fn(|cx| {
        if let Poll::Ready(result) = work.as_mut().poll(cx) {
            return Poll::Ready(result);
        }
        let Some((limit, timer)) = timer else {
            return Poll::Pending;
        };
        timer.as_mut().poll(cx).map(|()| {
            let message = format!("the operation took longer than {limit:?}");
            Err(complete(Error::new(ErrorKind::Timeout, message)))
        })
    })
    .await
}
