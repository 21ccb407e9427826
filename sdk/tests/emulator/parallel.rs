//! Many requests at the same time through one client.

use futures_util::{StreamExt as _, stream};

use crate::support::{STYLES, Site, content, varied};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_requests_do_not_mix() {
    let site = Site::start().await;
    for style in STYLES {
        let bucket = site.bucket(style);
        let before = site.served();
        let work = (0..200_usize).map(|number| {
            let bucket = bucket.clone();
            tokio::spawn(async move {
                let key = format!("object {number}");
                // From nothing to several packets.
                let mut body = varied(number * 331);
                body.extend_from_slice(key.as_bytes());
                bucket.put_object(&key, body.clone()).send().await?;
                let read = content(&bucket, &key).await?;
                Ok::<bool, qingstor::Error>(read == body)
            })
        });
        let results: Vec<_> = stream::iter(work).buffer_unordered(64).collect().await;
        assert_eq!(results.len(), 200);
        for result in results {
            assert!(result.unwrap().unwrap());
        }
        assert_eq!(site.served() - before, 400);
    }
}
