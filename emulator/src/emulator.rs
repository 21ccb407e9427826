//! A running emulator.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::builder::Builder;
use crate::server;
use crate::state::State;

/// A running server. Dropping it stops it at once; [`Emulator::shutdown`] lets requests finish. In both cases changes that
/// were begun are finished or undone, and the data folder can be used by another emulator then.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
    state: Arc<State>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Emulator {
    /// Settings to begin with.
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(crate) fn spawn(listener: TcpListener, address: SocketAddr, state: State) -> Emulator {
        let state = Arc::new(state);
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server::run(listener, Arc::clone(&state), stopped));
        Emulator {
            address,
            state,
            stop: Some(stop),
            task,
        }
    }

    /// The URL to give to a client: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        // An unspecified address is listened on, but cannot be connected to.
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        format!("http://{}", SocketAddr::new(ip, self.address.port()))
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

    /// Stops accepting, waits up to 5 seconds for requests that are being served, and ends.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let _ = (&mut self.task).await;
        let state = Arc::clone(&self.state);
        let _ = spawn_blocking(move || state.store.close()).await;
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.task.abort();
        self.state.store.close();
    }
}
