//! Patterns in which `*` stands for any text, as CORS rules and policies have them.

/// Whether a pattern matches all of the text. Nothing but `*` has a meaning.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        // No star at all.
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*", "http://a", true),
            ("http://*.qingcloud.com", "http://www.qingcloud.com", true),
            ("http://*.qingcloud.com", "http://qingcloud.com", false),
            ("http://*.qingcloud.com", "https://www.qingcloud.com", false),
            (
                "http://*.qingcloud.com",
                "http://a.qingcloud.com.evil",
                false,
            ),
            ("http://a", "http://a", true),
            ("http://a", "http://ab", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXcYb", false),
            ("ab*ba", "aba", false),
            ("**", "x", true),
            ("", "", true),
            ("", "x", false),
            ("a?c", "abc", false),
            ("中*文", "中国文", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
