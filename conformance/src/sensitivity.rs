//! No check that follows from the specs survives if the fact that it is about is another one.
//!
//! Each is run once more for each of some alterations of its own data, with the SDK and the emulator as they are, and has to fail.
//! (`cargo xtask mutate` does the other half: there the checks are made from the altered specs, too.) Behaviours hold no data of
//! the specs.

use std::time::Duration;

use crate::check::{Check, Subject};
use crate::example::{Example, Payload};
use crate::execute::{self, Verdict};
use crate::facts::{Computed, Field, Operation, Outcome, Pages, Parameter, Place, Response};
use crate::facts::{Presign, Retry, Type};
use crate::generated::OPERATIONS;
use crate::slot::Slot;

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn text(text: String) -> &'static str {
    String::leak(text)
}

fn operation(method: &str) -> &'static Operation {
    let mut operations = OPERATIONS.iter().copied();
    operations.find(|o| o.method == method).expect(method)
}

/// What the check would be about if one fact were another.
fn alterations(subject: Subject) -> Vec<(String, Subject)> {
    match subject {
        Subject::Encode(example) => named(requests(example), Subject::Encode),
        Subject::Decode(example) => named(prepared_answers(example), Subject::Decode),
        Subject::Live(example) => named(live_answers(example), Subject::Live),
        Subject::Presign(example, presign) => {
            let mut all = named(live_answers(example), |e| Subject::Presign(e, presign));
            let other = leak(another_signature(example, presign));
            all.push(("signature".into(), Subject::Presign(example, other)));
            all
        }
        Subject::Pages(example, pages) => named(lists(pages), |p| Subject::Pages(example, p)),
        Subject::Parameter(operation, parameter) => {
            let mut all = parameters(parameter);
            let other = Parameter { ..*parameter };
            let mut altered: Vec<(String, Subject)> = all
                .drain(..)
                .map(|(what, p)| (what, with_parameter(operation, parameter, p)))
                .collect();
            let another = leak(another_call(operation));
            altered.push(("call".into(), Subject::Parameter(another, leak(other))));
            altered
        }
        Subject::Required(operation, parameter) => {
            let another = leak(another_call(operation));
            vec![("call".into(), Subject::Required(another, parameter))]
        }
        Subject::Status(operation, response) => {
            named(outcomes(response), |r| Subject::Status(operation, r))
        }
        Subject::Field(operation, field) => fields(field)
            .into_iter()
            .map(|(what, f)| (what, with_field(operation, field, f)))
            .collect(),
        Subject::Retry(operation) => {
            let retry = match operation.retry {
                Retry::Never => Retry::Idempotent,
                Retry::Safe | Retry::Idempotent => Retry::Never,
            };
            let altered = Operation {
                retry,
                ..*operation
            };
            vec![("retry".into(), Subject::Retry(leak(altered)))]
        }
        Subject::Offered(operation) => {
            let altered = Operation {
                offered: !operation.offered,
                ..*operation
            };
            vec![("offered".into(), Subject::Offered(leak(altered)))]
        }
        Subject::Paged(operation) => {
            let altered = Operation {
                pages: &[],
                ..*operation
            };
            vec![("pages".into(), Subject::Paged(leak(altered)))]
        }
        Subject::Stranger(operation) => {
            let altered = Operation {
                responses: other_refusals(operation),
                ..*operation
            };
            vec![("codes of 403".into(), Subject::Stranger(leak(altered)))]
        }
        Subject::Granted(operation) => {
            let method = match operation.method {
                "list_buckets" | "options_bucket" | "options_object" => "put_bucket",
                _ => "list_buckets",
            };
            let altered = Operation {
                method,
                ..*operation
            };
            vec![("who may".into(), Subject::Granted(leak(altered)))]
        }
        Subject::Refusals(operation) => {
            let moved = |r: &Response| Response { status: 499, ..*r };
            let responses = operation.responses.iter().map(moved).collect::<Vec<_>>();
            let altered = Operation {
                responses: responses.leak(),
                ..*operation
            };
            vec![("codes".into(), Subject::Refusals(leak(altered)))]
        }
        Subject::Behaviour(_) => Vec::new(),
    }
}

fn named<T: 'static>(
    altered: Vec<(String, T)>,
    subject: impl Fn(&'static T) -> Subject,
) -> Vec<(String, Subject)> {
    let altered = altered.into_iter();
    altered
        .map(|(what, value)| (what, subject(leak(value))))
        .collect()
}

type Headers = &'static [(&'static str, Option<&'static str>)];

