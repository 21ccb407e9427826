//! Objects that come from another server: fetched on demand, or mirrored when they are missing.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::behaviour::{Behaviour, Bench, Done, Problem};
use crate::report::Report;
use crate::site::Site;

pub(super) static ALL: [Behaviour; 9] = [
    behaviour!("fetch", what_the_origin_has_is_stored),
    behaviour!("fetch", redirects_are_followed),
    behaviour!("fetch", what_the_origin_lacks_is_not_stored),
    behaviour!("fetch", one_source_is_fetched_once_at_a_time),
    behaviour!("fetch", a_newer_target_is_kept),
    behaviour!("mirror", what_is_missing_comes_from_the_site),
    behaviour!("mirror", what_was_written_meanwhile_stays, unverified: "the vendor does not say what becomes of it"),
    behaviour!("mirror", what_the_site_lacks_is_missing),
    behaviour!("mirror", what_was_deleted_stays_so, buckets: 1, versioned: true, unverified: Some("the vendor does not say what is missing in a bucket with versions")),
];

impl Bench<'_> {
    /// A site that the endpoint can ask.
    async fn site(&self) -> Result<Site, Problem> {
        if !self.slot.is_emulated() {
            let why = "an endpoint cannot ask a server of this machine";
            return Err(Problem::Skip(why.to_owned()));
        }
        Site::start().await
    }
}

/// Content and type; the class and the key are the request's. What was there before is replaced.
async fn what_the_origin_has_is_stored(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let site = bench.site().await?;
    site.page(
        "/a%20b?x=1&y=%2F",
        "200 OK",
        "Content-Type: text/plain\r\n",
        "hello",
    );
    site.page("/bare", "200 OK", "", "");
    let url = site.url("/a%20b?x=1&y=%2F");
    let source = ("x-qs-fetch-source", url.as_str());
    bench
        .by_hand("PUT", &bucket, "k", &[], "what was there")
        .await?;
    let rare = ("x-qs-storage-class", "STANDARD_IA");
    for (headers, class) in [
        (vec![source], "STANDARD"),
        (vec![source, rare], "STANDARD_IA"),
    ] {
        let got = bench.by_hand("PUT", &bucket, "k", &headers, "").await?;
        report.status("fetching", &got, 201);
        let etag = "\"5d41402abc4b2a76b9719d911017c592\"";
        report.equal("the entity tag of fetching", &got.text("etag"), &Some(etag));
        let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
        report.content("what was fetched", &got, b"hello");
        report.equal("its type", &got.text("content-type"), &Some("text/plain"));
        report.equal("its class", &got.text("x-qs-storage-class"), &Some(class));
    }
    report.equal(
        "the hosts in its requests",
        &site.heard().into_iter().map(|heard| heard.host).collect(),
        &vec![site.host(); 2],
    );
    report.equal(
        "what the origin was asked for",
        &site.asked(),
        &vec!["/a%20b?x=1&y=%2F".to_owned(); 2],
    );
    let key = super::encryption::key("x-qs-encryption-customer", b'x');
    let key: Vec<(&str, &str)> = key.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let headers = [&[source], &key[..]].concat();
    let got = bench
        .by_hand("PUT", &bucket, "sealed", &headers, "")
        .await?;
    report.status("fetching with a key", &got, 201);
    let got = bench.by_hand("GET", &bucket, "sealed", &[], "").await?;
    report.refused_somehow("reading it without the key", &got);
    let got = bench.by_hand("GET", &bucket, "sealed", &key, "").await?;
    report.content("reading it with the key", &got, b"hello");
    let url = site.url("/bare");
    let headers = [("x-qs-fetch-source", url.as_str())];
    let got = bench.by_hand("PUT", &bucket, "bare", &headers, "").await?;
    report.status("fetching nothing", &got, 201);
    let got = bench.by_hand("GET", &bucket, "bare", &[], "").await?;
    report.content("what is empty", &got, b"");
    let media_type = Some("application/octet-stream");
    report.equal(
        "the type of what has none",
        &got.text("content-type"),
        &media_type,
    );
    Ok(())
}

