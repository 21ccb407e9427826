//! The grammar of `action`: `resize:w_300,h_400|rotate:a_90`.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::codec::Format;
use crate::error::{ApiError, code};

/// So many actions in one request are enough.
const MAX_ACTIONS: usize = 32;

/// A watermark's text has at most so many bytes.
const MAX_TEXT: usize = 1024;

/// One step of processing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    Info,
    Crop(Crop),
    /// Clockwise, in degrees: 0, 90, 180 or 270.
    Rotate(u16),
    Resize(Resize),
    Text(TextMark),
    Picture(PictureMark),
    Format(Format),
    Save {
        bucket: String,
        key: String,
    },
}

/// A piece of the picture. Lengths are in pixels; `None` is as much as there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Crop {
    pub(crate) width: Option<u32>,
    pub(crate) height: Option<u32>,
    pub(crate) place: Place,
}

/// Where a piece is cut out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In pixels from the upper left corner.
    Corner { left: u32, top: u32 },
    /// In halves of the room that is left over: 0 is left or top, 1 the middle, 2 right or bottom.
    Gravity { across: u32, down: u32 },
    /// Where the picture has most detail.
    Auto,
}

/// A new size in pixels; what is `None` follows from the picture's proportions. One of the two is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resize {
    pub(crate) width: Option<u32>,
    pub(crate) height: Option<u32>,
    pub(crate) mode: Mode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Exactly this size, proportions kept, the rest filled up.
    Pad,
    /// Exactly this size, proportions not kept.
    Force,
    /// At most this size, proportions kept.
    Thumbnail,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TextMark {
    pub(crate) text: String,
    /// In twentieths of a point.
    pub(crate) size: u32,
    /// Up to 1.
    pub(crate) opacity: f32,
    /// Red, green, blue.
    pub(crate) colour: [u8; 3],
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PictureMark {
    pub(crate) url: String,
    pub(crate) left: u32,
    pub(crate) top: u32,
    /// Up to 1.
    pub(crate) opacity: f32,
}

/// Reads the parameter `action`, decoded. Every error names the part that is wrong.
pub(crate) fn parse(text: &str) -> Result<Vec<Action>, ApiError> {
    let parts: Vec<&str> = text.split('|').collect();
    if parts.len() > MAX_ACTIONS {
        return Err(wrong(format!("more than {MAX_ACTIONS} actions")));
    }
    let actions: Vec<Action> = parts
        .iter()
        .map(|part| one(part))
        .collect::<Result<_, _>>()?;
    let last = actions.len().saturating_sub(1);
    if actions
        .iter()
        .take(last)
        .any(|action| *action == Action::Info)
    {
        return Err(wrong(
            "`info`: nothing can follow, since it makes no picture",
        ));
    }
    Ok(actions)
}

/// `action: …`, status 400.
pub(super) fn wrong(why: impl std::fmt::Display) -> ApiError {
    ApiError::argument("action", why)
}

fn one(part: &str) -> Result<Action, ApiError> {
    let (name, rest) = part.split_once(':').unwrap_or((part, ""));
    let mut values = Values::read(name, rest)?;
    let action = match name {
        "info" => Action::Info,
        "crop" => Action::Crop(crop(&mut values)?),
        "rotate" => match values.required('a', "an angle")?.as_str() {
            "0" => Action::Rotate(0),
            "90" => Action::Rotate(90),
            "180" => Action::Rotate(180),
            "270" => Action::Rotate(270),
            other => return Err(values.wrong('a', format!("`{other}` is not 0, 90, 180 or 270"))),
        },
        "resize" => Action::Resize(resize(&mut values)?),
        "watermark" => Action::Text(TextMark {
            text: text(&mut values)?,
            size: values.pixels('d')?.unwrap_or(150),
            opacity: values.opacity()?,
            colour: colour(&mut values)?,
        }),
        "watermark_image" => Action::Picture(PictureMark {
            url: values.required_base64('u', "the URL of a picture")?,
            left: values.number('l')?.unwrap_or(0),
            top: values.number('t')?.unwrap_or(0),
            opacity: values.opacity()?,
        }),
        "format" => {
            let name = values.required('t', "a format")?;
            let format = Format::target(&name).ok_or_else(|| {
                values.wrong('t', format!("`{name}` is not jpeg, png, webp or tiff"))
            })?;
            Action::Format(format)
        }
        "save" => save(&mut values)?,
        _ => return Err(wrong(format!("there is no action `{name}`"))),
    };
    values.finish()?;
    Ok(action)
}

fn crop(values: &mut Values<'_>) -> Result<Crop, ApiError> {
    let (width, height) = (values.pixels('w')?, values.pixels('h')?);
    let (left, top) = (values.number('l')?, values.number('t')?);
    let place = match (values.number('g')?, left, top) {
        (None, None, None) | (Some(0), None, None) => Place::Gravity { across: 1, down: 1 },
        (None, left, top) => Place::Corner {
            left: left.unwrap_or(0),
            top: top.unwrap_or(0),
        },
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) => {
            return Err(wrong("crop: `g` excludes `l` and `t`"));
        }
        (Some(1), ..) => Place::Gravity { across: 1, down: 0 },
        (Some(2), ..) => Place::Gravity { across: 2, down: 1 },
        (Some(3), ..) => Place::Gravity { across: 1, down: 2 },
        (Some(4), ..) => Place::Gravity { across: 0, down: 1 },
        (Some(5), ..) => Place::Gravity { across: 0, down: 0 },
        (Some(6), ..) => Place::Gravity { across: 2, down: 0 },
        (Some(7), ..) => Place::Gravity { across: 0, down: 2 },
        (Some(8), ..) => Place::Gravity { across: 2, down: 2 },
        (Some(9), ..) => Place::Auto,
        (Some(other), ..) => {
            return Err(values.wrong('g', format!("`{other}` is not one of 0 to 9")));
        }
    };
    Ok(Crop {
        width,
        height,
        place,
    })
}

