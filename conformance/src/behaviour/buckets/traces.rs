//! What a request leaves behind: a line of a log, a copy in another zone, an object that came from a mirror.

use serde_json::{Value, json};

use super::consequences::put;
use crate::behaviour::{Behaviour, Bench, Done, made, needed};
use crate::handmade::{http_date, outcome, unix_now};
use crate::report::Report;
use crate::site::Site;
use crate::slot::Problem;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 3] = [
    behaviour!("consequences", every_request_is_a_line_of_the_log, buckets: 2),
    behaviour!("consequences", what_is_missing_comes_from_the_mirror),
    behaviour!("consequences", objects_are_copied_to_another_zone),
];

/// In files by the hour of Beijing; a line is what the vendor's page shows, without anything that signs.
async fn every_request_is_a_line_of_the_log(bench: &Bench<'_>, report: &mut Report) -> Done {
    const HOUR: u64 = 3600;
    let backstage = bench.backstage()?;
    let (bucket, logs) = (bench.bucket(), bench.other());
    let name = bucket.name();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let owner = needed("reading the ACL", bucket.get_bucket_acl().send().await)?.owner;
    let owner = owner.and_then(|owner| owner.id).unwrap_or_default();
    // What an earlier check has left to be written goes where that wanted it.
    backstage.write_logs().await?;
    let setting = json!({ "target_bucket": logs.name(), "target_prefix": "requests/" });
    put(bench, "logging", setting).await?;
    let before = unix_now();
    let mut expected = Vec::new();
    let host = bench.host();
    for (method, target, signed, rest, tail) in [
        (
            "GET",
            "/k?x_a=1",
            true,
            "200 - 0 5 \"c/1 _q_\" \"http://a/\"",
            "get_object",
        ),
        ("HEAD", "/k", true, "200 - 0 0 \"c/1 _q_\" -", "head_object"),
        ("PUT", "/n", true, "201 - 3 0 \"c/1 _q_\" -", "put_object"),
        (
            "GET",
            "/nothing",
            false,
            "403 - 0 - \"c/1 _q_\" -",
            "get_object",
        ),
        (
            "GET",
            "?limit=1&prefix=k",
            true,
            "200 - 0 - \"c/1 _q_\" -",
            "list_objects",
        ),
    ] {
        let mut request = bench.handmade(method, format!("/{name}{target}"));
        request = request.header("user-agent", "c/1 \"q\"");
        if target == "/k?x_a=1" {
            request = request
                .header("referer", "http://a/")
                .presigned(bench.key(), before + HOUR);
        } else if signed {
            request = request
                .body(if method == "PUT" { "abc" } else { "" })
                .signed(bench.key());
        }
        let answer = request.send().await?;
        let id = answer
            .headers
            .get("x-qs-request-id")
            .and_then(|v| v.to_str().ok());
        let user = if signed { owner.as_str() } else { "-" };
        expected.push(format!(
            "127.0.0.1 - [] \"{method} http://{host}/{name}{target}\" {rest} {name} {tail} {user} {}",
            id.unwrap_or("")
        ));
    }
    backstage.write_logs().await?;
    needed("one request more", bucket.head_object("k").send().await)?;
    backstage.write_logs().await?;
    let listed = needed(
        "listing the log",
        logs.list_objects().prefix("requests/").send().await,
    )?;
    let keys: Vec<String> = listed.keys.iter().map(|key| key.key.clone()).collect();
    let hours = [before, unix_now()].map(|unix| beijing(unix + 8 * HOUR));
    for (at, key) in keys.iter().take(2).enumerate() {
        let fits = |(day, hour): &(String, String)| {
            *key == format!("requests/{name}-{day}-{hour}-{}.log", at + 1)
        };
        // An hour may end meanwhile.
        report.holds(
            format!("the file is called {key}"),
            hours.iter().any(fits) || hours[0] != hours[1],
        );
    }
    report.equal("how many files there are", &keys.len(), &2);
    let Some(first) = keys.first() else {
        return Ok(());
    };
    let file = needed("reading the log", logs.get_object(first).send().await)?;
    let text = file.body.into_bytes().await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("\"c/1 _q_\""))
        .collect();
    report.equal("how many lines there are", &lines.len(), &expected.len());
    for (line, expected) in lines.iter().zip(&expected) {
        let (stamp, rest) = between(line, '[', ']');
        let times = [before, before + 1, unix_now()].map(|unix| stamped(unix + 8 * HOUR));
        report.holds(
            format!("the time is {stamp}, not {}", times[0]),
            times.iter().any(|time| time.get(..17) == stamp.get(..17)) && stamp.ends_with(" +0800"),
        );
        let words = rest
            .rsplit("\" ")
            .find_map(|words| words.split(' ').nth(1)?.parse().ok());
        let seconds: f64 = words.unwrap_or(-1.0);
        report.holds(
            format!("the request took {seconds} s: {rest}"),
            (0.0..60.0).contains(&seconds),
        );
        report.equal("the line", &without_duration(&rest), expected);
    }
    Ok(())
}

