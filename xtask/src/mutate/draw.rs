//! Which mutants are tried.

use std::collections::BTreeMap;

use qingstor_codegen::mutate::{self, Kind, Mutation};
use qingstor_codegen::{Diagnostic, Sources};

use super::state::{Fate, State};

/// Draws so many, from all kinds of facts in turn, so that the many facts of one kind do not hide the few of another. Those that
/// `lint` refuses are among them: they are decided.
pub(super) fn draw(
    sources: &Sources,
    seed: u64,
    count: usize,
    state: &mut State,
) -> Result<Vec<Mutation>, String> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut kinds: BTreeMap<Kind, Vec<Mutation>> = BTreeMap::new();
    for mutation in mutate::all(&sources.specs) {
        kinds.entry(mutation.kind).or_default().push(mutation);
    }
    for mutations in kinds.values_mut() {
        random.shuffle(mutations);
    }
    let mut drawn = Vec::new();
    while drawn.len() < count && kinds.values().any(|left| !left.is_empty()) {
        for left in kinds.values_mut() {
            let Some(mutation) = left.pop().filter(|_| drawn.len() < count) else {
                continue;
            };
            let id = mutation.id();
            if state.fate(&id).is_none()
                && let Some(mistake) = refusal(sources, &mutation)
            {
                state.decide(id, Fate::Lint(mistake))?;
            }
            drawn.push(mutation);
        }
    }
    Ok(drawn)
}

/// The specs with facts altered.
pub(super) fn altered(sources: &Sources, mutations: &[&Mutation]) -> Sources {
    let mut specs = sources.specs.clone();
    for mutation in mutations {
        if let Some(bytes) = specs.get_mut(&mutation.file) {
            let text = mutation.apply(&String::from_utf8_lossy(bytes));
            *bytes = text.into_bytes();
        }
    }
    Sources {
        specs,
        templates: sources.templates.clone(),
    }
}

/// What `lint` says of it, if anything.
fn refusal(sources: &Sources, mutation: &Mutation) -> Option<String> {
    let problems = qingstor_codegen::check(&altered(sources, &[mutation])).err()?;
    let message = |problem: &Diagnostic| problem.message.clone();
    Some(problems.first().map(message).unwrap_or_default())
}
