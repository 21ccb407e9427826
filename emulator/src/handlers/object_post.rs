//! POST Object: a file from a form.

use http::StatusCode;
use http::header::LOCATION;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Context, object_put};
use crate::address::check_key;
use crate::auth::{self, Identity};
use crate::authorize::{self, Caller};
use crate::body::Body;
use crate::describe;
use crate::error::{ApiError, code};
use crate::form::{self, Credentials, Fields, File};
use crate::response::Reply;

/// What `application/x-www-form-urlencoded` leaves as it is, besides letters and digits.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'*')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

/// Stores the form's file. A form with `redirect` sends the browser there, whatever has become of it.
pub(crate) async fn post(context: &mut Context) -> Result<Reply, ApiError> {
    let mut fields = Fields::default();
    let outcome = receive(context, &mut fields).await;
    let Ok(Some(target)) = fields.redirect() else {
        return outcome;
    };
    match outcome {
        Ok(mut reply) => {
            reply.status = StatusCode::FOUND;
            let told = [
                ("status", "201"),
                ("code", "created"),
                ("message", "Object created"),
            ];
            reply.set(
                LOCATION.as_str(),
                &told_at(target, &told, &context.request_id),
            )?;
            Ok(reply)
        }
        Err(error) => {
            let mut reply = Reply::empty(StatusCode::FOUND);
            let status = error.status().to_string();
            let told = [
                ("status", status.as_str()),
                ("code", error.code),
                ("message", &error.message),
            ];
            reply.set(
                LOCATION.as_str(),
                &told_at(target, &told, &context.request_id),
            )?;
            Ok(reply)
        }
    }
}

/// The address with the outcome in its query.
fn told_at(target: &str, told: &[(&str, &str)], request_id: &str) -> String {
    let (target, fragment) = match target.split_once('#') {
        Some((target, fragment)) => (target, format!("#{fragment}")),
        None => (target, String::new()),
    };
    let mut address = target.to_owned();
    let mut separator = match target.split_once('?') {
        None => '?',
        Some((_, "")) => '\0',
        Some(_) => '&',
    };
    for (name, value) in told.iter().chain(&[("request_id", request_id)]) {
        if separator != '\0' {
            address.push(separator);
        }
        separator = '&';
        let value = utf8_percent_encode(value, FORM)
            .to_string()
            .replace("%20", "+");
        address.push_str(&format!("{name}={value}"));
    }
    address + &fragment
}

async fn receive(context: &mut Context, fields: &mut Fields) -> Result<Reply, ApiError> {
    let bucket = context.bucket()?;
    context.body.restrict(u64::MAX)?;
    let media_type = context
        .request
        .header("content-type")?
        .unwrap_or("")
        .to_owned();
    // The body is lent to the form, and is there again for the rest of it to be read.
    let Context {
        body,
        state,
        request,
        peer,
        identity,
        ..
    } = &mut *context;
    let mut file = form::open(pieces(body), &media_type, fields).await?;
    fields.redirect()?;
    let key = key(fields, &file)?;
    if let Some(credentials) = Credentials::of(fields)? {
        let user = auth::form_user(&state.settings.users, &credentials)?;
        form::check_policy(credentials.policy, fields)?;
        *identity = Identity::User(user);
    }
    let caller = Caller {
        state,
        identity,
        request,
        peer: *peer,
    };
    caller.require(authorize::writing(), &bucket, &key)?;
    if identity.is_anonymous() && fields.have_metadata() {
        return Err(ApiError::new(
            code::PERMISSION_DENIED,
            "Only signed forms can set metadata",
        ));
    }
    let headers = fields.headers(media_type_of(fields, &file)?)?;
    let description = describe::read_headers(&headers)?;
    let mut writer = state.store.writer(None)?;
    while let Some(bytes) = file.next().await? {
        writer.write(bytes).await?;
    }
    let written = writer.finish().await?;
    drop(file);
    object_put::store_as(context, bucket, key, written, description, None).await
}

/// The body as a stream of pieces.
fn pieces(
    body: &mut Body,
) -> impl futures_util::Stream<Item = Result<bytes::Bytes, ApiError>> + Send + '_ {
    futures_util::stream::unfold(body, |body| async {
        let piece = body.next().await.transpose()?;
        Some((piece, body))
    })
}

/// The object's key: the field with the file's name filled in.
fn key(fields: &Fields, file: &File<'_>) -> Result<String, ApiError> {
    let template = fields
        .get("key")
        .ok_or_else(|| ApiError::argument("key", "the form has no such field before its file"))?;
    let key = template.replace("${filename}", &file.name);
    if key.starts_with('/') {
        return Err(ApiError::new(
            code::INVALID_OBJECT_NAME,
            "The key in a form must not begin with `/`",
        ));
    }
    check_key(&key)?;
    Ok(key)
}

/// The file's media type, about which the form and the file must not disagree.
fn media_type_of<'a>(fields: &'a Fields, file: &'a File<'_>) -> Result<Option<&'a str>, ApiError> {
    let essence = |full: &str| {
        let essence = full.split(';').next().unwrap_or("");
        essence.trim().to_ascii_lowercase()
    };
    match (
        fields.nonempty("content-type"),
        file.content_type.as_deref(),
    ) {
        (Some(field), Some(part)) if essence(field) != essence(part) => Err(ApiError::argument(
            "content-type",
            format!("the form says `{field}`, its file is `{part}`"),
        )),
        (Some(field), _) => Ok(Some(field)),
        (None, part) => Ok(part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outcome_is_told_in_the_query() {
        let told = [("status", "400"), ("message", "A b&c=\"d\" 中")];
        let query = "status=400&message=A+b%26c%3D%22d%22+%E4%B8%AD&request_id=1a";
        for (target, expected) in [
            ("http://a/b", format!("http://a/b?{query}")),
            ("http://a/b?", format!("http://a/b?{query}")),
            ("http://a/b?x=y", format!("http://a/b?x=y&{query}")),
            ("http://a/b?x=y#z", format!("http://a/b?x=y&{query}#z")),
            ("http://a#z?", format!("http://a?{query}#z?")),
        ] {
            assert_eq!(told_at(target, &told, "1a"), expected);
        }
    }
}
