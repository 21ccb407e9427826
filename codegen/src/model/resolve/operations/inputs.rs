//! What a caller gives, and what the SDK adds to it.

use super::super::fields::{self, Context};
use super::super::load::Parsed;
use super::{Shared, is_for};
use crate::diagnostic::Diagnostic;
use crate::model::{Computed, Field, Place, RequestBody, Type};
use crate::spec::{self, BodyKind, ComputedRule, Scope};
use crate::yaml::de::Spanned;

/// Names that every request type has for itself.
const TAKEN_IN_REQUESTS: &[&str] = &[
    "bucket",
    "call",
    "customize",
    "extra",
    "items",
    "pages",
    "presign",
    "send",
];

impl<'a> Shared<'a> {
    /// The inputs of one variant: path, query, headers, body, each in the order of the file.
    pub(super) fn inputs(
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
            inputs.push(key_field(file, &request.path));
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
            body = self.body(
                &spec.value,
                &mut inputs,
                &mut computed,
                &mut specs,
                &mut own_problems,
            );
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
        computed: &mut Vec<Computed>,
        specs: &mut Vec<Spanned<spec::Field>>,
        problems: &mut Vec<Diagnostic>,
    ) -> RequestBody {
        let file = self.file;
        check_body(file, body, problems);
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
                inputs.push(stream("body", file, body));
                RequestBody::Stream
            }
            BodyKind::Form => {
                for field in body.fields.iter().flatten() {
                    if let Some(rule) = &field.value.computed {
                        computed.extend(self.computed(&field.value, rule, Place::Form, problems));
                        continue;
                    }
                    let context = self.context(Place::Form, false);
                    inputs.extend(fields::resolve(&context, &field.value, problems));
                    specs.push(field.clone());
                }
                inputs.push(stream("file", file, body));
                RequestBody::Form
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
        let (ty, expected) = match rule.value.rule {
            ComputedRule::ContentLength => (Type::Uint64, "uint64"),
            _ => (Type::String, "string"),
        };
        if self
            .names
            .resolve(self.file, &field.ty, problems)
            .is_some_and(|given| given != ty)
        {
            let message = format!("what this rule works out is a `{expected}`");
            problems.push(
                self.file
                    .at(&field.ty, message)
                    .hint(format!("write `type: {expected}`")),
            );
            return None;
        }
        let for_forms = matches!(
            rule.value.rule,
            ComputedRule::AccessKeyId | ComputedRule::Policy | ComputedRule::PolicySignature
        );
        if for_forms != (place == Place::Form) {
            let message = "this rule has no meaning here";
            problems.push(self.file.at(rule, message).hint(
                "`access_key_id`, `policy` and `policy_signature` are for forms, the others for headers",
            ));
            return None;
        }
        if for_forms {
            return Some(Computed {
                wire: field.name.value.0.clone(),
                place,
                rule: rule.value.rule,
                of: None,
                doc: field.doc.0.clone(),
                required: field.required,
                line: self.file.line(field.name.range.start),
            });
        }
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
            place,
            rule: rule.value.rule,
            of: rule.value.of.as_ref().map(|o| o.value.0.clone()),
            doc: field.doc.0.clone(),
            required: field.required,
            line: self.file.line(field.name.range.start),
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
}

/// The bytes of a body or of a form's file.
fn stream(wire: &str, file: &Parsed<spec::Operation>, body: &spec::Body) -> Field {
    Field {
        wire: wire.into(),
        name: "body".into(),
        ty: Type::Bytes,
        place: Place::Stream,
        doc: body.doc.as_ref().map_or_else(String::new, |d| d.0.clone()),
        required: true,
        default: None,
        sensitive: false,
        one_or_many: false,
        unverified: None,
        line: file.line(body.kind.range.start),
    }
}

fn key_field(file: &Parsed<spec::Operation>, path: &[Spanned<spec::Field>]) -> Field {
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
        one_or_many: false,
        unverified: None,
        line: match own {
            Some(field) => file.line(field.value.name.range.start),
            None => file.line(file.spec.http.path.range.start),
        },
    }
}
pub(super) fn check_body(
    file: &Parsed<spec::Operation>,
    body: &spec::Body,
    problems: &mut Vec<Diagnostic>,
) {
    match body.kind.value {
        BodyKind::Form if body.fields.is_none() || body.doc.is_none() || body.keep_unknown => {
            problems.push(
                file.at(
                    &body.kind,
                    "a form needs `fields`, and a `doc` for the file behind them",
                )
                .hint("`keep_unknown` is for `kind: json`"),
            );
        }
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
