//! serde over [`Node`]: derived types read specs, and every error knows its place.
//!
//! serde stops at the first mistake. To report all of them in one run, [`read_all`] notes the mistake,
//! takes the offending node out of the tree and reads again.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};

use super::{Entry, Node, Value};
use crate::diagnostic::{Diagnostic, Place, SourceText, did_you_mean};

/// More mistakes than this in one file are not worth reading at once.
const MAX_ERRORS: usize = 50;

/// Reads a tree as a `T`, with every mistake that can be told apart.
///
/// A value comes back whenever one could be read after the mistakes were taken out, so that checks
/// across files can go on; it is whole only if the list of mistakes is empty.
pub fn read_all<T: DeserializeOwned>(
    source: &Arc<SourceText>,
    root: &Node,
) -> (Option<T>, Vec<Diagnostic>) {
    let mut root = root.clone();
    let mut problems = Vec::new();
    let mut removed: Vec<Range<usize>> = Vec::new();
    loop {
        let error = match T::deserialize(&root) {
            Ok(value) => return (Some(value), problems),
            Err(error) => error,
        };
        let range = error.range.clone().unwrap_or(root.range.clone());
        // Taking out a node can leave its parent incomplete: that is no second mistake.
        let follows = error.missing
            && removed
                .iter()
                .any(|r| range.start <= r.start && r.end <= range.end);
        if !follows {
            problems.push(error.diagnostic(source, &range));
        }
        removed.push(range.clone());
        if problems.len() == MAX_ERRORS || !remove(&mut root, &range) {
            return (None, problems);
        }
    }
}

/// Takes the node at `range`, or the entry whose key stands there, out of the tree.
fn remove(node: &mut Node, range: &Range<usize>) -> bool {
    match &mut node.value {
        Value::Seq(items) => {
            if let Some(index) = items.iter().position(|item| item.range == *range) {
                items.remove(index);
                return true;
            }
            items.iter_mut().any(|item| remove(item, range))
        }
        Value::Map(entries) => {
            let found = entries
                .iter()
                .position(|e| e.key_range == *range || e.value.range == *range);
            if let Some(index) = found {
                entries.remove(index);
                return true;
            }
            entries
                .iter_mut()
                .any(|entry| remove(&mut entry.value, range))
        }
        _ => false,
    }
}

/// A mistake that serde found.
#[derive(Debug)]
pub struct Error {
    message: String,
    hint: Option<String>,
    range: Option<Range<usize>>,
    /// Something is not there, as opposed to being wrong.
    missing: bool,
}

impl Error {
    fn new(message: String, hint: Option<String>) -> Self {
        Self {
            message,
            hint,
            range: None,
            missing: false,
        }
    }

    /// The innermost node that saw the error is the one to blame.
    fn within(mut self, range: &Range<usize>) -> Self {
        self.range.get_or_insert_with(|| range.clone());
        self
    }

    fn diagnostic(self, source: &Arc<SourceText>, range: &Range<usize>) -> Diagnostic {
        // What is missing from a map is reported where the map begins: its whole text would be noise.
        let range = if self.missing {
            let line_end = source.text[range.start..]
                .find('\n')
                .map_or(source.text.len(), |i| range.start + i);
            range.start..range.end.min(line_end)
        } else {
            range.clone()
        };
        let place = Place {
            source: source.clone(),
            range,
        };
        let diagnostic = Diagnostic::at(place, self.message);
        match self.hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    /// A message may carry a hint after a line break.
    fn custom<T: fmt::Display>(message: T) -> Self {
        let text = message.to_string();
        match text.split_once('\n') {
            Some((message, hint)) => Self::new(message.to_string(), Some(hint.to_string())),
            None => Self::new(text, None),
        }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let hint = did_you_mean(field, expected.iter().copied())
            .unwrap_or_else(|| format!("known here: {}", expected.join(", ")));
        Self::new(format!("unknown key `{field}`"), Some(hint))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let hint = did_you_mean(variant, expected.iter().copied())
            .unwrap_or_else(|| format!("one of: {}", expected.join(", ")));
        Self::new(format!("`{variant}` is not known here"), Some(hint))
    }

    fn missing_field(field: &'static str) -> Self {
        let mut error = Self::new(
            format!("the key `{field}` is missing"),
            Some(format!("add `{field}: …` here")),
        );
        error.missing = true;
        error
    }

    fn invalid_type(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = match unexpected {
            de::Unexpected::Unit | de::Unexpected::Option => "nothing".to_string(),
            de::Unexpected::Map => "a map".to_string(),
            de::Unexpected::Seq => "a list".to_string(),
            de::Unexpected::Str(s) => format!("the text `{s}`"),
            other => other.to_string(),
        };
        let expected = expected.to_string();
        let hint = match (expected.as_str(), unexpected) {
            ("a boolean", _) => "`true` or `false`, without quotes",
            (_, de::Unexpected::Unit | de::Unexpected::Option) => {
                "write the value behind the colon, or remove the key"
            }
            (
                _,
                de::Unexpected::Bool(_)
                | de::Unexpected::Signed(_)
                | de::Unexpected::Unsigned(_)
                | de::Unexpected::Float(_),
            ) => "if it is meant as text, put it in double quotes",
            _ => "specs/README.md tells what stands here",
        };
        Self::new(
            format!("expected {expected}, found {found}"),
            Some(hint.into()),
        )
    }

    fn invalid_value(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(
            format!("expected {expected}, found {unexpected}"),
            Some("specs/README.md tells what stands here".into()),
        )
    }
}

/// A value together with the bytes it stands on.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The bytes of the file.
    pub range: Range<usize>,
}

