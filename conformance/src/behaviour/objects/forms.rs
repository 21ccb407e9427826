//! Forms as browsers send them, put together by hand.

use serde_json::json;

pub(super) use super::form::{Form, post};
use crate::behaviour::{Behaviour, Bench, Done};
use crate::expected;
use crate::report::Report;

pub(super) static ALL: [Behaviour; 10] = [
    behaviour!("form", the_key_has_the_files_name),
    behaviour!("form", the_type_is_the_files),
    behaviour!("form", a_policy_names_every_field),
    behaviour!("form", three_fields_sign_together, unverified: "the vendor does not say how a form is refused that is signed by half"),
    behaviour!("form", fields_are_in_the_forms_charset),
    behaviour!("form", browsers_are_sent_on),
    behaviour!("form", everybody_may_post_where_all_may_write),
    behaviour!("form", names_are_the_same_in_capitals, unverified: "the vendor does not say whether fields may be written in capitals"),
    behaviour!("form", the_outcome_stands_before_a_fragment, unverified: "the vendor does not speak of fragments"),
    behaviour!("form", a_form_without_its_fields_is_none, unverified: "the vendor does not say how a form is refused that lacks something"),
];

/// `${filename}` is what is behind the last slash or backslash of the file's name.
async fn the_key_has_the_files_name(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for (template, name, key) in [
        ("k", "cat.png", "k"),
        ("${filename}", "cat.png", "cat.png"),
        ("user/tom/${filename}", "a b.png", "user/tom/a b.png"),
        ("${filename}/${filename}", "cat.png", "cat.png/cat.png"),
        ("${filename}", "C:\\photos\\cat.png", "cat.png"),
        ("${filename}", "/home/ann/cat.png", "cat.png"),
        ("x-${filename}-y", "a;b=c.png", "x-a;b=c.png-y"),
        ("x/${filename}", "猫.png", "x/猫.png"),
        ("x/${filename}", "say %22hi%22.txt", "x/say \"hi\".txt"),
        ("$filename {filename}", "cat.png", "$filename {filename}"),
    ] {
        let form = Form::new(&[("key", template)]).file(name, None, b"hello");
        let got = post(bench, &form.signed(bench)).await?;
        let what = format!("a form with the key {template} and the file {name}");
        report.status(&what, &got, 201);
        let path = expected::path(key);
        let got = bench.by_hand("GET", &bucket, &path, &[], "").await?;
        report.content(&what, &got, b"hello");
        bench.by_hand("DELETE", &bucket, &path, &[], "").await?;
    }
    let limit = "k".repeat(1023);
    for (key, status) in [
        ("/k", 400),
        ("", 400),
        (&limit, 201),
        (&format!("{limit}k"), 400),
    ] {
        let form = Form::new(&[("key", key)]).file("a", None, b"hello");
        let got = post(bench, &form.signed(bench)).await?;
        let shown = &key[..key.len().min(5)];
        let what = format!("a form with the key {shown:?} of {} bytes", key.len());
        match status {
            201 => report.status(&what, &got, 201),
            _ => report.refused(&what, &got, 400, "invalid_object_name"),
        }
    }
    Ok(())
}

/// The form may say it, or the file's part, or both the same.
async fn the_type_is_the_files(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for (field, file, expected) in [
        (None, None, Some("application/octet-stream")),
        (None, Some("text/plain"), Some("text/plain")),
        (Some("text/plain"), None, Some("text/plain")),
        (Some("text/plain"), Some("text/plain"), Some("text/plain")),
        (Some("text/plain"), Some("image/png"), None),
    ] {
        let mut fields = vec![("key", "k")];
        fields.extend(field.map(|field| ("content-type", field)));
        let form = Form::new(&fields).file("a", file, b"hello");
        let got = post(bench, &form.signed(bench)).await?;
        let what = format!("a form of the type {field:?} with a file of the type {file:?}");
        let Some(expected) = expected else {
            report.refused_somehow(&what, &got);
            continue;
        };
        report.status(&what, &got, 201);
        let head = bench.by_hand("HEAD", &bucket, "k", &[], "").await?;
        report.equal(&what, &head.text("content-type"), &Some(expected));
    }
    Ok(())
}

/// All of them with their values and no others, but for those of the signature, and for what stands behind the file.
async fn a_policy_names_every_field(bench: &Bench<'_>, report: &mut Report) -> Done {
    let fields = [("key", "k/${filename}"), ("x-qs-meta-owner", "ann")];
    let form = Form::new(&fields).file("a", None, b"hello");
    let right = json!({ "key": "k/${filename}", "x-qs-meta-owner": "ann" });
    for (what, policy, status) in [
        ("as the form is", right.to_string(), 201),
        (
            "with the key filled in",
            json!({ "key": "k/a", "x-qs-meta-owner": "ann" }).to_string(),
            400,
        ),
        (
            "with another value",
            json!({ "key": "k/${filename}", "x-qs-meta-owner": "bob" }).to_string(),
            400,
        ),
        (
            "without a field",
            json!({ "key": "k/${filename}" }).to_string(),
            400,
        ),
        (
            "with a field more",
            json!({ "key": "k/${filename}", "x-qs-meta-owner": "ann", "redirect": "http://a/" })
                .to_string(),
            400,
        ),
        ("that is empty", "{}".to_owned(), 400),
        ("that is no object", "[]".to_owned(), 400),
        ("that is no JSON", "key".to_owned(), 400),
    ] {
        let got = post(bench, &form.signed_with(bench, &policy)).await?;
        let what = format!("a policy {what}");
        match status {
            201 => report.status(&what, &got, 201),
            _ => report.refused(&what, &got, 400, "form_policy_violated"),
        }
    }
    let behind = form.signed(bench).after("comment", "not signed");
    let got = post(bench, &behind).await?;
    report.status("a field behind the file", &got, 201);
    Ok(())
}

