//! `specs/{service,bucket,object}/*.yaml`: one operation, and the variants that share its request line.

use std::collections::BTreeMap;

use super::fields::{self, Context};
use super::load::{Files, Parsed};
use super::types::Names;
use super::{
    Api, Computed, Field, NextValue, Operation, Output, Paging, Place, RequestBody, Response,
    Selector, Type, TypeDef, TypeKind, snake,
};
use crate::diagnostic::{Diagnostic, closest};
use crate::spec::{self, BodyKind, ComputedRule, HttpPath, Outcome, Scope};
use crate::yaml::de::Spanned;

/// Names that every request type has for itself.
const TAKEN_IN_REQUESTS: &[&str] = &[
    "bucket",
    "call",
    "customize",
    "items",
    "pages",
    "presign",
    "send",
];
/// Names that every output type has for itself.
const TAKEN_IN_OUTPUTS: &[&str] = &["meta", "extra", "request_id"];

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

pub(super) fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Service => "service",
        Scope::Bucket => "bucket",
        Scope::Object => "object",
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
        let responses = responses(file, names, api, problems);
        let output = output(file, &responses, problems);
        Self {
            file,
            names,
            types: &api.types,
            responses,
            output,
        }
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
        let scope = scope_of(&path.value);
        let before = problems.len();
        if variant.is_none() {
            check_path(file, path, spec.scope.value, problems);
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
            variant_of: variant.map(|_| spec.operation.value.0.clone()),
            scope,
            group: spec.scope.value,
            method: spec.http.method.value.as_str(),
            selector,
            when: when.map(|w| w.value.0.clone()),
            auth: spec.auth,
            retry: variant
                .and_then(|v| v.retry.as_ref())
                .unwrap_or(&spec.retry)
                .class,
            presign: variant.and_then(|v| v.presign).unwrap_or(spec.presign),
            inputs,
            computed,
            body,
            responses: self.responses.clone(),
            output: self.output.clone(),
            paging,
            examples: Vec::new(),
            id,
        }
    }

    /// The inputs of one variant: path, query, headers, body, each in the order of the file.
    fn inputs(
        &self,
        id: &str,
        scope: Scope,
        problems: &mut Vec<Diagnostic>,
    ) -> (Vec<Field>, Vec<Computed>, RequestBody) {
        let file = self.file;
        let request = &file.spec.request;
        let mut inputs = Vec::new();
        let mut computed = Vec::new();
        let mut specs: Vec<Spanned<spec::Field>> = Vec::new();
        // What belongs to all variants is judged once, with the operation itself.
        let mut own_problems = Vec::new();
        if scope == Scope::Object {
            inputs.push(key_field(&request.path));
        }
        for (place, fields) in [
            (Place::Query, &request.query),
            (Place::Header, &request.headers),
        ] {
            for field in fields.iter().filter(|f| is_for(&f.value.variants, id)) {
                let context = self.context(place, false);
                if let Some(rule) = &field.value.computed {
                    computed.extend(self.computed(&field.value, rule, place, &mut own_problems));
                } else {
                    inputs.extend(fields::resolve(&context, &field.value, &mut own_problems));
                    specs.push(field.clone());
                }
            }
        }
        let mut body = RequestBody::None;
        if let Some(spec) = request
            .body
            .as_ref()
            .filter(|b| is_for(&b.value.variants, id))
        {
            body = self.body(&spec.value, &mut inputs, &mut specs, &mut own_problems);
        }
        for rule in &computed {
            self.check_computed(rule, &inputs, body, &mut own_problems);
        }
        fields::refuse_collisions(file, &inputs, &specs, TAKEN_IN_REQUESTS, &mut own_problems);
        for problem in own_problems {
            let known = problems
                .iter()
                .any(|p| p.position() == problem.position() && p.message == problem.message);
            if !known {
                problems.push(problem);
            }
        }
        (inputs, computed, body)
    }

    fn context(&self, place: Place, answer: bool) -> Context<'a, spec::Operation> {
        Context {
            file: self.file,
            names: self.names,
            place,
            answer,
        }
    }

    fn body(
        &self,
        body: &spec::Body,
        inputs: &mut Vec<Field>,
        specs: &mut Vec<Spanned<spec::Field>>,
        problems: &mut Vec<Diagnostic>,
    ) -> RequestBody {
        check_body(self.file, body, problems);
        match body.kind.value {
            BodyKind::Json => {
                for field in body.fields.iter().flatten() {
                    inputs.extend(fields::resolve(
                        &self.context(Place::Json, false),
                        &field.value,
                        problems,
                    ));
                    specs.push(field.clone());
                }
                RequestBody::Json {
                    keep_unknown: body.keep_unknown,
                }
            }
            BodyKind::Stream => {
                inputs.push(Field {
                    wire: "body".into(),
                    name: "body".into(),
                    ty: Type::Bytes,
                    place: Place::Stream,
                    doc: body.doc.as_ref().map_or_else(String::new, |d| d.0.clone()),
                    required: true,
                    default: None,
                    sensitive: false,
                    unverified: None,
                });
                RequestBody::Stream
            }
        }
    }

    fn computed(
        &self,
        field: &spec::Field,
        rule: &Spanned<spec::Computed>,
        place: Place,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Computed> {
        if place != Place::Header {
            problems.push(
                self.file
                    .at(rule, "only headers are computed")
                    .hint("move it to `headers`"),
            );
            return None;
        }
        if let Some(odd) = field.name.value.illegal_in_header() {
            let message = format!(
                "`{}` is not the name of a header: it contains {odd:?}",
                field.name.value.0
            );
            problems.push(
                self.file
                    .at(&field.name, message)
                    .hint("letters, digits and `-` (RFC 9110 section 5.1)"),
            );
            return None;
        }
        let needs = matches!(
            rule.value.rule,
            ComputedRule::CustomerAlgorithm | ComputedRule::CustomerKeyMd5
        );
        match &rule.value.of {
            None if needs => {
                problems.push(
                    self.file
                        .at(
                            rule,
                            "this rule needs the header that it is worked out from",
                        )
                        .hint("add `of: <header>`"),
                );
            }
            Some(of) if !needs => problems.push(
                self.file
                    .at(of, "this rule works on the body: it takes no `of`"),
            ),
            _ => {}
        }
        Some(Computed {
            wire: field.name.value.0.clone(),
            rule: rule.value.rule,
            of: rule.value.of.as_ref().map(|o| o.value.0.clone()),
            doc: field.doc.0.clone(),
            required: field.required,
        })
    }

    fn check_computed(
        &self,
        rule: &Computed,
        inputs: &[Field],
        body: RequestBody,
        problems: &mut Vec<Diagnostic>,
    ) {
        let spec = self
            .file
            .spec
            .request
            .headers
            .iter()
            .find(|f| f.value.name.value.0 == rule.wire);
        let Some(place) = spec.and_then(|s| s.value.computed.as_ref()) else {
            return;
        };
        if let Some(of) = &rule.of {
            let key = inputs.iter().find(|i| i.wire.eq_ignore_ascii_case(of));
            if !key.is_some_and(|k| k.ty == Type::CustomerKey) {
                problems.push(
                    self.file
                        .at(
                            place,
                            format!("`{of}` is not a header of type `customer_key`"),
                        )
                        .hint("list that header with `type: customer_key`"),
                );
            }
        } else if body == RequestBody::None {
            problems.push(
                self.file
                    .at(place, "there is no body that this could be worked out from")
                    .hint("say with `for` which variants have it"),
            );
        } else if rule.rule == ComputedRule::ContentMd5 && body == RequestBody::Stream {
            problems.push(
                self.file
                    .at(place, "the MD5 of a stream is not known before it is sent")
                    .hint("make it a `string` that the caller may give"),
            );
        }
    }

    fn paging(
        &self,
        paging: &Spanned<spec::Paging>,
        inputs: &[Field],
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Paging> {
        let file = self.file;
        let outputs = &self.output.fields;
        let spec = &paging.value;
        let items = find(file, outputs, &spec.items, "output", problems)?;
        let Type::List(item) = &items.ty else {
            problems.push(
                file.at(&spec.items, format!("`{}` is not a list", items.name))
                    .hint("`items` names the list that the pages are made of"),
            );
            return None;
        };
        let more = match &spec.more {
            None => None,
            Some(more) => {
                let field = find(file, outputs, more, "output", problems)?;
                if field.ty != Type::Bool {
                    problems.push(
                        file.at(more, format!("`{}` is not a `bool`", field.name))
                            .hint("`more` names the flag that tells whether there is more"),
                    );
                }
                Some(field.name.clone())
            }
        };
        if spec.next.is_empty() {
            problems.push(
                file.at(paging, "`next` is empty")
                    .hint("say what changes in the request for the next page"),
            );
        }
        let mut next = Vec::new();
        for step in &spec.next {
            let send = find(file, inputs, &step.value.send, "request", problems)?.clone();
            if send.required {
                problems.push(
                    file.at(
                        &step.value.send,
                        format!(
                            "`{}` is required, so the first page has one already",
                            send.name
                        ),
                    )
                    .hint("what is sent for the next page is optional"),
                );
            }
            let value = match (
                &step.value.take,
                &step.value.take_last,
                step.value.skip_items,
            ) {
                (Some(take), None, false) => {
                    NextValue::Take(find(file, outputs, take, "output", problems)?.clone())
                }
                (None, Some(take), false) => {
                    let fields = match &**item {
                        Type::Struct(name) => {
                            match self.types.iter().find(|t| t.name == *name).map(|t| &t.kind) {
                                Some(TypeKind::Struct { fields, .. }) => fields.as_slice(),
                                _ => &[],
                            }
                        }
                        _ => &[],
                    };
                    NextValue::TakeLast(find(file, fields, take, "item", problems)?.clone())
                }
                (None, None, true) => NextValue::SkipItems,
                _ => {
                    problems.push(
                        file.at(step, "the next value has to come from one place")
                            .hint("exactly one of `take`, `take_last` and `skip_items: true`"),
                    );
                    return None;
                }
            };
            let fits = match &value {
                NextValue::Take(field) | NextValue::TakeLast(field) => field.ty == send.ty,
                NextValue::SkipItems => send.ty == Type::Uint64,
            };
            if !fits {
                let message = format!(
                    "`{}` cannot be sent as `{}`: the types differ",
                    step_source(&value),
                    send.name
                );
                problems.push(file.at(step, message).hint(
                    "an offset is `uint64`; markers have one type in the request and in the answer",
                ));
            }
            next.push((send, value));
        }
        Some(Paging {
            items: items.name.clone(),
            item: (**item).clone(),
            more,
            next,
        })
    }
}

fn step_source(value: &NextValue) -> &str {
    match value {
        NextValue::Take(field) | NextValue::TakeLast(field) => &field.name,
        NextValue::SkipItems => "the number of items",
    }
}

fn find<'f>(
    file: &Parsed<spec::Operation>,
    fields: &'f [Field],
    name: &Spanned<spec::FieldName>,
    of: &str,
    problems: &mut Vec<Diagnostic>,
) -> Option<&'f Field> {
    let found = fields.iter().find(|f| f.name == name.value.0);
    if found.is_none() {
        let problem = file.at(name, format!("the {of} has no field `{}`", name.value.0));
        problems.push(
            match closest(&name.value.0, fields.iter().map(|f| f.name.as_str())) {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None => problem.hint("look at the names above"),
            },
        );
    }
    found
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
    for names in fields
        .chain(request.body.iter().map(|b| &b.value.variants))
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

