//! Answers that leave out what they may leave out, and others that are not as usual.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use qingstor::testing::Replay;
use qingstor::{Client, Error, ErrorKind, RetryPolicy};

use super::{Behaviour, Bench, Done, needed};
use crate::checks::{client, kind_of, refusal};
use crate::generated::{ANSWERS, HEADERS, OPERATIONS};
use crate::report::Report;
use crate::slot::Problem;
use crate::wire::{Canned, Received};

pub(super) static ALL: [Behaviour; 11] = [
    behaviour!("answers", what_is_missing_is_nothing, buckets: 0),
    behaviour!("answers", a_missing_list_is_empty, buckets: 0),
    behaviour!("answers", every_code_is_declared, buckets: 0),
    behaviour!("answers", every_common_header_is_declared, buckets: 0),
    behaviour!("answers", null_is_nothing_inside_too, buckets: 0),
    behaviour!("answers", busy_services_are_asked_again, buckets: 0),
    behaviour!("answers", nobody_is_asked_again_too_early, buckets: 0),
    behaviour!("answers", a_time_may_be_of_any_zone, buckets: 0),
    behaviour!("answers", an_undeclared_status_has_its_kind, buckets: 0),
    behaviour!("answers", the_request_id_is_found, buckets: 0),
    behaviour!("answers", a_body_has_its_announced_length, buckets: 0),
];

/// Makes a call that is answered with this document.
async fn answered<T, F>(document: &str, call: F) -> Result<T, Problem>
where
    F: AsyncFnOnce(Client) -> Result<T, Error>,
{
    let canned = Canned::new([Received::new(200, document.to_owned())]);
    let client = needed("making a client", client(&canned))?;
    needed(document, call(client).await)
}

/// Services leave out a zero, a `false` and an empty list.
async fn what_is_missing_is_nothing(_: &Bench<'_>, report: &mut Report) -> Done {
    let list = answered("{}", async |c| c.list_buckets().send().await).await?;
    report.equal("the count of buckets", &list.count, &0);
    report.holds("there are buckets", list.buckets.is_empty());

    let one_key = r#"{"keys": [{"key": "k"}]}"#;
    let list = answered(one_key, async |c| {
        c.bucket("photos").list_objects().send().await
    })
    .await?;
    report.equal("the limit of objects", &list.limit, &0);
    report.equal("whether there are more objects", &list.has_more, &false);
    for key in list.keys {
        report.equal("the size of an object", &key.size, &0);
        report.equal("whether an object is encrypted", &key.encrypted, &false);
    }

    let list = answered(one_key, async |c| {
        c.bucket("photos").list_object_versions().send().await
    });
    let list = list.await?;
    report.equal("the limit of versions", &list.limit, &0);
    report.equal("whether there are more versions", &list.has_more, &false);
    for key in list.keys {
        report.equal("the size of a version", &key.size, &0);
        report.equal("whether it is encrypted", &key.encrypted, &false);
        report.equal("whether it is the newest", &key.is_latest, &false);
        report.equal("whether it is a marker", &key.delete_marker, &false);
    }

    let list = answered("{}", async |c| {
        c.bucket("photos").list_multipart_uploads().send().await
    });
    report.equal("the limit of uploads", &list.await?.limit, &0);
    let list = answered("{}", async |c| {
        c.bucket("photos")
            .list_multipart("k", "upload")
            .send()
            .await
    });
    report.equal("the count of parts", &list.await?.count, &0);
    let list = answered("{}", async |c| {
        c.bucket("photos").get_bucket_cname().send().await
    });
    report.equal("the count of domains", &list.await?.count, &0);

    let got = answered("{}", async |c| {
        c.bucket("photos").get_bucket_statistics().send().await
    });
    let got = got.await?;
    report.equal("the count of objects", &got.count, &0);
    report.equal("the bytes of objects", &got.size, &0);

    let one_class = r#"{"storage_classes": {"STANDARD": {}}}"#;
    let got = answered(one_class, async |c| {
        c.bucket("photos").get_bucket_statistics().send().await
    });
    for class in got.await?.storage_classes.values() {
        report.equal("the count of a class", &class.count, &0);
        report.equal("the bytes of a class", &class.size, &0);
        report.equal("what is billed of a class", &class.billing_size, &0);
    }

    let head = answered("", async |c| {
        c.bucket("photos").head_object("k").send().await
    });
    report.equal(
        "whether HEAD found a marker",
        &head.await?.delete_marker,
        &false,
    );
    let get = answered("", async |c| {
        c.bucket("photos").get_object("k").send().await
    });
    report.equal(
        "whether GET found a marker",
        &get.await?.delete_marker,
        &false,
    );
    Ok(())
}

