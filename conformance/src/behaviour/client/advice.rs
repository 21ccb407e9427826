//! What an error says beside the service's own words: one line, with what to do about it.

use qingstor::{Bucket, Error, RetryPolicy};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::checks::refusal;
use crate::report::Report;
use crate::script::Script;
use crate::slot::Problem;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 5] = [
    behaviour!("advice", causes_on_this_side_are_named, buckets: 0),
    behaviour!("advice", a_wrong_clock_is_named, buckets: 0),
    behaviour!("advice", what_is_not_the_service_is_named, buckets: 0),
    behaviour!("advice", an_error_is_one_line, buckets: 0),
    behaviour!("advice", a_refusals_words_are_bounded, buckets: 0),
];

/// Who asks for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Object,
    ObjectUnsigned,
    Bucket,
}

/// The error of a call that is answered like this.
async fn error(asked: Asked, answer: Received) -> Result<Error, Problem> {
    let script = Script::new([answer]);
    let builder = match asked {
        Asked::ObjectUnsigned => script.builder().anonymous(),
        _ => script.builder(),
    };
    let bucket: Bucket = needed("making a client", builder.build())?.bucket("example-photos");
    let outcome = match asked {
        Asked::Bucket => bucket.head_bucket().send().await.map(drop),
        _ => bucket.get_object("k").send().await.map(drop),
    };
    match outcome {
        Ok(()) => Err(Problem::Fail(
            "an answer that reports an error is a success".to_owned(),
        )),
        Err(error) => Ok(error),
    }
}

fn answer(status: u16, code: &str) -> Received {
    Received::new(status, refusal(code)).header("X-QS-Request-ID", "5fc1a6a2e4b0d7c")
}

fn says(report: &mut Report, what: &str, error: &Error, word: &str, expected: bool) {
    let text = error.to_string();
    let so = if expected { "does not say" } else { "says" };
    report.holds(
        format!("the error for {what} {so} {word:?}: {text}"),
        text.contains(word) == expected,
    );
}

/// A bucket is missing in a zone, nothing was signed, the secret does not fit.
async fn causes_on_this_side_are_named(_: &Bench<'_>, report: &mut Report) -> Done {
    use Asked::{Bucket, Object, ObjectUnsigned};
    let bare = |status| Received::new(status, "").header("X-QS-Request-ID", "5fc1a6a2e4b0d7c");
    const ZONE: &str = "lives in another zone than pek3a";
    const KEY: &str = "QINGSTOR_ACCESS_KEY_ID";
    const SECRET: &str = "secret access key";
    // An answer to HEAD says no more than its status.
    let refused = error(Bucket, bare(401)).await?;
    let what = "HEAD with a key that is refused";
    says(report, what, &refused, "check the access key", true);
    for (what, asked, answer, words) in [
        (
            "a missing bucket",
            Object,
            answer(404, "bucket_not_exists"),
            [true, false, false],
        ),
        (
            "a missing object",
            Object,
            answer(404, "object_not_exists"),
            [false, false, false],
        ),
        (
            "HEAD of a missing bucket",
            Bucket,
            bare(404),
            [true, false, false],
        ),
        (
            "an object that may be missing",
            Object,
            bare(404),
            [false, false, false],
        ),
        (
            "a signature that does not fit",
            Object,
            answer(401, "signature_not_matched"),
            [false, false, true],
        ),
        (
            "a key that is unknown",
            Object,
            answer(401, "invalid_access_key_id"),
            [false, false, false],
        ),
        (
            "a signed request without the right",
            Object,
            answer(403, "permission_denied"),
            [false, false, false],
        ),
        (
            "an unsigned request, 403",
            ObjectUnsigned,
            answer(403, "permission_denied"),
            [false, true, false],
        ),
        (
            "an unsigned request, 401",
            ObjectUnsigned,
            answer(401, "invalid_access_key_id"),
            [false, true, false],
        ),
        (
            "an unsigned request, 404",
            ObjectUnsigned,
            answer(404, "object_not_exists"),
            [false, false, false],
        ),
    ] {
        let error = error(asked, answer).await?;
        for (word, expected) in [ZONE, KEY, SECRET].into_iter().zip(words) {
            says(report, what, &error, word, expected);
        }
    }
    Ok(())
}

/// The service refuses dates that are off by more than 15 minutes, and tells its own time.
async fn a_wrong_clock_is_named(_: &Bench<'_>, report: &mut Report) -> Done {
    // This side's clock stands at 17:20:31.
    for (date, expected) in [
        ("Wed, 10 Dec 2014 17:20:31 GMT", None),
        ("Wed, 10 Dec 2014 17:35:31 GMT", None),
        ("Wed, 10 Dec 2014 17:05:31 GMT", None),
        ("Wed, 10 Dec 2014 17:36:32 GMT", Some("16 minutes behind")),
        ("Wed, 10 Dec 2014 17:04:30 GMT", Some("16 minutes ahead of")),
        ("Thu, 11 Dec 2014 17:20:31 GMT", Some("1440 minutes behind")),
        ("yesterday", None),
    ] {
        let late = answer(403, "request_expired").header("Date", date);
        let error = error(Asked::Object, late).await?;
        let what = format!("an expired request at {date}");
        says(
            report,
            &what,
            &error,
            expected.unwrap_or("clock"),
            expected.is_some(),
        );
    }
    let other = answer(403, "permission_denied").header("Date", "Thu, 11 Dec 2014 17:20:31 GMT");
    let error = error(Asked::Object, other).await?;
    says(
        report,
        "a request without the right",
        &error,
        "clock",
        false,
    );
    Ok(())
}

