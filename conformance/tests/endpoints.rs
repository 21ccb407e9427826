//! What the checks tell of endpoints that are no good, and what they leave behind in those that are.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use qingstor::Client;
use qingstor_conformance::output::{self, Format};
use qingstor_conformance::run::{self, Class, Place, Run, Settings};
use qingstor_conformance::slot::{Problem, Slot};
use qingstor_conformance::target::{Key, Target};
use qingstor_conformance::{Check, check};
use qingstor_emulator::Emulator;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const SECRET: &str = "canary-of-the-secret";

fn target(endpoint: String) -> Target {
    Target {
        endpoint,
        zone: "pek3a".to_owned(),
        virtual_host: false,
        key: Key {
            id: "key-id".to_owned(),
            secret: SECRET.to_owned(),
        },
        second: None,
        prefix: "conformance-test".to_owned(),
        lease: Duration::ZERO,
        patience: Duration::from_secs(20),
    }
}

fn checks(parts: &[&str]) -> Vec<Check> {
    let wanted = |check: &Check| parts.iter().any(|part| check.name().contains(part));
    check::all().into_iter().filter(wanted).collect()
}

async fn run(target: Target, parts: &[&str]) -> Run {
    let settings = Settings {
        limit: Duration::from_secs(20),
        place: Place::Endpoint(Arc::new(target)),
        jobs: 2,
    };
    run::run(checks(parts), settings, |_, _| {}).await
}

/// Serves every connection with `answer`.
async fn server<F, W>(answer: F) -> String
where
    F: Fn(TcpStream) -> W + Send + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream));
        }
    });
    format!("http://{address}")
}

/// Reads requests (with little bodies only) and answers each.
async fn serve(mut stream: TcpStream, answer: impl Fn(&str) -> String) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        let request = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if stream.write_all(answer(&request).as_bytes()).await.is_err() {
            return;
        }
    }
}

