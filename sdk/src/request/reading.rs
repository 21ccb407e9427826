//! Answers, read as far as the core has to.

use std::sync::Arc;

use http::Method;
use http::header::{CONTENT_LENGTH, HeaderMap};

use super::prepared::Prepared;
use super::refusal::refusal;
use super::watch::{Counts, Download};
use crate::answer::{Answer, AnswerBody, ResponseMeta};
use crate::call::Call;
use crate::error::Error;
use crate::operation::Outcome;
use crate::stream::ByteStream;

/// How much of an answer that reports an error is read.
const ERROR_BODY_LIMIT: usize = 64 * 1024;

/// How large an answer may be that is collected in memory.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// Reads an answer as far as the core has to.
pub(super) async fn read(
    call: &Call,
    prepared: &Prepared,
    signed: bool,
    counts: Option<&Arc<Counts>>,
    response: http::Response<ByteStream>,
) -> Result<Answer, Error> {
    let (head, body) = response.into_parts();
    let status = head.status.as_u16();
    let outcome = prepared.metadata.outcome(status);
    // The length that HEAD tells is that of the body which GET would have.
    let has_body = prepared.method != Method::HEAD && !matches!(status, 204 | 304);
    let body = match content_length(&head.headers) {
        _ if !has_body => ByteStream::default(),
        Some(length) => body.expecting(length),
        None => body,
    };
    let streamed = outcome == Outcome::Success && prepared.metadata.is_streamed();
    let body = match counts {
        Some(counts) if !streamed => body.counted(counts.clone()),
        _ => body,
    };
    if outcome != Outcome::Success {
        // An error body that breaks off must not hide the error itself.
        let body = body.collect_some(ERROR_BODY_LIMIT).await;
        return Err(refusal(
            call,
            prepared,
            signed,
            outcome,
            status,
            &head.headers,
            body,
        ));
    }
    let body = if streamed {
        let body = Download::watch(call, prepared, body);
        AnswerBody::Streamed(body.about(&prepared.subject))
    } else {
        let (bytes, whole) = body.collect(BODY_LIMIT).await?;
        if !whole {
            let message = format!("the answer is longer than {BODY_LIMIT} bytes");
            return Err(Error::decode(message).with_answer(status, &head.headers));
        }
        AnswerBody::Collected(bytes)
    };
    let meta = ResponseMeta::new(status, head.headers);
    Ok(Answer::new(meta, body, prepared.subject.clone()))
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
