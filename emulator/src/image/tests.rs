//! Pictures of a few pixels, written and read by hand: TIFF files whose bytes are laid down here, uncompressed.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{Action, Outcome, parse, process};
use crate::error::ApiError;

/// An entry of a TIFF directory: tag, type, count, and the value or the bytes it points to.
enum Entry {
    Short(u16, u16),
    Long(u16, u32),
    Bytes(u16, u16, u32, Vec<u8>),
}

/// A TIFF file of 8-bit samples, rows from the top.
fn tiff_with(width: u16, height: u16, samples: u16, pixels: &[u8], more: Vec<Entry>) -> Bytes {
    assert_eq!(
        pixels.len(),
        usize::from(width) * usize::from(height) * usize::from(samples)
    );
    let photometric = if samples >= 3 { 2 } else { 1 };
    let mut entries = vec![
        Entry::Short(256, width),
        Entry::Short(257, height),
        Entry::Bytes(258, 3, samples.into(), [8, 0].repeat(samples.into())),
        Entry::Short(259, 1),
        Entry::Short(262, photometric),
        Entry::Long(273, 8),
        Entry::Short(277, samples),
        Entry::Short(278, height),
        Entry::Long(279, pixels.len() as u32),
    ];
    if samples == 4 {
        entries.push(Entry::Short(338, 2));
    }
    entries.extend(more);
    entries.sort_by_key(|entry| match entry {
        Entry::Short(tag, _) | Entry::Long(tag, _) | Entry::Bytes(tag, ..) => *tag,
    });
    let mut pixels = pixels.to_vec();
    if pixels.len() % 2 == 1 {
        pixels.push(0);
    }
    let directory = 8 + pixels.len() as u32;
    let mut file = b"II*\0".to_vec();
    file.extend(directory.to_le_bytes());
    file.extend(&pixels);
    file.extend((entries.len() as u16).to_le_bytes());
    let mut heap_at = directory + 2 + 12 * entries.len() as u32 + 4;
    let mut heap = Vec::new();
    for entry in entries {
        let (tag, kind, count, bytes) = match entry {
            Entry::Short(tag, value) => (tag, 3, 1, value.to_le_bytes().to_vec()),
            Entry::Long(tag, value) => (tag, 4, 1, value.to_le_bytes().to_vec()),
            Entry::Bytes(tag, kind, count, bytes) => (tag, kind, count, bytes),
        };
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(count.to_le_bytes());
        if bytes.len() <= 4 {
            file.extend([bytes, vec![0; 4]].concat().iter().take(4));
        } else {
            file.extend(heap_at.to_le_bytes());
            heap_at += bytes.len() as u32;
            heap.extend(bytes);
        }
    }
    file.extend(0_u32.to_le_bytes());
    file.extend(heap);
    Bytes::from(file)
}

fn tiff(width: u16, height: u16, pixels: &[[u8; 3]]) -> Bytes {
    tiff_with(width, height, 3, pixels.as_flattened(), Vec::new())
}

/// Width, height and samples of an uncompressed TIFF in little endian, read without the library under test.
fn read(file: &[u8]) -> (u32, u32, Vec<u8>) {
    assert_eq!(&file[..4], b"II*\0");
    let long = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().expect("4 bytes"));
    let short = |at: usize| u16::from_le_bytes(file[at..at + 2].try_into().expect("2 bytes"));
    let start = long(4) as usize;
    let tag = |wanted: u16| {
        let entries = (0..usize::from(short(start))).map(|number| start + 2 + 12 * number);
        let found = entries
            .clone()
            .find(|at| short(*at) == wanted)
            .expect("the tag");
        (short(found + 2), long(found + 4) as usize, found + 8)
    };
    let values = |wanted: u16| -> Vec<u32> {
        let (kind, count, at) = tag(wanted);
        let size = if kind == 3 { 2 } else { 4 };
        let at = if size * count > 4 {
            long(at) as usize
        } else {
            at
        };
        let value = |number: usize| match size {
            2 => u32::from(short(at + 2 * number)),
            _ => long(at + 4 * number),
        };
        (0..count).map(value).collect()
    };
    assert_eq!(values(259), [1], "uncompressed");
    let mut samples = Vec::new();
    for (offset, length) in values(273).into_iter().zip(values(279)) {
        samples.extend(&file[offset as usize..(offset + length) as usize]);
    }
    (values(256)[0], values(257)[0], samples)
}

