//! Changes of parameters, headers and members.

use super::{Changes, Kind};
use crate::model::{Field, Literal, Place};

/// What a list of fields is to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Given by the caller: required ones are arguments, the others setters.
    Input,
    /// Got by the caller.
    Output,
    /// Members of a struct: got, and given too if `sent`; then required ones are arguments of `new`.
    Members { sent: bool },
}

/// Compares two lists of fields, as a program sees them.
pub(super) fn compare(
    old: &[Field],
    new: &[Field],
    used: Use,
    subject: &str,
    changes: &mut Changes,
) {
    for field in old {
        match partner(field, old, new) {
            None => changes.add(
                Kind::Removed,
                true,
                subject,
                format!("{} is gone", describe(field)),
            ),
            Some(now) => one(field, now, used, subject, changes),
        }
    }
    for field in new.iter().filter(|f| partner(f, new, old).is_none()) {
        let breaking =
            field.required && !matches!(used, Use::Output | Use::Members { sent: false });
        let what = format!("{} {}", describe(field), kind(field, used));
        changes.add(Kind::Added, breaking, subject, what);
    }
    order(old, new, used, subject, changes);
}

/// Compares which fields there are, and nothing else of them.
pub(super) fn listed(
    old: &[Field],
    new: &[Field],
    told: impl Fn(&Field) -> bool,
    place: &str,
    subject: &str,
    changes: &mut Changes,
) {
    for field in old
        .iter()
        .filter(|f| told(f) && partner(f, old, new).is_none())
    {
        let what = format!("{place}: {} is gone", describe(field));
        changes.add(Kind::Removed, false, subject, what);
    }
    for field in new
        .iter()
        .filter(|f| told(f) && partner(f, new, old).is_none())
    {
        let what = format!("{place}: {}", describe(field));
        changes.add(Kind::Added, false, subject, what);
    }
}

/// The field of the other version: of the same name on the wire, or else of the same name in Rust.
fn partner<'a>(field: &Field, own: &[Field], others: &'a [Field]) -> Option<&'a Field> {
    let same = |a: &Field, b: &Field| a.place == b.place && wire(a) == wire(b);
    let on_the_wire = others.iter().find(|other| same(field, other));
    on_the_wire.or_else(|| {
        let in_rust = others.iter().find(|other| other.name == field.name)?;
        // Not one that is another field's partner already.
        let taken = own.iter().any(|f| same(f, in_rust));
        (!taken).then_some(in_rust)
    })
}

fn wire(field: &Field) -> String {
    match field.place {
        Place::Header | Place::HeaderPrefix => field.wire.to_ascii_lowercase(),
        _ => field.wire.clone(),
    }
}

fn one(old: &Field, new: &Field, used: Use, subject: &str, changes: &mut Changes) {
    let name = describe(old);
    let mut changed = |breaking: bool, what: String| {
        changes.add(Kind::Changed, breaking, subject, format!("{name} {what}"));
    };
    if (old.place, wire(old)) != (new.place, wire(new)) {
        changed(true, format!("is now {}", describe(new)));
    }
    if old.name != new.name {
        changed(
            true,
            format!("is called `{}` in Rust, was `{}`", new.name, old.name),
        );
    }
    if old.ty != new.ty {
        let (now, was) = (new.ty.to_string(), old.ty.to_string());
        changed(true, format!("has the type `{now}`, had `{was}`"));
    }
    if old.required != new.required {
        // What a program gets always or sometimes is a value or an `Option`, unless a list is empty as well.
        let breaking = used != Use::Output && !matches!(used, Use::Members { sent: false })
            || old.is_plain() != new.is_plain();
        changed(breaking, format!("{}, {}", kind(new, used), was(old, used)));
    }
    if old.default != new.default {
        let breaking = old.is_plain() != new.is_plain();
        let show = |default: &Option<Literal>| match default {
            Some(Literal::Bool(_)) => "`false`",
            Some(Literal::String(_)) => "an empty text",
            Some(_) => "`0`",
            None => "nothing",
        };
        let (now, was) = (show(&new.default), show(&old.default));
        changed(breaking, format!("means {now} if it is missing, was {was}"));
    }
    if old.one_or_many != new.one_or_many {
        let what = match new.one_or_many {
            true => "may come as a single value",
            false => "no longer comes as a single value",
        };
        changed(false, what.into());
    }
    if old.sensitive != new.sensitive {
        let what = match new.sensitive {
            true => "is never printed",
            false => "may be printed",
        };
        changed(false, what.into());
    }
}

/// A changed order is a changed list of arguments, even if every field is the same.
fn order(old: &[Field], new: &[Field], used: Use, subject: &str, changes: &mut Changes) {
    if matches!(used, Use::Output | Use::Members { sent: false }) {
        return;
    }
    let arguments = |fields: &[Field]| -> Vec<String> {
        let required = fields.iter().filter(|f| f.required);
        required.map(|f| f.name.clone()).collect()
    };
    let (was, now) = (arguments(old), arguments(new));
    if was != now {
        let list = |names: &[String]| match names {
            [] => "none".to_string(),
            names => format!("`{}`", names.join("`, `")),
        };
        let what = format!("arguments: {}, were {}", list(&now), list(&was));
        changes.add(Kind::Changed, true, subject, what);
    }
}

/// A field by its place and its name on the wire.
pub(super) fn describe(field: &Field) -> String {
    let wire = &field.wire;
    match field.place {
        Place::Path => "the key".into(),
        Place::Query => format!("query `{wire}`"),
        Place::Header => format!("header `{wire}`"),
        Place::HeaderPrefix => format!("headers `{wire}*`"),
        Place::Json => format!("member `{wire}`"),
        Place::Form => format!("form field `{wire}`"),
        Place::FormPrefix => format!("form fields `{wire}*`"),
        Place::Stream => "the body".into(),
    }
}

fn kind(field: &Field, used: Use) -> &'static str {
    match (used, field.required) {
        (Use::Input | Use::Members { sent: true }, true) => "is required: an argument",
        (Use::Input | Use::Members { sent: true }, false) => "is optional: a setter",
        (_, true) => "is always there",
        (_, false) => "may be there",
    }
}

fn was(field: &Field, used: Use) -> &'static str {
    match (used, field.required) {
        (Use::Input | Use::Members { sent: true }, true) => "was an argument",
        (Use::Input | Use::Members { sent: true }, false) => "was a setter",
        (_, true) => "was always there",
        (_, false) => "was optional",
    }
}
