//! From files to the model, collecting every mistake on the way.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{examples, operations, routes, types};
use crate::diagnostic::{Diagnostic, Place as SourcePlace, SourceText};
use crate::model::{self, Answers, Api, ApiError, upper_camel};
use crate::spec::{Entity, ErrorList, Operation, Service, TypeFile};
use crate::yaml::{self, de::Spanned};

/// A file that could be read, with what it says.
#[derive(Debug)]
pub(super) struct Parsed<T> {
    pub(super) source: Arc<SourceText>,
    pub(super) spec: T,
    /// Parts had to be left out because of mistakes that are reported already.
    pub(super) partial: bool,
}

impl<T> Parsed<T> {
    /// A mistake at a value of this file.
    pub(super) fn at<V>(&self, value: &Spanned<V>, message: impl Into<String>) -> Diagnostic {
        self.at_range(value.range.clone(), message)
    }

    /// A mistake at a range of this file.
    pub(super) fn at_range(
        &self,
        range: std::ops::Range<usize>,
        message: impl Into<String>,
    ) -> Diagnostic {
        let place = SourcePlace {
            source: self.source.clone(),
            range,
        };
        Diagnostic::at(place, message)
    }

    /// The line (from 1) of a byte.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.source.text[..offset].matches('\n').count() + 1
    }
}

/// All files of the specs, read one by one.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) service: Option<Parsed<Service>>,
    pub(super) errors: Option<Parsed<ErrorList>>,
    pub(super) types: Vec<Parsed<TypeFile>>,
    pub(super) operations: Vec<Parsed<Operation>>,
    /// Names of types whose files could not be read: using them is no further mistake.
    pub(super) unread_types: Vec<String>,
}

/// Reads the specs: paths from the project's root, and their bytes.
pub fn load(specs: &BTreeMap<String, Vec<u8>>) -> Result<Api, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let files = read(specs, &mut problems);
    let api = resolve(&files, &mut problems);
    // Mistakes in the order in which somebody would read the files.
    problems.sort_by_key(|p| {
        let (file, line, column) = p.position().unwrap_or_default();
        (file.to_string(), line, column)
    });
    if problems.is_empty() {
        Ok(api)
    } else {
        Err(problems)
    }
}

impl Files {
    /// The file that an operation of the model comes from.
    pub(super) fn of(&self, operation: &model::Operation) -> Option<&Parsed<Operation>> {
        self.operations
            .iter()
            .find(|f| f.source.path == operation.file)
    }
}

fn read(specs: &BTreeMap<String, Vec<u8>>, problems: &mut Vec<Diagnostic>) -> Files {
    let mut files = Files::default();
    for (path, bytes) in specs {
        let entity = Entity::of(path);
        let source = match text(path, bytes) {
            Ok(source) => source,
            Err(problem) => {
                problems.push(problem);
                if entity == Some(Entity::Type) {
                    files.unread_types.push(stem(path));
                }
                continue;
            }
        };
        match entity {
            Some(Entity::Service) => files.service = parse(&source, problems),
            Some(Entity::Errors) => files.errors = parse(&source, problems),
            Some(Entity::Type) => match parse(&source, problems) {
                Some(file) => files.types.push(file),
                None => files.unread_types.push(stem(path)),
            },
            Some(Entity::Operation) => files.operations.extend(parse(&source, problems)),
            None => {
                let place = SourcePlace {
                    source,
                    range: 0..0,
                };
                problems.push(Diagnostic::at(place, "this file is in no place where specs are read").hint(
                    "specs are service.yaml, errors.yaml, types/*.yaml and {service,bucket,object}/*.yaml",
                ));
            }
        }
    }
    for (present, path) in [
        (files.service.is_some(), "specs/service.yaml"),
        (files.errors.is_some(), "specs/errors.yaml"),
    ] {
        if !present && !specs.contains_key(path) {
            problems.push(Diagnostic::nowhere(format!("{path} is missing")));
        }
    }
    files
}

fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    upper_camel(name.strip_suffix(".yaml").unwrap_or(name))
}

fn text(path: &str, bytes: &[u8]) -> Result<Arc<SourceText>, Diagnostic> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Arc::new(SourceText {
            path: path.to_string(),
            text: text.to_string(),
        })),
        Err(error) => {
            // The text up to the bad byte is enough to show the place.
            let good = error.valid_up_to();
            let text = String::from_utf8_lossy(&bytes[..good]).into_owned() + "\u{fffd}";
            let source = Arc::new(SourceText {
                path: path.to_string(),
                text,
            });
            let range = good..good + '\u{fffd}'.len_utf8();
            Err(Diagnostic::at(
                SourcePlace { source, range },
                format!("byte {:#04x} is not UTF-8", bytes[good]),
            )
            .hint("save the file as UTF-8"))
        }
    }
}

