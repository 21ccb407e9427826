//! A page from which a browser uploads straight to the service: by a signed form, and by a script with a presigned
//! PUT. The access key stays here.
//!
//! ```sh
//! cargo run -p qingstor --example presign_browser_upload            # then open the URL that it prints
//! cargo run -p qingstor --example presign_browser_upload -- --once  # is the browser itself, once
//! ```
//!
//! With a bucket of yours, its CORS rules are replaced: the script's request comes from another origin.

mod browser;
mod support;

use std::time::Duration;

use qingstor::types::{CorsRule, Method};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (bucket, _emulator) = support::bucket().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);

    let rule = CorsRule::new(origin.as_str(), [Method::Put]).allowed_headers(["*"]);
    bucket.put_bucket_cors([rule]).send().await?;
    let link = bucket
        .put_object("example/from-script.txt", "")
        .content_type("text/plain")
        .presign(Duration::from_secs(900))?;
    // `${filename}` becomes the name of the file that the user chooses.
    let form = bucket
        .post_object("example/${filename}", "")
        .redirect(format!("{origin}/"))
        .presign()?;
    let page = browser::page(&form, &link);

    if std::env::args().any(|argument| argument == "--once") {
        let server = tokio::spawn(serve(listener, page));
        browser::upload(&origin, &form, &link).await?;
        server.abort();
        for item in bucket
            .list_objects()
            .prefix("example/")
            .items()
            .try_collect()
            .await?
        {
            println!("{} has {} bytes", item.key, item.size);
        }
        let doomed = bucket.list_objects().prefix("example/").items();
        bucket.delete_stream(doomed).send().await?.all()?;
        return Ok(());
    }
    println!("open {origin}/ in a browser; end with Ctrl+C");
    Ok(serve(listener, page).await?)
}

/// Answers every request with the page.
async fn serve(listener: TcpListener, page: String) -> std::io::Result<()> {
    loop {
        let (mut connection, _) = listener.accept().await?;
        // The page is the answer to whatever was asked.
        let _ = connection.read(&mut [0; 8192]).await?;
        let length = page.len();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close";
        let answer = format!("{head}\r\nContent-Length: {length}\r\n\r\n{page}");
        connection.write_all(answer.as_bytes()).await?;
    }
}
