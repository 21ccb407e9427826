//! What stays the same while an object is written over, grows, or moves.

use std::time::Duration;

use serde_json::Value;

use crate::behaviour::{Behaviour, Bench, Done, Problem};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 4] = [
    behaviour!("append", what_grows_stays_one_version, buckets: 1, versioned: true, unverified: Some("the vendor does not say what appending does in a bucket with versions")),
    behaviour!("append", the_first_piece_brings_metadata, unverified: "the vendor speaks of type and class only"),
    behaviour!("lists", a_move_keeps_the_day_of_birth, unverified: "the vendor does not say what the times of a moved object are"),
    behaviour!("copy", a_copy_does_not_grow, unverified: "the vendor does not say what a copy of an appendable object is"),
];

async fn versions(bench: &Bench<'_>, key: &str) -> Result<Vec<Value>, Problem> {
    let target = format!("?versions&prefix={key}");
    let got = bench
        .by_hand("GET", &bench.bucket(), &target, &[], "")
        .await?;
    Ok(got.json()["keys"].as_array().cloned().unwrap_or_default())
}

/// Each piece is added to the newest version; behind a marker there is nothing to add to.
async fn what_grows_stays_one_version(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let json = [("Content-Type", "application/json")];
    let enabled = r#"{"status": "ENABLED"}"#;
    bench
        .by_hand("PUT", &bucket, "?versioning", &json, enabled)
        .await?;
    let mut ids: Vec<Value> = Vec::new();
    for (position, size) in [(0, 5), (5, 10), (10, 15)] {
        let target = format!("log?append&position={position}");
        let got = bench
            .by_hand("POST", &bucket, &target, &[], "hello")
            .await?;
        report.status(&format!("appending at {position}"), &got, 200);
        let now = versions(bench, "log").await?;
        report.equal("the versions of what grows", &now.len(), &1);
        if let Some(version) = now.first() {
            report.equal(
                "the size in the list",
                &version["size"].as_u64(),
                &Some(size),
            );
            ids.push(version["version_id"].clone());
        }
    }
    ids.dedup();
    report.equal("how many ids it has had", &ids.len(), &1);
    bench.by_hand("DELETE", &bucket, "log", &[], "").await?;
    let late = "log?append&position=15";
    let got = bench.by_hand("POST", &bucket, late, &[], "!").await?;
    report.refused("appending behind a marker", &got, 400, "invalid_argument");
    let fresh = "log?append&position=0";
    let got = bench.by_hand("POST", &bucket, fresh, &[], "new").await?;
    report.status("beginning anew behind a marker", &got, 200);
    let now = versions(bench, "log").await?;
    let sizes: Vec<Option<u64>> = now.iter().map(|v| v["size"].as_u64()).collect();
    report.equal(
        "the sizes of all versions",
        &sizes,
        &vec![Some(3), Some(0), Some(15)],
    );
    let id = now.last().and_then(|v| v["version_id"].as_str());
    let target = format!("log?version_id={}", id.unwrap_or_default());
    let got = bench.by_hand("GET", &bucket, &target, &[], "").await?;
    report.content("what had grown before", &got, b"hellohellohello");
    Ok(())
}

async fn the_first_piece_brings_metadata(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for (position, owner) in [(0, "ann"), (5, "bob")] {
        let target = format!("log?append&position={position}");
        let headers = [("x-qs-meta-owner", owner), ("cache-control", "no-store")];
        bench
            .by_hand("POST", &bucket, &target, &headers, "hello")
            .await?;
        let head = bench.by_hand("HEAD", &bucket, "log", &[], "").await?;
        for (name, expected) in [("x-qs-meta-owner", "ann"), ("cache-control", "no-store")] {
            report.equal(name, &head.text(name), &Some(expected));
        }
    }
    Ok(())
}

/// It is modified by the move, and as old as it was.
async fn a_move_keeps_the_day_of_birth(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let entry = async |key: &str| -> Result<Value, Problem> {
        let list = versions(bench, key).await?;
        Ok(list.into_iter().next().unwrap_or_default())
    };
    bench.by_hand("PUT", &bucket, "old", &[], "hello").await?;
    let before = entry("old").await?;
    // Lists of versions tell milliseconds.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let source = format!("/{}/old", bucket.name());
    let headers = [("x-qs-copy-source", source.as_str())];
    bench.by_hand("PUT", &bucket, "copy", &headers, "").await?;
    let headers = [("x-qs-move-source", source.as_str())];
    bench.by_hand("PUT", &bucket, "new", &headers, "").await?;
    let (copied, moved) = (entry("copy").await?, entry("new").await?);
    report.equal(
        "`created` of what was moved",
        &moved["created"],
        &before["created"],
    );
    for (what, now, member) in [
        ("what was moved", &moved, "modified"),
        ("a copy", &copied, "created"),
        ("a copy", &copied, "modified"),
    ] {
        let (then, now) = (before[member].as_str(), now[member].as_str());
        report.holds(
            format!("`{member}` of {what} is {now:?}, and was {then:?} before"),
            now.is_some() && now > then,
        );
    }
    Ok(())
}

async fn a_copy_does_not_grow(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let first = "log?append&position=0";
    bench.by_hand("POST", &bucket, first, &[], "hello").await?;
    let source = format!("/{}/log", bucket.name());
    let headers = [("x-qs-copy-source", source.as_str())];
    bench.by_hand("PUT", &bucket, "copy", &headers, "").await?;
    let head = bench.by_hand("HEAD", &bucket, "copy", &[], "").await?;
    for name in ["x-qs-object-type", "x-qs-next-append-position"] {
        report.equal(&format!("{name} of a copy"), &head.text(name), &None);
    }
    let target = "copy?append&position=5";
    let got = bench.by_hand("POST", &bucket, target, &[], "!").await?;
    report.refused("appending to a copy", &got, 400, "invalid_object_state");
    let target = "log?append&position=5";
    let got = bench.by_hand("POST", &bucket, target, &[], "!").await?;
    report.status("appending to what was copied", &got, 200);
    let got = bench.by_hand("GET", &bucket, "copy", &[], "").await?;
    report.content("the copy afterwards", &got, b"hello");
    Ok(())
}
