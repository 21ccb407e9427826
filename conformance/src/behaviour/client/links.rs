//! What is signed for others: for how long, for what, and without telling secrets.

use std::time::Duration;

use qingstor::sign::{RemoteSignature, SignRemotely, ToSign};
use qingstor::transport::BoxFuture;
use qingstor::types::CustomerKey;
use qingstor::{Error, ErrorKind};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::expected;
use crate::report::Report;
use crate::script::Script;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 5] = [
    behaviour!("links", no_link_lives_for_less_or_longer, buckets: 0),
    behaviour!("links", what_is_not_for_others_is_refused, buckets: 0),
    behaviour!("links", a_link_has_its_signature_escaped, buckets: 0),
    behaviour!("links", a_link_says_what_to_send_with_it, buckets: 0),
    behaviour!("links", no_secret_is_shown, buckets: 0),
];

const MINUTE: Duration = Duration::from_secs(60);

fn fine() -> Script {
    Script::new([Received::new(200, "")])
}

/// A second to 7 days, which is what this SDK promises.
async fn no_link_lives_for_less_or_longer(_: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = fine().client()?.bucket("example-photos");
    let week = Duration::from_secs(7 * 24 * 3600);
    for (what, life, fits) in [
        ("no time", Duration::ZERO, false),
        ("999 ms", Duration::from_millis(999), false),
        ("a second", Duration::from_secs(1), true),
        ("a week", week, true),
        (
            "a week and a millisecond",
            week + Duration::from_millis(1),
            false,
        ),
        ("a week and a second", week + Duration::from_secs(1), false),
        ("a year", week * 52, false),
        ("ever", Duration::MAX, false),
    ] {
        let outcome = bucket.get_object("k").presign(life);
        let got = outcome.err().map(|error| error.kind());
        let expected = (!fits).then_some(ErrorKind::InvalidInput);
        report.equal(&format!("a link for {what}"), &got, &expected);
    }
    Ok(())
}

/// Settings, lists of buckets and whatever names a second object; and nothing is signed without a key.
async fn what_is_not_for_others_is_refused(_: &Bench<'_>, report: &mut Report) -> Done {
    let script = fine();
    let client = script.client()?;
    let bucket = client.bucket("example-photos");
    let call = || bucket.call();
    let source = ("example-photos", "source");
    let refusals = [
        (
            "PUT Object - Copy",
            call().presign(bucket.copy_object("k", source), MINUTE),
        ),
        (
            "GET Bucket ACL",
            call().presign(bucket.get_bucket_acl(), MINUTE),
        ),
        (
            "DELETE Bucket",
            call().presign(bucket.delete_bucket(), MINUTE),
        ),
        (
            "GET Service",
            client.call().presign(client.list_buckets(), MINUTE),
        ),
        (
            "POST Object as a link",
            call().presign(bucket.post_object("k", "hello"), MINUTE),
        ),
    ];
    for (what, outcome) in refusals {
        let got = outcome.err().map(|error| error.kind());
        report.equal(
            &format!("a link for {what}"),
            &got,
            &Some(ErrorKind::InvalidInput),
        );
    }
    let form = call().presign_form(bucket.put_object("k", "hello"));
    report.error(form.map(drop), ErrorKind::InvalidInput, None);

    let anonymous = needed("making a client", script.builder().anonymous().build())?;
    let nobodys = anonymous
        .bucket("example-photos")
        .get_object("k")
        .presign(MINUTE);
    report.error(nobodys.map(drop), ErrorKind::Config, None);
    report.equal("the requests", &script.lines().len(), &0);
    Ok(())
}

/// `+`, `/` and `=` mean something else in a query.
async fn a_link_has_its_signature_escaped(_: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = fine().client()?.bucket("example-photos");
    let mut odd = 0;
    for number in 0..40 {
        let key = format!("k{number}");
        let link = needed("signing", bucket.get_object(key.as_str()).presign(MINUTE))?;
        let text = format!("GET\n\n\n1418232091\n/example-photos/{key}");
        let signature = expected::signature("SECRET_ACCESS_KEY", &text);
        odd += usize::from(signature.contains('+') && signature.contains('/'));
        let expected = format!(
            "https://pek3a.qingstor.com/example-photos/{key}?access_key_id=ACCESS_KEY_ID&expires=1418232091&signature={}",
            expected::query(&signature)
        );
        report.equal("the link", &link.url, &expected);
    }
    report.holds("no signature here needs to be escaped", odd > 0);
    Ok(())
}

