//! Text and pictures over a picture.

use std::sync::LazyLock;

use ab_glyph::{Font as _, FontRef, InvalidFont, PxScale, ScaleFont as _};
use image::{DynamicImage, GenericImageView as _, Rgba, RgbaImage};

use super::action::{PictureMark, TextMark, wrong};
use crate::error::{ApiError, code};

/// DejaVu Sans: Latin, Greek, Cyrillic, Arabic, Hebrew and more, but no Chinese. What it lacks is drawn as a box.
static FONT: LazyLock<Result<FontRef<'static>, InvalidFont>> =
    LazyLock::new(|| FontRef::try_from_slice(include_bytes!("../../assets/DejaVuSans.ttf")));

/// Larger letters are refused, in twentieths of a point.
const MAX_SIZE: u32 = 20_000;

/// Writes a text all over the picture, again and again, with a sixth of the picture's width between two copies.
pub(super) fn text(pixels: &DynamicImage, mark: &TextMark) -> Result<DynamicImage, ApiError> {
    if mark.size > MAX_SIZE {
        return Err(wrong(format!("watermark: `d`: more than {MAX_SIZE}")));
    }
    let font = FONT
        .as_ref()
        .map_err(|_| ApiError::new(code::INTERNAL_ERROR, "The font cannot be read"))?;
    // A point is a 72nd of an inch, and an inch has 96 pixels.
    let points = mark.size as f32 / 20.0;
    let scale = font.pt_to_px_scale(points).unwrap_or(PxScale::from(points));
    let limits = pixels.dimensions();
    let stencil = Stencil::of(font, scale, &mark.text, limits);
    let mut target = pixels.to_rgba8();
    let gap = (limits.0 / 6).max(1);
    let (step_x, step_y) = (stencil.width + gap, stencil.height + gap);
    for (x, y, pixel) in target.enumerate_pixels_mut() {
        let strength = stencil.at(x % step_x, y % step_y) * mark.opacity;
        if strength > 0.0 {
            blend(pixel, mark.colour, strength);
        }
    }
    Ok(like(pixels, target))
}

/// How much of each pixel a text covers.
struct Stencil {
    width: u32,
    height: u32,
    coverage: Vec<f32>,
}

impl Stencil {
    /// Draws one line; what does not fit into the limits is cut off.
    fn of(font: &FontRef<'_>, scale: PxScale, text: &str, limits: (u32, u32)) -> Stencil {
        let scaled = font.as_scaled(scale);
        let mut glyphs = Vec::new();
        let (mut right, mut before) = (0.0_f32, None);
        for letter in text.chars().filter(|letter| !letter.is_control()) {
            let id = scaled.glyph_id(letter);
            if let Some(before) = before {
                right += scaled.kern(before, id);
            }
            glyphs.push(id.with_scale_and_position(scale, ab_glyph::point(right, scaled.ascent())));
            right += scaled.h_advance(id);
            before = Some(id);
            if right > limits.0 as f32 {
                break;
            }
        }
        let width = (right.ceil() as u32).clamp(1, limits.0.max(1));
        let height = ((scaled.ascent() - scaled.descent()).ceil() as u32).clamp(1, limits.1.max(1));
        let mut stencil = Stencil {
            width,
            height,
            coverage: vec![0.0; width as usize * height as usize],
        };
        for glyph in glyphs {
            if let Some(outline) = font.outline_glyph(glyph) {
                let bounds = outline.px_bounds();
                outline.draw(|x, y, coverage| {
                    let (x, y) = (bounds.min.x + x as f32, bounds.min.y + y as f32);
                    stencil.cover(x, y, coverage);
                });
            }
        }
        stencil
    }

    fn cover(&mut self, x: f32, y: f32, coverage: f32) {
        if x < 0.0 || y < 0.0 || x >= self.width as f32 || y >= self.height as f32 {
            return;
        }
        let at = y as usize * self.width as usize + x as usize;
        if let Some(old) = self.coverage.get_mut(at) {
            *old = (*old + coverage).min(1.0);
        }
    }

    fn at(&self, x: u32, y: u32) -> f32 {
        if x >= self.width || y >= self.height {
            return 0.0;
        }
        let at = y as usize * self.width as usize + x as usize;
        self.coverage.get(at).copied().unwrap_or(0.0)
    }
}

/// Lays a picture over the other. What does not fit is cut off.
pub(super) fn picture(
    pixels: &DynamicImage,
    over: &DynamicImage,
    mark: &PictureMark,
) -> DynamicImage {
    let mut target = pixels.to_rgba8();
    let over = over.to_rgba8();
    for (x, y, pixel) in over.enumerate_pixels() {
        let (Some(x), Some(y)) = (mark.left.checked_add(x), mark.top.checked_add(y)) else {
            continue;
        };
        if let Some(below) = target.get_pixel_mut_checked(x, y) {
            let [red, green, blue, alpha] = pixel.0;
            let strength = f32::from(alpha) / 255.0 * mark.opacity;
            blend(below, [red, green, blue], strength);
        }
    }
    like(pixels, target)
}

/// Source over destination.
fn blend(below: &mut Rgba<u8>, colour: [u8; 3], strength: f32) {
    let old = f32::from(below.0[3]) / 255.0;
    let alpha = strength + old * (1.0 - strength);
    if alpha <= 0.0 {
        return;
    }
    for (value, new) in below.0.iter_mut().zip(colour) {
        let mixed =
            (f32::from(new) * strength + f32::from(*value) * old * (1.0 - strength)) / alpha;
        *value = mixed.round().clamp(0.0, 255.0) as u8;
    }
    below.0[3] = (alpha * 255.0).round().clamp(0.0, 255.0) as u8;
}

/// With transparency only where there was some before.
fn like(pixels: &DynamicImage, result: RgbaImage) -> DynamicImage {
    let result = DynamicImage::ImageRgba8(result);
    if pixels.color().has_alpha() {
        result
    } else {
        DynamicImage::ImageRgb8(result.into_rgb8())
    }
}
