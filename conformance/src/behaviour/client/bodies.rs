//! Bodies on their way out and in: whole, or an error.

use qingstor::{Body, Bucket, Error, ErrorKind, RetryPolicy};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::checks::refusal;
use crate::report::Report;
use crate::script::{Script, Step};
use crate::slot::Problem;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 6] = [
    behaviour!("bodies", a_stream_has_its_announced_length, buckets: 0),
    behaviour!("bodies", a_long_file_is_sent_whole, buckets: 0),
    behaviour!("bodies", a_broken_body_ends_with_one_error, buckets: 0),
    behaviour!("bodies", a_broken_error_is_still_that_error, buckets: 0),
    behaviour!("bodies", long_answers_are_read, buckets: 0),
    behaviour!("bodies", odd_headers_are_nothing, buckets: 0),
];

fn bucket_of(script: &Script) -> Result<Bucket, Problem> {
    Ok(script.client()?.bucket("example-photos"))
}

/// More or fewer bytes than announced are never stored as if nothing were wrong, and a failure of the stream is told.
async fn a_stream_has_its_announced_length(_: &Bench<'_>, report: &mut Report) -> Done {
    let whole: [&[&str]; 3] = [&["hello"], &["h", "", "ello"], &["hel", "lo"]];
    let other: [&[&str]; 4] = [&[], &["hell"], &["hello", "!"], &["hello!"]];
    for (chunks, fits) in whole
        .map(|c| (c, true))
        .into_iter()
        .chain(other.map(|c| (c, false)))
    {
        let script = Script::new([Received::new(201, "")]);
        let items: Vec<_> = chunks
            .iter()
            .map(|chunk| Ok::<_, std::io::Error>(*chunk))
            .collect();
        let body = Body::from_stream(5, futures_util::stream::iter(items));
        let put = bucket_of(&script)?.put_object("k", body).send().await;
        let what = format!("storing {chunks:?} as 5 bytes");
        let expected = if fits {
            None
        } else {
            Some(ErrorKind::Truncated)
        };
        report.equal(&what, &put.err().map(|error| error.kind()), &expected);
        let sent = script.sent().pop();
        if let Some(sent) = sent.filter(|_| fits) {
            report.equal(
                &format!("the body when {what}"),
                &&sent.body[..],
                &&b"hello"[..],
            );
            let length = sent.header("content-length");
            report.equal(&format!("the length when {what}"), &length, &Some("5"));
        }
    }
    let folder = Body::from_path(std::env::temp_dir())
        .await
        .map(|body| body.len());
    report.error(folder, ErrorKind::InvalidInput, None);
    let nowhere = Body::from_path("/nowhere/at/all")
        .await
        .map(|body| body.len());
    report.error(nowhere, ErrorKind::InvalidInput, None);
    let script = Script::new([Received::new(201, "")]);
    let failing = [Ok("hel"), Err(std::io::Error::other("the disk is gone"))];
    let body = Body::from_stream(5, futures_util::stream::iter(failing));
    let put = bucket_of(&script)?.put_object("k", body).send().await;
    report.error(put, ErrorKind::InvalidInput, None);
    Ok(())
}

/// Files are read piece by piece.
async fn a_long_file_is_sent_whole(_: &Bench<'_>, report: &mut Report) -> Done {
    let failed = |error: std::io::Error| Problem::Fail(format!("making a file: {error}"));
    let file = tempfile::NamedTempFile::new().map_err(failed)?;
    let content: Vec<u8> = (0..300_001_u32)
        .map(|number| (number % 251) as u8)
        .collect();
    std::fs::write(file.path(), &content).map_err(failed)?;
    for range in [
        0..300_001,
        0..65_536,
        0..65_537,
        65_535..131_073,
        1..300_000,
    ] {
        let script = Script::new([Received::new(201, "")]);
        let what = format!("the bytes {range:?} of a file");
        let expected = &content[range.start as usize..range.end as usize];
        let body = needed(&what, Body::from_path_range(file.path(), range).await)?;
        needed(
            &what,
            bucket_of(&script)?.put_object("k", body).send().await,
        )?;
        let got = script
            .sent()
            .pop()
            .map(|sent| sent.body)
            .unwrap_or_default();
        report.holds(
            format!("{what} become {} others", got.len()),
            got[..] == *expected,
        );
    }
    Ok(())
}

/// What comes of reading an object, chunk by chunk: bytes, or the kind of the error.
async fn read(step: Step) -> Result<Vec<Result<usize, ErrorKind>>, Problem> {
    let script = Script::new([step]);
    let got = bucket_of(&script)?.get_object("k").send().await;
    let mut body = needed("beginning to read", got)?.body;
    let mut seen = Vec::new();
    // The end is asked for more than once.
    for _ in 0..4 {
        match body.next().await {
            Some(chunk) => seen.push(chunk.map(|c| c.len()).map_err(|e| e.kind())),
            None => continue,
        }
    }
    Ok(seen)
}

