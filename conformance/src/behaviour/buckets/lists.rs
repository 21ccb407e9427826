//! Lists with folders, read in pages.

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 4] = [
    behaviour!("lists", a_folder_is_listed_page_by_page),
    behaviour!("lists", versions_are_listed_page_by_page, versioned),
    behaviour!("lists", no_more_items_come_than_were_asked_for),
    behaviour!("lists", folders_of_uploads_are_listed_page_by_page),
];

/// The object that stands for the folder itself is one of its own list. A page may end with it, or with a folder inside.
async fn a_folder_is_listed_page_by_page(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for key in ["a/", "a/b", "a/c/1", "a/c/2", "a/d", "a/e/1", "b"] {
        needed("storing", bucket.put_object(key, "hello").send().await)?;
    }
    for limit in [1, 2, 3, 100] {
        let list = bucket.list_objects().prefix("a/").delimiter("/");
        let mut pages = list.limit(limit).pages();
        let mut found = Vec::new();
        while let Some(page) = needed("listing", pages.try_next().await)? {
            report.holds(
                format!("a page of at most {limit} has more keys and folders"),
                (page.keys.len() + page.common_prefixes.len()) as u64 <= limit,
            );
            found.extend(page.keys.into_iter().map(|key| key.key));
            found.extend(page.common_prefixes);
        }
        found.sort();
        report.equal(
            &format!("the keys and folders in pages of {limit}"),
            &found,
            &["a/", "a/b", "a/c/", "a/d", "a/e/"]
                .map(str::to_owned)
                .to_vec(),
        );
    }
    Ok(())
}

/// A page that ends with a folder has a marker for the key and none for the upload.
async fn folders_of_uploads_are_listed_page_by_page(
    bench: &Bench<'_>,
    report: &mut Report,
) -> Done {
    let bucket = bench.bucket();
    for key in ["a/1", "a/2", "b", "b", "c/1", "d"] {
        let begun = bucket.initiate_multipart_upload(key).send().await;
        needed("beginning an upload", begun)?;
    }
    for limit in [1, 2, 3, 100] {
        let list = bucket.list_multipart_uploads().delimiter("/");
        let mut pages = list.limit(limit).pages();
        let mut found = Vec::new();
        while let Some(page) = needed("listing", pages.try_next().await)? {
            found.extend(page.uploads.into_iter().map(|upload| upload.key));
            found.extend(page.common_prefixes);
        }
        found.sort();
        report.equal(
            &format!("the uploads and folders in pages of {limit}"),
            &found,
            &["a/", "b", "b", "c/", "d"].map(str::to_owned).to_vec(),
        );
    }
    Ok(())
}

/// A page may end between the versions of one key, also behind the newest.
async fn versions_are_listed_page_by_page(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let enabled = bucket.put_bucket_versioning("ENABLED").send().await;
    needed("enabling versions", enabled)?;
    let mut expected = Vec::new();
    for key in ["a", "b", "c"] {
        for content in ["1", "2", "3"] {
            let put = needed("storing", bucket.put_object(key, content).send().await)?;
            expected.push((key.to_owned(), put.version_id, content == "3" && key != "c"));
        }
    }
    let deleted = needed("deleting", bucket.delete_object("c").send().await)?;
    expected.push(("c".to_owned(), deleted.version_id, true));
    // By key, and the newest first.
    expected.reverse();
    expected.sort_by(|left, right| left.0.cmp(&right.0));
    for limit in [1, 2, 3, 4, 100] {
        let list = bucket.list_object_versions().limit(limit);
        let listed = needed("listing", list.items().try_collect().await)?;
        let listed: Vec<_> = listed
            .into_iter()
            .map(|version| (version.key, version.version_id, version.is_latest))
            .collect();
        report.equal(
            &format!("the versions in pages of {limit}"),
            &listed,
            &expected,
        );
    }
    Ok(())
}

async fn no_more_items_come_than_were_asked_for(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for key in ["a", "b", "c", "d", "e"] {
        needed("storing", bucket.put_object(key, "hello").send().await)?;
    }
    for (count, expected) in [(0, 0), (1, 1), (2, 2), (3, 3), (5, 5), (9, 5)] {
        let items = bucket.list_objects().limit(2).items().at_most(count);
        let items = needed("listing", items.try_collect().await)?;
        let what = format!("the items of at most {count}");
        report.equal(&what, &items.len(), &expected);
    }
    Ok(())
}
