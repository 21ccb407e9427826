//! Reference pages in Markdown.

use serde::Serialize;

use super::doc::{cell, safe};
use super::host;
use super::routes::spec_type;
use crate::model::{
    Access, Api, Argument, Computed, Example, Expected, Field, Given, Literal, Operation, Place,
    RequestBody, Type, TypeKind, WireBody, WireMessage, scope_name,
};
use crate::rust;
use crate::spec::{Auth, ComputedRule, Outcome, Permission, RetryClass, Scope};

/// The page of an operation or variant.
#[derive(Debug, Serialize)]
pub struct PageView {
    /// The title.
    pub title: String,
    /// What it does.
    pub summary: String,
    /// What else to know, or nothing.
    pub description: Vec<String>,
    /// The request line.
    pub request_line: String,
    /// The method of the SDK.
    pub method: String,
    /// The file of the SDK, from the page.
    pub source: String,
    /// Facts in one line each: authentication, retries, presigning, paging.
    pub facts: Vec<String>,
    /// Tables about the request, then about the answer.
    pub tables: Vec<TableView>,
    /// The statuses.
    pub statuses: Vec<StatusView>,
    /// The service's page.
    pub docs: String,
    /// The program of the first example.
    pub program: String,
    /// What the program shows.
    pub program_doc: String,
    /// The examples.
    pub examples: Vec<PageExampleView>,
    /// The spec's path.
    pub file: String,
    /// The way from the page to the project's root.
    pub up: String,
}

/// A table of fields.
#[derive(Clone, Debug, Serialize)]
pub struct TableView {
    /// Its heading.
    pub heading: String,
    /// What stands under the heading, or nothing.
    pub note: Vec<String>,
    /// The first line, and the one under it; both empty if there are no rows.
    pub head: Vec<String>,
    /// Its rows, as Markdown.
    pub rows: Vec<String>,
}

/// A row of the table of statuses.
#[derive(Debug, Serialize)]
pub struct StatusView {
    /// The status.
    pub status: u16,
    /// What it becomes.
    pub outcome: String,
    /// When it happens, with the codes.
    pub doc: String,
}

/// A worked example.
#[derive(Debug, Serialize)]
pub struct PageExampleView {
    /// What it shows.
    pub doc: String,
    /// The calls, as Rust.
    pub code: String,
    /// The messages on the wire.
    pub wire: String,
    /// What the caller gets, in words.
    pub result: String,
    /// Empty, or one: why it is uncertain.
    pub unverified: Vec<String>,
}

/// What the operations of a group are about.
pub(super) fn heading(operation: &Operation) -> &'static str {
    match scope_name(operation.group) {
        "service" => "Service",
        "bucket" => "Buckets",
        _ => "Objects",
    }
}

/// The page of an operation.
pub fn page(api: &Api, operation: &Operation) -> PageView {
    let path = operation.path();
    let query = operation
        .selector
        .as_ref()
        .map_or(String::new(), |s| format!("?{}", s.key));
    let first = operation.examples.first();
    PageView {
        title: cell(&operation.title),
        summary: safe(&operation.summary),
        description: operation
            .description
            .iter()
            .map(|d| safe(d.trim()))
            .collect(),
        request_line: format!("{} {path}{query}", operation.method),
        method: format!("{}::{}", host(operation.scope), operation.snake),
        source: format!(
            "../../../sdk/src/generated/{}/{}.rs",
            scope_name(operation.group),
            operation.snake
        ),
        facts: facts(operation),
        tables: [
            request_tables(api, operation),
            response_tables(api, operation),
        ]
        .concat(),
        statuses: operation.responses.iter().map(status).collect(),
        docs: operation.docs.clone(),
        program: first.map_or_else(String::new, program),
        program_doc: first.map_or_else(String::new, |e| safe(&e.doc)),
        examples: operation.examples.iter().map(example).collect(),
        file: operation.file.clone(),
        up: "../../..".into(),
    }
}

