//! Certificates of authorities that are trusted beside those of the system.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// More certificates than all authorities of the world have.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Certificates in PEM, or where they are.
pub(super) enum Roots {
    Pem(Vec<u8>),
    File(PathBuf),
}

impl Roots {
    /// Adds them to those that are trusted.
    pub(super) fn trust(
        &self,
        builder: reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder, Error> {
        match self {
            Roots::Pem(pem) => trust(builder, pem, "the root certificates"),
            Roots::File(path) => trust(builder, &read(path)?, &path.display().to_string()),
        }
    }

    /// Reads a file at once, and refuses one without certificates.
    pub(super) fn read(path: &Path) -> Result<Roots, Error> {
        let pem = read(path)?;
        let builder = reqwest::Client::builder();
        trust(builder, &pem, &path.display().to_string()).map(|_| Roots::Pem(pem))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let mut pem = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(LIMIT).read_to_end(&mut pem));
    match read {
        Ok(_) => Ok(pem),
        Err(error) => Err(Error::config(format!(
            "{} cannot be read: {error}",
            path.display()
        ))),
    }
}

#[cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]
fn trust(
    builder: reqwest::ClientBuilder,
    pem: &[u8],
    name: &str,
) -> Result<reqwest::ClientBuilder, Error> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let refuse = || {
        Error::config(format!(
            "{name}: there is no legal certificate in PEM, which begins with {BEGIN}"
        ))
    };
    // The TLS libraries differ in how they read several at once.
    let text = String::from_utf8_lossy(pem);
    let mut certificates = Vec::new();
    for block in text.split_inclusive(END) {
        let Some(start) = block.find(BEGIN) else {
            continue;
        };
        let certificate = reqwest::Certificate::from_pem(&block.as_bytes()[start..]);
        certificates.push(certificate.map_err(|error| refuse().with_source(error))?);
    }
    match certificates.is_empty() {
        true => Err(refuse()),
        false => Ok(builder.tls_certs_merge(certificates)),
    }
}

#[cfg(not(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
)))]
fn trust(_: reqwest::ClientBuilder, _: &[u8], name: &str) -> Result<reqwest::ClientBuilder, Error> {
    Err(Error::config(format!(
        "{name}: certificates need TLS: enable the feature rustls, rustls-no-provider or native-tls of qingstor"
    )))
}