/// It is stored then, whatever the site says later.
async fn what_is_missing_comes_from_the_mirror(bench: &Bench<'_>, report: &mut Report) -> Done {
    bench.backstage()?;
    let bucket = bench.bucket();
    let origin = Site::answering(|heard| match heard.target.as_str() {
        "/site/a%20b/%E4%B8%AD%3F" => Received::new(200, "hello").header("content-type", "text/x"),
        "/site/moved" => Received::new(302, "").header("location", "/site/a%20b/%E4%B8%AD%3F"),
        "/site/broken" => Received::new(500, ""),
        _ => Received::new(404, ""),
    })
    .await?;
    needed("storing", bucket.put_object("own", "mine").send().await)?;
    put(
        bench,
        "mirror",
        json!({ "source_site": format!("{}/site", origin.url("")) }),
    )
    .await?;
    let get = async |key: &str| {
        let request = bench.handmade("GET", format!("/{}/{key}", bucket.name()));
        request.signed(bench.key()).send().await
    };
    for (key, expected, body, asked) in [
        ("own", (200, ""), "mine", 0),
        ("a%20b/%E4%B8%AD%3F", (200, ""), "hello", 1),
        ("a%20b/%E4%B8%AD%3F", (200, ""), "hello", 0),
        ("moved", (200, ""), "hello", 2),
        ("nothing", (404, "object_not_exists"), "", 1),
        ("broken", (503, "upstream_failed"), "", 1),
    ] {
        let answer = get(key).await?;
        let (status, code) = outcome(&answer);
        report.equal(
            &format!("reading {key}"),
            &(status, code.as_str()),
            &expected,
        );
        report.equal(
            &format!("how often the site is asked for {key}"),
            &origin.take().len(),
            &asked,
        );
        if status == 200 {
            let got = String::from_utf8_lossy(&answer.body).into_owned();
            report.equal(&format!("the body of {key}"), &got.as_str(), &body);
        }
    }
    let head = needed("looking", bucket.head_object("a b/中?").send().await)?;
    report.equal("the type", &head.content_type.as_deref(), &Some("text/x"));
    let unmirrored = bucket.delete_bucket_external_mirror().send().await;
    needed("deleting the mirror", unmirrored)?;
    report.equal(
        "reading without the mirror",
        &get("gone").await?.status,
        &404,
    );
    report.equal("how often the site is asked then", &origin.take().len(), &0);
    // What came is kept.
    report.equal("reading what came", &get("moved").await?.status, &200);
    Ok(())
}

