//! Values that checks give to parameters.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use qingstor::types::{ByteRange, CustomerKey, Extra, ObjectRef};

use crate::names::Names;

/// What a call gives beside, or instead of, the required arguments of its example.
#[derive(Debug, Default)]
pub struct Vary {
    /// What stands for the names in the example.
    pub names: Names,
    values: BTreeMap<&'static str, Value>,
}

impl Vary {
    /// Nothing but the required arguments.
    pub fn nothing() -> Vary {
        Vary::default()
    }

    /// Nothing but the required arguments, with these names.
    pub fn about(names: Names) -> Vary {
        Vary {
            names,
            values: BTreeMap::new(),
        }
    }

    /// Gives a parameter this value, too.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Value) -> Vary {
        self.values.insert(name, value);
        self
    }

    /// The value of a parameter, if it is to be given.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }
}

/// A value; the methods read it as the type that the parameter has.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Value {
    Text(String),
    Bytes(Vec<u8>),
    /// Milliseconds since 1970.
    Time(u64),
    Range(Option<u64>, Option<u64>),
    Object {
        bucket: String,
        key: String,
        version: Option<String>,
    },
    Key([u8; 32]),
    Items(Vec<Value>),
    Entries(Vec<(String, String)>),
    /// The value that was made together with the call.
    Sample,
}

impl Value {
    /// A text.
    pub fn text(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            _ => String::new(),
        }
    }

    /// A number or a truth value.
    pub fn parse<T: FromStr + Default>(&self) -> T {
        self.text().parse().unwrap_or_default()
    }

    /// Bytes.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Value::Bytes(bytes) => bytes.clone(),
            _ => Vec::new(),
        }
    }

    /// A time.
    pub fn time(&self) -> SystemTime {
        match self {
            Value::Time(millis) => UNIX_EPOCH + Duration::from_millis(*millis),
            _ => UNIX_EPOCH,
        }
    }

    /// A range of bytes.
    pub fn range(&self) -> ByteRange {
        match self {
            Value::Range(Some(first), Some(last)) => ByteRange::from(*first..=*last),
            Value::Range(Some(first), None) => ByteRange::from(*first..),
            Value::Range(None, Some(last)) => ByteRange::suffix(*last),
            _ => ByteRange::from(0..),
        }
    }

    /// An object of a bucket.
    pub fn object(&self) -> ObjectRef {
        match self {
            Value::Object {
                bucket,
                key,
                version,
            } => {
                let object = ObjectRef::new(bucket.as_str(), key.as_str());
                match version {
                    Some(version) => object.version(version.as_str()),
                    None => object,
                }
            }
            _ => ObjectRef::new("", ""),
        }
    }

    /// A customer's key.
    pub fn key(&self) -> CustomerKey {
        match self {
            Value::Key(key) => CustomerKey::new(*key),
            _ => CustomerKey::new([0; 32]),
        }
    }

    /// The items of a list.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::Items(items) => items,
            _ => &[],
        }
    }

    /// The entries of a map.
    pub fn entries(&self) -> BTreeMap<String, String> {
        match self {
            Value::Entries(entries) => entries.iter().cloned().collect(),
            _ => BTreeMap::new(),
        }
    }

    /// Members that a spec does not know: one, with this text.
    pub fn extra(&self) -> Extra {
        let mut extra = Extra::default();
        let json = serde_json::Value::from(self.text()).to_string();
        // A text always is JSON.
        let _ = extra.insert(UNKNOWN_MEMBER, &json);
        extra
    }
}

/// The name of a member that no spec knows.
pub const UNKNOWN_MEMBER: &str = "x_unknown_member";