/// 301, 302 and 307, to another path or to a whole address.
async fn redirects_are_followed(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let site = bench.site().await?;
    site.page("/there", "200 OK", "", "hello");
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "307 Temporary Redirect",
    ] {
        for target in ["/there".to_owned(), site.url("/there")] {
            let header = format!("Location: {target}\r\n");
            site.page("/here", status, &header, "elsewhere");
            site.page("/first", status, "Location: /here\r\n", "elsewhere");
            for path in ["/here", "/first"] {
                let url = site.url(path);
                let headers = [("x-qs-fetch-source", url.as_str())];
                let got = bench.by_hand("PUT", &bucket, "k", &headers, "").await?;
                let what = format!("fetching {path} with {status} to {target}");
                report.status(&what, &got, 201);
                let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
                report.content(&what, &got, b"hello");
                bench.by_hand("DELETE", &bucket, "k", &[], "").await?;
            }
        }
    }
    site.page("/round", "302 Found", "Location: /round\r\n", "");
    let url = site.url("/round");
    let before = site.asked().len();
    let headers = [("x-qs-fetch-source", url.as_str())];
    let got = bench.by_hand("PUT", &bucket, "k", &headers, "").await?;
    report.refused(
        "fetching what redirects to itself",
        &got,
        503,
        "upstream_failed",
    );
    let times = site.asked().len() - before;
    report.holds(
        format!("what redirects to itself is asked {times} times"),
        times <= 20,
    );
    Ok(())
}

/// 404 for what is not there; 503 for an origin that fails, breaks off, says no length, or is not there itself.
async fn what_the_origin_lacks_is_not_stored(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let site = bench.site().await?;
    for (path, answer) in [
        (
            "/500",
            "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops",
        ),
        (
            "/403",
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno",
        ),
        ("/204", "HTTP/1.1 204 No Content\r\n\r\n"),
        (
            "/206",
            "HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\n\r\nhe",
        ),
        (
            "/short",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
        ),
        ("/unknown", "HTTP/1.1 200 OK\r\n\r\nhello"),
        (
            "/chunked",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        ),
        ("/garbage", "hello\r\n\r\n"),
    ] {
        site.bytes(path, answer.as_bytes().to_vec());
    }
    let gone = Site::start().await?.url("/");
    let url = |path| site.url(path);
    for (what, url, status, code) in [
        ("what is missing", url("/missing"), 404, "object_not_exists"),
        ("an error", url("/500"), 503, "upstream_failed"),
        ("a refusal", url("/403"), 503, "upstream_failed"),
        ("nothing", url("/204"), 503, "upstream_failed"),
        ("a part", url("/206"), 503, "upstream_failed"),
        ("what breaks off", url("/short"), 503, "upstream_failed"),
        (
            "what has no length",
            url("/unknown"),
            503,
            "upstream_failed",
        ),
        (
            "what comes in chunks",
            url("/chunked"),
            503,
            "upstream_failed",
        ),
        ("what is no HTTP", url("/garbage"), 503, "upstream_failed"),
        ("from nobody", gone, 503, "upstream_failed"),
    ] {
        let headers = [("x-qs-fetch-source", url.as_str())];
        let got = bench.by_hand("PUT", &bucket, "k", &headers, "").await?;
        report.refused(&format!("fetching {what}"), &got, status, code);
        let there = bench.by_hand("HEAD", &bucket, "k", &[], "").await?;
        report.status(&format!("looking after fetching {what}"), &there, 404);
    }
    for odd in ["", "/k", "k"] {
        let headers = [("x-qs-fetch-source", odd)];
        let got = bench.by_hand("PUT", &bucket, "k", &headers, "").await?;
        report.status(&format!("fetching {odd:?}"), &got, 400);
    }
    Ok(())
}

/// Waits until the site was asked so often.
async fn asked(site: &Site, count: usize) -> Done {
    for _ in 0..1000 {
        if site.asked().len() >= count {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let why = format!(
        "the site is asked {} times and not {count}",
        site.asked().len()
    );
    Err(Problem::Fail(why))
}

/// Lets through who waits, also where a check ends early.
struct Opened(Arc<Semaphore>);

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.add_permits(100);
    }
}

