//! Worked examples: typed, complete, and in no contradiction to their operation.

use std::collections::BTreeSet;
use std::ops::Range;

use percent_encoding::percent_decode_str;

use super::load::{Files, Parsed};
use super::{
    Api, Argument, Call, Example, Expected, Given, Literal, Operation, Place, Step, Type, WireBody,
    WireMessage, snake, values,
};
use crate::diagnostic::{Diagnostic, closest};
use crate::spec::{self, Outcome, Scope};
use crate::yaml::{Node, Value, de::Spanned};

/// Adds the examples to the operations that they are about.
pub(super) fn resolve(files: &Files, api: &mut Api, problems: &mut Vec<Diagnostic>) {
    // With broken types every example would look broken too, and so would those of a broken operation.
    let broken: BTreeSet<String> = problems
        .iter()
        .filter_map(|p| Some(p.position()?.0.to_string()))
        .collect();
    let is_shared = |path: &String| {
        !path.starts_with("specs/service/")
            && !path.starts_with("specs/bucket/")
            && !path.starts_with("specs/object/")
    };
    if broken.iter().any(is_shared) {
        return;
    }
    let mut found: Vec<(String, Example)> = Vec::new();
    for file in files
        .operations
        .iter()
        .filter(|f| !broken.contains(&f.source.path))
    {
        let mut ids: Vec<&str> = Vec::new();
        for example in &file.spec.examples.value {
            let id = &example.value.id;
            if ids.contains(&id.value.0.as_str()) {
                problems.push(
                    file.at(id, format!("the example `{}` is there twice", id.value.0))
                        .hint("give one of them another `id`"),
                );
            }
            ids.push(&id.value.0);
            let readable = |step: &Spanned<spec::Call>| {
                let target = api
                    .operations
                    .iter()
                    .find(|o| o.snake == step.value.method.value);
                broken.is_empty() || target.is_some_and(|o| !broken.contains(&o.file))
            };
            if !example.value.given.iter().all(readable) {
                continue;
            }
            let reader = Reader {
                file,
                api,
                spec: example,
            };
            match reader.read(problems) {
                Ok(pair) => found.push(pair),
                Err(problem) => problems.push(problem),
            }
        }
    }
    for (operation, example) in found {
        if let Some(operation) = api.operations.iter_mut().find(|o| o.id == operation) {
            operation.examples.push(example);
        }
    }
    if !problems.is_empty() {
        return;
    }
    for operation in api.operations.iter().filter(|o| o.examples.is_empty()) {
        let Some(file) = files
            .operations
            .iter()
            .find(|f| f.source.path == operation.file)
        else {
            continue;
        };
        let problem = file.at(
            &file.spec.examples,
            format!("`{}` has no example", operation.id),
        );
        problems.push(problem.hint(match &operation.variant_of {
            None => "add one: it is the operation's test and its documentation".to_string(),
            Some(_) => format!(
                "add one with `variant: {}`: it is the variant's test and its documentation",
                operation.id
            ),
        }));
    }
}

struct Reader<'a> {
    file: &'a Parsed<spec::Operation>,
    api: &'a Api,
    spec: &'a Spanned<spec::Example>,
}

type Problem = Diagnostic;

