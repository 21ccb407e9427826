//! What an example says the caller gets.

use super::super::values;
use super::message::to_json;
use super::{Problem, Reader};
use crate::diagnostic::did_you_mean;
use crate::model::{Argument, Expected, Literal, Operation, Type, snake};
use crate::spec::{self, ErrorKind, Outcome};
use crate::yaml::{Node, Value};

impl Reader<'_> {
    pub(super) fn expected(&self, operation: &Operation) -> Result<Expected, Problem> {
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
                if let Some(code) = code.filter(|c| !response.codes.contains(&c.value)) {
                    let message = format!(
                        "the status {} does not name the code `{}`",
                        status.value, code.value
                    );
                    return Err(self
                        .at(&code.range, message)
                        .hint("add it to the `codes` of that status"));
                }
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
                let value = values::expected(self.known(), &Type::Bytes, &entry.value)
                    .map_err(|m| self.mistyped("body", m))?;
                fields.push(stream(value));
                continue;
            }
            let outputs = &operation.output.fields;
            let Some(field) = outputs.iter().find(|f| f.name == entry.key) else {
                let problem = self.at(
                    &entry.key_range,
                    format!("the output has no field `{}`", entry.key),
                );
                return Err(problem.hint(
                    did_you_mean(&entry.key, outputs.iter().map(|f| f.name.as_str()))
                        .unwrap_or_else(|| {
                            "the fields are those under `responses`, in snake_case".into()
                        }),
                ));
            };
            let value = values::expected(self.known(), &field.ty, &entry.value)
                .map_err(|m| self.mistyped(&field.name, m))?;
            if value == Literal::Absent && field.is_plain() {
                return Err(self
                    .at(
                        &entry.value.range,
                        format!("`{}` is always there: it cannot be absent", field.name),
                    )
                    .hint("say its value"));
            }
            fields.push(Argument::of(field, field.is_plain(), value));
        }
        if operation.output.stream.is_some() && !entries.iter().any(|e| e.key == "body") {
            let response = &self.spec.value.response.value;
            if response.body.is_some() {
                return Err(self
                    .at(&node.range, "the answer has a body that the output lacks")
                    .hint("add `body: …` with what the caller reads"));
            }
            let json = response.json.as_ref().map(|json| to_json(json).to_string());
            fields.extend(json.map(|json| stream(Literal::Bytes(json.into_bytes()))));
        }
        Ok(Expected::Output(fields))
    }
}

/// The streamed body.
fn stream(value: Literal) -> Argument {
    Argument {
        name: "body".into(),
        wire: "body".into(),
        ty: Type::Bytes,
        required: true,
        value,
    }
}

/// What the SDK makes of a status that is no success.
fn kind_of(status: u16) -> ErrorKind {
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
