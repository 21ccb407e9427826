//! JSON bodies, and how values are written in them.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use crate::body::Body;
use crate::error::Error;
use crate::value::Extra;

/// A JSON object for a request, written member by member in order.
///
/// ```
/// use qingstor::operation::{JsonBody, Parts};
///
/// let mut json = JsonBody::new();
/// json.field("quiet", &true)?;
/// json.field("keys", &["a", "b"])?;
/// let mut parts = Parts::new();
/// parts.json(json);
/// # Ok::<(), qingstor::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct JsonBody {
    text: Vec<u8>,
    names: Vec<&'static str>,
}

impl JsonBody {
    /// An object without members.
    pub fn new() -> JsonBody {
        JsonBody::default()
    }

    /// Adds a member.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if the value has no JSON form, such as a map whose keys are no text.
    pub fn field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let start = self.text.len();
        let written = self.member(name, value);
        if let Err(error) = written {
            self.text.truncate(start);
            return Err(Error::invalid(format!("{name} has no JSON form: {error}")));
        }
        self.names.push(name);
        Ok(())
    }

    /// Adds members that were read before and are not known to this crate. Those that were set by
    /// [`field`](JsonBody::field) win.
    pub fn extra(&mut self, extra: &Extra) {
        for (name, value) in extra.members() {
            if !self.names.contains(&name) {
                // A JSON value always has a JSON form, and a `Vec` takes every byte.
                let written = self.member(name, value);
                debug_assert!(written.is_ok());
            }
        }
    }

    fn member<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> serde_json::Result<()> {
        self.text
            .push(if self.text.is_empty() { b'{' } else { b',' });
        serde_json::to_writer(&mut self.text, name)?;
        self.text.push(b':');
        serde_json::to_writer(&mut self.text, value)
    }

    pub(crate) fn into_body(mut self) -> Body {
        if self.text.is_empty() {
            self.text.push(b'{');
        }
        self.text.push(b'}');
        Body::from(self.text)
    }
}

/// Reads `null` as the default; with `#[serde(default)]` a missing member too.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Whether a value is what a missing one means, so that it need not be sent.
// Whether it is used depends on the operations that have been generated.
#[allow(dead_code)]
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Reads a list, or a single item as a list of one; `null` is empty.
// Whether it is used depends on the operations that have been generated.
#[allow(dead_code)]
pub(crate) fn one_or_many<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    use serde::de::Error as _;
    match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Null => Ok(Vec::new()),
        list @ serde_json::Value::Array(_) => Vec::deserialize(list).map_err(D::Error::custom),
        item => Ok(vec![T::deserialize(item).map_err(D::Error::custom)?]),
    }
}

