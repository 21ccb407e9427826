//! TLS: a certificate of one's own, or one that an authority of the emulator's own signs.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::address::Sites;
use crate::error::Error;

/// Where the certificate comes from.
#[derive(Clone)]
pub(crate) enum Source {
    /// A chain and its key as PEM.
    Own { certificates: Vec<u8>, key: Vec<u8> },
    /// Made at the start.
    SelfSigned,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Source::Own { .. } => "Own",
            Source::SelfSigned => "SelfSigned",
        })
    }
}

/// TLS as it is set up.
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) authority: Option<Trusted>,
}

/// The certificate of the emulator's authority, which clients have to trust.
pub(crate) struct Trusted {
    pub(crate) pem: String,
    /// Where it is kept.
    pub(crate) file: PathBuf,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

/// Sets TLS up. The data folder keeps the authority, so a folder that survives has the same one each time.
pub(crate) fn set_up(source: &Source, sites: &Sites, folder: &Path) -> Result<Tls, Error> {
    match source {
        Source::Own { certificates, key } => Ok(Tls {
            acceptor: acceptor(certificates, key)?,
            authority: None,
        }),
        Source::SelfSigned => {
            let authority = Authority::get(folder)?;
            let key = KeyPair::generate().map_err(unmade)?;
            let certificate = server(sites)?
                .signed_by(&key, &authority.issuer)
                .map_err(unmade)?;
            let chain = format!("{}{}", certificate.pem(), authority.pem);
            Ok(Tls {
                acceptor: acceptor(chain.as_bytes(), key.serialize_pem().as_bytes())?,
                authority: Some(Trusted {
                    pem: authority.pem,
                    file: authority.file,
                }),
            })
        }
    }
}

fn acceptor(certificates: &[u8], key: &[u8]) -> Result<TlsAcceptor, Error> {
    let chain = CertificateDer::pem_slice_iter(certificates).collect::<Result<Vec<_>, _>>();
    let chain = chain
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| Error::Tls("the certificate is not PEM with a certificate".to_owned()))?;
    // The parser's own words could quote the key.
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|_| Error::Tls("the key is not PEM with a private key".to_owned()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| {
            Error::Tls(match error {
                rustls::Error::InconsistentKeys(_) => {
                    "the key does not belong to the certificate".to_owned()
                }
                error => format!("certificate and key cannot be used: {error}"),
            })
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

struct Authority {
    pem: String,
    file: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// The authority of the folder, or a new one that is kept there.
    fn get(folder: &Path) -> Result<Authority, Error> {
        let folder = folder.join("tls");
        let (certificate_file, key_file) = (folder.join("ca.pem"), folder.join("ca-key.pem"));
        if let (Ok(pem), Ok(key)) = (
            std::fs::read_to_string(&certificate_file),
            std::fs::read_to_string(&key_file),
        ) {
            let key = KeyPair::from_pem(&key).map_err(|_| Error::DataFolder {
                path: key_file.clone(),
                reason: "it is not a private key".to_owned(),
            })?;
            return Authority::of(key, Some(pem), certificate_file);
        }
        let key = KeyPair::generate().map_err(unmade)?;
        let key_pem = key.serialize_pem();
        let authority = Authority::of(key, None, certificate_file)?;
        std::fs::create_dir_all(&folder).map_err(|error| unkept(&folder, &error))?;
        write_private(&key_file, &key_pem).map_err(|error| unkept(&key_file, &error))?;
        std::fs::write(&authority.file, &authority.pem)
            .map_err(|error| unkept(&authority.file, &error))?;
        Ok(authority)
    }

    /// Signs with the key; `pem` is the certificate that was handed out for it before.
    fn of(key: KeyPair, pem: Option<String>, file: PathBuf) -> Result<Authority, Error> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, "QingStor emulator (for tests only)");
        let now = OffsetDateTime::now_utc();
        params.not_before = now - Duration::days(1);
        params.not_after = now + Duration::days(3650);
        let pem = match pem {
            Some(pem) => pem,
            None => params.self_signed(&key).map_err(unmade)?.pem(),
        };
        Ok(Authority {
            pem,
            file,
            issuer: Issuer::new(params, key),
        })
    }
}

/// The server's certificate is valid for every host that the server answers to.
fn server(sites: &Sites) -> Result<CertificateParams, Error> {
    let mut names = vec![
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        "::1".to_owned(),
    ];
    names.push(sites.domain.clone());
    for zone in &sites.zones {
        for base in [sites.domain.as_str(), "localhost"] {
            names.extend([format!("{zone}.{base}"), format!("*.{zone}.{base}")]);
        }
    }
    let mut params = CertificateParams::new(names).map_err(unmade)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    // Some clients refuse what is valid for longer.
    let now = OffsetDateTime::now_utc();
    params.not_before = now - Duration::days(1);
    params.not_after = now + Duration::days(397);
    Ok(params)
}

fn unmade(error: rcgen::Error) -> Error {
    Error::Tls(format!("a certificate cannot be made: {error}"))
}

fn unkept(path: &Path, error: &std::io::Error) -> Error {
    Error::DataFolder {
        path: PathBuf::from(path),
        reason: error.to_string(),
    }
}

/// Only its owner may read the file.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}
