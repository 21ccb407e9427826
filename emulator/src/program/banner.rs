//! What the program says when it is ready: how clients are configured.

use qingstor_emulator::Emulator;

/// The secret that everybody knows.
pub(crate) const WELL_KNOWN_SECRET: &str = "emulator-secret";

/// Environment variables first, which most clients read, then what others want. All of it is to be copied as it is.
pub(crate) fn text(emulator: &Emulator, kept: &str, domain: &str) -> String {
    // A secret of one's own is not printed: terminals are recorded, and logs kept.
    let secret = match emulator.secret_access_key() {
        WELL_KNOWN_SECRET => WELL_KNOWN_SECRET,
        _ => "<your secret>",
    };
    let (endpoint, zone) = (emulator.endpoint(), emulator.zone());
    let (key, port) = (emulator.access_key_id(), emulator.address().port());
    let (scheme, rest) = endpoint.split_once("://").unwrap_or(("http", &endpoint));
    let host = rest.trim_end_matches(&format!(":{port}"));
    let mut text = format!(
        r#"qingstor-emulator {version} listens on {address}. {kept}. Ctrl-C stops it.

# Rust, Ruby, and shells (path style: buckets are in the path)
export QINGSTOR_ENDPOINT={endpoint}
export QINGSTOR_ACCESS_KEY_ID={word}
export QINGSTOR_SECRET_ACCESS_KEY={secret}
export QINGSTOR_ZONE={zone}
"#,
        version = env!("CARGO_PKG_VERSION"),
        address = emulator.address(),
        word = shell(key),
    );
    if let Some(file) = emulator.ca_certificate_file() {
        let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        text += &format!(
            r#"export QINGSTOR_CA_FILE={file}
# Clients have to trust that certificate: the SDK for Rust does now, curl with --cacert. The SDK for Python trusts what the
# file has that `python -m certifi` names; add it there. That for JavaScript cannot speak TLS without a zone before the host.
"#,
            file = shell(&file.display().to_string()),
        );
    }
    text += &format!(
        r#"
# Python: qingstor-sdk, with an empty zone
from qingstor.sdk.config import Config
from qingstor.sdk.service.qingstor import QingStor
config = Config("{key}", "{secret}"); config.host = "{host}"; config.port = {port}; config.protocol = "{scheme}"
bucket = QingStor(config).Bucket("my-bucket", "")
"#
    );
    if scheme == "http" {
        text += &format!(
            r#"
// JavaScript: qingstor-sdk, with an empty zone
import sdk from "qingstor-sdk";
const config = new sdk.Config({{ access_key_id: "{key}", secret_access_key: "{secret}", endpoint: "{endpoint}" }});
const bucket = new sdk.QingStor(config).Bucket("my-bucket", "");

# rclone.conf; the emulator is its proxy: HTTP_PROXY={endpoint} rclone mkdir emulator:my-bucket
[emulator]
type = qingstor
access_key_id = {key}
secret_access_key = {secret}
endpoint = http://{domain}:80
zone = {zone}
"#
        );
    }
    text += &format!(
        r#"
// Go: qingstor-sdk-go, with an empty zone
c, _ := config.New("{key}", "{secret}"); c.Host = "{host}"; c.Port = {port}; c.Protocol = "{scheme}"
s, _ := service.Init(c); bucket, _ := s.Bucket("my-bucket", "")
"#
    );
    text
}

/// A word as POSIX shells read it.
fn shell(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:+@%".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_are_quoted_where_a_shell_would_cut_them() {
        for (text, expected) in [
            ("/var/lib/emulator/ca.pem", "/var/lib/emulator/ca.pem"),
            ("/home/ann lee/ca.pem", "'/home/ann lee/ca.pem'"),
            ("it's", r"'it'\''s'"),
            ("$HOME", "'$HOME'"),
            ("", "''"),
        ] {
            assert_eq!(super::shell(text), expected, "{text}");
        }
    }
}
