//! What image processing is asked to do.
//!
//! The service writes it as `operation:letter_value,letter_value|operation:…`; see
//! <https://docs.qingcloud.com/qingstor/data_process/image_process/index.html>.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Steps that are carried out on an image from left to right.
///
/// ```
/// use qingstor::types::{Crop, ImageActions, Resize, ResizeMode};
///
/// let actions = ImageActions::new()
///     .rotate(90)
///     .crop(Crop::new().width(300).height(400))
///     .resize(Resize::new().width(500).mode(ResizeMode::Force))
///     .format("png");
/// assert_eq!(
///     actions.to_string(),
///     "rotate:a_90|crop:w_300,h_400|resize:w_500,m_1|format:t_png"
/// );
/// // What this version does not know can be written out.
/// assert_eq!(ImageActions::from("blur:r_3").info().to_string(), "blur:r_3|info");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageActions(String);

impl ImageActions {
    /// No step yet.
    pub fn new() -> ImageActions {
        ImageActions::default()
    }

    /// Cuts a part out.
    pub fn crop(self, crop: Crop) -> ImageActions {
        self.step("crop", &crop.0)
    }

    /// Turns clockwise by 0, 90, 180 or 270 degrees.
    pub fn rotate(self, degrees: u32) -> ImageActions {
        self.step("rotate", &Pairs::default().with('a', degrees))
    }

    /// Changes the size.
    pub fn resize(self, resize: Resize) -> ImageActions {
        self.step("resize", &resize.0)
    }

    /// Writes a text across the image.
    pub fn watermark(self, watermark: Watermark) -> ImageActions {
        self.step("watermark", &watermark.0)
    }

    /// Lays another image over the image.
    pub fn watermark_image(self, watermark: WatermarkImage) -> ImageActions {
        self.step("watermark_image", &watermark.0)
    }

    /// Converts to `jpeg`, `png`, `webp` or `tiff`.
    pub fn format(self, format: impl fmt::Display) -> ImageActions {
        self.step("format", &Pairs::default().with('t', format))
    }

    /// Stores the result as an object of a bucket in the same zone; the caller needs the right to write there.
    pub fn save(self, bucket: impl fmt::Display, key: impl fmt::Display) -> ImageActions {
        self.step("save", &Pairs::default().with('b', bucket).with('k', key))
    }

    /// Answers with facts about the image as JSON, instead of the image.
    pub fn info(self) -> ImageActions {
        self.step("info", &Pairs::default())
    }

    fn step(mut self, name: &str, pairs: &Pairs) -> ImageActions {
        if !self.0.is_empty() {
            self.0.push('|');
        }
        self.0.push_str(name);
        if !pairs.0.is_empty() {
            self.0.push(':');
            self.0.push_str(&pairs.0);
        }
        self
    }
}

impl fmt::Display for ImageActions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for ImageActions {
    fn from(text: &str) -> ImageActions {
        ImageActions(text.to_owned())
    }
}

impl From<String> for ImageActions {
    fn from(text: String) -> ImageActions {
        ImageActions(text)
    }
}

/// `letter_value`, separated by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Pairs(String);

impl Pairs {
    fn with(mut self, letter: char, value: impl fmt::Display) -> Pairs {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.0.push_str(&format!("{letter}_{value}"));
        self
    }
}

/// Which part [`ImageActions::crop`] cuts out: width and height are those of the image if not given; the place is told by
/// the gravity or by left and top, not by both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crop(Pairs);

impl Crop {
    /// The whole image.
    pub fn new() -> Crop {
        Crop::default()
    }

    /// In pixels.
    pub fn width(self, pixels: u32) -> Crop {
        Crop(self.0.with('w', pixels))
    }

    /// In pixels.
    pub fn height(self, pixels: u32) -> Crop {
        Crop(self.0.with('h', pixels))
    }

    /// Where in the image; the centre if not given.
    pub fn gravity(self, gravity: Gravity) -> Crop {
        Crop(self.0.with('g', gravity as u8))
    }

    /// Pixels from the left edge.
    pub fn left(self, pixels: u32) -> Crop {
        Crop(self.0.with('l', pixels))
    }

    /// Pixels from the top edge.
    pub fn top(self, pixels: u32) -> Crop {
        Crop(self.0.with('t', pixels))
    }
}

/// A place in an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gravity {
    /// The middle.
    Centre = 0,
    /// The middle of the top.
    North = 1,
    /// The middle of the right.
    East = 2,
    /// The middle of the bottom.
    South = 3,
    /// The middle of the left.
    West = 4,
    /// The top left corner.
    NorthWest = 5,
    /// The top right corner.
    NorthEast = 6,
    /// The bottom left corner.
    SouthWest = 7,
    /// The bottom right corner.
    SouthEast = 8,
    /// Where the service thinks best.
    Auto = 9,
}

