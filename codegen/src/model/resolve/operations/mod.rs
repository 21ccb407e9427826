//! `specs/{service,bucket,object}/*.yaml`: one operation, and the variants that share its request line.

mod access;
mod inputs;
mod paging;
mod path;
mod responses;

pub(super) use responses::common as common_answers;

use std::collections::BTreeMap;

use super::load::{Files, Parsed};
use super::types::Names;
use crate::diagnostic::Diagnostic;
use crate::model::{
    Api, Emulated, Operation, Output, Place, Response, Selector, TypeDef, scope_name, snake,
};
use crate::spec;
use crate::yaml::de::Spanned;

/// Methods that the handles have for themselves.
const TAKEN_BY_HANDLES: &[&str] = &[
    "bucket",
    "builder",
    "call",
    "client",
    "clone",
    "from_env",
    "in_zone",
    "name",
    "new",
    "resolve_zone",
    "zone",
];

pub(super) fn resolve(
    files: &Files,
    names: &Names,
    api: &Api,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Operation> {
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    let mut operations: Vec<Operation> = Vec::new();
    for file in &files.operations {
        check_place(file, problems);
        let ids = std::iter::once(&file.spec.operation)
            .chain(file.spec.variants.iter().map(|v| &v.value.operation));
        for id in ids {
            if let Some(other) = taken.insert(snake(&id.value.0), id.value.0.clone()) {
                let message = format!("the operation `{}` collides with `{other}`", id.value.0);
                problems.push(
                    file.at(id, message)
                        .hint("names of operations and variants are unique: choose another"),
                );
            }
        }
        let ids = std::iter::once(&file.spec.operation)
            .chain(file.spec.variants.iter().map(|v| &v.value.operation));
        for id in ids
            .clone()
            .filter(|id| spec::is_keyword(&snake(&id.value.0)))
        {
            let message = format!(
                "the method `{}` would be a keyword of Rust",
                snake(&id.value.0)
            );
            problems.push(file.at(id, message).hint("choose another name"));
        }
        for id in ids.filter(|id| TAKEN_BY_HANDLES.contains(&snake(&id.value.0).as_str())) {
            let message = format!(
                "`Client` and `Bucket` have a method `{}` already",
                snake(&id.value.0)
            );
            problems.push(file.at(id, message).hint("choose another name"));
        }
        access::check(file, problems);
        let shared = Shared::of(file, names, api, problems);
        operations.push(shared.operation(None, problems));
        for variant in &file.spec.variants {
            operations.push(shared.operation(Some(variant), problems));
        }
    }
    for file in &files.operations {
        let output = format!("{}Output", file.spec.operation.value.0);
        if taken.values().any(|id| *id == output) {
            let message = format!(
                "the output of this operation would be called like the operation `{output}`"
            );
            problems.push(
                file.at(&file.spec.operation, message)
                    .hint("rename one of the two"),
            );
        }
    }
    // A stable sort: a variant stays behind its operation.
    operations.sort_by(|a, b| {
        let key = |o: &Operation| {
            (
                o.group,
                o.variant_of.clone().unwrap_or_else(|| o.id.clone()),
            )
        };
        key(a).cmp(&key(b))
    });
    operations
}

fn check_place(file: &Parsed<spec::Operation>, problems: &mut Vec<Diagnostic>) {
    let spec = &file.spec;
    let expected = format!(
        "specs/{}/{}.yaml",
        scope_name(spec.scope.value),
        snake(&spec.operation.value.0)
    );
    if file.source.path != expected {
        let message = format!(
            "the operation `{}` stands in the wrong file",
            spec.operation.value.0
        );
        problems.push(
            file.at(&spec.operation, message)
                .hint(format!("by its name and scope it belongs in {expected}")),
        );
    }
}

/// What an operation and its variants have in common.
struct Shared<'a> {
    file: &'a Parsed<spec::Operation>,
    names: &'a Names,
    types: &'a [TypeDef],
    responses: Vec<Response>,
    output: Output,
}

impl<'a> Shared<'a> {
    fn of(
        file: &'a Parsed<spec::Operation>,
        names: &'a Names,
        api: &'a Api,
        problems: &mut Vec<Diagnostic>,
    ) -> Self {
        check_variant_names(file, problems);
        let responses = responses::all(file, names, api, problems);
        let output = responses::output(file, &responses, problems);
        Self {
            file,
            names,
            types: &api.types,
            responses,
            output,
        }
    }

    /// The statuses that one variant is answered with.
    fn responses_for(&self, id: &str) -> Vec<Response> {
        let specs = &self.file.spec.responses;
        let is_for_id = |r: &&Response| {
            let spec = specs.iter().find(|s| s.value.status.value == r.status);
            spec.is_none_or(|s| is_for(&s.value.variants, id))
        };
        self.responses.iter().filter(is_for_id).cloned().collect()
    }

