//! Text forms of values in headers, queries and messages.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::Error;

/// 9999-12-31T23:59:59Z, the last second that HTTP dates can say.
const LAST_SECOND: u64 = 253_402_300_799;

/// How much of a text from outside goes into a message.
const MESSAGE_LIMIT: usize = 1024;

/// An HTTP date such as `Wed, 10 Dec 2014 17:20:31 GMT`. Times before 1970 and after 9999 are moved
/// to those limits, since the format has no others.
pub fn http_date(time: SystemTime) -> String {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs().min(LAST_SECOND));
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// Reads an HTTP date in any of the three forms of RFC 9110.
///
/// # Errors
///
/// `Decode` if the text is no such date.
pub fn parse_http_date(text: &str) -> Result<SystemTime, Error> {
    httpdate::parse_http_date(text.trim())
        .map_err(|_| Error::decode(format!("{text:?} is not an HTTP date")))
}

/// Seconds since 1970, rounded down.
pub fn unix(time: SystemTime) -> String {
    unix_seconds(time).to_string()
}

/// Seconds since 1970 as a number, rounded down.
pub fn unix_seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => {
            let before = before.duration();
            let whole = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
            whole
                .saturating_neg()
                .saturating_sub(i64::from(before.subsec_nanos() > 0))
        }
    }
}

/// Reads seconds since 1970.
///
/// # Errors
///
/// `Decode` if the text is no whole number or out of range.
pub fn parse_unix(text: &str) -> Result<SystemTime, Error> {
    text.trim()
        .parse()
        .ok()
        .and_then(from_unix)
        .ok_or_else(|| Error::decode(format!("{text:?} is not a Unix time in seconds")))
}

pub(crate) fn from_unix(seconds: i64) -> Option<SystemTime> {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 {
        UNIX_EPOCH.checked_sub(distance)
    } else {
        UNIX_EPOCH.checked_add(distance)
    }
}

/// An ISO 8601 time in UTC with milliseconds, such as `2016-09-01T15:30:00.000Z`: the form in which the service
/// writes most of its times.
pub fn iso8601(time: SystemTime) -> String {
    let seconds = unix_seconds(time);
    let millis = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => since.subsec_millis(),
        Err(before) => (1000 - before.duration().subsec_millis()) % 1000,
    };
    let (days, clock) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// Reads an ISO 8601 time: `2016-09-01T15:30:00`, with an optional fraction and `Z` or an offset
/// such as `+08:00`. Without either it is taken as UTC.
///
/// # Errors
///
/// `Decode` if the text is no such time.
pub fn parse_iso8601(text: &str) -> Result<SystemTime, Error> {
    iso8601_parts(text.trim())
        .ok_or_else(|| Error::decode(format!("{text:?} is not an ISO 8601 time")))
}

fn iso8601_parts(text: &str) -> Option<SystemTime> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    let valid = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !valid {
        return None;
    }
    let (nanos, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            (fraction(&rest[..end])?, &rest[end..])
        }
        None => (0, rest),
    };
    let offset = match zone {
        "" | "Z" | "z" => 0,
        zone => {
            let sign = if zone.starts_with('+') { 1 } else { -1 };
            let [hours, minutes] = numbers(zone.strip_prefix(['+', '-'])?, ':', [2, 2])?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            sign * (hours * 3600 + minutes * 60)
        }
    };
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    from_unix(seconds)?.checked_add(Duration::from_nanos(nanos))
}

fn numbers<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[i64; N]> {
    let mut pieces = text.split(separator);
    let mut found = [0; N];
    for (number, width) in found.iter_mut().zip(widths) {
        let piece = pieces.next()?;
        if piece.len() != width || !piece.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = piece.parse().ok()?;
    }
    pieces.next().is_none().then_some(found)
}

