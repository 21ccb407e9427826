//! The browser's side of `presign_browser_upload`: the page, and what a browser does with it.

use std::error::Error;

use qingstor::{Presigned, PresignedForm};

/// The page: a form, and a script.
pub fn page(form: &PresignedForm, link: &Presigned) -> String {
    // Values in attributes are data for the script, not part of it.
    let headers = link.headers.iter().map(|(name, value)| {
        let value = value.to_str().unwrap_or_default();
        format!("{}: {}", escape(name.as_str()), escape(value))
    });
    format!(
        "<!doctype html>
<title>Upload</title>
<h1>By a form</h1>
{form}<h1>By a script</h1>
<button id=\"put\" data-url=\"{url}\" data-headers=\"{headers}\">Upload a text</button> <span id=\"status\"></span>
<script>
const button = document.getElementById('put');
button.onclick = async () => {{
  const headers = button.dataset.headers.split('\\n').filter(Boolean).map(line => line.split(/: (.*)/s, 2));
  const answer = await fetch(button.dataset.url, {{ method: 'PUT', headers, body: 'from a script' }});
  document.getElementById('status').textContent = answer.status;
}};
</script>
",
        form = form.to_html(),
        url = escape(&link.url),
        headers = headers.collect::<Vec<_>>().join("&#10;"),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Gets the page, submits its form and runs its script, as a browser would.
pub async fn upload(
    origin: &str,
    form: &PresignedForm,
    link: &Presigned,
) -> Result<(), Box<dyn Error>> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()?;
    let page = client
        .get(origin)
        .send()
        .await?
        .error_for_status()?
        .text()
        .await?;
    for url in [&form.url, &link.url] {
        if !page.contains(&escape(url)) {
            return Err("the page does not have what it should".into());
        }
    }

    let mut body = String::new();
    for (name, value) in &form.fields {
        body += &format!(
            "--b0und\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
    }
    body += "--b0und\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cat.txt\"\r\n";
    body += "Content-Type: application/octet-stream\r\n\r\nfrom a form\r\n--b0und--\r\n";
    let posted = client
        .post(&form.url)
        .header("Origin", origin)
        .header("Content-Type", "multipart/form-data; boundary=b0und")
        .body(body)
        .send()
        .await?;
    let back = posted.headers().get("location").cloned();
    let back = back.as_ref().and_then(|location| location.to_str().ok());
    println!(
        "the form was answered with {} and leads back to {back:?}",
        posted.status()
    );
    if !back.is_some_and(|location| location.starts_with(origin) && location.contains("status=201"))
    {
        return Err(posted.text().await?.into());
    }

    let preflight = client
        .request(reqwest::Method::OPTIONS, &link.url)
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "PUT")
        .header("Access-Control-Request-Headers", "content-type")
        .send()
        .await?;
    let allowed = preflight.headers().get("access-control-allow-origin");
    println!("the preflight allows {allowed:?}");
    if allowed.is_none_or(|allowed| allowed != origin) {
        return Err("the script's request would not be allowed".into());
    }
    let put = client
        .request(link.method.as_str().parse()?, &link.url)
        .header("Origin", origin)
        .headers(link.headers.clone())
        .body("from a script")
        .send()
        .await?;
    println!("the script's PUT was answered with {}", put.status());
    put.error_for_status()?;
    Ok(())
}
