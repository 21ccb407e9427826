//! Places in a list, to go on from there later.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::encode;
use crate::error::Error;
use crate::operation::Metadata;

/// Where a page of a list begins. Kept as text, it lets another process go on with the list.
///
/// The text has the operation's name and its markers, and no secret:
/// `ListObjects?marker=2026%2Fcat.png`. A position says nothing about prefix, delimiter and bucket, so
/// resume the same list.
///
/// ```
/// # async fn demo(bucket: &qingstor::Bucket) -> Result<(), Box<dyn std::error::Error>> {
/// use qingstor::operation::Position;
///
/// let mut pages = bucket.list_objects().prefix("2026/").pages();
/// let first = pages.try_next().await?;
/// let kept: Option<String> = pages.position().map(|position| position.to_string());
///
/// // Later, perhaps in another process:
/// if let Some(kept) = kept {
///     let position: Position = kept.parse()?;
///     let mut rest = bucket.list_objects().prefix("2026/").pages().resume_at(&position);
///     let second = rest.try_next().await?;
///     # let _ = second;
/// }
/// # let _ = first; Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    operation: Cow<'static, str>,
    markers: Vec<(Cow<'static, str>, String)>,
}

impl Position {
    /// The beginning of a list. For implementations of [`Paged`](super::Paged).
    pub fn new(metadata: &Metadata) -> Position {
        Position {
            operation: Cow::Borrowed(metadata.id()),
            markers: Vec::new(),
        }
    }

    /// Adds the value of a field of the request; one that is not set is left out.
    #[must_use]
    pub fn with<T: Marker>(mut self, field: &'static str, value: &Option<T>) -> Position {
        if let Some(value) = value {
            self.markers.push((Cow::Borrowed(field), value.to_marker()));
        }
        self
    }

    /// The value of a field of the request; `None` if it is not set.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if the text is not such a value.
    pub fn get<T: Marker>(&self, field: &str) -> Result<Option<T>, Error> {
        let Some((_, text)) = self.markers.iter().find(|(name, _)| name == field) else {
            return Ok(None);
        };
        let value = T::from_marker(text);
        value.map(Some).ok_or_else(|| {
            Error::invalid(format!(
                "the position {self} cannot be read: {text:?} is no value of {field}"
            ))
        })
    }

    /// The name of the operation whose list it is a position in, such as `"ListObjects"`.
    pub fn operation(&self) -> &str {
        &self.operation
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        encode::push_component(&mut out, &self.operation);
        for (index, (field, value)) in self.markers.iter().enumerate() {
            out.push(if index == 0 { '?' } else { '&' });
            encode::push_component(&mut out, field);
            out.push('=');
            encode::push_component(&mut out, value);
        }
        f.write_str(&out)
    }
}

impl FromStr for Position {
    type Err = Error;

    fn from_str(text: &str) -> Result<Position, Error> {
        let unreadable = || Error::invalid(format!("{text:?} is not a position in a list"));
        let decoded = |text: &str| {
            let bytes = percent_encoding::percent_decode_str(text);
            let text = bytes.decode_utf8().map_err(|_| unreadable())?;
            Ok::<_, Error>(text.into_owned())
        };
        let (operation, rest) = match text.split_once('?') {
            Some((operation, rest)) => (operation, Some(rest)),
            None => (text, None),
        };
        if operation.is_empty() {
            return Err(unreadable());
        }
        let mut markers: Vec<(Cow<'static, str>, String)> = Vec::new();
        for pair in rest.into_iter().flat_map(|rest| rest.split('&')) {
            let (field, value) = pair.split_once('=').ok_or_else(unreadable)?;
            let field = decoded(field)?;
            if field.is_empty() || markers.iter().any(|(known, _)| *known == field) {
                return Err(unreadable());
            }
            markers.push((Cow::Owned(field), decoded(value)?));
        }
        Ok(Position {
            operation: Cow::Owned(decoded(operation)?),
            markers,
        })
    }
}

/// A value that tells where a page begins, and its text in a [`Position`].
pub trait Marker: Sized {
    /// The text.
    fn to_marker(&self) -> String;

