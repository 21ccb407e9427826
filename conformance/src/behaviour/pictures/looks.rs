//! What pictures of other kinds than the usual ones become: grey, transparent, of sixteen bits; and how much is too much.

use std::time::Duration;

use image::{DynamicImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgb, RgbImage, Rgba, RgbaImage};

use super::processing::{file, is_of, map, piece, pixels, process};
use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::expected;
use crate::report::Report;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 6] = [
    behaviour!("image", colours_have_a_space, unverified: "the vendor names the member and shows one value"),
    behaviour!("image", detail_is_cut_out, unverified: "the vendor does not say what a piece is that is cut out automatically"),
    behaviour!("image", transparency_stays_or_becomes_black, unverified: "the vendor does not say what becomes of transparency"),
    behaviour!("image", zero_and_nothing_are_the_default, unverified: "the official SDKs send them; the vendor does not speak of them"),
    behaviour!("image", what_is_laid_over_is_a_picture, unverified: "the vendor does not say how a URL is refused that has no picture"),
    behaviour!("image", too_much_is_refused, unverified: "the limits are the emulator's own"),
];

/// Of the file, and of what was made of it.
async fn colours_have_a_space(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let grey = ImageBuffer::from_pixel(3, 2, Luma([90_u8]));
    let clear_grey = ImageBuffer::from_pixel(3, 2, LumaA([90_u8, 100]));
    let deep_grey = ImageBuffer::from_pixel(3, 2, Luma([9000_u16]));
    let colour = ImageBuffer::from_pixel(3, 2, Rgb([9_u8, 90, 200]));
    let clear = ImageBuffer::from_pixel(3, 2, Rgba([9_u8, 90, 200, 100]));
    let deep = ImageBuffer::from_pixel(3, 2, Rgb([9_u16, 9000, 20_000]));
    for (key, picture, space, alpha) in [
        ("grey", DynamicImage::ImageLuma8(grey), "b-w", false),
        (
            "clear-grey",
            DynamicImage::ImageLumaA8(clear_grey),
            "b-w",
            true,
        ),
        (
            "deep-grey",
            DynamicImage::ImageLuma16(deep_grey),
            "grey16",
            false,
        ),
        ("colour", DynamicImage::ImageRgb8(colour), "srgb", false),
        ("clear", DynamicImage::ImageRgba8(clear), "srgb", true),
        ("deep", DynamicImage::ImageRgb16(deep), "rgb16", false),
    ] {
        let picture = file(&picture, ImageFormat::Png)?;
        bench.by_hand("PUT", &bucket, key, &[], picture).await?;
        for action in ["info", "rotate:a_90|info", "resize:w_6,h_8|info"] {
            let got = process(bench, key, action).await?;
            let what = format!("{action} of {key}");
            report.status(&what, &got, 200);
            let info = got.json();
            let told = info["space"].as_str();
            report.equal(&format!("the space in {what}"), &told, &Some(space));
            let told = info["alpha"].as_bool();
            report.equal(&format!("alpha in {what}"), &told, &Some(alpha));
        }
    }
    Ok(())
}

/// Of a picture that is of one colour but for one place.
async fn detail_is_cut_out(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for (left, top) in [(12, 2), (2, 9), (13, 10)] {
        let pixel = |x: u32, y: u32| {
            let inside = (left..left + 3).contains(&x) && (top..top + 3).contains(&y);
            Rgb([if inside && (x + y).is_multiple_of(2) {
                255
            } else {
                0
            }; 3])
        };
        let picture = DynamicImage::ImageRgb8(RgbImage::from_fn(20, 16, pixel));
        let bright = picture.to_rgb8().pixels().filter(|p| p.0[0] > 128).count();
        let picture = file(&picture, ImageFormat::Png)?;
        bench.by_hand("PUT", &bucket, "k", &[], picture).await?;
        let got = process(bench, "k", "crop:w_5,h_5,g_9").await?;
        let what = format!("crop:w_5,h_5,g_9 with detail at {left}, {top}");
        if let Some(picture) = pixels(report, &what, &got) {
            let there = picture.pixels().filter(|p| p.0[0] > 128).count();
            report.equal(&format!("bright pixels of {what}"), &there, &bright);
        }
    }
    Ok(())
}

/// A pixel of an answer.
fn pixel(report: &mut Report, what: &str, got: &Received, at: (u32, u32)) -> [u8; 4] {
    report.status(what, got, 200);
    match image::load_from_memory(&got.body) {
        Ok(picture) if at.0 < picture.width() && at.1 < picture.height() => {
            picture.to_rgba8().get_pixel(at.0, at.1).0
        }
        _ => {
            report.find(format!("{what} is no such picture"));
            [0; 4]
        }
    }
}

