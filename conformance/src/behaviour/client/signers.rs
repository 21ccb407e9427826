//! Signatures that somebody else makes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use qingstor::sign::{Place, RemoteSignature, SignRemotely, ToSign};
use qingstor::transport::BoxFuture;
use qingstor::{Error, ErrorKind};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::expected;
use crate::multipart;
use crate::report::Report;
use crate::script::Script;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 2] = [
    behaviour!("signers", a_signature_server_is_told_everything, buckets: 0),
    behaviour!("signers", a_signature_that_is_none_is_refused, buckets: 0),
];

fn fine() -> Script {
    Script::new([Received::new(200, r#"{"count": 0}"#)])
}

/// A server that signs as the SDK would, and remembers what it was told.
#[derive(Clone, Debug, Default)]
struct Server(Arc<Mutex<Vec<ToSign>>>);

impl SignRemotely for Server {
    fn sign<'a>(&'a self, asked: &'a ToSign) -> BoxFuture<'a, Result<RemoteSignature, Error>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(asked.clone());
        let signature = expected::signature("secret", &asked.string_to_sign);
        Box::pin(async move { RemoteSignature::new("SERVERS_KEY", signature) })
    }
}

/// It may look at the request and not at the text, so it has to know what there is to know.
async fn a_signature_server_is_told_everything(_: &Bench<'_>, report: &mut Report) -> Done {
    let server = Server::default();
    let script = fine();
    let builder = script.builder().endpoint("http://storage.test:8080");
    let client = needed(
        "making a client",
        builder.remote_signer(server.clone()).build(),
    )?;
    let bucket = client.bucket("example-photos");
    let get = bucket
        .get_object("a b")
        .version_id("v w")
        .response_content_type("text/plain");
    let traced = get.clone().customize(|call| call.header("X-QS-Trace", "1"));
    needed("reading", traced.send().await)?;
    let call = bucket.call().header("X-QS-Trace", "1");
    let link = call.presign_remotely(get.clone(), Duration::from_secs(60));
    let link = needed("signing a link", link.await)?;
    let post = bucket.post_object("k", "hello").send().await;
    // The script's answer is none to a form; what was sent is.
    report.holds("an answer of 200 counts as a stored form", post.is_err());
    let form = bucket
        .call()
        .presign_form_remotely(bucket.post_object("k", "hello"));
    let form = needed("signing a form", form.await)?;
    report.error(
        get.presign(Duration::from_secs(60)).map(drop),
        ErrorKind::Config,
        None,
    );

    let told = server
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    report.equal("how often it is asked", &told.len(), &4);
    let query = "version_id=v%20w&response-content-type=text%2Fplain";
    let resource =
        "x-qs-trace:1\n/example-photos/a%20b?response-content-type=text/plain&version_id=v w";
    let date = "Wed, 10 Dec 2014 17:20:31 GMT";
    for (asked, place, line, expires) in [
        (told.first(), Place::Header, date, None),
        (told.get(1), Place::Query, "1418232091", Some(1_418_232_091)),
    ] {
        let Some(asked) = asked else { continue };
        report.equal("the place", &asked.place, &place);
        report.equal("the method", &asked.method.as_str(), &"GET");
        report.equal("the protocol", &asked.protocol.as_str(), &"http");
        report.equal("the host", &asked.host.as_str(), &"pek3a.storage.test:8080");
        report.equal("the path", &asked.path.as_str(), &"/example-photos/a%20b");
        report.equal("the query", &asked.query.as_str(), &query);
        report.equal("the expiry", &asked.expires, &expires);
        let text = format!("GET\n\n\n{line}\n{resource}");
        report.equal("the string to sign", &asked.string_to_sign, &text);
        let has =
            |name: &str, value: &str| asked.headers.iter().any(|(n, v)| n == name && v == value);
        report.holds(
            format!("it is not told x-qs-trace for {place:?}"),
            has("x-qs-trace", "1"),
        );
        report.equal(
            "whether it is told the date",
            &has("date", date),
            &(place == Place::Header),
        );
    }
    let sent = script.sent();
    let texts: Vec<String> = told
        .iter()
        .map(|asked| asked.string_to_sign.clone())
        .collect();
    let signature =
        |number: usize| expected::signature("secret", texts.get(number).map_or("", String::as_str));
    let value = format!("QS SERVERS_KEY:{}", signature(0));
    let first = sent.first().and_then(|sent| sent.header("authorization"));
    report.equal("Authorization", &first, &Some(value.as_str()));
    let expected = format!(
        "http://pek3a.storage.test:8080/example-photos/a%20b?{query}&access_key_id=SERVERS_KEY&expires=1418232091&signature={}",
        expected::query(&signature(1))
    );
    report.equal("the link", &link.url, &expected);
    // The forms: the policy is the text.
    let body = sent
        .get(1)
        .and_then(|sent| multipart::parse(sent.header("content-type")?, &sent.body));
    let posted: Vec<(String, String)> = body
        .unwrap_or_default()
        .into_iter()
        .map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned()))
        .collect();
    for (what, fields, number) in [("posted", &posted, 2), ("signed", &form.fields, 3)] {
        let field = |name: &str| {
            fields
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, value)| value.as_str())
        };
        report.equal(
            &format!("the id of a form that is {what}"),
            &field("access_key_id"),
            &Some("SERVERS_KEY"),
        );
        report.equal(
            &format!("the policy of a form that is {what}"),
            &field("policy"),
            &texts.get(number).map(String::as_str),
        );
        let signature = signature(number);
        report.equal(
            &format!("the signature of a form that is {what}"),
            &field("signature"),
            &Some(signature.as_str()),
        );
        let place = told.get(number).map(|asked| asked.place);
        report.equal(
            &format!("the place of a form that is {what}"),
            &place,
            &Some(Place::Form),
        );
    }
    Ok(())
}

/// What cannot be in a header, a query or a form did not come from a signer.
async fn a_signature_that_is_none_is_refused(_: &Bench<'_>, report: &mut Report) -> Done {
    const GOOD: &str = "lUD99Oqjjpx7mRfYd/RnbSQpOsGPVMzRKyg+5JAB4Zs=";
    for (id, signature, fits) in [
        ("KEY", GOOD, true),
        ("", GOOD, false),
        ("KEY", "", false),
        ("KEY\r\nX-Evil: 1", GOOD, false),
        ("K E Y", GOOD, false),
        ("KEY", "a b", false),
        ("KEY", "a&expires=9999999999", false),
        ("KEY&x", GOOD, false),
    ] {
        let got = RemoteSignature::new(id, signature).is_ok();
        report.equal(
            &format!("whether {id:?} with {signature:?} is a signature"),
            &got,
            &fits,
        );
    }
    for (value, fits) in [
        (format!("QS KEY:{GOOD}"), true),
        (format!("QS KEY {GOOD}"), false),
        (format!("AWS KEY:{GOOD}"), false),
        (format!("KEY:{GOOD}"), false),
        (String::new(), false),
    ] {
        let got = RemoteSignature::from_authorization(&value).is_ok();
        report.equal(&format!("whether {value:?} has a signature"), &got, &fits);
    }
    let made = needed("a signature", RemoteSignature::new("KEY", GOOD))?;
    report.holds(
        "a date that is none is taken",
        made.clone().signed_date("now").is_err(),
    );
    let date = "Wed, 10 Dec 2014 17:20:31 GMT";
    report.holds("a date is refused", made.signed_date(date).is_ok());
    Ok(())
}
