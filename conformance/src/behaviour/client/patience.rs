//! How long the built-in transport waits for a service that says nothing, and for one that says little.

use std::time::Duration;

use futures_util::future::join_all;
use qingstor::transport::{BoxFuture, HttpTransport};
use qingstor::{Bucket, Client, Error, ErrorKind, RetryPolicy};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;
use crate::site::Site;
use crate::slot::Problem;

pub(super) static ALL: [Behaviour; 3] = [
    behaviour!("patience", silence_ends_a_call, buckets: 0),
    behaviour!("patience", what_works_or_moves_is_waited_for, buckets: 0),
    behaviour!("patience", drops_are_not_collected_for_ever, buckets: 0),
];

/// Too long for a check.
const LONG: Duration = Duration::from_secs(3600);

/// No patience is shorter than this.
const CONNECT: Duration = millis(300);

const fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// A bucket at a site, whose client waits so long while nothing moves, and so long for an answer to what it changes.
fn bucket_at(site: &Site, idle: Duration, answer: Duration) -> Result<Bucket, Problem> {
    let transport = HttpTransport::builder()
        .no_proxy()
        .connect_timeout(CONNECT)
        .idle_timeout(idle)
        .answer_timeout(answer)
        .build();
    let client = Client::builder()
        .no_environment()
        .endpoint(site.url(""))
        .transport(needed("making a transport", transport)?)
        .credentials("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
        .retry(RetryPolicy::never())
        .build();
    Ok(needed("making a client", client)?.bucket("b"))
}

type Outcome = Result<(), Error>;
type Call = for<'a> fn(&'a Bucket) -> BoxFuture<'a, Outcome>;

/// Reads an object to its end.
fn read(bucket: &Bucket) -> BoxFuture<'_, Outcome> {
    Box::pin(async {
        let got = bucket.get_object("k").send().await?;
        got.body.into_bytes().await.map(drop)
    })
}

/// Stores an object that goes out in one piece.
fn store(bucket: &Bucket) -> BoxFuture<'_, Outcome> {
    Box::pin(async { bucket.put_object("k", "hello").send().await.map(drop) })
}

/// Stores an object that goes out in several pieces.
fn store_much(bucket: &Bucket) -> BoxFuture<'_, Outcome> {
    Box::pin(async {
        let body = vec![b'x'; 400_000];
        bucket.put_object("k", body).send().await.map(drop)
    })
}

/// Has an object copied, for which nothing is sent.
fn copy(bucket: &Bucket) -> BoxFuture<'_, Outcome> {
    Box::pin(async { bucket.copy_object("k", ("b", "a")).send().await.map(drop) })
}

/// Lists objects: an answer that is not handed on in pieces.
fn list(bucket: &Bucket) -> BoxFuture<'_, Outcome> {
    Box::pin(async { bucket.list_objects().send().await.map(drop) })
}

/// The end of a call; nothing if there is none.
async fn end(call: Call, bucket: &Bucket) -> Option<Outcome> {
    let ended = tokio::time::timeout(Duration::from_secs(8), call(bucket)).await;
    ended.ok()
}

/// The head of an answer with so many bytes.
fn head(status: &str, length: usize) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")
        .into_bytes()
}

/// So many pieces of one byte.
fn drops(count: usize, pause: Duration) -> impl Iterator<Item = (Duration, Vec<u8>)> {
    std::iter::repeat_n((pause, b" ".to_vec()), count)
}

/// What changes nothing is answered soon, and a connection on which nothing moves is dead. Only after something was
/// sent that changes something may the service be busy for longer, and that has a limit of its own.
async fn silence_ends_a_call(_: &Bench<'_>, report: &mut Report) -> Done {
    let site = Site::start().await?;
    site.pieces("/b/k", vec![(LONG, Vec::new())]);
    site.pieces("/b", vec![(LONG, Vec::new())]);
    let broken = Site::start().await?;
    let half = [head("200 OK", 10), b"hello".to_vec()].concat();
    broken.pieces("/b/k", vec![(Duration::ZERO, half), (LONG, Vec::new())]);
    let cases: [(&str, &Site, Call, Duration, Duration); 6] = [
        ("reading", &site, read, millis(60), LONG),
        ("listing", &site, list, millis(60), LONG),
        ("storing", &site, store, LONG, millis(60)),
        ("copying", &site, copy, LONG, millis(60)),
        ("storing much", &site, store_much, millis(60), millis(90)),
        ("reading half", &broken, read, millis(60), LONG),
    ];
    let calls = cases.map(|(what, site, call, idle, answer)| async move {
        let bucket = bucket_at(site, idle, answer)?;
        Ok::<_, Problem>((what, end(call, &bucket).await))
    });
    for ended in join_all(calls).await {
        let (what, outcome) = ended?;
        let kind = outcome.map(|outcome| outcome.map_err(|error| error.kind()));
        report.equal(
            &format!("the end of {what} while the service is silent"),
            &kind,
            &Some(Err(ErrorKind::Timeout)),
        );
    }
    Ok(())
}

