//! Buckets whose zone nobody has said: the service is asked, and what it tells is a zone and nothing else.

use std::time::Duration;

use qingstor::types::CustomerKey;
use qingstor::{Body, Bucket, Error, ErrorKind, RetryPolicy};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::checks::refusal;
use crate::report::Report;
use crate::script::{Script, Step};
use crate::slot::Problem;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 7] = [
    behaviour!("zones", the_zone_is_asked_for_once, buckets: 0),
    behaviour!("zones", a_zone_that_is_not_told_is_an_error, buckets: 0),
    behaviour!("zones", a_redirect_moves_a_request_once, buckets: 0),
    behaviour!("zones", a_redirect_tells_a_zone_and_nothing_else, buckets: 0),
    behaviour!("zones", a_zone_that_was_said_stays, buckets: 0),
    behaviour!("zones", a_bucket_that_moved_is_found_again, buckets: 0),
    behaviour!("zones", links_need_the_zone, buckets: 0),
];

const GLOBAL: &str = "https://qingstor.com";
/// A private cloud, which may have zones.
const OTHER: &str = "https://storage.test";
const NAME: &str = "example-photos";

fn redirect(status: u16, location: &str) -> Step {
    Received::new(status, "")
        .header("Location", location)
        .into()
}

fn fine() -> Step {
    Received::new(200, "hello").into()
}

fn missing(code: &str) -> Step {
    Received::new(404, refusal(code)).into()
}

/// A bucket of a client that knows no zone.
fn unplaced(script: &Script, endpoint: &str) -> Result<Bucket, Problem> {
    let client = script.builder().endpoint(endpoint).zone("").build();
    Ok(needed("making a client", client)?.bucket(NAME))
}

async fn read(bucket: &Bucket, key: &str) -> Result<(), Error> {
    bucket.get_object(key).send().await.map(drop)
}

fn lines(report: &mut Report, what: &str, script: &Script, expected: &[&str]) {
    let expected: Vec<String> = expected.iter().map(|line| (*line).to_owned()).collect();
    report.equal(what, &script.lines(), &expected);
}

/// The host for all zones is asked by HEAD, unsigned, in path style and with nothing of the request; the request itself
/// goes to the zone, and later ones go there at once.
async fn the_zone_is_asked_for_once(_: &Bench<'_>, report: &mut Report) -> Done {
    for (status, virtual_host) in [
        (301, false),
        (302, false),
        (307, true),
        (308, false),
        (301, true),
    ] {
        let host = match virtual_host {
            true => "example-photos.sh1a.qingstor.com",
            false => "sh1a.qingstor.com/example-photos",
        };
        let location = "https://sh1a.qingstor.com/example-photos";
        let script = Script::new([redirect(status, location), fine()]);
        let builder = script
            .builder()
            .endpoint(GLOBAL)
            .virtual_host_style(virtual_host);
        let client = needed("making a client", builder.zone("").build())?;
        let ask = async |bucket: Bucket| {
            let get = bucket.get_object("a b").version_id("v");
            let get = get.encryption_customer_key(CustomerKey::new([b'x'; 32]));
            let get = get.customize(|call| call.header("X-QS-Trace", "1").query("x", "2"));
            needed("reading", get.send().await).map(drop)
        };
        ask(client.bucket(NAME)).await?;
        needed("reading again", read(&client.bucket(NAME), "c").await)?;
        let what = format!("the requests after {status}, in the host: {virtual_host}");
        let first = format!("GET https://{host}/a%20b?version_id=v&x=2");
        let second = format!("GET https://{host}/c");
        lines(
            report,
            &what,
            &script,
            &["HEAD https://qingstor.com/example-photos", &first, &second],
        );
        let sent = script.sent();
        let told: Vec<&str> = sent[0].headers.keys().map(|name| name.as_str()).collect();
        let secret = |name: &&str| *name == "authorization" || name.starts_with("x-qs-");
        report.holds(
            format!("the question for the zone has the headers {told:?}"),
            !told.iter().any(secret),
        );
        // With the zone given from the beginning it is the same request.
        let placed = Script::new([fine()]);
        let builder = placed
            .builder()
            .endpoint(GLOBAL)
            .virtual_host_style(virtual_host);
        let client = needed("making a client", builder.zone("sh1a").build())?;
        ask(client.bucket(NAME)).await?;
        if let (Some(got), Some(expected)) = (sent.get(1), placed.sent().first()) {
            let what = "the headers of the request in its zone";
            report.equal(what, &got.headers, &expected.headers);
        }
    }
    Ok(())
}

