//! Changes of structs and enums.

use std::collections::BTreeSet;

use super::fields::{self, Use};
use super::{Changes, Kind};
use crate::model::{Api, EnumValue, Type, TypeDef, TypeKind};

pub(super) fn compare(old: &Api, new: &Api, changes: &mut Changes) {
    let sent: BTreeSet<&str> = sent(old).union(&sent(new)).copied().collect();
    for def in &old.types {
        let subject = format!("type `{}`", def.name);
        match new.type_def(&def.name) {
            None => changes.add(Kind::Removed, true, &subject, ""),
            Some(now) => one(
                def,
                now,
                sent.contains(def.name.as_str()),
                &subject,
                changes,
            ),
        }
    }
    for def in new.types.iter().filter(|t| old.type_def(&t.name).is_none()) {
        changes.add(Kind::Added, false, &format!("type `{}`", def.name), "");
    }
}

fn one(old: &TypeDef, new: &TypeDef, sent: bool, subject: &str, changes: &mut Changes) {
    match (&old.kind, &new.kind) {
        (
            TypeKind::Struct {
                fields: was,
                keep_unknown: kept,
            },
            TypeKind::Struct {
                fields: now,
                keep_unknown: keeps,
            },
        ) => {
            fields::compare(was, now, Use::Members { sent }, subject, changes);
            match (kept, keeps) {
                (false, true) => {
                    changes.add(Kind::Added, false, subject, "keeps unknown members");
                }
                (true, false) => {
                    let what = "no longer keeps unknown members";
                    changes.add(Kind::Removed, true, subject, what);
                }
                _ => {}
            }
        }
        (TypeKind::Enum(was), TypeKind::Enum(now)) => values(was, now, subject, changes),
        (_, TypeKind::Struct { .. }) => {
            changes.add(Kind::Changed, true, subject, "is a struct, was an enum");
        }
        (_, TypeKind::Enum(_)) => {
            changes.add(Kind::Changed, true, subject, "is an enum, was a struct");
        }
    }
}

fn values(old: &[EnumValue], new: &[EnumValue], subject: &str, changes: &mut Changes) {
    for value in old {
        match new.iter().find(|v| v.wire == value.wire) {
            None => {
                let what = format!("the value `{}` is gone", value.wire);
                changes.add(Kind::Removed, true, subject, what);
            }
            Some(now) if now.variant != value.variant => {
                let what = format!(
                    "the value `{}` is called `{}` in Rust, was `{}`",
                    value.wire, now.variant, value.variant
                );
                changes.add(Kind::Changed, true, subject, what);
            }
            Some(_) => {}
        }
    }
    let known = |wire: &str| old.iter().any(|v| v.wire == wire);
    for value in new.iter().filter(|v| !known(&v.wire)) {
        let what = format!("the value `{}`", value.wire);
        changes.add(Kind::Added, false, subject, what);
    }
}

/// The structs that requests contain: programs make them.
fn sent(api: &Api) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for field in api.operations.iter().flat_map(|o| &o.inputs) {
        collect(api, &field.ty, &mut names);
    }
    names
}

fn collect<'a>(api: &'a Api, ty: &'a Type, names: &mut BTreeSet<&'a str>) {
    match ty {
        Type::List(item) | Type::Map(item) => collect(api, item, names),
        Type::Struct(name) if names.insert(name) => {
            if let Some(TypeKind::Struct { fields, .. }) = api.type_def(name).map(|d| &d.kind) {
                for field in fields {
                    collect(api, &field.ty, names);
                }
            }
        }
        _ => {}
    }
}