fn run(source: &Bytes, action: &str) -> Result<Outcome, ApiError> {
    process(source.clone(), &parse(action)?, &[])
}

/// The pixels after some actions.
fn pixels(source: &Bytes, action: &str) -> (u32, u32, Vec<[u8; 3]>) {
    let outcome = run(source, action).expect(action);
    assert_eq!(outcome.content_type, "image/tiff");
    let (width, height, samples) = read(&outcome.body);
    let (pixels, rest) = samples.as_chunks::<3>();
    assert!(rest.is_empty());
    (width, height, pixels.to_vec())
}

fn info(source: &Bytes, action: &str) -> Value {
    let outcome = run(source, action).expect(action);
    assert_eq!(outcome.content_type, "application/json");
    serde_json::from_slice(&outcome.body).expect("JSON")
}

const R: [u8; 3] = [255, 0, 0];
const G: [u8; 3] = [0, 255, 0];
const B: [u8; 3] = [0, 0, 255];
const W: [u8; 3] = [255, 255, 255];
const K: [u8; 3] = [0, 0, 0];
const Y: [u8; 3] = [255, 255, 0];

/// ```text
/// R G B
/// W K Y
/// ```
fn flag() -> Bytes {
    tiff(3, 2, &[R, G, B, W, K, Y])
}

#[test]
fn pictures_are_turned_clockwise() {
    assert_eq!(
        pixels(&flag(), "rotate:a_90"),
        (2, 3, vec![W, R, K, G, Y, B])
    );
    assert_eq!(
        pixels(&flag(), "rotate:a_180"),
        (3, 2, vec![Y, K, W, B, G, R])
    );
    assert_eq!(
        pixels(&flag(), "rotate:a_270"),
        (2, 3, vec![B, Y, G, K, R, W])
    );
    assert_eq!(
        pixels(&flag(), "rotate:a_0"),
        (3, 2, vec![R, G, B, W, K, Y])
    );
    assert_eq!(
        pixels(&flag(), "rotate:a_90|rotate:a_90|rotate:a_180"),
        (3, 2, vec![R, G, B, W, K, Y])
    );
}

#[test]
fn pieces_are_cut_where_the_request_says() {
    for (action, width, height, expected) in [
        ("crop:w_1,h_1,g_0", 1, 1, vec![G]),
        ("crop:w_1,h_1,g_1", 1, 1, vec![G]),
        ("crop:w_1,h_1,g_2", 1, 1, vec![B]),
        ("crop:w_1,h_1,g_3", 1, 1, vec![K]),
        ("crop:w_1,h_1,g_4", 1, 1, vec![R]),
        ("crop:w_1,h_1,g_5", 1, 1, vec![R]),
        ("crop:w_1,h_1,g_6", 1, 1, vec![B]),
        ("crop:w_1,h_1,g_7", 1, 1, vec![W]),
        ("crop:w_1,h_1,g_8", 1, 1, vec![Y]),
        ("crop:w_2,g_2", 2, 2, vec![G, B, K, Y]),
        ("crop:h_1,g_3", 3, 1, vec![W, K, Y]),
        ("crop:l_1", 2, 2, vec![G, B, K, Y]),
        ("crop:l_1,t_1", 2, 1, vec![K, Y]),
        ("crop:w_1,h_2,l_2,t_0", 1, 2, vec![B, Y]),
        ("crop:w_900,h_900,l_2,t_1", 1, 1, vec![Y]),
        ("crop:w_900,h_900", 3, 2, vec![R, G, B, W, K, Y]),
        ("crop", 3, 2, vec![R, G, B, W, K, Y]),
    ] {
        assert_eq!(
            pixels(&flag(), action),
            (width, height, expected),
            "{action}"
        );
    }
    for outside in ["crop:l_3", "crop:t_2", "crop:l_4000000000,t_0"] {
        assert_eq!(
            run(&flag(), outside).expect_err(outside).code,
            "invalid_argument"
        );
    }
}

#[test]
fn the_automatic_piece_is_where_something_is() {
    let mut dull = vec![K; 8 * 6];
    for (x, y) in [(6, 4), (7, 5)] {
        dull[y * 8 + x] = W;
    }
    let cut = pixels(&tiff(8, 6, &dull), "crop:w_2,h_2,g_9");
    assert_eq!(cut, (2, 2, vec![W, K, K, W]));
}

