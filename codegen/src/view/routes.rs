//! The emulator's route table.

use serde::Serialize;

use super::scope;
use crate::model::{Access, Api, Operation, Place, RequestBody};
use crate::spec::{Auth, Permission};

/// The route table.
#[derive(Debug, Serialize)]
pub struct RoutesView {
    /// The routes; those of variants come before the operation they belong to.
    pub routes: Vec<RouteView>,
}

/// One route; every string is Rust.
#[derive(Debug, Serialize)]
pub struct RouteView {
    /// The operation's name.
    pub operation: String,
    /// Its title.
    pub title: String,
    /// The method.
    pub method: String,
    /// `Scope::…`.
    pub scope: String,
    /// `Some("acl")` or `None`.
    pub selector: String,
    /// `Some("x-qs-copy-source")` or `None`.
    pub when: String,
    /// `Auth::…`.
    pub auth: String,
    /// `Access::…`.
    pub access: String,
    /// Whether it is emulated, as Rust.
    pub emulated: bool,
    /// `BodyKind::…`.
    pub body: String,
    /// The parameters.
    pub params: Vec<ParamView>,
    /// The constant with the declared answers.
    pub answers: String,
}

/// One parameter; every string is Rust.
#[derive(Debug, Serialize)]
pub struct ParamView {
    /// Its name on the wire.
    pub name: String,
    /// `Location::…`.
    pub location: String,
    /// The type, as in the spec.
    pub ty: String,
    /// Whether it must be there.
    pub required: bool,
}

/// The route table.
pub fn routes(api: &Api) -> RoutesView {
    let mut operations: Vec<&Operation> = api.operations.iter().collect();
    operations.sort_by_key(|o| o.when.is_none());
    RoutesView {
        routes: operations.into_iter().map(route).collect(),
    }
}

fn option(text: Option<String>) -> String {
    match text {
        Some(text) => format!("Some({text:?})"),
        None => "None".into(),
    }
}

fn route(operation: &Operation) -> RouteView {
    let inputs = operation.inputs.iter().filter_map(|field| {
        let location = match field.place {
            Place::Query => "Location::Query",
            Place::Header => "Location::Header",
            Place::Json => "Location::Json",
            Place::Form => "Location::Form",
            Place::Path | Place::HeaderPrefix | Place::FormPrefix | Place::Stream => return None,
        };
        Some(ParamView {
            name: format!("{:?}", field.wire),
            location: location.into(),
            ty: format!("{:?}", field.ty.to_string()),
            required: field.required,
        })
    });
    let computed = operation.computed.iter().map(|c| ParamView {
        name: format!("{:?}", c.wire),
        location: match c.place {
            Place::Form => "Location::Form".into(),
            _ => "Location::Header".into(),
        },
        ty: "\"string\"".into(),
        required: c.required,
    });
    RouteView {
        operation: format!("{:?}", operation.id),
        title: format!("{:?}", operation.title),
        method: format!("{:?}", operation.method),
        scope: scope(operation.scope).into(),
        selector: option(operation.selector.as_ref().map(|s| s.key.clone())),
        when: option(operation.when.as_ref().map(|w| w.to_ascii_lowercase())),
        auth: match operation.auth {
            Auth::Required => "Auth::Required".into(),
            Auth::Optional => "Auth::Optional".into(),
            Auth::Form => "Auth::Form".into(),
        },
        access: access(&operation.access),
        emulated: operation.emulated.is_some(),
        body: match operation.body {
            RequestBody::None => "BodyKind::None".into(),
            RequestBody::Json { .. } => "BodyKind::Json".into(),
            RequestBody::Stream => "BodyKind::Stream".into(),
            RequestBody::Form => "BodyKind::Form".into(),
        },
        params: inputs.chain(computed).collect(),
        answers: answers_name(operation),
    }
}

fn access(access: &Access) -> String {
    match access {
        Access::Owner => "Access::Owner".into(),
        Access::Anyone => "Access::Anyone".into(),
        Access::Granted {
            actions,
            permission,
            users_only,
        } => {
            let permission = match permission {
                None => "None",
                Some(Permission::Read) => "Some(Permission::Read)",
                Some(Permission::Write) => "Some(Permission::Write)",
            };
            format!(
                "Access::Granted {{ actions: &{actions:?}, permission: {permission}, users_only: {users_only} }}"
            )
        }
    }
}

/// The constant in the emulator's table of answers.
pub(super) fn answers_name(operation: &Operation) -> String {
    format!("{}_ANSWERS", operation.snake.to_uppercase())
}
