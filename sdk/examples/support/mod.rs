//! Where an example plays: in a bucket of an emulator that it starts itself, or in yours.

use std::error::Error;

use qingstor::{Bucket, Client};
use qingstor_emulator::Emulator;

/// A bucket for an example. With `QINGSTOR_ACCESS_KEY_ID` and `QINGSTOR_SECRET_ACCESS_KEY` it is the one that
/// `QINGSTOR_EXAMPLE_BUCKET` names, which has to exist; objects are written and deleted below `example/` only. The
/// emulator lives as long as it is held.
pub async fn bucket() -> Result<(Bucket, Option<Emulator>), Box<dyn Error>> {
    if std::env::var_os("QINGSTOR_ACCESS_KEY_ID").is_some() {
        let name = std::env::var("QINGSTOR_EXAMPLE_BUCKET")
            .map_err(|_| "set QINGSTOR_EXAMPLE_BUCKET to a bucket that the example may write to")?;
        return Ok((Client::from_env()?.bucket(name), None));
    }
    let emulator = Emulator::builder().check_answers(true).start().await?;
    println!(
        "no QINGSTOR_ACCESS_KEY_ID is set: using an emulator at {}",
        emulator.endpoint()
    );
    let client = Client::builder()
        .no_environment()
        .endpoint(emulator.endpoint())
        .credentials(emulator.access_key_id(), emulator.secret_access_key())
        .build()?;
    let bucket = client.bucket("example-photos");
    bucket.put_bucket().send().await?;
    Ok((bucket, Some(emulator)))
}
