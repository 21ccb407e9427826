//! What a check writes down itself arrives as it stands there: short forms for requests about a bucket, and for what the
//! answers have to be.

use bytes::Bytes;
use qingstor::Bucket;

use super::{Bench, Problem};
use crate::handmade::Handmade;
use crate::report::Report;
use crate::wire::Received;

impl<'a> Bench<'a> {
    /// Asks as the owner. The target is what stands behind the bucket: a key, percent-encoded, and a query.
    pub(crate) async fn by_hand(
        &self,
        method: &str,
        bucket: &Bucket,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Received, Problem> {
        let written = self.written(method, bucket, target, headers).body(body);
        written.signed(self.key()).send().await
    }

    /// The same without a signature.
    pub(crate) async fn unsigned(
        &self,
        method: &str,
        bucket: &Bucket,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Received, Problem> {
        let written = self.written(method, bucket, target, headers).body(body);
        written.send().await
    }

    /// The request, which is neither signed nor sent.
    pub(super) fn written(
        &self,
        method: &str,
        bucket: &Bucket,
        target: &str,
        headers: &[(&str, &str)],
    ) -> Handmade<'a> {
        let slash = if target.is_empty() || target.starts_with('?') {
            ""
        } else {
            "/"
        };
        let target = format!("/{}{slash}{target}", bucket.name());
        let mut request = self.handmade(method, target);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        request
    }

    /// Begins an upload and brings its id.
    pub(crate) async fn begin(
        &self,
        bucket: &Bucket,
        key: &str,
        headers: &[(&str, &str)],
    ) -> Result<String, Problem> {
        let begun = self
            .by_hand("POST", bucket, &format!("{key}?uploads"), headers, "")
            .await?;
        match begun.json()["upload_id"].as_str() {
            Some(id) => Ok(id.to_owned()),
            None => Err(Problem::Fail(format!("no upload is begun: {begun:?}"))),
        }
    }

    /// Completes an upload of the parts with these numbers.
    pub(crate) async fn complete(
        &self,
        bucket: &Bucket,
        key: &str,
        id: &str,
        numbers: &[u32],
    ) -> Result<Received, Problem> {
        let parts: Vec<String> = numbers
            .iter()
            .map(|number| format!("{{\"part_number\": {number}}}"))
            .collect();
        let list = format!("{{\"object_parts\": [{}]}}", parts.join(", "));
        let json = [("Content-Type", "application/json")];
        self.by_hand(
            "POST",
            bucket,
            &format!("{key}?upload_id={id}"),
            &json,
            list,
        )
        .await
    }
}

impl Received {
    /// A header's text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The document in the body; `null` if there is none.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The code of an error, empty if there is none.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Report {
    /// An answer has to have this status.
    pub(crate) fn status(&mut self, what: &str, got: &Received, expected: u16) {
        if got.status != expected {
            let body = String::from_utf8_lossy(&got.body);
            self.differs(
                format!("the status of {what}"),
                expected,
                format!("{} with {body:?}", got.status),
            );
        }
    }

    /// An answer has to be this refusal.
    pub(crate) fn refused(&mut self, what: &str, got: &Received, status: u16, code: &str) {
        self.status(what, got, status);
        if got.status == status {
            self.equal(&format!("the code of {what}"), &got.code().as_str(), &code);
        }
    }

    /// An answer has to refuse, in whatever words.
    pub(crate) fn refused_somehow(&mut self, what: &str, got: &Received) {
        if !(400..500).contains(&got.status) {
            self.differs(
                format!("the status of {what}"),
                "a refusal (4xx)",
                got.status,
            );
        }
    }

    /// An answer has to be a success with this content.
    pub(crate) fn content(&mut self, what: &str, got: &Received, expected: &[u8]) {
        self.status(what, got, 200);
        if got.status == 200 {
            self.bytes(what, &got.body, expected);
        }
    }

    /// Bytes have to be these.
    pub(crate) fn bytes(&mut self, what: &str, got: &[u8], expected: &[u8]) {
        if got != expected {
            let shown = |bytes| format!("{:?}", String::from_utf8_lossy(bytes));
            self.differs(
                format!("the content of {what}"),
                shown(expected),
                shown(got),
            );
        }
    }
}
