//! Conditional reads and ranges.

use std::time::{Duration, SystemTime};

use qingstor::ErrorKind;

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 6] = [
    behaviour!("conditions", entity_tags_decide),
    behaviour!("conditions", times_decide),
    behaviour!("conditions", what_is_unchanged_is_described, unverified: "the vendor does not say which headers an answer without a body has"),
    behaviour!("conditions", weak_tags_are_no_match, unverified: "the vendor does not speak of weak entity tags"),
    behaviour!("conditions", entity_tags_outrank_times, unverified: "the vendor does not say which of several conditions counts"),
    behaviour!("ranges", ranges_are_cut_out),
];

const OTHER: &str = "\"00000000000000000000000000000000\"";

/// `If-Match` and `If-None-Match`, each holding and not, on GET and HEAD.
async fn entity_tags_decide(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let stored = needed("storing", bucket.put_object("k", "hello").send().await)?;
    let etag = stored.etag.unwrap_or_default();
    report.equal(
        "the entity tag",
        &etag.as_str(),
        &"\"5d41402abc4b2a76b9719d911017c592\"",
    );
    for (matching, tag, refused) in [
        (true, etag.as_str(), None),
        (true, OTHER, Some(ErrorKind::PreconditionFailed)),
        (false, OTHER, None),
        (false, etag.as_str(), Some(ErrorKind::NotModified)),
    ] {
        let (get, head) = match matching {
            true => (
                bucket.get_object("k").if_match(tag),
                bucket.head_object("k").if_match(tag),
            ),
            false => (
                bucket.get_object("k").if_none_match(tag),
                bucket.head_object("k").if_none_match(tag),
            ),
        };
        let header = if matching {
            "If-Match"
        } else {
            "If-None-Match"
        };
        let got = get.send().await.err().map(|error| error.kind());
        report.equal(&format!("GET with {header}: {tag}"), &got, &refused);
        let got = head.send().await.err().map(|error| error.kind());
        report.equal(&format!("HEAD with {header}: {tag}"), &got, &refused);
    }
    Ok(())
}

/// `If-Modified-Since` and `If-Unmodified-Since`, each holding and not.
async fn times_decide(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let before = SystemTime::now() - Duration::from_secs(24 * 3600);
    // A date that has not come counts as none (RFC 9110 section 13.1.3), so the object's own is asked for.
    let head = needed("looking", bucket.head_object("k").send().await)?;
    let own = head.last_modified.unwrap_or(before);
    for (since, time, refused) in [
        (true, before, None),
        (true, own, Some(ErrorKind::NotModified)),
        (false, own, None),
        (false, before, Some(ErrorKind::PreconditionFailed)),
    ] {
        let get = bucket.get_object("k");
        let get = match since {
            true => get.if_modified_since(time),
            false => get.if_unmodified_since(time),
        };
        let header = if since {
            "If-Modified-Since"
        } else {
            "If-Unmodified-Since"
        };
        let got = get.send().await.err().map(|error| error.kind());
        report.equal(&format!("GET with {header}: {time:?}"), &got, &refused);
    }
    Ok(())
}

/// As RFC 9110 section 13.2.2 has it: where there is a condition of entity tags, that of times beside it does not count.
async fn entity_tags_outrank_times(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let stored = needed("storing", bucket.put_object("k", "hello").send().await)?;
    let etag = stored.etag.unwrap_or_default();
    let before = SystemTime::now() - Duration::from_secs(24 * 3600);
    let head = needed("looking", bucket.head_object("k").send().await)?;
    let own = head.last_modified.unwrap_or(before);
    for (tag, time, refused) in [
        (etag.as_str(), before, None),
        (OTHER, own, Some(ErrorKind::PreconditionFailed)),
    ] {
        let get = bucket.get_object("k").if_match(tag);
        let got = get.if_unmodified_since(time).send().await;
        let got = got.err().map(|error| error.kind());
        let what = format!("GET with If-Match: {tag} and If-Unmodified-Since: {time:?}");
        report.equal(&what, &got, &refused);
    }
    for (tag, time, refused) in [
        (OTHER, own, None),
        (etag.as_str(), before, Some(ErrorKind::NotModified)),
    ] {
        let get = bucket.get_object("k").if_none_match(tag);
        let got = get.if_modified_since(time).send().await;
        let got = got.err().map(|error| error.kind());
        let what = format!("GET with If-None-Match: {tag} and If-Modified-Since: {time:?}");
        report.equal(&what, &got, &refused);
    }
    Ok(())
}

/// The three forms of a range, one that is longer than the object, and one behind its end.
async fn ranges_are_cut_out(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    needed("storing", bucket.put_object("k", "0123456789").send().await)?;
    for (first, last, expected, content_range) in [
        (Some(2), Some(5), "2345", "bytes 2-5/10"),
        (Some(7), None, "789", "bytes 7-9/10"),
        (None, Some(3), "789", "bytes 7-9/10"),
        (None, Some(50), "0123456789", "bytes 0-9/10"),
        (Some(8), Some(50), "89", "bytes 8-9/10"),
    ] {
        let range = crate::vary::Value::Range(first, last).range();
        let got = needed("reading", bucket.get_object("k").range(range).send().await)?;
        report.equal(
            "Content-Range",
            &got.content_range.as_deref(),
            &Some(content_range),
        );
        report.body(got.body, expected.as_bytes()).await;
    }
    let behind = bucket.get_object("k").range(10..).send().await;
    report.error(
        behind.map(drop),
        ErrorKind::InvalidRange,
        Some("invalid_range"),
    );
    Ok(())
}

/// An answer without the object has its entity tag and time all the same (RFC 9110 section 15.4.5).
async fn what_is_unchanged_is_described(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let stored = needed("storing", bucket.put_object("k", "hello").send().await)?;
    let etag = stored.etag.unwrap_or_default();
    let got = bucket.get_object("k").if_none_match(&etag).send().await;
    report.error(got.map(drop), ErrorKind::NotModified, None);
    let answer = bench.last_answer();
    let header = |name| {
        let value = answer.headers.get(name);
        value.and_then(|value| value.to_str().ok())
    };
    report.equal("ETag", &header("etag"), &Some(etag.as_str()));
    report.holds("Last-Modified is absent", header("last-modified").is_some());
    Ok(())
}

/// `If-Match` compares strongly, `If-None-Match` weakly (RFC 9110 sections 13.1.1 and 13.1.2).
async fn weak_tags_are_no_match(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let stored = needed("storing", bucket.put_object("k", "hello").send().await)?;
    let etag = stored.etag.unwrap_or_default();
    let weak = format!("W/{etag}");
    let several = format!("{OTHER}, {etag}");
    let kind = |got: Result<_, qingstor::Error>| got.err().map(|error| error.kind());
    for (tags, refused) in [
        (&weak, Some(ErrorKind::PreconditionFailed)),
        (&several, None),
    ] {
        let got = bucket.get_object("k").if_match(tags).send().await;
        report.equal(&format!("If-Match: {tags}"), &kind(got), &refused);
    }
    for tags in [&weak, &several] {
        let got = bucket.get_object("k").if_none_match(tags).send().await;
        let refused = Some(ErrorKind::NotModified);
        report.equal(&format!("If-None-Match: {tags}"), &kind(got), &refused);
    }
    Ok(())
}