/// What is filled up is transparent where the picture can be and black where not; JPEG has black behind it.
async fn transparency_stays_or_becomes_black(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let clear = RgbaImage::from_pixel(6, 4, Rgba([200, 100, 50, 128]));
    let solid = RgbImage::from_pixel(6, 4, Rgb([200, 100, 50]));
    for (key, picture) in [
        ("clear", DynamicImage::ImageRgba8(clear)),
        ("solid", DynamicImage::ImageRgb8(solid)),
    ] {
        let picture = file(&picture, ImageFormat::Png)?;
        bench.by_hand("PUT", &bucket, key, &[], picture).await?;
    }
    for (key, action, at, expected) in [
        ("clear", "resize:w_6,h_8", (0, 0), [0, 0, 0, 0]),
        ("clear", "resize:w_6,h_8", (0, 4), [200, 100, 50, 128]),
        ("clear", "rotate:a_90", (0, 0), [200, 100, 50, 128]),
        ("clear", "crop:w_2,h_2", (0, 0), [200, 100, 50, 128]),
        ("clear", "format:t_webp", (0, 0), [200, 100, 50, 128]),
        ("clear", "format:t_tiff", (0, 0), [200, 100, 50, 128]),
        ("clear", "format:t_jpeg", (2, 2), [100, 50, 25, 255]),
        ("solid", "resize:w_6,h_8", (0, 0), [0, 0, 0, 255]),
        ("solid", "resize:w_6,h_8", (5, 7), [0, 0, 0, 255]),
        ("solid", "resize:w_6,h_8", (5, 4), [200, 100, 50, 255]),
        ("solid", "format:t_jpeg", (2, 2), [200, 100, 50, 255]),
    ] {
        let got = process(bench, key, action).await?;
        let what = format!("{action} of {key} at {at:?}");
        let seen = pixel(report, &what, &got, at);
        // Scaling and JPEG round.
        let near = seen.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 8);
        if !near {
            report.differs(what, format!("about {expected:?}"), format!("{seen:?}"));
        }
    }
    Ok(())
}

/// SDKs for other languages write down what was not said.
async fn zero_and_nothing_are_the_default(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], map(6, 4)?).await?;
    for (action, expected) in [
        ("crop:w_0,h_0", piece(0, 0, 6, 4)),
        ("crop:w_,h_,g_", piece(0, 0, 6, 4)),
        ("crop:w_2,h_2,g_,l_,t_", piece(2, 1, 2, 2)),
        ("crop:w_2,h_2,l_0,t_0", piece(0, 0, 2, 2)),
        ("crop:,w_2,,h_2,", piece(2, 1, 2, 2)),
        ("resize:w_6,h_0,m_0", piece(0, 0, 6, 4)),
        ("resize:w_0,h_4,m_", piece(0, 0, 6, 4)),
        ("crop:l_5,t_3", piece(5, 3, 1, 1)),
    ] {
        let got = process(bench, "k", action).await?;
        is_of(report, action, &got, &expected);
    }
    for action in [
        "crop:l_6",
        "crop:t_4",
        "crop:w_2,w_3",
        "crop:w2",
        "crop:ww_2",
        "crop:x_2",
        "rotate:a_90,a_90",
        "rotate:a_90,w_3",
        "info|rotate:a_90",
        "resize:w_2|blur",
        "|resize:w_2",
        "Rotate:a_90",
    ] {
        let got = process(bench, "k", action).await?;
        report.refused(action, &got, 400, "invalid_argument");
    }
    Ok(())
}

/// One that can be had, in any format; nothing is made of the others.
async fn what_is_laid_over_is_a_picture(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], map(6, 4)?).await?;
    bench.by_hand("PUT", &bucket, "text", &[], "hello").await?;
    let red = RgbImage::from_pixel(6, 4, Rgb([255, 0, 0]));
    let red = file(&DynamicImage::ImageRgb8(red), ImageFormat::Gif)?;
    bench.by_hand("PUT", &bucket, "red", &[], red).await?;
    let thin = RgbaImage::from_pixel(6, 4, Rgba([255, 0, 0, 0]));
    let thin = file(&DynamicImage::ImageRgba8(thin), ImageFormat::Png)?;
    bench.by_hand("PUT", &bucket, "thin", &[], thin).await?;
    let signed = |key: &str| {
        let url = bucket.get_object(key).presign(Duration::from_secs(600));
        needed("signing", url).map(|url| url.url)
    };
    let laid = |url: &str| {
        let url = expected::base64(url.as_bytes());
        format!("watermark_image:u_{},p_1", url.trim_end_matches('='))
    };
    let got = process(bench, "k", &laid(&signed("red")?)).await?;
    let seen = pixel(report, "a gif over a png", &got, (5, 3));
    report.equal("a pixel of a gif over a png", &seen, &[255, 0, 0, 255]);
    let got = process(bench, "k", &laid(&signed("thin")?)).await?;
    is_of(
        report,
        "what is transparent over a png",
        &got,
        &piece(0, 0, 6, 4),
    );
    for (what, url, code) in [
        ("nothing", signed("missing")?, "invalid_argument"),
        ("a text", signed("text")?, "invalid_request"),
        ("no URL", "red".to_owned(), "invalid_argument"),
        ("another scheme", "ftp://a/b".to_owned(), "invalid_argument"),
    ] {
        let got = process(bench, "k", &laid(&url)).await?;
        report.refused(&format!("{what} over a picture"), &got, 400, code);
    }
    Ok(())
}

/// 32 actions, texts of 1024 bytes, letters of 1000 points, 64 Mi pixels.
async fn too_much_is_refused(bench: &Bench<'_>, report: &mut Report) -> Done {
    bench.backstage()?;
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], map(6, 4)?).await?;
    let many = |count| vec!["rotate:a_180"; count].join("|");
    let text = |length: usize| {
        let text = expected::base64("I".repeat(length).as_bytes());
        format!("watermark:t_{}", text.trim_end_matches('='))
    };
    for (what, action, taken) in [
        ("32 actions", many(32), true),
        ("33 actions", many(33), false),
        ("a text of 1024 bytes", text(1024), true),
        ("a text of 1025 bytes", text(1025), false),
        (
            "letters of 1000 points",
            format!("{},d_20000", text(1)),
            true,
        ),
        ("larger letters", format!("{},d_20001", text(1)), false),
        (
            "64 Mi pixels and some",
            "resize:w_8192,h_8193,m_1".to_owned(),
            false,
        ),
    ] {
        let got = process(bench, "k", &action).await?;
        match taken {
            true => report.status(what, &got, 200),
            false => report.refused(what, &got, 400, "invalid_argument"),
        }
    }
    Ok(())
}