    fn operation(
        &self,
        variant: Option<&Spanned<spec::Variant>>,
        problems: &mut Vec<Diagnostic>,
    ) -> Operation {
        let file = self.file;
        let spec = &file.spec;
        let variant = variant.map(|v| &v.value);
        let id = variant
            .map_or(&spec.operation, |v| &v.operation)
            .value
            .0
            .clone();
        let path = variant
            .and_then(|v| v.path.as_ref())
            .unwrap_or(&spec.http.path);
        let scope = path::scope(&path.value);
        let before = problems.len();
        let own = variant.is_none();
        let new_path = own || variant.is_some_and(|v| v.path.is_some());
        if (!new_path || path::check_parameters(file, path, problems)) && own {
            path::check(file, path, spec.scope.value, problems);
        }
        let (inputs, computed, body) = self.inputs(&id, scope, problems);
        let selector = spec.http.selector.as_ref().map(|key| Selector {
            bare: !inputs
                .iter()
                .any(|i| i.place == Place::Query && i.wire == key.value.0),
            key: key.value.0.clone(),
        });
        if let (Some(selector), Some(key)) = (&selector, &spec.http.selector) {
            let field = inputs
                .iter()
                .find(|i| i.place == Place::Query && i.wire == selector.key);
            if field.is_some_and(|f| !f.required) {
                let message = format!(
                    "the selector `{}` is a query parameter that may be left out",
                    selector.key
                );
                problems.push(
                    file.at(key, message)
                        .hint("a parameter that selects an operation is `required: true`"),
                );
            }
        }
        let when = variant.and_then(|v| v.when.as_ref());
        if let Some(when) = when {
            let header = inputs
                .iter()
                .find(|i| i.place == Place::Header && i.wire.eq_ignore_ascii_case(&when.value.0));
            if !header.is_some_and(|h| h.required) && !file.partial {
                let message = format!("`{id}` has no required header `{}`", when.value.0);
                problems.push(file.at(when, message).hint(format!(
                    "list it under `headers` with `required: true` and `for: [{id}]`"
                )));
            }
        }
        let paging = match &spec.paging {
            Some(paging) if problems.len() == before && !file.partial => {
                self.paging(paging, &inputs, problems)
            }
            _ => None,
        };
        Operation {
            snake: snake(&id),
            title: variant.map_or(&spec.title, |v| &v.title).0.clone(),
            summary: variant.map_or(&spec.summary, |v| &v.summary).0.clone(),
            description: match variant {
                Some(v) => v.description.as_ref().map(|d| d.0.clone()),
                None => spec.description.as_ref().map(|d| d.0.clone()),
            },
            docs: spec.docs.0.clone(),
            upstream: spec.upstream.as_ref().map(|u| u.0.clone()),
            file: file.source.path.clone(),
            line: file.line(
                variant
                    .map_or(&spec.operation, |v| &v.operation)
                    .range
                    .start,
            ),
            variant_of: variant.map(|_| spec.operation.value.0.clone()),
            scope,
            group: spec.scope.value,
            method: spec.http.method.value.as_str(),
            selector,
            when: when.map(|w| w.value.0.clone()),
            auth: spec.auth,
            access: access::resolve(spec),
            emulated: match variant {
                Some(v) => v.emulator.as_ref(),
                None => spec.emulator.as_ref(),
            }
            .map(emulated),
            retry: variant
                .and_then(|v| v.retry.as_ref())
                .unwrap_or(&spec.retry)
                .class,
            presign: variant.and_then(|v| v.presign).unwrap_or(spec.presign),
            inputs,
            computed,
            body,
            responses: self.responses_for(&id),
            output: self.output.clone(),
            paging,
            examples: Vec::new(),
            id,
        }
    }
}

fn emulated(spec: &spec::Emulated) -> Emulated {
    Emulated {
        does: spec.does.0.clone(),
        lacks: spec.lacks.as_ref().map(|lacks| lacks.0.clone()),
    }
}

fn is_for(variants: &Option<Vec<Spanned<spec::TypeName>>>, id: &str) -> bool {
    match variants {
        None => true,
        Some(names) => names.iter().any(|n| n.value.0 == id),
    }
}

/// Every `for` names this operation or one of its variants.
fn check_variant_names(file: &Parsed<spec::Operation>, problems: &mut Vec<Diagnostic>) {
    let spec = &file.spec;
    let mut known = vec![spec.operation.value.0.as_str()];
    known.extend(
        spec.variants
            .iter()
            .map(|v| v.value.operation.value.0.as_str()),
    );
    let request = &spec.request;
    let fields = request
        .query
        .iter()
        .chain(&request.headers)
        .map(|f| &f.value.variants);
    let answers = spec.responses.iter().map(|r| &r.value.variants);
    for names in fields
        .chain(request.body.iter().map(|b| &b.value.variants))
        .chain(answers)
        .flatten()
    {
        for name in names
            .iter()
            .filter(|n| !known.contains(&n.value.0.as_str()))
        {
            let problem = file.at(
                name,
                format!("`{}` is no variant of this operation", name.value.0),
            );
            problems.push(problem.hint(format!("known here: {}", known.join(", "))));
        }
    }
    for field in request
        .body
        .iter()
        .flat_map(|b| b.value.fields.iter().flatten())
    {
        for name in field.value.variants.iter().flatten() {
            problems.push(
                file.at(name, "a member of a body cannot be for some variants only")
                    .hint("put `for` on the body"),
            );
        }
    }
    for variant in &spec.variants {
        if variant.value.when.is_none() && variant.value.path.is_none() {
            let problem = file.at(
                &variant.value.operation,
                "nothing tells this variant from the others",
            );
            problems.push(problem.hint("add `when: <header>` or `path:`"));
        }
    }
}