/// Key id, policy and signature, and the signature is of the policy.
async fn three_fields_sign_together(bench: &Bench<'_>, report: &mut Report) -> Done {
    let form = Form::new(&[("key", "k")]).file("a", None, b"hello");
    let signed = form.signed(bench);
    for name in ["access_key_id", "policy", "signature"] {
        let mut half = signed.clone();
        half.before.retain(|(field, _)| field != name);
        let got = post(bench, &half).await?;
        report.refused(
            &format!("a form without {name}"),
            &got,
            400,
            "invalid_argument",
        );
    }
    for (name, value, code) in [
        ("access_key_id", "nobody", "invalid_access_key_id"),
        ("signature", "AAAA", "signature_not_matched"),
        (
            "policy",
            // {"key":"other"}
            "eyJrZXkiOiJvdGhlciJ9",
            "signature_not_matched",
        ),
    ] {
        let mut odd = signed.clone();
        odd.before.retain(|(field, _)| field != name);
        let got = post(bench, &odd.with(name, value.as_bytes())).await?;
        report.refused(&format!("a form with the {name} {value}"), &got, 401, code);
    }
    let got = post(bench, &form).await?;
    report.refused("a form of nobody", &got, 403, "permission_denied");
    let there = bench.by_hand("HEAD", &bench.bucket(), "k", &[], "").await?;
    report.status("looking for what was refused", &there, 404);
    Ok(())
}

/// UTF-8 unless the form names another one.
async fn fields_are_in_the_forms_charset(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    // 中文 in GBK.
    let bytes = b"\xd6\xd0\xce\xc4";
    let policy = json!({ "key": "中文", "charset": "gbk" }).to_string();
    let form = Form::new(&[]).with("charset", b"gbk").with("key", bytes);
    let form = form.file("a", None, b"hello");
    let got = post(bench, &form.signed_with(bench, &policy)).await?;
    report.status("a form in GBK", &got, 201);
    let path = expected::path("中文");
    let got = bench.by_hand("GET", &bucket, &path, &[], "").await?;
    report.content("what came in a form in GBK", &got, b"hello");
    let form = Form::new(&[("key", "中文")]).file("a", None, b"utf-8");
    post(bench, &form.signed(bench)).await?;
    let got = bench.by_hand("GET", &bucket, &path, &[], "").await?;
    report.content("what came in a form in UTF-8", &got, b"utf-8");
    Ok(())
}

/// With 302, whatever has become of it, and the outcome behind what the address had.
async fn browsers_are_sent_on(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for (target, before) in [
        ("http://example.com/done", "http://example.com/done?"),
        (
            "https://example.com/done?x=y",
            "https://example.com/done?x=y&",
        ),
    ] {
        for (key, status, code) in [
            ("k", "201", "created"),
            ("/k", "400", "invalid_object_name"),
        ] {
            let form = Form::new(&[("key", key), ("redirect", target)]).file("a", None, b"hello");
            let got = post(bench, &form.signed(bench)).await?;
            let what = format!("a form with the key {key} and the redirect {target}");
            report.status(&what, &got, 302);
            let location = got.text("location").unwrap_or_default();
            let id = got.text("x-qs-request-id").unwrap_or_default();
            let query = location.strip_prefix(before).unwrap_or_default();
            let told: Vec<(&str, &str)> = query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .collect();
            let shown: Vec<(&str, &str)> = told
                .iter()
                .filter(|(name, _)| *name != "message")
                .copied()
                .collect();
            let expected = vec![("status", status), ("code", code), ("request_id", id)];
            report.equal(
                &format!("what {location} says of {what}"),
                &shown,
                &expected,
            );
            let message = told.iter().find(|(name, _)| *name == "message");
            let message = message.map_or("", |(_, text)| *text);
            match status {
                "201" => report.equal("the message", &message, &"Object+created"),
                _ => {
                    let legal =
                        |byte: u8| byte.is_ascii_alphanumeric() || b"+%.-_*".contains(&byte);
                    let good = !message.is_empty() && message.bytes().all(legal);
                    report.holds(format!("the message of {location} is not encoded"), good);
                }
            }
        }
    }
    let there = bench.by_hand("GET", &bucket, "k", &[], "").await?;
    report.content("what was posted", &there, b"hello");
    for odd in [
        "javascript:alert(1)",
        "/done",
        "example.com",
        "ftp://example.com/",
    ] {
        let form = Form::new(&[("key", "k"), ("redirect", odd)]).file("a", None, b"hello");
        let got = post(bench, &form.signed(bench)).await?;
        report.refused_somehow(&format!("a form with the redirect {odd}"), &got);
    }
    Ok(())
}

