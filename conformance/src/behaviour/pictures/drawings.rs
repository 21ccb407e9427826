//! Pictures and texts over pictures.

use std::time::Duration;

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};

use super::processing::{file, pixels, png, process};
use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::expected;
use crate::report::Report;

pub(super) static ALL: [Behaviour; 2] = [
    behaviour!("image", pictures_are_laid_over, unverified: "the service may not reach every URL"),
    behaviour!("image", texts_are_written_over),
];

const WHITE: [u8; 3] = [255; 3];

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
        (",l_0,t_0,p_0", vec![(0, 0), (1, 0)], [241, 216, 191]),
        (",l_,t_,p_", vec![(0, 0), (1, 0)], [241, 216, 191]),
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
    let blue = png(2, 1, |_, _| [0, 0, 255])?;
    bench.by_hand("PUT", &bucket, "blue", &[], blue).await?;
    let other = bucket.get_object("blue").presign(Duration::from_secs(600));
    let other = unpadded(&needed("signing", other)?.url);
    let action = format!("watermark_image:u_{url},p_1|watermark_image:u_{other},t_1,p_1");
    let got = process(bench, "k", &action).await?;
    if let Some(picture) = pixels(report, "two pictures over one", &got) {
        let got = (picture.get_pixel(0, 0).0, picture.get_pixel(0, 1).0);
        report.equal(
            "the pixels of two pictures over one",
            &got,
            &(mark, [0, 0, 255]),
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
