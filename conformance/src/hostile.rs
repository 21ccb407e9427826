//! Values that are hard to send, with what has to become of them.

use crate::expected;
use crate::facts::{Parameter, Place, Type};
use crate::vary::Value;

/// What has to become of a value.
#[derive(Clone, Debug)]
pub(crate) enum Expect {
    /// It is sent as this text, before the place's own encoding.
    Text(String),
    /// It is sent as this JSON.
    Json(serde_json::Value),
    /// It is sent as these bytes.
    Bytes(Vec<u8>),
    /// It is sent as these names and values.
    Entries(Vec<(String, String)>),
    /// Nothing is sent; the caller is told.
    Refused,
}

/// Texts that something on the way might rewrite, split or drop.
fn texts() -> Vec<String> {
    let texts = [
        "plain",
        "a b",
        "a+b",
        "100%",
        "%2F%20",
        "a/b//c/",
        "a&b=c;d,e",
        "?#[]@!$'()*",
        "\"quoted\" 'twice'",
        "back\\slash`^{|}~<>",
        "中文 测试",
        "😀👩‍👩‍👧",
        "שלום/مرحبا",
        "\r\nX-Evil: 1",
        "tab\tinside",
        " in front",
        "behind ",
        "nul\0",
        "del\u{7f}",
        "null",
        "-0",
        "",
    ];
    let long = "x".repeat(3000);
    texts.into_iter().map(str::to_owned).chain([long]).collect()
}

/// What a parameter is tried with.
pub(crate) fn cases(parameter: &Parameter) -> Vec<(Value, Expect)> {
    match parameter.place {
        Place::Path => keys(),
        Place::HeaderPrefix | Place::FormPrefix => entries(&parameter.ty),
        Place::Stream => streams(),
        Place::Extra => vec![text_case("kept 中 \"as\" it is")],
        Place::Query | Place::Header | Place::Json | Place::Form => {
            let mut cases = values(parameter);
            for (_, expect) in &mut cases {
                if let (Place::Header, Expect::Text(text)) = (parameter.place, &*expect)
                    && !expected::fits_header(text)
                {
                    *expect = Expect::Refused;
                }
            }
            if parameter.place == Place::Form {
                // A form's policy, which is JSON, and its lines leave no place for control characters.
                let has_control = |value: &Value| value.text().contains(char::is_control);
                for (value, expect) in &mut cases {
                    if has_control(value) {
                        *expect = Expect::Refused;
                    }
                }
            }
            cases
        }
    }
}

fn text_case(text: &str) -> (Value, Expect) {
    (Value::Text(text.to_owned()), Expect::Text(text.to_owned()))
}

/// Keys of objects. One with a segment of dots is refused by every URL type; nobody may find out by losing data.
fn keys() -> Vec<(Value, Expect)> {
    let keys = texts().into_iter().map(|text| {
        let expect = match text.as_str() {
            "" => Expect::Refused,
            text if text.len() > 1023 => Expect::Text(text.to_owned()),
            text => Expect::Text(text.to_owned()),
        };
        (Value::Text(text), expect)
    });
    let dots = ["a/../b", "..", "./a", "a/."];
    let dots = dots.map(|key| (Value::Text(key.to_owned()), Expect::Refused));
    let more = ["/leading", "//", "...", "a%2e%2e/b", "?acl", "#"].map(text_case);
    keys.chain(dots).chain(more).collect()
}

fn entries(ty: &Type) -> Vec<(Value, Expect)> {
    if !matches!(ty, Type::Texts) {
        return Vec::new();
    }
    let own = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        let pairs = pairs.iter();
        pairs
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    };
    let mut cases: Vec<(Value, Expect)> = [
        vec![("owner", "ann")],
        vec![("Owner.name_1-a", "Ann B"), ("z", "%41+/=\"'")],
        vec![("k", "a;b,c=d")],
    ]
    .iter()
    .map(|pairs| (Value::Entries(own(pairs)), Expect::Entries(own(pairs))))
    .collect();
    for (name, value) in [
        ("k", "中文"),
        ("k", "a\r\nX-Evil: 1"),
        ("k", " a"),
        ("a b", "v"),
        ("", "v"),
        ("ä", "v"),
        ("a:b", "v"),
        ("a\r\nb", "v"),
    ] {
        cases.push((Value::Entries(own(&[(name, value)])), Expect::Refused));
    }
    cases
}

fn streams() -> Vec<(Value, Expect)> {
    let bytes = [
        Vec::new(),
        (0..=255).collect::<Vec<u8>>(),
        b"\r\n--boundary\r\n".to_vec(),
        vec![b'x'; 300_000],
    ];
    bytes
        .into_iter()
        .map(|bytes| (Value::Bytes(bytes.clone()), Expect::Bytes(bytes)))
        .collect()
}

