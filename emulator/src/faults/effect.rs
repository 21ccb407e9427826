//! What an effect makes of an answer.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderValue};
use http::{Response, StatusCode};

use super::rule::Effect;
use super::{Line, Outgoing, Sleeper};
use crate::error;
use crate::response::{self, Reply};
use crate::text;

impl Effect {
    /// The answer that comes instead of the request's own, if one does. Without a code it is one of a proxy that stands
    /// before the service: a status and nothing else.
    pub(crate) fn instead(&self, request_id: &str) -> Option<Reply> {
        let mut reply = Reply::empty(StatusCode::from_u16(self.status?).ok()?);
        if let Some(code) = &self.code {
            let message = self.message.as_deref().unwrap_or("A fault on purpose");
            reply.body = Bytes::from(error::document(code, message, request_id)).into();
            let json = HeaderValue::from_static("application/json");
            reply.headers.insert(CONTENT_TYPE, json);
        }
        Some(reply)
    }

    /// Changes the headers of an answer that is complete otherwise.
    pub(crate) fn adjust(&self, reply: &mut Reply, now: SystemTime) {
        if self.date_offset != 0
            && let Ok(value) = HeaderValue::from_str(&text::http_date(moved(now, self.date_offset)))
        {
            reply.headers.insert(DATE, value);
        }
        for (name, value) in &self.headers {
            match value {
                Some(value) => reply.headers.insert(name, value.clone()),
                None => reply.headers.remove(name),
            };
        }
    }

    /// Sends it on its way. `head` is whether the request was HEAD, whose answer has no body.
    pub(crate) fn send(
        &self,
        mut reply: Reply,
        head: bool,
        line: &Line,
        sleeper: &Sleeper,
    ) -> Response<Outgoing> {
        let announced = reply.headers.get(CONTENT_LENGTH);
        let announced = announced.and_then(|value| value.to_str().ok()?.parse().ok());
        let length: u64 = announced.unwrap_or_else(|| reply.body.left());
        let troubled = self.troubles_the_body() && !response::is_bodiless(reply.status);
        if troubled {
            let claimed = length.saturating_add_signed(self.length_offset);
            reply
                .headers
                .insert(CONTENT_LENGTH, HeaderValue::from(claimed));
        }
        let response = response::finish(reply);
        response.map(|payload| {
            if troubled && !head {
                Outgoing::troubled(payload, self, line, sleeper)
            } else {
                Outgoing::from(payload)
            }
        })
    }

    fn troubles_the_body(&self) -> bool {
        self.piece_delay.is_some()
            || self.cut_answer_after.is_some()
            || self.length_offset != 0
            || self.corrupt_byte.is_some()
    }
}

fn moved(time: SystemTime, seconds: i64) -> SystemTime {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let moved = if seconds < 0 {
        time.checked_sub(distance)
    } else {
        time.checked_add(distance)
    };
    text::writable(moved.unwrap_or(time))
}