/// The name under which [`Spanned`] asks a [`Node`] for its position.
const SPANNED: &str = "$spanned";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Parts<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Parts<T> {
            type Value = Spanned<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value with a position")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
                let missing = || de::Error::custom("only specs have positions");
                let start = parts.next_element()?.ok_or_else(missing)?;
                let end = parts.next_element()?.ok_or_else(missing)?;
                let value = parts.next_element()?.ok_or_else(missing)?;
                Ok(Spanned {
                    value,
                    range: start..end,
                })
            }
        }
        deserializer.deserialize_newtype_struct(SPANNED, Parts(std::marker::PhantomData))
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

/// Start, end and the value itself, in the order in which [`Spanned`] reads them.
struct SpanParts<'a, D> {
    next: usize,
    range: &'a Range<usize>,
    value: Option<D>,
}

impl<'de, D: de::Deserializer<'de, Error = Error>> SeqAccess<'de> for SpanParts<'_, D> {
    type Error = Error;
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.next += 1;
        match self.next {
            1 => seed
                .deserialize((self.range.start as u64).into_deserializer())
                .map(Some),
            2 => seed
                .deserialize((self.range.end as u64).into_deserializer())
                .map(Some),
            _ => self
                .value
                .take()
                .map(|value| seed.deserialize(value))
                .transpose(),
        }
    }
}

impl<'de> de::Deserializer<'de> for &'de Node {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let result = match &self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(b) => visitor.visit_bool(*b),
            Value::Int(int) => visitor.visit_i64(*int),
            Value::Uint(uint) => visitor.visit_u64(*uint),
            Value::Float(float) => visitor.visit_f64(*float),
            Value::String(text) => visitor.visit_str(text),
            Value::Seq(items) => visitor.visit_seq(Items(items.iter())),
            Value::Map(entries) => visitor.visit_map(Entries {
                rest: entries.iter(),
                current: None,
            }),
        };
        result.map_err(|error| error.within(&self.range))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor
            .visit_some(self)
            .map_err(|error| error.within(&self.range))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let result = if name == SPANNED {
            visitor.visit_seq(SpanParts {
                next: 0,
                range: &self.range,
                value: Some(self),
            })
        } else {
            visitor.visit_newtype_struct(self)
        };
        result.map_err(|error| error.within(&self.range))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Value::String(text) = &self.value else {
            let hint = format!("one of: {}", variants.join(", "));
            return Err(Error::new("expected a word".into(), Some(hint)).within(&self.range));
        };
        let variant: StrDeserializer<'_, Error> = text.as_str().into_deserializer();
        visitor
            .visit_enum(variant)
            .map_err(|error| error.within(&self.range))
    }

    /// serde would read a struct from a list as well, by position.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if !matches!(self.value, Value::Map(_)) {
            let hint = format!("it has the keys {}", fields.join(", "));
            return Err(Error::new("expected a map".into(), Some(hint)).within(&self.range));
        }
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map identifier ignored_any
    }
}

struct Items<'a>(std::slice::Iter<'a, Node>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Error;
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|node| seed.deserialize(node)).transpose()
    }
}

struct Entries<'a> {
    rest: std::slice::Iter<'a, Entry>,
    current: Option<&'a Entry>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        self.current = self.rest.next();
        let Some(entry) = self.current else {
            return Ok(None);
        };
        let key = seed
            .deserialize(Key(entry))
            .map_err(|error| error.within(&entry.key_range))?;
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        match self.current {
            Some(entry) => seed.deserialize(&entry.value),
            None => Err(de::Error::custom("a value was asked for before its key")),
        }
    }
}

/// A key, which [`Spanned`] can ask for its position as well.
struct Key<'a>(&'a Entry);

impl<'de> de::Deserializer<'de> for Key<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(&self.0.key)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name != SPANNED {
            return visitor.visit_newtype_struct(self);
        }
        let key: StrDeserializer<'_, Error> = self.0.key.as_str().into_deserializer();
        visitor.visit_seq(SpanParts {
            next: 0,
            range: &self.0.key_range,
            value: Some(key),
        })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A part of a spec that has no fixed form (an example's values) stays a tree.
impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value, range } = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Node { range, value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
                Ok(Value::Bool(v))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
                Ok(Value::Int(v))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
                Ok(Value::Uint(v))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
                Ok(Value::Float(v))
            }
            fn visit_str<E>(self, v: &str) -> Result<Value, E> {
                Ok(Value::String(v.to_string()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Value::Seq(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(key) = map.next_key::<Spanned<String>>()? {
                    entries.push(Entry {
                        key_range: key.range,
                        key: key.value,
                        value: map.next_value()?,
                    });
                }
                Ok(Value::Map(entries))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl schemars::JsonSchema for Node {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Any".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        true.into()
    }
}
