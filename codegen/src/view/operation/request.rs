//! The request type: its fields, its setters, the arguments of its method.

use serde::Serialize;

use super::docs::described;
use crate::model::{Field, Operation, Place, RequestBody, Type};
use crate::rust::{self, types};
use crate::view::doc;

/// A parameter of the method.
#[derive(Debug, Serialize)]
pub struct ArgumentView {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: String,
}

/// A field of the request.
#[derive(Debug, Serialize)]
pub struct StoredView {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: String,
    /// Its first value.
    pub init: String,
}

/// A setter of the request.
#[derive(Debug, Serialize)]
pub struct SetterView {
    /// Its name.
    pub name: String,
    /// Its doc comment.
    pub doc: String,
    /// Its parameters.
    pub parameters: String,
    /// What it does.
    pub statement: String,
}

/// What the request keeps: its inputs, and members that no spec knows.
pub(super) fn fields(operation: &Operation) -> Vec<StoredView> {
    let mut fields: Vec<StoredView> = operation.inputs.iter().map(stored).collect();
    if keeps_unknown(operation) {
        fields.push(StoredView {
            name: "extra".into(),
            ty: "types::Extra".into(),
            init: "extra: types::Extra::default()".into(),
        });
    }
    fields
}

/// A setter for what may be left out.
pub(super) fn setters(operation: &Operation) -> Vec<SetterView> {
    let mut setters: Vec<SetterView> = operation.setters().map(setter).collect();
    if keeps_unknown(operation) {
        let text = "Members that this version does not know, as an earlier answer had them.";
        setters.push(SetterView {
            name: "extra".into(),
            doc: doc::comment(&[text.into()], 4),
            parameters: "extra: types::Extra".into(),
            statement: "self.extra = extra;".into(),
        });
    }
    setters
}

fn keeps_unknown(operation: &Operation) -> bool {
    operation.body == (RequestBody::Json { keep_unknown: true })
}

pub(super) fn argument(field: &Field) -> ArgumentView {
    ArgumentView {
        name: field.name.clone(),
        ty: rust::line(&types::input(field).0),
    }
}

fn stored(field: &Field) -> StoredView {
    let init = match (field.required, &field.ty) {
        (true, _) => {
            let value = rust::line(&types::input(field).1);
            if value == field.name {
                value
            } else {
                format!("{}: {value}", field.name)
            }
        }
        (false, Type::List(_)) => format!("{}: Vec::new()", field.name),
        (false, Type::Map(_)) => format!("{}: std::collections::BTreeMap::new()", field.name),
        (false, _) => format!("{}: None", field.name),
    };
    StoredView {
        name: field.name.clone(),
        ty: rust::line(&types::stored(field)),
        init,
    }
}

fn setter(field: &Field) -> SetterView {
    let name = &field.name;
    let (parameters, statement) = if let Type::Map(item) = &field.ty {
        let (ty, value) = types::argument("value", item);
        (
            format!("name: impl Into<String>, value: {}", rust::line(&ty)),
            format!("self.{name}.insert(name.into(), {});", rust::line(&value)),
        )
    } else {
        let (ty, value) = types::input(&Field {
            name: "value".into(),
            ..field.clone()
        });
        let value = rust::line(&value);
        let value = if matches!(field.ty, Type::List(_)) {
            value
        } else {
            format!("Some({value})")
        };
        (
            format!("value: {}", rust::line(&ty)),
            format!("self.{name} = {value};"),
        )
    };
    let travels = match field.place {
        Place::Query => format!("Query parameter `{}`.", field.wire),
        Place::Header => format!("Header `{}`.", field.wire),
        Place::HeaderPrefix => format!(
            "A header `{}<name>` for each name; may be called many times.",
            field.wire
        ),
        Place::Json => format!("Member `{}` of the JSON body.", field.wire),
        Place::Form => format!("Field `{}` of the form.", field.wire),
        Place::FormPrefix => format!(
            "A field `{}<name>` of the form for each name; may be called many times.",
            field.wire
        ),
        Place::Path | Place::Stream => String::new(),
    };
    SetterView {
        name: name.clone(),
        doc: doc::comment(&[described(field, &travels)], 4),
        parameters,
        statement,
    }
}
