//! A server with a clock that is moved by hand, and clients of it in both styles.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use qingstor::config::ClientBuilder;
use qingstor::transport::{BoxFuture, HttpTransport, Transport};
use qingstor::{Body, Bucket, ByteStream, Client, Error, RetryPolicy};
use qingstor_emulator::Emulator;

pub(crate) const KEY_ID: &str = "ACCESS_KEY_ID";
pub(crate) const SECRET: &str = "SECRET_ACCESS_KEY";
pub(crate) const ZONE: &str = "pek3a";
pub(crate) const BUCKET: &str = "photos";

/// Wed, 10 Dec 2014 17:20:31 GMT.
const START: u64 = 1_418_232_031;

/// How a bucket is named in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Path,
    VirtualHost,
}

pub(crate) const STYLES: [Style; 2] = [Style::Path, Style::VirtualHost];

/// A running server.
pub(crate) struct Site {
    pub(crate) emulator: Emulator,
    transport: HttpTransport,
    clock: Arc<AtomicU64>,
    served: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// A server with the bucket [`BUCKET`].
    pub(crate) async fn start() -> Site {
        let clock = Arc::new(AtomicU64::new(START));
        let served = Arc::new(Mutex::new(Vec::new()));
        let (hand, log) = (clock.clone(), served.clone());
        let emulator = Emulator::builder()
            .access_key(KEY_ID, SECRET)
            .check_answers(true)
            .zone(ZONE)
            .clock(move || UNIX_EPOCH + Duration::from_secs(hand.load(Ordering::SeqCst)))
            .log(move |line| log.lock().unwrap().push(line.to_owned()))
            .start()
            .await
            .unwrap();
        let address = emulator.address();
        // The names below `localhost` are found without asking a resolver, which may not know them.
        let transport = HttpTransport::builder()
            .no_proxy()
            .resolve("pek3a.localhost", address)
            .resolve("photos.pek3a.localhost", address)
            .resolve("drawings.pek3a.localhost", address)
            .build()
            .unwrap();
        let site = Site {
            emulator,
            transport,
            clock,
            served,
        };
        site.bucket(Style::Path).put_bucket().send().await.unwrap();
        site
    }

    pub(crate) fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.clock.load(Ordering::SeqCst))
    }

    /// Moves the clock of the server and of its clients.
    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    /// How many requests the server has answered.
    pub(crate) fn served(&self) -> usize {
        self.served.lock().unwrap().len()
    }

    /// What all clients of this server send with.
    pub(crate) fn transport(&self) -> HttpTransport {
        self.transport.clone()
    }

    /// A builder of clients with the right access key.
    pub(crate) fn builder(&self, style: Style) -> ClientBuilder {
        let clock = self.clock.clone();
        let builder = Client::builder()
            .no_environment()
            .zone(ZONE)
            .credentials(KEY_ID, SECRET)
            .clock(move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst)))
            // A failure is not to be hidden by a second attempt.
            .retry(RetryPolicy::never())
            .transport(self.transport());
        let port = self.emulator.address().port();
        match style {
            Style::Path => builder.endpoint(self.emulator.endpoint()),
            Style::VirtualHost => builder
                .endpoint(format!("http://pek3a.localhost:{port}"))
                .virtual_host_style(true),
        }
    }

    pub(crate) fn client(&self, style: Style) -> Client {
        self.builder(style).build().unwrap()
    }

    /// The bucket [`BUCKET`].
    pub(crate) fn bucket(&self, style: Style) -> Bucket {
        self.client(style).bucket(BUCKET)
    }
}

/// What an object holds.
pub(crate) async fn content(bucket: &Bucket, key: &str) -> Result<bytes::Bytes, Error> {
    let object = bucket.get_object(key).send().await?;
    object.body.into_bytes().await
}

/// Bytes in which no stretch repeats, so that lost, doubled or swapped pieces are seen.
pub(crate) fn varied(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut out = Vec::with_capacity(length + 8);
    while out.len() < length {
        // Xorshift.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out.truncate(length);
    out
}

/// Counts what goes through it.
#[derive(Clone, Debug)]
pub(crate) struct Counting {
    inner: HttpTransport,
    sent: Arc<AtomicUsize>,
}

impl Counting {
    pub(crate) fn new(inner: HttpTransport) -> Counting {
        Counting {
            inner,
            sent: Arc::default(),
        }
    }

    pub(crate) fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }
}

impl Transport for Counting {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<ByteStream>, Error>> {
        self.sent.fetch_add(1, Ordering::SeqCst);
        self.inner.send(request)
    }

    fn check_target(&self, url: &str) -> Result<(), Error> {
        self.inner.check_target(url)
    }
}
