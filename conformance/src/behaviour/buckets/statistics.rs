//! What a bucket counts.

use serde_json::json;

use super::pages::get;
use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 2] = [
    behaviour!("statistics", statistics_count_everything),
    behaviour!("statistics", small_objects_are_billed_for_more, unverified: "the vendor does not say for how much an object of the cheaper class counts at least"),
];

/// By class, and together. A short object of the cheaper class is billed for more than it has.
async fn statistics_count_everything(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for (key, class) in [("a", "STANDARD"), ("b", "STANDARD"), ("c", "STANDARD_IA")] {
        let put = bucket.put_object(key, "hello").storage_class(class);
        needed("storing", put.send().await)?;
    }
    let got = get(bench, "?stats").await?;
    report.equal("the count", &got["count"], &json!(3));
    report.equal("the size", &got["size"], &json!(15));
    report.equal("the name", &got["name"].as_str(), &Some(bucket.name()));
    report.equal("the status", &got["status"], &json!("active"));
    let zone = got["location"].as_str().unwrap_or("").to_owned();
    let url = got["url"].as_str().unwrap_or("").to_owned();
    report.holds(
        format!("the URL is {url}"),
        url.starts_with(&format!("{}.{zone}.", bucket.name())),
    );
    let created = got["created"].as_str().unwrap_or("");
    report.holds(
        format!("it was created at {created}"),
        created.len() == 24 && created.ends_with('Z'),
    );
    for (class, count, size) in [("STANDARD", 2, 10), ("STANDARD_IA", 1, 5)] {
        let share = &got["storage_classes"][class];
        report.equal(
            &format!("the count of {class}"),
            &share["count"],
            &json!(count),
        );
        report.equal(
            &format!("the size of {class}"),
            &share["size"],
            &json!(size),
        );
    }
    let billed = |class: &str| got["storage_classes"][class]["billing_size"].as_u64();
    report.equal("what is billed of STANDARD", &billed("STANDARD"), &Some(10));
    report.holds(
        "less is billed of STANDARD_IA than there is",
        billed("STANDARD_IA") >= Some(5),
    );
    Ok(())
}

/// 64 KiB at least, in the cheaper class.
async fn small_objects_are_billed_for_more(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for (key, size) in [("a", 5), ("b", 1 << 16), ("c", (1 << 16) + 1)] {
        let put = bucket.put_object(key, vec![b'x'; size]);
        needed("storing", put.storage_class("STANDARD_IA").send().await)?;
    }
    let got = get(bench, "?stats").await?;
    let share = &got["storage_classes"]["STANDARD_IA"];
    report.equal(
        "the size",
        &share["size"],
        &json!(5 + (1 << 16) + (1 << 16) + 1),
    );
    report.equal(
        "what is billed",
        &share["billing_size"],
        &json!(3 * (1 << 16) + 1),
    );
    Ok(())
}
