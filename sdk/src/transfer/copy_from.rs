//! Copies of any size.

use super::multipart::{MultipartUpload, part_of};
use super::part_size::{MAX_PART_SIZE, part_size_for, stretches};
use super::settings::{Adjust, Settings, apply, setters};
use super::{digest, upload_file::aborted};
use crate::bucket::Bucket;
use crate::error::Error;
use crate::operations::HeadObjectOutput;
use crate::types::{CustomerKey, MetadataDirective, ObjectPart, ObjectRef};

/// How large parts are by default: 512 MiB. Nothing of them comes through here.
const DEFAULT_PART_SIZE: u64 = 512 << 20;

impl Bucket {
    /// Copies an object of this or another bucket of the same zone to `key`, whatever its size, without
    /// downloading it.
    pub fn copy_from(&self, key: impl Into<String>, source: impl Into<ObjectRef>) -> CopyFrom {
        CopyFrom {
            bucket: self.clone(),
            key: key.into(),
            source: source.into(),
            settings: Settings::default(),
            adjust: Adjust::default(),
            source_key: None,
            threshold: MAX_PART_SIZE,
            part_size: DEFAULT_PART_SIZE,
        }
    }
}

/// A copy of an object.
///
/// ```
/// # async fn demo(backup: &qingstor::Bucket) -> Result<(), qingstor::Error> {
/// use qingstor::types::ObjectRef;
///
/// backup.copy_from("cat.png", ("photos", "2026/cat.png")).send().await?;
/// let old = ObjectRef::new("photos", "2026/cat.png").version("NjkxMjM0MzM1MjAxNzAwODMz");
/// backup.copy_from("old/cat.png", old).send().await?;
/// # Ok(()) }
/// ```
///
/// The source is looked at first, for its size. Up to 5 GiB it is copied by one request, beyond that in parts, one
/// after the other. It has to stay as it was: if it is written meanwhile, the copy ends with an error of kind
/// `PreconditionFailed`.
///
/// The copy has the source's media type, headers, metadata and storage class. If any of media type, headers and
/// metadata is set here, it has only those that are. It is only encrypted if it gets a key of its own.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct CopyFrom {
    bucket: Bucket,
    key: String,
    source: ObjectRef,
    settings: Settings,
    adjust: Adjust,
    source_key: Option<CustomerKey>,
    threshold: u64,
    part_size: u64,
}

/// What has become of a copy.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CopyFromOutput {
    /// The copy's entity tag, in double quotes, if the service tells it. One that was copied in parts has
    /// one that is made of those of the parts.
    pub etag: Option<String>,
    /// The version that was written, if the bucket has versions and the service tells it.
    pub version_id: Option<String>,
    /// The copy's length in bytes.
    pub length: u64,
    /// How many parts it was copied in; 0 if it was copied by one request.
    pub parts: u64,
}

impl CopyFrom {
    setters!();

    /// The key of 32 bytes that the source is encrypted with.
    pub fn copy_source_encryption_customer_key(mut self, key: CustomerKey) -> Self {
        self.source_key = Some(key);
        self
    }

    /// Up to which length in bytes one request copies an object. Default and maximum: 5 GiB, the most that
    /// the service can.
    pub fn threshold(mut self, bytes: u64) -> Self {
        self.threshold = bytes;
        self
    }

    /// How large parts are, in bytes, from 4 MiB to 5 GiB; larger ones are taken if there would be more than
    /// 10,000. Default: 512 MiB.
    pub fn part_size(mut self, bytes: u64) -> Self {
        self.part_size = bytes;
        self
    }

