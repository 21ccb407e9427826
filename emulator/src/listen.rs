//! Connections: accepted, encrypted if that is wanted, and ended.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::faults::Line;
use crate::server::serve;
use crate::state::State;

/// The request line and all headers together have at most so many bytes.
const MAX_HEAD: usize = 64 << 10;

/// How long a shutdown waits for requests that are being served.
const FAREWELL: Duration = Duration::from_secs(5);

/// Accepts connections until `stop` is sent or dropped; then lets requests finish.
pub(crate) async fn run(listener: TcpListener, state: Arc<State>, mut stop: oneshot::Receiver<()>) {
    let graceful = GracefulShutdown::new();
    // Dropping the set ends its connections, so nothing outlives this future.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stop => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let watcher = graceful.watcher();
                    connections.spawn(connect(stream, peer.ip(), Arc::clone(&state), watcher));
                }
                // Out of file descriptors, most likely: it passes when connections end.
                Err(_) => sleep(Duration::from_millis(20)).await,
            },
        }
    }
    drop(listener);
    let finished = timeout(FAREWELL, graceful.shutdown()).await;
    if finished.is_ok() {
        while connections.join_next().await.is_some() {}
    }
}

async fn connect(stream: TcpStream, peer: IpAddr, state: Arc<State>, watcher: Watcher) {
    // Small answers should not wait for the client's acknowledgements; without it they only come later.
    let _ = stream.set_nodelay(true);
    let Some(tls) = &state.tls else {
        return speak(stream, peer, state, watcher).await;
    };
    let greeting = timeout(state.settings.idle_timeout, tls.acceptor.accept(stream)).await;
    if let Ok(Ok(stream)) = greeting {
        speak(stream, peer, state, watcher).await;
    }
}

async fn speak<S>(stream: S, peer: IpAddr, state: Arc<State>, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let line = Line::default();
    let stream = TokioIo::new(line.watch(stream));
    let idle = state.settings.idle_timeout;
    let service = service_fn(move |request| {
        let (state, line) = (Arc::clone(&state), line.clone());
        async move { Ok::<_, Infallible>(serve(state, peer, line, request).await) }
    });
    // A request has at most 100 headers: hyper's own limit costs no memory, another one does.
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(idle)
        .max_buf_size(MAX_HEAD)
        .half_close(true)
        .auto_date_header(false)
        .serve_connection(stream, service);
    // What goes wrong here is the client's doing and ends its connection only.
    let _ = watcher.watch(connection).await;
}
