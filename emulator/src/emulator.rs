//! A running emulator.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;

use crate::background::lifecycle::{self, LifecycleReport};
use crate::background::{self, access_log, replicate};
use crate::builder::Builder;
use crate::error::Error;
use crate::faults::Faults;
use crate::listen;
use crate::state::State;

/// A running server. Dropping it stops it at once; [`Emulator::shutdown`] lets requests finish. In both cases changes that
/// were begun are finished or undone, and the data folder can be used by another emulator then.
///
/// # Panics
///
/// When it is dropped, under [`Builder::check_answers`] only: see there.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
    state: Arc<State>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
    background: JoinHandle<()>,
}

/// How long a shutdown waits for notifications and copies that are under way.
const FAREWELL: Duration = Duration::from_secs(5);

impl Emulator {
    /// Settings to begin with.
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(crate) fn spawn(listener: TcpListener, address: SocketAddr, state: State) -> Emulator {
        let state = Arc::new(state);
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(listen::run(listener, Arc::clone(&state), stopped));
        let background = tokio::spawn(background::tick(Arc::clone(&state)));
        Emulator {
            address,
            state,
            stop: Some(stop),
            task,
            background,
        }
    }

    /// The URL to give to a client: `http://127.0.0.1:PORT`, with TLS `https://…`.
    pub fn endpoint(&self) -> String {
        // An unspecified address is listened on, but cannot be connected to.
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        let scheme = self.state.scheme();
        format!("{scheme}://{}", SocketAddr::new(ip, self.address.port()))
    }

    /// The certificate as PEM that clients have to trust, if it is the emulator's own
    /// ([`tls_self_signed`](crate::Builder::tls_self_signed)).
    pub fn ca_certificate(&self) -> Option<&str> {
        Some(&self.state.tls.as_ref()?.authority.as_ref()?.pem)
    }

    /// The file that has that certificate: in the data folder, or in the temporary one that is removed at the end.
    pub fn ca_certificate_file(&self) -> Option<&Path> {
        Some(&self.state.tls.as_ref()?.authority.as_ref()?.file)
    }

    /// Replaces the rules for faults and begins to count anew.
    pub fn set_faults(&self, faults: Faults) {
        self.state.faults.replace(faults);
    }

    /// The address that is listened on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The key id that clients are to use.
    pub fn access_key_id(&self) -> &str {
        &self.state.settings.users.default.access_key_id
    }

    /// The secret that clients are to sign with.
    pub fn secret_access_key(&self) -> &str {
        &self.state.settings.users.default.secret
    }

    /// The zone of requests whose host names none.
    pub fn zone(&self) -> &str {
        self.state
            .settings
            .sites
            .zones
            .first()
            .map_or("", String::as_str)
    }

    /// What [`Builder::check_answers`] has found since the start or the last call, oldest first.
    pub fn findings(&self) -> Vec<String> {
        self.state.findings.take()
    }

    /// Carries out the lifecycle rules of all buckets, as it is done every hour.
    ///
    /// # Errors
    ///
    /// [`Error::Background`] if what is stored cannot be read or changed.
    pub async fn run_lifecycle(&self) -> Result<LifecycleReport, Error> {
        lifecycle::run(&self.state).await.map_err(Error::background)
    }

    /// Writes what is noted for access logs into their buckets, also of the hour that is not over.
    ///
    /// # Errors
    ///
    /// [`Error::Background`] if it cannot be written.
    pub async fn flush_logs(&self) -> Result<(), Error> {
        let flushed = access_log::flush(&self.state, true).await;
        flushed.map_err(Error::background)
    }

    /// Copies objects that are older than the replication rules about them, where these want it and were put half an hour
    /// ago or earlier, as it is done every hour. Says how many.
    ///
    /// # Errors
    ///
    /// [`Error::Background`] if what is stored cannot be read or changed.
    pub async fn run_replication(&self) -> Result<u64, Error> {
        replicate::history(&self.state)
            .await
            .map_err(Error::background)
    }

    /// Waits until the notifications and copies that requests have caused so far are delivered or given up.
    pub async fn settle(&self) {
        self.state.tasks.settle().await;
    }

    /// Puts empty objects into a bucket, without requests.
    #[cfg(feature = "bench")]
    #[doc(hidden)]
    pub async fn fill(
        &self,
        bucket: &str,
        keys: impl Iterator<Item = String>,
    ) -> Result<(), String> {
        self.state
            .store
            .fill(bucket, keys)
            .await
            .map_err(|error| crate::error::ApiError::from(error).message)
    }

    /// Stops accepting, waits up to 5 seconds for requests that are being served and as long for what they caused, writes
    /// the access logs, and ends.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let _ = (&mut self.task).await;
        self.background.abort();
        let _ = timeout(FAREWELL, self.settle()).await;
        if let Err(error) = self.flush_logs().await {
            self.state.log(&error.to_string());
        }
        let state = Arc::clone(&self.state);
        let _ = spawn_blocking(move || state.store.close()).await;
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.task.abort();
        self.background.abort();
        self.state.tasks.abort();
        self.state.store.close();
        let findings = self.findings();
        if findings.is_empty() {
            return;
        }
        let text = findings.join("\n");
        let text = format!("answers that the specification does not know:\n{text}");
        // A second panic would end the process and hide the first.
        if std::thread::panicking() {
            eprintln!("{text}");
        } else {
            panic!("{text}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[tokio::test]
    async fn findings_are_told_once_and_never_overlooked() {
        let start = || Emulator::builder().check_answers(true).start();
        let read = start().await.expect("started");
        read.state.findings.add("odd".to_owned());
        assert_eq!(read.findings(), ["odd"]);
        assert!(catch_unwind(AssertUnwindSafe(|| drop(read))).is_ok());
        let unread = start().await.expect("started");
        unread.state.findings.add("odd".to_owned());
        assert!(catch_unwind(AssertUnwindSafe(|| drop(unread))).is_err());
    }
}
