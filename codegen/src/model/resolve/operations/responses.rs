//! What may come back, and the output that all successful answers have in common.

use super::super::fields::{self, Context};
use super::super::load::Parsed;
use super::super::types::Names;
use super::inputs::check_body;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::{Answers, Api, ApiError, Field, Output, Place, Response, ResponseBody};
use crate::spec::{self, BodyKind, Outcome};
use crate::yaml::de::Spanned;

/// Names that every output type has for itself.
const TAKEN_IN_OUTPUTS: &[&str] = &["meta", "extra", "request_id"];

/// Every declared status.
pub(super) fn all(
    file: &Parsed<spec::Operation>,
    names: &Names,
    api: &Api,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Response> {
    let mut responses: Vec<Response> = Vec::new();
    for response in &file.spec.responses {
        let mut resolved = without_body(file, response, names, &api.errors, problems);
        refuse_repetition(file, response, &responses, problems);
        if let Some(body) = &response.value.body {
            read_body(file, names, body, &mut resolved, problems);
        }
        responses.push(resolved);
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

/// What any request may be answered with, from `service.yaml`.
pub(in crate::model) fn common(
    file: &Parsed<spec::Service>,
    names: &Names,
    errors: &[ApiError],
    problems: &mut Vec<Diagnostic>,
) -> Answers {
    let spec = &file.spec.answers;
    for field in spec.headers.iter().chain(&spec.cross_origin) {
        if field.value.required {
            let message = "what any request may be answered with is not always there";
            problems.push(
                file.at(&field.value.name, message)
                    .hint("remove `required: true`"),
            );
        }
    }
    let mut answers = Answers {
        headers: headers(file, names, &spec.headers, problems),
        cross_origin: headers(file, names, &spec.cross_origin, problems),
        responses: Vec::new(),
    };
    for response in &spec.responses {
        let resolved = without_body(file, response, names, errors, problems);
        refuse_repetition(file, response, &answers.responses, problems);
        let status = &response.value.status;
        if response.value.outcome == Outcome::Success {
            problems.push(
                file.at(status, "a success has an operation that it belongs to")
                    .hint("list it under the `responses` of the operation"),
            );
        }
        if response.value.body.is_some() || response.value.variants.is_some() {
            problems.push(
                file.at(
                    status,
                    "what all operations share has no `body` and no `for`",
                )
                .hint("errors have one format; list the status with the operations that differ"),
            );
        }
        answers.responses.push(resolved);
    }
    answers
}

/// The status, what it means, and its headers.
fn without_body<T>(
    file: &Parsed<T>,
    response: &Spanned<spec::Response>,
    names: &Names,
    errors: &[ApiError],
    problems: &mut Vec<Diagnostic>,
) -> Response {
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
    for field in &spec.headers {
        let promise = match &field.value {
            field if field.required => "`required: true`",
            field if field.default.is_some() => "`default`",
            _ => continue,
        };
        if spec.outcome != Outcome::Success {
            let message = "a caller gets no output from this status";
            problems.push(file.at(&field.value.name, message).hint(format!(
                "remove {promise}: there is nothing that it could be about"
            )));
        }
    }
    for code in &spec.codes {
        if !errors.iter().any(|e| e.code == code.value) {
            let problem = file.at(code, format!("no error is called `{}`", code.value));
            problems.push(
                problem.hint(
                    did_you_mean(&code.value, errors.iter().map(|e| e.code.as_str()))
                        .unwrap_or_else(|| "the codes are listed in specs/errors.yaml".into()),
                ),
            );
        }
    }
    Response {
        status,
        outcome: spec.outcome,
        doc: spec.doc.as_ref().map(|d| d.0.clone()),
        codes: spec.codes.iter().map(|c| c.value.clone()).collect(),
        headers: headers(file, names, &spec.headers, problems),
        body: ResponseBody::None,
        json: Vec::new(),
        stream: None,
        line: file.line(spec.status.range.start),
    }
}

fn headers<T>(
    file: &Parsed<T>,
    names: &Names,
    specs: &[Spanned<spec::Field>],
    problems: &mut Vec<Diagnostic>,
) -> Vec<Field> {
    let context = answer(file, names, Place::Header);
    specs
        .iter()
        .filter_map(|header| fields::resolve(&context, &header.value, problems))
        .collect()
}

fn answer<'a, T>(file: &'a Parsed<T>, names: &'a Names, place: Place) -> Context<'a, T> {
    Context {
        file,
        names,
        place,
        answer: true,
    }
}

fn refuse_repetition<T>(
    file: &Parsed<T>,
    response: &Spanned<spec::Response>,
    earlier: &[Response],
    problems: &mut Vec<Diagnostic>,
) {
    let status = &response.value.status;
    if earlier.iter().any(|r| r.status == status.value) {
        problems.push(
            file.at(
                status,
                format!("the status {} is listed twice", status.value),
            )
            .hint("join the two"),
        );
    }
}

fn read_body(
    file: &Parsed<spec::Operation>,
    names: &Names,
    body: &Spanned<spec::Body>,
    response: &mut Response,
    problems: &mut Vec<Diagnostic>,
) {
    let status = response.status;
    if response.outcome != Outcome::Success || status == 204 {
        let message = format!("an answer of the status {status} is described with a body");
        problems.push(
            file.at(body, message)
                .hint("errors have one format, and 204 has no body: remove it"),
        );
    }
    check_body(file, &body.value, problems);
    if file.spec.http.method.value == spec::Method::Head {
        problems.push(
            file.at(body, "an answer to HEAD never has a body")
                .hint("remove it"),
        );
    }
    let context = answer(file, names, Place::Json);
    match body.value.kind.value {
        BodyKind::Form => {
            problems.push(
                file.at(&body.value.kind, "an answer is never a form")
                    .hint("`json` or `stream`"),
            );
        }
        BodyKind::Json => {
            response.body = ResponseBody::Json {
                keep_unknown: body.value.keep_unknown,
            };
            for member in body.value.fields.iter().flatten() {
                let member = fields::resolve(&context, &member.value, problems);
                response.json.extend(member);
            }
        }
        BodyKind::Stream => {
            response.body = ResponseBody::Stream;
            response.stream = body.value.doc.as_ref().map(|d| d.0.clone());
        }
    }
}

/// The union of the successful answers.
pub(super) fn output(
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