fn facts(operation: &Operation) -> Vec<String> {
    let mut facts = vec![
        match operation.auth {
            Auth::Required => "Signed.".to_string(),
            Auth::Optional => {
                "Signed if the client has an access key; unsigned it works where the bucket's policy or ACL allows it, or where the service needs no signature.".to_string()
            }
            Auth::Form => "Signed by fields of the form.".to_string(),
        },
        match operation.retry {
            RetryClass::Safe => "It only reads: a failed attempt is repeated.".to_string(),
            RetryClass::Idempotent => {
                "A failed attempt is repeated if its body can be: a second one changes no more than the first, except where it says so above."
                    .to_string()
            }
            RetryClass::Never => {
                "A failed attempt is not repeated, since it may have had its effect.".to_string()
            }
        },
    ];
    facts.extend(access(operation));
    if operation.presign {
        facts.push("`presign` makes a URL that others can use until it expires.".into());
    }
    if operation.paging.is_some() {
        facts.push("`pages` and `items` ask for all of the list, page by page.".into());
    }
    facts
}

/// Who may do it, where that is a matter of the bucket's settings.
fn access(operation: &Operation) -> Option<String> {
    let Access::Granted {
        actions,
        permission,
        users_only,
    } = &operation.access
    else {
        return None;
    };
    let names: Vec<String> = actions.iter().map(|name| format!("`{name}`")).collect();
    let list = match (permission, users_only) {
        (None, _) => " An access control list does not.",
        (Some(Permission::Read), false) => " So does an access control list with `READ`.",
        (Some(Permission::Write), false) => " So does an access control list with `WRITE`.",
        (Some(Permission::Read), true) => {
            " So does an access control list that gives the user itself `READ`."
        }
        (Some(Permission::Write), true) => {
            " So does an access control list that gives the user itself `WRITE`."
        }
    };
    Some(format!(
        "Besides the bucket's owner, a policy lets others do it, under the name {}.{list}",
        names.join(" or ")
    ))
}

/// What a table is about decides its columns.
#[derive(Clone, Copy)]
enum Columns {
    /// Fields that a caller gives or leaves out.
    Given,
    /// Fields that come back.
    Returned,
    /// Values of an enum.
    Values,
}

impl Columns {
    fn head(self) -> Vec<String> {
        let lines: [&str; 2] = match self {
            Self::Given => [
                "| Name | Type | Description | Required |",
                "|---|---|---|---|",
            ],
            Self::Returned => ["| Name | Type | Description |", "|---|---|---|"],
            Self::Values => ["| Value | Meaning |", "|---|---|"],
        };
        lines.map(str::to_string).to_vec()
    }

    fn row(self, name: &str, ty: &str, doc: &str, required: bool) -> String {
        match self {
            Self::Given => {
                let required = if required { "Yes" } else { "No" };
                format!("| {name} | {ty} | {doc} | {required} |")
            }
            Self::Returned => format!("| {name} | {ty} | {doc} |"),
            Self::Values => format!("| `{name}` | {doc} |"),
        }
    }
}

fn row(columns: Columns, field: &Field) -> String {
    let name = match field.place {
        Place::HeaderPrefix | Place::FormPrefix => format!("{}\\*", field.wire),
        _ => field.wire.clone(),
    };
    let mut doc = cell(&field.doc);
    if let Some(reason) = &field.unverified {
        doc.push_str(&format!(" *Not verified: {}*", cell(reason)));
    }
    let ty = cell(&format!("`{}`", spec_type(&field.ty)));
    columns.row(&name, &ty, &doc, field.required)
}

fn table(heading: &str, columns: Columns, rows: Vec<String>) -> Option<TableView> {
    (!rows.is_empty()).then(|| TableView {
        heading: heading.into(),
        note: Vec::new(),
        head: columns.head(),
        rows,
    })
}

