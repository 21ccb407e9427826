//! How the parts of a form may be headed: RFC 7578 and RFC 2045 (section 5.1) leave a choice to who writes them.

use serde_json::json;

use crate::behaviour::{Behaviour, Bench, Done};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 1] = [
    behaviour!("form", parts_are_headed_in_any_legal_way, unverified: "the vendor shows one form only"),
];

const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

/// Parameters come in any order, in quotes or without, and what stands in quotes ends nothing.
async fn parts_are_headed_in_any_legal_way(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let open = json!({ "acl": [{
        "grantee": { "type": "group", "name": "QS_ALL_USERS" },
        "permission": "WRITE",
    }] });
    bench
        .by_hand("PUT", &bucket, "?acl", &JSON, open.to_string())
        .await?;
    let plain = "multipart/form-data; boundary=conformance";
    let cat = r#"name="file"; filename="cat.png""#;
    for (content_type, field, file, key) in [
        (plain, r#"name="key""#, cat, "cat.png"),
        (plain, "name=key", "name=file; filename=cat.png", "cat.png"),
        (
            plain,
            r#"name="key""#,
            r#"filename="cat.png"; name="file""#,
            "cat.png",
        ),
        (
            plain,
            r#"name="key""#,
            r#"name="file"; filename="a;name=b""#,
            "a%3Bname%3Db",
        ),
        (
            plain,
            r#"name="key""#,
            r#"filename="; name=key; x="; name="file""#,
            "%3B%20name%3Dkey%3B%20x%3D",
        ),
        (
            plain,
            r#"name="key""#,
            r#"name="file"; odd="; filename=no"; filename="yes""#,
            "yes",
        ),
        (
            r#"multipart/form-data; boundary="conformance""#,
            r#"name="key""#,
            cat,
            "cat.png",
        ),
        (
            r#"multipart/form-data; odd="a;b"; boundary=conformance"#,
            r#"name="key""#,
            cat,
            "cat.png",
        ),
        (
            r#"Multipart/Form-Data;Boundary="conformance"; charset=utf-8"#,
            r#"name="key""#,
            cat,
            "cat.png",
        ),
    ] {
        let body = format!(
            "--conformance\r\nContent-Disposition: form-data; {field}\r\n\r\n${{filename}}\r\n\
             --conformance\r\nContent-Disposition: form-data; {file}\r\n\r\nhello\r\n--conformance--\r\n"
        );
        let headers = [("Content-Type", content_type)];
        let got = bench.unsigned("POST", &bucket, "", &headers, body).await?;
        let what = format!("a form of {content_type} with {field} and {file}");
        report.status(&what, &got, 201);
        let got = bench.by_hand("GET", &bucket, key, &[], "").await?;
        report.content(&what, &got, b"hello");
        bench.by_hand("DELETE", &bucket, key, &[], "").await?;
    }
    Ok(())
}
