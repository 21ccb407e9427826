//! Pictures as files: which format it is, reading with limits, writing.

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::tiff::TiffEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{
    ColorType, DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageError,
    ImageFormat, ImageReader, Limits, Rgb, RgbImage,
};

use super::action::wrong;
use crate::error::{ApiError, code};

/// A picture has at most so many pixels before and after each action: a small file can claim to be huge.
pub(super) const MAX_PIXELS: u64 = 64 << 20;

/// What decoding may take besides, in bytes.
const MAX_MEMORY: u64 = 640 << 20;

/// The format of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Jpeg,
    Png,
    Webp,
    Tiff,
    Gif,
    /// Known to the service, not readable here.
    Svg,
    /// Known to the service, not readable here.
    Pdf,
}

impl Format {
    /// A format that can be converted to.
    pub(crate) fn target(name: &str) -> Option<Format> {
        [Format::Jpeg, Format::Png, Format::Webp, Format::Tiff]
            .into_iter()
            .find(|format| format.name() == name)
    }

    /// What a file is, by its content.
    pub(crate) fn of(data: &[u8]) -> Result<Format, ApiError> {
        match image::guess_format(data) {
            Ok(ImageFormat::Jpeg) => return Ok(Format::Jpeg),
            Ok(ImageFormat::Png) => return Ok(Format::Png),
            Ok(ImageFormat::WebP) => return Ok(Format::Webp),
            Ok(ImageFormat::Tiff) => return Ok(Format::Tiff),
            Ok(ImageFormat::Gif) => return Ok(Format::Gif),
            _ => {}
        }
        let start = &data[..data.len().min(4096)];
        if start.starts_with(b"%PDF-") {
            return Ok(Format::Pdf);
        }
        let text = start.trim_ascii_start();
        if text.first() == Some(&b'<') && text.windows(4).any(|window| window == b"<svg") {
            return Ok(Format::Svg);
        }
        Err(ApiError::new(
            code::INVALID_REQUEST,
            "The object is not a JPEG, PNG, WebP, TIFF, GIF, SVG or PDF",
        ))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Format::Jpeg => "jpeg",
            Format::Png => "png",
            Format::Webp => "webp",
            Format::Tiff => "tiff",
            Format::Gif => "gif",
            Format::Svg => "svg",
            Format::Pdf => "pdf",
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Format::Jpeg => "image/jpeg",
            Format::Png => "image/png",
            Format::Webp => "image/webp",
            Format::Tiff => "image/tiff",
            Format::Gif => "image/gif",
            Format::Svg => "image/svg+xml",
            Format::Pdf => "application/pdf",
        }
    }

    /// The longest side that a file of this format can have, in pixels.
    fn longest_side(self) -> u32 {
        match self {
            Format::Webp => 16_383,
            Format::Png => i32::MAX as u32,
            _ => 65_535,
        }
    }

    fn codec(self) -> Result<ImageFormat, ApiError> {
        match self {
            Format::Jpeg => Ok(ImageFormat::Jpeg),
            Format::Png => Ok(ImageFormat::Png),
            Format::Webp => Ok(ImageFormat::WebP),
            Format::Tiff => Ok(ImageFormat::Tiff),
            Format::Gif => Ok(ImageFormat::Gif),
            Format::Svg | Format::Pdf => Err(ApiError::new(
                code::NOT_IMPLEMENTED,
                format!("This server cannot read {} pictures", self.name()),
            )),
        }
    }
}

/// A decoded picture; of an animation the first frame.
pub(super) struct Picture {
    pub(super) pixels: DynamicImage,
    /// The colour profile, which goes on to the result.
    pub(super) profile: Option<Vec<u8>>,
}

/// What a file's head says.
pub(super) struct Head {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) alpha: bool,
    pub(super) space: &'static str,
}

/// Reads a file's head only.
pub(super) fn head(data: &[u8], format: Format) -> Result<Head, ApiError> {
    let decoder = decoder(data, format)?;
    let (width, height) = decoder.dimensions();
    Ok(Head {
        width,
        height,
        alpha: decoder.color_type().has_alpha(),
        space: space(decoder.original_color_type()),
    })
}

/// Reads a file. Its orientation is applied: what is made of it has no camera's notes to say it.
pub(super) fn decode(data: &[u8], format: Format) -> Result<Picture, ApiError> {
    let mut decoder = decoder(data, format)?;
    let profile = decoder.icc_profile().ok().flatten();
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut pixels = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    pixels.apply_orientation(orientation);
    Ok(Picture { pixels, profile })
}