/// Settings without a list of rules have none.
async fn a_missing_list_is_empty(_: &Bench<'_>, report: &mut Report) -> Done {
    macro_rules! empty {
        ($($operation:ident . $list:ident),*) => {$(
            let got = answered("{}", async |c| c.bucket("photos").$operation().send().await);
            report.holds(
                format!("{}: {} is not empty", stringify!($operation), stringify!($list)),
                got.await?.$list.is_empty(),
            );
        )*};
    }
    empty!(
        get_bucket_acl.acl,
        get_bucket_cname.cname_records,
        get_bucket_cors.cors_rules,
        get_bucket_lifecycle.rule,
        get_bucket_notification.notifications,
        get_bucket_policy.statement,
        get_bucket_replication.rules,
        list_multipart_uploads.uploads,
        list_object_versions.keys,
        list_objects.keys,
        list_objects.common_prefixes
    );
    Ok(())
}

/// By the vendor's table of codes. `upload_not_exists` has another status there than on the pages of operations, and those
/// about domains have none.
const CODES: [(u16, &str); 44] = [
    (400, "access_denied"),
    (400, "bad_digest"),
    (400, "cname_error"),
    (400, "cname_record_not_added"),
    (400, "domain_not_recorded"),
    (400, "domain_occupied"),
    (400, "entity_too_large"),
    (400, "entity_too_small"),
    (400, "form_policy_violated"),
    (400, "incomplete_body"),
    (400, "invalid_argument"),
    (400, "invalid_bucket_name"),
    (400, "invalid_json"),
    (400, "invalid_location"),
    (400, "invalid_object_name"),
    (400, "invalid_object_state"),
    (400, "invalid_request"),
    (400, "max_parts_exceeded"),
    (400, "max_requests_exceeded"),
    (400, "metadata_too_large"),
    (400, "too_many_objects"),
    (400, "upload_not_exists"),
    (401, "invalid_access_key_id"),
    (401, "signature_not_matched"),
    (402, "delinquent_account"),
    (403, "account_problem"),
    (403, "bucket_not_active"),
    (403, "lease_not_ready"),
    (403, "permission_denied"),
    (403, "request_expired"),
    (403, "too_many_buckets"),
    (404, "bucket_not_exists"),
    (404, "object_not_exists"),
    (404, "upload_not_exists"),
    (405, "method_not_allowed"),
    (409, "bucket_already_exists"),
    (409, "bucket_not_empty"),
    (409, "fetch_in_process"),
    (412, "precondition_failed"),
    (416, "invalid_range"),
    (429, "fetch_throttled"),
    (500, "internal_error"),
    (503, "service_unavailable"),
    (503, "upstream_failed"),
];

/// Those that any request can be refused with, whatever it is about.
const COMMON: [&str; 8] = [
    "account_problem",
    "bucket_not_active",
    "delinquent_account",
    "internal_error",
    "invalid_access_key_id",
    "request_expired",
    "service_unavailable",
    "signature_not_matched",
];

/// Each by some operation or by all, and with this status only.
async fn every_code_is_declared(_: &Bench<'_>, report: &mut Report) -> Done {
    let common = || ANSWERS.iter();
    let all = OPERATIONS.iter().flat_map(|operation| operation.responses);
    let declared: BTreeSet<(u16, &str)> = common()
        .chain(all)
        .flat_map(|response| response.codes.iter().map(|code| (response.status, *code)))
        .collect();
    let documented = BTreeSet::from(CODES);
    for (status, code) in documented.difference(&declared) {
        report.find(format!("{status} {code} is declared by no operation"));
    }
    for (status, code) in declared.difference(&documented) {
        report.find(format!("{status} {code} is declared and not documented"));
    }
    for code in COMMON {
        report.holds(
            format!("{code} is not declared for all operations"),
            common().any(|response| response.codes.contains(&code)),
        );
    }
    Ok(())
}

/// By the vendor's page of common headers, but for those about ranges and other origins, which come from HTTP.
async fn every_common_header_is_declared(_: &Bench<'_>, report: &mut Report) -> Done {
    let expected = [
        ("Accept-Ranges", "string"),
        ("Access-Control-Allow-Origin", "string"),
        ("Access-Control-Expose-Headers", "string"),
        ("Connection", "string"),
        ("Content-Length", "uint64"),
        ("Content-Type", "string"),
        ("Date", "timestamp(http)"),
        ("Server", "string"),
        ("Transfer-Encoding", "string"),
        ("Vary", "string"),
        ("X-QS-Request-ID", "string"),
    ];
    let mut declared = HEADERS.to_vec();
    declared.sort_unstable();
    report.equal("the headers of all answers", &declared, &expected.to_vec());
    Ok(())
}

