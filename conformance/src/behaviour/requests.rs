//! What calls make of values that have more than one form.

use std::time::{Duration, UNIX_EPOCH};

use qingstor::testing::Replay;
use qingstor::types::{
    ByteRange, Crop, Extra, Gravity, ImageActions, Resize, ResizeMode, Watermark, WatermarkImage,
};
use qingstor::{Body, Bucket, Error};

use super::{Behaviour, Bench, Done, needed};
use crate::checks::{any_answer, client};
use crate::report::Report;
use crate::slot::Problem;
use crate::wire::{Canned, Sent};

pub(super) static ALL: [Behaviour; 6] = [
    behaviour!("requests", a_time_is_sent_in_whole_seconds, buckets: 0),
    behaviour!("requests", a_range_names_its_first_and_last_byte, buckets: 0),
    behaviour!("requests", image_actions_are_written_as_documented, buckets: 0),
    behaviour!("requests", the_host_has_the_zone_once, buckets: 0),
    behaviour!("requests", a_member_is_sent_once, buckets: 0),
    behaviour!("requests", a_file_is_sent_as_far_as_was_said, buckets: 0),
];

/// What a call sends.
async fn sent<T, F>(call: F) -> Result<Sent, Problem>
where
    F: AsyncFnOnce(Bucket) -> Result<T, Error>,
{
    let canned = Canned::new([any_answer()]);
    let client = needed("making a client", client(&canned))?;
    let outcome = call(client.bucket("example-photos")).await;
    match (canned.log.last(), outcome) {
        (Some(exchange), _) => Ok(exchange.sent),
        (None, Err(error)) => Err(Problem::Fail(format!("nothing is sent: {error}"))),
        (None, Ok(_)) => Err(Problem::Fail("nothing is sent".to_owned())),
    }
}

/// The end of a second is still that second: what was changed in it must not count as known.
async fn a_time_is_sent_in_whole_seconds(_: &Bench<'_>, report: &mut Report) -> Done {
    let second = UNIX_EPOCH + Duration::from_secs(1_418_232_031);
    for millis in [0, 1, 499, 500, 999] {
        let time = second + Duration::from_millis(millis);
        let got = sent(async |b| b.get_object("k").if_modified_since(time).send().await).await?;
        report.equal(
            &format!("If-Modified-Since of a time {millis} ms after 17:20:31"),
            &got.header("if-modified-since"),
            &Some("Wed, 10 Dec 2014 17:20:31 GMT"),
        );
    }
    Ok(())
}

/// However a program writes a range, the header has the first byte and the last one, or how many at the end.
async fn a_range_names_its_first_and_last_byte(_: &Bench<'_>, report: &mut Report) -> Done {
    let cases: [(&str, ByteRange, Option<&str>); 9] = [
        ("0..1", (0..1).into(), Some("bytes=0-0")),
        ("5..6", (5..6).into(), Some("bytes=5-5")),
        ("5..9", (5..9).into(), Some("bytes=5-8")),
        ("5..=5", (5..=5).into(), Some("bytes=5-5")),
        ("5..=9", (5..=9).into(), Some("bytes=5-9")),
        ("5..", (5..).into(), Some("bytes=5-")),
        ("..5", (..5).into(), Some("bytes=0-4")),
        ("the last 5", ByteRange::suffix(5), Some("bytes=-5")),
        ("..", (..).into(), None),
    ];
    for (what, range, expected) in cases {
        let got = sent(async |b| b.get_object("k").range(range).send().await).await;
        match got {
            Ok(sent) => report.equal(
                &format!("Range for {what}"),
                &sent.header("range"),
                &expected,
            ),
            Err(problem) => report.find(format!("the range {what}: {problem:?}")),
        }
    }
    for (what, range) in [
        ("5..5", ByteRange::from(5..5)),
        ("the last 0", ByteRange::suffix(0)),
    ] {
        let got = sent(async |b| b.get_object("k").range(range).send().await).await;
        report.holds(format!("the range {what} is sent"), got.is_err());
    }
    Ok(())
}

/// The letters and numbers of the vendor's page, and its base64 without padding.
async fn image_actions_are_written_as_documented(_: &Bench<'_>, report: &mut Report) -> Done {
    let new = ImageActions::new;
    for (actions, expected) in [
        (new().info(), "info"),
        (new().rotate(90), "rotate:a_90"),
        (new().format("png"), "format:t_png"),
        (
            new().save("example-small", "cat.png"),
            "save:b_example-small,k_cat.png",
        ),
        (
            new().crop(Crop::new().width(10).height(20).gravity(Gravity::Centre)),
            "crop:w_10,h_20,g_0",
        ),
        (
            new().crop(Crop::new().width(10).height(20).left(1).top(2)),
            "crop:w_10,h_20,l_1,t_2",
        ),
        (
            new().resize(Resize::new().width(300).mode(ResizeMode::Pad)),
            "resize:w_300,m_0",
        ),
        (
            new().resize(Resize::new().height(400).mode(ResizeMode::Force)),
            "resize:h_400,m_1",
        ),
        (
            new().resize(Resize::new().width(3).mode(ResizeMode::Thumbnail)),
            "resize:w_3,m_2",
        ),
        (
            // `aGVsbG8=` and `I2ZmMDAwMA==` with their padding.
            new().watermark(
                Watermark::new("hello")
                    .dpi(400)
                    .opacity(0.5)
                    .colour("#ff0000"),
            ),
            "watermark:t_aGVsbG8,d_400,p_0.5,c_I2ZmMDAwMA",
        ),
        (
            // `aHR0cDovL2V4YW1wbGUuY29tL2E=` with its padding.
            new().watermark_image(
                WatermarkImage::new("http://example.com/a")
                    .left(1)
                    .top(2)
                    .opacity(0.25),
            ),
            "watermark_image:u_aHR0cDovL2V4YW1wbGUuY29tL2E,l_1,t_2,p_0.25",
        ),
        (
            new()
                .resize(Resize::new().width(300).height(400))
                .rotate(90)
                .info(),
            "resize:w_300,h_400|rotate:a_90|info",
        ),
    ] {
        report.equal("the actions", &actions.to_string().as_str(), &expected);
    }
    for (gravity, expected) in [
        (Gravity::Centre, 0),
        (Gravity::North, 1),
        (Gravity::East, 2),
        (Gravity::South, 3),
        (Gravity::West, 4),
        (Gravity::NorthWest, 5),
        (Gravity::NorthEast, 6),
        (Gravity::SouthWest, 7),
        (Gravity::SouthEast, 8),
        (Gravity::Auto, 9),
    ] {
        let actions = new().crop(Crop::new().gravity(gravity)).to_string();
        let expected = format!("crop:g_{expected}");
        report.equal(&format!("{gravity:?}"), &actions, &expected);
    }
    Ok(())
}

