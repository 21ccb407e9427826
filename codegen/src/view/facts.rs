//! What a spec says about an operation, as data for checks.

use serde::Serialize;

use crate::model::{
    Api, Computed, Example, Expected, Field, Literal, Operation, Place, RequestBody, Response,
    Type, TypeKind,
};
use crate::rust::{self, sample, vary};
use crate::spec::{ComputedRule, Outcome, RetryClass, TimeFormat};

/// The facts about one operation or variant; every string is Rust.
#[derive(Debug, Serialize)]
pub struct FactsView {
    /// The spec's path.
    pub file: String,
    /// The line on which the operation is named.
    pub line: usize,
    /// The method on the request line.
    pub verb: String,
    /// The query key that stands alone.
    pub selector: String,
    /// `Retry::…`.
    pub retry: String,
    /// What a caller gives and what the SDK adds.
    pub parameters: Vec<ParameterView>,
    /// The declared statuses.
    pub responses: Vec<ResponseView>,
    /// The fields of the output.
    pub fields: Vec<FieldView>,
    /// Whether unknown members of the answer are kept.
    pub keep_unknown: bool,
    /// The call that is varied.
    pub vary: VaryView,
    /// The statements that look at the output.
    pub observe: Vec<String>,
    /// The pattern that the output is bound to.
    pub observed: String,
    /// Empty, or one.
    pub presign: Vec<PresignView>,
    /// Empty, or one.
    pub pages: Vec<PagesView>,
}

/// A call whose optional arguments are given by a check.
#[derive(Debug, Serialize)]
pub struct VaryView {
    /// Empty, or one: the statement that makes `bucket`.
    pub bucket: Vec<String>,
    /// The pattern that the request is bound to.
    pub binding: String,
    /// The request with required arguments only.
    pub request: String,
    /// The statements that give optional arguments.
    pub setters: Vec<String>,
    /// Empty, or one: the statement that makes `bucket` for the call of the first example as it stands.
    pub plain_bucket: Vec<String>,
    /// The call of the first example as it stands.
    pub call: String,
}

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

/// One declared status.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct ResponseView {
    pub status: u16,
    pub outcome: String,
    pub codes: Vec<String>,
    pub fields: Vec<String>,
    pub line: usize,
}

/// One field of an output.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct FieldView {
    pub name: String,
    pub wire: String,
    pub place: String,
    pub required: bool,
    pub open: bool,
    pub sample: String,
    pub line: usize,
    pub unverified: String,
}

/// Presigning.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct PresignView {
    pub example: usize,
    pub bucket: Vec<String>,
    pub call: String,
    pub lifetime: String,
    pub signed: String,
}

/// Paging.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct PagesView {
    pub example: usize,
    pub bucket: Vec<String>,
    pub call: String,
    pub size: Vec<String>,
    pub items: String,
}

/// The facts; `line` writes tokens of an example's code, `bucket` makes the handle.
pub fn facts(
    api: &Api,
    operation: &Operation,
    line: impl Fn(&Example, proc_macro2::TokenStream) -> String,
    bucket: impl Fn(&Example) -> Vec<String>,
) -> Option<FactsView> {
    // The model has refused operations without an example.
    let first = operation.examples.first()?;
    let plain_bucket: Vec<String> = rust::call::bucket(&first.call)
        .iter()
        .map(rust::line)
        .collect();
    let varied_request = vary::request(operation, &first.call);
    let setters = lines(&vary::setters(operation, api));
    let binding = match setters.is_empty() {
        true => "request",
        false => "mut request",
    };
    let observe = lines(&vary::observe(operation, api));
    let observed = match observe.is_empty() {
        true => "_",
        false => "output",
    };
    let presign = operation.presign.then(|| presign(operation));
    let presign = presign.flatten().map(|(index, example)| PresignView {
        example: index,
        bucket: bucket(example),
        call: line(example, rust::call::request(&example.call)),
        lifetime: match operation.body {
            RequestBody::Form => String::new(),
            _ => "std::time::Duration::from_secs(900)".into(),
        },
        signed: match operation.body {
            RequestBody::Form => format!("Signed::Form(signed, {})", file_of(example)),
            _ => "Signed::Url(signed)".into(),
        },
    });
    let pages = operation.paging.as_ref().map(|paging| {
        let (index, example) = fullest(operation, &paging.items);
        let limit = |f: &&Field| f.name == "limit" && f.ty == Type::Uint64 && !f.required;
        let size = operation.inputs.iter().find(limit).map(|f| f.name.clone());
        PagesView {
            example: index,
            bucket: bucket(example),
            call: line(example, rust::call::request(&example.call)),
            size: size.into_iter().collect(),
            items: paging.items.clone(),
        }
    });
    Some(FactsView {
        file: format!("{:?}", operation.file),
        line: operation.line,
        verb: format!("{:?}", operation.method),
        selector: match operation.selector.as_ref().filter(|s| s.bare) {
            Some(selector) => format!("Some({:?})", selector.key),
            None => "None".into(),
        },
        retry: match operation.retry {
            RetryClass::Safe => "Retry::Safe".into(),
            RetryClass::Idempotent => "Retry::Idempotent".into(),
            RetryClass::Never => "Retry::Never".into(),
        },
        parameters: parameters(api, operation),
        responses: operation.responses.iter().map(response).collect(),
        fields: fields(api, operation),
        keep_unknown: operation.output.keep_unknown,
        vary: VaryView {
            bucket: bucket(first),
            binding: binding.into(),
            request: line(first, varied_request),
            setters,
            plain_bucket,
            call: rust::line(&rust::call::request(&first.call)),
        },
        observe,
        observed: observed.into(),
        presign: presign.into_iter().collect(),
        pages: pages.into_iter().collect(),
    })
}

