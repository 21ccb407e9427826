//! One field: its name, its type, and whether the two fit the place where it travels.

use super::load::Parsed;
use super::types::Names;
use super::values;
use crate::diagnostic::Diagnostic;
use crate::model::{Field, Literal, Place, Type, names};
use crate::spec;
use crate::yaml::de::Spanned;

/// Where a field stands.
pub(super) struct Context<'a, T> {
    pub(super) file: &'a Parsed<T>,
    pub(super) names: &'a Names,
    pub(super) place: Place,
    /// Whether it comes from the service.
    pub(super) answer: bool,
}

/// Resolves a field; `None` if it is too broken to go on with.
pub(super) fn resolve<T>(
    context: &Context<'_, T>,
    field: &spec::Field,
    problems: &mut Vec<Diagnostic>,
) -> Option<Field> {
    let file = context.file;
    let before = problems.len();
    let (wire, place) = wire_name(context, field, problems);
    let name = match &field.field {
        Some(name) => name.value.0.clone(),
        None => rust_name(file, field, &wire, place, problems),
    };
    let ty = context.names.resolve(file, &field.ty, problems)?;
    check_type(context, field, place, &ty, problems);
    let default = match &field.default {
        None => None,
        Some(node) if !context.answer && place != Place::Json => {
            let problem = file.at_range(
                node.range.clone(),
                "`default` says what a missing member of an answer means",
            );
            problems.push(problem.hint("describe the default of a parameter in its `doc`"));
            None
        }
        Some(_) if field.required => {
            let problem = file.at(
                &field.name,
                format!("`{wire}` is both required and has a default"),
            );
            problems.push(problem.hint("what is always there needs no default"));
            None
        }
        Some(node) => match values::of(values::Known::default(), &ty, node) {
            Ok(
                literal @ (Literal::Bool(_)
                | Literal::Int(_)
                | Literal::Uint(_)
                | Literal::Float(_)
                | Literal::String(_)),
            ) if is_zero(&literal) => Some(literal),
            Ok(_) => {
                let problem = file.at_range(node.range.clone(), "this default is not supported");
                problems.push(
                    problem.hint("`0`, `false` or `\"\"`: what is missing counts as nothing"),
                );
                None
            }
            Err(mistake) => {
                problems.push(
                    file.at_range(mistake.range, mistake.message)
                        .hint("the default has the field's own type"),
                );
                None
            }
        },
    };
    // A key is never printed, whoever describes it.
    let sensitive = field.sensitive || ty == Type::CustomerKey;
    let resolved = Field {
        wire,
        name,
        ty,
        place,
        doc: field.doc.0.clone(),
        required: field.required,
        default,
        sensitive,
        one_or_many: field.one_or_many,
        unverified: field.unverified.as_ref().map(|u| u.0.clone()),
        line: file.line(field.name.range.start),
    };
    (problems.len() == before).then_some(resolved)
}

fn is_zero(literal: &Literal) -> bool {
    match literal {
        Literal::Bool(b) => !b,
        Literal::Int(i) => *i == 0,
        Literal::Uint(u) => *u == 0,
        Literal::Float(f) => *f == 0.0,
        Literal::String(s) => s.is_empty(),
        _ => false,
    }
}