impl Reader<'_> {
    fn at(&self, range: &Range<usize>, message: impl Into<String>) -> Problem {
        self.file.at_range(range.clone(), message)
    }

    fn mistyped(&self, field: &str, mistake: values::Mistake) -> Problem {
        self.at(&mistake.range, mistake.message)
            .hint(format!("`{field}` is described in the spec with its type"))
    }

    fn read(&self, problems: &mut Vec<Diagnostic>) -> Result<(String, Example), Problem> {
        let spec = &self.spec.value;
        let id = spec.variant.as_ref().unwrap_or(&self.file.spec.operation);
        let own = |o: &&Operation| o.id == id.value.0 && o.file == self.file.source.path;
        let Some(operation) = self.api.operations.iter().find(own) else {
            return Err(self
                .file
                .at(
                    id,
                    format!("`{}` is no variant of this operation", id.value.0),
                )
                .hint("name one of its `variants`, or leave `variant` out"));
        };
        let call = self.call(operation, &spec.input.value, &spec.input.range)?;
        let given = spec
            .given
            .iter()
            .map(|step| self.step(step))
            .collect::<Result<Vec<_>, _>>()?;
        let request = &spec.request.value;
        let response = &spec.response.value;
        self.check_request(operation, &call, problems);
        let expected = self.expected(operation)?;
        let example = Example {
            id: spec.id.value.0.clone(),
            doc: spec.doc.0.clone(),
            line: self.file.line(self.spec.range.start),
            given,
            call,
            method: request.method.value.as_str(),
            target: request.target.value.clone(),
            request: WireMessage {
                headers: self.headers(request.headers.as_ref())?,
                body: match &request.form {
                    Some(form) => self.form(form)?,
                    None => self.body(request.json.as_ref(), request.body.as_ref())?,
                },
            },
            response: WireMessage {
                headers: self.headers(response.headers.as_ref())?,
                body: self.body(response.json.as_ref(), response.body.as_ref())?,
            },
            status: response.status.value,
            expected,
            varies: spec.varies.iter().map(|v| v.value.0.clone()).collect(),
            unverified: spec.unverified.as_ref().map(|u| u.0.clone()),
        };
        self.check_members(operation, problems);
        self.check_varies(&example)?;
        Ok((operation.id.clone(), example))
    }

    fn step(&self, step: &Spanned<spec::Call>) -> Result<Step, Problem> {
        let method = &step.value.method;
        let Some(operation) = self.api.operations.iter().find(|o| o.snake == method.value) else {
            let problem = self.at(
                &method.range,
                format!("no operation has the method `{}`", method.value),
            );
            return Err(
                match closest(
                    &method.value,
                    self.api.operations.iter().map(|o| o.snake.as_str()),
                ) {
                    Some(near) => problem.hint(format!("did you mean `{near}`?")),
                    None => problem.hint("docs/reference lists the operations with their methods"),
                },
            );
        };
        let call = self.call(operation, &step.value.input, &step.value.input.range)?;
        let gives = match &step.value.gives {
            Some(node) => self.gives(operation, node)?,
            None => Vec::new(),
        };
        Ok(Step { call, gives })
    }

    /// What a step's answer brings into the rest of the example.
    fn gives(&self, operation: &Operation, node: &Node) -> Result<Vec<Given>, Problem> {
        let Value::Map(entries) = &node.value else {
            let problem = self.at(&node.range, "`gives` is a map of field names to texts");
            return Err(problem.hint("as in `gives: { upload_id: 7c0e51a2b94d4f6f }`"));
        };
        let give = |entry: &crate::yaml::Entry| {
            let fields = &operation.output.fields;
            let field = fields.iter().find(|f| f.name == entry.key);
            let Some(field) = field.filter(|f| f.ty == Type::String) else {
                let message = format!(
                    "the output of `{}` has no text `{}`",
                    operation.snake, entry.key
                );
                let texts = fields.iter().filter(|f| f.ty == Type::String);
                let problem = self.at(&entry.key_range, message);
                return Err(match closest(&entry.key, texts.map(|f| f.name.as_str())) {
                    Some(near) => problem.hint(format!("did you mean `{near}`?")),
                    None => problem.hint("the fields are those under its `responses`"),
                });
            };
            let sample = match &entry.value.value {
                Value::String(text) if text.len() >= 8 => text.clone(),
                _ => {
                    let message = "what stands for a value is a text of at least 8 characters";
                    let problem = self.at(&entry.value.range, message);
                    return Err(problem.hint("a shorter one could also stand for something else"));
                }
            };
            let source = &self.file.source.text;
            let rest = &source[entry.value.range.end..self.spec.range.end];
            if !rest.contains(&sample) {
                let problem = self.at(&entry.value.range, "this text does not occur below");
                return Err(problem.hint("use it where the value belongs, or leave it out"));
            }
            Ok(Given {
                field: field.name.clone(),
                plain: field.is_plain(),
                sample,
            })
        };
        entries.iter().map(give).collect()
    }

    /// Arguments by name become a call with every value typed.
    fn call(
        &self,
        operation: &Operation,
        input: &Node,
        range: &Range<usize>,
    ) -> Result<Call, Problem> {
        let Value::Map(entries) = &input.value else {
            return Err(self
                .at(range, "the arguments are a map of field names to values")
                .hint("as in `{ bucket: photos, key: cat.png }`"));
        };
        for entry in entries {
            let is_bucket = entry.key == "bucket" && operation.scope != Scope::Service;
            if !is_bucket && !operation.inputs.iter().any(|i| i.name == entry.key) {
                let problem = self.at(
                    &entry.key_range,
                    format!("`{}` has no argument `{}`", operation.snake, entry.key),
                );
                return Err(
                    match closest(&entry.key, operation.inputs.iter().map(|i| i.name.as_str())) {
                        Some(near) => problem.hint(format!("did you mean `{near}`?")),
                        None => problem.hint(format!("known here: {}", names(operation))),
                    },
                );
            }
        }
        let bucket = match (
            operation.scope,
            input.get("bucket").map(|n| (&n.value, &n.range)),
        ) {
            (Scope::Service, _) => None,
            (_, Some((Value::String(name), _))) => Some(name.clone()),
            (_, Some((_, range))) => {
                return Err(self
                    .at(range, "the bucket is a text")
                    .hint("put it in double quotes"));
            }
            (_, None) => {
                return Err(self
                    .at(range, format!("`{}` needs a `bucket`", operation.snake))
                    .hint("add `bucket: example-photos`"));
            }
        };
        let mut arguments = Vec::new();
        for field in &operation.inputs {
            let value = match input.get(&field.name) {
                None if field.required => {
                    return Err(self
                        .at(
                            range,
                            format!("`{}` needs `{}`", operation.snake, field.name),
                        )
                        .hint("it is required"));
                }
                None => continue,
                Some(node) => values::of(&self.api.types, &field.ty, node)
                    .map_err(|m| self.mistyped(&field.name, m))?,
            };
            arguments.push(Argument {
                name: field.name.clone(),
                wire: field.wire.clone(),
                ty: field.ty.clone(),
                required: field.required,
                value,
            });
        }
        Ok(Call {
            method: operation.snake.clone(),
            operation: operation.id.clone(),
            bucket,
            arguments,
        })
    }

    /// What is said on the wire must be able to follow from the input.
    fn check_request(&self, operation: &Operation, call: &Call, problems: &mut Vec<Diagnostic>) {
        let request = &self.spec.value.request.value;
        if request.method.value.as_str() != operation.method {
            let problem = self.at(
                &request.method.range,
                "the example's method is not the operation's",
            );
            problems.push(problem.hint(format!("the operation is sent with {}", operation.method)));
        }
        let target = &request.target;
        let (path, query) = target.value.split_once('?').unwrap_or((&target.value, ""));
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let key = call
            .arguments
            .iter()
            .find(|a| a.name == "key" && operation.scope == Scope::Object);
        let expected = match (&call.bucket, key.map(|k| &k.value)) {
            (None, _) => "/".to_string(),
            (Some(bucket), Some(Literal::String(key))) => format!("/{bucket}/{key}"),
            (Some(bucket), _) => format!("/{bucket}"),
        };
        if decoded(path) != expected {
            let problem = self.at(
                &target.range,
                format!("the path does not follow from the input, which is about `{expected}`"),
            );
            problems.push(problem.hint("path style: `/bucket/percent-encoded key`"));
        }
        let keys: Vec<String> = query
            .split('&')
            .filter(|p| !p.is_empty())
            .map(|pair| decoded(pair.split('=').next().unwrap_or(pair)))
            .collect();
        let given = operation
            .inputs
            .iter()
            .filter(|i| i.place == Place::Query && call.arguments.iter().any(|a| a.name == i.name));
        let mut wanted: Vec<&str> = given.map(|i| i.wire.as_str()).collect();
        wanted.extend(
            operation
                .selector
                .iter()
                .filter(|s| s.bare)
                .map(|s| s.key.as_str()),
        );
        for missing in wanted.iter().filter(|w| !keys.iter().any(|k| k == *w)) {
            let problem = self.at(
                &target.range,
                format!("the query lacks `{missing}`, which the input makes the request carry"),
            );
            problems.push(problem.hint(format!("add `{missing}`, or remove it from the input")));
        }
        for odd in keys.iter().filter(|k| !wanted.contains(&k.as_str())) {
            let problem = self.at(
                &target.range,
                format!("the query has `{odd}`, which does not follow from the input"),
            );
            problems.push(problem.hint(format!("remove `{odd}`, or add it to the input")));
        }
    }

    fn expected(&self, operation: &Operation) -> Result<Expected, Problem> {
        let spec = &self.spec.value;
        let status = &spec.response.value.status;
        let Some(response) = operation
            .responses
            .iter()
            .find(|r| r.status == status.value)
        else {
            let problem = self.at(
                &status.range,
                format!(
                    "the status {} is not declared under `responses`",
                    status.value
                ),
            );
            return Err(problem.hint("declare it, with its outcome"));
        };
        match (&spec.output, &spec.error, response.outcome) {
            (Some(output), None, Outcome::Success) => self.output(operation, &output.value),
            (None, Some(error), outcome) if outcome != Outcome::Success => {
                let code = error.value.code.as_ref();
                if let Some(code) =
                    code.filter(|c| !self.api.errors.iter().any(|e| e.code == c.value))
                {
                    return Err(self
                        .at(&code.range, format!("no error is called `{}`", code.value))
                        .hint("the codes are listed in specs/errors.yaml"));
                }
                self.check_error(&error.value, status.value)?;
                Ok(Expected::Error {
                    kind: error.value.kind.value,
                    code: code.map(|c| c.value.clone()),
                })
            }
            (None, None, _) => Err(self
                .at(
                    &self.spec.value.id.range,
                    "the example does not say what the caller gets",
                )
                .hint("add `output: { … }` or `error: { kind: … }`")),
            (Some(_), Some(error), _) => Err(self
                .at(
                    &error.range,
                    "the example has both an `output` and an `error`",
                )
                .hint("an answer is one or the other")),
            (Some(output), None, _) => Err(self
                .at(
                    &output.range,
                    format!(
                        "the status {} is no success, so there is no output",
                        status.value
                    ),
                )
                .hint("say `error: { kind: … }` instead")),
            (None, Some(error), _) => Err(self
                .at(
                    &error.range,
                    format!(
                        "the status {} is a success, so there is no error",
                        status.value
                    ),
                )
                .hint("say `output: { … }` instead")),
        }
    }

    /// The kind of an error follows from the status, and its code from the body.
    fn check_error(&self, error: &spec::ExampleError, status: u16) -> Result<(), Problem> {
        let expected = kind_of(status);
        if error.kind.value != expected {
            let message = format!("the status {status} does not become this kind of error");
            return Err(self
                .at(&error.kind.range, message)
                .hint(format!("it becomes `{}`", snake(&format!("{expected:?}")))));
        }
        let json = self.spec.value.response.value.json.as_ref();
        let sent = json.and_then(|json| json.get("code"));
        match (sent.map(|node| (&node.value, &node.range)), &error.code) {
            (Some((Value::String(sent), range)), Some(code)) if *sent != code.value => Err(self
                .at(range, format!("the answer's code is not `{}`", code.value))
                .hint("`error` tells the code that the answer has")),
            (Some((_, range)), None) => Err(self
                .at(range, "the answer has a code that the error lacks")
                .hint("add `code: …` to `error`")),
            (None, Some(code)) => Err(self
                .at(&code.range, "the answer has no such code")
                .hint("an answer without JSON has no code: remove it here, or add the JSON")),
            _ => Ok(()),
        }
    }

    fn output(&self, operation: &Operation, node: &Node) -> Result<Expected, Problem> {
        let Value::Map(entries) = &node.value else {
            return Err(self
                .at(&node.range, "the output is a map of field names to values")
                .hint("as in `{ size: 3, etag: null }`"));
        };
        let mut fields = Vec::new();
        for entry in entries {
            if entry.key == "body" && operation.output.stream.is_some() {
                let value = values::expected(&[], &Type::Bytes, &entry.value)
                    .map_err(|m| self.mistyped("body", m))?;
                fields.push(Argument {
                    name: "body".into(),
                    wire: "body".into(),
                    ty: Type::Bytes,
                    required: true,
                    value,
                });
                continue;
            }
            let outputs = &operation.output.fields;
            let Some(field) = outputs.iter().find(|f| f.name == entry.key) else {
                let problem = self.at(
                    &entry.key_range,
                    format!("the output has no field `{}`", entry.key),
                );
                return Err(
                    match closest(&entry.key, outputs.iter().map(|f| f.name.as_str())) {
                        Some(near) => problem.hint(format!("did you mean `{near}`?")),
                        None => {
                            problem.hint("the fields are those under `responses`, in snake_case")
                        }
                    },
                );
            };
            let value = values::expected(&self.api.types, &field.ty, &entry.value)
                .map_err(|m| self.mistyped(&field.name, m))?;
            if value == Literal::Absent && field.is_plain() {
                return Err(self
                    .at(
                        &entry.value.range,
                        format!("`{}` is always there: it cannot be absent", field.name),
                    )
                    .hint("say its value"));
            }
            fields.push(Argument {
                name: field.name.clone(),
                wire: field.wire.clone(),
                ty: field.ty.clone(),
                required: field.is_plain(),
                value,
            });
        }
        Ok(Expected::Output(fields))
    }

    fn headers(&self, node: Option<&Node>) -> Result<Vec<(String, Option<String>)>, Problem> {
        let Some(node) = node else {
            return Ok(Vec::new());
        };
        let Value::Map(entries) = &node.value else {
            return Err(self
                .at(&node.range, "headers are a map of names to texts")
                .hint("as in `{ Content-Type: text/plain }`"));
        };
        let mut headers = Vec::new();
        for entry in entries {
            let name = spec::WireName(entry.key.clone());
            if entry.key.is_empty() || name.illegal_in_header().is_some() {
                return Err(self
                    .at(
                        &entry.key_range,
                        format!("`{}` is not the name of a header", entry.key),
                    )
                    .hint("letters, digits and `-`"));
            }
            let value = match &entry.value.value {
                Value::Null => None,
                Value::String(text) if text.bytes().all(|b| (b' '..=b'~').contains(&b)) => {
                    Some(text.clone())
                }
                Value::String(_) => {
                    return Err(self
                        .at(&entry.value.range, "a header's value is visible ASCII")
                        .hint("HTTP carries nothing else here"));
                }
                _ => {
                    return Err(self
                        .at(&entry.value.range, "a header's value is a text")
                        .hint("put it in double quotes"));
                }
            };
            headers.push((entry.key.clone(), value));
        }
        Ok(headers)
    }

    fn body(
        &self,
        json: Option<&Node>,
        body: Option<&Spanned<String>>,
    ) -> Result<WireBody, Problem> {
        match (json, body) {
            (Some(node), None) => Ok(WireBody::Json(to_json(node))),
            (None, Some(text)) => Ok(WireBody::Text(text.value.clone())),
            (None, None) => Ok(WireBody::None),
            (Some(node), Some(_)) => Err(self
                .at(&node.range, "a body is either `json` or `body`, not both")
                .hint("keep one of them")),
        }
    }

    /// A successful answer has the members that its status declares.
    fn check_members(&self, operation: &Operation, problems: &mut Vec<Diagnostic>) {
        let response = &self.spec.value.response.value;
        let declared = operation.responses.iter().find(|r| {
            r.status == response.status.value && r.outcome == Outcome::Success && r.stream.is_none()
        });
        let (
            Some(declared),
            Some(Node {
                value: Value::Map(entries),
                ..
            }),
        ) = (declared, &response.json)
        else {
            return;
        };
        for entry in entries {
            if operation.output.keep_unknown || declared.json.iter().any(|f| f.wire == entry.key) {
                continue;
            }
            let message = format!(
                "the status {} declares no member `{}`",
                declared.status, entry.key
            );
            let problem = self.at(&entry.key_range, message);
            problems.push(
                match closest(&entry.key, declared.json.iter().map(|f| f.wire.as_str())) {
                    Some(near) => problem.hint(format!("did you mean `{near}`?")),
                    None => problem.hint("declare it under `responses`, or remove it"),
                },
            );
        }
        for field in declared.json.iter().filter(|f| f.required) {
            if !entries.iter().any(|e| e.key == field.wire) {
                let message = format!("the answer lacks the required member `{}`", field.wire);
                problems.push(
                    self.at(&response.status.range, message)
                        .hint("add it to `json`"),
                );
            }
        }
    }

    /// The fields of a form, in order; what the SDK works out need not be told.
    fn form(&self, node: &Node) -> Result<WireBody, Problem> {
        let Value::Map(entries) = &node.value else {
            let problem = self.at(&node.range, "a form is a map of field names to texts");
            return Err(problem.hint("as in `{ key: cat.png, file: hello }`"));
        };
        let mut fields = Vec::new();
        for entry in entries {
            let Value::String(text) = &entry.value.value else {
                let problem = self.at(&entry.value.range, "a field of a form is a text");
                return Err(problem.hint("put it in double quotes"));
            };
            fields.push((entry.key.clone(), text.clone()));
        }
        Ok(WireBody::Form(fields))
    }

    /// What varies must be there to vary.
    fn check_varies(&self, example: &Example) -> Result<(), Problem> {
        fn has_member(json: &serde_json::Value, name: &str) -> bool {
            match json {
                serde_json::Value::Object(map) => {
                    map.iter().any(|(k, v)| k == name || has_member(v, name))
                }
                serde_json::Value::Array(items) => items.iter().any(|v| has_member(v, name)),
                _ => false,
            }
        }
        for name in &self.spec.value.varies {
            let header = example
                .response
                .headers
                .iter()
                .any(|(n, v)| v.is_some() && n.eq_ignore_ascii_case(&name.value.0));
            let member = matches!(&example.response.body, WireBody::Json(json) if has_member(json, &name.value.0));
            if !header && !member {
                let problem = self.at(
                    &name.range,
                    format!("the response has no header or member `{}`", name.value.0),
                );
                return Err(problem.hint("`varies` names what the response has, with a value that only a live server knows"));
            }
        }
        Ok(())
    }
}

