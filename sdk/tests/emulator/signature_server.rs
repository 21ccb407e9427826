//! A client without a secret, and a signature server that has it. The server speaks the JSON of QingStor's demo
//! signature servers; the emulator checks what comes out of it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, UNIX_EPOCH};

use qingstor::sign::{Place, RemoteSignature, SignRemotely, Signable, Signer, ToSign};
use qingstor::transport::BoxFuture;
use qingstor::{Client, Error, ErrorKind};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{BUCKET, KEY_ID, SECRET, Site, Style, ZONE, content};

/// What the server answers to one question.
fn sign(path: &str, asked: &Value) -> Value {
    let signer = Signer::new(KEY_ID, SECRET);
    let expires = asked["expires"].as_i64();
    let signature = match path {
        "/string-to-sign/header" | "/string-to-sign/query" => {
            signer.sign_text(asked["string_to_sign"].as_str().unwrap())
        }
        "/operation/header" | "/operation/query" => {
            let headers: BTreeMap<String, String> =
                serde_json::from_value(asked["headers"].clone()).unwrap();
            let headers: Vec<_> = headers.iter().map(|(n, v)| (&**n, &**v)).collect();
            let request = Signable::new(
                asked["method"].as_str().unwrap(),
                asked["path"].as_str().unwrap(),
            )
            .query(asked["query"].as_str().unwrap())
            .headers(&headers);
            signer.signature(&request, expires)
        }
        other => panic!("no such path: {other}"),
    };
    match path.ends_with("/header") {
        true => json!({ "authorization": format!("QS {KEY_ID}:{signature}") }),
        false => json!({ "access_key_id": KEY_ID, "signature": signature, "expires": expires }),
    }
}

/// Serves one question a connection.
async fn serve(listener: TcpListener) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            let (path, body) = read(&mut stream).await;
            let answer = sign(&path, &serde_json::from_str(&body).unwrap()).to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                answer.len()
            );
            stream.write_all((head + &answer).as_bytes()).await.unwrap();
        });
    }
}

/// Path and body of a request.
async fn read(stream: &mut TcpStream) -> (String, String) {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.parse::<usize>().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                let path = head.split(' ').nth(1).unwrap().to_owned();
                return (path, body.to_owned());
            }
        }
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0);
    }
}

/// Asks the server, by the text or by the request.
#[derive(Debug)]
struct Asking {
    server: SocketAddr,
    by_text: bool,
    http: reqwest::Client,
}

impl Asking {
    async fn ask(&self, request: &ToSign) -> Result<RemoteSignature, Error> {
        let kind = match request.place {
            Place::Query => "query",
            _ => "header",
        };
        let by_text = self.by_text || request.place == Place::Form;
        let (path, question) = match by_text {
            true => (
                format!("/string-to-sign/{kind}"),
                json!({ "string_to_sign": request.string_to_sign, "expires": request.expires }),
            ),
            false => {
                let headers: BTreeMap<_, _> = request.headers.iter().cloned().collect();
                (
                    format!("/operation/{kind}"),
                    json!({
                        "method": request.method, "protocol": request.protocol, "host": request.host,
                        "path": request.path, "query": request.query, "headers": headers,
                        "expires": request.expires,
                    }),
                )
            }
        };
        let url = format!("http://{}{path}", self.server);
        let answer = self.http.post(url).body(question.to_string()).send().await;
        let answer = answer.map_err(|error| {
            Error::new(ErrorKind::Transport, "the signature server is silent").with_source(error)
        })?;
        let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        if let Some(authorization) = answer["authorization"].as_str() {
            return RemoteSignature::from_authorization(authorization);
        }
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        let made = RemoteSignature::new(text("access_key_id"), text("signature"))?;
        Ok(made.signed_expires(answer["expires"].as_i64().unwrap()))
    }
}

impl SignRemotely for Asking {
    fn sign<'a>(&'a self, request: &'a ToSign) -> BoxFuture<'a, Result<RemoteSignature, Error>> {
        Box::pin(self.ask(request))
    }
}

/// A client of the site that has no secret.
async fn client(site: &Site, by_text: bool) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let asking = Asking {
        server: listener.local_addr().unwrap(),
        by_text,
        http: reqwest::Client::builder().no_proxy().build().unwrap(),
    };
    tokio::spawn(serve(listener));
    let builder = site.builder(Style::Path).remote_signer(asking);
    builder.build().unwrap()
}

