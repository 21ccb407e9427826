//! One file of the SDK: the method, the request type, its coding, the output.

use serde::Serialize;

use super::{doc, host};
use crate::model::{Field, Literal, Operation, Paging, Place, RequestBody, Type, scope_name};
use crate::rust::{self, decode, encode, types};
use crate::spec::{Auth, Outcome, RetryClass, Scope};

/// One operation or variant.
#[derive(Debug, Serialize)]
pub struct OperationView {
    /// The request type.
    pub id: String,
    /// The method.
    pub snake: String,
    /// `Client` or `Bucket`.
    pub host: String,
    /// What the file imports.
    pub imports: Vec<String>,
    /// The method's doc comment.
    pub method_doc: String,
    /// The lints that the method's form is let off from.
    pub lints: Vec<String>,
    /// The request type's doc comment.
    pub request_doc: String,
    /// The method's parameters.
    pub arguments: Vec<ArgumentView>,
    /// The request's fields.
    pub fields: Vec<StoredView>,
    /// The request's setters.
    pub setters: Vec<SetterView>,
    /// The name of the output type.
    pub output: String,
    /// The builder calls of the metadata, after `new`.
    pub metadata: Vec<String>,
    /// The title, as a literal.
    pub title_literal: String,
    /// The name, as a literal.
    pub id_literal: String,
    /// The method on the request line, as a literal.
    pub http_method: String,
    /// `Scope::…`.
    pub scope: String,
    /// The parameter of `encode`.
    pub parts: String,
    /// The statements of `encode`.
    pub encode: Vec<String>,
    /// The parameter of `decode`.
    pub answer: String,
    /// The statements of `decode` before the output.
    pub decode: Vec<String>,
    /// The output's fields with the expressions that read them.
    pub decoded: Vec<DecodedView>,
    /// Empty, or one: the operation can be presigned.
    pub presign: Vec<String>,
    /// Empty, or one: the operation is a form that can be signed for others.
    pub presign_form: Vec<String>,
    /// Empty, or one: how it is paged.
    pub paging: Vec<PagingView>,
    /// Empty for variants, or one: the output type.
    pub output_type: Vec<OutputView>,
}

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

/// A field of the output, as it is read.
#[derive(Debug, Serialize)]
pub struct DecodedView {
    /// Its name.
    pub name: String,
    /// The expression.
    pub value: String,
}

/// How a list is paged.
#[derive(Debug, Serialize)]
pub struct PagingView {
    /// The type of the items.
    pub item: String,
    /// The output's list.
    pub items: String,
    /// The statements of `advance`.
    pub advance: Vec<String>,
    /// The expression of `position`.
    pub position: String,
    /// The statements of `resume`.
    pub resume: Vec<String>,
}

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

/// The view of one operation.
pub fn operation(operation: &Operation) -> OperationView {
    let inputs = &operation.inputs;
    let mut fields: Vec<StoredView> = inputs.iter().map(stored).collect();
    let mut setters: Vec<SetterView> = operation.setters().map(setter).collect();
    if operation.body == (RequestBody::Json { keep_unknown: true }) {
        fields.push(StoredView {
            name: "extra".into(),
            ty: "types::Extra".into(),
            init: "extra: types::Extra::default()".into(),
        });
        setters.push(SetterView {
            name: "extra".into(),
            doc: doc::comment(
                &[
                    "Members that this version does not know, as an earlier answer had them."
                        .into(),
                ],
                4,
            ),
            parameters: "extra: types::Extra".into(),
            statement: "self.extra = extra;".into(),
        });
    }
    let mut decoded: Vec<DecodedView> = operation
        .output
        .fields
        .iter()
        .map(|f| DecodedView {
            name: f.name.clone(),
            value: rust::line(&decode::field(f)),
        })
        .collect();
    if operation.output.keep_unknown {
        decoded.push(DecodedView {
            name: "extra".into(),
            value: "members.rest()".into(),
        });
    }
    let mut decode = Vec::new();
    if operation.output.json {
        decode.push("let mut members = answer.members()?;".into());
    }
    let stream = operation.output.stream.is_some();
    if stream {
        decoded.push(DecodedView {
            name: "body".into(),
            value: "answer.take_stream()".into(),
        });
    }
    let statements: Vec<String> = encode::statements(operation)
        .iter()
        .map(rust::line)
        .collect();
    let names_if = |condition: bool| {
        condition
            .then(|| operation.id.clone())
            .into_iter()
            .collect()
    };
    OperationView {
        id: operation.id.clone(),
        snake: operation.snake.clone(),
        host: host(operation.scope).into(),
        imports: imports(operation),
        method_doc: method_doc(operation),
        lints: lints(operation.arguments().count() + 1),
        request_doc: request_doc(operation),
        arguments: operation.arguments().map(argument).collect(),
        fields,
        setters,
        output: operation.output.name.clone(),
        metadata: metadata(operation),
        title_literal: format!("{:?}", operation.title),
        id_literal: format!("{:?}", operation.id),
        http_method: format!("{:?}", operation.method),
        scope: scope(operation.scope).into(),
        parts: if statements.is_empty() { "_" } else { "parts" }.into(),
        encode: statements,
        answer: if stream { "mut answer" } else { "answer" }.into(),
        decode,
        decoded,
        presign: names_if(operation.presign && operation.auth != Auth::Form),
        presign_form: names_if(operation.presign && operation.auth == Auth::Form),
        paging: operation.paging.iter().map(paging).collect(),
        output_type: match operation.variant_of {
            None => vec![output(operation)],
            Some(_) => Vec::new(),
        },
    }
}