/// Without metadata, which only those can set that sign.
async fn everybody_may_post_where_all_may_write(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let plain = Form::new(&[("key", "k")]).file("a", Some("text/plain"), b"hello");
    let described = Form::new(&[("key", "other"), ("x-qs-meta-owner", "ann")]);
    let described = described.file("a", None, b"hello");
    let got = post(bench, &plain).await?;
    report.refused("a form without signature", &got, 403, "permission_denied");
    let open = json!({ "acl": [{
        "grantee": { "type": "group", "name": "QS_ALL_USERS" },
        "permission": "WRITE",
    }] });
    let json = [("Content-Type", "application/json")];
    let opened = bench.by_hand("PUT", &bucket, "?acl", &json, open.to_string());
    report.status("opening the bucket", &opened.await?, 200);
    let got = post(bench, &plain).await?;
    report.status("a form without signature where all may write", &got, 201);
    let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
    report.content("what was posted", &got, b"hello");
    let got = post(bench, &described).await?;
    report.refused("metadata without signature", &got, 403, "permission_denied");
    let there = bench.by_hand("HEAD", &bucket, "other", &[], "").await?;
    report.status("looking for what was refused", &there, 404);
    // A policy outranks the list.
    for (action, effect, status) in [
        ("create_object", "deny", 403),
        ("delete_object", "deny", 201),
        ("create_object", "allow", 201),
    ] {
        let policy = json!({ "statement": [{
            "id": "s", "user": ["*"], "action": [action], "effect": effect,
            "resource": [format!("{}/*", bucket.name())],
        }] });
        let put = bench.by_hand("PUT", &bucket, "?policy", &json, policy.to_string());
        report.status("setting a policy", &put.await?, 200);
        let what = format!("a form without signature under a policy to {effect} {action}");
        report.status(&what, &post(bench, &plain).await?, status);
    }
    Ok(())
}

async fn a_form_without_its_fields_is_none(bench: &Bench<'_>, report: &mut Report) -> Done {
    let whole = Form::new(&[("key", "k")]).file("a", None, b"hello");
    let mut no_file = whole.clone();
    no_file.file.clear();
    let no_key = Form::new(&[("x-qs-meta-owner", "ann")]).file("a", None, b"hello");
    let late_key = Form::new(&[]).file("a", None, b"hello").after("key", "k");
    for (what, form) in [
        ("without a file", no_file),
        ("without a key", no_key),
        ("with its key behind the file", late_key),
    ] {
        let got = post(bench, &form.signed(bench)).await?;
        report.status(&format!("a form {what}"), &got, 400);
    }
    let there = bench.by_hand("HEAD", &bench.bucket(), "k", &[], "").await?;
    report.status("looking for what was refused", &there, 404);
    Ok(())
}

async fn names_are_the_same_in_capitals(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let fields = [
        ("Key", "k"),
        ("Content-Type", "text/plain"),
        ("Cache-Control", "no-store"),
        ("X-QS-Meta-Owner", "ann"),
        ("X-QS-Storage-Class", "STANDARD_IA"),
    ];
    let form = Form::new(&fields).file("a", None, b"hello");
    let got = post(bench, &form.signed(bench)).await?;
    report.status("a form with fields in capitals", &got, 201);
    let head = bench.by_hand("HEAD", &bucket, "k", &[], "").await?;
    for (name, value) in [
        ("content-type", "text/plain"),
        ("cache-control", "no-store"),
        ("x-qs-meta-owner", "ann"),
        ("x-qs-storage-class", "STANDARD_IA"),
    ] {
        report.equal(name, &head.text(name), &Some(value));
    }
    Ok(())
}

/// A query does (RFC 3986 section 3.4), and what is behind `#` is the page's own.
async fn the_outcome_stands_before_a_fragment(bench: &Bench<'_>, report: &mut Report) -> Done {
    for (target, before) in [
        (
            "http://example.com/done#top",
            "http://example.com/done?status=201&",
        ),
        (
            "http://example.com/done?#top",
            "http://example.com/done?status=201&",
        ),
        (
            "http://example.com/?a=b#c?d",
            "http://example.com/?a=b&status=201&",
        ),
    ] {
        let form = Form::new(&[("key", "k"), ("redirect", target)]).file("a", None, b"hello");
        let got = post(bench, &form.signed(bench)).await?;
        let location = got.text("location").unwrap_or_default();
        let fragment = target.split_once('#').map(|(_, fragment)| fragment);
        let what = format!("{location} for the redirect {target}");
        report.holds(
            format!("{what} does not begin with {before}"),
            location.starts_with(before),
        );
        let got = location.split_once('#').map(|(_, fragment)| fragment);
        report.equal(&format!("the fragment of {what}"), &got, &fragment);
    }
    Ok(())
}
