//! Access keys that are fetched and expire.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use qingstor::credentials::{
    Credentials, FetchError, ProvideCredentials as _, RefreshingCredentials, TemporaryCredentials,
};
use qingstor::testing::Replay;
use qingstor::{Client, ErrorKind};

/// A clock that is moved by hand, and a place that hands out keys for an hour.
#[derive(Clone, Default)]
struct Vault {
    seconds: Arc<AtomicU64>,
    fetched: Arc<AtomicUsize>,
    fails: Arc<Mutex<Option<&'static str>>>,
}

impl Vault {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.seconds.load(Ordering::SeqCst))
    }

    fn advance(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    fn fetched(&self) -> usize {
        self.fetched.load(Ordering::SeqCst)
    }

    async fn fetch(self) -> Result<TemporaryCredentials, FetchError> {
        tokio::task::yield_now().await;
        let number = self.fetched.fetch_add(1, Ordering::SeqCst);
        if let Some(why) = *self.fails.lock().unwrap() {
            return Err(why.into());
        }
        let credentials = Credentials::new(format!("KEY{number}"), "canary-secret")?;
        let end = self.now() + Duration::from_secs(3600);
        Ok(TemporaryCredentials::new(credentials, Some(end)))
    }

    fn provider(&self) -> RefreshingCredentials {
        let (fetching, telling) = (self.clone(), self.clone());
        RefreshingCredentials::new(move || fetching.clone().fetch())
            .margin(Duration::from_secs(300))
            .clock(move || telling.now())
    }
}

async fn used(replay: &Replay, client: &Client) -> String {
    client
        .bucket("photos")
        .get_object("k")
        .send()
        .await
        .unwrap();
    let last = replay.requests().pop().unwrap();
    let authorization = last.header("Authorization").unwrap();
    authorization["QS ".len()..]
        .split(':')
        .next()
        .unwrap()
        .to_owned()
}

fn answers(count: usize) -> Replay {
    (0..count).fold(Replay::new(), |replay, _| replay.answer(200, &[], "x"))
}

#[tokio::test]
async fn a_key_is_fetched_when_it_is_needed_and_before_it_ends() {
    let (vault, replay) = (Vault::default(), answers(4));
    let client = replay
        .builder()
        .credentials_provider(vault.provider())
        .build()
        .unwrap();
    assert_eq!(vault.fetched(), 0);
    assert_eq!(used(&replay, &client).await, "KEY0");
    vault.advance(3299);
    assert_eq!(used(&replay, &client).await, "KEY0");
    vault.advance(1);
    assert_eq!(used(&replay, &client).await, "KEY1");
    assert_eq!(used(&replay, &client).await, "KEY1");
    assert_eq!(vault.fetched(), 2);
}

#[tokio::test]
async fn requests_at_the_same_time_wait_for_one_fetch() {
    let (vault, replay) = (Vault::default(), answers(50));
    let client = replay
        .builder()
        .credentials_provider(vault.provider())
        .build()
        .unwrap();
    let bucket = client.bucket("photos");
    let requests = (0..50).map(|_| bucket.get_object("k").send());
    for result in futures_util::future::join_all(requests).await {
        result.unwrap();
    }
    assert_eq!(vault.fetched(), 1);
}

#[tokio::test]
async fn a_fetch_that_is_given_up_leaves_the_way_free() {
    let vault = Vault::default();
    let provider = vault.provider();
    let mut first = provider.refresh().unwrap();
    // It has begun, and waits.
    let begun = futures_util::FutureExt::now_or_never(&mut first);
    assert!(begun.is_none());
    drop(first);
    provider.refresh().unwrap().await.unwrap();
    assert!(provider.snapshot().unwrap().is_some());
}

#[tokio::test]
async fn a_failed_fetch_is_told_only_if_no_key_is_left() {
    let (vault, replay) = (Vault::default(), answers(3));
    let client = replay
        .builder()
        .credentials_provider(vault.provider())
        .build()
        .unwrap();
    *vault.fails.lock().unwrap() = Some("the vault is sealed");
    let error = client
        .bucket("photos")
        .get_object("k")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let text = error.to_string();
    assert!(
        text.contains("could not be fetched: the vault is sealed"),
        "{text}"
    );
    assert!(std::error::Error::source(&error).is_some());
    assert!(replay.requests().is_empty());

    *vault.fails.lock().unwrap() = None;
    assert_eq!(used(&replay, &client).await, "KEY1");
    vault.advance(3400);
    *vault.fails.lock().unwrap() = Some("the vault is sealed");
    // The old one still works, and the vault is not asked at every request.
    assert_eq!(used(&replay, &client).await, "KEY1");
    assert_eq!(used(&replay, &client).await, "KEY1");
    assert_eq!(vault.fetched(), 3);
    vault.advance(200);
    let error = client
        .bucket("photos")
        .get_object("k")
        .send()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("the vault is sealed"), "{error}");
}

#[tokio::test]
async fn presigning_takes_the_key_that_is_there() {
    let vault = Vault::default();
    let replay = Replay::new();
    let client = replay
        .builder()
        .credentials_provider(vault.provider())
        .build()
        .unwrap();
    let presign = || {
        client
            .bucket("photos")
            .get_object("k")
            .presign(Duration::from_secs(60))
    };
    let error = presign().unwrap_err();
    assert!(error.to_string().contains("refresh_credentials"), "{error}");
    client.refresh_credentials().await.unwrap();
    assert!(presign().unwrap().url.contains("access_key_id=KEY0&"));
    vault.advance(3600);
    assert!(presign().is_err());
}

#[tokio::test]
async fn a_key_without_an_end_is_fetched_once_and_one_that_has_ended_is_refused() {
    let once = RefreshingCredentials::new(|| async {
        Ok(TemporaryCredentials::new(
            Credentials::new("ID", "s")?,
            None,
        ))
    });
    once.refresh().unwrap().await.unwrap();
    assert!(once.refresh().is_none());

    let stale = RefreshingCredentials::new(|| async {
        Ok(TemporaryCredentials::new(
            Credentials::new("ID", "s")?,
            Some(UNIX_EPOCH),
        ))
    });
    let error = stale.refresh().unwrap().await.unwrap_err();
    assert!(error.to_string().contains("expired already"), "{error}");
}

#[tokio::test]
async fn a_form_is_signed_with_a_fetched_key() {
    let vault = Vault::default();
    let replay = Replay::new().answer(201, &[], "");
    let client = replay
        .builder()
        .credentials_provider(vault.provider())
        .build()
        .unwrap();
    client
        .bucket("photos")
        .post_object("k", "x")
        .send()
        .await
        .unwrap();
    let body = String::from_utf8(replay.requests()[0].body.to_vec()).unwrap();
    assert!(body.contains("KEY0"), "{body}");
}

#[tokio::test]
async fn nothing_of_it_shows_a_secret() {
    let vault = Vault::default();
    let provider = vault.provider();
    provider.refresh().unwrap().await.unwrap();
    let text = format!("{provider:?}");
    assert!(!text.contains("canary"), "{text}");
}