/// On a machine that is busy with something else a check stands still now and then, which looks like silence: what
/// fails is tried again with everything this much slower.
const SLOWER: [u32; 3] = [1, 4, 8];

/// Ends of calls that all should be like this, at the first pace at which they are; else what was found instead.
async fn at_some_pace(
    report: &mut Report,
    attempt: impl AsyncFn(u32) -> Result<Vec<String>, Problem>,
) -> Done {
    let mut found = Vec::new();
    for pace in SLOWER {
        found = attempt(pace).await?;
        if found.is_empty() {
            return Ok(());
        }
    }
    for what in found {
        report.find(what);
    }
    Ok(())
}

/// What an end is, if it is not as it should be.
fn otherwise(end: Option<Outcome>, expected: Result<(), ErrorKind>) -> Option<String> {
    match end {
        None => Some("there is no end".to_owned()),
        Some(outcome) => {
            let kind = outcome.as_ref().copied().map_err(Error::kind);
            (kind != expected).then(|| format!("the end is {outcome:?}"))
        }
    }
}

/// A copy may take minutes without a word, and a body as long as it wants while its bytes come.
async fn what_works_or_moves_is_waited_for(_: &Bench<'_>, report: &mut Report) -> Done {
    at_some_pace(report, async |pace| {
        let busy = Site::start().await?;
        busy.pieces("/b/k", vec![(millis(600) * pace, head("201 Created", 0))]);
        let moving = Site::start().await?;
        let mut pieces = vec![(Duration::ZERO, head("200 OK", 8))];
        pieces.extend(drops(8, millis(80) * pace));
        moving.pieces("/b/k", pieces);
        let cases: [(&str, &Site, Call); 4] = [
            ("storing", &busy, store),
            ("storing much", &busy, store_much),
            ("copying", &busy, copy),
            ("reading what comes in drops", &moving, read),
        ];
        let calls = cases.map(|(what, site, call)| async move {
            let bucket = bucket_at(site, millis(400) * pace, LONG)?;
            Ok::<_, Problem>((what, end(call, &bucket).await))
        });
        let mut found = Vec::new();
        for ended in join_all(calls).await {
            let (what, outcome) = ended?;
            let failure = otherwise(outcome, Ok(()));
            found.extend(failure.map(|failure| {
                format!("{what}: nothing is silent for longer than it may, but {failure}")
            }));
        }
        Ok(found)
    })
    .await
}

/// What is read before it is handed on may take ten times as long as silence; an error is known without its text.
async fn drops_are_not_collected_for_ever(_: &Bench<'_>, report: &mut Report) -> Done {
    const COUNT: usize = 1000;
    at_some_pace(report, async |pace| {
        let site = Site::start().await?;
        for (path, status) in [("/b", "200 OK"), ("/b/k", "404 Not Found")] {
            let mut pieces = vec![(Duration::ZERO, head(status, COUNT))];
            pieces.extend(drops(COUNT, millis(15)));
            site.pieces(path, pieces);
        }
        let cases: [(&str, Call, Duration, ErrorKind); 2] = [
            ("a list", list, millis(80), ErrorKind::Timeout),
            ("an error", read, CONNECT, ErrorKind::NotFound),
        ];
        let calls = cases.map(|(what, call, idle, kind)| {
            let bucket = bucket_at(&site, idle * pace, LONG);
            async move { Ok::<_, Problem>((what, kind, end(call, &bucket?).await)) }
        });
        let mut found = Vec::new();
        for ended in join_all(calls).await {
            let (what, kind, outcome) = ended?;
            let failure = otherwise(outcome, Err(kind));
            found.extend(failure.map(|failure| format!("{what} that comes in drops: {failure}")));
        }
        Ok(found)
    })
    .await
}
