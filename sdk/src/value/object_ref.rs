//! Objects named in headers.

use crate::encode;
use crate::error::Error;

/// An object that another request takes from: the source of a copy or a move.
///
/// ```
/// use qingstor::types::ObjectRef;
///
/// let source = ObjectRef::new("photos", "2026/my cat.png").version("abc");
/// assert_eq!(source.to_path()?, "/photos/2026/my%20cat.png?version_id=abc");
/// # Ok::<(), qingstor::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectRef {
    bucket: String,
    key: String,
    version: Option<String>,
}

impl ObjectRef {
    /// An object by its bucket and key, neither encoded.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> ObjectRef {
        ObjectRef {
            bucket: bucket.into(),
            key: key.into(),
            version: None,
        }
    }

    /// A certain version of it.
    #[must_use]
    pub fn version(mut self, id: impl Into<String>) -> ObjectRef {
        self.version = Some(id.into());
        self
    }

    /// The bucket.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The key, not encoded.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The version, if it is a certain one.
    pub fn version_id(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The header's value.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if the bucket or the key is empty, or has a segment `.` or `..`.
    pub fn to_path(&self) -> Result<String, Error> {
        if self.bucket.is_empty() || self.key.is_empty() {
            return Err(Error::invalid("the source needs a bucket and a key"));
        }
        let is_dots = |segment: &str| matches!(segment, "." | "..");
        if is_dots(&self.bucket) || self.key.split('/').any(is_dots) {
            return Err(Error::invalid(
                "the source has a '.' or '..' segment, which an intermediary could rewrite, so that another object would be taken; rename the object",
            ));
        }
        let mut path = String::with_capacity(self.bucket.len() + self.key.len() + 8);
        path.push('/');
        encode::push_component(&mut path, &self.bucket);
        path.push('/');
        encode::push_path(&mut path, &self.key);
        if let Some(version) = &self.version {
            path.push_str("?version_id=");
            encode::push_component(&mut path, version);
        }
        Ok(path)
    }
}

impl<B: Into<String>, K: Into<String>> From<(B, K)> for ObjectRef {
    fn from((bucket, key): (B, K)) -> ObjectRef {
        ObjectRef::new(bucket, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_versions_are_encoded_and_dots_are_refused() {
        let path = ObjectRef::from(("mybucket", "中文")).to_path().unwrap();
        assert_eq!(path, "/mybucket/%E4%B8%AD%E6%96%87");
        let source = |version: &str| ObjectRef::new("b", "x?y").version(version).to_path();
        let path = source("QS-4.a_b~").unwrap();
        assert_eq!(path, "/b/x%3Fy?version_id=QS-4.a_b~");
        let path = source("a&b=c d").unwrap();
        assert_eq!(path, "/b/x%3Fy?version_id=a%26b%3Dc%20d");
        for (bucket, key) in [("b", "../x"), ("b", "a/./b"), ("b", ".."), ("..", "k")] {
            let error = ObjectRef::new(bucket, key).to_path().unwrap_err();
            assert!(error.to_string().contains("intermediary"), "{error}");
        }
        let path = ObjectRef::new("b", "...").to_path().unwrap();
        assert_eq!(path, "/b/...");
        assert!(ObjectRef::new("", "k").to_path().is_err());
        assert!(ObjectRef::new("b", "").to_path().is_err());
    }
}
