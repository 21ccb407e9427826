//! A client that has no secret, and a server that signs for it: QingStor's demo signature servers in their own JSON.
//!
//! `cargo run -p qingstor --example signature_server` starts an emulator, a signature server that has the emulator's access
//! key, and a client that asks the server for each signature.

use std::net::SocketAddr;

use qingstor::sign::{Place, RemoteSignature, SignRemotely, Signer, ToSign};
use qingstor::transport::BoxFuture;
use qingstor::{Client, Error, ErrorKind};
use qingstor_emulator::Emulator;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let emulator = Emulator::builder().check_answers(true).start().await?;
    let signer = Signer::new(emulator.access_key_id(), emulator.secret_access_key());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let server = listener.local_addr()?;
    tokio::spawn(serve(listener, signer));

    let client = Client::builder()
        .no_environment()
        .endpoint(emulator.endpoint())
        .remote_signer(SignatureServer(server))
        .build()?;
    let bucket = client.bucket("photos");
    bucket.put_bucket().send().await?;
    bucket.put_object("cat.txt", "meow").send().await?;
    let cat = bucket.get_object("cat.txt").send().await?;
    println!("the cat says {:?}", cat.body.into_bytes().await?);

    let hour = std::time::Duration::from_secs(3600);
    let link = bucket
        .call()
        .presign_remotely(bucket.get_object("cat.txt"), hour);
    println!("for an hour: {}", link.await?.url);
    emulator.shutdown().await;
    Ok(())
}

/// The client's side: where the server is.
#[derive(Debug)]
struct SignatureServer(SocketAddr);

impl SignRemotely for SignatureServer {
    fn sign<'a>(&'a self, request: &'a ToSign) -> BoxFuture<'a, Result<RemoteSignature, Error>> {
        Box::pin(async {
            let path = match request.place {
                Place::Query => "/string-to-sign/query",
                _ => "/string-to-sign/header",
            };
            let question =
                json!({ "string_to_sign": request.string_to_sign, "expires": request.expires });
            let answer = ask(self.0, path, &question.to_string()).await;
            let answer = answer.map_err(|error| {
                Error::new(ErrorKind::Transport, "the signature server does not answer")
                    .with_source(error)
            })?;
            if let Some(authorization) = answer["authorization"].as_str() {
                return RemoteSignature::from_authorization(authorization);
            }
            let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
            RemoteSignature::new(text("access_key_id"), text("signature"))
        })
    }
}

/// One question over HTTP. A program of yours would use its HTTP library, and HTTPS.
async fn ask(server: SocketAddr, path: &str, question: &str) -> std::io::Result<Value> {
    let mut stream = TcpStream::connect(server).await?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {server}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        question.len()
    );
    stream.write_all((head + question).as_bytes()).await?;
    let (_, body) = read(&mut stream).await?;
    Ok(serde_json::from_str(&body)?)
}

/// The server's side. It would look who is asking, and what for.
async fn serve(listener: TcpListener, signer: Signer) {
    while let Ok((mut stream, _)) = listener.accept().await {
        if let Err(error) = answer(&mut stream, &signer).await {
            eprintln!("a question was not answered: {error}");
        }
    }
}

async fn answer(stream: &mut TcpStream, signer: &Signer) -> std::io::Result<()> {
    let (line, body) = read(stream).await?;
    let asked: Value = serde_json::from_str(&body)?;
    let signature = signer.sign_text(asked["string_to_sign"].as_str().unwrap_or_default());
    let id = signer.access_key_id();
    let answer = if line.contains("/string-to-sign/query") {
        json!({ "access_key_id": id, "signature": signature, "expires": asked["expires"] })
    } else {
        json!({ "authorization": format!("QS {id}:{signature}") })
    };
    println!("signed for {}", line.trim_end());
    let answer = answer.to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        answer.len()
    );
    stream.write_all((head + &answer).as_bytes()).await
}

/// The first line and the body of a message.
async fn read(stream: &mut TcpStream) -> std::io::Result<(String, String)> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).await?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).await?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length.min(1 << 20)];
    reader.read_exact(&mut body).await?;
    Ok((first, String::from_utf8_lossy(&body).into_owned()))
}
