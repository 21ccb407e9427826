//! How connections are made: authorities, proxies, addresses, IPv6, a client of the caller's.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use qingstor::testing::Replay;
use qingstor::transport::{HttpTransport, HttpTransportBuilder};
use qingstor::{Client, Error, ErrorKind, RetryPolicy};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const AUTHORITY: &str = include_str!("../tls/authority.pem");
const OTHER: &str = include_str!("../tls/other_authority.pem");

type Log = Arc<Mutex<Vec<String>>>;

/// Reads the head of one request and answers it.
async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, log: &Log) {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    }
    log.lock().unwrap().push(String::from_utf8(bytes).unwrap());
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nmeow";
    let _ = stream.write_all(answer).await;
    let _ = stream.shutdown().await;
}

/// A server that keeps the heads of requests.
async fn plain(listener: TcpListener) -> (SocketAddr, Log) {
    let address = listener.local_addr().unwrap();
    let log = Log::default();
    let seen = log.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            answer(stream, &seen).await;
        }
    });
    (address, log)
}

async fn loopback() -> (SocketAddr, Log) {
    plain(TcpListener::bind("127.0.0.1:0").await.unwrap()).await
}

/// Whatever the system's resolver says of such names.
#[tokio::test]
async fn names_under_localhost_are_this_machine() {
    let (address, log) = loopback().await;
    let client = Client::builder()
        .no_environment()
        .endpoint(format!("http://pek3a.localhost:{}", address.port()))
        .virtual_host_style(true)
        .anonymous()
        .http(HttpTransport::builder().no_proxy())
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let object = client.bucket("my-bucket").get_object("k").send().await;
    assert_eq!(object.unwrap().body.into_bytes().await.unwrap(), "meow");
    let heads = log.lock().unwrap();
    let host = format!("host: my-bucket.pek3a.localhost:{}", address.port());
    assert!(heads[0].contains(&host), "{heads:?}");
}

async fn encrypted() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let certificate = CertificateDer::from_pem_slice(include_bytes!("../tls/server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("../tls/server.key")).unwrap();
    // Other crates of a build may bring another provider, and then there is no default one.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(stream) = acceptor.accept(stream).await {
                answer(stream, &Log::default()).await;
            }
        }
    });
    address
}

