//! What becomes of pictures: made here of a few pixels, and read back by a library.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use crate::behaviour::{Behaviour, Bench, Done, Problem};
use crate::expected;
use crate::report::Report;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 3] = [
    behaviour!("image", a_piece_is_cut_out),
    behaviour!("image", turning_goes_clockwise),
    behaviour!("image", sizes_are_changed),
];

pub(super) fn file(picture: &DynamicImage, format: ImageFormat) -> Result<Vec<u8>, Problem> {
    let mut file = Cursor::new(Vec::new());
    let written = picture.write_to(&mut file, format);
    written.map_err(|error| Problem::Fail(format!("making a picture: {error}")))?;
    Ok(file.into_inner())
}

pub(super) fn png(
    width: u32,
    height: u32,
    pixel: impl Fn(u32, u32) -> [u8; 3],
) -> Result<Vec<u8>, Problem> {
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb(pixel(x, y)));
    file(&DynamicImage::ImageRgb8(picture), ImageFormat::Png)
}

/// Each pixel of it tells where it was.
pub(super) fn map(width: u32, height: u32) -> Result<Vec<u8>, Problem> {
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
pub(super) fn pixels(report: &mut Report, what: &str, got: &Received) -> Option<RgbImage> {
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
pub(super) fn is_of(report: &mut Report, what: &str, got: &Received, expected: &[Vec<(u32, u32)>]) {
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
pub(super) fn piece(left: u32, top: u32, width: u32, height: u32) -> Vec<Vec<(u32, u32)>> {
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
        ("crop:w_3,h_3,g_6", piece(3, 0, 3, 3)),
        ("crop:w_3,h_3,g_8", piece(3, 1, 3, 3)),
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
