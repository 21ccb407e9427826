//! What is signed, and how.

use std::time::{Duration, UNIX_EPOCH};

use qingstor::sign::{RemoteSignature, SignRemotely, Signable, Signer, ToSign};
use qingstor::testing::Replay;
use qingstor::transport::BoxFuture;
use qingstor::{Error, Presigned};

use super::{Behaviour, Bench, Done, needed};
use crate::checks::{any_answer, client};
use crate::handmade::SIGNED;
use crate::report::Report;
use crate::wire::Canned;

pub(super) static ALL: [Behaviour; 6] = [
    behaviour!("signature", these_query_keys_are_signed),
    behaviour!("signature", official_signers_agree, buckets: 0),
    behaviour!("signature", a_bucket_in_the_host_is_signed, buckets: 0),
    behaviour!("signature", a_date_of_ones_own_replaces_the_other),
    behaviour!("signature", urls_live_as_long_as_was_said, buckets: 0),
    behaviour!("signature", a_signature_server_has_the_last_word, buckets: 0),
];

/// Those that tell what to list, how to process and who asks.
const UNSIGNED: [&str; 13] = [
    "action",
    "delimiter",
    "key_marker",
    "lang",
    "limit",
    "location",
    "marker",
    "offset",
    "part_number_marker",
    "prefix",
    "upload_id_marker",
    "version_id_marker",
    "x_unknown",
];

async fn these_query_keys_are_signed(bench: &Bench<'_>, report: &mut Report) -> Done {
    let last_line = |key: &str| {
        let query = format!("{key}=v");
        let request = Signable::new("GET", "/example/k").query(&query);
        let text = request.string_to_sign(None);
        text.lines().last().unwrap_or_default().to_owned()
    };
    for key in SIGNED {
        let expected = format!("/example/k?{key}=v");
        report.equal("the canonical resource", &last_line(key), &expected);
    }
    for key in UNSIGNED {
        let expected = "/example/k".to_owned();
        report.equal("the canonical resource", &last_line(key), &expected);
    }
    // And the endpoint agrees, for keys with and without a meaning there.
    let bucket = bench.bucket();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let get = bucket.get_object("k").response_content_language("fr");
    let got = needed("reading with another language", get.send().await)?;
    report.equal(
        "the language",
        &got.content_language.as_deref(),
        &Some("fr"),
    );
    Ok(())
}

/// A request, and what the vendor's own signers make of it with the key `ACCESS_KEY_ID` and `SECRET_ACCESS_KEY`.
struct Vector {
    about: &'static str,
    request: Signable<'static>,
    /// The bucket, if it is in the host.
    bucket: Option<&'static str>,
    expires: Option<i64>,
    text: &'static str,
    signature: &'static str,
}

const DATE: (&str, &str) = ("Date", "Wed, 10 Dec 2014 17:20:31 GMT");

