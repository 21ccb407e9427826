//! Dates and percent-encoding as they are written on the wire.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use percent_encoding::percent_decode_str;

/// `Mon, 02 Jan 2006 15:04:05 GMT`.
pub(crate) fn http_date(time: SystemTime) -> String {
    httpdate::fmt_http_date(time)
}

/// Reads the three date forms of RFC 9110.
pub(crate) fn parse_http_date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text).ok()
}

/// `2006-01-02T15:04:05.000Z`.
pub(crate) fn iso8601_millis(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}

/// `2006-01-02T15:04:05Z`.
pub(crate) fn iso8601_seconds(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}

/// Whole seconds since 1970.
pub(crate) fn unix(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// A time without its fraction of a second, as HTTP dates can name it.
pub(crate) fn whole_seconds(time: SystemTime) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(unix(time))
}

/// `PutObject` as `put_object`.
pub(crate) fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// Keeps a clock inside the years that dates can be written for, 1970 to 9999.
pub(crate) fn writable(time: SystemTime) -> SystemTime {
    let latest = UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    time.clamp(UNIX_EPOCH, latest)
}

/// Decodes `%XX`; `None` if an escape is broken or the bytes are not UTF-8.
pub(crate) fn percent_decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices('%') {
        let escape = bytes.get(at + 1..at + 3)?;
        if !escape.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
    }
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

/// Decodes a query name or value, where `+` may stand for a space.
pub(crate) fn form_decode(text: &str) -> Option<String> {
    if text.contains('+') {
        percent_decode(&text.replace('+', "%20"))
    } else {
        percent_decode(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_escapes_are_refused() {
        assert_eq!(percent_decode("a%20b%2Fc").as_deref(), Some("a b/c"));
        assert_eq!(percent_decode("%E4%B8%AD").as_deref(), Some("中"));
        for broken in ["%", "%2", "%zz", "a%2", "%+1", "%FF"] {
            assert_eq!(percent_decode(broken), None, "{broken}");
        }
        assert_eq!(form_decode("a+b%2Bc").as_deref(), Some("a b+c"));
    }

    #[test]
    fn names_in_small_letters() {
        assert_eq!(snake("ListObjects"), "list_objects");
        assert_eq!(snake("PutBucketCors"), "put_bucket_cors");
        assert_eq!(snake("-"), "-");
    }

    #[test]
    fn dates_have_the_documented_forms() {
        let time = UNIX_EPOCH + Duration::from_millis(1_418_232_031_007);
        assert_eq!(http_date(time), "Wed, 10 Dec 2014 17:20:31 GMT");
        assert_eq!(iso8601_millis(time), "2014-12-10T17:20:31.007Z");
        assert_eq!(iso8601_seconds(time), "2014-12-10T17:20:31Z");
        assert_eq!(
            parse_http_date("Wed, 10 Dec 2014 17:20:31 GMT"),
            Some(whole_seconds(time))
        );
    }

    #[test]
    fn a_clock_out_of_range_can_still_be_written() {
        let before = UNIX_EPOCH - Duration::from_secs(5);
        assert_eq!(http_date(writable(before)), "Thu, 01 Jan 1970 00:00:00 GMT");
        let after = UNIX_EPOCH + Duration::from_secs(999_999_999_999);
        assert_eq!(iso8601_seconds(writable(after)), "9999-12-31T23:59:59Z");
    }
}