/// Then nothing but the question is sent.
async fn a_zone_that_is_not_told_is_an_error(_: &Bench<'_>, report: &mut Report) -> Done {
    for (what, answer, kind) in [
        ("404", Received::new(404, ""), ErrorKind::NotFound),
        ("403", Received::new(403, ""), ErrorKind::PermissionDenied),
        ("200", Received::new(200, ""), ErrorKind::Decode),
        ("no place", Received::new(301, ""), ErrorKind::Decode),
        (
            "a place elsewhere",
            Received::new(301, "").header("Location", "https://sh1a.evil.example/example-photos"),
            ErrorKind::Decode,
        ),
        (
            "another bucket's place",
            Received::new(301, "").header("Location", "https://sh1a.qingstor.com/example-music"),
            ErrorKind::Decode,
        ),
    ] {
        let script = Script::new([answer]);
        let bucket = unplaced(&script, GLOBAL)?;
        let put = bucket.put_object("k", "hello").send().await;
        report.error(put, kind, None);
        let question = ["HEAD https://qingstor.com/example-photos"];
        lines(
            report,
            &format!("the requests after {what}"),
            &script,
            &question,
        );
    }
    // The service's other name has zones too.
    let told = redirect(301, "https://sh1a.qsstor.com/example-photos");
    let script = Script::new([told, fine()]);
    let bucket = unplaced(&script, "https://qsstor.com")?;
    needed("reading", read(&bucket, "k").await)?;
    let expected = [
        "HEAD https://qsstor.com/example-photos",
        "GET https://sh1a.qsstor.com/example-photos/k",
    ];
    lines(report, "the requests at qsstor.com", &script, &expected);
    // A question is only a question: it is repeated.
    let busy = Received::new(503, "").into();
    let told = redirect(301, "https://sh1a.qingstor.com/example-photos");
    let script = Script::new([busy, told, fine()]);
    let builder = script.builder().endpoint(GLOBAL).zone("");
    let client = builder.retry(RetryPolicy::default()).build();
    let bucket = needed("making a client", client)?.bucket(NAME);
    needed("reading", read(&bucket, "k").await)?;
    report.equal("the requests", &script.lines().len(), &3);
    Ok(())
}

/// It arrives there as it was. Another redirect, or a body that is gone, ends it; and it is no failed attempt.
async fn a_redirect_moves_a_request_once(_: &Bench<'_>, report: &mut Report) -> Done {
    for status in [301, 302, 307, 308] {
        let there = redirect(status, "https://sh1a.storage.test/example-photos/a%20b");
        let script = Script::new([there, Received::new(201, "").into()]);
        let bucket = unplaced(&script, OTHER)?;
        let put = bucket.put_object("a b", "hello").content_type("text/plain");
        needed("storing", put.send().await)?;
        needed("storing", bucket.put_object("c", "").send().await)?;
        lines(
            report,
            &format!("the requests after {status}"),
            &script,
            &[
                "PUT https://storage.test/example-photos/a%20b",
                "PUT https://sh1a.storage.test/example-photos/a%20b",
                "PUT https://sh1a.storage.test/example-photos/c",
            ],
        );
        let sent = script.sent();
        if let [first, second, ..] = &sent[..] {
            report.equal("the headers of both", &second.headers, &first.headers);
            report.equal("the body of both", &second.body, &first.body);
        }
    }
    let there = redirect(307, "https://sh1a.storage.test/example-photos/k");
    let on = redirect(307, "https://gd2.storage.test/example-photos/k");
    let script = Script::new([there.clone(), on, fine()]);
    let bucket = unplaced(&script, OTHER)?;
    report.error(
        bucket.get_object("k").send().await,
        ErrorKind::Redirect,
        None,
    );
    report.equal(
        "the requests after two redirects",
        &script.lines().len(),
        &2,
    );

    let script = Script::new([there.clone(), fine()]);
    let bucket = unplaced(&script, OTHER)?;
    let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>("hello")]);
    let put = bucket.put_object("k", Body::from_stream(5, chunks)).send();
    report.error(put.await, ErrorKind::Redirect, None);
    let what = "the requests with a stream that was read";
    report.equal(what, &script.lines().len(), &1);

    let busy = || Step::from(Received::new(503, ""));
    let script = Script::new([there, busy(), fine()]);
    let builder = script.builder().endpoint(OTHER).zone("");
    let client = builder.retry(RetryPolicy::default().attempts(2)).build();
    let bucket = needed("making a client", client)?.bucket(NAME);
    let what = "reading with two attempts, after a redirect and a failure";
    needed(what, read(&bucket, "k").await)?;
    Ok(())
}

