//! What becomes of pictures: made here of a few pixels, and read back by a library.

use std::io::Cursor;
use std::time::Duration;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::json;

use super::{Behaviour, Bench, Done, Problem, needed};
use crate::expected;
use crate::report::Report;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 9] = [
    behaviour!("image", a_piece_is_cut_out),
    behaviour!("image", turning_goes_clockwise),
    behaviour!("image", sizes_are_changed),
    behaviour!("image", pictures_are_laid_over, unverified: "the service may not reach every URL"),
    behaviour!("image", texts_are_written_over),
    behaviour!("image", each_format_has_its_actions),
    behaviour!("image", what_was_made_so_far_is_saved),
    behaviour!("image", what_a_picture_is_like_is_told),
    behaviour!("image", only_some_objects_are_processed, unverified: "the vendor does not say how an object is refused that cannot be processed"),
];

const WHITE: [u8; 3] = [255; 3];

pub(super) fn file(picture: &DynamicImage, format: ImageFormat) -> Result<Vec<u8>, Problem> {
    let mut file = Cursor::new(Vec::new());
    let written = picture.write_to(&mut file, format);
    written.map_err(|error| Problem::Fail(format!("making a picture: {error}")))?;
    Ok(file.into_inner())
}

fn png(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 3]) -> Result<Vec<u8>, Problem> {
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb(pixel(x, y)));
    file(&DynamicImage::ImageRgb8(picture), ImageFormat::Png)
}

/// Each pixel of it tells where it was.
fn map(width: u32, height: u32) -> Result<Vec<u8>, Problem> {
    png(width, height, |x, y| [(x * 40) as u8, (y * 60) as u8, 200])
}

pub(super) async fn process(
    bench: &Bench<'_>,
    key: &str,
    action: &str,
) -> Result<Received, Problem> {
    let target = format!("{key}?image&action={}", expected::query(action));
    bench
        .by_hand("GET", &bench.bucket(), &target, &[], "")
        .await
}

/// The pixels of an answer.
fn pixels(report: &mut Report, what: &str, got: &Received) -> Option<RgbImage> {
    report.status(what, got, 200);
    if got.status != 200 {
        return None;
    }
    match image::load_from_memory(&got.body) {
        Ok(picture) => Some(picture.to_rgb8()),
        Err(error) => {
            report.find(format!("{what} is no picture: {error}"));
            None
        }
    }
}

/// A picture made of a map has these pixels of it, row by row.
fn is_of(report: &mut Report, what: &str, got: &Received, expected: &[Vec<(u32, u32)>]) {
    let Some(picture) = pixels(report, what, got) else {
        return;
    };
    let rows: Vec<Vec<(u32, u32)>> = picture
        .rows()
        .map(|row| {
            row.map(|Rgb([x, y, _])| (u32::from(*x) / 40, u32::from(*y) / 60))
                .collect()
        })
        .collect();
    report.equal(what, &rows, &expected.to_vec());
}

/// The pixels of a piece that begins somewhere.
fn piece(left: u32, top: u32, width: u32, height: u32) -> Vec<Vec<(u32, u32)>> {
    let row = |y| (left..left + width).map(|x| (x, y)).collect();
    (top..top + height).map(row).collect()
}

