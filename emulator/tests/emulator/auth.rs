//! Signatures: who is let in, and what everybody else is told.

use crate::support::{BUCKET, Call, DATE, KEY_ID, NOW, SECRET, Server, call, sign};

const OTHER_DATE: &str = "Wed, 10 Dec 2014 17:35:31 GMT";

#[tokio::test]
async fn published_signatures_are_accepted() {
    let server = Server::start().await;
    // V1 of the vectors computed by running the official SDKs.
    let list = call("GET", "/").header(
        "Authorization",
        "QS ACCESS_KEY_ID:O36EQm+iwLQVePp5GoaUmBDeAoerRjfohwmffukmJeU=",
    );
    assert_eq!(server.send(&list).await.status, 200);
    server.send(&call("PUT", "/mybucket")).await;
    // V7.
    let key = call("GET", "/mybucket/%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95").header(
        "Authorization",
        "QS ACCESS_KEY_ID:8I1Y7gZ6eFLr1l6cv4TaW/BF79cUA3sxPWgdY1gk6AI=",
    );
    let found = server.send(&key).await.error();
    assert_eq!(found, (404, "object_not_exists".to_owned()));
    // V16, virtual host style.
    let hosted = call("GET", "/a%20b/c%2Bd")
        .header("Host", "mybucket.pek3a.qingstor.com")
        .header(
            "Authorization",
            "QS ACCESS_KEY_ID:Ow/NbanYmHJtQ/ZjLhxhNaJZOE5NK809xPaNm4iKag4=",
        );
    let found = server.send(&hosted).await.error();
    assert_eq!(found, (404, "object_not_exists".to_owned()));
    // V12, presigned, valid until 1479107162.
    let presigned = "/mybucket/music.mp3?access_key_id=ACCESS_KEY_ID&expires=1479107162\
                     &signature=3LwrGipLWq9Tet3ivTVLL49PKdHLA4f%2BA0ohBA9r7V0=";
    let found = server.send(&call("GET", presigned).anonymous()).await;
    assert_eq!(found.error(), (404, "object_not_exists".to_owned()));
}

