//! Requests that no SDK makes, what they are refused with, and what a refusal looks like.

use qingstor::types::{AclEntry, Grantee};
use serde_json::json;

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::expected::md5;
use crate::handmade::{http_date, outcome, unix_now};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 8] = [
    behaviour!("refusals", a_refusal_tells_what_it_is_about),
    behaviour!("refusals", a_method_that_is_none_is_refused, unverified: "the vendor documents the status; that `Allow` names the others comes from RFC 9110"),
    behaviour!("refusals", a_query_says_one_thing, unverified: "the vendor does not say what a contradictory query means"),
    behaviour!("refusals", numbers_are_numbers, unverified: "the vendor does not say what a limit that is none leads to"),
    behaviour!("refusals", headers_say_one_thing, unverified: "the vendor does not say what repeated headers mean"),
    behaviour!("refusals", a_document_is_an_object, unverified: "the vendor does not say which documents are `invalid_json`"),
    behaviour!("refusals", buckets_have_proper_names),
    behaviour!("refusals", keys_are_counted_in_bytes),
];

const BAD: (u16, &str) = (400, "invalid_argument");

fn expect(report: &mut Report, what: &str, got: &(u16, String), expected: (u16, &str)) {
    report.equal(what, &(got.0, got.1.as_str()), &expected);
}

/// Code, message, request id and a page to read on; none of it in answers to HEAD.
async fn a_refusal_tells_what_it_is_about(bench: &Bench<'_>, report: &mut Report) -> Done {
    let name = bench.bucket().name().to_owned();
    for (method, target, expected) in [
        (
            "GET",
            format!("/{name}/nothing"),
            (404, "object_not_exists"),
        ),
        ("HEAD", format!("/{name}/nothing"), (404, "")),
        (
            "GET",
            format!("/{name}-nowhere"),
            (404, "bucket_not_exists"),
        ),
        ("HEAD", format!("/{name}-nowhere"), (404, "")),
        (
            "DELETE",
            format!("/{name}-nowhere"),
            (404, "bucket_not_exists"),
        ),
        (
            "GET",
            format!("/{name}-nowhere?acl"),
            (404, "bucket_not_exists"),
        ),
        ("PUT", format!("/{name}"), (409, "bucket_already_exists")),
    ] {
        let what = format!("{method} {target}");
        let answer = bench.handmade(method, target).signed(bench.key());
        let answer = answer.send().await?;
        expect(report, &what, &outcome(&answer), expected);
        let header = |name: &str| answer.headers.get(name).and_then(|v| v.to_str().ok());
        let id = header("x-qs-request-id").unwrap_or("");
        report.holds(format!("{what}: there is no request id"), id.len() >= 8);
        report.equal(
            &format!("{what}: Server"),
            &header("server"),
            &Some("QingStor"),
        );
        report.holds(
            format!("{what}: there is no Date"),
            header("date").is_some(),
        );
        if method == "HEAD" {
            report.equal(&format!("{what}: the body"), &answer.body.len(), &0);
            continue;
        }
        let kind = header("content-type").unwrap_or("");
        report.holds(
            format!("{what}: the type is {kind}, not JSON"),
            kind.starts_with("application/json"),
        );
        let document = answer.json();
        report.equal(
            &format!("{what}: the request id of the document"),
            &document["request_id"].as_str(),
            &Some(id),
        );
        for member in ["message", "url"] {
            report.holds(
                format!("{what}: there is no {member}"),
                document[member]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
            );
        }
    }
    Ok(())
}

async fn a_method_that_is_none_is_refused(bench: &Bench<'_>, report: &mut Report) -> Done {
    let name = bench.bucket().name().to_owned();
    for (method, target, allowed) in [
        ("POST", format!("/{name}?acl"), "GET, PUT"),
        ("DELETE", format!("/{name}?acl"), "GET, PUT"),
        ("DELETE", format!("/{name}?versioning"), "GET, PUT"),
        ("POST", format!("/{name}?cors"), "DELETE, GET, PUT"),
        ("PUT", format!("/{name}?stats"), "GET"),
        ("GET", format!("/{name}?delete"), "POST"),
        ("PUT", format!("/{name}/k?uploads"), "POST"),
        ("DELETE", "/".to_owned(), "GET"),
    ] {
        let what = format!("{method} {target}");
        let answer = bench.handmade(method, target).signed(bench.key());
        let answer = answer.send().await?;
        expect(
            report,
            &what,
            &outcome(&answer),
            (405, "method_not_allowed"),
        );
        // RFC 9110, section 15.5.6: the answer must name those that there are.
        let named = answer.headers.get("allow").and_then(|v| v.to_str().ok());
        report.equal(&format!("{what}: Allow"), &named, &Some(allowed));
    }
    Ok(())
}