fn scope_of(path: &HttpPath) -> Scope {
    match path.parameters.len() {
        0 => Scope::Service,
        1 => Scope::Bucket,
        _ => Scope::Object,
    }
}

fn check_path(
    file: &Parsed<spec::Operation>,
    path: &Spanned<HttpPath>,
    scope: Scope,
    problems: &mut Vec<Diagnostic>,
) {
    let expected: &[&str] = match scope {
        Scope::Service => &[],
        Scope::Bucket => &["bucket"],
        Scope::Object => &["bucket", "key"],
    };
    for name in &path.value.parameters {
        if !["bucket", "key"].contains(&name.as_str()) {
            let problem = file.at(
                path,
                format!("the path has a parameter `{{{name}}}`, but there is no such field"),
            );
            problems.push(problem.hint("only `{bucket}` and `{key}` can stand in a path; other parameters go under `query` or `headers`"));
            return;
        }
    }
    if path.value.parameters != expected {
        let shape = match scope {
            Scope::Service => "/",
            Scope::Bucket => "/{bucket}",
            Scope::Object => "/{bucket}/{key}",
        };
        let message = format!(
            "the path `{}` does not fit the scope `{}`",
            path.value.text,
            scope_name(scope)
        );
        problems.push(
            file.at(path, message)
                .hint(format!("the path of this scope is `{shape}`")),
        );
    }
    for field in &file.spec.request.path {
        let name = &field.value.name.value.0;
        if !path.value.parameters.contains(name) {
            let problem = file.at(
                &field.value.name,
                format!("there is a field `{name}`, but the path has no `{{{name}}}`"),
            );
            problems.push(problem.hint(format!("the path is `{}`", path.value.text)));
        }
    }
}

