//! The Range header.

use std::fmt;
use std::ops::{Range, RangeFrom, RangeInclusive};

use crate::error::Error;

/// A part of an object.
///
/// ```
/// use qingstor::types::ByteRange;
///
/// assert_eq!(ByteRange::from(0..10).to_string(), "bytes=0-9");
/// assert_eq!(ByteRange::from(10..=19).to_string(), "bytes=10-19");
/// assert_eq!(ByteRange::from(5..).to_string(), "bytes=5-");
/// assert_eq!(ByteRange::suffix(3).to_string(), "bytes=-3");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ByteRange(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Between(u64, u64),
    From(u64),
    Suffix(u64),
    Empty,
    Reversed(u64, u64),
}

impl ByteRange {
    /// The last `length` bytes.
    pub fn suffix(length: u64) -> ByteRange {
        match length {
            0 => ByteRange(Kind::Empty),
            length => ByteRange(Kind::Suffix(length)),
        }
    }

    /// The header's value.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a range of no bytes, which HTTP cannot say, and for one that ends before it
    /// begins.
    pub fn to_header(&self) -> Result<String, Error> {
        match self.0 {
            Kind::Empty => Err(Error::invalid(
                "the range is empty, and HTTP cannot ask for no bytes",
            )),
            Kind::Reversed(start, end) => Err(Error::invalid(format!(
                "the range is reversed: it begins at {start} and ends at {end}"
            ))),
            _ => Ok(self.to_string()),
        }
    }
}

impl From<Range<u64>> for ByteRange {
    fn from(range: Range<u64>) -> ByteRange {
        match range.end.checked_sub(1) {
            Some(last) if range.start <= last => ByteRange(Kind::Between(range.start, last)),
            _ if range.start > range.end => ByteRange(Kind::Reversed(range.start, range.end)),
            _ => ByteRange(Kind::Empty),
        }
    }
}

impl From<RangeInclusive<u64>> for ByteRange {
    fn from(range: RangeInclusive<u64>) -> ByteRange {
        if range.start() > range.end() {
            return ByteRange(Kind::Reversed(*range.start(), *range.end()));
        }
        if range.is_empty() {
            return ByteRange(Kind::Empty);
        }
        ByteRange(Kind::Between(*range.start(), *range.end()))
    }
}

impl From<RangeFrom<u64>> for ByteRange {
    fn from(range: RangeFrom<u64>) -> ByteRange {
        ByteRange(Kind::From(range.start))
    }
}

impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Between(first, last) => write!(f, "bytes={first}-{last}"),
            Kind::From(first) => write!(f, "bytes={first}-"),
            Kind::Suffix(length) => write!(f, "bytes=-{length}"),
            Kind::Empty => f.write_str("bytes=(empty)"),
            Kind::Reversed(..) => f.write_str("bytes=(reversed)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_ranges_are_refused() {
        for range in [
            ByteRange::from(0..0),
            ByteRange::from(7..7),
            ByteRange::suffix(0),
        ] {
            let error = range.to_header().unwrap_err();
            assert!(error.to_string().contains("empty"), "{error}");
        }
        #[allow(clippy::reversed_empty_ranges)] // That is what is tested.
        let reversed = [ByteRange::from(9..3), ByteRange::from(9..=3)];
        for range in reversed {
            let error = range.to_header().unwrap_err();
            assert!(
                error.to_string().contains("begins at 9 and ends at 3"),
                "{error}"
            );
        }
        assert_eq!(ByteRange::from(0..=0).to_header().unwrap(), "bytes=0-0");
    }
}