fn request_tables(api: &Api, operation: &Operation) -> Vec<TableView> {
    let columns = Columns::Given;
    let of = |places: &[Place]| -> Vec<String> {
        let fields = operation.inputs.iter();
        let fields = fields.filter(|f| places.contains(&f.place));
        fields.map(|f| row(columns, f)).collect()
    };
    let computed = |places: &[Place]| -> Vec<String> {
        let computed = operation.computed.iter();
        let computed = computed.filter(|c| places.contains(&c.place));
        computed.map(computed_row).collect()
    };
    let mut path = Vec::new();
    if operation.scope != Scope::Service {
        let doc = "The bucket's name: 6 to 63 lower-case letters, digits and `-`. Told by `client.bucket(…)`.";
        path.push(columns.row("bucket", "`string`", doc, true));
    }
    path.extend(of(&[Place::Path]));
    let mut headers = of(&[Place::Header, Place::HeaderPrefix]);
    headers.extend(computed(&[Place::Header]));
    let mut tables: Vec<TableView> = Vec::new();
    tables.extend(table("Path Parameters", columns, path));
    tables.extend(table("Query Parameters", columns, of(&[Place::Query])));
    tables.extend(table("Request Headers", columns, headers));
    let stream = of(&[Place::Stream]);
    match operation.body {
        RequestBody::None => {}
        RequestBody::Stream => tables.extend(table("Request Body", columns, stream)),
        RequestBody::Form => {
            let mut rows = of(&[Place::Form, Place::FormPrefix]);
            rows.extend(computed(&[Place::Form]));
            rows.extend(stream);
            tables.extend(table("Form Fields", columns, rows));
        }
        RequestBody::Json { .. } => {
            let fields = operation.inputs.iter();
            let fields: Vec<&Field> = fields.filter(|f| f.place == Place::Json).collect();
            tables.extend(json_tables(api, "Request Body", columns, &fields));
        }
    }
    tables
}

fn computed_row(computed: &Computed) -> String {
    let source = match computed.rule {
        ComputedRule::ContentLength | ComputedRule::ContentMd5 => "from the body",
        ComputedRule::CustomerAlgorithm | ComputedRule::CustomerKeyMd5 => "from the key",
        ComputedRule::AccessKeyId | ComputedRule::PolicySignature => "from the access key",
        ComputedRule::Policy => "from the other fields",
    };
    let doc = format!("{} The SDK works it out {source}.", cell(&computed.doc));
    Columns::Given.row(&computed.wire, "`string`", &doc, computed.required)
}

fn response_tables(api: &Api, operation: &Operation) -> Vec<TableView> {
    let output = &operation.output;
    let columns = Columns::Returned;
    let (members, headers): (Vec<&Field>, Vec<&Field>) =
        output.fields.iter().partition(|f| f.place == Place::Json);
    let headers = headers.into_iter().map(|f| row(columns, f)).collect();
    let mut tables: Vec<TableView> = Vec::new();
    tables.extend(table("Response Headers", columns, headers));
    tables.extend(json_tables(api, "Response Body", columns, &members));
    if let Some(stream) = &output.stream {
        tables.push(TableView {
            heading: "Response Body".into(),
            note: vec![safe(stream)],
            head: Vec::new(),
            rows: Vec::new(),
        });
    }
    tables
}

/// The members of a JSON object, and after them a table for each type that they mention.
fn json_tables(api: &Api, heading: &str, columns: Columns, fields: &[&Field]) -> Vec<TableView> {
    let rows = fields.iter().map(|f| row(columns, f)).collect();
    let mut tables: Vec<TableView> = table(heading, columns, rows).into_iter().collect();
    if let Some(first) = tables.first_mut() {
        first.note.push("A JSON object.".into());
    }
    let mut seen: Vec<&str> = Vec::new();
    let mut queue: std::collections::VecDeque<&Type> = fields.iter().map(|f| &f.ty).collect();
    while let Some(ty) = queue.pop_front() {
        let name = match ty {
            Type::List(item) | Type::Map(item) => {
                queue.push_front(item);
                continue;
            }
            Type::Struct(name) | Type::Enum(name) if !seen.contains(&name.as_str()) => name,
            _ => continue,
        };
        seen.push(name);
        let Some(def) = api.type_def(name) else {
            continue;
        };
        let doc = safe(&def.doc);
        let (columns, rows, note) = match &def.kind {
            TypeKind::Struct { fields, .. } => {
                queue.extend(fields.iter().map(|f| &f.ty));
                (
                    columns,
                    fields.iter().map(|f| row(columns, f)).collect(),
                    doc,
                )
            }
            TypeKind::Enum(values) => {
                let columns = Columns::Values;
                let rows = values.iter();
                let rows = rows.map(|v| columns.row(&v.wire, "", &cell(&v.doc), false));
                let note = format!("{doc} A text; the service may come to send other values.");
                (columns, rows.collect(), note)
            }
        };
        if let Some(mut table) = table(&format!("`{name}`"), columns, rows) {
            table.note.push(note);
            tables.push(table);
        }
    }
    tables
}

