//! The checks of one operation: one function an example, and the wire data it is held against.

mod facts;
mod parameters;

use serde::Serialize;

use proc_macro2::TokenStream;
use quote::quote;

use self::facts::{FactsView, ResponseView, facts, response};
use crate::model::{Api, Call, Example, Operation, Step, WireBody};
use crate::rust::{self, substitute};

/// The examples of one operation or variant.
#[derive(Debug, Serialize)]
pub struct ChecksView {
    /// The operation's method, as a literal.
    pub operation: String,
    /// The operation's name, as a literal.
    pub name: String,
    /// What the file imports.
    pub imports: Vec<String>,
    /// The examples.
    pub examples: Vec<ExampleView>,
    /// One: what the spec says beside them.
    pub facts: Vec<FactsView>,
}

/// What holds for all operations.
#[derive(Debug, Serialize)]
pub struct AllChecksView {
    /// What the folder holds.
    pub doc: String,
    /// The operations' modules, in order.
    pub modules: Vec<String>,
    /// What any operation may be answered with.
    pub answers: Vec<ResponseView>,
    /// The headers that any answer may have.
    pub headers: Vec<HeaderView>,
}

/// One header; every string is Rust.
#[derive(Debug, Serialize)]
pub struct HeaderView {
    /// The name on the wire.
    pub name: String,
    /// The type as specs name it.
    pub ty: String,
}

/// The view of all operations.
pub fn all_checks(api: &Api, modules: Vec<String>) -> AllChecksView {
    let answers = &api.answers;
    let headers = answers.headers.iter().chain(&answers.cross_origin);
    AllChecksView {
        doc: "//! What the specs say, as data and as calls.".into(),
        modules,
        answers: answers.responses.iter().map(response).collect(),
        headers: headers
            .map(|header| HeaderView {
                name: literal(&header.wire),
                ty: literal(header.ty.to_string()),
            })
            .collect(),
    }
}

/// One example; every string is Rust.
#[derive(Debug, Serialize)]
pub struct ExampleView {
    /// The function's name.
    pub name: String,
    /// The name as a literal.
    pub id: String,
    /// The spec's path, as a literal.
    pub file: String,
    /// The spec's line.
    pub line: usize,
    /// `Some("reason")` or `None`.
    pub unverified: String,
    /// The request's method.
    pub method: String,
    /// The request's path and query.
    pub target: String,
    /// The request's headers: `("Name", Some("value"))`.
    pub request_headers: Vec<String>,
    /// `Payload::…`.
    pub request_body: String,
    /// The answer's status.
    pub status: u16,
    /// The answer's headers.
    pub response_headers: Vec<String>,
    /// `Payload::…`.
    pub response_body: String,
    /// What a live server makes up, as literals.
    pub varies: Vec<String>,
    /// The buckets that it names, as literals.
    pub buckets: Vec<String>,
    /// The steps before the call.
    pub given: Vec<StepView>,
    /// Empty, or one: the statement that makes `bucket`.
    pub bucket: Vec<String>,
    /// The request.
    pub call: String,
    /// The statements that judge the outcome.
    pub expect: String,
}

/// One step before the call.
#[derive(Debug, Serialize)]
pub struct StepView {
    /// `Some("example-photos")` or `None`.
    pub about: String,
    /// Empty, or one: the statement that makes `bucket`.
    pub bucket: Vec<String>,
    /// The operation's method, as a literal.
    pub operation: String,
    /// The request.
    pub call: String,
    /// The pattern that its output is bound to.
    pub output: String,
    /// What the answer brings: `("sample", value)`.
    pub gives: Vec<String>,
}

/// The view of one operation's examples.
pub fn checks(api: &Api, operation: &Operation) -> ChecksView {
    let examples: Vec<ExampleView> = operation
        .examples
        .iter()
        .map(|e| example(e, &operation.file))
        .collect();
    let line = |example: &Example, tokens| Names::of(example).line(tokens);
    let bucket = |example: &Example| Names::of(example).bucket(&example.call);
    let facts: Vec<FactsView> = facts(api, operation, line, bucket).into_iter().collect();
    let mut imports = Vec::new();
    let names_types = |code: &String| code.contains("types ::");
    let in_examples = |e: &ExampleView| {
        let steps = e.given.iter().map(|s| &s.call);
        steps.chain([&e.call, &e.expect]).any(names_types)
    };
    let in_facts = |f: &FactsView| {
        let vary = f.vary.setters.iter().chain([&f.vary.request]);
        vary.chain(&f.observe).any(names_types)
    };
    if examples.iter().any(in_examples) || facts.iter().any(in_facts) {
        imports.push("use qingstor::types;".to_string());
    }
    if examples.iter().any(|e| !e.given.is_empty()) {
        imports.push("use crate::example::Step;".to_string());
    }
    ChecksView {
        operation: literal(&operation.snake),
        name: literal(&operation.id),
        imports,
        examples,
        facts,
    }
}

