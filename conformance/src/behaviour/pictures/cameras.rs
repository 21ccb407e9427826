//! What a camera notes in a picture.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::json;

use super::processing::{file, process};
use crate::behaviour::{Behaviour, Bench, Done};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 2] = [
    behaviour!("image", a_cameras_notes_are_told),
    behaviour!("image", pictures_are_made_upright, unverified: "the vendor does not say whether a picture's orientation is applied"),
];

/// Notes (Exif 2.32, section 4.6): tag, type, count, and the value or what is behind all entries.
fn notes() -> Vec<u8> {
    let texts: [(u16, &[u8]); 3] = [
        (0x010f, b"Example Works\0"),
        (0x0110, b"Model 7\0"),
        (0x0132, b"2014:12:10 17:20:31\0"),
    ];
    let mut entries: Vec<(u16, u16, u32, Vec<u8>)> = texts
        .iter()
        .map(|(tag, text)| (*tag, 2, text.len() as u32, text.to_vec()))
        .collect();
    // The picture's first row is on the right, its first column on top.
    entries.insert(2, (0x0112, 3, 1, vec![6, 0, 0, 0]));
    let mut behind = 8 + 2 + 12 * entries.len() as u32 + 4;
    let mut notes = b"II*\0\x08\0\0\0".to_vec();
    notes.extend((entries.len() as u16).to_le_bytes());
    let mut heap = Vec::new();
    for (tag, kind, count, value) in entries {
        notes.extend(tag.to_le_bytes());
        notes.extend(kind.to_le_bytes());
        notes.extend(count.to_le_bytes());
        if value.len() <= 4 {
            notes.extend(value);
            continue;
        }
        notes.extend(behind.to_le_bytes());
        behind += value.len() as u32;
        heap.extend(value);
    }
    notes.extend([0; 4]);
    notes.extend(heap);
    notes
}

/// A photo of 8 x 16 pixels as they are stored, the upper half of them white.
fn photo() -> Result<Vec<u8>, crate::behaviour::Problem> {
    let pixel = |_, y| Rgb(if y < 8 { [255; 3] } else { [0; 3] });
    let picture = DynamicImage::ImageRgb8(RgbImage::from_fn(8, 16, pixel));
    let jpeg = file(&picture, ImageFormat::Jpeg)?;
    let segment = [b"Exif\0\0".to_vec(), notes()].concat();
    let length = (segment.len() as u16 + 2).to_be_bytes();
    Ok([&jpeg[..2], b"\xff\xe1", &length, &segment, &jpeg[2..]].concat())
}

async fn a_cameras_notes_are_told(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], photo()?).await?;
    let info = process(bench, "k", "info").await?;
    report.status("info", &info, 200);
    let info = info.json();
    for (name, expected) in [
        ("width", json!(8)),
        ("height", json!(16)),
        ("type", json!("jpeg")),
        ("orientation", json!(6)),
        ("make", json!("Example Works")),
        ("model", json!("Model 7")),
        ("datetime", json!("2014:12:10 17:20:31")),
    ] {
        report.equal(name, &info[name], &expected);
    }
    Ok(())
}

/// What is made of it is turned by a quarter: its white half is on the right.
async fn pictures_are_made_upright(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], photo()?).await?;
    for action in ["format:t_png", "rotate:a_0|format:t_png"] {
        let got = process(bench, "k", action).await?;
        report.status(action, &got, 200);
        let Ok(picture) = image::load_from_memory(&got.body) else {
            report.find(format!("{action} makes no picture"));
            continue;
        };
        let picture = picture.to_rgb8();
        report.equal("the size", &picture.dimensions(), &(16, 8));
        if picture.dimensions() == (16, 8) {
            let (left, right) = (picture.get_pixel(2, 4).0[0], picture.get_pixel(13, 4).0[0]);
            report.holds(
                format!("left is {left}, right {right}"),
                left < 64 && right > 192,
            );
        }
    }
    Ok(())
}
