//! What an altered fact can have to do with.

use std::collections::BTreeSet;

use qingstor_codegen::model::{Api, Field, Type, TypeKind};
use qingstor_codegen::mutate::Mutation;

/// The methods that a fact is about, or nothing if it is about all.
pub(super) fn of(mutation: &Mutation, api: &Api) -> Option<BTreeSet<String>> {
    let of_file = |file: &str| -> BTreeSet<String> {
        let operations = api.operations.iter().filter(|o| o.file == file);
        operations
            .map(|operation| operation.snake.clone())
            .collect()
    };
    let own = of_file(&mutation.file);
    if !own.is_empty() {
        return Some(own);
    }
    let def = api.types.iter().find(|def| def.file == mutation.file)?;
    let mut types = BTreeSet::from([def.name.clone()]);
    // Types that have a member of such a type, until there are no more.
    loop {
        let before = types.len();
        for def in &api.types {
            if let TypeKind::Struct { fields, .. } = &def.kind
                && fields.iter().any(|field| uses(field, &types))
            {
                types.insert(def.name.clone());
            }
        }
        if types.len() == before {
            break;
        }
    }
    let users = api.operations.iter().filter(|operation| {
        let answers = operation.responses.iter();
        let answers = answers.flat_map(|response| response.headers.iter().chain(&response.json));
        let mut all = operation.inputs.iter().chain(answers);
        all.any(|field| uses(field, &types))
    });
    // Variants share an output.
    Some(
        users
            .flat_map(|operation| of_file(&operation.file))
            .collect(),
    )
}

fn uses(field: &Field, types: &BTreeSet<String>) -> bool {
    let mut ty = &field.ty;
    while let Type::List(item) | Type::Map(item) = ty {
        ty = item;
    }
    matches!(ty, Type::Struct(name) | Type::Enum(name) if types.contains(name))
}

/// The mutants that errors of the compiler are about, each with the first error that is about it and no other.
pub(super) fn named(
    problem: &str,
    batch: &[usize],
    mutants: &[Mutation],
    reach: &[Option<BTreeSet<String>>],
) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for error in problem.split("\n\n").filter(|e| e.starts_with("error")) {
        let about = |index: &&usize| {
            let file = mutants[**index].file.rsplit('/').next().unwrap_or_default();
            let own = file.strip_suffix(".yaml").unwrap_or(file);
            let mut names = reach[**index].iter().flatten().map(String::as_str);
            has_word(error, own) || names.any(|name| has_word(error, name))
        };
        let mut named = batch.iter().filter(about);
        if let (Some(only), None) = (named.next(), named.next())
            && found.iter().all(|(index, _)| index != only)
        {
            found.push((*only, super::bench::first_error(error)));
        }
    }
    found
}

/// Whether a name in snake_case stands in a text, in this form or as a type.
fn has_word(text: &str, snake: &str) -> bool {
    let camel = qingstor_codegen::model::upper_camel(snake);
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.any(|word| word == snake || word == camel)
}
