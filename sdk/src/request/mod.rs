//! From an operation to its answer.

mod attempts;
mod prepared;
mod reading;
mod refusal;

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use tokio::time::Instant;

use crate::answer::Answer;
use crate::call::Call;
use crate::error::{Error, ErrorKind};
use crate::operation::Metadata;
use crate::parts::Parts;
use crate::trace;

pub(crate) use attempts::Failure;
use attempts::attempts;
use prepared::complete;
pub(crate) use prepared::{Prepared, prepare};

/// Sends an operation, repeating it as its class and the policy allow.
pub(crate) async fn execute(call: Call, metadata: Metadata, parts: Parts) -> Result<Answer, Error> {
    let span = trace::operation(&metadata, &call);
    trace::within(span, run(call, metadata, parts)).await
}

async fn run(call: Call, metadata: Metadata, parts: Parts) -> Result<Answer, Error> {
    let mut prepared = prepare(&call, &metadata, parts)?;
    let uri = complete(&call, &mut prepared)?;
    let Some(limit) = call.timeout else {
        return attempts(&call, &prepared, &uri, None).await;
    };
    let deadline = Instant::now().checked_add(limit);
    let mut work = pin!(attempts(&call, &prepared, &uri, deadline));
    let mut timer = (call.client.inner().timing.sleep)(limit);
    poll_fn(|cx| {
        if let Poll::Ready(result) = work.as_mut().poll(cx) {
            return Poll::Ready(result);
        }
        timer.as_mut().poll(cx).map(|()| {
            let message = format!("the operation took longer than {limit:?}");
            Err(Error::new(ErrorKind::Timeout, message).about(&prepared.subject))
        })
    })
    .await
}
