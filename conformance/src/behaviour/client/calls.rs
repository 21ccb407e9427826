//! What single calls change about themselves, and what they cannot.

use qingstor::{Bucket, ErrorKind};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;
use crate::script::Script;
use crate::slot::Problem;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 3] = [
    behaviour!("calls", a_call_is_adjusted_for_itself, buckets: 0),
    behaviour!("calls", what_is_computed_cannot_be_set, buckets: 0),
    behaviour!("calls", keys_that_would_be_rewritten_are_refused, buckets: 0),
];

fn fine() -> Script {
    Script::new([Received::new(200, "")])
}

fn bucket_of(script: &Script) -> Result<Bucket, Problem> {
    Ok(script.client()?.bucket("example-photos"))
}

/// A header replaces the operation's own, a query key comes last and, if it is empty, alone.
async fn a_call_is_adjusted_for_itself(_: &Bench<'_>, report: &mut Report) -> Done {
    let script = fine();
    let bucket = bucket_of(&script)?;
    let get = bucket.get_object("k").if_match("\"a\"").version_id("v");
    let get = get.customize(|call| {
        let call = call
            .header("If-Match", "\"b\"")
            .header("User-Agent", "mine");
        call.query("x y", "a/b&c").query("alone", "")
    });
    needed("reading", get.send().await)?;
    needed("reading", bucket.get_object("k").send().await)?;
    let sent = script.sent();
    let Some(adjusted) = sent.first() else {
        report.find("nothing is sent");
        return Ok(());
    };
    let target = "/example-photos/k?version_id=v&x%20y=a%2Fb%26c&alone";
    report.equal("the target", &adjusted.target.as_str(), &target);
    for (name, expected) in [("if-match", "\"b\""), ("user-agent", "mine")] {
        let values = adjusted.headers.get_all(name).iter();
        let values: Vec<&[u8]> = values.map(|value| value.as_bytes()).collect();
        report.equal(name, &values, &vec![expected.as_bytes()]);
    }
    let next = sent.get(1).map(|sent| sent.target.as_str());
    report.equal(
        "the target of the next call",
        &next,
        &Some("/example-photos/k"),
    );
    Ok(())
}

/// Neither the headers that follow from the request, nor what makes a URL a presigned one, nor a key for the second time.
async fn what_is_computed_cannot_be_set(_: &Bench<'_>, report: &mut Report) -> Done {
    let script = fine();
    let bucket = bucket_of(&script)?;
    for name in [
        "Authorization",
        "Content-Length",
        "date",
        "HOST",
        "Transfer-Encoding",
        "a b",
        "",
    ] {
        let get = bucket
            .get_object("k")
            .customize(|call| call.header(name, "1"));
        let got = get.send().await.err().map(|error| error.kind());
        report.equal(
            &format!("the header {name:?}"),
            &got,
            &Some(ErrorKind::InvalidInput),
        );
    }
    for name in [
        "access_key_id",
        "expires",
        "signature",
        "Signature",
        "version_id",
    ] {
        let get = bucket.get_object("k").version_id("v");
        let got = get.customize(|call| call.query(name, "1")).send().await;
        let got = got.err().map(|error| error.kind());
        report.equal(
            &format!("the query key {name:?}"),
            &got,
            &Some(ErrorKind::InvalidInput),
        );
    }
    let get = bucket
        .get_object("k")
        .customize(|call| call.query("x", "1").query("x", "2"));
    report.error(get.send().await.map(drop), ErrorKind::InvalidInput, None);
    let twice = bucket
        .put_object("k", "hello")
        .metadata("A", "1")
        .metadata("a", "2");
    report.error(twice.send().await.map(drop), ErrorKind::InvalidInput, None);
    // Whoever reads the error has to know which of many requests it was.
    let refused = bucket.get_object("k").if_match("a\nb").send().await.err();
    let subject = refused.as_ref().map(|error| {
        let about = (error.operation(), error.bucket(), error.key());
        (about, error.attempts())
    });
    let about = (Some("GetObject"), Some("example-photos"), Some("k"));
    report.equal("what an error is about", &subject, &Some((about, 0)));
    // Whoever reads the error has to know which of many requests it was.
    let refused = bucket.get_object("k").if_match("a\nb").send().await.err();
    let subject = refused.as_ref().map(|error| {
        let about = (error.operation(), error.bucket(), error.key());
        (about, error.attempts())
    });
    let about = (Some("GetObject"), Some("example-photos"), Some("k"));
    report.equal("what an error is about", &subject, &Some((about, 0)));
    report.equal("the requests", &script.lines().len(), &0);
    Ok(())
}

/// Segments of dots name something else on the way: another object, or the bucket itself.
async fn keys_that_would_be_rewritten_are_refused(_: &Bench<'_>, report: &mut Report) -> Done {
    let script = fine();
    let bucket = bucket_of(&script)?;
    for key in [
        ".", "..", "../k", "a/../b", "a/.", "./a", "a/..", "", "a/./b",
    ] {
        let got = bucket.delete_object(key).send().await;
        let got = got.err().map(|error| error.kind());
        report.equal(
            &format!("deleting {key:?}"),
            &got,
            &Some(ErrorKind::InvalidInput),
        );
        let link = bucket
            .get_object(key)
            .presign(std::time::Duration::from_secs(60));
        let link = link.err().map(|error| error.kind());
        report.equal(
            &format!("a link to {key:?}"),
            &link,
            &Some(ErrorKind::InvalidInput),
        );
        let copied = bucket
            .copy_object("k", ("example-photos", key))
            .send()
            .await;
        let copied = copied.err().map(|error| error.kind());
        report.equal(
            &format!("copying {key:?}"),
            &copied,
            &Some(ErrorKind::InvalidInput),
        );
    }
    for name in [".", "..", ""] {
        let other = bucket.client().bucket(name).delete_bucket().send().await;
        let other = other.err().map(|error| error.kind());
        report.equal(
            &format!("deleting the bucket {name:?}"),
            &other,
            &Some(ErrorKind::InvalidInput),
        );
    }
    report.equal("the requests", &script.lines().len(), &0);
    for key in ["...", ".a", "a.", "a..b/c"] {
        needed(key, bucket.get_object(key).send().await)?;
        let target = script.sent().pop().map(|sent| sent.target);
        report.equal(
            "the target",
            &target,
            &Some(format!("/example-photos/{key}")),
        );
    }
    Ok(())
}
