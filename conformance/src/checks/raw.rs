//! Requests that the SDK would not make: one that it makes, altered and signed anew.

use http::HeaderMap;
use qingstor::sign::{Signable, Signer};
use qingstor::transport::Transport;
use qingstor::{Body, Error, ErrorKind};

use crate::checks::{any_answer, capture};
use crate::facts::Operation;
use crate::names::Names;
use crate::slot::Slot;
use crate::vary::Vary;
use crate::wire::{Canned, Received, Sent};

/// The request of a call with required arguments only, which is not sent.
pub(crate) async fn call(operation: &Operation, names: Names, slot: &Slot) -> Result<Sent, Error> {
    let canned = Canned::new([any_answer()]);
    let client = slot.target.client(Some(&slot.target.key), canned.clone())?;
    capture(operation, &client, &canned, &Vary::about(names)).await
}

/// Another body, with its digest where the request has one.
pub(crate) fn set_body(sent: &mut Sent, body: String) {
    sent.body = body.into();
    if sent.headers.contains_key("content-md5")
        && let Ok(md5) = crate::expected::md5(&sent.body).parse()
    {
        sent.headers.insert("content-md5", md5);
    }
}

/// The headers of a request, signed anew if it was signed.
pub(crate) fn signed(slot: &Slot, sent: &Sent) -> HeaderMap {
    let mut headers: HeaderMap = sent.headers.clone();
    headers.remove("content-length");
    if headers.remove("authorization").is_none() {
        return headers;
    }
    let texts: Vec<(&str, &str)> = headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let query = sent.target.split_once('?').map_or("", |(_, query)| query);
    let host_bucket = sent.host.strip_suffix(&slot.host);
    let host_bucket = host_bucket.and_then(|name| name.strip_suffix('.'));
    let signable = Signable::new(&sent.method, sent.path())
        .query(query)
        .bucket(host_bucket)
        .headers(&texts);
    let key = &slot.target.key;
    let authorization = Signer::new(&key.id, &key.secret).authorization(&signable);
    if let Ok(value) = authorization.parse() {
        headers.insert("authorization", value);
    }
    headers
}

/// Signs a request anew, sends it and brings the answer.
pub(crate) async fn send(slot: &Slot, sent: Sent) -> Result<Received, Error> {
    let headers = signed(slot, &sent);
    let odd = |_| Error::new(ErrorKind::InvalidInput, "the request cannot be made");
    let mut request = http::Request::builder()
        .method(sent.method.as_str())
        .uri(format!("{}://{}{}", sent.scheme, sent.host, sent.target));
    for (name, value) in &headers {
        request = request.header(name, value);
    }
    request = request.header("content-length", sent.body.len());
    let request = request.body(Body::from(sent.body)).map_err(odd)?;
    let (head, body) = slot.wire.send(request).await?.into_parts();
    Ok(Received {
        status: head.status.as_u16(),
        headers: head.headers,
        body: body.into_bytes().await?,
    })
}