    /// Copies the object.
    ///
    /// # Errors
    ///
    /// `NotFound` if the source does not exist, `PreconditionFailed` if it changed meanwhile, `InvalidInput` if the
    /// size of the parts is not allowed; otherwise those of the single requests. If an upload could not be
    /// aborted after an error, the message says that too, with its id.
    pub async fn send(self) -> Result<CopyFromOutput, Error> {
        part_size_for(0, self.part_size)?;
        let source = self.look().await?;
        let length = source
            .content_length
            .ok_or_else(|| Error::decode("the service does not say how long the source is"))?;
        if length == 0 || length <= self.threshold.min(MAX_PART_SIZE) {
            return self.at_once(&source, length).await;
        }
        let part_size = part_size_for(length, self.part_size)?;
        let upload = self.begin(&source).await?;
        match self.in_parts(&upload, &source, length, part_size).await {
            Ok(output) => Ok(output),
            Err(error) => Err(aborted(&upload, error).await),
        }
    }

    async fn look(&self) -> Result<HeadObjectOutput, Error> {
        let bucket = self.bucket.beside(self.source.bucket());
        let request = bucket.head_object(self.source.key());
        let request = match self.source.version_id() {
            Some(version) => request.version_id(version),
            None => request,
        };
        request
            .customize(|call| self.adjust.apply(call))
            .send()
            .await
    }

    async fn at_once(
        &self,
        source: &HeadObjectOutput,
        length: u64,
    ) -> Result<CopyFromOutput, Error> {
        let request = self
            .bucket
            .copy_object(self.key.as_str(), self.source.clone());
        let mut request = apply!(request, &self.settings);
        if self.settings.describes() {
            request = request.metadata_directive(MetadataDirective::Replace);
        }
        if let Some(key) = &self.source_key {
            request = request.copy_source_encryption_customer_key(key.clone());
        }
        if let Some(etag) = &source.etag {
            request = request.copy_source_if_match(etag.as_str());
        }
        let output = request
            .customize(|call| self.adjust.apply(call))
            .send()
            .await?;
        Ok(CopyFromOutput {
            etag: output.etag,
            version_id: output.version_id,
            length,
            parts: 0,
        })
    }

    async fn begin(&self, source: &HeadObjectOutput) -> Result<MultipartUpload, Error> {
        let mut begin = self.bucket.begin_multipart_upload(self.key.as_str());
        begin.settings = self.inherited(source);
        begin.adjust = self.adjust.clone();
        begin.send().await
    }

    /// What the copy is stored with. The parts of an upload inherit nothing, so it is done here.
    fn inherited(&self, source: &HeadObjectOutput) -> Settings {
        let mut settings = self.settings.clone();
        if !settings.describes() {
            settings.content_type.clone_from(&source.content_type);
            settings.cache_control.clone_from(&source.cache_control);
            settings
                .content_disposition
                .clone_from(&source.content_disposition);
            settings
                .content_encoding
                .clone_from(&source.content_encoding);
            settings
                .content_language
                .clone_from(&source.content_language);
            settings.expires.clone_from(&source.expires);
            settings.metadata = source.metadata.clone().into_iter().collect();
        }
        if settings.storage_class.is_none() {
            settings.storage_class.clone_from(&source.storage_class);
        }
        settings
    }

    async fn in_parts(
        &self,
        upload: &MultipartUpload,
        source: &HeadObjectOutput,
        length: u64,
        part_size: u64,
    ) -> Result<CopyFromOutput, Error> {
        let mut parts: Vec<ObjectPart> = Vec::new();
        for (number, stretch) in (0..).zip(stretches(length, part_size)) {
            let mut request = upload
                .part_copy(number, self.source.clone())
                .copy_range(stretch);
            if let Some(key) = &self.source_key {
                request = request.copy_source_encryption_customer_key(key.clone());
            }
            if let Some(etag) = &source.etag {
                request = request.copy_source_if_match(etag.as_str());
            }
            parts.push(part_of(number, request.send().await?.etag));
        }
        let count = parts.len() as u64;
        let etag = digest::etag_of_parts(&parts);
        let request = upload.complete(parts);
        let request = match &etag {
            Some(etag) => request.etag(etag),
            None => request,
        };
        let output = request.send().await?;
        Ok(CopyFromOutput {
            etag: output.etag.or(etag),
            version_id: output.version_id,
            length,
            parts: count,
        })
    }
}