fn example(example: &Example, file: &str) -> ExampleView {
    let names = Names::of(example);
    ExampleView {
        name: example.id.clone(),
        id: literal(&example.id),
        file: literal(file),
        line: example.line,
        unverified: optional(example.unverified.as_deref()),
        method: literal(example.method),
        target: literal(&example.target),
        request_headers: headers(&example.request.headers),
        request_body: payload(&example.request.body),
        status: example.status,
        response_headers: headers(&example.response.headers),
        response_body: payload(&example.response.body),
        varies: example.varies.iter().map(literal).collect(),
        buckets: names.buckets.iter().map(literal).collect(),
        given: example.given.iter().map(|s| step(s, &names)).collect(),
        bucket: names.bucket(&example.call),
        call: names.line(rust::call::request(&example.call)),
        expect: names.line(rust::expect::statements(example)),
    }
}

fn step(step: &Step, names: &Names<'_>) -> StepView {
    let call = &step.call;
    let gives = step.gives.iter().map(|given| {
        let value = rust::line(&rust::call::given(given));
        format!("({:?}, {value})", given.sample)
    });
    StepView {
        about: optional(call.bucket.as_deref()),
        bucket: names.bucket(call),
        operation: literal(&call.method),
        call: names.line(rust::call::request(call)),
        output: if step.gives.is_empty() { "_" } else { "output" }.into(),
        gives: gives.collect(),
    }
}

/// How examples call the zone that everything is in; the live checks put that of the endpoint in its place.
const SAMPLE_ZONE: &str = "pek3a";

/// The texts of an example that stand for others when it is sent to an endpoint.
struct Names<'a> {
    buckets: Vec<&'a str>,
    samples: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn of(example: &'a Example) -> Self {
        let mut buckets: Vec<&str> = Vec::new();
        let steps = example.given.iter();
        let calls = steps.clone().map(|s| &s.call).chain([&example.call]);
        for bucket in calls.filter_map(|call| call.bucket.as_deref()) {
            if !buckets.contains(&bucket) {
                buckets.push(bucket);
            }
        }
        let samples = steps.flat_map(|s| &s.gives).map(|g| g.sample.as_str());
        Names {
            buckets,
            samples: samples.collect(),
        }
    }

    /// One line of code in which such texts are looked up.
    fn line(&self, tokens: TokenStream) -> String {
        let stands = |text: &str| {
            let names = self.buckets.iter().chain(&self.samples);
            let mut names = names.chain([&SAMPLE_ZONE]);
            names.any(|name| text.contains(name))
        };
        let look_up = |text: &str| stands(text).then(|| quote!(names.text(#text)));
        rust::line(&substitute::texts(tokens, &look_up))
    }

    /// The statement that makes `bucket`.
    fn bucket(&self, call: &Call) -> Vec<String> {
        let statement = rust::call::bucket(call);
        statement.into_iter().map(|s| self.line(s)).collect()
    }
}

fn literal(text: impl AsRef<str>) -> String {
    format!("{:?}", text.as_ref())
}

fn optional(text: Option<&str>) -> String {
    format!("{text:?}")
}

fn headers(headers: &[(String, Option<String>)]) -> Vec<String> {
    let header = |(name, value): &(String, Option<String>)| match value {
        Some(value) => format!("({name:?}, Some({value:?}))"),
        None => format!("({name:?}, None)"),
    };
    headers.iter().map(header).collect()
}

fn payload(body: &WireBody) -> String {
    match body {
        WireBody::None => "Payload::None".into(),
        WireBody::Json(json) => format!("Payload::Json({:?})", json.to_string()),
        WireBody::Text(text) => format!("Payload::Text({text:?})"),
        WireBody::Form(fields) => format!("Payload::Form(&{fields:?})"),
    }
}