#[test]
fn sizes_follow_the_mode() {
    let red = tiff(4, 2, &[R; 8]);
    // Filled up: black above and below.
    let padded = [vec![K; 4], vec![R; 8], vec![K; 4]].concat();
    assert_eq!(pixels(&red, "resize:w_4,h_4,m_0"), (4, 4, padded.clone()));
    assert_eq!(pixels(&red, "resize:w_4,h_4"), (4, 4, padded));
    assert_eq!(pixels(&red, "resize:w_4,h_4,m_1"), (4, 4, vec![R; 16]));
    assert_eq!(pixels(&red, "resize:w_2,h_2,m_2"), (2, 1, vec![R; 2]));
    for mode in ["", ",m_0", ",m_1", ",m_2"] {
        assert_eq!(
            pixels(&red, &format!("resize:w_2{mode}")),
            (2, 1, vec![R; 2])
        );
        assert_eq!(
            pixels(&red, &format!("resize:h_4{mode}")),
            (8, 4, vec![R; 32])
        );
    }
    // Transparency stays, and what is filled up is transparent.
    let clear = tiff_with(2, 1, 4, &[9, 8, 7, 255, 9, 8, 7, 255], Vec::new());
    let outcome = run(&clear, "resize:w_2,h_3").expect("a picture");
    let expected = [[0; 8], [9, 8, 7, 255, 9, 8, 7, 255], [0; 8]].concat();
    assert_eq!(read(&outcome.body), (2, 3, expected));
}

