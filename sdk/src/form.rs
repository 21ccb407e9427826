//! Uploads by form: `multipart/form-data` whose fields are signed.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_core::Stream;

use crate::body::Body;
use crate::call::Call;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::parts::Parts;
use crate::sign::{SignRemotely, ToSign};
use crate::stream::ByteStream;

/// The fields of a form, written field by field in order. The file comes behind them.
///
/// ```
/// use qingstor::operation::{FormBody, Parts};
///
/// let mut form = FormBody::new();
/// form.field("key", "user/tom/${filename}")?;
/// let mut parts = Parts::new();
/// parts.form(form, "hello".into());
/// # Ok::<(), qingstor::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct FormBody {
    fields: Vec<(String, String)>,
}

impl FormBody {
    /// A form without fields.
    pub fn new() -> FormBody {
        FormBody::default()
    }

    /// Adds a field.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if the value contains a control character, which could end the field early.
    pub fn field(&mut self, name: &str, value: &str) -> Result<(), Error> {
        if value.chars().any(char::is_control) {
            return Err(Error::invalid(format!(
                "the form field {name} contains a control character"
            )));
        }
        self.fields.push((name.to_owned(), value.to_owned()));
        Ok(())
    }

    /// Adds a field `prefix` + name for each entry, under the rules for metadata.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a name or value that metadata cannot have.
    pub fn metadata(
        &mut self,
        prefix: &str,
        metadata: &BTreeMap<String, String>,
    ) -> Result<(), Error> {
        for (name, value) in metadata {
            crate::parts::check_metadata(prefix, name, value)?;
            self.field(&format!("{prefix}{name}"), value)?;
        }
        Ok(())
    }

    /// The fields that sign the others: the base64 of a flat JSON object of them, and the HMAC of that text; see
    /// <https://docs.qingcloud.com/qingstor/api/common/signature.html>.
    pub(crate) fn sign(&mut self, credentials: &Credentials) -> Result<(), Error> {
        let policy = self.policy()?;
        let signature = credentials.signer().sign_text(&policy);
        self.seal(credentials.access_key_id(), policy, signature);
        Ok(())
    }

    /// As [`sign`](FormBody::sign), by somebody else.
    pub(crate) async fn sign_remotely(&mut self, remote: &dyn SignRemotely) -> Result<(), Error> {
        let request = ToSign::form(self.policy()?);
        let made = remote.sign(&request).await?;
        self.seal(&made.access_key_id, request.string_to_sign, made.signature);
        Ok(())
    }

    fn policy(&self) -> Result<String, Error> {
        let policy: BTreeMap<&str, &str> = self
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let json = serde_json::to_vec(&policy)
            .map_err(|error| Error::invalid(format!("the form has no JSON form: {error}")))?;
        Ok(STANDARD.encode(json))
    }

    fn seal(&mut self, access_key_id: &str, policy: String, signature: String) {
        self.fields.extend([
            ("access_key_id".to_owned(), access_key_id.to_owned()),
            ("policy".to_owned(), policy),
            ("signature".to_owned(), signature),
        ]);
    }

    /// All fields, in order.
    pub(crate) fn into_fields(self) -> Vec<(String, String)> {
        self.fields
    }

    /// The Content-Type and the body.
    pub(crate) fn encode(self, file: Body) -> Result<(String, Body), Error> {
        // 128 random bits: no content contains this by accident, and a caller who writes the content cannot guess it.
        let boundary = format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
        let mut head = String::new();
        for (name, value) in &self.fields {
            head.push_str(&format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        let media_type = self.fields.iter().find(|(name, _)| name == "Content-Type");
        let media_type = media_type.map_or("application/octet-stream", |(_, value)| value);
        head.push_str(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n\
             Content-Type: {media_type}\r\n\r\n"
        ));
        let tail = format!("\r\n--{boundary}--\r\n");
        let body = match file.as_bytes() {
            Some(bytes) => {
                let mut whole = Vec::with_capacity(head.len() + bytes.len() + tail.len());
                whole.extend_from_slice(head.as_bytes());
                whole.extend_from_slice(bytes);
                whole.extend_from_slice(tail.as_bytes());
                Body::from(whole)
            }
            None => {
                let length = (head.len() + tail.len()) as u64 + file.len();
                Body::from_stream(
                    length,
                    Surrounded {
                        head: Some(head.into()),
                        file: Some(file.into_stream()?),
                        tail: Some(tail.into()),
                    },
                )
            }
        };
        Ok((format!("multipart/form-data; boundary={boundary}"), body))
    }
}

/// Turns the form of a request, if it has one, into its body, signed with the client's key if that has one.
pub(crate) async fn complete(call: &Call, mut parts: Parts) -> Result<Parts, Error> {
    let Some(mut form) = parts.form.take() else {
        return Ok(parts);
    };
    let inner = call.client.inner();
    call.client.refresh_credentials().await?;
    if let Some(remote) = &inner.remote {
        form.sign_remotely(remote.as_ref()).await?;
    } else if let Some(credentials) = inner.provider.snapshot()? {
        form.sign(&credentials)?;
    }
    let (content_type, body) = form.encode(std::mem::take(&mut parts.body))?;
    parts.header("Content-Type", &content_type)?;
    parts.body = body;
    Ok(parts)
}

/// A stream with something before and something behind it.
struct Surrounded {
    head: Option<Bytes>,
    file: Option<ByteStream>,
    tail: Option<Bytes>,
}

impl Stream for Surrounded {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(head) = self.head.take() {
            return Poll::Ready(Some(Ok(head)));
        }
        if let Some(file) = &mut self.file {
            match Pin::new(file).poll_next(cx) {
                Poll::Ready(None) => self.file = None,
                other => return other,
            }
        }
        Poll::Ready(self.tail.take().map(Ok))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the service's page on signatures, with its own spacing, is in the vectors; this is the same
    /// form in the compact spacing that is sent.
    #[test]
    fn a_form_is_signed_over_the_text_of_its_policy() {
        let credentials = Credentials::new("ACCESS_KEY_ID", "SECRET_ACCESS_KEY").unwrap();
        let mut form = FormBody::new();
        form.field("key", "user/tom/${filename}").unwrap();
        form.field("redirect", "http://example.com/callback")
            .unwrap();
        form.sign(&credentials).unwrap();
        let fields = form.into_fields();
        let value = |name: &str| {
            fields
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, v)| v.clone())
                .unwrap()
        };
        let policy = STANDARD.decode(value("policy")).unwrap();
        assert_eq!(
            String::from_utf8(policy).unwrap(),
            r#"{"key":"user/tom/${filename}","redirect":"http://example.com/callback"}"#
        );
        // echo -n eyJ… | openssl dgst -sha256 -hmac SECRET_ACCESS_KEY -binary | base64
        assert_eq!(
            value("signature"),
            "gB95aqe9NUTT5JLMF9uL7B910RGYr1yRaUCA6Bh07dM="
        );
        assert_eq!(value("access_key_id"), "ACCESS_KEY_ID");
    }

    #[test]
    fn a_field_cannot_end_early() {
        assert!(FormBody::new().field("redirect", "a\r\n--b").is_err());
    }
}
