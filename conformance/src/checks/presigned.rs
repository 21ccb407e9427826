//! What is signed for others works without the SDK.

use http::HeaderMap;
use qingstor::transport::Transport;
use qingstor::{Body, Error, ErrorKind};

use crate::compare;
use crate::example::Example;
use crate::facts::{Operation, Presign, Signed};
use crate::multipart;
use crate::names::Names;
use crate::report::Report;
use crate::slot::Slot;
use crate::wire::Received;

/// What somebody without a key can be handed: what is done with objects and their parts, and the lists to find them by. Settings are
/// the owner's affair, and what names a second object would let its holder see that one too.
const OFFERED: [&str; 14] = [
    "abort_multipart_upload",
    "append_object",
    "complete_multipart_upload",
    "delete_object",
    "get_object",
    "head_object",
    "image_process",
    "initiate_multipart_upload",
    "list_multipart",
    "list_multipart_uploads",
    "list_objects",
    "post_object",
    "put_object",
    "upload_multipart",
];

/// What is not about a bucket's settings, and cannot be handed out all the same.
const WITHHELD: [&str; 9] = [
    "copy_object",
    "delete_multiple_objects",
    "fetch_object",
    "list_buckets",
    "list_locations",
    "list_object_versions",
    "move_object",
    "options_object",
    "upload_multipart_copy",
];

/// Whether one of the lists says something about it; other operations are up to their specs.
pub(crate) fn is_known(operation: &Operation) -> bool {
    let method = operation.method;
    OFFERED.contains(&method) || WITHHELD.contains(&method) || method.contains("_bucket")
}

/// Whether it can be signed for others is as it should be.
pub(crate) fn offered(operation: &Operation, report: &mut Report) {
    let expected = OFFERED.contains(&operation.method);
    report.equal("whether it can be presigned", &operation.offered, &expected);
}

/// Signs the example's call, sends it as somebody would who has nothing but the URL or the form, and holds the answer
/// against the example.
pub(crate) async fn check(
    presign: &Presign,
    example: &Example,
    names: &Names,
    slot: &Slot,
    report: &mut Report,
) {
    let signed = (presign.sign)(&slot.client, names);
    let outcome = match signed {
        Ok(signed) => send(slot, example, signed).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(received) => compare::response(example, names, &received, report),
        Err(error) => report.find(error.to_string()),
    }
}

async fn send(slot: &Slot, example: &Example, signed: Signed) -> Result<Received, Error> {
    let (method, url, headers, body) = match signed {
        Signed::Url(signed) => {
            let body = example.request_body.bytes().to_vec();
            (signed.method, signed.url, signed.headers, body)
        }
        Signed::Form(form, file) => {
            let (content_type, body) = multipart::form(&form.fields, file.as_bytes());
            let mut headers = HeaderMap::new();
            if let Ok(content_type) = content_type.parse() {
                headers.insert("content-type", content_type);
            }
            (http::Method::POST, form.url, headers, body)
        }
    };
    let mut request = http::Request::builder().method(method).uri(url);
    for (name, value) in &headers {
        request = request.header(name, value);
    }
    if !headers.contains_key("content-length") && !body.is_empty() {
        request = request.header("content-length", body.len());
    }
    let request = request.body(Body::from(body));
    let request = request
        .map_err(|_| Error::new(ErrorKind::InvalidInput, "what was signed is no request"))?;
    slot.wire.send(request).await?;
    match slot.wire.log.last().map(|exchange| exchange.received) {
        Some(Ok(received)) => Ok(received),
        _ => Err(Error::new(ErrorKind::Transport, "no answer came")),
    }
}
