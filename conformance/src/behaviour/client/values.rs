//! Values in their less usual forms: times, entity tags, ranges, statuses, texts to sign, and what an operation of one's own
//! reads.

use std::ops::Bound::{Excluded, Included, Unbounded};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use qingstor::operation::{Answer, Metadata, Operation, Outcome, Parts, Retry, Scope};
use qingstor::sign::Signable;
use qingstor::types::{ByteRange, ETag, Extra, ObjectRef};
use qingstor::{Body, Error, ErrorKind, text};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;
use crate::script::Script;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 6] = [
    behaviour!("values", times_are_read_as_others_write_them, buckets: 0),
    behaviour!("values", entity_tags_are_the_same_with_quotes_and_without, buckets: 0),
    behaviour!("values", bounds_become_first_and_last_bytes, buckets: 0),
    behaviour!("values", other_statuses_mean_what_their_class_says, buckets: 0),
    behaviour!("values", what_is_signed_is_in_one_form, buckets: 0),
    behaviour!("values", an_operation_of_ones_own_is_read_like_the_others, buckets: 0),
];

/// RFC 3339 (leap seconds, any number of digits behind the point) and what lies before 1970.
async fn times_are_read_as_others_write_them(_: &Bench<'_>, report: &mut Report) -> Done {
    let at = |nanos: u64| UNIX_EPOCH + Duration::from_nanos(nanos);
    const SECOND: u64 = 1_000_000_000;
    for (written, expected) in [
        ("2016-12-31T23:59:60Z", Some(at(1_483_228_800 * SECOND))),
        ("2016-12-31T23:59:61Z", None),
        ("2000-02-29T12:00:00Z", Some(at(951_825_600 * SECOND))),
        ("1970-01-01T00:00:00.123456789Z", Some(at(123_456_789))),
        ("1970-01-01T00:00:00.1234567890123Z", Some(at(123_456_789))),
        ("1970-01-01T00:00:00.1Z", Some(at(SECOND / 10))),
        ("1970-01-01T00:00:00.Z", None),
        ("1970-01-01 00:00:01Z", Some(at(SECOND))),
        ("1970-01-01T00:00:01", Some(at(SECOND))),
        (
            "1969-12-31T23:59:59.750Z",
            Some(UNIX_EPOCH - Duration::from_millis(250)),
        ),
        ("1970-01-01T05:30:00+05:30", Some(at(0))),
        ("1970-01-01T00:00:00+24:00", None),
        ("1970-13-01T00:00:00Z", None),
        ("1970-04-31T00:00:00Z", None),
        ("1970-01-01T24:00:00Z", None),
        ("1970-1-1T00:00:00Z", None),
        ("", None),
    ] {
        let got = text::parse_iso8601(written).ok();
        report.equal(&format!("the time {written:?}"), &got, &expected);
    }
    let before = UNIX_EPOCH - Duration::from_millis(250);
    for (time, iso, unix, http) in [
        (
            at(0),
            "1970-01-01T00:00:00.000Z",
            "0",
            "Thu, 01 Jan 1970 00:00:00 GMT",
        ),
        (
            before,
            "1969-12-31T23:59:59.750Z",
            "-1",
            "Thu, 01 Jan 1970 00:00:00 GMT",
        ),
        (
            at(951_825_600 * SECOND + 5_000_000),
            "2000-02-29T12:00:00.005Z",
            "951825600",
            "Tue, 29 Feb 2000 12:00:00 GMT",
        ),
    ] {
        report.equal("a time in ISO 8601", &text::iso8601(time).as_str(), &iso);
        report.equal("a time in seconds", &text::unix(time).as_str(), &unix);
        report.equal("a time of HTTP", &text::http_date(time).as_str(), &http);
    }
    // The three forms of RFC 9110.
    let expected = Some(at(784_111_777 * SECOND));
    for written in [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ] {
        report.equal(
            &format!("the time {written:?}"),
            &text::parse_http_date(written).ok(),
            &expected,
        );
    }
    Ok(())
}