/// What is signed with it has to be sent with it, and nobody else knows what that is.
async fn a_link_says_what_to_send_with_it(_: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = fine().client()?.bucket("example-photos");
    let put = bucket.put_object("k", "hello").content_type("text/plain");
    let put = put
        .metadata("owner", "ann")
        .encryption_customer_key(CustomerKey::new([b'x'; 32]));
    let link = needed("signing", put.presign(MINUTE))?;
    report.equal("the method", &link.method.as_str(), &"PUT");
    for (name, expected) in [
        ("content-type", "text/plain"),
        ("x-qs-meta-owner", "ann"),
        ("x-qs-encryption-customer-algorithm", "AES256"),
        (
            "x-qs-encryption-customer-key",
            "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=",
        ),
        (
            "x-qs-encryption-customer-key-md5",
            "3I/h1kl+vSP1l12NKhxegQ==",
        ),
    ] {
        let got = link.headers.get(name).map(|value| value.as_bytes());
        report.equal(name, &got, &Some(expected.as_bytes()));
    }
    report.equal("how many headers there are", &link.headers.len(), &5);
    Ok(())
}

/// A signature server that says what it was asked.
#[derive(Debug)]
struct Talkative;

impl SignRemotely for Talkative {
    fn sign<'a>(&'a self, asked: &'a ToSign) -> BoxFuture<'a, Result<RemoteSignature, Error>> {
        let text = format!("{asked:?}");
        Box::pin(async move { Err(Error::new(ErrorKind::Config, text)) })
    }
}

/// Not what `Debug` shows of links, forms, requests, keys and errors, nor what is there while they are made.
async fn no_secret_is_shown(_: &Bench<'_>, report: &mut Report) -> Done {
    const KEY: &str = "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=";
    let script = Script::new([Received::new(201, "")]);
    let client = script.client()?;
    let bucket = client.bucket("example-photos");
    let key = CustomerKey::new([b'x'; 32]);
    let put = bucket
        .put_object("k", "hello")
        .encryption_customer_key(key.clone());
    let call = bucket.call().header("X-QS-Encryption-Customer-Key", KEY);
    let link = needed("signing", put.clone().presign(MINUTE))?;
    let form = needed("signing", bucket.post_object("k", "hello").presign())?;
    let signed = form.fields.iter().find(|(name, _)| name == "signature");
    let signed = signed.map(|(_, value)| value.clone()).unwrap_or_default();
    let linked = link
        .url
        .split("signature=")
        .nth(1)
        .unwrap_or_default()
        .to_owned();
    let bad = bucket
        .put_object("k", "hello")
        .customize(|c| c.header("X-QS-Meta-A", "canary\r\n"));
    let bad = bad.send().await.err();
    let builder = script.builder().remote_signer(Talkative);
    let remote = needed("making a client", builder.build())?;
    let get = remote.bucket("example-photos").get_object("k");
    let remote = get.encryption_customer_key(key.clone()).send().await.err();
    // What the transport is given, as a program that logs requests would show it.
    needed("storing", put.clone().send().await)?;
    let sent = script
        .sent()
        .pop()
        .map(|sent| format!("{:?}", sent.headers));
    for (what, text) in [
        ("a link", format!("{link:?} {link:#?}")),
        ("a form", format!("{form:?} {form:#?}")),
        ("a request", format!("{put:?} {put:#?}")),
        ("a call", format!("{call:?}")),
        ("a key", format!("{key:?}")),
        (
            "a client",
            format!("{client:?} {client:#?} {:?}", script.builder()),
        ),
        ("an error", format!("{bad:?}")),
        ("what a server is asked", format!("{remote:?}")),
        ("the headers of a request", sent.unwrap_or_default()),
    ] {
        report.holds(format!("there is nothing to see of {what}"), text.len() > 4);
        let secrets = [
            KEY,
            "canary",
            "SECRET_ACCESS_KEY",
            signed.as_str(),
            linked.as_str(),
        ];
        for (number, secret) in secrets.into_iter().enumerate() {
            report.holds(
                format!(
                    "{what} shows secret {number} of customer's key, header, access key, form, link"
                ),
                !text.contains(secret),
            );
        }
        report.holds(
            format!("{what} shows a key's bytes"),
            !text.contains("120, 120, 120"),
        );
    }
    Ok(())
}
