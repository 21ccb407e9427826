//! Which files are generated through templates: each with its path, its template and its view.

use serde::Serialize;
use tera::Context;

use crate::diagnostic::Diagnostic;
use crate::model::{Api, TypeKind, scope_name};
use crate::spec::Scope;
use crate::view;

/// A file to be rendered.
#[derive(Debug)]
pub struct Planned {
    /// The path from the project's root.
    pub path: String,
    /// The path below `templates/`.
    pub template: &'static str,
    /// The spec that it is made from, or the folder of specs.
    pub subject: String,
    /// The view, as the template sees it.
    pub(crate) context: Context,
}

/// Every file that is made through a template.
pub fn plan(api: &Api) -> Result<Vec<Planned>, Vec<Diagnostic>> {
    let mut plan = Plan::default();
    sdk(api, &mut plan);
    emulator(api, &mut plan);
    conformance(api, &mut plan);
    docs(api, &mut plan);
    if plan.problems.is_empty() {
        Ok(plan.files)
    } else {
        Err(plan.problems)
    }
}

#[derive(Default)]
struct Plan {
    files: Vec<Planned>,
    problems: Vec<Diagnostic>,
}

impl Plan {
    fn file(&mut self, path: String, template: &'static str, subject: &str, view: &impl Serialize) {
        match Context::from_serialize(view) {
            Ok(context) => self.files.push(Planned {
                path,
                template,
                subject: subject.to_string(),
                context,
            }),
            Err(error) => self.problems.push(Diagnostic::nowhere(format!(
                "{template} for {subject}: {error}"
            ))),
        }
    }
}

const SCOPES: [Scope; 3] = [Scope::Service, Scope::Bucket, Scope::Object];

fn sdk(api: &Api, plan: &mut Plan) {
    let root = "sdk/src/generated";
    plan.file(
        format!("{root}/mod.rs"),
        "sdk/root.rs.tera",
        "specs/",
        &view::root(api),
    );
    plan.file(
        format!("{root}/error_code.rs"),
        "sdk/error_code.rs.tera",
        "specs/errors.yaml",
        &view::errors(api),
    );
    let keys = view::signed_keys(api);
    plan.file(
        format!("{root}/signed_query_keys.rs"),
        "sdk/signed_query_keys.rs.tera",
        "specs/service.yaml",
        &keys,
    );
    for scope in SCOPES {
        let name = scope_name(scope);
        let operations: Vec<_> = api.operations.iter().filter(|o| o.group == scope).collect();
        for operation in &operations {
            let path = format!("{root}/{name}/{}.rs", operation.snake);
            plan.file(
                path,
                "sdk/operation.rs.tera",
                &operation.file,
                &view::operation(operation),
            );
        }
        let modules = view::ModuleView {
            doc: format!("//! The operations of the scope `{name}`."),
            modules: operations.iter().map(|o| o.snake.clone()).collect(),
        };
        plan.file(
            format!("{root}/{name}/mod.rs"),
            "sdk/modules.rs.tera",
            &format!("specs/{name}/"),
            &modules,
        );
    }
    for def in &api.types {
        let path = format!("{root}/types/{}.rs", def.snake);
        match &def.kind {
            TypeKind::Struct {
                fields,
                keep_unknown,
            } => {
                let view = view::structure(def, fields, *keep_unknown);
                plan.file(path, "sdk/struct.rs.tera", &def.file, &view);
            }
            TypeKind::Enum(values) => plan.file(
                path,
                "sdk/enum.rs.tera",
                &def.file,
                &view::enumeration(def, values),
            ),
        }
    }
    let modules = view::ModuleView {
        doc: "//! The types that requests and answers are made of.".into(),
        modules: api.types.iter().map(|t| t.snake.clone()).collect(),
    };
    plan.file(
        format!("{root}/types/mod.rs"),
        "sdk/modules.rs.tera",
        "specs/types/",
        &modules,
    );
}

fn emulator(api: &Api, plan: &mut Plan) {
    let root = "emulator/src/generated";
    let modules = view::ModuleView {
        doc: "//! What the specs say about routes, errors and signatures.".into(),
        modules: ["answers", "errors", "routes", "signed_query_keys"]
            .map(String::from)
            .to_vec(),
    };
    plan.file(
        format!("{root}/mod.rs"),
        "emulator/modules.rs.tera",
        "specs/",
        &modules,
    );
    plan.file(
        format!("{root}/routes.rs"),
        "emulator/routes.rs.tera",
        "specs/",
        &view::routes(api),
    );
    plan.file(
        format!("{root}/answers.rs"),
        "emulator/answers.rs.tera",
        "specs/",
        &view::answers(api),
    );
    plan.file(
        format!("{root}/errors.rs"),
        "emulator/errors.rs.tera",
        "specs/errors.yaml",
        &view::errors(api),
    );
    let keys = view::signed_keys(api);
    plan.file(
        format!("{root}/signed_query_keys.rs"),
        "emulator/signed_query_keys.rs.tera",
        "specs/service.yaml",
        &keys,
    );
}

fn conformance(api: &Api, plan: &mut Plan) {
    let root = "conformance/src/generated";
    let mut modules = Vec::new();
    for operation in &api.operations {
        modules.push(operation.snake.clone());
        let path = format!("{root}/{}.rs", operation.snake);
        plan.file(
            path,
            "conformance/operation.rs.tera",
            &operation.file,
            &view::checks(api, operation),
        );
    }
    let pages = api
        .operations
        .iter()
        .map(|o| format!("{}/{}", scope_name(o.group), o.snake))
        .collect();
    let pages = view::ModuleView {
        doc: String::new(),
        modules: pages,
    };
    plan.file(
        format!("{root}/pages.rs"),
        "conformance/pages.rs.tera",
        "specs/",
        &pages,
    );
    plan.file(
        format!("{root}/mod.rs"),
        "conformance/root.rs.tera",
        "specs/",
        &view::all_checks(api, modules),
    );
}

fn docs(api: &Api, plan: &mut Plan) {
    let root = "docs/reference";
    for operation in &api.operations {
        let path = format!(
            "{root}/{}/{}.md",
            scope_name(operation.group),
            operation.snake
        );
        plan.file(
            path,
            "docs/operation.md.tera",
            &operation.file,
            &view::page(api, operation),
        );
    }
    plan.file(
        format!("{root}/README.md"),
        "docs/index.md.tera",
        "specs/",
        &view::index(api),
    );
    plan.file(
        format!("{root}/errors.md"),
        "docs/errors.md.tera",
        "specs/errors.yaml",
        &view::error_page(api),
    );
    plan.file(
        format!("{root}/emulator.md"),
        "docs/emulator.md.tera",
        "specs/",
        &view::emulator_page(api),
    );
}