fn parse<T: DeserializeOwned>(
    source: &Arc<SourceText>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Parsed<T>> {
    let root = match yaml::parse(source) {
        Ok(root) => root,
        Err(found) => {
            problems.extend(found);
            return None;
        }
    };
    let (spec, found) = yaml::de::read_all::<T>(source, &root);
    let partial = !found.is_empty();
    problems.extend(found);
    spec.map(|spec| Parsed {
        source: source.clone(),
        spec,
        partial,
    })
}

fn resolve(files: &Files, problems: &mut Vec<Diagnostic>) -> Api {
    let mut signed_query_keys = Vec::new();
    let mut api = Api {
        service: String::new(),
        api_version: String::new(),
        docs: String::new(),
        signed_query_keys: Vec::new(),
        errors: errors(files, problems),
        answers: Answers::default(),
        types: Vec::new(),
        operations: Vec::new(),
    };
    if let Some(file) = &files.service {
        api.service.clone_from(&file.spec.service.0);
        api.api_version.clone_from(&file.spec.api_version.0);
        api.docs.clone_from(&file.spec.docs.0);
        for key in &file.spec.signed_query_keys {
            if signed_query_keys.contains(&key.value.0) {
                problems.push(
                    file.at(key, format!("`{}` is listed twice", key.value.0))
                        .hint("keep one of them"),
                );
            }
            signed_query_keys.push(key.value.0.clone());
        }
    }
    signed_query_keys.sort();
    api.signed_query_keys = signed_query_keys;
    let names = types::Names::of(files, problems);
    api.types = types::resolve(files, &names, problems);
    if let Some(file) = &files.service {
        api.answers = operations::common_answers(file, &names, &api.errors, problems);
    }
    api.operations = operations::resolve(files, &names, &api, problems);
    statuses_of_codes(files, &api, problems);
    routes::check(files, &api, problems);
    examples::resolve(files, &mut api, problems);
    api
}

/// A code comes with its usual status somewhere, if it comes at all.
fn statuses_of_codes(files: &Files, api: &Api, problems: &mut Vec<Diagnostic>) {
    let Some(file) = &files.errors else { return };
    for error in &file.spec.errors {
        let (code, status) = (&error.value.code.value.0, &error.value.status);
        let own = api.operations.iter().flat_map(|o| &o.responses);
        let mut statuses: Vec<u16> = own
            .chain(&api.answers.responses)
            .filter(|response| response.codes.contains(code))
            .map(|response| response.status)
            .collect();
        statuses.sort_unstable();
        statuses.dedup();
        if !statuses.is_empty() && !statuses.contains(&status.value) {
            let named: Vec<String> = statuses.iter().map(u16::to_string).collect();
            let message = format!(
                "`{code}` is named under the status {}, never under {}",
                named.join(" and "),
                status.value
            );
            problems.push(
                file.at(status, message).hint(
                    "the status here is the usual one: at least one `codes` has to name it so",
                ),
            );
        }
    }
}

fn errors(files: &Files, problems: &mut Vec<Diagnostic>) -> Vec<ApiError> {
    let Some(file) = &files.errors else {
        return Vec::new();
    };
    let mut errors: Vec<ApiError> = Vec::new();
    for error in &file.spec.errors {
        let error = &error.value;
        let code = &error.code.value.0;
        let variant = upper_camel(code);
        if let Some(other) = errors.iter().find(|e| e.variant == variant) {
            let message = format!("the code `{code}` collides with `{}`", other.code);
            problems.push(
                file.at(&error.code, message)
                    .hint(format!("both would be `{variant}` in Rust")),
            );
        }
        if ["Self", "Unknown"].contains(&variant.as_str())
            || !variant.starts_with(|c: char| c.is_ascii_uppercase())
        {
            problems.push(
                file.at(
                    &error.code,
                    format!("the code `{code}` cannot become a name in Rust"),
                )
                .hint("letters, digits and `_`, beginning with a letter"),
            );
        }
        if !(400..600).contains(&error.status.value) {
            let message = format!("{} is not the status of an error", error.status.value);
            problems.push(file.at(&error.status, message).hint("400 to 599"));
        }
        errors.push(ApiError {
            code: code.clone(),
            variant,
            status: error.status.value,
            doc: error.doc.0.clone(),
            unverified: error.unverified.as_ref().map(|u| u.0.clone()),
        });
    }
    errors
}
