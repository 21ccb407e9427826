//! Values with a grammar of their own. Each one reads itself, so that a mistake is reported at the
//! value and says what is allowed there.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::diagnostic::did_you_mean;

/// Reads a text through a function that may refuse it.
macro_rules! scalar {
    ($name:ident, $expected:literal, $read:path, $schema:tt) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Reader;
                impl Visitor<'_> for Reader {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expected)
                    }
                    fn visit_str<E: Error>(self, text: &str) -> Result<$name, E> {
                        $read(text).map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Reader)
            }
        }
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

/// A sentence or more for people: not empty, and written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub String);

scalar!(Text, "a text", read_text, { "type": "string", "minLength": 1 });

/// The skeleton of a new spec says with this word what belongs in a place.
const PLACEHOLDER: &str = "TODO";

fn refuse_placeholder(text: &str) -> Result<(), String> {
    let rest = text.trim_start().strip_prefix(PLACEHOLDER);
    if rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric())) {
        return Err(format!(
            "this is still a placeholder\nwrite what it asks for, without `{PLACEHOLDER}`"
        ));
    }
    Ok(())
}

fn read_text(text: &str) -> Result<Text, String> {
    refuse_placeholder(text)?;
    if text.trim().is_empty() {
        return Err("the text is empty\nsay what it is, in your own words".into());
    }
    if let Some(odd) = text.chars().find(|c| c.is_control() && *c != '\n') {
        return Err(format!(
            "the text contains the control character {odd:?}\nremove it"
        ));
    }
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if let Some(odd) = text.chars().find(|c| turns(*c)) {
        return Err(format!(
            "the text contains {odd:?}, which turns the direction of writing\nremove it"
        ));
    }
    if text.contains("```") {
        return Err(
            "a block of code has no place in a description\nshow code in an example".into(),
        );
    }
    if text.matches('`').count() % 2 == 1 {
        return Err("a backtick is not closed\ncode stands between two backticks".into());
    }
    Ok(Text(text.trim().to_string()))
}

/// The name of an operation, struct or enum, in UpperCamelCase.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeName(pub String);

scalar!(TypeName, "a name in UpperCamelCase", read_type_name, { "type": "string", "pattern": "^[A-Z][A-Za-z0-9]*$" });

fn read_type_name(text: &str) -> Result<TypeName, String> {
    let mut chars = text.chars();
    let starts = chars.next().is_some_and(|c| c.is_ascii_uppercase());
    if !starts || !chars.all(|c| c.is_ascii_alphanumeric()) {
        return Err(format!(
            "`{text}` is not a name in UpperCamelCase\nletters and digits only, beginning with a capital, as in `PutBucketCors`"
        ));
    }
    if is_keyword(text) {
        return Err(format!(
            "`{text}` is a keyword of Rust\nchoose another name"
        ));
    }
    if RESERVED_TYPES.contains(&text) {
        return Err(format!(
            "`{text}` would hide a name that the generated code needs\nchoose another name, as in `Object{text}`"
        ));
    }
    Ok(TypeName(text.to_string()))
}

/// Names that generated files take from the prelude or from the SDK's core.
const RESERVED_TYPES: &[&str] = &[
    "Advance",
    "Answer",
    "Auth",
    "BTreeMap",
    "Body",
    "Box",
    "Bucket",
    "ByteRange",
    "ByteStream",
    "Bytes",
    "Call",
    "Client",
    "Clone",
    "Copy",
    "CustomerKey",
    "Debug",
    "Default",
    "Deserialize",
    "Display",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "ErrorCode",
    "ErrorKind",
    "Extra",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "Future",
    "Hash",
    "ImageActions",
    "Into",
    "IntoIterator",
    "Items",
    "Iterator",
    "JsonBody",
    "Metadata",
    "None",
    "ObjectRef",
    "Ok",
    "Operation",
    "Option",
    "Ord",
    "Outcome",
    "Paged",
    "Pages",
    "PartialEq",
    "PartialOrd",
    "Parts",
    "Position",
    "Presigned",
    "ResponseMeta",
    "Result",
    "Retry",
    "Scope",
    "Self",
    "Send",
    "Serialize",
    "Sized",
    "Some",
    "String",
    "Sync",
    "SystemTime",
    "ToString",
    "Unknown",
    "UnknownValue",
    "Vec",
];

