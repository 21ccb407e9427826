//! JSON Schemas of the API's types.

use serde_json::{Map, Value, json};

use crate::model::{Api, Field, Literal, Type, TypeKind};
use crate::spec::TimeFormat;

/// The schema of a type, by reference where it has a name.
pub(super) fn of(ty: &Type) -> Value {
    match ty {
        Type::String => json!({ "type": "string" }),
        Type::Bool => json!({ "type": "boolean" }),
        Type::Int32 => json!({ "type": "integer", "format": "int32" }),
        Type::Int64 => json!({ "type": "integer", "format": "int64" }),
        Type::Uint64 => {
            json!({ "type": "integer", "format": "uint64", "minimum": 0, "maximum": u64::MAX })
        }
        Type::Float64 => json!({ "type": "number", "format": "double" }),
        Type::Bytes => json!({ "type": "string", "contentEncoding": "base64" }),
        Type::Timestamp(TimeFormat::Http) => json!({ "type": "string", "format": "http-date" }),
        Type::Timestamp(TimeFormat::Iso8601) => json!({ "type": "string", "format": "date-time" }),
        Type::Timestamp(TimeFormat::Unix) => json!({ "type": "integer", "format": "unixtime" }),
        Type::ByteRange => {
            json!({ "type": "string", "pattern": "^bytes=([0-9]+-[0-9]*|-[0-9]+)$" })
        }
        Type::ObjectRef => json!({
            "type": "string", "pattern": "^/[^/?]+/[^?]+(\\?version_id=.+)?$",
            "description": "`/bucket/key`, percent-encoded, and perhaps `?version_id=…`.",
        }),
        Type::CustomerKey => json!({
            "type": "string", "contentEncoding": "base64", "pattern": "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$",
            "description": "32 bytes.",
        }),
        Type::ImageActions => json!({
            "type": "string", "pattern": "^[a-z]+(:[a-z]+_[^,|]+(,[a-z]+_[^,|]+)*)?(\\|[a-z]+(:[a-z]+_[^,|]+(,[a-z]+_[^,|]+)*)?)*$",
            "description": "Actions in order, as in `resize:w_300|rotate:a_90`.",
        }),
        Type::List(item) => json!({ "type": "array", "items": of(item) }),
        Type::Map(item) => json!({ "type": "object", "additionalProperties": of(item) }),
        Type::Struct(name) | Type::Enum(name) => {
            json!({ "$ref": format!("#/components/schemas/{name}") })
        }
    }
}

/// Bytes that nobody interprets.
pub(super) fn bytes() -> Value {
    json!({ "type": "string", "format": "binary" })
}

/// An object with these members.
pub(super) fn object(fields: &[&Field], keep_unknown: bool) -> Value {
    let mut properties = Map::new();
    for field in fields {
        properties.insert(field.wire.clone(), member(field));
    }
    let mut value = json!({ "type": "object", "properties": properties });
    let required: Vec<&str> = fields
        .iter()
        .filter(|f| f.required)
        .map(|f| f.wire.as_str())
        .collect();
    if !required.is_empty() {
        value["required"] = json!(required);
    }
    if keep_unknown {
        value["additionalProperties"] = json!(true);
    }
    value
}

fn member(field: &Field) -> Value {
    let mut schema = of(&field.ty);
    if let (true, Type::List(item)) = (field.one_or_many, &field.ty) {
        schema = json!({ "anyOf": [schema, of(item)] });
    }
    // In JSON Schema 2020-12 members may stand beside a reference.
    schema["description"] = json!(field.doc);
    match &field.default {
        Some(Literal::Bool(value)) => schema["default"] = json!(value),
        Some(Literal::String(value)) => schema["default"] = json!(value),
        Some(_) => schema["default"] = json!(0),
        None => {}
    }
    if let Some(reason) = &field.unverified {
        schema["x-unverified"] = json!(reason);
    }
    schema
}

/// The named types.
pub(super) fn types(api: &Api) -> Map<String, Value> {
    let mut schemas = Map::new();
    for def in &api.types {
        let mut schema = match &def.kind {
            TypeKind::Struct {
                fields,
                keep_unknown,
            } => object(&fields.iter().collect::<Vec<_>>(), *keep_unknown),
            TypeKind::Enum(values) => {
                let values: Vec<&str> = values.iter().map(|v| v.wire.as_str()).collect();
                // Other values may come: the first branch is for completion, the second for what is to come.
                json!({ "anyOf": [{ "enum": values }, { "type": "string" }], "x-values": values })
            }
        };
        schema["description"] = json!(def.doc);
        schemas.insert(def.name.clone(), schema);
    }
    schemas
}
