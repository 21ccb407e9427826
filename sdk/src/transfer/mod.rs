//! What takes several requests: uploads in parts, files, copies of any size, many deletions.
//!
//! This layer stands above the operations: it calls the same public methods that users of the crate call,
//! and nothing below it knows of it.

mod copy_from;
mod delete_many;
mod digest;
mod multipart;
mod part_size;
mod settings;
mod upload_file;

pub use copy_from::{CopyFrom, CopyFromOutput};
pub use delete_many::{DeleteMany, DeleteManyOutput};
pub use multipart::{BeginMultipartUpload, CompleteParts, MultipartUpload};
pub use part_size::{MAX_PART_NUMBER, MAX_PART_SIZE, MAX_PARTS, MIN_PART_SIZE, part_size_for};
pub use upload_file::{UploadFile, UploadFileOutput};
