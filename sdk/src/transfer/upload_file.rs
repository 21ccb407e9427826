//! Files of any size.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use md5::{Digest as _, Md5};

use super::digest;
use super::multipart::{MultipartUpload, part_of};
use super::part_size::{MAX_PART_SIZE, part_size_for, stretches};
use super::settings::{Adjust, Settings, apply, setters};
use crate::body::Body;
use crate::bucket::Bucket;
use crate::error::Error;
use crate::types::ObjectPart;

/// Files up to this size go in one request by default: 64 MiB.
const DEFAULT_THRESHOLD: u64 = 64 << 20;

/// How large parts are by default: 16 MiB.
const DEFAULT_PART_SIZE: u64 = 16 << 20;

impl Bucket {
    /// Stores the file at `path` as the object at `key`, in one request or in parts, as its length wants it.
    pub fn upload_file(&self, key: impl Into<String>, path: impl Into<PathBuf>) -> UploadFile {
        UploadFile {
            bucket: self.clone(),
            key: key.into(),
            path: Arc::new(path.into()),
            settings: Settings::default(),
            adjust: Adjust::default(),
            threshold: DEFAULT_THRESHOLD,
            part_size: DEFAULT_PART_SIZE,
            check_md5: false,
        }
    }
}

/// The upload of a file.
///
/// ```
/// # async fn demo(bucket: &qingstor::Bucket) -> Result<(), qingstor::Error> {
/// let stored = bucket
///     .upload_file("film.mp4", "/home/ann/film.mp4")
///     .content_type("video/mp4")
///     .metadata("owner", "ann")
///     .send()
///     .await?;
/// println!("{} bytes in {} parts, {:?}", stored.length, stored.parts, stored.etag);
/// # Ok(()) }
/// ```
///
/// Up to [`threshold`](UploadFile::threshold) bytes go in one PUT Object, longer files in parts, one after
/// the other. The file is never held in memory. Single requests are repeated as the client's policy says; if
/// that does not help, the upload is aborted, so that no parts are left that are charged for. A future that
/// is dropped before its end aborts nothing: find the upload with `list_multipart_uploads`, or have the
/// bucket's lifecycle abort old ones.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct UploadFile {
    bucket: Bucket,
    key: String,
    path: Arc<PathBuf>,
    settings: Settings,
    adjust: Adjust,
    threshold: u64,
    part_size: u64,
    check_md5: bool,
}

/// What has become of a file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UploadFileOutput {
    /// The object's entity tag, in double quotes, if the service tells it. Of a file that went in one request it
    /// is the MD5 of the content, unless it is encrypted; of one in parts see
    /// [`check_md5`](UploadFile::check_md5).
    pub etag: Option<String>,
    /// The version that was written, if the bucket has versions and the service tells it.
    pub version_id: Option<String>,
    /// The object's length in bytes.
    pub length: u64,
    /// How many parts it went in; 0 if it went in one request.
    pub parts: u64,
}

impl UploadFile {
    setters!();

    /// Up to which length in bytes a file goes in one request. Default: 64 MiB. More than 5 GiB never does.
    pub fn threshold(mut self, bytes: u64) -> Self {
        self.threshold = bytes;
        self
    }

    /// How large parts are, in bytes, from 4 MiB to 5 GiB; larger ones are taken if there would be more than
    /// 10,000. A part is what is sent again after a failure. Default: 16 MiB.
    pub fn part_size(mut self, bytes: u64) -> Self {
        self.part_size = bytes;
        self
    }

    /// Whether MD5 is worked out, which reads the file twice. Each request then says the MD5 of its body, which
    /// the service checks, and the entity tags that come back are compared, unless the object is encrypted. An
    /// object in parts gets the MD5 of the whole for its entity tag; without this, it gets one that is made
    /// of those of its parts, with their number behind a hyphen. Default: `false`.
    pub fn check_md5(mut self, check: bool) -> Self {
        self.check_md5 = check;
        self
    }

    /// Stores the file.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if the file cannot be read, the size of the parts is not allowed, or the file was changed
    /// meanwhile; `ChecksumMismatch` if the service has stored something else; otherwise those of the single
    /// requests. If an upload could not be aborted after an error, the message says that too, with its id.
    pub async fn send(self) -> Result<UploadFileOutput, Error> {
        // Whatever the length: a program must not fail only once its files grow.
        part_size_for(0, self.part_size)?;
        let state = self.state().await?;
        if state.length == 0 || state.length <= self.threshold.min(MAX_PART_SIZE) {
            return self.at_once(state).await;
        }
        let part_size = part_size_for(state.length, self.part_size)?;
        let upload = self.begin().await?;
        match self.in_parts(&upload, state, part_size).await {
            Ok(output) => Ok(output),
            Err(error) => Err(aborted(&upload, error).await),
        }
    }

