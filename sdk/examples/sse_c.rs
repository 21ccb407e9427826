//! Encrypts an object with a key of one's own, which the service forgets, and changes the key.
//!
//! ```sh
//! cargo run -p qingstor --example sse_c
//! ```

mod support;

use qingstor::types::CustomerKey;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (bucket, _emulator) = support::bucket().await?;
    let key = "example/diary.txt";
    // 32 bytes from a key store. Base64 and MD5, which the service wants too, are worked out.
    let mine = CustomerKey::from_slice(b"0123456789abcdefghijklmnopqrstuv")?;

    let stored = bucket
        .put_object(key, "dear diary")
        .encryption_customer_key(mine.clone())
        .send()
        .await?;
    println!("encrypted with {:?}", stored.encryption_customer_algorithm);

    match bucket.get_object(key).send().await {
        Ok(_) => return Err("it was read without the key".into()),
        Err(error) => println!("without the key: {error}"),
    }
    let other = CustomerKey::new([0; 32]);
    match bucket
        .get_object(key)
        .encryption_customer_key(other.clone())
        .send()
        .await
    {
        Ok(_) => return Err("it was read with another key".into()),
        Err(error) => println!("with another key: {error}"),
    }
    let object = bucket
        .get_object(key)
        .encryption_customer_key(mine.clone())
        .send()
        .await?;
    println!("with the key: {:?}", object.body.into_bytes().await?);

    // Another key: a copy onto itself, whatever its size. Nothing is downloaded.
    bucket
        .copy_from(key, (bucket.name(), key))
        .copy_source_encryption_customer_key(mine)
        .encryption_customer_key(other.clone())
        .send()
        .await?;
    let object = bucket
        .get_object(key)
        .encryption_customer_key(other)
        .send()
        .await?;
    println!("with the new key: {:?}", object.body.into_bytes().await?);
    bucket.delete_object(key).send().await?;
    Ok(())
}