fn key_field(path: &[Spanned<spec::Field>]) -> Field {
    let own = path.iter().find(|f| f.value.name.value.0 == "key");
    let doc = match own {
        Some(field) => field.value.doc.0.clone(),
        None => "The key of the object: 1 to 1023 bytes of UTF-8.".to_string(),
    };
    Field {
        wire: "key".into(),
        name: "key".into(),
        ty: Type::String,
        place: Place::Path,
        doc,
        required: true,
        default: None,
        sensitive: false,
        unverified: None,
    }
}

fn check_body(file: &Parsed<spec::Operation>, body: &spec::Body, problems: &mut Vec<Diagnostic>) {
    match body.kind.value {
        BodyKind::Json if body.fields.is_none() => {
            problems.push(
                file.at(&body.kind, "a JSON body needs `fields`")
                    .hint("list its members; `fields: []` if there are none"),
            );
        }
        BodyKind::Json if body.doc.is_some() => {
            problems.push(
                file.at(&body.kind, "`doc` is for streams")
                    .hint("describe the members of a JSON body one by one"),
            );
        }
        BodyKind::Stream if body.fields.is_some() || body.keep_unknown => {
            problems.push(
                file.at(&body.kind, "a stream has no members")
                    .hint("`fields` and `keep_unknown` are for `kind: json`"),
            );
        }
        BodyKind::Stream if body.doc.is_none() => {
            problems.push(
                file.at(&body.kind, "the stream has no `doc`")
                    .hint("say what the bytes are"),
            );
        }
        _ => {}
    }
}