fn client(endpoint: &str, http: HttpTransportBuilder) -> Result<Client, Error> {
    Client::builder()
        .no_environment()
        .endpoint(endpoint)
        .credentials("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
        .retry(RetryPolicy::never())
        .http(http)
        .build()
}

async fn read(client: Client) -> Result<bytes::Bytes, Error> {
    let answer = client.bucket("photos").get_object("k").send().await?;
    answer.body.into_bytes().await
}

#[tokio::test]
async fn an_authority_is_trusted_only_if_it_was_given() {
    let address = encrypted().await;
    let endpoint = format!("https://127.0.0.1:{}", address.port());
    let http = || HttpTransport::builder().no_proxy();
    for refused in [http(), http().root_certificates_pem(OTHER)] {
        let error = read(client(&endpoint, refused).unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
        assert!(error.to_string().contains("certificate"), "{error}");
    }
    let both = format!("# A comment\n{OTHER}\n{AUTHORITY}");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &both).unwrap();
    for trusted in [
        http().root_certificates_pem(AUTHORITY),
        http().root_certificates_pem(both),
        http().root_certificates_file(file.path()),
    ] {
        assert_eq!(
            read(client(&endpoint, trusted).unwrap()).await.unwrap(),
            "meow"
        );
    }
    // The same by a variable.
    let path = file.path().to_str().unwrap().to_owned();
    let client = Client::builder()
        .environment(move |name| (name == "QINGSTOR_CA_FILE").then(|| path.clone()))
        .endpoint(&endpoint)
        .http(http())
        .build();
    assert_eq!(read(client.unwrap()).await.unwrap(), "meow");
}

#[test]
fn what_is_no_certificate_is_refused_at_once() {
    for pem in [
        "",
        "hello",
        "-----BEGIN CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n",
        include_str!("../tls/server.key"),
    ] {
        let http = HttpTransport::builder().root_certificates_pem(pem);
        let error = client("https://qingstor.com", http).map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(!format!("{error} {error:?}").contains("PRIVATE KEY"));
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let client = Client::builder()
        .environment(move |name| (name == "QINGSTOR_CA_FILE").then(|| path.clone()))
        .build();
    let text = client.map(drop).unwrap_err().to_string();
    assert!(text.contains("QINGSTOR_CA_FILE: "), "{text}");
    assert!(text.contains("no legal certificate"), "{text}");
}

#[tokio::test]
async fn a_proxy_gets_the_request_and_its_own_password() {
    let (address, log) = loopback().await;
    let proxy = format!("http://user:canary@{address}");
    let http = HttpTransport::builder().proxy(&proxy);
    let shown = format!("{http:?}");
    assert!(!shown.contains("canary"), "{shown}");
    let given = client("http://storage.example.com", http).unwrap();
    assert_eq!(read(given).await.unwrap(), "meow");
    let by_variable = Client::builder()
        .environment(move |name| (name == "QINGSTOR_PROXY").then(|| proxy.clone()))
        .endpoint("http://storage.example.com")
        .build()
        .unwrap();
    assert!(!format!("{by_variable:?}").contains("canary"));
    assert_eq!(read(by_variable).await.unwrap(), "meow");
    for head in log.lock().unwrap().iter() {
        let head = head.to_lowercase();
        assert!(
            head.starts_with("get http://storage.example.com/photos/k http/1.1\r\n"),
            "{head}"
        );
        // printf user:canary | base64
        assert!(
            head.contains("proxy-authorization: basic dxnlcjpjyw5hcnk=\r\n"),
            "{head}"
        );
    }
    assert_eq!(log.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_proxy_that_is_away_does_not_show_its_password() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let http = HttpTransport::builder().proxy(format!("http://user:canary@{address}"));
    let error = read(client("http://storage.example.com", http).unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(
        !format!("{error} {error:?}").contains("canary"),
        "{error:?}"
    );
    for bad in [
        "proxy:3128",
        "ftp://user:canary@proxy",
        "http://user:canary@",
        "http://proxy/path",
    ] {
        let error = HttpTransport::builder()
            .proxy(bad)
            .build()
            .map(drop)
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(
            !format!("{error} {error:?}").contains("canary"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_name_can_be_given_an_address() {
    let (address, log) = loopback().await;
    let http = HttpTransport::builder()
        .no_proxy()
        .resolve("pek3a.storage.example.com", address);
    let client = client("http://storage.example.com", http).unwrap();
    let bucket = client.bucket("photos").in_zone("pek3a");
    bucket.get_object("k").send().await.unwrap();
    let head = log.lock().unwrap()[0].to_lowercase();
    assert!(
        head.contains("host: pek3a.storage.example.com\r\n"),
        "{head}"
    );
}

#[tokio::test]
async fn an_ipv6_address_keeps_its_brackets() {
    let replay = Replay::new().answer(200, &[], "meow");
    let builder = replay.builder().endpoint("http://[2001:DB8::1]:9000");
    read(builder.build().unwrap()).await.unwrap();
    assert_eq!(replay.requests()[0].host, "[2001:db8::1]:9000");
    // Where the machine has IPv6, it is tried as well.
    if let Ok(listener) = TcpListener::bind("[::1]:0").await {
        let (address, log) = plain(listener).await;
        let http = HttpTransport::builder().no_proxy();
        let client = client(&format!("http://[::1]:{}", address.port()), http).unwrap();
        assert_eq!(read(client).await.unwrap(), "meow");
        let head = log.lock().unwrap()[0].to_lowercase();
        assert!(
            head.contains(&format!("host: [::1]:{}\r\n", address.port())),
            "{head}"
        );
    }
}

#[tokio::test]
async fn a_reqwest_client_of_ones_own_connects_as_it_likes() {
    let (address, log) = loopback().await;
    let own = || {
        reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .resolve("storage.example.com", address)
            .build()
            .unwrap()
    };
    let http = || HttpTransport::builder().reqwest_client(own());
    let given = client("http://storage.example.com", http()).unwrap();
    assert!(
        format!("{given:?}").contains("proxy: (that of the given client)"),
        "{given:?}"
    );
    assert_eq!(read(given).await.unwrap(), "meow");
    assert_eq!(log.lock().unwrap().len(), 1);
    for refused in [
        http().no_proxy(),
        http().proxy("http://127.0.0.1:1"),
        http().connect_timeout(std::time::Duration::from_secs(1)),
        http().resolve("storage.example.com", address),
        http().root_certificates_pem(AUTHORITY),
    ] {
        let error = client("http://storage.example.com", refused)
            .map(drop)
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("up to it"), "{error}");
    }
}