    async fn at_once(self, state: FileState) -> Result<UploadFileOutput, Error> {
        let body = Body::from_path_range(self.path.as_path(), 0..state.length).await?;
        let request = apply!(
            self.bucket.put_object(self.key.as_str(), body),
            &self.settings
        );
        let request = request.customize(|call| self.adjust.apply(call));
        let (request, sum) = match self.check_md5 {
            true => {
                let (sum, _) = self.md5(0..state.length, Md5::new()).await?;
                (request.content_md5(sum.base64()), Some(sum))
            }
            false => (request, None),
        };
        let output = request.send().await?;
        if let Some(sum) = sum.filter(|_| self.settings.customer_key.is_none()) {
            sum.check(output.etag.as_deref(), "the file")?;
        }
        self.unchanged(state).await.map_err(|error| {
            error.hint("the object was stored already, and may be of no use: upload the file again")
        })?;
        Ok(UploadFileOutput {
            etag: output.etag,
            version_id: output.version_id,
            length: state.length,
            parts: 0,
        })
    }

    async fn begin(&self) -> Result<MultipartUpload, Error> {
        let mut begin = self.bucket.begin_multipart_upload(self.key.as_str());
        begin.settings = self.settings.clone();
        begin.adjust = self.adjust.clone();
        begin.send().await
    }

    async fn in_parts(
        &self,
        upload: &MultipartUpload,
        state: FileState,
        part_size: u64,
    ) -> Result<UploadFileOutput, Error> {
        let mut parts: Vec<ObjectPart> = Vec::new();
        let mut whole = Md5::new();
        for (number, stretch) in (0..).zip(stretches(state.length, part_size)) {
            let path = self.path.as_path();
            let body = Body::from_path_range(path, stretch.clone()).await?;
            let mut request = upload.part(number, body);
            let mut expected = None;
            if self.check_md5 {
                let (sum, so_far) = self.md5(stretch, whole).await?;
                whole = so_far;
                request = request.content_md5(sum.base64());
                expected = Some(sum).filter(|_| self.settings.customer_key.is_none());
            }
            let output = request.send().await?;
            if let Some(expected) = expected {
                expected.check(
                    output.etag.as_deref(),
                    &format!("part {number} of the file"),
                )?;
            }
            parts.push(part_of(number, output.etag));
        }
        self.unchanged(state).await?;
        let count = parts.len() as u64;
        let etag = match self.check_md5 {
            true => Some(format!("\"{}\"", digest::sum(whole).hex())),
            false => digest::etag_of_parts(&parts),
        };
        let request = upload.complete(parts);
        let request = match &etag {
            Some(etag) => request.etag(etag),
            None => request,
        };
        let output = request.send().await.map_err(|error| {
            if error.is_temporary() && !error.is_unsent() {
                return error.hint("it is not known whether the object was completed nevertheless");
            }
            error
        })?;
        Ok(UploadFileOutput {
            etag: output.etag.or(etag),
            version_id: output.version_id,
            length: state.length,
            parts: count,
        })
    }

    async fn md5(
        &self,
        stretch: std::ops::Range<u64>,
        whole: Md5,
    ) -> Result<(digest::Md5Sum, Md5), Error> {
        digest::of_stretch(self.path.clone(), stretch, whole).await
    }

    async fn state(&self) -> Result<FileState, Error> {
        let path = &self.path;
        let metadata = tokio::fs::metadata(path.as_path()).await.map_err(|error| {
            Error::invalid(format!("cannot read {path:?}: {}", error.kind())).with_source(error)
        })?;
        if !metadata.is_file() {
            return Err(Error::invalid(format!("{path:?} is not a file")));
        }
        Ok(FileState {
            length: metadata.len(),
            modified: metadata.modified().ok(),
        })
    }

    /// Complains if the file is not what it was.
    async fn unchanged(&self, before: FileState) -> Result<(), Error> {
        let path = &self.path;
        let now = self.state().await?;
        if now.length != before.length {
            return Err(Error::invalid(format!(
                "the length of {path:?} changed from {} to {} bytes while it was uploaded",
                before.length, now.length
            )));
        }
        if now.modified != before.modified {
            return Err(Error::invalid(format!(
                "{path:?} was written to while it was uploaded"
            )));
        }
        Ok(())
    }
}

/// By what a file is seen to be changed.
#[derive(Clone, Copy, PartialEq, Eq)]
struct FileState {
    length: u64,
    modified: Option<SystemTime>,
}

/// Aborts an upload because of an error, and says so if that fails too.
pub(super) async fn aborted(upload: &MultipartUpload, error: Error) -> Error {
    match upload.abort().send().await {
        Ok(_) => error,
        Err(failure) => error.hint(&format!(
            "and the upload {} could not be aborted, so that its parts are kept and charged for: {failure}",
            upload.upload_id()
        )),
    }
}