/// By gravity, or from the upper left; width and height are the picture's if nothing is said.
async fn a_piece_is_cut_out(bench: &Bench<'_>, report: &mut Report) -> Done {
    bench
        .by_hand("PUT", &bench.bucket(), "k", &[], map(6, 4)?)
        .await?;
    for (action, expected) in [
        ("crop:w_2,h_2", piece(2, 1, 2, 2)),
        ("crop:w_2,h_2,g_0", piece(2, 1, 2, 2)),
        ("crop:w_2,h_2,g_1", piece(2, 0, 2, 2)),
        ("crop:w_2,h_2,g_2", piece(4, 1, 2, 2)),
        ("crop:w_2,h_2,g_3", piece(2, 2, 2, 2)),
        ("crop:w_2,h_2,g_4", piece(0, 1, 2, 2)),
        ("crop:w_2,h_2,g_5", piece(0, 0, 2, 2)),
        ("crop:w_2,h_2,g_6", piece(4, 0, 2, 2)),
        ("crop:w_2,h_2,g_7", piece(0, 2, 2, 2)),
        ("crop:w_2,h_2,g_8", piece(4, 2, 2, 2)),
        ("crop:w_2,g_4", piece(0, 0, 2, 4)),
        ("crop:h_2,g_3", piece(0, 2, 6, 2)),
        ("crop:w_2,h_1,l_3,t_2", piece(3, 2, 2, 1)),
        ("crop:w_2,h_1,l_3", piece(3, 0, 2, 1)),
        ("crop:w_2,h_1,t_3", piece(0, 3, 2, 1)),
        ("crop:w_2,l_4", piece(4, 0, 2, 4)),
        ("crop:w_0,h_2,t_1", piece(0, 1, 6, 2)),
        ("crop", piece(0, 0, 6, 4)),
        ("crop:w_9,h_9,l_4,t_1", piece(4, 1, 2, 3)),
        ("crop:w_4,h_4,g_4|crop:w_2,h_2,g_8", piece(2, 2, 2, 2)),
    ] {
        is_of(
            report,
            action,
            &process(bench, "k", action).await?,
            &expected,
        );
    }
    let got = process(bench, "k", "crop:w_2,h_3,g_9").await?;
    let size = pixels(report, "crop:w_2,h_3,g_9", &got).map(|picture| picture.dimensions());
    report.equal("the size of crop:w_2,h_3,g_9", &size, &Some((2, 3)));
    for action in [
        "crop:w_2,h_2,g_1,l_1",
        "crop:w_2,h_2,g_1,t_1",
        "crop:w_2,h_2,g_0,l_0,t_0",
        "crop:w_2,g_10",
        "crop:w_x",
    ] {
        let got = process(bench, "k", action).await?;
        report.refused(action, &got, 400, "invalid_argument");
    }
    Ok(())
}

async fn turning_goes_clockwise(bench: &Bench<'_>, report: &mut Report) -> Done {
    bench
        .by_hand("PUT", &bench.bucket(), "k", &[], map(3, 2)?)
        .await?;
    let quarter = vec![
        vec![(0, 1), (0, 0)],
        vec![(1, 1), (1, 0)],
        vec![(2, 1), (2, 0)],
    ];
    let half = vec![vec![(2, 1), (1, 1), (0, 1)], vec![(2, 0), (1, 0), (0, 0)]];
    let back = vec![
        vec![(2, 0), (2, 1)],
        vec![(1, 0), (1, 1)],
        vec![(0, 0), (0, 1)],
    ];
    for (action, expected) in [
        ("rotate:a_0", &piece(0, 0, 3, 2)),
        ("rotate:a_90", &quarter),
        ("rotate:a_180", &half),
        ("rotate:a_270", &back),
        ("rotate:a_90|rotate:a_90", &half),
        ("rotate:a_90|crop:w_1,h_1,g_5", &vec![vec![(0, 1)]]),
        ("crop:w_1,h_1,g_5|rotate:a_90", &vec![vec![(0, 0)]]),
    ] {
        is_of(
            report,
            action,
            &process(bench, "k", action).await?,
            expected,
        );
    }
    for action in [
        "rotate",
        "rotate:a_45",
        "rotate:a_360",
        "rotate:a_-90",
        "rotate:a_x",
    ] {
        let got = process(bench, "k", action).await?;
        report.refused(action, &got, 400, "invalid_argument");
    }
    Ok(())
}

