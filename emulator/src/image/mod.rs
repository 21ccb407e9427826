//! Image processing: pure functions from a stored file and a list of actions to a result. What it costs is bounded, and
//! it blocks: call it off the threads that serve requests.

mod action;
mod codec;
mod geometry;
mod info;
#[cfg(test)]
mod tests;
mod watermark;

use bytes::Bytes;

use action::wrong;
pub(crate) use action::{Action, PictureMark, parse};
use codec::{Format, Picture};

use crate::error::ApiError;

/// A picture that is processed has at most so many bytes; so has one that is laid over it.
pub(crate) const MAX_SOURCE: u64 = 10 << 20;

/// What the actions have made.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) body: Bytes,
    pub(crate) content_type: &'static str,
    /// What is to be stored elsewhere, in the order of the actions.
    pub(crate) saved: Vec<Saved>,
}

/// A copy of what had been made until then.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) key: String,
    pub(crate) body: Bytes,
    pub(crate) content_type: &'static str,
}

/// The URLs of the pictures that are to be laid over, in order.
pub(crate) fn overlays(actions: &[Action]) -> Vec<&PictureMark> {
    let marks = actions.iter().filter_map(|action| match action {
        Action::Picture(mark) => Some(mark),
        _ => None,
    });
    marks.collect()
}

/// Does the actions from left to right. `overlays` are the files behind the URLs of [`overlays`].
pub(crate) fn process(
    source: Bytes,
    actions: &[Action],
    overlays: &[Bytes],
) -> Result<Outcome, ApiError> {
    let mut overlays = overlays.iter();
    let mut work = Work::begin(source)?;
    let mut saved = Vec::new();
    for action in actions {
        work.check_support(action)?;
        match action {
            Action::Info => {
                let info = work.info()?;
                return Ok(Outcome {
                    body: Bytes::from(info.to_string()),
                    content_type: "application/json",
                    saved,
                });
            }
            Action::Crop(crop) => work.change(|pixels| geometry::crop(pixels, crop))?,
            Action::Rotate(degrees) => {
                work.change(|pixels| Ok(geometry::rotate(pixels, *degrees)))?
            }
            Action::Resize(resize) => work.change(|pixels| geometry::resize(pixels, resize))?,
            Action::Text(mark) => {
                work.refuse_transparent_png()?;
                work.change(|pixels| watermark::text(pixels, mark))?;
            }
            Action::Picture(mark) => {
                let file = overlays
                    .next()
                    .ok_or_else(|| wrong("watermark_image: `u`"))?;
                let over = codec::decode(file, Format::of(file)?)?;
                work.change(|pixels| Ok(watermark::picture(pixels, &over.pixels, mark)))?;
            }
            Action::Format(format) => work.convert(*format)?,
            Action::Save { key, .. } => saved.push(Saved {
                key: key.clone(),
                body: work.file()?,
                content_type: work.format.content_type(),
            }),
        }
    }
    Ok(Outcome {
        body: work.file()?,
        content_type: work.format.content_type(),
        saved,
    })
}

/// A picture between two actions.
struct Work {
    /// The format that it is to be written in.
    format: Format,
    /// The file, if it is up to date.
    file: Option<Bytes>,
    /// The pixels, as soon as they were needed.
    picture: Option<Picture>,
    /// Whether the file is still the stored one.
    untouched: bool,
}

impl Work {
    fn begin(source: Bytes) -> Result<Work, ApiError> {
        if source.len() as u64 > MAX_SOURCE {
            return Err(wrong(format!(
                "the picture has more than {MAX_SOURCE} bytes"
            )));
        }
        Ok(Work {
            format: Format::of(&source)?,
            file: Some(source),
            picture: None,
            untouched: true,
        })
    }

    /// GIF can only be resized, all formats be read and saved.
    fn check_support(&self, action: &Action) -> Result<(), ApiError> {
        let name = match action {
            Action::Info | Action::Save { .. } | Action::Resize(_) => return Ok(()),
            Action::Crop(_) => "crop",
            Action::Rotate(_) => "rotate",
            Action::Text(_) => "watermark",
            Action::Picture(_) => "watermark_image",
            Action::Format(_) => "format",
        };
        if self.format == Format::Gif {
            return Err(wrong(format!("{name}: not possible with a gif")));
        }
        Ok(())
    }

    fn refuse_transparent_png(&mut self) -> Result<(), ApiError> {
        let format = self.format;
        let picture = self.picture()?;
        if format == Format::Png && picture.pixels.color().has_alpha() {
            return Err(wrong(
                "watermark: not possible with a png that has transparency",
            ));
        }
        Ok(())
    }

    fn picture(&mut self) -> Result<&Picture, ApiError> {
        let picture = match (self.picture.take(), &self.file) {
            (Some(picture), _) => picture,
            (None, Some(file)) => codec::decode(file, self.format)?,
            (None, None) => return Err(wrong("there is no picture")),
        };
        Ok(self.picture.insert(picture))
    }

    fn change(
        &mut self,
        make: impl FnOnce(&image::DynamicImage) -> Result<image::DynamicImage, ApiError>,
    ) -> Result<(), ApiError> {
        let picture = self.picture()?;
        let changed = Picture {
            pixels: make(&picture.pixels)?,
            profile: picture.profile.clone(),
        };
        self.picture = Some(changed);
        self.file = None;
        self.untouched = false;
        Ok(())
    }

    fn convert(&mut self, format: Format) -> Result<(), ApiError> {
        if format != self.format {
            self.picture()?;
            self.format = format;
            self.file = None;
            self.untouched = false;
        }
        Ok(())
    }

    fn info(&mut self) -> Result<serde_json::Value, ApiError> {
        match &self.file {
            Some(file) if self.untouched => info::of_file(file, self.format),
            _ => {
                let format = self.format;
                Ok(info::of_result(self.picture()?, format))
            }
        }
    }

    fn file(&mut self) -> Result<Bytes, ApiError> {
        if let Some(file) = &self.file {
            return Ok(file.clone());
        }
        let format = self.format;
        let file = Bytes::from(codec::encode(self.picture()?, format)?);
        self.file = Some(file.clone());
        Ok(file)
    }
}