/// A name in Rust: what a setter and an output's field are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldName(pub String);

scalar!(FieldName, "a name in snake_case", read_field_name, { "type": "string", "pattern": "^[a-z][a-z0-9_]*$" });

fn read_field_name(text: &str) -> Result<FieldName, String> {
    let starts = text.starts_with(|c: char| c.is_ascii_lowercase());
    let rest = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !starts || !text.chars().all(rest) {
        return Err(format!(
            "`{text}` is not a name in snake_case\nlower-case letters, digits and `_`, beginning with a letter"
        ));
    }
    if is_keyword(text) {
        return Err(format!(
            "`{text}` is a keyword of Rust\nchoose another name, as in `{text}_value`"
        ));
    }
    Ok(FieldName(text.to_string()))
}

/// What a header, query key or JSON member is called on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireName(pub String);

scalar!(WireName, "the name on the wire", read_wire_name, { "type": "string", "minLength": 1, "maxLength": 128 });

fn read_wire_name(text: &str) -> Result<WireName, String> {
    if text.is_empty() || text.len() > 128 {
        return Err("a name on the wire has 1 to 128 characters".into());
    }
    if let Some(odd) = text.chars().find(|c| !c.is_ascii_graphic()) {
        return Err(format!(
            "a name on the wire cannot contain {odd:?}\nvisible ASCII characters only"
        ));
    }
    if !text.contains(|c: char| c.is_ascii_alphabetic()) {
        return Err(format!(
            "`{text}` has no letter, so it cannot become a name in Rust\nnames on the wire have at least one letter"
        ));
    }
    Ok(WireName(text.to_string()))
}

impl WireName {
    /// Characters that RFC 9110 section 5.6.2 allows in a header's name, or a prefix of such ending in `*`.
    pub fn illegal_in_header(&self) -> Option<char> {
        let name = self.0.strip_suffix("-*").unwrap_or(&self.0);
        name.chars()
            .find(|c| !c.is_ascii_alphanumeric() && !"!#$%&'*+-.^_`|~".contains(*c) || *c == '*')
    }

    /// For `x-qs-meta-*`: the part before the star.
    pub fn prefix(&self) -> Option<&str> {
        self.0.strip_suffix('*').filter(|p| p.ends_with('-'))
    }
}

/// An absolute http or https URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url(pub String);

scalar!(Url, "a URL", read_url, { "type": "string", "format": "uri" });

fn read_url(text: &str) -> Result<Url, String> {
    refuse_placeholder(text)?;
    let rest = text
        .strip_prefix("https://")
        .or(text.strip_prefix("http://"));
    let ok = rest.is_some_and(|r| r.contains('.'))
        && !text.contains(|c: char| c.is_whitespace() || "<>()".contains(c));
    if !ok {
        return Err(format!("`{text}` is not a URL\nit begins with https://"));
    }
    Ok(Url(text.to_string()))
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Put,
    Post,
    Delete,
    Head,
    Options,
}

impl Method {
    /// As on the request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
        }
    }
}

/// The path of an operation: `/`, `/{bucket}` or `/{bucket}/{key}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpPath {
    /// As written.
    pub text: String,
    /// The names in braces.
    pub parameters: Vec<String>,
}

scalar!(HttpPath, "a path", read_path, { "enum": ["/", "/{bucket}", "/{bucket}/{key}"] });

fn read_path(text: &str) -> Result<HttpPath, String> {
    let shapes = "a path is `/`, `/{bucket}` or `/{bucket}/{key}`";
    let Some(rest) = text.strip_prefix('/') else {
        return Err(format!(
            "the path `{text}` does not begin with `/`\n{shapes}"
        ));
    };
    let mut parameters = Vec::new();
    for segment in rest.split('/').filter(|_| !rest.is_empty()) {
        let name = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
        match name {
            Some(name) if !name.is_empty() && !name.contains(['{', '}']) => {
                parameters.push(name.to_string())
            }
            _ => {
                return Err(format!(
                    "the path segment `{segment}` is not a parameter in braces\n{shapes}; what follows a `?` belongs under `query` or `selector`"
                ));
            }
        }
    }
    Ok(HttpPath {
        text: text.to_string(),
        parameters,
    })
}

