//! Copy, move and fetch.

use std::time::{Duration, SystemTime};

use qingstor::ErrorKind;
use qingstor::types::{CustomerKey, ObjectRef};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 7] = [
    behaviour!("copy", a_copy_is_like_its_source),
    behaviour!("copy", metadata_are_replaced_on_demand),
    behaviour!("copy", a_copy_goes_to_another_bucket, buckets: 2),
    behaviour!("copy", the_storage_class_is_changed_on_demand),
    behaviour!("copy", conditions_on_the_source_hold),
    behaviour!("move", a_moved_object_is_gone),
    behaviour!("fetch", a_url_is_fetched, unverified: "the service may not reach every URL"),
];

/// Content, media type and metadata come along.
async fn a_copy_is_like_its_source(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let put = bucket
        .put_object("a b/源.txt", "hello")
        .content_type("text/plain");
    needed("storing", put.metadata("owner", "ann").send().await)?;
    let source = ObjectRef::new(bucket.name(), "a b/源.txt");
    needed("copying", bucket.copy_object("copy", source).send().await)?;
    let copy = needed("reading", bucket.get_object("copy").send().await)?;
    report.equal(
        "the media type",
        &copy.content_type.as_deref(),
        &Some("text/plain"),
    );
    let owner = copy.metadata.get("owner").map(String::as_str);
    report.equal("the metadata", &owner, &Some("ann"));
    report.body(copy.body, b"hello").await;
    report.holds(
        "the source is gone",
        bucket.head_object("a b/源.txt").send().await.is_ok(),
    );
    let missing = ObjectRef::new(bucket.name(), "missing");
    let outcome = bucket.copy_object("copy2", missing).send().await;
    report.error(outcome, ErrorKind::NotFound, Some("object_not_exists"));
    Ok(())
}

/// With REPLACE an object's metadata are changed by copying it onto itself; without, the request's do not count.
async fn metadata_are_replaced_on_demand(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let put = bucket.put_object("k", "hello").content_type("text/plain");
    needed(
        "storing",
        put.metadata("owner", "ann")
            .metadata("camera", "x")
            .send()
            .await,
    )?;
    let own = || ObjectRef::new(bucket.name(), "k");
    let copy = bucket.copy_object("k", own()).metadata_directive("REPLACE");
    let copy = copy.content_type("image/png").metadata("owner", "bob");
    needed("replacing", copy.send().await)?;
    let now = needed("looking", bucket.head_object("k").send().await)?;
    report.equal(
        "the media type",
        &now.content_type.as_deref(),
        &Some("image/png"),
    );
    let metadata: Vec<(&str, &str)> = now
        .metadata
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    report.equal("the metadata", &metadata, &vec![("owner", "bob")]);
    Ok(())
}

async fn a_copy_goes_to_another_bucket(bench: &Bench<'_>, report: &mut Report) -> Done {
    let (from, to) = (bench.bucket(), bench.other());
    needed("storing", from.put_object("k", "hello").send().await)?;
    let source = ObjectRef::new(from.name(), "k");
    needed("copying", to.copy_object("k", source).send().await)?;
    let copy = needed("reading", to.get_object("k").send().await)?;
    report.body(copy.body, b"hello").await;
    Ok(())
}

/// A copy onto itself with a class changes the class and nothing else; without, it stays.
async fn the_storage_class_is_changed_on_demand(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let put = bucket.put_object("k", "hello").metadata("owner", "ann");
    needed("storing", put.send().await)?;
    for (class, expected) in [
        (Some("STANDARD_IA"), "STANDARD_IA"),
        (None, "STANDARD_IA"),
        (Some("STANDARD"), "STANDARD"),
    ] {
        let copy = bucket.copy_object("k", ObjectRef::new(bucket.name(), "k"));
        let copy = match class {
            Some(class) => copy.storage_class(class),
            None => copy,
        };
        let what = format!("copying with the class {class:?}");
        needed(&what, copy.send().await)?;
        let listed = needed("listing", bucket.list_objects().send().await)?;
        let found = listed.keys.into_iter().find_map(|key| key.storage_class);
        let found = found.as_ref().map(|class| class.as_str());
        report.equal(&format!("the class after {what}"), &found, &Some(expected));
        let head = needed("looking", bucket.head_object("k").send().await)?;
        let owner = head.metadata.get("owner").map(String::as_str);
        report.equal("the metadata", &owner, &Some("ann"));
    }
    Ok(())
}

