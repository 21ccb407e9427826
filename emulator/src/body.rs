//! Reading request bodies from clients that may be slow, lie, or stop.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::EXPECT;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use tokio::time::timeout;

use crate::error::{ApiError, code};
use crate::state::Settings;

/// A refused request's body is read up to this size, so that the client gets to see the answer.
const DRAIN: u64 = 64 << 20;

/// A body that has not been read yet.
#[derive(Debug)]
pub(crate) struct Body {
    incoming: Incoming,
    /// In bytes.
    limit: u64,
    /// The longest silence.
    idle: Duration,
    /// In bytes.
    received: u64,
    /// A fault: the connection ends after so many bytes.
    cut: Option<u64>,
    was_cut: bool,
    /// The client waits for `100 Continue`, which goes out with the first read.
    waited_for: bool,
}

impl Body {
    pub(crate) fn new(incoming: Incoming, headers: &HeaderMap, settings: &Settings) -> Body {
        Body {
            incoming,
            limit: settings.max_body,
            idle: settings.idle_timeout,
            received: 0,
            cut: None,
            was_cut: false,
            waited_for: headers.contains_key(EXPECT),
        }
    }

    /// The announced length, in bytes; nothing is promised about what comes.
    pub(crate) fn announced(&self) -> u64 {
        self.incoming.size_hint().lower()
    }

    /// Refuses more than `at_most` bytes, or than the server's limit: an announcement of more right now.
    pub(crate) fn restrict(&mut self, at_most: u64) -> Result<(), ApiError> {
        self.limit = self.limit.min(at_most);
        if self.received.saturating_add(self.announced()) > self.limit {
            return Err(too_large(self.limit));
        }
        Ok(())
    }

    /// Breaks off after so many bytes.
    pub(crate) fn cut_after(&mut self, bytes: Option<u64>) {
        self.cut = bytes;
    }

    /// Whether it has broken off for that reason.
    pub(crate) fn was_cut(&self) -> bool {
        self.was_cut
    }

    /// Whether its length was announced, or there is none.
    pub(crate) fn has_length(&self) -> bool {
        self.incoming.size_hint().exact().is_some()
    }

    /// Reads all of it, if it is not longer than the limit (or `at_most`).
    pub(crate) async fn collect(&mut self, at_most: u64) -> Result<Bytes, ApiError> {
        self.restrict(at_most)?;
        let announced = self.announced();
        // The announcement may be a lie: memory is taken as bytes arrive.
        let mut whole: Option<Bytes> = None;
        let mut parts = BytesMut::new();
        while let Some(data) = self.next().await? {
            if data.len() as u64 == announced && parts.is_empty() {
                whole = Some(data);
            } else {
                parts.extend_from_slice(&data);
            }
        }
        Ok(whole.unwrap_or_else(|| parts.freeze()))
    }

    /// The bytes that come next; nothing at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        let data = self.chunk().await?;
        let received = self.received + data.as_ref().map_or(0, |data| data.len() as u64);
        if self.cut.is_some_and(|cut| received >= cut) {
            self.was_cut = true;
            return Err(incomplete("The body is cut off by a fault"));
        }
        if let Some(data) = &data {
            self.received += data.len() as u64;
            if self.received > self.limit {
                return Err(too_large(self.limit));
            }
        }
        Ok(data)
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        self.waited_for = false;
        loop {
            match timeout(self.idle, self.incoming.frame()).await {
                Err(_) => return Err(incomplete("The body stopped coming")),
                Ok(None) => return Ok(None),
                Ok(Some(Err(_))) => return Err(incomplete("The body ended early or is malformed")),
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data()
                        && !data.is_empty()
                    {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    /// Reads and forgets what is left. Says whether the connection can be used again.
    pub(crate) async fn drain(mut self) -> bool {
        if self.incoming.is_end_stream() {
            return true;
        }
        if self.waited_for || self.incoming.size_hint().lower() > DRAIN {
            return false;
        }
        let mut seen: u64 = 0;
        loop {
            match self.chunk().await {
                Ok(None) => return true,
                Ok(Some(data)) => seen += data.len() as u64,
                Err(_) => return false,
            }
            if seen > DRAIN {
                return false;
            }
        }
    }
}

fn too_large(limit: u64) -> ApiError {
    ApiError::new(
        code::ENTITY_TOO_LARGE,
        format!("The body is larger than {limit} bytes"),
    )
}

fn incomplete(why: &str) -> ApiError {
    ApiError::new(code::INCOMPLETE_BODY, why)
}
