//! An operation that the crate does not have: it is signed, sent, repeated, traced and paged like any other.
//!
//! ```sh
//! cargo run -p qingstor --example custom_operation
//! ```

mod support;

use qingstor::Error;
use qingstor::operation::{
    Advance, Answer, Items, Metadata, Operation, Paged, Parts, Retry, Scope,
};
use qingstor::types::KeyInfo;
use serde::Deserialize;

/// The objects below a prefix, ten with each answer.
#[derive(Clone)]
struct Tens {
    prefix: &'static str,
    marker: String,
}

#[derive(Deserialize)]
struct TensOutput {
    keys: Vec<KeyInfo>,
    next_marker: String,
    has_more: bool,
}

impl Operation for Tens {
    type Output = TensOutput;
    const METADATA: Metadata =
        Metadata::new("Tens", "GET Bucket (tens)", "GET", Scope::Bucket).retry(Retry::Safe);

    fn encode(self, parts: &mut Parts) -> Result<(), Error> {
        parts.query("prefix", self.prefix);
        parts.query("limit", "10");
        parts.query("marker", &self.marker);
        Ok(())
    }

    fn decode(answer: Answer) -> Result<TensOutput, Error> {
        answer.json()
    }
}

impl Paged for Tens {
    type Item = KeyInfo;

    fn advance(&mut self, output: &TensOutput) -> Advance {
        self.marker.clone_from(&output.next_marker);
        if output.has_more {
            Advance::Next
        } else {
            Advance::Done
        }
    }

    fn into_items(output: TensOutput) -> Vec<KeyInfo> {
        output.keys
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (bucket, _emulator) = support::bucket().await?;
    for number in 0..25 {
        let key = format!("example/{number}");
        bucket.put_object(key, vec![0; number]).send().await?;
    }
    let sizes = Tens {
        prefix: "example/",
        marker: String::new(),
    };
    let page = bucket.call().send(sizes.clone()).await?;
    println!("one answer has {} objects", page.keys.len());
    let all = Items::new(bucket.call(), sizes).try_collect().await?;
    let total: u64 = all.iter().map(|key| key.size).sum();
    println!("{} objects have {total} bytes", all.len());
    let doomed = bucket.list_objects().prefix("example/").items();
    bucket.delete_stream(doomed).send().await?.all()?;
    Ok(())
}
