//! The HTTP server: requests in, answers out.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use http::header::{CONNECTION, DATE, HeaderValue, LOCATION, ORIGIN, SERVER};
use http::{Method, StatusCode, request};
use hyper::body::Incoming;
use serde_json::Map;

use crate::address::{self, Address};
use crate::admin;
use crate::answer_check::{self, Sent};
use crate::auth::{Identity, Verifier};
use crate::authorize::{self, Caller};
use crate::background::access_log::{self, Answered, Asked};
use crate::background::{notify, replicate};
use crate::body::Body;
use crate::error::{ApiError, code, no_bucket};
use crate::faults::{Effect, Line, Outgoing, Subject};
use crate::generated::routes::ROUTES;
use crate::handlers::{self, Context};
use crate::log::Entry;
use crate::request::Request;
use crate::response::{self, Reply};
use crate::route::{BodyKind, Route, Scope};
use crate::router;
use crate::state::State;
use crate::store::kind;
use crate::text;

/// JSON bodies have at most so many bytes: enough for 1000 long keys with every character escaped.
const MAX_JSON: u64 = 8 << 20;

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
pub(crate) async fn serve(
    state: Arc<State>,
    peer: IpAddr,
    line: Line,
    request: hyper::Request<Incoming>,
) -> http::Response<Outgoing> {
    let started = Instant::now();
    let now = state.now();
    let id = format!("{:016x}", fastrand::u64(..));
    let (head, incoming) = request.into_parts();
    let method = head.method.clone();
    let mut body = Body::new(incoming, &head.headers, &state.settings);
    let mut fault: Option<Effect> = None;
    let mut about_itself = false;
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
        Ok((request, address)) if admin::is_meant(&address) => {
            about_itself = true;
            let outcome = admin::answer(&state, &request, &address, peer, &mut body).await;
            (finish(outcome), body)
        }
        Ok((request, address)) => match judge(&state, &request, &address, peer, now, &mut trace) {
            Ok(Judged::Elsewhere(reply)) => (reply, body),
            Err(error) => {
                let mut reply = finish(Err(error));
                allow_origin(&state, &request, &address, &mut reply);
                (reply, body)
            }
            Ok(Judged::Here { identity, route }) => {
                fault = state.faults.decide(Subject {
                    operation: route.operation,
                    method: route.method,
                    bucket: address.bucket.as_deref(),
                    key: address.key.as_deref(),
                });
                if let Some(fault) = &fault {
                    if let Some(delay) = fault.delay {
                        (state.settings.sleeper)(delay).await;
                    }
                    body.cut_after(fault.cut_request_after);
                }
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
                let mut reply = match fault.as_ref().and_then(|fault| fault.instead(&id)) {
                    Some(reply) => reply,
                    None => {
                        let outcome = perform(&mut context, route).await;
                        if outcome.is_ok() {
                            tell(&context, &id);
                        }
                        finish(outcome)
                    }
                };
                allow_origin(&state, &context.request, &context.address, &mut reply);
                (reply, context.body)
            }
        },
    };
    let hangs_up = body.was_cut() || fault.as_ref().is_some_and(|fault| fault.no_answer);
    if !hangs_up && !body.drain().await {
        let close = HeaderValue::from_static("close");
        reply.headers.insert(CONNECTION, close);
    }
    sign_off(&mut reply, &id, now);
    if state.settings.check_answers
        && fault.is_none()
        && !about_itself
        && let Some(error) = mistake(&state, &trace, &method, cross_origin, &reply)
    {
        reply = finish(Err(error));
        sign_off(&mut reply, &id, now);
    }
    if let Some(fault) = &fault {
        fault.adjust(&mut reply, now);
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
        log(&state.settings.log_format.line(&Entry {
            time: now,
            status: (!hangs_up).then(|| reply.status.as_u16()),
            operation: trace.operation,
            method: method.as_str(),
            resource: &trace.resource,
            duration: started.elapsed(),
            request_id: &id,
        }));
    }
    if hangs_up {
        match line.hang_up_for_good().await {}
    }
    match fault {
        None => response::finish(reply).map(Outgoing::from),
        Some(fault) => fault.send(
            reply,
            method == Method::HEAD,
            &line,
            &state.settings.sleeper,
        ),
    }
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
    let scheme = state.scheme();
    let port = address::port_of(request.host.as_deref().unwrap_or(""));
    let path = &request.raw_path;
    let mut location = format!("{scheme}://{zone}.{domain}{port}{path}");
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