/// How a time is written on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// `Wed, 10 Dec 2014 17:20:31 GMT`
    Http,
    /// `2014-12-10T17:20:31.000Z`
    Iso8601,
    /// Seconds since 1970.
    Unix,
}

impl fmt::Display for TimeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Iso8601 => "iso8601",
            Self::Unix => "unix",
        })
    }
}

/// A type as a spec names it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TypeExpr {
    String,
    Bool,
    Int32,
    Int64,
    Uint64,
    Float64,
    Bytes,
    Timestamp(TimeFormat),
    ByteRange,
    ObjectRef,
    CustomerKey,
    ImageActions,
    List(Box<TypeExpr>),
    Map(Box<TypeExpr>),
    /// A struct or enum of `specs/types/`.
    Named(String),
}

scalar!(TypeExpr, "a type", read_type, {
    "anyOf": [
        { "enum": ["string", "bool", "int32", "int64", "uint64", "float64", "bytes", "timestamp(http)", "timestamp(iso8601)", "timestamp(unix)", "byte_range", "object_ref", "customer_key", "image_actions"] },
        { "pattern": "^(list|map)<.+>$" },
        { "pattern": "^[A-Z][A-Za-z0-9]*$" }
    ]
});

const TYPES: &[&str] = &[
    "string",
    "bool",
    "int32",
    "int64",
    "uint64",
    "float64",
    "bytes",
    "timestamp(http)",
    "timestamp(iso8601)",
    "timestamp(unix)",
    "byte_range",
    "object_ref",
    "customer_key",
    "image_actions",
    "list<…>",
    "map<…>",
];

fn read_type(text: &str) -> Result<TypeExpr, String> {
    nested_type(text, 0)
}

fn nested_type(text: &str, depth: usize) -> Result<TypeExpr, String> {
    if depth > 8 {
        return Err("the type is nested more than 8 deep".into());
    }
    let inner = |name: &str| {
        text.strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('<'))
            .and_then(|rest| rest.strip_suffix('>'))
    };
    if let Some(item) = inner("list") {
        return Ok(TypeExpr::List(Box::new(nested_type(item, depth + 1)?)));
    }
    if let Some(item) = inner("map") {
        return Ok(TypeExpr::Map(Box::new(nested_type(item, depth + 1)?)));
    }
    Ok(match text {
        "string" => TypeExpr::String,
        "bool" => TypeExpr::Bool,
        "int32" => TypeExpr::Int32,
        "int64" => TypeExpr::Int64,
        "uint64" => TypeExpr::Uint64,
        "float64" => TypeExpr::Float64,
        "bytes" => TypeExpr::Bytes,
        "timestamp(http)" => TypeExpr::Timestamp(TimeFormat::Http),
        "timestamp(iso8601)" => TypeExpr::Timestamp(TimeFormat::Iso8601),
        "timestamp(unix)" => TypeExpr::Timestamp(TimeFormat::Unix),
        "byte_range" => TypeExpr::ByteRange,
        "object_ref" => TypeExpr::ObjectRef,
        "customer_key" => TypeExpr::CustomerKey,
        "image_actions" => TypeExpr::ImageActions,
        _ => {
            return match read_type_name(text) {
                Ok(name) => Ok(TypeExpr::Named(name.0)),
                Err(_) => {
                    let hint = did_you_mean(text, TYPES.iter().copied()).unwrap_or_else(|| {
                        format!("one of {}, or a type of specs/types", TYPES.join(", "))
                    });
                    Err(format!("`{text}` is not a type\n{hint}"))
                }
            };
        }
    })
}

/// Whether Rust keeps a name for itself, in any edition.
pub fn is_keyword(name: &str) -> bool {
    const KEYWORDS: &[&str] = &[
        "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
        "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
        "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv",
        "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true", "try",
        "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while",
        "yield", "_",
    ];
    KEYWORDS.contains(&name)
}
