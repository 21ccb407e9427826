//! Stores an object from a stream, reads it back piece by piece, then a range of it, then nothing, because nothing
//! has changed.
//!
//! ```sh
//! cargo run -p qingstor --example put_get_stream
//! ```

mod support;

use bytes::Bytes;
use futures_util::stream;
use qingstor::types::ETag;
use qingstor::{Body, ErrorKind};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (bucket, _emulator) = support::bucket().await?;
    let key = "example/poem.txt";

    // Any stream of bytes will do, as long as its length is known beforehand.
    let lines = ["The cat sat\n", "on the mat\n", "and purred.\n"];
    let length = lines.iter().map(|line| line.len() as u64).sum();
    let chunks = stream::iter(lines.map(|line| Ok::<_, std::io::Error>(Bytes::from(line))));
    let stored = bucket
        .put_object(key, Body::from_stream(length, chunks))
        .content_type("text/plain")
        .metadata("author", "ann")
        .send()
        .await?;
    println!("stored {length} bytes, entity tag {:?}", stored.etag);

    let mut object = bucket.get_object(key).send().await?;
    println!(
        "{:?} by {:?}:",
        object.content_type,
        object.metadata.get("author")
    );
    while let Some(chunk) = object.body.try_next().await? {
        print!("{}", String::from_utf8_lossy(&chunk));
    }

    // Any kind of Rust range, and ByteRange::suffix(7) for the last seven bytes.
    let part = bucket.get_object(key).range(4..7).send().await?;
    let range = part.content_range.clone();
    println!("{range:?}: {:?}", part.body.into_bytes().await?);

    let known = ETag::from(stored.etag.unwrap_or_default());
    match bucket.get_object(key).if_none_match(known).send().await {
        Err(error) if error.kind() == ErrorKind::NotModified => println!("nothing new"),
        Ok(_) => println!("it is another object by now"),
        Err(error) => return Err(error.into()),
    }
    bucket.delete_object(key).send().await?;
    Ok(())
}
