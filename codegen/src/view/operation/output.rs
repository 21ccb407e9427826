//! The output type, and how it is read from an answer.

use serde::Serialize;

use super::docs::described;
use crate::model::{Field, Literal, Operation, Place, Type};
use crate::rust::{self, decode, types};
use crate::view::doc;

/// The output type.
#[derive(Debug, Serialize)]
pub struct OutputView {
    /// Its doc comment.
    pub doc: String,
    /// The attributes above it.
    pub attributes: Vec<String>,
    /// Its public fields.
    pub fields: Vec<MemberView>,
}

/// A public field of a struct.
#[derive(Debug, Serialize)]
pub struct MemberView {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: String,
    /// Its doc comment.
    pub doc: String,
    /// Its attributes.
    pub attributes: Vec<String>,
}

/// A field of the output, as it is read.
#[derive(Debug, Serialize)]
pub struct DecodedView {
    /// Its name.
    pub name: String,
    /// The expression.
    pub value: String,
}

pub(super) fn output(operation: &Operation) -> OutputView {
    let mut fields: Vec<MemberView> = operation
        .output
        .fields
        .iter()
        .map(|f| member(f, Vec::new()))
        .collect();
    if operation.output.keep_unknown {
        fields.push(MemberView {
            name: "extra".into(),
            ty: "types::Extra".into(),
            doc: doc::comment(&["Members that this version does not know.".into()], 4),
            attributes: Vec::new(),
        });
    }
    let mut derives = vec!["Debug"];
    if let Some(stream) = &operation.output.stream {
        fields.push(MemberView {
            name: "body".into(),
            ty: "crate::ByteStream".into(),
            doc: doc::comment(std::slice::from_ref(stream), 4),
            attributes: Vec::new(),
        });
    } else {
        derives.insert(0, "Clone");
    }
    let mut attributes = vec![format!("#[derive({})]", derives.join(", "))];
    if operation.output.fields.iter().all(has_default) {
        attributes.push("#[cfg_attr(feature = \"testing\", derive(Default))]".into());
    }
    attributes.push("#[non_exhaustive]".into());
    let text = format!("What {} answers.", operation.title);
    OutputView {
        doc: doc::comment(&[text], 0),
        attributes,
        fields,
    }
}

/// The output's fields with the expressions that read them.
pub(super) fn decoded(operation: &Operation) -> Vec<DecodedView> {
    let output = &operation.output;
    let read = |field: &Field| DecodedView {
        name: field.name.clone(),
        value: rust::line(&decode::field(field)),
    };
    let mut decoded: Vec<DecodedView> = output.fields.iter().map(read).collect();
    if output.keep_unknown {
        decoded.push(DecodedView {
            name: "extra".into(),
            value: "members.rest()".into(),
        });
    }
    if output.stream.is_some() {
        decoded.push(DecodedView {
            name: "body".into(),
            value: "answer.take_stream()".into(),
        });
    }
    decoded
}

/// Whether there is a value of the field's type to begin a test with.
fn has_default(field: &Field) -> bool {
    !(field.is_plain()
        && matches!(
            field.ty,
            Type::Struct(_) | Type::Enum(_) | Type::Timestamp(_)
        ))
}

pub(in crate::view) fn member(field: &Field, attributes: Vec<String>) -> MemberView {
    let from = match field.place {
        Place::Header => format!("Header `{}`.", field.wire),
        Place::HeaderPrefix => format!(
            "Headers `{}<name>`; the names come in lower case.",
            field.wire
        ),
        _ => String::new(),
    };
    let from = match &field.default {
        Some(Literal::Bool(_)) => format!("{from} `false` if the service does not say."),
        Some(Literal::String(_)) => format!("{from} Empty if the service does not say."),
        Some(_) => format!("{from} 0 if the service does not say."),
        None => from,
    };
    MemberView {
        name: field.name.clone(),
        ty: rust::line(&types::field(field)),
        doc: doc::comment(&[described(field, from.trim())], 4),
        attributes,
    }
}
