//! What is sent again, when, and as what.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use qingstor::{Body, Bucket, Error, ErrorKind, RetryPolicy};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::checks::refusal;
use crate::expected;
use crate::report::Report;
use crate::script::{Script, Step};
use crate::slot::Problem;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 6] = [
    behaviour!("repeats", what_may_be_sent_again_is, buckets: 0),
    behaviour!("repeats", waits_double_up_to_the_longest, buckets: 0),
    behaviour!("repeats", an_answer_may_ask_for_patience, buckets: 0),
    behaviour!("repeats", a_time_limit_ends_everything, buckets: 0),
    behaviour!("repeats", every_attempt_is_signed_anew, buckets: 0),
    behaviour!("repeats", a_calls_own_policy_counts, buckets: 0),
];

fn busy() -> Received {
    Received::new(503, refusal("service_unavailable"))
}

fn bucket_of(script: &Script, policy: RetryPolicy) -> Result<Bucket, Problem> {
    let client = script.builder().retry(policy).build();
    Ok(needed("making a client", client)?.bucket("example-photos"))
}

fn stream() -> Body {
    let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>("hel"), Ok("lo")]);
    Body::from_stream(5, chunks)
}

/// The script's waits are over at once; a call that does not end waits for too much.
async fn promptly<T>(script: &Script, call: impl Future<Output = T>) -> Result<T, Problem> {
    let ended = tokio::time::timeout(Duration::from_secs(2), call).await;
    ended.map_err(|_| {
        let (waits, requests) = (script.waits(), script.lines().len());
        Problem::Fail(format!(
            "the call does not end; after {requests} requests its waits are {waits:?}"
        ))
    })
}

/// Four calls: one that reads, one that may be made twice, the same with a body that can be read once, and one that
/// must not be made twice.
async fn call(number: usize, bucket: &Bucket) -> Result<(), Error> {
    match number {
        0 => bucket.get_object("k").send().await.map(drop),
        1 => bucket.put_object("k", "hello").send().await.map(drop),
        2 => bucket.put_object("k", stream()).send().await.map(drop),
        _ => bucket.append_object("k", 0, "hello").send().await.map(drop),
    }
}

/// Temporary failures: three attempts, if the call and its body can stand it. If nothing was sent, everything can.
async fn what_may_be_sent_again_is(_: &Bench<'_>, report: &mut Report) -> Done {
    use ErrorKind::{
        Config, Decode, NotFound, Rejected, Service, Throttled, Timeout, Transport, Truncated,
    };
    let answer = |status| Step::from(Received::new(status, refusal("any")));
    for (what, step, kind, expected) in [
        ("408", answer(408), Rejected, [3, 3, 1, 1]),
        ("429", answer(429), Throttled, [3, 3, 1, 1]),
        ("500", answer(500), Service, [3, 3, 1, 1]),
        ("502", answer(502), Service, [3, 3, 1, 1]),
        ("503", answer(503), Service, [3, 3, 1, 1]),
        ("504", answer(504), Service, [3, 3, 1, 1]),
        ("505", answer(505), Service, [1, 1, 1, 1]),
        ("501", answer(501), Service, [1, 1, 1, 1]),
        ("404", answer(404), NotFound, [1, 1, 1, 1]),
        (
            "a broken connection",
            Step::Fails(Transport),
            Transport,
            [3, 3, 1, 1],
        ),
        (
            "no answer in time",
            Step::Fails(Timeout),
            Timeout,
            [3, 3, 1, 1],
        ),
        (
            "half an answer",
            Step::Fails(Truncated),
            Truncated,
            [3, 3, 1, 1],
        ),
        ("no sense", Step::Fails(Decode), Decode, [1, 1, 1, 1]),
        (
            "no connection",
            Step::Unsent(Transport),
            Transport,
            [3, 3, 3, 3],
        ),
        (
            "a refusal on this side",
            Step::Unsent(Config),
            Config,
            [1, 1, 1, 1],
        ),
    ] {
        let mut got = [0; 4];
        for (number, count) in got.iter_mut().enumerate() {
            let script = Script::new([step.clone()]);
            let policy = RetryPolicy::default().base(Duration::ZERO);
            let outcome = call(number, &bucket_of(&script, policy)?).await;
            *count = script.lines().len();
            let got = outcome.err().map(|error| error.kind());
            report.equal(
                &format!("{what}: the error of call {number}"),
                &got,
                &Some(kind),
            );
        }
        let what =
            format!("{what}: how often reading, storing, storing a stream and appending are tried");
        report.equal(&what, &got, &expected);
    }
    // A stream that nobody has read is as good as new.
    let script = Script::new([Step::Unsent(Transport), Received::new(201, "").into()]);
    let bucket = bucket_of(&script, RetryPolicy::default())?;
    needed(
        "storing a stream at the second attempt",
        call(2, &bucket).await,
    )?;
    let body = script.sent().pop().map(|sent| sent.body);
    report.equal("what arrives of it", &body, &Some("hello".into()));
    Ok(())
}