fn lines(statements: &[proc_macro2::TokenStream]) -> Vec<String> {
    statements.iter().map(rust::line).collect()
}

/// The first example that succeeds.
fn presign(operation: &Operation) -> Option<(usize, &Example)> {
    let mut examples = operation.examples.iter().enumerate();
    examples.find(|(_, e)| matches!(e.expected, Expected::Output(_)))
}

/// The text of a form's file, as a literal.
fn file_of(example: &Example) -> String {
    let file = example.call.arguments.iter().find(|a| a.wire == "file");
    let text = match file.map(|a| &a.value) {
        Some(Literal::Bytes(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    };
    format!("{text:?}")
}

/// The example with the most items; of several the one with the fewest arguments.
fn fullest<'a>(operation: &'a Operation, items: &str) -> (usize, &'a Example) {
    let count = |example: &Example| match &example.expected {
        Expected::Output(fields) => fields
            .iter()
            .find_map(|f| match &f.value {
                Literal::List(list) if f.name == items => Some(list.len()),
                _ => None,
            })
            .unwrap_or_default(),
        Expected::Error { .. } => 0,
    };
    let examples = operation.examples.iter().enumerate();
    let best = examples.max_by_key(|(index, e)| {
        let arguments = std::cmp::Reverse(e.call.arguments.len());
        (count(e), arguments, std::cmp::Reverse(*index))
    });
    best.unwrap_or((0, &operation.examples[0]))
}

fn place(place: Place) -> String {
    format!("Place::{place:?}")
}

fn optional(text: Option<&String>) -> String {
    format!("{text:?}")
}

fn parameters(api: &Api, operation: &Operation) -> Vec<ParameterView> {
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
            name: format!("{:?}", field.name),
            wire: format!("{:?}", field.wire),
            place: place(field.place),
            ty: match made_up {
                true => ty(api, &field.ty),
                false => "Type::Sample".into(),
            },
            required: field.required,
            line: field.line,
            unverified: optional(field.unverified.as_ref()),
            sample: format!("{sample:?}"),
            computed: "None".into(),
            selects: selects(field),
        }
    });
    let computed = operation.computed.iter().map(computed);
    let extra =
        (operation.body == (RequestBody::Json { keep_unknown: true })).then(|| ParameterView {
            name: format!("{:?}", "extra"),
            wire: format!("{:?}", ""),
            place: "Place::Extra".into(),
            ty: "Type::Text".into(),
            required: false,
            line: operation.line,
            unverified: "None".into(),
            sample: format!("{:?}", ""),
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
        name: format!("{:?}", computed.wire),
        wire: format!("{:?}", computed.wire),
        place: place(computed.place),
        ty: "Type::Text".into(),
        required: computed.required,
        line: computed.line,
        unverified: "None".into(),
        sample: format!("{:?}", ""),
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

fn response(response: &Response) -> ResponseView {
    let outcome = match response.outcome {
        Outcome::Success => "Success",
        Outcome::Redirect => "Redirect",
        Outcome::NotModified => "NotModified",
        Outcome::Error => "Error",
    };
    let fields = response.headers.iter().chain(&response.json);
    ResponseView {
        status: response.status,
        outcome: format!("Outcome::{outcome}"),
        codes: response.codes.iter().map(|c| format!("{c:?}")).collect(),
        fields: match response.outcome {
            Outcome::Success => fields.map(|f| format!("{:?}", f.name)).collect(),
            _ => Vec::new(),
        },
        line: response.line,
    }
}

fn fields(api: &Api, operation: &Operation) -> Vec<FieldView> {
    let fields = operation.output.fields.iter().zip(0..);
    let view = |(field, seed): (&Field, u64)| {
        let literal = sample::of_field(api, field, seed);
        let sample = match field.place {
            Place::Header => sample::text(&field.ty, &literal),
            _ => sample::json(&field.ty, &literal).to_string(),
        };
        FieldView {
            name: format!("{:?}", field.name),
            wire: format!("{:?}", field.wire),
            place: place(field.place),
            required: field.required,
            open: matches!(field.ty, Type::Enum(_)),
            sample: format!("{sample:?}"),
            line: field.line,
            unverified: optional(field.unverified.as_ref()),
        }
    };
    fields.map(view).collect()
}
