//! What a camera notes in a picture.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::json;

use super::processing::{file, process};
use crate::behaviour::{Behaviour, Bench, Done};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 3] = [
    behaviour!("image", a_cameras_notes_are_told),
    behaviour!("image", where_it_was_taken_is_told, unverified: "the vendor shows the values of one photograph"),
    behaviour!("image", pictures_are_made_upright, unverified: "the vendor does not say whether a picture's orientation is applied"),
];

/// Tag, type, count, and the value in little-endian order.
type Entry = (u16, u16, u32, Vec<u8>);

fn text(tag: u16, text: &str) -> Entry {
    let text = format!("{text}\0").into_bytes();
    (tag, 2, text.len() as u32, text)
}

fn ratios(tag: u16, values: &[(u32, u32)]) -> Entry {
    let bytes = values
        .iter()
        .flat_map(|(over, under)| [over.to_le_bytes(), under.to_le_bytes()].concat());
    (tag, 5, values.len() as u32, bytes.collect())
}

/// A directory that begins at a place in the notes: its entries, and behind them what is longer than four bytes.
fn directory(entries: &[Entry], at: u32) -> Vec<u8> {
    let mut behind = at + 2 + 12 * entries.len() as u32 + 4;
    let mut directory = (entries.len() as u16).to_le_bytes().to_vec();
    let mut heap = Vec::new();
    for (tag, kind, count, value) in entries {
        directory.extend(tag.to_le_bytes());
        directory.extend(kind.to_le_bytes());
        directory.extend(count.to_le_bytes());
        let mut value = value.clone();
        if value.len() <= 4 {
            value.resize(4, 0);
            directory.extend(value);
            continue;
        }
        directory.extend(behind.to_le_bytes());
        behind += value.len() as u32;
        heap.extend(value);
    }
    directory.extend([0; 4]);
    directory.extend(heap);
    directory
}

/// Notes (Exif 2.32, section 4.6): the picture's own, the camera's, and those of the place.
fn notes() -> Vec<u8> {
    let camera = [
        (0x9000, 7, 4, b"0221".to_vec()),
        ratios(0x920a, &[(83, 20)]),
    ];
    let place = [
        text(1, "N"),
        ratios(2, &[(40, 1), (0, 1), (5588, 100)]),
        text(3, "E"),
        ratios(4, &[(116, 1), (18, 1), (2000, 100)]),
        (5, 1, 1, vec![0]),
        ratios(6, &[(4390, 100)]),
    ];
    let own = |camera: u32, place: u32| {
        [
            text(0x010f, "Example Works"),
            text(0x0110, "Model 7"),
            // The picture's first row is on the right, its first column on top.
            (0x0112, 3, 1, vec![6, 0]),
            text(0x0132, "2014:12:10 17:20:31"),
            (0x8769, 4, 1, camera.to_le_bytes().to_vec()),
            (0x8825, 4, 1, place.to_le_bytes().to_vec()),
        ]
    };
    let begin = 8;
    let camera_at = begin + directory(&own(0, 0), begin).len() as u32;
    let camera = directory(&camera, camera_at);
    let place_at = camera_at + camera.len() as u32;
    let mut notes = b"II*\0\x08\0\0\0".to_vec();
    notes.extend(directory(&own(camera_at, place_at), begin));
    notes.extend(camera);
    notes.extend(directory(&place, place_at));
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

/// Ratios as they are noted, and none of it for what was made of the picture.
async fn where_it_was_taken_is_told(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    bench.by_hand("PUT", &bucket, "k", &[], photo()?).await?;
    let info = process(bench, "k", "info").await?.json();
    let made = process(bench, "k", "rotate:a_180|info").await?.json();
    for (name, expected) in [
        ("exifversion", "Exif Version 2.21"),
        ("focallength", "83/20"),
        ("gpslatituderef", "N"),
        ("gpslatitude", "40/1 0/1 5588/100"),
        ("gpslongituderef", "E"),
        ("gpslongitude", "116/1 18/1 2000/100"),
        ("gpsaltituderef", "Sea level"),
        ("gpsaltitude", "4390/100"),
    ] {
        report.equal(name, &info[name].as_str(), &Some(expected));
        let what = format!("{name} of what was made of it");
        report.equal(&what, &made[name].as_str(), &None);
    }
    report.equal(
        "the orientation of what was made of it",
        &made["orientation"],
        &json!(0),
    );
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
