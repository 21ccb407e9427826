//! Requests that a check writes down itself: what it names arrives as it stands there.

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use qingstor::Bucket;

use super::{Bench, Problem, needed};
use crate::checks::{any_answer, raw};
use crate::report::Report;
use crate::wire::{Canned, Received, Sent};

impl Bench<'_> {
    /// Asks as the owner. The target is what stands behind the bucket: a key, percent-encoded, and a query.
    pub(crate) async fn by_hand(
        &self,
        method: &str,
        bucket: &Bucket,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Received, Problem> {
        let sent = self.written(method, bucket, target, headers).await?;
        self.exchange(sent, headers, body.into()).await
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
        let mut sent = self.written(method, bucket, target, headers).await?;
        sent.headers.remove("authorization");
        self.exchange(sent, headers, body.into()).await
    }

    async fn exchange(
        &self,
        sent: Sent,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Received, Problem> {
        let what = format!("{} {} with {headers:?}", sent.method, sent.target);
        needed(&what, raw::send(self.slot, Sent { body, ..sent }).await)
    }

    /// The request, which is not sent.
    pub(super) async fn written(
        &self,
        method: &str,
        bucket: &Bucket,
        target: &str,
        headers: &[(&str, &str)],
    ) -> Result<Sent, Problem> {
        let canned = Canned::new([any_answer()]);
        let key = &self.slot.target.key;
        let client = self.slot.target.client(Some(key), canned.clone());
        let client = needed("making a client", client)?;
        let _ = client.bucket(bucket.name()).head_bucket().send().await;
        let Some(exchange) = canned.log.last() else {
            return Err(Problem::Fail("nothing is sent".to_owned()));
        };
        let mut sent = exchange.sent;
        sent.method = method.to_owned();
        let root = sent.path().trim_end_matches('/').to_owned();
        sent.target = match target {
            "" => sent.target,
            query if query.starts_with('?') => format!("{}{query}", sent.path()),
            key => format!("{root}/{key}"),
        };
        for (name, value) in headers {
            let parsed = HeaderName::from_bytes(name.as_bytes());
            let (Ok(name), Ok(value)) = (parsed, HeaderValue::from_str(value)) else {
                let why = format!("{name}: {value:?} cannot be sent");
                return Err(Problem::Fail(why));
            };
            sent.headers.append(name, value);
        }
        Ok(sent)
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
