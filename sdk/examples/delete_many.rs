//! Deletes many objects with few requests, and looks at what could not be deleted.
//!
//! ```sh
//! cargo run -p qingstor --example delete_many
//! ```

mod support;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (bucket, _emulator) = support::bucket().await?;
    let names: Vec<String> = (0..250)
        .map(|number| format!("example/tmp/{number:03}"))
        .collect();
    let puts = stream::iter(names.iter().map(|key| bucket.put_object(key, "x").send()));
    puts.buffer_unordered(16).try_collect::<Vec<_>>().await?;

    // Keys from anywhere. One that does not exist counts as deleted; one that is too long is an error.
    let long = "k".repeat(2000);
    let keys = names[..50].iter().chain([&long]);
    let report = bucket.delete_many(keys).send().await?;
    println!(
        "{} deleted with {} request(s)",
        report.deleted, report.requests
    );
    for failure in &report.errors {
        let code = failure.code.as_deref().unwrap_or("no code");
        println!("not deleted: {:.20}… ({code})", failure.key);
    }

    // All that a list has, without holding the list in memory. `all` makes an error of whatever is left.
    let doomed = bucket.list_objects().prefix("example/tmp/").items();
    let report = bucket.delete_stream(doomed).send().await?;
    println!(
        "{} deleted with {} request(s)",
        report.deleted, report.requests
    );
    report.all()?;

    let left = bucket
        .list_objects()
        .prefix("example/tmp/")
        .items()
        .try_collect()
        .await?;
    println!("{} left", left.len());
    Ok(())
}
