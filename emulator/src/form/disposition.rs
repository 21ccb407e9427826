//! The names in `Content-Disposition: form-data; name="file"; filename="a b.png"`: the field's and the file's.

/// The name without its folders; empty if there is none.
pub(super) fn base_name(disposition: &str) -> String {
    let name = parameter(disposition, "filename").unwrap_or_default();
    match name.rsplit(['/', '\\']).next() {
        Some(last) => last.to_owned(),
        None => name,
    }
}

/// A parameter's value. What stands in the quotes of another one is none.
pub(super) fn parameter(disposition: &str, wanted: &str) -> Option<String> {
    let mut rest = disposition;
    loop {
        // Up to the next `;` that is not in quotes.
        rest = &rest[end_of_part(rest)..];
        rest = rest.strip_prefix(';')?.trim_start();
        let (name, value) = rest.split_once('=')?;
        if name.trim().eq_ignore_ascii_case(wanted) {
            let value = value.trim_start();
            let raw = match value.strip_prefix('"') {
                Some(quoted) => &quoted[..end_of_quoted(quoted)],
                None => value[..end_of_part(value)].trim_end(),
            };
            return Some(unescape(raw));
        }
    }
}

fn end_of_part(text: &str) -> usize {
    let mut quoted = false;
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        match letter {
            '"' if !(quoted && before == '\\') => quoted = !quoted,
            ';' if !quoted => return at,
            _ => {}
        }
        before = letter;
    }
    text.len()
}

fn end_of_quoted(text: &str) -> usize {
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        if letter == '"' && before != '\\' {
            return at;
        }
        before = letter;
    }
    text.len()
}

/// Browsers write `"`, CR and LF as `%22`, `%0D` and `%0A`, and nothing else so; others put a backslash before a quote.
/// Other backslashes are part of a name: some browsers send whole paths.
fn unescape(raw: &str) -> String {
    raw.replace("\\\"", "\"")
        .replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_without_their_folders() {
        for (header, expected) in [
            (r#"form-data; name="file"; filename="a b.png""#, "a b.png"),
            (r#"form-data; filename="icon.jpg"; name="file""#, "icon.jpg"),
            (r#"form-data; name="file"; filename=icon.jpg"#, "icon.jpg"),
            (
                r#"form-data; name="file"; FileName = "icon.jpg" ; x=y"#,
                "icon.jpg",
            ),
            (
                r#"form-data; name="file"; filename="C:\photos\cat.png""#,
                "cat.png",
            ),
            (
                r#"form-data; name="file"; filename="/home/ann/cat.png""#,
                "cat.png",
            ),
            (r#"form-data; name="file"; filename="a;b.png""#, "a;b.png"),
            (r#"form-data; name="fi;filename=no"; filename="yes""#, "yes"),
            (
                r#"form-data; name="file"; filename="say %22hi%22 100%.txt""#,
                "say \"hi\" 100%.txt",
            ),
            (
                r#"form-data; name="file"; filename="say \"hi\"""#,
                "say \"hi\"",
            ),
            (r#"form-data; name="file"; filename="中文.txt""#, "中文.txt"),
            (r#"form-data; name="file"; filename="""#, ""),
            (r#"form-data; name="file"; filename="dir/""#, ""),
            (r#"form-data; name="file"; filename="open"#, "open"),
            (r#"form-data; name="file""#, ""),
            (r#"form-data; name="file"; nofilename="x""#, ""),
            ("", ""),
            (";", ""),
            ("; filename", ""),
        ] {
            assert_eq!(base_name(header), expected, "{header}");
        }
    }

    #[test]
    fn quotes_hide_other_parameters() {
        for (header, expected) in [
            (r#"form-data; name="key""#, Some("key")),
            ("form-data; name=key", Some("key")),
            (
                r#"form-data; filename="; name=key; x="; name="file""#,
                Some("file"),
            ),
            (r#"form-data; filename="name=key""#, None),
            ("form-data", None),
        ] {
            let name = parameter(header, "name");
            assert_eq!(name.as_deref(), expected, "{header}");
        }
    }
}
