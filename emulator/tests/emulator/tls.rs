//! TLS, judged by a client that checks certificates and names.

use std::sync::Arc;

use qingstor_emulator::{Emulator, Error};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// The answer to a question for health, or why there is none.
async fn ask(emulator: &Emulator, host: &str, trusted: &str) -> Result<String, std::io::Error> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(trusted.as_bytes()) {
        roots.add(certificate.expect("PEM")).expect("a certificate");
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(emulator.address()).await?;
    let name = ServerName::try_from(host.to_owned()).expect("a name");
    let mut stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await?;
    let request =
        format!("GET /_emulator/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[tokio::test]
async fn the_emulators_own_certificate_is_good_for_all_its_hosts() {
    let emulator = Emulator::builder()
        .check_answers(true)
        .tls_self_signed()
        .zone("pek3a")
        .zone("sh1a");
    let emulator = emulator.start().await.expect("started");
    assert!(emulator.endpoint().starts_with("https://127.0.0.1:"));
    let trusted = emulator.ca_certificate().expect("an authority").to_owned();
    for host in [
        "127.0.0.1",
        "localhost",
        "pek3a.localhost",
        "sh1a.qingstor.com",
        "qingstor.com",
    ] {
        let answer = ask(&emulator, host, &trusted).await.expect(host);
        assert!(answer.starts_with("HTTP/1.1 200"), "{host}: {answer}");
    }
    // A bucket's own host, where the path is a key.
    let bucket = ask(&emulator, "mybucket.sh1a.localhost", &trusted)
        .await
        .expect("an answer");
    assert!(bucket.starts_with("HTTP/1.1 4"), "{bucket}");
    assert!(ask(&emulator, "example.com", &trusted).await.is_err());
    let other = Emulator::builder()
        .check_answers(true)
        .tls_self_signed()
        .start()
        .await
        .expect("started");
    let stranger = other.ca_certificate().expect("an authority");
    assert!(ask(&emulator, "localhost", stranger).await.is_err());
    // Plain HTTP is not understood, and does no harm.
    let mut plain = TcpStream::connect(emulator.address())
        .await
        .expect("a connection");
    plain
        .write_all(b"GET / HTTP/1.1\r\n\r\n")
        .await
        .expect("sent");
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"));
    assert!(ask(&emulator, "localhost", &trusted).await.is_ok());
}

#[tokio::test]
async fn a_data_folder_keeps_the_authority() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = || {
        Emulator::builder()
            .check_answers(true)
            .data_dir(folder.path())
            .tls_self_signed()
            .start()
    };
    let first = start().await.expect("started");
    let trusted = first.ca_certificate().expect("an authority").to_owned();
    first.shutdown().await;
    let second = start().await.expect("started again");
    assert_eq!(second.ca_certificate(), Some(trusted.as_str()));
    assert!(ask(&second, "localhost", &trusted).await.is_ok());
    let kept = std::fs::read_to_string(folder.path().join("tls/ca.pem")).expect("the certificate");
    assert_eq!(kept, trusted);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let key = std::fs::metadata(folder.path().join("tls/ca-key.pem")).expect("the key");
        assert_eq!(key.permissions().mode() & 0o077, 0);
    }
}

#[tokio::test]
async fn bad_certificates_are_refused_at_the_start() {
    let [mine, other] = [(); 2].map(|()| {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]);
        let made = made.expect("a certificate");
        (made.cert.pem(), made.signing_key.serialize_pem())
    });
    for (certificate, key, why) in [
        ("", "", "no certificate"),
        ("nonsense", "nonsense", "no certificate"),
        (&mine.1, &mine.1, "no certificate"),
        (&mine.0, "nonsense", "no key"),
        (&mine.0, &mine.0, "no key"),
        (&mine.0, &other.1, "another's key"),
    ] {
        let started = Emulator::builder().tls(certificate, key).start().await;
        let error = started.expect_err(why);
        assert!(matches!(error, Error::Tls(_)), "{why}: {error:?}");
        let (_, part) = why.split_once(' ').expect("two words");
        assert!(error.to_string().contains(part), "{why}: {error}");
    }
    let (certificate, key) = mine;
    let builder = Emulator::builder().check_answers(true);
    assert!(builder.tls(certificate, key).start().await.is_ok());
}
