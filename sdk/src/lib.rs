#![doc = include_str!("../README.md")]

pub mod config;
pub mod credentials;
pub mod observe;
pub mod operation;
pub mod sign;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod transfer;
pub mod transport;

mod answer;
mod body;
mod bucket;
mod call;
mod client;
mod encode;
mod endpoint;
mod error;
mod form;
// Laid out by the generator.
#[rustfmt::skip]
mod generated;
mod json;
mod members;
mod paging;
mod parts;
mod presign;
mod request;
mod retry;
mod stream;
mod trace;
mod value;
mod zones;

pub use body::Body;
pub use bucket::Bucket;
pub use client::Client;
pub use config::ClientBuilder;
pub use error::{Error, ErrorKind};
pub use generated::ErrorCode;
pub use operation::{Presigned, PresignedForm};
pub use retry::RetryPolicy;
pub use stream::ByteStream;

/// Requests and outputs of the operations, and the methods that make them on
/// [`Client`] and [`Bucket`].
pub mod operations {
    pub use crate::generated::operations::*;
}

/// Values in requests and outputs.
pub mod types {
    pub use crate::generated::types::*;
    pub use crate::value::{
        ByteRange, Crop, CustomerKey, ETag, Extra, Gravity, ImageActions, ObjectRef, Resize,
        ResizeMode, UnknownValue, Watermark, WatermarkImage,
    };
}
