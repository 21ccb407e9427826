//! Values of requests and answers that are written by hand.

mod customer_key;
mod etag;
mod extra;
mod image;
mod object_ref;
mod open_enum;
mod range;
mod sensitive;

pub use customer_key::CustomerKey;
pub use etag::ETag;
pub use extra::Extra;
pub use image::{Crop, Gravity, ImageActions, Resize, ResizeMode, Watermark, WatermarkImage};
pub use object_ref::ObjectRef;
pub use open_enum::UnknownValue;
pub(crate) use open_enum::open_enum;
pub use range::ByteRange;
pub use sensitive::Sensitive;