/// `*`, lists and weak tags stay what they are.
async fn entity_tags_are_the_same_with_quotes_and_without(
    _: &Bench<'_>,
    report: &mut Report,
) -> Done {
    for (written, quoted, bare, weak) in [
        ("abc", "\"abc\"", "abc", false),
        ("\"abc\"", "\"abc\"", "abc", false),
        (" \"abc\" ", "\"abc\"", "abc", false),
        ("W/\"abc\"", "W/\"abc\"", "abc", true),
        ("*", "*", "*", false),
        ("\"a\", \"b\"", "\"a\", \"b\"", "a\", \"b", false),
        ("", "\"\"", "", false),
    ] {
        let tag = ETag::from(written);
        report.equal(&format!("{written} in a header"), &tag.as_str(), &quoted);
        report.equal(&format!("{written} in a list"), &tag.unquoted(), &bare);
        report.equal(&format!("whether {written} is weak"), &tag.is_weak(), &weak);
    }
    Ok(())
}

async fn bounds_become_first_and_last_bytes(_: &Bench<'_>, report: &mut Report) -> Done {
    for (bounds, expected) in [
        ((Unbounded, Unbounded), Ok(None)),
        ((Unbounded, Included(9)), Ok(Some("bytes=0-9"))),
        ((Unbounded, Excluded(9)), Ok(Some("bytes=0-8"))),
        ((Included(2), Unbounded), Ok(Some("bytes=2-"))),
        ((Excluded(2), Unbounded), Ok(Some("bytes=3-"))),
        ((Excluded(2), Included(9)), Ok(Some("bytes=3-9"))),
        ((Excluded(2), Excluded(9)), Ok(Some("bytes=3-8"))),
        ((Excluded(2), Excluded(3)), Err(ErrorKind::InvalidInput)),
        ((Included(9), Included(2)), Err(ErrorKind::InvalidInput)),
        ((Included(9), Excluded(2)), Err(ErrorKind::InvalidInput)),
        ((Unbounded, Excluded(0)), Err(ErrorKind::InvalidInput)),
        (
            (Excluded(u64::MAX), Unbounded),
            Err(ErrorKind::InvalidInput),
        ),
    ] {
        let got = ByteRange::from(bounds)
            .to_header()
            .map_err(|error| error.kind());
        let got = got.as_ref().map(Option::as_deref).map_err(|kind| *kind);
        report.equal(&format!("the range of {bounds:?}"), &got, &expected);
    }
    for (bucket, key, version, expected) in [
        ("b", "a/b c", None, "/b/a/b%20c"),
        ("a b/c", "k", None, "/a%20b%2Fc/k"),
        (
            "b",
            "x?y",
            Some("a&b=c d"),
            "/b/x%3Fy?version_id=a%26b%3Dc%20d",
        ),
    ] {
        let object = ObjectRef::new(bucket, key);
        let object = version.map_or(object.clone(), |version| object.version(version));
        let path = needed("naming an object", object.to_path())?;
        report.equal("an object in a header", &path.as_str(), &expected);
    }
    let stream = futures_util::stream::iter([Ok::<_, std::io::Error>("hello")]);
    for (what, body, length, again) in [
        ("a text", Body::from("hello"), 5, true),
        ("nothing", Body::empty(), 0, true),
        ("a stream", Body::from_stream(5, stream), 5, false),
    ] {
        report.equal(&format!("the length of {what}"), &body.len(), &length);
        report.equal(
            &format!("whether {what} can be sent again"),
            &body.is_replayable(),
            &again,
        );
    }
    Ok(())
}

