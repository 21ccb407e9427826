//! What is copied or moved, and what it becomes.

use serde_json::json;

use crate::behaviour::{Behaviour, Bench, Done};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 5] = [
    behaviour!("copy", only_what_may_be_read_is_copied),
    behaviour!("move", the_source_is_in_another_bucket, buckets: 2),
    behaviour!("move", what_is_moved_stays_what_it_is),
    behaviour!("copy", versions_are_copied_whole_and_in_parts, versioned),
    behaviour!("copy", a_copy_is_new, unverified: "the vendor does not say what time a copy is of"),
];

const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

/// What grew can go on growing; content, tag and length are the same.
async fn what_is_moved_stays_what_it_is(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench
        .by_hand("POST", &bucket, "old?append&position=0", &[], "hello")
        .await?;
    let before = bench.by_hand("HEAD", &bucket, "old", &[], "").await?;
    let source = format!("/{}/old", bucket.name());
    let from = [("x-qs-move-source", source.as_str())];
    let moved = bench.by_hand("PUT", &bucket, "new", &from, "").await?;
    report.status("moving", &moved, 201);
    let after = bench.by_hand("HEAD", &bucket, "new", &[], "").await?;
    for name in [
        "etag",
        "content-length",
        "x-qs-object-type",
        "x-qs-next-append-position",
    ] {
        report.equal(
            &format!("{name} of what was moved"),
            &after.text(name),
            &before.text(name),
        );
    }
    let got = bench
        .by_hand("POST", &bucket, "new?append&position=5", &[], "!")
        .await?;
    report.status("appending to what was moved", &got, 200);
    let gone = bench.by_hand("HEAD", &bucket, "old", &[], "").await?;
    report.status("looking where it was", &gone, 404);
    Ok(())
}

/// The source's `version_id` says which one; without it, it is the newest. A delete marker has nothing to copy.
async fn versions_are_copied_whole_and_in_parts(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let status = json!({ "status": "ENABLED" }).to_string();
    bench
        .by_hand("PUT", &bucket, "?versioning", &JSON, status)
        .await?;
    let mut versions = Vec::new();
    for (method, content) in [("PUT", "oldest"), ("PUT", "older"), ("DELETE", "")] {
        let got = bench.by_hand(method, &bucket, "k", &[], content).await?;
        let id = got.text("x-qs-version-id").unwrap_or_default();
        versions.push(id.to_owned());
    }
    let [oldest, older, marker] = [0, 1, 2].map(|at| versions[at].as_str());
    let id = bench.begin(&bucket, "parts", &[]).await?;
    let part = format!("parts?part_number=0&upload_id={id}");
    for (what, version, expected) in [
        ("the oldest", Some(oldest), Ok("oldest")),
        ("the older", Some(older), Ok("older")),
        ("the marker", Some(marker), Err(())),
        ("the newest, which is the marker", None, Err(())),
        ("the oldest again", Some(oldest), Ok("oldest")),
    ] {
        let mut source = format!("/{}/k", bucket.name());
        if let Some(version) = version {
            source = format!("{source}?version_id={version}");
        }
        let headers = [("x-qs-copy-source", source.as_str())];
        for target in ["copy", part.as_str()] {
            let got = bench.by_hand("PUT", &bucket, target, &headers, "").await?;
            let what = format!("copying {what} to {target}");
            match expected {
                Ok(_) => report.status(&what, &got, 201),
                Err(()) => report.refused_somehow(&what, &got),
            }
        }
        let Ok(content) = expected else {
            continue;
        };
        let got = bench.by_hand("GET", &bucket, "copy", &[], "").await?;
        report.content(&format!("the copy of {what}"), &got, content.as_bytes());
        let listed = format!("parts?upload_id={id}");
        let listed = bench
            .by_hand("GET", &bucket, &listed, &[], "")
            .await?
            .json();
        report.equal(
            &format!("the length of the part that was copied of {what}"),
            &listed["object_parts"][0]["size"].as_u64(),
            &Some(content.len() as u64),
        );
    }
    bench.complete(&bucket, "parts", &id, &[0]).await?;
    let got = bench.by_hand("GET", &bucket, "parts", &[], "").await?;
    report.content("the object of the copied part", &got, b"oldest");
    Ok(())
}

/// Its time is that of the copy and not that of its source, and what grew has that of the last piece.
async fn a_copy_is_new(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let source = format!("/{}/a", bucket.name());
    let copy = [("x-qs-copy-source", source.as_str())];
    let mut before = String::new();
    for (step, method, target, headers, key) in [
        ("appending", "POST", "a?append&position=0", &[][..], "a"),
        ("appending more", "POST", "a?append&position=5", &[], "a"),
        ("copying", "PUT", "b", &copy, "b"),
        ("copying over it", "PUT", "b", &copy, "b"),
        ("writing over it", "PUT", "b", &[], "b"),
    ] {
        // Lists of versions tell milliseconds.
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
        bench
            .by_hand(method, &bucket, target, headers, "hello")
            .await?;
        let listed = format!("?versions&prefix={key}");
        let listed = bench
            .by_hand("GET", &bucket, &listed, &[], "")
            .await?
            .json();
        let modified = listed["keys"][0]["modified"].as_str().unwrap_or_default();
        report.holds(
            format!("{modified} after {step} is not later than {before}"),
            modified > before.as_str(),
        );
        modified.clone_into(&mut before);
    }
    Ok(())
}

/// Whoever may write and not read copies nothing, neither whole nor as a part.
async fn only_what_may_be_read_is_copied(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], "secret").await?;
    let open = json!({ "acl": [{
        "grantee": { "type": "group", "name": "QS_ALL_USERS" },
        "permission": "WRITE",
    }] });
    bench
        .by_hand("PUT", &bucket, "?acl", &JSON, open.to_string())
        .await?;
    let source = format!("/{}/k", bucket.name());
    let id = bench.begin(&bucket, "parts", &[]).await?;
    let part = format!("parts?part_number=0&upload_id={id}");
    for (target, header) in [
        ("copy", "x-qs-copy-source"),
        (part.as_str(), "x-qs-copy-source"),
        ("moved", "x-qs-move-source"),
    ] {
        let headers = [(header, source.as_str())];
        let got = bench.unsigned("PUT", &bucket, target, &headers, "").await?;
        let what = format!("{header} to {target} without the right to read");
        report.refused(&what, &got, 403, "permission_denied");
    }
    let got = bench.unsigned("PUT", &bucket, "new", &[], "hello").await?;
    report.status("writing without the right to read", &got, 201);
    Ok(())
}

async fn the_source_is_in_another_bucket(bench: &Bench<'_>, report: &mut Report) -> Done {
    let (bucket, other) = (bench.bucket(), bench.other());
    bench.by_hand("PUT", &other, "k", &[], "hello").await?;
    bench.by_hand("PUT", &bucket, "k", &[], "own").await?;
    let source = format!("/{}/k", other.name());
    let headers = [("x-qs-move-source", source.as_str())];
    let got = bench.by_hand("PUT", &bucket, "new", &headers, "").await?;
    report.status("moving", &got, 201);
    let got = bench.by_hand("GET", &bucket, "new", &[], "").await?;
    report.content("what was moved", &got, b"hello");
    let got = bench.by_hand("HEAD", &other, "k", &[], "").await?;
    report.status("looking where it was", &got, 404);
    let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
    report.content("what has the same name", &got, b"own");
    Ok(())
}
