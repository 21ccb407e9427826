//! An upload in parts, by hand.

use std::fmt;
use std::sync::Arc;

use super::part_size::MAX_PART_NUMBER;
use super::settings::{Adjust, Settings, apply, setters};
use crate::body::Body;
use crate::bucket::Bucket;
use crate::error::Error;
use crate::operations::{
    AbortMultipartUpload, CompleteMultipartUploadOutput, ListMultipart, UploadMultipart,
    UploadMultipartCopy,
};
use crate::types::{CustomerKey, ObjectPart, ObjectRef};

impl Bucket {
    /// Begins an upload in parts of the object at `key`, to be steered by hand with the [`MultipartUpload`]
    /// that sending this gives. For a file there is [`upload_file`](Bucket::upload_file).
    pub fn begin_multipart_upload(&self, key: impl Into<String>) -> BeginMultipartUpload {
        BeginMultipartUpload {
            bucket: self.clone(),
            key: key.into(),
            settings: Settings::default(),
            adjust: Adjust::default(),
        }
    }

    /// An upload in parts that was begun before, by its id. Nothing is sent. If it was begun with an
    /// encryption key, give it with
    /// [`encryption_customer_key`](MultipartUpload::encryption_customer_key).
    pub fn multipart_upload(
        &self,
        key: impl Into<String>,
        upload_id: impl Into<String>,
    ) -> MultipartUpload {
        MultipartUpload {
            bucket: self.clone(),
            key: Arc::from(key.into()),
            upload_id: Arc::from(upload_id.into()),
            customer_key: None,
            adjust: Adjust::default(),
        }
    }
}

/// What an upload in parts is begun with.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct BeginMultipartUpload {
    bucket: Bucket,
    key: String,
    pub(super) settings: Settings,
    pub(super) adjust: Adjust,
}

impl BeginMultipartUpload {
    setters!();

    /// Begins it. From then on the service keeps the upload, and its parts are charged for, until it is
    /// completed or aborted.
    ///
    /// # Errors
    ///
    /// As those of Initiate Multipart Upload.
    pub async fn send(self) -> Result<MultipartUpload, Error> {
        let request = self.bucket.initiate_multipart_upload(self.key.as_str());
        let request = apply!(request, &self.settings);
        let output = request
            .customize(|call| self.adjust.apply(call))
            .send()
            .await?;
        Ok(MultipartUpload {
            bucket: self.bucket,
            key: Arc::from(self.key),
            upload_id: Arc::from(output.upload_id),
            customer_key: self.settings.customer_key,
            adjust: self.adjust,
        })
    }
}

/// An upload in parts that has been begun. Cheap to clone; clones are the same upload.
///
/// Parts are numbered from 0 to 10,000. They may be uploaded in any order and at the same time, and need
/// not have the same size: between 4 MiB and 5 GiB, other than the last. A part of a number that was uploaded
/// before replaces it. Dropping this aborts nothing: call [`abort`](MultipartUpload::abort), or find the
/// upload later with `list_multipart_uploads`.
///
/// ```
/// # async fn demo(bucket: &qingstor::Bucket, first: Vec<u8>, second: Vec<u8>) -> Result<(), qingstor::Error> {
/// let upload = bucket
///     .begin_multipart_upload("film.mp4")
///     .content_type("video/mp4")
///     .send()
///     .await?;
/// // Both at once; futures_util::future::try_join_all does it for many.
/// let (last, first) = tokio::join!(upload.upload_part(1, second), upload.upload_part(0, first));
/// let stored = upload.complete([last?, first?]).send().await?;
/// println!("{:?}", stored.etag);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct MultipartUpload {
    bucket: Bucket,
    key: Arc<str>,
    upload_id: Arc<str>,
    customer_key: Option<CustomerKey>,
    adjust: Adjust,
}

impl MultipartUpload {
    /// The bucket that the object will be in.
    pub fn bucket(&self) -> &Bucket {
        &self.bucket
    }

    /// The object's key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The id under which the service knows the upload.
    pub fn upload_id(&self) -> &str {
        &self.upload_id
    }

    /// The key of 32 bytes that the upload was begun with. Only needed after
    /// [`Bucket::multipart_upload`].
    #[must_use]
    pub fn encryption_customer_key(mut self, key: CustomerKey) -> MultipartUpload {
        self.customer_key = Some(key);
        self
    }

    /// Uploads the part with this number and says what [`complete`](MultipartUpload::complete) has to know
    /// of it. For a task of its own, clone the upload.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a number above 10,000; otherwise as those of Upload Multipart.
    pub async fn upload_part(
        &self,
        number: u64,
        body: impl Into<Body>,
    ) -> Result<ObjectPart, Error> {
        check_number(number)?;
        let body = body.into();
        let length = body.len();
        let output = self.part(number, body).send().await?;
        Ok(part_of(number, output.etag).size(length))
    }

    /// The request that uploads a part, for what is special about it: `content_md5`, `customize`,
    /// `presign`.
    pub fn part(&self, number: u64, body: impl Into<Body>) -> UploadMultipart {
        let request = self
            .bucket
            .upload_multipart(&*self.key, &*self.upload_id, number, body);
        let request = match &self.customer_key {
            Some(key) => request.encryption_customer_key(key.clone()),
            None => request,
        };
        request.customize(|call| self.adjust.apply(call))
    }