fn status(response: &crate::model::Response) -> StatusView {
    let mut doc = response.doc.as_deref().map(cell).unwrap_or_default();
    if !response.codes.is_empty() {
        let codes = response
            .codes
            .iter()
            .map(|c| format!("`{c}`"))
            .collect::<Vec<_>>()
            .join(", ");
        doc = format!("{doc} Codes: {codes}.").trim_start().to_string();
    }
    StatusView {
        status: response.status,
        outcome: match response.outcome {
            Outcome::Success => "the output".into(),
            Outcome::Redirect => "an error of kind `Redirect`".into(),
            Outcome::NotModified => "an error of kind `NotModified`".into(),
            Outcome::Error => "an error".into(),
        },
        doc,
    }
}

/// The first example as a program that compiles.
fn program(example: &Example) -> String {
    let snippet = rust::pretty(&rust::call::shown(example));
    let mut lines: Vec<String> = Vec::new();
    if snippet.contains("types::") {
        lines.push("use qingstor::{Client, types};".into());
    } else {
        lines.push("use qingstor::Client;".into());
    }
    lines.extend([
        "".into(),
        "#[tokio::main]".into(),
        "async fn main() -> Result<(), qingstor::Error> {".into(),
    ]);
    lines.push("    let client = Client::from_env()?;".into());
    lines.extend(snippet.lines().map(|l| {
        if l.is_empty() {
            String::new()
        } else {
            format!("    {l}")
        }
    }));
    lines.extend(["    Ok(())".into(), "}".into()]);
    lines.join("\n")
}