    /// The value; `None` if the text is none.
    fn from_marker(text: &str) -> Option<Self>;
}

/// Values whose own text form can be read back.
macro_rules! plain {
    ($($ty:ty),*) => {
        $(impl Marker for $ty {
            fn to_marker(&self) -> String {
                self.to_string()
            }

            fn from_marker(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        })*
    };
}
plain!(String, bool, i32, i64, u64, f64);

/// Base64.
impl Marker for Bytes {
    fn to_marker(&self) -> String {
        STANDARD.encode(self)
    }

    fn from_marker(text: &str) -> Option<Bytes> {
        STANDARD.decode(text).ok().map(Bytes::from)
    }
}

/// Nanoseconds since 1970.
impl Marker for SystemTime {
    fn to_marker(&self) -> String {
        match self.duration_since(UNIX_EPOCH) {
            Ok(since) => since.as_nanos().to_string(),
            Err(before) => format!("-{}", before.duration().as_nanos()),
        }
    }

    fn from_marker(text: &str) -> Option<SystemTime> {
        let nanos: i128 = text.parse().ok()?;
        let seconds = u64::try_from(nanos.unsigned_abs() / 1_000_000_000).ok()?;
        let rest = u32::try_from(nanos.unsigned_abs() % 1_000_000_000).ok()?;
        let distance = Duration::new(seconds, rest);
        if nanos < 0 {
            UNIX_EPOCH.checked_sub(distance)
        } else {
            UNIX_EPOCH.checked_add(distance)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Scope;

    const LIST: Metadata = Metadata::new("ListThings", "GET Things", "GET", Scope::Bucket);

    #[test]
    fn positions_are_the_same_after_a_round_through_text() {
        let position = Position::new(&LIST)
            .with("marker", &Some("a&b=c?中/ \n%".to_owned()))
            .with("offset", &Some(7_u64))
            .with("missing", &None::<String>)
            .with("empty", &Some(String::new()));
        let text = position.to_string();
        assert_eq!(
            text,
            "ListThings?marker=a%26b%3Dc%3F%E4%B8%AD%2F%20%0A%25&offset=7&empty="
        );
        let back: Position = text.parse().unwrap();
        assert_eq!(back, position);
        assert_eq!(back.operation(), "ListThings");
        assert_eq!(back.get("offset").unwrap(), Some(7_u64));
        assert_eq!(back.get::<String>("missing").unwrap(), None);
        assert_eq!(back.get("empty").unwrap(), Some(String::new()));
        let error = back.get::<u64>("marker").unwrap_err();
        assert!(error.to_string().contains("no value of marker"), "{error}");
        let beginning: Position = "ListThings".parse().unwrap();
        assert_eq!(beginning, Position::new(&LIST));
    }

    #[test]
    fn texts_that_are_no_positions_are_refused() {
        for text in [
            "",
            "?a=1",
            "L?",
            "L?a",
            "L?=1",
            "L?a=1&a=2",
            "L?a=%FF",
            "L?a=1&",
        ] {
            assert!(text.parse::<Position>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_kind_of_marker_comes_back() {
        fn check<T: Marker + PartialEq + fmt::Debug>(value: T) {
            assert_eq!(T::from_marker(&value.to_marker()), Some(value));
        }
        check(true);
        check(-1_i32);
        check(i64::MIN);
        check(0.1_f64);
        check(Bytes::from_static(b"\0\xff"));
        check(UNIX_EPOCH);
        check(UNIX_EPOCH + Duration::new(1, 5));
        check(UNIX_EPOCH - Duration::new(1, 5));
        assert_eq!(SystemTime::from_marker("x"), None);
        assert_eq!(SystemTime::from_marker(&i128::MAX.to_string()), None);
        assert_eq!(SystemTime::from_marker(&i128::MIN.to_string()), None);
    }
}
