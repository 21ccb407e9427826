//! A value in an example, read as the type that it has to have.

use std::ops::Range;

use crate::diagnostic::did_you_mean;
use crate::model::{Argument, Literal, Type, TypeDef, TypeKind};
use crate::yaml::de::Spanned;
use crate::yaml::{Node, Value};

/// Why a value does not fit its type.
#[derive(Debug)]
pub(super) struct Mistake {
    pub(super) range: Range<usize>,
    pub(super) message: String,
}

fn mistake<T>(node: &Node, message: impl Into<String>) -> Result<T, Mistake> {
    Err(Mistake {
        range: node.range.clone(),
        message: message.into(),
    })
}

/// What the values of an example are read against.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known<'a> {
    pub(super) types: &'a [TypeDef],
    /// Values of enums that are not listed there, on purpose.
    pub(super) unknown: &'a [Spanned<String>],
}

/// Reads a whole value: structs must have all required members.
pub(super) fn of(known: Known<'_>, ty: &Type, node: &Node) -> Result<Literal, Mistake> {
    read(known, ty, node, true)
}

/// Reads what an example says about an output: structs may be told in part, and `null` says absent.
pub(super) fn expected(known: Known<'_>, ty: &Type, node: &Node) -> Result<Literal, Mistake> {
    read(known, ty, node, false)
}

fn read(known: Known<'_>, ty: &Type, node: &Node, whole: bool) -> Result<Literal, Mistake> {
    let literal = match (ty, &node.value) {
        (_, Value::Null) if !whole => Literal::Absent,
        (Type::String | Type::ImageActions, Value::String(text)) => Literal::String(text.clone()),
        (Type::Bool, Value::Bool(b)) => Literal::Bool(*b),
        (Type::Int32, Value::Int(i)) if i32::try_from(*i).is_ok() => Literal::Int(*i),
        (Type::Int64, Value::Int(i)) => Literal::Int(*i),
        (Type::Uint64, Value::Int(i)) if *i >= 0 => Literal::Uint(i.unsigned_abs()),
        (Type::Uint64, Value::Uint(u)) => Literal::Uint(*u),
        (Type::Float64, Value::Float(f)) if f.is_finite() => Literal::Float(*f),
        #[allow(clippy::cast_precision_loss)] // An example's number, far below 2^53.
        (Type::Float64, Value::Int(i)) => Literal::Float(*i as f64),
        (Type::Bytes, Value::String(text)) => Literal::Bytes(text.clone().into_bytes()),
        (Type::Timestamp(_), Value::String(text)) => match text.parse::<jiff::Timestamp>() {
            Ok(time) => Literal::Time(time.as_nanosecond()),
            Err(_) => {
                return mistake(
                    node,
                    format!("`{text}` is not a time: write it as `2026-11-22T10:00:00Z`"),
                );
            }
        },
        (Type::ByteRange, Value::String(text)) => match byte_range(text) {
            Some((first, last)) => Literal::ByteRange { first, last },
            None => {
                return mistake(
                    node,
                    format!(
                        "`{text}` is not a range: write it as `bytes=0-4`, `bytes=5-` or `bytes=-5`"
                    ),
                );
            }
        },
        (Type::ObjectRef, Value::Map(_)) => object_ref(node)?,
        (Type::CustomerKey, Value::String(text)) => match <[u8; 32]>::try_from(text.as_bytes()) {
            Ok(key) => Literal::CustomerKey(key),
            Err(_) => {
                return mistake(
                    node,
                    format!("a customer key has 32 bytes, this text has {}", text.len()),
                );
            }
        },
        (Type::List(item), Value::Seq(nodes)) => {
            let items = nodes.iter().map(|n| read(known, item, n, whole));
            Literal::List(items.collect::<Result<_, _>>()?)
        }
        (Type::Map(item), Value::Map(entries)) => {
            let entries = entries
                .iter()
                .map(|e| Ok((e.key.clone(), read(known, item, &e.value, whole)?)));
            Literal::Map(entries.collect::<Result<_, Mistake>>()?)
        }
        (Type::Enum(name), Value::String(text)) => enumeration(known, name, text, node)?,
        (Type::Struct(name), Value::Map(_)) => structure(known, name, node, whole)?,
        _ => return mistake(node, format!("expected {}", describe(ty))),
    };
    Ok(literal)
}

