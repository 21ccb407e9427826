//! Signed forms as pages have them, sent by somebody who knows nothing of this crate.

use qingstor::Bucket;
use qingstor::operation::PresignedForm;

use crate::support::{STYLES, Site, content};

/// The address and the hidden fields of a form, read back from its HTML.
fn read(html: &str) -> (String, Vec<(String, String)>) {
    let attribute = |tag: &str, name: &str| {
        let value = tag.split_once(&format!("{name}=\""))?.1;
        let value = value.split('"').next()?;
        // A browser replaces these, the ampersand last.
        let text = [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#39;", "'"),
            ("&amp;", "&"),
        ]
        .iter()
        .fold(value.to_owned(), |text, (from, to)| text.replace(from, to));
        Some(text)
    };
    let tags: Vec<&str> = html.split('<').collect();
    let form = tags.iter().find(|tag| tag.starts_with("form ")).unwrap();
    assert_eq!(attribute(form, "method").unwrap(), "post");
    assert_eq!(attribute(form, "enctype").unwrap(), "multipart/form-data");
    let fields = tags
        .iter()
        .filter(|tag| tag.starts_with("input ") && tag.contains("hidden"))
        .map(|tag| {
            (
                attribute(tag, "name").unwrap(),
                attribute(tag, "value").unwrap(),
            )
        })
        .collect();
    (attribute(form, "action").unwrap(), fields)
}

/// What a browser posts when the user has chosen a file.
async fn post(site: &Site, form: &PresignedForm, file: &str, text: &str) -> (u16, Option<String>) {
    let (action, fields) = read(&form.to_html());
    let mut body = String::new();
    for (name, value) in &fields {
        body +=
            &format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += &format!(
        "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file}\"\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--xyz--\r\n"
    );
    let answer = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .resolve("photos.pek3a.localhost", site.emulator.address())
        .build()
        .unwrap()
        .post(action)
        .header("Content-Type", "multipart/form-data; boundary=xyz")
        .body(body)
        .send()
        .await
        .unwrap();
    let location = answer.headers().get("location");
    let location = location.map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), location)
}

fn form(bucket: &Bucket) -> PresignedForm {
    bucket
        .post_object("a \"b\" & '<c>'/${filename}", "")
        .content_type("text/plain")
        .metadata("note", "1 < 2 & \"3\"")
        .presign()
        .unwrap()
}

#[tokio::test]
async fn a_form_is_posted_from_a_page() {
    let site = Site::start().await;
    for style in STYLES {
        let bucket = site.bucket(style);
        let (status, _) = post(&site, &form(&bucket), "cat.txt", "meow").await;
        assert_eq!(status, 201, "{style:?}");
        let key = "a \"b\" & '<c>'/cat.txt";
        assert_eq!(content(&bucket, key).await.unwrap(), "meow");
        let head = bucket.head_object(key).send().await.unwrap();
        assert_eq!(head.metadata["note"], "1 < 2 & \"3\"");
        bucket.delete_object(key).send().await.unwrap();
    }
}

#[tokio::test]
async fn the_browser_goes_where_the_form_says() {
    let site = Site::start().await;
    let bucket = site.bucket(STYLES[0]);
    let form = bucket
        .post_object("${filename}", "")
        .redirect("https://example.com/thanks?a=1&b=2")
        .presign()
        .unwrap();
    let (status, location) = post(&site, &form, "cat.txt", "meow").await;
    assert!((300..400).contains(&status), "{status}");
    let location = location.unwrap();
    assert!(
        location.starts_with("https://example.com/thanks?a=1&b=2"),
        "{location}"
    );
    assert_eq!(content(&bucket, "cat.txt").await.unwrap(), "meow");
}

#[tokio::test]
async fn a_form_that_was_changed_is_refused() {
    let site = Site::start().await;
    let bucket = site.bucket(STYLES[0]);
    for (name, value) in [
        ("key", "elsewhere/${filename}"),
        ("Content-Type", "text/html"),
        ("signature", "EJT8EfIaHXRnkMnBpHjSoJWNBCThSwlaP7kdSFuVT5A="),
        ("policy", "e30="),
    ] {
        let mut form = form(&bucket);
        let field = form.fields.iter_mut().find(|(known, _)| known == name);
        field.unwrap().1 = value.to_owned();
        let (status, _) = post(&site, &form, "cat.txt", "evil").await;
        assert!(matches!(status, 400 | 401), "{name}: {status}");
    }
    let page = bucket.list_objects().send().await.unwrap();
    assert!(page.keys.is_empty());
}
