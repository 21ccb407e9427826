//! A day's work in one go: a bucket, 100 MB, 2,500 objects, a copy, a link for curl, an upload by a browser's form,
//! and everything deleted in the end. Needs `curl`.
//!
//! ```sh
//! cargo run -p qingstor --example first_day
//! ```

use std::process::Command;
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use qingstor::Client;
use qingstor_emulator::Emulator;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let emulator = Emulator::builder().check_answers(true).start().await?;
    let client = Client::builder()
        .endpoint(emulator.endpoint())
        .credentials(emulator.access_key_id(), emulator.secret_access_key())
        .build()?;
    let bucket = client.bucket("first-day");
    bucket.put_bucket().send().await?;

    let folder = tempfile::tempdir()?;
    let film = folder.path().join("film.mp4");
    std::fs::write(&film, vec![42; 100_000_000])?;
    let stored = bucket.upload_file("film.mp4", &film).send().await?;
    println!("{} bytes in {} parts", stored.length, stored.parts);

    let names = (0..2500).map(|number| format!("photos/{number}.txt"));
    let puts = names.map(|name| bucket.put_object(name, "meow").send());
    let puts = stream::iter(puts).buffer_unordered(16);
    puts.try_for_each(async |_| Ok(())).await?;
    let photos = bucket.list_objects().prefix("photos/").items();
    println!("{} photos", photos.try_collect().await?.len());

    let copy = bucket.copy_from("copy.mp4", (bucket.name(), "film.mp4"));
    println!("a copy of {} bytes", copy.send().await?.length);

    let link = bucket.get_object("photos/7.txt");
    let link = link.presign(Duration::from_secs(60))?;
    println!("curl got {:?}", curl(&[link.url])?);

    // A form's fields, and behind them the file that somebody has chosen.
    let form = bucket.post_object("forms/${filename}", "").presign()?;
    let mut arguments = vec![form.url];
    for (name, value) in form.fields {
        arguments.extend(["--form-string".into(), format!("{name}={value}")]);
    }
    arguments.extend(["--form".into(), format!("file=@{}", film.display())]);
    curl(&arguments)?;
    let uploaded = bucket.head_object("forms/film.mp4").send().await?;
    println!("a form brought {:?} bytes", uploaded.content_length);

    let everything = bucket.list_objects().items();
    let deleted = bucket.delete_stream(everything).send().await?.all()?;
    bucket.delete_bucket().send().await?;
    println!("{deleted} objects and the bucket are deleted");
    Ok(())
}

fn curl(arguments: &[String]) -> Result<String> {
    let mut curl = Command::new("curl");
    let output = curl.args(["-sS", "--fail"]).args(arguments).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