fn json(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Nothing of the run was useful, and it says why. What needs no endpoint was checked nevertheless.
fn assert_useless(run: &Run, reason: &str) {
    assert!(run.failed());
    let problem = run.problem.as_deref().unwrap_or_default();
    assert!(problem.contains(reason), "{problem}");
    let live = run.entries.iter().filter(|entry| entry.check.is_live());
    for entry in live {
        assert_ne!(run.class(entry), Class::Passed, "{}", entry.check.name());
    }
    let offline = run.entries.iter().filter(|entry| !entry.check.is_live());
    assert!(offline.clone().count() > 0);
    for entry in offline {
        assert_eq!(run.class(entry), Class::Passed, "{}", entry.check.name());
    }
    let text = output::render(run, Format::Text, false, &[]).expect("a text");
    assert!(
        text.contains("could not be used") && text.contains(reason),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_down() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let run = run(target(format!("http://{address}")), &["get_object/"]).await;
    assert_useless(&run, "GET Service");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_talks_something_else() {
    let endpoint = server(|mut stream| async move {
        let _ = stream.write_all(b"220 mail.example.com ESMTP\r\n").await;
        let _ = stream.read(&mut [0; 4096]).await;
    });
    let run = run(target(endpoint.await), &["get_object/"]).await;
    assert_useless(&run, "GET Service");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_answers_with_a_web_page() {
    let endpoint = server(|stream| {
        serve(stream, |_| {
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"
                .to_owned()
        })
    });
    let run = run(target(endpoint.await), &["get_object/"]).await;
    assert_useless(&run, "JSON");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_denies_everything() {
    let endpoint = server(|stream| {
        serve(stream, |_| {
            json(
                "403 Forbidden",
                r#"{"code":"permission_denied","message":"no"}"#,
            )
        })
    });
    let run = run(target(endpoint.await), &["get_object/"]).await;
    assert_useless(&run, "permission_denied");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_hangs() {
    let endpoint = server(|stream| async move {
        let _stream = stream;
        std::future::pending::<()>().await;
    });
    let mut target = target(endpoint.await);
    target.patience = Duration::from_millis(90);
    let run = run(target, &["get_object/"]).await;
    assert_useless(&run, "GET Service");
}

/// It lists buckets and then ends every connection: after a few checks the rest is not tried.
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_stops_to_answer() {
    let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let endpoint = server(move |mut stream| {
        let asked = Arc::clone(&asked);
        async move {
            let mut buffer = vec![0; 4096];
            while let Ok(1..) = stream.read(&mut buffer).await {
                if asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 0 {
                    return;
                }
                let answer = json("200 OK", r#"{"count":0,"buckets":[]}"#);
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        }
    });
    let run = run(target(endpoint.await), &["get_object/", "put_object/"]).await;
    assert_useless(&run, "no answers come any more");
    assert_eq!(run.of(Class::Failed).count(), 3);
}

async fn emulator() -> (Emulator, Target) {
    let emulator = Emulator::builder()
        .check_answers(true)
        .access_key("key-id", SECRET)
        .start()
        .await;
    let emulator = emulator.expect("an emulator");
    let target = target(emulator.endpoint());
    (emulator, target)
}

async fn buckets(target: &Target) -> Vec<String> {
    let transport = target.transport().expect("a transport");
    let client = target
        .client(Some(&target.key), transport)
        .expect("a client");
    let listed = client.list_buckets().send().await.expect("a list");
    listed
        .buckets
        .into_iter()
        .map(|bucket| bucket.name)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_behind_in_an_account() {
    let (emulator, target) = emulator().await;
    let parts = [
        "put_object/",
        "put_bucket/",
        "copy/behaviour",
        "list_buckets/",
    ];
    let run = run(target.clone(), &parts).await;
    let failed: Vec<String> = run.of(Class::Failed).map(|e| e.check.name()).collect();
    assert!(
        failed.is_empty() && run.problem.is_none(),
        "{failed:?} {:?}",
        run.problem
    );
    assert!(run.of(Class::Passed).any(|entry| entry.check.is_live()));
    assert_eq!(run.notes, Vec::<String>::new());
    assert_eq!(buckets(&target).await, Vec::<String>::new());
    emulator.shutdown().await;
}

/// Everything holds too where the bucket stands in the host.
#[tokio::test(flavor = "multi_thread")]
async fn buckets_may_stand_in_the_host() {
    let (emulator, target) = emulator().await;
    let target = Target {
        endpoint: target.endpoint.replace("127.0.0.1", "pek3a.localhost"),
        virtual_host: true,
        ..target
    };
    let run = run(target, &[""]).await;
    let contradicted = run.of(Class::Unverified(false));
    let failed = run.of(Class::Failed).chain(contradicted);
    let failed: Vec<String> = failed.map(|entry| entry.check.name()).collect();
    assert!(
        failed.is_empty() && run.problem.is_none(),
        "{failed:?} {:?}",
        run.problem
    );
    emulator.shutdown().await;
}

/// Examples name a zone that need not be the endpoint's.
#[tokio::test(flavor = "multi_thread")]
async fn any_zone_will_do() {
    let emulator = Emulator::builder()
        .check_answers(true)
        .zone("sh1a")
        .access_key("key-id", SECRET);
    let emulator = emulator.start().await.expect("an emulator");
    for (zone, skipped) in [("sh1a", None), ("", Some("list_buckets/live/of_one_zone"))] {
        let target = Target {
            zone: zone.to_owned(),
            ..target(emulator.endpoint())
        };
        let run = run(target, &["list_buckets/live", "get_bucket_statistics/live"]).await;
        let failed: Vec<String> = run.of(Class::Failed).map(|e| e.check.name()).collect();
        let text = output::render(&run, Format::Text, false, &[SECRET]).expect("a text");
        assert!(failed.is_empty(), "in {zone:?}: {text}");
        let left_out: Vec<String> = run.of(Class::Skipped).map(|e| e.check.name()).collect();
        assert_eq!(left_out, Vec::from_iter(skipped), "in {zone:?}");
    }
    emulator.shutdown().await;
}

/// A run that was interrupted has left buckets with objects in them. The next one finds and takes them over.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_interrupted_run_has_left_is_taken_over() {
    let (emulator, target) = emulator().await;
    let transport = target.transport().expect("a transport");
    let client: Client = target
        .client(Some(&target.key), transport)
        .expect("a client");
    for name in ["conformance-test-a", "conformance-test-b"] {
        let bucket = client.bucket(name);
        bucket.put_bucket().send().await.expect("a bucket");
        bucket
            .put_object("left/behind", "hello")
            .send()
            .await
            .expect("an object");
    }
    let run = run(target.clone(), &["list_objects/live", "put_object/live"]).await;
    let failed: Vec<String> = run.of(Class::Failed).map(|e| e.check.name()).collect();
    assert!(
        failed.is_empty() && run.problem.is_none(),
        "{failed:?} {:?}",
        run.problem
    );
    assert_eq!(buckets(&target).await, Vec::<String>::new());
    emulator.shutdown().await;
}

/// Buckets of others stay as they are; only what would list them too is not tried.
#[tokio::test(flavor = "multi_thread")]
async fn buckets_of_the_account_are_left_alone() {
    let (emulator, target) = emulator().await;
    let transport = target.transport().expect("a transport");
    let client = target
        .client(Some(&target.key), transport)
        .expect("a client");
    let own = client.bucket("holiday-photos");
    own.put_bucket().send().await.expect("a bucket");
    own.put_object("beach.jpg", "hello")
        .send()
        .await
        .expect("an object");
    let run = run(
        target.clone(),
        &["list_buckets/live/all", "put_object/live/text"],
    )
    .await;
    assert!(!run.failed());
    let skipped: Vec<String> = run.of(Class::Skipped).map(|e| e.check.name()).collect();
    assert_eq!(skipped, ["list_buckets/live/all"]);
    assert_eq!(buckets(&target).await, ["holiday-photos"]);
    own.head_object("beach.jpg")
        .send()
        .await
        .expect("the object");
    emulator.shutdown().await;
}

/// No more than two buckets exist at any time, and each check finds them clean.
#[tokio::test(flavor = "multi_thread")]
async fn two_buckets_are_enough_and_clean() {
    let (emulator, target) = emulator().await;
    let mut slot = Slot::open(Arc::new(target.clone())).await.expect("a slot");
    let leased = slot.lease(2, false, false).await.expect("two buckets");
    let bucket = slot.client.bucket(&leased[0]);
    bucket
        .put_object("k", "hello")
        .send()
        .await
        .expect("an object");
    let rule = qingstor::types::CorsRule::new("*", ["GET"]);
    bucket.put_bucket_cors([rule]).send().await.expect("rules");
    assert_eq!(
        slot.lease(2, false, false).await.expect("two buckets"),
        leased
    );
    let listed = bucket.list_objects().send().await.expect("a list");
    assert!(listed.keys.is_empty());
    assert!(slot.lease(3, false, false).await.is_err());
    assert_eq!(buckets(&target).await.len(), 2);
    assert_eq!(slot.close().await, Vec::<String>::new());
    assert_eq!(buckets(&target).await, Vec::<String>::new());
    emulator.shutdown().await;
}

/// A failed check shows what went over the wire, in every format, without the secret and what is made with it.
#[tokio::test(flavor = "multi_thread")]
async fn reports_hold_no_secret() {
    // Whatever is asked, the answer is a wrong one that repeats the request, as some servers do.
    let endpoint = server(|stream| {
        serve(stream, |request| match request.starts_with("GET / ") {
            true => json("200 OK", r#"{"count":0,"buckets":[]}"#),
            false => {
                let text = serde_json::to_string(request).unwrap_or_default();
                json(
                    "418 Teapot",
                    &format!(r#"{{"code":"odd","message":{text}}}"#),
                )
            }
        })
    });
    let mut target = target(endpoint.await);
    target.patience = Duration::from_secs(5);
    let run = run(
        target,
        &[
            "get_object/live",
            "get_object/presign",
            "post_object/presign",
        ],
    )
    .await;
    assert!(run.failed());
    for format in [Format::Text, Format::Json, Format::Junit, Format::Html] {
        let text = output::render(&run, format, false, &[SECRET]).expect("a report");
        assert!(!text.contains(SECRET), "{format:?}");
        assert!(text.contains("(hidden)"), "{format:?}");
        // A signature is 44 characters of base64, the last one `=`.
        for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=%".contains(c))) {
            let is_signature = word.len() == 44 && word.ends_with('=');
            assert!(
                !is_signature && !word.ends_with("%3D"),
                "{format:?}: {word}"
            );
        }
        assert!(text.contains("get_object"), "{format:?}");
    }
}

/// The service deletes a bucket only a minute after it was made, and says so until then.
#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_too_young_is_deleted_later() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let endpoint = server(move |stream| {
        let asked = Arc::clone(&asked);
        async move {
            let answer = |request: &str| {
                let line = request.lines().next().unwrap_or_default();
                if line.starts_with("GET / ") {
                    let bucket = r#"{"count":1,"buckets":[{"name":"conformance-test-a"}]}"#;
                    return json("200 OK", bucket);
                }
                if !line.starts_with("DELETE") {
                    return json("200 OK", "{}");
                }
                let is_bucket = !line.contains('?');
                if is_bucket && asked.fetch_add(1, Ordering::SeqCst) < 2 {
                    return json("403 Forbidden", r#"{"code":"lease_not_ready"}"#);
                }
                "HTTP/1.1 204 No Content\r\n\r\n".to_owned()
            };
            serve(stream, answer).await;
        }
    });
    let mut target = target(endpoint.await);
    target.lease = Duration::from_millis(60);
    let slot = Slot::open(Arc::new(target)).await.expect("a slot");
    assert_eq!(slot.close().await, Vec::<String>::new());
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

/// An account that may have one bucket only: what needs two is skipped, the rest is done.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_may_have_one_bucket() {
    let endpoint = server(|stream| {
        serve(stream, |request| {
            let line = request.lines().next().unwrap_or_default();
            match line {
                line if line.starts_with("GET / ") => json("200 OK", r#"{"count":0,"buckets":[]}"#),
                line if line.starts_with("PUT /conformance-test-b ") => {
                    json("403 Forbidden", r#"{"code":"too_many_buckets"}"#)
                }
                line if line.starts_with("PUT /conformance-test-a ") => {
                    "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n".to_owned()
                }
                line if line.starts_with("DELETE") => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
                _ => json("200 OK", "{}"),
            }
        })
    });
    let mut slot = Slot::open(Arc::new(target(endpoint.await)))
        .await
        .expect("a slot");
    assert_eq!(
        slot.lease(1, false, false).await.expect("a bucket"),
        ["conformance-test-a"]
    );
    match slot.lease(2, false, false).await {
        Err(Problem::Skip(reason)) => assert!(reason.contains("no further bucket"), "{reason}"),
        other => panic!("{other:?}"),
    }
}
