//! Versions of objects.

use qingstor::types::ObjectRef;
use qingstor::{Bucket, ErrorKind};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 6] = [
    behaviour!("versioning", older_versions_are_kept, versioned),
    behaviour!("versioning", a_delete_marker_hides, versioned),
    behaviour!("versioning", a_version_is_restored_by_copying, versioned),
    behaviour!("versioning", what_is_below_the_newest_comes_up, versioned),
    behaviour!("versioning", a_marker_itself_is_no_object, buckets: 1, versioned: true, unverified: Some("the vendor says 404 in one place and 405 in another")),
    behaviour!("versioning", suspending_keeps_what_is_there, versioned),
];

async fn enable(bucket: &Bucket) -> Done {
    let enabled = bucket.put_bucket_versioning("ENABLED").send().await;
    needed("enabling versions", enabled).map(drop)
}

async fn put(bucket: &Bucket, content: &'static str) -> Result<String, crate::behaviour::Problem> {
    let stored = needed("storing", bucket.put_object("k", content).send().await)?;
    Ok(stored.version_id.unwrap_or_default())
}

/// Each write makes a version with an id of its own, and both can be read.
async fn older_versions_are_kept(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    enable(&bucket).await?;
    let (old, new) = (put(&bucket, "old").await?, put(&bucket, "new").await?);
    report.holds("a version has no id", !old.is_empty() && !new.is_empty());
    report.holds("two versions have one id", old != new);
    for (version, content) in [(None, "new"), (Some(&old), "old"), (Some(&new), "new")] {
        let get = bucket.get_object("k");
        let get = match version {
            Some(id) => get.version_id(id),
            None => get,
        };
        let got = needed("reading a version", get.send().await)?;
        report.body(got.body, content.as_bytes()).await;
    }
    let listed = bucket.list_object_versions().items().try_collect().await;
    let listed: Vec<(String, bool)> = needed("listing", listed)?
        .into_iter()
        .map(|v| (v.version_id.unwrap_or_default(), v.is_latest))
        .collect();
    report.equal(
        "the versions, the newest first",
        &listed,
        &vec![(new, true), (old.clone(), false)],
    );
    let deleted = bucket.delete_object("k").version_id(&old).send().await;
    needed("deleting a version", deleted)?;
    let gone = bucket.get_object("k").version_id(&old).send().await;
    report.error(
        gone.map(drop),
        ErrorKind::NotFound,
        Some("object_not_exists"),
    );
    Ok(())
}

/// Deleting puts a marker before the versions; deleting the marker brings the object back.
async fn a_delete_marker_hides(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    enable(&bucket).await?;
    put(&bucket, "hello").await?;
    let deleted = needed("deleting", bucket.delete_object("k").send().await)?;
    let marker = deleted.version_id.unwrap_or_default();
    report.holds("the marker has no id", !marker.is_empty());
    let hidden = bucket.get_object("k").send().await;
    match hidden {
        Err(error) => {
            report.equal("the kind of the error", &error.kind(), &ErrorKind::NotFound);
            let header = error.headers().get("x-qs-delete-marker");
            let header = header.and_then(|value| value.to_str().ok());
            report.equal("X-QS-Delete-Marker", &header, &Some("true"));
        }
        Ok(_) => report.find("a deleted object can be read"),
    }
    let keys = needed("listing", bucket.list_objects().send().await)?.keys;
    report.equal("the objects in the list", &keys.len(), &0);
    let restored = bucket.delete_object("k").version_id(&marker).send().await;
    let restored = needed("deleting the marker", restored)?;
    report.equal(
        "whether a marker was deleted",
        &restored.delete_marker,
        &true,
    );
    let got = needed("reading", bucket.get_object("k").send().await)?;
    report.body(got.body, b"hello").await;
    Ok(())
}