#[tokio::test]
async fn every_way_to_be_refused_has_its_code() {
    let server = Server::with_bucket().await;
    let good = || call("GET", "/mybucket");
    let signature = "O36EQm+iwLQVePp5GoaUmBDeAoerRjfohwmffukmJeU=";
    let cases: Vec<(&str, Call, u16, &str)> = vec![
        (
            "unknown key",
            good().header("Authorization", &format!("QS NOBODY:{signature}")),
            401,
            "invalid_access_key_id",
        ),
        (
            "another scheme",
            good().header("Authorization", "Basic eDp5"),
            401,
            "invalid_access_key_id",
        ),
        (
            "no colon",
            good().header("Authorization", "QS ACCESS_KEY_ID"),
            401,
            "invalid_access_key_id",
        ),
        (
            "signature of something else",
            good().header("Authorization", &format!("QS {KEY_ID}:{signature}")),
            401,
            "signature_not_matched",
        ),
        (
            "no base64",
            good().header("Authorization", &format!("QS {KEY_ID}:!!")),
            401,
            "signature_not_matched",
        ),
        (
            "empty signature",
            good().header("Authorization", &format!("QS {KEY_ID}:")),
            401,
            "signature_not_matched",
        ),
        (
            "no date",
            good().header("Date", ""),
            400,
            "invalid_argument",
        ),
        (
            "no real date",
            good().header("Date", "today"),
            400,
            "invalid_argument",
        ),
        ("nothing", good().anonymous(), 403, "permission_denied"),
        (
            "nothing, for an object",
            call("GET", "/mybucket/a").anonymous(),
            403,
            "permission_denied",
        ),
        (
            "a sub-resource that is not signed",
            call("PUT", "/mybucket?cors")
                .resource("/mybucket")
                .json("{}"),
            401,
            "signature_not_matched",
        ),
        (
            "a header that is not signed",
            {
                let plain = call("PUT", "/mybucket/k");
                let text = format!("PUT\n\n\n{DATE}\n/mybucket/k");
                plain
                    .header(
                        "Authorization",
                        &format!("QS {KEY_ID}:{}", sign(&text, SECRET)),
                    )
                    .header("X-QS-Meta-A", "b")
            },
            401,
            "signature_not_matched",
        ),
    ];
    for (name, call, status, code) in cases {
        let reply = server.send(&call).await;
        assert_eq!(reply.error(), (status, code.to_owned()), "{name}");
        let document = reply.json();
        assert_eq!(
            document["request_id"].as_str(),
            reply.header("x-qs-request-id"),
            "{name}"
        );
        assert!(
            document["url"].is_string() && document["message"].is_string(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_wrong_signature_is_answered_with_the_string_to_sign() {
    let server = Server::with_bucket().await;
    let bad = call("GET", "/mybucket/a%20b")
        .header("X-QS-Encryption-Customer-Key", "c2VjcmV0")
        .header("Authorization", "QS ACCESS_KEY_ID:aaaa");
    let message = server.send(&bad).await.json()["message"].to_string();
    assert!(message.contains("/mybucket/a%20b"), "{message}");
    assert!(message.contains(DATE), "{message}");
    assert!(
        !message.contains(SECRET) && !message.contains("c2VjcmV0"),
        "{message}"
    );
}

#[tokio::test]
async fn dates_may_be_fifteen_minutes_off_either_way() {
    let server = Server::with_bucket().await;
    for (clock, status) in [
        (NOW + 900, 200),
        (NOW + 901, 403),
        (NOW - 900, 200),
        (NOW - 901, 403),
    ] {
        server.set_clock(clock);
        let reply = server.get("/mybucket").await;
        assert_eq!(reply.status, status, "{clock}");
        if status == 403 {
            assert_eq!(reply.error().1, "request_expired");
        }
    }
}

#[tokio::test]
async fn x_qs_date_goes_before_date() {
    let server = Server::with_bucket().await;
    server.set_clock(NOW + 1800);
    let both = call("GET", "/mybucket").header("X-QS-Date", OTHER_DATE);
    assert_eq!(server.send(&both).await.status, 200);
    let alone = both.clone().header("Date", "");
    assert_eq!(server.send(&alone).await.status, 200);
    assert_eq!(server.get("/mybucket").await.error().1, "request_expired");
}

fn presigned(method: &str, resource: &str, target: &str, expires: &str) -> Call {
    let signature = sign(&format!("{method}\n\n\n{expires}\n{resource}"), SECRET);
    let signature = signature
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let mark = if target.contains('?') { '&' } else { '?' };
    let target =
        format!("{target}{mark}access_key_id={KEY_ID}&expires={expires}&signature={signature}");
    call(method, &target).anonymous().header("Date", "")
}

#[tokio::test]
async fn query_signatures() {
    let server = Server::with_bucket().await;
    server.put("/mybucket/k", b"hello").await;
    let until = (NOW + 60).to_string();
    let url = presigned("GET", "/mybucket/k", "/mybucket/k", &until);
    assert_eq!(server.send(&url).await.body, b"hello");

    let mut other_method = url.clone();
    other_method.method = "PUT".to_owned();
    assert_eq!(
        server.send(&other_method).await.error().1,
        "signature_not_matched"
    );

    let target = "/mybucket/k?response-content-type=text%2Fplain%3B%20charset%3Dutf-8";
    let resource = "/mybucket/k?response-content-type=text/plain; charset=utf-8";
    let reply = server
        .send(&presigned("GET", resource, target, &until))
        .await;
    assert_eq!(
        reply.header("content-type"),
        Some("text/plain; charset=utf-8")
    );

    server.set_clock(NOW + 60);
    assert_eq!(server.send(&url).await.status, 200);
    server.set_clock(NOW + 61);
    let reply = server.send(&url).await;
    assert_eq!(reply.error(), (403, "request_expired".to_owned()));
    server.set_clock(NOW);

    for (from, to, status, code) in [
        ("expires=", "gone=", 400, "invalid_argument"),
        ("access_key_id=", "gone=", 400, "invalid_argument"),
        ("=ACCESS_KEY_ID", "=NOBODY", 401, "invalid_access_key_id"),
        ("expires=14", "expires=15", 401, "signature_not_matched"),
        ("expires=14", "expires=-14", 400, "invalid_argument"),
    ] {
        let mut bad = url.clone();
        bad.target = bad.target.replace(from, to);
        let reply = server.send(&bad).await;
        assert_eq!(reply.error(), (status, code.to_owned()), "{to}");
    }
}

#[tokio::test]
async fn both_forms_of_a_buckets_root_are_accepted() {
    let server = Server::with_bucket().await;
    for (host, target) in [
        ("127.0.0.1", "/mybucket"),
        ("127.0.0.1", "/mybucket/"),
        ("mybucket.pek3a.qingstor.com", "/"),
        ("mybucket.pek3a.localhost:9000", "/"),
    ] {
        for resource in ["/mybucket", "/mybucket/"] {
            let list = call("GET", target).header("Host", host).resource(resource);
            let reply = server.send(&list).await;
            assert_eq!(reply.status, 200, "{host} {target} {resource}");
            assert_eq!(reply.json()["name"], BUCKET);
        }
    }
}

#[tokio::test]
async fn what_other_sdks_sign_is_accepted_only_where_that_is_wanted() {
    let encoded = "/mybucket/k?response-content-type=text%2Fplain";
    let cases = [
        // Python signs values as they were sent.
        call("GET", encoded).resource(encoded),
        // Java leaves out one key, Python and JavaScript three, Ruby all four.
        call("GET", "/mybucket?replication").resource("/mybucket"),
        call("GET", "/mybucket?versioning").resource("/mybucket"),
        call("GET", "/mybucket?versions").resource("/mybucket"),
    ];
    // No SDK leaves these out where it can send them with a signature that is right otherwise.
    let never = [
        call("GET", "/mybucket?acl").resource("/mybucket"),
        call("POST", "/mybucket/log?append&position=0").resource("/mybucket/log?append"),
    ];
    for lenient in [false, true] {
        let server = Server::with(|builder| builder.accept_other_sdks(lenient)).await;
        server.send(&call("PUT", "/mybucket")).await;
        server.put("/mybucket/k", b"x").await;
        let documented =
            call("GET", encoded).resource("/mybucket/k?response-content-type=text/plain");
        assert_eq!(server.send(&documented).await.status, 200);
        for case in &cases {
            let reply = server.send(case).await;
            let want = if lenient { 200 } else { 401 };
            assert_eq!(reply.status, want, "{}: {}", case.target, reply.text());
        }
        for case in &never {
            assert_eq!(server.send(case).await.status, 401, "{}", case.target);
        }
    }
}

#[tokio::test]
async fn a_signature_on_an_open_operation_is_checked() {
    let server = Server::with_bucket().await;
    let ask = call("OPTIONS", "/mybucket/k")
        .header("Origin", "http://a.example")
        .header("Access-Control-Request-Method", "GET");
    assert_eq!(server.send(&ask).await.status, 200);
    assert_eq!(server.send(&ask.clone().anonymous()).await.status, 200);
    let bad = ask.header("Authorization", "QS ACCESS_KEY_ID:aaaa");
    assert_eq!(server.send(&bad).await.error().1, "signature_not_matched");
}

#[tokio::test]
async fn headers_that_are_signed_come_once() {
    let server = Server::with_bucket().await;
    let mut twice = call("PUT", "/mybucket/k").header("X-QS-Meta-A", "one");
    twice
        .headers
        .push(("x-qs-meta-a".to_owned(), "two".to_owned()));
    assert_eq!(
        server.send(&twice).await.error(),
        (400, "invalid_argument".to_owned())
    );
}

#[tokio::test]
async fn without_policies_anonymous_requests_do_nothing() {
    let server = Server::with_bucket().await;
    server.put("/mybucket/k", b"hello").await;
    let named = |name: &str| call("PUT", "/mybucket/new").header(name, "/mybucket/k");
    for request in [
        call("GET", "/"),
        call("PUT", "/newbucket"),
        call("GET", "/mybucket"),
        call("GET", "/mybucket/k"),
        call("GET", "/mybucket/missing"),
        call("PUT", "/mybucket/k"),
        call("PUT", "/mybucket?cors").json("{\"cors_rules\": []}"),
        call("POST", "/mybucket?delete").json("{\"objects\": [{\"key\": \"k\"}]}"),
        named("X-QS-Copy-Source"),
        named("X-QS-Move-Source"),
        named("X-QS-Fetch-Source"),
    ] {
        let about = format!("{} {}", request.method, request.target);
        let reply = server.send(&request.anonymous()).await;
        assert_eq!(
            reply.error(),
            (403, "permission_denied".to_owned()),
            "{about}"
        );
    }
    assert_eq!(server.get("/mybucket/k").await.body, b"hello");
    assert_eq!(server.get("/mybucket/new").await.status, 404);
    assert_eq!(server.get("/newbucket").await.status, 404);
}
