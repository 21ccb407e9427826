//! The parameters of an operation, as data for checks.

use serde::Serialize;

use super::facts::place;
use super::{literal, optional};
use crate::model::{Api, Computed, Field, Operation, Place, RequestBody, Type, TypeKind};
use crate::rust::{sample, vary};
use crate::spec::{ComputedRule, TimeFormat};

/// One parameter.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct ParameterView {
    pub name: String,
    pub wire: String,
    pub place: String,
    pub ty: String,
    pub required: bool,
    pub line: usize,
    pub unverified: String,
    pub sample: String,
    pub computed: String,
    pub selects: bool,
}

/// What a caller gives, what the SDK adds, and unknown members of the body.
pub(super) fn parameters(api: &Api, operation: &Operation) -> Vec<ParameterView> {
    let selects = |field: &Field| {
        let selector = operation.selector.as_ref();
        let by_query = selector.is_some_and(|s| !s.bare && s.key == field.wire);
        let by_header = operation.when.as_ref();
        by_query || by_header.is_some_and(|when| when.eq_ignore_ascii_case(&field.wire))
    };
    let seed = |field: &Field| {
        let index = operation.setters().position(|f| f.name == field.name);
        u64::try_from(index.unwrap_or_default()).unwrap_or_default()
    };
    let given = operation.inputs.iter().map(|field| {
        let made_up = vary::is_varied(&field.ty) || field.place == Place::Stream;
        // A required argument is varied only where values can be made up; its sample is that of the example.
        let sample = match (made_up, field.required) {
            (true, _) => String::new(),
            (false, true) => example_json(operation, field),
            (false, false) => {
                let literal = vary::sample_of(api, field, seed(field));
                sample::json(&field.ty, &literal).to_string()
            }
        };
        ParameterView {
            name: literal(&field.name),
            wire: literal(&field.wire),
            place: place(field.place),
            ty: match made_up {
                true => ty(api, &field.ty),
                false => "Type::Sample".into(),
            },
            required: field.required,
            line: field.line,
            unverified: optional(field.unverified.as_deref()),
            sample: literal(sample),
            computed: "None".into(),
            selects: selects(field),
        }
    });
    let computed = operation.computed.iter().map(computed);
    let extra =
        (operation.body == (RequestBody::Json { keep_unknown: true })).then(|| ParameterView {
            name: literal("extra"),
            wire: literal(""),
            place: "Place::Extra".into(),
            ty: "Type::Text".into(),
            required: false,
            line: operation.line,
            unverified: "None".into(),
            sample: literal(""),
            computed: "None".into(),
            selects: false,
        });
    given.chain(computed).chain(extra).collect()
}

/// What the first example gives a parameter, as JSON.
fn example_json(operation: &Operation, field: &Field) -> String {
    let first = operation.examples.first();
    let given = first.and_then(|e| e.call.arguments.iter().find(|a| a.name == field.name));
    given.map_or_else(String::new, |a| sample::json(&a.ty, &a.value).to_string())
}

fn computed(computed: &Computed) -> ParameterView {
    let of = computed.of.as_deref().unwrap_or_default();
    let rule = match computed.rule {
        ComputedRule::ContentLength => "ContentLength".to_string(),
        ComputedRule::ContentMd5 => "ContentMd5".into(),
        ComputedRule::CustomerAlgorithm => format!("CustomerAlgorithm({of:?})"),
        ComputedRule::CustomerKeyMd5 => format!("CustomerKeyMd5({of:?})"),
        ComputedRule::AccessKeyId => "AccessKeyId".into(),
        ComputedRule::Policy => "Policy".into(),
        ComputedRule::PolicySignature => "PolicySignature".into(),
    };
    ParameterView {
        name: literal(&computed.wire),
        wire: literal(&computed.wire),
        place: place(computed.place),
        ty: "Type::Text".into(),
        required: computed.required,
        line: computed.line,
        unverified: "None".into(),
        sample: literal(""),
        computed: format!("Some(Computed::{rule})"),
        selects: false,
    }
}

/// `Type::…`; what checks make up no values for is a sample.
fn ty(api: &Api, ty: &Type) -> String {
    match ty {
        Type::String => "Type::Text".into(),
        Type::Bool => "Type::Bool".into(),
        Type::Int32 => "Type::Int32".into(),
        Type::Int64 => "Type::Int64".into(),
        Type::Uint64 => "Type::Uint64".into(),
        Type::Float64 => "Type::Float".into(),
        Type::Bytes => "Type::Bytes".into(),
        Type::Timestamp(TimeFormat::Http) => "Type::HttpTime".into(),
        Type::Timestamp(TimeFormat::Iso8601) => "Type::IsoTime".into(),
        Type::Timestamp(TimeFormat::Unix) => "Type::UnixTime".into(),
        Type::ByteRange => "Type::ByteRange".into(),
        Type::ObjectRef => "Type::ObjectRef".into(),
        Type::CustomerKey => "Type::CustomerKey".into(),
        Type::ImageActions => "Type::ImageActions".into(),
        Type::List(item) => format!("Type::List(&{})", self::ty(api, item)),
        Type::Map(_) => "Type::Texts".into(),
        Type::Struct(_) => "Type::Sample".into(),
        Type::Enum(name) => {
            let values = match api.type_def(name).map(|def| &def.kind) {
                Some(TypeKind::Enum(values)) => values.as_slice(),
                _ => &[],
            };
            let values: Vec<&str> = values.iter().map(|v| v.wire.as_str()).collect();
            format!("Type::Enum(&{values:?})")
        }
    }
}
