//! Headers and bodies as an example writes them.

use super::{Problem, Reader};
use crate::model::WireBody;
use crate::spec;
use crate::yaml::{Node, Value, de::Spanned};

impl Reader<'_> {
    pub(super) fn headers(
        &self,
        node: Option<&Node>,
    ) -> Result<Vec<(String, Option<String>)>, Problem> {
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

    pub(super) fn body(
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

    /// The fields of a form, in order; what the SDK works out need not be told.
    pub(super) fn form(&self, node: &Node) -> Result<WireBody, Problem> {
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
}

pub(super) fn to_json(node: &Node) -> serde_json::Value {
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