/// A pair of modules for `#[serde(with = …)]`: one for a value, `option` for one that may be absent.
macro_rules! json_format {
    ($(#[$doc:meta])* $name:ident, $value:ty, $wire:ty, $write:expr, $read:expr) => {
        $(#[$doc])*
        // Which of these are used depends on the operations that have been generated.
        #[allow(dead_code)]
        pub(crate) mod $name {
            use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

            pub(crate) fn serialize<S: Serializer>(
                value: &$value,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                let write: fn(&$value) -> $wire = $write;
                write(value).serialize(serializer)
            }

            pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<$value, D::Error> {
                let read: fn($wire) -> Result<$value, crate::Error> = $read;
                read(<$wire>::deserialize(deserializer)?)
                    .map_err(|error| D::Error::custom(error.message()))
            }

            /// The same for a value that may be absent. One that has the right JSON type and cannot be
            /// read is absent too: an empty time should not make a whole list unreadable.
            pub(crate) mod option {
                use serde::{Deserialize, Deserializer, Serialize, Serializer};

                pub(crate) fn serialize<S: Serializer>(
                    value: &Option<$value>,
                    serializer: S,
                ) -> Result<S::Ok, S::Error> {
                    let write: fn(&$value) -> $wire = $write;
                    value.as_ref().map(write).serialize(serializer)
                }

                pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
                    deserializer: D,
                ) -> Result<Option<$value>, D::Error> {
                    let read: fn($wire) -> Result<$value, crate::Error> = $read;
                    let wire = Option::<$wire>::deserialize(deserializer)?;
                    Ok(wire.and_then(|wire| read(wire).ok()))
                }
            }
        }
    };
}

json_format!(
    /// `2016-09-01T15:30:00.000Z`
    iso8601,
    std::time::SystemTime,
    String,
    |time| crate::text::iso8601(*time),
    |text| crate::text::parse_iso8601(&text)
);
json_format!(
    /// `Thu, 01 Sep 2016 15:30:00 GMT`
    http_date,
    std::time::SystemTime,
    String,
    |time| crate::text::http_date(*time),
    |text| crate::text::parse_http_date(&text)
);
json_format!(
    /// Seconds since 1970, as a number.
    unix,
    std::time::SystemTime,
    i64,
    |time| crate::text::unix_seconds(*time),
    |seconds| crate::text::from_unix(seconds)
        .ok_or_else(|| crate::Error::decode(format!("{seconds} is out of range for a time")))
);
json_format!(
    /// Bytes as base64 text.
    base64,
    bytes::Bytes,
    String,
    |bytes| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(bytes)
    },
    |text| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD
            .decode(text)
            .map(bytes::Bytes::from)
            .map_err(|_| crate::Error::decode("the text is not base64"))
    }
);

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Formats {
        #[serde(with = "super::iso8601")]
        iso: SystemTime,
        #[serde(default, with = "super::unix::option")]
        unix: Option<SystemTime>,
        #[serde(default, with = "super::http_date::option")]
        http: Option<SystemTime>,
        #[serde(with = "super::base64")]
        bytes: bytes::Bytes,
        #[serde(default, deserialize_with = "super::or_default")]
        list: Vec<u8>,
    }

    #[test]
    fn one_reads_like_many() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Lists {
            #[serde(deserialize_with = "one_or_many")]
            users: Vec<String>,
            #[serde(default, deserialize_with = "one_or_many")]
            actions: Vec<String>,
        }
        let read = |text: &str| serde_json::from_str::<Lists>(text).map(|l| (l.users, l.actions));
        let both = (vec!["*".to_owned()], vec!["get_object".to_owned()]);
        assert_eq!(
            read(r#"{"users":"*","actions":["get_object"]}"#).unwrap(),
            both
        );
        assert_eq!(
            read(r#"{"users":["*"],"actions":"get_object"}"#).unwrap(),
            both
        );
        assert_eq!(read(r#"{"users":null}"#).unwrap(), (vec![], vec![]));
        assert!(read(r#"{"actions":"x"}"#).is_err());
        assert!(read(r#"{"users":{"a":1}}"#).is_err());
    }

    #[test]
    fn formats_read_and_write() {
        let text = r#"{"iso":"2016-09-01T15:30:00.000Z","unix":1472743800,"http":"Thu, 01 Sep 2016 15:30:00 GMT","bytes":"aGk=","list":[1]}"#;
        let time = UNIX_EPOCH + Duration::from_secs(1_472_743_800);
        let value: Formats = serde_json::from_str(text).unwrap();
        assert_eq!(value.iso, time);
        assert_eq!(value.unix, Some(time));
        assert_eq!(value.http, Some(time));
        assert_eq!(value.bytes.as_ref(), b"hi");
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
    }

    #[test]
    fn null_and_missing_are_the_default() {
        let text = r#"{"iso":"2016-09-01T15:30:00.000Z","unix":null,"bytes":"","list":null}"#;
        let value: Formats = serde_json::from_str(text).unwrap();
        assert_eq!((value.unix, value.http), (None, None));
        assert!(value.list.is_empty());
        let text = r#"{"iso":"2016-09-01T15:30:00Z","http":"","bytes":""}"#;
        let value: Formats = serde_json::from_str(text).unwrap();
        assert_eq!((value.unix, value.http), (None, None));
        let text = r#"{"iso":"2016-09-01T15:30:00Z","http":7,"bytes":""}"#;
        assert!(serde_json::from_str::<Formats>(text).is_err());
        let text = r#"{"iso":"yesterday","bytes":""}"#;
        let error = serde_json::from_str::<Formats>(text).unwrap_err();
        assert!(error.to_string().contains("ISO 8601"), "{error}");
    }

    #[test]
    fn bodies_keep_the_order_and_extras_do_not_win() {
        let mut extra = Extra::default();
        extra.insert("a", "[1, 2]").unwrap();
        extra.insert("zone", "{\"x\":null}").unwrap();
        let mut json = JsonBody::new();
        json.field("zone", "pek3a").unwrap();
        json.field("quiet", &true).unwrap();
        json.extra(&extra);
        let body = json.into_body();
        assert_eq!(
            body.as_bytes().unwrap().as_ref(),
            br#"{"zone":"pek3a","quiet":true,"a":[1,2]}"#
        );
        assert_eq!(
            JsonBody::new().into_body().as_bytes().unwrap().as_ref(),
            b"{}"
        );
    }
}
