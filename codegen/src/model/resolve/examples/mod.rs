//! Worked examples: typed, complete, and in no contradiction to their operation.

mod answer;
mod calls;
mod message;
mod request;
mod result;

use std::collections::BTreeSet;
use std::ops::Range;

use super::load::{Files, Parsed};
use super::values;
use crate::diagnostic::Diagnostic;
use crate::model::{Api, Example, Operation, WireMessage};
use crate::spec;
use crate::yaml::de::Spanned;

/// Adds the examples to the operations that they are about.
pub(super) fn resolve(files: &Files, api: &mut Api, problems: &mut Vec<Diagnostic>) {
    // With broken types every example would look broken too, and so would those of a broken operation.
    let broken: BTreeSet<String> = problems
        .iter()
        .filter_map(|p| Some(p.position()?.0.to_string()))
        .collect();
    let is_operation = |path: &String| {
        ["specs/service/", "specs/bucket/", "specs/object/"]
            .iter()
            .any(|folder| path.starts_with(folder))
    };
    if !broken.iter().all(is_operation) {
        return;
    }
    let mut found: Vec<(String, Example)> = Vec::new();
    let sound = files.operations.iter();
    for file in sound.filter(|f| !broken.contains(&f.source.path)) {
        refuse_repeated_ids(file, problems);
        for example in &file.spec.examples.value {
            let is_readable = |step: &Spanned<spec::Call>| {
                let mut operations = api.operations.iter();
                let target = operations.find(|o| o.snake == step.value.method.value);
                broken.is_empty() || target.is_some_and(|o| !broken.contains(&o.file))
            };
            if !example.value.given.iter().all(is_readable) {
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
    if problems.is_empty() {
        refuse_missing(files, api, problems);
    }
}

fn refuse_repeated_ids(file: &Parsed<spec::Operation>, problems: &mut Vec<Diagnostic>) {
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
    }
}

/// Every operation and every variant has an example.
fn refuse_missing(files: &Files, api: &Api, problems: &mut Vec<Diagnostic>) {
    for operation in api.operations.iter().filter(|o| o.examples.is_empty()) {
        let Some(file) = files.of(operation) else {
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

/// Reads one example. Its methods stand in the files beside this one, by the part that they read or check.
struct Reader<'a> {
    file: &'a Parsed<spec::Operation>,
    api: &'a Api,
    spec: &'a Spanned<spec::Example>,
}

/// What makes an example unreadable, in contrast to what can be reported on the way.
type Problem = Diagnostic;

impl Reader<'_> {
    fn known(&self) -> values::Known<'_> {
        values::Known {
            types: &self.api.types,
            unknown: &self.spec.value.unknown,
        }
    }

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
}