fn describe(ty: &Type) -> String {
    match ty {
        Type::String => "a text (in quotes, if it looks like something else)".into(),
        Type::Bool => "`true` or `false`".into(),
        Type::Int32 => "a whole number that fits 32 bits".into(),
        Type::Int64 => "a whole number".into(),
        Type::Uint64 => "a whole number that is not negative".into(),
        Type::Float64 => "a number".into(),
        Type::Bytes => "a text that stands for its bytes".into(),
        Type::Timestamp(_) => "a time, as in `2026-11-22T10:00:00Z`".into(),
        Type::ByteRange => "a range, as in `bytes=0-4`".into(),
        Type::ObjectRef => "an object, as in `{ bucket: photos, key: cat.png }`".into(),
        Type::CustomerKey => "a key of 32 characters".into(),
        Type::ImageActions => "an action, as in `resize:w_300,h_400|rotate:a_90`".into(),
        Type::List(_) => "a list".into(),
        Type::Map(_) => "a map".into(),
        Type::Struct(name) => format!("a map with the members of `{name}`"),
        Type::Enum(name) => format!("a value of `{name}`"),
    }
}

fn byte_range(text: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let number = |t: &str| {
        if t.is_empty() {
            Some(None)
        } else {
            t.parse().ok().map(Some)
        }
    };
    match (number(first)?, number(last)?) {
        (None, None) => None,
        (Some(first), Some(last)) if first > last => None,
        range => Some(range),
    }
}

fn object_ref(node: &Node) -> Result<Literal, Mistake> {
    let Value::Map(entries) = &node.value else {
        return mistake(node, "expected an object");
    };
    if let Some(odd) = entries
        .iter()
        .find(|e| !["bucket", "key", "version"].contains(&e.key.as_str()))
    {
        return Err(Mistake {
            range: odd.key_range.clone(),
            message: format!(
                "an object has no `{}`: only `bucket`, `key` and `version`",
                odd.key
            ),
        });
    }
    let text = |name: &str| match node.get(name).map(|n| &n.value) {
        Some(Value::String(text)) => Ok(text.clone()),
        _ => mistake(node, format!("an object needs a `{name}`, a text")),
    };
    Ok(Literal::ObjectRef {
        bucket: text("bucket")?,
        key: text("key")?,
        version: node.get("version").map(|_| text("version")).transpose()?,
    })
}

/// Unknown values are no mistake on the wire, but in an example they are mostly a slip.
fn enumeration(known: Known<'_>, name: &str, text: &str, node: &Node) -> Result<Literal, Mistake> {
    let def = known.types.iter().find(|t| t.name == name);
    let variant = match def.map(|d| &d.kind) {
        Some(TypeKind::Enum(values)) => match values.iter().find(|v| v.wire == text) {
            Some(value) => Some(value.variant.clone()),
            None if known.unknown.iter().any(|u| u.value == text) => None,
            None => {
                let hint = did_you_mean(text, values.iter().map(|v| v.wire.as_str()))
                    .map_or(String::new(), |hint| format!("; {hint}"));
                return mistake(node, format!("`{name}` has no value `{text}`{hint}"));
            }
        },
        // Its own file is broken, which is reported there.
        _ => None,
    };
    Ok(Literal::Enum {
        name: name.to_string(),
        variant,
        wire: text.to_string(),
    })
}

fn structure(known: Known<'_>, name: &str, node: &Node, whole: bool) -> Result<Literal, Mistake> {
    let Some(TypeKind::Struct { fields, .. }) =
        known.types.iter().find(|t| t.name == name).map(|d| &d.kind)
    else {
        return mistake(node, format!("`{name}` could not be read"));
    };
    if let Value::Map(entries) = &node.value {
        for entry in entries {
            if !fields.iter().any(|f| f.name == entry.key) {
                let hint = did_you_mean(&entry.key, fields.iter().map(|f| f.name.as_str()))
                    .map_or(String::new(), |hint| format!("; {hint}"));
                return Err(Mistake {
                    range: entry.key_range.clone(),
                    message: format!("`{name}` has no field `{}`{hint}", entry.key),
                });
            }
        }
    }
    let mut members = Vec::new();
    for field in fields {
        match node.get(&field.name) {
            Some(value) => {
                let required = if whole {
                    field.required
                } else {
                    field.is_plain()
                };
                let value = read(known, &field.ty, value, whole)?;
                members.push(Argument::of(field, required, value));
            }
            None if whole && field.required => {
                return mistake(node, format!("`{name}` needs `{}`", field.name));
            }
            None => {}
        }
    }
    Ok(Literal::Struct {
        name: name.to_string(),
        members,
    })
}
