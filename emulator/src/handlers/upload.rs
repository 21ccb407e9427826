//! The life of a multipart upload: begun, completed, aborted.

use http::StatusCode;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};

use super::Context;
use super::object_put::echo_key;
use super::receive::{hex, quoted};
use crate::auth::Identity;
use crate::background::Happened;
use crate::conditions::unescape_quotes;
use crate::describe;
use crate::error::{ApiError, code};
use crate::response::Reply;
use crate::settings::notification::Event;
use crate::sse::{self, CustomerKey};
use crate::store::{Change, Draft, Part, Upload};

/// Part numbers go from 0 to this.
pub(crate) const LAST_NUMBER: u64 = 10_000;

/// Begins an upload. What is stored beside the content is said here.
pub(crate) async fn initiate(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let key = CustomerKey::read(&context.request, sse::CUSTOMER)?;
    let upload = Upload {
        created: context.now,
        initiator: match &context.identity {
            Identity::User(user) => user.id.clone(),
            Identity::Anonymous => String::new(),
        },
        description: describe::read(&context.request)?,
        key_print: key.as_ref().map(CustomerKey::print),
    };
    let (bucket_name, name) = (bucket.name.clone(), context.key()?.to_owned());
    let target = name.clone();
    let id = context
        .state
        .store
        .change(move |change| change.create_upload(&bucket, &target, &upload))
        .await?;
    let mut reply = Reply::json(&json!({ "upload_id": id, "key": name, "bucket": bucket_name }));
    if let Some(key) = &key {
        echo_key(&mut reply, &key.md5)?;
    }
    Ok(reply)
}

/// Gives up an upload; one that does not exist counts as given up. One that became the object that is there now does
/// not: the official SDKs' shared scenarios want status 400 for it.
pub(crate) async fn abort(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let (key, id) = (context.key()?.to_owned(), upload_id(context).to_owned());
    let seen = bucket.clone();
    let abort = move |change: &mut Change<'_>| {
        let current = change.object(&bucket, &key)?;
        if current.is_some_and(|version| version.upload.as_ref() == Some(&id)) {
            return Err(no_upload(&id).with_status(400).into());
        }
        change.abort_upload(&bucket, &key, &id)
    };
    if context.state.store.change(abort).await? {
        context.tell(Happened::to_upload(&seen, context.key()?));
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Makes an object of the parts that the request names, in the order of their numbers. The others are given up.
pub(crate) async fn complete(context: &Context) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    let (name, id) = (context.key()?.to_owned(), upload_id(context).to_owned());
    let chosen = chosen(context.json.get("object_parts"))?;
    let wanted_etag = context
        .request
        .header("etag")?
        .map(entity_tag)
        .transpose()?;
    let key = CustomerKey::read(&context.request, sse::CUSTOMER)?;
    let (now, seen) = (context.now, bucket.clone());
    let smallest = context.state.settings.min_part_size;
    let complete = move |change: &mut Change<'_>| {
        let bucket = change.bucket(&bucket)?;
        let upload = change
            .upload(&bucket, &name, &id)?
            .ok_or_else(|| no_upload(&id))?;
        if key.is_some() {
            sse::check(upload.key_print.as_ref(), key.as_ref(), sse::CUSTOMER)?;
        }
        check_parts(&chosen, &change.parts(&id)?, smallest)?;
        let mut segments = Vec::new();
        let mut digests = Md5::new();
        for (number, part) in change.take_upload(&bucket, &name, &id, &upload)? {
            let found = chosen.binary_search_by_key(&number, |choice| choice.number);
            if found.is_ok() {
                digests.update(digest(&part.etag));
                segments.extend(part.segments);
            } else {
                change.discard(&part.segments)?;
            }
        }
        let computed = || format!("{}-{}", hex(&digests.finalize().into()), chosen.len());
        let draft = Draft {
            etag: wanted_etag.unwrap_or_else(computed),
            created: now,
            modified: now,
            description: upload.description,
            key_print: upload.key_print,
            appendable: false,
            upload: Some(id),
            segments,
        };
        change.put(&bucket, &name, draft)
    };
    let version = context.state.store.change(complete).await?;
    context.tell(Happened::to(
        Event::Complete,
        &seen,
        context.key()?,
        &version,
    ));
    let mut reply = Reply::empty(StatusCode::CREATED);
    reply.set("ETag", &quoted(&version.etag))?;
    if version.key_print.is_some() {
        reply.set("X-QS-Encryption-Customer-Algorithm", sse::ALGORITHM)?;
    }
    if !version.unversioned {
        reply.set("X-QS-Version-Id", &version.id())?;
    }
    Ok(reply)
}