fn values(parameter: &Parameter) -> Vec<(Value, Expect)> {
    let json = parameter.place == Place::Json;
    match &parameter.ty {
        Type::Text => texts().iter().map(|text| text_case(text)).collect(),
        Type::ImageActions => ["info", "resize:w_300,h_400|rotate:a_90", "crop:w_1,g_8"]
            .map(text_case)
            .to_vec(),
        Type::Enum(values) => {
            let known = values.iter().copied();
            known.chain(["x-unknown-value"]).map(text_case).collect()
        }
        Type::Bool => literals(&["true", "false"], json),
        Type::Int32 => literals(&["0", "-1", "2147483647", "-2147483648"], json),
        Type::Int64 => literals(&["0", "-1", "9223372036854775807"], json),
        Type::Uint64 => literals(&["0", "1", "10000", "18446744073709551615"], json),
        Type::Float => literals(&["0.5", "-2.25", "1000000.125"], json),
        Type::Bytes => [&b""[..], b"f", &[0xfb, 0xff, 0]]
            .map(|bytes| {
                let text = Expect::Text(expected::base64(bytes));
                (Value::Bytes(bytes.to_vec()), text)
            })
            .to_vec(),
        Type::HttpTime | Type::IsoTime | Type::UnixTime => times(&parameter.ty, json),
        Type::ByteRange => vec![
            range(Some(0), Some(4), "bytes=0-4"),
            range(Some(5), None, "bytes=5-"),
            range(None, Some(5), "bytes=-5"),
            range(Some(7), Some(7), "bytes=7-7"),
        ],
        Type::ObjectRef => objects(),
        Type::CustomerKey => vec![
            // The second one from `openssl base64` and `openssl md5 -binary`.
            key(b'x', "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg="),
            key(b'y', "eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXk="),
        ],
        Type::List(item) => lists(item, json),
        Type::Texts => {
            let pairs = vec![("a".to_owned(), "中 \"b\"".to_owned())];
            vec![(Value::Entries(pairs.clone()), Expect::Entries(pairs))]
        }
        Type::Sample => {
            let sample = serde_json::from_str(parameter.sample).unwrap_or_default();
            match parameter.required {
                // It is sent with the call that all others are compared with.
                true => Vec::new(),
                false => vec![(Value::Sample, Expect::Json(sample))],
            }
        }
    }
}

fn literals(texts: &[&str], json: bool) -> Vec<(Value, Expect)> {
    let expect = |text: &str| match json {
        true => Expect::Json(serde_json::from_str(text).unwrap_or_default()),
        false => Expect::Text(text.to_owned()),
    };
    let texts = texts.iter();
    texts
        .map(|text| (Value::Text((*text).to_owned()), expect(text)))
        .collect()
}

/// Times and their texts, from the examples of RFC 9110, RFC 3339 and the service's documentation.
fn times(ty: &Type, json: bool) -> Vec<(Value, Expect)> {
    let times = [
        (
            784_111_777_000,
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "1994-11-06T08:49:37.000Z",
            784_111_777,
        ),
        (
            1_418_232_031_250,
            "Wed, 10 Dec 2014 17:20:31 GMT",
            "2014-12-10T17:20:31.250Z",
            1_418_232_031,
        ),
        (
            1_709_164_800_000,
            "Thu, 29 Feb 2024 00:00:00 GMT",
            "2024-02-29T00:00:00.000Z",
            1_709_164_800_i64,
        ),
    ];
    let expect = |http: &str, iso: &str, unix: i64| match ty {
        Type::HttpTime => Expect::Text(http.to_owned()),
        Type::IsoTime => Expect::Text(iso.to_owned()),
        _ if json => Expect::Json(unix.into()),
        _ => Expect::Text(unix.to_string()),
    };
    let times = times.into_iter();
    times
        .map(|(millis, http, iso, unix)| (Value::Time(millis), expect(http, iso, unix)))
        .collect()
}

fn range(first: Option<u64>, last: Option<u64>, text: &str) -> (Value, Expect) {
    (Value::Range(first, last), Expect::Text(text.to_owned()))
}

fn key(byte: u8, text: &str) -> (Value, Expect) {
    (Value::Key([byte; 32]), Expect::Text(text.to_owned()))
}

fn objects() -> Vec<(Value, Expect)> {
    let object = |key: &str, version: Option<&str>| Value::Object {
        bucket: "example-music".to_owned(),
        key: key.to_owned(),
        version: version.map(str::to_owned),
    };
    let keys = texts().into_iter().filter(|text| !text.is_empty());
    let mut cases: Vec<(Value, Expect)> = keys
        .map(|key| {
            let text = format!("/example-music/{}", expected::path(&key));
            (object(&key, None), Expect::Text(text))
        })
        .collect();
    cases.push((
        object("a b", Some("NjkxMjM0MzM1MjAxNzAwODMz")),
        Expect::Text("/example-music/a%20b?version_id=NjkxMjM0MzM1MjAxNzAwODMz".to_owned()),
    ));
    cases.push((object("", None), Expect::Refused));
    cases
}

fn lists(item: &Type, json: bool) -> Vec<(Value, Expect)> {
    let items: Vec<&str> = match item {
        Type::Enum(values) => values.iter().copied().chain(["x-unknown-value"]).collect(),
        Type::Text => vec!["a", "b c", "%2C+", "中"],
        Type::Bool => vec!["true", "false"],
        Type::Float => vec!["0.5", "-2.25"],
        _ => vec!["1", "2", "30"],
    };
    let value =
        |texts: &[&str]| Value::Items(texts.iter().map(|t| Value::Text((*t).to_owned())).collect());
    let expect = |texts: &[&str]| match (json, item) {
        (false, _) => Expect::Text(texts.join(",")),
        (true, Type::Text | Type::Enum(_)) => Expect::Json(texts.iter().copied().collect()),
        (true, _) => {
            let numbers = texts
                .iter()
                .map(|t| serde_json::from_str(t).unwrap_or_default());
            Expect::Json(serde_json::Value::Array(numbers.collect()))
        }
    };
    let plain = items
        .iter()
        .copied()
        .filter(|text| text.is_ascii())
        .collect::<Vec<_>>();
    let mut cases = vec![
        (value(&plain), expect(&plain)),
        (value(&plain[..1]), expect(&plain[..1])),
    ];
    if plain.len() < items.len() {
        cases.push((value(&items), expect(&items)));
    }
    cases
}