/// Bucket and zone stand in front of the service's own host, and in front of no address.
async fn the_host_has_the_zone_once(_: &Bench<'_>, report: &mut Report) -> Done {
    let longest = "b".repeat(63);
    let with_longest = format!("{longest}.pek3a.qingstor.com");
    for (endpoint, zone, virtual_host, bucket, host) in [
        (
            "https://qingstor.com",
            "pek3a",
            false,
            "example",
            "pek3a.qingstor.com",
        ),
        (
            "https://qingstor.com",
            "PEK3A",
            false,
            "example",
            "pek3a.qingstor.com",
        ),
        (
            "https://qsstor.com",
            "sh1a",
            false,
            "example",
            "sh1a.qsstor.com",
        ),
        (
            "https://pek3a.qingstor.com",
            "pek3a",
            false,
            "example",
            "pek3a.qingstor.com",
        ),
        (
            "https://pek3a.qingstor.com",
            "sh1a",
            false,
            "example",
            "sh1a.qingstor.com",
        ),
        (
            "https://qingstor.com",
            "pek3a",
            true,
            "example",
            "example.pek3a.qingstor.com",
        ),
        (
            "https://qingstor.com",
            "pek3a",
            true,
            longest.as_str(),
            with_longest.as_str(),
        ),
        (
            "http://127.0.0.1:8080",
            "pek3a",
            false,
            "example",
            "127.0.0.1:8080",
        ),
        (
            "http://localhost:8080",
            "pek3a",
            false,
            "example",
            "localhost:8080",
        ),
        (
            "http://storage.test:8080",
            "beta",
            true,
            "example",
            "example.beta.storage.test:8080",
        ),
    ] {
        let canned = Canned::new([any_answer()]);
        let client = Replay::new()
            .builder()
            .endpoint(endpoint)
            .zone(zone)
            .virtual_host_style(virtual_host)
            .transport(canned.clone())
            .build();
        let what = format!("{bucket} in {zone} of {endpoint}, in the host: {virtual_host}");
        let bucket = needed(&what, client)?.bucket(bucket);
        let outcome = bucket.get_object("k").send().await;
        match canned.log.last() {
            Some(exchange) => {
                let what = format!("the host of {what}");
                report.equal(&what, &exchange.sent.host.as_str(), &host);
            }
            None => report.find(format!("{what}: {:?}", outcome.err())),
        }
    }
    Ok(())
}

/// What a program gives by name outranks a member of that name among those that were kept unread. JSON with a name twice
/// is read in one way here and in another there.
async fn a_member_is_sent_once(_: &Bench<'_>, report: &mut Report) -> Done {
    let mut extra = Extra::default();
    needed("keeping", extra.insert("status", "\"SUSPENDED\""))?;
    needed("keeping", extra.insert("x_mfa", "\"off\""))?;
    let got = sent(async |b| {
        let put = b.put_bucket_versioning("ENABLED");
        put.extra(extra).send().await
    });
    let body = got.await?.body;
    report.equal(
        "the body",
        &String::from_utf8_lossy(&body).as_ref(),
        &"{\"status\":\"ENABLED\",\"x_mfa\":\"off\"}",
    );
    Ok(())
}

/// A file, and parts of it up to its very ends.
async fn a_file_is_sent_as_far_as_was_said(_: &Bench<'_>, report: &mut Report) -> Done {
    let failed = |error: std::io::Error| Problem::Fail(format!("making a file: {error}"));
    let file = tempfile::NamedTempFile::new().map_err(failed)?;
    std::fs::write(file.path(), b"0123456789").map_err(failed)?;
    let whole = needed("opening the file", Body::from_path(file.path()).await)?;
    let got = sent(async |b| b.put_object("k", whole).send().await).await?;
    report.equal("the whole file", &&got.body[..], &&b"0123456789"[..]);
    for (range, expected) in [
        (0..10, "0123456789"),
        (0..1, "0"),
        (1..4, "123"),
        (7..10, "789"),
        (10..10, ""),
    ] {
        let what = format!("the bytes {range:?} of the file");
        let body = needed(&what, Body::from_path_range(file.path(), range).await)?;
        let got = sent(async |b| b.put_object("k", body).send().await).await?;
        let text = String::from_utf8_lossy(&got.body).into_owned();
        report.equal(&what, &text.as_str(), &expected);
        let length = expected.len().to_string();
        report.equal(
            &format!("Content-Length of {what}"),
            &got.header("content-length"),
            &Some(length.as_str()),
        );
    }
    let beyond = Body::from_path_range(file.path(), 7..11).await;
    report.holds("bytes behind the end can be sent", beyond.is_err());
    Ok(())
}