/// The wait is a part, drawn by lot, of 100 ms, 200 ms, 400 ms and so on up to 20 s, unless the policy says other figures.
async fn waits_double_up_to_the_longest(_: &Bench<'_>, report: &mut Report) -> Done {
    let default = RetryPolicy::default();
    let millis = Duration::from_millis;
    for (what, policy, draw, expected) in [
        ("by default", default.clone(), 1.0, vec![100, 200]),
        ("with a draw of 0.5", default.clone(), 0.5, vec![50, 100]),
        ("with a draw of 0", default.clone(), 0.0, vec![0, 0]),
        (
            "of ten attempts",
            default.clone().attempts(10),
            1.0,
            vec![100, 200, 400, 800, 1600, 3200, 6400, 12_800, 20_000],
        ),
        (
            "with another base and a cap",
            default.attempts(5).base(millis(40)).cap(millis(100)),
            1.0,
            vec![40, 80, 100, 100],
        ),
        ("of no repetition", RetryPolicy::never(), 1.0, vec![]),
    ] {
        let script = Script::new([busy()]);
        let client = script.builder().retry(policy).jitter(move || draw).build();
        let bucket = needed("making a client", client)?.bucket("example-photos");
        let error = call(0, &bucket).await.err();
        let attempts = error.map_or(0, |error| error.attempts() as usize);
        report.equal(
            &format!("the attempts that the error tells, {what}"),
            &attempts,
            &(expected.len() + 1),
        );
        let expected: Vec<Duration> = expected.into_iter().map(millis).collect();
        report.equal(&format!("the waits {what}"), &script.waits(), &expected);
    }
    Ok(())
}

/// In seconds or as a date (RFC 9110 section 10.2.3), but not for longer than the policy's longest wait, nor shorter than
/// without.
async fn an_answer_may_ask_for_patience(_: &Bench<'_>, report: &mut Report) -> Done {
    // The client's clock stands at 17:20:31, and it would wait for 1 s by itself.
    let policy = RetryPolicy::default()
        .attempts(2)
        .base(Duration::from_secs(1));
    for (text, seconds) in [
        ("7", 7),
        ("1", 1),
        ("0", 1),
        ("20", 20),
        ("21", 20),
        ("86400", 20),
        ("Wed, 10 Dec 2014 17:20:41 GMT", 10),
        ("Wed, 10 Dec 2014 18:20:31 GMT", 20),
        ("Wed, 10 Dec 2014 17:20:21 GMT", 1),
        ("soon", 1),
        ("-5", 1),
    ] {
        let script = Script::new([busy().header("Retry-After", text)]);
        let bucket = bucket_of(&script, policy.clone())?;
        let outcome = promptly(&script, call(0, &bucket)).await?;
        report.holds("a busy service is a success", outcome.is_err());
        let what = format!("the wait with Retry-After: {text}");
        report.equal(&what, &script.waits(), &vec![Duration::from_secs(seconds)]);
        let throttled = Received::new(429, "").header("Retry-After", text);
        let script = Script::new([throttled]);
        let bucket = bucket_of(&script, policy.clone())?;
        let outcome = promptly(&script, call(0, &bucket)).await?;
        report.error(outcome, ErrorKind::Throttled, None);
        let what = format!("the wait after 429 with Retry-After: {text}");
        report.equal(&what, &script.waits(), &vec![Duration::from_secs(seconds)]);
    }
    Ok(())
}

