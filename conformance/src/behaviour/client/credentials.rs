//! Access keys: none, half of one, and ones that are fetched.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use qingstor::credentials::{Credentials, RefreshingCredentials, TemporaryCredentials};
use qingstor::{ErrorKind, RetryPolicy};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::multipart;
use crate::report::Report;
use crate::script::Script;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 4] = [
    behaviour!("credentials", a_key_is_whole, buckets: 0),
    behaviour!("credentials", without_a_key_nothing_is_signed, buckets: 0),
    behaviour!("credentials", a_key_is_fetched_before_it_ends, buckets: 0),
    behaviour!("credentials", a_failed_fetch_spoils_no_key_that_works, buckets: 0),
];

fn fine() -> Script {
    Script::new([Received::new(200, r#"{"count": 0}"#)])
}

/// Both halves, or neither; and what cannot be a key is none.
async fn a_key_is_whole(_: &Bench<'_>, report: &mut Report) -> Done {
    for (id, secret, fits) in [
        ("ID", "secret", true),
        ("", "", true),
        ("ID", "", false),
        ("", "secret", false),
        ("I D", "secret", false),
        ("中", "secret", false),
        ("ID\r\nX-Evil: 1", "secret", false),
        ("ID", "secret\n", false),
        ("ID", " secret", false),
    ] {
        let built = fine().builder().credentials(id, secret).build();
        let got = built.err().map(|error| error.kind());
        let expected = (!fits).then_some(ErrorKind::Config);
        report.equal(
            &format!(
                "a client with {id:?} and a secret of {} bytes",
                secret.len()
            ),
            &got,
            &expected,
        );
    }
    for (half, missing) in [
        ("QINGSTOR_ACCESS_KEY_ID", "QINGSTOR_SECRET_ACCESS_KEY"),
        ("QINGSTOR_SECRET_ACCESS_KEY", "QINGSTOR_ACCESS_KEY_ID"),
    ] {
        let builder = qingstor::Client::builder();
        let builder = builder.environment(move |name| (name == half).then(|| "half".to_owned()));
        let text = match builder.build() {
            Ok(_) => "(success)".to_owned(),
            Err(error) => error.to_string(),
        };
        report.holds(
            format!("nobody misses {missing}: {text}"),
            text.contains(missing),
        );
    }
    Ok(())
}

/// What everybody may do is sent unsigned; what has to be signed is not sent.
async fn without_a_key_nothing_is_signed(_: &Bench<'_>, report: &mut Report) -> Done {
    let script = fine();
    let client = needed("making a client", script.builder().anonymous().build())?;
    let bucket = client.bucket("example-photos");
    needed("reading", bucket.get_object("k").send().await)?;
    let sent = script.sent().pop();
    let signed = sent.as_ref().and_then(|sent| sent.header("authorization"));
    report.equal("Authorization", &signed, &None);
    report.error(client.list_buckets().send().await, ErrorKind::Config, None);
    let statistics = bucket.get_bucket_statistics().send().await;
    report.error(statistics, ErrorKind::Config, None);
    report.equal("the requests", &script.lines().len(), &1);
    Ok(())
}

/// A clock that a check turns, and keys whose ids count, each good for an hour.
struct Keys {
    now: Arc<AtomicU64>,
    fetched: Arc<AtomicUsize>,
    /// From which fetch on they fail.
    failing: usize,
}

const START: u64 = 1_418_232_031;

impl Keys {
    fn new(failing: usize) -> Keys {
        Keys {
            now: Arc::new(AtomicU64::new(START)),
            fetched: Arc::default(),
            failing,
        }
    }

    fn clock(&self) -> impl Fn() -> SystemTime + Send + Sync + use<> {
        let now = Arc::clone(&self.now);
        move || UNIX_EPOCH + Duration::from_secs(now.load(Ordering::Relaxed))
    }

    fn provider(&self) -> RefreshingCredentials {
        let (fetched, failing) = (Arc::clone(&self.fetched), self.failing);
        let clock = self.clock();
        let provider = RefreshingCredentials::new(move || {
            let number = fetched.fetch_add(1, Ordering::Relaxed) + 1;
            let end = clock() + Duration::from_secs(3600);
            async move {
                // Whoever else needs a key comes while this one is under way.
                tokio::task::yield_now().await;
                if number >= failing {
                    return Err("the vault is closed".into());
                }
                let key = Credentials::new(format!("KEY_{number}"), "secret")?;
                Ok(TemporaryCredentials::new(key, Some(end)))
            }
        });
        provider.clock(self.clock())
    }
}

/// The id of the key that the last request was signed with.
fn signed_by(script: &Script) -> String {
    let sent = script.sent().pop();
    let value = sent.as_ref().and_then(|sent| sent.header("authorization"));
    let id = value.and_then(|value| value.strip_prefix("QS ")?.split(':').next());
    id.unwrap_or("(nobody)").to_owned()
}

/// Not earlier than it is needed, once for all that need it, and anew 5 minutes before its end.
async fn a_key_is_fetched_before_it_ends(_: &Bench<'_>, report: &mut Report) -> Done {
    let keys = Keys::new(usize::MAX);
    let script = fine();
    let builder = script.builder().clock(keys.clock());
    let client = needed(
        "making a client",
        builder.credentials_provider(keys.provider()).build(),
    )?;
    let bucket = client.bucket("example-photos");
    report.equal(
        "the fetches before the first request",
        &keys.fetched.load(Ordering::Relaxed),
        &0,
    );
    let early = bucket.get_object("k").presign(Duration::from_secs(60));
    report.error(early.map(drop), ErrorKind::Config, None);
    let three = [
        bucket.get_object("a"),
        bucket.get_object("b"),
        bucket.get_object("c"),
    ];
    for outcome in futures_util::future::join_all(three.map(|get| get.send())).await {
        needed("reading", outcome)?;
    }
    for (after, expected) in [
        (0, "KEY_1"),
        (3600 - 301, "KEY_1"),
        (3600 - 299, "KEY_2"),
        (3600, "KEY_2"),
        (3 * 3600, "KEY_3"),
    ] {
        keys.now.store(START + after, Ordering::Relaxed);
        needed("reading", bucket.get_object("k").send().await)?;
        report.equal(
            &format!("who signs after {after} s"),
            &signed_by(&script).as_str(),
            &expected,
        );
    }
    let fetched = keys.fetched.load(Ordering::Relaxed);
    report.equal("the fetches in all", &fetched, &3);
    // Signing for others does not wait, so it has to be asked for.
    let keys = Keys::new(usize::MAX);
    let script = fine();
    let builder = script.builder().clock(keys.clock());
    let builder = builder.credentials_provider(keys.provider());
    let client = needed("making a client", builder.build())?;
    needed("fetching a key", client.refresh_credentials().await)?;
    let get = client.bucket("example-photos").get_object("k");
    let link = needed("signing", get.presign(Duration::from_secs(60)))?;
    report.holds(
        format!("the link is signed by somebody else: {}", link.url),
        link.url.contains("access_key_id=KEY_1&"),
    );
    // A form is signed by its fields, which name the key, and needs one as much as all else.
    let keys = Keys::new(usize::MAX);
    let script = Script::new([Received::new(201, "")]);
    let builder = script.builder().clock(keys.clock());
    let builder = builder.credentials_provider(keys.provider());
    let client = needed("making a client", builder.build())?;
    let bucket = client.bucket("example-photos");
    for (after, expected) in [(0, "KEY_1"), (3600 - 299, "KEY_2")] {
        keys.now.store(START + after, Ordering::Relaxed);
        needed("posting", bucket.post_object("k", "hello").send().await)?;
        let sent = script.sent().pop();
        let fields = sent.as_ref().and_then(|sent| {
            multipart::parse(sent.header("content-type").unwrap_or(""), &sent.body)
        });
        let fields = fields.unwrap_or_default();
        let id = fields.iter().find(|(name, _)| name == "access_key_id");
        report.equal(
            &format!("who signs a form after {after} s"),
            &id.map(|(_, id)| String::from_utf8_lossy(id).into_owned()),
            &Some(expected.to_owned()),
        );
    }
    // It may end while a request is repeated.
    let keys = Keys::new(usize::MAX);
    let now = Arc::clone(&keys.now);
    let script = Script::playing(move |_, _| {
        now.fetch_add(3600, Ordering::Relaxed);
        Received::new(503, "").into()
    });
    let builder = script
        .builder()
        .clock(keys.clock())
        .retry(RetryPolicy::default());
    let client = needed(
        "making a client",
        builder.credentials_provider(keys.provider()).build(),
    )?;
    let get = client.bucket("example-photos").get_object("k").send().await;
    report.error(get, ErrorKind::Service, None);
    report.equal(
        "who signs the third attempt",
        &signed_by(&script).as_str(),
        &"KEY_3",
    );
    Ok(())
}

/// The old one is used to its end; then, and if there never was one, the failure is the request's.
async fn a_failed_fetch_spoils_no_key_that_works(_: &Bench<'_>, report: &mut Report) -> Done {
    let keys = Keys::new(2);
    let script = fine();
    let builder = script.builder().clock(keys.clock());
    let client = needed(
        "making a client",
        builder.credentials_provider(keys.provider()).build(),
    )?;
    let bucket = client.bucket("example-photos");
    // A failure is not tried again for 10 s, as long as the old key works.
    for (after, works, fetches) in [
        (0, true, 1),
        (3600 - 200, true, 2),
        (3600 - 195, true, 2),
        (3600 - 189, true, 3),
        (3600 - 1, true, 4),
        (3600, false, 5),
        (3601, false, 6),
    ] {
        keys.now.store(START + after, Ordering::Relaxed);
        let before = script.lines().len();
        let outcome = bucket.get_object("k").send().await;
        let sent = script.lines().len() - before;
        let fetched = keys.fetched.load(Ordering::Relaxed);
        report.equal(&format!("the fetches after {after} s"), &fetched, &fetches);
        report.equal(
            &format!("the requests after {after} s"),
            &sent,
            &usize::from(works),
        );
        if works {
            needed(&format!("reading after {after} s"), outcome)?;
        } else {
            report.error(outcome, ErrorKind::Config, None);
        }
    }
    let keys = Keys::new(1);
    let script = fine();
    let builder = script.builder().credentials_provider(keys.provider());
    let client = needed("making a client", builder.build())?;
    let text = match client.bucket("example-photos").get_object("k").send().await {
        Ok(_) => "(success)".to_owned(),
        Err(error) => error.to_string(),
    };
    report.holds(
        format!("nobody hears that the vault is closed: {text}"),
        text.contains("the vault is closed") && script.lines().is_empty(),
    );
    Ok(())
}