/// A sub-resource that is not known here must not be taken for the plain operation.
async fn a_query_says_one_thing(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let name = bucket.name();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    for (method, target, expected) in [
        ("GET", format!("/{name}?acl&cors"), BAD),
        ("DELETE", format!("/{name}?policy&cors"), BAD),
        ("GET", format!("/{name}?limit=1&limit=2"), BAD),
        ("GET", format!("/{name}/k?acl"), BAD),
        ("DELETE", format!("/{name}/k?lifecycle"), BAD),
        ("PUT", format!("/{name}/k?part_number=1"), BAD),
        ("GET", format!("/{name}?prefix=%"), BAD),
        ("GET", format!("/{name}?prefix=%FF"), BAD),
        ("GET", format!("/{name}?x_unknown=1"), (200, "")),
        // Bare, and with an empty value as the Go SDK sends it.
        ("GET", format!("/{name}?acl"), (200, "")),
        ("GET", format!("/{name}?acl="), (200, "")),
        ("GET", format!("/{name}/k?image&action="), BAD),
    ] {
        let what = format!("{method} {target}");
        let answer = bench.handmade(method, target).signed(bench.key());
        expect(report, &what, &outcome(&answer.send().await?), expected);
    }
    let kept = bucket.head_object("k").send().await;
    needed("the object after all that", kept)?;
    // A space may be a plus.
    needed("storing", bucket.put_object("a b", "x").send().await)?;
    for (prefix, count) in [("a+", 1), ("a%20", 1), ("a%2B", 0)] {
        let request = bench.handmade("GET", format!("/{name}?prefix={prefix}"));
        let answer = request.signed(bench.key()).send().await?;
        let document = answer.json();
        let found = document["keys"].as_array().map(Vec::len);
        report.equal(
            &format!("the keys with the prefix {prefix}"),
            &found,
            &Some(count),
        );
    }
    Ok(())
}

async fn numbers_are_numbers(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let name = bucket.name();
    let begun = bucket.initiate_multipart_upload("k").send().await;
    let id = needed("beginning an upload", begun)?.upload_id;
    for (target, expected) in [
        (format!("/{name}?limit=ten"), BAD),
        (format!("/{name}?limit=-1"), BAD),
        (format!("/{name}?limit=1.5"), BAD),
        (format!("/{name}?limit=0"), BAD),
        (format!("/{name}?limit="), (200, "")),
        (format!("/{name}?limit=1"), (200, "")),
        (format!("/{name}?versions&limit=ten"), BAD),
        (format!("/{name}?uploads&limit=0"), BAD),
        (format!("/{name}?uploads&limit=ten"), BAD),
        (format!("/{name}/k?upload_id={id}&limit=ten"), BAD),
        (format!("/{name}/k?upload_id={id}&limit=0"), BAD),
        (
            format!("/{name}/k?upload_id={id}&part_number_marker=x"),
            BAD,
        ),
        ("/?offset=x".to_owned(), BAD),
        ("/?offset=-1".to_owned(), BAD),
        ("/?limit=x".to_owned(), BAD),
    ] {
        let answer = bench.handmade("GET", &target).signed(bench.key());
        expect(report, &target, &outcome(&answer.send().await?), expected);
    }
    Ok(())
}

async fn headers_say_one_thing(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let name = bucket.name();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let source = format!("/{name}/k");
    let put = || bench.handmade("PUT", format!("/{name}/new"));
    let get = || bench.handmade("GET", format!("/{name}/k"));
    for (what, request) in [
        (
            "a copy that is a move",
            put()
                .header("x-qs-copy-source", &source)
                .header("x-qs-move-source", &source)
                .signed(bench.key()),
        ),
        (
            "a type twice",
            put()
                .header("content-type", "text/plain")
                .signed(bench.key())
                .header("content-type", "text/html"),
        ),
        (
            "a class twice",
            put()
                .header("x-qs-storage-class", "STANDARD")
                .signed(bench.key())
                .header("x-qs-storage-class", "STANDARD_IA"),
        ),
        (
            "a range twice",
            get()
                .header("range", "bytes=0-1")
                .header("range", "bytes=2-3")
                .signed(bench.key()),
        ),
        (
            "a date twice",
            put()
                .signed(bench.key())
                .header("date", "Wed, 10 Dec 2014 17:20:31 GMT"),
        ),
        (
            "a date of one's own twice",
            put()
                .header("x-qs-date", http_date(unix_now()))
                .signed(bench.key())
                .header("x-qs-date", "Wed, 10 Dec 2014 17:20:31 GMT"),
        ),
        (
            "a digest twice",
            put()
                .header("content-md5", md5(b""))
                .signed(bench.key())
                .header("content-md5", md5(b"hello")),
        ),
        (
            "two signatures",
            put()
                .signed(bench.key())
                .header("authorization", "QS somebody:c29tZXRoaW5n"),
        ),
    ] {
        expect(report, what, &outcome(&request.send().await?), BAD);
    }
    let made = bucket.head_object("new").send().await;
    report.holds("an object was made all the same", made.is_err());
    let there = bucket.head_object("k").send().await;
    report.holds("the object is gone", there.is_ok());
    Ok(())
}

