//! A service that follows a script: answers, and ways in which there is none.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use qingstor::config::ClientBuilder;
use qingstor::testing::Replay;
use qingstor::transport::{BoxFuture, Transport};
use qingstor::{Body, ByteStream, Client, Error, ErrorKind};

use crate::slot::Problem;
use crate::wire::{Log, Received, Sent, read};

/// A wait that is longer is never over, so that a time limit of minutes does not end at once.
const LONG: Duration = Duration::from_secs(60);

/// What comes of one request.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// This answer.
    Answer(Received),
    /// The connection breaks behind the answer's last byte.
    BreaksOff(Received),
    /// No answer, after the whole request was read.
    Fails(ErrorKind),
    /// Nothing of the request was sent.
    Unsent(ErrorKind),
    /// No answer, and no end.
    Hangs,
}

impl From<Received> for Step {
    fn from(answer: Received) -> Step {
        Step::Answer(answer)
    }
}

type Play = dyn Fn(usize, &Sent) -> Step + Send + Sync;

/// A transport that never reaches a network. Clones share what they remember.
#[derive(Clone)]
pub(crate) struct Script {
    play: Arc<Play>,
    waits: Arc<Mutex<Vec<Duration>>>,
    log: Log,
}

impl Script {
    /// These steps in order, the last one again and again.
    pub(crate) fn new(steps: impl IntoIterator<Item: Into<Step>>) -> Script {
        let steps: Vec<Step> = steps.into_iter().map(Into::into).collect();
        Script::playing(move |index, _| {
            let step = steps.get(index).or(steps.last());
            step.cloned().unwrap_or(Step::Hangs)
        })
    }

    /// What this makes of each request, from its number and head; its body is not read yet.
    pub(crate) fn playing(play: impl Fn(usize, &Sent) -> Step + Send + Sync + 'static) -> Script {
        Script {
            play: Arc::new(play),
            waits: Arc::default(),
            log: Log::default(),
        }
    }

    /// A builder of clients with a fixed clock and key and the zone pek3a, whose waits are written down and over at
    /// once.
    pub(crate) fn builder(&self) -> ClientBuilder {
        let waits = Arc::clone(&self.waits);
        let builder = Replay::new().builder().transport(self.clone());
        builder.sleeper(move |wait| {
            waits
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(wait);
            match wait > LONG {
                true => Box::pin(std::future::pending()),
                false => Box::pin(async {}),
            }
        })
    }

    /// A client as the builder makes it.
    pub(crate) fn client(&self) -> Result<Client, Problem> {
        let client = self.builder().build();
        client.map_err(|error| Problem::Fail(format!("making a client: {error}")))
    }

    /// The requests so far.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        let exchanges = self.log.all().into_iter();
        exchanges.map(|exchange| exchange.sent).collect()
    }

    /// The requests so far, as `GET https://host/path?query`.
    pub(crate) fn lines(&self) -> Vec<String> {
        let sent = self.sent().into_iter();
        sent.map(|sent| {
            format!(
                "{} {}://{}{}",
                sent.method, sent.scheme, sent.host, sent.target
            )
        })
        .collect()
    }

    /// For how long the client wanted to wait, time limits included.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        let waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        waits.clone()
    }

    async fn exchange(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<ByteStream>, Error> {
        let (head, body) = request.into_parts();
        let empty = http::Request::from_parts(head.clone(), Body::empty());
        let (_, mut sent) = read(empty).await?;
        let step = (self.play)(self.log.all().len(), &sent);
        let index = self.log.begin(sent.clone());
        if let Step::Unsent(kind) = step {
            // Taken, and given back unread.
            drop(body.into_stream()?);
            return Err(Error::new(kind, "the script makes no connection").unsent());
        }
        sent.body = body.into_stream()?.into_bytes().await?;
        self.log.read(index, sent.body);
        match step {
            Step::Answer(answer) => {
                self.log.end(index, Ok(answer.clone()));
                Ok(answer.into_response())
            }
            Step::BreaksOff(answer) => {
                self.log.end(index, Ok(answer.clone()));
                let (head, body) = answer.into_response().into_parts();
                Ok(http::Response::from_parts(head, broken(body)))
            }
            Step::Fails(kind) => Err(Error::new(kind, "the script gives no answer")),
            Step::Unsent(_) | Step::Hangs => std::future::pending().await,
        }
    }
}

/// A body with a failure behind its last byte.
fn broken(body: ByteStream) -> ByteStream {
    let mut body = Some(body);
    let chunks = futures_util::stream::poll_fn(move |cx| {
        let Some(whole) = &mut body else {
            return Poll::Ready(None);
        };
        let chunk = futures_util::StreamExt::poll_next_unpin(whole, cx);
        chunk.map(|chunk| match chunk {
            Some(chunk) => Some(chunk),
            None => {
                body = None;
                Some(Err(Error::new(
                    ErrorKind::Transport,
                    "the script breaks off",
                )))
            }
        })
    });
    ByteStream::new(chunks)
}

impl Transport for Script {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<ByteStream>, Error>> {
        Box::pin(self.exchange(request))
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").finish_non_exhaustive()
    }
}