/// With the class of the rule; without saying so, deleting an object leaves its copy.
async fn objects_are_copied_to_another_zone(bench: &Bench<'_>, report: &mut Report) -> Done {
    let backstage = bench.backstage()?;
    let bucket = bench.bucket();
    let far = bench.elsewhere()?.bucket(format!("{}-far", bucket.name()));
    made(&far).await?;
    let rule = |id: &str, changes: Value| {
        let mut rule = json!({
            "id": id, "filters": { "prefix": format!("{id}/") }, "destination": { "bucket": far.name() },
        });
        if let (Value::Object(all), Value::Object(changes)) = (&mut rule, changes) {
            all.extend(changes);
        }
        rule
    };
    let cool = json!({ "bucket": far.name(), "storage_class": "standard_ia" });
    let rules = [
        rule("plain", json!({})),
        rule("cool", json!({ "destination": cool })),
        rule("gone", json!({ "delete_marker": "enabled" })),
        rule("off", json!({ "status": "disabled" })),
    ];
    put(bench, "replication", json!({ "rules": rules })).await?;
    for key in [
        "plain/k",
        "cool/k",
        "gone/k",
        "off/k",
        "other/k",
        "x/plain/k",
    ] {
        let put = bucket
            .put_object(key, "hello")
            .content_type("text/x")
            .metadata("a", "1");
        needed("storing", put.send().await)?;
    }
    // What is completed is an object like others.
    let begun = bucket.initiate_multipart_upload("plain/m").send().await;
    let id = needed("beginning an upload", begun)?.upload_id;
    let part = bucket
        .upload_multipart("plain/m", &id, 0, "parts")
        .send()
        .await;
    needed("uploading a part", part)?;
    let parts = [qingstor::types::ObjectPart::new(0)];
    let complete = bucket.complete_multipart_upload("plain/m", &id, parts);
    needed("completing", complete.send().await)?;
    backstage.settle().await;
    let list = async || {
        let listed = needed("listing", far.list_objects().send().await)?;
        let keys = listed.keys.into_iter().map(|key| {
            let class = key.storage_class.map(|class| class.as_str().to_owned());
            format!("{} {}", key.key, class.unwrap_or_default())
        });
        Ok::<_, Problem>(keys.collect::<Vec<_>>())
    };
    let copied = list().await?;
    let copy = far.get_object("plain/k").send().await;
    for key in ["plain/k", "gone/k"] {
        needed("deleting", bucket.delete_object(key).send().await)?;
    }
    needed(
        "writing again",
        bucket.put_object("cool/k", "again").send().await,
    )?;
    backstage.settle().await;
    let left = list().await?;
    let again = far.get_object("cool/k").send().await;
    for key in [
        "plain/k",
        "plain/m",
        "cool/k",
        "gone/k",
        "off/k",
        "other/k",
        "x/plain/k",
    ] {
        needed("cleaning", far.delete_object(key).send().await)?;
    }
    needed("deleting the bucket", far.delete_bucket().send().await)?;
    let expected = [
        "cool/k STANDARD_IA",
        "gone/k STANDARD",
        "plain/k STANDARD",
        "plain/m STANDARD",
    ];
    report.equal("the copies", &copied, &expected.map(str::to_owned).to_vec());
    let expected = ["cool/k STANDARD_IA", "plain/k STANDARD", "plain/m STANDARD"];
    report.equal(
        "the copies after deleting",
        &left,
        &expected.map(str::to_owned).to_vec(),
    );
    let copy = needed("reading a copy", copy)?;
    report.equal("the type", &copy.content_type.as_deref(), &Some("text/x"));
    report.equal(
        "the metadata",
        &copy.metadata.get("a").map(String::as_str),
        &Some("1"),
    );
    report.body(copy.body, b"hello").await;
    let again = needed("reading a newer copy", again)?;
    report.body(again.body, b"again").await;
    Ok(())
}

/// What is between two characters, and the text without it.
fn between(text: &str, open: char, close: char) -> (String, String) {
    let (front, rest) = text.split_once(open).unwrap_or((text, ""));
    let (inside, back) = rest.split_once(close).unwrap_or((rest, ""));
    (inside.to_owned(), format!("{front}{open}{close}{back}"))
}

/// How long it took, and how long a list or a refusal is, is another each time.
fn without_duration(line: &str) -> String {
    let mut quotes = line.splitn(3, '"');
    let (front, request, rest) = (quotes.next(), quotes.next(), quotes.next());
    let mut words: Vec<&str> = rest.unwrap_or("").split(' ').collect();
    if let Some(duration) = words
        .get_mut(2)
        .filter(|word| word.parse::<f64>().is_ok() && word.contains('.'))
    {
        *duration = "-";
    }
    let varies = line.contains("/nothing") || line.contains("?limit=1");
    if let Some(sent) = words
        .get_mut(4)
        .filter(|word| varies && word.parse::<u64>().is_ok_and(|n| n > 20))
    {
        *sent = "-";
    }
    format!(
        "{}\"{}\"{}",
        front.unwrap_or(""),
        request.unwrap_or(""),
        words.join(" ")
    )
}

/// Day and hour: `2018-06-25` and `03`.
fn beijing(unix: u64) -> (String, String) {
    // Thu, 01 Jan 1970 00:00:00 GMT
    let text = http_date(unix);
    let months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or("").to_owned();
    let month = months.find(&part(8, 11)).map_or(0, |at| at / 3 + 1);
    (
        format!("{}-{month:02}-{}", part(12, 16), part(5, 7)),
        part(17, 19),
    )
}

/// `25/Jun/2018:03:36:04`
fn stamped(unix: u64) -> String {
    let text = http_date(unix);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or("").to_owned();
    format!(
        "{}/{}/{}:{}",
        part(5, 7),
        part(8, 11),
        part(12, 16),
        part(17, 25)
    )
}