async fn a_version_is_restored_by_copying(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    enable(&bucket).await?;
    let old = put(&bucket, "old").await?;
    put(&bucket, "new").await?;
    let source = ObjectRef::new(bucket.name(), "k").version(old);
    needed("copying", bucket.copy_object("k", source).send().await)?;
    let got = needed("reading", bucket.get_object("k").send().await)?;
    report.body(got.body, b"old").await;
    let listed = bucket.list_object_versions().items().try_collect().await;
    report.equal("the versions", &needed("listing", listed)?.len(), &3);
    Ok(())
}

/// The versions from before stay, also the one that was the newest; of what is written afterwards only the last is kept.
async fn suspending_keeps_what_is_there(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    enable(&bucket).await?;
    let (old, new) = (put(&bucket, "old").await?, put(&bucket, "new").await?);
    let suspended = bucket.put_bucket_versioning("SUSPENDED").send().await;
    needed("suspending versions", suspended)?;
    for content in ["later", "last"] {
        put(&bucket, content).await?;
    }
    let got = needed("reading", bucket.get_object("k").send().await)?;
    report.body(got.body, b"last").await;
    for (version, content) in [(&old, "old"), (&new, "new")] {
        let get = bucket.get_object("k").version_id(version).send().await;
        match get {
            Ok(got) => report.body(got.body, content.as_bytes()).await,
            Err(error) => report.find(format!("the version {content:?} is lost: {error}")),
        }
    }
    let listed = bucket.list_object_versions().items().try_collect().await;
    let listed = needed("listing", listed)?;
    report.equal("the versions in the list", &listed.len(), &3);
    let latest = listed.iter().filter(|version| version.is_latest).count();
    report.equal("how many of them are the newest", &latest, &1);
    Ok(())
}

/// When the newest version is deleted, the next one counts: an object, or a marker that hides what is below.
async fn what_is_below_the_newest_comes_up(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    enable(&bucket).await?;
    put(&bucket, "first").await?;
    let deleted = needed("deleting", bucket.delete_object("k").send().await)?;
    let marker = deleted.version_id.unwrap_or_default();
    let (middle, newest) = (put(&bucket, "middle").await?, put(&bucket, "newest").await?);
    for (version, left) in [
        (&newest, Some("middle")),
        (&middle, None),
        (&marker, Some("first")),
    ] {
        let deleted = bucket.delete_object("k").version_id(version).send().await;
        needed("deleting a version", deleted)?;
        let got = bucket.get_object("k").send().await;
        match (got, left) {
            (Ok(got), Some(content)) => report.body(got.body, content.as_bytes()).await,
            (Err(error), None) => {
                report.equal("the kind of the error", &error.kind(), &ErrorKind::NotFound);
            }
            (Ok(_), None) => report.find("what a marker hides can be read"),
            (Err(error), Some(content)) => {
                report.find(format!("{content:?} did not come up: {error}"));
            }
        }
        let listed = needed("listing", bucket.list_objects().send().await)?;
        let expected = usize::from(left.is_some());
        report.equal("the objects in the list", &listed.keys.len(), &expected);
    }
    Ok(())
}

/// A marker can only be deleted.
async fn a_marker_itself_is_no_object(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    enable(&bucket).await?;
    put(&bucket, "hello").await?;
    let deleted = needed("deleting", bucket.delete_object("k").send().await)?;
    let marker = deleted.version_id.unwrap_or_default();
    let read = bucket.get_object("k").version_id(&marker).send().await;
    let got = read.err();
    let status = got.as_ref().and_then(qingstor::Error::status);
    report.equal("the status of reading a marker", &status, &Some(405));
    let header = got.and_then(|error| error.headers().get("x-qs-delete-marker").cloned());
    let header = header.as_ref().and_then(|value| value.to_str().ok());
    report.equal("X-QS-Delete-Marker", &header, &Some("true"));
    let source = ObjectRef::new(bucket.name(), "k").version(marker);
    let copied = bucket.copy_object("copy", source).send().await;
    report.holds("a marker can be copied", copied.is_err());
    Ok(())
}
