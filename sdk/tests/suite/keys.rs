//! Every key either reaches the wire as it is, or is refused.

use proptest::prelude::*;
use qingstor::ErrorKind;
use qingstor::testing::Replay;

use crate::wire::is_signed;

/// Decodes without the code under test.
fn decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            out.push(u8::from_str_radix(&text[at + 1..at + 3], 16).unwrap());
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

/// The path as reqwest would send it.
fn as_sent(host: &str, target: &str) -> String {
    let url = reqwest::Url::parse(&format!("https://{host}{target}")).unwrap();
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

fn check(key: &str, query: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let replay = Replay::new().answer(200, &[], "");
    let bucket = replay.client().unwrap().bucket("bucket");
    let request = bucket.get_object(key).response_content_type(query);
    let result = runtime.block_on(request.send());
    match result {
        Ok(_) => {
            let request = &replay.requests()[0];
            assert_eq!(as_sent(&request.host, &request.target), request.target);
            let (path, sent_query) = request.target.split_once('?').unwrap();
            assert_eq!(
                decode(path.strip_prefix("/bucket/").unwrap()),
                key.as_bytes()
            );
            let value = sent_query.strip_prefix("response-content-type=").unwrap();
            assert_eq!(decode(value), query.as_bytes());
            assert!(is_signed(request));
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
            assert!(replay.requests().is_empty());
            let has_dots = key.split('/').any(|segment| matches!(segment, "." | ".."));
            assert!(has_dots || key.is_empty(), "{key:?} was refused: {error}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(key in any::<String>(), query in any::<String>()) {
        check(&key, &query);
    }

    #[test]
    fn awkward_text(
        key in proptest::collection::vec(
            prop::sample::select(vec![".", "..", "/", "%", "%2e", "%2F", "\\", "'", "\t", "\n", "\0", "?", "#", "&", "=", "+", " ", "a", "中", "~", ":", "@", ";"]),
            0..8,
        ),
        query in "[.%/'\\\\\t&=#+ a]{1,8}",
    ) {
        check(&key.concat(), &query);
    }
}

#[test]
fn dots_are_refused_and_explained() {
    for key in [".", "..", "a/../b", "../other/x", "./x", "x/.", "x/.."] {
        let replay = Replay::new();
        let bucket = replay.client().unwrap().bucket("bucket");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let error = runtime
            .block_on(bucket.put_object(key, "x").send())
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("rename the object"), "{error}");
        assert!(replay.requests().is_empty());
    }
    for key in [
        "...", "a..", "..a", "a//b", "/lead", "trail/", "%2e%2e/x", "a\\b",
    ] {
        check(key, "x");
    }
}
