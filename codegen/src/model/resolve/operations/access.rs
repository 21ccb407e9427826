//! Who may do an operation besides the bucket's owner.

use super::super::load::Parsed;
use crate::diagnostic::Diagnostic;
use crate::model::Access;
use crate::spec::{self, Auth, Scope};

/// What the spec says, or what it means by saying nothing.
pub(super) fn resolve(spec: &spec::Operation) -> Access {
    let access = spec.access.as_ref().map(|access| &access.value);
    let action = access.and_then(|access| Some((access, access.action.as_ref()?)));
    match (access, action) {
        (_, Some((access, action))) => Access::Granted {
            actions: std::iter::once(action)
                .chain(&access.aliases)
                .map(|name| name.value.0.clone())
                .collect(),
            permission: access.permission.as_ref().map(|p| p.value),
            users_only: access.users_only,
        },
        (Some(_), None) => Access::Anyone,
        (None, None) if spec.scope.value == Scope::Service => Access::Anyone,
        (None, None) => Access::Owner,
    }
}

/// Refuses what contradicts itself.
pub(super) fn check(file: &Parsed<spec::Operation>, problems: &mut Vec<Diagnostic>) {
    let spec = &file.spec;
    let Some(access) = &spec.access else {
        if spec.auth != Auth::Required && spec.scope.value != Scope::Service {
            problems.push(
                file.at(
                    &spec.operation,
                    "only the bucket's owner may do this, and the owner signs",
                )
                .hint("say with `access` who else may, or `auth: required`"),
            );
        }
        return;
    };
    let rules = &access.value;
    let names: Vec<_> = rules.action.iter().chain(&rules.aliases).collect();
    if rules.action.is_none()
        && (!rules.aliases.is_empty() || rules.permission.is_some() || rules.users_only)
    {
        problems.push(
            file.at(
                access,
                "`aliases`, `permission` and `users_only` belong to an `action`",
            )
            .hint("add the `action`"),
        );
    } else if rules.anyone == rules.action.is_some() {
        problems.push(
            file.at(access, "this says nothing of who may, or two things")
                .hint("either `anyone: true`, or the `action` that policies name"),
        );
    }
    if rules.users_only && rules.permission.is_none() {
        problems.push(
            file.at(access, "`users_only` says how a `permission` is given")
                .hint("add the `permission`"),
        );
    }
    for (index, name) in names.iter().enumerate() {
        if names[..index].iter().any(|other| other.value == name.value) {
            problems.push(
                file.at(*name, format!("`{}` is named twice", name.value.0))
                    .hint("name each once"),
            );
        }
    }
}