/// The upload that the request is about.
pub(crate) fn upload_id(context: &Context) -> &str {
    context.request.query("upload_id").unwrap_or("")
}

/// The error for an upload that is not there, or no longer.
pub(crate) fn no_upload(id: &str) -> ApiError {
    ApiError::new(
        code::UPLOAD_NOT_EXISTS,
        format!("There is no upload {id:?} of this object"),
    )
}

/// A part as the request names it.
struct Choice {
    number: u32,
    /// Without quotes.
    etag: Option<String>,
}

fn chosen(parts: Option<&Value>) -> Result<Vec<Choice>, ApiError> {
    let parts = parts
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    if parts.is_empty() {
        return Err(ApiError::argument("object_parts", "must name a part"));
    }
    let mut chosen: Vec<Choice> = Vec::with_capacity(parts.len());
    for (at, part) in parts.iter().enumerate() {
        let wrong = |member: &str, why: &str| {
            ApiError::argument(&format!("object_parts[{at}].{member}"), why)
        };
        let number = part
            .get("part_number")
            .and_then(Value::as_u64)
            .filter(|number| *number <= LAST_NUMBER)
            .and_then(|number| u32::try_from(number).ok())
            .ok_or_else(|| wrong("part_number", "must be a number from 0 to 10000"))?;
        if chosen.last().is_some_and(|before| before.number >= number) {
            return Err(wrong("part_number", "the numbers must ascend"));
        }
        let etag = match part.get("etag") {
            None | Some(Value::Null) => None,
            Some(Value::String(etag)) => Some(etag.trim_matches('"').to_owned()),
            Some(_) => return Err(wrong("etag", "must be a string")),
        };
        chosen.push(Choice { number, etag });
    }
    Ok(chosen)
}

/// All parts must be there, as the client knows them, and large enough to be no last one.
fn check_parts(chosen: &[Choice], uploaded: &[(u32, Part)], smallest: u64) -> Result<(), ApiError> {
    for (at, choice) in chosen.iter().enumerate() {
        let number = choice.number;
        let found = uploaded.binary_search_by_key(&number, |(number, _)| *number);
        let part = found.ok().and_then(|at| uploaded.get(at));
        let Some((_, part)) = part else {
            return Err(ApiError::argument(
                &format!("object_parts[{at}].part_number"),
                format!("part {number} was not uploaded"),
            ));
        };
        if choice.etag.as_ref().is_some_and(|etag| *etag != part.etag) {
            return Err(ApiError::argument(
                &format!("object_parts[{at}].etag"),
                format!("part {number} has the entity tag {}", part.etag),
            ));
        }
        if part.size < smallest && at + 1 < chosen.len() {
            return Err(ApiError::new(
                code::ENTITY_TOO_SMALL,
                format!(
                    "Part {number} has {} bytes; all but the last need {smallest}",
                    part.size
                ),
            ));
        }
    }
    Ok(())
}

/// The bytes that a part's entity tag is the hexadecimal of.
fn digest(etag: &str) -> [u8; 16] {
    u128::from_str_radix(etag, 16).unwrap_or(0).to_be_bytes()
}

/// The entity tag that the client wants the object to have, without quotes.
fn entity_tag(header: &str) -> Result<String, ApiError> {
    let header = unescape_quotes(header.to_owned());
    let header = header.as_str();
    let tag = match header.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"'),
        None => Some(header),
    };
    let legal = |byte: u8| byte == 0x21 || (0x23..0x7f).contains(&byte);
    tag.filter(|tag| (1..=255).contains(&tag.len()) && tag.bytes().all(legal))
        .map(str::to_owned)
        .ok_or_else(|| ApiError::argument("ETag", "must be an entity tag such as `\"abc\"`"))
}