/// The name on the wire, which for a header may be the prefix of many.
fn wire_name<T>(
    context: &Context<'_, T>,
    field: &spec::Field,
    problems: &mut Vec<Diagnostic>,
) -> (String, Place) {
    let name = &field.name.value;
    if context.place == Place::Form {
        return match name.prefix() {
            Some(prefix) => (prefix.to_string(), Place::FormPrefix),
            None => (name.0.clone(), Place::Form),
        };
    }
    if context.place != Place::Header {
        return (name.0.clone(), context.place);
    }
    if let Some(odd) = name.illegal_in_header() {
        let problem = context.file.at(
            &field.name,
            format!(
                "`{}` is not the name of a header: it contains {odd:?}",
                name.0
            ),
        );
        problems.push(problem.hint("letters, digits and `-` (RFC 9110 section 5.1)"));
    }
    const OURS: &[&str] = &[
        "authorization",
        "connection",
        "content-length",
        "date",
        "host",
        "transfer-encoding",
        "user-agent",
    ];
    let lower = name.0.to_ascii_lowercase();
    let computed_length =
        matches!(&field.computed, Some(c) if c.value.rule == spec::ComputedRule::ContentLength);
    if !context.answer && OURS.contains(&lower.as_str()) && !computed_length {
        let problem = context.file.at(
            &field.name,
            format!("`{}` is set by the SDK itself", name.0),
        );
        problems.push(problem.hint("leave it out; a Content-Length may be listed with `computed: { rule: content_length }`"));
    }
    match name.prefix() {
        Some(prefix) => (prefix.to_string(), Place::HeaderPrefix),
        None => (name.0.clone(), Place::Header),
    }
}

fn rust_name<T>(
    file: &Parsed<T>,
    field: &spec::Field,
    wire: &str,
    place: Place,
    problems: &mut Vec<Diagnostic>,
) -> String {
    let name = names::field_name(wire, place);
    if spec::is_keyword(&name) {
        let problem = file.at(
            &field.name,
            format!("`{name}` is a keyword of Rust, so it cannot name a field"),
        );
        problems.push(problem.hint(format!("give it a name: `field: {name}_value`")));
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        let problem = file.at(
            &field.name,
            format!("`{wire}` cannot become a name in Rust"),
        );
        problems.push(problem.hint("give it one: `field: some_name`"));
    }
    name
}

fn check_type<T>(
    context: &Context<'_, T>,
    field: &spec::Field,
    place: Place,
    ty: &Type,
    problems: &mut Vec<Diagnostic>,
) {
    let mistake = match (place, ty) {
        (Place::HeaderPrefix | Place::FormPrefix, Type::Map(item)) if **item == Type::String => {
            None
        }
        (Place::FormPrefix, _) => Some("fields with a common prefix are a `map<string>`"),
        (Place::Form, Type::String | Type::Enum(_)) => None,
        (Place::Form, _) => Some("a field of a form is a `string` or an enum"),
        (Place::HeaderPrefix, _) => Some("headers with a common prefix are a `map<string>`"),
        (Place::Path, Type::String) => None,
        (Place::Path, _) => Some("a part of the path is a `string`"),
        (Place::Query | Place::Header, Type::Struct(_)) => Some("a struct can only travel as JSON"),
        (Place::Query | Place::Header, Type::Map(_)) => {
            Some("a map can only travel as JSON, or as headers whose name ends in `-*`")
        }
        (Place::Query | Place::Header, Type::List(item))
            if matches!(**item, Type::List(_) | Type::Map(_) | Type::Struct(_)) =>
        {
            Some("a list of lists, maps or structs can only travel as JSON")
        }
        (Place::Query | Place::Header, Type::List(item)) if **item == Type::Bytes => {
            Some("bytes in lists are not supported")
        }
        (Place::Header | Place::Query, Type::List(_)) if context.answer => {
            Some("a list in a header of an answer is not supported: use `string`")
        }
        (Place::Query, Type::ImageActions) if !context.answer => None,
        (Place::Header, Type::ByteRange | Type::ObjectRef | Type::CustomerKey)
            if !context.answer =>
        {
            None
        }
        (_, _) if mentions_header_type(ty) => {
            Some("this type is for headers of requests, `image_actions` for a query")
        }
        (_, _) if nests_timestamp(ty) => Some("times in lists and maps are not supported"),
        (Place::Json, Type::List(item) | Type::Map(item)) if matches!(**item, Type::Bytes) => {
            Some("bytes in lists and maps are not supported")
        }
        (Place::Header, Type::Timestamp(format)) if *format != spec::TimeFormat::Http => {
            Some("times in headers are `timestamp(http)`")
        }
        _ => None,
    };
    if let Some(mistake) = mistake {
        let problem = context
            .file
            .at(&field.ty, format!("`{ty}` cannot travel here: {mistake}"));
        problems.push(
            problem.hint("the table of types in specs/README.md tells what can travel where"),
        );
    }
    if field.one_or_many && !is_list_of_texts(place, ty) {
        let problem = context.file.at(
            &field.name,
            "`one_or_many` is for JSON lists of texts or enums",
        );
        problems.push(problem.hint("remove it"));
    }
    if field.sensitive && *ty != Type::String {
        let problem = context
            .file
            .at(&field.name, "only a `string` can be `sensitive`");
        problems.push(problem.hint(match ty {
            Type::CustomerKey => "remove it: a `customer_key` is never printed anyway",
            _ => "send it as a `string`",
        }));
    }
    if field.sensitive && context.answer {
        problems.push(
            context
                .file
                .at(&field.name, "`sensitive` is for what is sent")
                .hint("remove it"),
        );
    }
}