/// What no operation declares is no success, a redirect if it is 3xx, and nothing new if it is 304.
async fn other_statuses_mean_what_their_class_says(_: &Bench<'_>, report: &mut Report) -> Done {
    use ErrorKind::{Decode, NotModified, Redirect, Rejected, Service};
    for (status, expected) in [
        (200, Decode),
        (202, Decode),
        (206, Decode),
        (300, Redirect),
        (303, Redirect),
        (304, NotModified),
        (399, Redirect),
        (418, Rejected),
        (505, Service),
        (600, Service),
    ] {
        let script = Script::new([Received::new(status, "")]);
        let bucket = script.client()?.bucket("example-photos");
        let stored = bucket.put_object("k", "hello").send().await;
        report.equal(
            &format!("storing, answered with {status}"),
            &stored.err().map(|e| e.kind()),
            &Some(expected),
        );
    }
    Ok(())
}

/// Names in order and lower case, each once, whatever their number; in a query `+` is a space.
async fn what_is_signed_is_in_one_form(_: &Bench<'_>, report: &mut Report) -> Done {
    let mut headers = vec![
        ("Date", "d"),
        ("X-QS-Date", "own"),
        ("x-qs-b", "first"),
        ("X-Qs-B", "second"),
    ];
    let names = [
        "X-QS-M9", "X-QS-M8", "x-qs-m7", "x-qs-M6", "x-qs-m5", "x-qs-m4", "x-qs-m3", "x-qs-m2",
        "x-qs-m1",
    ];
    headers.extend(names.map(|name| (name, "v")));
    headers.push(("Content-Type", "text/plain"));
    headers.push(("content-type", "text/html"));
    let sorted = ["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9"]
        .map(|name| format!("x-qs-{name}:v\n"))
        .concat();
    let expected = format!("GET\n\ntext/plain\n\nx-qs-b:first\nx-qs-date:own\n{sorted}/b/k");
    let request = Signable::new("GET", "/b/k").headers(&headers);
    report.equal(
        "the text with many headers",
        &request.string_to_sign(None),
        &expected,
    );
    for (query, expected) in [
        ("version_id=a+b", "?version_id=a b"),
        ("version_id=a%2Bb", "?version_id=a+b"),
        ("version_id=", "?version_id"),
        ("uploads=&acl", "?acl&uploads"),
        ("acl&acl", "?acl"),
        ("%61cl", "?acl"),
        ("ACL", ""),
        ("", ""),
        ("&&", ""),
        ("version_id=a=b", "?version_id=a=b"),
    ] {
        let request = Signable::new("GET", "/b/k").query(query);
        let expected = format!("GET\n\n\n\n/b/k{expected}");
        report.equal(
            &format!("the text with the query {query:?}"),
            &request.string_to_sign(None),
            &expected,
        );
    }
    // Without a path it is the root that is meant: the bucket's, if its name stands in the host.
    for (path, bucket, expected) in [
        ("", None, "/"),
        ("/", None, "/"),
        ("", Some("photos"), "/photos/"),
        ("/", Some("photos"), "/photos/"),
        ("/k", Some("photos"), "/photos/k"),
    ] {
        let request = Signable::new("GET", path).bucket(bucket);
        report.equal(
            &format!("the text with the path {path:?} and the bucket {bucket:?}"),
            &request.string_to_sign(Some(7)),
            &format!("GET\n\n\n7\n{expected}"),
        );
    }
    Ok(())
}

/// An operation that no spec describes.
struct Own;

/// A count in a header, members of any kind, and all that was not read.
type Read = (
    Option<u64>,
    Option<String>,
    Option<SystemTime>,
    Option<Vec<String>>,
    Extra,
);

impl Operation for Own {
    type Output = Read;
    const METADATA: Metadata = Metadata::new("Own", "GET Own", "GET", Scope::Bucket)
        .retry(Retry::Safe)
        .responses(&[(200, Outcome::Success), (203, Outcome::Success)]);

    fn encode(self, parts: &mut Parts) -> Result<(), Error> {
        parts.selector("own");
        parts.query("x", "a b");
        parts.header("X-Twice", "1")?;
        parts.header("X-Twice", "2")
    }