fn fraction(digits: &str) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    let kept = &digits[..digits.len().min(9)];
    let scale = 10_u64.pow(9 - u32::try_from(kept.len()).ok()?);
    Some(kept.parse::<u64>().ok()? * scale)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March put the leap day last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of [`days`].
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = (shifted_month + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Bytes in standard base64.
pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// Values joined by commas, for one header or query value.
pub fn comma_separated<T: fmt::Display>(values: &[T]) -> String {
    let values: Vec<String> = values.iter().map(T::to_string).collect();
    values.join(",")
}

/// The beginning of a text, if it has more than `limit` bytes.
pub(crate) fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let mut end = limit;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Cow::Owned(format!("{}…", &text[..end]))
}

/// Makes a text from outside fit for one line of a message: control characters and those that
/// reorder or break lines are escaped, and the length is bounded.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    let plain = |c: char| {
        !c.is_control()
            && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.len() <= MESSAGE_LIMIT && text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len().min(MESSAGE_LIMIT) + 8);
    for c in text.chars() {
        if safe.len() >= MESSAGE_LIMIT {
            safe.push('…');
            break;
        }
        if plain(c) {
            safe.push(c);
        } else {
            safe.extend(c.escape_default());
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_back() {
        // RFC 9110 section 5.6.7 and RFC 3339 section 5.8.
        let time = UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(http_date(time), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(
            parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap(),
            time
        );
        assert_eq!(iso8601(time), "1994-11-06T08:49:37.000Z");
        assert_eq!(
            parse_iso8601("1996-12-19T16:39:57-08:00").unwrap(),
            UNIX_EPOCH + Duration::from_secs(851_042_397)
        );
        assert_eq!(
            parse_iso8601("1985-04-12T23:20:50.52Z").unwrap(),
            UNIX_EPOCH + Duration::from_millis(482_196_050_520)
        );
        assert_eq!(
            iso8601(UNIX_EPOCH - Duration::from_millis(1)),
            "1969-12-31T23:59:59.999Z"
        );
        assert_eq!(
            parse_iso8601("2024-02-29T00:00:00Z").unwrap(),
            UNIX_EPOCH + Duration::from_secs(1_709_164_800)
        );
    }

    #[test]
    fn bad_dates_are_errors() {
        for text in [
            "",
            "2023-02-29T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-01-01",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00+8",
            "2024-01-01T00:00:00é",
            "é024-01-01T00:00:00",
        ] {
            assert!(parse_iso8601(text).is_err(), "{text}");
        }
        assert!(parse_http_date("yesterday").is_err());
        assert!(parse_unix("9999999999999999999").is_err());
        assert!(parse_unix("1.5").is_err());
    }

    #[test]
    fn times_outside_of_the_format_are_moved_to_its_limits() {
        assert_eq!(
            http_date(UNIX_EPOCH - Duration::from_secs(5)),
            "Thu, 01 Jan 1970 00:00:00 GMT"
        );
        assert_eq!(
            http_date(UNIX_EPOCH + Duration::from_secs(LAST_SECOND + 10)),
            "Fri, 31 Dec 9999 23:59:59 GMT"
        );
        assert_eq!(unix(UNIX_EPOCH - Duration::from_millis(1500)), "-2");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("中文", 6), "中文");
        assert_eq!(cut("中文", 5), "中…");
        assert_eq!(cut("中文", 2), "…");
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(printable("a\r\nb\u{1b}[31m"), "a\\r\\nb\\u{1b}[31m");
        assert_eq!(printable("中文 ok"), "中文 ok");
        assert_eq!(printable("x\u{202e}y"), "x\\u{202e}y");
        assert!(printable(&"x".repeat(9000)).len() < 1100);
    }

    proptest::proptest! {
        #[test]
        fn iso8601_round_trips(millis in 0_u64..253_402_300_800_000) {
            let time = UNIX_EPOCH + Duration::from_millis(millis);
            proptest::prop_assert_eq!(parse_iso8601(&iso8601(time)).unwrap(), time);
        }

        #[test]
        fn parsers_never_panic(text in "\\PC*") {
            let _ = (parse_iso8601(&text), parse_http_date(&text), parse_unix(&text));
        }
    }
}