    /// Copies a part from another object, or a range of it, and says what
    /// [`complete`](MultipartUpload::complete) has to know of it.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a number above 10,000; otherwise as those of Upload Multipart.
    pub async fn copy_part(
        &self,
        number: u64,
        source: impl Into<ObjectRef>,
        range: std::ops::Range<u64>,
    ) -> Result<ObjectPart, Error> {
        check_number(number)?;
        let length = range.end.saturating_sub(range.start);
        let request = self.part_copy(number, source).copy_range(range);
        let output = request.send().await?;
        Ok(part_of(number, output.etag).size(length))
    }

    /// The request that copies a part, for what is special about it: the source's encryption key,
    /// conditions. Without `copy_range` it copies the whole source.
    pub fn part_copy(&self, number: u64, source: impl Into<ObjectRef>) -> UploadMultipartCopy {
        let request =
            self.bucket
                .upload_multipart_copy(&*self.key, &*self.upload_id, number, source);
        let request = match &self.customer_key {
            Some(key) => request.encryption_customer_key(key.clone()),
            None => request,
        };
        request.customize(|call| self.adjust.apply(call))
    }

    /// The request for the parts that are uploaded already: `list_parts().items()` gives them all.
    pub fn list_parts(&self) -> ListMultipart {
        let request = self.bucket.list_multipart(&*self.key, &*self.upload_id);
        request.customize(|call| self.adjust.apply(call))
    }

    /// Joins parts into the object, by ascending numbers, in whichever order they are given. Parts that are
    /// not given are left out.
    pub fn complete(&self, parts: impl IntoIterator<Item = ObjectPart>) -> CompleteParts {
        CompleteParts {
            upload: self.clone(),
            parts: parts.into_iter().collect(),
            etag: None,
        }
    }

    /// The request that gives the upload up and deletes its parts. It succeeds too if there is no such
    /// upload.
    pub fn abort(&self) -> AbortMultipartUpload {
        let request = self
            .bucket
            .abort_multipart_upload(&*self.key, &*self.upload_id);
        request.customize(|call| self.adjust.apply(call))
    }
}

impl fmt::Debug for MultipartUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MultipartUpload")
            .field("bucket", &self.bucket)
            .field("key", &self.key)
            .field("upload_id", &self.upload_id)
            .finish_non_exhaustive()
    }
}

/// Parts that are to become an object.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct CompleteParts {
    upload: MultipartUpload,
    parts: Vec<ObjectPart>,
    etag: Option<String>,
}

impl CompleteParts {
    /// The entity tag that the object is to have, such as the MD5 of the whole content in hexadecimal;
    /// quotes are added if there are none. The service works out none: without this, the object has one
    /// that says nothing about its content.
    pub fn etag(mut self, value: impl Into<crate::types::ETag>) -> Self {
        self.etag = Some(value.into().into());
        self
    }

    /// The parts by ascending numbers.
    fn sorted(mut self) -> Result<CompleteParts, Error> {
        if self.parts.is_empty() {
            return Err(Error::invalid(
                "an upload cannot be completed without parts",
            ));
        }
        self.parts.sort_by_key(|part| part.part_number);
        let twice = self
            .parts
            .windows(2)
            .find(|pair| pair[0].part_number == pair[1].part_number);
        if let Some(pair) = twice {
            return Err(Error::invalid(format!(
                "the part {} is given twice; keep the one that was uploaded last",
                pair[0].part_number
            )));
        }
        Ok(self)
    }

    /// Joins the parts. Afterwards the upload is over.
    ///
    /// # Errors
    ///
    /// `InvalidInput` without parts or if a number is given twice; otherwise as those of Complete Multipart
    /// Upload.
    pub async fn send(self) -> Result<CompleteMultipartUploadOutput, Error> {
        let CompleteParts {
            upload,
            parts,
            etag,
        } = self.sorted()?;
        // What the service needs, and no more.
        let parts = parts.into_iter().map(|part| {
            let known = ObjectPart::new(part.part_number);
            match part.etag {
                Some(etag) => known.etag(crate::types::ETag::from(etag).unquoted()),
                None => known,
            }
        });
        let request =
            upload
                .bucket
                .complete_multipart_upload(&*upload.key, &*upload.upload_id, parts);
        let request = match etag {
            Some(etag) => request.etag(etag),
            None => request,
        };
        request
            .customize(|call| upload.adjust.apply(call))
            .send()
            .await
    }
}

fn check_number(number: u64) -> Result<(), Error> {
    if number <= MAX_PART_NUMBER {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "parts have numbers from 0 to {MAX_PART_NUMBER}, not {number}"
    )))
}

/// A part as the answer to its upload tells it.
pub(super) fn part_of(number: u64, etag: Option<String>) -> ObjectPart {
    let part = ObjectPart::new(number);
    match etag {
        Some(etag) => part.etag(etag),
        None => part,
    }
}
