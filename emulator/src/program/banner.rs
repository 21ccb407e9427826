//! What the program says when it is ready: how clients are configured.

use qingstor_emulator::Emulator;

/// The secret that everybody knows.
pub(crate) const WELL_KNOWN_SECRET: &str = "emulator-secret";

/// Environment variables first, which most clients read, then what others want.
pub(crate) fn text(emulator: &Emulator, kept: &str) -> String {
    // A secret of one's own is not printed: terminals are recorded, and logs kept.
    let secret = match emulator.secret_access_key() {
        WELL_KNOWN_SECRET => WELL_KNOWN_SECRET,
        _ => "<your secret>",
    };
    let (endpoint, zone) = (emulator.endpoint(), emulator.zone());
    let key = emulator.access_key_id();
    let (address, scheme) = (
        emulator.address(),
        endpoint.split(':').next().unwrap_or("http"),
    );
    let port = address.port();
    let host = endpoint
        .trim_start_matches("https://")
        .trim_start_matches("http://")
        .trim_end_matches(&format!(":{port}"));
    let trust = emulator
        .ca_certificate_file()
        .map_or(String::new(), |path| {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            format!(
                "# Clients have to trust this certificate:\n# {}\n\n",
                path.display()
            )
        });
    format!(
        r#"qingstor-emulator {version} listens on {address}. {kept}. Ctrl-C stops it.

{trust}# Rust, Ruby, and shells (path style: buckets are in the path)
export QINGSTOR_ENDPOINT={endpoint}
export QINGSTOR_ACCESS_KEY_ID={key}
export QINGSTOR_SECRET_ACCESS_KEY={secret}
export QINGSTOR_ZONE={zone}

# Python: qingstor-sdk, with an empty zone
config = Config("{key}", "{secret}"); config.host = "{host}"; config.port = {port}; config.protocol = "{scheme}"
bucket = QingStor(config).Bucket("my-bucket", "")

// JavaScript: qingstor-sdk
new Config({{ access_key_id: "{key}", secret_access_key: "{secret}", host: "{host}", port: {port}, protocol: "{scheme}" }})

// Go: qingstor-sdk-go puts the zone before the host: {zone}.localhost has to resolve to this machine
c, _ := config.New("{key}", "{secret}"); c.Host = "localhost"; c.Port = {port}; c.Protocol = "{scheme}"

# rclone.conf; the same holds for names as for Go
[emulator]
type = qingstor
access_key_id = {key}
secret_access_key = {secret}
endpoint = {scheme}://localhost:{port}
zone = {zone}
"#,
        version = env!("CARGO_PKG_VERSION"),
    )
}
