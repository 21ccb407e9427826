//! What an example says is called: by itself, and before.

use std::ops::Range;

use super::super::values;
use super::{Problem, Reader};
use crate::diagnostic::did_you_mean;
use crate::model::{Argument, Call, Given, Operation, Step, Type};
use crate::spec::{self, Scope};
use crate::yaml::{Entry, Node, Value, de::Spanned};

impl Reader<'_> {
    pub(super) fn step(&self, step: &Spanned<spec::Call>) -> Result<Step, Problem> {
        let method = &step.value.method;
        let Some(operation) = self.api.operations.iter().find(|o| o.snake == method.value) else {
            let problem = self.at(
                &method.range,
                format!("no operation has the method `{}`", method.value),
            );
            return Err(problem.hint(
                did_you_mean(
                    &method.value,
                    self.api.operations.iter().map(|o| o.snake.as_str()),
                )
                .unwrap_or_else(|| "docs/reference lists the operations with their methods".into()),
            ));
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
        let give = |entry: &Entry| {
            let fields = &operation.output.fields;
            let field = fields.iter().find(|f| f.name == entry.key);
            let Some(field) = field.filter(|f| f.ty == Type::String) else {
                let message = format!(
                    "the output of `{}` has no text `{}`",
                    operation.snake, entry.key
                );
                let texts = fields.iter().filter(|f| f.ty == Type::String);
                let problem = self.at(&entry.key_range, message);
                return Err(problem.hint(
                    did_you_mean(&entry.key, texts.map(|f| f.name.as_str()))
                        .unwrap_or_else(|| "the fields are those under its `responses`".into()),
                ));
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
    pub(super) fn call(
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
                return Err(problem.hint(
                    did_you_mean(&entry.key, operation.inputs.iter().map(|i| i.name.as_str()))
                        .unwrap_or_else(|| format!("known here: {}", names(operation))),
                ));
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
                Some(node) => values::of(self.known(), &field.ty, node)
                    .map_err(|m| self.mistyped(&field.name, m))?,
            };
            arguments.push(Argument::of(field, field.required, value));
        }
        Ok(Call {
            method: operation.snake.clone(),
            operation: operation.id.clone(),
            bucket,
            arguments,
        })
    }
}

fn names(operation: &Operation) -> String {
    let mut names: Vec<&str> = operation.inputs.iter().map(|i| i.name.as_str()).collect();
    if operation.scope != Scope::Service {
        names.insert(0, "bucket");
    }
    names.join(", ")
}