/// One side follows from the other. With both, the picture is fitted and filled up, forced, or fitted.
async fn sizes_are_changed(bench: &Bench<'_>, report: &mut Report) -> Done {
    let red = [200, 0, 0];
    let bucket = bench.bucket();
    bench
        .by_hand("PUT", &bucket, "k", &[], png(6, 4, |_, _| red)?)
        .await?;
    // The size, and where red begins and ends in it.
    for (action, size, from, to) in [
        ("resize:w_3", (3, 2), (0, 0), (2, 1)),
        ("resize:w_12", (12, 8), (0, 0), (11, 7)),
        ("resize:h_2", (3, 2), (0, 0), (2, 1)),
        ("resize:h_8", (12, 8), (0, 0), (11, 7)),
        ("resize:w_3,h_0,m_2", (3, 2), (0, 0), (2, 1)),
        ("resize:w_3,h_8,m_1", (3, 8), (0, 0), (2, 7)),
        ("resize:w_9,h_1,m_1", (9, 1), (0, 0), (8, 0)),
        ("resize:w_6,h_8,m_2", (6, 4), (0, 0), (5, 3)),
        ("resize:w_12,h_4,m_2", (6, 4), (0, 0), (5, 3)),
        ("resize:w_3,h_3,m_2", (3, 2), (0, 0), (2, 1)),
        ("resize:w_6,h_8", (6, 8), (0, 2), (5, 5)),
        ("resize:w_6,h_8,m_0", (6, 8), (0, 2), (5, 5)),
        ("resize:w_12,h_4", (12, 4), (3, 0), (8, 3)),
        ("resize:w_12,h_8", (12, 8), (0, 0), (11, 7)),
    ] {
        let got = process(bench, "k", action).await?;
        let Some(picture) = pixels(report, action, &got) else {
            continue;
        };
        report.equal(
            &format!("the size of {action}"),
            &picture.dimensions(),
            &size,
        );
        let reds: Vec<(u32, u32)> = picture
            .enumerate_pixels()
            .filter(|(_, _, pixel)| pixel.0[0].abs_diff(red[0]) < 20)
            .map(|(x, y, _)| (x, y))
            .collect();
        let (width, height) = (to.0 - from.0 + 1, to.1 - from.1 + 1);
        let ends = (reds.first().copied(), reds.last().copied());
        let what = format!("the first and last pixel of the picture in {action}");
        report.equal(&what, &ends, &(Some(from), Some(to)));
        let what = format!("the pixels of the picture in {action}");
        report.equal(&what, &reds.len(), &((width * height) as usize));
    }
    for action in [
        "resize",
        "resize:m_1",
        "resize:w_0,h_0",
        "resize:w_3,m_3",
        "resize:w_-3",
    ] {
        let got = process(bench, "k", action).await?;
        report.refused(action, &got, 400, "invalid_argument");
    }
    Ok(())
}

fn unpadded(text: &str) -> String {
    expected::base64(text.as_bytes())
        .trim_end_matches('=')
        .to_owned()
}

/// At a place, and by a quarter if nothing is said.
async fn pictures_are_laid_over(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench
        .by_hand("PUT", &bucket, "k", &[], png(6, 4, |_, _| WHITE)?)
        .await?;
    bench
        .by_hand(
            "PUT",
            &bucket,
            "mark",
            &[],
            png(2, 1, |_, _| [200, 100, 0])?,
        )
        .await?;
    let url = bucket.get_object("mark").presign(Duration::from_secs(600));
    let url = unpadded(&needed("signing", url)?.url);
    let mark = [200, 100, 0];
    for (more, places, colour) in [
        (",p_1", vec![(0, 0), (1, 0)], mark),
        (",l_3,t_2,p_1", vec![(3, 2), (4, 2)], mark),
        (",l_3,p_1", vec![(3, 0), (4, 0)], mark),
        (",t_3,p_1", vec![(0, 3), (1, 3)], mark),
        (",l_5,t_3,p_1", vec![(5, 3)], mark),
        (",l_3,t_2,p_2", vec![(3, 2), (4, 2)], mark),
        (",p_0.5", vec![(0, 0), (1, 0)], [228, 178, 128]),
        ("", vec![(0, 0), (1, 0)], [241, 216, 191]),
    ] {
        let got = process(bench, "k", &format!("watermark_image:u_{url}{more}")).await?;
        let what = format!("a picture over the other with {more:?}");
        let Some(picture) = pixels(report, &what, &got) else {
            continue;
        };
        report.equal(
            &format!("the size of {what}"),
            &picture.dimensions(),
            &(6, 4),
        );
        let mut changed = Vec::new();
        for (x, y, pixel) in picture.enumerate_pixels() {
            if pixel.0 == WHITE {
                continue;
            }
            changed.push((x, y));
            let near = pixel.0.iter().zip(colour).all(|(a, b)| a.abs_diff(b) <= 2);
            if !near {
                report.differs(
                    format!("a pixel of {what}"),
                    format!("{colour:?}"),
                    format!("{:?}", pixel.0),
                );
            }
        }
        changed.sort_unstable();
        report.equal(
            &format!("the pixels that {what} changes"),
            &changed,
            &places,
        );
    }
    for action in [
        "watermark_image",
        "watermark_image:l_1",
        "watermark_image:u_%%%",
    ] {
        let got = process(bench, "k", action).await?;
        report.refused(action, &got, 400, "invalid_argument");
    }
    Ok(())
}

