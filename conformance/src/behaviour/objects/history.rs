//! What each step does to the versions of a key, told by all that can be read afterwards.

use serde_json::Value;

use crate::behaviour::{Behaviour, Bench, Done, Problem};
use crate::report::Report;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 6] = [
    behaviour!("versioning", each_step_adds_or_removes_a_version, versioned),
    behaviour!("versioning", suspended_writes_take_each_others_place, buckets: 1, versioned: true, unverified: Some("the vendor does not say what becomes of what is written while versions are suspended")),
    behaviour!(
        "versioning",
        every_way_of_writing_makes_a_version,
        versioned
    ),
    behaviour!("versioning", keys_have_their_versions_together, versioned),
    behaviour!("versioning", versions_are_never_disabled_again, versioned),
    behaviour!("versioning", a_version_is_moved_away, buckets: 1, versioned: true, unverified: Some("the vendor allows a version in the source of a move and does not say what is left")),
];

/// What is done to the key `k`. Numbers count its versions from the newest one, which is 0.
#[derive(Clone, Copy, Debug)]
enum Step {
    Set(&'static str),
    Put(&'static str),
    Delete,
    DeleteVersion(usize),
    /// A version is copied onto the key.
    Restore(usize),
}

use Step::{Delete, DeleteVersion, Put, Restore, Set};

/// A version as it is listed.
struct Listed {
    id: String,
    marker: bool,
    entry: Value,
}

async fn listed(bench: &Bench<'_>, report: &mut Report, key: &str) -> Result<Vec<Listed>, Problem> {
    let target = format!("?versions&prefix={key}");
    let got = bench
        .by_hand("GET", &bench.bucket(), &target, &[], "")
        .await?;
    report.status("listing versions", &got, 200);
    let list = got.json();
    let versions = list["keys"].as_array().cloned().unwrap_or_default();
    let read = |entry: Value| Listed {
        id: entry["version_id"].as_str().unwrap_or_default().to_owned(),
        marker: entry["delete_marker"] == true,
        entry,
    };
    Ok(versions.into_iter().map(read).collect())
}

async fn take(bench: &Bench<'_>, step: Step, before: &[Listed]) -> Result<Received, Problem> {
    let bucket = bench.bucket();
    let id = |index: usize| before.get(index).map_or("", |version| version.id.as_str());
    match step {
        Set(status) => {
            let json = [("Content-Type", "application/json")];
            let body = format!("{{\"status\": \"{status}\"}}");
            bench
                .by_hand("PUT", &bucket, "?versioning", &json, body)
                .await
        }
        Put(content) => bench.by_hand("PUT", &bucket, "k", &[], content).await,
        Delete => bench.by_hand("DELETE", &bucket, "k", &[], "").await,
        DeleteVersion(index) => {
            let target = format!("k?version_id={}", id(index));
            bench.by_hand("DELETE", &bucket, &target, &[], "").await
        }
        Restore(index) => {
            let source = format!("/{}/k?version_id={}", bucket.name(), id(index));
            let headers = [("x-qs-copy-source", source.as_str())];
            bench.by_hand("PUT", &bucket, "k", &headers, "").await
        }
    }
}

/// Takes the steps; after each one the key has these versions, the newest first, where `-` is a marker.
async fn play(bench: &Bench<'_>, report: &mut Report, steps: &[(Step, &[&str])]) -> Done {
    let bucket = bench.bucket();
    let mut before: Vec<Listed> = Vec::new();
    for (number, (step, expected)) in steps.iter().enumerate() {
        let answer = take(bench, *step, &before).await?;
        let what = format!("step {}, {step:?}", number + 1);
        report.holds(format!("{what} fails: {answer:?}"), answer.status < 300);
        let now = listed(bench, report, "k").await?;
        told(report, &what, *step, &answer, &before, &now);
        let mut contents = Vec::new();
        for version in &now {
            if version.marker {
                contents.push("-".to_owned());
                continue;
            }
            let target = format!("k?version_id={}", version.id);
            let got = bench.by_hand("GET", &bucket, &target, &[], "").await?;
            contents.push(match got.status {
                200 => String::from_utf8_lossy(&got.body).into_owned(),
                status => format!("({status})"),
            });
            let head = bench.by_hand("HEAD", &bucket, &target, &[], "").await?;
            report.equal(
                &format!("the entity tag by HEAD of a version after {what}"),
                &head.text("etag"),
                &got.text("etag"),
            );
            let id = got.text("x-qs-version-id");
            report.equal(
                &format!("X-QS-Version-Id of a version after {what}"),
                &id,
                &Some(version.id.as_str()),
            );
        }
        let contents: Vec<&str> = contents.iter().map(String::as_str).collect();
        report.equal(
            &format!("the versions after {what}"),
            &contents,
            &expected.to_vec(),
        );
        let latest: Vec<bool> = now.iter().map(|v| v.entry["is_latest"] == true).collect();
        let first: Vec<bool> = (0..now.len()).map(|index| index == 0).collect();
        report.equal(
            &format!("which is the newest after {what}"),
            &latest,
            &first,
        );
        let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
        match expected.first() {
            Some(content) if *content != "-" => {
                report.content(
                    &format!("the object after {what}"),
                    &got,
                    content.as_bytes(),
                );
                let id = got.text("x-qs-version-id");
                let newest = now.first().map(|version| version.id.as_str());
                report.equal(&format!("X-QS-Version-Id after {what}"), &id, &newest);
            }
            Some(_) => {
                let what = format!("the object after {what}");
                report.refused(&what, &got, 404, "object_not_exists");
                let marker = got.text("x-qs-delete-marker");
                report.equal(
                    &format!("X-QS-Delete-Marker of {what}"),
                    &marker,
                    &Some("true"),
                );
            }
            None => {
                let what = format!("the object after {what}");
                report.refused(&what, &got, 404, "object_not_exists");
                let marker = got.text("x-qs-delete-marker");
                report.equal(&format!("X-QS-Delete-Marker of {what}"), &marker, &None);
            }
        }
        let keys = bench
            .by_hand("GET", &bucket, "?prefix=k", &[], "")
            .await?
            .json();
        let there = expected.first().is_some_and(|content| *content != "-");
        report.equal(
            &format!("the objects in the list after {what}"),
            &keys["keys"].as_array().map(Vec::len),
            &Some(usize::from(there)),
        );
        before = now;
    }
    Ok(())
}

/// What an answer says of the version or marker that was made, or that is gone or hidden now.
fn told(
    report: &mut Report,
    what: &str,
    step: Step,
    answer: &Received,
    before: &[Listed],
    now: &[Listed],
) {
    let id = answer.text("x-qs-version-id");
    let newest = now.first().map(|version| version.id.as_str());
    let about_marker = |index: usize| before.get(index).is_some_and(|version| version.marker);
    let expected = match step {
        Set(_) => return,
        Put(_) | Restore(_) => {
            // What takes the place of something else may have no id to tell.
            if id.is_some() {
                report.equal(&format!("X-QS-Version-Id of {what}"), &id, &newest);
            }
            return;
        }
        Delete => {
            report.equal(&format!("X-QS-Version-Id of {what}"), &id, &newest);
            about_marker(0)
        }
        DeleteVersion(index) => about_marker(index),
    };
    let told = answer.text("x-qs-delete-marker") == Some("true");
    report.equal(&format!("X-QS-Delete-Marker of {what}"), &told, &expected);
    if let (Delete, Some(marker)) = (step, now.first()) {
        for name in ["etag", "mime_type"] {
            let text = marker.entry[name].as_str().unwrap_or_default();
            report.equal(&format!("{name} of the marker of {what}"), &text, &"");
        }
        let size = marker.entry["size"].as_u64().unwrap_or_default();
        report.equal(&format!("size of the marker of {what}"), &size, &0);
    }
}

async fn each_step_adds_or_removes_a_version(bench: &Bench<'_>, report: &mut Report) -> Done {
    let steps: &[(Step, &[&str])] = &[
        (Set("ENABLED"), &[]),
        (Put("a"), &["a"]),
        (Put("b"), &["b", "a"]),
        (Delete, &["-", "b", "a"]),
        (Delete, &["-", "-", "b", "a"]),
        (DeleteVersion(0), &["-", "b", "a"]),
        (Put("c"), &["c", "-", "b", "a"]),
        (DeleteVersion(1), &["c", "b", "a"]),
        (Restore(2), &["a", "c", "b", "a"]),
        (DeleteVersion(0), &["c", "b", "a"]),
        (DeleteVersion(1), &["c", "a"]),
        (DeleteVersion(0), &["a"]),
        (Put("d"), &["d", "a"]),
        (Delete, &["-", "d", "a"]),
        (DeleteVersion(1), &["-", "a"]),
        (DeleteVersion(0), &["a"]),
        (DeleteVersion(0), &[]),
    ];
    play(bench, report, steps).await
}

/// There is one version, or one marker, of what is written while versions are suspended; all that was kept before stays.
async fn suspended_writes_take_each_others_place(bench: &Bench<'_>, report: &mut Report) -> Done {
    let steps: &[(Step, &[&str])] = &[
        (Set("ENABLED"), &[]),
        (Put("a"), &["a"]),
        (Put("b"), &["b", "a"]),
        (Set("SUSPENDED"), &["b", "a"]),
        (Put("c"), &["c", "b", "a"]),
        (Put("d"), &["d", "b", "a"]),
        (Delete, &["-", "b", "a"]),
        (Delete, &["-", "b", "a"]),
        (Put("e"), &["e", "b", "a"]),
        (DeleteVersion(0), &["b", "a"]),
        // The one that came up was kept, and stays so.
        (Put("f"), &["f", "b", "a"]),
        (Restore(2), &["a", "b", "a"]),
        (DeleteVersion(0), &["b", "a"]),
        (Delete, &["-", "b", "a"]),
        (DeleteVersion(0), &["b", "a"]),
        (Put("g"), &["g", "b", "a"]),
        (Set("ENABLED"), &["g", "b", "a"]),
        (Put("h"), &["h", "g", "b", "a"]),
        (Delete, &["-", "h", "g", "b", "a"]),
        (Set("SUSPENDED"), &["-", "h", "g", "b", "a"]),
        // `g` was the one that a later one replaces, and is so still.
        (Put("i"), &["i", "-", "h", "b", "a"]),
        (DeleteVersion(1), &["i", "h", "b", "a"]),
        (DeleteVersion(0), &["h", "b", "a"]),
        (Delete, &["-", "h", "b", "a"]),
        (Set("ENABLED"), &["-", "h", "b", "a"]),
        (Put("j"), &["j", "-", "h", "b", "a"]),
        (Set("SUSPENDED"), &["j", "-", "h", "b", "a"]),
        (Put("k"), &["k", "j", "h", "b", "a"]),
    ];
    play(bench, report, steps).await
}

/// PUT, copy, fetch aside: a part upload, a form, and a move to the key, which leaves a marker behind.
async fn every_way_of_writing_makes_a_version(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    take(bench, Set("ENABLED"), &[]).await?;
    take(bench, Put("put"), &[]).await?;
    bench
        .by_hand("PUT", &bucket, "source", &[], "copied")
        .await?;
    let source = format!("/{}/source", bucket.name());
    let copy = [("x-qs-copy-source", source.as_str())];
    let copied = bench.by_hand("PUT", &bucket, "k", &copy, "").await?;
    let id = bench.begin(&bucket, "k", &[]).await?;
    let part = format!("k?part_number=0&upload_id={id}");
    bench.by_hand("PUT", &bucket, &part, &[], "parts").await?;
    let completed = bench.complete(&bucket, "k", &id, &[0]).await?;
    let form = super::forms::Form::new(&[("key", "k")]).file("a", None, b"form");
    let posted = super::forms::post(bench, &form.signed(bench)).await?;
    let moving = [("x-qs-move-source", source.as_str())];
    let moved = bench.by_hand("PUT", &bucket, "k", &moving, "").await?;
    let now = listed(bench, report, "k").await?;
    report.equal("how many versions there are", &now.len(), &5);
    for (what, answer, content, place) in [
        ("the move", moved, "copied", 0),
        ("the form", posted, "form", 1),
        ("the upload", completed, "parts", 2),
        ("the copy", copied, "copied", 3),
    ] {
        let id = now.get(place).map_or("", |version| version.id.as_str());
        let told = answer.text("x-qs-version-id");
        report.equal(&format!("X-QS-Version-Id of {what}"), &told, &Some(id));
        let target = format!("k?version_id={id}");
        let got = bench.by_hand("GET", &bucket, &target, &[], "").await?;
        report.content(&format!("the version of {what}"), &got, content.as_bytes());
    }
    let left = listed(bench, report, "source").await?;
    let markers: Vec<bool> = left.iter().map(|version| version.marker).collect();
    report.equal(
        "the versions of what was moved (true: a marker)",
        &markers,
        &vec![true, false],
    );
    let id = left.get(1).map_or("", |version| version.id.as_str());
    let target = format!("source?version_id={id}");
    let got = bench.by_hand("GET", &bucket, &target, &[], "").await?;
    report.content("what was moved, as a version", &got, b"copied");
    Ok(())
}

/// Lists go by key first and by age then, also where some keys are deleted.
async fn keys_have_their_versions_together(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    take(bench, Set("ENABLED"), &[]).await?;
    for (method, key, content) in [
        ("PUT", "b", "b1"),
        ("PUT", "a", "a1"),
        ("PUT", "b", "b2"),
        ("PUT", "c", "c1"),
        ("DELETE", "b", ""),
        ("PUT", "a", "a2"),
        ("DELETE", "c", ""),
        ("PUT", "c", "c2"),
    ] {
        bench.by_hand(method, &bucket, key, &[], content).await?;
    }
    let expected = [
        "a a2 true",
        "a a1 false",
        "b - true",
        "b b2 false",
        "b b1 false",
        "c c2 true",
        "c - false",
        "c c1 false",
    ];
    let now = listed(bench, report, "").await?;
    let mut got = Vec::new();
    for version in &now {
        let key = version.entry["key"].as_str().unwrap_or_default();
        let content = match version.marker {
            true => "-".to_owned(),
            false => {
                let target = format!("{key}?version_id={}", version.id);
                let got = bench.by_hand("GET", &bucket, &target, &[], "").await?;
                String::from_utf8_lossy(&got.body).into_owned()
            }
        };
        got.push(format!("{key} {content} {}", version.entry["is_latest"]));
    }
    let got: Vec<&str> = got.iter().map(String::as_str).collect();
    report.equal("the versions in the list", &got, &expected.to_vec());
    let keys = bench.by_hand("GET", &bucket, "", &[], "").await?.json();
    let keys: Vec<&str> = keys["keys"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|key| key["key"].as_str())
        .collect();
    report.equal("the objects in the list", &keys, &vec!["a", "c"]);
    Ok(())
}

/// It is gone where it was, and the others are still there.
async fn a_version_is_moved_away(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    take(bench, Set("ENABLED"), &[]).await?;
    for content in ["a", "b", "c"] {
        take(bench, Put(content), &[]).await?;
    }
    let before = listed(bench, report, "k").await?;
    for (place, content, newest) in [(1, "b", "c"), (0, "c", "a")] {
        let id = before.get(place).map_or("", |version| version.id.as_str());
        let source = format!("/{}/k?version_id={id}", bucket.name());
        let headers = [("x-qs-move-source", source.as_str())];
        let moved = bench.by_hand("PUT", &bucket, "new", &headers, "").await?;
        report.status(&format!("moving the version {content}"), &moved, 201);
        let got = bench.by_hand("GET", &bucket, "new", &[], "").await?;
        report.content("what was moved", &got, content.as_bytes());
        let version = format!("k?version_id={id}");
        let got = bench.by_hand("GET", &bucket, &version, &[], "").await?;
        let what = format!("the version {content} where it was");
        report.refused(&what, &got, 404, "object_not_exists");
        let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
        report.content("what is left", &got, newest.as_bytes());
    }
    let left = listed(bench, report, "k").await?;
    report.equal("how many versions are left", &left.len(), &1);
    Ok(())
}

/// Only ENABLED and SUSPENDED can be set.
async fn versions_are_never_disabled_again(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for status in ["ENABLED", "SUSPENDED"] {
        let set = take(bench, Set(status), &[]).await?;
        report.status(&format!("setting {status}"), &set, 200);
        for odd in ["DISABLED", "on", ""] {
            let set = take(bench, Set(odd), &[]).await?;
            report.status(&format!("setting {odd:?} after {status}"), &set, 400);
        }
        let now = bench
            .by_hand("GET", &bucket, "?versioning", &[], "")
            .await?
            .json();
        report.equal("the status then", &now["status"].as_str(), &Some(status));
    }
    Ok(())
}
