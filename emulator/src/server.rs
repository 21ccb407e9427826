//! The HTTP server: connections in, answers out.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use http::header::{CONNECTION, DATE, HeaderValue, LOCATION, ORIGIN, SERVER};
use http::{Method, StatusCode, request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use serde_json::Map;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::address::{self, Address};
use crate::answer_check::{self, Sent};
use crate::auth::{Identity, Verifier};
use crate::authorize::{self, Caller};
use crate::background::access_log::{self, Answered, Asked};
use crate::background::{notify, replicate};
use crate::body::Body;
use crate::error::{ApiError, code, no_bucket};
use crate::generated::routes::ROUTES;
use crate::handlers::{self, Context};
use crate::payload::Payload;
use crate::request::Request;
use crate::response::{self, Reply};
use crate::route::{BodyKind, Route, Scope};
use crate::router;
use crate::state::State;
use crate::store::kind;
use crate::text;

/// A request has at most so many headers.
const MAX_HEADERS: usize = 128;

/// The request line and all headers together have at most so many bytes.
const MAX_HEAD: usize = 64 << 10;

/// JSON bodies have at most so many bytes: enough for 1000 long keys with every character escaped.
const MAX_JSON: u64 = 8 << 20;

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
                    connections.spawn(serve_connection(stream, peer.ip(), Arc::clone(&state), &graceful));
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

fn serve_connection(
    stream: TcpStream,
    peer: IpAddr,
    state: Arc<State>,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + Send + use<> {
    // Small answers should not wait for the client's acknowledgements; without it they only come later.
    let _ = stream.set_nodelay(true);
    let idle = state.settings.idle_timeout;
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Infallible>(serve(state, peer, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(idle)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD)
        .half_close(true)
        .auto_date_header(false)
        .title_case_headers(true)
        .serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    async move {
        // What goes wrong here is the client's doing and ends its connection only.
        let _ = connection.await;
    }
}

/// What the log says of a request.
struct Trace {
    operation: &'static str,
    /// The path in path style, without the query, where a signature may be.
    resource: String,
    /// What an access log would say of it.
    asked: Option<Asked>,
    route: Option<&'static Route>,
}

/// Answers one request.
async fn serve(
    state: Arc<State>,
    peer: IpAddr,
    request: hyper::Request<Incoming>,
) -> http::Response<Payload> {
    let started = Instant::now();
    let now = state.now();
    let id = format!("{:016x}", fastrand::u64(..));
    let (head, incoming) = request.into_parts();
    let method = head.method.clone();
    let body = Body::new(incoming, &head.headers, &state.settings);
    let finish = |result: Result<Reply, ApiError>| match result {
        Ok(reply) => reply,
        Err(error) => response::refusal(&error, &id, method == Method::HEAD),
    };

    let mut trace = Trace {
        operation: "-",
        resource: head.uri.path().to_owned(),
        asked: None,
        route: None,
    };
    let cross_origin = head.headers.contains_key(ORIGIN);
    let (mut reply, body) = match understand(&state, head, peer, &mut trace) {
        Err(error) => (finish(Err(error)), body),
        Ok((request, address)) => match judge(&state, &request, &address, peer, now, &mut trace) {
            Ok(Judged::Elsewhere(reply)) => (reply, body),
            Err(error) => {
                let mut reply = finish(Err(error));
                allow_origin(&state, &request, &address, &mut reply);
                (reply, body)
            }
            Ok(Judged::Here { identity, route }) => {
                let mut context = Context {
                    state: Arc::clone(&state),
                    request,
                    peer,
                    address,
                    identity,
                    now,
                    request_id: id.clone(),
                    body,
                    json: Map::new(),
                    happened: Mutex::default(),
                };
                let outcome = perform(&mut context, route).await;
                if outcome.is_ok() {
                    tell(&context, &id);
                }
                let mut reply = finish(outcome);
                allow_origin(&state, &context.request, &context.address, &mut reply);
                (reply, context.body)
            }
        },
    };
    if !body.drain().await {
        let close = HeaderValue::from_static("close");
        reply.headers.insert(CONNECTION, close);
    }
    sign_off(&mut reply, &id, now);
    if state.settings.check_answers
        && let Some(error) = mistake(&state, &trace, &method, cross_origin, &reply)
    {
        reply = finish(Err(error));
        sign_off(&mut reply, &id, now);
    }
    if let Some(asked) = &trace.asked {
        let answered = Answered {
            operation: trace.operation,
            status: reply.status.as_u16(),
            sent: reply.body.left(),
            time: now,
            duration: started.elapsed(),
            request_id: &id,
        };
        access_log::note(&state, asked, &answered);
    }
    if let Some(log) = &state.settings.log {
        let status = reply.status.as_u16();
        let millis = started.elapsed().as_millis();
        let Trace {
            operation,
            resource,
            ..
        } = trace;
        log(&format!(
            "{status} {operation} {method} {resource} {millis} ms {id}"
        ));
    }
    response::finish(reply)
}

/// What the specification does not know of an answer, as the error to send instead.
fn mistake(
    state: &State,
    trace: &Trace,
    method: &Method,
    cross_origin: bool,
    reply: &Reply,
) -> Option<ApiError> {
    let found = answer_check::check(&Sent {
        route: trace.route,
        head: method == Method::HEAD,
        cross_origin,
        status: reply.status,
        headers: &reply.headers,
        body: reply.body.bytes(),
    });
    if found.is_empty() {
        return None;
    }
    let Trace {
        operation,
        resource,
        ..
    } = trace;
    let found = format!("{operation} {method} {resource}: {}", found.join("; "));
    state.findings.add(found.clone());
    Some(ApiError::new(code::INTERNAL_ERROR, found))
}

/// The headers that every answer has.
fn sign_off(reply: &mut Reply, id: &str, now: SystemTime) {
    if let Ok(value) = HeaderValue::from_str(id) {
        reply.headers.insert("x-qs-request-id", value);
    }
    if let Ok(value) = HeaderValue::from_str(&text::http_date(now)) {
        reply.headers.insert(DATE, value);
    }
    let name = HeaderValue::from_static("QingStor");
    reply.headers.insert(SERVER, name);
}

/// What becomes of a request, as far as that is known before its body is read.
enum Judged {
    Here {
        identity: Identity,
        route: &'static Route,
    },
    Elsewhere(Reply),
}

/// Finds out what a request is addressed to.
fn understand(
    state: &State,
    head: request::Parts,
    peer: IpAddr,
    trace: &mut Trace,
) -> Result<(Request, Address), ApiError> {
    let request = Request::read(head)?;
    let bound = |domain: &str| {
        let look = |name: &str| state.store.snapshot().ok()?.bucket(name).ok()?;
        let bucket = state.domains.bucket(domain, look)?;
        Some((bucket.name, bucket.zone))
    };
    let sites = &state.settings.sites;
    let address = address::locate(sites, bound, request.host.as_deref(), &request.raw_path)?;
    trace.asked = Asked::of(state, &request, &address, peer)?;
    if let Some(resource) = address.resources.first() {
        trace.resource.clone_from(resource);
    }
    Ok((request, address))
}

/// Finds out what a request means, who sent it, whether they may, and whether it is well formed.
fn judge(
    state: &State,
    request: &Request,
    address: &Address,
    peer: IpAddr,
    now: SystemTime,
    trace: &mut Trace,
) -> Result<Judged, ApiError> {
    if let (None, Some(bucket)) = (&address.zone, &address.bucket) {
        return redirect(state, request, bucket).map(Judged::Elsewhere);
    }
    let scope = match (&address.bucket, &address.key) {
        (None, _) => Scope::Service,
        (Some(_), None) => Scope::Bucket,
        (Some(_), Some(_)) => Scope::Object,
    };
    let route = router::find(ROUTES, scope, request)?;
    trace.operation = route.operation;
    trace.route = Some(route);
    let verifier = Verifier {
        users: &state.settings.users,
        now,
        accept_other_sdks: state.settings.accept_other_sdks,
    };
    let identity = verifier.identify(request, &address.resources)?;
    if let (Some(asked), Identity::User(user)) = (&mut trace.asked, &identity) {
        asked.user = Some(user.id.clone());
    }
    let caller = Caller {
        state,
        identity: &identity,
        request,
        peer,
    };
    authorize::authorize(&caller, address, route)?;
    // What is not implemented is not judged either.
    handlers::require(route.operation)?;
    router::check_params(route, request)?;
    Ok(Judged::Here { identity, route })
}

/// The global endpoint sends requests about a bucket to the bucket's zone.
fn redirect(state: &State, request: &Request, bucket: &str) -> Result<Reply, ApiError> {
    let zone = state
        .store
        .snapshot()?
        .bucket(bucket)?
        .ok_or_else(|| no_bucket(bucket))?
        .zone;
    let status = match request.method {
        Method::GET | Method::HEAD => StatusCode::MOVED_PERMANENTLY,
        _ => StatusCode::TEMPORARY_REDIRECT,
    };
    let domain = &state.settings.sites.domain;
    let port = address::port_of(request.host.as_deref().unwrap_or(""));
    let path = &request.raw_path;
    let mut location = format!("http://{zone}.{domain}{port}{path}");
    if let Some(query) = &request.raw_query {
        location.push('?');
        location.push_str(query);
    }
    let mut reply = Reply::empty(status);
    reply.set(LOCATION.as_str(), &location)?;
    Ok(reply)
}

/// Reads a JSON body if the operation has one, and runs the operation's handler.
async fn perform(context: &mut Context, route: &'static Route) -> Result<Reply, ApiError> {
    let handler = handlers::require(route.operation)?;
    if route.body == BodyKind::Json {
        let body = context.body.collect(MAX_JSON).await?;
        handlers::check_body(context, &body)?;
        context.json = router::check_json(route, &body)?;
    }
    handler(context).await
}

/// Tells those who want to know it what a request has done to objects.
fn tell(context: &Context, request_id: &str) {
    let happened = std::mem::take(
        &mut *context
            .happened
            .lock()
            .unwrap_or_else(PoisonError::into_inner),
    );
    let user = match &context.identity {
        Identity::User(user) => Some(user.id.as_str()),
        Identity::Anonymous => None,
    };
    let state = &context.state;
    for happened in happened {
        let told = notify::tell(state, &happened, user, request_id, context.now);
        let followed = replicate::follow(state, &happened);
        for outcome in [told, followed] {
            if let Err(error) = outcome {
                state.log(&format!("in the background: {}", error.message));
            }
        }
    }
}

/// Answers to requests from a web page's script, errors too, say whether it may read them.
fn allow_origin(state: &State, request: &Request, address: &Address, reply: &mut Reply) {
    let Some(bucket) = &address.bucket else {
        return;
    };
    let Ok(Some(origin)) = request.header("origin") else {
        return;
    };
    if request.method == Method::OPTIONS {
        return;
    }
    // An answer that cannot be looked up is one that scripts may not read.
    let cors = state.store.snapshot().ok().and_then(|snapshot| {
        let bucket = snapshot.bucket(bucket).ok()??;
        snapshot.setting(&bucket, kind::CORS).ok()?
    });
    if let Some(cors) = cors {
        let method = request.method.as_str();
        handlers::apply_cors(&cors, origin, method, &mut reply.headers);
    }
}
