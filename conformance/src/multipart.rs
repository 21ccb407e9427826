//! Bodies of the type `multipart/form-data` (RFC 7578), taken apart and put together without the SDK.

/// Name and content of each part of a body. `None` for what is no such body.
pub(crate) fn parse(content_type: &str, body: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=")?;
    let boundary = boundary.trim_matches('"');
    let body = body.strip_prefix(format!("--{boundary}\r\n").as_bytes())?;
    let end = format!("\r\n--{boundary}--\r\n");
    let body = body.strip_suffix(end.as_bytes())?;
    let delimiter = format!("\r\n--{boundary}\r\n");
    let mut parts = Vec::new();
    let mut rest = body;
    loop {
        let next = find(rest, delimiter.as_bytes());
        let part = &rest[..next.unwrap_or(rest.len())];
        let head_end = find(part, b"\r\n\r\n")?;
        let head = std::str::from_utf8(&part[..head_end]).ok()?;
        let name = head.split("; name=\"").nth(1)?.split('"').next()?;
        parts.push((name.to_owned(), part[head_end + 4..].to_vec()));
        match next {
            Some(at) => rest = &rest[at + delimiter.len()..],
            None => return Some(parts),
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

/// A content type and the body of a form with a file behind its fields.
pub(crate) fn form(fields: &[(String, String)], file: &[u8]) -> (String, Vec<u8>) {
    let boundary = "conformance-7e7cd5a1";
    let mut body = Vec::new();
    for (name, value) in fields {
        let head =
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend(head.bytes().chain(value.bytes()).chain(*b"\r\n"));
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n\r\n"
    );
    body.extend(head.bytes().chain(file.iter().copied()));
    body.extend(format!("\r\n--{boundary}--\r\n").bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_together_can_be_taken_apart() {
        let fields = [("key".to_owned(), "a\r\n中".to_owned())];
        let (content_type, body) = form(&fields, b"\xff\r\n");
        let parts = parse(&content_type, &body).expect("a form");
        assert_eq!(parts[0], ("key".to_owned(), "a\r\n中".as_bytes().to_vec()));
        assert_eq!(parts[1], ("file".to_owned(), b"\xff\r\n".to_vec()));
        assert!(parse("text/plain", &body).is_none());
        assert!(parse(&content_type, b"--x").is_none());
    }
}
