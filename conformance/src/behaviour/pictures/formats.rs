//! The formats of pictures, what is saved and told of them, and which are processed at all.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::json;

use super::processing::{file, is_of, map, piece, process};
use crate::behaviour::{Behaviour, Bench, Done};
use crate::expected;
use crate::report::Report;

pub(super) static ALL: [Behaviour; 5] = [
    behaviour!("image", each_format_has_its_actions),
    behaviour!("image", what_was_made_so_far_is_saved),
    behaviour!("image", two_buckets_are_saved_in, buckets: 2),
    behaviour!("image", what_a_picture_is_like_is_told),
    behaviour!("image", only_some_objects_are_processed, unverified: "the vendor does not say how an object is refused that cannot be processed"),
];

/// A gif is read, saved and resized only. The others become each other, and stay what they are otherwise.
async fn each_format_has_its_actions(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let picture = RgbImage::from_pixel(6, 4, Rgb([200, 0, 0]));
    let picture = DynamicImage::ImageRgb8(picture);
    let formats = [
        (ImageFormat::Png, "png"),
        (ImageFormat::Jpeg, "jpeg"),
        (ImageFormat::WebP, "webp"),
        (ImageFormat::Tiff, "tiff"),
        (ImageFormat::Gif, "gif"),
    ];
    for (format, name) in formats {
        let odd = [("content-type", "text/plain")];
        bench
            .by_hand("PUT", &bucket, name, &odd, file(&picture, format)?)
            .await?;
        let same = ["resize:w_3"].into_iter();
        let others = ["crop:w_3,h_2", "rotate:a_90", "watermark:t_aGVsbG8"];
        let gif = name == "gif";
        let same: Vec<&str> = match gif {
            true => same.collect(),
            false => same.chain(others).collect(),
        };
        let made = same
            .into_iter()
            .map(|action| (action.to_owned(), format, name));
        let targets = formats
            .iter()
            .filter(|(_, target)| !gif && *target != "gif");
        let converted = targets.map(|(format, name)| (format!("format:t_{name}"), *format, *name));
        for (action, expected, subtype) in made.chain(converted) {
            let got = process(bench, name, &action).await?;
            let what = format!("{action} of a {name}");
            report.status(&what, &got, 200);
            let media_type = format!("image/{subtype}");
            let header = got.text("content-type");
            report.equal(
                &format!("the type of {what}"),
                &header,
                &Some(media_type.as_str()),
            );
            let guessed = image::guess_format(&got.body).ok();
            report.equal(&format!("the format of {what}"), &guessed, &Some(expected));
        }
        let info = process(bench, name, "info").await?;
        let header = info
            .text("content-type")
            .map(|text| text.starts_with("application/json"));
        report.equal("whether the type of info is JSON's", &header, &Some(true));
        report.equal(
            &format!("the type in the info of a {name}"),
            &info.json()["type"],
            &json!(name),
        );
        if gif {
            for action in others.into_iter().chain(["format:t_png"]) {
                let got = process(bench, name, action).await?;
                report.refused_somehow(&format!("{action} of a gif"), &got);
            }
        }
    }
    for action in [
        "format",
        "format:t_gif",
        "format:t_bmp",
        "blur:r_3",
        "",
        "resize:w_3|",
    ] {
        let got = process(bench, "png", action).await?;
        report.refused(&format!("{action:?}"), &got, 400, "invalid_argument");
    }
    for (width, format, status) in [
        (16_383, "webp", 200),
        (16_384, "webp", 400),
        (65_535, "jpeg", 200),
        (65_536, "jpeg", 400),
    ] {
        let action = format!("resize:w_{width},h_1,m_1|format:t_{format}");
        let got = process(bench, "png", &action).await?;
        report.status(&action, &got, status);
    }
    Ok(())
}