/// 409 for whoever comes while it is under way; not for another source, and not afterwards.
async fn one_source_is_fetched_once_at_a_time(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let site = bench.site().await?;
    site.page("/slow", "200 OK", "", "slow");
    site.page("/other", "200 OK", "", "other");
    let gate = Opened(site.hold("/slow"));
    let (slow, other) = (site.url("/slow"), site.url("/other"));
    let slow = [("x-qs-fetch-source", slow.as_str())];
    let other = [("x-qs-fetch-source", other.as_str())];
    let first = bench.by_hand("PUT", &bucket, "slow", &slow, "");
    let meanwhile = async {
        asked(&site, 1).await?;
        let second = bench.by_hand("PUT", &bucket, "again", &slow, "").await;
        let third = bench.by_hand("PUT", &bucket, "other", &other, "").await;
        gate.0.add_permits(10);
        Ok((second?, third?))
    };
    let (first, meanwhile) = tokio::join!(first, meanwhile);
    let (second, third) = meanwhile?;
    report.status("the first fetch", &first?, 201);
    report.refused(
        "the same source meanwhile",
        &second,
        409,
        "fetch_in_process",
    );
    report.status("another source meanwhile", &third, 201);
    let got = bench.by_hand("PUT", &bucket, "again", &slow, "").await?;
    report.status("the same source afterwards", &got, 201);
    Ok(())
}

/// The one condition is about the object that would be replaced.
async fn a_newer_target_is_kept(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let site = bench.site().await?;
    site.page("/a", "200 OK", "", "fetched");
    let url = site.url("/a");
    let condition = "x-qs-fetch-if-unmodified-since";
    let before = "Wed, 10 Dec 2014 17:20:31 GMT";
    bench.by_hand("PUT", &bucket, "k", &[], "own").await?;
    let head = bench.by_hand("HEAD", &bucket, "k", &[], "").await?;
    let own = head.text("last-modified").unwrap_or_default();
    for (key, since, status, content) in [
        ("k", before, 412, "own"),
        ("k", own, 201, "fetched"),
        ("new", before, 201, "fetched"),
    ] {
        let headers = [("x-qs-fetch-source", url.as_str()), (condition, since)];
        let got = bench.by_hand("PUT", &bucket, key, &headers, "").await?;
        let what = format!("fetching to {key} if it was not modified since {since}");
        report.status(&what, &got, status);
        let got = bench.by_hand("GET", &bucket, key, &[], "").await?;
        report.content(&format!("{key} after {what}"), &got, content.as_bytes());
    }
    Ok(())
}

async fn mirror(bench: &Bench<'_>, report: &mut Report, site: &str) -> Done {
    let json = [("Content-Type", "application/json")];
    let body = serde_json::json!({ "source_site": site }).to_string();
    let bucket = bench.bucket();
    let put = bench.by_hand("PUT", &bucket, "?mirror", &json, body);
    report.status(&format!("mirroring {site}"), &put.await?, 200);
    Ok(())
}

/// The key is put behind the site's path, is fetched once, and by reading only. While it is fetched, others are sent there.
async fn what_is_missing_comes_from_the_site(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let site = bench.site().await?;
    let path = "/dir/a%20b/%E4%B8%AD%3Fc";
    site.page(path, "200 OK", "Content-Type: text/plain\r\n", "hello");
    for base in [
        format!("http://{}/dir/", site.host()),
        format!("http://{}/dir", site.host()),
        format!("{}/dir/", site.host()),
    ] {
        mirror(bench, report, &base).await?;
        let key = "a%20b/%E4%B8%AD%3Fc";
        let before = site.asked().len();
        let head = bench.by_hand("HEAD", &bucket, key, &[], "").await?;
        report.status("HEAD of what is missing", &head, 404);
        for time in ["the first time", "again"] {
            let got = bench.by_hand("GET", &bucket, key, &[], "").await?;
            let what = format!("what {base} has, read {time}");
            report.content(&what, &got, b"hello");
            let media_type = got.text("content-type");
            report.equal(
                &format!("the type of {what}"),
                &media_type,
                &Some("text/plain"),
            );
            let class = got.text("x-qs-storage-class");
            report.equal(&format!("the class of {what}"), &class, &Some("STANDARD"));
        }
        let asked: Vec<String> = site.asked().split_off(before);
        report.equal(
            &format!("what {base} was asked for"),
            &asked,
            &vec![path.to_owned()],
        );
        bench.by_hand("DELETE", &bucket, key, &[], "").await?;
    }
    site.page("/dir/own", "200 OK", "", "the site's");
    bench.by_hand("PUT", &bucket, "own", &[], "own").await?;
    let got = bench.by_hand("GET", &bucket, "own", &[], "").await?;
    report.content("what is there already", &got, b"own");
    site.page("/dir/slow", "200 OK", "", "slow");
    let gate = Opened(site.hold("/dir/slow"));
    let count = site.asked().len() + 1;
    let first = bench.by_hand("GET", &bucket, "slow", &[], "");
    let meanwhile = async {
        asked(&site, count).await?;
        let second = bench.by_hand("GET", &bucket, "slow", &[], "").await;
        gate.0.add_permits(10);
        second
    };
    let (first, second) = tokio::join!(first, meanwhile);
    report.content("who came first", &first?, b"slow");
    let second = second?;
    report.status("who came meanwhile", &second, 302);
    let there = site.url("/dir/slow");
    let location = second.text("location");
    report.equal("where they are sent", &location, &Some(there.as_str()));
    Ok(())
}

