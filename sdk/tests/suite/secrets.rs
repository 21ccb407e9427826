//! Secrets are in no text that this crate makes.

use std::time::Duration;

use qingstor::credentials::Credentials;
use qingstor::sign::{Signable, Signer};
use qingstor::testing::{Recorder, Replay};
use qingstor::types::CustomerKey;
use qingstor::{Client, ErrorKind};

const SECRET: &str = "canary-secret-access-key";

/// Base64 of 32 times `k`, and the beginning of what any signature would show.
const KEY: &str = "a2tra2tra2tr";

fn check(texts: &[String], also: &[&str]) {
    for text in texts {
        for canary in [SECRET, KEY, "107, 107, 107"].iter().chain(also) {
            assert!(!text.contains(canary), "{canary} is in {text}");
        }
    }
}

macro_rules! shown {
    ($($value:expr),* $(,)?) => {
        [$(format!("{:?}", $value), format!("{:#?}", $value)),*]
    };
}

#[tokio::test]
async fn nothing_shows_a_secret() {
    let replay = Replay::new()
        .answer(403, &[], r#"{"code":"permission_denied"}"#)
        .failure(ErrorKind::Rejected, "no");
    let builder = replay.builder().credentials("ID", SECRET);
    let builder_text = shown!(builder);
    let client = builder.build().unwrap();
    let bucket = client.bucket("b");
    let key = || CustomerKey::new([b'k'; 32]);
    let get = bucket.get_object("k").encryption_customer_key(key());
    let put = bucket
        .put_object("k", SECRET)
        .encryption_customer_key(key())
        .customize(|call| call.header("x-qs-token", SECRET).query("token", SECRET));
    let link = bucket.get_object("k").encryption_customer_key(key());
    let link = link.presign(Duration::from_secs(60)).unwrap();
    let signature = link.url.split("signature=").nth(1).unwrap().to_owned();
    let get_text = shown!(get, put, link, client, bucket, bucket.call(), key());
    let begin = bucket.begin_multipart_upload("k");
    let begin = begin.encryption_customer_key(key());
    let upload = bucket.multipart_upload("k", "u1");
    let upload = upload.encryption_customer_key(key());
    let file = bucket.upload_file("k", "p").encryption_customer_key(key());
    let copy = bucket
        .copy_from("k", ("b", "k"))
        .encryption_customer_key(key());
    let copy = copy.copy_source_encryption_customer_key(key());
    let copy = copy.customize(|call| call.header("x-qs-token", SECRET));
    let several = shown!(begin, upload, upload.complete([]), file, copy);
    let refused = get.send().await.unwrap_err();
    let broken = put.send().await.unwrap_err();
    let requests = replay.requests();
    let authorization = requests[0]
        .header("authorization")
        .unwrap()
        .split(':')
        .nth(1)
        .unwrap();
    let signer = Signer::new("ID", SECRET);
    let headers = [("x-qs-encryption-customer-key", KEY)];
    let signable = Signable::new("GET", "/b")
        .query("signature=canary")
        .headers(&headers);
    let also = [signature.as_str(), authorization, "signature=canary"];
    check(&builder_text, &also);
    check(&get_text, &also);
    check(&several, &also);
    check(&[refused.to_string(), broken.to_string()], &also);
    check(
        &shown!(
            refused,
            broken,
            signer,
            signable,
            Credentials::new("ID", SECRET).unwrap()
        ),
        &also,
    );
    check(
        &shown!(requests[0], replay, Recorder::new(replay.clone())),
        &also,
    );
    assert!(
        requests[0]
            .header("x-qs-encryption-customer-key")
            .unwrap()
            .starts_with(KEY)
    );
}

#[test]
fn configuration_errors_show_no_secret() {
    for (id, secret) in [("", SECRET), ("bad id", SECRET), ("中", SECRET)] {
        let error = Client::builder()
            .no_environment()
            .credentials(id, secret)
            .build()
            .unwrap_err();
        check(&shown!(error), &[]);
        check(&[error.to_string()], &[]);
    }
}