/// Under the name and in the bucket that the action says; only where the caller may write.
async fn what_was_made_so_far_is_saved(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], map(6, 4)?).await?;
    let name = bucket.name();
    let action = format!(
        "crop:w_2,h_2,g_5|save:b_{name},k_dir/small.png|crop:w_1,h_1,g_8|save:b_{name},k_tiny_1.png"
    );
    is_of(
        report,
        &action,
        &process(bench, "k", &action).await?,
        &piece(1, 1, 1, 1),
    );
    for (key, expected) in [
        ("dir/small.png", piece(0, 0, 2, 2)),
        ("tiny_1.png", piece(1, 1, 1, 1)),
    ] {
        let got = bench.by_hand("GET", &bucket, key, &[], "").await?;
        is_of(report, &format!("what is saved as {key}"), &got, &expected);
        report.equal(
            &format!("the type of {key}"),
            &got.text("content-type"),
            &Some("image/png"),
        );
    }
    is_of(
        report,
        "the picture itself",
        &bench.by_hand("GET", &bucket, "k", &[], "").await?,
        &piece(0, 0, 6, 4),
    );
    for action in ["save:k_x", "save:b_x"] {
        let got = process(bench, "k", action).await?;
        report.refused(action, &got, 400, "invalid_argument");
    }
    for (length, status) in [(1023, 200), (1024, 400)] {
        let action = format!("save:b_{name},k_{}", "k".repeat(length));
        let got = process(bench, "k", &action).await?;
        report.status(
            &format!("saving under a key of {length} bytes"),
            &got,
            status,
        );
    }
    let got = process(bench, "k", "save:b_conformance-nowhere-0,k_x").await?;
    report.refused("saving in no bucket", &got, 404, "bucket_not_exists");
    let open = json!({ "acl": [{
        "grantee": { "type": "group", "name": "QS_ALL_USERS" },
        "permission": "READ",
    }] });
    let json = [("Content-Type", "application/json")];
    bench
        .by_hand("PUT", &bucket, "?acl", &json, open.to_string())
        .await?;
    for (who, client) in [
        ("nobody", bench.anonymous()?),
        ("somebody else", bench.second()?),
    ] {
        let theirs = client.bucket(name);
        let read = theirs.image_process("k", "rotate:a_90").send().await;
        report.holds(format!("{who} cannot have a picture turned"), read.is_ok());
        let action = format!("save:b_{name},k_stolen.png");
        let saved = theirs.image_process("k", action).send().await;
        let status = saved.err().and_then(|error| error.status());
        report.equal(&format!("the status of {who} saving"), &status, &Some(403));
    }
    let there = bench
        .by_hand("HEAD", &bucket, "stolen.png", &[], "")
        .await?;
    report.status("looking for what was refused", &there, 404);
    Ok(())
}

/// Each in the bucket that its action names.
async fn two_buckets_are_saved_in(bench: &Bench<'_>, report: &mut Report) -> Done {
    let (bucket, other) = (bench.bucket(), bench.other());
    bench.by_hand("PUT", &bucket, "k", &[], map(6, 4)?).await?;
    let action = format!(
        "crop:w_2,h_2,g_5|save:b_{},k_a.png|crop:w_1,h_1,g_8|save:b_{},k_b.png",
        other.name(),
        bucket.name()
    );
    process(bench, "k", &action).await?;
    for (bucket, key, expected) in [
        (&other, "a.png", piece(0, 0, 2, 2)),
        (&bucket, "b.png", piece(1, 1, 1, 1)),
    ] {
        let got = bench.by_hand("GET", bucket, key, &[], "").await?;
        is_of(report, &format!("what is saved as {key}"), &got, &expected);
    }
    Ok(())
}