/// The zone is the label in front of the endpoint's host; the bucket stands in front of it or in the path.
async fn a_redirect_tells_a_zone_and_nothing_else(_: &Bench<'_>, report: &mut Report) -> Done {
    for (endpoint, location, next) in [
        (
            OTHER,
            "https://sh1a.storage.test/example-photos",
            Some("https://sh1a.storage.test"),
        ),
        (
            OTHER,
            "https://example-photos.sh1a.storage.test/k",
            Some("https://sh1a.storage.test"),
        ),
        (
            OTHER,
            "http://sh1a.storage.test:80/example-photos/x?acl",
            Some("https://sh1a.storage.test"),
        ),
        (
            "https://storage.test:8443",
            "https://sh1a.storage.test:8443/example-photos",
            Some("https://sh1a.storage.test:8443"),
        ),
        (
            "https://pek3a.qingstor.com",
            "https://sh1a.qingstor.com/example-photos",
            Some("https://sh1a.qingstor.com"),
        ),
        (OTHER, "/example-photos/k", None),
        (OTHER, "https://storage.test/example-photos", None),
        (
            OTHER,
            "https://sh1a.storage.test.evil.example/example-photos",
            None,
        ),
        (
            OTHER,
            "https://evil.example/sh1a.storage.test/example-photos",
            None,
        ),
        (OTHER, "https://sh1astorage.test/example-photos", None),
        (OTHER, "https://sh1a.storage.test/example-music", None),
        (
            OTHER,
            "https://sh1a.storage.test/example-photos-of-ann",
            None,
        ),
        (
            OTHER,
            "https://example-music.sh1a.storage.test/example-photos",
            None,
        ),
        (OTHER, "https://a.b.sh1a.storage.test/example-photos", None),
        (OTHER, "https://user@sh1a.storage.test/example-photos", None),
        (OTHER, "https://-.storage.test/example-photos", None),
        (OTHER, "https://evil.example/x?signature=canary", None),
        (
            "http://127.0.0.1:8080",
            "http://sh1a.127.0.0.1:8080/example-photos",
            None,
        ),
        (
            "http://localhost:8080",
            "http://sh1a.localhost:8080/example-photos",
            None,
        ),
        (
            "http://[::1]:8080",
            "http://sh1a.[::1]:8080/example-photos",
            None,
        ),
    ] {
        let script = Script::new([redirect(307, location), fine()]);
        let bucket = unplaced(&script, endpoint)?;
        let outcome = read(&bucket, "k").await;
        let first = format!("GET {endpoint}/example-photos/k");
        let second = next.map(|next| format!("GET {next}/example-photos/k"));
        let expected: Vec<String> = [Some(first), second].into_iter().flatten().collect();
        let what = format!("the requests at {endpoint} after a redirect to {location}");
        report.equal(&what, &script.lines(), &expected);
        let kind = outcome.as_ref().err().map(Error::kind);
        let expected = next.is_none().then_some(ErrorKind::Redirect);
        report.equal(&format!("what comes of {location}"), &kind, &expected);
        let text = outcome
            .err()
            .map_or(String::new(), |error| format!("{error} {error:?}"));
        report.holds(
            format!("the error shows the place's query: {text}"),
            !text.contains("canary"),
        );
    }
    Ok(())
}

/// Somebody who says a zone may have a reason; the error says which one it should have been.
async fn a_zone_that_was_said_stays(_: &Bench<'_>, report: &mut Report) -> Done {
    for said_by_client in [true, false] {
        let script = Script::new([
            redirect(301, "https://sh1a.qingstor.com/example-photos"),
            fine(),
        ]);
        let bucket = match said_by_client {
            true => script.client()?.bucket(NAME),
            false => unplaced(&script, GLOBAL)?.in_zone("pek3a"),
        };
        let text = match read(&bucket, "k").await {
            Ok(()) => "(success)".to_owned(),
            Err(error) => error.to_string(),
        };
        report.holds(
            format!("the error does not say the zone sh1a: {text}"),
            text.contains(".in_zone(\"sh1a\")"),
        );
        let only = ["GET https://pek3a.qingstor.com/example-photos/k"];
        lines(report, "the requests", &script, &only);
    }
    Ok(())
}

/// What happens, the answers, the requests, and which of three reads work.
type Moved = (&'static str, Vec<Step>, Vec<&'static str>, [bool; 3]);

