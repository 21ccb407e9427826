//! A value of every type, for checks: as a literal of the model, and as it looks on the wire.
//!
//! The wire's side is written here, without the SDK's encoders and decoders, which it is there to check.

use serde_json::{Value, json};

use crate::model::{Api, Argument, Field, Literal, Type, TypeKind};
use crate::spec::TimeFormat;

/// 2026-11-22T10:00:00Z.
const BASE_SECONDS: u64 = 1_795_341_600;

/// A value that is neither zero nor empty. Different seeds give different ones.
pub fn value(api: &Api, ty: &Type, name: &str, seed: u64, header: bool) -> Literal {
    let item = |ty: &Type, offset: u64| value(api, ty, name, seed + offset, header);
    match ty {
        Type::String if header => Literal::String(format!("sample-{seed}-{name}")),
        // With what JSON has to escape.
        Type::String => Literal::String(format!("sample \"{seed}\" \\ {name} 中\u{1f600}\t")),
        Type::ImageActions => Literal::String("resize:w_300|info".into()),
        Type::Bool => Literal::Bool(true),
        Type::Int32 | Type::Int64 => Literal::Int(-7 - i64::try_from(seed).unwrap_or_default()),
        Type::Uint64 => Literal::Uint(1000 + seed),
        // Exact in binary.
        Type::Float64 => Literal::Float(f64::from(u32::try_from(seed).unwrap_or_default()) + 0.5),
        Type::Bytes => Literal::Bytes(format!("bytes {seed} \u{fffd}").into_bytes()),
        Type::Timestamp(_) => Literal::Time(i128::from(BASE_SECONDS + seed) * 1_000_000_000),
        Type::ByteRange => Literal::ByteRange {
            first: Some(seed),
            last: Some(seed + 9),
        },
        Type::ObjectRef => Literal::ObjectRef {
            bucket: "example-photos".into(),
            key: format!("key {seed}"),
            version: None,
        },
        Type::CustomerKey => Literal::CustomerKey([b'x'; 32]),
        Type::List(ty) => Literal::List(vec![item(ty, 0), item(ty, 1)]),
        Type::Map(ty) => Literal::Map(vec![
            ("first".into(), item(ty, 0)),
            ("second".into(), item(ty, 1)),
        ]),
        Type::Enum(name) => {
            let values = match api.type_def(name).map(|def| &def.kind) {
                Some(TypeKind::Enum(values)) => values.as_slice(),
                _ => &[],
            };
            let index = usize::try_from(seed).unwrap_or_default() % values.len().max(1);
            let known = values.get(index);
            Literal::Enum {
                name: name.clone(),
                variant: known.map(|v| v.variant.clone()),
                wire: known.map_or_else(String::new, |v| v.wire.clone()),
            }
        }
        Type::Struct(name) => {
            let fields = match api.type_def(name).map(|def| &def.kind) {
                Some(TypeKind::Struct { fields, .. }) => fields.as_slice(),
                _ => &[],
            };
            let members = (0_u64..).zip(fields).map(|(index, field)| {
                let seed = seed * 10 + index;
                Argument::of(
                    field,
                    field.required,
                    value(api, &field.ty, &field.wire, seed, false),
                )
            });
            Literal::Struct {
                name: name.clone(),
                members: members.collect(),
            }
        }
    }
}

/// The sample of an output's field.
pub fn of_field(api: &Api, field: &Field, seed: u64) -> Literal {
    let header = !matches!(field.place, crate::model::Place::Json);
    value(api, &field.ty, &field.wire, seed, header)
}

/// As the text of a header.
pub fn text(ty: &Type, literal: &Literal) -> String {
    match json(ty, literal) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// As JSON.
pub fn json(ty: &Type, literal: &Literal) -> Value {
    match (ty, literal) {
        (_, Literal::String(text) | Literal::Enum { wire: text, .. }) => json!(text),
        (_, Literal::Bool(b)) => json!(b),
        (_, Literal::Int(i)) => json!(i),
        (_, Literal::Uint(u)) => json!(u),
        (_, Literal::Float(f)) => json!(f),
        (_, Literal::Bytes(bytes)) => json!(base64(bytes)),
        (Type::Timestamp(format), Literal::Time(nanos)) => time(*format, *nanos),
        (Type::List(ty), Literal::List(items)) => items.iter().map(|i| json(ty, i)).collect(),
        (Type::Map(ty), Literal::Map(entries)) => {
            let members = entries.iter().map(|(k, v)| (k.clone(), json(ty, v)));
            Value::Object(members.collect())
        }
        (_, Literal::Struct { members, .. }) => {
            let members = members
                .iter()
                .map(|m| (m.wire.clone(), json(&m.ty, &m.value)));
            Value::Object(members.collect())
        }
        // What only stands in headers of requests has no JSON.
        _ => Value::Null,
    }
}

fn time(format: TimeFormat, nanos: i128) -> Value {
    let Ok(time) = jiff::Timestamp::from_nanosecond(nanos) else {
        return Value::Null;
    };
    match format {
        TimeFormat::Unix => json!(time.as_second()),
        TimeFormat::Iso8601 => json!(time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()),
        TimeFormat::Http => json!(time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()),
    }
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or_default());
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            if i <= chunk.len() {
                let index = usize::try_from(group >> (18 - 6 * i) & 63).unwrap_or_default();
                out.push(char::from(ALPHABET[index]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_texts_are_those_of_the_standards() {
        // RFC 4648 section 10, RFC 9110 section 5.6.7.
        assert_eq!(base64(b"foobar"), "Zm9vYmFy");
        assert_eq!(base64(b"fooba"), "Zm9vYmE=");
        assert_eq!(base64(b"f"), "Zg==");
        let nanos = 784_111_777 * 1_000_000_000;
        assert_eq!(
            time(TimeFormat::Http, nanos),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
        assert_eq!(time(TimeFormat::Iso8601, nanos), "1994-11-06T08:49:37.000Z");
        assert_eq!(time(TimeFormat::Unix, nanos), 784_111_777);
        // RFC 3339 section 5.8.
        let nanos = 482_196_050_520 * 1_000_000;
        assert_eq!(time(TimeFormat::Iso8601, nanos), "1985-04-12T23:20:50.520Z");
    }
}
