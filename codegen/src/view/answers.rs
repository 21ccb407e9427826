//! What the emulator may answer with.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde::Serialize;

use super::outcome;
use super::routes::answers_name;
use crate::model::{Api, Field, Place, Response, ResponseBody, Type, TypeKind};
use crate::spec::{Outcome, TimeFormat};

/// The table of answers; every string is Rust.
#[derive(Debug, Serialize)]
pub struct AnswersView {
    /// Headers that any answer may have.
    pub common_headers: Vec<String>,
    /// Headers that the answer to a request with `Origin` may have.
    pub cross_origin_headers: Vec<String>,
    /// What any operation may be answered with.
    pub common: Vec<AnswerView>,
    /// What the operations are answered with.
    pub operations: Vec<OperationAnswersView>,
    /// The structs in the bodies of answers.
    pub objects: Vec<ObjectView>,
}

/// The answers of one operation.
#[derive(Debug, Serialize)]
pub struct OperationAnswersView {
    /// The constant.
    pub name: String,
    /// The answers.
    pub answers: Vec<AnswerView>,
}

/// One declared status.
#[derive(Debug, Serialize)]
pub struct AnswerView {
    /// The status.
    pub status: u16,
    /// `Outcome::…`.
    pub outcome: String,
    /// Names of headers in lower case; those of a map end in `*`.
    pub headers: Vec<String>,
    /// `Body::…`.
    pub body: String,
    /// The error codes that are named with it.
    pub codes: Vec<String>,
}

/// A struct in the body of an answer.
#[derive(Debug, Serialize)]
pub struct ObjectView {
    /// The constant.
    pub name: String,
    /// `Object { … }`.
    pub value: String,
}

/// The table of answers.
pub fn answers(api: &Api) -> AnswersView {
    let operations = api.operations.iter().map(|o| OperationAnswersView {
        name: answers_name(o),
        answers: o.responses.iter().map(answer).collect(),
    });
    let mut used = BTreeSet::new();
    for field in api
        .operations
        .iter()
        .flat_map(|o| o.responses.iter().flat_map(|r| &r.json))
    {
        collect(api, &field.ty, &mut used);
    }
    let objects = api.types.iter().filter(|t| used.contains(t.name.as_str()));
    let objects = objects.filter_map(|def| match &def.kind {
        TypeKind::Struct {
            fields,
            keep_unknown,
        } => Some(ObjectView {
            name: object_name(&def.name),
            value: object(fields, *keep_unknown).to_string(),
        }),
        TypeKind::Enum(_) => None,
    });
    AnswersView {
        common_headers: headers(&api.answers.headers),
        cross_origin_headers: headers(&api.answers.cross_origin),
        common: api.answers.responses.iter().map(answer).collect(),
        operations: operations.collect(),
        objects: objects.collect(),
    }
}

fn answer(response: &Response) -> AnswerView {
    let body = match response.body {
        _ if response.outcome == Outcome::Error => quote!(Body::Error),
        ResponseBody::None => quote!(Body::None),
        ResponseBody::Stream => quote!(Body::Stream),
        ResponseBody::Json { keep_unknown } => {
            let object = object(&response.json, keep_unknown);
            quote!(Body::Json(#object))
        }
    };
    AnswerView {
        status: response.status,
        outcome: outcome(response.outcome).into(),
        headers: headers(&response.headers),
        body: body.to_string(),
        codes: response.codes.iter().map(|c| format!("{c:?}")).collect(),
    }
}

fn headers(fields: &[Field]) -> Vec<String> {
    let name = |field: &Field| {
        let star = if field.place == Place::HeaderPrefix {
            "*"
        } else {
            ""
        };
        format!("{:?}", format!("{}{star}", field.wire.to_ascii_lowercase()))
    };
    fields.iter().map(name).collect()
}

fn object(fields: &[Field], open: bool) -> TokenStream {
    let members = fields.iter().map(|field| {
        let (name, required) = (&field.wire, field.required);
        let mut shape = shape(&field.ty);
        if field.one_or_many {
            shape = quote!(Shape::OneOrMany(&#shape));
        }
        quote!(Member { name: #name, required: #required, shape: #shape })
    });
    quote!(Object { members: &[#(#members),*], open: #open })
}

fn shape(ty: &Type) -> TokenStream {
    match ty {
        Type::Bool => quote!(Shape::Bool),
        Type::Int32 | Type::Int64 | Type::Uint64 | Type::Timestamp(TimeFormat::Unix) => {
            quote!(Shape::Integer)
        }
        Type::Float64 => quote!(Shape::Number),
        Type::String
        | Type::Bytes
        | Type::Timestamp(TimeFormat::Http | TimeFormat::Iso8601)
        | Type::ByteRange
        | Type::ObjectRef
        | Type::CustomerKey
        | Type::ImageActions
        | Type::Enum(_) => quote!(Shape::Text),
        Type::List(item) => {
            let item = shape(item);
            quote!(Shape::List(&#item))
        }
        Type::Map(item) => {
            let item = shape(item);
            quote!(Shape::Map(&#item))
        }
        Type::Struct(name) => {
            let name = format_ident!("{}", object_name(name));
            quote!(Shape::Object(&#name))
        }
    }
}

fn object_name(ty: &str) -> String {
    format!("{}_MEMBERS", crate::model::snake(ty).to_uppercase())
}

/// The structs in a type, and those in them.
fn collect<'a>(api: &'a Api, ty: &'a Type, used: &mut BTreeSet<&'a str>) {
    match ty {
        Type::List(item) | Type::Map(item) => collect(api, item, used),
        Type::Struct(name) if used.insert(name) => {
            if let Some(TypeKind::Struct { fields, .. }) = api.type_def(name).map(|d| &d.kind) {
                for field in fields {
                    collect(api, &field.ty, used);
                }
            }
        }
        _ => {}
    }
}
