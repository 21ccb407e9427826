//! Which request reaches which operation, and that no two claim the same one.

use std::collections::BTreeMap;

use super::load::Files;
use crate::diagnostic::Diagnostic;
use crate::model::Api;

/// Refuses two operations on one route.
pub(super) fn check(files: &Files, api: &Api, problems: &mut Vec<Diagnostic>) {
    let mut routes: BTreeMap<_, &str> = BTreeMap::new();
    for operation in &api.operations {
        let selector = operation.selector.as_ref().map(|s| s.key.as_str());
        let when = operation.when.as_ref().map(|w| w.to_ascii_lowercase());
        let route = (operation.method, operation.scope, selector, when);
        let Some(other) = routes.insert(route, &operation.id) else {
            continue;
        };
        let Some(file) = files.of(operation) else {
            continue;
        };
        let variant = file
            .spec
            .variants
            .iter()
            .find(|v| v.value.operation.value.0 == operation.id);
        let name = variant.map_or(&file.spec.operation, |v| &v.value.operation);
        let message = format!("`{}` has the same route as `{other}`", operation.id);
        problems.push(file.at(name, message).hint(
            "method, path and `selector` together tell operations apart; `when` tells variants apart",
        ));
    }
}
