//! Spans and events for the feature `tracing`; without it, nothing.
//!
//! Names follow OpenTelemetry's semantic conventions: <https://opentelemetry.io/docs/specs/semconv/rpc/rpc-spans/>
//! for the span of an operation and <https://opentelemetry.io/docs/specs/semconv/http/http-spans/> for its
//! attempts. What they have no name for begins with `qingstor.`. Only facts that are no secret are recorded:
//! never a header, a query or the string to sign.

use crate::answer::Answer;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::operation::Metadata;
use crate::request::{Failure, Prepared};

#[cfg(feature = "tracing")]
mod on {
    use tracing::field::Empty;

    use super::*;

    pub(crate) type Span = tracing::Span;

    /// One span per operation.
    pub(crate) fn operation(metadata: &Metadata, call: &Call, key: Option<&str>) -> Span {
        tracing::info_span!(
            "qingstor",
            otel.name = metadata.id(),
            otel.kind = "client",
            otel.status_code = Empty,
            rpc.system.name = "qingstor",
            rpc.method = metadata.id(),
            http.response.status_code = Empty,
            error.r#type = Empty,
            qingstor.bucket = call.bucket.as_deref(),
            qingstor.key = key,
            qingstor.request_id = Empty,
            qingstor.attempts = Empty,
        )
    }

    /// Not an `async fn`: that would hold the whole request twice, once as its argument and once as
    /// what it awaits.
    pub(crate) fn within<F: Future>(span: Span, work: F) -> tracing::instrument::Instrumented<F> {
        tracing::Instrument::instrument(work, span)
    }

    pub(crate) fn answered(span: &Span, answer: &Answer) {
        span.record("http.response.status_code", answer.status());
        span.record("qingstor.attempts", answer.attempts());
        if let Some(id) = answer.request_id() {
            span.record("qingstor.request_id", id);
        }
    }

    pub(crate) fn failed(span: &Span, error: &Error) {
        if span.is_disabled() {
            return;
        }
        span.record("otel.status_code", "ERROR");
        span.record("error.type", error.kind().as_str());
        span.record("qingstor.attempts", error.attempts());
        if let Some(status) = error.status() {
            span.record("http.response.status_code", status);
        }
        if let Some(id) = error.request_id() {
            span.record("qingstor.request_id", id);
        }
    }

    pub(crate) fn cancelled(span: &Span) {
        span.record("error.type", "cancelled");
    }

    /// One event per attempt.
    pub(crate) fn attempt(prepared: &Prepared, attempt: u32, result: &Result<Answer, Failure>) {
        let (status, failure) = match result {
            Ok(answer) => (Some(answer.status()), None),
            Err((error, _)) => (error.status(), Some(error)),
        };
        let (server, port) = prepared.address.server();
        // What was refused by its status is told by its status.
        let error_type = failure.map(|error| match error.status() {
            Some(status) if status >= 300 => status.to_string(),
            _ => error.kind().as_str().to_owned(),
        });
        let id = match result {
            Ok(answer) => answer.request_id(),
            Err((error, _)) => error.request_id(),
        };
        tracing::debug!(
            http.request.method = prepared.method.as_str(),
            server.address = server,
            server.port = port,
            http.request.body.size = prepared.body.len(),
            http.request.resend_count = (attempt > 1).then(|| attempt - 1),
            http.response.status_code = status,
            error.r#type = error_type.as_deref(),
            qingstor.request_id = id,
            "attempt"
        );
    }

    /// One warning per client whose requests anybody on the way can read.
    pub(crate) fn plain_http(endpoint: &Endpoint) {
        tracing::warn!(
            endpoint = tracing::field::display(endpoint),
            "requests are not encrypted, since the endpoint says http"
        );
    }
}

#[cfg(not(feature = "tracing"))]
mod on {
    use super::*;

    #[derive(Clone)]
    pub(crate) struct Span;

    pub(crate) fn operation(_: &Metadata, _: &Call, _: Option<&str>) -> Span {
        Span
    }

    pub(crate) fn within<F: Future>(_: Span, work: F) -> F {
        work
    }

    pub(crate) fn answered(_: &Span, _: &Answer) {}

    pub(crate) fn failed(_: &Span, _: &Error) {}

    pub(crate) fn cancelled(_: &Span) {}

    pub(crate) fn attempt(_: &Prepared, _: u32, _: &Result<Answer, Failure>) {}

    pub(crate) fn plain_http(_: &Endpoint) {}
}

pub(crate) use on::{Span, answered, attempt, cancelled, failed, operation, plain_http, within};