/// Nothing is waited for that could only end behind the limit, and what hangs is left when the limit is reached.
async fn a_time_limit_ends_everything(_: &Bench<'_>, report: &mut Report) -> Done {
    let limit = Duration::from_secs(100);
    let policy = RetryPolicy::default().cap(Duration::from_secs(1000));
    for (asked, requests, waits) in [(7, 3, vec![100, 7, 7]), (300, 1, vec![100])] {
        let script = Script::new([busy().header("Retry-After", &asked.to_string())]);
        let bucket = bucket_of(&script, policy.clone().base(Duration::ZERO))?;
        let get = bucket.get_object("k").customize(|call| call.timeout(limit));
        let outcome = promptly(&script, get.send()).await?;
        report.error(outcome, ErrorKind::Service, Some("service_unavailable"));
        let what = format!("with 100 s for all, and a wish for {asked} s");
        report.equal(
            &format!("the requests {what}"),
            &script.lines().len(),
            &requests,
        );
        let waits: Vec<Duration> = waits.into_iter().map(Duration::from_secs).collect();
        report.equal(
            &format!("the limit and the waits {what}"),
            &script.waits(),
            &waits,
        );
    }
    let script = Script::new([Step::Hangs]);
    let bucket = bucket_of(&script, policy)?;
    let get = bucket.get_object("k");
    let get = get.customize(|call| call.timeout(Duration::from_secs(30)));
    let outcome = promptly(&script, get.send()).await?;
    report.error(outcome, ErrorKind::Timeout, None);
    Ok(())
}

/// With the time of its own, and otherwise as the first one: the service refuses dates that are too old.
async fn every_attempt_is_signed_anew(_: &Bench<'_>, report: &mut Report) -> Done {
    let file = tempfile::NamedTempFile::new();
    let file = file.map_err(|error| Problem::Fail(format!("making a file: {error}")))?;
    let content = "0123456789".repeat(10_000);
    std::fs::write(file.path(), &content)
        .map_err(|error| Problem::Fail(format!("making a file: {error}")))?;
    for from_file in [false, true] {
        let script = Script::new([busy()]);
        let seconds = Arc::new(AtomicU64::new(1_418_232_031));
        let clock =
            move || UNIX_EPOCH + Duration::from_secs(seconds.fetch_add(1, Ordering::Relaxed));
        let builder = script.builder().retry(RetryPolicy::default()).clock(clock);
        let bucket = needed("making a client", builder.build())?.bucket("example-photos");
        let body = match from_file {
            true => needed("opening the file", Body::from_path(file.path()).await)?,
            false => Body::from(content.clone()),
        };
        let put = bucket
            .put_object("k", body)
            .content_type("text/plain")
            .send();
        report.error(put.await, ErrorKind::Service, Some("service_unavailable"));
        let sent = script.sent();
        report.equal("the requests", &sent.len(), &3);
        let mut dates: Vec<&str> = sent.iter().filter_map(|sent| sent.header("date")).collect();
        dates.dedup();
        report.equal("the dates of three attempts", &dates.len(), &3);
        for sent in &sent {
            let date = sent.header("date").unwrap_or_default();
            let text = format!("PUT\n\ntext/plain\n{date}\n/example-photos/k");
            let expected = expected::signature("SECRET_ACCESS_KEY", &text);
            let expected = format!("QS ACCESS_KEY_ID:{expected}");
            report.equal(
                &format!("Authorization at {date}"),
                &sent.header("authorization"),
                &Some(expected.as_str()),
            );
            report.holds("an attempt has another body", sent.body == content);
            let length = content.len().to_string();
            report.equal(
                "Content-Length of an attempt",
                &sent.header("content-length"),
                &Some(length.as_str()),
            );
        }
    }
    Ok(())
}

async fn a_calls_own_policy_counts(_: &Bench<'_>, report: &mut Report) -> Done {
    for (clients, calls, expected) in [(5, 1, 1), (1, 3, 3)] {
        let script = Script::new([busy()]);
        let policy = |attempts| RetryPolicy::default().attempts(attempts);
        let bucket = bucket_of(&script, policy(clients))?;
        let get = bucket
            .get_object("k")
            .customize(|call| call.retry(policy(calls)));
        report.holds("a busy service is a success", get.send().await.is_err());
        let what =
            format!("the requests of a call with {calls} attempts, of a client with {clients}");
        report.equal(&what, &script.lines().len(), &expected);
    }
    Ok(())
}