fn is_list_of_texts(place: Place, ty: &Type) -> bool {
    let of_texts = |item: &Type| matches!(item, Type::String | Type::Enum(_));
    place == Place::Json && matches!(ty, Type::List(item) if of_texts(item))
}

fn mentions_header_type(ty: &Type) -> bool {
    match ty {
        Type::ByteRange | Type::ObjectRef | Type::CustomerKey | Type::ImageActions => true,
        Type::List(item) | Type::Map(item) => mentions_header_type(item),
        _ => false,
    }
}

fn nests_timestamp(ty: &Type) -> bool {
    match ty {
        Type::List(item) | Type::Map(item) => {
            matches!(**item, Type::Timestamp(_)) || nests_timestamp(item)
        }
        _ => false,
    }
}

/// Names of headers differ by more than case.
fn same_on_the_wire(a: &Field, b: &Field) -> bool {
    match a.place {
        Place::Header | Place::HeaderPrefix => a.wire.eq_ignore_ascii_case(&b.wire),
        _ => a.wire == b.wire,
    }
}

/// Two fields of one struct need two names, and some names are taken by what every struct has.
pub(super) fn refuse_collisions<T>(
    file: &Parsed<T>,
    fields: &[Field],
    specs: &[Spanned<spec::Field>],
    taken: &[&str],
    problems: &mut Vec<Diagnostic>,
) {
    let place_of = |field: &Field| {
        let spec = specs.iter().find(|s| {
            let wire = &s.value.name.value;
            wire.prefix().unwrap_or(&wire.0) == field.wire
        });
        spec.map(|s| {
            s.value
                .field
                .as_ref()
                .map_or(s.value.name.range.clone(), |f| f.range.clone())
        })
    };
    for (index, field) in fields.iter().enumerate() {
        // Two members with one name on the wire: the second stands further down.
        let same_wire = specs
            .iter()
            .filter(|s| s.value.name.value.0 == field.wire)
            .nth(1);
        let is_same = |f: &&Field| f.place == field.place && same_on_the_wire(f, field);
        let earlier = fields[..index]
            .iter()
            .find(|f| f.name == field.name || is_same(f));
        let (range, message) = match (earlier, same_wire) {
            (Some(other), _) if is_same(&other) && other.name != field.name => {
                (place_of(field), format!("`{}` is listed twice", field.wire))
            }
            (Some(other), Some(second)) if other.wire == field.wire => (
                Some(second.value.name.range.clone()),
                format!("`{}` is listed twice", field.wire),
            ),
            (Some(other), _) => (
                place_of(field),
                format!(
                    "`{}` collides with `{}`: both would be `{}` in Rust",
                    field.wire, other.wire, field.name
                ),
            ),
            (None, _) if taken.contains(&field.name.as_str()) => (
                place_of(field),
                format!(
                    "`{}` would be `{}` in Rust, which every request or output has already",
                    field.wire, field.name
                ),
            ),
            _ => continue,
        };
        let hint = if message.ends_with("listed twice") {
            "keep one of them"
        } else {
            "give it another name: `field: some_name`"
        };
        if let Some(range) = range {
            problems.push(file.at_range(range, message).hint(hint));
        }
    }
}
