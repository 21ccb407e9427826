//! Whose a request is: dates, signatures in headers and in URLs, and requests without any.

use qingstor::types::{AclEntry, Grantee, PolicyStatement};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::expected;
use crate::handmade::{http_date, outcome, unix_now};
use crate::report::Report;
use crate::target::Key;

pub(super) static ALL: [Behaviour; 9] = [
    behaviour!("identity", a_date_is_good_for_a_quarter_of_an_hour),
    behaviour!("identity", a_url_is_good_until_its_time),
    behaviour!("identity", a_wrong_signature_is_refused),
    behaviour!("identity", a_signature_needs_its_parts, unverified: "the vendor does not say what one without them is"),
    behaviour!("identity", both_forms_of_the_buckets_path_may_be_signed, unverified: "the vendor's pages and SDKs do not agree on the slash"),
    behaviour!("identity", the_query_is_signed_decoded_and_in_order),
    behaviour!("identity", no_refusal_tells_a_customers_key),
    behaviour!("identity", what_is_never_done_unsigned),
    behaviour!("identity", a_preflight_needs_no_signature),
];

const MINUTE: u64 = 60;

/// Fifteen minutes either way, by `x-qs-date` if that is there.
async fn a_date_is_good_for_a_quarter_of_an_hour(bench: &Bench<'_>, report: &mut Report) -> Done {
    let name = bench.bucket().name().to_owned();
    let now = unix_now();
    let (good, old) = (http_date(now), http_date(now - 16 * MINUTE));
    let expired = (403, "request_expired");
    let ask = || bench.handmade("GET", format!("/{name}?acl"));
    for (what, date, own, expected) in [
        ("now", Some(good.clone()), None, (200, "")),
        (
            "14 minutes old",
            Some(http_date(now - 14 * MINUTE)),
            None,
            (200, ""),
        ),
        ("16 minutes old", Some(old.clone()), None, expired),
        (
            "14 minutes ahead",
            Some(http_date(now + 14 * MINUTE)),
            None,
            (200, ""),
        ),
        (
            "16 minutes ahead",
            Some(http_date(now + 16 * MINUTE)),
            None,
            expired,
        ),
        (
            "140 minutes old",
            Some(http_date(now - 140 * MINUTE)),
            None,
            expired,
        ),
        ("x-qs-date alone, now", None, Some(good.clone()), (200, "")),
        (
            "x-qs-date alone, 16 minutes old",
            None,
            Some(old.clone()),
            expired,
        ),
        (
            "x-qs-date now, Date old",
            Some(old.clone()),
            Some(good.clone()),
            (200, ""),
        ),
        ("x-qs-date old, Date now", Some(good), Some(old), expired),
    ] {
        let mut request = ask();
        for (name, value) in [("date", date), ("x-qs-date", own)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let answer = request.signed(bench.key()).send().await?;
        expect(report, what, &outcome(&answer), expected);
    }
    Ok(())
}

fn expect(report: &mut Report, what: &str, got: &(u16, String), expected: (u16, &str)) {
    report.equal(what, &(got.0, got.1.as_str()), &expected);
}

/// And for its method and its path only.
async fn a_url_is_good_until_its_time(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    needed("storing", bucket.put_object("l", "hello").send().await)?;
    let path = format!("/{}/k", bucket.name());
    let now = unix_now();
    let url = |expires| bench.handmade("GET", &path).presigned(bench.key(), expires);
    let far = url(now + 600);
    let mismatch = (401, "signature_not_matched");
    let moved = far.clone().altered("/k?", "/l?");
    let late = far
        .clone()
        .altered(&(now + 600).to_string(), &(now + 6000).to_string());
    let more = far
        .clone()
        .altered("?", "?response-content-type=text/html&");
    let plain = far.clone().altered("?", "?x_unknown=1&");
    for (what, request, expected) in [
        ("a URL for 10 minutes", far, (200, "")),
        ("a URL for a minute", url(now + 60), (200, "")),
        ("a URL that ended", url(now - 2), (403, "request_expired")),
        (
            "a URL that ended long ago",
            url(1),
            (403, "request_expired"),
        ),
        ("the URL of another object", moved, mismatch),
        ("a URL with another end", late, mismatch),
        ("a URL with a signed key more", more, mismatch),
        ("a URL with a key more that is not signed", plain, (200, "")),
    ] {
        let answer = request.send().await?;
        expect(report, what, &outcome(&answer), expected);
    }
    let get = bench
        .handmade("GET", &path)
        .presigned(bench.key(), now + 600);
    let answer = get.method("HEAD").send().await?;
    report.equal("HEAD with a URL for GET", &answer.status, &401);
    Ok(())
}

/// Also where everybody may read: who signs is who is asked.
async fn a_wrong_signature_is_refused(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let everybody = AclEntry::new(Grantee::new("group").name("QS_ALL_USERS"), "READ");
    let opened = bucket.put_bucket_acl([everybody]).send().await;
    needed("setting the ACL", opened)?;
    let path = format!("/{}/k", bucket.name());
    let key = bench.key();
    let other = |id: &str, secret: &str| Key {
        id: id.to_owned(),
        secret: secret.to_owned(),
    };
    let nobody = other("no-such-key-id", &key.secret);
    let guessed = other(&key.id, "guessed");
    let shouted = match key.id.to_ascii_uppercase() {
        // It may have no small letters.
        same if same == key.id => nobody.clone(),
        id => other(&id, &key.secret),
    };
    let get = || bench.handmade("GET", &path);
    let dated = || get().header("date", http_date(unix_now()));
    let unknown = (401, "invalid_access_key_id");
    let mismatch = (401, "signature_not_matched");
    let far = unix_now() + 600;
    for (what, request, expected) in [
        ("unsigned", get(), (200, "")),
        ("an unknown key", get().signed(&nobody), unknown),
        (
            "an unknown key in a URL",
            get().presigned(&nobody, far),
            unknown,
        ),
        ("another secret", get().signed(&guessed), mismatch),
        (
            "another secret in a URL",
            get().presigned(&guessed, far),
            mismatch,
        ),
        ("the key's id in capitals", get().signed(&shouted), unknown),
        (
            "another scheme",
            dated().header("authorization", format!("AWS {}:c2ln", key.id)),
            unknown,
        ),
        (
            "a signature that is no base64",
            dated().header("authorization", format!("QS {}:%%%", key.id)),
            mismatch,
        ),
        (
            "a header that was not signed",
            get().signed(key).header("x-qs-unknown", "1"),
            mismatch,
        ),
        (
            "a type that was not signed",
            get().signed(key).header("content-type", "text/plain"),
            mismatch,
        ),
        (
            "a digest that was not signed",
            get().signed(key).header("content-md5", expected::md5(b"")),
            mismatch,
        ),
        (
            "a header that nobody signs",
            get().signed(key).header("cache-control", "no-cache"),
            (200, ""),
        ),
        (
            "signed headers in another order, spaces around a value",
            get()
                .header("x-qs-b", "  2 ")
                .header("x-qs-a", "1")
                .header("content-type", "text/plain")
                .signed(key),
            (200, ""),
        ),
        (
            "a signed key of the query more",
            get().signed(key).altered("/k", "/k?response-expires=0"),
            mismatch,
        ),
    ] {
        let answer = request.send().await?;
        expect(report, what, &outcome(&answer), expected);
    }
    Ok(())
}

async fn a_signature_needs_its_parts(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let everybody = AclEntry::new(Grantee::new("group").name("QS_ALL_USERS"), "READ");
    let opened = bucket.put_bucket_acl([everybody]).send().await;
    needed("setting the ACL", opened)?;
    let whole = bench.handmade("GET", format!("/{}/k", bucket.name()));
    let whole = whole.presigned(bench.key(), unix_now() + 600);
    for (what, name) in [
        ("without its key id", "access_key_id="),
        ("without its end", "expires="),
    ] {
        let answer = whole.clone().altered(name, "x=").send().await?;
        let got = (answer.status, answer.code());
        expect(report, what, &got, (400, "invalid_argument"));
    }
    let answer = whole.altered("expires=", "expires=soon").send().await?;
    let got = outcome(&answer);
    expect(
        report,
        "with an end that is no number",
        &got,
        (400, "invalid_argument"),
    );
    for date in ["soon", "", "2026-11-24T15:00:00Z"] {
        let undated = bench.handmade("GET", format!("/{}/k", bucket.name()));
        let answer = undated
            .header("date", date)
            .signed(bench.key())
            .send()
            .await?;
        let what = format!("with the date {date:?}");
        expect(report, &what, &outcome(&answer), (400, "invalid_argument"));
    }
    Ok(())
}

async fn both_forms_of_the_buckets_path_may_be_signed(
    bench: &Bench<'_>,
    report: &mut Report,
) -> Done {
    let name = bench.bucket().name().to_owned();
    for sent in [format!("/{name}"), format!("/{name}/")] {
        for signed in [format!("/{name}"), format!("/{name}/")] {
            let request = bench.handmade("GET", format!("{sent}?acl"));
            let answer = request.resource(&signed).signed(bench.key()).send().await?;
            let what = format!("{sent} sent, {signed} signed");
            expect(report, &what, &outcome(&answer), (200, ""));
        }
    }
    Ok(())
}

/// Whatever order they are sent in, and whether a space is sent as `+` or as `%20`.
async fn the_query_is_signed_decoded_and_in_order(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    for (query, name, expected) in [
        (
            "response-content-type=text%2Fx&response-cache-control=no-store",
            "content-type",
            "text/x",
        ),
        (
            "response-expires=a&response-content-language=b&response-cache-control=c%2Cd",
            "cache-control",
            "c,d",
        ),
        (
            "response-content-disposition=a%20b%2Bc",
            "content-disposition",
            "a b+c",
        ),
        (
            "response-content-disposition=a+b%26c%3Dd",
            "content-disposition",
            "a b&c=d",
        ),
    ] {
        let request = bench.handmade("GET", format!("/{}/k?{query}", bucket.name()));
        let answer = request.signed(bench.key()).send().await?;
        expect(report, query, &outcome(&answer), (200, ""));
        let got = answer.headers.get(name).and_then(|v| v.to_str().ok());
        report.equal(&format!("{name} for {query}"), &got, &Some(expected));
    }
    Ok(())
}

/// A service that shows what it would have signed must leave it out.
async fn no_refusal_tells_a_customers_key(bench: &Bench<'_>, report: &mut Report) -> Done {
    let name = bench.bucket().name().to_owned();
    let secret = "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=";
    for header in [
        "x-qs-encryption-customer-key",
        "x-qs-copy-source-encryption-customer-key",
    ] {
        let request = bench.handmade("GET", format!("/{name}/k"));
        let guessed = Key {
            id: bench.key().id.clone(),
            secret: "guessed".to_owned(),
        };
        let answer = request
            .header(header, secret)
            .signed(&guessed)
            .send()
            .await?;
        report.equal("the status", &answer.status, &401);
        let told = String::from_utf8_lossy(&answer.body);
        let what = format!("the refusal repeats the value of {header}");
        report.holds(what, !told.contains(secret));
        let own = bench.key().secret.as_str();
        report.holds("the refusal tells the secret", !told.contains(own));
    }
    Ok(())
}

/// Neither a policy nor a list of permissions opens these to requests without a signature.
async fn what_is_never_done_unsigned(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let name = bucket.name();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let everybody = AclEntry::new(Grantee::new("group").name("QS_ALL_USERS"), "FULL_CONTROL");
    let opened = bucket.put_bucket_acl([everybody]).send().await;
    needed("setting the ACL", opened)?;
    let objects = [
        "get_object",
        "create_object",
        "delete_object",
        "head_object",
    ];
    let bucket_actions = ["list_objects", "head_bucket", "get_bucket_stats"];
    let policy = [
        PolicyStatement::new("o", ["*"], objects, "allow").resource([format!("{name}/*")]),
        PolicyStatement::new("b", ["*"], bucket_actions, "allow"),
    ];
    let set = bucket.put_bucket_policy(policy).send().await;
    needed("setting the policy", set)?;
    let denied = (403, "permission_denied");
    for (method, target, expected) in [
        ("GET", "/".to_owned(), denied),
        ("PUT", "/conformance-unsigned".to_owned(), denied),
        ("DELETE", format!("/{name}"), denied),
        ("DELETE", format!("/{name}/k"), denied),
        ("GET", format!("/{name}?stats"), denied),
        ("GET", format!("/{name}?acl"), denied),
        ("GET", format!("/{name}?policy"), denied),
        ("GET", format!("/{name}?versioning"), denied),
        ("DELETE", format!("/{name}?policy"), denied),
        // While these are open.
        ("GET", format!("/{name}/k"), (200, "")),
        ("GET", format!("/{name}"), (200, "")),
    ] {
        let answer = bench.handmade(method, &target).send().await?;
        let what = format!("{method} {target}");
        expect(report, &what, &outcome(&answer), expected);
    }
    let target = format!("/{name}/k?response-content-type=a");
    let answer = bench.handmade("GET", target).send().await?;
    report.holds(
        format!("unsigned headers of one's choice: {}", answer.status),
        (400..500).contains(&answer.status),
    );
    let put = bench.handmade("PUT", format!("/{name}/n")).body("x");
    let answer = put.clone().header("x-qs-meta-a", "1").send().await?;
    expect(report, "PUT with metadata", &outcome(&answer), denied);
    let answer = put.send().await?;
    expect(report, "PUT without", &outcome(&answer), (201, ""));
    Ok(())
}

/// A browser asks with the very URL that it will send then, whose signature is for another method.
async fn a_preflight_needs_no_signature(bench: &Bench<'_>, report: &mut Report) -> Done {
    let path = format!("/{}/k", bench.bucket().name());
    let plain = bench.handmade("PUT", &path);
    let signed = plain.clone().presigned(bench.key(), unix_now() + 600);
    for (what, request) in [("unsigned", plain), ("with a URL for PUT", signed)] {
        let request = request.method("OPTIONS");
        let request = request.header("origin", "https://app.example.com");
        let request = request.header("access-control-request-method", "PUT");
        report.equal(what, &request.send().await?.status, &200);
    }
    Ok(())
}
