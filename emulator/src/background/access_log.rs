//! Access logs: noted in memory, written as objects when their hour is over.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use crate::address::Address;
use crate::describe;
use crate::error::ApiError;
use crate::request::Request;
use crate::settings::logging::{Entry, Logging, hour};
use crate::state::State;
use crate::store::{Bucket, Change, Description, Draft, Snapshot, StoreError, kind};
use crate::text;

/// A file is cut at this many bytes. The service cuts at 1 GiB, but does not keep its files in memory before.
const MOST: usize = 4 << 20;

/// Query keys that sign a request.
const SECRET: [&str; 3] = ["access_key_id", "expires", "signature"];

/// What is noted and not written yet, by bucket and hour.
#[derive(Debug, Default)]
pub(crate) struct AccessLog {
    /// Whether any bucket has ever wanted a log since the start: most emulators need not look.
    wanted: AtomicBool,
    pending: Mutex<BTreeMap<(u64, u64), Pending>>,
}

#[derive(Debug)]
struct Pending {
    source: Bucket,
    logging: Logging,
    time: SystemTime,
    lines: Vec<u8>,
}

impl AccessLog {
    pub(crate) fn load(snapshot: &Snapshot) -> Result<AccessLog, StoreError> {
        let log = AccessLog::default();
        for bucket in snapshot.buckets()? {
            if snapshot.setting(&bucket, kind::LOGGING)?.is_some() {
                log.want();
            }
        }
        Ok(log)
    }

    pub(crate) fn want(&self) {
        self.wanted.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    /// Takes what is to be written: of hours that are over at `now`, files that are full, or everything.
    fn take(&self, now: SystemTime, everything: bool) -> Vec<Pending> {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let current = hour(now);
        let kept = std::mem::take(&mut *pending);
        let (over, kept) = kept.into_iter().partition(|(at, file): &(_, Pending)| {
            everything || at.1 != current || file.lines.len() >= MOST
        });
        *pending = kept;
        let over: BTreeMap<(u64, u64), Pending> = over;
        over.into_values().collect()
    }
}

/// What is to be told of a request, before it is known what becomes of it.
#[derive(Debug)]
pub(crate) struct Asked {
    client: IpAddr,
    method: String,
    url: String,
    /// In bytes.
    received: u64,
    user_agent: Option<String>,
    referer: Option<String>,
    bucket: Bucket,
    logging: Logging,
    /// Who signed it, when that is known.
    pub(crate) user: Option<String>,
}

/// What became of it.
#[derive(Debug)]
pub(crate) struct Answered<'a> {
    /// In UpperCamelCase.
    pub(crate) operation: &'a str,
    pub(crate) status: u16,
    /// In bytes.
    pub(crate) sent: u64,
    pub(crate) time: SystemTime,
    pub(crate) duration: Duration,
    pub(crate) request_id: &'a str,
}

impl Asked {
    /// `None` for a request that nobody wants a log of: what was set when it came counts.
    pub(crate) fn of(
        state: &State,
        request: &Request,
        address: &Address,
        client: IpAddr,
    ) -> Result<Option<Asked>, ApiError> {
        let Some(name) = address
            .bucket
            .as_deref()
            .filter(|_| state.access_log.is_wanted())
        else {
            return Ok(None);
        };
        let snapshot = state.store.snapshot()?;
        let here = |bucket: &Bucket| Some(&bucket.zone) == address.zone.as_ref();
        let Some(bucket) = snapshot.bucket(name)?.filter(here) else {
            return Ok(None);
        };
        let Some(stored) = snapshot.setting(&bucket, kind::LOGGING)? else {
            return Ok(None);
        };
        let text = |name: &str| {
            let value = request.headers.get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Ok(Some(Asked {
            client,
            method: request.method.to_string(),
            url: shown(request),
            received: text("content-length")
                .and_then(|length| length.parse().ok())
                .unwrap_or(0),
            user_agent: text("user-agent"),
            referer: text("referer"),
            logging: Logging::read(&stored)?,
            bucket,
            user: None,
        }))
    }
}

/// The URL without what signs it.
fn shown(request: &Request) -> String {
    let host = request.host.as_deref().unwrap_or("");
    let query = request.raw_query.as_deref().unwrap_or("");
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !SECRET.contains(&pair.split('=').next().unwrap_or("")))
        .filter(|pair| !pair.is_empty())
        .collect();
    let mark = if kept.is_empty() { "" } else { "?" };
    format!("http://{host}{}{mark}{}", request.raw_path, kept.join("&"))
}

/// Notes a request.
pub(crate) fn note(state: &Arc<State>, asked: &Asked, answered: &Answered<'_>) {
    let operation = text::snake(answered.operation);
    let entry = Entry {
        client: asked.client,
        time: answered.time,
        method: &asked.method,
        url: &asked.url,
        status: answered.status,
        duration: answered.duration,
        received: asked.received,
        sent: answered.sent,
        user_agent: asked.user_agent.as_deref(),
        referer: asked.referer.as_deref(),
        bucket: &asked.bucket.name,
        operation: &operation,
        user: asked.user.as_deref(),
        request_id: answered.request_id,
    };
    let full = {
        let mut pending = state
            .access_log
            .pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let file = pending
            .entry((asked.bucket.id, hour(entry.time)))
            .or_insert_with(|| Pending {
                source: asked.bucket.clone(),
                logging: asked.logging.clone(),
                time: entry.time,
                lines: Vec::new(),
            });
        file.logging.clone_from(&asked.logging);
        file.lines.extend_from_slice(entry.line().as_bytes());
        file.lines.len() >= MOST
    };
    if full {
        let shared = Arc::clone(state);
        state.tasks.spawn(async move {
            if let Err(error) = flush(&shared, false).await {
                shared.log(&format!("access log: {}", error.message));
            }
        });
    }
}

/// Writes the files of hours that are over, or all of them.
pub(crate) async fn flush(state: &Arc<State>, everything: bool) -> Result<(), ApiError> {
    let now = state.now();
    for file in state.access_log.take(now, everything) {
        let mut writer = state.store.writer(None)?;
        writer.write(Bytes::from(file.lines)).await?;
        let written = writer.finish().await?;
        let etag = crate::handlers::etag(&written, None);
        let (source, logging, time) = (file.source, file.logging, file.time);
        let step = state.store.change(move |change| {
            let Some(target) = target(change, &source, &logging)? else {
                return Ok(());
            };
            let mut order = 1;
            let key = loop {
                let key = logging.key(&source.name, time, order);
                if change.object(&target, &key)?.is_none() {
                    break key;
                }
                order += 1;
            };
            let segments = change.adopt(written)?;
            let draft = Draft {
                etag,
                created: now,
                modified: now,
                description: Description {
                    content_type: "text/plain".to_owned(),
                    storage_class: describe::STANDARD.to_owned(),
                    ..Description::default()
                },
                key_print: None,
                appendable: false,
                upload: None,
                segments,
            };
            change.put(&target, &key, draft).map(drop)
        });
        step.await?;
    }
    Ok(())
}

/// The bucket that the files are written to, as long as it is a proper one.
fn target(
    change: &Change<'_>,
    source: &Bucket,
    logging: &Logging,
) -> Result<Option<Bucket>, StoreError> {
    let target = change.bucket_named(&logging.bucket)?;
    let proper = |target: &Bucket| target.owner == source.owner && target.zone == source.zone;
    Ok(target.filter(proper))
}
