//! Zone discovery against a server that serves `qingstor.com` with two zones, found under this machine's address.

use std::time::Duration;

use qingstor::config::ClientBuilder;
use qingstor::transport::HttpTransport;
use qingstor::{Bucket, Client, ErrorKind, RetryPolicy};
use qingstor_emulator::Emulator;

use crate::support::{BUCKET, Counting, KEY_ID, SECRET, content};

/// A server with the bucket [`BUCKET`] in the zone `sh1a`.
struct Service {
    emulator: Emulator,
    transport: Counting,
}

impl Service {
    async fn start() -> Service {
        let emulator = Emulator::builder()
            .access_key(KEY_ID, SECRET)
            .check_answers(true)
            .zone("pek3a")
            .zone("sh1a")
            .start()
            .await
            .unwrap();
        let mut transport = HttpTransport::builder().no_proxy();
        for host in [
            "qingstor.com",
            "pek3a.qingstor.com",
            "sh1a.qingstor.com",
            "photos.sh1a.qingstor.com",
            "photos.pek3a.qingstor.com",
        ] {
            transport = transport.resolve(host, emulator.address());
        }
        let transport = Counting::new(transport.build().unwrap());
        let service = Service {
            emulator,
            transport,
        };
        let bucket = service.client().bucket(BUCKET).in_zone("sh1a");
        bucket.put_bucket().send().await.unwrap();
        bucket.put_object("cat.txt", "meow").send().await.unwrap();
        service
    }

    fn builder(&self) -> ClientBuilder {
        let port = self.emulator.address().port();
        Client::builder()
            .no_environment()
            .endpoint(format!("http://qingstor.com:{port}"))
            .credentials(KEY_ID, SECRET)
            .retry(RetryPolicy::never())
            .transport(self.transport.clone())
    }

    fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// How many requests `work` costs.
    async fn cost(&self, work: impl Future<Output = ()>) -> usize {
        let before = self.transport.sent();
        work.await;
        self.transport.sent() - before
    }
}

#[tokio::test]
async fn the_zone_is_asked_for_once_and_shared_by_clones() {
    let service = Service::start().await;
    let client = service.client();
    let bucket = client.bucket(BUCKET);
    let read = |bucket: Bucket| async move {
        assert_eq!(content(&bucket, "cat.txt").await.unwrap(), "meow");
    };
    assert_eq!(service.cost(read(bucket.clone())).await, 2);
    assert_eq!(service.cost(read(bucket.clone())).await, 1);
    assert_eq!(service.cost(read(client.clone().bucket(BUCKET))).await, 1);
    // Another client does not know it.
    assert_eq!(service.cost(read(service.client().bucket(BUCKET))).await, 2);
    // Nor is anything asked where the zone is set.
    let set = service.client().bucket(BUCKET).in_zone("sh1a");
    assert_eq!(service.cost(read(set)).await, 1);
}

#[tokio::test]
async fn requests_at_the_same_time_ask_once() {
    let service = Service::start().await;
    let bucket = service.client().bucket(BUCKET);
    let work = async {
        let reads = (0..20).map(|_| content(&bucket, "cat.txt"));
        for read in futures_util::future::join_all(reads).await {
            assert_eq!(read.unwrap(), "meow");
        }
    };
    assert_eq!(service.cost(work).await, 21);
}

#[tokio::test]
async fn a_body_is_sent_to_the_zone_only() {
    let service = Service::start().await;
    for style in [false, true] {
        let client = service.builder().virtual_host_style(style).build().unwrap();
        let bucket = client.bucket(BUCKET);
        let chunks: Vec<Result<&'static str, std::io::Error>> = vec![Ok("wo"), Ok("of")];
        let body = qingstor::Body::from_stream(4, futures_util::stream::iter(chunks));
        bucket.put_object("dog.txt", body).send().await.unwrap();
        assert_eq!(content(&bucket, "dog.txt").await.unwrap(), "woof");
    }
}

#[tokio::test]
async fn a_missing_bucket_is_said_to_be_in_no_zone() {
    let service = Service::start().await;
    let bucket = service.client().bucket("drawings");
    let error = content(&bucket, "k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.operation(), Some("GetObject"));
    let text = error.to_string();
    assert!(text.starts_with("GET Object drawings/k: 404"), "{text}");
    assert!(text.contains("no zone is set"), "{text}");
    // The same for making one: somebody has to say where.
    let error = bucket.put_bucket().send().await.unwrap_err();
    assert!(
        error.to_string().contains("to make it, say where"),
        "{error}"
    );
    // It is not remembered that there was none.
    let made = bucket.clone().in_zone("pek3a");
    made.put_bucket().send().await.unwrap();
    made.put_object("k", "x").send().await.unwrap();
    assert_eq!(content(&bucket, "k").await.unwrap(), "x");
}

#[tokio::test]
async fn the_wrong_zone_is_named() {
    let service = Service::start().await;
    let bucket = service.client().bucket(BUCKET).in_zone("pek3a");
    let error = content(&bucket, "cat.txt").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let text = error.to_string();
    assert!(text.contains("another zone than pek3a"), "{text}");
}

#[tokio::test]
async fn presigning_needs_a_zone_and_can_resolve_it() {
    let service = Service::start().await;
    let bucket = service.client().bucket(BUCKET);
    let minute = Duration::from_secs(60);
    let error = bucket.get_object("cat.txt").presign(minute).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("resolve_zone()"), "{error}");
    let resolved = bucket.resolve_zone().await.unwrap();
    assert_eq!(resolved.zone(), Some("sh1a"));
    let link = resolved.get_object("cat.txt").presign(minute).unwrap();
    assert!(link.url.contains("://sh1a.qingstor.com"), "{}", link.url);
    // It is known from then on.
    let link = bucket.get_object("cat.txt").presign(minute).unwrap();
    assert!(link.url.contains("://sh1a.qingstor.com"), "{}", link.url);
    let cost = service
        .cost(async { drop(resolved.resolve_zone().await.unwrap()) })
        .await;
    assert_eq!(cost, 0);
}

#[tokio::test]
async fn the_service_itself_has_no_zone_to_find() {
    let service = Service::start().await;
    let client = service.client();
    let cost = service
        .cost(async {
            let buckets = client.list_buckets().send().await.unwrap();
            assert_eq!(buckets.buckets.len(), 1);
        })
        .await;
    assert_eq!(cost, 1);
}