/// What cannot be read as one is `invalid_json`; a member of a wrong type is `invalid_argument`.
async fn a_document_is_an_object(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let everybody = AclEntry::new(Grantee::new("group").name("QS_ALL_USERS"), "READ");
    let set = bucket.put_bucket_acl([everybody]).send().await;
    needed("setting the ACL", set)?;
    for body in ["", "{", "acl", "{\"acl\": [}", "[]", "\"acl\"", "null", "1"] {
        let request = bench.handmade("PUT", format!("/{}?acl", bucket.name()));
        let request = request
            .header("content-type", "application/json")
            .body(body);
        let answer = request.signed(bench.key()).send().await?;
        let what = format!("the body {body:?}");
        expect(report, &what, &outcome(&answer), (400, "invalid_json"));
    }
    for body in [
        json!({}),
        json!({ "acl": null }),
        json!({ "acl": "READ" }),
        json!({ "acl": {} }),
    ] {
        let request = bench.handmade("PUT", format!("/{}?acl", bucket.name()));
        let answer = request.json(&body).signed(bench.key()).send().await?;
        report.equal(&format!("the body {body}"), &answer.status, &400);
    }
    let kept = needed("reading the ACL", bucket.get_bucket_acl().send().await)?;
    report.equal("the entries after all that", &kept.acl.len(), &1);
    Ok(())
}

/// `^[a-z0-9][a-z0-9-]{4,61}[a-z0-9]$`; the proper ones here are taken by nobody, and are not made either.
async fn buckets_have_proper_names(bench: &Bench<'_>, report: &mut Report) -> Done {
    let name = bench.bucket().name().to_owned();
    for bad in [
        "abcde",
        &"a".repeat(64),
        "Abcdef",
        "abc_def",
        "-abcdef",
        "abcdef-",
        "abc.def",
        "abc%20def",
        "abc%E4%B8%ADdef",
    ] {
        let answer = bench.handmade("PUT", format!("/{bad}")).in_path();
        let answer = answer.signed(bench.key());
        let got = outcome(&answer.send().await?);
        expect(report, bad, &got, (400, "invalid_bucket_name"));
    }
    // A bucket that is there, and one that is not, whose name has 63 characters.
    let longest = format!("{name}-{}", "x".repeat(62 - name.len()));
    for (good, expected) in [
        (name.as_str(), (200, "")),
        (longest.as_str(), (404, "bucket_not_exists")),
        ("0-0--0", (404, "bucket_not_exists")),
    ] {
        let answer = bench.handmade("GET", format!("/{good}?acl"));
        let got = outcome(&answer.signed(bench.key()).send().await?);
        expect(report, good, &got, expected);
    }
    Ok(())
}

/// 1 to 1023 bytes of UTF-8.
async fn keys_are_counted_in_bytes(bench: &Bench<'_>, report: &mut Report) -> Done {
    let name = bench.bucket().name().to_owned();
    let bad = (400, "invalid_object_name");
    for (what, key, expected) in [
        ("1023 letters", "k".repeat(1023), (201, "")),
        ("1024 letters", "k".repeat(1024), bad),
        (
            "341 characters of 3 bytes",
            "%E4%B8%AD".repeat(341),
            (201, ""),
        ),
        ("342 characters of 3 bytes", "%E4%B8%AD".repeat(342), bad),
        ("bytes that are no UTF-8", "%FF".to_owned(), bad),
    ] {
        let put = bench.handmade("PUT", format!("/{name}/{key}")).body("x");
        let answer = put.signed(bench.key()).send().await?;
        expect(report, what, &outcome(&answer), expected);
        if expected.0 == 201 {
            let get = bench.handmade("GET", format!("/{name}/{key}"));
            let answer = get.signed(bench.key()).send().await?;
            report.equal(&format!("reading {what}"), &answer.code(), &String::new());
        }
    }
    Ok(())
}
