//! `info`: what a picture is like, and what the camera has noted.

use std::io::{BufReader, Cursor};

use exif::{Exif, In, Rational, Tag, Value};
use serde_json::{Map, Value as Json, json};

use super::codec::{self, Format, Picture};
use crate::error::ApiError;

/// Of a stored file.
pub(super) fn of_file(data: &[u8], format: Format) -> Result<Json, ApiError> {
    let head = codec::head(data, format)?;
    let notes = notes(data);
    let orientation = notes
        .as_ref()
        .and_then(|exif| exif.get_field(Tag::Orientation, In::PRIMARY))
        .and_then(|field| field.value.get_uint(0))
        .filter(|orientation| (1..=8).contains(orientation));
    let mut info = base(head.width, head.height, head.alpha, head.space, format);
    info.insert("orientation".to_owned(), json!(orientation.unwrap_or(0)));
    if let Some(exif) = notes {
        describe(&exif, &mut info);
    }
    Ok(Json::Object(info))
}

/// Of what the actions before have made: it has no camera's notes.
pub(super) fn of_result(picture: &Picture, format: Format) -> Json {
    let pixels = &picture.pixels;
    let alpha = pixels.color().has_alpha();
    let space = codec::space_of(pixels);
    Json::Object(base(pixels.width(), pixels.height(), alpha, space, format))
}

fn base(width: u32, height: u32, alpha: bool, space: &str, format: Format) -> Map<String, Json> {
    let mut info = Map::new();
    info.insert("width".to_owned(), json!(width));
    info.insert("height".to_owned(), json!(height));
    info.insert("orientation".to_owned(), json!(0));
    info.insert("alpha".to_owned(), json!(alpha));
    info.insert("type".to_owned(), json!(format.name()));
    info.insert("space".to_owned(), json!(space));
    info
}

fn notes(data: &[u8]) -> Option<Exif> {
    let mut reader = exif::Reader::new();
    reader.continue_on_error(true);
    let read = reader.read_from_container(&mut BufReader::new(Cursor::new(data)));
    match read {
        Ok(exif) => Some(exif),
        Err(error) => error.distill_partial_result(|_| {}).ok(),
    }
}

/// Written as the service writes them: `83/20`, `40/1 0/1 5588/100`, `Exif Version 2.21`.
fn describe(exif: &Exif, info: &mut Map<String, Json>) {
    for (name, tag) in [
        ("make", Tag::Make),
        ("model", Tag::Model),
        ("datetime", Tag::DateTime),
        ("exifversion", Tag::ExifVersion),
        ("focallength", Tag::FocalLength),
        ("gpslatituderef", Tag::GPSLatitudeRef),
        ("gpslatitude", Tag::GPSLatitude),
        ("gpslongituderef", Tag::GPSLongitudeRef),
        ("gpslongitude", Tag::GPSLongitude),
        ("gpsaltituderef", Tag::GPSAltitudeRef),
        ("gpsaltitude", Tag::GPSAltitude),
    ] {
        let Some(field) = exif.get_field(tag, In::PRIMARY) else {
            continue;
        };
        let text = match (tag, &field.value) {
            (Tag::ExifVersion, Value::Undefined(digits, _)) => version(digits),
            (Tag::GPSAltitudeRef, value) => match value.get_uint(0) {
                Some(0) => Some("Sea level".to_owned()),
                Some(1) => Some("Sea level reference".to_owned()),
                _ => None,
            },
            (_, value) => plain(value),
        };
        if let Some(text) = text {
            info.insert(name.to_owned(), json!(text));
        }
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Ascii(lines) => {
            let text = String::from_utf8_lossy(lines.first()?).into_owned();
            Some(text.trim_end_matches(['\0', ' ']).to_owned())
        }
        Value::Rational(numbers) => {
            let numbers: Vec<String> = numbers
                .iter()
                .map(|Rational { num, denom }| format!("{num}/{denom}"))
                .collect();
            Some(numbers.join(" "))
        }
        _ => None,
    }
}

/// `0221` is 2.21, `0230` is 2.3.
fn version(digits: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(digits).ok()?;
    let number: u32 = text.parse().ok().filter(|_| text.len() == 4)?;
    let (major, minor) = (number / 100, number % 100);
    Some(if minor % 10 == 0 {
        format!("Exif Version {major}.{}", minor / 10)
    } else {
        format!("Exif Version {major}.{minor:02}")
    })
}
