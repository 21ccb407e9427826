//! MD5 of files and of parts, and the entity tags that follow from them.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

use crate::error::{Error, ErrorKind};
use crate::types::{ETag, ObjectPart};

/// How much of a file is read at a time.
const CHUNK: usize = 128 * 1024;

/// The MD5 of some content.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Md5Sum([u8; 16]);

impl Md5Sum {
    /// As the header Content-MD5 has it.
    pub(super) fn base64(self) -> String {
        STANDARD.encode(self.0)
    }

    /// As entity tags have it, without quotes.
    pub(super) fn hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Complains if the service has calculated another one. Without encryption the entity tag of what was
    /// sent in one request is its MD5.
    pub(super) fn check(self, etag: Option<&str>, what: &str) -> Result<(), Error> {
        let Some(etag) = etag.map(ETag::from) else {
            return Ok(());
        };
        if etag.unquoted().eq_ignore_ascii_case(&self.hex()) {
            return Ok(());
        }
        let message = format!(
            "{what} has the MD5 {}, but what the service has stored has the entity tag {etag}",
            self.hex()
        );
        Err(Error::new(ErrorKind::ChecksumMismatch, message))
    }
}

/// The MD5 of a stretch of a file, and that of all stretches that went through `whole`. It is worked out on a
/// thread for work that blocks.
pub(super) async fn of_stretch(
    path: Arc<PathBuf>,
    stretch: Range<u64>,
    mut whole: Md5,
) -> Result<(Md5Sum, Md5), Error> {
    let shown = path.clone();
    let work = tokio::task::spawn_blocking(move || {
        let part = read(&path, stretch, &mut whole)?;
        Ok::<_, std::io::Error>((part, whole))
    });
    let done = work.await.map_err(std::io::Error::other);
    done.and_then(|read| read).map_err(|error| {
        let message = format!("cannot read {shown:?}: {}", error.kind());
        Error::invalid(message).with_source(error)
    })
}

fn read(path: &Path, stretch: Range<u64>, whole: &mut Md5) -> std::io::Result<Md5Sum> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(stretch.start))?;
    let mut left = file.take(stretch.end - stretch.start);
    let mut part = Md5::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = left.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        part.update(&chunk[..read]);
        whole.update(&chunk[..read]);
    }
    if left.limit() > 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Md5Sum(part.finalize().into()))
}

/// The sum of all that went through it.
pub(super) fn sum(whole: Md5) -> Md5Sum {
    Md5Sum(whole.finalize().into())
}

/// An entity tag for an object that is joined from parts, for which the service works out none: the MD5 of the
/// parts' MD5s and their number, as is usual elsewhere. `None` if the parts do not have MD5s for entity
/// tags.
pub(super) fn etag_of_parts(parts: &[ObjectPart]) -> Option<String> {
    let mut digest = Md5::new();
    for part in parts {
        let etag = ETag::from(part.etag.as_deref()?);
        let etag = etag.unquoted();
        if etag.len() != 32 || !etag.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        for at in (0..32).step_by(2) {
            digest.update([u8::from_str_radix(&etag[at..at + 2], 16).ok()?]);
        }
    }
    let sum = sum(digest);
    (!parts.is_empty()).then(|| format!("\"{}-{}\"", sum.hex(), parts.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(number: u64, etag: &str) -> ObjectPart {
        ObjectPart::new(number).etag(etag)
    }

    /// `printf '%s' 5d41402abc4b2a76b9719d911017c592 7d793037a0760186574b0282f2f435e7 | xxd -r -p | md5sum`
    #[test]
    fn tags_of_parts_are_the_usual_ones() {
        let parts = [
            part(0, "\"5d41402abc4b2a76b9719d911017c592\""),
            part(1, "7D793037A0760186574B0282F2F435E7"),
        ];
        let tag = etag_of_parts(&parts).unwrap();
        assert_eq!(tag, "\"065947336a2f2a95ba8899f3675c3be6-2\"");
        assert_eq!(etag_of_parts(&[]), None);
        assert_eq!(etag_of_parts(&[ObjectPart::new(0)]), None);
        assert_eq!(
            etag_of_parts(&[part(0, "zz41402abc4b2a76b9719d911017c592")]),
            None
        );
        assert_eq!(
            etag_of_parts(&[part(0, "+d41402abc4b2a76b9719d911017c592")]),
            None
        );
        assert_eq!(etag_of_parts(&[part(0, "中中中中中中中中中中aa")]), None);
    }
}
