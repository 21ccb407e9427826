//! What the checks run against.

use std::net::SocketAddr;
use std::time::Duration;

use qingstor::transport::{HttpTransport, Transport};
use qingstor::{Client, Error, RetryPolicy};

/// An access key.
#[derive(Clone)]
pub struct Key {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// An endpoint, and who uses it how.
#[derive(Clone, Debug)]
pub struct Target {
    /// Scheme, host and port.
    pub endpoint: String,
    /// The zone of the buckets; may be empty.
    pub zone: String,
    /// Whether the bucket's name stands in the host instead of the path.
    pub virtual_host: bool,
    /// Whose buckets are used.
    pub key: Key,
    /// Somebody else.
    pub second: Option<Key>,
    /// How the names of all buckets begin that the checks make.
    pub prefix: String,
    /// How old a bucket must be before it can be deleted.
    pub lease: Duration,
    /// For how long an answer is waited for.
    pub patience: Duration,
}

impl Target {
    /// How the buckets of an account's checks are called: the same in each run, so that a later one finds what is left
    /// of an earlier one, and another one for each account, since names are the world's.
    pub fn prefix_of(key: &Key) -> String {
        use md5::{Digest, Md5};
        let digest = Md5::digest(key.id.as_bytes());
        let hex: String = digest
            .iter()
            .take(5)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("qingstor-conformance-{hex}")
    }

    /// How the buckets are called that the checks use: as many as an account may have.
    pub(crate) fn buckets(&self) -> [String; 2] {
        ["a", "b"].map(|suffix| format!("{}-{suffix}", self.prefix))
    }

    /// The endpoint's two parts.
    pub(crate) fn scheme_and_host(&self) -> (&str, &str) {
        let parts = self.endpoint.trim_end_matches('/').split_once("://");
        parts.unwrap_or(("http", &self.endpoint))
    }

    /// The transport to it.
    ///
    /// # Errors
    ///
    /// `Config` if TLS cannot be set up.
    pub fn transport(&self) -> Result<HttpTransport, Error> {
        self.transport_to(Vec::new())
    }

    /// The same, where some hosts are at known addresses.
    pub(crate) fn transport_to(
        &self,
        hosts: Vec<(String, SocketAddr)>,
    ) -> Result<HttpTransport, Error> {
        let mut builder = HttpTransport::builder()
            .connect_timeout(self.patience.min(Duration::from_secs(10)))
            .idle_timeout(self.patience)
            .answer_timeout(self.patience);
        for (host, address) in hosts {
            builder = builder.resolve(host, address);
        }
        builder.build()
    }

    /// A client of somebody; without a key, an anonymous one. It says everything once.
    ///
    /// # Errors
    ///
    /// `Config` for an endpoint or a zone that is none.
    pub fn client(&self, key: Option<&Key>, transport: impl Transport) -> Result<Client, Error> {
        let builder = Client::builder()
            .no_environment()
            .endpoint(&self.endpoint)
            .zone(&self.zone)
            .virtual_host_style(self.virtual_host)
            .transport(transport)
            .retry(RetryPolicy::never());
        match key {
            Some(key) => builder.credentials(&key.id, &key.secret),
            None => builder.anonymous(),
        }
        .build()
    }
}