const VECTORS: [Vector; 7] = [
    Vector {
        about: "a date of one's own, and headers in order",
        request: Signable::new("PUT", "/mybucket/%28%27this%20is%20test%27%2C%29").headers(&[
            DATE,
            ("X-QS-Date", "Wed, 10 Dec 2014 17:20:31 GMT"),
            ("Content-MD5", "4gJE4saaMU4BqNR0kLY+lw=="),
            ("Content-Type", "image/jpeg"),
            (
                "X-QS-Copy-Source-If-Match",
                "%22199389a12492266114933fc428e8cfdc%22",
            ),
            ("X-QS-Copy-Source", "/mybucket/%E4%B8%AD%E6%96%87"),
        ]),
        bucket: None,
        expires: None,
        text: "PUT\n4gJE4saaMU4BqNR0kLY+lw==\nimage/jpeg\n\nx-qs-copy-source:/mybucket/%E4%B8%AD%E6%96%87\nx-qs-copy-source-if-match:%22199389a12492266114933fc428e8cfdc%22\nx-qs-date:Wed, 10 Dec 2014 17:20:31 GMT\n/mybucket/%28%27this%20is%20test%27%2C%29",
        signature: "icHE1hZAba9V9UzO1pMmX5G5Ea9csfK3+yLrKnuurww=",
    },
    Vector {
        about: "query keys in order, those that are not signed left out",
        request: Signable::new("PUT", "/mybucket/movie.mov")
            .query("upload_id=dbb3d762975711e6b457525441715ab4&part_number=3&other=x")
            .headers(&[DATE, ("Content-Type", "application/octet-stream")]),
        bucket: None,
        expires: None,
        text: "PUT\n\napplication/octet-stream\nWed, 10 Dec 2014 17:20:31 GMT\n/mybucket/movie.mov?part_number=3&upload_id=dbb3d762975711e6b457525441715ab4",
        signature: "8jbg5T2A3FqG8KG4Y+Np8n1k/2PW5z51GoVFVoHbomU=",
    },
    Vector {
        about: "values of the query decoded",
        request: Signable::new("GET", "/mybucket/a.txt")
            .query("response-content-disposition=attachment%3B%20filename%3D%22a%20b%2Bc.txt%22&response-content-type=text%2Fplain%3B%20charset%3Dutf-8")
            .headers(&[DATE]),
        bucket: None,
        expires: None,
        text: "GET\n\n\nWed, 10 Dec 2014 17:20:31 GMT\n/mybucket/a.txt?response-content-disposition=attachment; filename=\"a b+c.txt\"&response-content-type=text/plain; charset=utf-8",
        signature: "BuqWqp+b0DXF/yW5Z6CwGtphAvVSAdYv981plkGHfwQ=",
    },
    Vector {
        about: "the expiry of a URL instead of the date",
        request: Signable::new("GET", "/mybucket/music.mp3")
            .query("response-content-type=audio%2Fmpeg"),
        bucket: None,
        expires: Some(1_479_107_162),
        text: "GET\n\n\n1479107162\n/mybucket/music.mp3?response-content-type=audio/mpeg",
        signature: "jQ3iqcNkchAjl5mE5QiPiA78Rvo4xYgMqC210fH7wPg=",
    },
    Vector {
        about: "names in lower case, values without the spaces around them",
        request: Signable::new("PUT", "/mybucket/m").headers(&[
            DATE,
            ("Content-Type", "text/plain"),
            ("X-QS-Meta-B", "two"),
            ("x-qs-meta-a", "  one  "),
            ("X-QS-Storage-Class", "STANDARD_IA"),
        ]),
        bucket: None,
        expires: None,
        text: "PUT\n\ntext/plain\nWed, 10 Dec 2014 17:20:31 GMT\nx-qs-meta-a:one\nx-qs-meta-b:two\nx-qs-storage-class:STANDARD_IA\n/mybucket/m",
        signature: "UTjfruHETpASFJ9RCKDTeLolT/7v2Sb/3A049J14db4=",
    },
    Vector {
        about: "a bucket in the host",
        request: Signable::new("GET", "/").query("acl").headers(&[DATE]),
        bucket: Some("mybucket"),
        expires: None,
        text: "GET\n\n\nWed, 10 Dec 2014 17:20:31 GMT\n/mybucket/?acl",
        signature: "lUD99Oqjjpx7mRfYd/RnbSQpOsGPVMzRKyg+5JAB4Zs=",
    },
    Vector {
        about: "an object of a bucket in the host",
        request: Signable::new("GET", "/a%20b/c%2Bd").headers(&[DATE]),
        bucket: Some("mybucket"),
        expires: None,
        text: "GET\n\n\nWed, 10 Dec 2014 17:20:31 GMT\n/mybucket/a%20b/c%2Bd",
        signature: "Ow/NbanYmHJtQ/ZjLhxhNaJZOE5NK809xPaNm4iKag4=",
    },
];

async fn official_signers_agree(_: &Bench<'_>, report: &mut Report) -> Done {
    let signer = Signer::new("ACCESS_KEY_ID", "SECRET_ACCESS_KEY");
    for vector in VECTORS {
        let request = vector.request.bucket(vector.bucket);
        report.equal(
            &format!("the string to sign for {}", vector.about),
            &request.string_to_sign(vector.expires).as_str(),
            &vector.text,
        );
        report.equal(
            &format!("the signature for {}", vector.about),
            &signer.signature(&request, vector.expires).as_str(),
            &vector.signature,
        );
    }
    Ok(())
}

