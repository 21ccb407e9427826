//! Exchanges as they are shown: readable, bounded, and without secrets.

use http::{HeaderMap, HeaderValue};
use serde::Serialize;

use crate::wire::Exchange;

/// How much of a body is shown, in bytes.
const BODY: usize = 2048;

const HIDDEN: &str = "(hidden)";

/// An exchange as text.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// The request.
    pub request: String,
    /// The answer, or why there is none.
    pub answer: String,
}

/// The secrets in requests. Some servers repeat in an answer what they were asked, or what should have been signed.
pub struct Secrets(Vec<String>);

impl Secrets {
    /// Signatures and secret headers of some exchanges.
    pub fn of(exchanges: &[Exchange]) -> Secrets {
        let mut found = Vec::new();
        for sent in exchanges.iter().map(|exchange| &exchange.sent) {
            let authorization = sent.header("authorization").unwrap_or_default();
            let header = authorization
                .split_once(':')
                .map(|(_, signature)| signature);
            let query = sent.query();
            let query = query.iter().find(|(name, _)| *name == "signature");
            let form = form_signature(&sent.body).map(|range| &sent.body[range]);
            let form = form.map(|value| String::from_utf8_lossy(value).into_owned());
            found.extend(header.map(str::to_owned));
            found.extend(query.and_then(|(_, value)| *value).map(str::to_owned));
            found.extend(form);
            let headers = sent.headers.iter();
            let secret = headers.filter(|(name, value)| is_secret(name.as_str(), value));
            found.extend(secret.filter_map(|(_, value)| Some(value.to_str().ok()?.to_owned())));
        }
        found.retain(|secret| !secret.is_empty());
        Secrets(found)
    }

    /// A text without them.
    pub fn hide(&self, text: &str) -> String {
        let secrets = self.0.iter();
        let text = secrets.fold(text.to_owned(), |text, s| text.replace(s.as_str(), HIDDEN));
        without_signature(&text)
    }
}

/// Shows an exchange. Signatures, credentials and customer keys are left out.
pub fn show(exchange: &Exchange) -> Shown {
    let sent = &exchange.sent;
    let mut request = format!(
        "{} {} HTTP/1.1\nhost: {}\n",
        sent.method,
        without_signature(&sent.target),
        sent.host
    );
    push_headers(&mut request, &sent.headers);
    push_body(&mut request, &without_form_signature(&sent.body));
    let answer = match &exchange.received {
        Err(reason) => reason.clone(),
        Ok(received) => {
            let mut answer = format!("HTTP/1.1 {}\n", received.status);
            push_headers(&mut answer, &received.headers);
            push_body(&mut answer, &received.body);
            answer
        }
    };
    let answer = Secrets::of(std::slice::from_ref(exchange)).hide(&answer);
    Shown { request, answer }
}

/// Headers that checks add to a call. The SDK marks all such headers, since it cannot know what they are; what they say is a
/// clue here, and none is a secret.
const ADDED: [&str; 4] = ["origin", "referer", "user-agent", "x-qs-date"];

/// Whether a header's value is a secret: the SDK marks those, and customer keys are some whoever sends them.
fn is_secret(name: &str, value: &HeaderValue) -> bool {
    let marked = value.is_sensitive() && name != "authorization" && !ADDED.contains(&name);
    name.ends_with("customer-key") || marked
}

fn push_headers(out: &mut String, headers: &HeaderMap) {
    for (name, value) in headers {
        let text = String::from_utf8_lossy(value.as_bytes());
        let name = name.as_str();
        let text = match name {
            "authorization" => match text.split_once(':') {
                // The key's id says who asks; only what follows is made with the secret.
                Some((who, _)) => format!("{who}:{HIDDEN}"),
                None => HIDDEN.to_owned(),
            },
            name if is_secret(name, value) => HIDDEN.to_owned(),
            _ => without_signature(&text),
        };
        out.push_str(&format!("{name}: {text}\n"));
    }
}

