//! Values that are not to be shown.

use std::fmt;
use std::ops::Deref;

use serde::{Serialize, Serializer};

/// A value that `Debug` does not show.
///
/// ```
/// use qingstor::operation::Sensitive;
///
/// let token = Sensitive("secret".to_owned());
/// assert_eq!(format!("{token:?}"), "(hidden)");
/// assert_eq!(token.len(), 6);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Sensitive<T>(pub T);

impl<T> Deref for Sensitive<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

impl<T: Serialize> Serialize for Sensitive<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