/// What the SDK makes of a status that is no success.
fn kind_of(status: u16) -> spec::ErrorKind {
    use spec::ErrorKind;
    match status {
        304 => ErrorKind::NotModified,
        300..400 => ErrorKind::Redirect,
        401 => ErrorKind::Unauthenticated,
        402 | 403 => ErrorKind::PermissionDenied,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        412 => ErrorKind::PreconditionFailed,
        416 => ErrorKind::InvalidRange,
        429 => ErrorKind::Throttled,
        400..500 => ErrorKind::Rejected,
        _ => ErrorKind::Service,
    }
}

fn names(operation: &Operation) -> String {
    let mut names: Vec<&str> = operation.inputs.iter().map(|i| i.name.as_str()).collect();
    if operation.scope != Scope::Service {
        names.insert(0, "bucket");
    }
    names.join(", ")
}

fn to_json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(b) => (*b).into(),
        Value::Int(i) => (*i).into(),
        Value::Uint(u) => (*u).into(),
        Value::Float(f) => (*f).into(),
        Value::String(s) => s.clone().into(),
        Value::Seq(items) => items.iter().map(to_json).collect(),
        Value::Map(entries) => {
            let members = entries.iter().map(|e| (e.key.clone(), to_json(&e.value)));
            serde_json::Value::Object(members.collect())
        }
    }
}
