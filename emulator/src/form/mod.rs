//! Forms that upload a file: `multipart/form-data`, whose fields come before the file.

mod disposition;
mod policy;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8};
use futures_util::stream::{self, Stream, StreamExt as _};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Uri};
use multer::Multipart;

pub(crate) use policy::{Credentials, check_policy};

use crate::error::{ApiError, code};

/// All that comes before the file's content has at most so many bytes.
const MAX_FIELDS: usize = 64 << 10;

const META: &str = "x-qs-meta-";

/// Fields that say who sends the form; the policy does not speak of them.
const OF_THE_SIGNATURE: [&str; 3] = ["access_key_id", "policy", "signature"];

/// The fields before the file, in order, with the names as they were sent.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// A field's value; upper and lower case are the same in names.
    pub(crate) fn get(&self, wanted: &str) -> Option<&str> {
        let found = self
            .0
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.as_str())
    }

    /// A field's value that counts as absent when it is empty.
    pub(crate) fn nonempty(&self, wanted: &str) -> Option<&str> {
        self.get(wanted).filter(|value| !value.is_empty())
    }

    /// The fields that a policy has to name.
    fn governed(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = |name: &str| {
            OF_THE_SIGNATURE
                .iter()
                .any(|of| name.eq_ignore_ascii_case(of))
        };
        let fields = self.0.iter().filter(move |(name, _)| !own(name));
        fields.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The fields that describe the object, as the headers that they stand for.
    pub(crate) fn headers(&self, media_type: Option<&str>) -> Result<HeaderMap, ApiError> {
        let mut headers = HeaderMap::new();
        for (name, value) in self.governed() {
            let name = name.to_ascii_lowercase();
            let described = matches!(
                name.as_str(),
                "cache-control"
                    | "content-disposition"
                    | "content-encoding"
                    | "content-language"
                    | "expires"
                    | "x-qs-storage-class"
            );
            if value.is_empty() || !described && !is_metadata(&name) {
                continue;
            }
            let illegal = || ApiError::argument(&name, "is no header that can be stored");
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| illegal())?;
            let value = HeaderValue::from_str(value).map_err(|_| illegal())?;
            headers.append(header, value);
        }
        if let Some(media_type) = media_type {
            let value = HeaderValue::from_str(media_type)
                .map_err(|_| ApiError::argument("content-type", "is no media type"))?;
            headers.insert(CONTENT_TYPE, value);
        }
        Ok(headers)
    }

    /// Whether there is metadata of the user's own.
    pub(crate) fn have_metadata(&self) -> bool {
        self.governed().any(|(name, _)| is_metadata(name))
    }

    /// Where the browser is to go afterwards.
    pub(crate) fn redirect(&self) -> Result<Option<&str>, ApiError> {
        let Some(target) = self.nonempty("redirect") else {
            return Ok(None);
        };
        let uri: Option<Uri> = target.split('#').next().and_then(|uri| uri.parse().ok());
        let web = uri.is_some_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some_and(|host| !host.is_empty())
        });
        if !web || HeaderValue::from_str(target).is_err() {
            return Err(ApiError::argument(
                "redirect",
                "must be an absolute http or https URL",
            ));
        }
        Ok(Some(target))
    }
}

fn is_metadata(name: &str) -> bool {
    name.get(..META.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(META))
}

/// The file of a form, whose content is still to come.
pub(crate) struct File<'a> {
    field: multer::Field<'a>,
    /// What the browser says that it is called, without folders; empty if it does not.
    pub(crate) name: String,
    /// What the browser says that it is.
    pub(crate) content_type: Option<String>,
}

impl File<'_> {
    /// The bytes that come next; nothing at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        self.field.chunk().await.map_err(malformed)
    }
}

/// Reads up to the file. What has been read of the fields is there even if this fails.
pub(crate) async fn open<'a>(
    body: impl Stream<Item = Result<Bytes, ApiError>> + Send + 'a,
    content_type: &str,
    fields: &mut Fields,
) -> Result<File<'a>, ApiError> {
    let boundary = multer::parse_boundary(content_type).map_err(|_| {
        ApiError::argument(
            "Content-Type",
            "must be `multipart/form-data` with a boundary",
        )
    })?;
    let progress = Arc::new(Progress::default());
    let mut multipart = Multipart::new(limited(body, Arc::clone(&progress)), boundary);
    let mut raw: Vec<(String, Vec<u8>)> = Vec::new();
    let mut size = 0_usize;
    loop {
        progress.ask();
        let Some(mut field) = multipart.next_field().await.map_err(malformed)? else {
            return Err(ApiError::argument("file", "the form has no such field"));
        };
        let name = field_name(&field).ok_or_else(|| {
            ApiError::new(code::INVALID_REQUEST, "A field of the form has no name")
        })?;
        if name.eq_ignore_ascii_case("file") {
            progress.at_file.store(true, Ordering::Relaxed);
            let encoding = encoding(&raw)?;
            fields.0 = decode(encoding, raw)?;
            return file(field, encoding);
        }
        let mut value = Vec::new();
        size = size.saturating_add(name.len());
        loop {
            progress.ask();
            let Some(piece) = field.chunk().await.map_err(malformed)? else {
                break;
            };
            size = size.saturating_add(piece.len());
            if size > MAX_FIELDS {
                return Err(too_much());
            }
            value.extend_from_slice(&piece);
        }
        if raw
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(&name))
        {
            return Err(ApiError::argument(&name, "the form has this field twice"));
        }
        if name.eq_ignore_ascii_case("redirect")
            && let Ok(text) = std::str::from_utf8(&value)
        {
            fields.0.push((name.clone(), text.to_owned()));
        }
        raw.push((name, value));
    }
}