/// Also where the bytes are encrypted or decrypted on the way.
async fn conditions_on_the_source_hold(bench: &Bench<'_>, report: &mut Report) -> Done {
    const OTHER: &str = "\"00000000000000000000000000000000\"";
    let bucket = bench.bucket();
    let key = CustomerKey::new([b'x'; 32]);
    let before = SystemTime::now() - Duration::from_secs(24 * 3600);
    for (from, to) in [(false, false), (false, true), (true, false), (true, true)] {
        let put = bucket.put_object("source", "hello");
        let put = match from {
            true => put.encryption_customer_key(key.clone()),
            false => put,
        };
        let stored = needed("storing", put.send().await)?;
        let etag = stored.etag.unwrap_or_default();
        let copy = || {
            let copy = bucket.copy_object("copy", ObjectRef::new(bucket.name(), "source"));
            let copy = match from {
                true => copy.copy_source_encryption_customer_key(key.clone()),
                false => copy,
            };
            match to {
                true => copy.encryption_customer_key(key.clone()),
                false => copy,
            }
        };
        let what = format!("copying, source encrypted: {from}, copy encrypted: {to}");
        for (condition, refused) in [
            ("If-Match", copy().copy_source_if_match(OTHER)),
            (
                "If-Unmodified-Since",
                copy().copy_source_if_unmodified_since(before),
            ),
        ] {
            let got = refused.send().await.err().map(|error| error.kind());
            report.equal(
                &format!("{what}, {condition} does not hold"),
                &got,
                &Some(ErrorKind::PreconditionFailed),
            );
        }
        report.holds(
            format!("{what}: there is a copy all the same"),
            bucket.head_object("copy").send().await.is_err(),
        );
        let copied = copy().copy_source_if_match(&etag).send().await;
        needed(&what, copied)?;
        let get = bucket.get_object("copy");
        let get = match to {
            true => get.encryption_customer_key(key.clone()),
            false => get,
        };
        let got = needed("reading the copy", get.send().await)?;
        report.body(got.body, b"hello").await;
        needed("deleting", bucket.delete_object("copy").send().await)?;
    }
    Ok(())
}

/// A moved object keeps its metadata, takes the place of another one, and is not where it was.
async fn a_moved_object_is_gone(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    needed(
        "storing",
        bucket
            .put_object("old", "hello")
            .metadata("owner", "ann")
            .send()
            .await,
    )?;
    needed(
        "storing",
        bucket.put_object("new", "overwritten").send().await,
    )?;
    let source = || ObjectRef::new(bucket.name(), "old");
    needed("moving", bucket.move_object("new", source()).send().await)?;
    let gone = bucket.get_object("old").send().await;
    report.error(
        gone.map(drop),
        ErrorKind::NotFound,
        Some("object_not_exists"),
    );
    let moved = needed("reading", bucket.get_object("new").send().await)?;
    let owner = moved.metadata.get("owner").map(String::as_str);
    report.equal("the metadata", &owner, &Some("ann"));
    report.body(moved.body, b"hello").await;
    let again = bucket.move_object("new", source()).send().await;
    report.error(again, ErrorKind::NotFound, Some("object_not_exists"));
    Ok(())
}

/// The URL is one that this very endpoint serves.
async fn a_url_is_fetched(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let put = bucket
        .put_object("source", "hello")
        .content_type("text/plain");
    needed("storing", put.send().await)?;
    let url = bucket
        .get_object("source")
        .presign(Duration::from_secs(600));
    let url = needed("signing", url)?.url;
    needed("fetching", bucket.fetch_object("fetched", url).send().await)?;
    let fetched = needed("reading", bucket.get_object("fetched").send().await)?;
    report.equal(
        "the media type",
        &fetched.content_type.as_deref(),
        &Some("text/plain"),
    );
    report.body(fetched.body, b"hello").await;
    Ok(())
}