    fn decode(answer: Answer) -> Result<Read, Error> {
        let count = answer.parse("X-Count")?;
        let mut members = answer.members()?;
        let name = members.optional("name")?;
        let time = members.iso8601("time")?;
        let day = members.iso8601("day")?;
        if answer.status() == 203 {
            members.require("day", day)?;
        }
        let list = members.one_or_many("list")?;
        Ok((count, name, time, list, members.rest()))
    }
}

/// Missing and `null` are nothing, another type is an error that names the member, and what could not be read is kept.
async fn an_operation_of_ones_own_is_read_like_the_others(
    _: &Bench<'_>,
    report: &mut Report,
) -> Done {
    let whole = r#"{"name": "n", "time": "1970-01-01T00:00:01Z", "list": "only", "more": [1]}"#;
    let odd = r#"{"name": null, "time": "soon", "list": ["a", "b"]}"#;
    for (body, count, expected) in [
        (
            whole,
            "7",
            (Some(7), Some("n"), Some(1), vec!["only"], vec!["more"]),
        ),
        (
            odd,
            "many",
            (None, None, None, vec!["a", "b"], vec!["time"]),
        ),
        (" \r\n", "07", (Some(7), None, None, vec![], vec![])),
        ("", "0", (Some(0), None, None, vec![], vec![])),
    ] {
        let script = Script::new([Received::new(200, body).header("X-Count", count)]);
        let bucket = script.client()?.bucket("example-photos");
        let got = needed(body, bucket.call().send(Own).await)?;
        let time = got.2.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let list = got.3.unwrap_or_default();
        let seen = (
            got.0,
            got.1.as_deref(),
            time.map(|time| time.as_secs()),
            list.iter().map(String::as_str).collect::<Vec<_>>(),
            got.4.names().collect::<Vec<_>>(),
        );
        report.equal(
            &format!("what is read of {body:?} and {count:?}"),
            &seen,
            &expected,
        );
        let sent = script.sent().pop();
        let target = sent.as_ref().map(|sent| sent.target.as_str());
        report.equal("the target", &target, &Some("/example-photos?own&x=a%20b"));
        let twice = sent.map(|sent| {
            sent.headers
                .get_all("x-twice")
                .iter()
                .cloned()
                .collect::<Vec<_>>()
        });
        report.equal(
            "a header that is set twice",
            &twice,
            &Some(vec![http::HeaderValue::from_static("2")]),
        );
    }
    for (body, word) in [
        ("{}", "lacks the member \"day\""),
        (r#"{"day": null}"#, "lacks the member \"day\""),
        (
            r#"{"day": "soon"}"#,
            "\"day\" of the answer has the unreadable value \"soon\"",
        ),
    ] {
        let script = Script::new([Received::new(203, body)]);
        let bucket = script.client()?.bucket("example-photos");
        let text = match bucket.call().send(Own).await {
            Ok(_) => "(success)".to_owned(),
            Err(error) => error.to_string(),
        };
        report.holds(
            format!("nobody says that it {word}: {text}"),
            text.contains(word),
        );
    }
    for (body, word) in [
        (r#"{"name": 7}"#, "\"name\""),
        (r#"{"time": 7}"#, "\"time\""),
        (r#"{"list": {"a": 1}}"#, "\"list\""),
        ("[]", "JSON"),
        ("{", "JSON"),
        ("<html>", "JSON"),
    ] {
        let script = Script::new([Received::new(200, body)]);
        let outcome = script
            .client()?
            .bucket("example-photos")
            .call()
            .send(Own)
            .await;
        let text = outcome
            .as_ref()
            .err()
            .map_or("(success)".to_owned(), Error::to_string);
        report.error(outcome.map(drop), ErrorKind::Decode, None);
        report.holds(
            format!("the error for {body} does not name {word}: {text}"),
            text.contains(word),
        );
    }
    Ok(())
}
