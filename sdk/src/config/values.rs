//! Values that are no text.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::error::Error;

/// Reads a switch.
pub(super) fn boolean(text: &str) -> Result<bool, Error> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(Error::config(format!("{text:?} is neither true nor false"))),
    }
}

/// Reads a whole number.
pub(super) fn number(text: &str, range: RangeInclusive<u32>) -> Result<u32, Error> {
    let legal = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| legal);
    number
        .filter(|number| range.contains(number))
        .ok_or_else(|| {
            Error::config(format!(
                "{text:?} is not a whole number from {} to {}",
                range.start(),
                range.end()
            ))
        })
}

/// A limit of time, which may be none: [`Duration::MAX`].
#[derive(Clone, Copy)]
pub(super) struct Limit(pub(super) Duration);

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Duration::MAX => f.write_str("none"),
            limit => write!(f, "{limit:?}"),
        }
    }
}

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// What a number without a unit counts.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    Seconds,
    /// In the Go SDK's part of a file.
    Nanoseconds,
}

/// Reads a time: `30`, `1.5`, `500ms`, `1m30s`. Zero is none.
pub(super) fn limit(text: &str, bare: Unit) -> Result<Limit, Error> {
    let refuse = || {
        Error::config(format!(
            "{text:?} is not a time; write seconds, as 30 or 1.5, or a number with ms, s, m or h; 0 means no limit"
        ))
    };
    let mut rest = text.trim();
    let mut total: u128 = 0;
    if rest.is_empty() {
        return Err(refuse());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
        let (number, after) = rest.split_at(digits.unwrap_or(rest.len()));
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.');
        let (unit, after) = after.split_at(end.unwrap_or(after.len()));
        let factor = match (unit, bare) {
            ("", Unit::Seconds) | ("s", _) => NANOS_PER_SECOND,
            ("", Unit::Nanoseconds) | ("ns", _) => 1,
            ("us" | "µs", _) => 1_000,
            ("ms", _) => 1_000_000,
            ("m", _) => 60 * NANOS_PER_SECOND,
            ("h", _) => 3_600 * NANOS_PER_SECOND,
            _ => return Err(refuse()),
        };
        total = scaled(number, factor)
            .and_then(|part| total.checked_add(part))
            .ok_or_else(refuse)?;
        rest = after;
    }
    if total == 0 {
        return Ok(Limit(Duration::MAX));
    }
    let seconds = u64::try_from(total / NANOS_PER_SECOND).map_err(|_| refuse())?;
    // The remainder is less than a thousand million.
    let nanos = u32::try_from(total % NANOS_PER_SECOND).map_err(|_| refuse())?;
    Ok(Limit(Duration::new(seconds, nanos)))
}

/// A decimal number times a factor, rounded down.
fn scaled(number: &str, factor: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || number.ends_with('.') {
        return None;
    }
    let mut sum = whole.parse::<u128>().ok()?.checked_mul(factor)?;
    let mut place = factor;
    for digit in fraction.bytes() {
        place /= 10;
        sum = sum.checked_add(u128::from(digit - b'0') * place)?;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, nanos) in [
            ("30", 30_000_000_000),
            ("1.5", 1_500_000_000),
            ("0.001", 1_000_000),
            ("500ms", 500_000_000),
            ("1m30s", 90_000_000_000),
            ("2h", 7_200_000_000_000),
            ("250us", 250_000),
            ("1ns", 1),
        ] {
            let read = limit(text, Unit::Seconds).unwrap();
            assert_eq!(read.0.as_nanos(), nanos, "{text}");
        }
        let read = limit("30000000000", Unit::Nanoseconds).unwrap();
        assert_eq!(read.0, Duration::from_secs(30));
        for none in ["0", "0s", "0.0"] {
            assert_eq!(limit(none, Unit::Seconds).unwrap().to_string(), "none");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            " ",
            "-1",
            "1e3",
            "abc",
            "1 s",
            "s",
            ".5",
            "1.",
            "1..2",
            "1d",
            "0x10",
            "∞",
            "NaN",
            "99999999999999999999999",
            "340282366920938463463374607431768211455h",
            "1.2.3s",
        ] {
            let error = limit(text, Unit::Seconds).map(|limit| limit.0).unwrap_err();
            assert!(
                error.to_string().contains("is not a time"),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn numbers_are_digits_within_bounds() {
        assert_eq!(number("0", 0..=100).unwrap(), 0);
        assert_eq!(number("100", 0..=100).unwrap(), 100);
        for text in [
            "",
            "101",
            "-1",
            "+1",
            "1.0",
            " 1",
            "1e1",
            "x",
            "99999999999",
        ] {
            assert!(number(text, 0..=100).is_err(), "{text}");
        }
    }
}
