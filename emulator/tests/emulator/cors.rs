//! CORS configurations and preflight requests.

use serde_json::{Value, json};

use crate::support::{Call, Reply, Server, call};

async fn configured(configuration: &Value) -> Server {
    let server = Server::with_bucket().await;
    let put = call("PUT", "/mybucket?cors").json(&configuration.to_string());
    let reply = server.send(&put).await;
    assert_eq!(
        (reply.status, reply.body.len()),
        (200, 0),
        "{}",
        reply.text()
    );
    server
}

fn preflight(target: &str, origin: &str, method: &str, headers: &str) -> Call {
    call("OPTIONS", target)
        .anonymous()
        .header("Origin", origin)
        .header("Access-Control-Request-Method", method)
        .header("Access-Control-Request-Headers", headers)
}

fn allowed(reply: &Reply) -> Option<&str> {
    reply.header("access-control-allow-origin")
}

#[tokio::test]
async fn the_first_rule_that_matches_answers() {
    let server = configured(&json!({ "cors_rules": [
        {
            "allowed_origin": "https://*.example.com",
            "allowed_methods": ["PUT", "GET"],
            "allowed_headers": ["Content-Type", "x-qs-*"],
            "expose_headers": ["ETag", "X-QS-Request-ID"],
            "max_age_seconds": 600,
        },
        { "allowed_origin": "https://app.example.com", "allowed_methods": ["*"], "allowed_headers": ["*"] },
        { "allowed_origin": "http://*:80*", "allowed_methods": ["HEAD"], "max_age_seconds": 0 },
        { "allowed_origin": "*", "allowed_methods": ["HEAD"], "max_age_seconds": 7 },
    ]}))
    .await;
    let app = "https://app.example.com";
    for (origin, method, headers, origin_back, age) in [
        (app, "PUT", "", Some(app), Some("600")),
        (app, "PUT", "content-type", Some(app), Some("600")),
        (
            app,
            "PUT",
            "CONTENT-TYPE, X-QS-Meta-A",
            Some(app),
            Some("600"),
        ),
        (app, "PUT", "content-type,x-other", Some(app), Some("5")),
        (app, "DELETE", "", Some(app), Some("5")),
        (
            "https://b.example.com",
            "PUT",
            "",
            Some("https://b.example.com"),
            Some("600"),
        ),
        ("https://b.example.com", "PUT", "x-other", None, None),
        ("https://b.example.com", "DELETE", "", None, None),
        ("https://example.com", "PUT", "", None, None),
        (
            "http://a:8080",
            "HEAD",
            "",
            Some("http://a:8080"),
            Some("0"),
        ),
        ("http://a:9090", "HEAD", "", Some("*"), Some("7")),
        ("null", "HEAD", "", Some("*"), Some("7")),
        ("null", "head", "", None, None),
    ] {
        for target in ["/mybucket/any/key", "/mybucket", "/mybucket/"] {
            let reply = server
                .send(&preflight(target, origin, method, headers))
                .await;
            let about = format!("{target} {origin} {method} {headers}");
            assert_eq!((reply.status, reply.body.len()), (200, 0), "{about}");
            assert_eq!(allowed(&reply), origin_back, "{about}");
            assert_eq!(reply.header("access-control-max-age"), age, "{about}");
            assert_eq!(reply.header("vary"), None, "{about}");
            let methods = reply.header("access-control-allow-methods");
            assert_eq!(methods.is_some(), origin_back.is_some(), "{about}");
        }
    }
    let reply = server.send(&preflight("/mybucket/k", app, "PUT", "")).await;
    for (name, value) in [
        ("access-control-allow-methods", "PUT,GET"),
        ("access-control-expose-headers", "ETag,X-QS-Request-ID"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    let reply = server
        .send(&preflight("/mybucket/k", app, "POST", "x-a, x-b"))
        .await;
    assert_eq!(
        reply.header("access-control-allow-headers"),
        Some("x-a,x-b")
    );
    let reply = server
        .send(&preflight("/mybucket/k", "http://a:9", "HEAD", ""))
        .await;
    assert_eq!(reply.header("access-control-allow-headers"), None);
    assert_eq!(reply.header("access-control-expose-headers"), None);
}

#[tokio::test]
async fn without_rules_nothing_is_allowed_and_nothing_fails() {
    let server = Server::with_bucket().await;
    let ask = preflight("/mybucket/k", "http://a", "GET", "");
    let reply = server.send(&ask).await;
    assert_eq!((reply.status, allowed(&reply)), (200, None));
    for (name, target) in [
        ("Origin", "/mybucket/k"),
        ("Access-Control-Request-Method", "/mybucket"),
    ] {
        let reply = server
            .send(&preflight(target, "http://a", "GET", "").header(name, ""))
            .await;
        assert_eq!(reply.error(), (400, "invalid_argument".to_owned()));
        assert!(reply.json()["message"].to_string().contains(name));
    }
    let nowhere = server
        .send(&preflight("/nobucket/k", "http://a", "GET", ""))
        .await;
    assert_eq!(nowhere.error(), (404, "bucket_not_exists".to_owned()));
}

#[tokio::test]
async fn vary_is_sent_where_it_is_enabled() {
    for (vary, expected) in [
        (json!("enabled"), Some("Origin")),
        (json!("ENABLED"), Some("Origin")),
        (json!("enable"), Some("Origin")),
        (json!("Disabled"), None),
        (json!(null), None),
    ] {
        let rule = json!({ "allowed_origin": "http://a", "allowed_methods": ["GET"] });
        let server =
            configured(&json!({ "cors_rules": [rule], "resp_vary": vary, "later": 1 })).await;
        for origin in ["http://a", "http://b"] {
            let reply = server
                .send(&preflight("/mybucket/k", origin, "GET", ""))
                .await;
            assert_eq!(reply.header("vary"), expected, "{vary} {origin}");
        }
    }
}

#[tokio::test]
async fn answers_to_real_requests_follow_the_rules_too() {
    let rule = json!({
        "allowed_origin": "http://a", "allowed_methods": ["GET"], "expose_headers": ["ETag"],
    });
    let server = configured(&json!({ "cors_rules": [rule], "resp_vary": "enabled" })).await;
    server.put("/mybucket/k", b"x").await;
    let reply = server
        .send(&call("GET", "/mybucket/k").header("Origin", "http://a"))
        .await;
    assert_eq!(allowed(&reply), Some("http://a"));
    assert_eq!(reply.header("access-control-expose-headers"), Some("ETag"));
    assert_eq!(reply.header("vary"), Some("Origin"));
    let missing = server
        .send(&call("GET", "/mybucket/no").header("Origin", "http://a"))
        .await;
    assert_eq!((missing.status, allowed(&missing)), (404, Some("http://a")));
    let refused = server
        .send(
            &call("GET", "/mybucket/k")
                .header("Origin", "http://a")
                .anonymous(),
        )
        .await;
    assert_eq!((refused.status, allowed(&refused)), (403, Some("http://a")));
    let forged = call("GET", "/mybucket/k")
        .header("Origin", "http://a")
        .resource("/mybucket/other");
    let forged = server.send(&forged).await;
    assert_eq!((forged.status, allowed(&forged)), (401, Some("http://a")));
    assert_eq!(forged.header("vary"), Some("Origin"));
    let other = server
        .send(&call("GET", "/mybucket/k").header("Origin", "http://b"))
        .await;
    assert_eq!(allowed(&other), None);
    let put = call("PUT", "/mybucket/k").header("Origin", "http://a");
    assert_eq!(allowed(&server.send(&put).await), None);
}

#[tokio::test]
async fn a_browser_asks_about_a_presigned_url_with_its_query() {
    let rule = json!({ "allowed_origin": "https://app.example.com", "allowed_methods": ["PUT"], "allowed_headers": ["*"] });
    let server = configured(&json!({ "cors_rules": [rule] })).await;
    // The signature is for the PUT that follows, so that the preflight's own would be another.
    let target = "/mybucket/k?access_key_id=ACCESS_KEY_ID&expires=1418233000&signature=b25lIGZvciBhIFBVVA%3D%3D";
    let ask = preflight(target, "https://app.example.com", "PUT", "x-qs-meta-owner");
    let reply = server.send(&ask).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(allowed(&reply), Some("https://app.example.com"));
    // The PUT itself is judged by it.
    let put = call("PUT", target).anonymous();
    assert_eq!(
        server.send(&put).await.error(),
        (401, "signature_not_matched".to_owned())
    );
}

#[tokio::test]
async fn bad_configurations_are_refused_and_change_nothing() {
    let good = json!({ "allowed_origin": "http://a", "allowed_methods": ["GET"] });
    let server = configured(&json!({ "cors_rules": [good] })).await;
    let changed = |name: &str, value: Value| {
        let mut rule = good.clone();
        rule[name] = value;
        json!({ "cors_rules": [good, rule] })
    };
    for (configuration, at) in [
        (json!({}), "cors_rules"),
        (json!({ "cors_rules": null }), "cors_rules"),
        (json!({ "cors_rules": {} }), "cors_rules"),
        (json!({ "cors_rules": ["x"] }), "cors_rules[0]"),
        (
            changed("allowed_origin", json!(null)),
            "cors_rules[1].allowed_origin",
        ),
        (
            changed("allowed_origin", json!("")),
            "cors_rules[1].allowed_origin",
        ),
        (
            changed("allowed_origin", json!("a\nb")),
            "cors_rules[1].allowed_origin",
        ),
        (
            changed("allowed_methods", json!([])),
            "cors_rules[1].allowed_methods",
        ),
        (
            changed("allowed_methods", json!("GET")),
            "cors_rules[1].allowed_methods",
        ),
        (
            changed("allowed_methods", json!(["PATCH"])),
            "cors_rules[1].allowed_methods",
        ),
        (
            changed("allowed_methods", json!(["get"])),
            "cors_rules[1].allowed_methods",
        ),
        (
            changed("allowed_headers", json!([1])),
            "cors_rules[1].allowed_headers",
        ),
        (
            changed("allowed_headers", json!(["a b"])),
            "cors_rules[1].allowed_headers",
        ),
        (
            changed("expose_headers", json!("ETag")),
            "cors_rules[1].expose_headers",
        ),
        (
            changed("max_age_seconds", json!(-1)),
            "cors_rules[1].max_age_seconds",
        ),
        (
            changed("max_age_seconds", json!("5")),
            "cors_rules[1].max_age_seconds",
        ),
        (
            json!({ "cors_rules": [], "resp_vary": "maybe" }),
            "resp_vary",
        ),
        (json!({ "cors_rules": [], "resp_vary": true }), "resp_vary"),
    ] {
        let put = call("PUT", "/mybucket?cors").json(&configuration.to_string());
        let reply = server.send(&put).await;
        assert_eq!(
            reply.error(),
            (400, "invalid_argument".to_owned()),
            "{configuration}"
        );
        let message = reply.json()["message"].as_str().unwrap_or("").to_owned();
        assert!(
            message.starts_with(&format!("{at}:")),
            "{configuration}: {message}"
        );
    }
    let reply = server
        .send(&preflight("/mybucket/k", "http://a", "GET", ""))
        .await;
    assert_eq!(allowed(&reply), Some("http://a"));
    let optional = changed("max_age_seconds", json!(null));
    let put = call("PUT", "/mybucket?cors").json(&optional.to_string());
    assert_eq!(server.send(&put).await.status, 200);
    let unsigned = call("PUT", "/mybucket?cors").json("{}").anonymous();
    assert_eq!(server.send(&unsigned).await.error().0, 403);
}

#[tokio::test]
async fn a_configuration_is_read_back_and_deleted() {
    let server = Server::with_bucket().await;
    let never = json!({ "cors_rules": [] });
    assert_eq!(server.get("/mybucket?cors").await.json(), never);
    let rule = json!({
        "allowed_origin": "http://*.a", "allowed_methods": ["*"], "max_age_seconds": null, "note": { "x": null },
    });
    let put = json!({ "cors_rules": [rule], "resp_vary": "enable", "later": [1] });
    let reply = server
        .send(&call("PUT", "/mybucket?cors").json(&put.to_string()))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let kept = json!({ "allowed_origin": "http://*.a", "allowed_methods": ["*"], "note": {} });
    assert_eq!(
        server.get("/mybucket?cors").await.json(),
        json!({ "cors_rules": [kept], "resp_vary": "enable", "later": [1] })
    );
    for _ in 0..2 {
        let reply = server.send(&call("DELETE", "/mybucket?cors")).await;
        assert_eq!((reply.status, reply.body.len()), (204, 0));
        assert_eq!(server.get("/mybucket?cors").await.json(), never);
        let ask = preflight("/mybucket/k", "http://x.a", "GET", "");
        assert_eq!(allowed(&server.send(&ask).await), None);
    }
}
