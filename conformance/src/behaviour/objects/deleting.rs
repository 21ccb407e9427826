//! Deleting: one object, many, and the bucket.

use serde_json::json;

use crate::behaviour::{Behaviour, Bench, Done, Problem};
use crate::expected;
use crate::report::Report;

pub(super) static ALL: [Behaviour; 4] = [
    behaviour!("delete", each_key_has_its_outcome),
    behaviour!(
        "delete",
        many_get_markers_where_versions_are_kept,
        versioned
    ),
    behaviour!("delete", no_version_is_mistaken_for_all, unverified: "the vendor knows keys only in this request"),
    behaviour!("delete", what_holds_something_is_no_empty_bucket, buckets: 1, versioned: true, unverified: Some("the vendor says that a bucket must be empty, and not of what")),
];

const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

/// What is refused is told in any case, what is deleted unless `quiet` is set; what is not there counts as deleted.
async fn each_key_has_its_outcome(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let long = "k".repeat(1024);
    for (quiet, told) in [
        (None, &["a", "b c", "missing"][..]),
        (Some(false), &["a", "b c", "missing"]),
        (Some(true), &[]),
    ] {
        for path in ["a", "b%20c", "stays"] {
            bench.by_hand("PUT", &bucket, path, &[], "hello").await?;
        }
        let mut list = json!({ "objects": [
            { "key": "a" }, { "key": long }, { "key": "b c" }, { "key": "missing" },
        ] });
        if let Some(quiet) = quiet {
            list["quiet"] = json!(quiet);
        }
        let list = list.to_string();
        let digest = expected::md5(list.as_bytes());
        let headers = [JSON[0], ("Content-MD5", digest.as_str())];
        let got = bench
            .by_hand("POST", &bucket, "?delete", &headers, list)
            .await?;
        let what = format!("deleting with quiet: {quiet:?}");
        report.status(&what, &got, 200);
        let outcome = got.json();
        let names = |list: &serde_json::Value| -> Vec<String> {
            let items = list.as_array().into_iter().flatten();
            items
                .filter_map(|item| item["key"].as_str().map(str::to_owned))
                .collect()
        };
        report.equal(
            &format!("`deleted` of {what}"),
            &names(&outcome["deleted"]),
            &told.iter().map(|key| (*key).to_owned()).collect(),
        );
        report.equal(
            &format!("`errors` of {what}"),
            &names(&outcome["errors"]),
            &vec![long.clone()],
        );
        report.equal(
            &format!("the code in `errors` of {what}"),
            &outcome["errors"][0]["code"].as_str(),
            &Some("invalid_object_name"),
        );
        let left = bench.by_hand("GET", &bucket, "", &[], "").await?.json();
        report.equal(
            &format!("what is left after {what}"),
            &names(&left["keys"]),
            &vec!["stays".to_owned()],
        );
    }
    Ok(())
}

/// Deleting the object where one version was meant would lose more than was asked for.
async fn no_version_is_mistaken_for_all(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
    let list = json!({ "objects": [{ "key": "k", "version_id": "NjkxMjM0MzM1MjAxNzAwODMz" }] });
    let list = list.to_string();
    let digest = expected::md5(list.as_bytes());
    let headers = [JSON[0], ("Content-MD5", digest.as_str())];
    bench
        .by_hand("POST", &bucket, "?delete", &headers, list)
        .await?;
    let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
    report.content(
        "the object of which a version was to be deleted",
        &got,
        b"hello",
    );
    Ok(())
}

/// Objects, uploads that are under way, old versions, and delete markers.
async fn what_holds_something_is_no_empty_bucket(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let refused = async |report: &mut Report, what: &str| -> Done {
        let got = bench.by_hand("DELETE", &bucket, "", &[], "").await?;
        if got.code() == "lease_not_ready" {
            return Err(Problem::Skip(
                "the bucket is too young to be deleted".to_owned(),
            ));
        }
        report.refused(
            &format!("deleting a bucket with {what}"),
            &got,
            409,
            "bucket_not_empty",
        );
        Ok(())
    };
    let id = bench.begin(&bucket, "k", &[]).await?;
    refused(report, "an upload").await?;
    let whole = format!("k?upload_id={id}");
    bench.by_hand("DELETE", &bucket, &whole, &[], "").await?;
    bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
    refused(report, "an object").await?;
    bench.by_hand("DELETE", &bucket, "k", &[], "").await?;
    let enabled = r#"{"status": "ENABLED"}"#;
    bench
        .by_hand("PUT", &bucket, "?versioning", &JSON, enabled)
        .await?;
    let put = bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
    bench.by_hand("DELETE", &bucket, "k", &[], "").await?;
    refused(report, "a version and a marker").await?;
    let id = put.text("x-qs-version-id").unwrap_or_default();
    let version = format!("k?version_id={id}");
    bench.by_hand("DELETE", &bucket, &version, &[], "").await?;
    refused(report, "a marker").await
}

async fn many_get_markers_where_versions_are_kept(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let enabled = r#"{"status": "ENABLED"}"#;
    bench
        .by_hand("PUT", &bucket, "?versioning", &JSON, enabled)
        .await?;
    let put = bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
    let list = json!({ "objects": [{ "key": "k" }] }).to_string();
    let digest = expected::md5(list.as_bytes());
    let headers = [JSON[0], ("Content-MD5", digest.as_str())];
    bench
        .by_hand("POST", &bucket, "?delete", &headers, list)
        .await?;
    let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
    report.refused("reading what was deleted", &got, 404, "object_not_exists");
    let marker = got.text("x-qs-delete-marker");
    report.equal(
        "X-QS-Delete-Marker of what was deleted",
        &marker,
        &Some("true"),
    );
    let version = put.text("x-qs-version-id").unwrap_or_default();
    let version = format!("k?version_id={version}");
    let got = bench.by_hand("GET", &bucket, &version, &[], "").await?;
    report.content("the version of what was deleted", &got, b"hello");
    Ok(())
}
