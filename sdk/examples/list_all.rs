//! Lists objects: all of them, by folders, a few, and in two goes with a break in between.
//!
//! ```sh
//! cargo run -p qingstor --example list_all
//! ```

mod support;

use qingstor::operation::Position;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (bucket, _emulator) = support::bucket().await?;
    for number in 0..30 {
        let folder = ["cats", "dogs"][number % 2];
        let key = format!("example/{folder}/{number:02}.png");
        bucket
            .put_object(key, "not really a picture")
            .send()
            .await?;
    }
    let list = || bucket.list_objects().prefix("example/");

    // An item at a time. The next page is asked for when it is needed.
    let mut items = list().limit(10).items();
    let (mut count, mut bytes) = (0, 0);
    while let Some(item) = items.try_next().await? {
        count += 1;
        bytes += item.size;
    }
    println!("{count} objects with {bytes} bytes");

    // A page at a time, for what stands beside the items.
    let mut pages = list().delimiter("/").pages();
    while let Some(page) = pages.try_next().await? {
        println!("folders: {:?}", page.common_prefixes);
    }

    let few = list().items().at_most(3).try_collect().await?;
    let keys: Vec<_> = few.iter().map(|item| item.key.as_str()).collect();
    println!("the first three: {keys:?}");

    // Whoever stops in between keeps the position, as text, and goes on later.
    let mut pages = list().limit(20).pages();
    let first = pages.try_next().await?.ok_or("an empty list")?;
    let kept = pages
        .position()
        .ok_or("the list is over already")?
        .to_string();
    println!("{} objects, then a break at {kept}", first.keys.len());
    let position: Position = kept.parse()?;
    let rest = list()
        .limit(20)
        .items()
        .resume_at(&position)
        .try_collect()
        .await?;
    println!("{} objects after the break", rest.len());

    let deleted = bucket.delete_stream(list().items()).send().await?.all()?;
    println!("{deleted} objects deleted");
    Ok(())
}