/// When an object was created, by an answer that says so in these words.
async fn created(text: &str) -> Result<Option<SystemTime>, Problem> {
    let document = format!(r#"{{"keys": [{{"key": "k", "created": "{text}"}}]}}"#);
    let list = answered(&document, async |c| {
        c.bucket("photos").list_objects().send().await
    });
    Ok(list.await?.keys.into_iter().find_map(|key| key.created))
}

/// One moment, written in the forms of ISO 8601, and days that not every year has.
async fn a_time_may_be_of_any_zone(_: &Bench<'_>, report: &mut Report) -> Done {
    let moment = UNIX_EPOCH + Duration::from_secs(1_472_743_800);
    let leap_days = [
        ("2000-02-29T00:00:00Z", 951_782_400),
        ("2016-02-29T23:59:59Z", 1_456_790_399),
        ("2100-03-01T00:00:00Z", 4_107_542_400),
    ];
    for (text, seconds) in leap_days {
        let created = created(text).await?;
        let expected = UNIX_EPOCH + Duration::from_secs(seconds);
        report.equal(&format!("the time {text}"), &created, &Some(expected));
    }
    report.equal(
        "a day that is none",
        &created("2100-02-29T00:00:00Z").await?,
        &None,
    );
    for (text, millis) in [
        ("2016-09-01T15:30:00Z", 0),
        ("2016-09-01T15:30:00.000Z", 0),
        ("2016-09-01T15:30:00.250Z", 250),
        ("2016-09-01T15:30:00.5Z", 500),
        ("2016-09-01T23:30:00+08:00", 0),
        ("2016-09-01T23:30:00.001+08:00", 1),
        ("2016-09-01T10:00:00-05:30", 0),
        ("2016-08-31T16:30:00-23:00", 0),
    ] {
        let created = created(text).await?;
        let expected = moment + Duration::from_millis(millis);
        report.equal(&format!("the time {text}"), &created, &Some(expected));
    }
    Ok(())
}

/// The answer to reading an object.
async fn reading(answer: Received) -> Result<Result<bytes::Bytes, Error>, Problem> {
    let canned = Canned::new([answer]);
    let client = needed("making a client", client(&canned))?;
    Ok(match client.bucket("photos").get_object("k").send().await {
        Ok(output) => output.body.into_bytes().await,
        Err(error) => Err(error),
    })
}

/// Also one that no operation declares, such as 402 of an account that has not paid.
async fn an_undeclared_status_has_its_kind(_: &Bench<'_>, report: &mut Report) -> Done {
    for status in [
        400, 401, 402, 403, 404, 405, 406, 409, 411, 412, 413, 416, 418, 429, 499, 500, 501, 502,
        503, 504, 599,
    ] {
        for body in [refusal("any"), "<html>".to_owned(), String::new()] {
            let what = format!("the kind of {status} with the body {body:?}");
            let got = reading(Received::new(status, body)).await?;
            let kind = got.err().map(|error| error.kind());
            report.equal(&what, &kind, &Some(kind_of(status)));
        }
    }
    Ok(())
}

/// The header has it, and the document of an error; one may be missing.
async fn the_request_id_is_found(_: &Bench<'_>, report: &mut Report) -> Done {
    let document = || refusal("object_not_exists");
    for (what, answer, expected) in [
        (
            "in the document alone",
            Received::new(404, document()),
            Some("5fc1a6a2e4b0d7c"),
        ),
        (
            "in the header alone",
            Received::new(404, "").header("X-QS-Request-ID", "8bfc431187af947d"),
            Some("8bfc431187af947d"),
        ),
        (
            "in both",
            Received::new(404, document()).header("X-QS-Request-ID", "5fc1a6a2e4b0d7c"),
            Some("5fc1a6a2e4b0d7c"),
        ),
        ("nowhere", Received::new(404, "{}"), None),
    ] {
        let got = reading(answer).await?.err();
        let id = got.as_ref().and_then(Error::request_id);
        report.equal(&format!("the request id that is {what}"), &id, &expected);
    }
    Ok(())
}

/// A byte more or less than announced is no object.
async fn a_body_has_its_announced_length(_: &Bench<'_>, report: &mut Report) -> Done {
    for (length, content, whole) in [
        ("10", "0123456789", true),
        ("0", "", true),
        ("10", "012345678", false),
        ("10", "", false),
        ("1", "", false),
        ("10", "0123456789a", false),
    ] {
        let answer = Received::new(200, content).header("Content-Length", length);
        let got = reading(answer).await?;
        let what = format!("reading {} bytes of {length}", content.len());
        let got = got.map(|bytes| bytes.len()).map_err(|error| error.kind());
        let expected = match whole {
            true => Ok(content.len()),
            false => Err(ErrorKind::Truncated),
        };
        report.equal(&what, &got, &expected);
    }
    Ok(())
}

/// Lists inside a setting, which may come as `null` or as their only item.
async fn null_is_nothing_inside_too(_: &Bench<'_>, report: &mut Report) -> Done {
    let document = r#"{"statement": [{"id": "s", "user": "*", "action": "get_object", "effect": "allow",
        "resource": null, "condition": {"string_like": {"Referer": null}, "ip_address": {"source_ip": "10.0.0.0/8"}, "is_null": null}}]}"#;
    let policy = answered(document, async |c| {
        c.bucket("photos").get_bucket_policy().send().await
    });
    for statement in policy.await?.statement {
        report.equal("the users", &statement.user, &vec!["*".to_owned()]);
        report.equal("the resources", &statement.resource, &Vec::new());
        let condition = statement.condition.unwrap_or_default();
        let referers = condition.string_like.map(|like| like.referer);
        report.equal("the patterns", &referers, &Some(Vec::new()));
        let networks = condition.ip_address.map(|address| address.source_ip);
        let expected = Some(vec!["10.0.0.0/8".to_owned()]);
        report.equal("the networks", &networks, &expected);
        report.holds("is_null is there", condition.is_null.is_none());
    }
    let document = r#"{"cors_rules": [{"allowed_origin": "*", "allowed_methods": ["GET"],
        "allowed_headers": null, "expose_headers": null, "max_age_seconds": null}]}"#;
    let cors = answered(document, async |c| {
        c.bucket("photos").get_bucket_cors().send().await
    });
    for rule in cors.await?.cors_rules {
        report.equal("the allowed headers", &rule.allowed_headers, &Vec::new());
        report.equal("the exposed headers", &rule.expose_headers, &Vec::new());
        report.equal("the age", &rule.max_age_seconds, &None);
    }
    let document = r#"{"rule": [{"id": "r", "status": "enabled", "filter": {"prefix": null}, "expiration": null, "created": null}]}"#;
    let lifecycle = answered(document, async |c| {
        c.bucket("photos").get_bucket_lifecycle().send().await
    });
    for rule in lifecycle.await?.rule {
        report.equal("the prefix", &rule.filter.prefix, &None);
        report.holds("there is an expiration", rule.expiration.is_none());
        report.equal("when it was made", &rule.created, &None);
    }
    Ok(())
}