#[tokio::test]
async fn a_client_without_a_secret_does_everything() {
    for by_text in [true, false] {
        let site = Site::start().await;
        let client = client(&site, by_text).await;
        let bucket = client.bucket(BUCKET);
        bucket
            .put_object("a b.txt", "hello")
            .metadata("owner", "ann")
            .send()
            .await
            .unwrap();
        assert_eq!(content(&bucket, "a b.txt").await.unwrap(), "hello");
        assert_eq!(bucket.list_objects().send().await.unwrap().keys.len(), 1);
        assert_eq!(client.list_buckets().send().await.unwrap().buckets.len(), 1);

        let request = bucket.get_object("a b.txt").response_content_type("text/x");
        let link = bucket
            .call()
            .presign_remotely(request, Duration::from_secs(60))
            .await
            .unwrap();
        assert_eq!(link.expires_at, site.now() + Duration::from_secs(60));
        let stranger = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = stranger.get(&link.url).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/x");
        assert_eq!(answer.text().await.unwrap(), "hello");
    }
}

#[tokio::test]
async fn a_form_is_signed_by_the_server_too() {
    let site = Site::start().await;
    let client = client(&site, true).await;
    let bucket = client.bucket(BUCKET);
    let request = bucket
        .post_object("user/tom/${filename}", "")
        .redirect("http://example.com/callback");
    let form = bucket.call().presign_form_remotely(request).await.unwrap();
    let value = |name: &str| {
        let mut fields = form.fields.iter();
        fields
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    // echo -n eyJ… | openssl dgst -sha256 -hmac SECRET_ACCESS_KEY -binary | base64
    assert_eq!(
        value("signature"),
        Some("gB95aqe9NUTT5JLMF9uL7B910RGYr1yRaUCA6Bh07dM=")
    );
    assert_eq!(value("access_key_id"), Some(KEY_ID));
}

#[tokio::test]
async fn what_needs_a_wait_says_so() {
    let site = Site::start().await;
    let bucket = client(&site, true).await.bucket(BUCKET);
    let error = bucket
        .get_object("k")
        .presign(Duration::from_secs(60))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("presign_remotely"), "{error}");
    let other = site.bucket(Style::Path);
    let request = other.get_object("k");
    let error = other
        .call()
        .presign_remotely(request, Duration::from_secs(60))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("no remote signer"), "{error}");
}

/// Signs for the time of its own clock, which is right.
#[derive(Debug)]
struct OwnClock(&'static str);

impl SignRemotely for OwnClock {
    fn sign<'a>(&'a self, request: &'a ToSign) -> BoxFuture<'a, Result<RemoteSignature, Error>> {
        let given = request
            .headers
            .iter()
            .find(|(name, _)| name == "date")
            .unwrap();
        let text = request.string_to_sign.replace(&given.1, self.0);
        let signature = Signer::new(KEY_ID, SECRET).sign_text(&text);
        Box::pin(async move { RemoteSignature::new(KEY_ID, signature)?.signed_date(self.0) })
    }
}

#[tokio::test]
async fn the_date_that_was_signed_is_the_one_that_is_sent() {
    let site = Site::start().await;
    let builder = site.builder(Style::Path).zone(ZONE);
    let builder = builder.clock(|| UNIX_EPOCH + Duration::from_secs(1_000_000_000));
    let client = builder
        .remote_signer(OwnClock("Wed, 10 Dec 2014 17:20:31 GMT"))
        .build()
        .unwrap();
    client.bucket(BUCKET).head_bucket().send().await.unwrap();
}

/// Fails, or answers with something that is no signature.
#[derive(Debug)]
struct Broken(Option<&'static str>);

impl SignRemotely for Broken {
    fn sign<'a>(&'a self, _: &'a ToSign) -> BoxFuture<'a, Result<RemoteSignature, Error>> {
        Box::pin(async {
            match self.0 {
                Some(text) => RemoteSignature::from_authorization(text),
                None => Err(Error::new(
                    ErrorKind::Transport,
                    "the signature server is away",
                )),
            }
        })
    }
}

#[tokio::test]
async fn nothing_is_sent_without_a_signature() {
    let site = Site::start().await;
    let before = site.served();
    for (answer, says) in [
        (None, "the signature server is away"),
        (Some(""), "no access key id"),
        (Some("QS :"), "no access key id"),
        (Some("QS ID"), "no access key id"),
        (Some("Bearer canary"), "no access key id"),
        (Some("QS ID:a\r\nX-Evil: canary"), "no access key id"),
    ] {
        let client = site.builder(Style::Path).remote_signer(Broken(answer));
        let bucket = client.build().unwrap().bucket(BUCKET);
        let error = bucket.head_bucket().send().await.unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
    assert_eq!(site.served(), before);
}

#[test]
fn nothing_of_it_shows_a_secret() {
    let made = RemoteSignature::new("ID", "canary").unwrap();
    assert!(!format!("{made:?}").contains("canary"));
    for bad in ["", "yesterday", "Wed, 10 Dec 2014 17:20:31 GMT\r\nX: y"] {
        assert!(made.clone().signed_date(bad).is_err(), "{bad}");
    }
}
