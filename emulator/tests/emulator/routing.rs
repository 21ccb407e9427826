//! Addresses, routes, and what every answer has.

use crate::support::{DATE, Server, call, exchange};

#[tokio::test]
async fn every_answer_has_the_common_headers() {
    let server = Server::with_bucket().await;
    let mut ids = Vec::new();
    for target in ["/", "/mybucket", "/nobucket", "/mybucket/missing"] {
        let reply = server.get(target).await;
        assert_eq!(reply.header("server"), Some("QingStor"), "{target}");
        assert_eq!(reply.header("date"), Some(DATE), "{target}");
        let id = reply.header("x-qs-request-id").expect("an id").to_owned();
        assert!(!ids.contains(&id), "ids differ");
        ids.push(id);
        assert_eq!(
            reply.header("content-type"),
            Some("application/json"),
            "{target}"
        );
    }
}

#[tokio::test]
async fn requests_that_name_no_operation() {
    let server = Server::with_bucket().await;
    for (method, target, status, code) in [
        ("POST", "/", 405, "method_not_allowed"),
        ("DELETE", "/", 405, "method_not_allowed"),
        ("BREW", "/mybucket", 405, "method_not_allowed"),
        ("PUT", "/mybucket?delete", 405, "method_not_allowed"),
        ("GET", "/mybucket?cors&delete", 400, "invalid_argument"),
        ("GET", "/mybucket/k?delete", 400, "invalid_argument"),
        ("GET", "/mybucket?limit=1&limit=2", 400, "invalid_argument"),
        ("GET", "/mybucket?prefix=%zz", 400, "invalid_argument"),
        ("GET", "//k", 400, "invalid_bucket_name"),
        ("GET", "/mybucket/%FF", 400, "invalid_object_name"),
    ] {
        let reply = server.send(&call(method, target)).await;
        assert_eq!(
            reply.error(),
            (status, code.to_owned()),
            "{method} {target}"
        );
    }
    let allowed = server.send(&call("POST", "/")).await;
    assert_eq!(allowed.header("allow"), Some("GET"));
    let sources = call("PUT", "/mybucket/k")
        .header("X-QS-Copy-Source", "/mybucket/a")
        .header("X-QS-Move-Source", "/mybucket/a");
    assert_eq!(
        server.send(&sources).await.error(),
        (400, "invalid_argument".to_owned())
    );
}

#[tokio::test]
async fn a_parameter_of_the_wrong_type_is_named() {
    let server = Server::with_bucket().await;
    for (target, name) in [
        ("/mybucket?limit=ten", "limit"),
        ("/mybucket?limit=-1", "limit"),
        ("/?offset=1.5", "offset"),
    ] {
        let reply = server.get(target).await;
        assert_eq!(
            reply.error(),
            (400, "invalid_argument".to_owned()),
            "{target}"
        );
        let message = reply.json()["message"].to_string();
        assert!(message.contains(name), "{message}");
    }
}