/// An operation has as many required values as it has.
pub(super) fn lints(arguments: usize) -> Vec<String> {
    let many = arguments > 7;
    let lint = many.then(|| "#[allow(clippy::too_many_arguments)]".to_string());
    lint.into_iter().collect()
}

fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Service => "Scope::Service",
        Scope::Bucket => "Scope::Bucket",
        Scope::Object => "Scope::Object",
    }
}

/// `use` lines, each only if the file needs it.
fn imports(operation: &Operation) -> Vec<String> {
    let mut seam = vec![
        "Answer",
        "Call",
        "Metadata",
        "Operation",
        "Outcome",
        "Parts",
        "Scope",
    ];
    if operation.auth != Auth::Required {
        seam.push("Auth");
    }
    if operation.retry != RetryClass::Never {
        seam.push("Retry");
    }
    if operation.body == RequestBody::Form {
        seam.push("FormBody");
    }
    if matches!(operation.body, RequestBody::Json { .. }) {
        seam.push("JsonBody");
    }
    if operation.variant_of.is_none() {
        seam.push("ResponseMeta");
    }
    if operation.paging.is_some() {
        seam.extend(["Advance", "Items", "Paged", "Pages", "Position"]);
    }
    seam.sort_unstable();
    let mut crates = vec![host(operation.scope), "Error"];
    if operation.presign {
        crates.push(match operation.auth {
            Auth::Form => "PresignedForm",
            _ => "Presigned",
        });
    }
    let statements: Vec<String> = encode::statements(operation)
        .iter()
        .map(rust::line)
        .collect();
    if statements.iter().any(|s| s.contains("text ::")) {
        crates.push("text");
    }
    let own_fields = operation
        .variant_of
        .is_none()
        .then_some(&operation.output.fields);
    let named = |ty: &Type| rust::line(&types::plain(ty)).contains("types ::");
    let has_extra = matches!(operation.body, RequestBody::Json { keep_unknown: true })
        || operation.output.keep_unknown;
    let decoded_types = operation
        .output
        .fields
        .iter()
        .any(|f| f.place != Place::Json && named(&f.ty));
    if has_extra
        || decoded_types
        || operation
            .inputs
            .iter()
            .chain(own_fields.into_iter().flatten())
            .any(|f| named(&f.ty))
    {
        crates.push("types");
    }
    let mut lines = vec![
        format!("use crate::operation::{{{}}};", seam.join(", ")),
        format!("use crate::{{{}}};", crates.join(", ")),
    ];
    if let Some(primary) = &operation.variant_of {
        let module = crate::model::snake(primary);
        lines.push(format!(
            "use crate::generated::{}::{module}::{};",
            scope_name(operation.group),
            operation.output.name
        ));
    }
    lines
}