/// Each header in turn with what `alter` makes of its value.
fn headers(
    headers: Headers,
    alter: impl Fn(&str, Option<&'static str>) -> Option<&'static str>,
) -> Vec<(String, Headers)> {
    let altered = headers.iter().enumerate().map(|(index, (name, value))| {
        let mut other = headers.to_vec();
        other[index].1 = alter(name, *value);
        (format!("header {name}"), &*other.leak())
    });
    altered.collect()
}

fn longer(value: Option<&'static str>) -> Option<&'static str> {
    Some(text(format!("{}x", value.unwrap_or_default())))
}

fn requests(example: &Example) -> Vec<(String, Example)> {
    let sign = if example.target.contains('?') {
        '&'
    } else {
        '?'
    };
    let target = text(format!("{}{sign}also", example.target));
    let request_body = match example.request_body {
        Payload::None => Payload::Text("x"),
        Payload::Json(_) => Payload::Json("[]"),
        Payload::Text(body) => Payload::Text(text(format!("{body}x"))),
        Payload::Form(fields) => Payload::Form(&fields[1..]),
    };
    let mut all = vec![
        (
            "method".into(),
            Example {
                method: "PATCH",
                ..*example
            },
        ),
        ("target".into(), Example { target, ..*example }),
        (
            "body".into(),
            Example {
                request_body,
                ..*example
            },
        ),
    ];
    let headers = headers(example.request_headers, |_, value| longer(value));
    all.extend(headers.into_iter().map(|(what, request_headers)| {
        (
            what,
            Example {
                request_headers,
                ..*example
            },
        )
    }));
    all
}

/// Answers that become something else.
fn prepared_answers(example: &Example) -> Vec<(String, Example)> {
    // One that becomes another kind of outcome.
    let status = if example.status < 500 { 500 } else { 418 };
    let mut all = vec![("status".into(), Example { status, ..*example })];
    if example.method != "HEAD" {
        let response_body = match example.response_body {
            Payload::None | Payload::Form(_) => None,
            Payload::Json(_) => Some(Payload::Json("{")),
            Payload::Text(body) => Some(Payload::Text(text(format!("{body}x")))),
        };
        let altered = |response_body| Example {
            response_body,
            ..*example
        };
        all.extend(response_body.map(|body| ("body".into(), altered(body))));
    }
    all
}

fn live_answers(example: &Example) -> Vec<(String, Example)> {
    let mut all = vec![(
        "status".into(),
        Example {
            status: 418,
            ..*example
        },
    )];
    let response_body = match example.response_body {
        Payload::None | Payload::Form(_) => None,
        Payload::Json(_) => Some(Payload::Json("{\"x-other\":1}")),
        Payload::Text(body) => Some(Payload::Text(text(format!("{body}x")))),
    };
    let altered = |response_body| Example {
        response_body,
        ..*example
    };
    all.extend(response_body.map(|body| ("body".into(), altered(body))));
    let varies = |name: &str| example.varies.iter().any(|v| v.eq_ignore_ascii_case(name));
    let headers = headers(example.response_headers, |name, value| {
        if varies(name) { None } else { longer(value) }
    });
    all.extend(headers.into_iter().map(|(what, response_headers)| {
        (
            what,
            Example {
                response_headers,
                ..*example
            },
        )
    }));
    all
}

fn another_signature(example: &Example, presign: &Presign) -> Presign {
    let method = match example.method {
        "GET" | "HEAD" => "delete_object",
        _ => "get_object",
    };
    let other = operation(method).presign.first();
    let sign = other.expect("it can be presigned").sign;
    Presign { sign, ..*presign }
}

/// Lists that are not cut into pages, or cut into some that lack something.
fn lists(pages: &Pages) -> Vec<(String, Pages)> {
    let whole = Pages {
        read: |_, _, _| Box::pin(async { Ok(vec![vec!["a".to_owned(), "b".to_owned()]]) }),
        ..*pages
    };
    let lossy = Pages {
        read: |_, _, limits| {
            Box::pin(async move {
                let items = |items: &[&str]| items.iter().map(|i| (*i).to_owned()).collect();
                Ok(match limits.size {
                    None => vec![items(&["a", "b", "c"])],
                    Some(_) => vec![items(&["a"]), items(&["c"])],
                })
            })
        },
        ..*pages
    };
    vec![("uncut".into(), whole), ("lossy".into(), lossy)]
}

/// The same check, about the call of another operation.
fn another_call(operation: &Operation) -> Operation {
    let other = match operation.method {
        "list_locations" => "list_buckets",
        _ => "list_locations",
    };
    let vary = self::operation(other).vary;
    Operation { vary, ..*operation }
}

fn with_parameter(operation: &Operation, old: &Parameter, new: Parameter) -> Subject {
    let own = |p: &Parameter| if p.name == old.name { new } else { *p };
    let parameters = operation
        .parameters
        .iter()
        .map(own)
        .collect::<Vec<_>>()
        .leak();
    let altered = Operation {
        parameters,
        ..*operation
    };
    Subject::Parameter(leak(altered), leak(new))
}

fn parameters(parameter: &Parameter) -> Vec<(String, Parameter)> {
    let mut all = Vec::new();
    let mut add = |what: &str, altered| all.push((what.to_owned(), altered));
    if !matches!(parameter.place, Place::Path | Place::Stream | Place::Extra) {
        let wire = text(format!("{}-x", parameter.wire));
        add("wire", Parameter { wire, ..*parameter });
    }
    let place = match parameter.place {
        Place::Query => Place::Header,
        Place::HeaderPrefix => Place::FormPrefix,
        Place::FormPrefix => Place::HeaderPrefix,
        Place::Json => Place::Header,
        Place::Stream => Place::Json,
        Place::Header if parameter.computed.is_some() => Place::Form,
        Place::Path | Place::Header | Place::Extra | Place::Form => Place::Query,
    };
    // Samples are members of a JSON body, wherever they are said to be.
    if !matches!(parameter.ty, Type::Sample) {
        add(
            "place",
            Parameter {
                place,
                ..*parameter
            },
        );
    }
    let ty = match parameter.ty {
        Type::Int32 | Type::Int64 | Type::Uint64 | Type::Float | Type::Bool => Some(Type::Text),
        Type::HttpTime => Some(Type::IsoTime),
        Type::IsoTime | Type::UnixTime => Some(Type::HttpTime),
        Type::ByteRange | Type::ObjectRef | Type::CustomerKey => Some(Type::Text),
        _ => None,
    };
    if let (Some(ty), None) = (ty, parameter.computed) {
        add("type", Parameter { ty, ..*parameter });
    }
    let computed = match parameter.computed {
        None => None,
        Some(Computed::ContentLength) => Some(Computed::ContentMd5),
        Some(Computed::Policy) => Some(Computed::PolicySignature),
        Some(_) => Some(Computed::ContentLength),
    };
    if let Some(computed) = computed {
        add(
            "computed",
            Parameter {
                computed: Some(computed),
                ..*parameter
            },
        );
    }
    all
}

fn outcomes(response: &Response) -> Vec<(String, Response)> {
    let outcome = match response.outcome {
        Outcome::Success => Outcome::Error,
        Outcome::Error | Outcome::Redirect | Outcome::NotModified => Outcome::Success,
    };
    let status = match response.outcome {
        Outcome::Success => 418,
        _ => 299,
    };
    vec![
        (
            "outcome".into(),
            Response {
                outcome,
                ..*response
            },
        ),
        (
            "status".into(),
            Response {
                status,
                ..*response
            },
        ),
    ]
}

fn with_field(operation: &Operation, old: &Field, new: Field) -> Subject {
    let own = |f: &Field| if f.name == old.name { new } else { *f };
    let fields = operation.fields.iter().map(own).collect::<Vec<_>>().leak();
    let altered = Operation {
        fields,
        ..*operation
    };
    Subject::Field(leak(altered), leak(new))
}

fn fields(field: &Field) -> Vec<(String, Field)> {
    let place = match field.place {
        Place::Json => Place::Header,
        _ => Place::Json,
    };
    let wire = text(format!("{}-x", field.wire));
    let required = !field.required;
    vec![
        ("wire".into(), Field { wire, ..*field }),
        ("place".into(), Field { place, ..*field }),
        ("required".into(), Field { required, ..*field }),
    ]
}

/// Where a stranger is refused, the spec does not say so, and the other way round.
fn other_refusals(operation: &Operation) -> &'static [Response] {
    let told = |r: &Response| r.status == 403;
    let mut responses: Vec<Response> = operation.responses.to_vec();
    if responses.iter().any(told) {
        responses.retain(|r| !told(r));
    } else {
        responses.push(Response {
            status: 403,
            outcome: Outcome::Error,
            codes: &["permission_denied"],
            fields: &[],
            line: 0,
        });
    }
    responses.leak()
}

/// The checks as they would be if one fact were another, with what is altered.
fn altered(live: bool) -> Vec<(String, Check)> {
    let checks = crate::check::all()
        .into_iter()
        .filter(|c| c.is_live() == live);
    let mut all = Vec::new();
    for check in checks {
        let altered = alterations(check.subject);
        let is_behaviour = matches!(check.subject, Subject::Behaviour(_));
        assert_eq!(altered.is_empty(), is_behaviour, "{}", check.name());
        all.extend(altered.into_iter().map(|(what, subject)| {
            let altered = Check {
                what: check.what.clone(),
                place: check.place.clone(),
                unverified: None,
                subject,
                ..check
            };
            (what, altered)
        }));
    }
    all
}

fn all_noticed(blind: &[String], tried: usize) {
    let blind_ones = blind.join("\n");
    assert!(
        blind.is_empty(),
        "{} of {tried} alterations go unnoticed:\n{blind_ones}",
        blind.len()
    );
}

#[tokio::test]
async fn no_check_without_an_endpoint_survives_another_fact() {
    let altered = altered(false);
    let mut blind = Vec::new();
    for (what, check) in &altered {
        if execute::offline(check).await.verdict == Verdict::Passed {
            blind.push(format!("{}: {what}", check.name()));
        }
    }
    all_noticed(&blind, altered.len());
}

#[tokio::test]
async fn no_live_check_survives_another_fact() {
    let patience = Duration::from_secs(10);
    let mut slot = Slot::emulator(patience).await.expect("an emulator");
    let mut altered = altered(true);
    altered.sort_by_key(|(_, check)| check.is_versioned());
    let mut blind = Vec::new();
    for (what, check) in &altered {
        let outcome = execute::live(check, &mut slot, patience).await;
        if outcome.verdict != Verdict::Failed {
            blind.push(format!("{}: {what}: {:?}", check.name(), outcome.verdict));
        }
    }
    slot.close().await;
    all_noticed(&blind, altered.len());
}
