//! The answer that an example tells is one that its operation declares.

use super::{Problem, Reader};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::{Example, Operation, WireBody};
use crate::spec::Outcome;
use crate::yaml::{Node, Value};

impl Reader<'_> {
    /// A successful answer has the members that its status declares.
    pub(super) fn check_members(&self, operation: &Operation, problems: &mut Vec<Diagnostic>) {
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
                problem.hint(
                    did_you_mean(&entry.key, declared.json.iter().map(|f| f.wire.as_str()))
                        .unwrap_or_else(|| "declare it under `responses`, or remove it".into()),
                ),
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

    /// What varies must be there to vary.
    pub(super) fn check_varies(&self, example: &Example) -> Result<(), Problem> {
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
