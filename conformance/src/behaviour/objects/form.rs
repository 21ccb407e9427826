//! A form that uploads a file, put together byte by byte.

use serde_json::{Map, Value, json};

use crate::behaviour::{Bench, Problem};
use crate::expected;
use crate::wire::Received;

const BOUNDARY: &str = "conformance-0f3a";

/// A form with a file.
#[derive(Clone)]
pub(super) struct Form {
    pub(super) before: Vec<(String, Vec<u8>)>,
    /// The part of the file with its head.
    pub(super) file: Vec<u8>,
    after: Vec<(String, Vec<u8>)>,
}

fn part(name: &str, more: &str, content: &[u8]) -> Vec<u8> {
    let head =
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n");
    [head.as_bytes(), content, b"\r\n"].concat()
}

impl Form {
    /// With fields before the file.
    pub(super) fn new(fields: &[(&str, &str)]) -> Form {
        let fields = fields.iter();
        Form {
            before: fields
                .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
                .collect(),
            file: Vec::new(),
            after: Vec::new(),
        }
    }

    /// The file: what it is called, what type it is of, and what is in it.
    pub(super) fn file(mut self, name: &str, media_type: Option<&str>, content: &[u8]) -> Form {
        let media_type = media_type.map(|text| format!("\r\nContent-Type: {text}"));
        let more = format!("; filename=\"{name}\"{}", media_type.unwrap_or_default());
        self.file = part("file", &more, content);
        self
    }

    /// The file under a head of its own, as it stands behind `Content-Disposition: `.
    pub(super) fn file_with(mut self, disposition: &str, content: &[u8]) -> Form {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n");
        self.file = [head.as_bytes(), content, b"\r\n"].concat();
        self
    }

    /// With a field behind the file.
    pub(super) fn after(mut self, name: &str, value: &str) -> Form {
        self.after
            .push((name.to_owned(), value.as_bytes().to_vec()));
        self
    }

    /// With a field more in front.
    pub(super) fn with(mut self, name: &str, value: &[u8]) -> Form {
        self.before.insert(0, (name.to_owned(), value.to_vec()));
        self
    }

    /// What a policy has to say of the fields.
    fn policy(&self) -> Map<String, Value> {
        let fields = self.before.iter();
        fields
            .map(|(name, value)| (name.clone(), json!(String::from_utf8_lossy(value))))
            .collect()
    }

    /// Signed by the owner.
    pub(super) fn signed(&self, bench: &Bench<'_>) -> Form {
        self.signed_with(bench, &Value::Object(self.policy()).to_string())
    }

    pub(super) fn signed_with(&self, bench: &Bench<'_>, policy: &str) -> Form {
        let key = &bench.slot.target.key;
        let policy = expected::base64(policy.as_bytes());
        let signature = expected::signature(&key.secret, &policy);
        self.clone()
            .with("signature", signature.as_bytes())
            .with("policy", policy.as_bytes())
            .with("access_key_id", key.id.as_bytes())
    }

    fn body(&self) -> Vec<u8> {
        let fields = |fields: &[(String, Vec<u8>)]| {
            let parts = fields.iter().map(|(name, value)| part(name, "", value));
            parts.collect::<Vec<_>>().concat()
        };
        let end = format!("--{BOUNDARY}--\r\n").into_bytes();
        [
            fields(&self.before),
            self.file.clone(),
            fields(&self.after),
            end,
        ]
        .concat()
    }
}

/// Sends a form without further signature.
pub(super) async fn post(bench: &Bench<'_>, form: &Form) -> Result<Received, Problem> {
    let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let headers = [("Content-Type", media_type.as_str())];
    bench
        .unsigned("POST", &bench.bucket(), "", &headers, form.body())
        .await
}