/// Black by a quarter, of 150 twentieths of a point, if nothing is said.
async fn texts_are_written_over(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench
        .by_hand("PUT", &bucket, "k", &[], png(120, 60, |_, _| WHITE)?)
        .await?;
    let text = unpadded("HIII");
    let colour = |colour: &str| unpadded(colour);
    let (black, red, blue) = (colour("#000000"), colour("#ff0000"), colour("#0000FF"));
    // The darkest value of each channel, and whether another action makes the same of it.
    for (more, darkest, same) in [
        (
            "".to_owned(),
            [191, 191, 191],
            Some(format!(",d_150,p_0.25,c_{black}")),
        ),
        (",p_1".to_owned(), [0, 0, 0], Some(",d_150,p_1".to_owned())),
        (
            ",p_0.5".to_owned(),
            [128, 128, 128],
            Some(format!(",p_0.5,c_{black}")),
        ),
        (format!(",p_1,c_{red}"), [255, 0, 0], None),
        (format!(",p_1,c_{blue}"), [0, 0, 255], None),
        (format!(",c_{red}"), [255, 191, 191], None),
    ] {
        // Letters that are thick enough to cover whole pixels.
        for size in [if same.is_some() { "" } else { ",d_400" }] {
            let action = format!("watermark:t_{text}{size}{more}");
            let got = process(bench, "k", &action).await?;
            let what = format!("a text with {size:?} and {more:?}");
            let Some(picture) = pixels(report, &what, &got) else {
                continue;
            };
            report.equal(
                &format!("the size of {what}"),
                &picture.dimensions(),
                &(120, 60),
            );
            let least = |channel: usize| {
                let values = picture.pixels().map(|pixel| pixel.0[channel]);
                values.min().unwrap_or_default()
            };
            let got = [least(0), least(1), least(2)];
            // Where no stroke covers a whole pixel, it is a little lighter.
            let near = got
                .into_iter()
                .zip(darkest)
                .all(|(got, darkest): (u8, u8)| {
                    let lighter = (255 - darkest) / 3;
                    got.saturating_add(2) >= darkest
                        && got.saturating_sub(lighter) <= darkest.saturating_add(2)
                });
            if !near {
                report.differs(
                    format!("the darkest values of {what}"),
                    format!("about {darkest:?}"),
                    format!("{got:?}"),
                );
            }
            if let Some(same) = &same {
                let action = format!("watermark:t_{text}{same}");
                let other = process(bench, "k", &action).await?;
                let other = pixels(report, &action, &other);
                report.holds(
                    format!("{what} is not what {same:?} makes"),
                    other.as_ref() == Some(&picture),
                );
            }
        }
    }
    let mut before = 0.0;
    for size in [100, 200, 400] {
        let action = format!("crop:w_120,h_60|watermark:t_{},d_{size},p_1", unpadded("I"));
        let got = process(bench, "k", &action).await?;
        let Some(picture) = pixels(report, &action, &got) else {
            continue;
        };
        // The longest run of rows that letters are in.
        let dark: Vec<bool> = picture
            .rows()
            .map(|mut row| row.any(|pixel| pixel.0[0] < 200))
            .collect();
        let runs = dark.split(|dark| !dark).map(<[bool]>::len);
        let height = runs.max().unwrap_or_default() as f64;
        report.holds(
            format!("letters of {size} twentieths are {height} pixels high, smaller ones {before}"),
            height >= before * 1.5 && height > 2.0,
        );
        before = height;
    }
    let clear = RgbaImage::from_pixel(20, 20, Rgba([255, 255, 255, 100]));
    let clear = file(&DynamicImage::ImageRgba8(clear), ImageFormat::Png)?;
    bench.by_hand("PUT", &bucket, "clear", &[], clear).await?;
    let got = process(bench, "clear", &format!("watermark:t_{text}")).await?;
    report.refused_somehow("a text over a transparent png", &got);
    for more in [
        "d_100",
        "t_",
        "t_aGVsbG8,p_-1",
        "t_aGVsbG8,p_x",
        "t_aGVsbG8,c_cmVk",
    ] {
        let got = process(bench, "k", &format!("watermark:{more}")).await?;
        report.refused(&format!("watermark:{more}"), &got, 400, "invalid_argument");
    }
    Ok(())
}

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
    let key = super::encryption::key("x-qs-encryption-customer", b'x');
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
