//! The list of all reference pages.

use serde::Serialize;

use super::doc::cell;
use super::host;
use crate::model::{Api, Operation, scope_name};

/// The list of all pages.
#[derive(Debug, Serialize)]
pub struct IndexView {
    /// The name of the service.
    pub service: String,
    /// The version of the API.
    pub api_version: String,
    /// The service's documentation.
    pub docs: String,
    /// The scopes.
    pub groups: Vec<GroupView>,
}

/// The operations of one scope.
#[derive(Debug, Serialize)]
pub struct GroupView {
    /// Its heading.
    pub heading: String,
    /// Its operations.
    pub operations: Vec<EntryView>,
}

/// One operation in the list.
#[derive(Debug, Serialize)]
pub struct EntryView {
    /// Its title.
    pub title: String,
    /// Its page.
    pub link: String,
    /// The method of the SDK.
    pub method: String,
    /// What it does.
    pub summary: String,
}

/// The list of all pages.
pub fn index(api: &Api) -> IndexView {
    let mut groups: Vec<GroupView> = Vec::new();
    for operation in &api.operations {
        let group = scope_name(operation.group);
        let heading = heading(operation);
        if groups.last().is_none_or(|g| g.heading != heading) {
            groups.push(GroupView {
                heading: heading.into(),
                operations: Vec::new(),
            });
        }
        if let Some(last) = groups.last_mut() {
            last.operations.push(EntryView {
                title: cell(&operation.title),
                link: format!("{group}/{}.md", operation.snake),
                method: format!("{}::{}", host(operation.scope), operation.snake),
                summary: cell(&operation.summary),
            });
        }
    }
    IndexView {
        service: api.service.clone(),
        api_version: api.api_version.clone(),
        docs: api.docs.clone(),
        groups,
    }
}

/// What the operations of a group are about.
pub(super) fn heading(operation: &Operation) -> &'static str {
    match scope_name(operation.group) {
        "service" => "Service",
        "bucket" => "Buckets",
        _ => "Objects",
    }
}