fn argument(field: &Field) -> ArgumentView {
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

/// A field's description, with what is uncertain about it.
pub(super) fn described(field: &Field, note: &str) -> String {
    let text = format!("{} {note}", field.doc);
    match &field.unverified {
        Some(reason) => format!(
            "{}\n\nNot verified against the service: {reason}",
            text.trim()
        ),
        None => text.trim().to_string(),
    }
}

fn method_doc(operation: &Operation) -> String {
    let mut lines: Vec<String> = doc::comment(std::slice::from_ref(&operation.summary), 4)
        .lines()
        .map(str::to_string)
        .collect();
    let mut rest = Vec::new();
    for field in operation.arguments() {
        rest.push(format!(
            "- `{}`: {}",
            field.name,
            doc::safe(&described(field, "")).replace('\n', " ")
        ));
    }
    if !rest.is_empty() {
        rest.insert(0, String::new());
    }
    rest.push(String::new());
    rest.push(format!(
        "The rest is told to the [`{}`] that this returns.",
        operation.id
    ));
    lines.push(doc::comment_as_is(&rest, 4));
    lines.join("\n")
}

fn request_doc(operation: &Operation) -> String {
    let mut paragraphs = vec![format!(
        "{}: {}",
        operation.title,
        lower_first(&operation.summary)
    )];
    paragraphs.extend(operation.description.clone());
    paragraphs.push(match operation.retry {
        RetryClass::Safe => "It only reads, so a failed attempt is repeated.".into(),
        RetryClass::Idempotent => "A failed attempt is repeated if its body can be: a second one changes no more than the first, except where it says so above.".into(),
        RetryClass::Never => "A failed attempt is not repeated, since it may have had its effect.".into(),
    });
    paragraphs.push(format!("Service documentation: {}", operation.docs));
    let mut text = doc::comment(&paragraphs, 0);
    text.push_str(&errors_doc(operation));
    if let Some(example) = operation.examples.first() {
        let mut lines = vec![
            String::new(),
            "# Example".into(),
            String::new(),
            example.doc.clone(),
            String::new(),
            "```".into(),
            "# #[allow(unused_imports)]".into(),
            "# use qingstor::types;".into(),
            "# async fn example(client: qingstor::Client) -> Result<(), qingstor::Error> {".into(),
        ];
        lines.extend(
            rust::pretty(&rust::call::shown(example))
                .lines()
                .map(str::to_string),
        );
        lines.extend(["# Ok(())".into(), "# }".into(), "```".into()]);
        text.push('\n');
        text.push_str(&doc::comment_as_is(&lines, 0));
    }
    text
}

/// What the service is known to refuse, beside what it may refuse everywhere.
fn errors_doc(operation: &Operation) -> String {
    let refusals = operation.responses.iter();
    let refusals = refusals.filter(|r| r.outcome != Outcome::Success);
    let refusals: Vec<String> = refusals
        .map(|r| {
            let codes = r.codes.iter().map(|c| format!("`{c}`"));
            let codes = codes.collect::<Vec<_>>().join(", ");
            let why = r.doc.as_deref().unwrap_or_default();
            let text = format!("- {} {codes}: {why}", r.status);
            text.replace(" : ", ": ")
                .trim_end_matches([':', ' '])
                .to_string()
        })
        .collect();
    if refusals.is_empty() {
        return String::new();
    }
    let heading = doc::comment_as_is(&[String::new(), "# Errors".into(), String::new()], 0);
    format!("\n{heading}\n{}", doc::comment(&[refusals.join("\n")], 0))
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

fn metadata(operation: &Operation) -> Vec<String> {
    let mut calls = Vec::new();
    match operation.auth {
        Auth::Required => {}
        Auth::Optional => calls.push("auth(Auth::Optional)".into()),
        Auth::Form => calls.push("auth(Auth::Form)".into()),
    }
    match operation.retry {
        RetryClass::Safe => calls.push("retry(Retry::Safe)".into()),
        RetryClass::Idempotent => calls.push("retry(Retry::Idempotent)".into()),
        RetryClass::Never => {}
    }
    let responses = operation.responses.iter().filter_map(|r| {
        let outcome = match r.outcome {
            Outcome::Success => "Success",
            Outcome::Redirect => "Redirect",
            Outcome::NotModified => "NotModified",
            // What is not listed is an error.
            Outcome::Error => return None,
        };
        Some(format!("({}, Outcome::{outcome})", r.status))
    });
    calls.push(format!(
        "responses(&[{}])",
        responses.collect::<Vec<_>>().join(", ")
    ));
    if operation.output.stream.is_some() {
        calls.push("streams()".into());
    }
    if operation.presign {
        calls.push("presign()".into());
    }
    calls
}

fn paging(paging: &Paging) -> PagingView {
    PagingView {
        item: rust::line(&types::plain(&paging.item)),
        items: paging.items.clone(),
        advance: rust::paging::advance(paging)
            .iter()
            .map(rust::line)
            .collect(),
        position: rust::line(&rust::paging::position(paging)),
        resume: rust::paging::resume(paging)
            .iter()
            .map(rust::line)
            .collect(),
    }
}

fn output(operation: &Operation) -> OutputView {
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

/// Whether there is a value of the field's type to begin a test with.
fn has_default(field: &Field) -> bool {
    !(field.is_plain()
        && matches!(
            field.ty,
            Type::Struct(_) | Type::Enum(_) | Type::Timestamp(_)
        ))
}

pub(super) fn member(field: &Field, attributes: Vec<String>) -> MemberView {
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
