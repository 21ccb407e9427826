//! Signatures that are published in the unit tests of the official SDKs, and some (V1 to V16) that were computed by
//! running those SDKs (Go 4.4, Python 2.6, Java 2.6.6, Ruby 2.5, JavaScript 3.1.4) on one input.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::auth;
use crate::canonical::{DOCUMENTED, OTHERS, string_to_sign};
use crate::request::Request;
use crate::users::User;

struct Vector {
    name: &'static str,
    method: &'static str,
    target: &'static str,
    resource: &'static str,
    headers: &'static [(&'static str, &'static str)],
    expires: Option<&'static str>,
    string_to_sign: &'static str,
    secret: &'static str,
    signature: &'static str,
}

fn request(vector: &Vector) -> Request {
    let mut request = http::Request::builder()
        .method(vector.method)
        .uri(vector.target)
        .header("Host", "pek3a.qingstor.com");
    for (name, value) in vector.headers {
        // As the HTTP parser does, which takes the blanks around a value away.
        request = request.header(*name, value.trim());
    }
    let (head, ()) = request.body(()).expect(vector.name).into_parts();
    Request::read(head).expect(vector.name)
}

#[test]
fn published_signatures_are_reproduced() {
    for vector in VECTORS {
        let request = request(vector);
        let text = string_to_sign(&request, vector.resource, vector.expires, DOCUMENTED);
        let shown = String::from_utf8_lossy(&text);
        assert_eq!(shown, vector.string_to_sign, "{}", vector.name);
        let user = User {
            id: "usr-any".to_owned(),
            name: "any".to_owned(),
            access_key_id: "any".to_owned(),
            secret: vector.secret.to_owned(),
        };
        let mut signature = STANDARD.decode(vector.signature).expect(vector.name);
        assert!(auth::matches(&user, &text, &signature), "{}", vector.name);
        signature[0] ^= 1;
        assert!(!auth::matches(&user, &text, &signature), "{}", vector.name);
    }
}

#[test]
fn the_python_sdks_form_signs_values_as_sent() {
    let vector = VECTORS
        .iter()
        .find(|vector| vector.name.starts_with("V6 "))
        .expect("V6");
    let text = string_to_sign(&request(vector), vector.resource, None, OTHERS[0]);
    assert!(
        text.ends_with(b"&response-content-type=text%2Fplain%3B%20charset%3Dutf-8"),
        "{}",
        String::from_utf8_lossy(&text)
    );
}

#[test]
fn a_customers_key_is_not_shown() {
    let text = b"PUT\n\n\n\nx-qs-encryption-customer-key:c2VjcmV0\nx-qs-date:now\n/b/k";
    let shown = crate::canonical::shown(text);
    assert!(!shown.contains("c2VjcmV0"), "{shown}");
    assert!(shown.contains("x-qs-date:now\n/b/k"), "{shown}");
}

