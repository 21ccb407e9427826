//! What the statistics of a bucket make of each thing that is done to its objects.

use serde_json::Value;

use crate::behaviour::{Behaviour, Bench, Done, Problem};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 3] = [
    behaviour!("statistics", everything_that_is_stored_counts, unverified: "the service may count later than it answers"),
    behaviour!("statistics", classes_count_apart, unverified: "the service may count later than it answers"),
    behaviour!("statistics", versions_count_and_markers_do_not, buckets: 1, versioned: true, unverified: Some("the vendor says of markers only that they take no space")),
];

async fn statistics(bench: &Bench<'_>) -> Result<Value, Problem> {
    let bucket = bench.bucket();
    let got = bench.by_hand("GET", &bucket, "?stats", &[], "").await?;
    Ok(got.json())
}

/// How many objects there are after a step, and how many bytes.
async fn amount(bench: &Bench<'_>, report: &mut Report, step: &str, count: u64, size: u64) -> Done {
    let now = statistics(bench).await?;
    let got = (now["count"].as_u64(), now["size"].as_u64());
    let classes = now["storage_classes"].as_object();
    for (class, share) in classes.into_iter().flatten() {
        let (billed, there) = (share["billing_size"].as_u64(), share["size"].as_u64());
        report.holds(
            format!("{class} after {step}: {billed:?} bytes are billed for {there:?}"),
            billed >= there,
        );
    }
    let what = format!("count and size after {step}");
    report.equal(&what, &got, &(Some(count), Some(size)));
    Ok(())
}

/// Objects, what replaces them, what grows, copies, moves, and the parts of uploads.
async fn everything_that_is_stored_counts(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let source = format!("/{}/a", bucket.name());
    let copy = [("x-qs-copy-source", source.as_str())];
    let moving = [("x-qs-move-source", source.as_str())];
    amount(bench, report, "nothing", 0, 0).await?;
    for (step, method, target, headers, body, count, size) in [
        ("storing 10 bytes", "PUT", "a", &[][..], "0123456789", 1, 10),
        ("storing 4 bytes over them", "PUT", "a", &[], "0123", 1, 4),
        ("storing nothing", "PUT", "b", &[], "", 2, 4),
        (
            "appending 5 bytes",
            "POST",
            "c?append&position=0",
            &[],
            "01234",
            3,
            9,
        ),
        (
            "appending 6 bytes",
            "POST",
            "c?append&position=5",
            &[],
            "012345",
            3,
            15,
        ),
        ("copying 4 bytes", "PUT", "d", &copy, "", 4, 19),
        ("copying onto itself", "PUT", "a", &copy, "", 4, 19),
        ("copying over 11 bytes", "PUT", "c", &copy, "", 4, 12),
        ("moving", "PUT", "e", &moving, "", 4, 12),
        ("deleting", "DELETE", "c", &[], "", 3, 8),
        ("deleting what is gone", "DELETE", "c", &[], "", 3, 8),
    ] {
        let got = bench
            .by_hand(method, &bucket, target, headers, body)
            .await?;
        report.holds(format!("{step} fails: {got:?}"), got.status < 300);
        amount(bench, report, step, count, size).await?;
    }
    let id = bench.begin(&bucket, "f", &[]).await?;
    amount(bench, report, "beginning an upload", 3, 8).await?;
    for (number, content, size) in [(0, "0123456", 15), (0, "012", 11), (1, "01234", 16)] {
        let target = format!("f?part_number={number}&upload_id={id}");
        bench.by_hand("PUT", &bucket, &target, &[], content).await?;
        let step = format!("uploading {content} as part {number}");
        amount(bench, report, &step, 3, size).await?;
    }
    bench.complete(&bucket, "f", &id, &[0]).await?;
    amount(bench, report, "completing without the last part", 4, 11).await?;
    let id = bench.begin(&bucket, "f", &[]).await?;
    let target = format!("f?part_number=0&upload_id={id}");
    bench
        .by_hand("PUT", &bucket, &target, &[], "01234567")
        .await?;
    amount(bench, report, "uploading 8 bytes", 4, 19).await?;
    let whole = format!("f?upload_id={id}");
    bench.by_hand("DELETE", &bucket, &whole, &[], "").await?;
    amount(bench, report, "aborting", 4, 11).await?;
    for key in ["b", "d", "e", "f"] {
        bench.by_hand("DELETE", &bucket, key, &[], "").await?;
    }
    amount(bench, report, "deleting everything", 0, 0).await
}

/// An object counts where its class says; what is billed is never less than what is there.
async fn classes_count_apart(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let rare = ("x-qs-storage-class", "STANDARD_IA");
    let source = format!("/{}/a", bucket.name());
    let copy = ("x-qs-copy-source", source.as_str());
    let usual = ("x-qs-storage-class", "STANDARD");
    for (step, method, target, headers, body, expected) in [
        (
            "storing 3 bytes",
            "PUT",
            "a",
            vec![],
            "012",
            [(1, 3), (0, 0)],
        ),
        (
            "storing 5 rare ones",
            "PUT",
            "b",
            vec![rare],
            "01234",
            [(1, 3), (1, 5)],
        ),
        (
            "making the first ones rare",
            "PUT",
            "a",
            vec![copy, rare],
            "",
            [(0, 0), (2, 8)],
        ),
        (
            "making them usual",
            "PUT",
            "a",
            vec![copy, usual],
            "",
            [(1, 3), (1, 5)],
        ),
        (
            "deleting the rare ones",
            "DELETE",
            "b",
            vec![],
            "",
            [(1, 3), (0, 0)],
        ),
    ] {
        let got = bench
            .by_hand(method, &bucket, target, &headers, body)
            .await?;
        report.holds(format!("{step} fails: {got:?}"), got.status < 300);
        let now = statistics(bench).await?;
        for (class, expected) in ["STANDARD", "STANDARD_IA"].iter().zip(expected) {
            let share = &now["storage_classes"][class];
            let number = |name: &str| share[name].as_u64().unwrap_or_default();
            let got = (number("count"), number("size"));
            report.equal(
                &format!("count and size of {class} after {step}"),
                &got,
                &expected,
            );
            let billed = number("billing_size");
            report.holds(
                format!(
                    "{class} after {step}: {billed} bytes are billed for {}",
                    got.1
                ),
                billed >= got.1,
            );
        }
    }
    Ok(())
}

async fn versions_count_and_markers_do_not(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let json = [("Content-Type", "application/json")];
    let enabled = r#"{"status": "ENABLED"}"#;
    bench
        .by_hand("PUT", &bucket, "?versioning", &json, enabled)
        .await?;
    let first = bench.by_hand("PUT", &bucket, "k", &[], "hello").await?;
    amount(bench, report, "storing 5 bytes", 1, 5).await?;
    bench.by_hand("PUT", &bucket, "k", &[], "hi").await?;
    amount(bench, report, "storing 2 bytes over them", 2, 7).await?;
    let deleted = bench.by_hand("DELETE", &bucket, "k", &[], "").await?;
    amount(bench, report, "deleting", 2, 7).await?;
    for (step, answer, count, size) in [
        ("deleting the marker", deleted, 2, 7),
        ("deleting the first version", first, 1, 2),
    ] {
        let id = answer.text("x-qs-version-id").unwrap_or_default();
        let target = format!("k?version_id={id}");
        bench.by_hand("DELETE", &bucket, &target, &[], "").await?;
        amount(bench, report, step, count, size).await?;
    }
    Ok(())
}
