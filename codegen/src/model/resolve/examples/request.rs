//! The request that an example tells follows from its input.

use percent_encoding::percent_decode_str;

use super::Reader;
use crate::diagnostic::Diagnostic;
use crate::model::{Call, Literal, Operation, Place};
use crate::spec::Scope;

impl Reader<'_> {
    /// What is said on the wire must be able to follow from the input.
    pub(super) fn check_request(
        &self,
        operation: &Operation,
        call: &Call,
        problems: &mut Vec<Diagnostic>,
    ) {
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
}