fn decoder(data: &[u8], format: Format) -> Result<impl ImageDecoder + '_, ApiError> {
    let mut reader = ImageReader::with_format(Cursor::new(data), format.codec()?);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    Ok(decoder)
}

/// Refuses pictures without pixels and with too many.
pub(super) fn check_size(width: u32, height: u32) -> Result<(), ApiError> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > MAX_PIXELS {
        return Err(wrong(format!(
            "a picture of {width} x {height} pixels; this server processes at most {MAX_PIXELS} pixels"
        )));
    }
    Ok(())
}

fn unreadable(error: ImageError) -> ApiError {
    if matches!(error, ImageError::Limits(_)) {
        return wrong("the picture needs more memory than this server gives");
    }
    ApiError::new(
        code::INVALID_REQUEST,
        format!("The picture cannot be read: {error}"),
    )
}

fn space(colour: ExtendedColorType) -> &'static str {
    match colour {
        ExtendedColorType::L1
        | ExtendedColorType::L2
        | ExtendedColorType::L4
        | ExtendedColorType::L8
        | ExtendedColorType::La1
        | ExtendedColorType::La2
        | ExtendedColorType::La4
        | ExtendedColorType::La8 => "b-w",
        ExtendedColorType::L16 | ExtendedColorType::La16 => "grey16",
        ExtendedColorType::Rgb16 | ExtendedColorType::Rgba16 => "rgb16",
        ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16 => "cmyk",
        _ => "srgb",
    }
}

/// The colour space of decoded pixels.
pub(super) fn space_of(pixels: &DynamicImage) -> &'static str {
    space(pixels.color().into())
}

/// Writes a file.
pub(super) fn encode(picture: &Picture, format: Format) -> Result<Vec<u8>, ApiError> {
    let pixels = &picture.pixels;
    let side = pixels.width().max(pixels.height());
    if side > format.longest_side() {
        return Err(wrong(format!(
            "format: a {} has at most {} pixels to a side, not {side}",
            format.name(),
            format.longest_side()
        )));
    }
    let mut file = Cursor::new(Vec::new());
    let profile = picture.profile.as_deref();
    let written = match format {
        Format::Jpeg => write(
            JpegEncoder::new_with_quality(&mut file, 75),
            &opaque(pixels),
            profile,
        ),
        Format::Png => write(PngEncoder::new(&mut file), pixels, profile),
        Format::Webp => write(
            WebPEncoder::new_lossless(&mut file),
            &eight_bits(pixels),
            profile,
        ),
        Format::Tiff => write(TiffEncoder::new(&mut file), pixels, profile),
        Format::Gif => {
            let rgba = pixels.to_rgba8();
            GifEncoder::new(&mut file).encode(
                &rgba,
                rgba.width(),
                rgba.height(),
                ColorType::Rgba8.into(),
            )
        }
        Format::Svg | Format::Pdf => {
            return Err(format.codec().err().unwrap_or_else(|| wrong("format")));
        }
    };
    written.map_err(|error| {
        ApiError::new(
            code::INTERNAL_ERROR,
            format!("The picture cannot be written: {error}"),
        )
    })?;
    Ok(file.into_inner())
}

fn write(
    mut encoder: impl ImageEncoder,
    pixels: &DynamicImage,
    profile: Option<&[u8]>,
) -> Result<(), ImageError> {
    if let Some(profile) = profile {
        // Not every format has a place for it; the pixels count.
        let _ = encoder.set_icc_profile(profile.to_vec());
    }
    pixels.write_with_encoder(encoder)
}

/// JPEG has no transparency: what shines through becomes black.
fn opaque(pixels: &DynamicImage) -> DynamicImage {
    if !pixels.color().has_alpha() {
        return match pixels.color() {
            ColorType::L8 | ColorType::L16 => DynamicImage::ImageLuma8(pixels.to_luma8()),
            _ => DynamicImage::ImageRgb8(pixels.to_rgb8()),
        };
    }
    let rgba = pixels.to_rgba8();
    DynamicImage::ImageRgb8(RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [red, green, blue, alpha] = rgba.get_pixel(x, y).0;
        let over = |value: u8| ((u16::from(value) * u16::from(alpha) + 127) / 255) as u8;
        Rgb([over(red), over(green), over(blue)])
    }))
}

fn eight_bits(pixels: &DynamicImage) -> DynamicImage {
    if pixels.color().has_alpha() {
        DynamicImage::ImageRgba8(pixels.to_rgba8())
    } else {
        DynamicImage::ImageRgb8(pixels.to_rgb8())
    }
}
