//! How the next page of a list is asked for.

use super::super::load::Parsed;
use super::Shared;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::{Field, NextValue, Paging, Type, TypeKind};
use crate::spec;
use crate::yaml::de::Spanned;

impl Shared<'_> {
    pub(super) fn paging(
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
                if field.ty != Type::Bool || !field.is_plain() {
                    problems.push(
                        file.at(
                            more,
                            format!("`{}` is not a `bool` that is always there", field.name),
                        )
                        .hint("`more` names a flag with `required: true` or `default: false`"),
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
            if next
                .iter()
                .any(|(sent, _): &(Field, NextValue)| sent.name == send.name)
            {
                let message = format!("`{}` is sent twice", send.name);
                problems.push(file.at(&step.value.send, message).hint("keep one of them"));
            }
            if send.sensitive {
                problems.push(
                    file.at(&step.value.send, format!("`{}` is sensitive", send.name))
                        .hint("a marker is no secret"),
                );
            }
            if !is_single(&send.ty) {
                problems.push(
                    file.at(
                        &step.value.send,
                        format!("`{}` cannot be a marker", send.name),
                    )
                    .hint("a marker is a text, a number, a time, bytes, a flag or an enum"),
                );
            }
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
        let skips = |(_, value): &(Field, NextValue)| matches!(value, NextValue::SkipItems);
        if next.iter().any(skips) && !next.iter().all(skips) {
            problems.push(
                file.at(paging, "an offset and a marker at once")
                    .hint("one of the two tells where the next page begins"),
            );
        }
        Some(Paging {
            items: items.name.clone(),
            item: (**item).clone(),
            more,
            next,
        })
    }
}

/// Whether a value can be compared and written into one text.
fn is_single(ty: &Type) -> bool {
    match ty {
        Type::String
        | Type::Bool
        | Type::Int32
        | Type::Int64
        | Type::Uint64
        | Type::Float64
        | Type::Bytes
        | Type::Timestamp(_)
        | Type::Enum(_) => true,
        Type::ByteRange
        | Type::ObjectRef
        | Type::CustomerKey
        | Type::ImageActions
        | Type::List(_)
        | Type::Map(_)
        | Type::Struct(_) => false,
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
            problem.hint(
                did_you_mean(&name.value.0, fields.iter().map(|f| f.name.as_str()))
                    .unwrap_or_else(|| "look at the names above".into()),
            ),
        );
    }
    found
}