const VECTORS: &[Vector] = &[
    Vector {
        name: "header-basic",
        method: "GET",
        target: "/?acl&upload_id=fde133b5f6d932cd9c79bac3c7318da1&part_number=0&other=abc",
        resource: "/",
        headers: &[
            ("Date", "Mon, 01 Jan 0001 00:00:00 GMT"),
            ("X-QS-Test-2", "Test 2"),
            ("X-QS-Test-1", "Test 1"),
        ],
        expires: None,
        string_to_sign: "GET\n\n\nMon, 01 Jan 0001 00:00:00 GMT\nx-qs-test-1:Test 1\nx-qs-test-2:Test 2\n/?acl&part_number=0&upload_id=fde133b5f6d932cd9c79bac3c7318da1",
        secret: "ENV_SECRET_ACCESS_KEY",
        signature: "bvglZF9iMOv1RaCTxPYWxexmt1UN2m5WKngYnhDEp2c=",
    },
    Vector {
        name: "header-xqsdate",
        method: "GET",
        target: "/?acl&upload_id=fde133b5f6d932cd9c79bac3c7318da1&part_number=0&other=abc",
        resource: "/",
        headers: &[
            ("Date", "Mon, 01 Jan 0001 00:00:00 GMT"),
            ("X-QS-Test-2", "Test 2"),
            ("X-QS-Test-1", "Test 1"),
            ("X-QS-Date", "Mon, 01 Jan 0001 00:00:00 GMT"),
        ],
        expires: None,
        string_to_sign: "GET\n\n\n\nx-qs-date:Mon, 01 Jan 0001 00:00:00 GMT\nx-qs-test-1:Test 1\nx-qs-test-2:Test 2\n/?acl&part_number=0&upload_id=fde133b5f6d932cd9c79bac3c7318da1",
        secret: "ENV_SECRET_ACCESS_KEY",
        signature: "qkY+tOMdqfDAVv+ZBtlWeEBxlbyIKaQmj5lQlylENzo=",
    },
    Vector {
        name: "header-chinese-key",
        method: "GET",
        target: "/bucket-name/%E4%B8%AD%E6%96%87",
        resource: "/bucket-name/%E4%B8%AD%E6%96%87",
        headers: &[("Date", "Mon, 01 Jan 0001 00:00:00 GMT")],
        expires: None,
        string_to_sign: "GET\n\n\nMon, 01 Jan 0001 00:00:00 GMT\n/bucket-name/%E4%B8%AD%E6%96%87",
        secret: "ENV_SECRET_ACCESS_KEY",
        signature: "XsTXX50kzqBf92zLG1aIUIJmZ0hqIHoaHgkumwnV3fs=",
    },
    Vector {
        name: "query-basic",
        method: "GET",
        target: "/?acl&upload_id=fde133b5f6d932cd9c79bac3c7318da1&part_number=0",
        resource: "/",
        headers: &[
            ("Date", "Mon, 01 Jan 0001 00:00:00 GMT"),
            ("X-QS-Test-2", "Test 2"),
            ("X-QS-Test-1", "Test 1"),
        ],
        expires: Some("3600"),
        string_to_sign: "GET\n\n\n3600\nx-qs-test-1:Test 1\nx-qs-test-2:Test 2\n/?acl&part_number=0&upload_id=fde133b5f6d932cd9c79bac3c7318da1",
        secret: "ENV_SECRET_ACCESS_KEY",
        signature: "GRL3p3NOgHR9CQygASvyo344vdnO1hFke6ZvQ5mDVHM=",
    },
    Vector {
        name: "query-xqsdate",
        method: "GET",
        target: "/?acl&upload_id=fde133b5f6d932cd9c79bac3c7318da1&part_number=0",
        resource: "/",
        headers: &[
            ("Date", "Mon, 01 Jan 0001 00:00:00 GMT"),
            ("X-QS-Test-2", "Test 2"),
            ("X-QS-Test-1", "Test 1"),
            ("X-QS-Date", "Mon, 01 Jan 0001 00:00:00 GMT"),
        ],
        expires: Some("3600"),
        string_to_sign: "GET\n\n\n3600\nx-qs-date:Mon, 01 Jan 0001 00:00:00 GMT\nx-qs-test-1:Test 1\nx-qs-test-2:Test 2\n/?acl&part_number=0&upload_id=fde133b5f6d932cd9c79bac3c7318da1",
        secret: "ENV_SECRET_ACCESS_KEY",
        signature: "plFxMFP1EzKVtdF+bApT8rhW9AUAIWfmZcOGH3m27t0=",
    },
    Vector {
        name: "query-disposition-v2",
        method: "GET",
        target: "/?response-content-disposition=attachment%3B%20filename%3D%22%25E4%25B8%25AD%25E6%2596%2587.jpg%22%3B%20filename%2A%3Dutf-8%27%27%25E4%25B8%25AD%25E6%2596%2587.jpg",
        resource: "/",
        headers: &[("Date", "Mon, 01 Jan 0001 00:00:00 GMT")],
        expires: Some("3600"),
        string_to_sign: "GET\n\n\n3600\n/?response-content-disposition=attachment; filename=\"%E4%B8%AD%E6%96%87.jpg\"; filename*=utf-8''%E4%B8%AD%E6%96%87.jpg",
        secret: "ENV_SECRET_ACCESS_KEY",
        signature: "XPMfomqMYu7ej62eqitVcPJyZMvfi72ZxXwGpPWv07I=",
    },
    Vector {
        name: "header-cname",
        method: "PUT",
        target: "/bucket-name?cname",
        resource: "/bucket-name",
        headers: &[
            ("Date", "Mon, 01 Jan 0001 00:00:00 GMT"),
            ("X-QS-Test-2", "Test 2"),
            ("X-QS-Test-1", "Test 1"),
        ],
        expires: None,
        string_to_sign: "PUT\n\n\nMon, 01 Jan 0001 00:00:00 GMT\nx-qs-test-1:Test 1\nx-qs-test-2:Test 2\n/bucket-name?cname",
        secret: "ENV_SECRET_ACCESS_KEY",
        signature: "Kqc4/+6T7zfSrUPgkvswHbtL4ESch9vOVQP0nPwlkBs=",
    },
    Vector {
        name: "header-vhost-acl",
        method: "GET",
        target: "/?acl",
        resource: "/bucket-name/",
        headers: &[("Date", "Mon, 01 Jan 0001 00:00:00 GMT")],
        expires: None,
        string_to_sign: "GET\n\n\nMon, 01 Jan 0001 00:00:00 GMT\n/bucket-name/?acl",
        secret: "ENV_SECRET_ACCESS_KEY",
        signature: "y0rP8LnEGUiV/JcuCMHZC4OMRZNzKRw9w7AnqehJZW8=",
    },
    Vector {
        name: "query-negative-expires-ruby",
        method: "GET",
        target: "/?acl&upload_id=fde133b5f6d932cd9c79bac3c7318da1&part_number=0",
        resource: "/",
        headers: &[
            ("Date", "Mon, 01 Jan 0001 00:00:00 GMT"),
            ("X-QS-Test-2", "Test 2"),
            ("X-QS-Test-1", "Test 1"),
        ],
        expires: Some("-62135596800"),
        string_to_sign: "GET\n\n\n-62135596800\nx-qs-test-1:Test 1\nx-qs-test-2:Test 2\n/?acl&part_number=0&upload_id=fde133b5f6d932cd9c79bac3c7318da1",
        secret: "ENV_SECRET_ACCESS_KEY",
        signature: "gTdB/cmD6rjv8CbFRDfFbHc64q442rYNAp99Hm7fBl4=",
    },
    Vector {
        name: "go-request-send",
        method: "GET",
        target: "/aaa/bbb/ccc-ddd?upload_id=0",
        resource: "/aaa/bbb/ccc-ddd",
        headers: &[
            ("Date", "Thu, 01 Sep 2016 15:30:00 GMT"),
            ("If-Modified-Since", "Thu, 01 Sep 2016 15:30:00 GMT"),
            ("Range", "100-"),
            ("Content-Type", "application/json"),
        ],
        expires: None,
        string_to_sign: "GET\n\napplication/json\nThu, 01 Sep 2016 15:30:00 GMT\n/aaa/bbb/ccc-ddd?upload_id=0",
        secret: "SECRET_ACCESS_KEY",
        signature: "pA7G9qo4iQ6YHu7p4fX9Wcg4V9S6Mcgvz7p/0wEdz78=",
    },
    Vector {
        name: "python-header",
        method: "GET",
        target: "/test_bucket/%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95.json?test_params_1=test_val&test_params_2=%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95",
        resource: "/test_bucket/%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95.json",
        headers: &[
            ("Date", "Wed, 10 Dec 2014 17:20:31 GMT"),
            ("Content-Type", "application/json"),
            ("x-qs-test-header1", "test"),
            ("x-qs-copy-source", "%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95"),
            ("x-qs-fetch-source", "https://google.com/logo.png"),
        ],
        expires: None,
        string_to_sign: "GET\n\napplication/json\nWed, 10 Dec 2014 17:20:31 GMT\nx-qs-copy-source:%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95\nx-qs-fetch-source:https://google.com/logo.png\nx-qs-test-header1:test\n/test_bucket/%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95.json",
        secret: "SECRET_ACCESS_KEY",
        signature: "L1Aiatm0YRH9qk8/4phJYtOlJiyHvq+ejH3sRlyUusI=",
    },
    Vector {
        name: "python-query",
        method: "GET",
        target: "/test_bucket/%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95.json?test_params_1=test_val&test_params_2=%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95",
        resource: "/test_bucket/%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95.json",
        headers: &[
            ("Date", "Wed, 10 Dec 2014 17:20:31 GMT"),
            ("x-qs-test-header1", "test"),
            ("x-qs-copy-source", "%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95"),
            ("x-qs-fetch-source", "https://google.com/logo.png"),
        ],
        expires: Some("100"),
        string_to_sign: "GET\n\n\n100\nx-qs-copy-source:%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95\nx-qs-fetch-source:https://google.com/logo.png\nx-qs-test-header1:test\n/test_bucket/%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95.json",
        secret: "SECRET_ACCESS_KEY",
        signature: "y7/aT93vwQ3UMGhAnrYJCQbuu9gqj5j9kFG/4Ni/T7Q=",
    },
    Vector {
        name: "js-header",
        method: "PUT",
        target: "/test_bucket/test_object.jpg?acl&upload_id=test_upload_id",
        resource: "/test_bucket/test_object.jpg",
        headers: &[
            ("x-qs-date", "Fri, 01 Nov 2019 07:40:08 GMT"),
            ("content-type", "image/jpeg"),
            ("x-qs-z", "test-z"),
            ("x-qs-a", "test-a"),
            ("x-qs-a-abc", "test-abc"),
        ],
        expires: None,
        string_to_sign: "PUT\n\nimage/jpeg\n\nx-qs-a:test-a\nx-qs-a-abc:test-abc\nx-qs-date:Fri, 01 Nov 2019 07:40:08 GMT\nx-qs-z:test-z\n/test_bucket/test_object.jpg?acl&upload_id=test_upload_id",
        secret: "test_secret",
        signature: "ZwavbCq3ylBMlU3fb5EFOabtNyUYWzqi2e0rQBTHkcM=",
    },
    Vector {
        name: "js-header-after-signquery-mutation",
        method: "PUT",
        target: "/test_bucket/test_object.jpg?acl&upload_id=test_upload_id",
        resource: "/test_bucket/test_object.jpg",
        headers: &[
            ("x-qs-z", "test-z"),
            ("x-qs-a", "test-a"),
            ("x-qs-a-abc", "test-abc"),
        ],
        expires: None,
        string_to_sign: "PUT\n\n\n\nx-qs-a:test-a\nx-qs-a-abc:test-abc\nx-qs-z:test-z\n/test_bucket/test_object.jpg?acl&upload_id=test_upload_id",
        secret: "test_secret",
        signature: "L6q5iKoyWbQky0T5/MYELz5jAFecGbvLDyjLdz6fClw=",
    },
    Vector {
        name: "js-query",
        method: "PUT",
        target: "/test_bucket/test_object.jpg?acl&upload_id=test_upload_id",
        resource: "/test_bucket/test_object.jpg",
        headers: &[
            ("x-qs-z", "test-z"),
            ("x-qs-a", "test-a"),
            ("x-qs-a-abc", "test-abc"),
        ],
        expires: Some("1572592959"),
        string_to_sign: "PUT\n\n\n1572592959\nx-qs-a:test-a\nx-qs-a-abc:test-abc\nx-qs-z:test-z\n/test_bucket/test_object.jpg?acl&upload_id=test_upload_id",
        secret: "test_secret",
        signature: "HjroQB6ac19fmFt/1rOMHMco0eJ17gGAGexLYD98u88=",
    },
    Vector {
        name: "js-mocha-header",
        method: "PUT",
        target: "/test_bucket/test_object.jpg?acl&upload_id=test_upload_id",
        resource: "/test_bucket/test_object.jpg",
        headers: &[
            ("x-qs-date", "test time"),
            ("content-type", "image/jpeg"),
            ("x-qs-z", "test-z"),
            ("x-qs-a", "test-a"),
            ("x-qs-a-abc", "test-abc"),
        ],
        expires: None,
        string_to_sign: "PUT\n\nimage/jpeg\n\nx-qs-a:test-a\nx-qs-a-abc:test-abc\nx-qs-date:test time\nx-qs-z:test-z\n/test_bucket/test_object.jpg?acl&upload_id=test_upload_id",
        secret: "test_secret",
        signature: "80srP9B+LVMlu9OktjkQh9w0m4eO+AYuOaiX2t3SYg4=",
    },
    Vector {
        name: "V1 List buckets on global endpoint",
        method: "GET",
        target: "/",
        resource: "/",
        headers: &[("Date", "Wed, 10 Dec 2014 17:20:31 GMT")],
        expires: None,
        string_to_sign: "GET\n\n\nWed, 10 Dec 2014 17:20:31 GMT\n/",
        secret: "SECRET_ACCESS_KEY",
        signature: "O36EQm+iwLQVePp5GoaUmBDeAoerRjfohwmffukmJeU=",
    },
    Vector {
        name: "V2 PUT object, docs key with quotes/space/comma/parens, Content-MD5",
        method: "PUT",
        target: "/mybucket/%28%27this%20is%20test%27%2C%29",
        resource: "/mybucket/%28%27this%20is%20test%27%2C%29",
        headers: &[
            ("Content-MD5", "4gJE4saaMU4BqNR0kLY+lw=="),
            ("Content-Type", "image/jpeg"),
            ("Date", "Wed, 10 Dec 2014 17:20:31 GMT"),
        ],
        expires: None,
        string_to_sign: "PUT\n4gJE4saaMU4BqNR0kLY+lw==\nimage/jpeg\nWed, 10 Dec 2014 17:20:31 GMT\n/mybucket/%28%27this%20is%20test%27%2C%29",
        secret: "SECRET_ACCESS_KEY",
        signature: "hWmr/RXH6qf8qfJHbN+5mMjOwLy1II8MfpU3b1appLQ=",
    },
    Vector {
        name: "V3 same with x-qs-date and copy headers (docs example)",
        method: "PUT",
        target: "/mybucket/%28%27this%20is%20test%27%2C%29",
        resource: "/mybucket/%28%27this%20is%20test%27%2C%29",
        headers: &[
            ("Content-MD5", "4gJE4saaMU4BqNR0kLY+lw=="),
            ("Content-Type", "image/jpeg"),
            ("X-QS-Copy-Source", "/mybucket/%E4%B8%AD%E6%96%87"),
            (
                "X-QS-Copy-Source-If-Match",
                "%22199389a12492266114933fc428e8cfdc%22",
            ),
            ("X-QS-Date", "Wed, 10 Dec 2014 17:20:31 GMT"),
        ],
        expires: None,
        string_to_sign: "PUT\n4gJE4saaMU4BqNR0kLY+lw==\nimage/jpeg\n\nx-qs-copy-source:/mybucket/%E4%B8%AD%E6%96%87\nx-qs-copy-source-if-match:%22199389a12492266114933fc428e8cfdc%22\nx-qs-date:Wed, 10 Dec 2014 17:20:31 GMT\n/mybucket/%28%27this%20is%20test%27%2C%29",
        secret: "SECRET_ACCESS_KEY",
        signature: "icHE1hZAba9V9UzO1pMmX5G5Ea9csfK3+yLrKnuurww=",
    },
    Vector {
        name: "V4 upload part, two signed values sorted, unsigned extra",
        method: "PUT",
        target: "/mybucket/movie.mov?upload_id=dbb3d762975711e6b457525441715ab4&part_number=3&other=x",
        resource: "/mybucket/movie.mov",
        headers: &[
            ("Content-Type", "application/octet-stream"),
            ("Date", "Wed, 10 Dec 2014 17:20:31 GMT"),
        ],
        expires: None,
        string_to_sign: "PUT\n\napplication/octet-stream\nWed, 10 Dec 2014 17:20:31 GMT\n/mybucket/movie.mov?part_number=3&upload_id=dbb3d762975711e6b457525441715ab4",
        secret: "SECRET_ACCESS_KEY",
        signature: "8jbg5T2A3FqG8KG4Y+Np8n1k/2PW5z51GoVFVoHbomU=",
    },
    Vector {
        name: "V5 bucket sub-resource + listing params not signed",
        method: "GET",
        target: "/mybucket?uploads&prefix=a%2Fb%20c&limit=5",
        resource: "/mybucket",
        headers: &[("Date", "Wed, 10 Dec 2014 17:20:31 GMT")],
        expires: None,
        string_to_sign: "GET\n\n\nWed, 10 Dec 2014 17:20:31 GMT\n/mybucket?uploads",
        secret: "SECRET_ACCESS_KEY",
        signature: "n+SHMjCbJF9jab7Yo/IAOCSQz1JW3G2jvUDqA+O37Xw=",
    },
    Vector {
        name: "V6 response-* override with special chars (decoded form signed)",
        method: "GET",
        target: "/mybucket/a.txt?response-content-disposition=attachment%3B%20filename%3D%22a%20b%2Bc.txt%22&response-content-type=text%2Fplain%3B%20charset%3Dutf-8",
        resource: "/mybucket/a.txt",
        headers: &[("Date", "Wed, 10 Dec 2014 17:20:31 GMT")],
        expires: None,
        string_to_sign: "GET\n\n\nWed, 10 Dec 2014 17:20:31 GMT\n/mybucket/a.txt?response-content-disposition=attachment; filename=\"a b+c.txt\"&response-content-type=text/plain; charset=utf-8",
        secret: "SECRET_ACCESS_KEY",
        signature: "BuqWqp+b0DXF/yW5Z6CwGtphAvVSAdYv981plkGHfwQ=",
    },
    Vector {
        name: "V7 unicode key",
        method: "GET",
        target: "/mybucket/%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95",
        resource: "/mybucket/%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95",
        headers: &[("Date", "Wed, 10 Dec 2014 17:20:31 GMT")],
        expires: None,
        string_to_sign: "GET\n\n\nWed, 10 Dec 2014 17:20:31 GMT\n/mybucket/%E4%B8%AD%E6%96%87%E6%B5%8B%E8%AF%95",
        secret: "SECRET_ACCESS_KEY",
        signature: "8I1Y7gZ6eFLr1l6cv4TaW/BF79cUA3sxPWgdY1gk6AI=",
    },
    Vector {
        name: "V8 append",
        method: "POST",
        target: "/mybucket/log?append&position=1024",
        resource: "/mybucket/log",
        headers: &[
            ("Content-Type", "text/plain"),
            ("Date", "Wed, 10 Dec 2014 17:20:31 GMT"),
        ],
        expires: None,
        string_to_sign: "POST\n\ntext/plain\nWed, 10 Dec 2014 17:20:31 GMT\n/mybucket/log?append&position=1024",
        secret: "SECRET_ACCESS_KEY",
        signature: "GpTfMTePud43E5J5sFCd1G0yHOxxqpMgeu9MOqgihh4=",
    },
    Vector {
        name: "V9 delete multiple objects with MD5 and JSON",
        method: "POST",
        target: "/mybucket?delete",
        resource: "/mybucket",
        headers: &[
            ("Content-Type", "application/json"),
            ("Content-MD5", "Dd11y+x5Jegm/fUJ6mOuhg=="),
            ("Date", "Wed, 10 Dec 2014 17:20:31 GMT"),
        ],
        expires: None,
        string_to_sign: "POST\nDd11y+x5Jegm/fUJ6mOuhg==\napplication/json\nWed, 10 Dec 2014 17:20:31 GMT\n/mybucket?delete",
        secret: "SECRET_ACCESS_KEY",
        signature: "tIhilg8uBBh92taeCRkhd8Zx7T9d9uqTQ3bVYqnaHdQ=",
    },
    Vector {
        name: "V10 versioned get",
        method: "GET",
        target: "/mybucket/test.txt?version_id=NjkxMjM0MzM1MjAxNzAwODMz",
        resource: "/mybucket/test.txt",
        headers: &[("Date", "Wed, 10 Dec 2014 17:20:31 GMT")],
        expires: None,
        string_to_sign: "GET\n\n\nWed, 10 Dec 2014 17:20:31 GMT\n/mybucket/test.txt?version_id=NjkxMjM0MzM1MjAxNzAwODMz",
        secret: "SECRET_ACCESS_KEY",
        signature: "IS1eYjQfVDkMj8DNBdsSNhYqAGBXdUXqkbZ85V7QH70=",
    },
    Vector {
        name: "V11 image process: action not signed",
        method: "GET",
        target: "/mybucket/a.jpg?image&action=resize%3Aw_300%2Ch_400%7Crotate%3Aa_90",
        resource: "/mybucket/a.jpg",
        headers: &[("Date", "Wed, 10 Dec 2014 17:20:31 GMT")],
        expires: None,
        string_to_sign: "GET\n\n\nWed, 10 Dec 2014 17:20:31 GMT\n/mybucket/a.jpg?image",
        secret: "SECRET_ACCESS_KEY",
        signature: "TAr5WIAks5eO+Ac5plpvM1G1epiB2nYJfIb8r7vKfQg=",
    },
    Vector {
        name: "V12 presigned GET",
        method: "GET",
        target: "/mybucket/music.mp3",
        resource: "/mybucket/music.mp3",
        headers: &[],
        expires: Some("1479107162"),
        string_to_sign: "GET\n\n\n1479107162\n/mybucket/music.mp3",
        secret: "SECRET_ACCESS_KEY",
        signature: "3LwrGipLWq9Tet3ivTVLL49PKdHLA4f+A0ohBA9r7V0=",
    },
    Vector {
        name: "V13 presigned GET with response override",
        method: "GET",
        target: "/mybucket/music.mp3?response-content-type=audio%2Fmpeg",
        resource: "/mybucket/music.mp3",
        headers: &[],
        expires: Some("1479107162"),
        string_to_sign: "GET\n\n\n1479107162\n/mybucket/music.mp3?response-content-type=audio/mpeg",
        secret: "SECRET_ACCESS_KEY",
        signature: "jQ3iqcNkchAjl5mE5QiPiA78Rvo4xYgMqC210fH7wPg=",
    },
    Vector {
        name: "V14 metadata headers mixed case and values with surrounding spaces",
        method: "PUT",
        target: "/mybucket/m",
        resource: "/mybucket/m",
        headers: &[
            ("Content-Type", "text/plain"),
            ("Date", "Wed, 10 Dec 2014 17:20:31 GMT"),
            ("X-QS-Meta-B", "two"),
            ("x-qs-meta-a", "  one  "),
            ("X-QS-Storage-Class", "STANDARD_IA"),
        ],
        expires: None,
        string_to_sign: "PUT\n\ntext/plain\nWed, 10 Dec 2014 17:20:31 GMT\nx-qs-meta-a:one\nx-qs-meta-b:two\nx-qs-storage-class:STANDARD_IA\n/mybucket/m",
        secret: "SECRET_ACCESS_KEY",
        signature: "UTjfruHETpASFJ9RCKDTeLolT/7v2Sb/3A049J14db4=",
    },
    Vector {
        name: "V15 virtual host, bucket root",
        method: "GET",
        target: "/?acl",
        resource: "/mybucket/",
        headers: &[("Date", "Wed, 10 Dec 2014 17:20:31 GMT")],
        expires: None,
        string_to_sign: "GET\n\n\nWed, 10 Dec 2014 17:20:31 GMT\n/mybucket/?acl",
        secret: "SECRET_ACCESS_KEY",
        signature: "lUD99Oqjjpx7mRfYd/RnbSQpOsGPVMzRKyg+5JAB4Zs=",
    },
    Vector {
        name: "V16 virtual host, object",
        method: "GET",
        target: "/a%20b/c%2Bd",
        resource: "/mybucket/a%20b/c%2Bd",
        headers: &[("Date", "Wed, 10 Dec 2014 17:20:31 GMT")],
        expires: None,
        string_to_sign: "GET\n\n\nWed, 10 Dec 2014 17:20:31 GMT\n/mybucket/a%20b/c%2Bd",
        secret: "SECRET_ACCESS_KEY",
        signature: "Ow/NbanYmHJtQ/ZjLhxhNaJZOE5NK809xPaNm4iKag4=",
    },
];
