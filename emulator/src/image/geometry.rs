//! Crop, rotate and resize.

use image::imageops::{self, FilterType};
use image::{DynamicImage, GenericImageView as _};

use super::action::{Crop, Mode, Place, Resize, wrong};
use super::codec::check_size;
use crate::error::ApiError;

/// Cuts a piece out. What would lie outside of the picture is left away.
pub(super) fn crop(pixels: &DynamicImage, crop: &Crop) -> Result<DynamicImage, ApiError> {
    let (full_width, full_height) = pixels.dimensions();
    if let Place::Corner { left, top } = crop.place {
        if left >= full_width || top >= full_height {
            return Err(wrong(format!(
                "crop: `l` and `t` begin outside of the picture of {full_width} x {full_height} pixels"
            )));
        }
        let width = crop.width.unwrap_or(full_width).min(full_width - left);
        let height = crop.height.unwrap_or(full_height).min(full_height - top);
        return Ok(pixels.crop_imm(left, top, width, height));
    }
    let width = crop.width.unwrap_or(full_width).min(full_width);
    let height = crop.height.unwrap_or(full_height).min(full_height);
    let (left, top) = match crop.place {
        Place::Gravity { across, down } => (
            (full_width - width) / 2 * across + (full_width - width) % 2 * (across / 2),
            (full_height - height) / 2 * down + (full_height - height) % 2 * (down / 2),
        ),
        _ => busiest(pixels, width, height),
    };
    Ok(pixels.crop_imm(left, top, width, height))
}

/// Where a window of this size sees most detail: the greatest sum of differences between neighbouring pixels. Of equals,
/// the one that is closest to the middle.
fn busiest(pixels: &DynamicImage, width: u32, height: u32) -> (u32, u32) {
    let luma = pixels.to_luma8();
    let (full_width, full_height) = luma.dimensions();
    let at = |x: u32, y: u32| i64::from(luma.get_pixel(x, y).0[0]);
    let detail = |x: u32, y: u32| -> u64 {
        let (right, below) = ((x + 1).min(full_width - 1), (y + 1).min(full_height - 1));
        let neighbours = [
            (x.saturating_sub(1), y),
            (right, y),
            (x, y.saturating_sub(1)),
            (x, below),
        ];
        neighbours
            .iter()
            .map(|(to_x, to_y)| at(x, y).abs_diff(at(*to_x, *to_y)))
            .sum()
    };
    // First the columns, then within the best of them the rows: two sums of one dimension.
    let columns: Vec<u64> = (0..full_width)
        .map(|x| (0..full_height).map(|y| detail(x, y)).sum())
        .collect();
    let left = best_window(&columns, width);
    let rows: Vec<u64> = (0..full_height)
        .map(|y| (left..left + width).map(|x| detail(x, y)).sum())
        .collect();
    (left, best_window(&rows, height))
}

fn best_window(values: &[u64], length: u32) -> u32 {
    let room = (values.len() as u32).saturating_sub(length);
    let mut sum: u64 = values.iter().take(length as usize).sum();
    let mut best = (sum, room.div_ceil(2), 0);
    for start in 1..=room {
        let (enters, leaves) = ((start + length - 1) as usize, (start - 1) as usize);
        sum = sum + values[enters] - values[leaves];
        let from_middle = (room / 2).abs_diff(start);
        if sum > best.0 || sum == best.0 && from_middle < best.1 {
            best = (sum, from_middle, start);
        }
    }
    best.2
}

/// Turns clockwise.
pub(super) fn rotate(pixels: &DynamicImage, degrees: u16) -> DynamicImage {
    match degrees {
        90 => pixels.rotate90(),
        180 => pixels.rotate180(),
        270 => pixels.rotate270(),
        _ => pixels.clone(),
    }
}