/// A body that is too short, too long or broken off is no whole one, and behind the error nothing follows.
async fn a_broken_body_ends_with_one_error(_: &Bench<'_>, report: &mut Report) -> Done {
    use ErrorKind::{Transport, Truncated};
    let five = |length: Option<&str>| {
        let answer = Received::new(200, "hello");
        match length {
            Some(length) => answer.header("Content-Length", length),
            None => answer,
        }
    };
    for (what, step, expected) in [
        ("all of it", Step::Answer(five(Some("5"))), vec![Ok(5)]),
        (
            "a body without a length",
            Step::Answer(five(None)),
            vec![Ok(5)],
        ),
        (
            "too little",
            Step::Answer(five(Some("6"))),
            vec![Ok(5), Err(Truncated)],
        ),
        (
            "too much",
            Step::Answer(five(Some("4"))),
            vec![Err(Truncated)],
        ),
        (
            "a part",
            Step::BreaksOff(five(Some("6"))),
            vec![Ok(5), Err(Truncated)],
        ),
        (
            "a part without a length",
            Step::BreaksOff(five(None)),
            vec![Ok(5), Err(Transport)],
        ),
    ] {
        report.equal(&format!("reading {what}"), &read(step).await?, &expected);
    }
    // One that cannot be understood tells how often it was asked for.
    let busy = || Received::new(503, "");
    let script = Script::new([busy(), Received::new(200, "<html>")]);
    let policy = RetryPolicy::default();
    let client = needed("making a client", script.builder().retry(policy).build())?;
    let outcome = client.bucket("example-photos").list_objects().send().await;
    let attempts = outcome.as_ref().err().map(Error::attempts);
    report.error(outcome, ErrorKind::Decode, None);
    report.equal("the attempts that the error tells", &attempts, &Some(2));
    // The same for an answer that is collected.
    let list = Received::new(200, r#"{"keys": []}"#).header("Content-Length", "40");
    for step in [Step::Answer(list.clone()), Step::BreaksOff(list)] {
        let script = Script::new([step]);
        let outcome = bucket_of(&script)?.list_objects().send().await;
        report.error(outcome, Truncated, None);
    }
    Ok(())
}

/// An answer that reports an error does so even if its own body is not whole.
async fn a_broken_error_is_still_that_error(_: &Bench<'_>, report: &mut Report) -> Done {
    let answer = || Received::new(404, refusal("object_not_exists"));
    for (what, step) in [
        ("whole", Step::Answer(answer())),
        (
            "shorter than announced",
            Step::Answer(answer().header("Content-Length", "5000")),
        ),
        ("broken off", Step::BreaksOff(answer())),
    ] {
        let script = Script::new([step]);
        let outcome = bucket_of(&script)?.get_object("k").send().await;
        let got = outcome.err();
        let code = got
            .as_ref()
            .and_then(|error| error.code())
            .map(|code| code.as_str());
        report.equal(
            &format!("the code of an error that is {what}"),
            &code,
            &Some("object_not_exists"),
        );
        let kind = got.as_ref().map(Error::kind);
        report.equal(
            &format!("the kind of an error that is {what}"),
            &kind,
            &Some(ErrorKind::NotFound),
        );
    }
    Ok(())
}

/// Lists may have megabytes, and errors kilobytes; what has no end is not collected for ever.
async fn long_answers_are_read(_: &Bench<'_>, report: &mut Report) -> Done {
    let keys: Vec<_> = (0..20_000)
        .map(|n| serde_json::json!({"key": format!("{n:0>90}")}))
        .collect();
    let list = serde_json::json!({ "keys": keys }).to_string();
    let script = Script::new([Received::new(200, list)]);
    let list = needed(
        "reading a list of 2 MB",
        bucket_of(&script)?.list_objects().send().await,
    )?;
    report.equal("its keys", &list.keys.len(), &20_000);

    let script = Script::new([Received::new(200, vec![b' '; 17 << 20])]);
    let endless = bucket_of(&script)?.list_objects().send().await;
    report.error(endless.map(|list| list.keys.len()), ErrorKind::Decode, None);

    let mut long: serde_json::Value =
        serde_json::from_str(&refusal("invalid_argument")).unwrap_or_default();
    long["details"] = "x".repeat(40_000).into();
    let script = Script::new([Received::new(400, long.to_string())]);
    let refused = bucket_of(&script)?.list_objects().send().await;
    report.error(refused, ErrorKind::Rejected, Some("invalid_argument"));
    Ok(())
}

/// An answer is not useless because of one header that cannot be read.
async fn odd_headers_are_nothing(_: &Bench<'_>, report: &mut Report) -> Done {
    let answer = Received::new(200, "");
    let odd = answer
        .header("Last-Modified", "yesterday")
        .header("Content-Length", "many")
        .header("X-QS-Delete-Marker", "perhaps")
        .header("ETag", "\"e\"");
    let script = Script::new([odd]);
    let head = bucket_of(&script)?.head_object("k").send().await;
    let head = needed("reading an answer with odd headers", head)?;
    report.equal("a date that is none", &head.last_modified, &None);
    report.equal("a length that is none", &head.content_length, &None);
    report.equal("a truth that is none", &head.delete_marker, &false);
    report.equal(
        "the entity tag beside them",
        &head.etag.as_deref(),
        &Some("\"e\""),
    );
    Ok(())
}
