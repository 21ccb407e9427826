//! Spans and events for the feature `tracing`; without it, nothing.
//!
//! Only facts that are no secret are recorded: never a header, a query or the string to sign.

use crate::answer::Answer;
use crate::call::Call;
use crate::operation::Metadata;
use crate::request::{Failure, Prepared};

#[cfg(feature = "tracing")]
mod on {
    use super::*;

    pub(crate) type Span = tracing::Span;

    /// One span per operation.
    pub(crate) fn operation(metadata: &Metadata, call: &Call) -> Span {
        tracing::info_span!(
            "qingstor",
            rpc.service = "qingstor",
            rpc.method = metadata.id(),
            qingstor.bucket = call.bucket.as_deref(),
        )
    }

    /// Not an `async fn`: that would hold the whole request twice, once as its argument and once as
    /// what it awaits.
    pub(crate) fn within<F: Future>(span: Span, work: F) -> tracing::instrument::Instrumented<F> {
        tracing::Instrument::instrument(work, span)
    }

    /// One event per attempt.
    pub(crate) fn attempt(prepared: &Prepared, attempt: u32, result: &Result<Answer, Failure>) {
        let status = match result {
            Ok(answer) => Some(answer.status()),
            Err((error, _)) => error.status(),
        };
        let failure = result.as_ref().err().map(|(error, _)| error.kind());
        tracing::debug!(
            http.request.method = prepared.method.as_str(),
            server.address = prepared.address.authority(),
            http.request.resend_count = attempt - 1,
            http.response.status_code = status,
            error.r#type = failure.map(tracing::field::debug),
            "attempt"
        );
    }
}

#[cfg(not(feature = "tracing"))]
mod on {
    use super::*;

    pub(crate) struct Span;

    pub(crate) fn operation(_: &Metadata, _: &Call) -> Span {
        Span
    }

    pub(crate) fn within<F: Future>(_: Span, work: F) -> F {
        work
    }

    pub(crate) fn attempt(_: &Prepared, _: u32, _: &Result<Answer, Failure>) {}
}

pub(crate) use on::{attempt, operation, within};
