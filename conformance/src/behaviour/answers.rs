//! Answers that leave out what they may leave out.

use qingstor::{Client, Error};

use super::{Behaviour, Bench, Done, needed};
use crate::checks::client;
use crate::report::Report;
use crate::slot::Problem;
use crate::wire::{Canned, Received};

pub(super) static ALL: [Behaviour; 1] = [behaviour!("answers", what_is_missing_is_nothing)];

/// Makes a call that is answered with this document.
async fn answered<T, F>(document: &str, call: F) -> Result<T, Problem>
where
    F: AsyncFnOnce(Client) -> Result<T, Error>,
{
    let canned = Canned::new([Received::new(200, document.to_owned())]);
    let client = client(&canned).map_err(|error| Problem::Fail(error.to_string()))?;
    needed(document, call(client).await)
}

/// Services leave out a zero, a `false` and an empty list.
async fn what_is_missing_is_nothing(_: &Bench<'_>, report: &mut Report) -> Done {
    let list = answered("{}", async |c| c.list_buckets().send().await).await?;
    report.equal("the count of buckets", &list.count, &0);
    report.holds("there are buckets", list.buckets.is_empty());

    let one_key = r#"{"keys": [{"key": "k"}]}"#;
    let list = answered(one_key, async |c| {
        c.bucket("photos").list_objects().send().await
    })
    .await?;
    report.equal("the limit of objects", &list.limit, &0);
    report.equal("whether there are more objects", &list.has_more, &false);
    for key in list.keys {
        report.equal("the size of an object", &key.size, &0);
        report.equal("whether an object is encrypted", &key.encrypted, &false);
    }

    let list = answered(one_key, async |c| {
        c.bucket("photos").list_object_versions().send().await
    });
    let list = list.await?;
    report.equal("the limit of versions", &list.limit, &0);
    report.equal("whether there are more versions", &list.has_more, &false);
    for key in list.keys {
        report.equal("the size of a version", &key.size, &0);
        report.equal("whether it is encrypted", &key.encrypted, &false);
        report.equal("whether it is the newest", &key.is_latest, &false);
        report.equal("whether it is a marker", &key.delete_marker, &false);
    }

    let list = answered("{}", async |c| {
        c.bucket("photos").list_multipart_uploads().send().await
    });
    report.equal("the limit of uploads", &list.await?.limit, &0);
    let list = answered("{}", async |c| {
        c.bucket("photos")
            .list_multipart("k", "upload")
            .send()
            .await
    });
    report.equal("the count of parts", &list.await?.count, &0);
    let list = answered("{}", async |c| {
        c.bucket("photos").get_bucket_cname().send().await
    });
    report.equal("the count of domains", &list.await?.count, &0);

    let got = answered("{}", async |c| {
        c.bucket("photos").get_bucket_statistics().send().await
    });
    let got = got.await?;
    report.equal("the count of objects", &got.count, &0);
    report.equal("the bytes of objects", &got.size, &0);

    let head = answered("", async |c| {
        c.bucket("photos").head_object("k").send().await
    });
    report.equal(
        "whether HEAD found a marker",
        &head.await?.delete_marker,
        &false,
    );
    let get = answered("", async |c| {
        c.bucket("photos").get_object("k").send().await
    });
    report.equal(
        "whether GET found a marker",
        &get.await?.delete_marker,
        &false,
    );
    Ok(())
}
