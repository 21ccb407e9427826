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

    /// The header's value.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if the bucket or the key is empty.
    pub fn to_path(&self) -> Result<String, Error> {
        if self.bucket.is_empty() || self.key.is_empty() {
            return Err(Error::invalid("the source needs a bucket and a key"));
        }
        let mut path = String::with_capacity(self.bucket.len() + self.key.len() + 8);
        path.push('/');
        encode::push_component(&mut path, &self.bucket);
        path.push('/');
        encode::push_path(&mut path, &self.key);
        if let Some(version) = &self.version {
            path.push_str("?version_id=");
            path.push_str(version);
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
    fn keys_are_encoded_and_dots_are_kept() {
        let path = ObjectRef::from(("mybucket", "中文")).to_path().unwrap();
        assert_eq!(path, "/mybucket/%E4%B8%AD%E6%96%87");
        let path = ObjectRef::new("b", "../x?y").to_path().unwrap();
        assert_eq!(path, "/b/../x%3Fy");
        assert!(ObjectRef::new("", "k").to_path().is_err());
        assert!(ObjectRef::new("b", "").to_path().is_err());
    }
}
