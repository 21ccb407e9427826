//! `specs/types/*.yaml`: names found, cycles refused.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{self, Context};
use super::load::{Files, Parsed};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::{EnumValue, Place, Type, TypeDef, TypeKind, snake, upper_camel};
use crate::spec::{self, TypeExpr, TypeFile};
use crate::yaml::de::Spanned;

/// What a type's name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NameKind {
    Struct,
    Enum,
    /// Its file is broken; uses of it are not judged.
    Unread,
}

/// The names of all types.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, NameKind>);

impl Names {
    pub(super) fn of(files: &Files, problems: &mut Vec<Diagnostic>) -> Self {
        let mut names = BTreeMap::new();
        let mut snakes: BTreeMap<String, String> = BTreeMap::new();
        for file in &files.types {
            let name = &file.spec.name.value.0;
            if let Some(other) = snakes.insert(snake(name), name.clone()) {
                let message = format!("the type `{name}` collides with `{other}`");
                problems.push(
                    file.at(&file.spec.name, message)
                        .hint("choose another name"),
                );
            }
            let kind = match (&file.spec.fields, &file.spec.values) {
                (None, None) if file.partial => NameKind::Unread,
                (_, Some(_)) => NameKind::Enum,
                _ => NameKind::Struct,
            };
            names.insert(name.clone(), kind);
        }
        for name in &files.unread_types {
            names.entry(name.clone()).or_insert(NameKind::Unread);
        }
        Self(names)
    }