/// The new size for [`ImageActions::resize`]; with only one of width and height the other follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resize(Pairs);

impl Resize {
    /// No size yet: give a width, a height or both.
    pub fn new() -> Resize {
        Resize::default()
    }

    /// In pixels.
    pub fn width(self, pixels: u32) -> Resize {
        Resize(self.0.with('w', pixels))
    }

    /// In pixels.
    pub fn height(self, pixels: u32) -> Resize {
        Resize(self.0.with('h', pixels))
    }

    /// What happens to the proportions; [`ResizeMode::Pad`] if not given.
    pub fn mode(self, mode: ResizeMode) -> Resize {
        Resize(self.0.with('m', mode as u8))
    }
}

/// What [`ImageActions::resize`] does to the proportions of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResizeMode {
    /// Keeps them, and fills up to the size.
    Pad = 0,
    /// Gives them up.
    Force = 1,
    /// Keeps them, and stays within the size.
    Thumbnail = 2,
}

/// The text for [`ImageActions::watermark`]. Images of PNG with transparency are not supported by the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watermark(Pairs);

impl Watermark {
    /// This text, in black, with an opacity of a quarter.
    pub fn new(text: impl AsRef<str>) -> Watermark {
        Watermark(Pairs::default().with('t', STANDARD_NO_PAD.encode(text.as_ref())))
    }

    /// The size in twentieths of a point; 150 if not given.
    pub fn dpi(self, dpi: u32) -> Watermark {
        Watermark(self.0.with('d', dpi))
    }

    /// Above 0, at most 1; 0.25 if not given.
    pub fn opacity(self, opacity: f32) -> Watermark {
        Watermark(self.0.with('p', opacity))
    }

    /// As `#RRGGBB`; `#000000` if not given.
    pub fn colour(self, colour: impl AsRef<str>) -> Watermark {
        Watermark(self.0.with('c', STANDARD_NO_PAD.encode(colour.as_ref())))
    }
}

/// The image for [`ImageActions::watermark_image`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatermarkImage(Pairs);

impl WatermarkImage {
    /// The image at this address, at the left top corner, with an opacity of a quarter.
    pub fn new(url: impl AsRef<str>) -> WatermarkImage {
        WatermarkImage(Pairs::default().with('u', STANDARD_NO_PAD.encode(url.as_ref())))
    }

    /// Pixels from the left edge; 0 if not given.
    pub fn left(self, pixels: u32) -> WatermarkImage {
        WatermarkImage(self.0.with('l', pixels))
    }

    /// Pixels from the top edge; 0 if not given.
    pub fn top(self, pixels: u32) -> WatermarkImage {
        WatermarkImage(self.0.with('t', pixels))
    }

    /// Above 0, at most 1; 0.25 if not given.
    pub fn opacity(self, opacity: f32) -> WatermarkImage {
        WatermarkImage(self.0.with('p', opacity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The action that the Java SDK's own test builds, in the order of its operations.
    #[test]
    fn all_steps() {
        let actions = ImageActions::new()
            .rotate(90)
            .crop(Crop::new().width(300).height(400).gravity(Gravity::Centre))
            .resize(Resize::new().width(500).height(500).mode(ResizeMode::Force))
            .format("png")
            .watermark(Watermark::new("qingstor").dpi(150).opacity(0.25))
            .watermark_image(
                WatermarkImage::new("https://a.example/b.png")
                    .left(0)
                    .top(0)
                    .opacity(0.25),
            )
            .info();
        assert_eq!(
            actions.to_string(),
            "rotate:a_90|crop:w_300,h_400,g_0|resize:w_500,h_500,m_1|format:t_png|\
             watermark:t_cWluZ3N0b3I,d_150,p_0.25|\
             watermark_image:u_aHR0cHM6Ly9hLmV4YW1wbGUvYi5wbmc,l_0,t_0,p_0.25|info"
        );
    }

    #[test]
    fn places_and_saving() {
        let crop = ImageActions::new().crop(Crop::new().left(1).top(2));
        assert_eq!(
            crop.save("bucket", "a/b.png").to_string(),
            "crop:l_1,t_2|save:b_bucket,k_a/b.png"
        );
        let colour = Watermark::new("x").colour("#FF0000");
        assert_eq!(
            ImageActions::new().watermark(colour).to_string(),
            "watermark:t_eA,c_I0ZGMDAwMA"
        );
    }
}
