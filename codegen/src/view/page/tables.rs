//! Tables of fields: what is sent, and what comes back.

use std::collections::VecDeque;

use serde::Serialize;

use crate::model::{Api, Computed, Field, Operation, Place, RequestBody, Type, TypeKind};
use crate::spec::{ComputedRule, Scope};
use crate::view::doc::{cell, safe};

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

pub(super) fn request_tables(api: &Api, operation: &Operation) -> Vec<TableView> {
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

pub(super) fn response_tables(api: &Api, operation: &Operation) -> Vec<TableView> {
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
    let mut queue: VecDeque<&Type> = fields.iter().map(|f| &f.ty).collect();
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

fn table(heading: &str, columns: Columns, rows: Vec<String>) -> Option<TableView> {
    (!rows.is_empty()).then(|| TableView {
        heading: heading.into(),
        note: Vec::new(),
        head: columns.head(),
        rows,
    })
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
    let ty = cell(&format!("`{}`", field.ty));
    columns.row(&name, &ty, &doc, field.required)
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
