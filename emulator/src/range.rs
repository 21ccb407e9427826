//! The Range header: one range of bytes.

use crate::error::{ApiError, code};

/// First and last byte of a part of something that is `size` bytes long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// Reads `bytes=a-b`, `bytes=a-` or `bytes=-n`.
pub(crate) fn parse(header: &str, size: u64) -> Result<Span, ApiError> {
    span(header, size).ok_or_else(|| {
        ApiError::new(
            code::INVALID_RANGE,
            format!("`{header}` is not one range of bytes inside {size}"),
        )
        .with_header("Content-Range", format!("bytes */{size}"))
    })
}

fn span(header: &str, size: u64) -> Option<Span> {
    let (unit, range) = header.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    if first.is_empty() {
        let count = number(last)?.min(size);
        if count == 0 {
            return None;
        }
        return Some(Span {
            first: size - count,
            last: size - 1,
        });
    }
    let first = number(first)?;
    let last = if last.is_empty() {
        u64::MAX
    } else {
        number(last)?
    };
    if first > last || first >= size {
        return None;
    }
    Some(Span {
        first,
        last: last.min(size - 1),
    })
}

/// Digits only; more than fits counts as the largest number.
fn number(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_ten_bytes() {
        for (header, expected) in [
            ("bytes=0-3", Some((0, 3))),
            ("bytes=5-", Some((5, 9))),
            ("bytes=-4", Some((6, 9))),
            ("bytes=-99", Some((0, 9))),
            ("bytes=9-99", Some((9, 9))),
            ("bytes=0-99999999999999999999999", Some((0, 9))),
            ("BYTES=0-0", Some((0, 0))),
            ("bytes=10-", None),
            ("bytes=3-2", None),
            ("bytes=-0", None),
            ("bytes=-", None),
            ("bytes=0-1,3-4", None),
            ("100-", None),
            ("bytes=+1-2", None),
            ("lines=0-3", None),
            ("bytes=a-b", None),
        ] {
            let seen = span(header, 10).map(|span| (span.first, span.last));
            assert_eq!(seen, expected, "{header}");
        }
        assert_eq!(span("bytes=0-", 0), None);
        assert_eq!(span("bytes=-1", 0), None);
    }
}