fn responses(
    file: &Parsed<spec::Operation>,
    names: &Names,
    api: &Api,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Response> {
    let mut responses: Vec<Response> = Vec::new();
    for response in &file.spec.responses {
        let spec = &response.value;
        let status = spec.status.value;
        if !(200..600).contains(&status) {
            problems.push(
                file.at(
                    &spec.status,
                    format!("{status} is not the status of an answer"),
                )
                .hint("200 to 599"),
            );
        }
        if responses.iter().any(|r| r.status == status) {
            problems.push(
                file.at(&spec.status, format!("the status {status} is listed twice"))
                    .hint("join the two"),
            );
        }
        let fits = match spec.outcome {
            Outcome::Success => status < 400 && status != 304,
            Outcome::Redirect => (300..400).contains(&status) && status != 304,
            Outcome::NotModified => status == 304,
            Outcome::Error => status >= 400,
        };
        if !fits {
            let problem = file.at(
                &spec.status,
                format!("the outcome does not fit the status {status}"),
            );
            problems.push(problem.hint("304 is `not_modified`, 4xx and 5xx are `error`, other 3xx are `redirect` or `success`, 2xx are `success`"));
        }
        for code in &spec.codes {
            if !api.errors.iter().any(|e| e.code == code.value) {
                let problem = file.at(code, format!("no error is called `{}`", code.value));
                problems.push(
                    match closest(&code.value, api.errors.iter().map(|e| e.code.as_str())) {
                        Some(near) => problem.hint(format!("did you mean `{near}`?")),
                        None => problem.hint("the codes are listed in specs/errors.yaml"),
                    },
                );
            }
        }
        let context = |place| Context {
            file,
            names,
            place,
            answer: true,
        };
        let mut headers = Vec::new();
        for header in &spec.headers {
            headers.extend(fields::resolve(
                &context(Place::Header),
                &header.value,
                problems,
            ));
        }
        let mut json = Vec::new();
        let mut stream = None;
        if let Some(body) = &spec.body {
            check_body(file, &body.value, problems);
            if file.spec.http.method.value == spec::Method::Head {
                problems.push(
                    file.at(body, "an answer to HEAD never has a body")
                        .hint("remove it"),
                );
            }
            for member in body.value.fields.iter().flatten() {
                json.extend(fields::resolve(
                    &context(Place::Json),
                    &member.value,
                    problems,
                ));
            }
            if body.value.kind.value == BodyKind::Stream {
                stream = body.value.doc.as_ref().map(|d| d.0.clone());
            }
        }
        responses.push(Response {
            status,
            outcome: spec.outcome,
            doc: spec.doc.as_ref().map(|d| d.0.clone()),
            codes: spec.codes.iter().map(|c| c.value.clone()).collect(),
            headers,
            json,
            stream,
        });
    }
    if !responses.iter().any(|r| r.outcome == Outcome::Success) && !file.partial {
        let problem = file.at(
            &file.spec.operation,
            "no status of this operation is a success",
        );
        problems.push(problem.hint("list at least one with `outcome: success` under `responses`"));
    }
    responses
}

/// The union of the successful answers.
fn output(
    file: &Parsed<spec::Operation>,
    responses: &[Response],
    problems: &mut Vec<Diagnostic>,
) -> Output {
    let successes: Vec<&Response> = responses
        .iter()
        .filter(|r| r.outcome == Outcome::Success)
        .collect();
    let spec_bodies = || {
        file.spec
            .responses
            .iter()
            .filter(|r| r.value.outcome == Outcome::Success)
            .filter_map(|r| r.value.body.as_ref())
    };
    let mut fields: Vec<Field> = Vec::new();
    for response in &successes {
        for field in response.headers.iter().chain(&response.json) {
            let known = fields
                .iter()
                .find(|f| f.wire.eq_ignore_ascii_case(&field.wire) && f.place == field.place);
            match known {
                None => fields.push(field.clone()),
                Some(known)
                    if known.ty == field.ty
                        && known.name == field.name
                        && known.default == field.default => {}
                Some(_) => {
                    let status = file
                        .spec
                        .responses
                        .iter()
                        .find(|r| r.value.status.value == response.status);
                    if let Some(status) = status {
                        let problem = file.at(
                            &status.value.status,
                            format!(
                                "`{}` is described differently under two statuses",
                                field.wire
                            ),
                        );
                        problems.push(
                            problem.hint("one field of the output has one type, name and default"),
                        );
                    }
                }
            }
        }
    }
    for field in &mut fields {
        let everywhere = successes.iter().all(|r| {
            r.headers
                .iter()
                .chain(&r.json)
                .any(|f| f.wire == field.wire && f.place == field.place && f.required)
        });
        field.required = field.required && everywhere;
    }
    let specs: Vec<Spanned<spec::Field>> = file
        .spec
        .responses
        .iter()
        .filter(|r| r.value.outcome == Outcome::Success)
        .flat_map(|r| {
            let members = r
                .value
                .body
                .iter()
                .flat_map(|b| b.value.fields.iter().flatten());
            r.value.headers.iter().chain(members).cloned()
        })
        .collect();
    let stream = successes.iter().find_map(|r| r.stream.clone());
    let mut taken = TAKEN_IN_OUTPUTS.to_vec();
    if stream.is_some() {
        taken.push("body");
        if let Some(mixed) = spec_bodies().find(|b| b.value.kind.value == BodyKind::Json) {
            problems.push(
                file.at(
                    mixed,
                    "one operation cannot answer with a stream and with JSON",
                )
                .hint("describe them as two operations"),
            );
        }
    }
    refuse_output_collisions(file, &fields, &specs, &taken, problems);
    Output {
        name: format!("{}Output", file.spec.operation.value.0),
        json: successes.iter().any(|r| !r.json.is_empty()),
        keep_unknown: spec_bodies().any(|b| b.value.keep_unknown),
        stream,
        fields,
    }
}

/// A field may stand under several statuses, so only names that differ on the wire can collide.
fn refuse_output_collisions(
    file: &Parsed<spec::Operation>,
    fields: &[Field],
    specs: &[Spanned<spec::Field>],
    taken: &[&str],
    problems: &mut Vec<Diagnostic>,
) {
    let mut once: Vec<Spanned<spec::Field>> = Vec::new();
    for spec in specs {
        if !once
            .iter()
            .any(|s| s.value.name.value == spec.value.name.value)
        {
            once.push(spec.clone());
        }
    }
    fields::refuse_collisions(file, fields, &once, taken, problems);
    // Within one status, the same name twice is a slip of the pen.
    for response in &file.spec.responses {
        let lists = [
            response.value.headers.as_slice(),
            response
                .value
                .body
                .as_ref()
                .and_then(|b| b.value.fields.as_deref())
                .unwrap_or_default(),
        ];
        for list in lists {
            for (index, field) in list.iter().enumerate() {
                let name = &field.value.name.value.0;
                if list[..index]
                    .iter()
                    .any(|f| f.value.name.value.0.eq_ignore_ascii_case(name))
                {
                    problems.push(
                        file.at(&field.value.name, format!("`{name}` is listed twice"))
                            .hint("keep one of them"),
                    );
                }
            }
        }
    }
}
