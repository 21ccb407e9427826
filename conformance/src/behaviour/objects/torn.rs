//! Bodies that end early, or do not say where they end.

use std::convert::Infallible;

use qingstor::{Body, ErrorKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::behaviour::{Behaviour, Bench, Done, Problem, needed};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 3] = [
    behaviour!("limits", half_a_body_is_not_stored),
    behaviour!("limits", a_stream_gives_what_was_announced),
    behaviour!("limits", a_body_says_its_length, unverified: "the vendor wants Content-Length, and does not say how a request without is refused"),
];

/// Sends a signed request with these last header lines and bytes, says that nothing else comes, and brings the status of
/// the answer; nothing if there is none.
async fn answered(
    bench: &Bench<'_>,
    (method, target): (&str, &str),
    lines: &str,
    body: &[u8],
) -> Result<Option<u16>, Problem> {
    let failed = |error: std::io::Error| Problem::Fail(format!("{method} {target}: {error}"));
    let request = bench.written(method, &bench.bucket(), target, &[]);
    let request = request.signed(bench.key());
    if bench.slot.target.scheme_and_host().0 != "http" {
        let why = "over TLS no message is half";
        return Err(Problem::Skip(why.to_owned()));
    }
    let (host, target) = request.place();
    let mut head = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n");
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("{lines}Connection: close\r\n\r\n"));
    let (name, port) = host.rsplit_once(':').unwrap_or((&host, "80"));
    // Names below it mean the same; not every system's resolver knows.
    let name = if name.ends_with(".localhost") {
        "localhost"
    } else {
        name
    };
    let address = format!("{name}:{port}");
    let mut stream = TcpStream::connect(address).await.map_err(failed)?;
    stream.write_all(head.as_bytes()).await.map_err(failed)?;
    stream.write_all(body).await.map_err(failed)?;
    stream.shutdown().await.map_err(failed)?;
    let mut answer = Vec::new();
    // Whoever hangs up without a word has answered nothing.
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    Ok(answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok()))
}

/// Five bytes of ten: refused if anybody is there to hear it, and nothing has changed.
async fn half_a_body_is_not_stored(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], "before").await?;
    bench
        .by_hand("POST", &bucket, "log?append&position=0", &[], "before")
        .await?;
    let id = bench.begin(&bucket, "parts", &[]).await?;
    let part = format!("parts?part_number=0&upload_id={id}");
    for (method, target) in [
        ("PUT", "k"),
        ("PUT", "new"),
        ("POST", "log?append&position=6"),
        ("PUT", part.as_str()),
    ] {
        let lines = "Content-Length: 10\r\n";
        let status = answered(bench, (method, target), lines, b"hello").await?;
        report.holds(
            format!("{method} {target} with half a body is answered with {status:?}"),
            status.is_none_or(|status| status == 400),
        );
    }
    for key in ["k", "log"] {
        let got = bench.by_hand("GET", &bucket, key, &[], "").await?;
        report.content(&format!("{key} after half a body"), &got, b"before");
    }
    let got = bench.by_hand("HEAD", &bucket, "new", &[], "").await?;
    report.status("looking for what came by half", &got, 404);
    let whole = format!("parts?upload_id={id}");
    let listed = bench.by_hand("GET", &bucket, &whole, &[], "").await?.json();
    let parts = listed["object_parts"].as_array().map(Vec::len);
    report.equal("the parts that came by half", &parts, &Some(0));
    Ok(())
}

/// A client's stream that gives fewer bytes than it announced is not stored, and neither is one that gives more: what it
/// would have given is not there then.
async fn a_stream_gives_what_was_announced(bench: &Bench<'_>, report: &mut Report) -> Done {
    // Sent as it is read, and not as what was read before.
    let target = &bench.slot.target;
    let transport = needed("making a transport", target.transport())?;
    let client = needed(
        "making a client",
        target.client(Some(&target.key), transport),
    )?;
    let bucket = client.bucket(bench.bucket().name());
    for (announced, pieces, stored) in [
        (10, &["hello", "world"][..], true),
        (10, &["helloworld"], true),
        (11, &["hello", "world"], false),
        (9, &["hello", "world"], false),
        (5, &["hello", "world"], false),
        (5, &["hello", "", "w"], false),
        (0, &["hello"], false),
        (0, &[], true),
    ] {
        let chunks: Vec<_> = pieces
            .iter()
            .map(|text| Ok::<_, Infallible>(*text))
            .collect();
        let body = Body::from_stream(announced, futures_util::stream::iter(chunks));
        let outcome = bucket.put_object("k", body).send().await;
        let what = format!("storing {pieces:?} as {announced} bytes");
        let kind = outcome.map(drop).map_err(|error| error.kind());
        let expected = stored.then_some(()).ok_or(ErrorKind::Truncated);
        report.equal(&what, &kind, &expected);
        let there = bench
            .by_hand("HEAD", &bench.bucket(), "k", &[], "")
            .await?
            .status;
        let expected = if stored { 200 } else { 404 };
        report.equal(&format!("looking for it after {what}"), &there, &expected);
        bench
            .by_hand("DELETE", &bench.bucket(), "k", &[], "")
            .await?;
    }
    Ok(())
}

/// What comes in chunks has none.
async fn a_body_says_its_length(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let id = bench.begin(&bucket, "parts", &[]).await?;
    let part = format!("parts?part_number=0&upload_id={id}");
    let lines = "Transfer-Encoding: chunked\r\n";
    for (method, target) in [
        ("PUT", "k"),
        ("POST", "log?append&position=0"),
        ("PUT", part.as_str()),
    ] {
        let body = b"5\r\nhello\r\n0\r\n\r\n";
        let status = answered(bench, (method, target), lines, body).await?;
        report.holds(
            format!("{method} {target} in chunks is answered with {status:?}"),
            status.is_some_and(|status| (400..500).contains(&status)),
        );
    }
    let listed = bench.by_hand("GET", &bucket, "", &[], "").await?.json();
    let keys = listed["keys"].as_array().map(Vec::len);
    report.equal("the objects that came in chunks", &keys, &Some(0));
    Ok(())
}