/// Hides what follows `signature=`, in whatever text it stands.
fn without_signature(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("signature=") {
        let (before, value) = rest.split_at(start + "signature=".len());
        let end = value
            .find(|c: char| matches!(c, '&' | '#' | '"' | '\'') || c.is_whitespace())
            .unwrap_or(value.len());
        out.push_str(before);
        out.push_str(HIDDEN);
        rest = &value[end..];
    }
    out.push_str(rest);
    out
}

/// Where the field `signature` of a form stands.
fn form_signature(body: &[u8]) -> Option<std::ops::Range<usize>> {
    const FIELD: &[u8] = b"name=\"signature\"\r\n\r\n";
    let start = body.windows(FIELD.len()).position(|w| w == FIELD)? + FIELD.len();
    let value = &body[start..];
    let length = value.windows(2).position(|w| w == b"\r\n");
    Some(start..start + length.unwrap_or(value.len()))
}

/// Hides the field `signature` of a form.
fn without_form_signature(body: &[u8]) -> Vec<u8> {
    match form_signature(body) {
        Some(range) => [&body[..range.start], HIDDEN.as_bytes(), &body[range.end..]].concat(),
        None => body.to_vec(),
    }
}

fn push_body(out: &mut String, body: &[u8]) {
    if body.is_empty() {
        return;
    }
    out.push('\n');
    let shown = &body[..body.len().min(BODY)];
    let text = String::from_utf8_lossy(shown);
    let odd = |c: char| c == '\u{fffd}' || (c.is_control() && !matches!(c, '\r' | '\n' | '\t'));
    if text.chars().filter(|c| odd(*c)).count() * 10 > text.chars().count() {
        out.push_str(&format!("({} bytes that are no text)", body.len()));
        return;
    }
    out.extend(text.chars().map(|c| if odd(c) { '\u{fffd}' } else { c }));
    if body.len() > BODY {
        out.push_str(&format!("\n… ({} bytes in all)", body.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Received, Sent};

    #[test]
    fn nothing_secret_is_shown() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("authorization", "QS KEYID:canary1="),
            ("x-qs-encryption-customer-key", "canary2="),
            ("x-qs-copy-source-encryption-customer-key", "canary3="),
            ("x-qs-encryption-customer-key-md5", "shown="),
            ("referer", "http://h/?signature=canary4&x=1"),
        ] {
            headers.insert(name, value.parse().expect("a value"));
        }
        for (name, value) in [("x-qs-date", "yesterday"), ("x-qs-token", "canary7")] {
            let mut value: HeaderValue = value.parse().expect("a value");
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let body = "--b\r\nContent-Disposition: form-data; name=\"signature\"\r\n\r\ncanary5=\r\n--b--\r\n";
        let exchange = Exchange {
            sent: Sent {
                method: "PUT".into(),
                scheme: "http".into(),
                host: "h".into(),
                target: "/b/k?access_key_id=KEYID&signature=canary6%3D&expires=1".into(),
                headers: headers.clone(),
                body: body.into(),
            },
            received: Ok(Received {
                status: 302,
                headers,
                body: "you said canary1= canary2= canary5= canary6%3D".into(),
            }),
        };
        let shown = format!("{:?}", show(&exchange));
        assert!(!shown.contains("canary"), "{shown}");
        for visible in [
            "KEYID",
            "expires=1",
            "shown=",
            "x=1",
            "--b--",
            "you said",
            "yesterday",
        ] {
            assert!(shown.contains(visible), "{visible}: {shown}");
        }
    }

    #[test]
    fn bodies_are_bounded_and_readable() {
        let mut out = String::new();
        push_body(&mut out, &[0, 1, 2, 3, 255]);
        assert_eq!(out, "\n(5 bytes that are no text)");
        let mut out = String::new();
        push_body(&mut out, "中".repeat(2000).as_bytes());
        assert!(out.ends_with("… (6000 bytes in all)"), "{out}");
    }
}