/// The two requests among the vectors whose bucket is in the host, as the client makes them.
async fn a_bucket_in_the_host_is_signed(_: &Bench<'_>, report: &mut Report) -> Done {
    let canned = Canned::new([any_answer()]);
    let client = Replay::new()
        .builder()
        .transport(canned.clone())
        .virtual_host_style(true)
        .build();
    let bucket = needed("making a client", client)?.bucket("mybucket");
    // Nothing of the answers matters.
    let _ = bucket.get_bucket_acl().send().await;
    let _ = bucket.get_object("a b/c+d").send().await;
    let sent = canned.log.take();
    for (exchange, (target, signature)) in sent.iter().zip([
        ("/?acl", "lUD99Oqjjpx7mRfYd/RnbSQpOsGPVMzRKyg+5JAB4Zs="),
        (
            "/a%20b/c%2Bd",
            "Ow/NbanYmHJtQ/ZjLhxhNaJZOE5NK809xPaNm4iKag4=",
        ),
    ]) {
        let sent = &exchange.sent;
        report.equal(
            "the host",
            &sent.host.as_str(),
            &"mybucket.pek3a.qingstor.com",
        );
        report.equal("the target", &sent.target.as_str(), &target);
        let expected = format!("QS ACCESS_KEY_ID:{signature}");
        report.equal(
            "Authorization",
            &sent.header("authorization"),
            &Some(expected.as_str()),
        );
    }
    report.equal("the requests", &sent.len(), &2);
    Ok(())
}

/// With `x-qs-date` the line of the date is empty, even if `Date` is sent too.
async fn a_date_of_ones_own_replaces_the_other(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let answer = bench.last_answer();
    let now = answer.headers.get("date");
    let now = now.and_then(|value| value.to_str().ok());
    let Some(now) = now.map(str::to_owned) else {
        report.find("the answer has no Date");
        return Ok(());
    };
    let get = bucket.get_object("k");
    let get = get.customize(|call| call.header("x-qs-date", now));
    let got = needed("reading with x-qs-date", get.send().await)?;
    report.body(got.body, b"hello").await;
    Ok(())
}

/// No longest life is documented; 7 days are what this SDK promises.
async fn urls_live_as_long_as_was_said(_: &Bench<'_>, report: &mut Report) -> Done {
    let canned = Canned::new([any_answer()]);
    let client = needed("making a client", client(&canned))?;
    let bucket = client.bucket("example-photos");
    for seconds in [1, 300, 24 * 3600, 7 * 24 * 3600] {
        let what = format!("a URL for {seconds} s");
        let url = bucket.get_object("k").presign(Duration::from_secs(seconds));
        let Presigned {
            url, expires_at, ..
        } = needed(&what, url)?;
        // The client's clock stands at 17:20:31 on 10 December 2014.
        let end = 1_418_232_031 + seconds;
        let expires = format!("&expires={end}&");
        report.holds(
            format!("{what} does not have `{expires}`: {url}"),
            url.contains(&expires),
        );
        let end = UNIX_EPOCH + Duration::from_secs(end);
        report.equal(&format!("the end of {what}"), &expires_at, &end);
    }
    Ok(())
}

/// A server whose clock is right, and that signs what its clock says.
#[derive(Debug)]
struct RightClock;

const RIGHT: &str = "Thu, 11 Dec 2014 10:00:00 GMT";

impl SignRemotely for RightClock {
    fn sign<'a>(&'a self, _: &'a ToSign) -> BoxFuture<'a, Result<RemoteSignature, Error>> {
        Box::pin(async {
            let made = RemoteSignature::from_authorization("QS SOMEBODYS_KEY:c2lnbmF0dXJl")?;
            Ok(made.signed_date(RIGHT)?.signed_expires(1_418_292_000))
        })
    }
}

/// The date and the expiry that were signed are sent, whatever the own clock says.
async fn a_signature_server_has_the_last_word(_: &Bench<'_>, report: &mut Report) -> Done {
    let canned = Canned::new([any_answer()]);
    let builder = Replay::new().builder().transport(canned.clone());
    let client = builder.remote_signer(RightClock).build();
    let bucket = needed("making a client", client)?.bucket("example-photos");
    // Nothing of the answer matters.
    let _ = bucket.get_object("k").send().await;
    let sent = canned.log.last().map(|exchange| exchange.sent);
    let header = |name| sent.as_ref().and_then(|sent| sent.header(name));
    report.equal("Date", &header("date"), &Some(RIGHT));
    report.equal(
        "Authorization",
        &header("authorization"),
        &Some("QS SOMEBODYS_KEY:c2lnbmF0dXJl"),
    );
    let url = bucket.call();
    let url = url.presign_remotely(bucket.get_object("k"), Duration::from_secs(60));
    let url = needed("signing a URL", url.await)?;
    report.equal(
        "the URL",
        &url.url.as_str(),
        &"https://pek3a.qingstor.com/example-photos/k?access_key_id=SOMEBODYS_KEY&expires=1418292000&signature=c2lnbmF0dXJl",
    );
    let end = UNIX_EPOCH + Duration::from_secs(1_418_292_000);
    report.equal("the end of the URL", &url.expires_at, &end);
    Ok(())
}