/// Of the file, or of what the actions before have made.
async fn what_a_picture_is_like_is_told(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], map(6, 4)?).await?;
    let clear = RgbaImage::from_pixel(2, 3, Rgba([255, 255, 255, 100]));
    let clear = file(&DynamicImage::ImageRgba8(clear), ImageFormat::Png)?;
    bench.by_hand("PUT", &bucket, "clear", &[], clear).await?;
    for (key, action, width, height, alpha, name) in [
        ("k", "info", 6, 4, false, "png"),
        ("clear", "info", 2, 3, true, "png"),
        ("k", "rotate:a_90|info", 4, 6, false, "png"),
        ("k", "resize:w_3|info", 3, 2, false, "png"),
        ("k", "crop:w_5,h_1|format:t_webp|info", 5, 1, false, "webp"),
        ("clear", "rotate:a_90|info", 3, 2, true, "png"),
        ("clear", "format:t_jpeg|info", 2, 3, false, "jpeg"),
    ] {
        let got = process(bench, key, action).await?;
        let what = format!("{action} of {key}");
        report.status(&what, &got, 200);
        let info = got.json();
        let size = (info["width"].as_u64(), info["height"].as_u64());
        report.equal(
            &format!("width and height of {what}"),
            &size,
            &(Some(width), Some(height)),
        );
        report.equal(&format!("the type of {what}"), &info["type"], &json!(name));
        // What a format cannot have may be told before or behind the conversion.
        if name != "jpeg" {
            report.equal(&format!("alpha of {what}"), &info["alpha"], &json!(alpha));
        }
    }
    Ok(())
}

/// None that is encrypted, none of more than 10 MB, none that is no picture; and none again that is known.
async fn only_some_objects_are_processed(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let picture = map(6, 4)?;
    let mut padded = picture.clone();
    padded.resize(10 << 20, 0);
    bench
        .by_hand("PUT", &bucket, "large", &[], padded.clone())
        .await?;
    let got = process(bench, "large", "info").await?;
    report.status("a picture of 10 MiB", &got, 200);
    padded.push(0);
    bench.by_hand("PUT", &bucket, "large", &[], padded).await?;
    let got = process(bench, "large", "info").await?;
    report.refused_somehow("a picture of 10 MiB and a byte", &got);
    let key = crate::behaviour::objects::encryption::key("x-qs-encryption-customer", b'x');
    let key: Vec<(&str, &str)> = key.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    bench
        .by_hand("PUT", &bucket, "sealed", &key, picture.clone())
        .await?;
    let got = process(bench, "sealed", "rotate:a_90").await?;
    report.refused_somehow("a picture that is encrypted", &got);
    bench.by_hand("PUT", &bucket, "text", &[], "hello").await?;
    let got = process(bench, "text", "info").await?;
    report.refused_somehow("what is no picture", &got);
    let got = process(bench, "missing", "info").await?;
    report.refused("what is not there", &got, 404, "object_not_exists");

    bench.by_hand("PUT", &bucket, "k", &[], picture).await?;
    let head = bench.by_hand("HEAD", &bucket, "k", &[], "").await?;
    let own = head.text("last-modified").unwrap_or_default();
    for (since, status) in [(own, 304), ("Wed, 10 Dec 2014 17:20:31 GMT", 200)] {
        let headers = [("If-Modified-Since", since)];
        let target = "k?image&action=info";
        let got = bench.by_hand("GET", &bucket, target, &headers, "").await?;
        report.status(
            &format!("a picture if it was modified since {since}"),
            &got,
            status,
        );
    }
    for (asked, value) in [
        ("content-type", "image/x-odd"),
        ("cache-control", "max-age=1"),
        ("content-disposition", "attachment"),
        ("content-language", "de"),
        ("content-encoding", "br"),
        ("expires", "Thu, 31 Dec 2099 23:59:59 GMT"),
    ] {
        let value_there = expected::query(value);
        let target = format!("k?image&action=rotate%3Aa_90&response-{asked}={value_there}");
        let got = bench.by_hand("GET", &bucket, &target, &[], "").await?;
        report.equal(
            &format!("{asked} of a picture"),
            &got.text(asked),
            &Some(value),
        );
    }
    Ok(())
}