/// How often an object is asked for if the answer is always this one.
async fn asked(answer: Received, policy: RetryPolicy) -> Result<usize, Problem> {
    let canned = Canned::new([answer]);
    let builder = Replay::new().builder().transport(canned.clone());
    let client = needed("making a client", builder.retry(policy).build())?;
    // Only how often it is asked for matters.
    let _ = client.bucket("photos").get_object("k").send().await;
    Ok(canned.log.all().len())
}

/// These statuses pass; the others would come again.
async fn busy_services_are_asked_again(_: &Bench<'_>, report: &mut Report) -> Done {
    for (status, expected) in [
        (429, 3),
        (500, 3),
        (502, 3),
        (503, 3),
        (504, 3),
        (400, 1),
        (401, 1),
        (403, 1),
        (404, 1),
        (409, 1),
        (412, 1),
        (416, 1),
        (501, 1),
    ] {
        let policy = RetryPolicy::default().attempts(3).base(Duration::ZERO);
        let got = asked(Received::new(status, refusal("any")), policy).await?;
        report.equal(&format!("the requests with {status}"), &got, &expected);
    }
    Ok(())
}

/// `Retry-After` (RFC 9110 section 10.2.3) says for how long to wait at least, in seconds.
async fn nobody_is_asked_again_too_early(_: &Bench<'_>, report: &mut Report) -> Done {
    let policy = RetryPolicy::default().attempts(2).base(Duration::ZERO);
    for seconds in [1, 7] {
        let answer = Received::new(503, refusal("service_unavailable"));
        let canned = Canned::new([answer.header("Retry-After", &seconds.to_string())]);
        let waits = Arc::new(Mutex::new(Vec::new()));
        let seen = waits.clone();
        let builder = Replay::new().builder().transport(canned.clone());
        let builder = builder.retry(policy.clone()).sleeper(move |wait| {
            seen.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(wait);
            Box::pin(async {})
        });
        let client = needed("making a client", builder.build())?;
        // Only when it is asked for matters.
        let _ = client.bucket("photos").get_object("k").send().await;
        report.equal("the requests", &canned.log.all().len(), &2);
        let waits = waits.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let expected = vec![Duration::from_secs(seconds)];
        let what = format!("the waits with Retry-After: {seconds}");
        report.equal(&what, &waits, &expected);
    }
    Ok(())
}