async fn what_the_site_lacks_is_missing(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let site = bench.site().await?;
    site.page("/500", "500 Internal Server Error", "", "oops");
    site.bytes(
        "/short",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello".to_vec(),
    );
    mirror(bench, report, &format!("http://{}/", site.host())).await?;
    for (key, status, code) in [
        ("missing", 404, "object_not_exists"),
        ("500", 503, "upstream_failed"),
        ("short", 503, "upstream_failed"),
    ] {
        let got = bench.by_hand("GET", &bucket, key, &[], "").await?;
        report.refused(&format!("reading {key}"), &got, status, code);
    }
    let listed = bench.by_hand("GET", &bucket, "", &[], "").await?.json();
    let keys = listed["keys"].as_array().map(Vec::len);
    report.equal("the objects that are there afterwards", &keys, &Some(0));
    bench.by_hand("DELETE", &bucket, "?mirror", &[], "").await?;
    let before = site.asked().len();
    let got = bench.by_hand("GET", &bucket, "missing", &[], "").await?;
    report.refused("reading without a mirror", &got, 404, "object_not_exists");
    report.equal("who was asked then", &site.asked().len(), &before);
    Ok(())
}

/// Neither what has a delete marker nor an old version is fetched.
async fn what_was_deleted_stays_so(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let site = bench.site().await?;
    let json = [("Content-Type", "application/json")];
    let enabled = r#"{"status": "ENABLED"}"#;
    bench
        .by_hand("PUT", &bucket, "?versioning", &json, enabled)
        .await?;
    for path in ["/k", "/never"] {
        site.page(path, "200 OK", "", "the site's");
    }
    mirror(bench, report, &site.url("/")).await?;
    let put = bench.by_hand("PUT", &bucket, "k", &[], "own").await?;
    let id = put.text("x-qs-version-id").unwrap_or_default();
    bench.by_hand("DELETE", &bucket, "k", &[], "").await?;
    let never = format!("never?version_id={id}");
    for target in ["k", never.as_str()] {
        let got = bench.by_hand("GET", &bucket, target, &[], "").await?;
        report.refused(&format!("reading {target}"), &got, 404, "object_not_exists");
    }
    report.equal("what the site was asked for", &site.asked(), &Vec::new());
    Ok(())
}

async fn what_was_written_meanwhile_stays(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let site = bench.site().await?;
    site.page("/k", "200 OK", "", "the site's");
    mirror(bench, report, &site.url("/")).await?;
    let gate = Opened(site.hold("/k"));
    let first = bench.by_hand("GET", &bucket, "k", &[], "");
    let meanwhile = async {
        asked(&site, 1).await?;
        let put = bench.by_hand("PUT", &bucket, "k", &[], "own").await;
        gate.0.add_permits(10);
        put
    };
    let (first, put) = tokio::join!(first, meanwhile);
    report.status("writing meanwhile", &put?, 201);
    report.status("reading", &first?, 200);
    let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
    report.content("what was written meanwhile", &got, b"own");
    Ok(())
}
