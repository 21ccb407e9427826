//! Operations that this crate does not have, written by its users.

use qingstor::operation::{
    Advance, Answer, Items, Metadata, Operation, Outcome, Paged, Parts, Retry, Scope,
};
use qingstor::{Body, Bucket, Error, ErrorKind};
use serde::Deserialize;

use crate::support::{STYLES, Site, Style};

/// How many bytes the objects below a prefix have: a page of a list, of which only the sizes are read.
#[derive(Clone)]
struct Sizes {
    prefix: String,
    marker: String,
}

#[derive(Deserialize)]
struct SizesOutput {
    keys: Vec<Size>,
    next_marker: String,
    has_more: bool,
}

#[derive(Deserialize)]
struct Size {
    size: u64,
}

impl Operation for Sizes {
    type Output = SizesOutput;
    const METADATA: Metadata = Metadata::new("Sizes", "GET Bucket (sizes)", "GET", Scope::Bucket)
        .retry(Retry::Safe)
        .responses(&[(200, Outcome::Success)]);

    fn encode(self, parts: &mut Parts) -> Result<(), Error> {
        parts.query("prefix", &self.prefix);
        parts.query("limit", "10");
        if !self.marker.is_empty() {
            parts.query("marker", &self.marker);
        }
        Ok(())
    }

    fn decode(answer: Answer) -> Result<SizesOutput, Error> {
        answer.json()
    }
}

impl Paged for Sizes {
    type Item = Size;

    fn advance(&mut self, output: &SizesOutput) -> Advance {
        if !output.has_more {
            return Advance::Done;
        }
        if output.next_marker == self.marker {
            return Advance::Stuck;
        }
        self.marker.clone_from(&output.next_marker);
        Advance::Next
    }

    fn into_items(output: SizesOutput) -> Vec<Size> {
        output.keys
    }
}

async fn total(bucket: &Bucket, prefix: &str) -> Result<u64, Error> {
    let first = Sizes {
        prefix: prefix.to_owned(),
        marker: String::new(),
    };
    let mut items = Items::new(bucket.call(), first);
    let mut total = 0;
    while let Some(item) = items.try_next().await? {
        total += item.size;
    }
    Ok(total)
}

#[tokio::test]
async fn an_own_operation_is_signed_sent_and_paged_like_any_other() {
    let site = Site::start().await;
    for style in STYLES {
        let bucket = site.bucket(style);
        for number in 0..25 {
            let request = bucket.put_object(format!("图 {number:02}"), vec![b'x'; number]);
            request.send().await.unwrap();
        }
        bucket
            .put_object("other", "not counted")
            .send()
            .await
            .unwrap();
        let first = Sizes {
            prefix: "图 ".to_owned(),
            marker: String::new(),
        };
        let page = bucket.call().send(first).await.unwrap();
        assert_eq!((page.keys.len(), page.has_more), (10, true));
        assert_eq!(total(&bucket, "图 ").await.unwrap(), 300);
    }
}

#[tokio::test]
async fn errors_name_the_own_operation() {
    let site = Site::start().await;
    let nowhere = site.client(Style::Path).bucket("nowhere");
    let error = total(&nowhere, "").await.unwrap_err();
    assert_eq!(error.operation(), Some("Sizes"));
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let text = error.to_string();
    assert!(
        text.starts_with("GET Bucket (sizes) nowhere: 404 bucket_not_exists"),
        "{text}"
    );
}

/// Stores an object with a mark of its own and the digest of its content.
struct PutMarked {
    key: String,
    body: Body,
}

impl Operation for PutMarked {
    type Output = Option<String>;
    const METADATA: Metadata =
        Metadata::new("PutMarked", "PUT Object (marked)", "PUT", Scope::Object)
            .retry(Retry::Idempotent)
            .responses(&[(201, Outcome::Success)])
            .presign();

    fn encode(self, parts: &mut Parts) -> Result<(), Error> {
        parts.key(self.key);
        parts.header("X-QS-Meta-Mark", "own")?;
        parts.body(self.body);
        parts.content_md5()?;
        Ok(())
    }

    fn decode(answer: Answer) -> Result<Option<String>, Error> {
        answer.text("ETag")
    }
}

#[tokio::test]
async fn an_own_operation_may_have_a_key_a_body_and_a_link() {
    let site = Site::start().await;
    let bucket = site.bucket(Style::VirtualHost);
    let operation = |body: &'static str| PutMarked {
        key: "a b/中".to_owned(),
        body: Body::from(body),
    };
    let etag = bucket.call().send(operation("hello")).await.unwrap();
    // The MD5 of "hello".
    assert_eq!(
        etag.as_deref(),
        Some("\"5d41402abc4b2a76b9719d911017c592\"")
    );
    let head = bucket.head_object("a b/中").send().await.unwrap();
    assert_eq!(head.metadata["mark"], "own");
    let lifetime = std::time::Duration::from_secs(60);
    let link = bucket.call().presign(operation("hello"), lifetime).unwrap();
    assert_eq!(link.headers["x-qs-meta-mark"], "own");
    let call = bucket.call().header("X-QS-Storage-Class", "NO_SUCH_CLASS");
    let error = call.send(operation("x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected, "{error}");
}
