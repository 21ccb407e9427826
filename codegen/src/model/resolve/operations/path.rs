//! The path on the request line, and the scope that follows from it.

use super::super::load::Parsed;
use crate::diagnostic::Diagnostic;
use crate::model::scope_name;
use crate::spec::{self, HttpPath, Scope};
use crate::yaml::de::Spanned;

/// The scope that a path belongs to.
pub(super) fn scope(path: &HttpPath) -> Scope {
    match path.parameters.len() {
        0 => Scope::Service,
        1 => Scope::Bucket,
        _ => Scope::Object,
    }
}

/// Every parameter of the path is one that requests have.
pub(super) fn check_parameters(
    file: &Parsed<spec::Operation>,
    path: &Spanned<HttpPath>,
    problems: &mut Vec<Diagnostic>,
) -> bool {
    let parameters = &path.value.parameters;
    let known = ["bucket", "key"];
    if let Some(odd) = parameters.iter().find(|p| !known.contains(&p.as_str())) {
        let message = format!("the path has a parameter `{{{odd}}}`, but there is no such field");
        problems.push(file.at(path, message).hint(
            "only `{bucket}` and `{key}` can stand in a path; other parameters go under `query` or `headers`",
        ));
        return false;
    }
    if parameters.len() > known.len() || parameters.iter().zip(known).any(|(p, k)| p != k) {
        let message = format!(
            "the path `{}` has its parameters in another order",
            path.value.text
        );
        let hint = "a path is `/`, `/{bucket}` or `/{bucket}/{key}`";
        problems.push(file.at(path, message).hint(hint));
        return false;
    }
    true
}

/// The operation's own path fits its scope, and the described parameters are in it.
pub(super) fn check(
    file: &Parsed<spec::Operation>,
    path: &Spanned<HttpPath>,
    scope: Scope,
    problems: &mut Vec<Diagnostic>,
) {
    if self::scope(&path.value) != scope {
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
            let message = format!("there is a field `{name}`, but the path has no `{{{name}}}`");
            let hint = format!("the path is `{}`", path.value.text);
            problems.push(file.at(&field.value.name, message).hint(hint));
        }
    }
}