    /// Finds every name in a type, or says which one there is not. `None` without a mistake stands for
    /// a type whose own file is broken.
    pub(super) fn resolve<T>(
        &self,
        file: &Parsed<T>,
        ty: &Spanned<TypeExpr>,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Type> {
        match self.find(&ty.value) {
            Ok(ty) => ty,
            Err(name) => {
                let problem = file.at(ty, format!("no type is called `{name}`"));
                let known = self.0.keys().map(String::as_str);
                let otherwise = || format!("describe it in specs/types/{}.yaml", snake(&name));
                problems.push(problem.hint(did_you_mean(&name, known).unwrap_or_else(otherwise)));
                None
            }
        }
    }

    fn find(&self, ty: &TypeExpr) -> Result<Option<Type>, String> {
        Ok(Some(match ty {
            TypeExpr::String => Type::String,
            TypeExpr::Bool => Type::Bool,
            TypeExpr::Int32 => Type::Int32,
            TypeExpr::Int64 => Type::Int64,
            TypeExpr::Uint64 => Type::Uint64,
            TypeExpr::Float64 => Type::Float64,
            TypeExpr::Bytes => Type::Bytes,
            TypeExpr::Timestamp(format) => Type::Timestamp(*format),
            TypeExpr::ByteRange => Type::ByteRange,
            TypeExpr::ObjectRef => Type::ObjectRef,
            TypeExpr::CustomerKey => Type::CustomerKey,
            TypeExpr::ImageActions => Type::ImageActions,
            TypeExpr::List(item) => match self.find(item)? {
                Some(item) => Type::List(Box::new(item)),
                None => return Ok(None),
            },
            TypeExpr::Map(item) => match self.find(item)? {
                Some(item) => Type::Map(Box::new(item)),
                None => return Ok(None),
            },
            TypeExpr::Named(name) => match self.0.get(name) {
                Some(NameKind::Struct) => Type::Struct(name.clone()),
                Some(NameKind::Enum) => Type::Enum(name.clone()),
                Some(NameKind::Unread) => return Ok(None),
                None => return Err(name.clone()),
            },
        }))
    }
}

pub(super) fn resolve(
    files: &Files,
    names: &Names,
    problems: &mut Vec<Diagnostic>,
) -> Vec<TypeDef> {
    let mut types: Vec<TypeDef> = Vec::new();
    for file in &files.types {
        let name = &file.spec.name;
        let expected = format!("specs/types/{}.yaml", snake(&name.value.0));
        if file.source.path != expected {
            let message = format!("the type `{}` stands in the wrong file", name.value.0);
            problems.push(
                file.at(name, message)
                    .hint(format!("it belongs in {expected}")),
            );
        }
        if spec::is_keyword(&snake(&name.value.0)) {
            let message = format!(
                "the module `{}` would be a keyword of Rust",
                snake(&name.value.0)
            );
            problems.push(file.at(name, message).hint("choose another name"));
        }
        if let Some(kind) = kind(file, names, problems) {
            types.push(TypeDef {
                name: name.value.0.clone(),
                snake: snake(&name.value.0),
                doc: file.spec.doc.0.clone(),
                file: file.source.path.clone(),
                kind,
            });
        }
    }
    types.sort_by(|a, b| a.name.cmp(&b.name));
    refuse_cycles(files, &types, problems);
    types
}

fn kind(
    file: &Parsed<TypeFile>,
    names: &Names,
    problems: &mut Vec<Diagnostic>,
) -> Option<TypeKind> {
    let spec = &file.spec;
    match (&spec.fields, &spec.values) {
        (Some(members), None) => {
            let context = Context {
                file,
                names,
                place: Place::Json,
                answer: false,
            };
            let mut fields = Vec::new();
            for member in members {
                if let Some(variants) = &member.value.variants {
                    for variant in variants {
                        problems.push(
                            file.at(variant, "`for` has no meaning in a type")
                                .hint("remove it"),
                        );
                    }
                }
                // What a struct holds is printed with it, and travels as it is.
                for (what, given) in [
                    ("sensitive", member.value.sensitive),
                    ("computed", member.value.computed.is_some()),
                ] {
                    if given {
                        problems.push(
                            file.at(
                                &member.value.name,
                                format!("`{what}` has no meaning in a type"),
                            )
                            .hint("it is for the parameters of an operation"),
                        );
                    }
                }
                fields.extend(fields::resolve(&context, &member.value, problems));
            }
            fields::refuse_collisions(file, &fields, members, &["new", "extra"], problems);
            Some(TypeKind::Struct {
                fields,
                keep_unknown: spec.keep_unknown,
            })
        }
        (None, Some(values)) => Some(TypeKind::Enum(enum_values(file, values, problems))),
        (Some(_), Some(_)) => {
            let message = format!("`{}` has both `fields` and `values`", spec.name.value.0);
            problems.push(
                file.at(&spec.name, message)
                    .hint("a struct has `fields`, an enum has `values`"),
            );
            None
        }
        (None, None) => {
            if !file.partial {
                let message = format!("`{}` has neither `fields` nor `values`", spec.name.value.0);
                problems.push(
                    file.at(&spec.name, message)
                        .hint("a struct has `fields`, an enum has `values`"),
                );
            }
            None
        }
    }
}

fn enum_values(
    file: &Parsed<TypeFile>,
    values: &[Spanned<crate::spec::EnumValue>],
    problems: &mut Vec<Diagnostic>,
) -> Vec<EnumValue> {
    if values.is_empty() && !file.partial {
        problems.push(
            file.at(&file.spec.name, "the enum has no values")
                .hint("list the known ones under `values`"),
        );
    }
    if file.spec.keep_unknown {
        problems.push(
            file.at(
                &file.spec.name,
                "`keep_unknown` is for structs: an enum always keeps unknown values",
            )
            .hint("remove it"),
        );
    }
    let mut result: Vec<EnumValue> = Vec::new();
    for value in values {
        let value = &value.value;
        let wire = &value.value.value;
        let variant = match &value.name {
            Some(name) => name.value.0.clone(),
            None => upper_camel(wire),
        };
        let usable = variant.starts_with(|c: char| c.is_ascii_uppercase())
            && variant.chars().all(|c| c.is_ascii_alphanumeric());
        if wire.is_empty() || wire.chars().any(|c| !(c.is_ascii_graphic() || c == ' ')) {
            problems.push(
                file.at(&value.value, format!("the value {wire:?} cannot travel"))
                    .hint("visible ASCII, at least one character"),
            );
        } else if !usable || variant == "Self" {
            let problem = file.at(
                &value.value,
                format!("the value `{wire}` cannot become a name in Rust"),
            );
            problems.push(problem.hint("give it one: `name: SomeName`"));
        } else if variant == "Unknown" {
            let problem = file.at(
                &value.value,
                "`Unknown` stands for the values that the spec does not list",
            );
            problems.push(problem.hint("give it another name: `name: SomeName`"));
        } else if let Some(other) = result.iter().find(|v| v.wire == *wire) {
            problems.push(
                file.at(
                    &value.value,
                    format!("the value `{}` is listed twice", other.wire),
                )
                .hint("keep one of them"),
            );
        } else if let Some(other) = result.iter().find(|v| v.variant == variant) {
            let message = format!("the value `{wire}` collides with `{}`", other.wire);
            problems.push(file.at(&value.value, message).hint(format!(
                "both would be `{variant}` in Rust: give one a `name`"
            )));
        }
        result.push(EnumValue {
            wire: wire.clone(),
            variant,
            doc: value.doc.0.clone(),
        });
    }
    result
}

/// A struct that contains itself has no end on the wire and no size in Rust.
fn refuse_cycles(files: &Files, types: &[TypeDef], problems: &mut Vec<Diagnostic>) {
    let uses: BTreeMap<&str, BTreeSet<&str>> = types
        .iter()
        .map(|t| (t.name.as_str(), used_by(t)))
        .collect();
    for start in uses.keys() {
        let mut path = vec![*start];
        if let Some(cycle) = find_cycle(&uses, start, &mut path, &mut BTreeSet::new()) {
            // One report for each cycle: at the member of it that comes first.
            if cycle.iter().min() != Some(start) {
                continue;
            }
            let file = files.types.iter().find(|f| f.spec.name.value.0 == **start);
            if let Some(file) = file {
                let message = format!(
                    "the type `{start}` contains itself: {} → {start}",
                    cycle.join(" → ")
                );
                problems.push(
                    file.at(&file.spec.name, message)
                        .hint("break the circle: JSON of this API is never recursive"),
                );
            }
        }
    }
}

fn find_cycle<'a>(
    uses: &BTreeMap<&'a str, BTreeSet<&'a str>>,
    start: &str,
    path: &mut Vec<&'a str>,
    seen: &mut BTreeSet<&'a str>,
) -> Option<Vec<&'a str>> {
    let here = *path.last()?;
    for next in uses.get(here)? {
        if *next == start {
            return Some(path.clone());
        }
        if seen.insert(next) {
            path.push(next);
            if let Some(cycle) = find_cycle(uses, start, path, seen) {
                return Some(cycle);
            }
            path.pop();
        }
    }
    None
}

fn used_by(def: &TypeDef) -> BTreeSet<&str> {
    fn collect<'a>(ty: &'a Type, names: &mut BTreeSet<&'a str>) {
        match ty {
            Type::List(item) | Type::Map(item) => collect(item, names),
            Type::Struct(name) => {
                names.insert(name);
            }
            _ => {}
        }
    }
    let mut names = BTreeSet::new();
    if let TypeKind::Struct { fields, .. } = &def.kind {
        for field in fields {
            collect(&field.ty, &mut names);
        }
    }
    names
}