/// Pages of gateways are no messages, and whoever has no ids is not QingStor.
async fn what_is_not_the_service_is_named(_: &Bench<'_>, report: &mut Report) -> Done {
    let page = "<html><h1>Not here</h1></html>";
    let with_id = Received::new(404, page).header("X-QS-Request-ID", "5fc1a6a2e4b0d7c");
    for (what, answer, words) in [
        ("a page", Received::new(404, page), [true, false, false]),
        ("a page with an id", with_id, [false, false, false]),
        (
            "a failed gateway",
            Received::new(502, page),
            [false, false, false],
        ),
        (
            "a busy gateway",
            Received::new(429, "slow down"),
            [false, false, true],
        ),
        (
            "a text",
            Received::new(403, " slow down \n"),
            [true, false, true],
        ),
        ("nothing", Received::new(405, ""), [true, false, false]),
        (
            "a document without an id",
            Received::new(404, refusal("object_not_exists")),
            [false, false, false],
        ),
    ] {
        let error = error(Asked::Object, answer).await?;
        let place = "check the endpoint pek3a.qingstor.com";
        for (word, expected) in [place, "<h1>", "slow down"].into_iter().zip(words) {
            says(report, what, &error, word, expected);
        }
    }
    let odd = Received::new(202, page).header("Content-Type", "text/html");
    let error = error(Asked::Object, odd).await?;
    says(
        report,
        "a status that is none of the service's",
        &error,
        "check the endpoint pek3a.qingstor.com",
        true,
    );
    says(
        report,
        "a status that is none of the service's",
        &error,
        "202",
        true,
    );
    Ok(())
}

/// With what was asked for, the status, the code and the id, whatever a server writes; control characters would forge
/// lines in logs.
async fn an_error_is_one_line(_: &Bench<'_>, report: &mut Report) -> Done {
    let forged = serde_json::json!({
        "code": "object_not_exists",
        "message": "a\r\n2014 INFO all is well\u{1b}[31m\u{202e}",
        "request_id": "aaaaaaaaaaaaaaaa",
    });
    let answer =
        Received::new(404, forged.to_string()).header("X-QS-Request-ID", "bbbbbbbbbbbbbbbb");
    let got = error(Asked::Object, answer).await?;
    let text = got.to_string();
    report.holds(
        format!("control characters come through: {text:?}"),
        !text.chars().any(|c| c.is_control() || c == '\u{202e}'),
    );
    for word in [
        "GET Object example-photos/k: 404 object_not_exists: ",
        "all is well",
        "request id bbbbbbbbbbbbbbbb",
    ] {
        says(report, "a forged message", &got, word, true);
    }
    report.equal(
        "the document as it came",
        &String::from_utf8_lossy(got.body()).as_ref(),
        &forged.to_string().as_str(),
    );
    // The header was written by the service, whoever wrote the document.
    report.equal("the id", &got.request_id(), &Some("bbbbbbbbbbbbbbbb"));
    report.equal("the bucket", &got.bucket(), &Some("example-photos"));
    report.equal("the key", &got.key(), &Some("k"));
    report.equal("the operation", &got.operation(), &Some("GetObject"));

    let forged = serde_json::json!({"code": "a b\n", "message": null, "request_id": 7});
    let got = error(Asked::Object, Received::new(409, forged.to_string())).await?;
    report.equal(
        "a code that is none",
        &got.code().map(|code| code.as_str().to_owned()),
        &None,
    );
    // What was repeated has an id too: that of the last attempt.
    let busy = Received::new(503, "").header("X-QS-Request-ID", "5fc1a6a2e4b0d7c");
    let script = Script::new([busy]);
    let client = script.builder().retry(RetryPolicy::default()).build();
    let bucket = needed("making a client", client)?.bucket("example-photos");
    let text = match bucket.get_object("k").send().await {
        Ok(_) => "(success)".to_owned(),
        Err(error) => error.to_string(),
    };
    for word in ["5fc1a6a2e4b0d7c", "3 attempts"] {
        report.holds(format!("nobody says {word}: {text}"), text.contains(word));
    }
    let long = serde_json::json!({"code": "invalid_argument", "message": "x".repeat(100_000)});
    let got = error(Asked::Object, Received::new(400, long.to_string())).await?;
    report.holds(
        "a message of 100 kB comes through whole",
        got.to_string().len() < 5000,
    );
    Ok(())
}

/// A code is 1 to 128 visible characters of ASCII, and a message at most 512 bytes and no half characters.
async fn a_refusals_words_are_bounded(_: &Bench<'_>, report: &mut Report) -> Done {
    let longest = "c".repeat(128);
    let longer = "c".repeat(129);
    for (code, taken) in [
        ("c", true),
        ("some-code.2", true),
        (longest.as_str(), true),
        (longer.as_str(), false),
        ("", false),
        ("a b", false),
        ("a\nb", false),
        ("\u{7f}", false),
        ("中", false),
    ] {
        let got = error(Asked::Object, Received::new(409, refusal(code))).await?;
        let got = got.code().map(|code| code.as_str().to_owned());
        let expected = taken.then(|| code.to_owned());
        report.equal(&format!("the code {code:?}"), &got, &expected);
    }
    for (message, expected) in [
        ("m".repeat(512), "m".repeat(512)),
        ("m".repeat(513), format!("{}…", "m".repeat(512))),
        ("中".repeat(170), "中".repeat(170)),
        ("中".repeat(171), format!("{}…", "中".repeat(170))),
    ] {
        let document = serde_json::json!({ "code": "c", "message": message }).to_string();
        let got = error(Asked::Object, Received::new(409, document)).await?;
        report.equal(
            &format!("a message of {} bytes", message.len()),
            &got.message(),
            &expected.as_str(),
        );
    }
    Ok(())
}