/// Makes the picture larger or smaller.
pub(super) fn resize(pixels: &DynamicImage, resize: &Resize) -> Result<DynamicImage, ApiError> {
    let (width, height) = pixels.dimensions();
    let (target_width, target_height) = match (resize.width, resize.height) {
        (Some(w), Some(h)) => (w, h),
        (Some(w), None) => (w, proportional(height, w, width)),
        (None, Some(h)) => (proportional(width, h, height), h),
        (None, None) => (width, height),
    };
    check_size(target_width, target_height)?;
    let one_side = resize.width.is_none() || resize.height.is_none();
    if one_side || resize.mode == Mode::Force {
        return Ok(pixels.resize_exact(target_width, target_height, FilterType::Lanczos3));
    }
    let (inner_width, inner_height) = fitting((width, height), (target_width, target_height));
    let scaled = pixels.resize_exact(inner_width, inner_height, FilterType::Lanczos3);
    if resize.mode == Mode::Thumbnail
        || (inner_width, inner_height) == (target_width, target_height)
    {
        return Ok(scaled);
    }
    // Zero is black, and transparent where there is transparency.
    let mut padded = DynamicImage::new(target_width, target_height, scaled.color());
    let left = i64::from((target_width - inner_width) / 2);
    let top = i64::from((target_height - inner_height) / 2);
    place(&mut padded, &scaled, left, top);
    Ok(padded)
}

/// Copies pixels of the same kind, without blending.
fn place(target: &mut DynamicImage, source: &DynamicImage, left: i64, top: i64) {
    use DynamicImage as D;
    match (target, source) {
        (D::ImageLuma8(a), D::ImageLuma8(b)) => imageops::replace(a, b, left, top),
        (D::ImageLumaA8(a), D::ImageLumaA8(b)) => imageops::replace(a, b, left, top),
        (D::ImageRgb8(a), D::ImageRgb8(b)) => imageops::replace(a, b, left, top),
        (D::ImageRgba8(a), D::ImageRgba8(b)) => imageops::replace(a, b, left, top),
        (D::ImageLuma16(a), D::ImageLuma16(b)) => imageops::replace(a, b, left, top),
        (D::ImageLumaA16(a), D::ImageLumaA16(b)) => imageops::replace(a, b, left, top),
        (D::ImageRgb16(a), D::ImageRgb16(b)) => imageops::replace(a, b, left, top),
        (D::ImageRgba16(a), D::ImageRgba16(b)) => imageops::replace(a, b, left, top),
        (D::ImageRgb32F(a), D::ImageRgb32F(b)) => imageops::replace(a, b, left, top),
        (D::ImageRgba32F(a), D::ImageRgba32F(b)) => imageops::replace(a, b, left, top),
        // Both are of one kind; any other pair goes through eight bits.
        (target, source) => imageops::replace(target, &source.to_rgba8(), left, top),
    }
}

/// The largest size of these proportions within a box.
fn fitting((width, height): (u32, u32), (box_width, box_height): (u32, u32)) -> (u32, u32) {
    let by_width =
        u64::from(box_width) * u64::from(height) <= u64::from(box_height) * u64::from(width);
    if by_width {
        (
            box_width,
            proportional(height, box_width, width).min(box_height),
        )
    } else {
        (
            proportional(width, box_height, height).min(box_width),
            box_height,
        )
    }
}

/// `value * new / old`, rounded, and at least 1.
fn proportional(value: u32, new: u32, old: u32) -> u32 {
    let (value, new, old) = (u64::from(value), u64::from(new), u64::from(old.max(1)));
    u32::try_from((value * new + old / 2) / old)
        .unwrap_or(u32::MAX)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_their_proportions() {
        assert_eq!(fitting((400, 200), (100, 100)), (100, 50));
        assert_eq!(fitting((200, 400), (100, 100)), (50, 100));
        assert_eq!(fitting((3, 2), (300, 400)), (300, 200));
        assert_eq!(fitting((1000, 1), (10, 10)), (10, 1));
        assert_eq!(proportional(u32::MAX, u32::MAX, 1), u32::MAX);
    }

    #[test]
    fn the_busiest_window_is_found_and_ties_go_to_the_middle() {
        assert_eq!(best_window(&[0, 0, 9, 9, 0], 2), 2);
        assert_eq!(best_window(&[1, 1, 1, 1, 1], 1), 2);
        assert_eq!(best_window(&[1, 2, 3], 3), 0);
    }
}