fn resize(values: &mut Values<'_>) -> Result<Resize, ApiError> {
    let (width, height) = (values.pixels('w')?, values.pixels('h')?);
    if width.is_none() && height.is_none() {
        return Err(wrong("resize: `w` or `h` is needed"));
    }
    let mode = match values.number('m')? {
        None | Some(0) => Mode::Pad,
        Some(1) => Mode::Force,
        Some(2) => Mode::Thumbnail,
        Some(other) => return Err(values.wrong('m', format!("`{other}` is not 0, 1 or 2"))),
    };
    Ok(Resize {
        width,
        height,
        mode,
    })
}

fn text(values: &mut Values<'_>) -> Result<String, ApiError> {
    let text = values.required_base64('t', "a text")?;
    if text.len() > MAX_TEXT {
        return Err(values.wrong('t', format!("longer than {MAX_TEXT} bytes")));
    }
    Ok(text)
}

fn colour(values: &mut Values<'_>) -> Result<[u8; 3], ApiError> {
    let Some(text) = values.base64('c')? else {
        return Ok([0; 3]);
    };
    text.strip_prefix('#')
        .filter(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .map(|rgb| [(rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8])
        .ok_or_else(|| values.wrong('c', "not base64 of `#RRGGBB`"))
}

fn save(values: &mut Values<'_>) -> Result<Action, ApiError> {
    let bucket = values.required('b', "a bucket")?;
    let key = values.required('k', "a key")?;
    if key.len() > 1023 {
        return Err(ApiError::new(
            code::INVALID_OBJECT_NAME,
            "action: save: `k`: a key has at most 1023 bytes",
        ));
    }
    Ok(Action::Save { bucket, key })
}

/// The `letter_value` of one action. What has been asked for is taken out; what remains is unknown.
struct Values<'a> {
    action: &'a str,
    left: Vec<(char, &'a str)>,
}

impl<'a> Values<'a> {
    fn read(action: &'a str, text: &'a str) -> Result<Values<'a>, ApiError> {
        let mut left: Vec<(char, &str)> = Vec::new();
        for pair in text.split(',').filter(|pair| !pair.is_empty()) {
            let (letter, value) = pair
                .split_once('_')
                .and_then(|(name, value)| {
                    let mut letters = name.chars();
                    Some((letters.next()?, value)).filter(|_| letters.next().is_none())
                })
                .ok_or_else(|| wrong(format!("{action}: `{pair}` is not of the form `w_300`")))?;
            if left.iter().any(|(known, _)| *known == letter) {
                return Err(wrong(format!("{action}: `{letter}` comes twice")));
            }
            left.push((letter, value));
        }
        Ok(Values { action, left })
    }

    fn wrong(&self, letter: char, why: impl std::fmt::Display) -> ApiError {
        wrong(format!("{}: `{letter}`: {why}", self.action))
    }

    /// An empty value is as good as none: official SDKs send some.
    fn take(&mut self, letter: char) -> Option<&'a str> {
        let at = self.left.iter().position(|(known, _)| *known == letter)?;
        Some(self.left.remove(at).1).filter(|value| !value.is_empty())
    }

    fn required(&mut self, letter: char, what: &str) -> Result<String, ApiError> {
        match self.take(letter) {
            Some(value) => Ok(value.to_owned()),
            None => Err(self.wrong(letter, format!("{what} is needed"))),
        }
    }

    fn number(&mut self, letter: char) -> Result<Option<u32>, ApiError> {
        let Some(value) = self.take(letter) else {
            return Ok(None);
        };
        match value.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(self.wrong(letter, format!("`{value}` is no whole number"))),
        }
    }

    /// Zero is as good as nothing: official SDKs send it for what was not given.
    fn pixels(&mut self, letter: char) -> Result<Option<u32>, ApiError> {
        Ok(self.number(letter)?.filter(|number| *number > 0))
    }

    /// 0 is the default, as nothing is; the official SDKs' shared scenarios use 2, so too much is all.
    fn opacity(&mut self) -> Result<f32, ApiError> {
        let Some(value) = self.take('p') else {
            return Ok(0.25);
        };
        match value.parse::<f32>() {
            Ok(0.0) => Ok(0.25),
            Ok(number) if number.is_finite() && number > 0.0 => Ok(number.min(1.0)),
            _ => Err(self.wrong(
                'p',
                format!("`{value}` is no opacity, which is above 0 and at most 1"),
            )),
        }
    }

    fn base64(&mut self, letter: char) -> Result<Option<String>, ApiError> {
        /// Without padding by rule, with it by mistake.
        const ENGINE: GeneralPurpose = GeneralPurpose::new(
            &alphabet::STANDARD,
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
        );
        let Some(value) = self.take(letter) else {
            return Ok(None);
        };
        // A plus sign that was not percent-encoded has become a space.
        let decoded = ENGINE.decode(value.replace(' ', "+")).ok();
        match decoded.and_then(|bytes| String::from_utf8(bytes).ok()) {
            Some(text) => Ok(Some(text)),
            None => Err(self.wrong(letter, "not base64 of UTF-8 text")),
        }
    }

    fn required_base64(&mut self, letter: char, what: &str) -> Result<String, ApiError> {
        match self.base64(letter)?.filter(|text| !text.is_empty()) {
            Some(text) => Ok(text),
            None => Err(self.wrong(letter, format!("{what} is needed, in base64"))),
        }
    }

    fn finish(&self) -> Result<(), ApiError> {
        match self.left.first() {
            None => Ok(()),
            Some((letter, _)) => Err(wrong(format!(
                "{} has no parameter `{letter}`",
                self.action
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_of_the_documentation_are_read() {
        let middle = Place::Gravity { across: 1, down: 1 };
        let resize = |width, height, mode| {
            Action::Resize(Resize {
                width,
                height,
                mode,
            })
        };
        let crop = |width, height, place| {
            Action::Crop(Crop {
                width,
                height,
                place,
            })
        };
        for (text, expected) in [
            ("info", vec![Action::Info]),
            (
                "resize:w_300,h_400|rotate:a_90",
                vec![resize(Some(300), Some(400), Mode::Pad), Action::Rotate(90)],
            ),
            (
                "resize:w_300,h_0,m_2",
                vec![resize(Some(300), None, Mode::Thumbnail)],
            ),
            (
                "resize:h_4,m_1|info",
                vec![resize(None, Some(4), Mode::Force), Action::Info],
            ),
            (
                "crop:w_300,h_400,g_0",
                vec![crop(Some(300), Some(400), middle)],
            ),
            ("crop", vec![crop(None, None, middle)]),
            (
                "crop:l_10",
                vec![crop(None, None, Place::Corner { left: 10, top: 0 })],
            ),
            (
                "crop:w_0,h_5,g_6",
                vec![crop(None, Some(5), Place::Gravity { across: 2, down: 0 })],
            ),
            ("crop:w_1,g_9", vec![crop(Some(1), None, Place::Auto)]),
            ("format:t_webp", vec![Action::Format(Format::Webp)]),
            (
                "save:b_testbucket,k_a_b/c",
                vec![Action::Save {
                    bucket: "testbucket".to_owned(),
                    key: "a_b/c".to_owned(),
                }],
            ),
            (
                // The documentation's example: 水印文字.
                "watermark:t_5rC05Y2w5paH5a2X,p_0.5",
                vec![Action::Text(TextMark {
                    text: "水印文字".to_owned(),
                    size: 150,
                    opacity: 0.5,
                    colour: [0; 3],
                })],
            ),
            (
                // `#ff8000`, and an empty value as one SDK sends it.
                "watermark:d_40,t_aGVsbG8,c_I2ZmODAwMA|watermark:t_aGVsbG8=,c_,p_0",
                vec![
                    Action::Text(TextMark {
                        text: "hello".to_owned(),
                        size: 40,
                        opacity: 0.25,
                        colour: [255, 128, 0],
                    }),
                    Action::Text(TextMark {
                        text: "hello".to_owned(),
                        size: 150,
                        opacity: 0.25,
                        colour: [0; 3],
                    }),
                ],
            ),
            (
                "watermark_image:u_aHR0cHM6Ly9wZWszYS5xaW5nc3Rvci5jb20vaW1nLWRvYy1lZy9xaW5jbG91ZC5wbmc,l_10,t_10,p_2",
                vec![Action::Picture(PictureMark {
                    url: "https://pek3a.qingstor.com/img-doc-eg/qincloud.png".to_owned(),
                    left: 10,
                    top: 10,
                    opacity: 1.0,
                })],
            ),
        ] {
            assert_eq!(parse(text).expect(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, part) in [
            ("", "``"),
            ("blur:r_3", "`blur`"),
            ("resize:w_3||info", "``"),
            ("resize", "`w` or `h`"),
            ("resize:w_0,h_0", "`w` or `h`"),
            ("resize:w_300px", "`300px`"),
            ("resize:w_-1", "`-1`"),
            ("resize:w_99999999999", "`99999999999`"),
            ("resize:w_1,w_2", "`w` comes twice"),
            ("resize:w_1,m_3", "`m`"),
            ("resize:w300", "`w300`"),
            ("resize:width_300", "`width_300`"),
            ("resize:w_1,z_1", "`z`"),
            ("crop:w_300,h_400,g_0,l_10,t_10", "`g` excludes"),
            ("crop:g_1,t_0", "`g` excludes"),
            ("crop:g_10", "`g`"),
            ("rotate", "`a`"),
            ("rotate:a_45", "`45`"),
            ("rotate:a_", "`a`"),
            ("format", "`t`"),
            ("format:t_gif", "`gif`"),
            ("watermark:p_1", "`t`"),
            ("watermark:t_%%%", "`t`"),
            ("watermark:t_/w", "`t`"),
            ("watermark:t_aGVsbG8,c_cmVk", "`c`"),
            ("watermark:t_aGVsbG8,p_-1", "`p`"),
            ("watermark:t_aGVsbG8,p_NaN", "`p`"),
            ("watermark_image", "`u`"),
            ("save:b_bucket", "`k`"),
            ("save:k_key", "`b`"),
            ("info|resize:w_3", "`info`"),
            ("info:x_1", "`x`"),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(error.code, "invalid_argument", "{text}");
            assert!(error.message.starts_with("action"), "{}", error.message);
            assert!(error.message.contains(part), "{text}: {}", error.message);
        }
        assert!(parse(&"rotate:a_0|".repeat(100)).is_err());
        let long = format!("save:b_bucket,k_{}", "k".repeat(1024));
        assert_eq!(parse(&long).expect_err("long").code, "invalid_object_name");
    }
}
