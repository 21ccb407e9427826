//! Files of `specs/types/`: structs and open enums.

use serde::Serialize;

use super::doc;
use super::operation::{ArgumentView, MemberView, SetterView, described, lints, member};
use crate::model::{EnumValue, Field, Type, TypeDef};
use crate::rust::{self, types};
use crate::spec::TimeFormat;

/// A struct.
#[derive(Debug, Serialize)]
pub struct StructView {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: String,
    /// The lints that `new` is let off from.
    pub lints: Vec<String>,
    /// What is derived.
    pub derives: String,
    /// What the file imports.
    pub imports: Vec<String>,
    /// Its public fields.
    pub fields: Vec<MemberView>,
    /// The parameters of `new`.
    pub arguments: Vec<ArgumentView>,
    /// The first values of the fields.
    pub inits: Vec<String>,
    /// Its setters.
    pub setters: Vec<SetterView>,
}

/// An open enum.
#[derive(Debug, Serialize)]
pub struct EnumView {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: String,
    /// Its known values.
    pub values: Vec<ValueView>,
}

/// A value of an open enum.
#[derive(Debug, Serialize)]
pub struct ValueView {
    /// In Rust.
    pub variant: String,
    /// On the wire, as a literal.
    pub literal: String,
    /// Its doc comment.
    pub doc: String,
}

/// The view of a struct.
pub fn structure(def: &TypeDef, fields: &[Field], keep_unknown: bool) -> StructView {
    let mut members: Vec<MemberView> = fields.iter().map(|f| member(f, attributes(f))).collect();
    let mut inits: Vec<String> = fields.iter().map(init).collect();
    if keep_unknown {
        members.push(MemberView {
            name: "extra".into(),
            ty: "Extra".into(),
            doc: doc::comment(
                &[
                    "Members that this version does not know. They are sent back as they came."
                        .into(),
                ],
                4,
            ),
            attributes: vec!["#[serde(flatten)]".into()],
        });
        inits.push("extra: Extra::default()".into());
    }
    let mut imports = vec!["use serde::{Deserialize, Serialize};".to_string()];
    if fields
        .iter()
        .any(|f| rust::line(&types::field(f)).contains("types ::"))
    {
        imports.push("use crate::types;".into());
    }
    if keep_unknown {
        imports.push("use crate::types::Extra;".into());
    }
    let mut derives = vec!["Clone", "Debug", "PartialEq", "Serialize", "Deserialize"];
    if fields.iter().all(|f| !f.required) {
        derives.insert(2, "Default");
    }
    StructView {
        lints: lints(fields.iter().filter(|f| f.required).count()),
        derives: derives.join(", "),
        name: def.name.clone(),
        doc: doc::comment(std::slice::from_ref(&def.doc), 0),
        imports,
        fields: members,
        arguments: fields.iter().filter(|f| f.required).map(argument).collect(),
        inits,
        setters: fields.iter().filter(|f| !f.required).map(setter).collect(),
    }
}

fn argument(field: &Field) -> ArgumentView {
    ArgumentView {
        name: field.name.clone(),
        ty: rust::line(&types::argument(&field.name, &field.ty).0),
    }
}

fn init(field: &Field) -> String {
    let name = &field.name;
    if field.required {
        let value = rust::line(&types::argument(name, &field.ty).1);
        return if value == *name {
            value
        } else {
            format!("{name}: {value}")
        };
    }
    let value = match &field.ty {
        Type::List(_) => "Vec::new()",
        Type::Map(_) => "std::collections::BTreeMap::new()",
        _ if field.default.is_some() => "Default::default()",
        _ => "None",
    };
    format!("{name}: {value}")
}

fn setter(field: &Field) -> SetterView {
    let name = &field.name;
    let (ty, value) = types::argument("value", &field.ty);
    let value = rust::line(&value);
    let value = if field.is_plain() {
        value
    } else {
        format!("Some({value})")
    };
    SetterView {
        name: name.clone(),
        doc: doc::comment(&[described(field, "")], 4),
        parameters: format!("value: {}", rust::line(&ty)),
        statement: format!("self.{name} = {value};"),
    }
}

/// How serde reads and writes a field: missing and `null` are the same, and what is not there is not sent.
fn attributes(field: &Field) -> Vec<String> {
    let mut parts = Vec::new();
    if field.wire != field.name {
        parts.push(format!("rename = {:?}", field.wire));
    }
    let coding = match &field.ty {
        Type::Timestamp(TimeFormat::Http) => Some("crate::json::http_date"),
        Type::Timestamp(TimeFormat::Iso8601) => Some("crate::json::iso8601"),
        Type::Timestamp(TimeFormat::Unix) => Some("crate::json::unix"),
        Type::Bytes => Some("crate::json::base64"),
        _ => None,
    };
    if field.one_or_many {
        parts.push("deserialize_with = \"crate::json::one_or_many\"".into());
        if !field.required {
            parts.push("default".into());
            parts.push("skip_serializing_if = \"Vec::is_empty\"".into());
        }
    } else if field.required {
        if let Some(coding) = coding {
            parts.push(format!("with = \"{coding}\""));
        }
    } else if field.is_plain() {
        parts.push("default".into());
        parts.push("deserialize_with = \"crate::json::or_default\"".into());
        match &field.ty {
            Type::List(_) => parts.push("skip_serializing_if = \"Vec::is_empty\"".into()),
            Type::Map(_) => {
                parts.push("skip_serializing_if = \"std::collections::BTreeMap::is_empty\"".into())
            }
            _ => parts.push("skip_serializing_if = \"crate::json::is_default\"".into()),
        }
    } else {
        parts.push("default".into());
        parts.push("skip_serializing_if = \"Option::is_none\"".into());
        if let Some(coding) = coding {
            parts.push(format!("with = \"{coding}::option\""));
        }
    }
    if parts.is_empty() {
        return Vec::new();
    }
    vec![format!("#[serde({})]", parts.join(", "))]
}

/// The view of an open enum.
pub fn enumeration(def: &TypeDef, values: &[EnumValue]) -> EnumView {
    let values = values.iter().map(|v| ValueView {
        variant: v.variant.clone(),
        literal: format!("{:?}", v.wire),
        doc: doc::comment(&[format!("`{}`: {}", v.wire, v.doc)], 4),
    });
    EnumView {
        name: def.name.clone(),
        doc: doc::comment(std::slice::from_ref(&def.doc), 0),
        values: values.collect(),
    }
}
