//! The Range header.

use std::fmt;
use std::ops::{Bound, Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use crate::error::Error;

/// A part of an object.
///
/// ```
/// use qingstor::types::ByteRange;
///
/// assert_eq!(ByteRange::from(0..10).to_string(), "bytes=0-9");
/// assert_eq!(ByteRange::from(10..=19).to_string(), "bytes=10-19");
/// assert_eq!(ByteRange::from(5..).to_string(), "bytes=5-");
/// assert_eq!(ByteRange::from(..10).to_string(), "bytes=0-9");
/// assert_eq!(ByteRange::suffix(3).to_string(), "bytes=-3");
/// // The whole, for which nothing is said: an empty object has no byte 0 to begin with.
/// assert_eq!(ByteRange::from(..).to_header()?, None);
/// # Ok::<(), qingstor::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ByteRange(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Between(u64, u64),
    From(u64),
    Suffix(u64),
    Whole,
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

    /// The header's value; `None` for the whole.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a range of no bytes, which HTTP cannot say, and for one that ends before it
    /// begins.
    pub fn to_header(&self) -> Result<Option<String>, Error> {
        match self.0 {
            Kind::Whole => Ok(None),
            Kind::Empty => Err(Error::invalid(
                "the range is empty, and HTTP cannot ask for no bytes",
            )),
            Kind::Reversed(start, end) => Err(Error::invalid(format!(
                "the range is reversed: it begins at {start} and ends at {end}"
            ))),
            Kind::Between(..) | Kind::From(_) | Kind::Suffix(_) => Ok(Some(self.to_string())),
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

/// The first bytes.
impl From<RangeTo<u64>> for ByteRange {
    fn from(range: RangeTo<u64>) -> ByteRange {
        ByteRange::from(0..range.end)
    }
}

/// The first bytes.
impl From<RangeToInclusive<u64>> for ByteRange {
    fn from(range: RangeToInclusive<u64>) -> ByteRange {
        ByteRange::from(0..=range.end)
    }
}

/// The whole.
impl From<RangeFull> for ByteRange {
    fn from(_: RangeFull) -> ByteRange {
        ByteRange(Kind::Whole)
    }
}

/// Any kind of range, for those who are generic over `RangeBounds<u64>`.
impl From<(Bound<u64>, Bound<u64>)> for ByteRange {
    fn from((start, end): (Bound<u64>, Bound<u64>)) -> ByteRange {
        let start = match start {
            Bound::Unbounded => match end {
                Bound::Unbounded => return ByteRange(Kind::Whole),
                _ => 0,
            },
            Bound::Included(first) => first,
            Bound::Excluded(before) => match before.checked_add(1) {
                Some(first) => first,
                None => return ByteRange(Kind::Empty),
            },
        };
        match end {
            Bound::Unbounded => ByteRange::from(start..),
            Bound::Included(last) => ByteRange::from(start..=last),
            Bound::Excluded(end) => ByteRange::from(start..end),
        }
    }
}

impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Between(first, last) => write!(f, "bytes={first}-{last}"),
            Kind::From(first) => write!(f, "bytes={first}-"),
            Kind::Suffix(length) => write!(f, "bytes=-{length}"),
            Kind::Whole => f.write_str("bytes=(all)"),
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
        let first = ByteRange::from(0..=0).to_header().unwrap();
        assert_eq!(first.as_deref(), Some("bytes=0-0"));
    }

    #[test]
    fn every_kind_of_range_is_one() {
        use Bound::{Excluded, Included, Unbounded};
        for (range, header) in [
            (ByteRange::from(..5), Some("bytes=0-4")),
            (ByteRange::from(..=5), Some("bytes=0-5")),
            (ByteRange::from(..), None),
            (ByteRange::from((Unbounded, Unbounded)), None),
            (ByteRange::from((Included(2), Unbounded)), Some("bytes=2-")),
            (
                ByteRange::from((Excluded(2), Included(9))),
                Some("bytes=3-9"),
            ),
            (ByteRange::from((Unbounded, Excluded(9))), Some("bytes=0-8")),
            (
                ByteRange::from(0..u64::MAX),
                Some("bytes=0-18446744073709551614"),
            ),
        ] {
            assert_eq!(range.to_header().unwrap().as_deref(), header);
        }
        assert!(ByteRange::from(..0).to_header().is_err());
        let behind_all = ByteRange::from((Excluded(u64::MAX), Unbounded));
        assert!(behind_all.to_header().is_err());
    }
}