#[tokio::test]
async fn awkward_keys_are_distinct_objects() {
    let server = Server::with_bucket().await;
    let keys = [
        ("a/../b", "a/../b"),
        ("..", ".."),
        (".", "."),
        ("./x", "./x"),
        ("%2F", "/"),
        ("//", "//"),
        ("/lead", "/lead"),
        ("a//b", "a//b"),
        ("a/b", "a/b"),
        ("a%252Fb", "a%2Fb"),
        ("a%2520b", "a%20b"),
        ("a%20b", "a b"),
        ("a+b", "a+b"),
        ("trail/", "trail/"),
        ("%E4%B8%AD%E6%96%87", "中文"),
        ("%F0%9F%91%A9%F0%9F%8F%BD%E2%80%8D%F0%9F%9A%80", "👩🏽‍🚀"),
        ("%27%22%3B%3F%23%26%3D%40", "'\";?#&=@"),
        ("%09%0A%00", "\t\n\0"),
        ("a%5Cb", "a\\b"),
    ];
    for (raw, key) in keys {
        server
            .put(&format!("/mybucket/{raw}"), key.as_bytes())
            .await;
    }
    for (raw, key) in keys {
        let reply = server.get(&format!("/mybucket/{raw}")).await;
        assert_eq!(reply.text(), key, "{raw}");
        // The same object in virtual host style.
        let hosted = call("GET", &format!("/{raw}"))
            .header("Host", "mybucket.pek3a.qingstor.com")
            .resource(&format!("/mybucket/{raw}"));
        assert_eq!(server.send(&hosted).await.text(), key, "{raw}");
    }
    let listed = server.get("/mybucket").await.json();
    let mut seen: Vec<&str> = listed["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .map(|key| key["key"].as_str().expect("a key"))
        .collect();
    let mut expected: Vec<&str> = keys.iter().map(|(_, key)| *key).collect();
    expected.sort_unstable();
    assert_eq!(seen, expected, "in byte order");
    seen.dedup();
    assert_eq!(seen.len(), keys.len());
}

#[tokio::test]
async fn keys_have_up_to_1023_bytes() {
    let server = Server::with_bucket().await;
    let longest = format!("/mybucket/{}", "k/".repeat(511) + "k");
    server.put(&longest, b"x").await;
    let reply = server.send(&call("PUT", &format!("{longest}k"))).await;
    assert_eq!(reply.error(), (400, "invalid_object_name".to_owned()));
}

#[tokio::test]
async fn head_has_no_body_whatever_happens() {
    let server = Server::with_bucket().await;
    server.put("/mybucket/k", b"hello").await;
    // That no byte follows the headers is checked where answers are read.
    let found = server.send(&call("HEAD", "/mybucket/k")).await;
    assert_eq!(
        (found.status, found.header("content-length")),
        (200, Some("5"))
    );
    for (target, status) in [("/mybucket/missing", 404), ("/nobucket/k", 404)] {
        let reply = server.send(&call("HEAD", target)).await;
        assert_eq!((reply.status, reply.body.len()), (status, 0), "{target}");
        assert!(reply.header("x-qs-request-id").is_some());
    }
    let anonymous = server.send(&call("HEAD", "/mybucket/k").anonymous()).await;
    assert_eq!((anonymous.status, anonymous.body.len()), (403, 0));
}

#[tokio::test]
async fn zones_keep_their_buckets_to_themselves() {
    let server = Server::with(|b| b.zone("pek3a").zone("sh1a").domain("qingstor.test")).await;
    let create = |host: &str, bucket: &str| call("PUT", &format!("/{bucket}")).header("Host", host);
    assert_eq!(
        server.send(&create("127.0.0.1", "in-pek3a")).await.status,
        201
    );
    let there = create("sh1a.qingstor.test", "in-sh1a");
    assert_eq!(server.send(&there).await.status, 201);
    let again = server.send(&create("127.0.0.1", "in-sh1a")).await;
    assert_eq!(again.error(), (409, "bucket_already_exists".to_owned()));
    let wrong_zone = server.get("/in-sh1a").await;
    assert_eq!(wrong_zone.error(), (404, "bucket_not_exists".to_owned()));

    let names = |reply: &crate::support::Reply| -> Vec<String> {
        let json = reply.json();
        let buckets = json["buckets"].as_array().expect("buckets").clone();
        assert_eq!(json["count"], buckets.len());
        buckets
            .iter()
            .map(|bucket| bucket["name"].to_string().replace('"', ""))
            .collect()
    };
    assert_eq!(names(&server.get("/").await), ["in-pek3a"]);
    let global = call("GET", "/").header("Host", "qingstor.test");
    let all = server.send(&global).await;
    assert_eq!(names(&all), ["in-pek3a", "in-sh1a"]);
    assert_eq!(all.json()["buckets"][1]["location"], "sh1a");
    assert_eq!(all.json()["buckets"][1]["created"], "2014-12-10T17:20:31Z");
    let filtered = server
        .send(&global.clone().header("Location", "sh1a"))
        .await;
    assert_eq!(names(&filtered), ["in-sh1a"]);
    let unknown = server
        .send(&global.clone().header("Location", "mars1"))
        .await;
    assert_eq!(unknown.error(), (400, "invalid_location".to_owned()));
    let mut paged = global.clone();
    paged.target = "/?offset=1&limit=1".to_owned();
    assert_eq!(names(&server.send(&paged).await), ["in-sh1a"]);
}

#[tokio::test]
async fn the_global_endpoint_redirects_to_the_zone() {
    let server = Server::with(|b| b.zone("pek3a").zone("sh1a").domain("qingstor.test")).await;
    server
        .send(&call("PUT", "/in-sh1a").header("Host", "sh1a.qingstor.test"))
        .await;
    let global = |method: &str, target: &str| {
        call(method, target)
            .header("Host", "qingstor.test:9000")
            .anonymous()
    };
    for (method, status) in [("HEAD", 301), ("GET", 301), ("PUT", 307), ("POST", 307)] {
        let reply = server.send(&global(method, "/in-sh1a/a%2Fb?acl")).await;
        assert_eq!(reply.status, status, "{method}");
        let location = "http://sh1a.qingstor.test:9000/in-sh1a/a%2Fb?acl";
        assert_eq!(reply.header("location"), Some(location), "{method}");
    }
    let unknown = server.send(&global("GET", "/nobucket")).await;
    assert_eq!(unknown.error(), (404, "bucket_not_exists".to_owned()));
}

#[tokio::test]
async fn bucket_names_follow_the_documented_rule() {
    let server = Server::start().await;
    for (name, status) in [
        ("abcdef", 201),
        ("short", 400),
        ("my_bucket", 400),
        ("a-----", 400),
    ] {
        let reply = server.send(&call("PUT", &format!("/{name}"))).await;
        assert_eq!(reply.status, status, "{name}");
        if status == 400 {
            assert_eq!(reply.error().1, "invalid_bucket_name");
        }
    }
    let again = server.send(&call("PUT", "/abcdef")).await;
    assert_eq!(again.error(), (409, "bucket_already_exists".to_owned()));
}

#[tokio::test]
async fn one_readable_line_for_each_request() {
    let lines = std::sync::Arc::new(std::sync::Mutex::new(Vec::<String>::new()));
    let sink = std::sync::Arc::clone(&lines);
    let server = Server::with(|builder| {
        builder.log(move |line| sink.lock().expect("the lines").push(line.to_owned()))
    })
    .await;
    let reply = server
        .send(&call("PUT", "/mybucket?signature=c2VjcmV0"))
        .await;
    let hosted = call("GET", "/a%20b")
        .header("Host", "mybucket.pek3a.qingstor.com")
        .resource("/mybucket/a%20b");
    server.send(&hosted).await;
    let lines = lines.lock().expect("the lines").clone();
    let [line, second] = lines.as_slice() else {
        panic!("two lines: {lines:?}");
    };
    assert!(
        second.starts_with("404 GetObject GET /mybucket/a%20b "),
        "{second}"
    );
    assert!(line.starts_with("201 PutBucket PUT /mybucket "), "{line}");
    let id = reply.header("x-qs-request-id").expect("an id");
    assert!(line.ends_with(&format!(" ms {id}")), "{line}");
    assert!(
        !line.contains("c2VjcmV0") && !line.contains("QS "),
        "{line}"
    );
}

#[tokio::test]
async fn several_emulators_do_not_know_of_each_other() {
    let (one, other) = (Server::with_bucket().await, Server::start().await);
    assert_eq!(one.get("/mybucket").await.status, 200);
    assert_eq!(other.get("/mybucket").await.status, 404);
    let address = one.emulator.address();
    assert_eq!(one.emulator.endpoint(), format!("http://{address}"));
    one.emulator.shutdown().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    assert_eq!(
        exchange(other.emulator.address(), &call("GET", "/").bytes())
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn everybody_may_list_the_zones() {
    let server = Server::with(|builder| builder.zone("pek3a").zone("test1")).await;
    let list = |query: &str| call("GET", &format!("/?location{query}")).anonymous();
    let global = list("").header("Host", "qingstor.com");
    let expected = serde_json::json!({ "locations": [
        { "id": "pek3a", "name": "Beijing Zone 3", "endpoint": "pek3a.qingstor.com" },
        { "id": "test1", "name": "test1", "endpoint": "test1.qingstor.com" },
    ] });
    assert_eq!(server.send(&global).await.json(), expected);
    for lang in ["zh-cn", "zh_CN"] {
        let reply = server.send(&list(&format!("&lang={lang}"))).await;
        assert_eq!(reply.json()["locations"][0]["name"], "北京3区");
    }
    // The documentation knows no other answer than this one.
    let unknown = server.send(&list("&lang=tlh")).await;
    assert_eq!((unknown.status, unknown.json()), (200, expected));
}