/// What a zone says that does not have the bucket any more is a reason to ask again; a missing object is none.
async fn a_bucket_that_moved_is_found_again(_: &Bench<'_>, report: &mut Report) -> Done {
    const ASKED: &str = "HEAD https://qingstor.com/example-photos";
    const OLD: &str = "GET https://sh1a.qingstor.com/example-photos/k";
    const NEW: &str = "GET https://gd2.qingstor.com/example-photos/k";
    let old = || redirect(301, "https://sh1a.qingstor.com/example-photos");
    let new = || redirect(301, "https://gd2.qingstor.com/example-photos");
    let gone = || missing("bucket_not_exists");
    let nowhere = || Step::from(Received::new(404, ""));
    let cases: [Moved; 4] = [
        (
            "it lives elsewhere now",
            vec![old(), fine(), gone(), new(), fine(), fine()],
            vec![ASKED, OLD, OLD, ASKED, NEW, NEW],
            [true, true, true],
        ),
        (
            "only the object is missing",
            vec![old(), fine(), missing("object_not_exists"), fine()],
            vec![ASKED, OLD, OLD, OLD],
            [true, false, true],
        ),
        (
            "it still should live there",
            vec![old(), fine(), gone(), old(), fine()],
            vec![ASKED, OLD, OLD, ASKED, OLD],
            [true, false, true],
        ),
        (
            "it lives nowhere for a while",
            vec![old(), fine(), gone(), nowhere(), new(), fine()],
            vec![ASKED, OLD, OLD, ASKED, ASKED, NEW],
            [true, false, true],
        ),
    ];
    for (what, steps, expected, successes) in cases {
        let script = Script::new(steps);
        let bucket = unplaced(&script, GLOBAL)?;
        for (index, success) in successes.into_iter().enumerate() {
            let got = read(&bucket, "k").await.is_ok();
            report.equal(
                &format!("{what}: whether read {index} works"),
                &got,
                &success,
            );
        }
        lines(report, &format!("{what}: the requests"), &script, &expected);
    }
    // An answer to HEAD has no code. Of a bucket it is clear what is missing.
    let script = Script::new([old(), fine(), nowhere(), new(), fine()]);
    let bucket = unplaced(&script, GLOBAL)?;
    needed("looking at a bucket", bucket.head_bucket().send().await)?;
    let again = bucket.head_bucket().send().await;
    needed("looking at a bucket that moved", again)?;
    let there = |zone: &str| format!("HEAD https://{zone}.qingstor.com/example-photos");
    let (one, two) = (there("sh1a"), there("gd2"));
    let expected = [ASKED, &one, &one, ASKED, &two];
    lines(report, "the requests for a bucket", &script, &expected);
    Ok(())
}

/// Whoever opens a link follows no redirect of ours, so it must not lead to one.
async fn links_need_the_zone(_: &Bench<'_>, report: &mut Report) -> Done {
    let minute = Duration::from_secs(60);
    let script = Script::new([redirect(301, "https://sh1a.qingstor.com/example-photos")]);
    let bucket = unplaced(&script, GLOBAL)?;
    report.error(
        bucket.get_object("k").presign(minute),
        ErrorKind::InvalidInput,
        None,
    );
    lines(report, "the requests so far", &script, &[]);
    let placed = needed("finding the zone", bucket.resolve_zone().await)?;
    report.equal("the zone", &placed.zone(), &Some("sh1a"));
    // The client remembers it for its other buckets of that name, too.
    for bucket in [placed.clone(), bucket.client().bucket(NAME)] {
        let link = needed("signing", bucket.get_object("k").presign(minute))?;
        report.holds(
            format!("the link leads elsewhere: {}", link.url),
            link.url
                .starts_with("https://sh1a.qingstor.com/example-photos/k?"),
        );
        needed("finding the zone again", bucket.resolve_zone().await)?;
    }
    let question = ["HEAD https://qingstor.com/example-photos"];
    lines(report, "the requests in all", &script, &question);

    let script = Script::new([fine()]);
    for (bucket, zone) in [
        (unplaced(&script, OTHER)?, None),
        (unplaced(&script, GLOBAL)?.in_zone("gd2"), Some("gd2")),
    ] {
        let placed = needed("finding the zone", bucket.resolve_zone().await)?;
        report.equal("the zone where nobody is asked", &placed.zone(), &zone);
        needed("signing", placed.get_object("k").presign(minute))?;
    }
    lines(report, "the requests where nobody is asked", &script, &[]);
    Ok(())
}