fn example(example: &Example) -> PageExampleView {
    let mut calls = String::new();
    for step in &example.given {
        let call = one_call(&step.call);
        calls.push_str(&match step.gives.as_slice() {
            [] => format!("{call}.send().await?;\n"),
            gives => bound(&call, gives),
        });
    }
    calls.push_str("let result = ");
    calls.push_str(&one_call(&example.call));
    calls.push_str(".send().await;");
    let given = example.given.iter().flat_map(|step| &step.gives);
    let variable = |text: &str| {
        let given = given.clone().find(|given| given.sample == text)?;
        let name = quote::format_ident!("{}", given.field);
        Some(quote::quote!(&#name))
    };
    let code = calls.parse().map_or(calls.clone(), |tokens| {
        rust::pretty(&rust::substitute::texts(tokens, &variable))
    });
    PageExampleView {
        doc: safe(&example.doc),
        code,
        wire: format!(
            "{}\n\n{}",
            message(
                &format!("{} {} HTTP/1.1", example.method, example.target),
                &example.request
            ),
            message(&format!("HTTP/1.1 {}", example.status), &example.response)
        ),
        result: match &example.expected {
            Expected::Output(fields) => format!("The result is `Ok`{}.", told(fields)),
            Expected::Error { kind, code: None } => {
                format!("The result is `Err`, of kind `{kind:?}`.")
            }
            Expected::Error {
                kind,
                code: Some(code),
            } => format!("The result is `Err`, of kind `{kind:?}` and code `{code}`."),
        },
        unverified: example.unverified.iter().map(|u| safe(u)).collect(),
    }
}

/// A call whose answer is needed later on.
fn bound(call: &str, gives: &[Given]) -> String {
    let mut text = format!("let output = {call}.send().await?;\n");
    for given in gives {
        let otherwise = match given.plain {
            true => "",
            false => ".unwrap_or_default()",
        };
        text.push_str(&format!("let {0} = output.{0}{otherwise};\n", given.field));
    }
    text
}

/// The fields of an output in words; long ones are left to the message above them.
fn told(fields: &[Argument]) -> String {
    let told = fields.iter().filter_map(|f| {
        let value = match &f.value {
            Literal::Absent => return Some(format!("`{}` is absent", f.name)),
            Literal::String(text) | Literal::Enum { wire: text, .. } => text.clone(),
            Literal::Bool(b) => b.to_string(),
            Literal::Int(i) => i.to_string(),
            Literal::Uint(u) => u.to_string(),
            Literal::List(items) => return Some(format!("`{}` has {} items", f.name, items.len())),
            _ => return None,
        };
        Some(format!("`{}` is `{value}`", f.name))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        String::new()
    } else {
        format!(": {}", told.join(", "))
    }
}

fn one_call(call: &crate::model::Call) -> String {
    let request = rust::line(&rust::call::request(call));
    match &call.bucket {
        Some(bucket) => request.replacen("bucket", &format!("client.bucket({bucket:?})"), 1),
        None => request,
    }
}

fn message(start: &str, message: &WireMessage) -> String {
    let mut lines = vec![start.to_string()];
    for (name, value) in &message.headers {
        lines.extend(value.as_ref().map(|value| format!("{name}: {value}")));
    }
    let body = match &message.body {
        WireBody::None => return lines.join("\n"),
        WireBody::Json(json) => serde_json::to_string_pretty(json).unwrap_or_default(),
        WireBody::Text(body) if body.is_empty() => return lines.join("\n"),
        WireBody::Text(body) => body.clone(),
        WireBody::Form(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| format!("{name} = {value}"));
            fields.collect::<Vec<_>>().join("\n")
        }
    };
    lines.extend([String::new(), body]);
    lines.join("\n")
}

/// The list of all pages.
#[derive(Debug, Serialize)]
pub struct IndexView {
    /// The name of the service.
    pub service: String,
    /// The version of the API.
    pub api_version: String,
    /// The service's documentation.
    pub docs: String,
    /// The scopes.
    pub groups: Vec<GroupView>,
}

/// The operations of one scope.
#[derive(Debug, Serialize)]
pub struct GroupView {
    /// Its heading.
    pub heading: String,
    /// Its operations.
    pub operations: Vec<EntryView>,
}

/// One operation in the list.
#[derive(Debug, Serialize)]
pub struct EntryView {
    /// Its title.
    pub title: String,
    /// Its page.
    pub link: String,
    /// The method of the SDK.
    pub method: String,
    /// What it does.
    pub summary: String,
}

/// The list of all pages.
pub fn index(api: &Api) -> IndexView {
    let mut groups: Vec<GroupView> = Vec::new();
    for operation in &api.operations {
        let group = scope_name(operation.group);
        let heading = heading(operation);
        if groups.last().is_none_or(|g| g.heading != heading) {
            groups.push(GroupView {
                heading: heading.into(),
                operations: Vec::new(),
            });
        }
        if let Some(last) = groups.last_mut() {
            last.operations.push(EntryView {
                title: cell(&operation.title),
                link: format!("{group}/{}.md", operation.snake),
                method: format!("{}::{}", host(operation.scope), operation.snake),
                summary: cell(&operation.summary),
            });
        }
    }
    IndexView {
        service: api.service.clone(),
        api_version: api.api_version.clone(),
        docs: api.docs.clone(),
        groups,
    }
}

/// The page of error codes.
#[derive(Debug, Serialize)]
pub struct ErrorPageView {
    /// The codes.
    pub errors: Vec<ErrorRowView>,
    /// What any operation may be answered with.
    pub statuses: Vec<StatusView>,
    /// The headers that any answer may have.
    pub headers: Vec<HeaderRowView>,
}

/// A row of the table of headers that any answer may have.
#[derive(Debug, Serialize)]
pub struct HeaderRowView {
    /// The name.
    pub name: String,
    /// When it is there, and what it says.
    pub doc: String,
}

/// A row of the page of error codes.
#[derive(Debug, Serialize)]
pub struct ErrorRowView {
    /// The code.
    pub code: String,
    /// In Rust.
    pub variant: String,
    /// The usual status.
    pub status: u16,
    /// What has happened.
    pub doc: String,
}

/// The page of error codes.
pub fn error_page(api: &Api) -> ErrorPageView {
    let errors = api.errors.iter().map(|e| ErrorRowView {
        code: e.code.clone(),
        variant: e.variant.clone(),
        status: e.status,
        doc: match &e.unverified {
            Some(reason) => format!("{} *Not verified: {}*", cell(&e.doc), cell(reason)),
            None => cell(&e.doc),
        },
    });
    let answers = &api.answers;
    let row = |field: &Field, condition: &str| HeaderRowView {
        name: field.wire.clone(),
        doc: format!("{condition}{}", cell(&field.doc)),
    };
    let always = answers.headers.iter().map(|f| row(f, ""));
    let sometimes = answers
        .cross_origin
        .iter()
        .map(|f| row(f, "To a request with `Origin`: "));
    ErrorPageView {
        errors: errors.collect(),
        statuses: answers.responses.iter().map(status).collect(),
        headers: always.chain(sometimes).collect(),
    }
}
