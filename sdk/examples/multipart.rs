//! Uploads in parts: by hand, with several parts at once, and of a file in one call.
//!
//! ```sh
//! cargo run -p qingstor --example multipart
//! ```

mod support;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

const MIB: usize = 1 << 20;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (bucket, _emulator) = support::bucket().await?;
    let key = "example/film.mp4";

    // By hand. Parts have at least 4 MiB, other than the last, and numbers from 0.
    let upload = bucket
        .begin_multipart_upload(key)
        .content_type("video/mp4")
        .send()
        .await?;
    println!("began the upload {}", upload.upload_id());
    let content: Vec<Vec<u8>> = (0..4)
        .map(|n| vec![n; if n < 3 { 4 * MIB } else { MIB }])
        .collect();
    let work =
        stream::iter((0..).zip(content)).map(|(number, piece)| upload.upload_part(number, piece));
    let parts: Vec<_> = work.buffer_unordered(3).try_collect().await?;
    for part in upload.list_parts().items().try_collect().await? {
        println!("part {} has {:?} bytes", part.part_number, part.size);
    }
    // `complete` sorts them.
    match upload.complete(parts).send().await {
        Ok(stored) => println!("stored, entity tag {:?}", stored.etag),
        Err(error) => {
            // Parts of an upload that is neither completed nor aborted are charged for.
            upload.abort().send().await?;
            return Err(error.into());
        }
    }

    // A file: in parts if it is long, aborted on errors, and checked here.
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("film.mp4");
    std::fs::write(&path, vec![7; 9 * MIB])?;
    let stored = bucket
        .upload_file(key, &path)
        .content_type("video/mp4")
        .threshold(8 << 20)
        .part_size(4 << 20)
        .check_md5(true)
        .send()
        .await?;
    println!(
        "{} bytes in {} parts, entity tag {:?}",
        stored.length, stored.parts, stored.etag
    );

    bucket.delete_object(key).send().await?;
    let open = bucket.list_multipart_uploads().prefix("example/").items();
    println!("{} uploads are left open", open.try_collect().await?.len());
    Ok(())
}