/// The check sum of PNG.
fn crc(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| {
        if sum & 1 == 1 {
            sum >> 1 ^ 0xedb8_8320
        } else {
            sum >> 1
        }
    };
    !bytes
        .iter()
        .fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

#[test]
fn bombs_are_refused_before_they_are_decoded() {
    for action in [
        "resize:w_60000,h_60000",
        "resize:w_4000000000",
        "resize:w_1,h_4000000000,m_1",
    ] {
        assert_eq!(
            run(&flag(), action).expect_err(action).code,
            "invalid_argument"
        );
    }
    // 65535 times 65535 pixels in a PNG of a few dozen bytes.
    let png = run(&flag(), "format:t_png").expect("a PNG").body;
    let mut bomb = png.to_vec();
    bomb[16..24].copy_from_slice(&[0, 0, 255, 255, 0, 0, 255, 255]);
    let check = crc(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&check.to_be_bytes());
    let error = run(&Bytes::from(bomb), "rotate:a_90").expect_err("a bomb");
    assert_eq!(error.code, "invalid_argument");
    assert!(error.message.contains("65535 x 65535"), "{}", error.message);
    let large = Bytes::from(vec![b'x'; (10 << 20) + 1]);
    assert_eq!(
        run(&large, "info").expect_err("large").code,
        "invalid_argument"
    );
}

#[test]
fn a_picture_is_laid_over_with_its_opacity() {
    let ground = tiff(3, 2, &[K; 6]);
    let over = tiff(2, 2, &[W; 4]);
    let action =
        |more: &str| parse(&format!("watermark_image:u_aHR0cDovL2E{more}")).expect("actions");
    let laid = |more: &str| {
        let outcome = process(ground.clone(), &action(more), std::slice::from_ref(&over));
        read(&outcome.expect("a picture").body).2
    };
    // A quarter of 255 is 63.75.
    let q = [64; 3];
    assert_eq!(laid(""), [q, q, K, q, q, K].as_flattened());
    assert_eq!(laid(",l_2,t_1,p_1"), [K, K, K, K, K, W].as_flattened());
    assert_eq!(laid(",l_2,t_1,p_2"), [K, K, K, K, K, W].as_flattened());
    assert_eq!(laid(",l_4000000000"), [K; 6].as_flattened());
    let broken = process(
        ground.clone(),
        &action(""),
        &[Bytes::from_static(b"no picture")],
    );
    assert_eq!(broken.expect_err("no picture").code, "invalid_request");
}

#[test]
fn text_is_written_in_its_colour() {
    let ground = tiff(120, 40, &[W; 4800]);
    // `|` in red with full opacity, 30 points high: every pixel is on the line from white to red.
    let (width, height, marked) = pixels(&ground, "watermark:t_fA,c_I0ZGMDAwMA,p_1,d_600");
    assert_eq!((width, height), (120, 40));
    assert!(
        marked
            .iter()
            .all(|[red, green, blue]| *red == 255 && green == blue)
    );
    let full = marked.iter().filter(|pixel| **pixel == R).count();
    assert!((20..2400).contains(&full), "{full} red pixels");
    // At a quarter of it the darkest is a quarter of the way.
    let (_, _, faint) = pixels(&ground, "watermark:t_fA,c_I0ZGMDAwMA,d_600");
    assert_eq!(faint.iter().map(|pixel| pixel[1]).min(), Some(191));
    // Letters that the font lacks are boxes, and nothing is written without letters.
    assert_ne!(
        pixels(&ground, "watermark:t_5rC05Y2w5paH5a2X,p_1,d_400").2,
        vec![W; 4800]
    );
    assert_eq!(pixels(&ground, "watermark:t_IA,p_1").2, vec![W; 4800]);
    let error = run(&ground, "watermark:t_fA,d_4000000000").expect_err("huge letters");
    assert_eq!(error.code, "invalid_argument");
}

#[test]
fn text_is_not_written_on_a_transparent_png() {
    let clear = tiff_with(1, 1, 4, &[9, 8, 7, 100], Vec::new());
    let png = run(&clear, "format:t_png").expect("a PNG");
    assert_eq!(png.content_type, "image/png");
    let error = run(&png.body, "watermark:t_fA").expect_err("transparent");
    assert_eq!(error.code, "invalid_argument");
    assert!(run(&clear, "watermark:t_fA").is_ok());
}

#[test]
fn formats_are_converted_and_known_by_their_content() {
    for (name, magic) in [
        ("jpeg", &b"\xff\xd8\xff"[..]),
        ("png", b"\x89PNG\r\n\x1a\n"),
        ("webp", b"RIFF"),
    ] {
        let made = run(&flag(), &format!("format:t_{name}")).expect(name);
        assert_eq!(made.content_type, format!("image/{name}"));
        assert!(made.body.starts_with(magic), "{name}");
        let seen = info(&made.body, "info");
        assert_eq!(
            (&seen["width"], &seen["height"]),
            (&json!(3), &json!(2)),
            "{name}"
        );
        assert_eq!(seen["type"], name);
        if name != "jpeg" {
            assert_eq!(
                pixels(&made.body, "format:t_tiff").2,
                [R, G, B, W, K, Y],
                "{name}"
            );
        }
    }
    // The same format is the same file.
    assert_eq!(
        run(&flag(), "format:t_tiff").expect("a picture").body,
        flag()
    );
    // A JPEG is dark where nothing was.
    let clear = tiff_with(1, 1, 4, &[255, 255, 255, 0], Vec::new());
    let jpeg = run(&clear, "format:t_jpeg").expect("a JPEG");
    assert_eq!(pixels(&jpeg.body, "format:t_tiff").2, [K]);
    let wide = run(&flag(), "resize:w_17000,h_1,m_1|format:t_webp").expect_err("too wide");
    assert_eq!(wide.code, "invalid_argument");
}

/// One red pixel, 1 by 1, as the GIF specification's own small example lays it out.
const GIF: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\xff\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

#[test]
fn a_gif_is_only_resized_and_described() {
    let gif = Bytes::from_static(GIF);
    assert_eq!(info(&gif, "info")["type"], "gif");
    let larger = run(&gif, "resize:w_3,h_2,m_1").expect("a GIF");
    assert_eq!(larger.content_type, "image/gif");
    let seen = info(&larger.body, "info");
    assert_eq!((&seen["width"], &seen["height"]), (&json!(3), &json!(2)));
    for action in [
        "crop:w_1",
        "rotate:a_90",
        "watermark:t_fA",
        "watermark_image:u_YQ",
        "format:t_png",
    ] {
        let error = run(&gif, action).expect_err(action);
        assert_eq!(error.code, "invalid_argument");
        assert!(error.message.contains("gif"), "{}", error.message);
    }
}

#[test]
fn what_a_picture_is_like() {
    let plain = json!({
        "width": 3, "height": 2, "orientation": 0, "alpha": false, "type": "tiff", "space": "srgb",
    });
    assert_eq!(info(&flag(), "info"), plain);
    assert_eq!(info(&flag(), "rotate:a_90|info")["width"], 2);
    assert_eq!(info(&flag(), "format:t_png|info")["type"], "png");
    let grey = tiff_with(1, 1, 1, &[7], Vec::new());
    assert_eq!(info(&grey, "info")["space"], "b-w");
    let clear = tiff_with(1, 1, 4, &[9, 8, 7, 255], Vec::new());
    assert_eq!(info(&clear, "info")["alpha"], true);
}

#[test]
fn the_cameras_notes_are_written_as_the_service_does() {
    // The documentation's example; a TIFF file's directory is where a photograph's notes are.
    let ascii = |tag, text: &str| {
        Entry::Bytes(
            tag,
            2,
            text.len() as u32 + 1,
            [text.as_bytes(), b"\0"].concat(),
        )
    };
    let photo = tiff_with(
        1,
        2,
        3,
        &[255, 0, 0, 0, 0, 255],
        vec![
            ascii(271, "Apple"),
            ascii(272, "iPhone SE"),
            Entry::Short(274, 6),
            ascii(306, "2018:06:07 18:44:54"),
        ],
    );
    let seen = info(&photo, "info");
    assert_eq!(seen["make"], "Apple");
    assert_eq!(seen["model"], "iPhone SE");
    assert_eq!(seen["datetime"], "2018:06:07 18:44:54");
    assert_eq!(seen["orientation"], 6);
    assert_eq!((&seen["width"], &seen["height"]), (&json!(1), &json!(2)));
    // What is made of it stands upright and says nothing of a camera.
    let (width, height, upright) = pixels(&photo, "resize:w_2,h_1,m_1");
    assert_eq!((width, height, upright), (2, 1, vec![B, R]));
    let made = info(&photo, "rotate:a_0|info");
    assert_eq!(
        (&made["orientation"], &made["make"]),
        (&json!(0), &Value::Null)
    );
}

#[test]
fn what_cannot_be_read_is_said() {
    let svg =
        Bytes::from_static(b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    let pdf = Bytes::from_static(b"%PDF-1.4\n");
    for file in [&svg, &pdf] {
        for action in ["info", "resize:w_3", "format:t_png", "crop"] {
            let error = run(file, action).expect_err(action);
            assert_eq!(error.code, "not_implemented", "{action}");
        }
        let kept = run(file, "save:b_bucket,k_key").expect("a copy");
        assert_eq!((kept.saved.len(), &kept.saved[0].body), (1, file));
    }
    for junk in [
        &b"hello"[..],
        b"",
        b"<html>",
        b"\x89PNG\r\n\x1a\n",
        b"II*\0\xff\xff\xff\xff",
    ] {
        let error = run(&Bytes::from_static(junk), "rotate:a_90").expect_err("junk");
        assert_eq!(error.code, "invalid_request", "{junk:?}");
    }
}

#[test]
fn copies_are_of_what_was_made_until_then() {
    let actions = "save:b_b1,k_k1|rotate:a_90|save:b_b2,k_k2|format:t_png|save:b_b3,k_k3|info";
    let outcome = run(&flag(), actions).expect("a picture");
    assert_eq!(outcome.content_type, "application/json");
    let [first, second, third] = &outcome.saved[..] else {
        panic!("{} copies", outcome.saved.len());
    };
    assert_eq!(first.key, "k1");
    assert_eq!((&first.body, first.content_type), (&flag(), "image/tiff"));
    assert_eq!(read(&second.body), (2, 3, [W, R, K, G, Y, B].concat()));
    assert_eq!(third.content_type, "image/png");
    assert!(matches!(
        parse(actions).expect("actions").last(),
        Some(Action::Info)
    ));
}

/// Bytes are changed, cut and doubled at random: there is an answer, and it is not a panic.
#[test]
fn hostile_files_do_not_panic() {
    let mut random = fastrand::Rng::with_seed(7);
    let mut sources = vec![flag(), Bytes::from_static(GIF)];
    for name in ["jpeg", "png", "webp"] {
        let grown = run(&flag(), &format!("resize:w_16,h_16|format:t_{name}"));
        sources.push(grown.expect(name).body);
    }
    for round in 0..600 {
        let mut file = sources[round % sources.len()].to_vec();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(0..file.len());
            match random.u8(0..4) {
                0 => file[at] = random.u8(..),
                1 => file[at] = 0xff,
                2 => file.truncate(at.max(1)),
                _ => file.extend_from_within(at..),
            }
        }
        for action in [
            "info",
            "resize:w_5,h_5|rotate:a_90",
            "crop:w_3,h_3,g_9|info",
        ] {
            let _ = run(&Bytes::from(file.clone()), action);
        }
    }
}
