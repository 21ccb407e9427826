//! A client that changes what is below its own prefix, one operation after the other.

use fastrand::Rng;
use qingstor_emulator::implements;
use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::model::{Content, Op, Print, Seen, State};

pub(crate) struct Writer {
    number: usize,
    random: Rng,
    state: State,
    /// What was asked for last, and not answered.
    doubt: Option<Op>,
    answered: u64,
}

/// Makes the two buckets.
pub(crate) async fn prepare(client: &Client) {
    for bucket in ["plain-bucket", "kept-bucket"] {
        let made = client.send("PUT", &format!("/{bucket}"), &[], b"").await;
        assert_eq!(made.expect("an answer").status, 201);
    }
    let status = br#"{"status":"ENABLED"}"#;
    let set = client
        .send("PUT", "/kept-bucket?versioning", &[], status)
        .await;
    assert_eq!(set.expect("an answer").status, 200);
}

impl Writer {
    pub(crate) fn new(number: usize, seed: u64) -> Writer {
        Writer {
            number,
            random: Rng::with_seed(seed),
            state: State::default(),
            doubt: None,
            answered: 0,
        }
    }

    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// How many changes were answered since the last time.
    pub(crate) fn answered(&mut self) -> u64 {
        std::mem::take(&mut self.answered)
    }

    /// Works until an answer stays away.
    pub(crate) async fn work(&mut self, client: &Client) {
        let (multipart, append) = (
            implements("CompleteMultipartUpload"),
            implements("AppendObject"),
        );
        loop {
            let op = self.state.random_op(&mut self.random, multipart, append);
            self.doubt = Some(op.clone());
            if self.perform(client, &op).await.is_none() {
                return;
            }
            self.doubt = None;
            self.answered += 1;
            self.state = self.state.after(&op);
        }
    }

    fn plain(&self, key: &str) -> String {
        format!("/plain-bucket/w{}/{key}", self.number)
    }

    fn kept(&self, key: &str) -> String {
        format!("/kept-bucket/w{}/{key}", self.number)
    }

    async fn perform(&self, client: &Client, op: &Op) -> Option<()> {
        let wanted = |answer: Answer, status: u16| {
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            assert_eq!(answer.status, status, "{op:?}: {text}");
        };
        match op {
            Op::Put(key, content) => {
                wanted(
                    client
                        .send("PUT", &self.plain(key), &[], &content.bytes())
                        .await?,
                    201,
                );
            }
            Op::Delete(key) => wanted(
                client.send("DELETE", &self.plain(key), &[], b"").await?,
                204,
            ),
            Op::Move(from, to) | Op::Copy(from, to) => {
                let header = match op {
                    Op::Move(..) => "x-qs-move-source",
                    _ => "x-qs-copy-source",
                };
                let source = self.plain(from);
                let headers = [(header, source.as_str())];
                wanted(
                    client.send("PUT", &self.plain(to), &headers, b"").await?,
                    201,
                );
            }
            Op::Append(key, content) => {
                let position = self.state.plain.get(key).map_or(0, |old| old.print.size);
                let target = format!("{}?append&position={position}", self.plain(key));
                wanted(
                    client.send("POST", &target, &[], &content.bytes()).await?,
                    200,
                );
            }
            Op::Multipart(key, parts) => self.multipart(client, key, parts).await?,
            Op::PutVersion(key, content) => {
                wanted(
                    client
                        .send("PUT", &self.kept(key), &[], &content.bytes())
                        .await?,
                    201,
                );
            }
            Op::Hide(key) => wanted(client.send("DELETE", &self.kept(key), &[], b"").await?, 204),
            Op::DeleteVersion(key, at) => {
                let versions = self.versions(client, key).await?;
                let id = versions[*at]["version_id"].as_str().expect("an id");
                let target = format!("{}?version_id={}", self.kept(key), id.replace('=', "%3D"));
                wanted(client.send("DELETE", &target, &[], b"").await?, 204);
            }
        }
        Some(())
    }

    async fn multipart(&self, client: &Client, key: &str, parts: &[Content]) -> Option<()> {
        let target = self.plain(key);
        let begun = client
            .send("POST", &format!("{target}?uploads"), &[], b"")
            .await?;
        assert_eq!(begun.status, 200);
        let id = begun.json()["upload_id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let mut list = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            let target = format!("{target}?part_number={number}&upload_id={id}");
            let sent = client.send("PUT", &target, &[], &part.bytes()).await?;
            assert_eq!(sent.status, 201);
            list.push(json!({ "part_number": number }));
        }
        let body = json!({ "object_parts": list }).to_string();
        let target = format!("{target}?upload_id={id}");
        let complete = client.send("POST", &target, &[], body.as_bytes()).await?;
        assert_eq!(
            complete.status,
            201,
            "{}",
            String::from_utf8_lossy(&complete.body)
        );
        Some(())
    }

    /// The versions of one key, or of all keys that begin with it.
    async fn versions(&self, client: &Client, key: &str) -> Option<Vec<Value>> {
        let target = format!("/kept-bucket?versions&prefix=w{}%2F{key}", self.number);
        let list = client.get(&target).await?.json();
        assert_eq!(list["has_more"], false, "one page is enough");
        list["keys"].as_array().cloned()
    }

    /// Compares what is stored with what must be, and tells whether the operation in doubt was done.
    pub(crate) async fn compare(&mut self, client: &Client) -> Option<bool> {
        let seen = self.look(client).await.expect("answers");
        if let Some(op) = self.doubt.take() {
            let after = self.state.after(&op);
            if seen == after.seen() {
                let changed = after.seen() != self.state.seen();
                self.state = after;
                return Some(changed);
            }
            if seen != self.state.seen() {
                panic!(
                    "{op:?} was in doubt\nwas {:#?}\nis {seen:#?}",
                    self.state.seen()
                );
            }
            return Some(false);
        }
        assert_eq!(seen, self.state.seen());
        None
    }

    async fn look(&self, client: &Client) -> Option<Seen> {
        let mut seen = Seen::default();
        let prefix = format!("w{}/", self.number);
        let target = format!("/plain-bucket?prefix=w{}%2F", self.number);
        let list = client.get(&target).await?.json();
        for entry in list["keys"].as_array()? {
            let key = entry["key"].as_str()?.strip_prefix(&prefix)?.to_owned();
            let print = self.read(client, &self.plain(&key), entry).await?;
            seen.plain.insert(key, print);
        }
        for entry in self.versions(client, "").await? {
            let key = entry["key"].as_str()?.strip_prefix(&prefix)?.to_owned();
            let id = entry["version_id"].as_str()?.replace('=', "%3D");
            let target = format!("{}?version_id={id}", self.kept(&key));
            let print = match entry["delete_marker"] == true {
                true => None,
                false => Some(self.read(client, &target, &entry).await?),
            };
            seen.kept.entry(key).or_default().push(print);
        }
        Some(seen)
    }

    /// Reads an object whole, and compares it with what the list and its entity tag say of it.
    async fn read(&self, client: &Client, target: &str, entry: &Value) -> Option<Print> {
        let answer = client.get(target).await?;
        assert_eq!(answer.status, 200, "{target}");
        let print = Print::of(&answer.body);
        assert_eq!(entry["size"], print.size, "{target}");
        let etag = answer.header("etag")?.trim_matches('"');
        assert_eq!(entry["etag"].as_str()?.trim_matches('"'), etag, "{target}");
        // Where objects come from uploads in one piece only, it is the MD5 of their bytes.
        if target.starts_with("/kept-bucket/") {
            assert_eq!(print.md5, etag, "{target}");
        }
        Some(print)
    }
}