/// A field's own name. The parser's takes what stands in the quotes of the file's name for one, too.
fn field_name(field: &multer::Field<'_>) -> Option<String> {
    let disposition = field.headers().get(CONTENT_DISPOSITION)?.as_bytes();
    disposition::parameter(&String::from_utf8_lossy(disposition), "name")
}

/// How far the form is read, for the stream that the parser reads from.
#[derive(Default)]
struct Progress {
    at_file: AtomicBool,
    /// How often the parser was asked for something.
    questions: AtomicUsize,
}

impl Progress {
    /// Says that the parser is about to be asked.
    fn ask(&self) {
        self.questions.fetch_add(1, Ordering::Relaxed);
    }
}

fn too_much() -> ApiError {
    ApiError::new(
        code::INVALID_REQUEST,
        format!("The form has more than {MAX_FIELDS} bytes before its file"),
    )
}

/// One piece at a time, so that no more than a few are in memory; and an error where the fields take too much. A piece may be
/// longer than all fields are, so what counts is whether the parser needs another one before it comes to the file.
fn limited<'a>(
    body: impl Stream<Item = Result<Bytes, ApiError>> + Send + 'a,
    progress: Arc<Progress>,
) -> impl Stream<Item = Result<Bytes, Carried>> + Send + 'a {
    stream::unfold((Box::pin(body), 0_usize), move |(mut body, seen)| {
        let progress = Arc::clone(&progress);
        async move {
            // The parser takes in whatever is ready, whenever it is asked for something: let it look at what it has first. It
            // may come here twice before it looks.
            let mut question = progress.questions.load(Ordering::Relaxed);
            let mut looks = 0;
            while looks < 2 {
                tokio::task::yield_now().await;
                let now = progress.questions.load(Ordering::Relaxed);
                looks = if now == question { looks + 1 } else { 0 };
                question = now;
            }
            if seen > MAX_FIELDS && !progress.at_file.load(Ordering::Relaxed) {
                return Some((Err(Carried(too_much())), (body, seen)));
            }
            let piece = body.next().await?.map_err(Carried);
            let length = piece.as_ref().map_or(0, Bytes::len);
            Some((piece, (body, seen.saturating_add(length))))
        }
    })
}

/// An error on its way through the parser.
#[derive(Debug)]
struct Carried(ApiError);

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Carried {}

fn malformed(error: multer::Error) -> ApiError {
    let text = error.to_string();
    match error {
        multer::Error::StreamReadFailed(cause) => match cause.downcast::<Carried>() {
            Ok(carried) => carried.0,
            Err(cause) => ApiError::new(code::INVALID_REQUEST, cause.to_string()),
        },
        multer::Error::IncompleteFieldData { .. }
        | multer::Error::IncompleteHeaders
        | multer::Error::IncompleteStream => ApiError::new(
            code::INCOMPLETE_BODY,
            "The form ends before its last boundary",
        ),
        _ => ApiError::new(
            code::INVALID_REQUEST,
            format!("The form is malformed: {text}"),
        ),
    }
}

/// The encoding that the form names for its texts; UTF-8 if it names none.
fn encoding(raw: &[(String, Vec<u8>)]) -> Result<&'static Encoding, ApiError> {
    let charset = raw
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("charset"));
    match charset {
        Some((_, label)) if !label.is_empty() => Encoding::for_label(label).ok_or_else(|| {
            ApiError::argument("charset", "is no character encoding that is known here")
        }),
        _ => Ok(UTF_8),
    }
}

fn decode(
    encoding: &'static Encoding,
    raw: Vec<(String, Vec<u8>)>,
) -> Result<Vec<(String, String)>, ApiError> {
    let decoded = raw.into_iter().map(|(name, bytes)| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes);
        match text {
            Some(text) => Ok((name, text.into_owned())),
            None => Err(ApiError::argument(
                &name,
                format!("is not text in {}", encoding.name()),
            )),
        }
    });
    decoded.collect()
}

fn file<'a>(field: multer::Field<'a>, encoding: &'static Encoding) -> Result<File<'a>, ApiError> {
    let header = |name: HeaderName| field.headers().get(name).map(HeaderValue::as_bytes);
    let disposition = header(CONTENT_DISPOSITION).unwrap_or_default();
    let disposition = encoding
        .decode_without_bom_handling_and_without_replacement(disposition)
        .ok_or_else(|| {
            ApiError::argument(
                "file",
                format!("its name is not text in {}", encoding.name()),
            )
        })?;
    let content_type =
        header(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value).trim().to_owned());
    Ok(File {
        name: disposition::base_name(&disposition),
        content_type: content_type.filter(|value| !value.is_empty()),
        field,
    })
}
